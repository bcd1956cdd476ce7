"""What lies in a crawl's folder when it has ended, by name, and the words in it that tell which pages stand.

Whoever only reads a crawl needs no more than this: nothing is imported here, Scrapy takes a second to load.
"""

PAGES_FILE = "pages.jsonl.gz"
"""The page list: one JSON line for every URL the crawl knew."""

REPORT_FILE = "report.json"
"""The sums of the page list, and which captures belong to it."""

PREVIOUS_FILE = "previous.jsonl.gz"
"""The page list of the crawl before, in the folder of this one."""

EVIDENCE_FILES, MADE_OF_FILES = "evidence-", "made-of-"
"""How the names of the WARC files begin that hold evidence, and what rendered pages were made of."""

STANDING = frozenset({"captured", "unchanged", "carried"})
"""Outcomes of pages whose body is in a capture, this crawl's or an earlier one's."""

"""Where things lie, as keys of the storage; a path carries the digest of what its content was made from."""

import hashlib

from corpus.storage import Storage


def digest_of_parts(*parts: str) -> str:
    """Sixteen hex digits that stand for some strings in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def crawl_prefix(source: str, crawl: str) -> str:
    """Folder of one crawl: WARC files, `pages.jsonl.gz`, and `report.json`, which is put last."""
    return f"captures/{source}/{crawl}"


def finished_crawls(storage: Storage, source: str) -> list[str]:
    """Ids of a source's finished crawls, oldest first."""
    keys = storage.keys(f"captures/{source}/")
    return sorted(key.split("/")[2] for key in keys if key.endswith("/report.json"))

"""Purging: withdrawn texts taken out of the storage, wherever they are at rest: captures, deliveries, documents.

Texts are known by what is excluded; pages that no text was found in, by what was asked for, as their bytes may hold it.
A crawl's captures are purged before its documents, as the documents tell what to look for: a run that is killed
between the two finds it again. Files that were looked through are noted under the exclusions they were held against
(`withdrawn/purged/…`), so that the next run reads only what is new.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.exclusions import capture_rows
from corpus.fates import WITHDRAWN
from corpus.purge import Gone, purge_beside, purge_documents, purge_pages, texts_gone, without_text
from crawler.files import EVIDENCE_FILES, MADE_OF_FILES, PAGES_FILE
from flows import lookup
from flows.deliveries import withdrawn_key
from flows.finding import Wanted, agreed_ids, document_keys
from flows.paths import crawl_prefix, crawled_pages, digest_of_parts
from flows.progress import emit
from flows.withheld import Withheld, withheld_by
from flows.workspace import Workspace
from ledger.register import Register
from ledger.targets import TextFacts
from ledger.withdrawals import Exclusions


@dataclass(frozen=True, slots=True)
class Purged:
    """What was purged in a round: rows of documents, records of captures, delivered files.

    `deliveries_left` are delivered files that hold other texts as well, and so still hold these.
    """

    documents: int = 0
    captures: int = 0
    deliveries: int = 0
    deliveries_left: int = 0

    def __add__(self, other: "Purged") -> "Purged":
        """Both together."""
        return Purged(*(getattr(self, name) + getattr(other, name) for name in Purged.__slots__))


def purge(space: Workspace, standing: Exclusions) -> Purged:
    """Purge everything that is withheld from what is at rest. Raises RecordError for a WARC file that is damaged."""
    noted = f"withdrawn/purged/{digest_of_parts(*standing.files)}.json"
    done = set(json.loads(space.storage.local(noted).read_bytes())) if space.storage.exists(noted) else set[str]()
    with withheld_by(space, standing) as withheld:
        if withheld is None:
            return Purged()
        keys = [key for key in document_keys(space) if key not in done]
        found = _found(space, keys, withheld)
    total = _purge_crawls(space, found)
    if keys:
        space.storage.put_bytes(noted, json.dumps(sorted({*done, *keys})).encode())
    return total


def purge_without_text(space: Workspace, wanted: Sequence[Wanted]) -> Purged:
    """Purge the pages without a text that some withdrawals are about; there is nothing of them to be kept out."""
    register = Register(tuple(held for each in wanted for held in each.reservations))
    found: defaultdict[tuple[str, str], dict[str, frozenset[str]]] = defaultdict(dict)
    for key in document_keys(space) if register.reservations else ():
        rows = without_text(space.storage.local(key))
        about = (row["id"] for row in rows if register.touching(TextFacts(row["url"], row["title"], row["author"])))
        if ids := frozenset(about):
            _, source, crawl, _ = key.split("/")
            found[source, crawl][key] = ids
    return _purge_crawls(space, found)


def _purge_crawls(space: Workspace, found: Mapping[tuple[str, str], Mapping[str, frozenset[str]]]) -> Purged:
    """Purge some documents, told by source, crawl and file, and their captures."""
    total = Purged()
    for (source, crawl), files in sorted(found.items()):
        one = _purge_crawl(space, source, crawl, files)
        total += one
        emit("purged", source, crawl=crawl, documents=one.documents, captures=one.captures)
    return total


def _found(
    space: Workspace, keys: Iterable[str], withheld: Withheld
) -> dict[tuple[str, str], dict[str, frozenset[str]]]:
    """By source and crawl: documents files, and the ids of the texts that go out of each."""
    agreed = agreed_ids(space)
    found: defaultdict[tuple[str, str], dict[str, frozenset[str]]] = defaultdict(dict)
    for key in keys:
        among = withheld.among(space.storage.local(key))
        if ids := frozenset(name for name, why in among if why == WITHDRAWN or name not in agreed):
            _, source, crawl, _ = key.split("/")
            found[source, crawl][key] = ids
    return dict(found)


def _purge_crawl(space: Workspace, source: str, crawl: str, files: Mapping[str, frozenset[str]]) -> Purged:
    rows = [row for key, ids in files.items() for row in capture_rows(space.storage.local(key), ids)]
    gone = texts_gone(rows)
    captures = sum(_purge_warc(space, key, gone) for key in _warcs(space, source, crawl))
    delivered, left = _purge_deliveries(space, source, crawl, gone)
    documents = 0
    for key, ids in files.items():
        with space.scratch() as out:
            purged = purge_documents(space.storage.local(key), out, ids)
            if purged:
                with lookup.purging(space, key, ids):
                    space.storage.put(key, out)
        documents += purged
    return Purged(documents, captures, delivered, left)


def _warcs(space: Workspace, source: str, crawl: str) -> Iterator[str]:
    for key in space.storage.keys(f"{crawl_prefix(source, crawl)}/"):
        if key.endswith(".warc.gz"):
            yield key


def _purge_warc(space: Workspace, key: str, gone: Gone) -> int:
    """Write a WARC file anew, when it holds some of what is gone; returns how many records went."""
    name = key.rpartition("/")[2]
    with space.scratch() as out:
        local = space.storage.local(key)
        if name.startswith((EVIDENCE_FILES, MADE_OF_FILES)):
            purged = purge_beside(local, out, gone, data=name.startswith(MADE_OF_FILES))
        else:
            purged = purge_pages(local, out, gone)
        if purged:
            space.storage.put(key, out)
    return purged


def _purge_deliveries(space: Workspace, source: str, crawl: str, gone: Gone) -> tuple[int, int]:
    """Remove delivered files of which every text is gone; returns how many, and how many hold other texts too."""
    manifests = [key for key in space.storage.keys(f"deliveries/{source}/") if key.endswith("/manifest.json")]
    if not manifests:
        return 0, 0
    held, going = defaultdict[str, int](int), defaultdict[str, int](int)
    for page in crawled_pages(space.storage.local(f"{crawl_prefix(source, crawl)}/{PAGES_FILE}")):
        if page["outcome"] == "captured":
            held[page["found_on"]] += 1
            going[page["found_on"]] += page["payload_digest"] in gone.payloads.get(page["url"], ())
    removed = left = 0
    for key in manifests:
        for row in json.loads(space.storage.local(key).read_bytes())["files"]:
            file = f"{key.rpartition('/')[0]}/files/{row['sha256']}"
            if going[row["name"]] and space.storage.exists(file):
                if going[row["name"]] < held[row["name"]]:
                    left += 1
                    continue
                space.storage.put_bytes(withdrawn_key(source, key.split("/")[2], row["sha256"]), b"")
                space.storage.remove(file)
                removed += 1
    return removed, left

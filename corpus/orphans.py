"""Orphans: old objects in storage that no release refers to, as a run leaves them that was killed before it sealed.

Looked for are shards, what was counted in them, and staged manifests, and of these only ones that were put before a
stated time: what a run under way packs is young, and what it packs again becomes young (`Storage.put_once`). Kept is
what the ledger names, what a manifest in `releases/` names, whoever sealed it, and what a young staged manifest names,
as it may be sealed soon.
A manifest that cannot be read stops the sweep: nobody knows what it names.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import PurePosixPath

from corpus.errors import SealError, StorageError
from corpus.shards import Shard
from corpus.storage import Storage, StoredObject

SHARDS, COUNTED, STAGED, RELEASES = "shards/", "statistics/", "manifests/", "releases/"
WITHDRAWN_FILE = "withdrawn.json"
"""Name, beside a release's manifest, of what says which of its shards hold withdrawn texts, and what replaces them."""

_NAMING = frozenset({"manifest.json", WITHDRAWN_FILE})


def orphans(storage: Storage, referenced: Collection[str], before: datetime) -> list[StoredObject]:
    """Objects put before a time that nothing refers to, sorted by key; about 500 bytes of memory each.

    `referenced` are hex digests of shards and manifests that the ledger names. Raises StorageError when a manifest is
    not readable.
    """
    named = set(_named(storage, _shown(storage)))
    staged = list(storage.objects(STAGED))
    waiting = [each.key for each in staged if each.modified >= before and each.key.endswith(".json")]
    live = [key for key in waiting if "/" not in key.removeprefix(STAGED)]
    named |= set(_named(storage, live))
    kept = {*referenced, *map(digest_in, live), *map(digest_in, named)}
    return [
        each
        for each in (*storage.objects(SHARDS), *storage.objects(COUNTED), *staged)
        if each.modified < before and digest_in(each.key) not in kept
    ]


def remove_orphans(
    storage: Storage, found: Iterable[StoredObject], referenced: Collection[str], before: datetime
) -> Iterator[StoredObject]:
    """Remove orphans one by one, but for those that the ledger names now, or that were put again; gives the removed."""
    for each in found:
        if digest_in(each.key) in referenced:
            continue
        now = next((one for one in storage.objects(each.key) if one.key == each.key), None)
        if now is not None and now.modified < before:
            storage.remove(each.key)
            yield each


def check_stored(shards: Iterable[Shard], storage: Storage) -> None:
    """Make sure that every shard lies in storage, whole by its size. Raises SealError for one that does not."""
    by_source: dict[str, list[Shard]] = {}
    for shard in shards:
        by_source.setdefault(shard.source, []).append(shard)
    for source, mine in by_source.items():
        sizes = {each.key: each.size for each in storage.objects(f"{SHARDS}{source}/")}
        lost = [shard.path for shard in mine if sizes.get(shard.path) != shard.bytes]
        if lost:
            raise SealError(
                f"{storage.uri(lost[0])} and {len(lost) - 1} other shards of {source} are gone from storage, or cut, "
                "since they were packed. Nothing was released; run again, and they are packed again."
            )


def digest_in(key: str) -> str:
    """The digest that a key is named by: a shard's, also of what was counted in it, or a manifest's and its files'."""
    parts = PurePosixPath(key).parts
    return parts[1 if key.startswith(STAGED) else -1].partition(".")[0]


def _shown(storage: Storage) -> list[str]:
    return [key for key in storage.keys(RELEASES) if PurePosixPath(key).name in _NAMING]


def _named(storage: Storage, manifests: Iterable[str]) -> Iterator[str]:
    """The keys of the shards that manifests name."""
    for key in manifests:
        is_for_good = key.startswith(RELEASES) and PurePosixPath(key).name != WITHDRAWN_FILE  # so its copy here is good
        try:
            data = storage.local(key).read_bytes() if is_for_good else b"".join(storage.read(key))
            yield from (str(shard["path"]) for shard in json.loads(data)["shards"])
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(
                f"{storage.uri(key)} is no manifest that can be read, so nobody knows which shards it names. Nothing "
                "is removed: bring it back from a backup, or take it away if it is none of ours."
            ) from error

"""Furniture: when all of a source is refined, the lines that its hosts have on very many pages are taken out.

Which lines these are is one file for each set of documents files (`furniture/<source>/`), by their keys alone. A
cleared file is named by the refined one and those lines: another crawl with the same furniture clears nothing anew.
"""

import hashlib
import json
from collections.abc import Sequence

import corpus.clearing
import corpus.furniture
from corpus.clearing import clear_file
from corpus.furniture import find_furniture
from corpus.profiles import FurnitureLimits, Profile
from dedup.signatures import sign
from flows.paths import digest_of_code, digest_of_parts
from flows.progress import emit
from flows.workspace import Workspace

_CODE = digest_of_code(corpus.furniture, corpus.clearing)


def clear_standing(space: Workspace, source: str, documents: Sequence[str], profile: Profile) -> list[str]:
    """Take the furniture out of a source's documents files, which are all it has.

    Returns keys in the order of `documents`: of the cleared files, or of these files when nothing is furniture.
    """
    if profile.furniture is None or not documents:
        return list(documents)
    furniture = _furniture(space, source, documents, profile.furniture)
    if not furniture:
        return list(documents)
    told = hashlib.sha256(json.dumps(sorted(furniture)).encode()).hexdigest()
    keys = [f"{key.rpartition('/')[0]}/{digest_of_parts(key, told, _CODE)}.parquet" for key in documents]
    for refined, key in zip(documents, keys, strict=True):
        if not space.storage.exists(key):
            _clear(space, refined, key, furniture, profile)
    return keys


def _furniture(space: Workspace, source: str, documents: Sequence[str], limits: FurnitureLimits) -> frozenset[int]:
    """The furniture of some documents files, found once."""
    key = f"furniture/{source}/{digest_of_parts(*sorted(documents), repr(limits), _CODE)}.json"
    if not space.storage.exists(key):
        found = find_furniture([space.storage.local(each) for each in documents], limits)
        space.storage.put_bytes(key, json.dumps(sorted(found)).encode())
    return frozenset(json.loads(space.storage.local(key).read_bytes()))


def _clear(space: Workspace, refined: str, key: str, furniture: frozenset[int], profile: Profile) -> None:
    parameters = space.settings.dedup
    with space.scratch() as out:
        local = space.storage.local(refined)
        report = clear_file(local, out, furniture, profile, lambda texts: sign(texts, parameters))
        space.storage.put(key, out)
    source = key.split("/")[1]
    emit("cleared", source, documents=report.cleared, lines=report.lines, kept=report.kept)

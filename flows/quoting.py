"""Quoting: longer texts that a withdrawn one stands whole in. They stay, and a person is told of them.

Such a text is no near-copy: most of it may be somebody else's, and a lawful quotation. So nothing is taken out of it by
itself; who settles the withdrawal sees where it is, and opens a case about it, or leaves it. They are looked for in
what passages are found in (`flows.lookup`), before the withdrawn text is purged and nobody can look any more.

withdrawn/quoted/<digest>.json    a withdrawal, and the texts: id, source, address, share of the shingles found there
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from corpus.exclusions import ids_of, texts_of
from flows.finding import Found, agreed_ids, document_keys
from flows.passages import PassageFinder
from flows.paths import digest_of_parts
from flows.progress import emit
from flows.workspace import Workspace
from ledger.errors import UnknownRecord
from ledger.works_found import find_work

SHARE_MIN = 0.9
"""Least share of a text's sampled shingles that a text which quotes it whole has, as people change a word or two."""

WORDS_MIN = 40
"""Texts of fewer words are not looked for: a standing sentence is in everything."""

LOOKED_FOR_MAX = 10_000
"""Texts of a round that are looked for, a few milliseconds each; of more it is told that they were not."""

_NOTES = "withdrawn/quoted/"


@dataclass(frozen=True, slots=True, order=True)
class Quoting:
    """A text that stays, and that a withdrawn one stands whole in; `share` of that one's sampled shingles it has."""

    id: str
    source: str
    url: str
    share: float


def quoting(space: Workspace, found: Mapping[str, Found]) -> dict[str, tuple[Quoting, ...]]:
    """The texts that quote what was found whole and is not found themselves, by withdrawal; each once."""
    whose: defaultdict[str, set[str]] = defaultdict(set)
    for by, texts in found.items():
        for name, (_, _, asked_for) in texts.texts.items():
            if asked_for:
                whose[name].add(by)
    goes = {name for texts in found.values() for name in texts.texts}
    finder, agreed = PassageFinder(space), agreed_ids(space)
    shares: defaultdict[str, dict[str, float]] = defaultdict(dict)
    if len(whose) > LOOKED_FOR_MAX:
        emit("quotations not looked for", documents=len(whose) - LOOKED_FOR_MAX)
    for name, text in _asked(space, sorted(whose)[:LOOKED_FOR_MAX]):
        for match in finder(text):
            if match.share >= SHARE_MIN and match.work not in goes and match.work not in agreed:
                for by in whose[name]:
                    shares[by][match.work] = max(match.share, shares[by].get(match.work, 0.0))
    return {by: tuple(sorted(_told(space, some))) for by, some in shares.items()}


def note_quoting(space: Workspace, quoted: Mapping[str, tuple[Quoting, ...]]) -> None:
    """Note the texts that quote a withdrawn one, with those that were noted before."""
    for by, some in quoted.items():
        every = {each["id"]: each for each in [*noted_quoting(space, by), *map(asdict, some)]}
        body = json.dumps({"by": by, "texts": [every[name] for name in sorted(every)]}, ensure_ascii=False, indent=1)
        space.storage.put_bytes(_key(by), body.encode())


def noted_quoting(space: Workspace, by: str) -> list[dict[str, Any]]:
    """The texts that were noted for a withdrawal."""
    key = _key(by)
    return list(json.loads(space.storage.local(key).read_bytes())["texts"]) if space.storage.exists(key) else []


def _key(by: str) -> str:
    return f"{_NOTES}{digest_of_parts(by)}.json"


def _asked(space: Workspace, names: list[str]) -> Iterator[tuple[str, str]]:
    """Ids and texts of documents that are long enough to be looked for; only files that hold one are read."""
    wanted = frozenset(names)
    for key in document_keys(space) if wanted else ():
        file = space.storage.local(key)
        if wanted.isdisjoint(ids_of(file)):
            continue
        for rows, _ in texts_of(file, ["id", "text", "words"]):
            yield from ((row["id"], row["text"]) for row in rows if row["id"] in wanted and row["words"] >= WORDS_MIN)


def _told(space: Workspace, shares: Mapping[str, float]) -> Iterator[Quoting]:
    for name, share in shares.items():
        with suppress(UnknownRecord):  # it was purged since the index was made
            work = find_work(space.ledger, name).found
            yield Quoting(name, work.source, work.url, round(share, 3))

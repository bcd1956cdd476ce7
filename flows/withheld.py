"""Withheld: which documents are withdrawn texts, or copies of such, by the exclusions that stand.

The files of exclusions that the ledger says stand are put into an index of signatures (`dedup.index`) on local disk,
named by all of them: another set of files is another index, so that lifting one is leaving it out. What equals an
excluded text, by the text's digest, or is a near-copy, by its signature, is withheld, whatever its source or its day.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.document_files import signed_how
from corpus.exclusions import Excluded, key_of, read_exclusions, texts_of
from corpus.fates import COPY, WITHDRAWN
from dedup.index import Index, opened
from dedup.parameters import Parameters
from dedup.signatures import Signatures
from flows.paths import digest_of_parts
from flows.workspace import Workspace
from ledger.withdrawals import Exclusions

EXCLUDED_AT_ONCE = 50_000
"""Exclusions put into the index at a time: 50 MB."""


@dataclass(frozen=True)
class Withheld:
    """What stands: the excluded texts by id and by digest, and the index of their signatures."""

    ids: frozenset[str]
    digests: frozenset[str]
    index: Index

    def places(self, digests: Sequence[str], signatures: Signatures) -> list[int]:
        """The places of the texts that are withheld, among some that are known by digest and signature."""
        names = [str(place) for place in range(len(digests))]
        copies = {int(copy.id) for copy in self.index.match(names, signatures) if copy.excluded_by}
        return [place for place, digest in enumerate(digests) if place in copies or digest in self.digests]

    def among(self, file: Path) -> Iterator[tuple[str, str]]:
        """Ids of a documents file's texts that are withheld, each with its reason."""
        for rows, signatures in texts_of(file, ["id", "text_digest"]):
            ids = [row["id"] for row in rows]
            copies = {copy.id for copy in self.index.match(ids, signatures) if copy.excluded_by}
            for row in rows:
                if row["id"] in self.ids:
                    yield row["id"], WITHDRAWN
                elif row["id"] in copies or row["text_digest"] in self.digests:
                    yield row["id"], COPY


@contextmanager
def withheld_by(space: Workspace, standing: Exclusions) -> Iterator[Withheld | None]:
    """Open what stands, to ask it; None where nothing is excluded. From several threads at once, if need be.

    Raises MixedError where texts are signed in another way than the excluded ones were: those cannot be signed anew.
    """
    if not standing.files:
        yield None
        return
    parameters, keys = space.settings.dedup, [key_of(digest) for digest in standing.files]
    for key in keys:
        parameters.check_signing(signed_how(space.storage.local(key)), key)
    excluded = read_exclusions([space.storage.local(key) for key in keys])
    folder = space.work / f"exclusions-{digest_of_parts(parameters.digest, *standing.files)}"
    if not folder.exists():
        space.work.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=space.work) as made:
            build_index(excluded, Path(made) / "index", parameters)
            with suppress(OSError):  # another thread was first
                (Path(made) / "index").rename(folder)
    with opened(folder, parameters) as index:
        yield Withheld(frozenset(excluded.ids), frozenset(excluded.digests), index)


def build_index(excluded: Excluded, folder: Path, parameters: Parameters) -> None:
    """Make an index of excluded texts in a folder."""
    with opened(folder, parameters, write=True) as index:
        for start in range(0, len(excluded.ids), EXCLUDED_AT_ONCE):
            some = slice(start, start + EXCLUDED_AT_ONCE)
            index.exclude(excluded.ids[some], excluded.signatures[some])


def withheld_documents(space: Workspace, documents: Iterable[str], standing: Exclusions) -> dict[str, str]:
    """The reasons of the texts of some documents files that are withheld, by id; 250 bytes for each."""
    with withheld_by(space, standing) as withheld:
        if withheld is None:
            return {}
        local = space.storage.local
        found: dict[str, str] = {}
        for key in sorted(documents):
            found |= withheld.among(local(key))
        return found

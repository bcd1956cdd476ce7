"""Anyone's texts and an index: read → sign → add, match or exclude, a portion at a time, and tell the copies."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.texts import Fields, read_texts, text_files
from dedup.index import Index, opened
from dedup.index_reading import Copy
from dedup.parameters import Parameters
from dedup.signatures import sign

PORTION = 50_000
"""Texts of one commit: 50 MB of signatures and ids. What was committed stays when a later text cannot be read."""

Verb = Callable[[Index, Sequence[str], NDArray[np.uint32]], list[Copy]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """An index's folder, with what its texts are signed by and which columns of files hold them."""

    folder: Path
    parameters: Parameters
    fields: Fields


def tell_copies(shelf: Shelf, inputs: Sequence[Path], verb: Verb) -> Iterator[Copy]:
    """Read the files' texts, do the verb (`Index.add`, `match` or `exclude`), and tell the copies it names.

    Raises TextError for input that cannot be used, and DedupError.
    """
    files = text_files(inputs)
    with opened(shelf.folder, shelf.parameters, write=verb is not Index.match) as index:
        for ids, signatures in _portions(shelf, files):
            yield from verb(index, ids, signatures)


def _portions(shelf: Shelf, files: Sequence[Path]) -> Iterator[tuple[list[str], NDArray[np.uint32]]]:
    ids, signed = list[str](), [np.empty((0, shelf.parameters.permutations), dtype=np.uint32)]
    for file in files:
        for rows in read_texts(file, shelf.fields):
            ids += map(str, rows.ids)
            signed.append(sign(rows.texts, shelf.parameters))
            if len(ids) >= PORTION:
                yield ids, np.concatenate(signed)
                ids, signed = [], signed[:1]
    yield ids, np.concatenate(signed)

"""A captured page on its way to a worker: all that decides what document becomes of it; and what comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.captures import Capture
from corpus.documents import Document
from corpus.profiles import DEFAULT

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Sign = Callable[[list[str]], "npt.NDArray[np.uint32]"]
"""Texts to MinHash signatures: uint32 of shape (texts, SIGNATURE_SIZE). Picklable: a function of a module, or a
`functools.partial` of one."""

Refined = tuple[Document, bytes]
"""The document of a page, and its text's signature as bytes; empty without a text."""


@dataclass(frozen=True, slots=True)
class Page:
    """One captured page, the name of the quality profile it is held against, and whether the prefilter is asked first.

    `warc` is the file it was captured into, as a key of the storage; empty for a page of a loose file.
    With `prefilter`, a page whose HTML shows no Danish is marked without being extracted: see `corpus.prefilter`.
    """

    source: str
    crawl: str
    capture: Capture
    profile: str = DEFAULT
    prefilter: bool = False
    warc: str = ""

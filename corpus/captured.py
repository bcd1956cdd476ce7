"""A captured page on its way to a worker: all that decides what document becomes of it."""

from dataclasses import dataclass

from corpus.captures import Capture
from corpus.profiles import DEFAULT


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

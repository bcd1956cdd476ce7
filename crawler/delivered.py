"""Files that are taken in instead of a crawl: what they are, and where they lie."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from crawler.fields import Fields


class Format(StrEnum):
    """What the files of an intake are; among texts, a file's name says which kind it is."""

    WARC = "warc"
    MEDIAWIKI = "mediawiki"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file on local disk: the name it was delivered under, with forward slashes, and the digest of its bytes."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Intake:
    """Captures are to be made from files; they are read in the order given.

    `unanswered` asks for texts of WARC files that are no answers, and so say nothing of rights.
    """

    format: Format
    files: tuple[DeliveredFile, ...]
    fields: Fields = field(default_factory=Fields)
    unanswered: bool = False

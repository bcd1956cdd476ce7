"""What a field of a record is as a column: the record's dataclass annotates each field with one of these."""

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a column holds; `corpus.document_files` says what each is in Arrow."""

    TEXT = auto()
    INT = auto()
    LONG = auto()
    REAL = auto()
    DAY = auto()
    INSTANT = auto()
    SIGNATURE = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """What a field is as a column: what it holds, its meaning, the unit it is in, whether it may be null."""

    kind: Kind
    meaning: str
    unit: str = ""
    nullable: bool = False

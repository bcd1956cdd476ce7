"""What a field of a record is as a column: the record's dataclass annotates each field with one of these."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """What a field is in Arrow: its type, its meaning, the unit it is in, whether it may be null."""

    arrow: pa.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False


TEXT, INT, REAL = pa.string(), pa.int32(), pa.float32()

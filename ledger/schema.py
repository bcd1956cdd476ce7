"""What every table is made with: the metadata, whole numbers of 64 bits, and the number of a row's entry."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# BigInteger on SQLite would be BIGINT, which is no alias of its rowid; INTEGER there holds 64 bits anyway.
Whole = BigInteger().with_variant(Integer(), "sqlite")


def entry_seq() -> Column[int]:
    """The number of the entry that journalled a row."""
    return Column("entry_seq", Whole, ForeignKey("entry.seq"), nullable=False)

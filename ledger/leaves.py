"""An entry's leaf: the bytes that its digest and its place in the hash tree are made of.

They are the canonical JSON (RFC 8785) of an object with the keys `actor`, `body`, `kind`, `recorded_at`, `seq` and
`subject`. The body is kept as canonical JSON already and goes in as it stands; so a leaf is put together here a
hundred times faster than by parsing and writing it again, and no two entries have the same one.
"""

from json.encoder import encode_basestring as quoted
from typing import TypeAlias

Line: TypeAlias = tuple[int, str, str, str, str, str]
"""An entry as it lies in the database: seq, recorded_at, kind, subject, actor, body."""


def leaf(line: Line) -> bytes:
    """Return the canonical bytes of an entry."""
    seq, recorded_at, kind, subject, actor, body = line
    return (
        f'{{"actor":{quoted(actor)},"body":{body},"kind":{quoted(kind)},"recorded_at":{quoted(recorded_at)},'
        f'"seq":{seq},"subject":{quoted(subject)}}}'
    ).encode()

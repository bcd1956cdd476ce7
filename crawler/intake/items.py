"""What readers of files give: items, and what they could not or would not read; and the names of both.

A reader takes an opened file and gives one value for everything in it, in the file's order, always the same for the
same bytes: an intake that was stopped reads again from the beginning of a file and passes over what it has taken.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from crawler.inflate import PAGE_BYTES_MAX

ITEM_BYTES_MAX = PAGE_BYTES_MAX
"""Bytes of one text, file or body when inflated: what a crawl takes of one page."""

NAME_CHARS_MAX = 500
"""Longest id that is written out in a name; a longer one is written as its digest."""

NAMES = "urn:fodaftryk:"
"""How all names begin that we give to texts without an address."""


@dataclass(frozen=True, slots=True)
class Item:
    """One text of a file, as bytes of `content_type`.

    `url` is its address where it has one, `id` what its file calls it; without either it is named by its bytes.
    `fetched_at` is when it was fetched from the web, aware; None for what was not. `licence` is as it was written.
    `is_revisit` says that there is no text here, only what the headers of a later answer say about it.
    """

    payload: bytes
    content_type: str
    url: str = ""
    id: str = ""
    fetched_at: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    title: str = ""
    author: str = ""
    published: str = ""
    licence: str = ""
    is_revisit: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in a file that is no item: `outcome` is refused or failed, `reason` the report's word for why.

    `what` is the address or the id that it has in its file, as far as that is known.
    """

    outcome: str
    reason: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that is no text by its nature: a request, a note on the file, evidence that is kept apart."""


Read = Item | Unread | Aside
"""What a reader gives."""


class BrokenFileError(ValueError):
    """A file ends too soon or is not what it says; `reason` is the report's word. What was read before it stands."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def names_of(source: str) -> str:
    """How the names of all texts of a source begin that have no address."""
    return f"{NAMES}{source}:"


def name_of(source: str, *parts: str) -> str:
    """The name of a text without an address: `urn:fodaftryk:<source>:<id>`, percent-encoded."""
    return names_of(source) + ":".join(_spelled(part) for part in parts)


def _spelled(part: str) -> str:
    spelled = quote(part.encode("utf-8", "replace"), safe="/")
    return spelled if len(spelled) <= NAME_CHARS_MAX else f"sha256-{hashlib.sha256(spelled.encode()).hexdigest()}"

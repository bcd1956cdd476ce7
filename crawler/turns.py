"""What a frontier hands out and takes back: a URL as it was found, its turn, and what became of it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What a URL is asked for: a page of text, a sitemap that names pages, a page of an API's listing.

    A row is a text that stands in a listing; its URL is its name, and is never asked for.
    """

    PAGE = "page"
    SITEMAP = "sitemap"
    LISTING = "listing"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Found:
    """A URL as it was found: `depth` links from a seed, `hops` redirects from a link.

    `rank` orders the URLs of a host, lowest first: 0 for what was never read, more the less likely it is to be new.
    """

    url: str
    host: str
    depth: int
    found_on: str
    kind: Kind = Kind.PAGE
    hops: int = 0
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A URL whose turn it is; `attempts` were made before."""

    found: Found
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a URL. `signals` and `decision` are JSON.

    `outcome` is captured (its body is in this crawl's WARC), unchanged (asked for; its body is in an earlier crawl's),
    carried (not answered this time, and the earlier body still stands), redirected, refused or failed.
    `etag` and `last_modified` are the answer's validators; `read_at` is when the body was last received.
    """

    outcome: str
    reason: str = ""
    status: int | None = None
    content_type: str = ""
    fetched_at: str = ""
    payload_digest: str = ""
    target: str = ""
    signals: str = "[]"
    decision: str = "null"
    etag: str = ""
    last_modified: str = ""
    read_at: str = ""
    asked: bool = True

    def but(self, **changed: Any) -> Self:  # noqa: ANN401 - the fields' own types
        """The same outcome with some fields changed."""
        return replace(self, **changed)

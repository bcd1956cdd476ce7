"""Items as captures: their names, their headers and the licences stated for them, delivered or listed by an API."""

from datetime import datetime
from urllib.parse import quote

from corpus.captures import Capture, digest_of
from crawler.intake.items import Item, name_of
from crawler.observe.evidence import Seen, statement
from crawler.urls import canonical
from ledger.licences import normalise_licence
from ledger.signals import Mechanism, RightsSignal, Verdict

UNKNOWN_LICENCE = "LicenseRef-Unknown"
"""For words in a licence's field that name none we know: they may be a reservation, so they are not passed over."""

FIELD_CHARS_MAX = 500
"""Characters of a title or an author that are kept; refinement keeps no more of them either."""

_ABOUT = ("title", "author", "published")


def url_of(item: Item, source: str) -> str:
    """The address of an item, or its name under its source; empty when what it calls its address is none."""
    if item.url:
        return canonical(item.url)
    return name_of(source, item.id or digest_of(item.payload).replace(":", "-"))


def capture_of(item: Item, url: str, now: datetime) -> Capture:
    """An item as a capture; what its row says of it stands in headers of our own, percent-encoded."""
    about = tuple(
        (f"X-Delivered-{name.title()}", quote(value[:FIELD_CHARS_MAX], safe=" "))
        for name in _ABOUT
        if (value := getattr(item, name))
    )
    headers = item.headers or (("Content-Type", item.content_type),)
    return Capture(url, item.fetched_at or now, 200, (*headers, *about), item.payload)


def licences_of(item: Item, seen: Seen) -> tuple[RightsSignal, ...]:
    """The licence an item's own row states for it."""
    if not item.licence:
        return ()
    licence = normalise_licence(item.licence) or UNKNOWN_LICENCE
    return (statement(Mechanism.LICENCE, Verdict.PERMITTED, ("licence", licence), item.licence, seen),)

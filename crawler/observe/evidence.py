"""The files evidence is read from, and the making of a statement from them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Self

from corpus.captures import Capture, digest_of
from ledger.signals import RAW_CHARS_MAX, Mechanism, RightsSignal, Verdict

_MARKUP = b"<"
_NO_TEXT = (b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b", b"PK\x03\x04", b"%PDF")
_SNIFFED_BYTES_MAX = 1024
"""Enough to see what kind of file it is; leading blanks and comments are rarely longer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where and when something was read: `place` is a URL with a fragment, `digest` that of all the bytes there."""

    place: str
    digest: str
    observed_at: str

    @classmethod
    def on(cls, capture: Capture) -> Self:
        """A page; say `.at("header")` or `.at("meta")` for the place on it."""
        return cls(capture.url, capture.payload_digest, instant(capture.fetched_at))

    def at(self, fragment: str) -> "Seen":
        """The same bytes, with the place in them."""
        return replace(self, place=f"{self.place.partition('#')[0]}#{fragment}")


@dataclass(frozen=True)
class EvidenceFile:
    """One answer to a request for a file that carries rights signals.

    `url` is the address that was asked for, before redirects (what it says applies to that host); `status` is the last
    answer's, None when there was none; `body` is decoded of any content encoding; `fetched_at` is an aware datetime.
    """

    url: str
    status: int | None
    body: bytes
    fetched_at: datetime

    @cached_property
    def seen(self) -> Seen:
        """This file as the place of a statement."""
        return Seen(self.url, digest_of(self.body), instant(self.fetched_at))

    @property
    def answered(self) -> bool:
        """Whether there is a body to read."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def unreachable(self) -> bool:
        """Whether the question is still open: no answer, a server's fault, or asked to come back later."""
        return self.status is None or self.status == 429 or self.status >= 500


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def looks_like_markup(body: bytes) -> bool:
    """Whether a body begins as HTML does: a challenge page or a "not found" sent with 200, and no file of ours."""
    return body[:_SNIFFED_BYTES_MAX].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_MARKUP)


def looks_like_text(body: bytes) -> bool:
    """Whether a body can be a small text file in ASCII or UTF-8: not UTF-16, compressed or otherwise binary."""
    return not body.startswith(_NO_TEXT) and b"\0" not in body


def text_of(body: bytes) -> str:
    """A small text file as text: UTF-8 without its byte-order mark; other bytes are kept as surrogates, not guessed."""
    return body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def statement(mechanism: Mechanism, verdict: Verdict, said: tuple[str, str], raw: str, seen: Seen) -> RightsSignal:
    """One statement; `said` is its label and value. Text that is no Unicode is made so, and long text is cut."""
    label, value, raw = (_clean(text)[:RAW_CHARS_MAX] for text in (*said, raw))
    return RightsSignal(mechanism, verdict, label, value, _clean(seen.place), raw, seen.digest, seen.observed_at)


def unheard(mechanism: Mechanism, file: EvidenceFile) -> RightsSignal:
    """The statement that a file which may hold a reservation could not be had: held until it can."""
    answer = "no answer" if file.status is None else f"HTTP {file.status}"
    return statement(mechanism, Verdict.MALFORMED, ("unreachable", ""), answer, file.seen.at("file"))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")

"""What a text is known by, and how a reservation, an assertion or a case names what it is about.

    domain     example.dk            the host and all below it
    path       example.dk/arkiv      on this host, www or not, this path and all below it; no query
    document   https://…, urn:…      one address
    title      Den lille havfrue     a text of just this title; case, spaces and punctuation do not matter
    author     H.C. Andersen         a text whose author is named just so; one of several is enough
    isbn, issn 978-87-…, 1234-5679   a text that names the number

Everything is compared in one spelling, made by `Target.of`, so that looking one up is looking up a word.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote, urlsplit

VALUE_CHARS_MAX = 500
"""Longest title, name or address: longer is prose, or made to hurt."""

REMEMBERED = 32_768
"""Addresses, hosts and authors of which the spelling is remembered: about 10 MB, and pages of a site share them."""

SEGMENTS_MAX = 64
"""Parts of a path that are looked up one within the other; what lies deeper is found by its first ones."""

IDENTIFIERS_MAX = 50
"""ISBNs and ISSNs taken from one text: a book has one or two, a publisher's list is none of them."""

_PLAIN = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/[A-Za-z0-9/_.~-]*)?(?:\?[!-~]*)?")
"""Most addresses of the web: read in one go, as a million of them are looked up."""

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_WORDS = re.compile(r"[\W_]+")
_AUTHORS = re.compile(r"\s*(?:;|,|\||&|\bog\b|\band\b)\s*")
_NUMBERS = re.compile(
    r"\b(?:ISBN(?:-1[03])?[\s:]*(?P<isbn>[0-9][0-9 -]{8,15}[0-9Xx])|ISSN[\s:]*(?P<issn>[0-9]{4}-?[0-9]{3}[0-9Xx]))",
    re.IGNORECASE,
)


class TargetKind(StrEnum):
    """By what a text is named."""

    DOMAIN = "domain"
    PATH = "path"
    DOCUMENT = "document"
    TITLE = "title"
    AUTHOR = "author"
    ISBN = "isbn"
    ISSN = "issn"


ALL_KINDS = frozenset(TargetKind)


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What something is about, in the one spelling that is compared."""

    kind: TargetKind
    value: str

    @classmethod
    def of(cls, kind: TargetKind, text: str) -> "Target":
        """Read what a person wrote.

        Raises:
            ValueError: it is none of that kind; the message says what is expected.

        """
        text = " ".join(text.split())
        if not text or len(text) > VALUE_CHARS_MAX:
            raise ValueError(f"a {kind} is 1 to {VALUE_CHARS_MAX} characters")
        if "\0" in text:
            raise ValueError(f"a {kind} is of characters, and {text!r} has one that is none: save it as UTF-8")
        return cls(kind, _SPELL[kind](text))


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What is known of a text before it is decided about: its address, and what it says of itself."""

    url: str
    title: str = ""
    author: str = ""
    published: date | None = None
    identifiers: tuple[Target, ...] = ()


def is_within(url: str, scope: str) -> bool:
    """Whether a text lies in an assertion's scope: empty for all, a path pattern (`*` any run), or its own address."""
    if not scope or url == scope:
        return True
    if not scope.startswith("/"):
        return False
    path = url if url.startswith("/") else _path(url)
    return _pattern(scope).match(path) is not None


def targets_of(facts: TextFacts, kinds: Collection[TargetKind] = ALL_KINDS) -> Iterator[Target]:
    """Every target of some kinds that a text answers to, in its one spelling."""
    if TargetKind.DOCUMENT in kinds:
        yield Target(TargetKind.DOCUMENT, facts.url)
    host, path = place_of(facts.url)
    if host and TargetKind.DOMAIN in kinds:
        yield from _domains(host)
    if host and TargetKind.PATH in kinds:
        place = host.removeprefix("www.")
        for segment in path.strip("/").split("/", SEGMENTS_MAX)[:SEGMENTS_MAX]:
            yield Target(TargetKind.PATH, place := f"{place}/{segment}")
    if TargetKind.TITLE in kinds and (title := _words(facts.title)):
        yield Target(TargetKind.TITLE, title)
    if TargetKind.AUTHOR in kinds and facts.author:
        yield from _authors(facts.author)
    yield from facts.identifiers


@lru_cache(maxsize=REMEMBERED)
def _domains(host: str) -> tuple[Target, ...]:
    """A host and those above it."""
    labels = host.split(".")
    return tuple(Target(TargetKind.DOMAIN, ".".join(labels[start:])) for start in range(len(labels) - 1))


@lru_cache(maxsize=REMEMBERED)
def _authors(named: str) -> tuple[Target, ...]:
    """Everyone who is named as an author, and all of them as one name."""
    names = {_words(named), *map(_words, _AUTHORS.split(named))} - {""}
    return tuple(Target(TargetKind.AUTHOR, name) for name in sorted(names))


def identifiers_in(text: str) -> tuple[Target, ...]:
    """The ISBNs and ISSNs a text names as such, each once; those whose check digit is wrong are none."""
    found: dict[Target, None] = {}
    for match in _NUMBERS.finditer(text):
        kind = TargetKind.ISBN if match["isbn"] else TargetKind.ISSN
        try:
            found[Target.of(kind, match["isbn"] or match["issn"])] = None
        except ValueError:
            continue
        if len(found) == IDENTIFIERS_MAX:
            break
    return tuple(found)


@lru_cache(maxsize=REMEMBERED)
def place_of(url: str) -> tuple[str, str]:
    """Host and path of an address, the host in small letters and ASCII; both empty for what is no web address."""
    plain = _PLAIN.fullmatch(url)
    if plain:
        return plain[1], plain[2] or ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        return (host if host.isascii() else host.encode("idna").decode("ascii")), unquote(parts.path)
    except (ValueError, UnicodeError):
        return "", ""


def _path(url: str) -> str:
    return place_of(url)[1] or "/"


@lru_cache(maxsize=1024)
def _pattern(scope: str) -> re.Pattern[str]:
    ends = scope.endswith("$")
    body = ".*".join(re.escape(part) for part in re.split(r"\*+", scope.removesuffix("$")))
    return re.compile(body + ("$" if ends else ""), re.DOTALL)


def _domain(text: str) -> str:
    host, path = place_of(text if "//" in text else f"//{text}")
    if not _HOST.fullmatch(host) or path.strip("/"):
        raise ValueError(f"{text!r} is no domain: write it as example.dk")
    bare = host.removeprefix("www.")
    return bare if "." in bare else host  # www.dk is a host like others, and not all of dk


def _below(text: str) -> str:
    host, path = place_of(text if "//" in text else f"//{text}")
    if not _HOST.fullmatch(host) or not path.strip("/*") or {".", ".."} & {*path.split("/")}:
        raise ValueError(f"{text!r} is no path on a host: write it as example.dk/arkiv")
    return f"{host.removeprefix('www.')}/{path.strip('/*')}"


def _address(text: str) -> str:
    if not re.match(r"https?://[^/]+/|urn:", text):
        raise ValueError(f"{text!r} is no address: write it whole, with http:// or https://, or as its urn:")
    return text


def _words(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:VALUE_CHARS_MAX]).casefold()
    return _WORDS.sub(" ", folded).strip()


def _named(text: str) -> str:
    words = _words(text)
    if not words:
        raise ValueError(f"{text!r} has no letter and no digit")
    return words


def _isbn(text: str) -> str:
    digits = re.sub(r"[ -]", "", text.upper().removeprefix("ISBN").strip(" :"))
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        if _weighted(digits) % 11 == 0:
            first = f"978{digits[:9]}"
            return first + str(-_ean(first) % 10)
    elif re.fullmatch(r"97[89][0-9]{10}", digits) and _ean(digits) % 10 == 0:
        return digits
    raise ValueError(f"{text!r} is no ISBN: 10 or 13 digits of which the last one checks the others")


def _ean(digits: str) -> int:
    return sum(int(char) * (1, 3)[place % 2] for place, char in enumerate(digits))


def _weighted(digits: str) -> int:
    """The sum of which ISBN-10 and ISSN ask that 11 divides it."""
    return sum((len(digits) - place) * (10 if char == "X" else int(char)) for place, char in enumerate(digits))


def _issn(text: str) -> str:
    digits = text.upper().removeprefix("ISSN").strip(" :").replace("-", "")
    if re.fullmatch(r"[0-9]{7}[0-9X]", digits) and _weighted(digits) % 11 == 0:
        return digits
    raise ValueError(f"{text!r} is no ISSN: eight digits of which the last one checks the others")


_SPELL = {
    TargetKind.DOMAIN: _domain,
    TargetKind.PATH: _below,
    TargetKind.DOCUMENT: _address,
    TargetKind.TITLE: _named,
    TargetKind.AUTHOR: _named,
    TargetKind.ISBN: _isbn,
    TargetKind.ISSN: _issn,
}

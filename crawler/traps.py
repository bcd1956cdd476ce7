"""Traps: parts of a site that have no end and nothing new.

Two bounds. Some URLs are built wrong on their face: too deep, or the same segment again and again. The rest is judged
by what it yields: URLs are taken in families (a host, the first segment of the path, with a query or without; and the
host as a whole), and a family runs dry when pages that say nothing new outnumber those that do by a fixed number.
Calendars, session ids in paths, facets and parameter orders all end there, and a large archive with real articles
never does.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import islice, pairwise
from urllib.parse import urlsplit

MISBUILT = "misbuilt"
"""Stands for a family in the report: URLs that show on their face that they lead nowhere."""

SEGMENTS_MAX = 16
"""Deepest path taken: real sites stay below ten."""

REPEATS_MAX = 3
"""How often one segment may stand in a path before it is a link that is relative by mistake."""

PARAMETERS_MAX = 12
"""Most parameters in a query: beyond, it is a filter."""

BARREN_MAX = 100
"""How many more barren than fruitful pages a family may give; about two screens of a calendar's days."""

BARREN_HOST_MAX = 1000
"""The same for a whole host, for traps whose first segment changes."""

NEW_SHINGLES_MIN = 20
"""A page is fruitful when this many of its runs of five words were not seen in its family: two new sentences."""

SHINGLES_MAX = 20_000
"""Shingles remembered per family, 8 bytes each and about 80 in the set: enough for menus and templates, no more."""

FAMILIES_MAX = 200
"""Families whose shingles are remembered at once."""

TEXT_WORDS_MAX = 50_000
"""Words of a page that are looked at."""

URLS_KEPT = 8_192
"""URLs about which is remembered what their spelling tells: pages of a site link to the same ones again and again.
Some 400 bytes each, and never more than a few thousand, as URLs are short."""

_DIGITS = re.compile(r"\d+")
_HEX = re.compile(r"(?=[^/]*\d)[0-9a-f]{8,}", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(URLS_KEPT)
def is_misbuilt(url: str) -> bool:
    """Whether a canonical URL shows on its face that it leads nowhere."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    return (
        len(segments) > SEGMENTS_MAX
        or any(segments.count(segment) > REPEATS_MAX for segment in segments)
        or _stutters(segments)
        or parts.query.count("&") >= PARAMETERS_MAX
    )


def _stutters(segments: list[str]) -> bool:
    """Whether two neighbouring segments stand twice in a path: a link that was resolved against itself."""
    pairs = [pair for pair in pairwise(segments) if not all(segment.isdigit() for segment in pair)]
    return len(set(pairs)) < len(pairs)


@lru_cache(URLS_KEPT)
def families_of(url: str) -> tuple[tuple[str, int], ...]:
    """The families a canonical URL belongs to, each with the number of barren pages it may have over."""
    parts = urlsplit(url)
    segments = parts.path.split("/")
    first = _DIGITS.sub("0", _HEX.sub("h", segments[1])) if len(segments) > 2 else ""
    mark = "?" if parts.query else ""
    return (f"{parts.netloc}/{first}{mark}", BARREN_MAX), (parts.netloc, BARREN_HOST_MAX)


def letters_digest(words: Iterable[str]) -> str:
    """A digest of a page's words without its numbers: equal for the days of a calendar and the copies of a session."""
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16).hexdigest()


def words_of(texts: Iterable[str]) -> list[str]:
    """The words of a page's text, lower case and without numbers, at most `TEXT_WORDS_MAX`."""
    return _WORD.findall("\n".join(texts).lower())[:TEXT_WORDS_MAX]


def shingles_of(words: list[str]) -> dict[int, None]:
    """The different runs of five words of a text, in its order, each as 64 bits.

    The numbers are this process's own and are not to be kept: Python draws the key of its hash anew for each, so that
    no site can make two runs look the same.
    """
    return dict.fromkeys(map(hash, zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)))


class Novelty:
    """Remembers what the families have said, in bounded memory."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, set[int]] = OrderedDict()

    def is_new(self, family: str, shingles: Collection[int]) -> bool:
        """Whether a page's shingles say something its family did not say before; remembers what they say."""
        seen = self._seen.setdefault(family, set())
        self._seen.move_to_end(family)
        if len(self._seen) > FAMILIES_MAX:
            self._seen.popitem(last=False)
        fresh, room = set(shingles) - seen, SHINGLES_MAX - len(seen)
        seen.update(fresh if len(fresh) <= room else islice((each for each in shingles if each in fresh), room))
        return len(fresh) >= NEW_SHINGLES_MIN

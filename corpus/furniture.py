"""Furniture: lines that stand on very many pages of a host, and belong to the site and not to any of its texts.

Cookie notices, share buttons, menus that extraction took for text. Whether a line is furniture is a statement about
all documents of a source together, so it is made when they are all refined: independent of their order and of how
they lie in files. Copies of one text count once.

Lines are counted in two readings. The first adds each (host, line) to one of SLOTS counters, which never say too
little; the second counts exactly, but only lines whose counter reached the limit. State: 4 bytes a counter, 64 MB in
all; 60 bytes a document for the texts seen; 100 bytes a line that may be furniture, some thousands in a source.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from corpus.document_files import read_documents
from corpus.profiles import FurnitureLimits

SLOTS = 1 << 24
"""Counters of the first reading: a source of a million pages has some twenty million lines."""

MIDDLE_WORDS_MIN = 4
"""Shorter lines go at a page's ends only: in the middle they are headings, names and units that texts share."""

REMOVED_SHARE_MAX = 0.5
"""Furniture is the smaller part of a page; where it would be more, pages are near-copies of each other, or lists."""

_NUMBER = re.compile(r"\d+")
_STRUCTURE = ("#", "-", "•", "|")
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Cleared:
    """A text without furniture; how many lines and characters were taken out."""

    text: str
    lines: int
    chars: int


def find_furniture(files: Sequence[Path], limits: FurnitureLimits) -> frozenset[int]:
    """The keys of all lines of documents files that are furniture on their host; see `clear`."""
    counters = np.zeros(SLOTS, dtype=np.uint32)
    hosts: Counter[str] = Counter()
    for host, keys in _texts(files):
        hosts[host] += 1
        counters[[key % SLOTS for key in keys]] += 1  # two lines of a text in one slot count once, as both are as rare
    exact: Counter[int] = Counter()
    enough: dict[int, int] = {}
    for host, keys in _texts(files):
        needed = limits.documents(hosts[host])
        for key in keys:
            if counters[key % SLOTS] >= needed:
                exact[key] += 1
                enough[key] = needed
    return frozenset(key for key, count in exact.items() if count >= enough[key])


def clear(text: str, url: str, furniture: frozenset[int]) -> Cleared:
    """Take furniture out of a text: at its ends any line, in its middle those that are whole sentences.

    A text that would lose more than REMOVED_SHARE_MAX of its characters is left as it is.
    """
    host = host_of(url)
    lines = text.split("\n")
    known = [not line.strip() or line_key(host, line) in furniture for line in lines]
    first = next((number for number, is_known in enumerate(known) if not is_known), len(lines))
    last = next((number for number in range(len(lines), 0, -1) if not known[number - 1]), 0)
    kept = [
        line for number, line in enumerate(lines[first:last], start=first) if not (known[number] and _is_sentence(line))
    ]
    shorter = _EMPTY_LINES.sub("\n\n", "\n".join(kept)).strip()
    removed = sum(bool(line.strip()) for line in lines) - sum(bool(line.strip()) for line in kept)
    if not removed or len(text) - len(shorter) > REMOVED_SHARE_MAX * len(text):
        return Cleared(text, 0, 0)
    return Cleared(shorter, removed, len(text) - len(shorter))


def line_key(host: str, line: str) -> int:
    """A number for a line on a host; capitals and spaces at its ends do not matter, nor counts and dates in it.

    A heading's numbers do: they tell one page from the next.
    """
    plain = line.strip().lower()
    if not plain.startswith("#"):
        plain = _NUMBER.sub("0", plain)
    return int.from_bytes(hashlib.blake2b(f"{host}\n{plain}".encode(), digest_size=8).digest(), "little")


def host_of(url: str) -> str:
    """The host of an address; empty for a text without one."""
    return urlsplit(url).hostname or ""


def _is_sentence(line: str) -> bool:
    return line.count(" ") >= MIDDLE_WORDS_MIN - 1 and not line.startswith(_STRUCTURE)


def _texts(files: Iterable[Path]) -> Iterator[tuple[str, set[int]]]:
    """Host and lines' keys of each different text."""
    seen: set[int] = set()
    for file in files:
        for batch in read_documents(file, ["url", "text", "text_digest"]):
            for row in batch.to_pylist():
                digest = int(row["text_digest"][-16:], 16)
                if row["text"] and digest not in seen:
                    seen.add(digest)
                    host = host_of(row["url"])
                    yield host, {line_key(host, line) for line in row["text"].split("\n") if line.strip()}

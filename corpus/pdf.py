"""PDF to plain text; the only module that knows PDFium.

A PDF knows lines on pages, and no paragraphs. Lines that stand at the top or bottom of many pages are running heads
and go; words that were divided at a line's end are joined; lines are joined until one ends a paragraph: it is shorter
than the page is wide, and what follows does not go on in the middle of a sentence.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2

EDGE_LINES = 3
"""Lines at the top and the bottom of a page that may be running heads, with a page number."""

HEAD_PAGES_MIN = 3
"""Pages a line stands on, at least, to be a running head."""

HEAD_SHARE_MIN = 1 / 3
"""Share of the pages it stands on: left and right pages have different ones, and a chapter may have its own."""

FULL_LINE_SHARE = 0.75
"""A line shorter than this share of the page's width in characters ends a paragraph, or is a heading."""

FULL_END_SHARE = 0.85
"""The same for a line with the end of a sentence, which is more likely a paragraph's last."""

_DIVIDED = "\ufffe"
"""What PDFium gives for a hyphen at a line's end."""

_WORDS_AROUND = re.compile(rf"(?<!\w)(\w*){_DIVIDED}\s*(?=(\w*))")
_NUMBER = re.compile(r"\d+")
_BULLET = re.compile(r"^[•▪■●◦‣·–-]\s+")
_SENTENCE_END = (".", "!", "?", ":", ";", "”", "»", '"', ")")
_HALVES = frozenset({"og", "eller", "samt"})
_NO_TITLE = re.compile(
    r"\W*(?:untitled|unavngivet|anonymous|microsoft (?:word|powerpoint)\b.*|.*\.(?:docx?|pdf|indd|qxd|pptx?|rtf))\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlainPdf:
    """Text, title and author of a PDF, and why there is no text; all may be empty."""

    text: str = ""
    title: str = ""
    author: str = ""
    trouble: str = ""


def plain_pdf(payload: bytes) -> PlainPdf:
    """Read a PDF; one that cannot be read, or has no text in it, says why."""
    try:
        document = pypdfium2.PdfDocument(payload)
        pages = [page.get_textpage().get_text_range() for page in document]
        about = _about(document)
    except pypdfium2.PdfiumError as error:
        return PlainPdf(trouble="encrypted" if "password" in str(error).lower() else "no PDF, or broken")
    text = joined([page.splitlines() for page in pages])
    title = about.get("Title", "")
    return PlainPdf(
        text,
        "" if _NO_TITLE.fullmatch(title) else title,
        "" if _NO_TITLE.fullmatch(about.get("Author", "")) else about.get("Author", ""),
        "" if text else "no text in it",
    )


def _about(document: pypdfium2.PdfDocument) -> dict[str, str]:
    """What a PDF says of itself; nothing when that is no text."""
    try:
        return dict(document.get_metadata_dict(skip_empty=True))
    except UnicodeError:
        return {}


def joined(pages: Sequence[Sequence[str]]) -> str:
    """Paragraphs from the lines of pages, a blank line apart; list items stand a line each."""
    bare = [[" ".join(line.split()) for line in page if line.strip()] for page in pages]
    heads = _running_heads(bare)
    paragraphs: list[list[str]] = []
    was_full = False
    for page in bare:
        kept = [line for number, line in enumerate(page) if not (_is_edge(number, page) and _key(line) in heads)]
        width = _width(kept)
        for line in kept:
            if paragraphs and _goes_on(paragraphs[-1][-1], line, was_full=was_full):
                paragraphs[-1].append(line)
            else:
                paragraphs.append([_BULLET.sub("- ", line)])
            was_full = len(line) >= width * (FULL_END_SHARE if line.endswith(_SENTENCE_END) else FULL_LINE_SHARE)
    text = "\n\n".join(_WORDS_AROUND.sub(_undivided, " ".join(lines)) for lines in paragraphs)
    return re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", text)


def _goes_on(before: str, line: str, *, was_full: bool) -> bool:
    """Whether a line belongs to the paragraph of the line before it."""
    if before.endswith(_DIVIDED):
        return True
    if _BULLET.match(line):
        return False
    return was_full or (line[:1].islower() and not before.endswith(_SENTENCE_END))


def _running_heads(pages: Sequence[Sequence[str]]) -> set[str]:
    seen = Counter(
        key for page in pages for key in {_key(line) for number, line in enumerate(page) if _is_edge(number, page)}
    )
    return {key for key, count in seen.items() if count >= max(HEAD_PAGES_MIN, HEAD_SHARE_MIN * len(pages))}


def _is_edge(number: int, page: Sequence[str]) -> bool:
    return number < EDGE_LINES or number >= len(page) - EDGE_LINES


def _key(line: str) -> str:
    """A line as it is on every page, whatever the page's number."""
    return _NUMBER.sub("0", line.lower())


def _width(lines: Sequence[str]) -> int:
    """The length most full lines have, in characters: nine lines of ten are no longer."""
    lengths = sorted(len(line) for line in lines)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _undivided(match: re.Match[str]) -> str:
    """A word's beginning, with the hyphen if it is its own: `E-handel`, `PC-udstyr`, `mad- og drikke`."""
    left, right = match[1], match[2]
    if right.lower() in _HALVES:
        return f"{left}- "
    own = len(left) == 1 or left.isupper() or left.isdecimal() or right[:1].isupper() or right[:1].isdecimal()
    return f"{left}-" if own else left

"""What a capture says, by its content type: HTML, plain text, Markdown, wikitext, PDF or DOCX.

What a delivery's file states beside the text (`X-Delivered-…` headers, percent-encoded) comes before what the text
itself names.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import unquote

from corpus.captures import Capture
from corpus.charset import decode
from corpus.extract import FIELD_CHARS_MAX, HTML_CHARS_MAX, NOTHING, Extracted, day_of, extract, extract_plain, tidy
from corpus.render import render

PDF_TYPE = "application/pdf"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WIKI_TYPE = "text/x-wiki"
PLAIN_TYPES = frozenset({"text/plain", "text/markdown"})

_DELIVERED = "x-delivered-"
"""How the names of headers begin in which a delivery's file states something."""

WIKITEXT, PDF, DOCX = "wikitext", "pdf", "docx"
"""What found the text, beside the words of `corpus.extract`."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a capture says, how its bytes were decoded, and why it says nothing; the last two may be empty.

    `too_large` is text beyond HTML_CHARS_MAX characters, which is not read; `passed_over` is what was not wanted.
    """

    extracted: Extracted
    charset: str = ""
    trouble: str = ""
    too_large: bool = False
    passed_over: bool = False


def read_capture(capture: Capture, wanted: Callable[[str], bool] | None = None) -> Said:
    """Read a capture by its content type; what has none is read as HTML.

    `wanted` is asked of decoded HTML and plain text before it is extracted, and may say no.
    """
    kind = capture.header("content-type").partition(";")[0].strip().lower()
    said = _pdf(capture) if kind == PDF_TYPE else _docx(capture) if kind == DOCX_TYPE else _text(capture, wanted)
    if len(said.extracted.text) > HTML_CHARS_MAX:
        return Said(Extracted(""), said.charset, f"{len(said.extracted.text)} characters", too_large=True)
    return replace(said, extracted=_with_delivered(said.extracted, capture))


def _text(capture: Capture, wanted: Callable[[str], bool] | None) -> Said:
    content_type = capture.header("content-type")
    kind = content_type.partition(";")[0].strip().lower()
    decoded = decode(capture.payload, content_type)
    if len(decoded.text) > HTML_CHARS_MAX:
        return Said(Extracted(decoded.text), decoded.decision)
    if wanted is not None and kind != WIKI_TYPE and not wanted(decoded.text):
        return Said(Extracted(""), decoded.decision, passed_over=True)
    if kind in PLAIN_TYPES:
        return Said(extract_plain(decoded.text), decoded.decision)
    if kind == WIKI_TYPE:
        from corpus.wikitext import plain_wikitext  # noqa: PLC0415 - what reads a rare format loads with its first text

        return Said(_extracted(plain_wikitext(decoded.text), WIKITEXT), decoded.decision)
    return Said(extract(decoded.text, capture.url, capture.fetched_at.date()), decoded.decision)


def _pdf(capture: Capture) -> Said:
    from corpus.pdf import plain_pdf  # noqa: PLC0415 - as above

    found = plain_pdf(capture.payload)
    return Said(_extracted(found.text, PDF, found.title, found.author), trouble=found.trouble)


def _docx(capture: Capture) -> Said:
    from corpus.docx import docx_tree  # noqa: PLC0415 - as above

    found = docx_tree(capture.payload)
    text = render(found.tree) if found.tree is not None else ""
    return Said(_extracted(text, DOCX, found.title, found.author), trouble=found.trouble)


def _extracted(text: str, extractor: str, title: str = "", author: str = "") -> Extracted:
    text, title, author = (field.encode("utf-8", "replace").decode() for field in (text, title, author))  # surrogates
    clean = tidy(text)
    title, author = (" ".join(field.split())[:FIELD_CHARS_MAX] for field in (title, author))
    return Extracted(clean, title, author, extractor=extractor if clean else NOTHING)


def _with_delivered(extracted: Extracted, capture: Capture) -> Extracted:
    if not any(name.lower().startswith(_DELIVERED) for name, _ in capture.headers):
        return extracted
    title, author, published = (
        unquote(capture.header(f"{_DELIVERED}{name}"))[:FIELD_CHARS_MAX] for name in ("title", "author", "published")
    )
    day = day_of(published)
    return replace(
        extracted,
        title=title or extracted.title,
        author=author or extracted.author,
        published=day if day and day <= capture.fetched_at.date() else extracted.published,
    )

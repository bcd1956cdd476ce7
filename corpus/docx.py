"""DOCX to a tree of HTML; the only module that knows mammoth.

Heads and feet of pages are no part of the text; inserted text is, deleted text is not. Pictures are not opened.
"""

import io
import zipfile
from dataclasses import dataclass

import mammoth
from lxml import etree
from lxml.html import HtmlElement, document_fromstring

UNPACKED_BYTES_MAX = 64 * 2**20
"""Bytes of the parts of a document that hold text, as its directory states them: a long book has a tenth."""

_HOW = {
    "style_map": "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh",
    "include_embedded_style_map": False,  # what a document wants its own styles to become
    "convert_image": lambda _: [],
}
_CORE = "docProps/core.xml"
_DUBLIN_CORE = {"dc": "http://purl.org/dc/elements/1.1/"}


@dataclass(frozen=True, slots=True)
class DocxTree:
    """A document as a tree, its title and author, and why there is no tree."""

    tree: HtmlElement | None = None
    title: str = ""
    author: str = ""
    trouble: str = ""


def docx_tree(payload: bytes) -> DocxTree:
    """Read a DOCX file; one that cannot be read says why."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as parts:
            size = sum(part.file_size for part in parts.infolist() if part.filename.endswith((".xml", ".rels")))
            core = parts.read(_CORE) if _CORE in parts.namelist() and size <= UNPACKED_BYTES_MAX else b""
        if size > UNPACKED_BYTES_MAX:
            return DocxTree(trouble=f"{size} bytes unpacked")
        html = mammoth.convert_to_html(io.BytesIO(payload), **_HOW).value
        tree = document_fromstring(f"<html><body>{html}</body></html>")
        for mark in list(tree.iter("sup", "a")):
            if isinstance(mark, HtmlElement) and _is_note_mark(mark):
                mark.drop_tree()
        return DocxTree(tree, *_about(core))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - third-party extraction: mammoth raises what its parts raise
        return DocxTree(trouble=f"no DOCX, or broken: {type(error).__name__}")


def _is_note_mark(element: HtmlElement) -> bool:
    """Whether an element is the number of a note in the text, or the arrow that leads from the note to it."""
    link = element.find("a") if element.tag == "sup" else element
    is_inside = link is not None and (link.get("href") or "").startswith("#")
    return is_inside and (element.tag == "sup" or element.text_content() == "↑")


def _about(core: bytes) -> tuple[str, str]:
    if not core:
        return "", ""
    tree = etree.fromstring(core, etree.XMLParser(resolve_entities=False, no_network=True))
    title, author = (tree.findtext(f"dc:{name}", namespaces=_DUBLIN_CORE) or "" for name in ("title", "creator"))
    return title, author

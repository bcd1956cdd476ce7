"""One parse of a page, shared by all who read it, and a plain scan for pages that cannot be parsed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_to_unicode

from corpus.captures import Capture
from crawler.media import HTML_TYPES, UNSAID_TYPES, media_type
from crawler.observe.evidence import looks_like_markup

HTML_BYTES_MAX = 8 << 20
"""Longest page parsed, in bytes: far above any article. At worst (a tag every eight bytes) the tree takes 300 MB."""

SCAN_CHARS_MAX = 2 << 20
"""How much of a page that cannot be parsed is scanned for metas and links: heads end long before, floods after."""

_TAG = re.compile(r"<(meta|link)\b([^<>]{0,4096})>?", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z:-]{1,40})\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")


@dataclass(frozen=True, slots=True)
class Tag:
    """A meta or link: its name and its attributes, names in lower case."""

    name: str
    attributes: dict[str, str]

    def get(self, attribute: str) -> str:
        """An attribute's value without blanks around it; empty when absent."""
        return self.attributes.get(attribute, "").strip()

    @property
    def raw(self) -> str:
        """The tag, written again."""
        return f"<{self.name} " + " ".join(f'{name}="{value}"' for name, value in self.attributes.items()) + ">"


def is_html(capture: Capture) -> bool:
    """Whether a page is HTML by its Content-Type, or by its first bytes when that says nothing."""
    stated = media_type(capture.header("content-type"))
    return stated in HTML_TYPES or (stated in UNSAID_TYPES and looks_like_markup(capture.payload))


def parse_html(capture: Capture) -> HtmlElement | None:
    """Parse a page's HTML once; None when it is no HTML, too long, nested too deep or beyond the parser. Never raises.

    libxml2 stops at 256 levels, which real pages reach; with `huge_tree` it stops at 2048, still far from any trouble,
    and our own limit on bytes bounds the rest. A tree that was cut off there is not handed out, as what was said behind
    would be lost in silence.
    """
    if not is_html(capture) or len(capture.payload) > HTML_BYTES_MAX:
        return None
    parser = HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(_text(capture).encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    cut = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return None if cut or not isinstance(tree, HtmlElement) else tree


def tags(capture: Capture, tree: HtmlElement | None) -> tuple[Tag, ...]:
    """Every meta and link of a page, from its tree, or by a plain scan of its beginning when there is none."""
    if tree is None:
        return tuple(_scanned(_text(capture)[:SCAN_CHARS_MAX])) if is_html(capture) else ()
    return tuple(
        Tag(str(element.tag), {str(name).lower(): str(value) for name, value in element.attrib.items()})
        for element in tree.iter("meta", "link")
    )


def _text(capture: Capture) -> str:
    body = capture.payload[:HTML_BYTES_MAX]
    return html_to_unicode(capture.header("content-type") or None, body, default_encoding="utf-8")[1].replace("\0", "")


def _scanned(text: str) -> Iterator[Tag]:
    for found in _TAG.finditer(text):
        pairs = _ATTRIBUTE.findall(found[2])
        yield Tag(found[1].lower(), {name.lower(): value.strip("\"'") for name, value in pairs})

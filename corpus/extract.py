"""From a page's HTML to its main text as plain Markdown; the only module that knows trafilatura.

Two readings of a page are laid over each other. Trafilatura knows well where the main text begins and ends, and
loses lists, headings and words in between; our own reading of the tree loses nothing, and does not know the ends. So
the text is our own reading from the first line trafilatura found to the last. Where trafilatura finds nothing, all of
our own reading is taken, and `extractor` says so. A page nested too deep to parse is read without its containers.
`text/plain` is taken as it is.

Tidying comes first: inline elements lose their tags, since a rule that drops a `<div class="menu">` must not drop a
`<span class="menu">` in the middle of a sentence.
"""

import itertools
import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date

import trafilatura
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura.metadata import extract_metadata

from corpus.render import render

HTML_CHARS_MAX = 10_000_000
"""Longer pages are not parsed: the tree takes some thirty times the space, and no page of prose is as long."""

ELEMENTS_MAX = 50_000
"""Trees with more elements are not shown to trafilatura, whose time grows faster than they do: 50,000 paragraphs took
it 8 seconds. Our own reading takes them all."""

ATTRIBUTE_CHARS_MAX = 10_000
"""Longer attributes are pictures or attacks; rules that search them for names take seconds each."""

FIELD_CHARS_MAX = 500
"""Longest title, author or site name kept: enough for any real one, too little for a page in disguise."""

FOUND_SHARE_MIN = 0.9
"""Our own reading must hold this share of what trafilatura found, or it threw out too much and is not used."""

ANCHOR_LETTERS_MIN = 4
"""A line with fewer letters is no evidence that it is the same line."""

INSIDE_LETTERS_MIN = 20
"""A line at least this long may match as a part of a longer one."""

TRAFILATURA, FALLBACK, PLAIN, NOTHING = "trafilatura", "fallback", "plain", "nothing"

_INLINE = (
    "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label",
    "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
    "wbr",
)  # fmt: skip
_NOT_TEXT = (
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video",
    "select", "textarea", "button", "input",
)  # fmt: skip
_KEPT_WHEN_FLAT = "html|head|body|title|meta|script|style|noscript|template|p|li|br|h[1-6]|pre"
_CONTAINER_TAG = re.compile(rf"<(?!/?(?:{_KEPT_WHEN_FLAT})\b)/?[a-zA-Z][^<>]*>", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:^|[-_ ])(?:cookie|cookies|consent|gdpr|nav|navbar|navigation|menu|sidebar|breadcrumbs?|footer|banner|share"
    r"|social|skip|pager|pagination|toc|related|newsletter)",
    re.IGNORECASE,
)
_CONSENT = re.compile(r"(?:^|[-_ ])(?:cookie|consent|gdpr|dialog|alertdialog)", re.IGNORECASE)
_FURNITURE = ("nav", "footer", "aside", "form", "dialog", "header")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it could not read is counted here, page by page


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a page says. Unknown strings are empty; `extractor` is trafilatura, fallback, plain or nothing."""

    text: str
    title: str = ""
    author: str = ""
    published: date | None = None
    site_name: str = ""
    declared_language: str = ""
    extractor: str = NOTHING


def extract_plain(text: str) -> Extracted:
    """A text/plain body is its own main text."""
    clean = tidy(text)
    return Extracted(clean, extractor=PLAIN if clean else NOTHING)


def extract(html: str, url: str, fetched: date) -> Extracted:
    """Find the main text and what the page says about itself.

    `fetched` bounds the dates believed: nothing was published after it was fetched. A page longer than
    HTML_CHARS_MAX characters gives no text.
    """
    if len(html) > HTML_CHARS_MAX:
        return Extracted("")
    tree = parse(html)
    if tree is None:
        tree = parse(_CONTAINER_TAG.sub("\n", html))
        if tree is None:
            return Extracted("")
    text, extractor = main_text(tree, url)
    title, author, site_name, published = _metadata(tree, url, fetched)
    language = (tree.get("lang") or tree.get("xml:lang") or "")[:35].strip()
    return Extracted(text, title, author, published, site_name, language, extractor)


def parse(html: str) -> HtmlElement | None:
    """Parse leniently into a tree without comments; None when nothing, or not all, comes out.

    Past a depth of 2,048 the parser stops, and what stands behind is missing from the tree.
    """
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(_CONTROL.sub(" ", html).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # an empty document
        return None
    last = parser.error_log.last_error
    return None if last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT else tree


def main_text(tree: HtmlElement, url: str) -> tuple[str, str]:
    """Main text of a tree and the extractor that found it."""
    tidied = deepcopy(tree)
    etree.strip_elements(tidied, *_NOT_TEXT, with_tail=False)
    _cut_attributes(tidied)
    for element in [element for element in tidied.iter(etree.Element) if _CONSENT.search(_names(element))]:
        if element.tag not in {"html", "body", "main"} and element.getparent() is not None:
            element.drop_tree()
    etree.strip_tags(tidied, *_INLINE)
    small = sum(1 for _ in itertools.islice(tidied.iter(), ELEMENTS_MAX + 1)) <= ELEMENTS_MAX
    found = _trafilatura_text(tidied, url) if small else ""
    own = _own_text(_marked_main(tidied))
    if found:
        return _filled(found, own), TRAFILATURA
    return (own, FALLBACK) if own else ("", NOTHING)


def _cut_attributes(tree: HtmlElement) -> None:
    """Take out attributes longer than ATTRIBUTE_CHARS_MAX."""
    for element in tree.iter(etree.Element):
        for name, value in element.items():
            if len(value) > ATTRIBUTE_CHARS_MAX:
                del element.attrib[name]


def _filled(found: str, own: str) -> str:
    """Our own reading between the first and the last line of trafilatura's, with the headings right above it."""
    keys = {key for line in found.split("\n") if len(key := _key(line)) >= ANCHOR_LETTERS_MIN}
    joined = "|".join(sorted(keys))
    lines = own.split("\n")
    hits = [
        number
        for number, line in enumerate(lines)
        if (key := _key(line)) in keys or (len(key) >= INSIDE_LETTERS_MIN and key in joined)
    ]
    if not hits:
        return found
    first = hits[0]
    while first and (not lines[first - 1] or lines[first - 1].startswith("#")):
        first -= 1
    filled = tidy("\n".join(lines[first : hits[-1] + 1]))
    return filled if len(filled) >= FOUND_SHARE_MIN * len(found) else found


def _key(line: str) -> str:
    """Letters of a line in lower case: what both readings of it share."""
    return "".join(filter(str.isalpha, line.lower()))


def _trafilatura_text(tree: HtmlElement, url: str) -> str:
    try:
        text = trafilatura.extract(
            tree,
            url=url,
            output_format="txt",
            include_comments=False,
            include_formatting=True,
            include_tables=True,
            deduplicate=False,  # its cache is the process's: the same page would give other text the second time
        )
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - third-party extraction: whatever it trips over, the fallback reads the page
        return ""
    return tidy(text or "")


def _metadata(tree: HtmlElement, url: str, fetched: date) -> tuple[str, str, str, date | None]:
    """Title, author, site name and day of publication, as far as the page tells."""
    dates = {"original_date": True, "extensive_search": False, "max_date": fetched.isoformat()}
    try:
        found = extract_metadata(tree, default_url=url, date_config=dates)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - third-party extraction: a page without metadata is still a page
        return "", "", "", None
    title, author, site_name = (
        " ".join((value or "").split())[:FIELD_CHARS_MAX] for value in (found.title, found.author, found.sitename)
    )
    return title, author, site_name, _day(found.date)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _marked_main(tree: HtmlElement) -> HtmlElement:
    """The one element the page marks as its main part, or its body if it marks none or several."""
    for path in ("//main", "//*[@role='main']", "//article"):
        found = tree.xpath(path)
        if len(found) == 1:
            return found[0]
    body = tree.find("body")
    return tree if body is None else body


def _names(element: HtmlElement) -> str:
    """What a page calls an element."""
    return f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}"


def _furniture(root: HtmlElement) -> Iterator[HtmlElement]:
    for element in root.iter(etree.Element):
        if element is root or element.tag in {"html", "body"}:
            continue
        if element.tag in _FURNITURE or _ASIDE.search(_names(element)):
            yield element


def _own_text(root: HtmlElement) -> str:
    """Text of a tree without what its tags and names call navigation, header, footer or consent."""
    for element in list(_furniture(root)):
        element.drop_tree()
    return tidy(render(root))


def tidy(text: str) -> str:
    """Clean up: no control characters, no spaces at line ends, at most one empty line in a row."""
    lines = (" ".join(line.split(" ")).rstrip() for line in _CONTROL.sub("", text).replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

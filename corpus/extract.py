"""From a page's HTML to its main text as plain Markdown, by trafilatura and a reading of our own.

Of the other modules only `searches`, `shortcuts` and `stopwords`, which make it quicker, know trafilatura.

Two readings of a page are laid over each other. Trafilatura knows well where the main text begins and ends, and
loses lists, headings and words in between; our own reading of the tree loses nothing, and does not know the ends. So
the text is our own reading from the first line trafilatura found to the last. Where trafilatura finds nothing, all of
our own reading is taken, and `extractor` says so. A page nested too deep to parse is read without its containers.
`text/plain` is taken as it is.

Tidying comes first: inline elements lose their tags, since a rule that drops a `<div class="menu">` must not drop a
`<span class="menu">` in the middle of a sentence.
"""

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, cast

import trafilatura
from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import metadata, xpaths
from trafilatura.settings import Extractor

from corpus.days import may_say_day, said_day
from corpus.overlay import key, laid_over
from corpus.render import render
from corpus.searches import quicken, quicker
from corpus.shortcuts import shorten
from corpus.stopwords import keep_lightly
from corpus.surroundings import drop_consent, drop_headed, drop_named, trimmed

HTML_CHARS_MAX = 10_000_000
"""Longer pages are not parsed: the tree takes some thirty times the space, and no page of prose is as long."""

ELEMENTS_MAX = 50_000
"""Trees with more elements are not shown to trafilatura, whose time grows faster than they do: 50,000 paragraphs took
it 8 seconds. Our own reading takes them all."""

ATTRIBUTE_CHARS_MAX = 10_000
"""Longer attributes are pictures or attacks; rules that search them for names take seconds each."""

FIELD_CHARS_MAX = 500
"""Longest title, author or site name kept: enough for any real one, too little for a page in disguise."""

LANGUAGE_CHARS_MAX = 35
"""Longest language tag kept: RFC 5646 says that no program need bear a longer one."""

FAST_SHARE_MIN = 0.5
"""When trafilatura's fast mode finds less than this share of our own reading, its slow one is asked too, which compares
itself with other extractors: one page in a hundred."""

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
_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement)
"""One class for all elements: lxml's own choice by tag is made in Python, for every element at every touch."""

_COUNT = etree.XPath("count(//*)")
_WITH_LONG_ATTRIBUTES = etree.XPath(f"//*[@*[string-length() > {ATTRIBUTE_CHARS_MAX}]]")
_NAMES = etree.XPath(
    "//@class | //@id | //@rel | //@itemprop | //@data-testid | //@data-component", smart_strings=False
)
_MAIN = tuple(map(etree.XPath, ("//main", "//*[@role='main']", "//article")))
_LANGUAGES = etree.XPath(
    "//meta[translate(@http-equiv, 'CL', 'cl') = 'content-language']/@content"
    " | //meta[@property = 'og:locale']/@content"
)
_FAST, _SLOW = (
    Extractor(
        fast=fast,
        output_format="txt",
        comments=False,
        formatting=True,
        tables=True,
        dedup=False,  # its cache is the process's: the same page would give other text the second time
    )
    for fast in (True, False)
)
"""How trafilatura is asked; made once, since it reads a configuration each time."""

_AUTHOR = re.compile(
    "author|byl|bbl|username|zuozhe|bianji|xiaobian|channel-name|submitted-by|posted-by|journalist-name|screenname|writer",
    re.IGNORECASE,
)
"""What names of elements hold that trafilatura 2.3 takes for an author's (`AUTHOR_XPATHS`)."""

_BY = re.compile(r"(?:af|tekst|skrevet af)[: ]\s*(?=[A-ZÆØÅ])", re.IGNORECASE)
"""What stands before a writer's name in Danish, and trafilatura takes for its beginning."""

_HOST = re.compile(r"https?://(?:www\.|w\d+\.)?([^/]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

quicken(
    xpaths.BODY_XPATH, xpaths.RAW_TREE_PRUNE_XPATH, xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
    xpaths.OVERALL_DISCARD_XPATH, xpaths.TEASER_DISCARD_XPATH, xpaths.DISCARD_IMAGE_ELEMENTS, xpaths.TITLE_XPATHS,
    xpaths.AUTHOR_XPATHS, xpaths.AUTHOR_DISCARD_XPATHS,
)  # fmt: skip
_baseline: Any = import_module("trafilatura.baseline")  # the package has a function of that name
_baseline.BASIC_CLEAN_XPATH = quicker(_baseline.BASIC_CLEAN_XPATH)
shorten()
keep_lightly()

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
    language = _declared_language(tree)
    title, author, site_name, published = _metadata(tree, url, fetched)
    if published is None and may_say_day(html):
        published = said_day(str(tree.text_content()), fetched)
    if len(html) > ATTRIBUTE_CHARS_MAX:
        _drop_long_attributes(tree)
    text, extractor = main_text(tree)
    return Extracted(text, title, author, published, site_name, language, extractor)


def parse(html: str) -> HtmlElement | None:
    """Parse leniently into a tree without comments; None when nothing, or not all, comes out.

    Past a depth of 2,048 the parser stops, and what stands behind is missing from the tree.
    """
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_CLASSES)
    try:
        tree = document_fromstring(_CONTROL.sub(" ", html).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # an empty document
        return None
    last = parser.error_log.last_error
    return None if last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT else tree


def main_text(tree: HtmlElement) -> tuple[str, str]:
    """Main text of a tree and the extractor that found it; of the tree, little is left."""
    etree.strip_elements(tree, *_NOT_TEXT, with_tail=False)
    drop_consent(tree)
    etree.strip_tags(tree, *_INLINE)
    drop_headed(tree)
    is_small = cast("float", _COUNT(tree)) <= ELEMENTS_MAX
    found = _trafilatura_text(tree) if is_small else ""
    links = {key(str(link.text_content())) for link in tree.iter("a")} - {""}
    main = _marked_main(tree)
    drop_named(main)
    own = render(main)
    if is_small and len(found) < FAST_SHARE_MIN * sum(map(len, own.split())):
        found = max(found, _trafilatura_text(tree, fast=False), key=len)
    text = laid_over(found, own, links) if found else own
    text = tidy("\n".join(trimmed(text.split("\n"))))
    return (text, TRAFILATURA if found else FALLBACK) if text else ("", NOTHING)


def _drop_long_attributes(tree: HtmlElement) -> None:
    for element in cast("list[HtmlElement]", _WITH_LONG_ATTRIBUTES(tree)):
        for name in [name for name, value in element.items() if len(value) > ATTRIBUTE_CHARS_MAX]:
            del element.attrib[name]


def _trafilatura_text(tree: HtmlElement, *, fast: bool = True) -> str:
    try:
        text = trafilatura.extract(tree, options=_FAST if fast else _SLOW)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - third-party extraction: whatever it trips over, the fallback reads the page
        return ""
    return (text or "").strip()


def _metadata(tree: HtmlElement, url: str, fetched: date) -> tuple[str, str, str, date | None]:
    """Title, author, site name and day of publication, as far as the page tells."""
    try:
        found = _about(tree, url, fetched)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - third-party extraction: a page without metadata is still a page
        return "", "", "", None
    title, author, site_name = (
        " ".join((value or "").split())[:FIELD_CHARS_MAX] for value in (found.title, found.author, found.sitename)
    )
    return title, _BY.sub("", author, 1), site_name, day_of(found.date or "")


def _about(tree: HtmlElement, url: str, fetched: date) -> Any:  # noqa: ANN401 - trafilatura's own object
    """What `trafilatura.metadata.extract_metadata` finds, without what we do not keep: tags, categories, licence.

    Half of its time is looking for elements that are named for an author; it is not asked where nothing is.
    """
    found = metadata.examine_meta(tree)
    if found.author and " " not in found.author:
        found.author = None
    with suppress(Exception):  # as there: broken JSON-LD is no reason to lose the rest
        found = metadata.extract_meta_json(tree, found)
    found.title = found.title or metadata.extract_title(tree)
    if not found.author and _may_name_author(tree):
        found.author = metadata.extract_author(tree)
    found.url = found.url or metadata.extract_url(tree, url)
    latest = fetched.isoformat()
    found.date = find_date(tree, url=found.url, original_date=True, extensive_search=False, max_date=latest)
    found.sitename = (found.sitename or metadata.extract_sitename(tree) or "").lstrip("@")
    if found.sitename and "." not in found.sitename and not found.sitename[0].isupper():
        found.sitename = found.sitename.title()
    host = _HOST.match(found.url or "")
    found.sitename = found.sitename or (host[1] if host else None)
    found.clean_and_trim()
    return found


def _declared_language(tree: HtmlElement) -> str:
    """The language tag of the whole page: its root's, or what its head says; `da_DK` is written `da-DK`."""
    said = tree.get("lang") or tree.get("xml:lang") or next(iter(cast("list[str]", _LANGUAGES(tree))), "")
    return said[:LANGUAGE_CHARS_MAX].strip().replace("_", "-")


def _may_name_author(tree: HtmlElement) -> bool:
    names = "\n".join(set(cast("list[str]", _NAMES(tree))))
    return bool(_AUTHOR.search(names)) or next(tree.iter("author", "rel"), None) is not None


def day_of(text: str) -> date | None:
    """The day that an ISO 8601 date or time begins with."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _marked_main(tree: HtmlElement) -> HtmlElement:
    """The one element the page marks as its main part, or its body if it marks none or several."""
    for search in _MAIN:
        found = cast("list[HtmlElement]", search(tree))
        if len(found) == 1:
            return found[0]
    body = tree.find("body")
    return tree if body is None else body


def tidy(text: str) -> str:
    """Clean up: no control characters, no spaces at line ends, at most one empty line in a row."""
    lines = map(str.rstrip, _CONTROL.sub("", text).replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

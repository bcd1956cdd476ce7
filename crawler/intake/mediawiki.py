"""MediaWiki's XML export (`pages-articles`): the articles of a wiki, one page in memory at a time.

Only the main namespace, and no redirects; of a page with several revisions the last one stands. Entities of a DTD are
not resolved and nothing is loaded.
"""

from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from lxml import etree

from crawler.intake.items import ITEM_BYTES_MAX, BrokenFileError, Item, Read, Unread

WIKI_TYPE = "text/x-wiki; charset=utf-8"


def read_mediawiki(stream: BinaryIO) -> Iterator[Read]:
    """Items of a dump; raises `BrokenFileError` behind the last page that could be read."""
    base = ""
    events = etree.iterparse(
        stream,
        events=("end",),
        tag=("{*}base", "{*}revision", "{*}page"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            kind = etree.QName(element).localname
            if kind == "base":
                base = element.text or ""
            elif kind == "revision":
                _forget_before(element, element.tag)
            else:
                yield _page(element, base)
                element.clear()
                _forget_before(element, None)
    except etree.XMLSyntaxError as error:
        raise BrokenFileError("broken_file") from error


def _forget_before(element: etree._Element, tag: str | None) -> None:
    """Take what stands before an element, of a kind or of any, out of the tree, which keeps all it has seen."""
    parent = element.getparent()
    for earlier in list(element.itersiblings(tag, preceding=True)):
        if parent is not None:
            parent.remove(earlier)


def _page(page: etree._Element, base: str) -> Item | Unread:
    title = page.findtext("{*}title") or ""
    url = f"{base.rpartition('/')[0]}/{quote(title.replace(' ', '_'), safe='/:;@$!*(),~')}"
    if not title:
        return Unread("failed", "no_title")
    revision = page.findall("{*}revision")[-1:]
    model = revision[0].findtext("{*}model") if revision else None
    payload = (revision[0].findtext("{*}text") or "").encode() if revision else b""
    for is_so, outcome, reason in (
        ((page.findtext("{*}ns") or "0") != "0", "refused", "other_namespace"),
        (page.find("{*}redirect") is not None, "refused", "redirect"),
        ((model or "wikitext") != "wikitext", "refused", "not_text"),
        (not payload.strip(), "failed", "empty"),
        (len(payload) > ITEM_BYTES_MAX, "failed", "too_large"),
    ):
        if is_so:
            return Unread(outcome, reason, url)
    return Item(payload, WIKI_TYPE, url, title=title)

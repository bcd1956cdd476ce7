"""JSON-LD of a page, script by script: one that is broken must not hide the others."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

_SCRIPT_CHARS_MAX = 1 << 20
"""Longest script read; a page's description of itself has a few kilobytes."""

_NODES_MAX = 500
"""Nodes looked at in one script: lists of products or news have some hundreds."""

_OF_TEXT = frozenset({
    "advertisercontentarticle", "analysisnewsarticle", "article", "askpublicnewsarticle", "backgroundnewsarticle",
    "blogposting", "book", "chapter", "creativework", "discussionforumposting", "faqpage", "howto", "itempage",
    "legislation", "liveblogposting", "medicalwebpage", "message", "newsarticle", "opinionnewsarticle", "poem",
    "qapage", "recipe", "report", "reportagenewsarticle", "review", "reviewnewsarticle", "scholarlyarticle",
    "shortstory", "socialmediaposting", "techarticle", "thesis", "webpage", "aboutpage", "contactpage",
})  # fmt: skip
"""schema.org types that can be the page's own text. Images, recordings, software and data sets are other works."""

_EVIDENCE = ("copyrightNotice", "conditionsOfAccess", "usageInfo", "acquireLicensePage")


def licences(script: str, url: str) -> Iterator[tuple[str, str]]:
    """Pairs of a property (`license`, or one that is only evidence) and its value, for nodes that are the page's text.

    Only top-level nodes and those of `@graph` and `mainEntity` are the page; what hangs below (an image, a cited work)
    is not. A node whose `url` names another page speaks of that page.
    """
    if len(script) > _SCRIPT_CHARS_MAX:
        return
    try:
        data = json.loads(script.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
    except (ValueError, RecursionError):
        return
    for node in _nodes(data):
        if _is_text(node) and _is_here(node, url):
            yield from (("license", value) for value in _values(node.get("license")))
            yield from ((name, value) for name in _EVIDENCE for value in _values(node.get(name)))


def _nodes(data: object) -> Iterator[dict[str, object]]:
    waiting: list[object] = [data]
    for _ in range(_NODES_MAX):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting.extend(item[:_NODES_MAX])
        elif isinstance(item, dict):
            yield item
            waiting.extend(item[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in item)


def _is_text(node: dict[str, object]) -> bool:
    return any(kind.rpartition("/")[2].rpartition(":")[2].lower() in _OF_TEXT for kind in _values(node.get("@type")))


def _is_here(node: dict[str, object], url: str) -> bool:
    stated = _values(node.get("url"))
    return not stated or any(_page(value) == _page(url) for value in stated)


def _page(url: str) -> str:
    """An address without what sites vary freely: scheme, `www.`, query, fragment and a last slash; a path stays one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts.path.rstrip("/")


def _values(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return _values(value.get("@id") or value.get("url"))
    return [text for item in value for text in _values(item)] if isinstance(value, list) else []

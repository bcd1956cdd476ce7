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
    for node in _nodes(_parsed(script)):
        if _is_text(node) and _is_here(node, url):
            yield from (("license", value) for value in _values(node.get("license")))
            yield from ((name, value) for name in _EVIDENCE for value in _values(node.get(name)))


def accessible(script: str, url: str) -> list[tuple[str, str]] | None:
    """What is said of free access: pairs of a part's `cssSelector` (empty: the page) and the value as text.

    None when the script cannot be read.
    """
    data = _parsed(script)
    if data is None:
        return None
    found = []
    for node in _nodes(data):
        if _is_text(node) and _is_here(node, url):
            parts = [part for part in _list(node.get("hasPart")) if isinstance(part, dict)]
            for item in (node, *parts[:_NODES_MAX]):
                selector = "" if item is node else str(item.get("cssSelector") or "part")
                found += [(selector, _word(value)) for value in _list(item.get("isAccessibleForFree"))]
    return found


def _parsed(script: str) -> object:
    """The data of a script; None when there is none to read."""
    if len(script) > _SCRIPT_CHARS_MAX:
        return None
    try:
        return json.loads(script.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
    except (ValueError, RecursionError):
        return None


def _list(value: object) -> list[object]:
    if value is None:
        return []
    return value[:_NODES_MAX] if isinstance(value, list) else [value]


def _word(value: object) -> str:
    """A value as text: JSON's own words for true and false, and an object's address."""
    if isinstance(value, dict):
        value = value.get("@id") or value.get("@value") or ""
    return value if isinstance(value, str) else json.dumps(value)


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

"""Marks of a page that is not free to read: what stands openly may be a beginning, or meant for subscribers only.

Plain marks, written for machines, are RESERVED: schema.org's `isAccessibleForFree` that is false for the page or for a
part of it (`hasPart` with a `cssSelector`), and metas of paywall systems. Marks written for readers ("Log ind for at
læse videre") are MALFORMED, which holds: they count as short blocks of their own, not in menus, footers, lists and
links to other articles, and only where there are few of them, as a list of articles has one for each. Without an
agreement neither is ever included; whether the plain ones exclude or hold is the policy's.
"""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from corpus.captures import Capture
from crawler.observe import jsonld
from crawler.observe.evidence import Seen, statement
from crawler.observe.html import Tag
from crawler.observe.sentences import Region, blocks_of
from ledger.signals import Mechanism, RightsSignal, Verdict

_LABEL = "isAccessibleForFree"
_FALSE = frozenset({"false", "no", "0", "http://schema.org/false", "https://schema.org/false", "schema:false"})
_TRUE = frozenset({"true", "yes", "1", "http://schema.org/true", "https://schema.org/true", "schema:true"})
_BROKEN = re.compile(
    r"isAccessibleForFree[\"'\s:=\\]{1,12}(?:https?:\\?/\\?/schema\.org\\?/)?(?:false|no|0)", re.IGNORECASE
)
_SCRIPTS_MAX = 50
"""As for licences."""

_METAS = re.compile(
    r"(?:^|[.:_-])(?:paywall(?:ed)?|is_?paywall(?:ed)?|(?:is_?)?paid|content_tier|premium(?:content)?)$", re.IGNORECASE
)
"""Last part of the name of a meta that says whether a page is paid for: `k5a:paid`, `article:content_tier` …"""
_FREE = frozenset({"", "0", "false", "no", "nej", "free", "gratis", "none", "open", "off", "null", "undefined"})
_ATTRIBUTES = ("data-paywall", "data-paywalled", "data-is-paywalled", "data-paid", "data-premium")

_TEXT = r"(?:artikl\w+|historien|indhold\w*|teksten|resten|hele|videre|mere|den|denne)"
_WORDS = re.compile(
    r"\b(?:kun|forbeholdt|eksklusivt|udelukkende)\s+(?:for\s+)?(?:(?:vores|vore|betalende)\s+)?"
    r"(?:abonnenter|abonnement|medlemmer)\b"
    rf"|\blog(?:ge)?\s+(?:på|ind)\s+(?:for\s+at|og)\s+(?:kunne\s+)?læse\s+{_TEXT}"
    rf"|\b(?:køb|tegn|prøv|bestil|bliv|få|vælg)\b.{{0,60}}\b(?:for\s+at|og)\s+(?:kunne\s+)?læse?\s+{_TEXT}"
    rf"|\blæs\s+{_TEXT}.{{0,30}}\bmed\s+(?:et\s+)?(?:\w*abonnement|\w*login|\w*plus)\b"
    r"|\b(?:du\s+skal\s+(?:være|have)|kræver,?\s+(?:at\s+du\s+\w+|et))\b.{0,40}\b(?:abonnent|abonnement|logget\s+ind)\b"
    r"|\b(?:artiklen|indholdet|denne\s+\w+)\s+er\s+(?:låst|bag\s+betalingsmur)\b"
    r"|\bsubscribe(?:rs?)?\b.{0,40}\b(?:to\s+(?:continue|keep|read)|only)\b"
    r"|\b(?:log|sign)\s*in\s+to\s+(?:continue|keep)?\s*(?:to\s+)?read\w*\b(?!.{0,20}\bcomment)"
    r"|\b(?:only|exclusively?)\s+(?:available\s+)?(?:for|to)\s+(?:our\s+)?(?:paying\s+)?subscribers\b",
    re.IGNORECASE,
)
_WORDS_CHARS_MAX = 200
"""A block that bars the way is short; in a longer one it is spoken about."""
_WORDS_MAX = 3
"""Such blocks on one barred page; a page with more of them lists barred pages."""
_HERE = frozenset({Region.BODY, Region.NOTICE})
_MARKS = (
    "abonne", "betalingsmur", "er låst", "logget ind", "medlemmer", "for at læse", "for at kunne læse", "og læs",
    "subscri", "log in to", "sign in to", "login to",
)  # fmt: skip
"""What every such text holds, in lower case."""


def statements(capture: Capture, tree: HtmlElement | None, found: tuple[Tag, ...]) -> tuple[RightsSignal, ...]:
    """Every mark of a page that bars the way to it, in its metas, its descriptions of itself, and its words."""
    said = list(_in_metas(capture, found))
    if tree is not None:
        said += [*_in_scripts(capture, tree), *_in_attributes(capture, tree), *_in_words(capture, tree)]
    return tuple(dict.fromkeys(said))


def _mark(verdict: Verdict, said: tuple[str, str], raw: str, seen: Seen) -> RightsSignal:
    return statement(Mechanism.PAYWALL, verdict, said, raw, seen)


def _in_metas(capture: Capture, found: tuple[Tag, ...]) -> Iterator[RightsSignal]:
    for tag in found:
        name = tag.get("name") or tag.get("property")
        value = tag.get("content").lower()
        if tag.name == "meta" and _METAS.search(name) and value not in _FREE:
            yield _mark(Verdict.RESERVED, (name.lower(), value), tag.raw, Seen.on(capture).at("meta"))
        elif tag.name == "meta" and tag.get("itemprop").lower() == _LABEL.lower():
            yield from _accessible(value, tag.raw, Seen.on(capture).at("meta"))


def _in_scripts(capture: Capture, tree: HtmlElement) -> Iterator[RightsSignal]:
    scripts = [script for script in tree.iter("script") if "ld+json" in (script.get("type") or "").lower()]
    for number, script in enumerate(scripts[:_SCRIPTS_MAX]):
        text, seen = script.text or "", Seen.on(capture).at(f"script[{number}]")
        if _LABEL.lower() not in text.lower():
            continue
        values = jsonld.accessible(text, capture.url)
        if values is None:
            if broken := _BROKEN.search(text):
                yield _mark(Verdict.MALFORMED, (_LABEL, ""), broken[0], seen)
            continue
        for selector, value in values:
            raw = f"{_LABEL}: {value}" + (f"; cssSelector: {selector}" if selector else "")
            yield from _accessible(value, raw, seen)


def _accessible(value: str, raw: str, seen: Seen) -> Iterator[RightsSignal]:
    word = value.strip().lower()
    if word not in _TRUE:
        verdict = Verdict.RESERVED if word in _FALSE else Verdict.MALFORMED
        yield _mark(verdict, (_LABEL, value), raw, seen)


def _in_attributes(capture: Capture, tree: HtmlElement) -> Iterator[RightsSignal]:
    for element in tree.iter("html", "body", "main", "article"):
        for name in _ATTRIBUTES:
            value = element.get(name)
            if value is not None and value.strip().lower() not in _FREE - {""}:
                raw = f'<{element.tag} {name}="{value}">'
                yield _mark(Verdict.MALFORMED, (name, value), raw, Seen.on(capture).at(str(element.tag)))


def _in_words(capture: Capture, tree: HtmlElement) -> Iterator[RightsSignal]:
    whole = " ".join(tree.text_content().lower().split())
    if not any(mark in whole for mark in _MARKS):
        return
    here = (block for block in blocks_of(tree) if block.region in _HERE and not block.is_item and not block.is_linked)
    short = (block.text for block in here if len(block.text) <= _WORDS_CHARS_MAX)
    barring = [(text, found[0]) for text in short if (found := _WORDS.search(text))]
    if len(barring) <= _WORDS_MAX:
        for text, words in barring:
            yield _mark(Verdict.MALFORMED, ("words", words), text, Seen.on(capture).at("text"))

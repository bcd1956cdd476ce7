"""Licences a page states for its own text, each with the element it stood in.

A licence counts for the page when it is said of the page: a Link header or `<link rel=license>`, an `<a rel=license>`
or RDFa property that is not inside a figure or another described thing, schema.org's `license` on a text, Dublin Core,
or a footer's sentence that says so. Its verdict is PERMITTED and its value an SPDX expression. What is said of a part,
what names no known licence, and notices of copyright are kept as UNKNOWN without value: evidence, never a basis.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from corpus.captures import Capture
from crawler.media import media_type
from crawler.observe import jsonld, link_header, rsl
from crawler.observe.evidence import Seen, statement
from crawler.observe.html import Tag
from crawler.observe.sentences import is_footer
from ledger.licences import normalise_licence
from ledger.signals import Mechanism, RightsSignal, Verdict

_DUBLIN_CORE = frozenset({
    "dc.rights", "dcterms.rights", "dc.license", "dcterms.license", "dc.rights.license", "dc.licence",
    "dcterms.licence",
})  # fmt: skip
_EVIDENCE_METAS = frozenset({"copyright", "rights", "dcterms.accessrights", "dcterms.rightsholder"})
_RELATIONS = frozenset({
    "license", "cc:license", "xhv:license", "dct:license", "dcterms:license", "dc:license", "schema:license",
    "http://creativecommons.org/ns#license", "https://creativecommons.org/ns#license",
    "http://www.w3.org/1999/xhtml/vocab#license", "http://purl.org/dc/terms/license", "http://schema.org/license",
    "https://schema.org/license",
})  # fmt: skip
_CREDITS = frozenset({
    "cc:attributionname", "cc:attributionurl", "cc:morepermissions", "http://creativecommons.org/ns#attributionname",
    "http://creativecommons.org/ns#attributionurl", "http://creativecommons.org/ns#morepermissions",
})  # fmt: skip
"""CC REL: how the author wants to be named, and where more can be had."""
_STATING = "//body//*[@property or @itemprop or (@rel and not(self::link))]"
_PARTS = frozenset(
    {"figure", "figcaption", "picture", "video", "audio", "blockquote", "aside", "pre", "code", "template"}
)
_PART_TYPES = re.compile(r"image|video|audio|photo|dataset|software|product|comment|map|media", re.IGNORECASE)
_SCRIPTS_MAX = 50
"""JSON-LD scripts read on one page; shops have a dozen."""
_ANCHORS_MAX = 100
"""Elements that state a licence, on one page: galleries have some dozens, one a picture."""
_FOOTERS_MAX = 5
_FOOTER_CHARS_MAX = 4000
"""Of a footer; a longer one is no footer but a page's second half."""
_GRANT = re.compile(
    r"(?:licen[sc](?:eret|ed|e|en|s)?|udgivet|udgives|offentliggjort|tilgængelige?|stillet til rådighed|published"
    r"|released|available|shared)[ :]{1,3}"
    r"(?:(?:under|efter|med|som|by|the|a|en|et|er|is|are|licens(?:en)?|licen[sc]e)[ :]{1,2}){0,5}"
    r"(?P<name>(?:creative commons |cc|gnu |gpl|gfdl|mit\b)[^\n|•·©]{0,70})",
    re.IGNORECASE,
)
_OF_OTHER_THINGS = re.compile(
    r"bille|foto|illustration|ikon|icon|image|photo|picture|video|kort(?:data)?\b|map|software|kildekode"
    r"|source code|theme|tema\b|skrifttype|font|data\b",
    re.IGNORECASE,
)
_RESERVED_TEXT = re.compile(
    r"all rights reserved|alle rettigheder (?:er )?forbehold\w*|eftertryk forbudt", re.IGNORECASE
)


def statements(capture: Capture, tree: HtmlElement | None, found: tuple[Tag, ...]) -> tuple[RightsSignal, ...]:
    """Every licence a page states, in its headers and its HTML; each at most once for each place."""
    said = [*_headers(capture), *_metas_and_links(capture, found)]
    if tree is not None:
        said += [*_anchors(capture, tree), *_json_ld(capture, tree), *_footers(capture, tree)]
    return tuple(dict.fromkeys(said))


def _licence(text: str, said: tuple[str, str], seen: Seen) -> RightsSignal:
    label, raw = said
    value = normalise_licence(text)
    verdict = Verdict.PERMITTED if value else Verdict.UNKNOWN
    return statement(Mechanism.LICENCE, verdict, (label, value), raw, seen)


def _evidence(label: str, raw: str, seen: Seen) -> RightsSignal:
    return statement(Mechanism.LICENCE, Verdict.UNKNOWN, (label, ""), raw, seen)


def _headers(capture: Capture) -> Iterator[RightsSignal]:
    for link in link_header.links(capture):
        if "license" in link.relations and not rsl.is_named_by(link.url, link.media_type):
            yield _licence(link.url, ("license", link.raw), Seen.on(capture).at("header"))


def _metas_and_links(capture: Capture, found: tuple[Tag, ...]) -> Iterator[RightsSignal]:
    seen = Seen.on(capture)
    for tag in found:
        name = (tag.get("name") or tag.get("property")).lower().replace(":", ".")
        relations = set(tag.get("rel").lower().split())
        if tag.name == "link" and relations & (_RELATIONS | {"dcterms.license", "dc.license"}):
            if tag.get("href") and not rsl.is_named_by(tag.get("href"), media_type(tag.get("type"))):
                url = link_header.absolute(capture.url, tag.get("href"))
                yield _licence(url, ("license", tag.raw), seen.at("link[rel=license]"))
        elif tag.name == "meta" and name in _DUBLIN_CORE:
            yield _licence(tag.get("content"), (name, tag.raw), seen.at(f"meta[name={name}]"))
        elif tag.name == "meta" and name in _EVIDENCE_METAS:
            yield _evidence(name, tag.raw, seen.at(f"meta[name={name}]"))


def _anchors(capture: Capture, tree: HtmlElement) -> Iterator[RightsSignal]:
    """Elements of the body whose `rel`, `property` or `itemprop` says licence, and how to name the author."""
    stated = (element for element in tree.xpath(_STATING) if (_RELATIONS | _CREDITS).intersection(_words(element)))
    for element in islice(stated, _ANCHORS_MAX):
        words = _words(element)
        target = element.get("href") or element.get("resource") or element.get("content")
        text = " ".join(element.text_content().split())[:200]
        credit = min(_CREDITS.intersection(words), default="")
        if not target and not credit:
            continue
        url = link_header.absolute(capture.url, target) if target else ""
        seen = Seen.on(capture).at(f"{element.tag}[rel=license]")
        raw = f"<{element.tag} {' '.join(words)}> {url} {text}".rstrip()
        if credit:
            yield _evidence(credit.rpartition("#")[2].removeprefix("cc:"), raw, seen.at(f"{element.tag}[property]"))
        if not target or not _RELATIONS.intersection(words):
            continue
        if _is_part(element, capture.url):
            yield _evidence("license of a part", raw, seen)
        else:
            yield _licence(_fuller(url, text), ("license", raw), seen)


def _words(element: HtmlElement) -> list[str]:
    return " ".join(element.get(name) or "" for name in ("rel", "property", "itemprop")).lower().split()


def _fuller(url: str, text: str) -> str:
    """The words of a link where they say the same licence more fully: GNU's addresses cannot say "or later"."""
    by_url, by_text = normalise_licence(url), normalise_licence(text)
    return text if by_url.endswith("-only") and by_text == by_url.removesuffix("only") + "or-later" else url


def _is_part(element: HtmlElement, url: str) -> bool:
    """Whether an element stands inside something that is not the page's text: a figure, or a thing described apart."""
    for around in (element, *element.iterancestors()):
        about = around.get("about") or (around.get("resource") if around is not element else None)
        if around.tag in _PARTS or (about and link_header.absolute(url, about).partition("#") != (url, "", "")):
            return True
        if _PART_TYPES.search(f"{around.get('itemtype') or ''} {around.get('typeof') or ''}"):
            return True
    return False


def _json_ld(capture: Capture, tree: HtmlElement) -> Iterator[RightsSignal]:
    scripts = [script for script in tree.iter("script") if "ld+json" in (script.get("type") or "").lower()]
    for number, script in enumerate(scripts[:_SCRIPTS_MAX]):
        seen = Seen.on(capture).at(f"script[{number}]")
        for name, value in jsonld.licences(script.text or "", capture.url):
            raw = f"{name}: {value}"
            yield _licence(value, (name, raw), seen) if name == "license" else _evidence(name, raw, seen)


def _footers(capture: Capture, tree: HtmlElement) -> Iterator[RightsSignal]:
    """A footer's sentence that grants a licence, unless it speaks of pictures or other things beside it."""
    seen = Seen.on(capture).at("footer")
    footers = [element for element in tree.iter() if isinstance(element.tag, str) and is_footer(element)]
    for footer in footers[:_FOOTERS_MAX]:
        text = " ".join(footer.text_content().split())
        if len(text) > _FOOTER_CHARS_MAX:
            continue
        for grant in _GRANT.finditer(text):
            around = text[max(0, grant.start() - 60) : grant.end()]
            name = _longest_name(grant["name"])
            if name and not _OF_OTHER_THINGS.search(around):
                yield _licence(name, ("footer", around), seen)
        for reserved in _RESERVED_TEXT.finditer(text):
            yield _evidence("rights reserved", text[max(0, reserved.start() - 60) : reserved.end()], seen)


def _longest_name(text: str) -> str:
    """The longest beginning of some words that names a licence."""
    words = text.split()
    return next((name for count in range(len(words), 0, -1) if normalise_licence(name := " ".join(words[:count]))), "")

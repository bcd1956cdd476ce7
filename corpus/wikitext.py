"""Wikitext to plain Markdown; the only module that knows mwparserfromhell.

Kept are running text, headings and lists, the words of links, and the words of a few templates that only wrap them.
Gone are tables, other templates, references, files, galleries, categories, formulas and comments, and the sections at
an article's end that hold nothing but references and links.
"""

import re
from collections.abc import Callable

import mwparserfromhell
from mwparserfromhell.nodes import ExternalLink, Heading, HTMLEntity, Node, Tag, Template, Text, Wikilink
from mwparserfromhell.wikicode import Wikicode

_WRAPPERS = {"lang": 2, "nowrap": 1, "nobr": 1, "citat": 1, "quote": 1, "blockquote": 1, "sic": 1, "ipa": 1, "abbr": 1}
"""Templates that wrap words, and which of their arguments the words are."""

_GONE_TAGS = frozenset({
    "ref", "references", "gallery", "math", "chem", "score", "timeline", "table", "syntaxhighlight", "source", "code",
    "imagemap", "mapframe", "graph", "templatestyles", "indicator", "noinclude", "style", "script", "hr",
})  # fmt: skip
_GONE_LINKS = re.compile(r"(?:fil|file|billede|image|media|kategori|category|[a-z]{2,3}(?:-[a-z]+)?) *:", re.IGNORECASE)
"""Links that show a picture or put the page in a category, and links to the same article in other languages."""

_TAIL = frozenset({
    "referencer", "reference", "kilder", "kilde", "noter", "fodnoter", "noter og referencer", "henvisninger",
    "kilder og henvisninger", "kilder/henvisninger", "kilder og referencer", "eksterne henvisninger", "eksterne links",
    "eksterne kilder/henvisninger", "links", "se også", "litteratur",
})  # fmt: skip
_MAGIC = re.compile(r"__[A-ZÆØÅ]{3,40}__")
_QUOTES = re.compile(r"'{2,}")
_TABLE_LEFTOVERS = re.compile(r"^[ \t]*(?:\{\||\|\}|\|).*$", re.MULTILINE)
_NESTED_ITEM = re.compile(r"^(?:- )+")
_EMPTY_BRACKETS = re.compile(r" ?\([\s,;:–-]*\)")
_HEADING = re.compile(r"(#{1,6}) (.*)")


def plain_wikitext(wikitext: str) -> str:
    """The text of a page of a wiki, as plain Markdown that still has to be tidied; empty when the parser gives up."""
    try:
        found = _rendered(mwparserfromhell.parse(wikitext, skip_style_tags=True))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - third-party extraction: it raises more than its own errors on odd attributes
        return ""
    text = _MAGIC.sub("", _QUOTES.sub("", found))
    text = _EMPTY_BRACKETS.sub("", _TABLE_LEFTOVERS.sub("", text))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return _with_sections("\n".join(_NESTED_ITEM.sub("- ", line) for line in lines))


def _rendered(code: Wikicode | None) -> str:
    return "".join(_WAYS.get(type(node), _nothing)(node) for node in code.nodes) if code is not None else ""


def _nothing(_: Node) -> str:
    return ""


def _of_link(link: Wikilink) -> str:
    title = str(link.title).strip()
    if _GONE_LINKS.match(title):
        return ""
    return _rendered(link.text) if link.text is not None else title.removeprefix(":").replace("_", " ")


def _of_template(template: Template) -> str:
    name = str(template.name).strip().lower()
    if name.startswith("formatnum:"):
        return name.removeprefix("formatnum:").strip()
    place = 1 if name.startswith("lang-") else _WRAPPERS.get(name)
    return _rendered(template.get(place).value) if place and template.has(place) else ""


def _of_tag(tag: Tag) -> str:
    name = str(tag.tag).strip().lower()
    if name in _GONE_TAGS:
        return ""
    if tag.wiki_markup:
        return "- " if name == "li" else ""
    return "\n" if name == "br" else _rendered(tag.contents)


def _of_heading(heading: Heading) -> str:
    return f"\n{'#' * heading.level} {' '.join(_rendered(heading.title).split())}\n"


_WAYS: dict[type[Node], Callable[..., str]] = {
    Text: str,
    HTMLEntity: lambda entity: entity.normalize(),
    Wikilink: _of_link,
    ExternalLink: lambda link: _rendered(link.title),
    Template: _of_template,
    Tag: _of_tag,
    Heading: _of_heading,
}


def _with_sections(text: str) -> str:
    """Leave out sections that hold only references and links, with what is below them, and those that hold nothing."""
    sections: list[tuple[int, list[str]]] = [(0, [])]
    gone = 0  # level of the section that is being left out
    for line in text.split("\n"):
        heading = _HEADING.fullmatch(line)
        if heading and (not gone or len(heading[1]) <= gone):
            gone = len(heading[1]) if heading[2].strip().lower() in _TAIL else 0
        if heading and not gone:
            sections.append((len(heading[1]), [line, ""]))
        elif not gone:
            sections[-1][1].append(line)
    kept: list[list[str]] = []
    below = 0
    for level, lines in reversed(sections):
        if level == 0 or below > level or any(line.strip("- ") for line in lines[1:]):
            kept.append(lines)
            below = level
    return "\n".join(line for lines in reversed(kept) for line in lines if line != "-")

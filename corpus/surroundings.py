"""What stands around a page's main text: menus, consent, sharing, advertisements, lists of other pages, addresses.

Told in three ways, since templates differ in which they allow. By what an element is called: its tag, class, id or
role. By the words that head it, such as `Mest læste`: the heading goes, and with it what follows that is slight, links
and a few words, never a paragraph. And by where it stands: lines above the page's first heading that are no sentences,
a line that only says when the page was written, and at the end menus and the house's address.

Inline elements must have lost their tags before: no `<span class="menu">` in a sentence is a menu.
"""

import re
from collections.abc import Sequence
from itertools import islice
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from corpus.searches import Told

SLIGHT_WORDS_MAX = 12
"""Words of what may go with a heading of furniture when it is no link; paragraphs of articles are longer."""

LABELLED_WORDS_MAX = 40
"""Words of the whole box that may go with a label in it, such as `Annonce`."""

LABELLED_CHILDREN_MAX = 20
"""Children of such a box: one with more is looked at for every label in it, and is none."""

LABEL_CHARS_MAX = 200
"""Longest line that is looked at as a label: the longest formula about newsletters."""

END_CHARS_MAX = 300
"""Longest line at a text's end that may be an address or a notice of rights."""

PROSE_CHARS_MIN = 60
"""A line at least this long that ends as a sentence does is no menu, and nothing above the title either."""

DATED_LINES = 5
"""How many of the first lines may be the one that says when the page was written."""

FORM_WORDS_MIN = 60
"""A form with more words of text holds the page, as those of some systems do; one that is asked of readers is short."""

_TAGS = ("nav", "footer", "aside", "dialog", "header")
_NAMED = Told(
    r"(?i:(?:^|[-_ ])(?:cookie|consent|gdpr|nav|navbar|(?:hoved|top|bund|side|under)?menu|sidebar|sidefod|breadcrumb"
    r"|br(?:ø|oe)dkrumme|footer|banner|shar(?:e|ing)|social|skip|pager|pagination|toc|relate[dr]|newsletter|nyhedsbrev"
    r"|annonce|reklame|advert|sponsor|colophon|kolofon"
    r"|(?:ads?|comments|comment-list|comment-respond|respond|kommentarer|complementary|contentinfo)(?:$| )))"
)
_WITH_NAMES = etree.XPath(".//*[@class or @id or @role]")
_CONSENT = Told(r"(?i:(?:^|[-_ ])(?:cookie|consent|gdpr|dialog|alertdialog))")
_WHOLE = frozenset({"html", "body", "main", "article"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LABELS = (*sorted(_HEADINGS), "p", "div", "a", "li", "td", "th", "dt", "legend", "summary")
_HEADS = frozenset((
    "mest læste", "mest læst", "mest sete", "mest populære", "mest kommenterede", "populære artikler", "læs også",
    "andre læser også", "andre læste også", "relaterede artikler", "relateret indhold", "relaterede indlæg",
    "relaterede emner", "seneste nyt", "seneste nyheder", "seneste indlæg", "seneste artikler", "seneste kommentarer",
    "del siden", "del denne side", "del dette", "del artiklen", "del artikel", "del indlægget",
    "del på sociale medier", "følg os", "følg os på", "skriv en kommentar", "tilføj kommentar", "kommentarer",
    "giv din mening til kende", "nyhedsbrev", "tilmeld nyhedsbrev", "tilmeld dig nyhedsbrevet", "annonce", "annoncer",
    "annoncørbetalt indhold", "reklame", "sponsoreret", "sponsoreret indhold", "arkiv", "kategorier", "tags",
    "indholdsfortegnelse", "table of contents", "most read", "most popular", "read also", "related articles",
    "related posts", "recent posts", "recent comments", "share this", "share", "follow us", "leave a comment",
    "leave a reply", "comments", "advertisement", "sponsored", "newsletter",
))  # fmt: skip
_LONE = re.compile(
    r"(?:del|share|tweet) (?:på|on|via) (?:facebook|twitter|x|linkedin|e-?mail|mail|whatsapp|instagram)"
    r"|send til en ven|tip en ven|udskriv siden|print this page|(?:spring|gå) til (?:hoved)?indhold(?:et)?"
    r"|skip to (?:main )?content|(?:til|tilbage til) toppen|back to top"
    r"|tilmeld dig .{0,40}nyhedsbrev.{0,100}|få (?:vores )?nyhedsbrev.{0,100}|subscribe to our newsletter.{0,100}"
    r"|din e-?mail-?adresse vil ikke blive (?:publiceret|offentliggjort).{0,120}"
    r"|your email address will not be published.{0,120}",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?:[-|] )?(?:"
    r"(?=.*\b(?:cvr|se)\b[-:. a-z]{0,6}(?:dk)? ?\d)(?=.*(?:\btlf|\btelefon|@|\bmail\b|·|\|)).{0,200}"
    r"|(?:copyright |©).{0,150}|.{0,100}(?:alle rettigheder forbehold(?:es|t)|all rights reserved).{0,60}"
    r"|forside|hjem|om os|kontakt(?: os)?|(?:privatlivs|persondata|cookie)politik|privatliv|cookies|sitemap|nyheder"
    r"|log ind|søg|presse|job|tilgængelighed(?:serklæring)?|home|about(?: us)?|contact(?: us)?|privacy(?: policy)?"
    r")(?: \|)?",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:publiceret|offentliggjort|udgivet|(?:(?:sidst|senest) )?(?:opdateret|ændret|redigeret)|oprettet|posted on"
    r"|published|(?:last )?updated):? "
    r"(?=.*(?:\d[-./]\d|\b(?:19|20)\d\d\b"  # a date or the time since; "Opdateret: gælder fra version 2" is text
    r"|\d\.? ?(?:jan|feb|mar|apr|maj|may|jun|jul|aug|sep|o[kc]t|nov|dec)|\d \w+ (?:siden|ago)\b)).{4,50}",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", "?", "”", "»", '"', ":", ";")


def drop_consent(tree: HtmlElement) -> None:
    """Take out dialogs and all that speaks of consent; they stand in front of every page."""
    for element in _with_names(tree):
        if _CONSENT[_names(element)] and element.tag not in _WHOLE and element.getparent() is not None:
            element.drop_tree()


def drop_named(root: HtmlElement) -> None:
    """Take out of an element what tags and names call furniture; the element itself stays."""
    named = [element for element in _with_names(root) if _NAMED[_names(element)]]
    forms = [form for form in root.iter("form") if len(str(form.text_content()).split()) < FORM_WORDS_MIN]
    for element in (*root.iter(*_TAGS), *forms, *named):
        if element is not root and element.tag not in {"html", "body"} and element.getparent() is not None:
            element.drop_tree()


def drop_headed(tree: HtmlElement) -> None:
    """Take out what is headed by words of furniture, and lines that are nothing else."""
    for element in list(tree.iter(*_LABELS)):
        label = _label(element)
        if not label or element.getparent() is None:
            continue
        if label in _HEADS:
            _drop_section(element) if element.tag in _HEADINGS else _drop_box(element)
        elif _LONE.fullmatch(label):
            element.drop_tree()


def _with_names(root: HtmlElement) -> list[HtmlElement]:
    """Elements with a class, an id or a role; found by XPath, without a look at the others in Python."""
    return list(cast("list[HtmlElement]", _WITH_NAMES(root)))


def _names(element: HtmlElement) -> str:
    """What a page calls an element."""
    return f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}"


def _label(element: HtmlElement) -> str:
    """The words of an element that holds nothing else but perhaps a link; empty when it holds more."""
    if len(element) > 1 or (len(element) == 1 and (element[0].tag != "a" or len(element[0]))):
        return ""
    text = element.text or "" if not len(element) else str(element.text_content())
    return "" if len(text) > LABEL_CHARS_MAX else " ".join(text.split()).rstrip(" :.…").lower()


def _drop_section(heading: HtmlElement) -> None:
    """Take out a heading and the slight things behind it, up to the next heading of its rank."""
    going = [heading]
    for sibling in heading.itersiblings(etree.Element):
        if (sibling.tag in _HEADINGS and sibling.tag <= heading.tag) or not _is_slight(sibling, SLIGHT_WORDS_MAX):
            break
        going.append(sibling)
    for element in going:
        element.drop_tree()


def _drop_box(label: HtmlElement) -> None:
    """Take out a label with the box it stands in, if the box is small, or else with a list right behind it."""
    box, behind = label.getparent(), label.getnext()
    is_small = (
        box is not None
        and box.tag not in _WHOLE
        and sum(1 for _ in islice(box, LABELLED_CHILDREN_MAX + 1)) <= LABELLED_CHILDREN_MAX  # len() counts them all
        and _is_slight(box, LABELLED_WORDS_MAX)
    )
    if box is not None and is_small and box.getparent() is not None:
        box.drop_tree()
        return
    if behind is not None and behind.tag in {"ul", "ol"} and _is_slight(behind, SLIGHT_WORDS_MAX):
        behind.drop_tree()
    label.drop_tree()


def _is_slight(element: HtmlElement, words_max: int) -> bool:
    """Whether an element says no more than some words, or is links by half."""
    words = len(str(element.text_content()).split())
    return words <= words_max or 2 * sum(len(str(a.text_content()).split()) for a in element.iter("a")) >= words


def trimmed(lines: Sequence[str]) -> list[str]:
    """Lines of a text without what stands above its title and below its end; never none, when there are some."""
    kept = list(lines)
    title = next((number for number, line in enumerate(kept) if line.startswith("# ")), 0)
    if not any(map(_is_prose, kept[:title])) and any(map(_is_prose, kept[title:])):
        kept = kept[title:]
    while kept and (len(kept[-1]) <= END_CHARS_MAX and (kept[-1][:1] in {"", "#"} or _END.fullmatch(kept[-1]))):
        kept.pop()
    first = [number for number, line in enumerate(kept) if line][:DATED_LINES]
    dated = {number for number in first if _DATED.fullmatch(kept[number])}
    kept = [line for number, line in enumerate(kept) if number not in dated]
    return kept if any(kept) else list(lines)


def _is_prose(line: str) -> bool:
    return len(line) >= PROSE_CHARS_MIN and line.endswith(_SENTENCE_END) and not line.startswith("|")

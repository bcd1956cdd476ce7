"""Reservations in plain Danish and English: the law asks for them "på passende vis", not for a format (§ 11 b, stk. 2).

A sentence reserves when it speaks of text and data mining, of training machines, or of gathering pages by machine, and
says that this is reserved, forbidden, or needs leave. It counts where the site speaks for itself: in a footer, in a
notice of copyright, on a terms page (for the whole site: `#terms`), in a meta about rights, or where it says "this
page". An article about mining, a quotation, and what a site promises about its readers' own data do not count.

"Alle rettigheder forbeholdes" alone is no reservation here: it says what the law says anyway, and of no use expressly.
`html_licence` keeps it as evidence. Nothing here ever permits: whoever writes that mining is allowed has a licence to
name. All this is a weaker class than what machines are meant to read; a policy decides what it weighs.
"""

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile, Seen, statement, unheard
from crawler.observe.html import Tag, parse_html
from crawler.observe.sentences import Block, Region, blocks_of, sentences_of
from crawler.observe.terms_pages import is_terms_page
from ledger.signals import Mechanism, RightsSignal, Verdict

TERMS = "terms"
"""Fragment of the place of a statement that speaks for the whole site."""

_NOTICE_CHARS_MAX = 1500
"""A block with a © in it is a notice up to this length."""

_METAS = frozenset({"copyright", "rights", "dc.rights", "dcterms.rights", "dcterms.accessrights", "license", "tdm"})


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


_MACHINE = (
    r"(?:kunstig\w*\s+intelligens\w*|artificial\s+intelligence|(?-i:\b(?:AI|KI)\b)"
    r"|sprogmodel\w*|sprogsystem\w*|language\s+models?|\bLLM\w*|maskinl[æa]r\w*|machine[- ]?learning|neural\w*\s+net\w*"
    r"|generativ\w*|foundation\s+models?|chatbot\w*|algoritme\w*|algorithms?)"
)
_TEACH = (
    r"(?:\btræn\w*|\boplær\w*|\budvikl\w*|finjuster\w*|\bfodr\w*|\btrain\w*|\bdevelop\w*|fine[- ]?tun\w*|\bingest\w*)"
)
_SUBJECTS = {
    "tdm": _pattern(
        r"\bte(?:ks|x)ts?[- ]*(?:(?:og|and|&|\+|/)[- ]*)?(?:data)?[- ]?mining",
        r"\bdata[- ]?(?:(?:og|and)[- ]te(?:ks|x)t[- ]?)?mining",
        r"\bTDM\b",
        r"§+\s?11\s?b\b",
        r"\b(?:artikel|article|art\.)\s?4\b.{0,80}(?:2019/790|\bDSM\b|digital single market|ophavsretsdirektiv)",
        r"(?:2019/790|\bDSM\b|ophavsretsdirektiv).{0,80}\b(?:artikel|article|art\.)\s?4\b",
    ),
    "ai-training": _pattern(
        rf"{_TEACH}.{{0,80}}{_MACHINE}",
        rf"{_MACHINE}.{{0,60}}{_TEACH}",
        rf"\b(?:til|i|for|med henblik på|in|into|with|to)\s+(?:[\w-]+,?\s+){{0,5}}?{_MACHINE}",
    ),
    "automated-collection": _pattern(
        r"\b(?:web|screen)?[- ]?scrap(?:e|ing|ers?|es|ed)\b",
        r"\b(?:web[- ]?)?crawl\w*",
        r"\b(?:data|web)høst\w*",
        r"\bautomati\w*\s+(?:\w+\s+){0,3}(?:(?:data)?indsaml|(?:data)?udtræk|indhent|hent|høst|kopier|download)\w*",
        r"\b(?:indsaml|udtræk|høst|kopier)\w*.{0,60}\b(?:automati|robot)\w*",
        r"\b(?:robot|bot|spider)(?:s|ter|te?r?ne)?\b.{0,80}\b(?:indsaml|udtræk|hent|høst|kopier|tilgå|collect|extract"
        r"|access|copy|download|harvest)\w*",
        r"\bautomated\s+(?:\w+\s+){0,3}(?:means|collection|extraction|access|tools?|systems?|download\w*)",
    ),
}
"""What is reserved; the label of a statement."""

_MARKS = (
    "mining", "11 b", "11b", "2019/790", "ophavsretsdirektiv", "digital single market", "intelligen", "sprogmodel",
    "sprogsystem", "language model", "maskinl", "machine learning", "machine-learning", "machinelearning", "neural",
    "generativ", "foundation model", "chatbot", "algorit", "crawl", "scrap", "datahøst", "webhøst",
)  # fmt: skip
"""What a text about one of them holds, in lower case, if not an acronym or one of the next."""

_MACHINE_MARKS = ("automat", "robot", "bots", "spider")
_ACRONYM = re.compile(r"\b(?:AI|KI|TDM|DSM|LLM)")

_LEAVE = r"(?:aftale|tilladelse|samtykke|accept|licens|permission|consent|authori[sz]ation|licen[cs]e|agreement)"
_FORBIDS = _pattern(
    r"\bmå\s+(?:[\w-]+\s+){0,4}?(?:ikke|aldrig|hverken)\b",
    r"\bikke\s+(?:[\w-]+\s+){0,3}?(?:tillad\w*|tilladt|lovlig\w*|lov\s+til|samtykke\w*|give\w*)\b",
    r"\b(?:er|bliver)\s+ulovlig\w*|\bforbud\w*|\bforbyd\w*|\bforbeh(?:o|ø)ld\w*|\bfrabed\w*|\bfrabad\b",
    r"\bmodsæt\w*|\bfravalgt\b|\bfravælg\w*|\bundtag\w*\s+fra\b",
    rf"\bkræve[rs]?\b.{{0,80}}{_LEAVE}",
    rf"\b(?:kun|alene|udelukkende|only)\b.{{0,80}}\b(?:efter|med|hvis|under|with|upon|after|if)\b.{{0,60}}{_LEAVE}",
    r"\b(?:may|must|shall|can|should)\s*not\b|\bcannot\b|\bno\s+(?:[\w-]+\s+){0,5}?(?:may|shall)\b",
    r"\bprohibit\w*|\bforbid\w*|\breserv(?:e|es|ed|ing|ations?)\b|\bopt(?:s|ed|ing)?[- ]?out\b|\bexclud\w+",
    r"\bnot\s+(?:[\w-]+\s+){0,3}?(?:permit\w*|allow\w*|authori[sz]ed|licen[cs]ed|consent\w*|grant\w*)\b",
    rf"\bno\s+(?:[\w-]+\s+){{0,2}}?{_LEAVE}|\brequires?\b.{{0,80}}{_LEAVE}",
)
_WITHOUT_LEAVE = re.compile(rf"\b(?:uden|without)\b.{{0,80}}{_LEAVE}", re.IGNORECASE)
_PERMITS = _pattern(
    r"\bmå\s+(?:[\w-]+\s+){0,3}?(?:gerne|frit)\b",
    r"\bfrit\b|\bfreely\b|\bmay\s+(?!not)",
    r"\b(?:er|is|are)\s+(?!not\b|ikke\b|kun\b|only\b)(?:[\w-]+\s+)?(?:tilladt|allowed|permitted|welcome)\b",
)
_DENIALS = _pattern(
    r"\b(?:ikke|ingen|uden)\s+(?:[\w-]+\s+){0,2}?(?:forbud\w*|forbyd\w*|forbeh(?:o|ø)ld\w*|modsæt\w*|frabed\w*)",
    r"\b(?:not|no|without|nor)\s+(?:[\w-]+\s+){0,2}?(?:prohibit\w*|forbid\w*|reserv\w*|opt(?:ed)?[- ]?out)",
)
"""Words that take a prohibition back before it is said."""

_OF_READERS = _pattern(
    r"person(?:lige\s+)?oplysning\w*|persondata|personal\s+(?:data|information)|cookies?",
    r"\b(?:dine|jeres|your|brugern\w*s?)\s+(?:[\w-]+\s+)?(?:data|oplysninger|information)",
)
_OF_CONTENT = _pattern(
    r"\bindhold\w*|\bside(?:n|r|ns|rne)?\b|\bsite(?:t|ts|s)?\b|\bwebs\w+|\bhjemmeside\w*|\btekst(?:er|erne|en)\b",
    r"\bartik\w+|\bmaterial\w*|\bmateriale\w*|\bværk\w*|\bpublikation\w*|\bcontent\b|\bworks?\b|\barticles?\b|\bpages?\b",
)
_THIS = re.compile(
    r"\b(?:denne|dette|disse|nærværende|this|these)\s+(?:[\w-]+\s+){0,2}?(?:side|sides|hjemmeside\w*|webs\w+|sites?"
    r"|artik\w+|tekst\w*|indhold\w*|materiale\w*|værk\w*|bog\w*|publikation\w*|articles?|pages?|works?|books?|content"
    r"|publications?)\b",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"©|\(c\)\s|\bcopyright\b", re.IGNORECASE)


def statements(capture: Capture, tree: HtmlElement | None, found: tuple[Tag, ...]) -> tuple[RightsSignal, ...]:
    """Every reservation in sentences of a page; on a terms page they speak for the whole site."""
    seen = Seen.on(capture)
    said = list(_in_metas(found, seen))
    if tree is not None and _may_reserve(tree.text_content()):
        is_terms = is_terms_page(capture.url, tree)
        said += _in_blocks(blocks_of(tree), seen, is_terms=is_terms)
    return tuple(dict.fromkeys(said))


def terms_statements(file: EvidenceFile) -> tuple[RightsSignal, ...]:
    """What a page that a link calls terms says for its whole site; one that may be there, and was not had, holds."""
    if file.unreachable:
        return (unheard(Mechanism.NATURAL_LANGUAGE, file),)
    if not file.answered:
        return ()
    headers = () if b"charset" in file.body[:2048].lower() or _is_utf8(file.body) else (_OLD_CHARSET,)
    tree = parse_html(Capture(file.url, file.fetched_at, 200, headers, file.body))
    if tree is None:
        return ()
    return tuple(dict.fromkeys(_in_blocks(blocks_of(tree), file.seen, is_terms=True)))


def reserves(sentence: str) -> tuple[str, str] | None:
    """The label and the words of what a sentence reserves; None when it reserves nothing."""
    found = _subject(sentence) if _may_reserve(sentence) else None
    if found is None or (_OF_READERS.search(sentence) and not _OF_CONTENT.search(sentence)):
        return None
    plain = _DENIALS.sub(" ", sentence)
    if _FORBIDS.search(plain) or (_WITHOUT_LEAVE.search(plain) and not _PERMITS.search(plain)):
        return found
    return None


_OLD_CHARSET = ("Content-Type", "text/html; charset=windows-1252")
"""For pages that name no character set and are no UTF-8."""


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _may_reserve(text: str) -> bool:
    """Whether a text holds a word of any subject; that of most pages does not, and the patterns are slow."""
    plain = " ".join(text.split())
    lower = plain.lower()
    if any(mark in lower for mark in _MARKS) or _ACRONYM.search(plain):
        return True
    by_machine = any(mark in lower for mark in _MACHINE_MARKS)
    return by_machine and _SUBJECTS["automated-collection"].search(plain) is not None


def _subject(text: str) -> tuple[str, str] | None:
    for label, pattern in _SUBJECTS.items():
        if found := pattern.search(text):
            return label, " ".join(found[0].split())
    return None


def _in_metas(found: Iterable[Tag], seen: Seen) -> Iterator[RightsSignal]:
    for tag in found:
        name = (tag.get("name") or tag.get("property")).lower().replace(":", ".")
        if tag.name == "meta" and name in _METAS and (said := reserves(tag.get("content"))):
            yield _statement(said, tag.raw, seen.at(f"meta[name={name}]"))


def _in_blocks(blocks: list[Block], seen: Seen, *, is_terms: bool) -> Iterator[RightsSignal]:
    counted: set[tuple[str, str]] = set()
    for block, sentence in sentences_of(blocks):
        said = reserves(sentence)
        place = _place(block, sentence, is_terms=is_terms) if said else ""
        if said and place and (said[0], place) not in counted:
            counted.add((said[0], place))
            yield _statement(said, sentence, seen.at(place))


def _place(block: Block, sentence: str, *, is_terms: bool) -> str:
    """The fragment under which a sentence counts where it stands; empty when it does not."""
    if block.region is Region.QUOTE:
        return ""
    if block.region is not Region.BODY:
        return block.region.value
    if is_terms:
        return TERMS
    if len(block.text) <= _NOTICE_CHARS_MAX and _COPYRIGHT.search(block.text):
        return Region.NOTICE.value
    return Region.BODY.value if _THIS.search(sentence) else ""


def _statement(said: tuple[str, str], raw: str, seen: Seen) -> RightsSignal:
    return statement(Mechanism.NATURAL_LANGUAGE, Verdict.RESERVED, said, raw, seen)

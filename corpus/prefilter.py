"""Whether a page may be Danish at all, asked of its HTML before the text is extracted.

Extraction costs most of what a page costs, and nearly all pages of a bulk delivery are in other languages. So the
page's longest runs of text are shown to the language model, and the page goes on when anything that counts among them
may be Danish. A page that says too little goes on too: what it is, is not for us to say. Menus and footers in elements
of their own are left out, as extraction leaves them out. Tags are cut out by patterns whose time is linear in the
page's length, whatever it holds.
"""

import html
import re
from collections.abc import Iterator

from corpus.language import DANISH, LETTERS_MIN, letters_of, normalise, probabilities
from corpus.wordlists import LISTS, read_list

RUNS_MAX = 16
"""Runs of text judged, the longest first: main text is longer than menus."""

RUN_CHARS_MAX = 200
"""Characters judged of one run: behind them the model's answer hardly changes."""

DANISH_PROBABILITY_MIN = 0.15
"""A run may be Danish when the model gives Danish at least this much: wrongly dropped is worse than wrongly kept."""

DANISH_SHARE_MIN = 0.25
"""A page may be Danish when at least this share of its judged letters stands in runs that may be."""

DANISH_LETTERS_MIN, DANISH_LITTLE_SHARE_MIN = 80, 0.08
"""Or when at least so many letters, and this smaller share, do: a few paragraphs in a foreign frame are a page too."""

FREQUENT_SHARE_MIN, FREQUENT_WORDS_MIN = 0.08, 12
"""A run of at least so many words with a smaller share of Danish's most frequent ones is not shown to the model, which
costs most of the time. Of 572 labelled Danish sentences of so many words none has a smaller share; of Icelandic and
Dutch ones half have, of German and English ones four in five, of those in languages far from Danish nine in ten."""

FREQUENT = frozenset((
    "af", "at", "blev", "da", "de", "den", "der", "deres", "det", "du", "efter", "eller", "en", "er", "et", "for",
    "fra", "han", "har", "havde", "hun", "hvis", "i", "ikke", "jeg", "kan", "man", "med", "men", "mere", "når", "nu",
    "og", "også", "om", "på", "sig", "skal", "som", "så", "til", "var", "ved", "vi", "vil", "være",
))  # fmt: skip
FOREIGN_WORDS_MIN, NEAR_SHARE_MIN, FAR_PER_FREQUENT_MIN = 2, 0.1, 1.5
"""Nor is a run with at least so many different words that are hardly ever seen in Danish: of languages near it, when
they are this share of its words; of others, when there are so many for each word that is frequent in Danish. Of 17,568
labelled Danish sentences one has as many, around an English title; of Bokmål one in four, of the others half or more.
With seven English words of a title before it, one Danish sentence in sixteen has: a page is lost when most are such."""

_FOREIGN = read_list((LISTS / "foreign.txt").read_text(encoding="utf-8"))
_NEAR, _FAR = (frozenset(word for word, weight in _FOREIGN.items() if weight == each) for each in (2, 1))
_NAMES = ("script", "style", "noscript", "svg", "template", "textarea", "select", "nav", "footer")
_SILENT = re.compile(rf"<({'|'.join(_NAMES)})\b|<!--", re.IGNORECASE)
_END = {"": re.compile("-->")} | {name: re.compile(f"</{name}", re.IGNORECASE) for name in _NAMES}
_MAY_STAY_OPEN = frozenset(_NAMES) - {"script", "style", "textarea"}
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|cite|code|dfn|em|font|i|kbd|mark|q|s|small|span|strong|sub|sup|time|tt|u|var|wbr)"
    r"(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_SHORT = 60


def may_be_danish(page: str) -> bool:
    """Whether the text of a decoded HTML page, or a plain text, may be Danish in any part that counts.

    Measured by `bench_prefilter.py` on pages made of labelled sentences in menus and notices of other languages, and
    on a little web: of Danish pages with 200 characters of main text none in 3,000 and none in 1,190 is lost; all of
    1,000 in other languages are dropped, unless their menus and notices are Danish. It costs 7 % of extraction.
    """
    judged = danish = 0
    runs = [run[:RUN_CHARS_MAX] for run in sorted(_runs(page), key=len, reverse=True)[:RUNS_MAX]]
    left = sum(map(len, runs))
    for run in runs:
        left -= len(run)
        words = normalise(html.unescape(run))
        letters = letters_of(words)
        if letters < LETTERS_MIN:
            continue
        judged += letters
        if _sounds_danish(words):
            danish += letters * (probabilities(words).get(DANISH, 0.0) >= DANISH_PROBABILITY_MIN)
        if danish and danish >= DANISH_SHARE_MIN * (judged + left):
            return True  # whatever the other runs say
    little = danish >= DANISH_LETTERS_MIN and danish >= DANISH_LITTLE_SHARE_MIN * judged
    return little or danish >= DANISH_SHARE_MIN * judged


def _sounds_danish(words: str) -> bool:
    """Whether enough of a normalised run's words are frequent in Danish, and few in other languages alone.

    A run too short to tell by may be Danish.
    """
    each = words.replace(",", "").split()
    frequent = _count(FREQUENT, each)
    if len(each) >= FREQUENT_WORDS_MIN and frequent < FREQUENT_SHARE_MIN * len(each):
        return False
    near, far = _NEAR.intersection(each), _FAR.intersection(each)
    if len(near) >= FOREIGN_WORDS_MIN and _count(near, each) >= NEAR_SHARE_MIN * len(each):
        return False
    return len(far) < FOREIGN_WORDS_MIN or _count(far, each) < FAR_PER_FREQUENT_MIN * max(1, frequent)


def _count(some: frozenset[str], words: list[str]) -> int:
    return sum(map(some.__contains__, words))


def _runs(page: str) -> Iterator[str]:
    """Texts between the tags that part paragraphs; short neighbours are joined up to what is judged of a run."""
    held = ""
    for line in _TAG.sub("\n", _INLINE.sub("", "\n".join(_heard(page)))).split("\n"):
        text = line.strip()
        if len(text) > _SHORT:
            yield text
        elif text:
            held = f"{held} {text}"
            if len(held) > RUN_CHARS_MAX:
                yield held
                held = ""
    yield held


def _heard(page: str) -> Iterator[str]:
    """The page without scripts, menus, footers and comments; a script that is never closed goes to the end."""
    at, open_ended = 0, set[str]()
    while opened := _SILENT.search(page, at):
        yield page[at : opened.start()]
        name = (opened[1] or "").lower()
        closed = None if name in open_ended else _END[name].search(page, opened.end())
        if closed is None and name not in _MAY_STAY_OPEN:
            return
        if closed is None:
            open_ended.add(name)
        at = (closed or opened).end()
    yield page[at:]

"""Words that say what a number is: "tlf." before eight digits, "ordrenr." before ten, "(mobil)" behind.

The nearest word before the number decides. It is looked for on the number's own line, or at the end of the line above
where the number begins its line; never beyond a place where something was found, so that what a number is taken for
does not depend on what was replaced before it.
"""

import re
from dataclasses import dataclass

from corpus.finders.findings import CLOSE
from corpus.finders.words import Says, said, words_of

CUE_CHARS = 56
"""How far before a number the word that names it may stand: "du kan altid få fat i Inger på hendes private telefon …"
is 40 characters, and the next sentence begins soon after."""

SPACE = r"[ \t\u00a0\u2007\u2009\u202f]"
"""Blanks that may stand within a number."""

DASH = r"[-‐‑‒–—−]"
"""Hyphens and dashes, as typists, word processors and typesetters put them."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said, and whether nothing but small words and punctuation stand between that and the number."""

    says: Says
    adjacent: bool = False


SILENCE = Cue(Says.NOTHING)

_WORD = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*|[§€$£☎✆📞📱]")
_SMALL = words_of(
    """nr nummer nummeret no er var på med har til lyder hedder dk som følgende mig os n r nummer numre #"""
)
"""Words that may stand between a number and the word that names it, so that the two still belong together."""

_NUMBER = frozenset(("nr", "nummer", "nummeret"))
_MINE = words_of("mit hans hendes vores jeres dit deres på privat direkte nyt samme dette")
_INITIALS = {
    "T": Says.PHONE,
    "M": Says.PHONE,
    "P": Says.PHONE,
    "f": Says.CPR,
    "v": Says.OTHER,
    "s": Says.UNIT,
    "j": Says.OTHER,
}
"""Single letters that name a number directly behind them, as in "T: 33 12 34 56"."""

_MORE = words_of("og eller samt")
_SPENT_DIGITS = 4
"""A number of fewer is a count, a floor or a paragraph, and takes no word for itself."""

_LABEL_MARKS = " :*_.|-"
_SENTENCE_END = re.compile(
    r"(?:[^\W\d_]{4}(?<!nr)|(?<!\w)(?!(?:nr|kr|tlf|tel|mob|ref|jnr|pkt|kap|stk|adr|jf|kl|dr|hr"
    r"|fr)\.)[^\W\d_]{2,3}(?=.\s[A-ZÆØÅ]))"
    r"[.!?][)\"]?\s"
)
"""A word that is no abbreviation, and a full stop."""

_BEHIND = re.compile(
    rf"""{SPACE}?(?:
    (?P<UNIT>% | [$€£] | ,- | (?: kr | kroner | dkk | euro? | usd | mio | mia | millioner | stk | styk\w* | km
        | m[23²³] | kwh | mwh | tons? | kg
       | personer | mennesker | borgere | indbyggere | besøg\w* | visninger | gange | timer | enheder
           | eksemplarer | ord | tegn
       | poster | rækker | linjer | bytes | kb | mb | gb | hektar | meter | dage | medlemmer | aktier | husstande )\b )
  | (?:{DASH}{SPACE}?|[(\[])(?:
      (?P<PHONE> \w{{0,10}}(?: tlf | telefon | mobil ) | \bfax\b | \bmob\b | privat\b | arbejde\b )
    | (?P<CPR> cpr | personnummer | personnr )
    | (?P<OTHER> cvr | \bse\b | ean | isbn | ordre | faktura | sags | vare | kundenr | kundenummer | reg\.? ) )
  | er\s(?:mit|hans|hendes|vores|dit)\s(?:\w+\s)?(?: (?P<MINE> nr | nummer | \w{{0,10}}mobil | \w{{0,10}}telefon
      | tlf ) | (?P<HERS> cpr | personn ) )
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def line_before(text: str, at: int, floor: int, chars: int = CUE_CHARS) -> str:
    """What stands before `at` on its line, at most `chars` of it and not beyond `floor` or a placeholder.

    A number that begins its line follows the line above when that ends in a word: a label, or a sentence that wraps.
    """
    window = text[max(floor, at - chars) : at]
    window = window[window.rfind(CLOSE) + 1 :]
    above, _, own = window.rpartition("\n")
    if not above or any(char.isalnum() for char in own):
        return own
    is_apart, above = above.endswith("\n"), above.rstrip().rpartition("\n")[2]
    is_label = (
        above.rstrip(_LABEL_MARKS)[-1:].isalpha() and "|" not in above and _SENTENCE_END.search(above + " ") is None
    )
    is_label = is_label and (above.endswith(":") or not is_apart)
    return f"{above} {own}" if is_label else own


def cue_in(before: str) -> Cue:
    """The last word in `before` that says what the number behind it is.

    A word that has its number already says nothing of the next, unless that follows as one more of its kind; and what
    the sentence before was about may say that a number is a telephone's, but not that it is none.
    """
    words = _WORD.findall(before)
    sentence = next((end.end() for end in _SENTENCE_END.finditer(before)), 0)
    crossed = len(_WORD.findall(before, sentence)) if sentence else len(words)
    adjacent = True
    for place in range(len(words) - 1, -1, -1):
        word = words[place].lower()
        says = said(word)
        if place == len(words) - 1 and len(word) == 1:
            says = _INITIALS.get(words[place], says)
        if word in _NUMBER and place and words[place - 1].lower() in _MINE:
            says = Says.CONTACT
        if says is not Says.NOTHING:
            near = len(words) - place <= crossed
            return Cue(says, adjacent and near) if near or says not in {Says.OTHER, Says.UNIT} else SILENCE
        if sum(map(str.isdigit, word)) >= _SPENT_DIGITS:
            if any(between.lower() not in _MORE for between in words[place + 1 :]):
                return SILENCE
            adjacent = False
        adjacent = adjacent and word in _SMALL
    return SILENCE


def cue_behind(text: str, at: int) -> Cue:
    """What is said directly behind a number: a unit, or in brackets what it was."""
    match = _BEHIND.match(text, at, at + CUE_CHARS)
    if match is None or match.lastgroup is None:
        return SILENCE
    return Cue({"MINE": Says.PHONE, "HERS": Says.CPR}.get(match.lastgroup) or Says[match.lastgroup], adjacent=True)

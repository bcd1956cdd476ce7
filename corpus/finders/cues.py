"""Words that say what a number is: "tlf." before eight digits, "ordrenr." before ten, "(mobil)" behind.

The nearest word before the number decides. It is looked for on the number's own line, or at the end of the line above
where the number begins its line; never beyond a place where something was found, so that what a number is taken for
does not depend on what was replaced before it.
"""

import re
from dataclasses import dataclass

from corpus.finders.findings import CLOSE
from corpus.finders.words import Says, said, words_of

CUE_CHARS = 64
"""How far before a number the word that names it may stand: "du kan altid få fat i Inger på hendes private telefon …"
is 40 characters, and the next sentence begins soon after."""

SPACE = r"[ \u00a0\u2007\u2009\u202f]"
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
    """nr nummer nummeret no er var på med har til lyder hedder dk som følgende mig os n r nummer numre # for
    eksempel fx f.eks eks den dette nye nyt"""
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
_WORD_CHARS = 4
"""Abbreviations are shorter, but for those of numbers, as in "ordrenr."."""

_SPENT_DIGITS = 4
"""A number of fewer is a count, a floor or a paragraph, and takes no word for itself."""

_BRACKETED = re.compile(r"\([^()]*\)")
_LABEL_MARKS = " :*_.|-"
_ABBREVIATED = words_of(
    """nr kr tlf tel mob ref jnr pkt kap stk adr jf kl dr hr fr no art dok id mrk vedr att ang evt ca fx"""
)
_STOP = re.compile(r"[.!?][)\"]?\s")

_BEHIND = re.compile(
    rf"""{SPACE}?(?:
    (?P<UNIT>% | [$€£] | ,- | (?: pct | procent | promille
        | kr | kroner | dkk | euro? | usd | mio | mia | millioner | stk | styk\w* | km
        | m[23²³] | kwh | mwh | tons? | kg
       | personer | mennesker | borgere | indbyggere | besøg\w* | visninger | gange | timer | enheder
           | eksemplarer | ord | tegn
       | poster | rækker | linjer | bytes | kb | mb | gb | hektar | meter | dage | medlemmer | aktier | husstande )\b )
  | (?:{DASH}{SPACE}?|[(\[])(?:
      (?P<PHONE> \w{{0,10}}(?: tlf | telefon | mobil ) | \bfax\b | \bmob\b | privat\b | arbejde\b )
    | (?P<CPR> cpr | personnummer | personnr )
    | (?P<OTHER> cvr | \bse\b | ean | isbn | ordre | faktura | sags | vare | kundenr | kundenummer | reg\.? ) )
  | (?:er|var|hedder)\s(?:\w+\s){{0,2}}\w*
      (?: (?P<THAT> cvr | ordre | faktura | vare | sags | kunden | medlems | ean | isbn ) )
  | er\s(?:mit|hans|hendes|vores|dit)\s(?:\w+\s)?(?: (?P<MINE> nr | nummer | \w{{0,10}}mobil | \w{{0,10}}telefon
      | tlf ) | (?P<HERS> cpr | personn ) )
    )""",
    re.IGNORECASE | re.VERBOSE,
)


_BEHIND_SAYS = {"MINE": Says.PHONE, "HERS": Says.CPR, "THAT": Says.OTHER}


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
    is_label = above.rstrip(_LABEL_MARKS)[-1:].isalpha() and "|" not in above and not _has_stop(above + " ")
    is_label = is_label and (above.endswith(":") or not is_apart)
    return f"{above} {own}" if is_label else own


def cue_in(before: str) -> Cue:
    """The last word in `before` that says what the number behind it is; what stands in brackets is asked last."""
    if ")" in before:
        without = _cue_in(_BRACKETED.sub(" ", before))
        if without.says is not Says.NOTHING:
            return without
    return _cue_in(before)


def _cue_in(before: str) -> Cue:
    """The same, whatever the brackets.

    A word that has its number already says nothing of the next, unless that follows as one more of its kind. What the
    sentence before was about may say that a number is a telephone's, but not that it is none. Amounts speak for the
    number directly behind them only; and who rings "kunden på …" rings the customer, and has no customer's number.
    """
    words = _WORD.findall(before)
    crossed = _words_of_sentence(before, words)
    adjacent, spent, digits, held = True, False, 0, SILENCE
    is_reached = bool(words) and words[-1] in ("på", "til")
    is_named = not words or words[-1] != "på"
    for place in range(len(words) - 1, -1, -1):
        word = words[place].lower()
        says = _says(words, place)
        near = len(words) - place <= crossed
        if says in (Says.OTHER, Says.UNIT) and not (adjacent and near and not spent and is_named):
            if says is Says.OTHER and near and held is SILENCE:
                held = Cue(says)
            if says is Says.OTHER and not is_reached:
                break
        elif says is not Says.NOTHING:
            reached = is_reached and says in (Says.PHONE, Says.CONTACT)
            return Cue(says, near and not spent and (adjacent or reached))
        digits = digits + sum(map(str.isdigit, word)) if word[0].isdigit() else 0
        if digits >= _SPENT_DIGITS:
            if any(between.lower() not in _MORE for between in words[place + 1 :] if not between[0].isdigit()):
                break
            spent = True
        adjacent = adjacent and word in _SMALL
    return Cue(Says.CONTACT) if held is SILENCE and words and words[-1] == "på" else held


def _words_of_sentence(before: str, words: list[str]) -> int:
    """How many of the last words belong to the number's own sentence."""
    start = 0
    for stop in _STOP.finditer(before):
        if _ends_sentence(before, stop.start(), stop.end()):
            is_last = stop.end() >= len(before.rstrip())
            if not is_last or (words and said(words[-1].lower()) is Says.NOTHING):
                start = stop.end()
    return len(_WORD.findall(before, start)) if start else len(words)


def _has_stop(line: str) -> bool:
    return any(_ends_sentence(line, stop.start(), stop.end()) for stop in _STOP.finditer(line))


def _ends_sentence(before: str, stop: int, after: int) -> bool:
    """Whether the full stop at `stop` stands behind a word, and not behind an abbreviation or an ordinal."""
    word = (before[:stop].split() or [""])[-1].strip("(\"'").lower()
    if word[-1:].isdigit():
        return word[-4:].isdigit() or before[after : after + 2].strip('("')[:1].isupper()
    if len(word) >= _WORD_CHARS:
        return not word.endswith("nr") and word[-_WORD_CHARS:].isalpha()
    is_begun = after >= len(before) or before[after].isupper()
    return len(word) >= _WORD_CHARS - 2 and word.isalpha() and word not in _ABBREVIATED and is_begun


def _says(words: list[str], place: int) -> Says:
    """What the word at a place says; "nr." says what the word before it does, and else a number of something else."""
    word = words[place].lower()
    if place == len(words) - 1 and len(word) == 1:
        return _INITIALS.get(words[place]) or said(word)
    if place == len(words) - 1 and words[place] == "SE":
        return Says.OTHER
    if word in _NUMBER and place:
        above = words[place - 1].lower()
        if words[place - 1] == "SE":
            return Says.OTHER
        if above in _MINE:
            return Says.CONTACT
        if word == "nr" and len(above) > 2 and above not in _SMALL and above[0].isalpha():
            return said(above) if said(above) is not Says.NOTHING else Says.OTHER
    return said(word)


def cue_behind(text: str, at: int) -> Cue:
    """What is said directly behind a number: a unit, or in brackets what it was."""
    match = _BEHIND.match(text, at, at + CUE_CHARS)
    if match is None or match.lastgroup is None:
        return SILENCE
    return Cue(_BEHIND_SAYS.get(match.lastgroup) or Says[match.lastgroup], adjacent=True)

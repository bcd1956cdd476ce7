"""Quality rules for Danish text: each measures one thing, and `judge` says which limit is broken first.

The limits are those FineWeb2 publishes for `dan_Latn`, with our own for thin pages, error pages, consent text and
wrong decoding; a limit of shape or repetition counts alone only when it is passed by far. A rule is a pure function
from a text, or its words or lines, to a number; the numbers are kept with the document, so that a limit can be moved
without reading the text again. Page furniture counts only where it makes up the page: a long article that speaks of
cookies is an article.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.documents import Measures, Reason

WORDS_MIN = 25
"""Fewer words than this are a heading, a notice or a caption, not a document."""

STOP_WORDS_MIN = 2
MEAN_WORD_LENGTH_MIN, MEAN_WORD_LENGTH_MAX = 3.0, 11.0
NON_ALPHABETIC_SHARE_MAX = 0.798
LINES_PER_WORD_MAX = 0.182
PUNCTUATED_LINES_SHARE_MIN = 0.1
DUPLICATE_LINES_SHARE_MAX = 0.305
DUPLICATE_NGRAMS_MAX = {5: 0.169, 6: 0.158, 7: 0.147, 8: 0.134, 9: 0.123, 10: 0.112}
TOP_NGRAMS_MAX = {2: 0.367, 3: 0.297, 4: 0.232}
"""FineWeb2's limits for Danish (HuggingFace 2025, profile dan_Latn), from STOP_WORDS_MIN to here."""

NGRAM_WORDS_MIN = 50
"""Below this a phrase said twice is a large share of the text, and says nothing about it."""

MOJIBAKE_SHARE_MAX = 0.005
"""One letter in two hundred wrong: with æ, ø and å 3 % of Danish letters, a sixth of them lost."""

ERROR_WORDS_MAX = 150
"""Longer pages explain errors rather than report one."""

WORDS_PER_ERROR_PHRASE_MAX = 40
"""An error page says little else; one phrase in more words than this is a sentence of something longer."""

BOILERPLATE_SHARE_MAX = 0.5
BOILERPLATE_WORDS_MAX = 200
"""A longer page that is half about cookies was written by someone about cookies."""

EXCESS_ALONE_MAX = 2.5
"""How far one limit of shape or repetition may be passed when no other is: manuals, lists, poems and laws pass one
a little and are good text (of 880 good pages of manuals and news, 6 % pass one limit, and under 1 % pass two or go
this far); pages put together by machine pass several, or one by far."""

STOP_WORDS = frozenset((
    "i", "og", "af", "en", "til", "er", "den", "at", "som", "på", "for", "med", "det", "blev", "var", "der", "fra",
    "de", "han", "et",
))  # fmt: skip

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_MARKUP = re.compile(r"^(?:#{1,6}|[-*|]|\d+[.)])\s+|\|", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?:;…\"”»')\]]$")
_MOJIBAKE = re.compile("\ufffd|\u00c3[\u0080-\u00bf\u2020-\u2122\u0152-\u0192]|\u00e2\u20ac.|\u00c2[\u00a0-\u00bf]")
_ERROR = re.compile(
    r"(?:siden|side|dokumentet|artiklen) (?:\w+ ){0,6}?(?:blev |kunne |er )?ikke (?:\w+ )?(?:fundet|findes?|længere)"
    r"|(?:findes|eksisterer) (?:desværre )?ikke (?:længere|mere)|ikke findes? (?:siden|den side)|siden findes ikke"
    r"|ikke (?:finde|fundet) (?:siden|den side)|\b(?:fejl|error)(?:kode)? ?[45]\d\d\b"
    r"|\b[45]\d\d[ :–-]+(?:fejl|error|not found|forbidden)"
    r"|page not found|not found on this server|internal server error|service unavailable|bad gateway|access denied"
    r"|(?:har )?ikke adgang til|adgang (?:nægtet|forbudt)|(?:intern|uventet) (?:server)?fejl|serverfejl|opstået en fejl"
    r"|midlertidigt (?:utilgængelig|ude af drift|overbelastet)|prøv igen (?:senere|om)"
    r"|(?:flyttet|fjernet) eller slettet"
    r"|er (?:blevet )?(?:permanent )?fjernet|utilgængelig af juridiske"
    r"|(?:skal|kræver).{0,20}log(?:ge)?[ -]?(?:ind|på)\b"
    r"|(?:aktiver|slå|aktivere) ?javascript|javascript (?:er )?(?:slået fra|deaktiveret)|sendes videre|viderestilles?",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"cookie|samtykke(?:r|t)? til|accept[eé]r(?:er)? (?:alle|brug)|kun nødvendige"
    r"|tilmeld (?:dig )?(?:vores )?nyhedsbrev"
    r"|alle rettigheder forbeholdes|all rights reserved|del (?:siden|på facebook)|skriv en kommentar|følg os på"
    r"|privatlivspolitik|e-mailadresse vil ikke blive publiceret|krævede felter|spring til indhold|læs også|mest læste"
    r"|fandt du det, du søgte|send til en ven",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


@dataclass(frozen=True, slots=True)
class Judged:
    """The first limit broken (None when the text is good), the measure that broke it as words, and all measures."""

    reason: Reason | None
    detail: str
    measures: Measures


def judge(text: str) -> Judged:
    """Measure a text and hold the measures against the limits, the plainest faults first."""
    measures = measure(text)
    reason, detail = _page_fault(measures) or _word_fault(measures) or _shape_fault(measures) or (None, "")
    return Judged(reason, detail, measures)


def measure(text: str) -> Measures:
    """All measures of a text in the plain Markdown of `corpus.extract`; marks of lists and headings do not count."""
    plain = _MARKUP.sub(" ", text)
    words = _WORD.findall(plain)
    lines = [stripped for line in plain.split("\n") if (stripped := line.strip())]
    lower = [word.lower() for word in words]
    chars = len(" ".join(plain.split()))
    ngrams = lower if len(lower) >= NGRAM_WORDS_MIN else []
    return Measures(
        words=len(words),
        stop_words=len(STOP_WORDS.intersection(lower)),
        mean_word_length=sum(map(len, words)) / max(1, len(words)),
        non_alphabetic_share=sum(not any(map(str.isalpha, word)) for word in words) / max(1, len(words)),
        lines_per_word=max(0, len(lines) - 1) / max(1, len(words)),
        punctuated_lines_share=sum(bool(_SENTENCE_END.search(line)) for line in lines) / max(1, len(lines)),
        duplicate_lines_share=duplicate_lines_share(lines),
        duplicate_ngrams_excess=max(
            duplicate_ngrams_share(ngrams, n, chars) / limit for n, limit in DUPLICATE_NGRAMS_MAX.items()
        ),
        top_ngrams_excess=max(top_ngram_share(ngrams, n, chars) / limit for n, limit in TOP_NGRAMS_MAX.items()),
        mojibake_share=mojibake_share(text),
        error_phrases=len(_ERROR.findall(plain)),
        boilerplate_share=boilerplate_share(plain),
    )


def duplicate_lines_share(lines: Sequence[str]) -> float:
    """Share of all characters that stand in lines that were there before."""
    repeated = sum(len(line) * (count - 1) for line, count in Counter(lines).items())
    return repeated / max(1, sum(map(len, lines)))


def duplicate_ngrams_share(words: Sequence[str], n: int, chars: int) -> float:
    """Share of `chars` that stand in n-grams that were there before, no letter counted twice.

    As in Gopher (Rae and others 2021, table A1) and DataTrove: after a repeated n-gram, reading goes on behind it.
    """
    seen: set[tuple[str, ...]] = set()
    repeated, position = 0, 0
    while position + n <= len(words):
        ngram = tuple(words[position : position + n])
        if ngram in seen:
            repeated += sum(map(len, ngram))
            position += n
        else:
            seen.add(ngram)
            position += 1
    return repeated / max(1, chars)


def top_ngram_share(words: Sequence[str], n: int, chars: int) -> float:
    """Share of `chars` that stand in the most frequent n-gram, if it occurs more than once."""
    counts = Counter(zip(*(words[start:] for start in range(n)), strict=False))
    if not counts:
        return 0.0
    top, count = max(counts.items(), key=lambda item: (item[1], sum(map(len, item[0]))))
    return sum(map(len, top)) * count / max(1, chars) if count > 1 else 0.0


def mojibake_share(text: str) -> float:
    """Characters that a wrong decoding leaves behind, for each letter."""
    return min(1.0, len(_MOJIBAKE.findall(text)) / max(1, sum(map(str.isalpha, text))))


def boilerplate_share(text: str) -> float:
    """Share of all characters that stand in sentences of consent, sharing and newsletter text."""
    sentences = _SENTENCE.findall(text)
    return sum(len(s) for s in sentences if _BOILERPLATE.search(s)) / max(1, sum(map(len, sentences)))


def _page_fault(m: Measures) -> tuple[Reason, str] | None:
    """The page was broken, reports an error, or holds little but furniture."""
    if m.mojibake_share > MOJIBAKE_SHARE_MAX:
        return Reason.MOJIBAKE, f"mojibake share {m.mojibake_share:.3f}"
    if m.error_phrases and m.words <= min(ERROR_WORDS_MAX, m.error_phrases * WORDS_PER_ERROR_PHRASE_MAX):
        return Reason.ERROR_PAGE, f"{m.error_phrases} error phrases in {m.words} words"
    if m.boilerplate_share > BOILERPLATE_SHARE_MAX and m.words <= BOILERPLATE_WORDS_MAX:
        return Reason.BOILERPLATE, f"boilerplate share {m.boilerplate_share:.2f}"
    if m.words < WORDS_MIN:
        return Reason.TOO_SHORT, f"{m.words} words"
    return None


def _word_fault(m: Measures) -> tuple[Reason, str] | None:
    """The words are not those of Danish sentences."""
    if m.stop_words < STOP_WORDS_MIN:
        return Reason.FEW_STOP_WORDS, f"{m.stop_words} stop words"
    if not MEAN_WORD_LENGTH_MIN <= m.mean_word_length <= MEAN_WORD_LENGTH_MAX:
        return Reason.WORD_LENGTH, f"mean word length {m.mean_word_length:.2f}"
    if m.non_alphabetic_share > NON_ALPHABETIC_SHARE_MAX:
        return Reason.NON_ALPHABETIC, f"non-alphabetic share {m.non_alphabetic_share:.2f}"
    return None


def excesses(m: Measures) -> dict[Reason, float]:
    """For each measure of shape or repetition, how far it goes over its limit: 1 is at the limit."""
    return {
        Reason.SHORT_LINES: m.lines_per_word / LINES_PER_WORD_MAX,
        Reason.UNPUNCTUATED_LINES: PUNCTUATED_LINES_SHARE_MIN / max(m.punctuated_lines_share, 1e-6),
        Reason.DUPLICATE_LINES: m.duplicate_lines_share / DUPLICATE_LINES_SHARE_MAX,
        Reason.DUPLICATE_NGRAMS: m.duplicate_ngrams_excess,
        Reason.TOP_NGRAMS: m.top_ngrams_excess,
    }


def _shape_fault(m: Measures) -> tuple[Reason, str] | None:
    """One limit of shape or repetition passed by far, or several passed: the worst of them."""
    over = {reason: excess for reason, excess in excesses(m).items() if excess > 1}
    if not over or (len(over) == 1 and max(over.values()) <= EXCESS_ALONE_MAX):
        return None
    worst = max(over, key=over.__getitem__)
    return worst, ", ".join(f"{reason} {excess:.2f} x limit" for reason, excess in over.items())

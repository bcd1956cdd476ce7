"""Rules: a text is measured, its measures are held against a profile's limits, and the first one broken is the reason.

Pure functions in two steps. `measure` reads a text (`corpus.measuring`); `hold` reads measures alone, so that other
limits can be tried on documents that are stored. Every measure is kept with the document whatever the reason is, and
`detail` names all limits that are broken, so the order of reasons decides only what a document is counted under.
"""

from dataclasses import dataclass

from corpus.documents import Reason
from corpus.measures import Measures
from corpus.measuring import measure
from corpus.profiles import Limit, Profile

REASONS = {
    "words": Reason.TOO_SHORT,
    "words_and_marks": Reason.TOO_SHORT,
    "lines": Reason.TOO_SHORT,
    "sentence_ends": Reason.TOO_SHORT,
    "stop_words": Reason.FEW_STOP_WORDS,
    "stop_words_share": Reason.FEW_STOP_WORDS,
    "mean_word_length": Reason.WORD_LENGTH,
    "alphabetic_share": Reason.NON_ALPHABETIC,
    "alphabetic_words_share": Reason.NON_ALPHABETIC,
    "hashes_per_token": Reason.SYMBOLS,
    "ellipses_per_token": Reason.SYMBOLS,
    "bullet_lines_share": Reason.BULLET_LINES,
    "ellipsis_lines_share": Reason.ELLIPSIS_LINES,
    "lines_per_token": Reason.SHORT_LINES,
    "punctuated_lines_share": Reason.UNPUNCTUATED_LINES,
    "short_lines_share": Reason.SHORT_LINES,
    "fragments_share": Reason.FRAGMENTS,
    "c4_lines_share": Reason.UNPUNCTUATED_LINES,
    "code_lines_share": Reason.CODE,
    "placeholders": Reason.PLACEHOLDER,
    "duplicate_lines_share": Reason.DUPLICATE_LINES,
    "duplicate_line_chars_share": Reason.DUPLICATE_LINES,
    "duplicate_paragraphs_share": Reason.DUPLICATE_PARAGRAPHS,
    "duplicate_paragraph_chars_share": Reason.DUPLICATE_PARAGRAPHS,
    **{f"top_{n}grams_share": Reason.TOP_NGRAMS for n in (2, 3, 4)},
    **{f"duplicate_{n}grams_share": Reason.DUPLICATE_NGRAMS for n in (5, 6, 7, 8, 9, 10)},
    "mojibake_share": Reason.MOJIBAKE,
    "error_share": Reason.ERROR_PAGE,
    "boilerplate_share": Reason.BOILERPLATE,
    "adult_weight": Reason.ADULT,
    "spam_weight": Reason.SPAM,
}
"""The reason a broken limit gives, by its measure; too many words are another reason than too few."""

_RANK = {reason: rank for rank, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Judged:
    """The first reason (None when no limit is broken), the broken limits as words, and all measures."""

    reason: Reason | None
    detail: str
    measures: Measures


def judge(text: str, profile: Profile) -> Judged:
    """Measure a text and hold it against a profile."""
    measures = measure(text)
    reason, detail = hold(measures, profile)
    return Judged(reason, detail, measures)


def hold(measures: Measures, profile: Profile) -> tuple[Reason | None, str]:
    """The first reason by the order of `Reason`, and every broken limit; None and nothing when none is broken."""
    broken = [(_reason(limit, value), limit, value) for limit, value in _broken(measures, profile)]
    if not broken:
        return None, ""
    broken.sort(key=lambda each: _RANK[each[0]])
    return broken[0][0], ", ".join(_told(limit, value) for _, limit, value in broken)


def _broken(measures: Measures, profile: Profile) -> list[tuple[Limit, float]]:
    found = []
    for limit in profile.limits:
        value = getattr(measures, limit.measure)
        if not limit.words_min <= measures.words <= limit.words_max:
            continue
        if (limit.min is not None and value < limit.min) or (limit.max is not None and value > limit.max):
            found.append((limit, value))
    return found


def _reason(limit: Limit, value: float) -> Reason:
    too_many = limit.max is not None and value > limit.max
    return Reason.TOO_LONG if limit.measure == "words" and too_many else REASONS[limit.measure]


def _told(limit: Limit, value: float) -> str:
    over = limit.max is not None and value > limit.max
    return f"{limit.measure} {value:.4g} {'>' if over else '<'} {limit.max if over else limit.min}"

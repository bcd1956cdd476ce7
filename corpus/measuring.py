"""Measure a text: lines and words are found once, and every number of `Measures` is made from them.

Each function takes the parts it needs and gives one or a few numbers; the sources of the formulas are named in
`corpus.measures`. It runs on every document, so what is asked of words is asked of each different word once.
"""

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from corpus.measures import Measures
from corpus.phrases import boilerplate_share, code_lines_share, error_share, mojibake_share, placeholders
from corpus.repetition import repeated, repeated_ngrams
from corpus.wordlists import weights

STOP_WORDS = frozenset((
    "i", "og", "af", "en", "til", "er", "den", "at", "som", "på", "for", "med", "det", "blev", "var", "der", "fra",
    "de", "han", "et",
))  # fmt: skip
"""FineWeb2's for Danish (HuggingFace 2025, profile dan_Latn); capitals count as other words there, and so here."""

SHORT_LINE_CHARS_MAX = 30
"""FineWeb's (Penedo and others 2024): a line this short is a menu's, a list's or a poem's."""

FRAGMENT_CHARS_MAX = 80
"""A line that ends without punctuation is a fragment up to here: headings, links and cells are shorter, and what is
longer is as a rule a sentence that lost its full stop."""

C4_LINE_WORDS_MIN = 3
"""C4 (Raffel and others 2020) leaves lines of fewer words out."""

CHUNKS_KEPT = 1 << 13
"""Pieces between spaces that are remembered, some 300 bytes each."""

TOKEN = re.compile(
    r"https?://\S+|⟨[^⟩]*⟩|\d+\.(?!\w)"
    r"|(?i:f\.eks|bl\.a|m\.v|m\.m|m\.fl|o\.l|kl|nr|stk|jf|dvs|pga|evt|ift|ca|osv|mv|mm|mfl|div|etc|kgl|inkl)\.(?!\w)"
    r"|\w+(?:[-'’.,]\w+|(?<=\d)[/–](?=\d)\w+)*(?:-(?!\S))?|\.{2,5}|[^\w\s]"
)
"""An address, a placeholder of personal data, an ordinal, an abbreviation, a word, an ellipsis, or any other mark."""

_ABBREVIATION_CHARS = 5
"""With its full stop, the longest abbreviation of letters alone; a longer word before a full stop is a word."""

_LETTER = re.compile(r"[^\W\d_]")
_MARKS = frozenset("!/—”:%&(\\#@_.\"}[]=-`*?~$;'{|^+,<>)…«»„“’´►–") | {"..", "...", "....", "....."}
"""Tokens that are punctuation to DataTrove, as far as they occur in Danish."""

_STOPS = (".", "!", "?")
_LINE_ENDS = (".", "!", "?", "‼", "‽", "⁇", "⁈", "⁉")
"""How a sentence's line ends: the terminal punctuation of FineWeb2, as far as it is written in Danish."""

_C4_ENDS = (".", "?", "!", '"', "'")
_ELLIPSES = ("...", "…")


def measure(text: str) -> Measures:
    """All measures of a text in the plain Markdown of `corpus.extract`."""
    lines = plain_lines(text)
    if not lines:
        return Measures()
    plain = "\n".join(lines)
    lower = plain.lower()
    tokens = tokenise(plain)
    counts = Counter(tokens)
    marks = _MARKS & counts.keys()
    words = len(tokens) - sum(counts[mark] for mark in marks)
    chars = sum(map(len, tokens)) - sum(len(mark) * counts[mark] for mark in marks)
    return Measures(
        words=words,
        words_and_marks=len(tokens),
        lines=len(lines),
        sentence_ends=sum(counts[stop] for stop in _STOPS),
        placeholders=placeholders(lower),
        mojibake_share=mojibake_share(text),
        error_share=error_share(lower, words),
        boilerplate_share=boilerplate_share(lower),
        code_lines_share=code_lines_share(lower),
        **weights(counts, words),
        **_of_words(counts, words, chars),
        **_of_signs(plain, len(tokens)),
        **_of_lines(lines, len(plain)),
        **_of_repeated_lines(text, lines),
        **_of_ngrams(tokens, counts, len(plain)),
    )


def tokenise(text: str) -> list[str]:
    """Words, with what is inside them, and single punctuation marks; nearly as spaCy's Danish tokenizer splits."""
    tokens: list[str] = []
    for chunk in text.split():
        if chunk.isalpha():
            tokens.append(chunk)
        elif chunk[-1] in ",." and len(chunk) > _ABBREVIATION_CHARS and (word := chunk[:-1]).isalpha():
            tokens += word, chunk[-1]
        else:
            tokens += _tokens(chunk)
    return tokens


@functools.lru_cache(CHUNKS_KEPT)
def _tokens(chunk: str) -> Sequence[str]:
    """The tokens of what stands between two spaces; remembered, as half of them were seen before."""
    return tuple(TOKEN.findall(chunk))


def plain_lines(text: str) -> list[str]:
    """The lines that are not empty, without the marks of headings and table cells; bullets stay, being signs."""
    lines = []
    for line in text.split("\n"):
        bare = line.lstrip("# ") if line.startswith("#") else line
        if "|" in bare:
            bare = " ".join(bare.replace("|", " ").split())
        if bare := bare.strip():
            lines.append(bare)
    return lines


def _of_words(counts: Counter[str], words: int, chars: int) -> dict[str, Any]:
    """Gopher's stop words, mean length of a word, and share of what has a letter; `chars` are those of the words."""
    tokens = counts.total()
    without = sum(counts[token] for token in counts if not token.isalpha() and not _LETTER.search(token))
    stop = STOP_WORDS & counts.keys()
    return {
        "stop_words": len(stop),
        "stop_words_share": sum(counts[word] for word in stop) / max(1, words),
        "mean_word_length": chars / max(1, words),
        "alphabetic_share": (tokens - without) / max(1, tokens),
        "alphabetic_words_share": (tokens - without) / max(1, words),
    }


def _of_signs(plain: str, tokens: int) -> dict[str, Any]:
    """Gopher's symbols per word, and FineWeb's line breaks per word; both count punctuation as words."""
    return {
        "hashes_per_token": plain.count("#") / max(1, tokens),
        "ellipses_per_token": sum(map(plain.count, _ELLIPSES)) / max(1, tokens),
        "lines_per_token": plain.count("\n") / max(1, tokens),
    }


def _of_lines(lines: Sequence[str], chars: int) -> dict[str, Any]:
    """How lines begin and end: Gopher's bullets and ellipses, FineWeb's punctuation and short lines, C4's sentences."""
    bullets = ellipses = punctuated = short = fragments = c4 = 0
    for line in lines:
        bullets += line[0] in "-•"
        short += len(line) <= SHORT_LINE_CHARS_MAX
        ellipsis_ends = line.endswith(_ELLIPSES)
        ellipses += ellipsis_ends
        if line.endswith(_LINE_ENDS):
            punctuated += 1
        elif not ellipsis_ends and len(line) <= FRAGMENT_CHARS_MAX:
            fragments += len(line)
        c4 += line.endswith(_C4_ENDS) and not ellipsis_ends and line.count(" ") >= C4_LINE_WORDS_MIN - 1
    return {
        "bullet_lines_share": bullets / len(lines),
        "ellipsis_lines_share": ellipses / len(lines),
        "punctuated_lines_share": punctuated / len(lines),
        "short_lines_share": short / len(lines),
        "fragments_share": fragments / chars,
        "c4_lines_share": c4 / len(lines),
    }


def _of_repeated_lines(text: str, lines: Sequence[str]) -> dict[str, Any]:
    """Gopher's lines and paragraphs that were there before; FineWeb divides a line's characters by all in lines."""
    paragraphs = text.strip().split("\n\n")
    lines_again, line_chars = repeated(lines)
    paragraphs_again, paragraph_chars = repeated(paragraphs)
    return {
        "duplicate_lines_share": lines_again / len(lines),
        "duplicate_line_chars_share": line_chars / sum(map(len, lines)),
        "duplicate_paragraphs_share": paragraphs_again / len(paragraphs),
        "duplicate_paragraph_chars_share": paragraph_chars / len(text),
    }


def _of_ngrams(tokens: Sequence[str], counts: Mapping[str, int], chars: int) -> dict[str, Any]:
    """Gopher's characters in the most frequent n-gram, and in repeated ones.

    Spaces that the text does not have are counted between tokens, so a share could pass 1 in a text of few.
    """
    top, duplicate = repeated_ngrams(tokens, counts)
    return {f"top_{n}grams_share": min(1.0, found / chars) for n, found in top.items()} | {
        f"duplicate_{n}grams_share": found / chars for n, found in duplicate.items()
    }

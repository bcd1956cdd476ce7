"""What is measured on a text: one number a field, each a column of documents.

Limits are elsewhere (`corpus.profiles`), so that they can be chosen anew without reading a text again. Tokens are
words and single punctuation marks; `words` are the tokens that are no punctuation. "Plain text" is the text without
empty lines and without the marks of headings and tables, which extraction put there: what FineWeb2 would have read.

Sources of the formulas: Gopher is Rae and others 2021 (arXiv 2112.11446, section A.1.1 and table A1), C4 is Raffel and
others 2020 (JMLR 21/140, section 2.2), FineWeb is Penedo and others 2024 (arXiv 2406.17557, section 3.6), all of them
as DataTrove 0.10 computes them. What has no such name is ours.
"""

from dataclasses import dataclass
from typing import Annotated

from corpus.columns import Column, Kind

Share = float
Count = int


def _share(meaning: str) -> Column:
    return Column(Kind.REAL, meaning, "share")


def _count(meaning: str, unit: str) -> Column:
    return Column(Kind.INT, meaning, unit)


@dataclass(frozen=True, slots=True)
class Measures:
    """All measures of a text; 0 is what an empty text has."""

    words: Annotated[Count, _count("words in the text", "words")] = 0
    words_and_marks: Annotated[Count, _count("words and punctuation marks: the tokens of other measures", "tokens")] = 0
    lines: Annotated[Count, _count("lines that are not empty", "lines")] = 0
    sentence_ends: Annotated[Count, _count("full stops, question and exclamation marks (C4)", "marks")] = 0
    stop_words: Annotated[Count, _count("how many different Danish stop words occur (Gopher)", "words")] = 0
    stop_words_share: Annotated[Share, _share("occurrences of stop words, of all words")] = 0.0
    mean_word_length: Annotated[float, Column(Kind.REAL, "mean length of a word (Gopher)", "characters")] = 0.0
    alphabetic_share: Annotated[Share, _share("tokens with a letter, of all tokens (Gopher)")] = 0.0
    alphabetic_words_share: Annotated[Share, _share("words with a letter, of all words")] = 0.0
    hashes_per_token: Annotated[float, Column(Kind.REAL, "# signs per token (Gopher)", "signs/token")] = 0.0
    ellipses_per_token: Annotated[float, Column(Kind.REAL, "ellipses per token (Gopher)", "signs/token")] = 0.0
    bullet_lines_share: Annotated[Share, _share("lines that begin with a bullet, of all (Gopher)")] = 0.0
    ellipsis_lines_share: Annotated[Share, _share("lines that end in an ellipsis, of all (Gopher)")] = 0.0
    lines_per_token: Annotated[float, Column(Kind.REAL, "line breaks per token (FineWeb)", "lines/token")] = 0.0
    punctuated_lines_share: Annotated[Share, _share("lines that end in punctuation, of all (FineWeb)")] = 0.0
    short_lines_share: Annotated[Share, _share("lines of at most 30 characters, of all (FineWeb)")] = 0.0
    fragments_share: Annotated[Share, _share("characters in short lines without punctuation at the end, of all")] = 0.0
    c4_lines_share: Annotated[Share, _share("lines of 3 words or more that end as sentences do, of all (C4)")] = 0.0
    code_lines_share: Annotated[Share, _share("lines with a curly bracket or the word javascript, of all (C4)")] = 0.0
    placeholders: Annotated[Count, _count("lorem ipsum and its like (C4)", "phrases")] = 0
    duplicate_lines_share: Annotated[Share, _share("lines that were there before, of all (Gopher)")] = 0.0
    duplicate_line_chars_share: Annotated[Share, _share("characters in such lines, of all (FineWeb)")] = 0.0
    duplicate_paragraphs_share: Annotated[Share, _share("paragraphs that were there before, of all (Gopher)")] = 0.0
    duplicate_paragraph_chars_share: Annotated[Share, _share("characters in such paragraphs, of all (Gopher)")] = 0.0
    top_2grams_share: Annotated[Share, _share("characters in the most frequent 2-gram, of all (Gopher)")] = 0.0
    top_3grams_share: Annotated[Share, _share("characters in the most frequent 3-gram, of all (Gopher)")] = 0.0
    top_4grams_share: Annotated[Share, _share("characters in the most frequent 4-gram, of all (Gopher)")] = 0.0
    duplicate_5grams_share: Annotated[Share, _share("characters in repeated 5-grams, of all (Gopher)")] = 0.0
    duplicate_6grams_share: Annotated[Share, _share("characters in repeated 6-grams, of all (Gopher)")] = 0.0
    duplicate_7grams_share: Annotated[Share, _share("characters in repeated 7-grams, of all (Gopher)")] = 0.0
    duplicate_8grams_share: Annotated[Share, _share("characters in repeated 8-grams, of all (Gopher)")] = 0.0
    duplicate_9grams_share: Annotated[Share, _share("characters in repeated 9-grams, of all (Gopher)")] = 0.0
    duplicate_10grams_share: Annotated[Share, _share("characters in repeated 10-grams, of all (Gopher)")] = 0.0
    mojibake_share: Annotated[Share, _share("wrongly decoded characters, of all letters")] = 0.0
    error_share: Annotated[Share, _share("words that phrases of error pages account for, of all")] = 0.0
    boilerplate_share: Annotated[Share, _share("characters in sentences of consent, sharing and policy, of all")] = 0.0
    adult_weight: Annotated[
        float, Column(Kind.REAL, "weighted words of pornography per 100 words; 0 under 5 different", "weight/100 words")
    ] = 0.0
    spam_weight: Annotated[
        float, Column(Kind.REAL, "weighted words of spam per 100 words; 0 under 5 different", "weight/100 words")
    ] = 0.0

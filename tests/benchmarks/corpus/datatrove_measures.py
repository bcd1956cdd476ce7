# /// script
# requires-python = ">=3.11"
# dependencies = ["datatrove==0.10.*", "spacy>=3.8", "nltk", "orjson"]
# ///
"""The same measures by DataTrove, in an environment of its own: texts in on standard input, numbers out.

Each line in is a JSON object with `text`, without our marks of structure, and `tokens`, ours. Each line out has the
measures by DataTrove's functions and formulas on our tokens (`ours`) and on those of its own Danish tokenizer
(`theirs`), and whether FineWeb2's pipeline keeps the text; the last line is the CPU seconds its three filters took.
"""

import json
import sys
import time

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.filters.gopher_repetition_filter import (
    find_all_duplicate,
    find_duplicates,
    find_top_duplicate,
    get_n_grams,
)
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION, split_into_words

DANISH = "dan_Latn"
STOP_WORDS = [
    "i", "og", "af", "en", "til", "er", "den", "at", "som", "på", "for", "med", "det", "blev", "var", "der", "fra",
    "de", "han", "et",
]  # fmt: skip
FILTERS = (
    GopherRepetitionFilter(
        language=DANISH,
        dup_para_frac=0,
        dup_line_char_frac=0,
        dup_para_char_frac=0,
        dup_line_frac=0.305,
        top_n_grams=((2, 0.367), (3, 0.297), (4, 0.232)),
        dup_n_grams=((5, 0.169), (6, 0.158), (7, 0.147), (8, 0.134), (9, 0.123), (10, 0.112)),
    ),
    FineWebQualityFilter(
        language=DANISH, short_line_thr=999, char_duplicates_ratio=0.1, line_punct_thr=0.1, new_line_ratio=0.182
    ),
    GopherQualityFilter(
        language=DANISH,
        max_avg_word_length=11,
        min_avg_word_length=3,
        stop_words=STOP_WORDS,
        max_non_alpha_words_ratio=0.798,
        min_stop_words=2,
    ),
)


def measures(text: str, words: list[str]) -> dict[str, float]:
    """What the filters compute on their way to a verdict, under our names."""
    lines, count = text.split("\n"), len(words)
    spoken = [word for word in words if any(sign not in PUNCTUATION_SET for sign in word)]
    ngrams = {n: get_n_grams(words, n) for n in (2, 3, 4)}
    return {
        "words": len(spoken),
        "words_and_marks": count,
        "stop_words": len(set(STOP_WORDS) & set(words)),
        "mean_word_length": float(np.mean([len(word) for word in spoken])) if spoken else 0.0,
        "alphabetic_share": sum(any(map(str.isalpha, word)) for word in words) / count,
        "hashes_per_token": text.count("#") / count,
        "ellipses_per_token": (text.count("...") + text.count("…")) / count,
        "bullet_lines_share": sum(line.startswith(("•", "-")) for line in lines) / len(lines),
        "ellipsis_lines_share": sum(line.endswith(("...", "…")) for line in lines) / len(lines),
        "lines_per_token": text.count("\n") / count,
        "punctuated_lines_share": sum(line.endswith(tuple(TERMINAL_PUNCTUATION)) for line in lines) / len(lines),
        "short_lines_share": sum(len(line) <= 30 for line in lines) / len(lines),
        "duplicate_lines_share": find_duplicates(lines)[0] / len(lines),
        "duplicate_line_chars_share": find_duplicates(lines)[1] / len(text.replace("\n", "")),
        **{f"top_{n}grams_share": find_top_duplicate(each) / len(text) if each else 0.0 for n, each in ngrams.items()},
        **{f"duplicate_{n}grams_share": find_all_duplicate(words, n) / len(text) for n in range(5, 11)},
    }


def kept(text: str) -> bool:
    """Whether all three filters let a text pass."""
    return all(each.filter(Document(text=text, id="")) is True for each in FILTERS)


def main() -> None:
    """Read all, measure all, and then judge all against the clock, with the tokenizer warm."""
    rows = [json.loads(line) for line in sys.stdin]
    told = []
    for row in rows:
        theirs = split_into_words(row["text"], DANISH)
        told.append({"ours": measures(row["text"], row["tokens"]), "theirs": measures(row["text"], theirs)})
    began = time.process_time()
    verdicts = [kept(row["text"]) for row in rows]
    taken = time.process_time() - began
    for row, verdict in zip(told, verdicts, strict=True):
        sys.stdout.write(json.dumps({**row, "kept": verdict}) + "\n")
    sys.stdout.write(json.dumps({"seconds": taken}) + "\n")


if __name__ == "__main__":
    main()

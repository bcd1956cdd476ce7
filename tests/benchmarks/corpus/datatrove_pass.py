"""The same pass by datatrove: WARC, Trafilatura, language, Gopher and FineWeb quality, MinHash, JSONL.

Runs in an environment of datatrove's own: `python datatrove_pass.py WARCS OUT MODEL WORKERS`. The language model is a
fastText file, and all else is datatrove's own default, but for the language: its Danish word tokenizer, and the
stop words and limits that FineWeb2 publishes for Danish.
"""

import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter, LanguageFilter
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers.jsonl import JsonlWriter

DANISH = "dan"
STOP_WORDS = [
    "i", "og", "af", "en", "til", "er", "den", "at", "som", "på", "for", "med", "det", "blev", "var", "der", "fra",
    "de", "han", "et",
]  # fmt: skip


def _limits() -> list[object]:
    """FineWeb2's Danish profile."""
    return [
        GopherRepetitionFilter(
            language=DANISH,
            dup_line_frac=0.305,
            top_n_grams=((2, 0.367), (3, 0.297), (4, 0.232)),
            dup_n_grams=((5, 0.169), (6, 0.158), (7, 0.147), (8, 0.134), (9, 0.123), (10, 0.112)),
            dup_para_frac=0,
            dup_line_char_frac=0,
            dup_para_char_frac=0,
        ),
        FineWebQualityFilter(
            language=DANISH, line_punct_thr=0.1, short_line_thr=999, char_duplicates_ratio=0.1, new_line_ratio=0.182
        ),
        GopherQualityFilter(
            language=DANISH, max_avg_word_length=11, max_non_alpha_words_ratio=0.798, stop_words=STOP_WORDS
        ),
    ]


def main() -> None:
    """Run the pass with as many tasks as workers."""
    warcs, out, model, workers = sys.argv[1:]
    language = LanguageFilter(languages=["da"], language_threshold=0.3)
    language.model.MODEL_URL = model  # a path is taken as it is
    pipeline = [
        WarcReader(warcs, glob_pattern="*.warc.gz"),
        Trafilatura(timeout=20),
        language,
        *_limits(),
        JsonlWriter(f"{out}/texts"),
        MinhashDedupSignature(f"{out}/signatures", MinhashConfig(n_grams=5), language=DANISH),
    ]
    LocalPipelineExecutor(
        pipeline, tasks=int(workers), workers=int(workers), logging_dir=f"{out}/logs", start_method="fork"
    ).run()


if __name__ == "__main__":
    main()
    sys.stdout.write(f"{sum(1 for _ in Path(sys.argv[2]).rglob('*.jsonl.gz'))} files\n")

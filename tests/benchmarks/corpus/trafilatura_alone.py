"""What trafilatura takes by itself, as it is installed: `python -m tests.benchmarks.corpus.trafilatura_alone WARC N`.

Runs in a process of its own, as `corpus.extract` puts shortcuts into the library. Prints CPU milliseconds a page, of
one page in N: main text and metadata with the date, by its defaults.
"""

import sys
import time
from itertools import islice
from pathlib import Path

import trafilatura

from corpus.captures import read_captures
from corpus.charset import decode


def main() -> None:
    """Time the pages of a WARC file."""
    warc, every = sys.argv[1:]
    captures = list(islice(read_captures(Path(warc)), 0, None, int(every)))
    pages = [decode(capture.payload, capture.header("content-type")).text for capture in captures]
    trafilatura.bare_extraction(pages[0], with_metadata=True)
    began = time.process_time()
    for page in pages:
        trafilatura.bare_extraction(page, with_metadata=True)
    sys.stdout.write(f"{1000 * (time.process_time() - began) / len(pages)}\n")


if __name__ == "__main__":
    main()

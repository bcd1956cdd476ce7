"""Signs a file of texts (JSON, a list) with one tool and tells its seconds: `python signing.py TOOL TEXTS OUT`.

Run by the benchmark in a process of its own, in the project's environment or in that of the peers, with the project on
the path: the words and shingles of the peers are the same as ours, made by our Python functions. Times are of the
processor, one thread, the best of three and of a second; what a tool does once (loading, compiling) is told apart.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dedup.parameters import Parameters
from dedup.signatures import shingles, sign

PARAMETERS = Parameters()
BATCH = 512


def ours(texts: list[str]) -> Any:
    """`sign`, as the refinement calls it: a batch of 512 at a time."""
    return np.concatenate([sign(texts[at : at + BATCH], PARAMETERS) for at in range(0, len(texts), BATCH)])


def datasketch(texts: list[str]) -> Any:
    """Datasketch as it comes: SHA-1, `update_batch` for each document."""
    from datasketch import MinHash

    return _datasketch(texts, MinHash(num_perm=PARAMETERS.permutations, seed=PARAMETERS.seed))


def datasketch_xxhash(texts: list[str]) -> Any:
    """Datasketch with the fastest hash function it is used with."""
    import xxhash
    from datasketch import MinHash

    return _datasketch(texts, MinHash(PARAMETERS.permutations, PARAMETERS.seed, hashfunc=xxhash.xxh32_intdigest))


def _datasketch(texts: list[str], prototype: Any) -> Any:
    rows = []
    for text in texts:
        minhash = prototype.copy()
        minhash.update_batch([shingle.encode() for shingle in shingles(text, PARAMETERS)])
        rows.append(minhash.hashvalues)
    return np.array(rows)


def rensa(texts: list[str]) -> Any:
    """Rensa's batch function, over the same shingles."""
    from rensa import RMinHash

    for at in range(0, len(texts), BATCH):
        sets = [list(shingles(text, PARAMETERS)) for text in texts[at : at + BATCH]]
        RMinHash.digest_matrix_from_token_sets(sets, PARAMETERS.permutations, PARAMETERS.seed)
    return np.empty(0)


def shingling(texts: list[str]) -> Any:
    """The shingles alone, in Python."""
    for text in texts:
        shingles(text, PARAMETERS)
    return np.empty(0)


TOOLS: dict[str, Callable[[list[str]], Any]] = {
    each.__name__: each for each in (ours, datasketch, datasketch_xxhash, rensa, shingling)
}


def main() -> None:
    """Measure one tool."""
    tool, source, out = TOOLS[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3])
    texts = json.loads(source.read_bytes())
    began = time.perf_counter()
    tool(texts[:2])
    first_s = time.perf_counter() - began
    spent: list[float] = []
    while len(spent) < 3 or sum(spent) < 1:
        began = time.process_time()
        signed = tool(texts)
        spent.append(time.process_time() - began)
    np.save(out, signed)
    sys.stdout.write(json.dumps({"seconds": min(spent), "first_s": first_s}) + "\n")


if __name__ == "__main__":
    main()

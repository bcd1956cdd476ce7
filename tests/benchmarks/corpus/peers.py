"""The programs that are measured beside each other, each in an environment of its own under `.bench`.

Ours is installed from the lock without what only development needs, as a user has it; datatrove from its index, with
what its own documentation asks for: `processing`, `io`, and spaCy for Danish words. Both are compiled to bytecode when
they are installed, as installers do.
"""

import os
import subprocess
from pathlib import Path

from tests.benchmarks.corpus.measured import ROOT, Took, measured

DATATROVE = ("datatrove[processing,io]==0.10.0", "spacy==3.8.*")
MODEL = ROOT / "corpus" / "models" / "language.ftz"
_UV = str(ROOT / ".uv" / "bin" / "uv")
_PLACE = ROOT / ".bench"
_QUIETLY = ("--quiet", "--compile-bytecode")
_ROOMS = ("corpus", "crawler", "dedup", "flows", "ledger")


def datatrove(warcs: Path, out: Path, workers: int) -> Took:
    """The pass by datatrove, with our language model."""
    python = _PLACE / "datatrove" / "bin" / "python"
    if not python.exists():
        subprocess.run([_UV, "venv", "--quiet", str(python.parents[1])], check=True)
        subprocess.run([_UV, "pip", "install", *_QUIETLY, "--python", str(python), *DATATROVE], check=True)
    script = ROOT / "tests" / "benchmarks" / "corpus" / "datatrove_pass.py"
    return measured([str(python), str(script), str(warcs), str(out), str(MODEL), str(workers)])


def ours(warcs: Path, out: Path, workers: int, *options: str) -> Took:
    """The pass by `fodaftryk refine`."""
    place = _PLACE / "ours"
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(place)}
    subprocess.run([_UV, "sync", *_QUIETLY, "--frozen", "--no-dev"], check=True, env=environment, cwd=ROOT)
    subprocess.run([str(place / "bin" / "python"), "-m", "compileall", "-q", *_ROOMS], check=True, cwd=ROOT)
    command = [str(place / "bin" / "fodaftryk"), "refine", str(warcs), "--out", str(out), "--json"]
    return measured([*command, "--workers", str(workers), *options])

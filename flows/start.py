"""The way in: `fodaftryk COMMAND …`. Commands that need little start at once; the others bring the whole house.

What goes wrong is one message and an exit code, whichever command it was.
"""

import gc
import os
import signal
import sys
from importlib import import_module
from typing import NoReturn

import typer

from corpus.errors import CorpusError
from dedup.errors import DedupError
from flows.errors import FlowError
from flows.show import show_wrong
from ledger.errors import LedgerError

QUICK = {"language": "flows.cli_language", "extract": "flows.cli_extract", "refine": "flows.cli_refine"}
"""Commands that need little of the house, and the module with each one's `app`: the whole takes seconds to load."""


def main() -> NoReturn:
    """Run the command line with what its first word asks for."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here needs NumPy's others, which spin as they begin
    gc.disable()  # nothing of what is loaded is garbage: looking for some is a twentieth of the start
    app = import_module(QUICK.get(name, "flows.cli")).app
    gc.enable()
    run(app)


def run(app: typer.Typer) -> NoReturn:
    """Run a command line to its end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        try:
            app()  # ends with SystemExit when all goes well
        finally:
            sys.stdout.flush()
    except (FlowError, CorpusError, DedupError, LedgerError) as error:
        show_wrong("error", str(error))
    except BrokenPipeError:  # nobody reads any more, so what is left goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        show_wrong("error", f"{error}. See to its permissions and the room on its disk; then run again.")
    sys.exit(1)

"""What a command on loose files needs of the settings. Where nothing is set that is known without reading them.

Reading settings takes a tenth of what `fodaftryk refine` needs to start, and 10 MB.
"""

import os
from pathlib import Path

from corpus.workers import WorkerLimits
from dedup.parameters import Parameters

FILE = Path("fodaftryk.toml")
PREFIX = "FODAFTRYK_"


def limits_and_signing() -> tuple[WorkerLimits, Parameters]:
    """What a text may cost, and how it is signed: as they are set, or the defaults.

    Raises SettingsError naming every wrong key and where it came from.
    """
    if not FILE.exists() and not any(name.upper().startswith(PREFIX) for name in os.environ):
        return WorkerLimits(), Parameters()
    from flows.settings import load_settings  # noqa: PLC0415 - see above

    settings = load_settings()
    return settings.refine, settings.dedup

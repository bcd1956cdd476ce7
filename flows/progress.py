"""Progress: what a run tells while it works, as log records, so that every reader gets the same.

Steps call `emit`; the command line shows the records as bars, lines or JSON, and a Prefect worker sends them to its
log like any other.
"""

import logging
from typing import Any

LOGGER = logging.getLogger("fodaftryk.progress")


def emit(event: str, source: str = "", **fields: Any) -> None:  # noqa: ANN401 - plain JSON values
    """Tell that something happened: an event's name, the source it concerns, and its numbers."""
    told = {"event": event, "source": source, **fields}
    shown = " ".join(f"{name}={value}" for name, value in told.items() if name != "event" and value != "")
    LOGGER.info("%s %s", event, shown, extra={"told": told})

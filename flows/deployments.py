"""Prefect deployments, written from the catalogue: one for each flow, and a scheduled crawl for each source that asks.

`fodaftryk sources schedule` writes them to `deploy/prefect.yaml`; `prefect deploy --all --prefect-file
deploy/prefect.yaml` puts them on a server. A source's schedule thus stands in one place, its own file.
"""

from collections.abc import Sequence
from typing import Any

import yaml

from flows.catalogue import CatalogueSource

POOL = "fodaftryk"
TIMEZONE = "Europe/Copenhagen"
FLOWS = ("run", "crawl", "refine", "dedupe", "honour", "release", "settle", "recheck")
NIGHTLY = {"honour": "0 5 * * *", "release": "30 5 * * *", "settle": "0 6 * * *", "recheck": "0 7 * * *"}
"""Releases are made when the night's crawls are in and what is withdrawn is out, and accounts when the release is.
Whether claimed domains still show their proof is asked apart from all that."""

_HEAD = """\
# Written by `fodaftryk sources schedule` from the catalogue; change a source's schedule in its own file, then
# write this anew. Put it on a server with: prefect deploy --all --prefect-file deploy/prefect.yaml
"""


def prefect_yaml(sources: Sequence[CatalogueSource]) -> str:
    """The text of prefect.yaml for a catalogue; the same catalogue gives the same text."""
    scheduled = [source for source in sources if source.schedule and source.crawlable]
    deployments = [_deployment(flow, flow, NIGHTLY.get(flow), {}) for flow in FLOWS]
    deployments += [
        _deployment(f"crawl-{source.name}", "crawl", source.schedule, {"sources": [source.name]})
        for source in scheduled
    ]
    body = {"name": "fodaftryk", "deployments": deployments}
    text: str = yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120)
    return _HEAD + text


def _deployment(name: str, flow: str, cron: str | None, parameters: dict[str, Any]) -> dict[str, Any]:
    """One deployment; one run of it at a time, the next waits."""
    schedules = [{"cron": cron, "timezone": TIMEZONE}] if cron else []
    return {
        "name": name,
        "entrypoint": f"flows.run.{flow}",
        "parameters": parameters,
        "schedules": schedules,
        "concurrency_limit": 1,
        "work_pool": {"name": POOL},
    }

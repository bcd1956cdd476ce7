"""Where deduplication is mapped: by settings, which are told when they cannot be met.

That mapping changes nothing is shown in `test_scale_out.py`, and that no runner does by the benchmark of runners.
"""

import sys

import pytest

from flows.errors import SettingsError
from flows.scale import ScaleSettings, mapped


def test_a_runner_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its extra, a runner is an error that names what to install."""
    monkeypatch.setitem(sys.modules, "prefect_ray.task_runners", None)
    with pytest.raises(SettingsError, match=r"pip install 'fodaftryk\[ray\]'"):
        mapped(ScaleSettings(runner="ray"), lambda _: 0)

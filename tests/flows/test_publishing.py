"""Publishing while requests fail, others publish, and a sweep is after everything; a benchmark does it more often."""

from pathlib import Path

import pytest

from corpus import s3_faults
from flows import sweeping
from tests.conftest import s3_settings
from tests.flows.publishing import race


def test_no_release_is_lost_or_half_seen(moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twelve publishes none fails, none is lost, and none is seen without all that it names."""
    monkeypatch.setattr(s3_faults, "PAUSE_S_MIN", 0.01)
    monkeypatch.setattr(sweeping, "LOOK_S", 0.02)
    figures, wrong = race(12, 7, s3_settings(moto_url, tmp_path.name), tmp_path)
    assert wrong == []
    assert (figures["published"], figures["half visible"], figures["lost"]) == (12, 0, 0)

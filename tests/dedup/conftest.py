"""What the tests of deduplication share."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def unflushed() -> Iterator[None]:
    """Leave out flushing to the disk: it costs most of the time here and shows only when a machine loses power."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield

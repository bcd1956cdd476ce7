"""What the tests of deduplication share."""

import os
from collections.abc import Iterator

import pytest

from dedup.parameters import Parameters
from dedup.signatures import normalised, shingle_hashes, sign


@pytest.fixture(autouse=True, scope="session")
def compiled() -> None:
    """The kernel is compiled, which takes seconds once on a machine, before the time of a test is taken."""
    sign(["a"], Parameters())
    shingle_hashes(normalised(["a"]), Parameters())


@pytest.fixture(autouse=True, scope="module")
def unflushed() -> Iterator[None]:
    """Leave out flushing to the disk: it costs most of the time here and shows only when a machine loses power."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield

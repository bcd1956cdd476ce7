"""The index: grown day by day it is what building it at once gives, whatever is removed and whenever it dies."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.clusters import cluster
from dedup.errors import DedupError, IndexBusyError, IndexDamagedError, MixedError
from dedup.index import Index, opened
from dedup.index_reading import Copy
from dedup.parameters import Parameters
from tests.dedup.signed import SEEDS, SMALL, copies_of, near_copies, texts


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An empty index, open to be written to."""
    with opened(tmp_path / "index", SMALL, write=True) as made:
        yield made


def grouped(index: Index) -> set[frozenset[str]]:
    """The clusters of an index, as sets of ids."""
    rows = index.documents
    ids, clusters = np.array([*index.ids(rows), ""]), index.clusters()
    return {frozenset(ids[:-1][clusters.keeper == keeper].tolist()) for keeper in np.unique(clusters.keeper)}


def built(signatures: dict[str, np.ndarray]) -> set[frozenset[str]]:
    """The clusters of texts clustered at once."""
    if not signatures:
        return set()
    ids, stacked = np.array(list(signatures)), np.stack(list(signatures.values()))
    keeper = cluster(stacked, np.arange(len(ids)), SMALL).keeper
    return {frozenset(ids[keeper == each].tolist()) for each in np.unique(keeper)}


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.lists(st.tuples(st.sampled_from(["add", "add", "remove", "exclude", "compact", "reopen"]),
                                 st.integers(1, 30)), max_size=8))  # fmt: skip
def test_growing_day_by_day_is_building_at_once(seed: int, days: list[tuple[str, int]]) -> None:
    """After any days of adding, removing, excluding and compacting, the clusters are those of what stands at once."""
    signatures = near_copies(seed, 250, SMALL)
    random = np.random.default_rng(seed)
    stands: dict[str, np.ndarray] = {}
    with TemporaryDirectory() as name:
        for what, count in days:
            with opened(Path(name), SMALL, write=True) as index:
                some = [str(place) for place in random.choice(len(signatures), count, replace=False)]
                texts = signatures[[int(place) for place in some]]
                if what == "add":
                    index.add(some, texts)
                    stands |= dict(zip(some, texts, strict=True))
                if what in {"remove", "exclude"}:
                    (index.remove(some) if what == "remove" else index.exclude(some, texts))
                    stands = {key: value for key, value in stands.items() if key not in some}
                if what == "compact":
                    index.compact()
                assert grouped(index) == built(stands)
        with opened(Path(name), SMALL) as index:
            assert grouped(index) == built(stands)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 100))
def test_each_new_text_is_told_whose_copy_it_is(seed: int, old: int) -> None:
    """A new text is answered with the oldest of the most similar that stand, as comparing with all of them gives."""
    signatures = near_copies(seed, 130, SMALL)
    ids = [f"tekst/{place}" for place in range(130)]
    with TemporaryDirectory() as name, opened(Path(name), SMALL, write=True) as index:
        index.add(ids[:old], signatures[:old])
        index.remove(ids[: old // 2 : 3])
        asked = index.match(ids[old:], signatures[old:])
        assert index.add(ids[old:], signatures[old:]) == asked
    gone = set(range(0, old // 2, 3))
    expected = []
    for new in range(old, 130):
        equal = (signatures == signatures[new]).sum(axis=1)
        copies = [(-int(equal[at]), at) for at in copies_of(signatures, new, SMALL) if at < old and at not in gone]
        if copies:
            expected.append((ids[new], -min(copies)[0] / 16))
    assert [(copy.id, copy.similarity) for copy in asked] == expected


def test_copies_are_named(index: Index) -> None:
    """A copy is told by the id it has, with the similarity; an unrelated text is told nothing about."""
    index.add(["https://a.test/1", "b"], texts(0, 16))
    assert index.add(["c", "æøå"], texts(4, 16)) == [Copy("c", "https://a.test/1", 0.75), Copy("æøå", "b", 1.0)]


def test_what_is_like_a_withdrawn_text_is_excluded(index: Index) -> None:
    """An exclusion answers for its text's copies, old and new, and stands as no document."""
    index.add(["a", "b", "c"], texts(0, 3, 16))
    assert index.exclude(["a", "other"], texts(0, 15)) == [Copy("b", excluded_by="a", excluded_similarity=13 / 16)]
    assert grouped(index) == {frozenset("b"), frozenset("c")}
    assert index.add(["d"], texts(1)) == [Copy("d", "b", 13 / 16, "a", 15 / 16)]
    assert index.exclude(["a"], texts(0)) == [
        Copy("b", excluded_by="a", excluded_similarity=13 / 16),
        Copy("d", excluded_by="a", excluded_similarity=15 / 16),
    ]


def test_taking_away_a_bridge_parts_what_it_joined(index: Index) -> None:
    """Two texts that were copies only by way of a third are apart when that is removed."""
    signatures = texts(0, 0, 0)
    signatures[1, :4] = signatures[2, :4] = 1
    signatures[2, 12:] = 2
    index.add(["a", "bridge", "b"], signatures)
    assert grouped(index) == {frozenset({"a", "bridge", "b"})}
    assert index.remove(["bridge", "unknown"]) == 1
    assert grouped(index) == {frozenset("a"), frozenset("b")}


def test_an_equal_text_stands_in_for_one_that_was_removed(index: Index) -> None:
    """When the first of several equal texts is removed, new copies are answered with the next, also after merging."""
    index.add(["a"], texts(0))
    index.add(["b"], texts(0))
    index.remove(["a"])
    assert index.match(["new"], texts(1)) == [Copy("new", "b", 15 / 16)]
    index.compact()
    assert index.match(["new"], texts(1)) == [Copy("new", "b", 15 / 16)]
    index.remove(["b"])
    assert index.match(["new"], texts(1)) == []
    assert index.add(["a"], texts(0)) == []


def test_compacting_leaves_nothing_of_what_was_removed(index: Index, tmp_path: Path) -> None:
    """After `compact` neither the signature nor the id of a removed text is in any file."""
    index.add(["here", "removed-id"], texts(0, 16))
    index.remove(["removed-id"])
    index.compact()
    left = b"".join(path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file())
    assert b"removed-id" not in left
    assert texts(16)[0].tobytes() not in left
    assert texts(0)[0].tobytes() in left


def test_adding_again_changes_nothing(index: Index) -> None:
    """A document that stands is passed over; with another text, or twice at once, it is refused."""
    index.add(["a"], texts(0))
    assert index.add(["a"], texts(0)) == []
    assert len(index.documents) == 1
    with pytest.raises(DedupError, match="a stands with another text: remove it first"):
        index.add(["a"], texts(5))
    with pytest.raises(DedupError, match=r"2 ids, 1 of them different, for 2 signatures"):
        index.add(["b", "b"], texts(5, 5))


def test_segments_stay_few(index: Index, tmp_path: Path) -> None:
    """Thirty days of adding leave a handful of segments, and no file that is not of them."""
    signatures = near_copies(2, 300, SMALL)
    for day in range(30):
        index.add([f"{day}-{n}" for n in range(10)], signatures[day * 10 : day * 10 + 10])
    folders = [path for path in (tmp_path / "index").iterdir() if path.is_dir()]
    assert len(folders) <= 5
    assert len(list((tmp_path / "index").glob("labels-*"))) == 1


def test_other_parameters_are_refused(tmp_path: Path) -> None:
    """An index made with one seed is not opened with another, and the message says what differs."""
    with opened(tmp_path, SMALL, write=True) as index:
        index.add(["a"], texts(0))
    with (
        pytest.raises(MixedError, match="made with seed 1 and not 2"),
        opened(tmp_path, Parameters(bands=4, rows=4, similarity_min=0.7, seed=2)),
    ):
        pass


def test_one_writes_and_others_read(index: Index, tmp_path: Path) -> None:
    """A second writer is refused; a reader sees what stood when it opened, whatever is written meanwhile."""
    index.add(["a", "b"], texts(0, 16))
    with (
        pytest.raises(IndexBusyError, match="another process is writing"),
        opened(tmp_path / "index", SMALL, write=True),
    ):
        pass
    with opened(tmp_path / "index", SMALL) as reader:
        index.add(["c"], texts(1))
        index.compact()
        assert reader.match(["new"], texts(1)) == [Copy("new", "a", 15 / 16)]
    assert index.match(["new"], texts(1)) == [Copy("new", "c", 1.0)]


def test_a_torn_file_is_told(tmp_path: Path) -> None:
    """An index whose files were cut or whose manifest is not one says what to do, and guesses nothing."""
    with opened(tmp_path, SMALL, write=True) as index:
        index.add(["a", "b"], texts(0, 1))
    with next(tmp_path.glob("labels-*")).open("r+b") as file:
        file.truncate(4)
    with pytest.raises(IndexDamagedError, match="should have 8 bytes: build it anew"), opened(tmp_path, SMALL):
        pass
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(IndexDamagedError, match="cannot be read"), opened(tmp_path, SMALL):
        pass
    for other in ("[]", "{}", '{"format": 0}'):
        (tmp_path / "manifest.json").write_text(other)
        with pytest.raises(IndexDamagedError, match=r"has format .*, not 1: build it anew"), opened(tmp_path, SMALL):
            pass


KILLED = """
import os, signal, sys
from pathlib import Path
from dedup.index import opened
from tests.dedup.signed import SMALL, texts

def change(folder, point, told):
    def killing(handle):
        nonlocal point
        point -= 1
        if point < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with opened(folder, SMALL, write=True) as index:
        os.fsync = killing
        index.add(["c", "d"], texts(1, 15))
        told.write_text("added")
        index.exclude(["a"], texts(0))
        told.write_text("excluded")

for point in range(1000):
    folder = Path(sys.argv[1]) / f"{point}"
    with opened(folder, SMALL, write=True) as index:
        index.add(["a", "b"], texts(0, 16))
    child = os.fork()
    if not child:
        change(folder, point, Path(sys.argv[1]) / f"told-{point}")
        os._exit(0)
    if not os.waitpid(child, 0)[1]:
        break
"""


def test_kill_leaves_the_last_commit(tmp_path: Path) -> None:
    """Killed with SIGKILL before any one of its writes to disk, the index is as before a change or as after it."""
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0, done.stderr
    before, added, excluded = frozenset("ab"), frozenset("abcd"), frozenset("bcd")
    seen = []
    for point in range(len(list(tmp_path.iterdir())) - 1):
        if not (folder := tmp_path / f"{point}").exists():
            break
        told = (tmp_path / f"told-{point}").read_text() if (tmp_path / f"told-{point}").exists() else ""
        with opened(folder, SMALL, write=True) as index:
            seen.append(frozenset(index.ids(index.documents)))
            assert seen[-1] in {"": {before, added}, "added": {added, excluded}, "excluded": {excluded}}[told]
            index.add(["c", "d"], texts(1, 15))
            index.exclude(["a"], texts(0))
            assert grouped(index) == {frozenset("b"), frozenset("c"), frozenset("d")}
            assert [copy.excluded_by for copy in index.match(["new"], texts(2))] == ["a"]
        assert len([path for path in folder.iterdir() if path.is_dir()]) <= 3
    assert seen == sorted(seen, key=[before, added, excluded].index)
    assert len(set(seen)) == 3

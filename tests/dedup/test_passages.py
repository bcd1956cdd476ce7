"""Passages: found in the texts they stand in, and in no others."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.errors import IndexDamagedError
from dedup.parameters import Parameters
from dedup.passages import Passages, write_passages

PARAMETERS = Parameters()
WORDS = [f"{first}{second}{third}" for first in "bdfglm" for second in "aeiouyæøå" for third in ("n", "rk", "st", "l")]


def words(seed: int, count: int) -> list[str]:
    """So many words, the same for a seed."""
    return random.Random(seed).choices(WORDS, k=count)


def indexed(folder: Path, texts: dict[str, str], files: int = 2) -> Passages:
    """Texts in some files."""
    names, paths = sorted(texts), [folder / str(number) for number in range(files)]
    for number, path in enumerate(paths):
        mine = names[number::files]
        write_passages([([name], [texts[name]]) for name in mine], PARAMETERS, path)
    return Passages(paths, PARAMETERS)


def test_a_passage_is_found_in_a_long_text_and_its_copies(tmp_path: Path) -> None:
    """Sentences out of the middle find the text and the copy, whatever their case and marks, and no others."""
    long = words(1, 3000)
    texts = {f"other{number}": " ".join(words(number + 10, 500)) for number in range(50)}
    passages = indexed(
        tmp_path, texts | {"a" * 64: " ".join(long), "copy": " ".join([*words(2, 80), *long[1000:1400]])}
    )
    told = passages.find(", ".join(long[1100:1140]).upper() + "! 42")
    assert {standing.id for standing in told} == {"a" * 64, "copy"}
    assert {standing.share for standing in told} == {1.0}
    assert passages.find(" ".join(words(99, 60))) == []


def test_a_whole_text_that_was_edited_is_found(tmp_path: Path) -> None:
    """One word in thirty changed leaves most of the groups, and the original comes first."""
    text = words(3, 600)
    edited = [word if number % 30 else "ændret" for number, word in enumerate(text)]
    passages = indexed(tmp_path, {"one": " ".join(text), "part": " ".join([*text[:300], *words(5, 300)])})
    told = passages.find(" ".join(edited))
    assert [standing.id for standing in told] == ["one", "part"]
    assert told[0].share > 0.7


def test_a_file_is_the_same_with_and_without_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few texts, or the first of many, are hashed in another way, and give the same bytes."""
    batches = [([f"{at}-{row}" for row in range(8)], [" ".join(words(at + row, 90)) for row in range(8)])
               for at in (0, 8, 16)]  # fmt: skip
    for most in (0, 8, 100):
        monkeypatch.setattr("dedup.passages.LIGHTLY_MAX", most)
        assert write_passages(batches, PARAMETERS, tmp_path / str(most)) == 24
    assert len({(tmp_path / str(most)).read_bytes() for most in (0, 8, 100)}) == 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(40, 200))
def test_nothing_hangs_on_how_texts_are_dealt_to_files(
    tmp_path_factory: pytest.TempPathFactory, seed: int, size: int
) -> None:
    """One file or three, a passage finds the same."""
    texts = {f"text{number}": " ".join(words(seed + number, 200)) for number in range(6)}
    asked = " ".join(words(seed + 2, 200)[:size])
    one, three = (indexed(tmp_path_factory.mktemp("passages"), texts, files).find(asked) for files in (1, 3))
    assert one == three
    assert [standing.id for standing in one] == ["text2"]


def test_what_has_no_words_finds_nothing(tmp_path: Path) -> None:
    """No text, no words and no files are no error."""
    passages = indexed(tmp_path, {"empty": "", "one": " ".join(words(1, 50))})
    assert passages.find("") == passages.find("1 2 3 …") == Passages([], PARAMETERS).find("ord") == []


def test_boilerplate_tells_nothing(tmp_path: Path) -> None:
    """What stands in more than a thousand texts of a file is no passage of any of them."""
    notice = " ".join(words(7, 60))
    passages = indexed(tmp_path, {f"text{number:04}": notice for number in range(1001)}, files=1)
    assert passages.find(notice) == []


def test_a_file_that_is_cut_is_told(tmp_path: Path) -> None:
    """A file that is not whole is refused, with what to do."""
    indexed(tmp_path, {"one": " ".join(words(1, 500))}, files=1)
    whole = (tmp_path / "0").read_bytes()
    for cut in (whole[:-1], whole[:10], b""):
        (tmp_path / "0").write_bytes(cut)
        with pytest.raises(IndexDamagedError, match="run again"):
            Passages([tmp_path / "0"], PARAMETERS)
    with pytest.raises(IndexDamagedError):
        Passages([tmp_path / "none"], PARAMETERS)

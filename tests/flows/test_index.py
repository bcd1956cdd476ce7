"""`fodaftryk index`: what was added one day is named the next."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dedup.errors import DedupError
from flows.cli import app
from tests.flows.test_dedupe import edited, text_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Any:
    """What `fodaftryk index` prints, read as JSON when it is asked for."""
    done = CliRunner().invoke(app, ["index", *arguments, "--index", "seen"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output) if "--json" in arguments else done.output


def texts(name: str, **rows: str) -> str:
    """A file of texts by id."""
    lines = (json.dumps({"id": key, "text": value}) for key, value in rows.items())
    Path(name).write_text("\n".join(lines), encoding="utf-8")
    return name


def test_a_copy_is_named_the_day_after() -> None:
    """A later text is told whose copy it is, by id; one without a copy is told nothing about."""
    assert call("add", texts("monday.jsonl", a=text_of(1), b=text_of(2)), "--json") == []
    (copy,) = call("add", texts("tuesday.jsonl", c=edited(text_of(1)), d=text_of(3)), "--json")
    assert (copy["id"], copy["copy_of"], copy["excluded_by"]) == ("c", "a", "")
    assert 0.8 < copy["similarity"] < 1
    assert "None of them is a copy" in call("match", texts("new.jsonl", e=text_of(4)))


def test_withdrawn_texts_stay_out() -> None:
    """Excluding tells which documents are copies, and from then on new ones are told; the text is kept nowhere."""
    call("add", texts("monday.jsonl", a=text_of(1), b=edited(text_of(1))))
    (copy,) = call("exclude", texts("withdrawn.jsonl", a=text_of(1)), "--json")
    assert (copy["id"], copy["excluded_by"]) == ("b", "a")
    (copy,) = call("match", texts("new.jsonl", c=text_of(1).upper()), "--json")
    assert (copy["copy_of"], copy["excluded_by"], copy["excluded_similarity"]) == ("b", "a", 1.0)
    word = text_of(1).split()[0].encode()
    assert all(word not in path.read_bytes() for path in Path("seen").rglob("*") if path.is_file())


def test_what_is_removed_is_named_no_more() -> None:
    """A removed document is nobody's original, and its id may come again with another text."""
    call("add", texts("monday.jsonl", a=text_of(1)))
    with pytest.raises(DedupError, match="a stands with another text"):
        call("add", texts("other.jsonl", a=text_of(2)))
    assert "Removed: 1 of 2." in call("remove", "a", "unknown", "--compact")
    assert call("add", texts("other.jsonl", a=text_of(2), b=text_of(1)), "--json") == []

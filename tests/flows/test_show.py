"""What is shown: other people's words stay words, whatever they hold."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from flows.progress import emit
from flows.show import plain, progress, show_json, show_rows, show_summary, show_wrong, visible
from flows.show_explained import show_explained

HOSTILE = "[/i] [link=http://x.test]A[/link] :bug: \x1b[2J\x9b31m\u202eevil\ud800\r\nlast"
SHOWN = "[/i] [link=http://x.test]A[/link] :bug: �[2J�31m�evil�  last"
OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What must never be printed; a line feed is ours to print."""


@given(st.text(st.characters() | st.sampled_from("[]/=\\abc#@\x1b\u202e\n")))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    """No text is read as markup, none makes the console fail, and none holds what a terminal obeys."""
    shown = Text.from_markup(f"{plain(text)} [bold]end[/bold]", emoji=False)
    assert shown.plain in {f"{visible(text)} end", f"{visible(text)}\\ end"}  # Rich doubles a last backslash
    assert [span.style for span in shown.spans] == ["bold"]
    assert not OBEYED.search(visible(text))
    assert "\n" not in visible(text)


def test_a_hostile_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A cell with markup, escape sequences and turned writing is shown letter by letter."""
    show_rows("Sources", [{"title": HOSTILE, "pages": 1000}], "")
    out = capsys.readouterr().out
    assert SHOWN in out
    assert "1,000" in out
    assert not OBEYED.search(out)


def test_a_hostile_page_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that is told of a page can be hostile: address, title, statements, licence and copies."""
    signal = dict.fromkeys(("mechanism", "verdict", "label", "value", "raw", "place"), HOSTILE)
    everything: dict[str, Any] = defaultdict(lambda: HOSTILE, title=HOSTILE)
    page = defaultdict(lambda: HOSTILE, signals=[signal])
    fate = defaultdict(lambda: HOSTILE, outcome="include")
    conflict = defaultdict(lambda: HOSTILE, licences=[HOSTILE])
    rights = {
        "assertions": [{"licence": HOSTILE}],
        "conflicts": [conflict],
        "agreements": [everything],
        "reservations": [everything],
    }
    told = {"page": page, "document": everything, "fate": fate, "copies": [everything], "rights": rights}
    show_explained(defaultdict(lambda: HOSTILE, told))
    out = capsys.readouterr().out
    assert out.count("evil") > 20
    assert not OBEYED.search(out)


def test_a_hostile_problem(capsys: pytest.CaptureFixture[str]) -> None:
    """A run's problems and an error are shown as they are; the lines of a message stay lines."""
    show_summary({"funnel": {}, "sources": [], "release": None, "problems": [HOSTILE]})
    show_wrong("error", f"first\n{HOSTILE}")
    err = capsys.readouterr().err
    assert "error first\n[/i] [link" in err
    assert not OBEYED.search(err)


@pytest.mark.parametrize("as_json", [True, False])
def test_hostile_progress(capsys: pytest.CaptureFixture[str], *, as_json: bool) -> None:
    """What happens is told on one line an event, as text and as JSON."""
    with progress(as_json=as_json):
        emit("problem", "blog", message=HOSTILE)
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert not OBEYED.search(err)
    assert as_json is False or json.loads(err)["message"] == HOSTILE


def test_json_holds_no_character_that_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    """DEL, the C1 controls and turned writing are escaped, so that a line is a line to all; the value is the same."""
    value = {"text": "\x7f\x80\x85\x9f\u2028\u202e \u00e6\u00f8\u00e5 " + HOSTILE}
    show_json(value)
    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert "\\u007f\\u0080\\u0085\\u009f\\u2028\\u202e æøå" in out
    assert not OBEYED.search(out)
    assert len(out.splitlines()) == 1

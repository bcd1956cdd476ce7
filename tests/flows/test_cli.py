"""The command line: what is written wrongly is told, looking makes nothing, and no reader is left with a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.storage import open_storage
from flows import embedded
from flows.cli import main
from flows.settings import Settings, load_settings, moment
from flows.sources import sync_catalogue
from flows.workspace import look_into, open_workspace
from tests.conftest import s3_settings

COMMAND = str(Path(sys.executable).with_name("fodaftryk"))

AVIS = """\
name = "{name}"
title = "[/i] A\\u001b[2J"
homepage = "https://avis.example.dk/"
status = "confirmed"
kind = "news"
description = "En avis."
[crawl]
access = "site"
seeds = ["https://avis.example.dk/"]
[rights]
holder = "[/b] B"
"""

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Runs a command in an empty folder with a catalogue of one source; gives exit code, output and errors."""
    for name in [name for name in os.environ if name.startswith("FODAFTRYK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("catalogue").mkdir()
    Path("catalogue", "avis.toml").write_text(AVIS.format(name="avis"))
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fodaftryk", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, " ".join(told.err.replace("│", "").split())

    yield run
    signal.signal(signal.SIGTERM, handler)


def test_a_title_is_no_markup(call: Call) -> None:
    """A source whose title closes a style that was never opened is shown, with its name."""
    with open_workspace(load_settings()) as space:
        sync_catalogue(space, moment("2026-11-24"))
    code, out, _ = call("ledger", "show", "avis")
    assert code == 0
    assert "[/i] A�[2J (avis), rights holder: [/b] B" in out


PAY = ("ledger", "pay", "p", "--reference", "r")
CASE = ("ledger", "case", "open", "opt_out", "--about", "domain:a.dk")
AGREE = ("ledger", "agree", "avis", "--id", "a", "--party", "p", "--start", "2026-01-01")


@pytest.mark.parametrize(
    ("command", "example"),
    [
        ((*PAY, "12,50"), "such as 12.50"),
        ((*PAY, "0"), "such as 1200.00"),
        ((*PAY, "--", "-5"), "such as 12.50"),
        ((*PAY, "5", "--currency", "kr"), "such as DKK"),
        ((*AGREE, "--price", "free"), "such as 12.50"),
        ((*AGREE, "--price", "1e3"), "such as 12.50"),
        ((*AGREE, "--price", "-1"), "such as 12.50"),
        ((*AGREE, "--price", "1", "--currency", "dkk"), "such as DKK"),
        ((*AGREE, "--minimum", "1"), "give it with --price"),
        ((*AGREE, "--attach", "nosuch.pdf"), "does not exist"),
        (("ledger", "dispute", "FT-²", "--note", "n"), "as FT-000012"),
        (("ledger", "waive", "FT-1000000000", "--note", "n"), "as FT-000012"),
        (("ledger", "export-due", "due.csv", "--again", "1000000000"), "less than or equal to 999999999"),
        (("ledger", "import-bank", "nosuch.csv"), "does not exist"),
        (("ledger", "export-due", "d.csv", "--currency", "DKK", "--on", "1999-01-01"), "from today on"),
        ((*PAY, "5", "--on", "2999-01-01"), "to today"),
        (("ledger", "invoice", "--on", "2999-01-01"), "to today"),
        ((*CASE, "--requester", "R", "--received", "0026-11-26"), "to today"),
        ((*CASE, "--requester", " "), "say who asks"),
        (("ledger", "case", "act", "2026-0001", "--reason", "r", "--on", "2999-01-01"), "to today"),
        (("ledger", "statement", "--since", "2026-02-01", "--until", "2026-01-01"), "exchange them"),
        (("ledger", "statement", "--pdf", "-"), "name a file"),
    ],
)
def test_a_wrong_amount_is_told_with_a_right_one(call: Call, command: tuple[str, ...], example: str) -> None:
    """What is no amount and no currency ends with 2 before anything is opened, and with an example of a right one."""
    code, _, err = call(*command)
    assert code == 2
    assert example in err
    assert not Path("data").exists()


def test_a_right_amount_is_recorded(call: Call) -> None:
    """A price of the command line stands in the ledger to the micro-unit, of a source that was never crawled too."""
    assert call(*AGREE, "--price", "12.50", "--currency", "EUR")[0] == 0
    agreements = json.loads(call("ledger", "show", "avis", "--json")[1])["agreements"]
    assert [row["price"] for row in agreements] == ["12.50 EUR per million_words"]


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--dry-run"),
        ("status",),
        ("sources",),
        ("release", "list"),
        ("explain", "https://avis.example.dk/"),
        ("pages",),
        ("ledger", "accounts"),
        ("ledger", "show", "avis"),
    ],
)
def test_looking_makes_nothing(call: Call, command: tuple[str, ...]) -> None:
    """A command that only asks is answered where nothing was ever made, and leaves no folder or file behind."""
    code, out, err = call(*command)
    assert (code, bool(out)) == (0, True) or "error no" in err.lower()
    assert list(Path().iterdir()) == [Path("catalogue")]


def test_looking_at_s3_makes_nothing(tmp_path: Path, moto_url: str) -> None:
    """What lies on S3 is read without a data folder to keep its copies in."""
    s3 = s3_settings(moto_url, tmp_path.name)
    open_storage(s3, tmp_path / "cache").put_bytes("runs/1.json", b"{}")
    with look_into(Settings(data=tmp_path / "data", storage=s3)) as space:
        assert space.storage.local("runs/1.json").read_bytes() == b"{}"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [["sources", "--json"], ["sources"]])
def test_a_reader_that_goes_away_is_no_error(call: Call, command: list[str], unbuffered: str) -> None:
    """Who reads no further, as `head` does, is not told of broken pipes: neither at the first line nor at the end."""
    assert call(*command)[0] == 0
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [COMMAND, *command], env=environment, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_schedule_needs_a_folder_that_is_there(call: Call) -> None:
    """Prefect's file is not written into a folder that is missing; the file and the option are named."""
    code, _, err = call("sources", "schedule", "--out", "none/prefect.yaml")
    assert code == 1
    assert "none/prefect.yaml" in err
    assert "--out" in err


def test_what_the_disk_refuses_is_told(call: Call) -> None:
    """A catalogue below a file cannot be made: the path is named, without a traceback."""
    Path("file").write_text("no folder")
    code, _, err = call("sources", "add", "https://www.eksempel.dk/", "--catalogue", "file/catalogue")
    assert code == 1
    assert "file/catalogue" in err
    assert "permissions" in err


def test_no_source_is_called_default(call: Call) -> None:
    """A source named as the release names all sources together is refused, and no scaffold gives that name."""
    assert call("sources", "add", "https://default.dk/")[0] == 0
    assert Path("catalogue", "default-2.toml").is_file()
    Path("catalogue", "default.toml").write_text(AVIS.format(name="default").replace("avis.", "other."))
    code, _, err = call("sources", "check")
    assert code == 1
    assert "catalogue/default.toml:1: `name`: 'default' is what a release calls all its sources together" in err


STUBBORN = "#!/bin/sh\ntrap '' TERM\necho $$\nwhile :; do sleep 0.1; done\n"


def test_a_server_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that does not hear SIGTERM is waited for so long and no longer."""
    program = tmp_path / "stubborn"
    program.write_text(STUBBORN)
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(embedded, "STOP_S_MAX", 0.5)
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"]})
    log = tmp_path / "data" / "prefect" / "server.log"
    with embedded.prefect_api(tmp_path / "data"):
        while not log.read_text().endswith("\n"):
            time.sleep(0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text()), 0)

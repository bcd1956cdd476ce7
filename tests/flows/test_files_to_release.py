"""From files to a release by the command itself: a WARC, a wiki's dump, a delivery and a table from the web."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.conftest import COMMAND, NOW, Demo
from tests.flows.file_web import FileWeb, serve_files
from tests.flows.house import AGREED, OPEN, House
from tests.flows.made_files import NEEDED, danish, docx, dump, html, packed, parquet, pdf, warc

TEXTS = danish()
RESERVED = '<meta name="tdm-reservation" content="1">'
SITE = "https://netarkiv.example.dk"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, FileWeb]]:
    """Four sources that come as files, one of them from a web."""
    house = House(tmp_path_factory.mktemp("files"))
    parquet(house.folder / "tabel.parquet", [{"nr": "1", "tekst": TEXTS[9]}, {"nr": "2", "tekst": TEXTS[10]}])
    with serve_files() as web:
        web.files["/data/tabel.parquet"] = (house.folder / "tabel.parquet").read_bytes()
        write_sources(house)
        yield replace(house, proxy=web.proxy), web


def write_sources(house: House) -> None:
    """Write the files and the catalogue."""
    answers = {f"{SITE}{path}": (404, b"") for path in NEEDED} | {
        f"{SITE}/robots.txt": (200, b"User-agent: *\nDisallow: /lukket/\n"),
        f"{SITE}/fri.html": (200, html(TEXTS[0])),
        f"{SITE}/forbehold.html": (200, html(TEXTS[1], RESERVED)),
        f"{SITE}/lukket/a.html": (200, html(TEXTS[2])),
    }
    (house.files / "side.warc.gz").write_bytes(warc(answers))
    house.source("netarkiv", rights="", format="warc", intake='files = ["../files/*.warc.gz"]')
    articles = {"Møllen": TEXTS[3], "Broen": TEXTS[4]}
    (house.files / "wiki.xml").write_bytes(dump("https://wiki.example.dk/wiki/Forside", articles))
    house.source("wiki", format="mediawiki", intake='files = ["../files/wiki.xml"]', rights=OPEN)
    (house.folder / "bog").mkdir()
    archive = packed({"et.docx": docx(TEXTS[5]), "to.pdf": pdf(TEXTS[6]), "tre.txt": TEXTS[7]})
    (house.folder / "bog" / "bog.zip").write_bytes(archive)
    house.source("forlag", access="delivery", rights=AGREED)
    table = 'files = ["http://tabel.example.dk/data/tabel.parquet"]\n[intake.fields]\ntext = "tekst"\nid = "nr"'
    house.source("tabel", intake=table)


def demo_of(house: House, prefect: dict[str, str], data: Path) -> Demo:
    """The command with a house's catalogue and a data folder, to which the book is delivered."""
    demo = Demo(data, house.proxy, [], prefect, {"FODAFTRYK_CATALOGUE": str(house.folder / "catalogue")})
    done = demo.call("deliver", "forlag", str(house.folder / "bog"), "--agreement", "aftale-1", "--now", NOW)
    assert done.returncode == 0, done.stderr
    return demo


@pytest.fixture(scope="module")
def taken(files: tuple[House, FileWeb], prefect: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """All of it after one run of the main job; look at it, change nothing."""
    demo = demo_of(files[0], prefect, tmp_path_factory.mktemp("taken") / "data")
    plans = {row["source"]: row["plan"] for row in demo.answer("run", "--now", NOW, "--dry-run")}
    assert plans == dict.fromkeys(["forlag", "netarkiv", "tabel", "wiki"], "take in 1 files")
    (demo.data / "summary.json").write_text(json.dumps(demo.run()))
    return demo


def test_every_text_has_its_fate(taken: Demo) -> None:
    """What may be used is released on its right, and what is reserved or forbidden is not; all of it adds up."""
    summary = json.loads((taken.data / "summary.json").read_text())
    assert {row["source"]: (row["basis"], row["documents"]) for row in summary["sources"]} == {
        "forlag": ("agreement", 3),
        "netarkiv": ("tdm", 1),
        "tabel": ("open_licence", 2),
        "wiki": ("open_licence", 2),
    }
    funnel = summary["funnel"]
    assert (funnel["known"], funnel["captured"], funnel["released"]) == (10, 8, 8)
    assert funnel["refused"] == {"reserved": 1, "robots_disallowed": 1}
    assert summary["problems"] == []


def test_pages_explain_and_status_know_names_of_ours(taken: Demo) -> None:
    """A text without an address is found by the name we gave it, with its agreement, its shard and its release."""
    rows = {json.loads(line)["url"]: json.loads(line) for line in taken.call("pages").stdout.splitlines()}
    name = "urn:fodaftryk:forlag:bog.zip/et.docx"
    assert rows[name]["decision"] == "keep"
    assert rows[f"{SITE}/forbehold.html"]["reserved"] is True
    told = taken.answer("explain", name)
    assert (told["fate"]["basis"], told["release"]) == ("agreement", "0.1.0")
    assert "aftale-1" in taken.call("explain", name).stdout
    assert taken.answer("explain", "https://wiki.example.dk/wiki/M%C3%B8llen")["fate"]["fate"] == "released"
    status = {row["source"]: row for row in taken.answer("status")}
    assert (status["forlag"]["documents"], status["forlag"]["payment"]) == (3, "accrued")


def test_run_again_it_reads_nothing(taken: Demo, files: tuple[House, FileWeb]) -> None:
    """The same files are fresh: nothing is fetched, captured or sealed."""
    asked = len(files[1].asked)
    captures = sorted(taken.data.glob("captures/*/*"))
    assert not taken.run()["release"]["new"]
    assert (len(files[1].asked), sorted(taken.data.glob("captures/*/*"))) == (asked, captures)


def test_killed_anywhere_the_release_is_the_same(
    taken: Demo, files: tuple[House, FileWeb], prefect: dict[str, str], tmp_path: Path
) -> None:
    """Killed as files are fetched and read, and run again with one source's files missing: the same bytes, exit 3."""
    house = House(tmp_path / "house", files[0].proxy)
    shutil.copytree(files[0].folder, house.folder, dirs_exist_ok=True)
    other = demo_of(house, prefect, tmp_path / "data")
    other.kill_at("intake")
    for seconds in (0.5, 2.0):
        kill_after(other, seconds)
    house.source("mangler", intake='files = ["../findes-ikke"]')
    done = other.call("run", "--now", NOW)
    assert done.returncode == 3, done.stderr
    assert "mangler:" in done.stderr
    assert "there is no file there" in " ".join(done.stderr.split())
    assert other.released() == taken.released()


def kill_after(demo: Demo, seconds: float) -> None:
    """Start the main job, and kill it so long after the first intake begins."""
    command = [COMMAND, "run", "--now", NOW, "--json"]
    with subprocess.Popen(
        command, env=demo.environment(), cwd=demo.data.parent, stderr=subprocess.PIPE, text=True
    ) as job:
        assert job.stderr is not None
        next((line for line in job.stderr if '"intake"' in line), "")
        time.sleep(seconds)  # any moment will do
        job.send_signal(signal.SIGKILL)

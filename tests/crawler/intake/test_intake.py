"""An intake from its job to its report: every item in a file has one outcome, whatever it is and whatever stops it."""

import hashlib
import json
import lzma
import signal
import sqlite3
import time
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from corpus.captures import Capture, read_captures
from crawler.intake.run import take_in
from crawler.job import from_json
from crawler.run import CrawlError
from tests.crawler.intake.deliveries import HTML, arc, delivered, evidence, packed, page, record, warc
from tests.crawler.little_web import Crawled, Crawler, Started

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
OLD = "2024-01-01T10:00:00Z"
STOPS_S_MAX = 10


class Intake:
    """Takes in files of a folder of its own, in this process or as the command does."""

    def __init__(self, crawler: Crawler, folder: Path) -> None:
        self._crawler, self.folder = crawler, folder
        folder.mkdir()

    def wishes(self, form: str, files: dict[str, bytes], **wishes: Any) -> dict[str, Any]:
        """Write files with that content, and the job's fields for them."""
        named = [delivered(self.folder / name.replace("/", "-"), content, name) for name, content in files.items()]
        rows = [{"name": file.name, "path": str(file.path), "sha256": file.sha256} for file in named]
        intake = {"format": form, "files": rows, "fields": wishes.pop("fields", {})}
        return {"seeds": [], "intake": intake, "names": "urn:fodaftryk:prøve:", **wishes}

    def run(self, form: str, files: dict[str, bytes], **wishes: Any) -> Crawled:
        """Run an intake in this process to its end, and see that it is complete and adds up."""
        job = from_json(self._crawler.job(**self.wishes(form, files, **wishes)).read_text())
        events: list[dict[str, Any]] = []
        return adds_up(Crawled(take_in(job, lambda: NOW, events.append, Event()), job.folder, events, ""))

    def start(self, form: str, files: dict[str, bytes], **wishes: Any) -> Started:
        """Start an intake as a process of its own."""
        return self._crawler.start(**self.wishes(form, files, **wishes))

    def finish(self, process: Started, folder: Path | None = None) -> Crawled:
        """Wait for an intake that was started."""
        crawled = self._crawler.finish(process)
        return crawled if folder is None else replace(crawled, folder=folder)


@pytest.fixture
def intake(crawler: Crawler, tmp_path: Path) -> Intake:
    """Takes in files."""
    return Intake(crawler, tmp_path / "files")


def adds_up(crawled: Crawled) -> Crawled:
    """A complete intake whose sums are those of its pages, and whose captures are those that were captured."""
    report, pages = crawled.report, crawled.pages
    assert crawled.code == 0, crawled.log
    assert report["complete"]
    sums = [report[word] for word in ("captured", "unchanged", "redirected")]
    sums += [sum(report[word].values()) for word in ("carried", "refused", "failed")]
    assert report["known"] == sum(sums) == len(pages)
    captured = {url for url, row in pages.items() if row["outcome"] == "captured"}
    assert {each.url for each in captures(crawled)} >= captured
    return crawled


def captures(crawled: Crawled, series: str = "") -> list[Capture]:
    """The captures of a series of an intake's files."""
    return [each for path in sorted(crawled.folder.glob(f"{series}0*.warc.gz")) for each in read_captures(path)]


def left_behind(folder: Path) -> dict[str, str]:
    """Digests of all that an intake leaves behind but its state."""
    files = [path for path in folder.iterdir() if "sqlite" not in path.name and path.name != "lock"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rules(crawled: Crawled) -> dict[str, str]:
    """Which rule decided about each page."""
    return {url: row["decision"]["rule"] for url, row in crawled.pages.items() if row["decision"]}


def test_what_a_delivered_site_says_holds_for_its_pages(intake: Intake) -> None:
    """robots.txt, headers, metas and tdmrep.json are heard wherever they stand in the files; the rest is captured."""
    robots = b"User-agent: *\nDisallow: /lukket/\n"
    tdmrep = json.dumps([{"location": "/dyr/*", "tdm-reservation": 1}]).encode()
    pages = warc(
        record("http://a.dk/", page("Forside")),
        record("http://a.dk/lukket/1", page("Lukket hemmelighed")),
        record("http://a.dk/hoved", page("Forbeholdt hoved"), (*HTML, ("tdm-reservation", "1"))),
        record("http://a.dk/meta", page("Forbeholdt meta", '<meta name="tdm-reservation" content="1">')),
        record("http://a.dk/dyr/ko", page("Forbeholdt ko")),
        record("http://b.dk/", page("Et andet sted")),
        record("http://a.dk/", page("Forside igen")),
    )
    behind = warc(*evidence("http://a.dk", robots=("200 OK", robots), tdmrep=("200 OK", tdmrep)), packed=True)
    found = intake.run("warc", {"1.warc": pages, "2.warc.gz": behind})
    assert found.outcomes() == {
        "http://a.dk/": "captured",
        "http://a.dk/lukket/1": "robots_disallowed",
        "http://a.dk/hoved": "reserved",
        "http://a.dk/meta": "reserved",
        "http://a.dk/dyr/ko": "reserved",
        "urn:fodaftryk:prøve:1.warc:7": "duplicate",
    }
    assert rules(found)["http://a.dk/"] == "tdm-no-reservation"
    assert [each.payload for each in captures(found)] == [page("Forside")]
    assert {each.url: each.payload for each in captures(found, "evidence-")}["http://a.dk/robots.txt"] == robots
    assert (found.report["out_of_scope"], found.report["evidence"], found.report["aside"]) == (1, 5, 5)


def test_evidence_that_is_missing_or_old_holds(intake: Intake) -> None:
    """Without all of a site's files, or with old ones or ones from the future, silence is no permission."""
    sites = {
        "a.dk": evidence("http://a.dk")[:-1],
        "b.dk": evidence("http://b.dk", OLD),
        "c.dk": evidence("http://c.dk", "2031-01-01T00:00:00Z"),
        "d.dk": evidence("http://d.dk", robots=("500 Oh", b"")),
        "e.dk": evidence("http://e.dk", robots=("403 No", b"")),
        "f.dk": evidence("http://f.dk", OLD) + evidence("http://f.dk"),
        "g.dk": evidence("http://g.dk", robots=("500 Oh", b"")) + evidence("http://g.dk", "2026-09-01T00:00:00Z"),
    }
    records = [each for site, files in sites.items() for each in (record(f"http://{site}/", page(site)), *files)]
    found = intake.run("warc", {"1.warc.gz": warc(*records, packed=True)}, hosts=list(sites))
    assert rules(found) == {
        **{f"http://{site}.dk/": "reservations-unread" for site in "abc"},
        **{f"http://{site}.dk/": "tdm-no-reservation" for site in "fg"},
    }
    assert found.outcomes()["http://d.dk/"] == "robots_unreachable"
    assert found.outcomes()["http://e.dk/"] == "robots_refused"


def test_a_later_reservation_takes_back_an_earlier_capture(intake: Intake) -> None:
    """A second answer, or a revisit without a body, that reserves a page counts for the first; others do not."""
    reserving = (*HTML, ("tdm-reservation", "1"))
    found = intake.run(
        "warc",
        {
            "1.warc": warc(
                *evidence("http://a.dk"),
                *(record(f"http://a.dk/{name}", page(name)) for name in "abc"),
                record("http://a.dk/a", page("a"), reserving),
                record("http://a.dk/b", b"", reserving, kind="revisit"),
                record("http://a.dk/c", b"", HTML, kind="revisit"),
                record("http://a.dk/d", b"", status="500 Oh"),
                record("http://a.dk/d", page("d")),
                record("http://a.dk/d", b"", status="404 No"),
            )
        },
    )
    assert found.outcomes() == {
        "http://a.dk/a": "reserved",
        "http://a.dk/b": "reserved",
        "http://a.dk/c": "captured",
        "http://a.dk/d": "captured",
        "urn:fodaftryk:prøve:1.warc:9": "duplicate",
        "urn:fodaftryk:prøve:1.warc:10": "duplicate",
        "urn:fodaftryk:prøve:1.warc:13": "http_500",
        "urn:fodaftryk:prøve:1.warc:14": "http_404",
    }


def test_every_kind_of_text_has_its_outcome(intake: Intake) -> None:
    """Rows and files: addresses and ids as names, duplicates and faults told, and nothing reserved is kept."""
    rows = [
        {"id": "a b/æ:1%", "text": "Først"},
        {"id": "a b/æ:1%", "text": "Samme navn"},
        {"text": "Uden navn"},
        {"text": "Uden navn"},
        {"id": "x" * 900, "text": "Langt navn", "titel": "T" * 900, "licens": "CC BY 4.0"},
        {"adresse": "HTTP://A.dk:80/x#y", "text": "Adresse"},
        {"adresse": "http://b.dk/", "text": "Andet sted"},
        {"adresse": "ftp://a.dk/", "text": "Ingen adresse"},
        {"id": "tom", "text": ""},
        {"id": "tom", "text": "Nu med tekst"},
        {"id": 5, "tekst": "x"},
    ]
    reserved = page("Forbeholdt", '<meta name="tdm-reservation" content="1">')
    files = {
        "mappe/a.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in rows),
        "b.html": reserved,
        "c.pdf": b"%PDF-1.4 broken",
        "d.xyz": b"?",
        "e.jsonl.gz": packed(b'{"id": "e", "text": "E"}\n')[:-4],
        "tom.jsonl": b"",
    }
    fields = {"url": "adresse", "title": "titel", "licence": "licens"}
    found = intake.run("texts", files, fields=fields)
    urn = "urn:fodaftryk:prøve:"
    digest = hashlib.sha256(b"Uden navn").hexdigest()
    assert found.outcomes() == {
        f"{urn}a%20b/%C3%A6%3A1%25": "captured",
        f"{urn}mappe/a.jsonl:2": "duplicate",
        f"{urn}sha256-{digest}": "captured",
        f"{urn}mappe/a.jsonl:4": "duplicate",
        f"{urn}sha256-{hashlib.sha256(b'x' * 900).hexdigest()}": "captured",
        "http://a.dk/x": "captured",
        f"{urn}mappe/a.jsonl:8": "bad_url",
        f"{urn}mappe/a.jsonl:10": "empty",
        f"{urn}tom": "captured",
        f"{urn}5": "no_text",
        f"{urn}b.html": "reserved",
        f"{urn}c.pdf": "captured",
        f"{urn}d.xyz": "not_text",
        f"{urn}e": "captured",
        f"{urn}e.jsonl.gz:2": "broken_file",
    }
    assert set(rules(found).values()) == {"reservations-unread", "signal-reserved:tdmrep"}
    kept = {each.url: each for each in captures(found)}
    assert f"{urn}b.html" not in kept
    long = kept[f"{urn}sha256-{hashlib.sha256(b'x' * 900).hexdigest()}"]
    assert (long.header("X-Delivered-Title"), long.header("Content-Type")) == ("T" * 500, "text/plain; charset=utf-8")
    (licence,) = [row for row in found.pages[long.url]["signals"] if row["mechanism"] == "licence"]
    assert licence["value"] == "CC-BY-4.0"


def test_a_dump_and_its_licence(intake: Intake) -> None:
    """A wiki's articles are captured under their addresses, and with a confirmed open licence may be used."""
    dump = (
        "<mediawiki><siteinfo><base>https://a.dk/wiki/Forside</base></siteinfo>"
        "<page><title>En å</title><ns>0</ns><revision><text>Teksten</text></revision></page>"
        "<page><title>En å</title><ns>0</ns><revision><text>Igen</text></revision></page>"
    )
    licence = {
        "licence": "CC-BY-SA-4.0",
        "asserted_by": "os",
        "place": "https://a.dk/om",
        "on": None,
        "confirmed": True,
    }
    found = intake.run("mediawiki", {"d.xml": dump.encode()}, licences=[licence])
    assert found.outcomes() == {
        "https://a.dk/wiki/En_%C3%A5": "captured",
        "urn:fodaftryk:prøve:d.xml:2": "duplicate",
        "urn:fodaftryk:prøve:d.xml:3": "broken_file",
    }
    assert rules(found)["https://a.dk/wiki/En_%C3%A5"] == "open-licence"
    assert captures(found)[0].header("Content-Type") == "text/x-wiki; charset=utf-8"


def test_netarkivets_files_are_taken_in(intake: Intake) -> None:
    """ARC files with their metadata, behind a robots.txt as old as they are, are captured and held."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    robots = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /nej\n"
    content = arc(
        ("http://a.dk/", "20061002030405", answer + page("Dengang")),
        ("http://a.dk/nej", "20061002030405", answer + page("Nej")),
        ("http://a.dk/robots.txt", "20061002030405", robots),
        ("metadata://netarkivet.dk/crawl/log", "20061002030405", b"log"),
    )
    found = intake.run("warc", {"1-2-20061002.arc.gz": packed(content)})
    assert found.outcomes() == {"http://a.dk/": "captured", "http://a.dk/nej": "robots_disallowed"}
    assert rules(found)["http://a.dk/"] == "reservations-unread"
    assert found.report["aside"] == 3


def many(count: int, words: int = 10) -> dict[str, bytes]:
    """Two files of so many rows each."""
    return {
        f"{name}.jsonl": b"".join(
            json.dumps({"id": f"{name}{number}", "text": f"Række {number} " * words}).encode() + b"\n"
            for number in range(count)
        )
        for name in "ab"
    }


def site(count: int) -> dict[str, bytes]:
    """Two WARC files of so many pages, each with evidence in the middle and at the end."""
    return {
        f"{name}.warc.gz": warc(
            *evidence("http://a.dk"),
            *(record(f"http://a.dk/{name}{number}", page(f"{name} {number}")) for number in range(count)),
            *evidence("http://b.dk"),
            packed=True,
        )
        for name in "ab"
    }


def wait_for(folder: Path, taken: int) -> None:
    """Wait until an intake has committed so many outcomes."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with closing(sqlite3.connect(f"file:{folder / 'frontier.sqlite'}?mode=ro", uri=True)) as db:
                if db.execute("SELECT count(*) FROM urls").fetchone()[0] >= taken:
                    return
        except sqlite3.OperationalError:  # the file is being made
            pass
        time.sleep(0.01)
    pytest.fail("the intake did not get going")


def test_kill_nine_changes_nothing(intake: Intake, tmp_path: Path) -> None:
    """Killed in the middle and run again, an intake leaves the bytes an undisturbed one leaves."""
    files, folder, wishes = site(400), tmp_path / "two", {"hosts": ["a.dk", "b.dk"]}
    undisturbed = intake.run("warc", files, **wishes)
    process = intake.start("warc", files, folder=str(folder), **wishes)
    wait_for(folder, 200)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (folder / "report.json").exists()
    adds_up(intake.finish(intake.start("warc", files, folder=str(folder), **wishes), folder))
    assert left_behind(undisturbed.folder) == left_behind(folder)


class StopAfter(Event):
    """A wish to stop that comes after it was asked for so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times

    def is_set(self) -> bool:
        """Whether it has come."""
        self._times -= 1
        return self._times < 0


@pytest.mark.parametrize("form", ["texts", "warc"])
def test_stopped_anywhere_it_goes_on_there(intake: Intake, crawler: Crawler, tmp_path: Path, form: str) -> None:
    """Stopped again and again, also while it looks for evidence, it ends with the bytes of an undisturbed one."""
    files = many(60) if form == "texts" else site(30)
    wishes = {"hosts": ["a.dk", "b.dk"]}
    undisturbed = intake.run(form, files, **wishes)
    folder = tmp_path / "two"
    job = from_json(crawler.job(**intake.wishes(form, files, folder=str(folder), **wishes)).read_text())
    codes, times = [3], 1
    while codes[-1] == 3:
        codes.append(take_in(job, lambda: NOW, lambda _: None, StopAfter(times)))
        report = json.loads((folder / "report.json").read_text())
        assert report["complete"] == (codes[-1] == 0)
        assert report["captured"] == len(captures(Crawled(0, folder, [], "")))
        times += 7
    assert len(codes) > 5
    assert left_behind(undisturbed.folder) == left_behind(folder)


def test_a_stop_is_soon_and_clean(intake: Intake, tmp_path: Path) -> None:
    """Told to stop, an intake ends within ten seconds with exit 3 and a report that says so."""
    process = intake.start("texts", many(5000))
    wait_for(tmp_path / "crawl", 1)
    stopped_at = time.monotonic()
    process.send_signal(signal.SIGTERM)
    stopped = intake.finish(process)
    assert time.monotonic() - stopped_at < STOPS_S_MAX
    assert stopped.code == 3, stopped.log
    assert not stopped.report["complete"]
    assert 0 < stopped.report["captured"] == len(captures(stopped)) < 10_000


def test_a_complete_intake_reads_nothing_again(intake: Intake) -> None:
    """Run again, it says the same without its files; for other files its folder is refused."""
    files = {"a.jsonl": b'{"id": "a", "text": "a"}\n'}
    first = intake.run("texts", files)
    before = left_behind(first.folder)
    intake.run("texts", files)
    assert left_behind(first.folder) == before
    with pytest.raises(CrawlError, match="give other files a folder of their own"):
        intake.run("texts", {"b.jsonl": b""})
    with pytest.raises(CrawlError, match="give this crawl a folder of its own"):
        intake.run("texts", files, crawl="c2")


def test_a_file_that_is_not_there_is_the_worlds_fault(intake: Intake, crawler: Crawler) -> None:
    """A file that cannot be opened ends the intake with an error, and not with a report."""
    job = from_json(crawler.job(**intake.wishes("texts", {"a.jsonl": b"{}"})).read_text())
    (intake.folder / "a.jsonl").unlink()
    with pytest.raises(FileNotFoundError):
        take_in(job, lambda: NOW, lambda _: None, Event())
    assert not (job.folder / "report.json").exists()


def test_a_file_that_wants_all_memory_is_broken(intake: Intake) -> None:
    """An xz file that asks for gigabytes costs itself; the file behind it is read."""
    content = bytearray(lzma.compress(b'{"id": "x", "text": "x"}\n', check=lzma.CHECK_NONE))
    block = 12  # the block's header begins behind the stream's; its filter is LZMA2 with one byte for the dictionary
    assert content[block + 2 : block + 4] == b"\x21\x01"
    content[block + 4] = 40  # 4 GiB
    size = (content[block] + 1) * 4
    content[block + size - 4 : block + size] = zlib.crc32(content[block : block + size - 4]).to_bytes(4, "little")
    files = {"a.jsonl.xz": bytes(content), "b.jsonl": b'{"id": "b", "text": "b"}\n'}
    found = adds_up(intake.finish(intake.start("texts", files)))
    assert found.outcomes() == {
        "urn:fodaftryk:prøve:a.jsonl.xz:1": "takes_too_much_memory",
        "urn:fodaftryk:prøve:b": "captured",
    }

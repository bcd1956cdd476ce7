"""Releases one after another: what comes in and goes out, what they are called, and whether they still hold."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from corpus.errors import SealError
from flows.cli import app
from flows.comparing import compare
from flows.records import RunRecord, write_record
from flows.release import Draft, Sealed, latest_manifest, pack, seal
from flows.select import dedupe, select
from ledger.journal import Stamp
from ledger.withdrawals import exclude, exclusions
from tests.flows.little import DAY, Little, text_about
from tests.flows.test_withheld import excluded

STORY, FOREST, CITY = (text_about(what) for what in ("hvalen", "skoven", "byen"))


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Little]:
    """A workspace with documents and decisions, and nothing crawled."""
    with Little.opened(tmp_path) as opened:
        yield opened


def sealed(little: Little, documents: dict[str, str], day: int = 0) -> Sealed:
    """Select, pack and seal, some days later."""
    space, now = little.space, DAY + timedelta(days=day)
    latest = latest_manifest(space, now)
    clusters = dedupe(space, documents)
    selection = select(space, documents, clusters, exclusions(space.ledger))
    packed = [
        pack(space, selection, name, [key for key in documents if key.split("/")[1] == name])
        for name in sorted({key.split("/")[1] for key in documents})
    ]
    shards = [shard for one in packed for shard in one.shards]
    findings = [finding for one in packed for finding in one.findings]
    done = seal(space, Draft(selection, shards, latest.version if latest else "", findings=findings), now)
    write_record(space, RunRecord(done.version, selection, clusters, {}, documents), now)
    return done


def command(little: Little, *arguments: str, code: int = 0) -> Any:
    """What a command of releases prints as JSON."""
    environment = {"FODAFTRYK_DATA": str(little.space.settings.data)}
    done = CliRunner(env=environment).invoke(app, ["release", *arguments, "--json"])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return json.loads(done.output)


def told(changes: list[dict[str, Any]]) -> set[tuple[str, str, str, int]]:
    """Changes as source, side, reason and documents."""
    return {(row["source"], row["side"], row["reason"], row["documents"]) for row in changes}


def test_what_changed_is_counted_by_source_and_reason(little: Little) -> None:
    """Documents that come, go, become copies or change their right are told, with what is owed; so is the version."""
    blog = little.documents("blog", {"story": STORY, "forest": FOREST})
    web = little.documents("web", {"city": CITY})
    assert sealed(little, blog | web) == Sealed("0.1.0", new=True)
    assert sealed(little, blog | web, day=1) == Sealed("0.1.0", new=False)
    news = little.documents("news", {"agreed": FOREST}, right="agreement")
    assert sealed(little, blog | news, day=2) == Sealed("0.2.0", new=True)
    answer = compare(little.space, "0.1.0", "0.2.0", DAY.date())
    assert told(answer["changes"]) == {
        ("blog", "out", "duplicate", 1), ("web", "out", "gone", 1), ("news", "in", "new", 1),
    }  # fmt: skip
    assert [row["documents"] for row in answer["totals"]] == [1, 2]
    assert [(row["source"], row["difference"]) for row in answer["money"]] == [("news", "1.00")]
    (key,) = blog
    little.rights["blog"] = "agreement"
    assert sealed(little, {key: little.decide(key)} | news, day=3).version == "0.3.0"
    moved = compare(little.space, "0.2.0", "0.3.0", DAY.date())["changes"]
    assert told(moved) >= {("blog", "out", "right changed", 1), ("blog", "in", "right changed", 1)}
    log = little.space.storage.local("releases/0.3.0/CHANGELOG.md").read_text()
    assert [line.split()[1] for line in log.splitlines() if line.startswith("## ")] == ["0.3.0", "0.2.0", "0.1.0"]
    assert f"| web | out | gone | CC-BY-4.0 | 1 | {len(CITY.split())} |" in log


def test_what_only_goes_out_is_a_patch(little: Little) -> None:
    """A release without some documents of the one before, and with nothing else, is to be taken instead of it."""
    blog = little.documents("blog", {"story": STORY, "forest": FOREST})
    web = little.documents("web", {"city": CITY})
    sealed(little, blog | web)
    assert sealed(little, blog, day=1).version == "0.1.1"
    assert command(little, "diff", "0.1.0", "0.1.1")["totals"][1] == {
        "side": "out", "documents": 1, "words": len(CITY.split()),
    }  # fmt: skip
    assert [row["version"] for row in command(little, "list")] == ["0.1.0", "0.1.1"]
    shown = command(little, "show", "0.1.1")
    assert (shown["sources"][0]["documents"], shown["funnel"]) == (2, [{"source": "blog", "released": 2}])


def test_a_sealed_release_is_verified_anew(little: Little) -> None:
    """A whole release holds; a text withdrawn since, a flipped byte, what is gone, another card are told."""
    sealed(little, little.documents("blog", {"story": STORY}) | little.documents("web", {"city": CITY}))
    assert command(little, "verify", "0.1.0")["holds"] is True
    (blog,) = little.space.storage.keys("documents/blog/")
    digest = excluded(little.space, blog, "http://blog.test/story")
    assert exclude(little.space.ledger, "agreement:a", digest, 1, Stamp("jura", DAY))
    (found,) = command(little, "verify", "0.1.0", code=1)["findings"]
    assert (found["check"], found["what"].split(":")[1].split(",")[0]) == ("excluded", " each is excluded")
    one, other = sorted((little.space.settings.data / "shards").rglob("*.parquet"))
    one.write_bytes(one.read_bytes()[:-9] + b"x" + one.read_bytes()[-8:])
    other.unlink()
    manifest = little.space.settings.data / "releases/0.1.0/manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    manifest.with_name("README.md").write_bytes(b"another card")
    manifest.with_name("CITATION.cff").unlink()
    found = command(little, "verify", "0.1.0", code=1)["findings"]
    assert {(row["check"], row["where"].split("/")[-1]) for row in found} == {
        ("bytes", one.name), ("bytes", other.name), ("manifest", "manifest.json"),
        ("beside", "README.md"), ("beside", "CITATION.cff"),
    }  # fmt: skip


def rows_of(shard: Path) -> list[dict[str, Any]]:
    """The rows of a shard."""
    rows: list[dict[str, Any]] = pq.read_table(shard).to_pylist()
    return rows


def test_a_copy_used_by_agreement_is_sealed_though_another_was_withdrawn(little: Little) -> None:
    """What its holder gave us by agreement stays; the withdrawn copy's address is told no more. The checks agree."""
    blog = little.documents("blog", {"story": STORY, "forest": FOREST})
    news = little.documents("news", {"agreed": STORY}, right="agreement")
    digest = excluded(little.space, next(iter(blog)), "http://blog.test/story")
    assert exclude(little.space.ledger, "agreement:a", digest, 1, Stamp("jura", DAY))
    assert sealed(little, blog | news).version == "0.1.0"
    assert little.released() == {"http://blog.test/forest", "http://news.test/agreed"}
    rows = [row for shard in little.manifest().shards for row in rows_of(little.space.storage.local(shard.path))]
    assert {row["source"]: (row["cluster_size"], row["elsewhere"]) for row in rows} == {
        "blog": (1, []),
        "news": (2, []),
    }


def test_what_the_checks_find_is_not_sealed(little: Little) -> None:
    """A text with personal data left in it and one that is too long stop the release, told together."""
    leaky = STORY + "".join(f" Skriv til jens{number}@jensen-privat.dk." for number in range(6))
    documents = little.documents("blog", {"leaky": leaky, "long": "hvalen " * 720_000})
    with pytest.raises(SealError, match=r"(?s)personal data are left.*longer than 5,000,000 characters"):
        sealed(little, documents)
    assert not list(little.space.storage.keys("releases/"))

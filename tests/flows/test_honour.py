"""Honouring a withdrawal: out of what is at rest, of releases and of others' copies; and what may happen meanwhile."""

import json
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.document_files import SCHEMA, signed_how, write_documents
from corpus.errors import SealError
from corpus.pulled import Choice
from corpus.pulling import Order, pull, read_offer
from flows.comparing import compare
from flows.copy_checks import check_pull, check_storage
from flows.deliveries import withdrawn_key
from flows.errors import FlowError
from flows.feed import read_feed
from flows.finding import wanted_withdrawals
from flows.honour import honour, keep_out
from flows.lifting import let_in, take_pages_along
from flows.paths import crawled_pages
from flows.purging import Purged
from flows.reached import status
from flows.settings import LedgerSettings, Settings
from flows.taking_back import RECEIPT, take_back
from flows.tombstones import record_receipt
from flows.workspace import Workspace, open_workspace
from ledger.agreements import Use
from ledger.audit import audit
from ledger.case_book import open_case, take_step
from ledger.cases import Case, CaseKind, CaseStep, Proof, Step
from ledger.errors import Overtaken, RecordRefused
from ledger.journal import Stamp
from ledger.records import DueStatus
from ledger.releases import record_release, releases
from ledger.standing import obligations
from ledger.targets import Target, TargetKind
from ledger.withdrawals import LiftReason, exclude, exclusions
from tests.flows.little import CRAWL, DAY, Little, text_about

STAMP = Stamp("jura", DAY)
STORY = text_about("hvalen")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Little:
    """A corpus of three sources: a story, two copies of it, and other texts; released once, and closed."""
    with Little.opened(tmp_path_factory.mktemp("made")) as opened:
        opened.capture("blog", {"story": STORY, "other": text_about("skoven")})
        near = STORY.replace("Den store", "Den lille", 1)
        opened.capture("web", {"same": STORY, "near": near, **{f"p{n}": text_about(f"p{n}") for n in range(4)}})
        opened.capture("news", {"agreed": text_about("byen")}, right="agreement")
        assert opened.release() == "0.1.0"
    return opened


@pytest.fixture
def little(made: Little, tmp_path: Path) -> Iterator[Little]:
    """A copy of that corpus, to do with as one likes."""
    with made.copied(tmp_path / "ours") as opened:
        yield opened


def case(little: Little, *about: str, verified: bool = True, kind: TargetKind = TargetKind.DOMAIN) -> str:
    """A takedown about domains, or pages, which was shown to come from them; its id."""
    received = CaseStep(Step.RECEIVED, DAY.date(), "jura", "brev")
    targets = tuple(Target.of(kind, name) for name in about)
    made = open_case(little.space.ledger, Case("", CaseKind.TAKEDOWN, targets, "Bloggen", "", (received,)), STAMP)
    if verified:
        step = CaseStep(Step.VERIFIED, DAY.date(), "jura", "mail", (Proof.MAIL,))
        take_step(little.space.ledger, made.id, step, STAMP)
    return made.id


def test_a_withdrawal_reaches_everything_at_rest(little: Little) -> None:
    """The text and its copies are in no capture, document or newest shard; the patch shares the other shards."""
    space = little.space
    before = little.manifest()
    name = case(little, "blog.test")
    done = honour(space, [], DAY)
    assert done.excluded == {f"case:{name}": 4}  # all of the blog, and the two copies
    assert (done.patch, done.tombstones) == ("0.1.1", 2)  # of the copies one had been released
    after = little.manifest()
    assert little.released() == {f"http://web.test/p{n}" for n in range(4)} | {"http://news.test/agreed"}
    assert len({shard.path for shard in before.shards} & {shard.path for shard in after.shards}) == 1
    assert {name: sum(row.values()) for name, row in after.funnel.items()} == {"blog": 2, "news": 1, "web": 6}
    assert after.funnel["blog"]["released"] == 0
    assert not little.holding("hvalen", "captures/", "documents/", *(shard.path for shard in after.shards))
    [reached] = status(space)
    assert (reached.documents, reached.purged, reached.patch, reached.tombstones) == (4, 4, "0.1.1", 2)
    assert (reached.first, reached.last, reached.removed, reached.lifted) == ("0.1.0", "0.1.0", None, False)
    assert audit(space.ledger, {}).findings == ()


def at_rest(space: Workspace) -> list[str]:
    """Everything in storage, but what beside it is the ledger's own or work that is under way."""
    return [key for key in space.storage.keys("") if not key.startswith(("ledger.", "work/"))]


def test_it_is_done_once(little: Little) -> None:
    """Run again it changes nothing: no entry, no release, no file; and the next release is without the texts too."""
    space = little.space
    case(little, "blog.test")
    honour(space, [], DAY)
    stored = {key: space.storage.local(key).read_bytes() for key in at_rest(space)}
    again = honour(space, [], DAY)
    assert (again.excluded, again.patch, again.tombstones, again.purged.documents) == ({}, "", 0, 0)
    assert {key: space.storage.local(key).read_bytes() for key in at_rest(space)} == stored
    assert little.release() in {"0.1.1", "0.2.0"}
    assert little.released() == {f"http://web.test/p{n}" for n in range(4)} | {"http://news.test/agreed"}


def test_old_shards_go_when_their_grace_is_over(little: Little) -> None:
    """Until then who is at pulling the old release can; on the day they are removed, and what is shared stays."""
    space = little.space
    before = little.manifest()
    name = case(little, "blog.test")
    honour(space, [], DAY)
    assert all(space.storage.exists(shard.path) for shard in before.shards)
    [reached] = status(space, [name])
    later = DAY + timedelta(days=space.settings.withdrawal.grace_days)
    assert reached.removal == later.date()
    assert honour(space, [], later - timedelta(days=1)).removed == 0
    assert honour(space, [], later).removed == 2
    assert not little.holding(
        "hvalen", "captures/", "documents/", "shards/", "exclusions/", "tombstones/", "withdrawn/"
    )
    counted, findings = check_storage(space.settings.data, None)
    assert (findings, counted["without withdrawn texts"]) == ([], 2)
    told = json.loads(space.storage.local("releases/0.1.0/withdrawn.json").read_bytes())["instead"]
    assert sorted(told) == sorted(shard.path for shard in before.shards if not space.storage.exists(shard.path))
    [reached] = status(space, [name])
    assert (reached.removal, reached.removed) == (None, later.date())
    moved = compare(space, "0.1.0", "0.1.1", DAY.date())
    assert [(row["side"], row["documents"]) for row in moved["totals"]] == [("in", 0), ("out", 2)]
    assert {row["reason"] for row in moved["changes"]} == {"withdrawn"}


def test_each_withdrawal_is_told_its_own_day(little: Little) -> None:
    """Two that came days apart, in other shards, are over days apart: the earlier does not wait for the later."""
    space, grace = little.space, timedelta(days=little.space.settings.withdrawal.grace_days)
    first = case(little, "blog.test")
    honour(space, [], DAY)
    later = DAY + timedelta(days=3)
    second = case(little, "news.test")
    honour(space, [], later)
    assert [each.removal for each in status(space, [first, second])] == [(DAY + grace).date(), (later + grace).date()]
    honour(space, [], DAY + grace)
    told = [(each.removal, each.removed) for each in status(space, [first, second])]
    assert told == [(None, (DAY + grace).date()), ((later + grace).date(), None)]


def test_the_patch_owes_in_place_of_the_release(little: Little) -> None:
    """What the old release owed is reversed, and what is left is owed by the patch: nobody is paid twice, or for it."""
    case(little, "blog.test")
    honour(little.space, [], DAY)
    dues = obligations(little.space.ledger, DAY.date())
    owed = {(due.release, due.source): due.status for due in dues if due.basis == "agreement"}
    assert owed == {("0.1.0", "news"): DueStatus.REVERSED, ("0.1.1", "news"): DueStatus.ACCRUED}
    assert compare(little.space, "0.1.0", "0.1.1", DAY.date())["money"] == []  # no more is paid than was


def test_a_seal_that_began_before_fails(little: Little) -> None:
    """A release that was selected before the withdrawal is not sealed after it; selected anew it has not the text."""
    space = little.space
    little.capture("more", {"new": text_about("havet")})
    draft = little.draft()
    case(little, "blog.test")
    keep_out(space, wanted_withdrawals(space, [], DAY.date()), DAY)
    with pytest.raises(Overtaken, match="run again"):
        little.seal(draft)
    assert little.release() == "0.2.0"
    assert "http://blog.test/story" not in little.released()


def test_what_was_recorded_and_not_shown_stays_unshown(little: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed seal left recorded is not shown once something was withdrawn; the patch takes its place."""
    space = little.space
    little.capture("more", {"new": text_about("havet")})
    draft = little.draft()
    with monkeypatch.context() as patched:
        patched.setattr("flows.release.attest_release", killed)
        with pytest.raises(KeyboardInterrupt):
            little.seal(draft)
    case(little, "blog.test")
    assert honour(space, [], DAY).patch == "0.2.1"
    assert not space.storage.exists("releases/0.2.0/manifest.json")
    assert "http://blog.test/story" not in little.released()
    assert "http://more.test/new" in little.released()


def test_a_release_that_may_not_be_shown_is_not_told_as_one(little: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is new or the same as before: what was withdrawn meanwhile keeps it unshown, and that is an error."""
    monkeypatch.setattr("flows.release.show_release", lambda *_: False)
    with pytest.raises(SealError, match="it is not shown"):
        little.release()
    little.capture("more", {"new": text_about("havet")})
    with pytest.raises(SealError, match="it is not shown"):
        little.release()


def test_a_release_that_another_machine_seals_meanwhile_is_patched(
    little: Little, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A patch of what is no longer the newest release is not recorded behind it: the newest one is patched then."""
    import flows.patching

    space, real, sealed = little.space, flows.patching.publish_checkpoint, list[str]()
    little.capture("more", {"new": text_about("havet")})
    draft = little.draft()
    case(little, "blog.test")

    def and_another_seals(where: Workspace) -> str:
        if not sealed:
            with monkeypatch.context() as patched:  # it selected after the exclusion, and so without the texts
                patched.setattr("flows.patching.publish_checkpoint", real)
                sealed.append(little.release())
        return real(where)

    monkeypatch.setattr(flows.patching, "publish_checkpoint", and_another_seals)
    honour(space, [], DAY)
    assert sealed == ["0.2.0"]
    assert [record.version for record in releases(space.ledger)] == ["0.1.0", "0.2.0"]
    assert "http://more.test/new" in little.released()
    assert "http://blog.test/story" not in little.released()
    with pytest.raises(SealError, match="another run sealed"):
        little.seal(draft)
    record = replace(releases(space.ledger)[0], version="0.3.0", after="0.1.0")
    with pytest.raises(Overtaken, match=r"sealed release 0\.2\.0"):
        record_release(space.ledger, record, DAY)


def killed(*_: object) -> None:
    """What a kill does to a step."""
    raise KeyboardInterrupt


STEPS = (
    "exclude",
    "take_step",
    "purge",
    "rewrite_shards",
    "patch",
    "tell_beside",
    "schedule_removal",
    "add_tombstones",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_round_is_gone_on_with(little: Little, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever step it was killed before or behind, the next round ends where one that was not killed ends."""
    import flows.honour

    real = getattr(flows.honour, step)

    def and_then_killed(*given: object, **named: object) -> None:
        real(*given, **named)
        raise KeyboardInterrupt

    case(little, "blog.test")
    for kill in (killed, and_then_killed):
        with monkeypatch.context() as patched:
            patched.setattr(flows.honour, step, kill)
            with pytest.raises(KeyboardInterrupt):
                honour(little.space, [], DAY)
    honour(little.space, [], DAY)
    [reached] = status(little.space)
    assert (reached.documents, reached.purged, reached.patch, reached.tombstones) == (4, 4, "0.1.1", 2)
    assert not little.holding("hvalen", "captures/", "documents/")
    assert audit(little.space.ledger, {}).findings == ()


def test_one_machine_at_a_time(tmp_path: Path, postgresql_url: str) -> None:
    """Machines that share a ledger honour, and release, one after the other; what is each one's own goes on."""
    ledger = LedgerSettings(url=postgresql_url)
    here, there = (Settings(data=tmp_path / name, ledger=ledger) for name in ("here", "there"))
    with open_workspace(here) as ours, open_workspace(there) as theirs:
        with ours.alone_anywhere_in("honour"), theirs.alone_anywhere_in("release"), theirs.alone_in("crawl-avis"):
            with pytest.raises(FlowError, match="another machine"):
                honour(theirs, [], DAY)
            with pytest.raises(FlowError, match="another machine"), ours.alone_anywhere_in("release"):
                pytest.fail("two were let in")
        assert honour(theirs, [], DAY).removed == 0


def test_what_turns_up_later_is_found(little: Little) -> None:
    """A crawl that was under way brings the text again: it is in no release, and the next round purges it."""
    space = little.space
    name = case(little, "blog.test")
    honour(space, [], DAY)
    little.capture("late", {"copy": STORY, "own": text_about("engen")})
    little.capture("blog", {"third": text_about("fjorden")}, crawl="20261125T120000Z-abcd1234")
    assert little.release() == "0.2.0"
    assert "http://late.test/copy" not in little.released()
    done = honour(space, [], DAY)
    assert (done.excluded, done.purged.documents) == ({f"case:{name}": 1}, 2)
    assert not little.holding("hvalen", "captures/", "documents/")
    assert not little.holding("fjorden", "captures/", "documents/")
    assert "http://blog.test/third" not in little.released()


def lose_text(little: Little, source: str, word: str) -> None:
    """Have it that no text was found in a source's pages that hold a word; what was fetched stays."""
    (key,) = little.space.storage.keys(f"documents/{source}/")
    file = little.space.storage.local(key)
    rows = pq.read_table(file).to_pylist()
    lost = {"text": "", "chars": 0, "signature": None, "reason": "extraction_empty"}
    rows = [row | (lost if word in row["text"] else {}) for row in rows]
    with little.space.scratch() as out:
        with write_documents(out, signed_how(file) or "") as writer:
            writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
        little.space.storage.put(key, out)


def test_a_page_that_no_text_was_found_in_is_purged_too(little: Little) -> None:
    """The bytes of a page whose text was never found may hold it all the same: they go, and nobody else's do."""
    space = little.space
    texts = {"scanned": "Hvalfangeren i billeder", "kept": text_about("torvet")}
    little.capture("shots", texts)
    little.capture("others", {"theirs": "Hvalfangeren hos en anden"})
    for source in ("shots", "others"):
        lose_text(little, source, "Hvalfangeren")
    case(little, "http://shots.test/scanned", kind=TargetKind.DOCUMENT)
    assert len(little.holding("Hvalfangeren", "captures/")) == 2
    done = honour(space, [], DAY)
    assert (done.purged.documents, done.purged.captures, done.patch) == (1, 1, "")
    assert [key.split("/")[1] for key in little.holding("Hvalfangeren", "captures/")] == ["others"]
    assert little.holding("torvet", "captures/shots/")
    assert honour(space, [], DAY).purged == Purged()


def test_a_case_is_acted_on_only_when_it_was_shown_who_asks(little: Little) -> None:
    """An unverified case is left, and told of when it is named; a name of nothing is told too."""
    name = case(little, "blog.test", verified=False)
    assert honour(little.space, [], DAY).excluded == {}
    with pytest.raises(FlowError, match="verify it first"):
        honour(little.space, [name], DAY)
    with pytest.raises(FlowError, match="case list"):
        honour(little.space, ["2026-9999"], DAY)
    with pytest.raises(FlowError, match="in force"):
        honour(little.space, ["agreement:news-1"], DAY)
    assert exclusions(little.space.ledger).files == ()


def test_an_opt_out_of_some_uses_purges_nothing(little: Little) -> None:
    """Something may still be done with its texts; of the release of the text, nothing may, and it is purged."""
    ledger, shown = little.space.ledger, (CaseStep(Step.RECEIVED, DAY.date(), "jura", "brev"),)
    about = (Target.of(TargetKind.DOMAIN, "blog.test"),)
    proof = CaseStep(Step.VERIFIED, DAY.date(), "jura", "mail", (Proof.MAIL,))
    partial = open_case(ledger, Case("", CaseKind.OPT_OUT, about, "Bloggen", "", shown, (Use.TRAIN,)), STAMP)
    take_step(ledger, partial.id, proof, STAMP)
    assert honour(little.space, [], DAY).excluded == {}
    with pytest.raises(FlowError, match="some uses"):
        honour(little.space, [partial.id], DAY)
    whole = open_case(ledger, Case("", CaseKind.OPT_OUT, about, "Bloggen", "", shown, (Use.RELEASE,)), STAMP)
    take_step(ledger, whole.id, proof, STAMP)
    assert set(honour(little.space, [], DAY).excluded) == {f"case:{whole.id}"}


def test_an_agreement_that_ended_is_acted_on_after_its_grace(little: Little) -> None:
    """Its texts leave the release when a new agreement had time to be made, and come again when one is lifted."""
    space = little.space
    end = DAY.date() + timedelta(days=1)
    little.source("news", end=end)
    grace = timedelta(days=space.settings.withdrawal.grace_days)
    over = DAY + timedelta(days=2)
    assert honour(space, [], DAY + timedelta(days=1) + grace).excluded == {}
    assert honour(space, ["agreement:news-1"], over).patch == "0.1.1"
    assert "http://news.test/agreed" not in little.released()
    assert let_in(space, "agreement:news-1", LiftReason.LICENCE, over)
    assert not let_in(space, "agreement:news-1", LiftReason.LICENCE, over)
    assert exclusions(space.ledger).files == ()
    assert status(space)[0].lifted


def copy_of(little: Little, folder: Path) -> Path:
    """A team's copy of the newest release: one source as it is, all in one file without ids, and a stranger's file."""
    tables = [pq.read_table(little.space.storage.local(shard.path)) for shard in little.manifest().shards]
    (folder / "by=source" / "x").mkdir(parents=True)
    pq.write_table(tables[0], folder / "by=source" / "x" / "part-0.parquet", compression="snappy")
    pq.write_table(
        pa.concat_tables(tables).drop_columns("id").sort_by("chars"), folder / "all.parquet", row_group_size=2
    )
    pq.write_table(pa.table({"text": ["hvad som helst"]}), folder / "mine.parquet")
    return folder


def test_a_teams_copy_follows(little: Little, tmp_path: Path) -> None:
    """Withdrawn rows leave a copy however it was cut, and no other; the receipt is recorded once and shown."""
    space = little.space
    folder = copy_of(little, tmp_path / "copy")
    rows = pq.read_table(folder / "all.parquet").num_rows
    name = case(little, "blog.test")
    honour(space, [], DAY)
    feed = read_feed(str(space.settings.data / "tombstones"), None)
    assert [(batch.reason, len(batch.ids)) for batch in feed.batches] == [("takedown", 2)]
    done = take_back(folder, feed, DAY)
    assert pq.read_table(folder / "all.parquet").num_rows == rows - 2
    assert not any(
        "hvalen" in text for path in folder.rglob("*.parquet") for text in pq.read_table(path)["text"].to_pylist()
    )
    assert [finding.where for finding in done.findings] == ["mine.parquet"]
    notes = json.loads((folder / "withdrawn.json").read_bytes())["files"]
    assert notes["all.parquet"]["rows"] == rows - 2
    files = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    again = take_back(folder, feed, DAY)
    assert (again.rewritten, again.rows) == (0, done.rows)
    assert {path: path.read_bytes() for path in folder.rglob("*.parquet")} == files
    assert record_receipt(space, folder / RECEIPT, DAY, "jura") == (f"case:{name}",)
    assert record_receipt(space, folder / RECEIPT, DAY, "jura") == ()
    assert check_storage(space.settings.data, None)[1] == []
    [reached] = status(space)
    assert (reached.receipts, reached.rows) == (1, sum(done.rows.values()))
    with pytest.raises(FlowError, match="no receipt"):
        record_receipt(space, folder / "withdrawn.json", DAY, "jura")
    sent = json.loads((folder / RECEIPT).read_bytes())
    (entry,) = sent["rows"]
    wrong = [10**30, -1, 1.5, "7", True, None, float("inf")]
    changes = [{"rows": {entry: count}} for count in wrong] + [{name: 10**40} for name in ("unknown", "checkpoint")]
    for change in [*changes, {"rows": {"x": 1}}, {"copy": ["x"]}, {"copy": "\ud800"}, {"format": "other"}]:
        (tmp_path / "sent.json").write_text(json.dumps(sent | change))
        with pytest.raises(FlowError, match="is no receipt"):
            record_receipt(space, tmp_path / "sent.json", DAY, "jura")
    assert status(space)[0].rows == reached.rows


def test_a_pulled_folder_counts_what_is_left(little: Little, tmp_path: Path) -> None:
    """Checked after withdrawn rows are gone it holds, and tells as many documents as lie in it."""
    space, folder = little.space, tmp_path / "mine"
    pull(space.storage, Order(read_offer(space.storage, "0.1.0"), Choice(), folder), lambda _: None)
    before, _ = check_pull(folder, None)
    case(little, "blog.test")
    honour(space, [], DAY)
    take_back(folder, read_feed(str(space.settings.data / "tombstones"), None), DAY)
    counted, findings = check_pull(folder, None)
    left = sum(pq.read_metadata(path).num_rows for path in folder.glob("shards/*/*.parquet"))
    assert (findings, counted["documents"], left < before["documents"]) == ([], left, True)


def test_texts_that_were_numbered_anew_are_known_by_their_digest(little: Little, tmp_path: Path) -> None:
    """Whoever gave the texts ids of their own, numbers or words, loses the withdrawn ones all the same."""
    space = little.space
    table = pa.concat_tables([pq.read_table(space.storage.local(each.path)) for each in little.manifest().shards])
    ids = {
        "numbers": pa.array(range(len(table))),
        "words": pa.array([f"doc-{n}" for n in range(len(table))]).dictionary_encode(),
        "ours": table["id"],
        "ours-too": table["id"].combine_chunks().dictionary_encode(),
    }
    copy = tmp_path / "copy"
    copy.mkdir()
    for name, column in ids.items():
        pq.write_table(table.set_column(0, "id", column), copy / f"{name}.parquet")
    case(little, "blog.test")
    honour(space, [], DAY)
    done = take_back(copy, read_feed(str(space.settings.data / "tombstones"), None), DAY)
    assert (done.findings, done.rewritten) == ((), 4)
    for name in ids:
        left = pq.read_table(copy / f"{name}.parquet")
        assert len(left) == len(table) - 2
        assert not any("hvalen" in text for text in left["text"].to_pylist())


@pytest.mark.parametrize("step", ["_put_in_place", "_without"])
def test_a_kill_while_a_copy_follows_is_made_up_for(
    step: str, little: Little, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before a file is replaced, the copy holds as it was; run again each row is counted once."""
    space = little.space
    for name in ("releases", "shards"):
        shutil.copytree(space.settings.data / name, tmp_path / "copy" / name)
    case(little, "blog.test")
    honour(space, [], DAY)
    feed = read_feed(str(space.settings.data / "tombstones"), None)
    for _ in range(2):
        with monkeypatch.context() as patched:
            patched.setattr(f"corpus.taking_out.{step}", killed)
            with pytest.raises(KeyboardInterrupt):
                take_back(tmp_path / "copy", feed, DAY)
        assert check_storage(tmp_path / "copy", None)[1] == []
    done = take_back(tmp_path / "copy", feed, DAY)
    assert sum(done.rows.values()) == 2
    assert check_storage(tmp_path / "copy", None)[1] == []
    assert take_back(tmp_path / "copy", feed, DAY).rows == done.rows
    (tmp_path / "copy" / "withdrawn.json").write_text('{"files": {"x": {"gone": "all"}}}')
    with pytest.raises(FlowError, match="put it aside"):
        take_back(tmp_path / "copy", feed, DAY)


def test_a_feed_that_lost_what_it_had_is_told(little: Little, tmp_path: Path) -> None:
    """An old feed, or one that was cut, lacks what was taken out before: that is told, and nothing changes."""
    space = little.space
    folder = copy_of(little, tmp_path / "copy")
    case(little, "blog.test")
    honour(space, [], DAY)
    feed = read_feed(str(space.settings.data / "tombstones"), None)
    take_back(folder, feed, DAY)
    receipt = (folder / RECEIPT).read_bytes()
    with pytest.raises(FlowError, match=f"no batch {feed.batches[0].entry} any more"):
        take_back(folder, replace(feed, batches=()), DAY)
    assert (folder / RECEIPT).read_bytes() == receipt


def test_a_server_that_breaks_off_or_drips_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers nothing of HTTP, or goes on for ever, and an address that is none, end with what to do."""
    with pytest.raises(FlowError, match="no feed that can be trusted"):
        read_feed("http://[", None)
    dripping = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100
    for answer, told in ((b"nonsense\r\n\r\n", "cannot be fetched"), (dripping, "did not come in 0 seconds")):
        with socket.create_server(("127.0.0.1", 0)) as server, monkeypatch.context() as patched:
            patched.setattr("flows.feed.FETCH_S_MAX", 0.0)
            place = f"http://127.0.0.1:{server.getsockname()[1]}"
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_answer, server, answer)
                with pytest.raises(FlowError, match=told):
                    read_feed(place, None)


def _answer(server: socket.socket, answer: bytes) -> None:
    """Give one caller an answer, and hang up."""
    caller, _ = server.accept()
    with caller:
        caller.recv(4096)
        caller.sendall(answer)


def test_a_feed_that_was_changed_is_not_believed(little: Little, tmp_path: Path) -> None:
    """A batch that the journal does not name, a path that leads elsewhere, another key: nothing in the copy changes."""
    space = little.space
    folder = copy_of(little, tmp_path / "copy")
    before = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    case(little, "blog.test")
    honour(space, [], DAY)
    feed = space.settings.data / "tombstones"
    [batch] = [path for path in feed.glob("*.jsonl") if path.name != "feed.jsonl"]
    real = batch.read_bytes()
    batch.write_bytes(real.replace(b'"id":"', b'"id":"0', 1))
    with pytest.raises(FlowError, match="not what entry"):
        read_feed(str(feed), None)
    batch.write_bytes(real)
    line = (feed / "feed.jsonl").read_bytes()
    (feed / "feed.jsonl").write_bytes(line.replace(b'"proof":"', b'"proof":"../'))
    with pytest.raises(FlowError, match="no file of a feed"):
        read_feed(str(feed), None)
    assert {path: path.read_bytes() for path in folder.rglob("*.parquet")} == before
    with pytest.raises(FlowError, match="not there"):
        read_feed(str(tmp_path), None)


def test_a_team_is_told_what_was_lifted(little: Little, tmp_path: Path) -> None:
    """A lifted batch takes no rows any more, and says so with the journal's word; withdrawn again, it has a new one."""
    space, feed = little.space, str(little.space.settings.data / "tombstones")
    followed, late, third = (copy_of(little, tmp_path / name) for name in ("followed", "late", "third"))
    name = case(little, "blog.test")
    honour(space, [], DAY)
    take_back(followed, read_feed(feed, None), DAY)
    [file] = exclusions(space.ledger).files
    honour(space, [], DAY + timedelta(days=400))  # no shard that held them is left
    take_step(space.ledger, name, CaseStep(Step.WITHDRAWN, DAY.date(), "jura", "en fejl"), STAMP)
    let_in(space, f"case:{name}", LiftReason.ERROR, DAY)
    [batch] = read_feed(feed, None).batches
    told, untouched = take_back(followed, read_feed(feed, None), DAY), take_back(late, read_feed(feed, None), DAY)
    assert (batch.is_lifted, told.lifted > 0, untouched.rewritten, untouched.lifted) == (True, True, 0, 0)
    exclude(space.ledger, f"case:{name}", file, 2, STAMP)
    honour(space, [], DAY)
    assert [batch.is_lifted for batch in read_feed(feed, None).batches] == [True, False]
    assert list(take_back(third, read_feed(feed, None), DAY).rows.values()) == [0, told.lifted]


def test_a_batch_that_nothing_lifted_stands(little: Little) -> None:
    """A list that names another entry, or another withdrawal's, as what lifted a batch is not believed."""
    space, feed = little.space, little.space.settings.data / "tombstones"
    case(little, "blog.test")
    honour(space, [], DAY)
    line = json.loads((feed / "feed.jsonl").read_bytes())
    (feed / "feed.jsonl").write_text(json.dumps(line | {"lifted": line["proof"]}))
    with pytest.raises(FlowError, match="does not lift"):
        read_feed(str(feed), None)


def test_what_was_purged_is_fetched_again_once_lifted(little: Little, tmp_path: Path) -> None:
    """The next crawl is told of purged pages as of ones it never had, and of all others as they are."""
    space, crawl = little.space, f"captures/blog/{CRAWL}"
    pages, out = space.storage.local(f"{crawl}/pages.jsonl.gz"), tmp_path / "previous.jsonl.gz"
    name = case(little, "blog.test")
    honour(space, [], DAY)
    take_pages_along(space, crawl, pages, out)
    assert out.read_bytes() == pages.read_bytes()
    with pytest.raises(RecordRefused, match="takes it back"):
        let_in(space, f"case:{name}", LiftReason.ERROR, DAY)
    take_pages_along(space, crawl, pages, out)
    assert out.read_bytes() == pages.read_bytes()  # what was refused is not fetched again
    take_step(space.ledger, name, CaseStep(Step.WITHDRAWN, DAY.date(), "jura", "en fejl"), STAMP)
    assert let_in(space, f"case:{name}", LiftReason.ERROR, DAY)
    take_pages_along(space, crawl, pages, out)
    assert [row["payload_digest"] for row in crawled_pages(out)] == ["", ""]
    other = space.storage.local(f"captures/news/{CRAWL}/pages.jsonl.gz")
    take_pages_along(space, f"captures/news/{CRAWL}", other, out)
    assert all(row["payload_digest"] for row in crawled_pages(out))
    assert honour(space, [], DAY + timedelta(days=400)).removed == 0  # nothing waits to be removed any more


def test_delivered_files_go_when_nothing_else_is_in_them(little: Little) -> None:
    """A file of which every text is withdrawn is removed and taken in no more; one with other texts is told of."""
    space = little.space
    texts = {"one": STORY, "two": STORY.replace("Den store", "Den lille", 1), "three": text_about("marken")}
    little.capture("gave", texts, found_on={"one": "one.txt", "two": "both.zip", "three": "both.zip"})
    files = [{"name": name, "sha256": digit * 64, "bytes": 1} for name, digit in (("one.txt", "1"), ("both.zip", "2"))]
    for row in files:
        space.storage.put_bytes(f"deliveries/gave/d/files/{row['sha256']}", b"tekst")
    space.storage.put_bytes("deliveries/gave/d/manifest.json", json.dumps({"files": files}).encode())
    case(little, "blog.test")
    done = honour(space, [], DAY)
    assert (done.purged.deliveries, done.purged.deliveries_left) == (1, 1)
    assert list(space.storage.keys("deliveries/gave/d/files/")) == [f"deliveries/gave/d/files/{'2' * 64}"]
    assert space.storage.exists(withdrawn_key("gave", "d", "1" * 64))

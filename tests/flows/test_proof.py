"""Proofs as a rights holder gets and checks them, and what becomes of them when anybody changes anything."""

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corpus.storage import StorageSettings, open_storage
from flows.attesting import FOLDER, attest_release, public_key, publish_checkpoint, published, secret_key
from flows.cli import app
from flows.errors import FlowError
from flows.holding import Held, hold_out, sources_of
from flows.settings import LedgerSettings, Settings, moment
from flows.verify import verify
from flows.workspace import Workspace, open_workspace
from ledger.agreements import Agreement, AgreementForm
from ledger.checkpoints import sign_checkpoint
from ledger.errors import JournalBroken, UnknownRecord
from ledger.journal import Event, Stamp, append_all
from ledger.notes import SecretKey
from ledger.records import ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source

NOW = moment("2026-11-24T12:00:00Z")


@contextmanager
def opened(folder: Path, **ledger: str) -> Iterator[Workspace]:
    """A workspace in a folder, with a source, an agreement and a release, and events of others."""
    with open_workspace(Settings(data=folder, catalogue=folder, ledger=LedgerSettings(**ledger))) as space:
        for name in ("avis", "forlag"):
            source = Source(name, name, f"https://www.{name}.dk/", SourceStatus.AGREED, "Æske ApS", "", "news")
            agreement = Agreement(
                f"aftale-{name}", name, "Æske ApS", "", AgreementForm.WRITTEN, ("train",), date(2026, 1, 1), None, None
            )
            sync_source(space.ledger, source, [], [agreement], NOW)
        usage = Usage("avis", "agreement", "agreed", "LicenseRef-Agreement-aftale-avis", 7, 700, 7000, ("ab",))
        record_release(space.ledger, ReleaseRecord("0.1.0", "2", "3", date(2026, 11, 24), (usage,)), NOW)
        yield space


def add(space: Workspace, count: int = 300) -> None:
    """Enter events of somebody else."""
    with space.ledger.writing() as connection:
        events = [Event("try", "source:other", {"n": number}) for number in range(count)]
        append_all(connection, Stamp("tester", NOW), events)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace in a new folder."""
    with opened(tmp_path / "data") as space:
        yield space


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Held, Path]:
    """What the holder of `avis` was given of a journal of some hundred entries."""
    folder = tmp_path_factory.mktemp("held")
    with opened(folder / "data") as space:
        add(space)
        return hold_out(space, ["avis"], folder / "out"), folder / "out"


def command(*arguments: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_holder_can_check_what_they_were_given(held: tuple[Held, Path]) -> None:
    """All entries about the source and the releases with its text, each with a proof that holds, and what they hide."""
    given, out = held
    lines = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["source", "agreement", "release", "usage", "due"]
    assert {line["subject"] for line in lines} == {"source:avis", "release:0.1.0"}
    assert "Æske" not in (out / "events.jsonl").read_text()
    assert "Æske" in (out / "openings.jsonl").read_text()
    verdict = verify(out, None)
    assert (given.entries, verdict.findings, verdict.key_came_along) == (5, (), True)
    assert verdict.counted == {"entries": 5, "opened": 2, "entries in the journal then": 307}
    assert verify(out, verdict.key.vkey).key_came_along is False
    one = verify(sorted((out / "proofs").iterdir())[1], str(out / "ledger.vkey"))
    assert (one.what, one.findings) == ("the proof of an entry", ())
    assert verify(out / "checkpoint", None).what == "a checkpoint"


def _edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        file = min(folder.glob(name))
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    return do


def _swap(folder: Path) -> None:
    first, second = sorted((folder / "proofs").iterdir())[:2]
    first.rename(folder / "kept")
    second.rename(first)
    (folder / "kept").rename(second)


def _without_line(folder: Path) -> None:
    lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "events.jsonl").write_bytes(b"".join(lines[1:]))


def _without_proof(folder: Path) -> None:
    min((folder / "proofs").iterdir()).unlink()


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (_edit("events.jsonl", '"words":700', '"words":7'), "line 3: entry 4 does not lead to the checkpoint's root"),
        (_edit("events.jsonl", "{", "["), "line 1: is no entry"),
        (_edit("events.jsonl", '"seq":4', '"seq":3'), "line 3: 000000000003.tlog-proof is missing"),
        (_edit("proofs/*", "index 0", "index 1"), "line 1"),
        (_edit("proofs/*", "\n307\n", "\n306\n"), "line 1: the signature of"),
        (_edit("openings.jsonl", "Æske", "Aske"), "openings.jsonl, line 1: is not what its entry committed to"),
        (_swap, "line 1"),
        (_without_line, "proofs/000000000000.tlog-proof: is of no entry"),
        (_without_proof, "line 1: 000000000000.tlog-proof is missing"),
        (_edit("events.jsonl", '"seq":4', '"seq":1e400'), "line 3: is no entry of a journal: it has no number"),
        (lambda folder: (folder / "events.jsonl").write_text("[" * 60_000), "line 1: is no entry"),
        (lambda folder: (folder / "openings.jsonl").write_text("[" * 60_000), "openings.jsonl, line 1"),
    ],
)
def test_whatever_is_changed_is_named(
    held: tuple[Held, Path], tmp_path: Path, change: Callable[[Path], None], wanted: str
) -> None:
    """Entries, proofs and openings that were changed, exchanged or removed: the finding says which."""
    copy = tmp_path / "copy"
    shutil.copytree(held[1], copy)
    change(copy)
    found = "; ".join(f"{finding.where}: {finding.what}" for finding in verify(copy, None).findings)
    assert wanted in found
    assert command("verify", str(copy)).exit_code == 1


def test_a_holder_sees_that_the_journal_was_only_added_to(
    space: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a checkpoint from before comes the proof that the journal continues it; what does not fit is found."""
    earlier = publish_checkpoint(space)
    (tmp_path / "earlier").write_text(earlier)
    add(space)
    monkeypatch.chdir(tmp_path)  # where the command finds the same data folder
    done = command("proof", "--source", "avis", "--since", "earlier", "--out", "out")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out/since").read_text().startswith("old 7\n")
    assert verify(tmp_path / "out", None).findings == ()
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    key = secret_key(space)
    for name, text in (
        ("since", "something else"),
        ("since", f"old 7\n\n{earlier}"),  # true, but not of the journal that the proofs are of
        ("earlier-checkpoint", sign_checkpoint(key, 6, bytes(32))),
        ("earlier-checkpoint", sign_checkpoint(key, 7, bytes(32))),
    ):
        shutil.copytree(tmp_path / "out", tmp_path / "copy", dirs_exist_ok=True)
        (tmp_path / "copy" / name).write_text(text)
        assert [finding.where for finding in verify(tmp_path / "copy", None).findings] == ["since"], text
    for note in (earlier.replace("\n7\n", "\n8\n"), sign_checkpoint(key, 7, bytes(32)), ""):
        with pytest.raises(JournalBroken, match="is not continued"):
            hold_out(space, ["avis"], tmp_path / "new", note)
    assert not (tmp_path / "new").exists()


def test_another_key_is_not_believed(held: tuple[Held, Path]) -> None:
    """With a key that did not sign, nothing holds; a key that is none is refused."""
    other = SecretKey("fodaftryk/other", bytes(32)).public
    found = verify(held[1], other.vkey).findings
    assert len(found) == 5
    assert all("not signed by fodaftryk/other" in finding.what for finding in found)
    with pytest.raises(FlowError, match="no public key"):
        verify(held[1], str(held[1] / "README.md"))


def test_the_command_says_so(held: tuple[Held, Path], tmp_path: Path) -> None:
    """`verify` shows that all holds, to people and to programs, without any setting; and what it cannot check."""
    done = command("verify", str(held[1]))
    assert (done.exit_code, "holds" in done.output, "--key" in done.output) == (0, True, True)
    told = json.loads(command("verify", str(held[1]), "--json").output)
    assert (told["holds"], told["entries"], told["findings"]) == (True, 5, [])
    (tmp_path / "text").write_text("something else")
    for path in (tmp_path, tmp_path / "text", tmp_path / "none"):
        with pytest.raises(FlowError, match="nothing that can be checked"):
            verify(path, None)


def test_a_source_is_found_by_its_domain(space: Workspace) -> None:
    """By its homepage's host, with and without www; another domain that ends alike is another's."""
    assert sources_of(space, "avis.dk") == sources_of(space, "WWW.avis.dk.") == ("avis",)
    assert sources_of(space, "dk") == ("avis", "forlag")
    for domain in ("is.dk", "", ".", "nyheder.avis.dk"):
        with pytest.raises(FlowError, match="no source"):
            sources_of(space, domain)


def test_nothing_is_mixed_and_nobody_is_made_up(space: Workspace, tmp_path: Path) -> None:
    """A folder that holds something is refused, and so is a source that is not in the ledger."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(FlowError, match="not empty"):
        hold_out(space, ["avis"], tmp_path / "full")
    with pytest.raises(UnknownRecord):
        hold_out(space, ["nobody"], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_checkpoints_are_published_once_and_follow_each_other(space: Workspace) -> None:
    """The same journal publishes one checkpoint; a longer one the next; the key is its owner's alone."""
    first = publish_checkpoint(space)
    assert publish_checkpoint(space) == first
    add(space)
    second = publish_checkpoint(space)
    assert published(space) == {f"{FOLDER}000000000007": first, f"{FOLDER}000000000307": second}
    assert stat.S_IMODE(space.settings.ledger_key.stat().st_mode) == 0o600
    assert public_key(space) == secret_key(space).public


def test_an_older_checkpoint_under_a_higher_name_is_not_followed(space: Workspace) -> None:
    """Put there by who owns the storage, it would let what came after it be rewritten; so would one by another key."""
    older = publish_checkpoint(space)
    add(space)
    publish_checkpoint(space)
    space.storage.put_bytes(f"{FOLDER}000000000999", older.encode())
    with pytest.raises(JournalBroken, match="checkpoint of 7 entries: exchanged"):
        publish_checkpoint(space)
    space.storage.put_bytes(f"{FOLDER}000000000999", sign_checkpoint(SecretKey("x", bytes(32)), 9, bytes(32)).encode())
    with pytest.raises(JournalBroken, match="not signed by"):
        publish_checkpoint(space)


def test_a_release_carries_the_ledgers_word(space: Workspace) -> None:
    """Beside the manifest lie a checkpoint and the proof of the entry that names it; another manifest is refused."""
    attest_release(space, "0.1.0")
    before = dict(published(space))
    attest_release(space, "0.1.0")
    assert published(space) == before
    assert before["releases/0.1.0/checkpoint"] == before[f"{FOLDER}000000000007"]
    folder = Path(space.storage.uri("releases/0.1.0"))
    for manifest in ('{"version": "0.1.0"}', "{}", "[]", "[" * 60_000, None):
        if manifest is not None:
            (folder / "manifest.json").write_text(manifest)
        else:
            (folder / "manifest.json").unlink()
        found = verify(folder, str(Path(space.storage.uri(FOLDER)) / "ledger.vkey"))
        assert (found.what, [each.where for each in found.findings]) == ("a release's manifest", ["manifest.json"])


def test_a_key_is_never_replaced_in_silence(tmp_path: Path) -> None:
    """Where checkpoints were signed, a missing, another and an ill-named key are refused, each with what to do."""
    with opened(tmp_path / "data", origin="example.dk/ledger") as space:
        assert publish_checkpoint(space).startswith("example.dk/ledger\n")
        elsewhere = replace(space, settings=Settings(data=space.settings.data, ledger=LedgerSettings(origin="other")))
        with pytest.raises(FlowError, match=r"signs for example\.dk/ledger"):
            publish_checkpoint(elsewhere)
        space.settings.ledger_key.rename(tmp_path / "kept")
        with pytest.raises(FlowError, match="bring the file"):
            publish_checkpoint(space)
        assert public_key(space).name == "example.dk/ledger"
        with opened(tmp_path / "another", origin="example.dk/ledger") as another:
            publish_checkpoint(another)
            shutil.copy(another.settings.ledger_key, space.settings.ledger_key)
        with pytest.raises(FlowError, match="and not with the key in"):
            publish_checkpoint(space)


def test_a_shorter_ledger_beside_published_checkpoints_signs_nothing(tmp_path: Path) -> None:
    """When the database is lost and begun again, its storage remembers."""
    with opened(tmp_path / "data") as space:
        add(space)
        publish_checkpoint(space)
    for file in (tmp_path / "data").glob("ledger.sqlite*"):
        file.unlink()
    with opened(tmp_path / "data") as space, pytest.raises(JournalBroken, match="does not begin with the 307"):
        publish_checkpoint(space)


def test_checkpoints_lie_in_any_storage(tmp_path: Path, storage_settings: StorageSettings) -> None:
    """A folder and two kinds of S3 hold them."""
    with opened(tmp_path / "data") as space:
        storage = open_storage(storage_settings, tmp_path / "cache")
        there = replace(space, storage=storage)
        note = publish_checkpoint(there)
        attest_release(there, "0.1.0")
        assert set(published(there).values()) == {note}

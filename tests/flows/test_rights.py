"""Rights over a whole run's data: cases, lists and policies move documents without fetching, and say why."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpus.errors import EvidenceError
from corpus.evidence import evidence_batches
from flows.conflicts import ON_PAGES, find_conflict, found_conflicts
from flows.crawl import scope_of
from flows.explain import explain
from flows.policy_diff import Difference, Question, money_rows, move_rows, moves
from flows.records import RunRecord, newest_record, write_record
from flows.rights import crawl_terms, notices, register_of, terms_of
from flows.select import Right, decide_source, dedupe, select
from flows.settings import load_settings
from flows.sources import read_sources, sync_catalogue
from flows.workspace import Workspace, open_workspace
from ledger.agreements import Agreement, AgreementForm
from ledger.bases import Basis
from ledger.case_book import open_case, take_step
from ledger.cases import Case, CaseKind, CaseStep, Proof, Step
from ledger.journal import Stamp
from ledger.repertoire import Repertoire, record_repertoire
from ledger.settlements import Ruling, record_settlement
from ledger.targets import Target, TargetKind
from ledger.terms import record_agreement
from ledger.withdrawals import exclusions
from tests.flows.conftest import NOW, Demo

DAY = datetime.fromisoformat(NOW)
TODAY = DAY.date()
STAMP = Stamp("jura", DAY)
ARCHIVE = Target.of(TargetKind.PATH, "blog.demo.test/2025")


@pytest.fixture
def space(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A copy of the demo's data, opened."""
    copy = replace(demo, data=tmp_path / "data")
    shutil.copytree(demo.data, copy.data)
    for name, value in copy.environment().items():
        monkeypatch.setenv(name, value)
    with open_workspace(load_settings()) as opened:
        yield opened


def record_of(space: Workspace) -> RunRecord:
    """What the demo's run worked with."""
    record = newest_record(space)
    assert record is not None
    return record


def rules(space: Workspace, as_of: date = TODAY, name: str = "blog") -> Counter[str]:
    """A source's decisions on a day, by rule, with all that lists and cases reserve."""
    record = record_of(space)
    source = next(source for source in read_sources(space.settings.catalogue) if source.name == name)
    right = Right(terms_of(space, source), scope_of(source), as_of, register_of(space))
    documents = [key for key in record.documents if key.startswith(f"documents/{name}/")]
    decided = decide_source(space, record.crawls[name], documents, right)
    found = [rule for key in decided for rule in pq.read_table(space.storage.local(key))["rule"].to_pylist()]
    return Counter(rule for rule in found if rule is not None)


def step(taken: Step) -> CaseStep:
    """A step on the day of the demo."""
    return CaseStep(taken, TODAY, "jura", "som bedt om", (Proof.MAIL,) if taken is Step.VERIFIED else ())


def test_an_opt_out_holds_a_path_and_acted_on_puts_it_out(space: Workspace) -> None:
    """Received it holds, acted on it excludes, and nothing else of the source is touched; rejected it is as before."""
    before = rules(space)
    asked = Case("", CaseKind.OPT_OUT, (ARCHIVE,), "Bloggeren", "", (step(Step.RECEIVED),))
    made = open_case(space.ledger, asked, STAMP)
    held = rules(space)
    assert held.total() == before.total()
    assert 0 < held["case-open"] < before.total()
    take_step(space.ledger, made.id, step(Step.VERIFIED), STAMP)
    take_step(space.ledger, made.id, step(Step.ACTED), STAMP)
    out = rules(space)
    assert out["case-acted"] >= held["case-open"]
    assert out["case-open"] == 0
    other = open_case(space.ledger, replace(asked, requester="En anden", targets=(domain(),)), STAMP)
    take_step(space.ledger, other.id, step(Step.REJECTED), STAMP)
    assert rules(space) == out
    source = next(source for source in read_sources(space.settings.catalogue) if source.name == "blog")
    assert [held.target for held in crawl_terms(space, source).reservations] == [ARCHIVE, ARCHIVE]


def domain() -> Target:
    """The whole of the blog."""
    return Target.of(TargetKind.DOMAIN, "blog.demo.test")


def test_a_list_takes_out_what_it_names(space: Workspace) -> None:
    """By domain it excludes from its first day on."""
    before = rules(space)
    listed = Repertoire("koda-2026", "Koda", "https://koda.example/", TODAY)
    record_repertoire(space.ledger, listed, [domain()], STAMP)
    assert rules(space)["signal-reserved:repertoire"] >= before["tdm-no-reservation"]
    assert rules(space, date(2026, 11, 23)) == before


def test_an_agreement_that_ends_is_told_of_and_takes_its_texts_along(space: Workspace) -> None:
    """Its texts are in until its last day, and the day after by no agreement, without anything being done."""
    last = date(2026, 12, 20)
    made = Agreement("blog-1", "blog", "Bloggeren", "", AgreementForm.WRITTEN, ("train",), date(2026, 1, 1), last, None)
    record_agreement(space.ledger, made, "jura", DAY)
    sources = read_sources(space.settings.catalogue)
    assert [notice for notice in notices(space, sources, TODAY) if "blog-1 ends on 2026-12-20" in notice]
    assert rules(space, last) == {"agreement": rules(space).total()}
    assert "agreement" not in rules(space, date(2026, 12, 21))
    undated = replace(made, id="blog-2", end=None, embargo_months=12)
    record_agreement(space.ledger, undated, "jura", DAY)
    assert rules(space, date(2026, 12, 21)).keys() & {"agreement", "agreement-undated", "agreement-embargo"}


def test_a_policy_without_mining_moves_what_rests_on_it(space: Workspace) -> None:
    """The documents and words that the release holds by it, no money, and no file is written for the answer."""
    record, policy = record_of(space), space.policy
    sources = read_sources(space.settings.catalogue)
    selection = pq.read_table(space.storage.local(record.selection)).to_pylist()
    rests = {row["id"]: row["words"] for row in selection if row["basis"] == "tdm" and row["id"] == row["keeper"]}
    stored = sorted(space.storage.keys(""))
    counted = Difference()
    without = replace(policy, bases=tuple(basis for basis in policy.bases if basis is not Basis.TDM))
    question = Question(policy, without, TODAY)
    moved = {move.id: move for move in moves(space, record, sources, question, counted)}
    assert moved.keys() == rests.keys()
    assert sum(row["words"] for row in move_rows(counted)) == sum(rests.values())
    assert {move.after.rule for move in moved.values()} <= {"nothing-known", "reservations-unread"}
    assert money_rows(space, counted, TODAY) == []
    assert sorted(space.storage.keys("")) == stored
    assert 0 < counted.kinds < counted.documents
    assert list(moves(space, record, sources, Question(policy, policy, TODAY), Difference())) == []


def test_a_policy_without_agreements_moves_their_money(space: Workspace) -> None:
    """What the newspaper would be owed for a release is told as the difference."""
    counted = Difference()
    question = Question(space.policy, replace(space.policy, bases=space.policy.bases[1:]), TODAY)
    for _ in moves(space, record_of(space), read_sources(space.settings.catalogue), question, counted):
        pass
    rows = money_rows(space, counted, TODAY)
    assert [(row["source"], row["after"]) for row in rows] == [("avis", "0.00")]
    assert rows[0]["difference"] == f"-{rows[0]['before']}"


def test_a_page_is_explained_with_its_assertions_and_evidence(space: Workspace) -> None:
    """Who says what of its licence, what was agreed, what a list says, and what the decision rested on."""
    listed = Repertoire("liste", "Biblioteket", "et brev", TODAY)
    record_repertoire(space.ledger, listed, [Target.of(TargetKind.DOMAIN, "bibliotek.demo.test")], STAMP)
    told = explain(space, record_of(space), "http://bibliotek.demo.test/guides/laeseklub.html", TODAY)
    assert [said["licence"] for said in told["rights"]["assertions"]]
    assert told["rights"]["reservations"][0]["by"] == "repertoire:liste#domain"
    assert told["fate"]["evidence"]
    paid = explain(space, record_of(space), "http://avis.demo.test/", TODAY)
    assert paid["rights"]["agreements"]
    json.dumps(told["rights"])


CLAIM = """
[[rights.licences]]
licence = "CC-BY-NC-4.0"
asserted_by = "et datablad"
place = "https://data.example.dk/blog"
on = 2025-08-08
"""


def test_what_pages_and_source_contradict_is_shown_and_settled(
    space: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim about the source that its pages' own licence contradicts holds these pages, until a person settles it."""
    shutil.copytree(space.settings.catalogue, tmp_path / "catalogue")
    file = tmp_path / "catalogue" / "blog.toml"
    file.write_text(file.read_text(encoding="utf-8") + CLAIM, encoding="utf-8")
    monkeypatch.setenv("FODAFTRYK_CATALOGUE", str(tmp_path / "catalogue"))
    open_before = rules(space)["open-licence"]
    with open_workspace(load_settings()) as changed:
        sources = sync_catalogue(changed, DAY)
        source = next(each for each in sources if each.name == "blog")
        assert found_conflicts(changed, [source], TODAY) == []
        record = record_of(changed)
        documents = [key for key in record.documents if key.startswith("documents/blog/")]
        right = Right(terms_of(changed, source), scope_of(source), TODAY, register_of(changed))
        decided = dict(zip(documents, decide_source(changed, record.crawls["blog"], documents, right), strict=True))
        selection = select(changed, decided, dedupe(changed, decided), exclusions(changed.ledger))
        write_record(changed, replace(record, selection=selection, documents=record.documents | decided), DAY)
        (found,) = found_conflicts(changed, [source], TODAY)
        assert (found.conflict.scope, found.conflict.licences) == (ON_PAGES, ("CC-BY-NC-4.0", "CC0-1.0"))
        assert found.held == rules(changed)["licence-conflict"] == open_before > 0
        named = find_conflict(changed, [source], found.conflict.id, TODAY)
        record_settlement(changed.ledger, named, Ruling("CC0-1.0", "bloggeren har skrevet"), STAMP)
        assert rules(changed)["open-licence"] == open_before
        assert found_conflicts(changed, [source], TODAY)[0].conflict.settlement is not None


def test_decisions_of_an_older_program_are_told_to_be_made_anew(space: Workspace, tmp_path: Path) -> None:
    """A file without evidence is no empty answer."""
    documents, decisions = next(iter(record_of(space).documents.items()))
    table = pq.read_table(space.storage.local(decisions)).drop_columns(["signals"])
    pq.write_table(table, tmp_path / "old.parquet")
    with pytest.raises(EvidenceError, match="Run once"):
        list(evidence_batches(space.storage.local(documents), tmp_path / "old.parquet", ()))


def test_the_clock_of_a_case_is_told_before_a_release(space: Workspace) -> None:
    """One that waits beyond its day is named."""
    asked = Case("", CaseKind.OBJECTION, (domain(),), "En borger", "", (step(Step.RECEIVED),))
    made = open_case(space.ledger, asked, STAMP)
    sources = read_sources(space.settings.catalogue)
    assert not any(made.id in notice for notice in notices(space, sources, date(2026, 12, 1)))
    assert any(made.id in notice for notice in notices(space, sources, date(2026, 12, 25)))

"""Claims of domains and repertoires, what is asked for, offers, and text that is shared."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.urls import canonical
from ledger.agreements import Rate, RateUnit, Use
from ledger.case_book import find_case, take_step
from ledger.cases import CaseKind, CaseStep, Proof, Step
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Stamp
from ledger.portal.claims import (
    CLAIMS_MAX,
    Claimed,
    ClaimKind,
    ClaimState,
    Way,
    claims_of,
    find_claim,
    rule_on,
    start_claim,
)
from ledger.portal.kept_files import forget_unneeded
from ledger.portal.offers import (
    OFFERS_MAX,
    Acceptance,
    OfferState,
    Terms,
    accept_offer,
    end_offer,
    find_offer,
    make_offer,
    offers_of,
)
from ledger.portal.people import (
    Holder,
    HolderKind,
    Person,
    find_holder,
    holders,
    make_holder,
    name_party,
    person_by_email,
)
from ledger.portal.proving import FILE_PATH, LOST_AFTER, Prover, check_claim, recheck
from ledger.portal.requests import BY_PERSON, Asked, ask, read_target, read_targets, requests_of, whose_case, withdraw
from ledger.portal.shares import Hands, Share, ShareState, add_share, give_up, hand_over, shares_of
from ledger.portal.uploads import Upload, UploadKind
from ledger.records import Source, SourceStatus
from ledger.sources import sync_source
from ledger.store import Ledger
from ledger.targets import Target, TargetKind
from ledger.terms import agreements

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
STAFF = Stamp("person:p-staff", NOW)
MANDATE = "sha256:" + "0" * 64
BLAD = Target(TargetKind.DOMAIN, "blad.example")


@dataclass
class World:
    """What stands in the name system and on hosts."""

    records: dict[str, list[str]] = field(default_factory=dict)
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)

    @property
    def prover(self) -> Prover:
        """How a claim is looked for there."""
        return Prover(lambda name: self.records.get(name, []), lambda host, path: self.files.get((host, path)))


def somebody(ledger: Ledger, email: str = "jens@blad.example") -> tuple[Person, Holder]:
    """A person with an account, and the holder they act for."""
    with ledger.writing() as connection:
        person = person_by_email(connection, email, NOW)
    assert person is not None
    return person, make_holder(ledger, person.id, "Bladet", HolderKind.HOLDER, NOW)


def domain(value: str = "blad.example") -> Claimed:
    """A claim of a domain."""
    return Claimed(ClaimKind.DOMAIN, value)


def test_a_domain_is_proved_by_what_only_its_keeper_can_put_there(ledger: Ledger) -> None:
    """The claim's own line in a TXT record or in the file; another claim's line, or part of one, proves nothing."""
    person, holder = somebody(ledger)
    world = World()
    claim = start_claim(ledger, domain("https://www.Blad.example/"), holder, person, NOW)
    assert (claim.value, claim.state, claim.record) == ("blad.example", ClaimState.WAITING, "_fodaftryk.blad.example")
    assert start_claim(ledger, domain(), holder, person, NOW) == claim
    case = find_case(ledger, claim.case)
    assert (case.kind, case.targets, case.state) == (CaseKind.CLAIM, (BLAD,), Step.RECEIVED)
    for wrong in ("", claim.line[:-1], claim.line + "0", "fodaftryk-claim="):
        world.records[claim.record] = [wrong]
        world.files["blad.example", FILE_PATH] = wrong.encode()
        assert check_claim(ledger, claim.id, world.prover, NOW).state is ClaimState.WAITING
    world.records[claim.record] = ["v=spf1", f" {claim.line} "]
    proved = check_claim(ledger, claim.id, world.prover, NOW)
    assert (proved.state, proved.way) == (ClaimState.PROVED, Way.DNS)
    world.records.clear()
    world.files["blad.example", FILE_PATH] = f"\ufeffhej\r\n{claim.line}\r\n".encode()
    assert check_claim(ledger, claim.id, world.prover, NOW).way == Way.FILE
    other, others = somebody(ledger, "else@ond.example")
    theirs = start_claim(ledger, domain(), others, other, NOW)
    assert check_claim(ledger, theirs.id, world.prover, NOW).state is ClaimState.WAITING


def test_a_file_that_is_too_long_proves_nothing(ledger: Ledger) -> None:
    """A page that repeats whatever it is asked for is not the file we asked for."""
    person, holder = somebody(ledger)
    claim = start_claim(ledger, domain(), holder, person, NOW)
    world = World(files={("blad.example", FILE_PATH): f"{claim.line}\n".encode() * 500})
    assert check_claim(ledger, claim.id, world.prover, NOW).state is ClaimState.WAITING


def test_a_proof_that_is_gone_for_a_week_is_lost_and_can_come_back(ledger: Ledger) -> None:
    """A day without an answer costs nothing; a week does; nothing is looked for more than once a day."""
    person, holder = somebody(ledger)
    world = World()
    claim = start_claim(ledger, domain(), holder, person, NOW)
    world.records[claim.record] = [claim.line]
    assert recheck(ledger, world.prover, NOW) == {ClaimState.PROVED: 1}
    assert recheck(ledger, world.prover, NOW + timedelta(hours=23)) == {}
    kept = world.records.pop(claim.record)
    gone = NOW + timedelta(days=2)
    for at, state in (
        (gone, ClaimState.PROVED),
        (gone + LOST_AFTER - timedelta(minutes=1), ClaimState.PROVED),
        (gone + LOST_AFTER + timedelta(days=1), ClaimState.LOST),
    ):
        assert recheck(ledger, world.prover, at) == {state: 1}
    assert recheck(ledger, world.prover, gone + timedelta(days=30)) == {}
    world.records[claim.record] = kept
    assert check_claim(ledger, claim.id, world.prover, gone + timedelta(days=31)).state is ClaimState.PROVED


def test_a_repertoire_is_approved_by_a_person_and_a_domain_never(ledger: Ledger) -> None:
    """Nobody's word proves a domain; a mandate is read, and approved or rejected with a reason."""
    person, holder = somebody(ledger)
    author = (Target.of(TargetKind.AUTHOR, "Jens Hansen"),)
    for bad in (
        Claimed(ClaimKind.REPERTOIRE, "Mit", author),
        Claimed(ClaimKind.REPERTOIRE, "", author, MANDATE),
        Claimed(ClaimKind.REPERTOIRE, "Mit", (), MANDATE),
    ):
        with pytest.raises(RecordRefused, match="repertoire"):
            start_claim(ledger, bad, holder, person, NOW)
    claim = start_claim(ledger, Claimed(ClaimKind.REPERTOIRE, "Mit", author, MANDATE), holder, person, NOW)
    with pytest.raises(RecordRefused, match="why"):
        rule_on(ledger, claim.id, (ClaimState.PROVED, " "), STAFF)
    assert rule_on(ledger, claim.id, (ClaimState.PROVED, "læst"), STAFF).way == Way.PERSON
    site = start_claim(ledger, domain(), holder, person, NOW)
    with pytest.raises(RecordRefused, match="nobody's word"):
        rule_on(ledger, site.id, (ClaimState.PROVED, "tror jeg"), STAFF)
    assert rule_on(ledger, site.id, (ClaimState.REJECTED, "en anden"), STAFF).state is ClaimState.REJECTED
    assert find_case(ledger, site.case).state is Step.REJECTED
    assert check_claim(ledger, site.id, World().prover, NOW).state is ClaimState.REJECTED
    assert start_claim(ledger, domain(), holder, person, NOW + timedelta(days=1)).id != site.id


def test_a_holder_has_so_many_claims_that_wait(ledger: Ledger) -> None:
    """Each is looked for every day, so they are bounded; what is no domain is refused."""
    person, holder = somebody(ledger)
    days = [NOW + timedelta(days=number // BY_PERSON.times) for number in range(CLAIMS_MAX)]
    for number, day in enumerate(days):
        start_claim(ledger, domain(f"{number}.example.dk"), holder, person, day)
    with pytest.raises(RecordRefused, match="wait"):
        start_claim(ledger, domain(), holder, person, days[-1])
    for text in ("dk", "http://127.1/x", "localhost", "a b.dk"):
        with pytest.raises(ValueError, match="domain"):
            start_claim(ledger, domain(text), holder, person, NOW)
    assert len(claims_of(ledger, frozenset({holder.id}))) == CLAIMS_MAX
    assert recheck(ledger, World().prover, days[-1] + timedelta(days=25)) == {ClaimState.WAITING: CLAIMS_MAX}
    assert recheck(ledger, World().prover, days[-1] + timedelta(days=31)) == {}
    assert claims_of(ledger, frozenset()) == ()
    with pytest.raises(UnknownRecord):
        find_claim(ledger, "k0")


def test_one_person_makes_so_many_claims_in_a_day(ledger: Ledger) -> None:
    """Whatever holders they set up: each claim is a case, and a person reads it."""
    person, holder = somebody(ledger)
    other = make_holder(ledger, person.id, "Andet", HolderKind.HOLDER, NOW)
    for number in range(BY_PERSON.times):
        start_claim(ledger, domain(f"{number}.example.dk"), (holder, other)[number % 2], person, NOW)
    with pytest.raises(RecordRefused, match="today"):
        start_claim(ledger, domain(), other, person, NOW)


def test_an_opt_out_from_the_domains_own_mail_is_verified_at_once(ledger: Ledger) -> None:
    """It takes less proof than a claim: the address is at the domain. From elsewhere it waits for a person."""
    person, holder = somebody(ledger)
    asked = Asked(CaseKind.OPT_OUT, (BLAD,), uses=(Use.TRAIN,), reason="Vi vil ikke")
    case = ask(ledger, asked, person, NOW)
    assert case.state is Step.VERIFIED
    assert case.steps[-1].proof == (Proof.MAIL,)
    assert case.steps[0].reason == "Vi vil ikke"
    other, _ = somebody(ledger, "else@gmail.com")
    for free in ("tuta.io", "webspeed.dk"):
        away, _ = somebody(ledger, f"bo@{free}")
        about = Asked(CaseKind.TAKEDOWN, (Target(TargetKind.DOMAIN, free),))
        assert ask(ledger, about, away, NOW).state is Step.RECEIVED
    for target in (BLAD, Target(TargetKind.DOMAIN, "gmail.com"), Target(TargetKind.TITLE, "gmail com")):
        assert ask(ledger, replace(asked, targets=(target,)), other, NOW).state is Step.RECEIVED
    assert ask(
        ledger, replace(asked, targets=(BLAD, Target(TargetKind.DOMAIN, "andet.example"))), person, NOW
    ).state is (Step.RECEIVED)
    assert ask(ledger, replace(asked, kind=CaseKind.OBJECTION, uses=()), person, NOW).state is Step.RECEIVED
    assert (
        ask(ledger, replace(asked, kind=CaseKind.TAKEDOWN, uses=(), holder=holder.id), person, NOW).state
        is Step.VERIFIED
    )


def test_control_of_a_proved_domain_verifies_what_is_asked_for_it(ledger: Ledger) -> None:
    """The holder that proved the domain asks from any address; a claim that waits or is lost is no proof."""
    person, holder = somebody(ledger, "advokat@gmail.com")
    world = World()
    claim = start_claim(ledger, domain(), holder, person, NOW)
    page = Target.of(TargetKind.DOCUMENT, "https://www.blad.example/a")
    asked = Asked(CaseKind.TAKEDOWN, (page,), holder.id)
    assert ask(ledger, asked, person, NOW).state is Step.RECEIVED
    world.records[claim.record] = [claim.line]
    check_claim(ledger, claim.id, world.prover, NOW)
    below = Target.of(TargetKind.PATH, "sport.blad.example/x")
    assert ask(ledger, replace(asked, targets=(below,)), person, NOW).steps[-1].proof == (Proof.CONTROL,)
    near = Target.of(TargetKind.DOMAIN, "ondblad.example")
    assert ask(ledger, replace(asked, targets=(near,)), person, NOW).state is Step.RECEIVED


def test_a_case_is_its_askers_and_their_holders(ledger: Ledger) -> None:
    """Others find nothing of it; who asked takes it back."""
    person, holder = somebody(ledger)
    other, others = somebody(ledger, "else@gmail.com")
    own = ask(ledger, Asked(CaseKind.OPT_OUT, (BLAD,)), person, NOW)
    theirs = ask(ledger, Asked(CaseKind.TAKEDOWN, (BLAD,), holder.id), person, NOW)
    assert [one.case.id for one in requests_of(ledger, person.id, [holder.id])] == [theirs.id, own.id]
    assert requests_of(ledger, other.id, [others.id]) == requests_of(ledger, other.id, []) == ()
    assert whose_case(ledger, theirs.id) == (person.id, holder.id)
    assert whose_case(ledger, "2026-0999") == ("", "")
    assert withdraw(ledger, own.id, "", person, NOW).state is Step.WITHDRAWN
    take_step(ledger, own.id, CaseStep(Step.ANSWERED, NOW.date(), "jura", "skrevet"), STAFF)
    with pytest.raises(RecordRefused):
        withdraw(ledger, own.id, "", person, NOW)


def test_requests_are_bounded(ledger: Ledger) -> None:
    """About nothing, about too much, in another way or too often in a day is refused with what to do."""
    person, _ = somebody(ledger)
    many = tuple(Target(TargetKind.TITLE, f"t{number}") for number in range(1001))
    for asked in (
        Asked(CaseKind.OPT_OUT, ()),
        Asked(CaseKind.OPT_OUT, many),
        Asked(CaseKind.CLAIM, (BLAD,)),
        Asked(CaseKind.OPT_OUT, (BLAD,), reason="x" * 4000),
    ):
        with pytest.raises(RecordRefused):
            ask(ledger, asked, person, NOW)
    for _ in range(BY_PERSON.times):
        ask(ledger, Asked(CaseKind.OPT_OUT, (BLAD,)), person, NOW)
    with pytest.raises(RecordRefused, match="today"):
        ask(ledger, Asked(CaseKind.OPT_OUT, (BLAD,)), person, NOW)


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("blad.example", BLAD),
        ("https://www.blad.example/", BLAD),
        ("https://blad.example", BLAD),
        ("blad.example/arkiv", Target(TargetKind.PATH, "blad.example/arkiv")),
        ("https://blad.example/a?b=1", Target(TargetKind.DOCUMENT, "https://blad.example/a?b=1")),
        ("urn:fodaftryk:x:1", Target(TargetKind.DOCUMENT, "urn:fodaftryk:x:1")),
        ("Titel: Den lille havfrue", Target(TargetKind.TITLE, "den lille havfrue")),
        ("forfatter: H.C. Andersen", Target(TargetKind.AUTHOR, "h c andersen")),
        ("isbn: 978-87-02-00000-3", None),
        ("hvad som helst", None),
        ("javascript:alert(1)", None),
    ],
)
def test_what_people_write_is_read_as_what_it_is(line: str, target: Target | None) -> None:
    """A host with nothing behind it is a domain, a page an address; what cannot be told is handed back."""
    found, bad = read_targets(f"\n {line} \n", str)
    assert (list(found)[:1], list(bad)) == (([target], []) if target else ([], [line]))
    if target:
        assert read_target(line) == target


def test_an_address_is_found_however_it_is_written() -> None:
    """It is kept in the spelling it is collected under, by http and https; a NUL behind percent signs is no address."""
    found, _ = read_targets("https://Blad.EXAMPLE:443/a/../b%7Ec?utm_source=x#her", canonical)
    assert [target.value for target in found] == ["https://blad.example/b~c", "http://blad.example/b~c"]
    for line in ("blad.example/%00", "https://blad.example/\0", "urn:a\0"):
        assert read_targets(line, str) == ((), [line])


def test_an_offer_is_accepted_with_exactly_its_terms(ledger: Ledger) -> None:
    """It becomes an agreement of the holder's party, which the house named; and no offer is answered twice."""
    person, holder = somebody(ledger)
    sync_source(
        ledger, Source("blad", "Bladet", "https://blad.example/", SourceStatus.CANDIDATE, "", "", "news"), (), (), NOW
    )
    rate = Rate(RateUnit.MILLION_WORDS, 100_000_000, "DKK")
    offer = make_offer(ledger, Terms("hele arkivet", "", rate, (Use.TRAIN,)), (holder.id, person.id), NOW)
    how = Acceptance("blad", "blad-2027", date(2027, 1, 1), attachment=MANDATE)
    with pytest.raises(RecordRefused, match="under which name"):
        accept_offer(ledger, offer.id, holder, how, STAFF)
    name_party(ledger, holder.id, "Bladet A/S", STAFF)
    holder = find_holder(ledger, holder.id)
    assert accept_offer(ledger, offer.id, holder, how, STAFF).agreement == "blad-2027"
    made = agreements(ledger, "blad")[0]
    assert (made.party, made.rate, made.uses, made.start) == ("Bladet A/S", rate, ("train",), date(2027, 1, 1))
    for again in (OfferState.DECLINED, OfferState.WITHDRAWN):
        with pytest.raises(RecordRefused, match="already"):
            end_offer(ledger, offer.id, (again, "nej"), STAFF)
    assert [one.state for one in offers_of(ledger, frozenset({holder.id}))] == [OfferState.ACCEPTED]
    assert offers_of(ledger, frozenset()) == ()


def test_what_is_sent_twice_at_once_is_there_once(ledger: Ledger) -> None:
    """A holder, a claim and an offer, each sent by four at the same moment; another offer is another."""
    person, holder = somebody(ledger)
    whose, terms = (holder.id, person.id), Terms("alt", "CC0-1.0", None, ())
    claimed = Claimed(ClaimKind.DOMAIN, "blad.example")
    with ThreadPoolExecutor(4) as at_once:
        for sent in (
            lambda _: make_holder(ledger, person.id, "Andet", HolderKind.HOLDER, NOW).id,
            lambda _: start_claim(ledger, claimed, holder, person, NOW).id,
            lambda _: make_offer(ledger, terms, whose, NOW).id,
        ):
            assert len(set(at_once.map(sent, range(4)))) == 1
    assert len(holders(ledger)) == 2
    assert len(claims_of(ledger, frozenset({holder.id}))) == 1
    for number in range(OFFERS_MAX - 1):
        make_offer(ledger, replace(terms, note=str(number)), whose, NOW)
    with pytest.raises(RecordRefused, match="hundred offers"):
        make_offer(ledger, replace(terms, note="en til"), whose, NOW)
    assert len(offers_of(ledger, frozenset({holder.id}))) == OFFERS_MAX


def test_an_offer_is_of_a_licence_or_a_price(ledger: Ledger) -> None:
    """One of the two, known or payable; a licence is answered with a word, as the catalogue states it."""
    person, holder = somebody(ledger)
    rate = Rate(RateUnit.DOCUMENT, 1, "DKK")
    whose = (holder.id, person.id)
    for bad in (
        Terms("", "CC0-1.0", None, ()),
        Terms("alt", "", None, ()),
        Terms("alt", "CC0-1.0", rate, (Use.TRAIN,)),
        Terms("alt", "min egen", None, ()),
        Terms("alt", "", rate, ()),
        Terms("alt", "", replace(rate, amount_micro=-1), (Use.TRAIN,)),
        Terms("alt", "", replace(rate, currency="kroner"), (Use.TRAIN,)),
        Terms("alt", "", replace(rate, per=RateUnit.POOL), (Use.TRAIN,)),
    ):
        with pytest.raises(RecordRefused):
            make_offer(ledger, bad, whose, NOW)
    offer = make_offer(ledger, Terms("alt", "cc by 4.0", None, ()), whose, NOW)
    assert offer.terms.licence == "CC-BY-4.0"
    assert end_offer(ledger, offer.id, (OfferState.ACCEPTED, "står i kataloget"), STAFF) == find_offer(ledger, offer.id)


def test_a_person_has_so_many_uploads_that_wait(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """For all their holders together: whoever sets up many holders fills no more of our disk."""
    monkeypatch.setattr("ledger.portal.shares.WAITING_MAX", 2)
    person, holder = somebody(ledger)
    second = make_holder(ledger, person.id, "Andet", HolderKind.HOLDER, NOW)
    first, *more = (Upload("a.txt", UploadKind.TEXT, 3, letter * 64, 1) for letter in "abc")
    share = add_share(ledger, first, (holder.id, person.id), "", NOW)
    add_share(ledger, more[0], (second.id, person.id), "", NOW)
    for one in (holder, second):
        with pytest.raises(RecordRefused, match="hundred uploads"):
            add_share(ledger, more[1], (one.id, person.id), "", NOW)
    give_up(ledger, share.id, (ShareState.WITHDRAWN, "fortrudt"), STAFF)
    add_share(ledger, more[1], (second.id, person.id), "", NOW)


def test_a_shared_text_counts_when_it_is_delivered_under_an_agreement(ledger: Ledger, tmp_path: Path) -> None:
    """It is kept, then delivered or given up, each once; a file that another upload needs is not dropped."""
    del tmp_path
    person, holder = somebody(ledger)
    delivered: list[Share] = []
    dropped: list[str] = []
    hands = Hands(lambda *_: None, lambda share, _: delivered.append(share), dropped.append, lambda _: None)
    upload = Upload("a.txt", UploadKind.TEXT, 3, "a" * 64, 1)
    share = add_share(ledger, upload, (holder.id, person.id), "", NOW)
    assert add_share(ledger, upload, (holder.id, person.id), "", NOW) == share
    other, others = somebody(ledger, "else@gmail.com")
    twin = add_share(ledger, upload, (others.id, other.id), "", NOW)
    with pytest.raises(RecordRefused, match="agreement"):
        hand_over(ledger, share.id, ("blad", ""), hands, STAFF)
    assert give_up(ledger, twin.id, (ShareState.WITHDRAWN, "fortrudt"), STAFF).state is ShareState.WITHDRAWN
    forget_unneeded(ledger, twin.digest, hands)
    assert dropped == []
    assert hand_over(ledger, share.id, ("blad", "aftale-1"), hands, STAFF).state is ShareState.DELIVERED
    assert [(one.source, one.agreement) for one in delivered] == [("blad", "aftale-1")]
    with pytest.raises(RecordRefused, match="already"):
        hand_over(ledger, share.id, ("blad", "aftale-1"), hands, STAFF)
    last = add_share(ledger, replace(upload, sha256="b" * 64), (holder.id, person.id), "", NOW)
    give_up(ledger, last.id, (ShareState.REFUSED, "ikke dansk"), STAFF)
    forget_unneeded(ledger, last.digest, hands)
    assert dropped == ["b" * 64]
    assert [one.state for one in shares_of(ledger, frozenset({others.id}))] == [ShareState.WITHDRAWN]

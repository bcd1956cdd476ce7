"""Money beside a plain model of it: what a state machine plays with.

The model counts in whole numbers and knows nothing of books: dues with exact amounts, invoices, payments. Whatever
happens in whatever order, amounts and statuses are its own after every step, and an audit finds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.audit import audit
from ledger.books import balances
from ledger.changes import Change, Which, change_dues, change_invoice, reverse_dues, withdraw_release
from ledger.dues import publish_release
from ledger.invoices import invoices, make_invoice
from ledger.journal import Stamp
from ledger.money import MICRO, MINOR
from ledger.orders import cancel_batch, make_batch
from ledger.payees import Payee, Vat, record_payee
from ledger.payments import record_payment
from ledger.records import DueStatus, Payment, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from ledger.standing import accounts, obligations
from ledger.store import Ledger, open_ledger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = NOW.date()
STAMP = Stamp("tester", NOW)
PRICES = {"a": (15_123, "DKK", "Ene"), "b": (999_999, "DKK", "Forbund"), "c": (7_777_777, "EUR", "Forbund")}
"""What a million words cost of each source, and who is paid: two sources are one collective's."""
PAIRS = sorted({(payee, currency) for _, currency, payee in PRICES.values()})
IBAN = "DK5000400440116243"
WORDS = st.integers(0, 10**7) | st.integers(0, 3)


@dataclass
class Due:
    """What the model knows of a due: where it is, and its exact amount in millionths of a micro-unit."""

    release: str
    source: str
    exact: int
    state: str = "pending"
    invoice: int = 0

    @property
    def pair(self) -> tuple[str, str]:
        """Who is paid, in what."""
        return PRICES[self.source][2], PRICES[self.source][1]


@dataclass
class Bill:
    """An invoice of the model: amounts in øre."""

    pair: tuple[str, str]
    amount: int
    paid: int = 0
    waived: bool = False
    disputed: bool = False
    ordered: int = 0


@dataclass
class Model:
    """Everything, in whole numbers."""

    dues: list[Due] = field(default_factory=list)
    bills: dict[int, Bill] = field(default_factory=dict)
    carried: dict[tuple[str, str], int] = field(default_factory=lambda: dict.fromkeys(PAIRS, 0))
    advance: dict[tuple[str, str], int] = field(default_factory=lambda: dict.fromkeys(PAIRS, 0))
    paid: dict[tuple[str, str], int] = field(default_factory=lambda: dict.fromkeys(PAIRS, 0))
    published: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)

    def apply(self, pair: tuple[str, str]) -> None:
        """Set a payee's advance (in micro-units) against the open invoices, in their order."""
        for bill in self.bills.values():
            left = 0 if bill.waived or bill.disputed else bill.amount - bill.paid
            taken = min(left, self.advance[pair] // MINOR) if bill.pair == pair else 0
            bill.paid += max(taken, 0)
            self.advance[pair] -= max(taken, 0) * MINOR

    def reverse(self, due: Due) -> None:
        """Reverse a due, wherever it is."""
        if due.state == "invoiced" and not self.bills[due.invoice].waived:
            self.advance[due.pair] += amount(due.exact)
            due.state = "reversed"
        elif due.state in ("pending", "owed", "disputed"):
            due.state = "reversed"


def amount(exact: int) -> int:
    """An exact amount in whole micro-units, rounded half-even but never to nothing."""
    return max(round_half_even(exact), 1) if exact else 0


def round_half_even(exact: int) -> int:
    """The quotient by a million."""
    whole, rest = divmod(exact, MICRO)
    return whole + (rest * 2 > MICRO or (rest * 2 == MICRO and whole % 2))


class MoneyMachine(RuleBasedStateMachine):
    """A ledger on an empty database that `fresh` gives the URL of."""

    def __init__(self, fresh: Callable[[], str]) -> None:
        super().__init__()
        self.ledger: Ledger = open_ledger(fresh())
        self.model = Model()
        self.number = 0
        self.batches: list[int] = []

    @initialize()
    def agree(self) -> None:
        """Three sources at three prices, and where two payees are paid."""
        for name, (price, currency, payee) in PRICES.items():
            rate = Rate(RateUnit.MILLION_WORDS, price, currency)
            terms = Agreement(f"{name}-1", name, payee, "", AgreementForm.WRITTEN, ("train",), DAY, None, rate)
            sync_source(self.ledger, Source(name, name, "", SourceStatus.AGREED, "", "", "web"), [], [terms], NOW)
        for payee in {payee for payee, _ in PAIRS}:
            record_payee(self.ledger, Payee(payee, IBAN, Vat.EXEMPT), "tester", NOW)

    @rule(words=st.fixed_dictionaries(dict.fromkeys(PRICES, WORDS)), further=st.sampled_from(("", "publish", "bill")))
    def seal(self, words: dict[str, int], further: str) -> None:
        """A release is sealed, twice; perhaps published at once, and invoiced."""
        version = f"v{self.next()}"
        used = tuple(Usage(name, "agreement", "agreed", "", 1, count, 1, ()) for name, count in words.items())
        record = ReleaseRecord(version, version, "p", DAY, used)
        assert record_release(self.ledger, record, NOW)
        assert not record_release(self.ledger, record, NOW)
        self.model.dues += [Due(version, name, count * PRICES[name][0]) for name, count in sorted(words.items())]
        if further:
            self.published(version)
        for pair in PAIRS if further == "bill" else ():
            self.billed(pair)

    @precondition(lambda self: self.model.dues)
    @rule(data=st.data())
    def publish(self, data: st.DataObject) -> None:
        """A release is published; again, or once it is withdrawn, nothing happens."""
        self.published(data.draw(st.sampled_from(self.versions())))

    def published(self, version: str) -> None:
        """Publish a release in both."""
        model = self.model
        new = version not in model.published | model.withdrawn
        assert publish_release(self.ledger, version, STAMP) == new
        for due in model.dues if new else ():
            if due.release == version and due.state == "pending":
                due.state = "owed"
        model.published |= {version} if new else set()

    @precondition(lambda self: self.model.dues)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """A release is withdrawn: nothing is owed for it, and what was invoiced is credit."""
        version = data.draw(st.sampled_from(self.versions()))
        new = version not in self.model.withdrawn
        assert withdraw_release(self.ledger, version, "why", STAMP) == new
        self.model.withdrawn.add(version)
        if new:
            self.reversed([due for due in self.model.dues if due.release == version])

    @precondition(lambda self: self.model.dues)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        """What a source is owed for a release is reversed."""
        due = data.draw(st.sampled_from(self.model.dues))
        reverse_dues(self.ledger, Which(due.source, due.release), "takedown", STAMP)
        self.reversed([due])

    @precondition(lambda self: self.model.dues)
    @rule(data=st.data(), change=st.sampled_from(Change))
    def change(self, data: st.DataObject, change: Change) -> None:
        """A due is disputed, settled or waived, which does nothing where it cannot be."""
        due = data.draw(st.sampled_from(self.model.dues))
        done = change_dues(self.ledger, Which(due.source, due.release), change, "why", STAMP)
        froms = {Change.DISPUTE: ("owed",), Change.SETTLE: ("disputed",), Change.WAIVE: ("pending", "owed", "disputed")}
        assert done == bool(due.exact and due.state in froms[change])
        if done:
            due.state = {Change.DISPUTE: "disputed", Change.SETTLE: "owed", Change.WAIVE: "waived"}[change]

    @rule(pair=st.sampled_from(PAIRS))
    def invoice(self, pair: tuple[str, str]) -> None:
        """All that is owed comes on an invoice, but for what is less than an øre, which waits."""
        self.billed(pair)

    def billed(self, pair: tuple[str, str]) -> None:
        """Make an invoice in both."""
        model = self.model
        taken = [due for due in model.dues if due.pair == pair and due.state == "owed" and due.exact]
        exact = sum(due.exact for due in taken) + model.carried[pair]
        made = make_invoice(self.ledger, *pair, DAY, STAMP)
        assert (made is not None) == bool(taken and exact // (MICRO * MINOR) >= 1)
        if made is None:
            return
        assert (made.amount_micro, made.carried) == (exact // (MICRO * MINOR) * MINOR, exact % (MICRO * MINOR))
        model.carried[pair] = made.carried
        model.bills[made.number] = Bill(pair, made.amount_micro // MINOR)
        for due in taken:
            due.state, due.invoice = "invoiced", made.number
        model.apply(pair)

    @rule(pair=st.sampled_from(PAIRS), share=st.sampled_from((1, 2, 4, 5)), more=st.integers(0, 9), again=st.booleans())
    def pay(self, pair: tuple[str, str], share: int, more: int, again: bool) -> None:  # noqa: FBT001 - a rule's argument
        """A payment pays what is open, some of it or more than that, and is recorded once."""
        bills = [bill for bill in self.model.bills.values() if not bill.waived and bill.paid < bill.amount]
        pair = next((bill.pair for bill in bills if len([one for one in bills if one.pair == bill.pair]) > 1), pair)
        ore = max(1, sum(bill.amount - bill.paid for bill in bills if bill.pair == pair) * share // 4 + more)
        payment = Payment("", pair[0], ore * MINOR, pair[1], f"bank-{self.next()}", DAY)
        for _ in range(1 + again):
            record_payment(self.ledger, payment, "tester", NOW)
        self.model.advance[pair] += ore * MINOR
        self.model.paid[pair] += ore * MINOR
        self.model.apply(pair)

    @rule(words=st.integers(10**6, 10**7), pair=st.sampled_from(PAIRS), share=st.sampled_from((1, 2, 4, 5)))
    def pay_several(self, words: int, pair: tuple[str, str], share: int) -> None:
        """One payment for two releases' invoices: for a part of them, for both, or for more."""
        for _ in range(2):
            self.seal(words=dict.fromkeys(PRICES, words), further="bill")
        self.pay(pair=pair, share=share, more=0, again=False)

    @precondition(lambda self: self.model.bills)
    @rule(data=st.data(), change=st.sampled_from(Change))
    def change_bill(self, data: st.DataObject, change: Change) -> None:
        """An invoice is disputed, settled or waived, unless the bank has it."""
        number = data.draw(st.sampled_from(sorted(self.model.bills)))
        bill = self.model.bills[number]
        if bill.ordered:
            return
        open_ = not bill.waived and bill.paid < bill.amount
        can = open_ and {Change.DISPUTE: not bill.disputed, Change.SETTLE: bill.disputed, Change.WAIVE: True}[change]
        assert change_invoice(self.ledger, number, change, "why", STAMP) == can
        if can:
            bill.waived, bill.disputed = change is Change.WAIVE, change is Change.DISPUTE

    @rule(currency=st.sampled_from(("DKK", "EUR")))
    def order(self, currency: str) -> None:
        """What is open goes into one payment file, and into no other."""
        bills = self.model.bills
        wanted = {
            number: (bill.amount - bill.paid) * MINOR
            for number, bill in bills.items()
            if bill.pair[1] == currency
            and bill.paid < bill.amount
            and not (bill.waived or bill.disputed or bill.ordered)
        }
        batch = make_batch(self.ledger, currency, DAY, STAMP)
        assert {order.invoice: order.amount_micro for order in batch.orders} if batch else wanted == {}
        if batch:
            self.batches.append(batch.number)
            for number in wanted:
                bills[number].ordered = batch.number

    @precondition(lambda self: self.batches)
    @rule()
    def cancel(self) -> None:
        """A file that the bank never got gives its invoices back."""
        number = self.batches.pop()
        cancel_batch(self.ledger, number, STAMP)
        for bill in self.model.bills.values():
            bill.ordered = 0 if bill.ordered == number else bill.ordered

    @rule()
    def look(self) -> None:
        """An audit finds nothing, and all accounts together are nothing."""
        assert audit(self.ledger, {}).findings == ()
        with self.ledger.reading() as connection:
            assert sum(balances(connection).values()) == 0

    @invariant()
    def is_the_model(self) -> None:
        """Invoices, dues and advances are the model's; nothing is lost between them."""
        model = self.model
        held = {one.number: (one.amount_micro, one.open_micro, one.status) for one in invoices(self.ledger, DAY)}
        assert held == {number: self.bill(bill) for number, bill in model.bills.items()}
        assert [due.status for due in obligations(self.ledger, DAY)] == [self.status(due) for due in model.dues]
        credit = {(row.payee, row.currency): row.credit_micro for row in accounts(self.ledger, DAY) if not row.source}
        assert credit == {pair: left for pair, left in model.advance.items() if left}
        for pair in PAIRS:
            exact = sum(due.exact for due in model.dues if due.pair == pair and due.invoice)
            billed = sum(bill.amount for bill in model.bills.values() if bill.pair == pair) * MINOR * MICRO
            assert billed + model.carried[pair] == exact
            assert 0 <= model.carried[pair] < MINOR * MICRO

    def teardown(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def next(self) -> int:
        """A new number."""
        self.number += 1
        return self.number

    def versions(self) -> list[str]:
        """The releases there are."""
        return sorted({due.release for due in self.model.dues})

    def reversed(self, dues: list[Due]) -> None:
        """Reverse in the model."""
        for due in dues:
            self.model.reverse(due)
        for pair in {due.pair for due in dues}:
            self.model.apply(pair)

    def bill(self, bill: Bill) -> tuple[int, int, DueStatus]:
        """An invoice as the ledger tells it."""
        left = 0 if bill.waived else (bill.amount - bill.paid) * MINOR
        status = DueStatus.INVOICED if left else DueStatus.PAID
        if bill.waived or bill.disputed:
            status = DueStatus.WAIVED if bill.waived else DueStatus.DISPUTED
        return bill.amount * MINOR, left, status

    def status(self, due: Due) -> DueStatus:
        """Where a due stands; one of no words is owed nothing, and stays as it was entered."""
        if not due.exact or due.state in ("pending", "owed"):
            return DueStatus.ACCRUED
        return self.bill(self.model.bills[due.invoice])[2] if due.state == "invoiced" else DueStatus(due.state)


def play_money(fresh: Callable[[], str], steps: int, steps_max: int) -> int:
    """Let machines of at most `steps_max` steps run, each on a database of its own, until `steps` were taken.

    Returns how many were.
    """
    every = settings(
        max_examples=max(4, 2 * steps // steps_max),
        stateful_step_count=steps_max,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    taken = 0

    class Counting(MoneyMachine):
        @invariant()
        def count(self) -> None:
            """One more step was taken."""
            nonlocal taken
            taken += 1

    while taken < steps:
        run_state_machine_as_test(lambda: Counting(fresh), settings=every)
    return taken

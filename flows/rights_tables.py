"""The table `[rights]` of a source's file, with its licences and agreements.

As in `flows.source_tables`, a field's description is the remedy that is told when its value is wrong.
"""

import re
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from flows.table import Table, Text
from ledger.agreements import Agreement, AgreementForm, PartyKind, Rate, RateUnit, Use
from ledger.errors import RecordRefused
from ledger.licences import AssertionKind, LicenceAssertion, normalise_licence
from ledger.money import check_currency, parse_amount
from ledger.terms import EMBARGO_MONTHS_MAX, check_agreement


def _licence(text: str) -> str:
    spelled = normalise_licence(text)
    if not spelled:
        raise ValueError(f"{text!r} is no licence that is known")
    return spelled


def _scope(text: str) -> str:
    if text and not text.startswith("/") and not re.match(r"https?://[^/]+/|urn:", text):
        raise ValueError(f"{text!r} is neither a path nor a whole address")
    return text


def _digest(text: str) -> str:
    if text and not re.fullmatch(r"sha256:[0-9a-f]{64}", text):
        raise ValueError(f"{text!r} is no digest")
    return text


def _amount(text: str) -> str:
    if parse_amount(text) < 0:
        raise ValueError(f"{text!r} is less than nothing")
    return text


class Assertion(Table):
    """A licence that someone says the source, or a part of it, is under. Two who disagree are two assertions."""

    licence: Annotated[
        Annotated[str, AfterValidator(_licence)],
        Field(
            description="An SPDX expression such as CC-BY-4.0, or LicenseRef-DK-OHL-9 for official documents. Where "
            "none fits, leave the assertion out and write what is known in the `note` of [rights]."
        ),
    ]
    asserted_by: Annotated[Text, Field(description="Who says so: the holder, a data set's card, the operator.")]
    place: Annotated[Text, Field(description="Where it is said: an address, or a letter and where it is kept.")]
    on: Annotated[date | None, Field(description="The day it was seen, as 2026-11-24.")] = None
    confirmed: Annotated[
        bool, Field(description="true once a person of yours has read it at its place; only then is it relied on.")
    ] = False
    note: Annotated[str, Field(description="What a reader should know beside it, as text.")] = ""
    kind: Annotated[
        AssertionKind,
        Field(description="How it is said: machine_readable, prose, human_statement, contract or verbal."),
    ] = AssertionKind.PROSE
    scope: Annotated[
        Annotated[str, AfterValidator(_scope)],
        Field(
            description='Of what it is said: a path pattern such as "/blog/*", or the whole address of one document; '
            "the whole source when left out."
        ),
    ] = ""
    digest: Annotated[
        Annotated[str, AfterValidator(_digest)],
        Field(description='The letter or the saved page it stands in, as "sha256:" and its 64 hex digits.'),
    ] = ""

    def value(self) -> LicenceAssertion:
        """The assertion as the ledger holds it."""
        return LicenceAssertion(**dict(self))


class Price(Table):
    """What is paid for each unit."""

    per: Annotated[RateUnit, Field(description="One of million_words, document, release, year, crawl and pool.")]
    amount: Annotated[
        Annotated[str, AfterValidator(_amount)],
        Field(description='Digits in quotes, such as "12.50", with at most six decimals; "0" says that it is free.'),
    ]
    currency: Annotated[
        Annotated[str, AfterValidator(check_currency)], Field(description="A currency's three letters, such as DKK.")
    ]

    minimum: Annotated[
        Annotated[str, AfterValidator(_amount)] | None,
        Field(description="The least that is owed at a time, written as the amount; none agreed when left out."),
    ] = None
    cap: Annotated[
        Annotated[str, AfterValidator(_amount)] | None,
        Field(description="The most that is owed at a time, written as the amount; none agreed when left out."),
    ] = None
    share_percent: Annotated[
        Annotated[str, AfterValidator(_amount)] | None,
        Field(description='With per = "pool", of which `amount` is the whole: the share, as "12.5"; at most "100".'),
    ] = None

    @model_validator(mode="after")
    def _has_a_share(self) -> Self:
        if (self.share_percent is None) is (self.per is RateUnit.POOL):
            raise ValueError("a pool has a `share_percent`, and nothing else has one")
        if self.share_percent is not None and parse_amount(self.share_percent) > parse_amount("100"):
            raise ValueError("a share is at most the whole pool")
        return self

    def value(self) -> Rate:
        """The price as the ledger holds it."""
        minimum, cap, percent = (
            None if text is None else parse_amount(text) for text in (self.minimum, self.cap, self.share_percent)
        )
        share_ppm = None if percent is None else percent // 100
        return Rate(self.per, parse_amount(self.amount), self.currency, minimum, cap, share_ppm)


class AgreementTable(Table):
    """One agreement with a rights holder."""

    id: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$",
            description="Letters, digits, . and -; used once in the whole catalogue, and never for other terms.",
        ),
    ]
    party: Annotated[Text, Field(description="Who agreed.")]
    payee: Annotated[Text, Field(description="Who is paid: the party, or the organisation that collects for it.")]
    form: Annotated[AgreementForm, Field(description="One of statute, open_licence, written and verbal.")]
    uses: Annotated[
        tuple[Use, ...],
        Field(
            min_length=1,
            description="What it allows: train, evaluate, release (of the text), internal.",
        ),
    ]
    start: Annotated[date, Field(description="Its first day, as 2026-01-01.")]
    end: Annotated[date | None, Field(description="Its last day, as 2028-12-31; open when left out.")] = None
    rate: Annotated[
        Price | None,
        Field(
            description='A price such as { per = "million_words", amount = "12.50", currency = "DKK" }; left out it '
            "says that no price was agreed, which is not the same as free."
        ),
    ] = None
    note: Annotated[str, Field(description="What a reader should know beside it, as text.")] = ""
    party_kind: Annotated[
        PartyKind, Field(description="What the party is: holder, collective (such as DPCMO, Tekst & Node, Koda) or eu.")
    ] = PartyKind.HOLDER
    represents: Annotated[str, Field(description="For whom a collective agreed, as text.")] = ""
    embargo_months: Annotated[
        int,
        Field(ge=0, le=EMBARGO_MONTHS_MAX, description="Months from a text's publication until it may be used: 12."),
    ] = 0
    model_licences: Annotated[
        tuple[Text, ...],
        Field(description='Licences a model must come under, as SPDX patterns such as ["Apache-2.0", "CC-BY-*"].'),
    ] = ()
    attachments: Annotated[
        tuple[Annotated[str, AfterValidator(_digest)], ...],
        Field(description='What was signed, as "sha256:" and 64 hex digits each; the files are kept where yours are.'),
    ] = ()

    @model_validator(mode="after")
    def _is_one_that_the_ledger_takes(self) -> Self:
        try:
            check_agreement(self.value(""))
        except RecordRefused as error:
            raise ValueError(str(error)) from error
        return self

    def value(self, source: str) -> Agreement:
        """The agreement as the ledger holds it."""
        uses = tuple(use.value for use in self.uses)
        rate = self.rate.value() if self.rate else None
        return Agreement(**{**dict(self), "source": source, "uses": uses, "rate": rate})


class Rights(Table):
    """Whose the texts are, and on what terms they may be used."""

    holder: Annotated[Text, Field(description='Who holds the rights, or "unknown" until somebody has found out.')]
    payee: Annotated[str, Field(description="Who collects for the holder, such as dpcmo; empty for the holder.")] = ""
    note: Annotated[str, Field(description="What is known of the rights and is no licence, as text.")] = ""
    licences: Annotated[
        tuple[Assertion, ...], Field(description="One [[rights.licences]] table for each who asserts a licence.")
    ] = ()
    agreements: Annotated[
        tuple[AgreementTable, ...], Field(description="One [[rights.agreements]] table for each agreement.")
    ] = ()

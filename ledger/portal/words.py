"""The ledger's words for cases, claims, offers and money, as people read them: the filter `word` of the templates."""

from decimal import Decimal
from enum import StrEnum

from babel.numbers import format_decimal

from ledger.agreements import AgreementForm, RateUnit, Use
from ledger.cases import CaseKind, Proof, Step
from ledger.money import MICRO
from ledger.portal.claims import ClaimKind, ClaimState, Way
from ledger.portal.languages import N_, translate
from ledger.portal.offers import OfferState
from ledger.portal.people import HolderKind
from ledger.portal.roles import Role
from ledger.portal.shares import ShareState
from ledger.records import DueStatus
from ledger.targets import TargetKind

WORDS: dict[StrEnum, str] = {
    CaseKind.OPT_OUT: N_("opt-out"),
    CaseKind.CLAIM: N_("claim"),
    CaseKind.TAKEDOWN: N_("removal"),
    CaseKind.OBJECTION: N_("objection"),
    CaseKind.CORRECTION: N_("correction"),
    Step.RECEIVED: N_("received"),
    Step.VERIFIED: N_("verified"),
    Step.EXTENDED: N_("extended"),
    Step.ACTED: N_("done"),
    Step.REJECTED: N_("rejected"),
    Step.WITHDRAWN: N_("taken back"),
    Step.ANSWERED: N_("answered"),
    Proof.STATEMENT: N_("their word"),
    Proof.MAIL: N_("mail from the domain"),
    Proof.CONTROL: N_("control of the domain"),
    Proof.IDENTITY: N_("who they are"),
    Proof.ENTITLEMENT: N_("their right"),
    ClaimKind.DOMAIN: N_("domain"),
    ClaimKind.REPERTOIRE: N_("repertoire"),
    ClaimState.WAITING: N_("waiting for proof"),
    ClaimState.PROVED: N_("proved"),
    ClaimState.LOST: N_("proof is gone"),
    Way.DNS: N_("by a TXT record"),
    Way.FILE: N_("by a file"),
    Way.PERSON: N_("by a person who read the mandate"),
    OfferState.MADE: N_("waiting for an answer"),
    OfferState.ACCEPTED: N_("accepted"),
    OfferState.DECLINED: N_("declined"),
    ShareState.KEPT: N_("kept, not used yet"),
    ShareState.DELIVERED: N_("delivered"),
    ShareState.REFUSED: N_("refused"),
    RateUnit.MILLION_WORDS: N_("million words"),
    RateUnit.DOCUMENT: N_("document"),
    RateUnit.RELEASE: N_("release"),
    RateUnit.YEAR: N_("year"),
    RateUnit.CRAWL: N_("crawl"),
    RateUnit.POOL: N_("pool"),
    Use.TRAIN: N_("train models"),
    Use.EVALUATE: N_("test models"),
    Use.INTERNAL: N_("use in house only"),
    AgreementForm.WRITTEN: N_("written"),
    TargetKind.PATH: N_("path"),
    TargetKind.TITLE: N_("title"),
    TargetKind.AUTHOR: N_("author"),
    HolderKind.HOLDER: N_("author, publisher or other rights holder"),
    HolderKind.COLLECTIVE: N_("organisation for many rights holders"),
    Role.STAFF: N_("staff"),
    Role.AUDITOR: N_("auditor"),
    DueStatus.NONE_AGREED: N_("no price agreed"),
    DueStatus.NOT_DUE: N_("nothing is owed"),
    DueStatus.WAIVED: N_("waived"),
    DueStatus.ACCRUED: N_("owed"),
    DueStatus.INVOICED: N_("invoiced"),
    DueStatus.OVERDUE: N_("overdue"),
    DueStatus.DISPUTED: N_("disputed"),
    DueStatus.PAID: N_("paid"),
    DueStatus.REVERSED: N_("reversed"),
}
"""By value, as templates hold plain texts too; values that mean the same in several lists stand once."""

USES = {Use.RELEASE: N_("give the text itself to others")}
"""A use whose word is another thing's elsewhere."""

EVENTS = {
    "account made": N_("account made"),
    "account closed": N_("account closed"),
    "role given": N_("role given"),
    "role taken": N_("role taken"),
    "party named": N_("name in agreements given"),
    "mandate given": N_("mandate given"),
    "mandate read": N_("mandate read"),
    "mandate ended": N_("mandate ended"),
    "code not sent": N_("code not sent"),
    "code wrong": N_("wrong code"),
    "identity added": N_("provider added"),
    "identity removed": N_("provider removed"),
    "signed in": N_("signed in"),
    "signed out": N_("signed out"),
    "signed out elsewhere": N_("signed out elsewhere"),
    "second factor added": N_("second factor added"),
    "second factor removed": N_("second factor removed"),
    "second factor refused": N_("second factor refused"),
    "second factor shown": N_("second factor shown"),
    "second factors forgotten": N_("second factors forgotten"),
    "recovery codes made": N_("recovery codes made"),
    "token made": N_("token made"),
    "token ended": N_("token ended"),
    "claim made": N_("claim made"),
    "claim proved": N_("claim proved"),
    "claim lost": N_("claim lost"),
    "claim rejected": N_("claim rejected"),
    "claim withdrawn": N_("claim taken back"),
    "opt_out asked": N_("opt-out sent"),
    "takedown asked": N_("removal asked for"),
    "objection asked": N_("objection sent"),
    "correction asked": N_("correction asked for"),
    "case withdrawn": N_("case taken back"),
    "offer made": N_("offer made"),
    "offer accepted": N_("offer accepted"),
    "offer declined": N_("offer declined"),
    "offer withdrawn": N_("offer taken back"),
    "delivery told of": N_("told where texts lie"),
    "text shared": N_("text shared"),
    "share delivered": N_("shared text delivered"),
    "share refused": N_("shared text refused"),
    "share withdrawn": N_("shared text taken back"),
}
"""What stands in the trail, by the words it is kept in; a test looks that none is missing."""

COLOURS = {
    **dict.fromkeys((ClaimState.PROVED, Step.ACTED, OfferState.ACCEPTED, ShareState.DELIVERED, DueStatus.PAID), "good"),
    **dict.fromkeys((ClaimState.WAITING, Step.RECEIVED, Step.VERIFIED, OfferState.MADE, ShareState.KEPT), "wait"),
    **dict.fromkeys((ClaimState.LOST, Step.REJECTED, OfferState.DECLINED, ShareState.REFUSED, DueStatus.OVERDUE), "no"),
}
"""The style of a tag, by its word."""


def word(language: str, said: str) -> str:
    """Return what a word of the ledger is called; itself where it has no other name."""
    return translate(language, _BY_VALUE[said]) if said in _BY_VALUE else said


def use_word(language: str, use: str) -> str:
    """Return what a use is called."""
    return translate(language, USES[Use(use)]) if use in USES else word(language, use)


def event_word(language: str, kind: str) -> str:
    """Return what something in the trail is called; itself where it has no other name."""
    return translate(language, EVENTS[kind]) if kind in EVENTS else kind


def amount(language: str, amount_micro: int) -> str:
    """Write an amount with the language's separators, to the øre and as much further as it goes."""
    return format_decimal(Decimal(amount_micro) / MICRO, "#,##0.00####", language)


_BY_VALUE = {str(said): told for said, told in WORDS.items()}

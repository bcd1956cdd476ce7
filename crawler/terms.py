"""What a crawl is told of its source's rights beforehand, as JSON in its job."""

from dataclasses import asdict
from datetime import date
from typing import Any

from ledger.agreements import Agreement, AgreementForm, PartyKind, Rate, RateUnit
from ledger.conflicts import Settlement
from ledger.decide import Terms
from ledger.licences import AssertionKind, LicenceAssertion
from ledger.readings import Reading
from ledger.records import SourceStatus
from ledger.register import Reservation, Weight
from ledger.signals import Verdict
from ledger.targets import Target, TargetKind

KEYS = ("status", "licences", "agreements", "settlements", "reservations", "readings")
"""The fields of a job that are its terms."""


def terms_to_rows(terms: Terms) -> dict[str, Any]:
    """Terms as a job holds them; days are left to be written as ISO 8601."""
    row = asdict(terms)
    return {key: row[key] for key in KEYS}


def terms_from_rows(row: dict[str, Any]) -> Terms:
    """Read terms out of a job; raises what a wrong type or a missing key raises."""
    return Terms(
        status=SourceStatus(row["status"]),
        licences=tuple(_licence(item) for item in row.get("licences", ())),
        agreements=tuple(_agreement(item) for item in row.get("agreements", ())),
        settlements=tuple(_settlement(item) for item in row.get("settlements", ())),
        reservations=tuple(_reservation(item) for item in row.get("reservations", ())),
        readings=tuple(_reading(item) for item in row.get("readings", ())),
    )


def _licence(row: dict[str, Any]) -> LicenceAssertion:
    on, kind = row.get("on"), row.get("kind", AssertionKind.PROSE)
    return LicenceAssertion(**{**row, "on": date.fromisoformat(on) if on else None, "kind": AssertionKind(kind)})


def _agreement(row: dict[str, Any]) -> Agreement:
    rate, end = row.get("rate"), row.get("end")
    lists = {name: tuple(row.get(name, ())) for name in ("uses", "model_licences", "attachments")}
    return Agreement(
        **{
            **row,
            **lists,
            "form": AgreementForm(row["form"]),
            "party_kind": PartyKind(row.get("party_kind", PartyKind.HOLDER)),
            "start": date.fromisoformat(row["start"]),
            "end": date.fromisoformat(end) if end else None,
            "rate": Rate(**{**rate, "per": RateUnit(rate["per"])}) if rate else None,
        }
    )


def _settlement(row: dict[str, Any]) -> Settlement:
    return Settlement(**{**row, "licences": tuple(row["licences"]), "on": date.fromisoformat(row["on"])})


def _reservation(row: dict[str, Any]) -> Reservation:
    target = Target(TargetKind(row["target"]["kind"]), row["target"]["value"])
    since, uses = date.fromisoformat(row["since"]), tuple(row.get("uses", ()))
    return Reservation(row["by"], Weight(row["weight"]), target, since, uses)


def _reading(row: dict[str, Any]) -> Reading:
    return Reading(**{**row, "verdict": Verdict(row["verdict"]), "on": date.fromisoformat(row["on"])})

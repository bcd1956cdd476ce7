"""TDMRep policies: what the file says that a reservation names with `tdm-policy`.

A policy lifts nothing by itself: it says whom to ask, and what is asked for which purpose. It is read into a statement
that has no weight (`UNKNOWN`) beside the reservation, so that whoever looks into a refusal finds the holder's address;
its bytes are evidence. JSON is read as the ODRL profile of TDMRep; a page for people is named as one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crawler.observe.evidence import EvidenceFile, looks_like_markup, statement
from ledger.signals import Mechanism, RightsSignal, Verdict

LABEL = "tdm-policy"

POLICIES_MAX = 3
"""Policies read for one page: one for each place that may name one."""

PERMISSIONS_MAX = 10
"""Permissions told of one policy; the standard's examples have two."""

PROFILE = "http://www.w3.org/ns/tdmrep"

_BYTES_MAX = 1 << 18
_NAMED = re.compile(r"""tdm-policy"?:\s*"?(https?://[^\s";]+)""")


def policy_urls(signals: Iterable[RightsSignal]) -> tuple[str, ...]:
    """Addresses of the policies that reservations name; one that reserves nothing has none (TDMRep, 6.2)."""
    reserved = (said.raw for said in signals if said.mechanism is Mechanism.TDMREP and said.verdict is Verdict.RESERVED)
    named = dict.fromkeys(found[1] for found in map(_NAMED.search, reserved) if found)
    return tuple(named)[:POLICIES_MAX]


def policy_statement(file: EvidenceFile) -> RightsSignal:
    """What a policy says: who assigns, and what is permitted on which duties."""
    text = file.body[:_BYTES_MAX].decode("utf-8", "replace")
    said = _said(file, text)
    return statement(Mechanism.TDMREP, Verdict.UNKNOWN, (LABEL, said), text, file.seen.at("policy"))


def _said(file: EvidenceFile, text: str) -> str:
    if not file.answered:
        return "unreachable"
    if looks_like_markup(file.body):
        return "for people to read"
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        return "unreadable"
    if not isinstance(policy, Mapping) or policy.get("profile") != PROFILE:
        return "of another kind"
    return "; ".join([f"assigner: {_assigner(policy.get('assigner'))}", *_permissions(policy)])


def _assigner(assigner: object) -> str:
    """Name and addresses of the holder, as vCard properties or as an address alone."""
    if isinstance(assigner, str):
        return assigner
    card = assigner if isinstance(assigner, Mapping) else {}
    names = ("vcard:fn", "vcard:nickname", "vcard:hasEmail", "vcard:hasTelephone", "vcard:hasURL")
    return ", ".join(str(card[name]) for name in names if isinstance(card.get(name), str)) or "not named"


def _permissions(policy: Mapping[str, Any]) -> Iterator[str]:
    for permission in _list(policy.get("permission"))[:PERMISSIONS_MAX]:
        if isinstance(permission, Mapping) and "tdm:mine" in _list(permission.get("action")):
            constraints = [item for item in _list(permission.get("constraint")) if isinstance(item, Mapping)]
            duties = [item for item in _list(permission.get("duty")) if isinstance(item, Mapping)]
            purposes = ", ".join(str(item.get("rightOperand")) for item in constraints) or "any purpose"
            yield f"{purposes}: {', '.join(str(item.get('action')) for item in duties) or 'no duty'}"


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]

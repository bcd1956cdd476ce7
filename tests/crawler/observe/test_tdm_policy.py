"""TDMRep policies: whom to ask and on what terms, kept beside the reservation and never instead of it."""

import json
from datetime import UTC, datetime

import pytest

from crawler.observe.evidence import EvidenceFile
from crawler.observe.tdm_policy import PROFILE, policy_statement, policy_urls
from crawler.observe.tdmrep import PATH, document_statement, file_statements
from ledger.decide import Terms, decide
from ledger.policy import load_policy
from ledger.records import SourceStatus
from ledger.signals import Verdict

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://forlag.dk/politik.json"
ODRL = {
    "@context": ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"],
    "@type": "Offer",
    "profile": PROFILE,
    "uid": URL,
    "assigner": {"vcard:fn": "Forlaget", "vcard:hasEmail": "mailto:ret@forlag.dk", "vcard:hasAddress": {"x": 1}},
    "permission": [
        {"action": "tdm:mine", "constraint": [{"leftOperand": "purpose", "rightOperand": "tdm:research"}]},
        {"action": "tdm:mine", "duty": [{"action": "obtainConsent"}, {"action": "compensate"}]},
        {"action": "display"},
    ],
}


def policy(body: object, status: int | None = 200) -> EvidenceFile:
    """A policy as it was answered."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return EvidenceFile(URL, status, data, NOW)


def test_a_policy_says_whom_to_ask_and_on_what_terms() -> None:
    """Holder, purposes and duties of the ODRL profile; other actions are not about mining."""
    said = policy_statement(policy(ODRL))
    assert said.value == (
        "assigner: Forlaget, mailto:ret@forlag.dk; tdm:research: no duty; any purpose: obtainConsent, compensate"
    )
    assert (said.verdict, said.label, said.place) == (Verdict.UNKNOWN, "tdm-policy", f"{URL}#policy")
    assert said.digest == policy(ODRL).seen.digest


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (policy("", None), "unreachable"),
        (policy("væk", 404), "unreachable"),
        (policy("<!doctype html><p>Skriv til os"), "for people to read"),
        (policy("{"), "unreadable"),
        (policy("[" * 100_000), "unreadable"),
        (policy([ODRL]), "of another kind"),
        (policy({"permission": "alt"}), "of another kind"),
        (
            policy({"profile": PROFILE, "permission": ["x", {"action": ["tdm:mine"]}]}),
            "assigner: not named; any purpose: no duty",
        ),
        (policy({"profile": PROFILE, "assigner": "https://forlag.dk/"}), "assigner: https://forlag.dk/"),
    ],
)
def test_whatever_it_is_it_is_told(file: EvidenceFile, said: str) -> None:
    """A policy that cannot be had or read is no error: the conditions are unknown, and the reservation stands."""
    assert policy_statement(file).value == said


def test_only_reservations_name_policies() -> None:
    """From a file's rule, a header or a document's metadata; one that reserves nothing names none."""
    rules = [{"location": "/", "tdm-reservation": 1, "tdm-policy": URL}]
    file = EvidenceFile(f"https://forlag.dk{PATH}", 200, json.dumps(rules).encode(), NOW)
    assert policy_urls(file_statements(file, "https://forlag.dk/a")) == (URL,)
    assert policy_urls([document_statement("1", URL, file.seen)]) == (URL,)
    assert policy_urls([document_statement("0", URL, file.seen)]) == ()
    assert policy_urls([document_statement("1", "javascript:x", file.seen)]) == ()


def test_a_policy_lifts_nothing() -> None:
    """A reserved page stays reserved, whatever its policy permits to whom."""
    reserved = document_statement("1", URL, policy(ODRL).seen)
    decided = decide(
        [reserved, policy_statement(policy(ODRL))], Terms(SourceStatus.CONFIRMED), load_policy(None), NOW.date()
    )
    assert decided == decide([reserved], Terms(SourceStatus.CONFIRMED), load_policy(None), NOW.date())
    assert decided.outcome == "exclude"

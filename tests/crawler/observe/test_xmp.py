"""The metadata inside a PDF."""

from datetime import UTC, date, datetime

import pytest

from corpus.captures import Capture
from crawler.observe.page import page_signals
from ledger.decide import Terms, decide
from ledger.policy import load_policy
from ledger.records import SourceStatus

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
TDM = 'xmlns:tdm="http://www.w3.org/ns/tdmrep/"'
PLUS = 'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"'


def pdf(inner: str, *headers: tuple[str, str], attributes: str = "") -> Capture:
    """A PDF with an XMP packet that holds one description."""
    described = f'<rdf:Description rdf:about="" {TDM} {PLUS} {attributes}>{inner}</rdf:Description>'
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}>{described}</rdf:RDF></x:xmpmeta>'
    told = (("Content-Type", "application/pdf"), *headers)
    body = b"%PDF-1.7\n\xe2\xe3 stream\n" + packet.encode() + b"\nendstream\n%%EOF"
    return Capture("http://avis.dk.test/r.pdf", datetime(2026, 11, 1, tzinfo=UTC), 200, told, body)


@pytest.mark.parametrize(
    ("inner", "attributes", "expected"),
    [
        ("<tdm:reservation>1</tdm:reservation>", "", [("tdmrep", "reserved", "1")]),
        ("", 'tdm:reservation="1"', [("tdmrep", "reserved", "1")]),
        ("<tdm:reservation>0</tdm:reservation>", "", [("tdmrep", "permitted", "0")]),
        ("<tdm:reservation>ja</tdm:reservation>", "", [("tdmrep", "malformed", "ja")]),
        ("<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED</plus:DataMining>", "",
         [("plus", "reserved", "DMI-PROHIBITED")]),
        ('<plus:DataMining rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"/>', "",
         [("plus", "reserved", "DMI-PROHIBITED-AIMLTRAINING")]),
        ("", 'plus:DataMining="DMI-ALLOWED"', [("plus", "unknown", "DMI-ALLOWED")]),
        ("<plus:DataMining>måske</plus:DataMining>", "", [("plus", "malformed", "måske")]),
        ("<title>tdm:reservation 1</title>", "", []),
        ("<tdm:reservation>1</tdm:reservation><b>", "", [("tdmrep", "reserved", "1")]),
    ],
)  # fmt: skip
def test_a_document_speaks_for_itself(inner: str, attributes: str, expected: list[tuple[str, str, str]]) -> None:
    """As an attribute, as text or as a resource; broken XML hides nothing that stands before the break."""
    found = page_signals(pdf(inner, attributes=attributes), None)
    assert [(each.mechanism.value, each.verdict.value, each.value) for each in found] == expected
    assert {each.place.partition("#")[2] for each in found} <= {"xmp"}


def test_a_documents_own_word_supersedes_the_header() -> None:
    """TDMRep's last step is the metadata inside the document; the policy it names is kept."""
    outcomes = []
    for value, header in (("0", "1"), ("1", "0")):
        capture = pdf(f'<tdm:reservation>{value}</tdm:reservation><tdm:policy rdf:resource="http://avis.dk.test/p"/>',
                      ("tdm-reservation", header))  # fmt: skip
        found = page_signals(capture, None)
        assert "tdm-policy: http://avis.dk.test/p" in found[-1].raw
        outcomes.append(decide(found, Terms(SourceStatus.CONFIRMED), load_policy(), date(2026, 11, 1)).outcome.value)
    assert outcomes == ["include", "exclude"]


def test_other_documents_and_broken_packets_say_nothing() -> None:
    """A page that writes about XMP is no PDF, and a packet without an end is none."""
    whole = pdf("<tdm:reservation>1</tdm:reservation>")
    for body in (whole.payload[1:], whole.payload.replace(b"</x:xmpmeta>", b""), b"%PDF-1.7"):
        told = (("Content-Type", "application/pdf"),)
        assert page_signals(Capture(whole.url, whole.fetched_at, 200, told, body), None) == ()

"""The metadata inside a PDF (XMP, ISO 16684-1): TDMRep's reservation and PLUS's "Data Mining" property.

The packet is found by its marks in the bytes, as XMP means it to be; one that is compressed or encrypted with the rest
of the document is not seen. PLUS values are of the vocabulary that IPTC recommends; every prohibition but one for
other uses than training reserves, and a word that is not in the vocabulary holds.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from corpus.captures import Capture
from crawler.observe import tdmrep
from crawler.observe.evidence import Seen, statement
from ledger.signals import Mechanism, RightsSignal, Verdict

_PDF = b"%PDF-"
_BEGIN, _END = re.compile(rb"<(?:\w{1,20}:)?xmpmeta[\s>]"), re.compile(rb"</(?:\w{1,20}:)?xmpmeta\s*>")
_PACKET_BYTES_MAX = 1 << 20
"""Of one packet; real ones have a few kilobytes."""
_PACKETS_MAX = 20
"""Packets looked for in one document: its own, and those of pictures in it that are not compressed."""

_TDM = "http://www.w3.org/ns/tdmrep"
_PLUS = "http://ns.useplus.org/ldf/"
_DATA_MINING = "DataMining"
_PLUS_VERDICTS = {
    "DMI-UNSPECIFIED": Verdict.UNKNOWN,
    "DMI-ALLOWED": Verdict.UNKNOWN,
    "DMI-PROHIBITED-AIMLTRAINING": Verdict.RESERVED,
    "DMI-PROHIBITED-GENAIMLTRAINING": Verdict.RESERVED,
    "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING": Verdict.RESERVED,
    "DMI-PROHIBITED": Verdict.RESERVED,
    "DMI-PROHIBITED-SEECONSTRAINT": Verdict.RESERVED,
    "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR": Verdict.RESERVED,
}
"""Allowed is kept as unknown: metadata travels with pictures, and need not be about the text."""


def statements(capture: Capture) -> tuple[RightsSignal, ...]:
    """What a PDF says inside itself; nothing for other documents."""
    if not capture.payload.startswith(_PDF):
        return ()
    seen = Seen.on(capture).at("xmp")
    return tuple(dict.fromkeys(said for packet in _packets(capture.payload) for said in _in_packet(packet, seen)))


def _packets(body: bytes) -> Iterator[bytes]:
    for begin in islice(_BEGIN.finditer(body), _PACKETS_MAX):
        if end := _END.search(body, begin.end(), begin.start() + _PACKET_BYTES_MAX):
            yield body[begin.start() : end.end()]


def _in_packet(packet: bytes, seen: Seen) -> Iterator[RightsSignal]:
    properties = list(_properties(packet))
    policy = next((value for space, name, value in properties if space.startswith(_TDM) and name == "policy"), "")
    for space, name, value in properties:
        if space.startswith(_TDM) and name == "reservation":
            yield tdmrep.document_statement(value, policy, seen)
        elif space.startswith(_PLUS) and name == _DATA_MINING:
            word = value.rstrip("/").rpartition("/")[2]
            verdict = _PLUS_VERDICTS.get(word.upper(), Verdict.MALFORMED)
            yield statement(Mechanism.PLUS, verdict, (_DATA_MINING, word), f"plus:{_DATA_MINING} {value}", seen)


def _properties(packet: bytes) -> Iterator[tuple[str, str, str]]:
    """Namespace, name and value of each property, written as an attribute, as text or as a resource."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(packet, parser)
    except (etree.LxmlError, ValueError):
        return
    if root is None:
        return
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for written, value in element.attrib.items():
            yield _spaced(str(written), str(value))
        resource = next((str(value) for name, value in element.attrib.items() if str(name).endswith("}resource")), "")
        yield _spaced(element.tag, resource or "".join(str(piece) for piece in element.itertext()))


def _spaced(written: str, value: str) -> tuple[str, str, str]:
    space, _, name = written.removeprefix("{").rpartition("}")
    return space, name, value.strip()

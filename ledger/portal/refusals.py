"""How to say no: one example of each way, as one would copy it.

A test reads every example with the crawler's own observers and expects a no, and expects an example of every mechanism
that the policy counts or holds by; so what is promised here is what is done.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.portal.languages import N_
from ledger.signals import Mechanism


class Place(StrEnum):
    """Where an example stands; `FILE` is a file of its own under the site's address."""

    FILE = "file"
    HEADER = "header"
    PAGE = "page"
    PDF = "pdf"


PLACES = {
    Place.FILE: N_("a file on the site"),
    Place.HEADER: N_("a header of the answer"),
    Place.PAGE: N_("in the page's HTML"),
    Place.PDF: N_("in a PDF's metadata (XMP)"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to say no: in which standard, where, and the text itself. `path` is the file's, where it is one."""

    mechanism: Mechanism
    place: Place
    text: str
    path: str = ""


_ROBOTS = "/robots.txt"

_RSL = """<script type="application/rsl+xml">
<rsl xmlns="https://rslstandard.org/rsl">
  <content url="/">
    <license><prohibits type="usage">ai-train</prohibits></license>
  </content>
</rsl>
</script>"""

_PAYWALL = """<script type="application/ld+json">
{"@context": "https://schema.org", "@type": "NewsArticle", "isAccessibleForFree": false}
</script>"""

_PLUS = "<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING</plus:DataMining>"

REFUSALS = (
    Refusal(Mechanism.ROBOTS, Place.FILE, "User-agent: Fodaftryk\nDisallow: /\n", _ROBOTS),
    Refusal(Mechanism.AI_AGENTS, Place.FILE, "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n", _ROBOTS),
    Refusal(Mechanism.TDMREP, Place.FILE, '[{"location": "/*", "tdm-reservation": 1}]\n', "/.well-known/tdmrep.json"),
    Refusal(Mechanism.TDMREP, Place.HEADER, "tdm-reservation: 1"),
    Refusal(Mechanism.TDMREP, Place.PAGE, '<meta name="tdm-reservation" content="1">'),
    Refusal(Mechanism.TDMREP, Place.PDF, "<tdm:reservation>1</tdm:reservation>"),
    Refusal(Mechanism.CONTENT_USAGE, Place.FILE, "User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n", _ROBOTS),
    Refusal(Mechanism.CONTENT_USAGE, Place.HEADER, "Content-Usage: train-ai=n"),
    Refusal(Mechanism.CONTENT_SIGNAL, Place.FILE, "User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n", _ROBOTS),
    Refusal(Mechanism.ROBOTS_META, Place.PAGE, '<meta name="robots" content="noai">'),
    Refusal(Mechanism.ROBOTS_META, Place.HEADER, "X-Robots-Tag: noai"),
    Refusal(Mechanism.RSL, Place.PAGE, _RSL),
    Refusal(Mechanism.AI_TXT, Place.FILE, "User-Agent: *\nDisallow: /\n", "/ai.txt"),
    Refusal(Mechanism.TRUST_TXT, Place.FILE, "datatrainingallowed=no\n", "/trust.txt"),
    Refusal(Mechanism.PLUS, Place.PDF, _PLUS),
    Refusal(Mechanism.PAYMENT, Place.HEADER, "crawler-price: DKK 1.00"),
    Refusal(Mechanism.PAYWALL, Place.PAGE, _PAYWALL),
    Refusal(
        Mechanism.NATURAL_LANGUAGE, Place.PAGE, "<footer>Indholdet må ikke bruges til tekst- og datamining.</footer>"
    ),
)
"""The surest first."""

TOLD = {
    Mechanism.ROBOTS: N_(
        "The surest way: nothing is fetched but the files that say so. A folder can stand in place of /."
    ),
    Mechanism.AI_AGENTS: N_("Whoever shuts out other crawlers that train models is taken to mean us too."),
    Mechanism.TDMREP: N_("A header goes before the file, and the page before the header."),
    Mechanism.RSL: N_("It can stand in a file of its own, which robots.txt, a header or a link names."),
    Mechanism.PAYWALL: N_("What is behind a paywall is used by agreement only."),
    Mechanism.NATURAL_LANGUAGE: N_(
        "In the footer, a copyright notice or the terms. Say it in another way too, then nobody can misread it."
    ),
}
"""What more there is to say of a way."""

UNSAYABLE = frozenset({Mechanism.REPERTOIRE, Mechanism.REPERTOIRE_WORK})
"""Mechanisms of the policy that are not said on a site: a list is handed to us."""

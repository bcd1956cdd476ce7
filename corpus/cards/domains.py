"""Names of domains: a host's registered name, and the top of a list of them by the size of what was taken.

A registered name is what the template for the AI Act calls top- and second-level name: `kk.dk` for `www.kk.dk`, and
`bbc.co.uk` for `news.bbc.co.uk`, by the list of public suffixes that is installed with tldextract. Nothing is asked of
the network.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from corpus.cards.statistics import Tally

if TYPE_CHECKING:
    from tldextract import TLDExtract

TOP_PERCENT = 10
SME_PERCENT = 5
SME_MOST = 1_000
"""Of all domain names by size of content: the top 10 %; for small and medium enterprises 5 % or 1,000, whichever is
lower (template for Article 53(1)(d), section 2.3)."""


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains that much was taken from, largest first, of how many, and how many an SME lists."""

    listed: tuple[str, ...]
    all: int
    sme: int


def top_domains(hosts: Mapping[str, Tally]) -> Domains:
    """The top of the domains by characters of text, given what was taken of each host; addresses without one count not.

    Shares are rounded up, so that a corpus of one site lists it.
    """
    sizes: Counter[str] = Counter()
    for host, (_, _, chars) in hosts.items():
        if host:
            sizes[domain_of(host)] += chars
    ordered = sorted(sizes, key=lambda name: (-sizes[name], name))
    listed = -(-len(ordered) * TOP_PERCENT // 100)
    return Domains(tuple(ordered[:listed]), len(ordered), min(-(-len(ordered) * SME_PERCENT // 100), SME_MOST))


def domain_of(host: str) -> str:
    """The registered name that a host belongs to; the host itself where there is none."""
    return _extract()(host).top_domain_under_public_suffix or host


@cache
def _extract() -> "TLDExtract":
    from tldextract import TLDExtract  # noqa: PLC0415 - it brings requests, which who asks for no domain has no use for

    return TLDExtract(suffix_list_urls=(), cache_dir=None)

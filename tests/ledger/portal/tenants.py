"""A world for the portal: domains that prove themselves, a source with an agreement and a release, kept files."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.case_book import take_step
from ledger.cases import CaseStep, Proof, Step
from ledger.journal import Stamp
from ledger.portal.portal import Portal
from ledger.portal.proving import Prover
from ledger.portal.requests import is_below
from ledger.portal.shares import Hands, Share
from ledger.portal.wiring import Wiring
from ledger.records import ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from ledger.store import Ledger

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
JURA = Stamp("jura", datetime(2026, 11, 26, 12, tzinfo=UTC))


@dataclass
class Outside:
    """What lies outside of the portal: TXT records, kept files, deliveries."""

    hosts: dict[str, str] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    delivered: list[tuple[str, str, str]] = field(default_factory=list)

    def keep(self, digest: str, path: Path) -> None:
        """Keep a file."""
        self.kept[digest] = path.read_bytes()

    def deliver(self, share: Share, stamp: Stamp) -> None:
        """Take a share as a delivery."""
        self.delivered.append((share.source, share.agreement, stamp.actor))

    def drop(self, digest: str) -> None:
        """Forget a file."""
        self.kept.pop(digest)

    def sources_of(self, domain: str) -> tuple[str, ...]:
        """The sources on a domain."""
        return tuple(name for name, host in self.hosts.items() if is_below(host, domain))

    @property
    def wiring(self) -> Wiring:
        """All of it, as the portal is given it."""
        return Wiring(
            prover=Prover(lambda name: self.records.get(name, []), lambda _host, _path: None),
            hands=Hands(self.keep, self.deliver, self.drop, self.kept.get),
            sources_of=self.sources_of,
            csv=lambda found: f"lines,{len(found.lines)}".encode(),
            pdf=lambda found: f"%PDF {len(found.lines)}".encode(),
            proof=lambda names: " ".join(names).encode(),
        )


def with_wiring(portal: Portal, outside: Outside) -> Portal:
    """The same portal, in that world."""
    return replace(portal, wiring=outside.wiring)


def add_source(ledger: Ledger, outside: Outside, name: str, host: str) -> None:
    """A source on a host, with an agreement at a price."""
    outside.hosts[name] = host
    rate = Rate(RateUnit.MILLION_WORDS, 100_000_000, "DKK")
    party = f"{name} A/S"
    agreement = Agreement(
        f"aftale-{name}", name, party, party, AgreementForm.WRITTEN, ("train",), date(2026, 1, 1), None, rate
    )
    source = Source(name, name.title(), f"https://{host}/", SourceStatus.AGREED, party, party, "news")
    sync_source(ledger, source, (), (agreement,), NOW)


def release(ledger: Ledger, *names: str) -> None:
    """A release that holds two million words of each source."""
    usages = tuple(
        Usage(name, "agreement", "agreed", f"LicenseRef-Agreement-aftale-{name}", 10, 2_000_000, 9, (name * 2,))
        for name in names
    )
    record_release(ledger, ReleaseRecord("v1", "sha256:m", "sha256:p", NOW.date(), usages), NOW)


def verify(ledger: Ledger, case: str) -> None:
    """What a person does who has seen that the right is theirs."""
    step = CaseStep(Step.VERIFIED, JURA.now.date(), "jura", "set", (Proof.CONTROL, Proof.ENTITLEMENT))
    take_step(ledger, case, step, JURA)

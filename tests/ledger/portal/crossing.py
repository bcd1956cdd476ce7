"""Two tenants, and every request one can make about the other's records: on each route, method and id, by page and API.

Whatever comes back, nothing of the other's stands in it, nothing of the other's has changed after it, and nothing
broke.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy import select

from ledger import portal_tables, tables
from ledger.cases import CaseKind
from ledger.portal.app import API_ROUTERS, PAGES
from ledger.portal.claims import Claimed, ClaimKind, start_claim
from ledger.portal.offers import Terms, make_offer
from ledger.portal.people import HolderKind, Person, find_person, make_holder, name_party
from ledger.portal.portal import Portal
from ledger.portal.proving import check_claim
from ledger.portal.requests import Asked, ask
from ledger.portal.roles import Scope
from ledger.portal.sealing import digest_of
from ledger.portal.shares import add_share
from ledger.portal.tokens import make_token
from ledger.portal.uploads import Upload, UploadKind
from ledger.targets import Target, TargetKind
from tests.ledger.portal.tenants import JURA, Outside, add_source, verify
from tests.ledger.portal.visiting import Visitor

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass
class Tenant:
    """A person, the holder they act for, everything they have by its id, and the words that nobody else may see."""

    name: str
    person: Person
    visitor: Visitor
    token: str
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What stands in a record of theirs alone."""
        return (f"hemmelig-{self.name}", self.person.email, self.ids["line"])


def make_tenant(portal: Portal, outside: Outside, visitor: Visitor, name: str) -> Tenant:
    """A tenant with a claim that is proved, a source with money, a case, an offer and an upload."""
    email = f"{name}@{name}.example"
    visitor.sign_in(email)
    visitor.add_app()
    ledger, now = portal.ledger, visitor.clock.at
    with ledger.reading() as connection:
        who = connection.scalar(select(portal_tables.person.c.id).filter_by(email=email))
    person = find_person(ledger, str(who))
    holder = make_holder(ledger, person.id, f"hemmelig-{name}", HolderKind.HOLDER, now)
    add_source(ledger, outside, f"kilde{name}", f"{name}.example")
    claim = start_claim(ledger, Claimed(ClaimKind.DOMAIN, f"{name}.example"), holder, person, now)
    outside.records[claim.record] = [claim.line]
    check_claim(ledger, claim.id, outside.wiring.prover, now)
    verify(ledger, claim.case)
    name_party(ledger, holder.id, f"kilde{name} A/S", JURA)
    own = ask(ledger, Asked(CaseKind.TAKEDOWN, (Target.of(TargetKind.TITLE, f"hemmelig-{name}"),)), person, now)
    asked = Asked(CaseKind.OPT_OUT, (Target.of(TargetKind.DOMAIN, f"{name}.example"),), holder.id)
    case = ask(ledger, asked, person, now)
    offer = make_offer(ledger, Terms(f"hemmelig-{name}", "CC0-1.0", None, ()), (holder.id, person.id), now)
    upload = Upload(f"hemmelig-{name}.txt", UploadKind.TEXT, 3, digest_of(name), 1)
    share = add_share(ledger, upload, (holder.id, person.id), "", now)
    outside.kept[upload.sha256] = b"Hej"
    token = make_token(ledger, person.id, (f"hemmelig-{name}", list(Scope), 90), now)
    rows = _rows(portal)
    ids = {"holder": holder.id, "claim": claim.id, "case": case.id, "own": own.id, "offer": offer.id}
    ids |= {"line": claim.line, "share": share.id, "person": person.id, "source": f"kilde{name}"}
    for kind, table in (("factor", "portal_factor"), ("session", "portal_session"), ("token", "portal_token")):
        ids[kind] = next(str(row[0]) for row in rows[table] if person.id in row)
    return Tenant(name, person, visitor, token, ids)


def requests(seed: int) -> Iterator[tuple[str, str, str]]:
    """Every method and route of the portal, for ever, in a shuffled order: method, path with its gaps, and kind."""
    every = [
        (method, prefix + route.path, kind)
        for kind, prefix, routers in (("page", "", PAGES), ("api", "/api/v1", API_ROUTERS))
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in (*METHODS, *sorted(route.methods) * 6)
    ]
    order = random.Random(seed)
    while True:
        order.shuffle(every)
        yield from every


@dataclass
class Crossing:
    """What came of the requests that one tenant made with the ids of another."""

    portal: Portal
    one: Tenant
    other: Tenant
    order: random.Random = field(default_factory=lambda: random.Random(7))
    leaks: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def run(self, count: int, seed: int) -> None:
        """Make so many requests."""
        token = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.one.visitor.get("/min-side/sikkerhed").text)
        assert token
        every = requests(seed)
        for _ in range(count):
            method, path, kind = next(every)
            if path == "/log-ud" or path.endswith("/sessioner/slut"):
                continue
            filled = re.sub(r"\{(\w+)(?::\w+)?\}", lambda gap: self._id(gap[1]), path)
            self._look(method, filled, self._send(kind, method, filled, token[1]))

    def _id(self, gap: str) -> str:
        """Something for a gap in a path: an id of the other's of whatever kind, now and then nonsense."""
        if gap == "kind":
            return self.order.choice(["csv", "pdf"])
        own_kind = self.other.ids.get(gap)
        pool = [own_kind or "", *self.other.ids.values(), "0", "..", "%00", "x" * 300, "' OR 1=1 --"]
        return self.order.choice([own_kind] * 8 + pool) or "0"

    def _send(self, kind: str, method: str, path: str, token: str) -> Response:
        ids = self.other.ids
        fields = {"holder": ids["holder"], "source": ids["source"], "person": ids["person"], "case": ids["case"]}
        fields |= {"domain": "a.example", "about": "x", "licence": "CC0-1.0", "targets": "titel: x", "code": "1"}
        fields |= {"name": "x", "reason": "x", "kind": "opt_out", "proof": "identity", "step": "verified"}
        client = self.one.visitor.client
        query = {"kilde": ids["source"]} if self.order.random() < 0.5 else {}
        if kind == "api":
            headers = {"Authorization": f"Bearer {self.one.token}"}
            body = {"holder": ids["holder"], "domain": "a.example", "about": "x", "licence": "CC0-1.0"}
            if path.endswith("/cases"):
                body = {"holder": ids["holder"], "kind": "opt_out", "about": ["a.example"]}  # type: ignore[dict-item]
            if path.endswith("/shares"):
                file = {"file": ("a.txt", b"Hej")}
                return client.request(method, path, headers=headers, data={"holder": ids["holder"]}, files=file)
            return client.request(method, path, headers=headers, json=body, params=query)
        data = {**fields, "csrf": token} if method == "POST" else None
        files = {"file": ("a.txt", b"Hej")} if path in ("/del-tekst", "/krav/repertoire") and data else None
        return client.request(method, path, data=data, files=files, params=query)

    def _look(self, method: str, path: str, answer: Response) -> None:
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if answer.status_code >= 500:
            self.broken.append(f"{method} {path}: {answer.status_code}")
        said = answer.text.replace(path, "")
        if any(secret in said for secret in self.other.secrets):
            self.leaks.append(f"{method} {path}: {answer.status_code}")


def theirs(portal: Portal, tenant: Tenant) -> dict[str, list[tuple[object, ...]]]:
    """Every row that is a tenant's, as it stands."""
    mine = set(tenant.ids.values())
    rows = _rows(portal)
    for table in (tables.rights_case, tables.case_target, tables.case_step):
        with portal.ledger.reading() as connection:
            rows[table.name] = [tuple(row) for row in connection.execute(select(table))]
    return {name: [row for row in found if mine & set(map(str, row))] for name, found in rows.items()}


def _rows(portal: Portal) -> dict[str, list[tuple[object, ...]]]:
    with portal.ledger.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in portal_tables.TABLES
            if table is not portal_tables.event
        }

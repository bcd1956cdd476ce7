"""What people ask for in the portal: to stay out, to be removed, to object, to correct. Each is a case of the ledger.

Who has signed in has shown that an address is theirs. When it is an address at the very domain that is asked about, or
the holder has proved the domain, the case is verified at once; otherwise a person does it. Either way what it is about
is held from the moment it is sent, so that waiting costs us and not them.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from ledger import portal_tables as tables
from ledger.agreements import Use
from ledger.case_book import find_case, open_case, take_step
from ledger.cases import Case, CaseKind, CaseStep, Proof, Step
from ledger.errors import RecordRefused
from ledger.journal import Stamp
from ledger.portal.allowances import Allowance, spend
from ledger.portal.claims import ClaimKind, ClaimState, claims_of, tie_case
from ledger.portal.events import Happened, note
from ledger.portal.people import Person
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

KINDS = (CaseKind.OPT_OUT, CaseKind.TAKEDOWN, CaseKind.OBJECTION, CaseKind.CORRECTION)
"""What is asked for here; a claim has a way of its own."""

TARGETS_MAX = 1000
"""Most targets of one form: 500 lines, as an address is two (by http and https). More are a list the house imports."""

SHOWN_MAX = 200
"""Cases shown at once: each is read for itself, as all cases of all people grow with the ledger."""

REASON_CHARS_MAX = 3500
"""Longest reason; the ledger takes a little more."""

BY_PERSON = Allowance("requests by person", 20, timedelta(days=1))
"""Requests of one person in a day: each may hold a source, and a person reads each."""

FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "hotmail.dk",
        "hotmail.co.uk",
        "outlook.com",
        "outlook.dk",
        "live.com",
        "live.dk",
        "live.co.uk",
        "msn.com",
        "yahoo.com",
        "yahoo.dk",
        "yahoo.co.uk",
        "icloud.com",
        "me.com",
        "mac.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "tutanota.com",
        "tuta.com",
        "tuta.io",
        "fastmail.com",
        "zoho.com",
        "gmx.com",
        "gmx.net",
        "gmx.de",
        "gmx.dk",
        "web.de",
        "mail.com",
        "mail.ru",
        "yandex.com",
        "yandex.ru",
        "hey.com",
        "aol.com",
        "email.dk",
        "mail.dk",
        "jubii.dk",
        "ofir.dk",
        "youmail.dk",
        "stofanet.dk",
        "tdcadsl.dk",
        "mail.tele.dk",
        "post.tele.dk",
        "webspeed.dk",
        "get2net.dk",
        "vip.cybercity.dk",
        "post.cybercity.dk",
        "privat.dk",
        "forum.dk",
    ]
)
"""Domains at which anybody has an address: it says nothing of the domain."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, about what, for which holder (empty: for oneself), of which uses (none: all), and why."""

    kind: CaseKind
    targets: tuple[Target, ...]
    holder: str = ""
    uses: tuple[Use, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Requested:
    """A case that came through the portal: who asked, for which holder, and about which uses (none: all)."""

    case: Case
    person: str
    holder: str
    uses: tuple[str, ...]


def ask(ledger: Ledger, asked: Asked, person: Person, now: datetime) -> Case:
    """Open a case for somebody, verified at once where their address or a proved claim is proof enough.

    Raises:
        RecordRefused: it is about nothing or too much, the reason is too long, or they asked for very much today.

    """
    if asked.kind not in KINDS or (asked.uses and asked.kind is not CaseKind.OPT_OUT):
        raise RecordRefused("This is asked for in another way.")
    if not 0 < len(asked.targets) <= TARGETS_MAX or len(asked.reason) > REASON_CHARS_MAX:
        raise RecordRefused(
            "Name 1 to 500 domains, addresses, titles or names, and give a reason of at most 3500 characters. "
            "Send us a longer list by mail."
        )
    with ledger.writing() as connection:
        allowed = spend(connection, BY_PERSON, person.id, now)
    if not allowed:
        raise RecordRefused("You have sent 20 requests today. Write to us, or go on tomorrow.")
    stamp = Stamp(f"person:{person.id}", now)
    step = CaseStep(Step.RECEIVED, now.date(), stamp.actor, asked.reason.strip())
    who = (person.name or person.email, person.email)
    made = open_case(ledger, Case("", asked.kind, asked.targets, *who, (step,), asked.uses), stamp)
    with ledger.writing() as connection:
        tie_case(connection, made.id, (person.id, asked.holder), asked.uses, now)
        note(connection, Happened(f"{asked.kind} asked", person.id, asked.holder, made.id), now)
    proof = tie_of(ledger, asked, person)
    if proof is None or made.state is not Step.RECEIVED or asked.kind is CaseKind.OBJECTION:
        return made
    return take_step(
        ledger, made.id, CaseStep(Step.VERIFIED, now.date(), "portal", proof=(proof,)), Stamp("portal", now)
    )


def tie_of(ledger: Ledger, asked: Asked, person: Person) -> Proof | None:
    """Return what ties somebody to all they ask about: a proved claim, or their address; None when nothing does."""
    hosts = [host_of(target) for target in asked.targets]
    if asked.holder:
        proved = {
            claim.value
            for claim in claims_of(ledger, frozenset({asked.holder}))
            if (claim.kind, claim.state) == (ClaimKind.DOMAIN, ClaimState.PROVED)
        }
        if proved and all(any(is_below(host, domain) for domain in proved) for host in hosts):
            return Proof.CONTROL
    own = person.email.rpartition("@")[2]
    if own not in FREE_MAIL and all(is_below(host, own) for host in hosts):
        return Proof.MAIL
    return None


def withdraw(ledger: Ledger, name: str, reason: str, person: Person, now: datetime) -> Case:
    """Take a case back for who asked. Whose it is has been asked before; raises what `take_step` does."""
    case = find_case(ledger, name)
    if case.kind not in KINDS:
        raise RecordRefused("A claim is taken back on its own page.")
    step = CaseStep(Step.WITHDRAWN, now.date(), f"person:{person.id}", reason or "withdrawn in the portal")
    taken = take_step(ledger, name, step, Stamp(f"person:{person.id}", now))
    with ledger.writing() as connection:
        note(connection, Happened("case withdrawn", person.id, what=name), now)
    return taken


def requests_of(ledger: Ledger, person: str, holders: Collection[str]) -> tuple[Requested, ...]:
    """Return the newest cases of a person and of the holders they act for, newest first."""
    table = tables.request
    query = select(table).where((table.c.person == person) & (table.c.holder == "") | table.c.holder.in_(list(holders)))
    with ledger.reading() as connection:
        rows = {row["case"]: row for row in connection.execute(query).mappings()}
    newest = sorted(rows, key=lambda name: (rows[name]["made_at"], len(name), name), reverse=True)[:SHOWN_MAX]
    return tuple(
        Requested(find_case(ledger, name), row["person"], row["holder"], tuple(row["uses"].split()))
        for name, row in ((name, rows[name]) for name in newest)
    )


def whose_case(ledger: Ledger, name: str) -> tuple[str, str]:
    """Return the person and the holder of a case; both empty for one that did not come through the portal."""
    with ledger.reading() as connection:
        row = connection.execute(select(tables.request).filter_by(case=name)).mappings().one_or_none()
    return ("", "") if row is None else (row["person"], row["holder"])


def read_targets(text: str, canonical: Callable[[str], str]) -> tuple[tuple[Target, ...], Sequence[str]]:
    """Read what a person wrote, one thing a line; return what it is about, and the lines that could not be read.

    A line is an address, a domain, a path, or begins with what it is: `titel:`, `forfatter:`, `isbn:`, `issn:`.
    `canonical` gives an address the spelling it is collected under.
    """
    found: dict[Target, None] = {}
    bad = []
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            found |= dict.fromkeys(_as_collected(read_target(line), canonical))
        except ValueError:
            bad.append(line[:100])
    return tuple(found), bad


def _as_collected(target: Target, canonical: Callable[[str], str]) -> tuple[Target, ...]:
    """What to look for: an address in its one spelling, by http and by https, as people do not look which it was."""
    if target.kind is not TargetKind.DOCUMENT or target.value.startswith("urn:"):
        return (target,)
    place = (canonical(target.value) or target.value).partition("://")[2]
    return tuple(Target.of(TargetKind.DOCUMENT, f"{scheme}://{place}") for scheme in ("https", "http"))


def read_target(line: str) -> Target:
    """Read one line as what it is about. Raises `ValueError` when it cannot be told."""
    found = _read_target(line)
    if "\0" in found.value:  # an address can hide one behind percent signs, and PostgreSQL takes none
        raise ValueError(f"{line[:100]!r} is no domain, address, title, author or number")
    return found


def _read_target(line: str) -> Target:
    word, colon, rest = line.partition(":")
    named = _WORDS.get(word.strip().lower()) if colon else None
    if named is not None:
        return Target.of(named, rest)
    kinds = [TargetKind.DOCUMENT, TargetKind.DOMAIN] if "//" in line else [TargetKind.DOMAIN, TargetKind.PATH]
    if line.startswith("urn:"):
        kinds = [TargetKind.DOCUMENT]
    path = urlsplit(line).path if "//" in line else "/"
    for kind in kinds if path.strip("/") or "//" not in line else reversed(kinds):
        try:
            return Target.of(kind, line)
        except ValueError:
            continue
    raise ValueError(f"{line[:100]!r} is no domain, address, title, author or number")


def host_of(target: Target) -> str:
    """The host a target lies on; empty for what lies on none, such as a title."""
    if target.kind is TargetKind.DOMAIN:
        return target.value
    if target.kind is TargetKind.PATH:
        return target.value.partition("/")[0]
    if target.kind is TargetKind.DOCUMENT:
        try:
            return (urlsplit(target.value).hostname or "").removeprefix("www.")
        except ValueError:
            return ""
    return ""


def is_below(host: str, domain: str) -> bool:
    """Whether a host is a domain or lies in it; nothing lies in an empty one, and an empty one lies nowhere."""
    return bool(host and domain) and (host == domain or host.endswith(f".{domain}"))


_WORDS = {
    **{kind.value: kind for kind in TargetKind},
    "domæne": TargetKind.DOMAIN,
    "titel": TargetKind.TITLE,
    "forfatter": TargetKind.AUTHOR,
    "adresse": TargetKind.DOCUMENT,
}
"""What may stand before the colon, in both languages."""

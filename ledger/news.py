"""News: what of the journal concerns everybody: sources and terms, releases, policies, and what sites say anew."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ledger import tables
from ledger.instants import instant_from_text
from ledger.store import Ledger

LOOKED_AT = 5000
"""Newest entries that are looked at: a release of hundreds of sources enters some thousand."""

TOLD_MAX = 50
"""News that are told at once."""

_KINDS = ("source", "settlement", "release", "crawl")


@dataclass(frozen=True, slots=True)
class News:
    """One thing that changed: the number of its entry, what it is about, and counts or words that belong to it.

    `kind` is `source` (its terms, as `status`), `settlement`, `release`, `policy` (a release decided by another policy
    than the one before) or `signals` (pages of a source that say something new of rights, or were withdrawn).
    """

    seq: int
    at: datetime
    kind: str
    subject: str
    values: dict[str, Any]


def news(ledger: Ledger) -> tuple[News, ...]:
    """Return the newest of it, the newest first."""
    entry = tables.entry.c
    query = select(entry.seq, entry.recorded_at, entry.kind, entry.subject, entry.body)
    found: list[News] = []
    policy: dict[str, str] = {}
    with ledger.reading() as connection:
        rows = connection.execute(query.order_by(entry.seq.desc()).limit(LOOKED_AT)).all()
    for row in reversed(rows):
        if row.kind in _KINDS:
            found += _told(
                row.seq, instant_from_text(row.recorded_at), row.subject, (row.kind, json.loads(row.body), policy)
            )
    return tuple(reversed(found))[:TOLD_MAX]


def _told(seq: int, at: datetime, subject: str, entry: tuple[str, dict[str, Any], dict[str, str]]) -> list[News]:
    """The news in one entry; `entry` is its kind, its body, and the policy that decided last."""
    kind, body, policy = entry
    name = subject.partition(":")[2]
    if kind == "crawl":
        counts = {key: int(body["counts"].get(key, 0)) for key in ("signals", "withdrawn")}
        return [News(seq, at, "signals", name, counts)] if any(counts.values()) else []
    if kind == "release":
        changed = policy.get("digest", body["policy_digest"]) != body["policy_digest"]
        policy["digest"] = body["policy_digest"]
        first = [News(seq, at, "policy", name, {"policy": body["policy_digest"]})] if changed else []
        return [*first, News(seq, at, "release", name, {key: body[key] for key in ("documents", "words", "sources")})]
    return [News(seq, at, kind, name, {"status": body.get("status", "")})]

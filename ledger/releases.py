"""Releases as the ledger holds them: what each took of each source, and what is owed for it, recorded in one go."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from ledger import tables
from ledger.bases import Basis
from ledger.budgets import exceeded, refuse
from ledger.changes import void_dues
from ledger.dues import enter_due
from ledger.errors import BudgetExceeded, Overtaken, RecordConflict, RecordRefused, UnknownRecord
from ledger.journal import PROGRAM, Event, Json, Stamp, append, canonical, digest
from ledger.obligations import accrue
from ledger.records import Obligation, ReleaseRecord, Usage
from ledger.sources import check_known
from ledger.store import Ledger
from ledger.sweeps import check_unswept
from ledger.terms import standing
from ledger.withdrawals import check_current


def record_release(
    ledger: Ledger, record: ReleaseRecord, now: datetime, *, exclusions: str = "", replaces: str = ""
) -> bool:
    """Record a sealed release with its usages and obligations; tell whether it was new. Once more changes nothing.

    Everything is written and entered in one transaction, or nothing is. `exclusions` is the digest of what was kept
    out when it was selected (`ledger.withdrawals`). `replaces` is the release that this one is without withdrawn texts:
    what that one owes is reversed, and this one owes in its place, whatever the budgets say.

    Raises:
        Overtaken: something was withdrawn since it was selected, the storage swept since its shards were seen, or
            another release recorded since it was made.
        RecordConflict: another release stands under the version.
        UnknownRecord: a source is not in the ledger.
        RecordRefused: a usage has no basis or is given twice, or rests on an agreement that is not in force.
        BudgetExceeded: it would owe more than a budget has left, which was entered.

    """
    stamp = Stamp(PROGRAM, now)
    with ledger.writing() as connection:
        row = connection.execute(select(tables.release).filter_by(version=record.version)).mappings().one_or_none()
        if row is not None:
            _check_same(row, record)
            return False
        _check(record)
        if record.sweeps is not None:
            check_unswept(connection, record.sweeps)
        if record.after is not None:
            _check_newest(connection, record.after)
        if exclusions:
            check_current(connection, exclusions)
        names = {usage.source for usage in record.usages}
        check_known(connection, names)
        owed = accrue(record, {name: standing(connection, name) for name in sorted(names)})
        over = [] if replaces else exceeded(connection, owed, now.date())
        refuse(connection, stamp, f"release:{record.version}", over)
        if replaces:
            void_dues(connection, replaces, f"release {record.version} is it without withdrawn texts", stamp)
        if not over:
            _write(connection, stamp, record, owed)
    if over:
        raise BudgetExceeded(f"release {record.version} is not sealed: {'; '.join(over)}")
    return True


def releases(ledger: Ledger) -> tuple[ReleaseRecord, ...]:
    """Return every release, in the order they were recorded in; a shard's digest takes about 100 bytes of memory."""
    with ledger.reading() as connection:
        return _read(connection, None)


def versions(ledger: Ledger) -> tuple[str, ...]:
    """Return the versions of all releases, in the order they were recorded in."""
    with ledger.reading() as connection:
        return tuple(connection.scalars(select(tables.release.c.version).order_by(tables.release.c.entry_seq)))


def release(ledger: Ledger, version: str) -> ReleaseRecord:
    """Return one release.

    Raises:
        UnknownRecord: there is none of that version.

    """
    with ledger.reading() as connection:
        found = _read(connection, version)
    if not found:
        raise UnknownRecord(f"no release {version} is in the ledger: `fodaftryk release list` tells them")
    return found[0]


def _check_same(row: RowMapping, record: ReleaseRecord) -> None:
    given = {name: getattr(record, name) for name in ("manifest_digest", "policy_digest", "as_of")}
    if any(row[name] != value for name, value in given.items()):
        raise RecordConflict(
            f"release {record.version} is in the ledger with the manifest {row['manifest_digest']}, policy "
            f"{row['policy_digest']} and day {row['as_of']}: a version is sealed once, choose a new one"
        )


def _check_newest(connection: Connection, after: str) -> None:
    """Refuse a release that was made to come behind another than the newest."""
    newest = select(tables.release.c.version).order_by(tables.release.c.entry_seq.desc()).limit(1)
    version = connection.scalar(newest) or ""
    if version != after:
        raise Overtaken(
            f"another run sealed release {version} while this one was made. Nothing was released; run again, and what "
            "stands now is compared."
        )


def _check(record: ReleaseRecord) -> None:
    """Refuse usages that would be counted twice, or on no right at all."""
    keys = [_usage_key(usage) for usage in record.usages]
    shards = [shard for usage in record.usages for shard in usage.shards]
    if len(set(keys)) < len(keys) or len(set(shards)) < len(shards):
        raise RecordRefused(f"release {record.version} states a usage or a shard twice: state each once")
    bases = {str(basis) for basis in Basis} - {Basis.NONE}
    for usage in record.usages:
        if usage.basis not in bases:
            raise RecordRefused(
                f"release {record.version} holds text of {usage.source} on the basis {usage.basis!r}, which is no "
                "right: seal it without that text"
            )
        if min(usage.documents, usage.words, usage.bytes) < 0:
            raise RecordRefused(f"release {record.version} counts less than nothing of {usage.source}: count again")


def _write(connection: Connection, stamp: Stamp, record: ReleaseRecord, owed: Iterable[Obligation]) -> None:
    _write_release(connection, stamp, record)
    for usage in sorted(record.usages, key=_usage_key):
        _write_usage(connection, stamp, record.version, usage)
    for due in owed:
        enter_due(connection, stamp, due)


def _write_release(connection: Connection, stamp: Stamp, record: ReleaseRecord) -> None:
    body: dict[str, Json] = {
        "manifest_digest": record.manifest_digest,
        "policy_digest": record.policy_digest,
        "as_of": record.as_of.isoformat(),
        "sources": len({usage.source for usage in record.usages}),
        "documents": sum(usage.documents for usage in record.usages),
        "words": sum(usage.words for usage in record.usages),
        "bytes": sum(usage.bytes for usage in record.usages),
        "shards": sum(len(usage.shards) for usage in record.usages),
        **({"beside": record.beside} if record.beside else {}),
    }
    seq = append(connection, stamp, Event("release", f"release:{record.version}", body))
    connection.execute(
        insert(tables.release).values(
            version=record.version,
            manifest_digest=record.manifest_digest,
            policy_digest=record.policy_digest,
            as_of=record.as_of,
            entry_seq=seq,
        )
    )


def _write_usage(connection: Connection, stamp: Stamp, version: str, usage: Usage) -> None:
    """Write what a release took of a source; the entry names the shards by one digest, since there may be many."""
    values: dict[str, Any] = {
        "basis": str(usage.basis),
        "tier": str(usage.tier),
        "licence": usage.licence,
        "documents": usage.documents,
        "words": usage.words,
        "bytes": usage.bytes,
    }
    body = {**values, "release": version, "shards_digest": digest(canonical(sorted(usage.shards)))}
    seq = append(connection, stamp, Event("usage", f"source:{usage.source}", body))
    connection.execute(insert(tables.usage).values(**values, release=version, source=usage.source, entry_seq=seq))
    if usage.shards:
        rows = [{"release": version, "digest": shard, "usage_seq": seq} for shard in usage.shards]
        connection.execute(insert(tables.usage_shard), rows)


def _read(connection: Connection, version: str | None) -> tuple[ReleaseRecord, ...]:
    wanted, used, held = select(tables.release), select(tables.usage), select(tables.usage_shard)
    if version is not None:
        wanted = wanted.filter_by(version=version)
        used, held = used.filter_by(release=version), held.filter_by(release=version)
    shards: defaultdict[int, list[str]] = defaultdict(list)
    for row in connection.execute(held.order_by(tables.usage_shard.c.digest)).mappings():
        shards[row["usage_seq"]].append(row["digest"])
    usages: defaultdict[str, list[Usage]] = defaultdict(list)
    for row in connection.execute(used.order_by(tables.usage.c.entry_seq)).mappings():
        usages[row["release"]].append(_usage(row, shards[row["entry_seq"]]))
    names = ("version", "manifest_digest", "policy_digest", "as_of")
    return tuple(
        ReleaseRecord(**{name: row[name] for name in names}, usages=tuple(usages[row["version"]]))
        for row in connection.execute(wanted.order_by(tables.release.c.entry_seq)).mappings()
    )


def _usage(row: RowMapping, shards: Iterable[str]) -> Usage:
    names = ("source", "basis", "tier", "licence", "documents", "words", "bytes")
    return Usage(**{name: row[name] for name in names}, shards=tuple(shards))


def _usage_key(usage: Usage) -> tuple[str, str, str, str]:
    return usage.source, usage.basis, usage.tier, usage.licence

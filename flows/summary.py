"""The summary of a run: the funnel, and one line a source; plain values that print and serialise alike."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from corpus.fates import count_fates
from flows.errors import CountError
from flows.records import RunRecord
from flows.workspace import Workspace
from ledger.money import format_amount
from ledger.records import DueStatus, SourceAccount
from ledger.releases import release
from ledger.standing import accounts

if TYPE_CHECKING:  # it brings all of refinement, which who looks has no use for
    from flows.release import Sealed


def check_counts(space: Workspace, crawls: Mapping[str, str], selection: str) -> None:
    """Everything fetched must have one fate. Raises CountError naming the source where it does not."""
    fates = count_fates(space.storage.local(selection))
    for source, crawl in crawls.items():
        report, documents = read_report(space, crawl), sum(fates.get(source, Counter()).values())
        standing = report["captured"] + report["unchanged"] + sum(report["carried"].values())
        if standing != documents:
            raise CountError(
                f"{source}: {standing} pages stand and {documents} have a fate. Nothing was released; "
                f"this is a fault of the program, and {crawl} in the storage shows it."
            )


def read_report(space: Workspace, crawl: str) -> dict[str, Any]:
    """A finished crawl's report."""
    report: dict[str, Any] = json.loads(space.storage.local(f"{crawl}/report.json").read_bytes())
    return report


def nothing_collected(problems: list[str], notices: list[str]) -> dict[str, Any]:
    """The summary of a run that has nothing to release, as no source was ever crawled to the end."""
    problem = "no source has been crawled: see `fodaftryk sources`, or add one with `fodaftryk sources add URL`"
    return {"release": None, "funnel": {}, "sources": [], "problems": [*problems, problem], "notices": notices}


def summarise(space: Workspace, sealed: "Sealed", record: RunRecord, as_of: date) -> dict[str, Any]:
    """What a run did: release, funnel and sources, as JSON values."""
    return {
        "release": {"version": sealed.version, "new": sealed.new, "uri": release_uri(space, sealed.version)}
        if sealed.version
        else None,
        "funnel": funnel_of(space, record),
        "sources": source_rows(space, sealed.version, as_of),
    }


def release_uri(space: Workspace, version: str) -> str:
    """Where a release lies, for other tools."""
    return space.storage.uri(f"releases/{version}")


def funnel_of(space: Workspace, record: RunRecord) -> dict[str, Any]:
    """Counts from known URLs to released documents over all sources; reasons by name, most frequent first."""
    totals: Counter[str] = Counter()
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for crawl in record.crawls.values():
        report = read_report(space, crawl)
        totals.update({name: report[name] for name in ("known", "redirected", "captured", "unchanged")})
        totals["carried"] += sum(report["carried"].values())
        for name in ("refused", "failed"):
            reasons[name].update(report[name])
    for counts in count_fates(space.storage.local(record.selection)).values():
        for (fate, reason), count in counts.items():
            if reason in {"", fate}:
                totals[fate] += count
            else:
                reasons["unread" if fate == "failed" else fate][reason] += count
    return dict(totals) | {name: dict(counts.most_common()) for name, counts in reasons.items()}


def source_rows(space: Workspace, version: str, as_of: date) -> list[dict[str, Any]]:
    """One row a source and right in a release: licence, basis, documents, words, what is owed and its status."""
    if not version:
        return []
    standing = source_accounts(space, as_of, version)
    rows = []
    for usage in release(space.ledger, version).usages:
        account = standing.get(usage.source, {})
        paid_for = usage.basis == "agreement"
        rows.append(
            {
                "source": usage.source,
                "licence": usage.licence,
                "basis": usage.basis,
                "documents": usage.documents,
                "words": usage.words,
                "owed": account.get("owed") if paid_for else None,
                "currency": account.get("currency", "") if paid_for else "",
                "payment": account["status"] if paid_for else "not_due",
            }
        )
    return rows


def source_accounts(space: Workspace, as_of: date, version: str | None = None) -> dict[str, dict[str, str | None]]:
    """How each source stands as a whole, its payees put together: `owed` and `paid` of each `currency`, and `status`.

    Of several currencies there are as many amounts: `1.50, 20.00` of `DKK, EUR`. `owed` is None where no amount exists.
    """
    of_source: defaultdict[str, list[SourceAccount]] = defaultdict(list)
    for account in accounts(space.ledger, as_of, version):
        of_source[account.source].append(account)
    return {source: _together(held) for source, held in of_source.items()}


def _together(held: Sequence[SourceAccount]) -> dict[str, str | None]:
    owed, paid = Counter[str](), Counter[str]()
    for account in held:
        owed[account.currency] += account.owed_micro or 0
        paid[account.currency] += account.paid_micro
    named = sorted(filter(None, owed))
    states = sorted({account.status for account in held} - {DueStatus.NOT_DUE}) or [DueStatus.NOT_DUE]
    return {
        "owed": ", ".join(format_amount(owed[currency]) for currency in named) if named else None,
        "paid": ", ".join(format_amount(paid[currency]) for currency in named or [""]),
        "currency": ", ".join(named),
        "status": ", ".join(states),
    }


def account_rows(space: Workspace, as_of: date, version: str | None = None) -> list[dict[str, Any]]:
    """How each source stands, over all releases or in one; amounts as exact decimal strings, null where none exists."""
    return [
        {
            "source": account.source,
            "payee": account.payee,
            "currency": account.currency,
            "owed": None if account.owed_micro is None else format_amount(account.owed_micro),
            "paid": format_amount(account.paid_micro),
            "credit": format_amount(account.credit_micro),
            "status": account.status.value,
        }
        for account in accounts(space.ledger, as_of, version)
    ]

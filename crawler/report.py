"""What a crawl leaves behind beside its captures: one line for each page it knows, and the sums.

Both files are written whole or not at all, and the sums are asserted against the lines.
"""

import gzip
import hashlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from crawler.archive import Series, files_of
from crawler.files import PAGES_FILE, REPORT_FILE, STANDING
from crawler.frontier import Frontier
from crawler.history import Past, past_of
from crawler.settling import HOPS_MAX
from crawler.turns import Kind

CHANGES = ("new", "changed", "unchanged", "carried", "gone", "withdrawn", "signals")
"""Words for what became of pages since the crawl before: `gone` were answered with 404 or 410, say that they are not
there, or their listing has them no more; `withdrawn` may not be had or used any more; `signals` counts those, whatever
their word, about which other statements were observed."""

TRAPS_TOLD_MAX = 50
"""Traps told in a report, the worst first: a site has a few, and a labyrinth makes a new one at every step."""

_OUTCOMES = ("captured", "unchanged", "carried", "redirected", "refused", "failed")
_BY_REASON = frozenset({"carried", "refused", "failed"})

_WARCS = {"warcs": Series.PAGES, "evidence_warcs": Series.EVIDENCE, "made_of_warcs": Series.MADE_OF}


def write_report(folder: Path, frontier: Frontier, head: dict[str, Any]) -> dict[str, Any]:
    """Write both files from a frontier that rests; returns the report.

    `head` holds what the frontier does not know: source, crawl, complete, started, ended. `warcs` lists the files with
    pages, `evidence_warcs` those with robots.txt and the like, `made_of_warcs` those with what rendered pages were made
    of: of their scripts, styles and data `resources` were fetched, and `resources_refused` were wanted and not given.
    Pages that were known and not asked for when the budget was spent are refused as `out_of_budget`; sitemaps are no
    pages, and are counted as `sitemaps_left`. `crawls` names this crawl and the earlier ones whose captures hold pages
    that stand.
    """
    frontier.commit()
    sums: Counter[tuple[str, str]] = Counter()
    crawls: set[str] = {head["crawl"]}
    changes: Counter[str] = Counter(dict.fromkeys(CHANGES, 0))

    def write_pages(file: IO[bytes]) -> None:
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            for page in _pages(frontier, head["crawl"]):
                sums[page["outcome"], page["reason"]] += 1
                changes[page["change"]] += 1
                changes["signals"] += page["signals_changed"]
                crawls.add(page["crawl"] or head["crawl"])
                packed.write(json.dumps(page, ensure_ascii=False, sort_keys=True).encode() + b"\n")

    _write_whole(folder / PAGES_FILE, write_pages)
    warcs = {name: _warcs(folder, files_of(frontier, series)) for name, series in _WARCS.items()}
    counted = {
        "traps": _traps_of(frontier),
        "changes": {name: changes[name] for name in CHANGES},
        "crawls": sorted(crawls),
    }
    return _written(folder, {**head, **_sums(sums), **_counts(frontier), **counted, **warcs})


def write_brief(folder: Path, frontier: Frontier, head: dict[str, Any]) -> dict[str, Any]:
    """Write the report alone, from the frontier's sums: for a crawl that is told to stop while it knows very much.

    There is no page list, and no WARC is digested: both would take longer than a stop may. What is left is refused as
    `interrupted`, as in the other report.
    """
    frontier.commit()
    (folder / PAGES_FILE).unlink(missing_ok=True)
    of_pages = "FROM urls WHERE kind IN ('page', 'row') AND state"
    done = f"SELECT outcome, coalesce(reason, ''), count(*) {of_pages} = 'done' GROUP BY 1, 2"
    sums = Counter({(outcome, reason): count for outcome, reason, count in frontier.db.execute(done)})
    left = frontier.db.execute(f"SELECT count(*) {of_pages} <> 'done'").fetchone()[0]
    sums["refused", "interrupted"] += left
    return _written(folder, {**head, **_sums(sums), **_counts(frontier), "traps": _traps_of(frontier)})


def _written(folder: Path, report: dict[str, Any]) -> dict[str, Any]:
    parts = sum(sum(report[word].values()) if word in _BY_REASON else report[word] for word in _OUTCOMES)
    assert report["known"] == parts, f"the report does not add up: {report['known']} known, {parts} accounted for"
    text = json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    _write_whole(folder / REPORT_FILE, lambda file: file.write(text.encode()))
    return report


def _traps_of(frontier: Frontier) -> list[dict[str, Any]]:
    """The worst families: host and first segment (see `crawler.traps`), barren pages over, URLs turned away."""
    worst = "SELECT * FROM families WHERE turned_away > 0 ORDER BY turned_away DESC, name LIMIT ?"
    rows = frontier.db.execute(worst, (TRAPS_TOLD_MAX,))
    return [dict(zip(("family", "barren", "turned_away"), row, strict=True)) for row in rows]


def _pages(frontier: Frontier, crawl: str) -> Iterator[dict[str, Any]]:
    for row in frontier.pages():
        outcome, reason, final_url = row["outcome"], row["reason"] or "", row["url"]
        if outcome == "redirected":
            final_url = _end_of(frontier, row)
            if not final_url:
                outcome, reason, final_url = "failed", "redirect_loop", row["url"]
        yield {
            "url": row["url"],
            "kind": row["kind"],
            "final_url": final_url,
            "outcome": outcome,
            "reason": reason,
            "status": row["status"],
            "content_type": row["content_type"] or "",
            "fetched_at": row["fetched_at"] or "",
            "payload_digest": row["payload_digest"] or "",
            "depth": row["depth"],
            "found_on": row["found_on"],
            "signals": json.loads(row["signals"] or "[]"),
            "decision": json.loads(row["decision"] or "null"),
            **_reading(row, outcome, crawl, past_of(frontier, row["url"])),
        }


def _reading(row: sqlite3.Row, outcome: str, crawl: str, past: Past | None) -> dict[str, Any]:
    """Where a page's body lies and how it has changed: what the next crawl goes on from, and words for it."""
    standing, answered = outcome in STANDING, outcome in {"captured", "unchanged"}
    place = {"crawl": crawl, "captured_at": row["fetched_at"]}
    if past is not None and outcome != "captured":
        place = {"crawl": past.crawl, "captured_at": past.captured_at}
    found = {
        "etag": row["etag"] or "",
        "last_modified": row["last_modified"] or "",
        "read_at": row["read_at"] or "",
        "first_at": row["fetched_at"] if past is None else past.first_at,
        "checks": 0 if past is None else past.checks + answered,
        "changes": 0 if past is None else past.changes + (outcome == "captured"),
        **place,
    }
    nothing = {name: 0 if isinstance(value, int) else "" for name, value in found.items()}
    heard = outcome in STANDING or row["reason"] in {"reserved", "paywall"}
    said_otherwise = heard and past is not None and _said(past.signals) != _said(row["signals"])
    words = {"change": _change(row, outcome, past), "signals_changed": said_otherwise}
    return {**(found if standing else nothing), **words}


def _said(signals: str) -> set[tuple[str, ...]]:
    """What statements say and where, whenever they were read."""
    return {
        tuple(row[name] for name in ("mechanism", "verdict", "label", "value", "place")) for row in json.loads(signals)
    }


def _change(row: sqlite3.Row, outcome: str, past: Past | None) -> str:
    if past is None:
        return "new" if outcome == "captured" else ""
    if outcome in STANDING:
        return {"captured": "changed"}.get(outcome, outcome)
    is_gone = row["status"] in {404, 410} or row["reason"] in {"soft_404", "not_listed"}
    return "gone" if is_gone else "withdrawn"


def _end_of(frontier: Frontier, row: sqlite3.Row) -> str:
    """Where a chain of redirects ends; empty when it does not within `HOPS_MAX`."""
    target = str(row["target"])
    for _ in range(HOPS_MAX):
        step = frontier.db.execute(
            "SELECT target FROM urls WHERE url = ? AND outcome = 'redirected'", (target,)
        ).fetchone()
        if step is None:
            return target
        target = step[0]
    return ""


def _sums(sums: Counter[tuple[str, str]]) -> dict[str, Any]:
    def by_reason(word: str) -> dict[str, int]:
        return {reason: count for (outcome, reason), count in sorted(sums.items()) if outcome == word}

    return {
        "known": sums.total(),
        **{word: by_reason(word) if word in _BY_REASON else sum(by_reason(word).values()) for word in _OUTCOMES},
    }


def _counts(frontier: Frontier) -> dict[str, int]:
    names = (
        *("out_of_scope", "trapped", "no_room", "requests", "bytes", "evidence", "licence_files_refused"),
        *("resources", "resources_refused"),
    )
    counts = {name: int(frontier.counters[name]) for name in names}
    return {**counts, "sitemaps": frontier.kinds[Kind.SITEMAP], "sitemaps_left": frontier.left(Kind.SITEMAP)}


def _warcs(folder: Path, files: list[tuple[str, int, int]]) -> list[dict[str, Any]]:
    found = []
    for file, size, records in files:
        with (folder / file).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found.append({"file": file, "sha256": digest, "bytes": size, "records": records})
    return found


def _write_whole(path: Path, write: Any) -> None:  # noqa: ANN401 - a function that writes to the file
    """Write a file under a temporary name, bring it to disk, and give it its name."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)

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
from crawler.frontier import Frontier
from crawler.settling import HOPS_MAX

PAGES_FILE = "pages.jsonl.gz"
REPORT_FILE = "report.json"

_WARCS = {"warcs": Series.PAGES, "evidence_warcs": Series.EVIDENCE}


def write_report(folder: Path, frontier: Frontier, head: dict[str, Any]) -> dict[str, Any]:
    """Write both files from a frontier that rests; returns the report.

    `head` holds what the frontier does not know: source, crawl, complete, started, ended. `warcs` lists the files with
    pages, `evidence_warcs` those with robots.txt and the like. Pages that were known and not asked for when the budget
    was spent are refused as `out_of_budget`; sitemaps are no pages, and are counted as `sitemaps_left`.
    """
    frontier.commit()
    sums: Counter[tuple[str, str]] = Counter()

    def write_pages(file: IO[bytes]) -> None:
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            for page in _pages(frontier):
                sums[page["outcome"], page["reason"]] += 1
                packed.write(json.dumps(page, ensure_ascii=False, sort_keys=True).encode() + b"\n")

    _write_whole(folder / PAGES_FILE, write_pages)
    warcs = {name: _warcs(folder, files_of(frontier, series)) for name, series in _WARCS.items()}
    report = {**head, **_sums(sums), **_counts(frontier), **warcs}
    parts = report["captured"] + report["redirected"] + sum(report["refused"].values()) + sum(report["failed"].values())
    assert report["known"] == parts, f"the report does not add up: {report['known']} known, {parts} accounted for"
    text = json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    _write_whole(folder / REPORT_FILE, lambda file: file.write(text.encode()))
    return report


def _pages(frontier: Frontier) -> Iterator[dict[str, Any]]:
    for row in frontier.pages():
        outcome, reason, final_url = row["outcome"], row["reason"] or "", row["url"]
        if outcome == "redirected":
            final_url = _end_of(frontier, row)
            if not final_url:
                outcome, reason, final_url = "failed", "redirect_loop", row["url"]
        yield {
            "url": row["url"],
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
        }


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
        "captured": sum(by_reason("captured").values()),
        "redirected": sum(by_reason("redirected").values()),
        "refused": by_reason("refused"),
        "failed": by_reason("failed"),
    }


def _counts(frontier: Frontier) -> dict[str, int]:
    names = ("out_of_scope", "trapped", "requests", "bytes", "evidence", "licence_files_refused")
    counts = {name: int(frontier.counters[name]) for name in names}
    return {**counts, "sitemaps": frontier.sitemaps, "sitemaps_left": frontier.sitemaps_left()}


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

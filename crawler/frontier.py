"""The frontier: every URL a crawl knows, where each stands, and what became of it, in one SQLite file.

A URL is pending, in flight or done. Changes are gathered in one transaction and committed in batches, together with
the end of the WARC file, so that a crash takes back a URL's outcome, the links found on its page and its capture as
one: what was in flight is pending again, and the WARC is cut to where the last commit left it.

Rules for editing: whatever belongs to one URL's outcome is written between two commits; nothing is kept in memory
that cannot be read from the file again. WAL with `synchronous=NORMAL` is enough: a killed process loses nothing that
was committed, and after a power cut the last batch is fetched again.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import Self

from crawler.frontier_tables import SCHEMA
from crawler.turns import Found, Kind, Outcome, Turn
from crawler.urls import same_page

COMMIT_CHANGES_MAX = 200
"""Outcomes gathered before a commit: bounds what a crash makes us fetch again."""

COMMIT_S_MAX = 0.5
"""Seconds gathered before a commit, for the same reason."""

KNOWN_PER_PAGE = 50
"""URLs known for each page the budget allows: beyond, links can never be reached and are only counted."""


_OUTCOME = ", ".join(f"{field.name} = ?" for field in fields(Outcome))


class Frontier:
    """One crawl's frontier; use it from one thread of one process."""

    def __init__(self, path: Path, pages_max: int) -> None:
        """Open or make the file; what was in flight, and listings that were broken, are pending again."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;")
        self.db.executescript(SCHEMA)
        self.db.execute("DELETE FROM urls WHERE state = 'absent'")
        self.db.execute("UPDATE urls SET attempts = 0 WHERE url IN (SELECT url FROM broken_listings)")
        self.db.execute(
            "UPDATE urls SET state = 'pending', outcome = NULL, reason = NULL"
            " WHERE state = 'in_flight' OR (state <> 'done' AND outcome IS NOT NULL)"
            " OR url IN (SELECT url FROM broken_listings)"
        )
        by_host = "SELECT host, count(*) FROM urls WHERE state <> 'done' {} GROUP BY 1"
        self.pending = Counter(dict(self.db.execute(by_host.format(""))))
        self._first = Counter(dict(self.db.execute(by_host.format("AND rank = 0"))))
        self.counters: Counter[str] = Counter(dict(self.db.execute("SELECT name, value FROM counters")))
        self.roused = sorted(self.pending)
        self._known_max = pages_max * KNOWN_PER_PAGE
        self.known = self.db.execute("SELECT count(*) FROM urls WHERE kind <> 'row'").fetchone()[0]
        self.kinds = Counter(dict(self.db.execute("SELECT kind, count(*) FROM urls GROUP BY 1")))
        done = "FROM urls WHERE state = 'done' AND kind"
        asked = f"SELECT coalesce(sum(asked), 0) {done} <> 'sitemap'"
        self.asked = int(self.db.execute(asked).fetchone()[0])
        self.outcomes = Counter(dict(self.db.execute(f"SELECT outcome, count(*) {done} IN ('page', 'row') GROUP BY 1")))
        self._changes, self._committed_at = 0, time.monotonic()
        self.before_commit: list[Callable[[], None]] = []
        self.db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        if error_type is None:
            self.commit()
        elif self.db.in_transaction:  # what is half done must not stand; it is fetched again
            self.db.execute("ROLLBACK")
        self.db.close()

    def commit(self) -> None:
        """Make all since the last commit durable against our death, once what it speaks of elsewhere is on disk."""
        for bring_to_disk in self.before_commit:
            bring_to_disk()
        rows = list(self.counters.items())
        self.db.executemany("INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", rows)
        self.db.execute("COMMIT")
        self.db.execute("BEGIN")
        self._changes, self._committed_at = 0, time.monotonic()

    def fact(self, name: str, value: str) -> str:
        """The value first recorded under a name: `value`, or what an earlier run recorded."""
        self.db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, value))
        return self.recall(name)

    def recall(self, name: str) -> str:
        """The value recorded under a name; empty when none is."""
        row = self.db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def forget(self, name: str) -> None:
        """Take a fact back; the next value given under its name is recorded as the first."""
        self.db.execute("DELETE FROM facts WHERE name = ?", (name,))

    def admit(self, kind: str, name: str, most: int) -> bool:
        """Whether a name is among the first `most` of its kind that were asked about; a new one takes a free place."""
        self.db.execute(
            "INSERT OR IGNORE INTO admitted SELECT ?1, ?2 WHERE (SELECT count(*) FROM admitted WHERE kind = ?1) < ?3",
            (kind, name, most),
        )
        row = self.db.execute("SELECT 1 FROM admitted WHERE kind = ? AND name = ?", (kind, name)).fetchone()
        return row is not None

    def spelling(self, url: str) -> str:
        """The URL under which a page is known: of its parameters' orders, the one that was seen first."""
        if "&" not in url:
            return url
        page = same_page(url)
        self.db.execute("INSERT OR IGNORE INTO orders VALUES (?, ?)", (page, url))
        return str(self.db.execute("SELECT url FROM orders WHERE page = ?", (page,)).fetchone()[0])

    def add(self, found: Found) -> bool:
        """Note a URL; one that is known keeps its place unless it was found nearer. False when there is no room."""
        if self.known >= self._known_max:
            known = self.db.execute("SELECT 1 FROM urls WHERE url = ?", (found.url,)).fetchone()
            return known is not None
        row = (found.url, found.host, found.kind, found.depth, found.found_on, found.hops, found.rank)
        added = self.db.execute(
            "INSERT OR IGNORE INTO urls (url, host, kind, depth, found_on, hops, rank) VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        ).rowcount
        if added:
            self.known += 1
            self.kinds[found.kind] += 1
            self._is_pending(found.host)
            self._first[found.host] += found.rank == 0
        else:
            self._bring_nearer(found)
        return True

    def _bring_nearer(self, found: Found) -> None:
        """A URL found again nearer to a seed moves up, and is asked for if only its depth had refused it."""
        nearer = "UPDATE urls SET depth = ?, found_on = ?, hops = min(hops, ?) WHERE url = ? AND depth > ?"
        if not self.db.execute(nearer, (found.depth, found.found_on, found.hops, found.url, found.depth)).rowcount:
            return
        again = "UPDATE urls SET state = 'pending', outcome = NULL, reason = NULL WHERE url = ? AND reason = 'too_deep'"
        if self.db.execute(again, (found.url,)).rowcount:
            self._is_pending(found.host)
            self.outcomes["refused"] -= 1

    def next(self, host: str) -> Turn | None:
        """The next URL of a host, by rank, then nearest first, then by spelling; it is in flight from now on.

        While anything of rank 0 is under way there is none of another rank: it may be the sitemap that says which of
        the others have changed.
        """
        row = self.db.execute(
            "SELECT url, depth, found_on, kind, hops, rank, attempts FROM urls WHERE host = ? AND state = 'pending'"
            " ORDER BY rank, depth, url LIMIT 1",
            (host,),
        ).fetchone()
        if row is None or (row[5] > 0 and self._first[host] > 0):
            return None
        url, depth, found_on, kind, hops, rank, attempts = row
        self.db.execute("UPDATE urls SET state = 'in_flight' WHERE url = ?", (url,))
        self.pending[host] -= 1
        if not self.pending[host]:
            del self.pending[host]
        return Turn(Found(url, host, depth, found_on, Kind(kind), hops, rank), attempts)

    def put_back(self, turn: Turn, *, attempts: int = 0) -> None:
        """A URL that was in flight is pending again, with so many more attempts made."""
        again = "UPDATE urls SET state = 'pending', attempts = attempts + ? WHERE url = ?"
        self.db.execute(again, (attempts, turn.found.url))
        self._is_pending(turn.found.host)
        self._changed()

    def finish(self, turn: Turn, outcome: Outcome) -> None:
        """Record what became of a URL; call it last, after its links and its capture."""
        finished = f"UPDATE urls SET state = 'done', {_OUTCOME} WHERE url = ?"  # noqa: S608 - names of our own
        self.db.execute(finished, (*astuple(outcome), turn.found.url))
        self._first[turn.found.host] -= turn.found.rank == 0
        self.asked += outcome.asked and turn.found.kind is not Kind.SITEMAP
        self.outcomes[outcome.outcome] += turn.found.kind is Kind.PAGE
        self._changed()

    def place(self, found: Found, outcome: Outcome, state: str = "done") -> None:
        """Give a URL that is not known, and not to be asked for, its outcome.

        Nothing is committed, so that the rows of a listing stand or fall with it. What is `absent` has a place in this
        run's report only.
        """
        row = (found.url, found.host, found.kind, found.depth, found.found_on, found.hops, state)
        self.db.execute(
            "INSERT INTO urls (url, host, kind, depth, found_on, hops, state) VALUES (?, ?, ?, ?, ?, ?, ?)", row
        )
        self.leave(found.url, outcome)
        self.outcomes[outcome.outcome] += 1

    def rerank(self, url: str, rank: int) -> None:
        """Move a URL that is pending to another place in its host's order."""
        was = self.db.execute("SELECT host, rank FROM urls WHERE url = ? AND state = 'pending'", (url,)).fetchone()
        if was is not None:
            self.db.execute("UPDATE urls SET rank = ? WHERE url = ?", (rank, url))
            self._first[was[0]] += (rank == 0) - (was[1] == 0)

    def leave(self, url: str, outcome: Outcome) -> None:
        """Give a URL that is not done its place in a report, without taking it out of the frontier."""
        left = f"UPDATE urls SET {_OUTCOME} WHERE url = ?"  # noqa: S608 - names of our own
        self.db.execute(left, (*astuple(outcome), url))

    def refuse_pending(self, reason: str) -> None:
        """Give what is still pending its place in a report, without taking it out of the frontier."""
        self.db.execute("UPDATE urls SET outcome = 'refused', reason = ? WHERE state <> 'done'", (reason,))

    def undone_again(self) -> list[str]:
        """Pages the crawl before read and this one has not; about 100 bytes of memory each."""
        undone = "SELECT url FROM urls JOIN past USING (url) WHERE state <> 'done' ORDER BY url"
        return [url for (url,) in self.db.execute(undone)]

    def outcome_at(self, url: str) -> str | None:
        """The outcome of a URL that is known, empty while it has none; None when it is not known."""
        row = self.db.execute("SELECT coalesce(outcome, '') FROM urls WHERE url = ?", (url,)).fetchone()
        return str(row[0]) if row else None

    def left(self, kind: Kind | None = None) -> int:
        """How many URLs, or of one kind, are pending or in flight; only pages are in the sums of pages."""
        if kind is not None:
            undone = "SELECT count(*) FROM urls WHERE state <> 'done' AND state <> 'absent' AND kind = ?"
            return int(self.db.execute(undone, (kind,)).fetchone()[0])
        in_flight = (
            "SELECT count(*) FROM urls WHERE state = 'in_flight' AND state <> 'done'"  # the latter for the index
        )
        return self.pending.total() + int(self.db.execute(in_flight).fetchone()[0])

    def barren(self, family: str, step: int = 0) -> int:
        """How many more barren than fruitful pages a family gave, after adding `step`; never below 0."""
        if step:
            self.db.execute(
                "INSERT INTO families (name, barren) VALUES (?1, max(0, ?2))"
                " ON CONFLICT DO UPDATE SET barren = max(0, barren + ?2)",
                (family, step),
            )
        row = self.db.execute("SELECT barren FROM families WHERE name = ?", (family,)).fetchone()
        return int(row[0]) if row else 0

    def turn_away(self, family: str) -> None:
        """Count a URL that was not asked for because of the family it belongs to."""
        self.db.execute(
            "INSERT INTO families VALUES (?, 0, 1) ON CONFLICT DO UPDATE SET turned_away = turned_away + 1", (family,)
        )

    def is_new_text(self, host: str, digest: str) -> bool:
        """Whether a text's digest was not seen on this host; it is seen from now on."""
        return self.db.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (host, digest)).rowcount > 0

    def pages(self) -> Iterator[sqlite3.Row]:
        """All pages and rows by URL, as rows of the table `urls`."""
        cursor = self.db.cursor()
        cursor.row_factory = sqlite3.Row
        return iter(cursor.execute("SELECT * FROM urls WHERE kind IN ('page', 'row') ORDER BY url"))

    def _is_pending(self, host: str) -> None:
        """Count one more pending URL of a host; one that had none is noted in `roused` for whoever hands out turns."""
        if host not in self.pending:
            self.roused.append(host)
        self.pending[host] += 1

    def _changed(self) -> None:
        self._changes += 1
        if self._changes >= COMMIT_CHANGES_MAX or time.monotonic() - self._committed_at >= COMMIT_S_MAX:
            self.commit()

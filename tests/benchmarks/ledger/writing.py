"""One of many writers, a process of its own: enters numbered events in transactions of 1 to 20."""

import random
import sys
from datetime import UTC, datetime

from ledger.journal import Event, Stamp, append_all
from ledger.store import open_ledger


def write(url: str, writer: int, events: int) -> None:
    """Enter `events` events as writer number `writer`."""
    chance = random.Random(writer)
    ledger = open_ledger(url)
    stamp = Stamp(f"writer:{writer}", datetime(2026, 11, 24, 12, tzinfo=UTC))
    done = 0
    while done < events:
        count = min(chance.randint(1, 20), events - done)
        with ledger.writing() as connection:
            append_all(connection, stamp, [Event("try", "source:a", {"n": done + number}) for number in range(count)])
        done += count
    ledger.close()


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

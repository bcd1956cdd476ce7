"""Looking up in the portal: a domain and a passage among very many works, as a visitor waits for them."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from starlette.testclient import TestClient

from dedup.parameters import Parameters
from dedup.passages import Passages, write_passages
from ledger.policy import load_policy
from ledger.portal.app import create_app
from ledger.portal.limits import Buckets
from ledger.portal.portal import Attested, Match, Portal, Site
from ledger.records import Source, SourceStatus
from ledger.signals import Mechanism, RightsSignal, Verdict, signals_to_json
from ledger.sources import sync_source
from ledger.store import Ledger, open_ledger
from ledger.works import Work, fill
from tests.benchmarks.figures import show

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DOMAIN_MS_MAX, PASSAGE_MS_MAX = 100, 500
"""The floors, medians, for a million works."""
QUESTIONS = 50
WORDS, FILE_TEXTS = 300, 10_000
SAID = signals_to_json(
    [RightsSignal(Mechanism.ROBOTS, Verdict.PERMITTED, "allow", "/", "https://a.dk/robots.txt", "Allow: /", "", "2026")]
)


def works_of(count: int) -> Iterator[Work]:
    """Works of one large domain with a hundred hosts, ascending by id."""
    for number in range(count):
        yield Work(
            id=f"{number:064x}", source="stor", url=f"https://h{number % 100}.stor.dk/{number % 977}/{number}.html",
            title=f"Artikel {number // 10}", author=f"Person {number % 50_000}", numbers=(), fetched_at=NOW,
            digest="sha256:" + sha256(str(number).encode()).hexdigest(), words=WORDS, fate="released", reason="",
            outcome="include", basis="tdm", licence="LicenseRef-TDM-NoReservation", rule="tdm-no-reservation",
            signals=SAID, observed=date(2026, 11, 24), cluster="",
        )  # fmt: skip


def passages_of(count: int, folder: Path, seed: int) -> tuple[Passages, dict[str, str]]:
    """Texts of invented words in files, and the passages that are asked for, by the work they are of."""
    draw = np.random.default_rng(seed)
    words = np.array(["".join(row) for row in draw.choice(list("adegiklmnorstuvæøå"), (50_000, 7))])
    wanted, asked, files = set(random.Random(seed).sample(range(count), min(QUESTIONS, count))), {}, []
    for first in range(0, count, FILE_TEXTS):
        numbers = range(first, min(first + FILE_TEXTS, count))
        texts = [" ".join(words[row]) for row in draw.integers(0, len(words), (len(numbers), WORDS))]
        asked |= {f"{n:064x}": " ".join(texts[n - first].split()[100:160]) for n in numbers if n in wanted}
        files.append(folder / f"{first:09}")
        write_passages([([f"{number:064x}" for number in numbers], texts)], Parameters(), files[-1])
    return Passages(files, Parameters()), asked


def milliseconds(ask: Callable[[], None]) -> float:
    """How long a visitor waits."""
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def portal_on(ledger: Ledger, passages: Passages) -> TestClient:
    """A portal without limits of how often one may ask."""

    def find(text: str) -> list[Match]:
        return [Match(found.id, found.share) for found in passages.find(text)]

    site = Site("https://portal.test")
    app = create_app(
        Portal(
            ledger=ledger, site=site, now=lambda: NOW, secret=b"s" * 32, send=print, canonical=str, find_passage=find,
            attested=Attested, worth=tuple, policy=load_policy(None),
        )
    )  # fmt: skip
    ticks = iter(range(0, 10**9, 3600))
    app.state.buckets = Buckets(lambda: float(next(ticks)))
    return TestClient(app, site.url)


def test_looking_up_among_many_works(request: pytest.FixtureRequest, tmp_path: Path, postgresql_url: str) -> None:
    """Works are filled in, a domain of all of them is leafed through, and passages are found, on PostgreSQL."""
    count, seed = request.config.getoption("--works"), request.config.getoption("--seed")
    ledger = open_ledger(postgresql_url)
    sync_source(
        ledger, Source("stor", "Stor", "https://stor.dk/", SourceStatus.CONFIRMED, "S", "", "news"), (), (), NOW
    )
    began = time.perf_counter()
    fill(ledger, "stor", works_of(count), [])
    filled_s = time.perf_counter() - began
    passages, asked = passages_of(count, tmp_path, seed)
    visitor, drawn = portal_on(ledger, passages), random.Random(seed)

    def leaf() -> None:
        after = f"{drawn.randrange(count):064x}"
        assert len(visitor.get("/api/v1/works", params={"q": "stor.dk", "after": after}).json()["works"]) > 0

    def domain() -> None:
        assert "Næste side" in visitor.get("/opslag", params={"q": "stor.dk"}).text

    def author() -> None:
        assert visitor.get(
            "/api/v1/works", params={"q": f"Person {drawn.randrange(min(count, 50_000))}", "kind": "author"}
        ).json()["works"]

    found = 0

    def passage() -> None:
        nonlocal found
        work, text = asked.popitem()
        told = visitor.post("/api/v1/passages", json={"text": text}).json()
        found += [each["work"]["id"] for each in told][:1] == [work]

    times = {
        ask.__name__: median(milliseconds(ask) for _ in range(QUESTIONS)) for ask in (domain, leaf, author, passage)
    }
    figures = {"works": count, "filled, works/s": count / filled_s, "found": found} | {
        f"{name}, ms": ms for name, ms in times.items()
    }
    show("portal", figures)
    assert found == QUESTIONS
    assert max(times["domain"], times["leaf"], times["author"]) < DOMAIN_MS_MAX
    assert times["passage"] < PASSAGE_MS_MAX
    ledger.close()

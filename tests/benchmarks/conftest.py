"""How much a benchmark does: little for a look, more for the figures that are published."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name the sizes; `make bench ARGS="--kills 300"` sets them."""
    parser.addoption("--kills", type=int, default=20, help="how often a crawl is killed, over all crawls (300)")
    parser.addoption("--rounds", type=int, default=2, help="rounds of each crawler in a measurement of speed (5)")
    parser.addoption("--known", type=int, default=100_000, help="URLs known in the measurement of memory (1000000)")
    parser.addoption("--decisions", type=int, default=100_000, help="documents a policy is replayed over (1000000)")
    parser.addoption("--seed", type=int, default=1, help="seed of all that is random")
    parser.addoption("--events", type=int, default=20_000, help="entries of a journal that is measured (1000000)")
    parser.addoption("--steps", type=int, default=2_000, help="steps of a state machine, each engine (100000)")
    parser.addoption(
        "--web", default="", help="folder of the little Danish web: expected.json, routes.json, sites, gold"
    )
    parser.addoption("--requests", type=int, default=5_000, help="requests of one tenant for another's (100000)")
    parser.addoption("--examples", type=int, default=5, help="requests of each kind to each question of the API (100)")
    parser.addoption("--items", type=int, default=6000, help="invented items of a set of personal data (50000)")
    parser.addoption("--documents", type=int, default=1_000, help="documents that are signed or compared (5000)")
    parser.addoption("--signatures", type=int, default=50_000, help="signatures that are clustered (1000000)")
    parser.addoption("--standing", type=int, default=100_000, help="documents in the index (1000000 and 10000000)")
    parser.addoption("--sealed", type=int, default=50_000, help="documents that are sealed (1000000)")
    parser.addoption("--works", type=int, default=20_000, help="works the portal looks up among (1000000)")
    parser.addoption("--points", type=int, default=20, help="withdrawals at random points of a pipeline (200)")
    parser.addoption("--released", type=int, default=50_000, help="documents in a release that is patched (1000000)")
    parser.addoption("--lid", default="", help="folder of labelled sentences: dev.parquet, train.parquet")
    parser.addoption(
        "--pages", type=int, default=300, help="pages of the little web in a measurement of the pass (2000)"
    )
    parser.addoption(
        "--sentences", default="", help="Parquet file with a column `text` of Danish sentences to make documents of"
    )
    parser.addoption("--publishes", type=int, default=40, help="releases published through a failing proxy (1000)")
    parser.addoption("--damages", type=int, default=100, help="damaged pulls that are checked (1000)")
    parser.addoption("--texts", default="", help="JSON lines with `text`, to measure rules on; made when left out")

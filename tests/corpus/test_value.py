"""The value map: the sums are those of its sources, money stays exact, and a spreadsheet works nothing out."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus.cards.value import Cost, Value, ranked, value_files, value_json, value_rows

AVIS = Value(
    source="avis",
    title="Avisen",
    kind="news",
    status="agreed",
    licences=("LicenseRef-Agreement-1",),
    documents=10,
    words=3_000,
    only_words=2_000,
    shared_words=1_000,
    copies=4,
    waiting_words=0,
    danish=0.987_654_3,
    passing=0.5,
    fault="too_short",
    measures=(("mean_word_length", 5.123_456),),
    costs=(Cost(Decimal("12.50"), "DKK"),),
    payment="accrued",
    missing=(),
)
ARKIV = replace(
    AVIS, source="arkiv", documents=0, words=0, only_words=0, shared_words=0, copies=0, waiting_words=500,
    danish=None, passing=None, measures=(), costs=(), payment="", missing=("a delivery", "who holds the rights"),
)  # fmt: skip


def test_who_adds_most_comes_first() -> None:
    """By words that no other source has, then by those that wait, then by name."""
    more = replace(AVIS, source="blog", only_words=2_001)
    assert [value.source for value in ranked([ARKIV, AVIS, more])] == ["blog", "avis", "arkiv"]


def test_the_cost_is_told_per_million_words_that_only_it_has() -> None:
    """12.50 for 2,000 words are 6,250 for a million; what adds nothing has no such price, in any currency."""
    assert AVIS.per_million == (Cost(Decimal("6250.00"), "DKK"),)
    assert replace(AVIS, only_words=0).per_million == ()
    two = replace(AVIS, costs=(*AVIS.costs, Cost(Decimal(1), "EUR")))
    assert value_rows([two])[0]["per million only here"] == "6,250.00 DKK + 500.00 EUR"


@given(st.decimals(0, 10**9, places=6), st.integers(1, 10**12))
def test_a_price_per_million_is_exact_to_the_cent(owed: Decimal, words: int) -> None:
    """It differs from the fraction by half a cent at most."""
    (cost,) = replace(AVIS, costs=(Cost(owed, "DKK"),), only_words=words).per_million
    assert abs(cost.owed * words - owed * 10**6) * 200 <= words * Decimal("1.000001")


def test_the_same_map_in_each_form() -> None:
    """CSV and JSON hold a row for each source with the same numbers; nothing unknown is a zero."""
    files = value_files([AVIS, ARKIV])
    rows = list(csv.DictReader(io.StringIO(files["value.csv"].decode())))
    assert json.loads(files["value.json"]) == json.loads(json.dumps(value_json([AVIS, ARKIV])))
    assert [row["only_words"] for row in rows] == ["2000", "0"]
    assert (rows[0]["owed"], rows[0]["currency"], rows[0]["owed_per_million_only_words"]) == ("12.50", "DKK", "6250.00")
    assert (rows[1]["danish"], rows[1]["passing"], rows[1]["owed"]) == ("", "", "")
    assert [row["mean_word_length"] for row in rows] == ["5.1235", ""]
    assert rows[1]["missing"] == "a delivery; who holds the rights"
    assert value_json([AVIS])[0]["per_million_only_words"] == [{"owed": "6250.00", "currency": "DKK"}]


def test_no_cell_is_a_formula() -> None:
    """A title, a licence or a reason that begins as a formula does is text, on one line."""
    for begin in ("=", "+", "-", "@", "\t=", "\r=", "\n="):
        odd = replace(AVIS, title=f'{begin}cmd|"x"!A1', missing=(f"{begin}1+1",))
        (row,) = csv.DictReader(io.StringIO(value_files([odd])["value.csv"].decode()))
        for name in ("title", "missing"):
            assert row[name][0] == "'", (begin, name)
            assert "\n" not in row[name]


def test_the_picture_shows_what_could_be_used() -> None:
    """A source without a word is left out; one that only waits has a bar of its own."""
    picture = etree.fromstring(value_files([AVIS, ARKIV, replace(ARKIV, source="x", waiting_words=0)])["value.svg"])
    told = picture.xpath("//s:rect/s:title/text()", namespaces={"s": "http://www.w3.org/2000/svg"})
    assert told == [
        "avis: in no other source 2,000",
        "avis: copied elsewhere 1,000",
        "arkiv: may not be used yet 500",
    ]

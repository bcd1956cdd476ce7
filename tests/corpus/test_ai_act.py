"""The AI Act's summary: what the corpus knows is filled, what only a provider can attest is not, and it prints."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from corpus.cards.ai_act import summary_of
from corpus.cards.ai_act_fields import Field, State, answered
from corpus.cards.ai_act_pages import to_html, to_json, to_markdown
from corpus.cards.domains import top_domains
from corpus.cards.facts import Facts, Publisher
from corpus.cards.statistics import Statistics
from tests.corpus.made_release import Text, facts_of, hostile
from tests.corpus.test_cards import HOSTILE


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """A crawled site, a site by agreement, a large and a small public data set, and a delivery."""
    made = facts_of(
        tmp_path,
        [
            Text("avis", "a", 100),
            Text("forlag", "b", 50, licence="LicenseRef-Agreement-1", basis="agreement", tier="agreed"),
            Text("wiki", "c", 97),
            Text("minwiki", "d", 2),
            Text("arkiv", "e", 5, licence="LicenseRef-Contribution", basis="contribution"),
        ],
    )
    access = {"wiki": "dump", "minwiki": "dump", "arkiv": "delivery"}
    sources = {
        name: replace(about, access=access.get(name, about.access), kind="news") for name, about in made.sources.items()
    }
    return replace(made, sources=sources)


def fields(facts: Facts) -> dict[str, Field]:
    """The fields of a summary by their keys."""
    return {field.key: field for section in summary_of(facts) for field in section.fields}


def test_what_only_a_provider_can_attest_is_left_open(facts: Facts) -> None:
    """Provider, model, code of practice, user data and synthetic data are to be provided, and have no value."""
    filled = fields(facts)
    for key in (
        *("provider", "authorised_representative", "versioned_names", "dependencies", "eu_market_date"),
        *("trained_after", "code_signatory", "copyright_policy", "user_interactions", "user_other_services"),
        *("synthetic", "other_private_known", "link_previous"),
    ):
        assert (filled[key].state, filled[key].value) == (State.OPEN, ""), key


def test_every_field_of_the_template_stands(facts: Facts) -> None:
    """Each section has as many fields as the template asks of it, with keys that stand once."""
    asked = {
        "": 3, "1.1": 2, "1.2": 3, "1.3": 4 + 3 * 3 + 3 + 5, "2.1": 5, "2.2.1": 2, "2.2.2": 5, "2.3": 10,
        "2.4": 5, "2.5": 5, "2.6": 3, "3.1": 4, "3.2": 2, "3.3": 1,
    }  # fmt: skip
    listed = [field for section in summary_of(facts) for field in section.fields]
    assert Counter(field.number for field in listed) == asked
    assert len({field.key for field in listed}) == len(listed)


def test_what_the_corpus_knows_is_filled(facts: Facts) -> None:
    """Sources stand where the template wants them: crawled, public, licensed, handed over."""
    filled = {key: field.value for key, field in fields(facts).items() if field.state is State.FILLED}
    assert filled["text_size"] == "Less than 1 billion tokens"
    assert filled["text_other_unit"] == "254 words"
    assert filled["latest_acquisition"] == "11/2026"
    assert filled["last_update"] == "24/11/2026"
    assert filled["licensed_concluded"] == "Yes"
    assert len(filled["public_large"]) == 1
    assert filled["public_large"][0].startswith("Siden wiki, https://www.wiki.dk/, as of 11/2026; 97 words")
    assert filled["public_other"] == "Text in Danish: Siden minwiki"
    assert filled["other_private"] == ("Siden arkiv: 5 words, handed over as files",)
    assert filled["other_private_comments"] == "5 words, taken in from 11/2026 to 11/2026"
    assert filled["public_comments"].startswith("99 words in all; ")
    assert (filled["crawled_from"], filled["crawled_to"]) == ("11/2026", "11/2026")
    assert filled["domains"] == ("avis.dk",)
    for word in ("robots.txt", "captcha", "password", "paywall"):
        assert word in filled["crawler_behaviour"]


def test_what_is_not_there_does_not_apply(tmp_path: Path) -> None:
    """Of a corpus of nothing, nothing was crawled, and the crawler's fields say that they do not apply."""
    filled = fields(facts_of(tmp_path, []))
    assert filled["crawled_used"].value == "No"
    assert filled["domains"].state is State.NONE
    assert filled["public_large"].state is State.NONE
    assert filled["other_private_known"].state is State.NONE
    assert filled["image_size"].state is State.NONE


@pytest.mark.parametrize(("words", "size"), [(10**8, "Less than"), (5 * 10**8, None), (2 * 10**9, "1 billion to")])
def test_a_size_in_tokens_is_told_where_no_tokenizer_could_differ(facts: Facts, words: int, size: str | None) -> None:
    """Between the ranges it depends on the model's tokenizer, and is to be provided."""
    shard = replace(facts.manifest.shards[0], words=words)
    field = fields(replace(facts, manifest=replace(facts.manifest, shards=(shard,))))["text_size"]
    assert field.state is (State.FILLED if size else State.OPEN)
    assert field.value.startswith(size or "")  # type: ignore[union-attr]


def test_a_size_that_was_counted_is_told(facts: Facts) -> None:
    """With a tokenizer of the corpus's own the range is that of its count, whatever the words."""
    sha256 = facts.manifest.shards[0].sha256
    counted = {sha256: Statistics(tokens=2 * 10**9, tokenizers=("danske-bogstaver",))}
    filled = fields(replace(facts, counted=counted))
    assert filled["text_size"].value == "1 billion to 10 trillion tokens"
    assert filled["text_other_unit"].value == "254 words; 2,000,000,000 tokens of danske-bogstaver"


def test_a_provider_answers_what_is_open_and_nothing_else(facts: Facts) -> None:
    """Answers fill open fields, as lists too, or as not applicable; what the corpus says or nobody asks is refused."""
    sections = summary_of(facts, "tier open")
    answers = {"provider": "Firma A/S", "versioned_names": ("dansk-1", "dansk-2"), "dependencies": "not applicable"}
    filled = {field.key: field for section in answered(sections, answers) for field in section.fields}
    assert (filled["provider"].value, filled["provider"].state) == ("Firma A/S", State.FILLED)
    assert filled["versioned_names"].value == ("dansk-1", "dansk-2")
    assert filled["dependencies"].state is State.NONE
    assert filled["synthetic"].state is State.OPEN
    assert filled["comments"].value.endswith("of this corpus alone: tier open.")  # type: ignore[union-attr]
    for key, why in (("crawler_name", "as the corpus says it"), ("nobody", "no field is called nobody")):
        with pytest.raises(ValueError, match=why):
            answered(sections, {key: "x"})


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers(1, 10**9), max_size=60))
def test_the_domains_listed_are_the_largest(sizes: dict[str, int]) -> None:
    """The list is a tenth of all, rounded up; none left out is larger than one in it; an SME's is its beginning."""
    top = top_domains({f"www.{name}.dk": (1, 1, size) for name, size in sizes.items()})
    assert top.all == len(sizes)
    assert len(top.listed) == -(-len(sizes) // 10)
    assert top.sme == -(-len(sizes) // 20)
    left = [size for name, size in sizes.items() if f"{name}.dk" not in top.listed]
    assert all(sizes[name.removesuffix(".dk")] >= max(left, default=0) for name in top.listed)


def test_an_sme_lists_at_most_a_thousand() -> None:
    """Of thirty thousand domains 5 % would be more. Hosts of one domain are one, also below `co.uk`."""
    assert top_domains({f"s{number}.dk": (1, 1, 1) for number in range(30_000)}).sme == 1_000
    top = top_domains({"a.bbc.co.uk": (1, 1, 5), "b.bbc.co.uk": (1, 1, 5), "kk.dk": (1, 1, 9), "": (1, 1, 99)})
    assert (top.listed, top.all) == (("bbc.co.uk",), 2)


def test_the_page_stands_by_itself(facts: Facts) -> None:
    """The page has a language, a title and print rules, runs no script, and loads and links to nothing."""
    page = html.fromstring(to_html(summary_of(facts), "0.1.0"))
    assert page.get("lang") == "en"
    assert page.findtext(".//title")
    assert "@media print" in page.findtext(".//style")
    assert not page.xpath("//script | //*[@src] | //*[@href] | //@*[starts-with(name(), 'on')]")
    assert len(page.xpath("//td[@class='open']")) == sum(field.state is State.OPEN for field in fields(facts).values())


def test_a_rights_holder_is_told_in_danish_whom_to_write_to(facts: Facts) -> None:
    """Page and Markdown name the contact, or say who to ask where there is none."""
    for each, whom in (
        (facts, "Skriv til ret@korpus.dk."),
        (replace(facts, publisher=Publisher()), "Skriv til den, der"),
    ):
        sections = summary_of(each)
        assert whom in to_markdown(sections, "0.1.0").decode()
        page = html.fromstring(to_html(sections, "0.1.0"))
        assert whom in page.xpath("string(//p[@lang='da'])")


def test_every_field_is_in_every_form(facts: Facts) -> None:
    """JSON, Markdown and page hold the same fields; JSON says of each how far it is filled."""
    sections = summary_of(facts)
    told = json.loads(to_json(sections))
    rows = [row for section in told["sections"] for row in section["fields"]]
    assert len({row["key"] for row in rows}) == len(rows)
    assert {row["state"] for row in rows} <= {state.value for state in State}
    assert all((row["value"] is None) == (row["state"] != "filled") for row in rows)
    text, page = to_markdown(sections, "0.1.0").decode(), to_html(sections, "0.1.0").decode()
    for row in rows:
        assert row["label"] in text, row
        assert row["label"].replace("'", "&#x27;") in page, row


def test_a_hostile_source_writes_no_element(facts: Facts) -> None:
    """Names that hold markup are text in the page: the same elements as without them."""
    plain, odd = (html.fromstring(to_html(summary_of(each), "0.1.0")) for each in (facts, hostile(facts, HOSTILE)))
    assert {element.tag for element in odd.iter()} <= {element.tag for element in plain.iter()}
    assert not odd.xpath("//@*[starts-with(name(), 'on')]")

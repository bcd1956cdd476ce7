"""What lies beside a release: it loads the release, tells the truth of it, and takes no orders from pages."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from lxml import etree, html
from markdown_it import MarkdownIt

from corpus.cards.beside import beside
from corpus.cards.charts import Chart, draw, largest
from corpus.cards.facts import Facts, Publisher
from corpus.cards.licences import asks_credit, asks_same_terms, hub_names, licence_url
from corpus.cards.readme import card_of
from corpus.cards.statistics import Statistics, merged, statistics_of
from corpus.releases import Manifest, publish, stage
from corpus.shards import Shard
from corpus.storage import FolderStorage
from tests.corpus.made_release import AS_OF, Text, facts_of, hostile

HOSTILE = (
    "a: b\n- x #\u0085\"'{[\\|</svg></title><script>alert(1)</script>![x](javascript:alert(1)) [y](http://y.test)"
    "\u202e&lt;img src=x onerror=alert(1)&gt; `c` <https://z.test> =1+1 \x1b[31m \ud800"
)


def card(sources: list[str], holder: str = "Holder") -> tuple[dict[str, Any], list[str]]:
    """The front matter, read as YAML, and the lines of the table of sources."""
    shards = tuple(
        Shard(f"shards/{name}/ab.parquet", "ab", name, "CC-BY-4.0", "open_licence", "open", 1, 2, 3) for name in sources
    )
    manifest = Manifest("0.1.0", AS_OF, {}, shards, {}, dict.fromkeys(sources, holder))
    text = card_of(Facts(manifest, Publisher(), {})).decode()
    _, front, body = text.split("---\n", 2)
    rows = body.partition("| words |\n")[2].split("\n\n", 1)[0].split("\n")[1:]
    return yaml.safe_load(front), rows


@pytest.mark.parametrize("name", ["avis", "no", "null", "2026", "1e3", "a: b\n- x #\u0085\"'{[\\"])
def test_a_source_is_a_string_to_whoever_reads_the_card(name: str) -> None:
    """A name that YAML would take for a truth, a number or more lines is one string, of one line."""
    front, _ = card([name])
    shown = " ".join(name.split())
    files = [{"split": "train", "path": [f"../../shards/{shown}/ab.parquet"]}]
    assert front == {
        "language": ["da"],
        "license": ["cc-by-4.0"],
        "pretty_name": "Fodaftryk 0.1.0",
        "size_categories": ["n<1K"],
        "task_categories": ["text-generation"],
        "configs": [{"config_name": config, "data_files": files} for config in ("default", shown, "tier_open")],
    }


def test_a_release_without_shards_has_all_files(tmp_path: Path) -> None:
    """Nothing released is no configuration and an empty table."""
    front, rows = card([])
    assert front["configs"] == []
    assert rows == []
    assert beside(facts_of(tmp_path, []))


@pytest.mark.parametrize(
    ("holder", "shown"),
    [
        ("Avisen A/S & Søn", "Avisen A/S & Søn"),
        ("A | B\n| C\r\n\u2028D\u202e\x1b", "A / B / C D"),
        ("<b>A</b> [x](http://x.test) *a* _b_ `c`", r"\<b\>A\</b\> \[x\](http://x.test) \*a\* \_b\_ \`c\`"),
        ("\\", r"\\"),
    ],
)
def test_a_holder_is_one_cell_of_text(holder: str, shown: str) -> None:
    """A rights holder's name can break out of neither its cell nor its row, and is no markup."""
    assert card(["avis"], holder)[1] == [f"| avis | {shown} | CC-BY-4.0 | open\\_licence | open | 1 | 2 |"]


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """Two sources on three rights, a copy that both have, and what was left out."""
    return facts_of(
        tmp_path,
        [
            Text("avis", "a", 100, cluster="c"),
            Text("avis", "b", 50, licence="LicenseRef-TDM-NoReservation", basis="tdm", tier="tdm"),
            Text("avis", "c", 50, "duplicate", "duplicate", cluster="avis/b"),
            Text("blog", "a", 90, "duplicate", "duplicate", cluster="c"),
            Text("blog", "d", 40, licence="CC-BY-SA-3.0", more={"published": None, "author": "Ida", "fetched": AS_OF}),
            Text("blog", "e", 30, "held", "signal-malformed"),
            Text("blog", "f", 20, "held", "signal-malformed", cluster="blog/e"),
            Text("blog", "g", 5, "marked", "too_short", cluster="none"),
        ],
    )


def test_a_release_loads_by_source_and_by_tier_where_it_was_copied(
    tmp_path: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`load_dataset` reads the release from a copy of the storage, as a sync leaves it: whole, a source, a tier."""
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    storage = FolderStorage(tmp_path / "data")
    publish(stage(facts.manifest, storage, beside(facts)), storage)
    for name in ("releases", "shards"):
        shutil.copytree(tmp_path / "data" / name, tmp_path / "copy" / name)
    shutil.rmtree(tmp_path / "data")
    folder, cache = str(tmp_path / "copy/releases/0.1.0"), str(tmp_path / "cache")

    def loaded(*config: str) -> set[str]:
        return set(datasets.load_dataset(folder, *config, split="train", cache_dir=cache)["id"])

    assert loaded() == {"avis/a", "avis/b", "blog/d"}
    assert loaded("blog") == {"blog/d"}
    assert loaded("tier_open") == {"avis/a", "blog/d"}
    assert loaded("tier_tdm") == {"avis/b"}


def test_the_same_facts_are_the_same_bytes(tmp_path: Path, facts: Facts) -> None:
    """Counted anew in another folder, every file beside the manifest has the same bytes."""
    (tmp_path / "again").mkdir()
    storage = FolderStorage(tmp_path / "again")
    for shard in facts.manifest.shards:
        storage.put(shard.path, tmp_path / "data" / shard.path)
    counted = {shard.sha256: statistics_of(shard, storage) for shard in reversed(facts.manifest.shards)}
    assert beside(replace(facts, counted=counted)) == beside(facts)


def test_a_shard_is_counted_once(tmp_path: Path, facts: Facts) -> None:
    """What was counted in a shard is kept, and the shard is not read again."""
    (tmp_path / "data" / facts.manifest.shards[0].path).unlink()
    shard = facts.manifest.shards[0]
    assert statistics_of(shard, FolderStorage(tmp_path / "data")) == facts.counted[shard.sha256]


def test_statistics_are_what_the_rows_say(facts: Facts) -> None:
    """Documents, words, years, hosts and days are those of the shards' rows."""
    counted = facts.statistics()
    assert (counted.documents, counted.words, counted.chars, counted.danish_chars) == (3, 190, 950, 475)
    assert (counted.titled, counted.authored, counted.dated) == (3, 1, 2)
    assert (counted.first, counted.last) == ("2026-11-01", "2026-11-24")
    assert counted.years == {"": (1, 40, 200), "2020": (2, 150, 750)}
    assert counted.hosts == {"www.avis.dk": (2, 150, 750), "www.blog.dk": (1, 40, 200)}


def test_tokens_are_told_with_who_counted_them(tmp_path: Path, facts: Facts) -> None:
    """A shard whose schema names a tokenizer has its tokens counted; the card, the sheet and Croissant tell of them."""
    storage, shard = FolderStorage(tmp_path / "data"), facts.manifest.shards[0]
    table = pq.read_table(tmp_path / "data" / shard.path)
    table = table.append_column("tokens", pa.array([7] * len(table), pa.int64()))
    pq.write_table(table.replace_schema_metadata({"fodaftryk.tokenizer": "danske-bog_staver"}), tmp_path / "shard")
    storage.put("shards/avis/tokens.parquet", tmp_path / "shard")
    counted = replace(shard, path="shards/avis/tokens.parquet", sha256="tokens")
    statistics = statistics_of(counted, storage)
    assert (statistics.tokens, statistics.tokenizer) == (7 * len(table), "danske-bog_staver")
    assert statistics_of(counted, storage) == statistics
    told = replace(facts, manifest=replace(facts.manifest, shards=(counted,)), counted={"tokens": statistics})
    files = {name: data.decode() for name, data in beside(told).items()}
    assert f", {7 * len(table)} tokens of danske-bog\\_staver, from" in files["README.md"]
    assert f"| tokens of danske-bog\\_staver | {7 * len(table)} |" in files[f"datasheets/{shard.source}.md"]
    assert '"documents/tokens"' in files["croissant.json"]


def test_a_mean_is_over_all_documents() -> None:
    """Means of measures are those of all rows, however they were counted; of nothing there is none."""
    parts = [Statistics(documents=1, measures={"a": 4.0}), Statistics(documents=3, measures={"a": 2.0})]
    assert merged(parts).mean("a") == 1.5
    assert merged([]).mean("a") is None


def test_a_source_adds_what_no_other_has(facts: Facts) -> None:
    """Released words are a source's own or shared; copies are its own or another's; what waits is counted once."""
    avis, blog = facts.overlaps["avis"], facts.overlaps["blog"]
    assert (avis.only_documents, avis.only_words, avis.shared_documents, avis.shared_words) == (1, 50, 1, 100)
    assert (avis.own_copies, avis.other_copies, avis.waiting_documents) == (1, 0, 0)
    assert (blog.only_documents, blog.only_words, blog.shared_words) == (1, 40, 0)
    assert (blog.own_copies, blog.other_copies) == (0, 1)
    assert (blog.waiting_documents, blog.waiting_words) == (1, 30)


def test_the_funnel_stands_beside_what_fineweb2_published(facts: Facts) -> None:
    """Each step tells how much of what comes to it is removed, here and there."""
    text = beside(facts)["FUNNEL.md"].decode()
    for row in (
        "| documents read | 8 |  | 550,600,000 |  |",
        "| removed: filters | 1 | 12.5 % | 102,880,000 | 69.4 % |",
        "| removed: no right to use | 2 | 28.6 % | not applied |  |",
        "| removed: copies | 2 | 40.0 % | 402,330,000 | 73.1 % |",
        "| left | 3 | 37.5 % | 45,390,000 | 8.2 % |",
        "| blog | 5 | 1 | 2 | 1 | 1 |",
    ):
        assert row in text.splitlines()


def test_what_was_withdrawn_since_is_told(facts: Facts) -> None:
    """A patch has fewer rows than were selected: card and funnel say how many, and no share is more than the whole."""
    shards = tuple(shard for shard in facts.manifest.shards if shard.source != "blog")
    files = beside(replace(facts, manifest=replace(facts.manifest, shards=shards)))
    for name in ("README.md", "FUNNEL.md"):
        assert "Of what is left 1 were withdrawn since, and are not in this release." in files[name].decode()
    assert "withdrawn since" not in beside(facts)["README.md"].decode()
    less = tuple(replace(shard, words=1) for shard in shards)
    sheet = beside(replace(facts, manifest=replace(facts.manifest, shards=less)))["datasheets/avis.md"].decode()
    assert "| words of which no other source has a copy | 2 (100.0 %) |" in sheet


def test_who_asks_to_be_named_is_named(facts: Facts) -> None:
    """Attribution links work and licence, says what was changed, and what is share-alike; no author stands in it."""
    text = beside(facts)["ATTRIBUTION.md"].decode()
    asking, others = text.split("## Named all the same")
    assert "### [Siden avis](https://www.avis.dk/), Holder of avis" in asking
    assert "[CC-BY-SA-3.0](https://creativecommons.org/licenses/by-sa/3.0/)" in asking
    assert asking.count("comes under the same licence") == 1
    assert "Changes made to every text:" in asking
    assert "text and data mining" in others
    assert "Ida" not in text


def test_the_full_list_of_authors_is_written_as_the_file_says(tmp_path: Path, facts: Facts) -> None:
    """The SQL in ATTRIBUTION.md, run in the release's folder, names every document of the release and no other."""
    storage = FolderStorage(tmp_path / "data")
    publish(stage(facts.manifest, storage, beside(facts)), storage)
    folder = tmp_path / "data/releases/0.1.0"
    sql = (folder / "ATTRIBUTION.md").read_text().split("```")[1].removeprefix("sql")
    shutil.copytree(tmp_path / "data/shards/blog", tmp_path / "data/shards/other")
    for name in ("'../../'", "'manifest.json'", "'attribution.csv'"):
        sql = sql.replace(name, f"'{folder}/{name[1:]}")
    duckdb.sql(sql)
    with (folder / "attribution.csv").open(encoding="utf-8", newline="") as file:
        rows = [tuple(row[:3]) for row in csv.reader(file)]
    assert rows[1:] == [("avis", "", "a"), ("avis", "", "b"), ("blog", "Ida", "d")]


def test_a_citation_is_one(facts: Facts) -> None:
    """CITATION.cff has what version 1.2.0 requires, and names the manifest by its digest."""
    said = yaml.safe_load(beside(facts)["CITATION.cff"])
    assert said["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= said.keys()
    assert said["authors"] == [{"name": "Korpus A/S"}]
    assert said["identifiers"][0]["value"] == f"sha256:{facts.manifest.digest}"


def test_nothing_that_others_write_is_markup(facts: Facts) -> None:
    """Hostile names break no YAML, no SVG and no Markdown: no element, link, image or line is made of them."""
    files, plain = beside(hostile(facts, HOSTILE)), beside(facts)
    for name, data in files.items():
        text = data.decode()
        assert "\u202e" not in text, name
        assert "\x1b" not in text, name
        if name.endswith(".svg"):
            assert {etree.QName(element).localname for element in etree.fromstring(data).iter()} <= {
                *("svg", "title", "desc", "rect", "text"),
            }
        if name.endswith((".cff",)):
            assert yaml.safe_load(text).keys() <= yaml.safe_load(plain[name]).keys()
        if name.endswith(".md"):
            assert _made_of(text) <= _made_of(plain[name].decode()), name


def _made_of(markdown: str) -> set[tuple[str, str]]:
    """The elements a page of Markdown is shown with, and where its links and images lead."""
    body = markdown.split("---\n", 2)[-1] if markdown.startswith("---") else markdown
    shown = html.fromstring(f"<div>{MarkdownIt('commonmark').enable('table').render(body)}</div>")
    return {(str(element.tag), element.get("href") or element.get("src") or "") for element in shown.iter()}


@pytest.mark.parametrize(
    ("licence", "url", "hub", "credit", "same"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "cc-by-4.0", True, False),
        ("CC-BY-SA-2.5-DK", "https://creativecommons.org/licenses/by-sa/2.5/dk/", "other", True, True),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0", False, False),
        ("CC-PDM-1.0", "https://creativecommons.org/publicdomain/mark/1.0/", "other", False, False),
        ("ODbL-1.0", "https://spdx.org/licenses/ODbL-1.0.html", "odbl", True, True),
        ("MIT", "https://spdx.org/licenses/MIT.html", "mit", True, False),
        ("LicenseRef-DK-OHL-9", "", "other", False, False),
    ],
)
def test_a_licence_is_told_by_its_name(licence: str, url: str, hub: str, *, credit: bool, same: bool) -> None:
    """Where it is read, what the Hub calls it, and whether it asks for credit and for the same terms."""
    assert licence_url(licence) == url
    assert hub_names({licence}) == [hub]
    assert asks_credit(licence) is credit
    assert asks_same_terms(licence) is same


def test_a_picture_reads_aloud_and_hides_no_bar() -> None:
    """A chart has a title and a description, every bar its number in words, and small bars are one."""
    rows = [(f"s{number:02}", [number, 1]) for number in range(40)]
    shown = largest(rows)
    assert [label for label, _ in shown[:2]] == ["s39", "s38"]
    assert shown[-1] == ("10 others", [sum(range(10)), 10])
    picture = etree.fromstring(draw(Chart("Words", "How many", ["a", "b"], shown)))
    names = {"s": "http://www.w3.org/2000/svg"}
    assert picture.get("role") == "img"
    assert picture.xpath("s:title/text()", namespaces=names) == ["Words"]
    assert picture.xpath("s:desc/text()", namespaces=names) == ["How many"]
    assert "s39: a 39" in picture.xpath("s:rect/s:title/text()", namespaces=names)

"""The catalogue: what its files may say, how mistakes are told, and what a new file looks like."""

import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.api import Api, ListingFormat
from crawler.fields import Fields, TextType
from crawler.urls import is_outside
from flows.catalogue import CatalogueSource, Finding, json_schema, load_catalogue
from flows.errors import CatalogueError
from flows.scaffold import scaffold_source
from flows.source_tables import Render
from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.licences import LicenceAssertion
from ledger.records import SourceStatus

TODAY = date(2026, 11, 24)

GOOD = """\
name = "avis"
title = "Avisen"
homepage = "https://avis.example.dk/"
status = "agreed"
kind = "news"
description = "A newspaper."
schedule = "0 3 * * 1"

[crawl]
access = "site"
seeds = ["https://Avis.example.dk:8443/forside", "http://www.avis.example.dk"]
include = ["/", "*.html$"]

[rights]
holder = "Avisen A/S"
payee = "dpcmo"

[[rights.licences]]
licence = "CC BY 4.0"
asserted_by = "the site"
place = "https://avis.example.dk/om"
on = 2026-01-05
confirmed = true

[[rights.licences]]
licence = "CC0-1.0"
asserted_by = "a data set"
place = "https://data.example.org/avis"

[[rights.agreements]]
id = "avis-2026"
party = "Avisen A/S"
payee = "dpcmo"
form = "written"
uses = ["train"]
start = 2026-01-01
rate = { per = "million_words", amount = "12.50", currency = "DKK" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue with one good file."""
    (tmp_path / "avis.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def only(folder: Path) -> CatalogueSource:
    """The one source of a catalogue without findings."""
    catalogue = load_catalogue(folder)
    assert catalogue.findings == ()
    (source,) = catalogue.sources
    return source


def broken(folder: Path, old: str, new: str) -> Finding:
    """The one finding when `old` is replaced in the good file; its line is where the change stands."""
    assert GOOD.count(old) == 1
    (folder / "avis.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    catalogue = load_catalogue(folder)
    assert catalogue.sources == ()
    (finding,) = catalogue.findings
    assert finding.file == folder / "avis.toml"
    return finding


def line_of(beginning: str, text: str = GOOD) -> int:
    """The first line of a file that begins so."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(beginning))


def test_a_browser_is_asked_for_by_name(folder: Path) -> None:
    """A source is rendered when it says so; hosts to load from are nothing without a browser."""
    (folder / "avis.toml").write_text(
        GOOD.replace("[crawl]", '[crawl]\nrender = "browser"\nrender_hosts = ["API.example.dk"]'), encoding="utf-8"
    )
    assert (only(folder).crawl.render, only(folder).crawl.render_hosts) == (Render.BROWSER, ("api.example.dk",))
    assert "render" in broken(folder, "[crawl]", '[crawl]\nrender_hosts = ["api.example.dk"]').message
    assert "browser" in broken(folder, "[crawl]", '[crawl]\nrender = "yes"').remedy


def test_a_file_becomes_the_ledgers_values(folder: Path) -> None:
    """Licences and agreements come out as the ledger's own values, in the file's order, with the licence's one name."""
    source = only(folder)
    assert source.licences() == (
        LicenceAssertion(
            "CC-BY-4.0", "the site", "https://avis.example.dk/om", date(2026, 1, 5), confirmed=True, note=""
        ),
        LicenceAssertion("CC0-1.0", "a data set", "https://data.example.org/avis", None, confirmed=False, note=""),
    )
    assert source.agreements() == (
        Agreement(
            id="avis-2026",
            source="avis",
            party="Avisen A/S",
            payee="dpcmo",
            form=AgreementForm.WRITTEN,
            uses=("train",),
            start=date(2026, 1, 1),
            end=None,
            rate=Rate(RateUnit.MILLION_WORDS, 12_500_000, "DKK"),
        ),
    )


def test_hosts_come_from_the_seeds(folder: Path) -> None:
    """Without `hosts` the seeds' hosts are in scope, in lower case and without a port, and the seeds keep theirs."""
    crawl = only(folder).crawl
    assert crawl.hosts == ("avis.example.dk", "www.avis.example.dk")
    assert crawl.seeds[0] == "https://avis.example.dk:8443/forside"


PAYS_WWW = 'party = "Avisen A/S"\npayee = "domain:www.avis.dk"'


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('title = "Avisen"', 'title = "Avisen', "title", ("TOML", "Compare the line")),
        ('title = "Avisen"', 'tittle = "Avisen"\ntitle = "A"', "tittle", ("tittle", "Did you mean `title`?")),
        (
            'payee = "dpcmo"\n\n',
            'payee = "dpcmo"\nseeds = []\n\n',
            "seeds = []",
            ("rights.seeds", "belongs in [crawl]"),
        ),
        ('title = "Avisen"\n', "", "name", ("`title` is missing", "Add it")),
        ('holder = "Avisen A/S"\n', "", "[rights]", ("`rights.holder` is missing", "unknown")),
        ('access = "site"', 'access = "siet"', "access", ("crawl.access", "sitemap")),
        ('access = "site"', 'access = "site"\npages_max = "many"', "pages_max", ("pages_max", "Most pages")),
        ('access = "site"', 'access = "site"\npages_max = 0', "pages_max", ("pages_max", "Most pages")),
        ('"CC BY 4.0"', '"free as air"', "licence = ", ("no licence that is known", "SPDX")),
        ("confirmed = true", 'confirmed = "yes"', "confirmed", ("confirmed", "person")),
        ("on = 2026-01-05", "on = 2026", "on = ", ("rights.licences.on", "2026-11-24")),
        ('"http://www.avis.example.dk"', '"ftp://avis.example.dk/"', "seeds", ("no http or https", "home page")),
        ('"http://www.avis.example.dk"', '"http://127.0.0.1/"', "seeds", ("no http or https", "home page")),
        ('include = ["/", "*.html$"]', 'include = ["nyheder/"]', "include", ("no path pattern", "beginning with /")),
        ('include = ["/", "*.html$"]', 'hosts = ["avis.example.dk"]', "[crawl]", ("leaves out", "[crawl]")),
        ('schedule = "0 3 * * 1"', 'schedule = "0 3 * * 99"', "schedule", ("cron", "five fields")),
        ('schedule = "0 3 * * 1"', 'schedule = "@daily"', "schedule", ("five fields", "Mondays")),
        (
            "start = 2026-01-01",
            "start = 2026-01-01\nend = 2025-01-01",
            "[[rights.agreements]]",
            ("before", "agreements"),
        ),
        ('amount = "12.50"', 'amount = "12,50"', "rate", ("no amount", "Digits")),
        ('amount = "12.50"', 'amount = "-1"', "rate", ("less than nothing", "Digits")),
        ('currency = "DKK"', 'currency = "KR"', "rate", ("currencies", "DKK")),
        ('id = "avis-2026"', 'id = "avis 2026"', "id", ("rights.agreements.id", "Letters")),
        ('name = "avis"', 'name = "blad"', "name", ("its file avis", "rename")),
        ('title = "Avisen"', 'title = "A\\u0000"', "title", ("take it out", "")),
        ('party = "Avisen A/S"\npayee = "dpcmo"', PAYS_WWW, "[[rights.agreements]]", ("domain:avis.dk", "")),
        (
            'amount = "12.50"',
            'amount = "1", minimum = "2", cap = "1"',
            "[[rights.agreements]]",
            ("more than the most", ""),
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_a_remedy(
    folder: Path, old: str, new: str, line: str, told: tuple[str, str]
) -> None:
    """Whatever is wrong is told at its line (or at the table around it), in words, and with what to do."""
    finding = broken(folder, old, new)
    assert finding.line == line_of(line, GOOD.replace(old, new))
    assert told[0] in finding.message
    assert told[1] in finding.remedy
    assert str(finding).startswith(f"{folder / 'avis.toml'}:{finding.line}: ")


def test_agreed_needs_an_agreement(folder: Path) -> None:
    """A source cannot be called agreed with no agreement stated."""
    (folder / "avis.toml").write_text(GOOD[: GOOD.index("[[rights.agreements]]")], encoding="utf-8")
    (finding,) = load_catalogue(folder).findings
    assert "no agreement is stated" in finding.message


def test_a_crawl_needs_a_beginning(folder: Path) -> None:
    """A site without seeds and sitemaps is a mistake, a delivery without them is not, and is not crawled."""
    text = GOOD.replace(next(line for line in GOOD.splitlines() if line.startswith("seeds")), "")
    (folder / "avis.toml").write_text(text, encoding="utf-8")
    (finding,) = load_catalogue(folder).findings
    assert "nothing to begin with" in finding.message
    (folder / "avis.toml").write_text(text.replace('access = "site"', 'access = "delivery"'), encoding="utf-8")
    assert not only(folder).crawlable


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    """Three broken files give all their findings in one reading, in order, and the good file is still read."""
    (folder / "b.toml").write_text("name = \n", encoding="utf-8")
    (folder / "c.toml").write_bytes(b'name = "\xe6"\n')
    (folder / "d.toml").write_text(GOOD.replace('"avis"', '"d"').replace("CC0-1.0", "?").replace("DKK", "X"))
    catalogue = load_catalogue(folder)
    assert [source.name for source in catalogue.sources] == ["avis"]
    told = [(finding.file.name, finding.line) for finding in catalogue.findings]
    assert told == [("b.toml", 1), ("c.toml", 1), ("d.toml", 26), ("d.toml", 37)]


def test_a_host_belongs_to_one_source(folder: Path) -> None:
    """The second file that claims a host, or an agreement's id, is refused at the line of the claim."""
    (folder / "blad.toml").write_text(GOOD.replace('"avis"', '"blad"'), encoding="utf-8")
    catalogue = load_catalogue(folder)
    assert [source.name for source in catalogue.sources] == ["avis"]
    assert {finding.file.name for finding in catalogue.findings} == {"blad.toml"}
    assert [finding.line for finding in catalogue.findings] == [line_of("seeds"), line_of("seeds"), line_of("id = ")]
    assert "belongs to avis already" in catalogue.findings[0].message


def test_keys_in_long_texts_are_not_taken_for_keys(folder: Path) -> None:
    """A line inside a long string that looks like a key does not draw a finding to it."""
    text = GOOD.replace('"A newspaper."', '"""\nkind = "x"\n[crawl]\n"""').replace('"news"', '"newz"')
    (folder / "avis.toml").write_text(text, encoding="utf-8")
    (finding,) = load_catalogue(folder).findings
    assert finding.line == line_of("kind")


def test_a_catalogue_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A folder that does not exist is said to be missing, and not read as an empty catalogue."""
    with pytest.raises(CatalogueError, match="no catalogue"):
        load_catalogue(tmp_path / "nowhere")


@pytest.mark.parametrize("licence", [None, "CC BY 4.0"])
def test_a_new_file_can_be_read(tmp_path: Path, licence: str | None) -> None:
    """What `sources add` writes is a candidate that loads, keeps an explicit port, and asserts the licence given."""
    path = scaffold_source("http://www.avis.example.dk:8080/a?b=1", tmp_path / "new", TODAY, licence)
    assert path == tmp_path / "new" / "avis-example.toml"
    source = only(tmp_path / "new")
    assert (source.status, source.rights.holder, source.crawlable) == (SourceStatus.CANDIDATE, "unknown", True)
    assert source.crawl.seeds == ("http://www.avis.example.dk:8080/a?b=1",)
    assert [file.name for file in path.parent.iterdir()] == ["avis-example.toml"]
    place = "http://www.avis.example.dk:8080/a?b=1"
    asserted = LicenceAssertion("CC-BY-4.0", "operator", place, TODAY, confirmed=True, note="")
    assert source.licences() == ((asserted,) if licence else ())


def test_names_are_spelled_plainly_and_are_not_used_twice(tmp_path: Path) -> None:
    """Danish letters are written out in a name, and a second site that would get the same name gets a number."""
    paths = [scaffold_source(url, tmp_path, TODAY) for url in ("https://blåbærgrød.dk", "https://blåbærgrød.example")]
    assert [path.name for path in paths] == ["blaabaergroed.toml", "blaabaergroed-2.toml"]
    assert {source.title for source in load_catalogue(tmp_path).sources} == {"blåbærgrød.dk", "blåbærgrød.example"}


def test_a_site_is_added_once(folder: Path) -> None:
    """A host that some source has is refused by naming the file to edit, and nothing is written."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(CatalogueError, match=r"avis\.toml"):
        scaffold_source("https://www.avis.example.dk/andet", folder, TODAY)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("url", "licence", "says"),
    [("avis.example.dk", None, "in full"), ("http://localhost/", None, "in full"), ("https://a.dk", "?", "SPDX")],
)
def test_what_cannot_be_added_is_said(tmp_path: Path, url: str, licence: str | None, says: str) -> None:
    """An address or a licence that is none is refused with what to write instead, before any folder is made."""
    with pytest.raises(CatalogueError, match=says):
        scaffold_source(url, tmp_path / "new", TODAY, licence)
    assert not (tmp_path / "new").exists()


labels = st.text(string.ascii_lowercase + string.digits + "æøåé-", min_size=1, max_size=70)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(labels=st.lists(labels, min_size=1, max_size=3))
def test_any_site_that_is_taken_loads(tmp_path_factory: pytest.TempPathFactory, labels: list[str]) -> None:
    """For every host, either the address is refused, or the written file loads with that host in scope."""
    folder = tmp_path_factory.mktemp("catalogue")
    try:
        scaffold_source(f"https://{'.'.join(labels)}.dk/", folder, TODAY)
    except CatalogueError:
        return
    assert all(is_outside(host) for host in only(folder).crawl.hosts)


def test_a_new_file_points_to_the_schema(tmp_path: Path) -> None:
    """Beside a schema file, a new source begins with the line that editors look for."""
    (tmp_path / "source.schema.json").write_text(json_schema(), encoding="utf-8")
    path = scaffold_source("https://avis.example.dk/", tmp_path, TODAY)
    assert path.read_text(encoding="utf-8").startswith("#:schema source.schema.json\n")


API = """\
access = "api"
seeds = ["https://Avis.example.dk:8443/forside", "http://www.avis.example.dk"]

[crawl.api]
format = "odata"
row = "text"
count = { parameter = "$skip", step = 100 }
address = "https://avis.example.dk/sag/{id}"
since = "changed={date}"
text_type = "text/html"

[crawl.api.fields]
text = "resume"
"""


def with_api(old: str = "", new: str = "") -> str:
    """The good file with an API, and with something in it replaced."""
    begin, end = GOOD.index("access = "), GOOD.index("[rights]")
    return GOOD[:begin] + (API.replace(old, new) if old else API) + "\n" + GOOD[end:]


def test_an_api_becomes_the_crawlers_values(folder: Path) -> None:
    """What the file says of listings and their rows comes out as the crawler takes it."""
    (folder / "avis.toml").write_text(with_api(), encoding="utf-8")
    api = only(folder).crawl.api
    assert api is not None
    assert api.value() == Api(
        ListingFormat.ODATA,
        count_by="$skip",
        count_step=100,
        address="https://avis.example.dk/sag/{id}",
        since="changed={date}",
        fields=Fields(text="resume", type=TextType.HTML),
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('format = "odata"', 'format = "xml"', "format", ("crawl.api.format", "json, odata, atom, sitemap")),
        ('format = "odata"', 'format = "atom"', "[crawl.api]", ("atom has fields, count", "how the listings")),
        ('row = "text"', 'row = "address"\nnext = "videre"', "[crawl.api]", ("keep one", "[crawl.api]")),
        ('row = "text"', 'raekke = "tekst"', "raekke", ("nobody knows", "keys here")),
        ("/sag/{id}", "/sag/{nr}", "address", ("crawl.api.address", "{id}")),
        ("https://avis.example.dk/sag/{id}", "http://127.0.0.1/{id}", "address", ("no http or https", "{id}")),
        ("changed={date}", "changed", "since", ("no query", "{time}")),
        ("step = 100", "step = 0", "count", ("count.step", "By how much")),
        ('text = "resume"', 'tekst = "resume"', "tekst", ("nobody knows", "`text`")),
        ('text_type = "text/html"', 'text_type = "html"', "text_type", ("text_type", "text/markdown")),
        ('access = "api"', 'access = "site"', "[crawl]", ("write access", "[crawl]")),
    ],
)
def test_a_mistake_about_an_api_is_told_as_well(
    folder: Path, old: str, new: str, line: str, told: tuple[str, str]
) -> None:
    """What does not fit a listing is told at its line, or at the table's, with what to do."""
    text = with_api(old, new)
    (folder / "avis.toml").write_text(text, encoding="utf-8")
    (finding,) = load_catalogue(folder).findings
    assert finding.line == line_of(line, text)
    assert told[0] in finding.message
    assert told[1] in finding.remedy


def test_a_source_is_held_against_the_profile_of_its_kind(folder: Path) -> None:
    """News are held against the news profile; a kind without one, against the default; [quality] names another."""
    assert only(folder).profile == "news"
    (folder / "avis.toml").write_text(GOOD.replace('kind = "news"', 'kind = "health"'), encoding="utf-8")
    assert only(folder).profile == "default"
    named = GOOD.replace("[rights]", '[quality]\nprofile = "tables"\n\n[rights]')
    (folder / "avis.toml").write_text(named, encoding="utf-8")
    assert only(folder).profile == "tables"


def test_an_unknown_profile_is_told_with_those_there_are(folder: Path) -> None:
    """A profile that does not exist is a finding in its line, and the remedy names those that do."""
    told = broken(folder, "[rights]", '[quality]\nprofile = "lov"\n\n[rights]')
    assert told.message == "`quality.profile`: there is no quality profile 'lov'"
    assert "default" in told.remedy
    assert "law" in told.remedy

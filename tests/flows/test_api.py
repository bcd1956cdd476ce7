"""An API by its catalogue file alone: from listing to release, and once more for what changed."""

import json
import re
from pathlib import Path

import pytest

from deploy.demo.serve import HERE
from tests.crawler.little_web import little_web, reply
from tests.flows.conftest import Demo

LATER = "2026-12-24T12:00:00Z"
API = "http://oda.demo.test/api/Sag"

SOURCE = """\
name = "oda"
title = "Havlund Byråds åbne data"
homepage = "http://oda.demo.test/"
status = "confirmed"
kind = "debates"
description = "Sager fra et byråd, der er opdigtet til prøven."

[crawl]
access = "api"
seeds = ["http://oda.demo.test/api/Sag"]
delay_s_min = 0.01

[crawl.api]
format = "odata"
address = "http://oda.demo.test/api/Sag({id})"
since = "$filter=opdateringsdato gt datetime'{time}'"

[crawl.api.fields]
text = "resume"
title = "titel"

[rights]
holder = "Havlund Byråd"
"""


def article(path: str) -> str:
    """The paragraphs of a page of the demo web."""
    page = (HERE / "sites" / path).read_text(encoding="utf-8")
    return "\n\n".join(re.sub("<[^>]+>", "", found) for found in re.findall("<p>(.*?)</p>", page))


def page(rows: list[dict[str, object]], following: str = "") -> bytes:
    """A page of an OData listing."""
    body = {"value": rows} | ({"odata.nextLink": following} if following else {})
    return reply(json.dumps(body), Content_Type="application/json")


@pytest.fixture
def oda(prefect: dict[str, str], tmp_path: Path) -> Demo:
    """A catalogue with one source, an API; its web is not served yet."""
    catalogue = tmp_path / "catalogue"
    catalogue.mkdir()
    (catalogue / "oda.toml").write_text(SOURCE, encoding="utf-8")
    return Demo(tmp_path / "data", "", [], prefect, {"FODAFTRYK_CATALOGUE": str(catalogue)})


def test_an_api_goes_the_whole_way(oda: Demo) -> None:
    """Rows are released under their addresses; a month later only changes are asked for, and the rest stands."""
    texts = [article("bibliotek.demo.test/lokalhistorie/moellen.html"), article("avis.demo.test/natur/storke.html")]
    rows: list[dict[str, object]] = [
        {"id": 1, "titel": "Møllen", "resume": texts[0]},
        {"id": 2, "titel": "Storkene", "resume": texts[1]},
        {"id": 3, "titel": "Uden resumé", "resume": None},
    ]
    with little_web() as web:
        web.pages = {API: page(rows[:2], f"{API}?$skip=2"), f"{API}?$skip=2": page(rows[2:])}
        oda.settings["FODAFTRYK_CRAWLER__PROXY"] = f"http://127.0.0.1:{web.port}"
        first = oda.run()
        assert (first["funnel"]["captured"], first["funnel"]["released"]) == (2, 2)
        kept = oda.answer("explain", f"{API}(2)")
        assert kept["release"] == first["release"]["version"]
        asked = f"{API}?$filter=opdateringsdato%20gt%20datetime%272026-11-23T12:00:00%27"
        web.pages = {asked: page([{**rows[0], "resume": article("avis.demo.test/lokalt/broen.html")}])}
        second = oda.answer("run", "--now", LATER)
    assert asked in web.urls
    assert (second["funnel"]["captured"], second["funnel"]["released"]) == (1, 2)
    assert second["release"]["new"]

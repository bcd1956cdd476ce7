"""The catalogue we ship: usable, honest about what is not known, and with its reserved sources in it."""

import json
from datetime import date
from pathlib import Path

from flows.catalogue import json_schema, load_catalogue
from ledger.conflicts import conflicts as conflicts_of

SHIPPED = Path(__file__).parents[2] / "catalogue"


def test_the_schema_file_is_current() -> None:
    """`catalogue/source.schema.json` is what the models say."""
    assert (SHIPPED / "source.schema.json").read_text(encoding="utf-8") == json_schema()
    assert json.loads(json_schema())["additionalProperties"] is False


def test_the_shipped_catalogue_has_no_findings() -> None:
    """Every file we ship can be used, and at least forty sources can be crawled."""
    catalogue = load_catalogue(SHIPPED)
    assert [str(finding) for finding in catalogue.findings] == []
    assert sum(source.crawlable for source in catalogue.sources) >= 40


def test_reserved_publishers_are_shipped_as_reserved() -> None:
    """Publishers that reserved their texts stand in the catalogue, say where, and can never be crawled."""
    reserved = {source.name: source for source in load_catalogue(SHIPPED).sources if source.status == "reserved"}
    assert {"dr", "jyllands-posten", "politiken", "berlingske", "information", "boersen"} <= reserved.keys()
    assert all(source.rights.note and not source.crawlable for source in reserved.values())


def test_nothing_shipped_is_confirmed() -> None:
    """Confirming a licence is left to the operator, and no agreement of somebody else's is stated as ours."""
    for source in load_catalogue(SHIPPED).sources:
        assert not any(assertion.confirmed for assertion in source.licences()), source.name
        assert source.agreements() == (), source.name


def test_known_conflicts_are_kept() -> None:
    """Where two disagree about a licence, both stand in the file, and are shown as a conflict."""
    sources = {source.name: source for source in load_catalogue(SHIPPED).sources}
    conflicts = {
        "wikipedia": {"CC-BY-SA-4.0", "CC0-1.0"},
        "wikisource": {"CC-BY-SA-4.0", "CC0-1.0"},
        "wikibooks": {"CC-BY-SA-4.0", "CC0-1.0"},
        "tv2-regionerne": {"CC-BY-SA-4.0", "CC-BY-4.0"},
        "domsdatabasen": {"LicenseRef-DK-OHL-9", "CC0-1.0"},
        "folketinget": {"CC0-1.0", "LicenseRef-Unknown", "CC-BY-4.0"},
        "memo": {"CC-BY-SA-4.0", "CC-PDM-1.0"},
        "kommuner-ai-aktindsigt": {"Apache-2.0", "CC0-1.0"},
        "grundtvigs-vaerker": {"CC0-1.0", "CC-BY-NC-4.0"},
        "europarl": {"CC0-1.0", "LicenseRef-Unknown"},
        "opensubtitles": {"CC0-1.0", "LicenseRef-Unknown"},
    }
    assert {name: {told.licence for told in sources[name].licences()} for name in conflicts} == conflicts
    for name, licences in conflicts.items():
        found = conflicts_of(name, sources[name].licences(), (), date(2026, 11, 1))
        assert [(each.licences, each.settlement) for each in found] == [(tuple(sorted(licences)), None)], name

"""The `[intake]` of a source's file: what is wrong in it is told by line, with what to do."""

from pathlib import Path

import pytest

from flows.catalogue import load_catalogue
from tests.flows.house import House


def findings(tmp_path: Path, **words: str) -> list[tuple[int, str, str]]:
    """Line, message and remedy of all that is wrong in a source's file."""
    House(tmp_path).source(**words)
    return [
        (finding.line, finding.message, finding.remedy) for finding in load_catalogue(tmp_path / "catalogue").findings
    ]


@pytest.mark.parametrize(
    ("words", "line", "message", "remedy"),
    [
        ({"format": "docx"}, 1, "`intake.format`: Input should be", "mediawiki (an XML dump)"),
        ({"intake": 'files = ["ftp://a.dk/x"]'}, 2, "'ftp://a.dk/x' is no path, and no address", "s3://bucket/prefix"),
        ({"intake": 'files = ["https://127.0.0.1/x"]'}, 2, "no http or https address on the public web", "Paths of"),
        ({"intake": 'files = ["s3://A/x"]'}, 2, "'s3://A/x' is no path", "s3://bucket/prefix"),
        ({"intake": "files = []"}, 0, "name at least one place in `files`", "[intake]"),
        ({"intake": 'file = ["a"]'}, 2, "nobody knows the key `intake.file`", "Did you mean `files`?"),
        ({"intake": 'files = ["a"]\ntext_type = "tekst"'}, 3, "`intake.text_type`: Input should be", "text/x-wiki"),
        ({"intake": 'files = ["a"]\n[intake.fields]\ntekst = "a"'}, 4, "`intake.fields.tekst`", "Did you mean `text`?"),
        ({"intake": 'files = ["a"]\n[intake.fields]\ntext = ""'}, 4, "`intake.fields.text`", "The column or key"),
        ({"intake": 'files = ["a"]\n[intake.sha256]\n"a" = "12"'}, 4, "'12' is no SHA-256", ""),
        ({"access": "delivery", "intake": 'files = ["a"]'}, 0, "a delivery comes by `fodaftryk deliver`", ""),
        ({"access": "site", "crawl": 'seeds = ["https://forlag.example.dk/"]'}, 0, 'goes with access = "dump"', ""),
        ({"format": "warc", "intake": 'files = ["a"]\ntext_type = "text/html"'}, 0, "are for rows", ""),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, words: dict[str, str], line: int, message: str, remedy: str) -> None:
    """Each mistake is one finding, at the line where it stands."""
    (found,) = findings(tmp_path, **words)
    above = (tmp_path / "catalogue" / "forlag.toml").read_text().partition("[intake]")[0].count("\n") + 1
    assert found[0] == above + line
    assert message in found[1]
    assert remedy in found[2]


def test_an_intake_makes_a_dump_one_that_is_taken(tmp_path: Path) -> None:
    """What comes as files is taken by a run when it says in which; addresses are spelled as all are."""
    House(tmp_path).source(intake='files = ["https://Forlag.example.dk:443/a b.zip", "a/*.txt"]')
    (source,) = load_catalogue(tmp_path / "catalogue").sources
    assert source.crawlable
    assert source.intake is not None
    assert source.intake.files == ("https://forlag.example.dk/a%20b.zip", "a/*.txt")

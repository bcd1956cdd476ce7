"""Sources that come as files: found, brought here, told apart by their digests, taken in once, and wrong ones told."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from corpus.captures import read_captures
from corpus.storage import StorageSettings
from flows.errors import CrawlError
from flows.settings import moment
from flows.status import plan_rows
from flows.workspace import look_into
from tests.conftest import s3_settings
from tests.flows.file_web import FileWeb, serve_files
from tests.flows.house import House
from tests.flows.made_files import danish, docx, locked, packed, parquet, pdf

TEXTS = danish()
WEEK = "2026-11-30T12:00:00Z"
MONTH = "2026-12-24T12:00:00Z"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An empty catalogue and an empty folder of files."""
    return House(tmp_path)


@pytest.fixture
def web() -> Iterator[FileWeb]:
    """A web of files."""
    with serve_files() as web:
        yield web


def rows(*texts: str, first: int = 1) -> bytes:
    """Texts as JSON Lines, numbered."""
    lines = [{"id": str(number), "text": text} for number, text in enumerate(texts, first)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def test_a_folder_is_taken_in_once(house: House) -> None:
    """Archives, tables and single files become captures by their names; the same files are not read a second time."""
    archive = packed({"et.docx": docx(TEXTS[0]), "to.pdf": pdf(TEXTS[1]), "tre.txt": TEXTS[2]})
    (house.files / "arkiv").mkdir()
    (house.files / "arkiv" / "alt.zip").write_bytes(archive)
    parquet(house.files / "tabel.parquet", [{"nr": "7", "tekst": TEXTS[3]}])
    (house.files / ".DS_Store").write_bytes(b"skjult")
    house.source(intake='files = ["../files"]\n[intake.fields]\ntext = "tekst"\nid = "nr"')
    prefix = house.take()
    pages = house.pages()
    assert {name: page["outcome"] for name, page in pages.items()} == dict.fromkeys(
        ["7", "arkiv/alt.zip/et.docx", "arkiv/alt.zip/to.pdf", "arkiv/alt.zip/tre.txt"], "captured"
    )
    captured = {capture.url: capture for path in house.folder.rglob("0*.warc.gz") for capture in read_captures(path)}
    assert captured["urn:fodaftryk:forlag:7"].payload.decode() == TEXTS[3]
    before = {path: path.stat().st_mtime_ns for path in (house.folder / "data" / "captures").rglob("*")}
    assert house.take(MONTH) == prefix
    assert {path: path.stat().st_mtime_ns for path in (house.folder / "data" / "captures").rglob("*")} == before


def test_a_changed_file_is_a_new_intake(house: House) -> None:
    """Another text makes another intake; a file that was only touched does not."""
    (house.files / "a.txt").write_text(TEXTS[0])
    (house.files / "b.txt").write_text(TEXTS[1])
    house.source(intake='files = ["../files/a.*", "../files/b.txt"]')
    first = house.take()
    (house.files / "a.txt").write_text(TEXTS[0])
    assert house.take(WEEK) == first
    house.source(intake='files = ["../files"]\nsha256 = { "a.txt" = "' + "0" * 64 + '" }')
    with pytest.raises(CrawlError, match="should have 0000"):
        house.take(WEEK)
    house.source()
    assert house.take(WEEK) == first
    (house.files / "a.txt").write_text(TEXTS[2])
    with look_into(house.settings) as space:
        assert [row["plan"] for row in plan_rows(space, [], moment(MONTH))] == ["take in 2 files"]
    second = house.take(MONTH)
    assert second != first
    with look_into(house.settings) as space:
        assert [row["plan"] for row in plan_rows(space, [], moment(MONTH))] == ["fresh since 20261224T120000Z"]
    assert house.pages()["a.txt"]["payload_digest"] != house.pages("2026-11-25")["a.txt"]["payload_digest"]


@pytest.mark.parametrize(
    ("intake", "told"),
    [
        ('files = ["../mangler"]', "mangler: there is no file there"),
        ('files = ["../files/*.pdf"]', "there is no file there"),
        ('files = ["../files"]\nsha256 = { "a.txt" = "' + "0" * 64 + '" }', "should have 0000"),
        ('files = ["../files"]\nsha256 = { "b.txt" = "' + "0" * 64 + '" }', "sha256 names b.txt"),
        ('files = ["../files/a.txt", "../files/andre/a.txt"]', "are both called a.txt"),
    ],
)
def test_files_that_are_not_what_was_said(house: House, intake: str, told: str) -> None:
    """A missing file, a wrong digest and a name used twice are told with the remedy, and nothing is taken."""
    (house.files / "andre").mkdir()
    for path in ("a.txt", "andre/a.txt"):
        (house.files / path).write_text(TEXTS[0])
    house.source(intake=intake)
    with pytest.raises(CrawlError, match=told):
        house.take()
    assert not (house.folder / "data" / "captures").exists()


def test_files_that_cannot_be_read(house: House) -> None:
    """Files without one text that can be read are an error; one such file among others is told once, by its name."""
    (house.files / "laast.zip").write_bytes(locked(packed({"a.txt": TEXTS[0]})))
    (house.files / "brudt.zip").write_bytes(packed({"a.txt": TEXTS[0]})[:500])
    house.source()
    with pytest.raises(
        CrawlError, match=r"no text could be taken .*brudt.zip ends too soon.*laast.zip needs a password"
    ):
        house.take()
    assert not (house.folder / "data" / "captures").exists()
    (house.files / "hel.txt").write_text(TEXTS[1])
    with pytest.raises(CrawlError, match=r"laast.zip needs a password.*What could be read is taken"):
        house.take(MONTH)
    assert house.pages()["hel.txt"]["outcome"] == "captured"
    assert house.take(MONTH).startswith("captures/forlag/20261224T120000Z-")


def test_texts_of_strange_hosts(house: House) -> None:
    """Texts whose addresses lie on no host of the source are told to be so, and nothing is taken."""
    parquet(house.files / "a.parquet", [{"url": "https://andre.example.dk/1", "text": TEXTS[0]}])
    house.source(intake='files = ["../files"]\n[intake.fields]\nurl = "url"')
    with pytest.raises(CrawlError, match=r"none of its 1 texts lies on a host of the source.*`hosts` of \[crawl\]"):
        house.take()


def test_files_from_the_web(web: FileWeb, tmp_path: Path) -> None:
    """Files are fetched by the proxy, asked for again only when they may have changed, and read only when they have."""
    house = House(tmp_path, proxy=web.proxy)
    web.files["/data/a.jsonl"] = rows(*TEXTS[:3])
    house.source(intake='files = ["https://forlag.example.dk/data/a.jsonl"]'.replace("https", "http"))
    first = house.take()
    assert sorted(house.pages()) == ["1", "2", "3"]
    asked = len(web.asked)
    assert house.take(WEEK) == first
    assert len(web.asked) == asked
    assert house.take(MONTH) == first
    assert [(method, path) for method, path, _ in web.asked[asked:]] == [
        ("GET", "/robots.txt"),
        ("HEAD", "/data/a.jsonl"),
    ]
    web.files["/data/a.jsonl"] = rows(*TEXTS[:4])
    assert house.take(MONTH) != first
    assert sorted(house.pages()) == ["1", "2", "3", "4"]
    assert not list((tmp_path / "data" / "work" / "intake").glob("*"))


def test_a_file_robots_txt_forbids(web: FileWeb, tmp_path: Path) -> None:
    """What robots.txt closes is not fetched, and the message says whom to ask."""
    house = House(tmp_path, proxy=web.proxy)
    web.files["/lukket/a.jsonl"] = rows(TEXTS[0])
    house.source(intake='files = ["http://forlag.example.dk/lukket/a.jsonl"]')
    with pytest.raises(CrawlError, match=r"forlag: http:.*/lukket/a.jsonl: robots.txt does not let us"):
        house.take()
    assert [path for _, path, _ in web.asked] == ["/robots.txt"]


def test_a_bucket(tmp_path: Path, moto_url: str) -> None:
    """A prefix, one object, and captures in the same store: as from a folder, and fresh until an object changes."""
    s3 = s3_settings(moto_url, tmp_path.name)
    put(s3, f"{tmp_path.name}-in/2025/a.txt", TEXTS[0])
    put(s3, f"{tmp_path.name}-in/2026/a.txt", TEXTS[1])
    put(s3, f"{tmp_path.name}-input", TEXTS[2])
    put(s3, f"{tmp_path.name}-b.txt", TEXTS[3])
    house = House(tmp_path, storage=s3)
    at = f"s3://corpus/{tmp_path.name}"
    house.source(intake=f'files = ["{at}-in", "{at}-b.txt"]')
    first = house.take()
    assert sorted(house.pages()) == ["2025/a.txt", "2026/a.txt", f"{tmp_path.name}-b.txt"]
    assert house.take(WEEK) == first
    put(s3, f"{tmp_path.name}-in/2026/a.txt", TEXTS[4])
    assert house.take(MONTH) != first
    house.source(intake=f'files = ["{at}-nowhere"]')
    with pytest.raises(CrawlError, match="there is no file there"):
        house.take(MONTH)


def put(settings: StorageSettings, key: str, text: str) -> None:
    """Put an object into the bucket."""
    client = boto3.client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        aws_access_key_id=settings.access_key_id,
        aws_secret_access_key=settings.secret_access_key,
    )
    client.put_object(Bucket="corpus", Key=key, Body=text.encode())
    client.close()

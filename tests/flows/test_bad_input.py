"""Bad input and a bad world: a clear message with the remedy, an exit code that is not 0, and nothing lost."""

from pathlib import Path

import pytest

from tests.flows.conftest import NOW, Demo

BLOG = """\
name = "blog"
title = "Blog"
homepage = "{url}"
status = "confirmed"
kind = "other"
description = "En blog."
[crawl]
access = "site"
seeds = ["{url}"]
delay_s_min = 0.01
[rights]
holder = "Blogger"
"""


@pytest.fixture
def other(web: tuple[str, list[str]], prefect: dict[str, str], tmp_path: Path) -> Demo:
    """An empty data folder, and a catalogue of our own to spoil."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "blog.toml").write_text(BLOG.format(url="http://blog.demo.test/"))
    return Demo(tmp_path / "data", *web, prefect, {"FODAFTRYK_CATALOGUE": str(folder)})


def refused(demo: Demo, *arguments: str) -> str:
    """The message of a command that must end with 1 and without a traceback."""
    done = demo.call(*arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def test_a_broken_catalogue_file(other: Demo, tmp_path: Path) -> None:
    """Each finding names file, line and remedy; nothing is begun."""
    (tmp_path / "catalogue" / "blog.toml").write_text(BLOG.format(url="http://blog.demo.test/") + "colour = 'red'\n")
    message = refused(other, "run")
    assert "blog.toml:13:" in message.replace(" ", "")
    assert "colour" in message
    assert not (tmp_path / "data" / "captures").exists()


def test_an_unreachable_host(other: Demo, tmp_path: Path) -> None:
    """What cannot be reached is told and makes the command fail; the rest is released all the same."""
    gone = BLOG.format(url="http://findes-ikke.demo.test/").replace('"blog"', '"gone"')
    (tmp_path / "catalogue" / "gone.toml").write_text(gone)
    done = other.call("run", "--now", NOW)
    assert done.returncode == 3
    assert "gone" in done.stderr
    assert "could not be reached" in " ".join(done.stderr.split())
    assert [row["version"] for row in other.answer("release", "list")] == ["0.1.0"]
    assert not (tmp_path / "data" / "captures" / "gone").exists()


def test_a_source_nobody_knows(other: Demo) -> None:
    """A name that is not in the catalogue is told, with where to find the names."""
    assert "fodaftryk sources" in refused(other, "run", "blogg")


def test_a_folder_that_cannot_be_written(other: Demo, tmp_path: Path) -> None:
    """A data folder that is a file is refused before anything starts."""
    (tmp_path / "data").write_text("a file")
    assert "data" in refused(other, "run")


def test_a_wrong_s3_key(other: Demo, rclone_url: str) -> None:
    """A secret the store does not accept is told before anything starts, with the settings to look at."""
    other.settings.update(
        {
            "FODAFTRYK_STORAGE__URL": "s3://corpus/x",
            "FODAFTRYK_STORAGE__ENDPOINT_URL": rclone_url,
            "FODAFTRYK_STORAGE__ACCESS_KEY_ID": "demo-key",
            "FODAFTRYK_STORAGE__SECRET_ACCESS_KEY": "wrong",
        }
    )
    assert "FODAFTRYK_STORAGE__ACCESS_KEY_ID" in refused(other, "run")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("FODAFTRYK_CRAWLER__PROXI", "http://127.0.0.1:1", "PROXI"),
        ("FODAFTRYK_CRAWLR__PROXY", "http://127.0.0.1:1", "CRAWLR"),
        ("FODAFTRYK_CRAWLER__DELAY_S_MIN", "soon", "DELAY_S_MIN"),
        ("FODAFTRYK_CRAWLER__DELAY_S_MIN", "-1", "DELAY_S_MIN"),
        ("FODAFTRYK_CRAWLER__DELAY_S_MIN", "nan", "DELAY_S_MIN"),
        ("FODAFTRYK_CRAWLER__PROXY", "proxy.example.dk", "CRAWLER__PROXY"),
        ("FODAFTRYK_LEDGER__URL", "mysql://localhost/x", "postgresql://"),
        ("FODAFTRYK_LEDGER__POLICY", "/nowhere/policy.toml", "/nowhere/policy.toml"),
        ("FODAFTRYK_STORAGE__URL", "gs://bucket/x", "s3://bucket/prefix"),
        ("FODAFTRYK_STORAGE", "s3://bucket/x", "FODAFTRYK_STORAGE__URL"),
    ],
)
def test_a_wrong_setting(other: Demo, name: str, value: str, told: str) -> None:
    """A variable that does not exist, or holds what it cannot, is an error that names it."""
    other.settings[name] = value
    assert told.lower() in refused(other, "status").lower()


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        ("fodaftryk.toml", b'catalogue = "\xf8"', "save it as UTF-8"),
        ("fodaftryk.toml", None, "permissions"),
        ("policy.toml", b'version = "\xf8"', "save the policy as UTF-8"),
        ("policy.toml", b"version = ", "Correct it at that line"),
        ("policy.toml", None, "FODAFTRYK_LEDGER__POLICY"),
    ],
)
def test_a_file_that_cannot_be_read(other: Demo, name: str, content: bytes | None, remedy: str) -> None:
    """Settings or a policy in another encoding, or on a disk that fails, are told by the file's name."""
    file = other.data.parent / name
    if content is None:
        file.symlink_to("/proc/self/mem")  # opens, and fails to be read
    else:
        file.write_bytes(content)
    other.settings["FODAFTRYK_LEDGER__POLICY"] = str(file) if name == "policy.toml" else ""
    message = refused(other, "status")
    assert name in message
    assert remedy in message


def test_an_endpoint_without_its_scheme(other: Demo) -> None:
    """The store's address is told to be wrong, with the setting that holds it."""
    other.settings["FODAFTRYK_STORAGE__URL"] = "s3://corpus"
    other.settings["FODAFTRYK_STORAGE__ENDPOINT_URL"] = "s3.example.dk"
    assert "FODAFTRYK_STORAGE__ENDPOINT_URL" in refused(other, "run")


def test_a_page_that_is_no_html(demo: Demo) -> None:
    """What is no page of text is refused with its reason and stops nothing: here, one that asks for payment."""
    told = demo.answer("explain", "http://avis.demo.test/arkiv/1994.html")
    assert (told["page"]["outcome"], told["page"]["reason"]) == ("refused", "payment_required")
    assert told["document"] is None

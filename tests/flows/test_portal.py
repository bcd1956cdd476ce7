"""The portal put together: its secret, its mail, its command."""

import json
import logging
import socket
import subprocess
import sys
import time
import urllib.request
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from corpus.documents import Reason
from flows.errors import SettingsError
from flows.mail import smtp_server, to_folder
from flows.portal import JsonLines, portal_of_space
from flows.settings import PortalSettings, Settings
from flows.workspace import open_workspace
from ledger.portal.explaining import QUALITIES, why
from ledger.portal.portal import Mail

ROOT = Path(__file__).parents[2]


def test_the_secret_is_made_once_and_kept_for_oneself(tmp_path: Path) -> None:
    """Two starts have the same secret, and nobody else may read its file."""
    settings = Settings(data=tmp_path)
    with open_workspace(settings) as space:
        first, second = (portal_of_space(space, "http://127.0.0.1:1").secret for _ in range(2))
    assert first == second
    assert len(first) == 32
    assert settings.portal_secret.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "url", ["fodaftryk.dk", "https://a.dk/portal", "ftp://a.dk", "https://user@a.dk", "https://a.dk?x"]
)
def test_an_address_that_is_no_place_is_told(tmp_path: Path, url: str) -> None:
    """The portal's address is scheme and host; the message says how to write it."""
    with (
        open_workspace(Settings(data=tmp_path, portal=PortalSettings(url=url))) as space,
        pytest.raises(SettingsError, match=r"as https://fodaftryk\.example\.dk"),
    ):
        portal_of_space(space, "")


def test_a_secret_that_is_none_is_told(tmp_path: Path) -> None:
    """A file with something else, or too little, is not used."""
    for text in ("no digits", "abcd"):
        (tmp_path / "portal.secret").write_text(text)
        with open_workspace(Settings(data=tmp_path)) as space, pytest.raises(SettingsError, match="remove it"):
            portal_of_space(space, "http://127.0.0.1:1")


def test_mail_lies_in_its_folder(tmp_path: Path) -> None:
    """Without a server each mail is a file, in the order they were sent; no address brings a header of its own."""
    send = to_folder(tmp_path / "mail", "fra@a.dk")
    for text in ("Din kode er 123", "æøå"):
        send(Mail("til@b.dk", "Kode", text))
    first, second = (
        message_from_bytes(path.read_bytes(), policy=default) for path in sorted(tmp_path.glob("mail/*.eml"))
    )
    assert (first["To"], first.get_content().strip()) == ("til@b.dk", "Din kode er 123")
    assert second.get_content().strip() == "æøå"
    with pytest.raises(ValueError, match="linefeed"):
        send(Mail("til@b.dk\nBcc: c@d.dk", "Kode", ""))


def test_a_mail_servers_address_is_read() -> None:
    """Ports and encryption follow the scheme; what is no server is told."""
    server = smtp_server("smtp://user:p%40ss@mail.dk")
    assert (server.port, server.password, server.encrypted) == (587, "p@ss", False)
    assert smtp_server("smtps://mail.dk").encrypted
    for wrong in ("mail.dk", "http://mail.dk", "smtp://", "smtp://a:b"):
        with pytest.raises(SettingsError, match="smtp"):
            smtp_server(wrong)


def test_a_log_line_is_one_line() -> None:
    """Whatever is in a record, it is one line of JSON."""
    record = logging.LogRecord("uvicorn", logging.ERROR, "", 1, "a\nb %s", ("\r\nc",), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "a\nb \r\nc"


def test_the_command_serves_the_portal(tmp_path: Path) -> None:
    """`fodaftryk portal` answers in Danish on a new data folder, and ends well when it is told to stop."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from flows.start import main; main()", "portal", "--port", str(port)]
    server = subprocess.Popen(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, stdout=-1, stderr=-1, text=True)
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    text = answer.read().decode()
                break
            except OSError:
                assert server.poll() is None, server.communicate()
                time.sleep(0.1)
    finally:
        server.terminate()
    out, log = server.communicate(timeout=60)
    assert '<html lang="da">' in text
    assert f"The portal is at http://127.0.0.1:{port}" in out
    assert json.loads(log.splitlines()[-1])["level"] == "INFO"
    assert any(json.loads(line).get("request", {}).get("route") == "/" for line in log.splitlines())


def test_every_reason_to_keep_a_text_out_is_told_in_words() -> None:
    """A reason's name says nothing to whom the text is; what is withdrawn has a sentence of its own."""
    assert set(QUALITIES) == {str(reason) for reason in Reason if reason is not Reason.WITHDRAWN}
    told = why("da", "marked", "not_danish", "")
    assert told.endswith("ikke af hensyn til rettigheder: den er ikke på dansk.")

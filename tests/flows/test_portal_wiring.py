"""What the portal reaches of the world and of the other rooms: bounded, never inside, and true to what is at rest."""

import datetime as dt
import io
import ssl
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from crawler.guard import is_public
from flows.cli import app
from flows.portal_wiring import upload_key, wiring_of
from flows.reaching import FILE_BYTES_MAX, Reach, host_file, txt_records
from flows.run import recheck
from flows.settings import moment
from flows.sources import sync_catalogue
from flows.workspace import open_workspace
from ledger.cases import Case, CaseKind, CaseStep, Step
from ledger.deliveries import deliveries
from ledger.errors import RecordRefused
from ledger.journal import Stamp
from ledger.portal.people import HolderKind, make_holder, people
from ledger.portal.proving import FILE_PATH
from ledger.portal.roles import Grant, Role
from ledger.portal.shares import add_share, hand_over
from ledger.portal.uploads import Upload, UploadKind, look_at
from ledger.statements import Scope, statement
from tests.flows.house import AGREED, House

NOW = moment("2026-11-26T12:00:00Z")


@dataclass
class Host:
    """A host that speaks https on loopback: what it answers by path, and what it was asked for."""

    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    reach: Reach = field(default_factory=lambda: Reach(lambda _: True))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """One that is called localhost, with a certificate of its own."""
    made = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            status, headers, body = made.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    certificate, trusting = _certificates(tmp_path)
    server.socket = certificate.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.reach = Reach(lambda _: True, server.server_address[1], trusting)
    yield made
    server.shutdown()
    server.server_close()


def _certificates(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "host.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    trusting = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return serving, trusting


def test_a_hosts_file_is_read(host: Host) -> None:
    """By https, and after a redirect on the same host."""
    host.answers[FILE_PATH] = (200, {}, b"linje")
    assert host_file(host.reach, "localhost", FILE_PATH) == b"linje"
    host.answers["/a"] = (301, {"Location": "https://localhost/b"}, b"")
    host.answers["/b"] = (302, {"Location": FILE_PATH}, b"")
    assert host_file(host.reach, "localhost", "/a") == b"linje"


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"linje"),
        (500, {}, b"linje"),
        (301, {"Location": "https://www.localhost/"}, b""),
        (301, {"Location": "https://ond.example/"}, b""),
        (301, {"Location": "http://localhost/"}, b""),
        (301, {"Location": "https://localhost:8443/"}, b""),
        (301, {"Location": "//ond.example/"}, b""),
        (301, {"Location": "https://localhost@ond.example/"}, b""),
        (301, {"Location": "https://[::1/"}, b""),
        (301, {"Location": "/a"}, b""),
        (301, {}, b""),
        (200, {}, b"x" * (FILE_BYTES_MAX + 1)),
        (200, {"Content-Length": "99"}, b"cut"),
    ],
    ids=str,
)
def test_what_is_no_plain_answer_proves_nothing(host: Host, answer: tuple[int, dict[str, str], bytes]) -> None:
    """Errors, redirects to elsewhere or without an end, what is too long and what is cut short."""
    host.answers["/a"] = answer
    assert host_file(host.reach, "localhost", "/a") is None
    assert len(host.asked) <= 4


def test_nothing_inside_is_ever_reached(host: Host) -> None:
    """A name that leads inside is not connected to; nor is a host whose certificate is another's."""
    host.answers[FILE_PATH] = (200, {}, b"linje")
    guarded = Reach(is_public, host.reach.port, host.reach.tls)
    for name in ("localhost", "127.0.0.1", "127.1", "0.0.0.0", "[::1]", "", "ø" * 70, "a b"):
        assert host_file(guarded, name, FILE_PATH) is None
    assert host_file(Reach(lambda _: True, host.reach.port), "localhost", FILE_PATH) is None
    assert host.asked == []


def test_a_name_without_records_has_none() -> None:
    """What cannot be asked or is no name is the same as no record."""
    assert txt_records("_fodaftryk." + "a" * 70 + ".example") == ()
    assert txt_records("") == ()


def test_a_shared_text_becomes_a_delivery_of_the_pipeline(tmp_path: Path) -> None:
    """It is kept by its digest, and delivered under an agreement that the ledger knows; another is refused."""
    house = House(tmp_path)
    house.source(rights=AGREED)
    text = tmp_path / "a.txt"
    text.write_text("Der var engang en prins.", encoding="utf-8")
    with open_workspace(house.settings) as space:
        sync_catalogue(space, NOW)
        wiring, stamp = wiring_of(space), Stamp("person:p1", NOW)
        upload = look_at(text, "a.txt")
        wiring.hands.keep(upload.sha256, text)
        whose = _somebody(space)
        share = add_share(space.ledger, upload, whose, "", NOW)
        with pytest.raises(Exception, match="aftale-9"):
            hand_over(space.ledger, share.id, ("forlag", "aftale-9"), wiring.hands, stamp)
        hand_over(space.ledger, share.id, ("forlag", "aftale-1"), wiring.hands, stamp)
        delivered = [each for each, _ in deliveries(space.ledger, "forlag")]
        assert [(each.files, each.agreement) for each in delivered] == [(1, "aftale-1")]
        other = Upload("b.txt", UploadKind.TEXT, 1, "b" * 64, 1)
        wiring.hands.keep(other.sha256, text)
        wiring.hands.drop(other.sha256)
        assert not space.storage.exists(upload_key(other.sha256))


def _somebody(space: Any) -> tuple[str, str]:
    from ledger.portal.people import person_by_email

    with space.ledger.writing() as connection:
        person = person_by_email(connection, "a@b.dk", NOW)
    assert person is not None
    return make_holder(space.ledger, person.id, "Forlaget", HolderKind.HOLDER, NOW).id, person.id


def test_statements_and_proofs_are_those_of_the_command_line(tmp_path: Path) -> None:
    """CSV with Danish letters, PDF, and a ZIP that holds the proof; unknown domains and cases have nothing."""
    house = House(tmp_path)
    house.source(rights=AGREED)
    with open_workspace(house.settings) as space:
        sync_catalogue(space, NOW)
        wiring = wiring_of(space)
        found = statement(space.ledger, Scope(source="forlag"), NOW.date())
        assert wiring.csv(found).startswith(b"\xef\xbb\xbfcounted_on,")
        assert wiring.pdf(found).startswith(b"%PDF-")
        with zipfile.ZipFile(io.BytesIO(wiring.proof(["forlag"]))) as archive:
            assert {"bevis/events.jsonl", "bevis/checkpoint", "bevis/README.md"} <= set(archive.namelist())
        assert wiring.sources_of("forlag.example.dk") == ("forlag",)
        assert wiring.sources_of("andet.example") == ()
        assert wiring.conflicts(NOW.date()) == []
        step = CaseStep(Step.RECEIVED, NOW.date(), "jura")
        assert wiring.reached(Case("2026-0001", CaseKind.TAKEDOWN, (), "", "", (step,))) == ()
        with pytest.raises(RecordRefused, match="agreement"):
            hand_over(
                space.ledger,
                add_share(space.ledger, Upload("a", UploadKind.TEXT, 1, "c" * 64, 1), _somebody(space), "", NOW).id,
                ("forlag", ""),
                wiring.hands,
                Stamp("jura", NOW),
            )


def test_the_first_of_the_staff_is_let_in_at_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And out again; what is no role of the house and no address is told."""
    monkeypatch.setenv("FODAFTRYK_DATA", str(tmp_path / "data"))
    run = CliRunner().invoke
    assert run(app, ["people", "let-in", "Jura@Hus.dk", "staff"]).exit_code == 0
    assert run(app, ["people", "recheck"]).output.strip() == "No claim was due."
    assert recheck.fn() == {}
    listed = run(app, ["people", "list", "--json"]).output
    assert '"jura@hus.dk"' in listed
    assert '"staff"' in listed
    for bad in (["jura", "staff"], ["a@b.dk", "holder"]):
        assert run(app, ["people", "let-in", *bad]).exit_code != 0
    forgotten = run(app, ["people", "forget-factors", "jura@hus.dk"])
    assert "had 0" in forgotten.output
    assert run(app, ["people", "let-out", "jura@hus.dk", "staff"]).exit_code == 0
    with open_workspace(House(tmp_path).settings) as space:
        assert [grants for _, grants in people(space.ledger)] == [()]
        assert Grant(Role.STAFF, "") not in people(space.ledger)[0][1]

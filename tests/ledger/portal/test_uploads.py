"""Uploads: what is taken, and every way to do harm with one."""

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import RecordRefused
from ledger.portal import uploads
from ledger.portal.uploads import UploadKind, look_at, look_at_mandate, plain_name

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of some files."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return body.getvalue()


DOCX = packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})


def on_disk(folder: Path, body: bytes) -> Path:
    """A file with a body."""
    path = folder / "upload"
    path.write_bytes(body)
    return path


@pytest.mark.parametrize(
    ("name", "body", "kind", "files"),
    [
        ("a.txt", "Æblegrød\n".encode(), UploadKind.TEXT, 1),
        ("a.JSONL", b'{"text": "Hej"}\n\n{"text": "Farvel"}\n', UploadKind.JSON_LINES, 1),
        ("a.pdf", PDF, UploadKind.PDF, 1),
        ("a.docx", DOCX, UploadKind.DOCX, 1),
        ("a.zip", packed({"a/b.txt": b"Hej", "c.pdf": PDF}), UploadKind.ZIP, 2),
    ],
)
def test_what_is_taken(name: str, body: bytes, kind: UploadKind, files: int, tmp_path: Path) -> None:
    """Text, JSON lines, PDF, DOCX, and ZIP of these."""
    found = look_at(on_disk(tmp_path, body), name)
    assert (found.kind, found.files, found.bytes) == (kind, files, len(body))
    assert found.name == f"a.{kind}"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.txt", b""),
        ("a.exe", b"MZ"),
        ("a", b"Hej"),
        ("a.txt", b"Hej\0"),
        ("a.txt", b"\xff\xfe\xfa"),
        ("a.txt", PDF.replace(b"%PDF", b"PK\x03\x04")),
        ("a.pdf", b"<html>"),
        ("a.pdf", b"%PDF-1.7 cut"),
        ("a.jsonl", b"[1, 2]"),
        ("a.jsonl", b'{"text": ""}'),
        ("a.jsonl", b"[" * 100_000),
        ("a.docx", packed({"a.txt": b"Hej"})),
        ("a.docx", packed({"[Content_Types].xml": b"", "word/document.xml": b"", "word/vbaProject.bin": b"x"})),
        ("a.zip", packed({"../a.txt": b"Hej"})),
        ("a.zip", packed({"/etc/a.txt": b"Hej"})),
        ("a.zip", packed({"C:a.txt": b"Hej"})),
        ("a.zip", packed({"a\\..\\b.txt": b"Hej"})),
        ("a.zip", packed({"a\n.txt": b"Hej"})),
        ("a.zip", packed({"a.exe": b"MZ"})),
        ("a.zip", packed({"b.zip": packed({"a.txt": b"Hej"})})),
        ("a.zip", packed({"folder/": b""})),
        ("a.zip", packed({"a.txt": b"Hej"})[:-10]),
        ("a.zip", packed({"a.txt": b"0" * 20_000_000})),
        ("a.html", b"<script>"),
        ("a.svg", b"<svg/>"),
    ],
)
def test_what_is_refused(name: str, body: bytes, tmp_path: Path) -> None:
    """Nothing, other kinds, names that lie, ways out of the folder, archives in archives, and bombs."""
    with pytest.raises(RecordRefused):
        look_at(on_disk(tmp_path, body), name)


def test_a_bomb_that_lies_about_its_size_is_found(tmp_path: Path) -> None:
    """What an archive says of itself is not believed: what comes out is counted."""
    body = bytearray(packed({"a.txt": b"0" * 20_000_000}))
    at = body.rindex(b"PK\x01\x02")
    body[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(RecordRefused):
        look_at(on_disk(tmp_path, bytes(body)), "a.zip")


def test_many_files_that_overlap_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for all of an archive, not for each file in it."""
    monkeypatch.setattr(uploads, "UNPACKED_BYTES_MAX", 1000)
    path = on_disk(tmp_path, packed({f"{number}.txt": b"Hej" * 100 for number in range(5)}))
    with pytest.raises(RecordRefused, match="unpacks"):
        look_at(path, "a.zip")


def test_links_doubles_and_passwords_are_refused(tmp_path: Path) -> None:
    """A link leads elsewhere, a double hides what is read, and what is encrypted cannot be looked at."""
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    locked = bytearray(packed({"a.txt": b"Hej"}))
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    double = io.BytesIO()
    with zipfile.ZipFile(double, "w") as archive:
        archive.writestr("a.txt", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "2")
    for odd in (body.getvalue(), bytes(locked), double.getvalue()):
        with pytest.raises(RecordRefused):
            look_at(on_disk(tmp_path, odd), "a.zip")


def test_a_mandate_is_a_pdf(tmp_path: Path) -> None:
    """And nothing else."""
    assert look_at_mandate(on_disk(tmp_path, PDF), "m.pdf").kind is UploadKind.PDF
    with pytest.raises(RecordRefused, match="PDF"):
        look_at_mandate(on_disk(tmp_path, b"Hej"), "m.txt")


@given(st.text(max_size=300), st.sampled_from(UploadKind))
def test_a_name_that_is_kept_leads_nowhere(name: str, kind: UploadKind) -> None:
    """Whatever the browser called it: no folder, no control sign, an ending of ours."""
    kept = plain_name(name, kind)
    assert kept.endswith(f".{kind}")
    assert "/" not in kept
    assert "\\" not in kept
    assert not kept.startswith(".")
    assert kept.isprintable()


@given(st.binary(max_size=300), st.sampled_from(UploadKind))
def test_any_bytes_are_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, kind: UploadKind
) -> None:
    """Nothing a stranger sends makes it crash."""
    path = on_disk(tmp_path_factory.mktemp("u"), body)
    try:
        look_at(path, f"a.{kind}")
    except RecordRefused:
        return
    assert body

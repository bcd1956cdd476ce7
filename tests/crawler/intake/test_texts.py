"""Single files, archives and compressed ones: what they are their names say, and nothing in them leads anywhere."""

import bz2
import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import backports.zstd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.intake import opening
from crawler.intake.items import BrokenFileError, Item
from crawler.intake.opening import opened
from tests.crawler.intake.deliveries import brief, delivered, packed, texts, what

ROWS = b'{"text": "en"}\n{"text": "to"}\n'


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(*members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT, **odd: bytes) -> bytes:
    """A tar archive of members; `odd` gives a member of that name another type."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, content in members:
            about = tarfile.TarInfo(name)
            about.size = len(content)
            about.type = odd.get(name, tarfile.REGTYPE)
            archive.addfile(about, io.BytesIO(content))
    return buffer.getvalue()


def zip_with(flags: int = 0, mode: int = 0, method: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP archive whose first member has flags, a mode or a method, and whose second is a text."""
    about = zipfile.ZipInfo("x.txt")
    about.external_attr = mode << 16
    content = bytearray(zipped((about, b"maal"), ("y.txt", b"ja")))
    central = content.index(b"PK\x01\x02")
    content[6:8] = content[central + 8 : central + 10] = flags.to_bytes(2, "little")
    if method:
        content[8:10] = content[central + 10 : central + 12] = method.to_bytes(2, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("A.TXT", "text/plain"), ("a.md", "text/markdown"), ("a.htm", "text/html"), ("a.pdf", "application/pdf")],
)
def test_a_single_file_is_what_its_name_says(tmp_path: Path, name: str, kind: str) -> None:
    """One file, one item, named like the file; its bytes are left as they are."""
    (item,) = what(delivered(tmp_path / name, b"\xf8l"))
    assert item == Item(b"\xf8l", kind, id=name)


def test_what_is_empty_or_no_text_or_too_large_is_told(tmp_path: Path) -> None:
    """A file without text, of another kind, or beyond the limit is a reason."""
    found = [
        texts(tmp_path / name, content)
        for name, content in (("a.txt", b" \n"), ("a.jpg", b"x"), ("noname", b"x"), ("b.txt", b"x" * (2**24 + 1)))
    ]
    assert found == [["empty"], ["not_text"], ["not_text"], ["too_large"]]


@pytest.mark.parametrize(
    ("pack", "end"),
    [(packed, ".gz"), (bz2.compress, ".bz2"), (lzma.compress, ".xz"), (backports.zstd.compress, ".zst"), (bytes, "")],
)
def test_compressed_or_not_the_rows_are_the_same(tmp_path: Path, pack: Callable[[bytes], bytes], end: str) -> None:
    """Each compression is told by its first bytes, also twice in a row; cut off, the rows before the cut stand."""
    assert texts(tmp_path / f"a.jsonl{end}", pack(ROWS) + pack(ROWS)) == ["en", "to", "en", "to"]
    cut = texts(tmp_path / f"b.jsonl{end}", pack(ROWS * 9)[:-3])
    assert cut[-1] == ("broken_file" if end else "bad_line")
    for size in range(0, len(pack(ROWS)), 7):
        found = texts(tmp_path / f"c.jsonl{end}", pack(ROWS)[:size])
        assert set(found) <= {"en", "to", "broken_file", "bad_line", "bad_encoding"}


@pytest.mark.parametrize("pack", [packed, bz2.compress, lzma.compress, backports.zstd.compress])
def test_a_file_that_inflates_beyond_measure_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    """A bomb ends where a real file would have ended long before; what is read of it is never kept."""
    monkeypatch.setattr(opening, "INFLATED_BYTES_FREE", 2**20)
    path = tmp_path / "a.txt.gz"
    path.write_bytes(pack(b"\0" * (8 * 2**20)))
    assert 2**20 + opening.INFLATED_RATIO_MAX * path.stat().st_size < 8 * 2**20
    with opened(path, lambda: None) as stream, pytest.raises(BrokenFileError, match="inflates_too_far"):
        stream.read(8 * 2**20)


def test_reading_can_be_stopped_at_any_time(tmp_path: Path) -> None:
    """Whoever reads is asked to breathe for every piece, also within one line that has no end."""
    breaths = iter(range(5))

    def breathe() -> None:
        if next(breaths, None) is None:
            raise KeyboardInterrupt

    path = tmp_path / "a.jsonl"
    path.write_bytes(b"x" * 2**20)
    with opened(path, breathe) as stream, pytest.raises(KeyboardInterrupt):
        stream.readline()


def test_archives_give_all_that_is_in_them(tmp_path: Path) -> None:
    """Texts and rows of ZIP and tar, packed in any way, come out alike and named by archive and path."""
    members = (("mappe/én.txt", b"en"), ("b.jsonl", ROWS), ("c.csv", b"text\nfire\n"))
    tar = tarred(*members)
    archives = {"a.zip": zipped(*members), "a.tar": tar, "a.tgz": packed(tar), "a.tar.xz": lzma.compress(tar)}
    archives["a.tar.zst"] = backports.zstd.compress(tar)
    for name, content in archives.items():
        found = what(delivered(tmp_path / name, content))
        assert brief(found) == ["en", "en", "to", "fire"], name
        assert isinstance(found[0], Item)
        assert found[0].id == f"{name}/mappe/én.txt"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.txt", "/etc/x.txt", "a/../../x.txt", "..\\x.txt", "C:/x.txt", "c:x.txt"]
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str, pack: Callable[..., bytes]) -> None:
    """A member named to land elsewhere is refused by its name, and the next is read."""
    end = "zip" if pack is zipped else "tar"
    assert texts(tmp_path / f"a.{end}", pack((name, b"x"), ("Kapitel 1: y.txt", b"ja"))) == ["unsafe_name", "ja"]
    assert [path.name for path in tmp_path.iterdir()] == [f"a.{end}"]


def test_what_is_no_file_in_an_archive_is_refused(tmp_path: Path) -> None:
    """Links, devices, archives within archives, hidden files and what is encrypted each have a reason."""
    kinds = {"s.txt": tarfile.SYMTYPE, "h.txt": tarfile.LNKTYPE, "d.txt": tarfile.CHRTYPE, "f.txt": tarfile.FIFOTYPE}
    tar = tarred(*((name, b"") for name in kinds), ("i.zip", b"PK"), ("._y.txt", b"x"), ("y.txt", b"ja"), **kinds)
    assert texts(tmp_path / "a.tar", tar) == ["link", "link", "not_a_file", "not_a_file", "nested", "hidden", "ja"]
    nested = zipped(("i.zip", b"PK"), ("i.tar.gz", b""), ("__MACOSX/._y.txt", b"x"), ("mappe/", b""), ("y.txt", b"ja"))
    assert texts(tmp_path / "a.zip", nested) == ["nested", "nested", "hidden", "ja"]
    assert texts(tmp_path / "b.zip", zip_with(mode=stat.S_IFLNK | 0o777)) == ["link", "ja"]
    assert texts(tmp_path / "c.zip", zip_with(flags=1)) == ["encrypted", "ja"]
    assert texts(tmp_path / "d.zip", zip_with(method=99)) == ["broken_member", "ja"]


def test_a_file_with_holes_is_no_way_to_endless_bytes(tmp_path: Path) -> None:
    """A member that says it is eight exabytes of nothing, in either spelling, is refused and not read."""
    about = tarfile.TarInfo("a.jsonl")
    about.pax_headers = {"GNU.sparse.size": str(2**62), "GNU.sparse.map": "0,1", "GNU.sparse.name": "a.jsonl"}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(about)
    assert texts(tmp_path / "a.tar", buffer.getvalue()) == ["not_a_file"]
    about.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(about)
    assert texts(tmp_path / "b.tar", buffer.getvalue()) == ["broken_file"]


def test_a_member_that_is_broken_costs_itself(tmp_path: Path) -> None:
    """Flipped bytes, no UTF-8, or a bad header in one member of a ZIP do not hide the next."""
    content = bytearray(zipped(("a.txt", b"hej" * 50), ("b.csv", "text\nhej".encode("utf-16")), ("c.txt", b"ja")))
    content[40] ^= 0xFF
    assert texts(tmp_path / "a.zip", bytes(content)) == ["broken_member", "bad_encoding", "ja"]


def test_a_zip_bomb_is_broken_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members that are small alone and too much together end the archive."""
    monkeypatch.setattr(opening, "INFLATED_BYTES_FREE", 2**20)
    blank = b"x" * 2**18
    found = texts(tmp_path / "a.zip", zipped(*((f"{number}.txt", blank) for number in range(20))))
    assert found[-1] == "inflates_too_far"
    assert 4 <= len(found) < 20


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_every_prefix_of_a_tar_file_is_told(tmp_path: Path, form: int) -> None:
    """However it is cut, the members before stand, and the cut is told: a shorter archive is never taken for whole."""
    name = "mappe/" * 15 + "å" * 40 + ".txt"
    content = tarred((name, b"en"), ("b.txt", b"to"), form=form)
    assert texts(tmp_path / "a.tar", content) == ["en", "to"]
    for size in range(0, content.rindex(b"to") + 512, 170):
        found = texts(tmp_path / "a.tar", content[:size])
        assert found[-1] == "broken_file"
        assert found[:-1] == ["en", "to"][: len(found) - 1]


def test_garbage_between_members_is_not_the_end(tmp_path: Path) -> None:
    """A header that cannot be read is told, and not taken for the archive's end."""
    content = bytearray(tarred(("a.txt", b"en"), ("b.txt", b"to")))
    content[1024 + 10] ^= 0xFF
    assert texts(tmp_path / "a.tar", bytes(content)) == ["en", "broken_file"]
    names = tarfile.TarInfo("x")
    names.type, names.size = tarfile.GNUTYPE_LONGNAME, 2**30
    assert texts(tmp_path / "b.tar", tarred(("a.txt", b"en"))[:1024] + names.tobuf()) == ["en", "broken_file"]


def test_names_before_names_are_no_crash(tmp_path: Path) -> None:
    """Thousands of headers that only speak of the next header are broken, and not too deep."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 0
    assert texts(tmp_path / "a.tar", header.tobuf() * 5000) == ["broken_file"]


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_damaged_archives_are_no_crash(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes written over anywhere, or missing at the end, give items and reasons and nothing else."""
    name = data.draw(st.sampled_from(["a.zip", "a.tar", "a.tgz", "a.jsonl.gz"]))
    members = (("a.txt", b"en" * 20), ("b.jsonl", ROWS))
    whole = {"a.zip": zipped(*members), "a.tar": tarred(*members)[:4096], "a.jsonl.gz": packed(ROWS)}
    content = bytearray(whole.get(name) or packed(tarred(*members)))
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    texts(tmp_path / name, bytes(content[: data.draw(st.integers(0, len(content)))]))


def test_a_zip_that_is_none_is_broken(tmp_path: Path) -> None:
    """An archive without its directory, cut anywhere, or with one that points before its beginning is broken."""
    content = zipped(("a.txt", b"en"))
    for size in range(0, len(content), 9):
        assert texts(tmp_path / "a.zip", content[:size]) == ["broken_file"]
    bent = content[:-6] + (2**31).to_bytes(4, "little") + content[-2:]
    assert texts(tmp_path / "a.zip", bent) == ["broken_member"]


def test_a_disk_that_refuses_is_no_broken_file(tmp_path: Path) -> None:
    """A file that cannot be opened is the world's fault, and raises."""
    file = delivered(tmp_path / "a.txt", b"x")
    file.path.unlink()
    with pytest.raises(FileNotFoundError):
        what(file)

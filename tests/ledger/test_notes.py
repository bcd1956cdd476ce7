"""Signed notes, checkpoints and proofs: made to the letter of the format, and refused when anything is changed."""

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.errors import JournalBroken
from ledger.merkle import inclusion, leaf_hash, root
from ledger.notes import NOTE_BYTES_MAX, BadNote, PublicKey, SecretKey, new_secret_key, open_note, read_secret_key
from ledger.tlog_proofs import PROOF_BYTES_MAX, Proof, check_proof, read_proof, write_proof
from tests.ledger.test_merkle import Kept

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    f"{TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example that every implementation of signed notes is tested by, from the documentation of Go's."""

KEY = SecretKey("example.dk/ledger", bytes(range(32)))
ENTRIES = [b'{"seq":%d}' % number for number in range(300)]
TREE = Kept([leaf_hash(entry) for entry in ENTRIES])
NOTE = sign_checkpoint(KEY, 300, root(300, TREE))


def prove(index: int) -> Proof:
    """The proof of one of the entries."""
    return Proof(index, tuple(inclusion(index, 300, TREE)), NOTE, ENTRIES[index])


def test_the_known_example_is_made_and_read(tmp_path: Path) -> None:
    """With the known key our note has the known bytes, and the known note opens."""
    file = tmp_path / "key"
    file.touch(mode=0o600)
    file.write_text(SKEY)
    key = read_secret_key(file)
    assert key.public.vkey == VKEY
    assert key.sign(TEXT) == SIGNED
    assert open_note(SIGNED, PublicKey.parse(VKEY)) == TEXT


def test_a_new_key_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    """The file has mode 600 and gives the key back; a second key never overwrites it."""
    file = tmp_path / "keys" / "ledger.key"
    key = new_secret_key("example.dk/ledger", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_secret_key(file) == key
    assert base64.b64encode(key.seed).decode() not in repr(key)
    with pytest.raises(FileExistsError):
        new_secret_key("example.dk/ledger", file)
    assert [path.name for path in file.parent.iterdir()] == ["ledger.key"]


@pytest.mark.parametrize("name", ["", "with space", "with+plus", "a\nb", "æ\u00a0ø", "a" * 201])
def test_a_name_that_a_note_cannot_carry_is_refused(tmp_path: Path, name: str) -> None:
    """Spaces of any kind and plus signs would make another note of it."""
    with pytest.raises(JournalBroken, match="cannot name a ledger"):
        new_secret_key(name, tmp_path / "key")


def test_a_key_that_others_can_read_or_that_is_damaged_is_not_used(tmp_path: Path) -> None:
    """The message says what to do."""
    file = tmp_path / "key"
    file.touch(mode=0o640)
    with pytest.raises(JournalBroken, match="chmod 600"):
        read_secret_key(file)
    file.chmod(0o600)
    for text in ("", "nonsense", VKEY, SKEY[:-4], SKEY.replace("c74f20a3", "c74f20a4"), "\xff" * 9000):
        file.write_text(text)
        with pytest.raises(JournalBroken, match="from your backup"):
            read_secret_key(file)


@pytest.mark.parametrize(
    "vkey", ["", "PeterNeumann", VKEY[:-4], VKEY.replace("c74f20a3", "c74f20a4"), VKEY.replace("ARpc", "BBpc"), SKEY]
)
def test_what_is_no_public_key_is_refused(vkey: str) -> None:
    """A key of another kind, cut, or under another's id."""
    with pytest.raises(BadNote, match=r"public key|base64"):
        PublicKey.parse(vkey)


def test_a_note_may_carry_others_signatures_but_needs_ours() -> None:
    """Signatures of unknown keys are passed over, of whatever kind; without ours the note is refused."""
    other = SecretKey("witness.example", bytes(32))
    line = other.sign(TEXT).removeprefix(TEXT + "\n")
    assert open_note(SIGNED + line, PublicKey.parse(VKEY)) == TEXT
    assert open_note(TEXT + "\n" + line + SIGNED.removeprefix(TEXT + "\n"), PublicKey.parse(VKEY)) == TEXT
    same_name = SecretKey("PeterNeumann", bytes(32)).sign(TEXT)
    for note in (f"{TEXT}\n{line}", same_name):
        with pytest.raises(BadNote, match="not signed by PeterNeumann"):
            open_note(note, PublicKey.parse(VKEY))


@pytest.mark.parametrize(
    ("note", "wrong"),
    [
        ("", "no text"),
        (TEXT, "no text"),
        (SIGNED[:-1], "no text"),
        (SIGNED.replace("answer", "Answer"), "does not fit"),
        (SIGNED.replace("x08go/ZJ", "x08go/ZK"), "does not fit"),
        (SIGNED.replace("—", "-"), "not of the form"),
        (SIGNED + "more\n", "not of the form"),
        (SIGNED.replace("BwJnAM=", "BwJnAN="), "not base64"),
        (SIGNED.replace("\n", "\r\n"), "control"),
        ("a" * NOTE_BYTES_MAX + SIGNED, "longer"),
    ],
)
def test_a_note_that_was_changed_is_refused(note: str, wrong: str) -> None:
    """Text, signature and form."""
    with pytest.raises(BadNote, match=wrong):
        open_note(note, PublicKey.parse(VKEY))


def test_a_checkpoint_is_three_lines_signed() -> None:
    """It reads back equal, and looks as the format says."""
    first = NOTE.split("\n")
    assert first[:2] == ["example.dk/ledger", "300"]
    assert base64.b64decode(first[2]) == root(300, TREE)
    assert open_checkpoint(NOTE, KEY.public) == Checkpoint("example.dk/ledger", 300, root(300, TREE))


@pytest.mark.parametrize(
    "text",
    ["example.dk/ledger\n1\n", "example.dk/ledger\n01\n" + "A" * 43 + "=\n", "other\n1\n" + "A" * 43 + "=\n", "x\n"],
)
def test_what_is_signed_but_no_checkpoint_of_ours_is_refused(text: str) -> None:
    """A note of another kind, an odd size, another journal's origin."""
    with pytest.raises(BadNote, match="checkpoint"):
        open_checkpoint(KEY.sign(text), KEY.public)


@given(st.integers(0, 299))
def test_a_proof_survives_as_text_and_holds(index: int) -> None:
    """Written and read it is the same, and leads from the entry to the signed checkpoint."""
    proof = prove(index)
    assert read_proof(write_proof(proof)) == proof
    assert check_proof(proof, proof.extra, KEY.public).size == 300


def test_a_proof_has_the_published_form() -> None:
    """Header, extra, index, hashes, an empty line, the checkpoint as it stands."""
    lines = write_proof(prove(7)).split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1] == "extra " + base64.b64encode(ENTRIES[7]).decode()
    assert lines[2] == "index 7"
    assert lines[lines.index("") + 1 :] == NOTE.split("\n")
    bare = write_proof(Proof(0, (), sign_checkpoint(KEY, 1, leaf_hash(b"x"))))
    assert bare.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.dk/ledger\n1\n")
    assert check_proof(read_proof(bare), b"x", KEY.public).size == 1


@given(st.data())
def test_any_changed_character_of_a_proof_is_found(data: st.DataObject) -> None:
    """Whatever one character becomes, the proof is refused, or it says the very same."""
    proof = prove(data.draw(st.integers(0, 299)))
    text = write_proof(proof)
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.sampled_from("aB7+/=\n —x")) + text[place + 1 :]
    try:
        read = read_proof(changed)
        check_proof(read, read.extra, KEY.public)
    except BadNote:
        return
    assert changed == text


def test_a_proof_for_another_entry_place_or_checkpoint_is_refused() -> None:
    """An older checkpoint without the entry, another entry's bytes, another index, and another key."""
    proof = prove(299)
    older = sign_checkpoint(KEY, 299, root(299, TREE))
    with pytest.raises(BadNote, match="none with the number 299"):
        check_proof(Proof(299, proof.path, older), proof.extra, KEY.public)
    with pytest.raises(BadNote, match="does not lead"):
        check_proof(proof, ENTRIES[7], KEY.public)
    with pytest.raises(BadNote, match="does not lead"):
        check_proof(Proof(298, proof.path, NOTE), proof.extra, KEY.public)
    with pytest.raises(BadNote, match="not signed by"):
        check_proof(proof, proof.extra, SecretKey(KEY.name, bytes(32)).public)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\nx",
        "c2sp.org/tlog-proof@v1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        "c2sp.org/tlog-proof@v1\nextra \nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\nAA==\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\n" + ("A" * 43 + "=\n") * 64 + "\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n" + "x" * PROOF_BYTES_MAX,
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    """Another version, no index, no hash, too many, too long."""
    with pytest.raises(BadNote):
        read_proof(text)

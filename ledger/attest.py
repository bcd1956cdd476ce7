"""What the ledger says of itself to others: checkpoints of its journal, and proofs of entries under one.

A checkpoint is signed only when the journal still begins with the one that was published last; otherwise two signed
statements of ours would contradict each other, and the reason must be found before anything else is done.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from sqlalchemy import select

from ledger import tables
from ledger.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.errors import JournalBroken
from ledger.leaves import Line, leaf
from ledger.merkle import BrokenTree, consistency, inclusion, is_consistent, root
from ledger.notes import BadNote, PublicKey, SecretKey
from ledger.store import Ledger
from ledger.succession import Succession, check_succession
from ledger.tlog_proofs import Proof, check_proof
from ledger.tree import LINE, LINES_AT_ONCE, blocks_of, size_of

_AUDIT = "sign and publish nothing more, and find out what happened with `fodaftryk ledger audit`"


def attest(ledger: Ledger, key: SecretKey, last: str | None) -> str:
    """Return a signed checkpoint of the journal as it stands, which begins with the one published last.

    `last` is that one's note; when nothing was entered since, it is returned as it is.

    Raises:
        JournalBroken: the journal does not begin with the last checkpoint, its tree has a hole, or another key signed.

    """
    try:
        known = None if last is None else open_checkpoint(last, key.public)
        with ledger.reading() as connection:
            size, blocks = size_of(connection), blocks_of(connection)
            now = Checkpoint(key.name, size, root(size, blocks))
            if known is not None and size >= known.size:
                path = consistency(known.size, size, blocks)
    except (BadNote, BrokenTree) as error:
        raise JournalBroken(f"no checkpoint can be signed ({error}): {_AUDIT}") from error
    if known is None:
        return sign_checkpoint(key, now.size, now.root)
    if size < known.size or not is_consistent((known.size, known.root), (now.size, now.root), path):
        raise JournalBroken(
            f"the journal of {size} entries does not begin with the {known.size} entries of the checkpoint that was "
            f"published last: entries were changed, or are gone, or this is another ledger; {_AUDIT}"
        )
    return str(last) if size == known.size else sign_checkpoint(key, now.size, now.root)


def succeed(ledger: Ledger, earlier: str, later: str, key: PublicKey) -> Succession:
    """Prove that the journal was only added to from an earlier checkpoint's note to a later one's.

    Raises:
        JournalBroken: it was not, or another key signed one of them.

    """
    try:
        old, new = open_checkpoint(earlier, key), open_checkpoint(later, key)
        if old.size > new.size:
            raise BadNote(f"the earlier checkpoint has {old.size} entries, and the later {new.size}")  # noqa: TRY301
        with ledger.reading() as connection:
            succession = Succession(old.size, tuple(consistency(old.size, new.size, blocks_of(connection))), later)
        check_succession(succession, earlier, key)
    except (BadNote, BrokenTree) as error:
        raise JournalBroken(f"the earlier checkpoint is not continued ({error}): {_AUDIT}") from error
    return succession


def prove(ledger: Ledger, subjects: Sequence[str], note: str, key: PublicKey) -> Iterator[Proof]:
    """Give the proof of each entry about some subjects under a checkpoint, in order, each checked as others will.

    `subjects` are `source:<name>` or `release:<version>`; at most some hundreds. A proof's `extra` is the entry itself.

    Raises:
        JournalBroken: an entry does not stand under the checkpoint, or the key did not sign it.

    """
    entry = tables.entry
    try:
        size = open_checkpoint(note, key).size
        query = select(*LINE).where(entry.c.subject.in_(subjects), entry.c.seq < size).order_by(entry.c.seq)
        with ledger.reading() as connection:
            blocks = blocks_of(connection)
            for row in connection.execute(query, execution_options={"yield_per": LINES_AT_ONCE}):
                line = cast("Line", tuple(row))
                proof = Proof(line[0], tuple(inclusion(line[0], size, blocks)), note, leaf(line))
                check_proof(proof, proof.extra, key)
                yield proof
    except (BadNote, BrokenTree) as error:
        raise JournalBroken(f"an entry cannot be proved ({error}): {_AUDIT}") from error

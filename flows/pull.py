"""Pulling a release: out of the storage of the settings, or, far away from ledger and settings, from an address.

Who pulls what is not of the open tier says who they are first: the receipt is entered in the ledger before a byte is
brought. Where there is no ledger it lies in the folder, to be sent to who publishes the release.
"""

import json
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from corpus.checksums import BESIDE
from corpus.pulled import MANIFEST, RECEIPT, Choice, Listed, Offer, read_whole
from corpus.pulling import read_offer
from corpus.storage import Storage, open_storage
from flows.attesting import PROOF
from flows.checks import check_cards, check_release
from flows.errors import FlowError
from flows.settings import Settings, moment
from flows.workspace import look_into
from ledger.errors import UnknownRecord
from ledger.journal import PROGRAM, Stamp, canonical
from ledger.notes import PublicKey
from ledger.receipts import record_receipt
from ledger.records import Receipt
from ledger.releases import release as find_release
from ledger.store import Ledger
from ledger.tlog_proofs import PROOF_BYTES_MAX

FORMAT = "fodaftryk-receipt/1"

OPEN = "open"
"""The tier that anybody may pull without a word."""

SUMS_BYTES_MAX = 3_000_000
"""Largest checksums of what lies beside a manifest: a thousand files, of the longest names there are, take less."""

_ADDRESS = re.compile(r"((?P<root>.*[^/])/+)?releases/+(?P<version>[^/]+)/*(manifest\.json)?")


@dataclass(frozen=True, slots=True)
class Shop:
    """Where a release is pulled from: its storage, what that offers, and the ledger that knows of it, if it is here."""

    storage: Storage
    offer: Offer
    ledger: Ledger | None


@contextmanager
def opened(settings: Settings, release: str) -> Iterator[Shop]:
    """Open the storage that has a release: the settings' for a version, or the one at an address.

    Raises FlowError when it is neither, PullError when it is no release that can be read, and UnknownRecord when the
    ledger does not know the version.
    """
    if "/" not in release:
        with look_into(settings) as space:
            known = find_release(space.ledger, release)
            offer = read_offer(space.storage, release)
            if offer.digest != known.manifest_digest:
                raise FlowError(
                    f"{space.storage.uri(f'releases/{release}/manifest.json')} is not the manifest that the ledger "
                    "recorded: it was exchanged. Nothing is pulled; `fodaftryk ledger audit` tells more."
                )
            yield Shop(space.storage, offer, space.ledger)
        return
    address = _ADDRESS.fullmatch(release)
    if address is None:
        raise FlowError(
            f"{release} is no release: give its version, as `fodaftryk release list` does, or its folder's address, "
            "such as s3://bucket/prefix/releases/0.2.0 or /srv/corpus/releases/0.2.0."
        )
    where = replace(settings.storage, url=address["root"] or ".")
    storage = open_storage(where, settings.data / "work" / "cache", reading=True)
    yield Shop(storage, read_offer(storage, address["version"]), None)


def check_vouched(shop: Shop, key: PublicKey) -> None:
    """Make sure, before anything comes, that the ledger of a key recorded manifest and cards. Raises FlowError."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / MANIFEST).write_bytes(shop.offer.manifest)
        for name, bytes_max in ((PROOF, PROOF_BYTES_MAX), (BESIDE, SUMS_BYTES_MAX)):
            if data := _beside(shop, name, bytes_max):
                (folder / name).write_bytes(data)
        _, findings = check_release(folder, key)
        findings = findings or check_cards(folder)
    if findings:
        raise FlowError(
            f"the key does not vouch for this release: {findings[0].where} {findings[0].what}. Nothing is pulled: "
            "ask who publishes it for the key, and for the release's proof."
        )


def _beside(shop: Shop, name: str, bytes_max: int) -> bytes:
    """A file beside the manifest, and a little more than is read of it at most; empty where there is none."""
    key, data = f"releases/{shop.offer.version}/{name}", bytearray()
    for piece in shop.storage.read(key) if shop.storage.exists(key) else ():
        data += piece
        if len(data) > bytes_max:
            break
    return bytes(data)


def receipt_for(shop: Shop, choice: Choice, pulled_by: str, held: bytes | None) -> bytes:
    """Return the receipt of a pull, as a file: the one that is held, or a new one; where there is a ledger, entered.

    Raises FlowError when what is held is of another pull, and the ledger's errors when it refuses the receipt.
    """
    chosen = shop.offer.chosen(choice)
    made = Receipt(
        id=secrets.token_hex(16),
        release=shop.offer.version,
        pulled_by=pulled_by,
        choice=canonical(choice.to_dict()).decode(),
        tiers=tiers_of(chosen),
        documents=sum(shard.rows for shard in chosen),
        words=sum(shard.words for shard in chosen),
        bytes=sum(shard.bytes for shard in chosen),
    )
    receipt = made if held is None else read_receipt(held, shop.offer.digest)
    if replace(receipt, id=made.id) != made:
        raise FlowError(f"{RECEIPT} in this folder is of another pull, or of somebody else: pull into a new folder.")
    if shop.ledger is not None:
        record_receipt(shop.ledger, receipt, Stamp(PROGRAM, moment()))
    return write_receipt(receipt, shop.offer.digest) if held is None else held


def tiers_of(shards: Sequence[Listed]) -> tuple[str, ...]:
    """The tiers that shards are of."""
    return tuple(sorted({shard.tier for shard in shards}))


def receipt_maker(shop: Shop, choice: Choice, pulled_by: str) -> "partial[bytes] | None":
    """What makes the receipt of a pull; None where none is needed and nobody says who they are.

    Raises FlowError when one is needed.
    """
    needed = [tier for tier in tiers_of(shop.offer.chosen(choice)) if tier != OPEN]
    if needed and not pulled_by:
        raise FlowError(
            f"what is chosen holds text of the tier {', '.join(needed)}, which comes with a receipt: say which office "
            "or team pulls with --as NAME, or take --tier open alone."
        )
    return partial(receipt_for, shop, choice, pulled_by) if pulled_by else None


def write_receipt(receipt: Receipt, manifest: str) -> bytes:
    """Write a receipt as the file that lies in a pulled folder."""
    told = {"format": FORMAT, "manifest": manifest, "at": moment().isoformat(), **asdict(receipt)}
    return (json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def read_receipt(data: bytes, manifest: str) -> Receipt:
    """Read a receipt's file, whoever wrote it. Raises FlowError when it is none, or of another manifest."""
    try:
        told: dict[str, Any] = json.loads(data)
        values = {name: told[name] for name in Receipt.__dataclass_fields__}
        texts = [values[name] for name in ("id", "release", "pulled_by", "choice")]
        texts += values["tiers"]
        counts = [values[name] for name in ("documents", "words", "bytes")]
        is_one = told["format"] == FORMAT and all(isinstance(text, str) for text in texts)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FlowError(f"this is no receipt of a pull: {error!r}") from error
    if not is_one or not all(type(count) is int for count in counts):
        raise FlowError("this is no receipt of a pull: its values are of other kinds")
    if told["manifest"] != manifest:
        raise FlowError(f"this receipt is of another manifest than release {values['release']} has: ask who sent it")
    return Receipt(**{**values, "tiers": tuple(values["tiers"])})


def receive(ledger: Ledger, file: Path, stamp: Stamp) -> tuple[Receipt, bool]:
    """Enter a receipt that a team sent; tell whether it was new.

    Raises FlowError and PullError when the file is no receipt, and the ledger's errors when it refuses it.
    """
    data = read_whole(file)
    try:
        version = str(json.loads(data)["release"])
        digest = find_release(ledger, version).manifest_digest
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FlowError(
            f"{file} is no receipt of a pull ({error!r}): ask for the file that `fodaftryk pull` left there"
        ) from error
    except UnknownRecord as error:
        raise FlowError(f"{file}: {error}") from error
    receipt = read_receipt(data, digest)
    return receipt, record_receipt(ledger, receipt, stamp)

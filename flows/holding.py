"""What a rights holder is given: every entry about their sources, the proof of each, and the key to check them with.

A folder that needs nothing more to be checked, by `fodaftryk verify` or by anybody's tool for c2sp.org/tlog-proof:

    events.jsonl               the entries, one a line, exactly the bytes that were hashed
    proofs/<number>.tlog-proof the proof of each
    openings.jsonl             what entries only commit to, with the nonce: names and notes, for the holder alone
    ledger.vkey, checkpoint    the public key, and the checkpoint all proofs lead to
    earlier-checkpoint, since  the checkpoint the holder had before, and the proof that the journal was only added to
    README.md                  what this shows, what it does not, in Danish and English
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flows.attesting import publish_checkpoint, secret_key
from flows.errors import CatalogueError, FlowError
from flows.sources import read_sources
from flows.workspace import Workspace
from ledger.attest import prove, succeed
from ledger.journal import canonical
from ledger.releases import releases
from ledger.rows import openings
from ledger.sources import source as find_source
from ledger.sources import sources
from ledger.standing import money_subjects
from ledger.succession import write_succession
from ledger.tlog_proofs import write_proof

EVENTS, OPENINGS, PROOFS, CHECKPOINT, VKEY = "events.jsonl", "openings.jsonl", "proofs", "checkpoint", "ledger.vkey"
EARLIER, SINCE = "earlier-checkpoint", "since"

_README = Path(__file__).with_name("proof_readme.md")


@dataclass(frozen=True, slots=True)
class Held:
    """What was written: of which sources, how many entries, and under which checkpoint."""

    sources: tuple[str, ...]
    entries: int
    note: str


def hold_out(space: Workspace, names: Sequence[str], out: Path, earlier: str | None = None) -> Held:
    """Write all that the journal has about some sources to a new folder, under a checkpoint of this moment.

    `earlier` is the note of a checkpoint that the holder has: then it is proved too that the journal continues it.

    Raises FlowError when the folder holds something, UnknownRecord for a source that is not in the ledger, and
    JournalBroken when an entry cannot be proved.
    """
    for name in names:
        find_source(space.ledger, name)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FlowError(f"{out} is there already and not empty: name a new folder, so that nothing is mixed.")
    note = publish_checkpoint(space)
    key = secret_key(space).public
    since = None if earlier is None else succeed(space.ledger, earlier, note, key)
    (out / PROOFS).mkdir(parents=True, exist_ok=True)
    entries = 0
    with (out / EVENTS).open("wb") as events:
        for proof in prove(space.ledger, _subjects(space, names), note, key):
            events.write(proof.extra + b"\n")
            (out / PROOFS / f"{proof.index:012}.tlog-proof").write_text(write_proof(proof), encoding="utf-8")
            entries += 1
    with (out / OPENINGS).open("wb") as opened:
        for opening in openings(space.ledger, names):
            opened.write(canonical(asdict(opening)) + b"\n")
    if since is not None:
        (out / SINCE).write_text(write_succession(since), encoding="utf-8")
        (out / EARLIER).write_text(str(earlier), encoding="utf-8")
    (out / VKEY).write_text(f"{key.vkey}\n", encoding="utf-8")
    (out / CHECKPOINT).write_text(note, encoding="utf-8")
    (out / "README.md").write_bytes(_README.read_bytes())
    return Held(tuple(names), entries, note)


def sources_of(space: Workspace, domain: str) -> tuple[str, ...]:
    """Return the sources with a host that is a domain or lies in it, by ledger and catalogue.

    Raises FlowError when there is none.
    """
    wanted = domain.strip().lower().rstrip(".").removeprefix("www.")
    hosts = {source.name: {urlsplit(source.homepage).hostname or ""} for source in sources(space.ledger)}
    try:
        catalogue = read_sources(space.settings.catalogue)
    except CatalogueError:  # what the ledger knows is enough to answer with
        catalogue = ()
    for source in catalogue:
        if source.name in hosts:
            hosts[source.name] |= set(source.crawl.hosts)
    found = tuple(
        name
        for name, its in sorted(hosts.items())
        if any(host == wanted or host.endswith(f".{wanted}") for host in its)
    )
    if not wanted or not found:
        raise FlowError(f"no source in the ledger has pages on {domain}: `fodaftryk status` lists the sources.")
    return found


def _subjects(space: Workspace, names: Sequence[str]) -> list[str]:
    """What the entries of sources are about: they themselves, releases that hold text of them, and their money."""
    wanted = set(names)
    held = [each.version for each in releases(space.ledger) if wanted & {usage.source for usage in each.usages}]
    money = money_subjects(space.ledger, wanted)
    return [*(f"source:{name}" for name in names), *(f"release:{version}" for version in held), *money]

"""What signed-in people's pages need of the other rooms, as functions for `ledger.portal.wiring`.

Claims are looked for, statements and proofs written, removals followed, and uploads kept:

    portal/uploads/<sha256>     a mandate, or text that was shared and is not delivered yet
"""

import csv
import io
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from crawler.guard import is_public
from flows.conflicts import found_conflicts
from flows.deliveries import Handover, deliver, look
from flows.errors import FlowError
from flows.holding import hold_out, sources_of
from flows.reached import Reached as Honoured
from flows.reached import status
from flows.reaching import Reach, host_file, provider_get, provider_post, txt_records
from flows.settings import PortalSettings
from flows.sources import read_sources
from flows.statement_rows import CSV_NAMES, csv_rows
from flows.workspace import Workspace
from ledger.cases import Case
from ledger.errors import RecordRefused
from ledger.journal import Stamp
from ledger.portal.oidc import Provider, Wire
from ledger.portal.proving import Prover
from ledger.portal.shares import Hands, Share
from ledger.portal.wiring import Held, Reached, Wiring
from ledger.statements import Statement


def wiring_of(space: Workspace) -> Wiring:
    """Put the functions together for a workspace."""
    return Wiring(
        providers=_providers(space.settings.portal),
        wire=Wire(provider_get, provider_post),
        prover=prover(),
        hands=Hands(partial(_keep, space), partial(_deliver, space), partial(_drop, space), partial(_read, space)),
        sources_of=partial(_sources_of, space),
        conflicts=partial(_conflicts, space),
        reached=partial(_reached, space),
        csv=_csv,
        pdf=_pdf,
        proof=partial(_proof, space),
    )


def prover() -> Prover:
    """How the proof of a claimed domain is looked for: on the public internet alone."""
    return Prover(txt_records, partial(host_file, Reach(is_public)))


def _providers(settings: PortalSettings) -> tuple[Provider, ...]:
    if not settings.oidc_issuer:
        return ()
    name = settings.oidc_name or settings.oidc_issuer
    return (Provider(settings.oidc_issuer, settings.oidc_client, settings.oidc_secret, name, settings.oidc_scope),)


def upload_key(digest: str) -> str:
    """Where an upload lies, by its hex SHA-256."""
    return f"portal/uploads/{digest}"


def _keep(space: Workspace, digest: str, path: Path) -> None:
    key = upload_key(digest)
    if not space.storage.exists(key):
        space.storage.put(key, path)


def _drop(space: Workspace, digest: str) -> None:
    space.storage.remove(upload_key(digest))


def _read(space: Workspace, digest: str) -> bytes | None:
    key = upload_key(digest)
    return space.storage.local(key).read_bytes() if space.storage.exists(key) else None


def _deliver(space: Workspace, share: Share, stamp: Stamp) -> None:
    """Make an upload a delivery of its source, under the name its sender gave it."""
    with tempfile.TemporaryDirectory(prefix="fodaftryk-") as folder:
        named = Path(folder) / share.name
        named.write_bytes(space.storage.local(upload_key(share.digest)).read_bytes())
        try:
            offer = look(share.source, [named])
            handover = Handover(share.agreement, f"shared in the portal as {share.id}", stamp.actor)
            deliver(space, share.source, offer, handover, stamp.now)
        except FlowError as error:
            raise RecordRefused(str(error)) from error


def _sources_of(space: Workspace, domain: str) -> Sequence[str]:
    try:
        return sources_of(space, domain)
    except FlowError:  # it knows none, and says how a person finds some
        return ()


def _conflicts(space: Workspace, as_of: date) -> Sequence[Held]:
    try:
        known = read_sources(space.settings.catalogue)
    except FlowError:  # a catalogue that cannot be read has no conflicts to show; the command line says what is wrong
        return ()
    return [Held(found.conflict, found.held) for found in found_conflicts(space, known, as_of)]


def _reached(space: Workspace, case: Case) -> Sequence[Reached]:
    try:
        found = status(space, [case.id])[0]
    except FlowError:  # nothing was kept out by this case yet
        return ()
    return _told(found)


def _told(found: Honoured) -> Sequence[Reached]:
    corpus, releases = found.purged_on is not None, bool(found.patch) or not found.tombstones
    copies = found.receipts > 0 or not found.tombstones
    return (
        Reached("crawl", done=True, on=found.excluded, texts=found.documents),
        Reached("corpus", corpus, found.purged_on, found.purged),
        Reached("releases", releases, found.removed or found.removal, release=found.patch),
        Reached("copies", copies, texts=found.rows, receipts=found.receipts),
    )


def _csv(found: Statement) -> bytes:
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, CSV_NAMES, lineterminator="\n")
    rows.writeheader()
    rows.writerows(csv_rows(found))
    return out.getvalue().encode("utf-8-sig")  # the mark lets spreadsheets read Danish letters


def _pdf(found: Statement) -> bytes:
    from flows.statement_pdf import write_pdf  # noqa: PLC0415 - ReportLab loads for a third of a second

    with tempfile.TemporaryDirectory(prefix="fodaftryk-") as folder:
        file = Path(folder) / "statement.pdf"
        write_pdf(found, file)
        return file.read_bytes()


def _proof(space: Workspace, names: Sequence[str]) -> bytes:
    """All the journal has about some sources, as `fodaftryk proof` writes it, in a ZIP."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="fodaftryk-") as folder:
        out = Path(folder) / "bevis"
        hold_out(space, names, out)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(out.rglob("*")):
                if file.is_file():
                    archive.write(file, str(file.relative_to(out.parent)))
    return packed.getvalue()

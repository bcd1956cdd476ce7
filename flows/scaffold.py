"""A new file for the catalogue, from nothing but an address: `fodaftryk sources add URL`."""

import os
import re
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import Table

from crawler.urls import canonical, host_of
from flows.catalogue import NAME_CHARS_MAX, RESERVED_NAMES, load_catalogue
from flows.errors import CatalogueError
from ledger.licences import normalise_licence
from ledger.records import SourceStatus

SCHEMA_FILE = "source.schema.json"
"""The schema beside the files of a catalogue; editors are pointed to it where it lies."""

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def scaffold_source(url: str, catalogue: Path, on: date, licence: str | None = None) -> Path:
    """Write a candidate source for the site at `url`, and return its file; the folder is made when it is missing.

    With `licence`, the operator asserts it on the day `on`, as one who has checked it.

    Raises:
        CatalogueError: the address or the licence is not one, or the site is in the catalogue already.

    """
    seed = canonical(url)
    if not seed:
        raise CatalogueError(f"{url!r} is no address on the public web: write it in full, as https://www.eksempel.dk/.")
    asserted = normalise_licence(licence) if licence else None
    if asserted == "":
        raise CatalogueError(f"{licence!r} is no licence that is known: write its SPDX identifier, such as CC-BY-4.0.")
    catalogue.mkdir(parents=True, exist_ok=True)
    host = host_of(seed)
    for source in load_catalogue(catalogue).sources:
        if host in source.crawl.hosts:
            raise CatalogueError(f"{host} is in the catalogue: edit {catalogue / source.name}.toml instead.")
    name = _free_name(host, catalogue)
    document = _document(name, host, seed)
    if asserted:
        document["rights"]["licences"] = _assertion(asserted, seed, on)
    heading = f"#:schema {SCHEMA_FILE}\n" if (catalogue / SCHEMA_FILE).is_file() else ""
    return _write_new(catalogue / f"{name}.toml", heading + tomlkit.dumps(document))


def _free_name(host: str, catalogue: Path) -> str:
    """A name from a host that no file has: `www.xn--grnsager-q8a.dk` is `groensager`."""
    labels = _spoken(host).lower().translate(_LETTERS).removeprefix("www.").split(".")[:-1]
    stem = re.sub(r"[^a-z0-9]+", "-", "-".join(labels))[: NAME_CHARS_MAX - 4].strip("-") or "source"
    taken = RESERVED_NAMES | {file.stem for file in catalogue.glob("*.toml")}
    candidates = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in candidates if name not in taken)


def _spoken(host: str) -> str:
    """A host as people write it, with its letters instead of punycode."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:  # a label that says it is punycode and is not
        return host


def _document(name: str, host: str, seed: str) -> TOMLDocument:
    document = tomlkit.document()
    _fill(
        document,
        {
            "name": name,
            "title": _spoken(host).removeprefix("www."),
            "homepage": seed,
            "status": str(SourceStatus.CANDIDATE),
            "kind": "other",
            "description": f"Added from {seed}; say here in a sentence or two what it holds.",
        },
    )
    _remark(document, ['schedule = "0 3 * * 1"   # Mondays at 3 in Danish time; without it, only when asked for'])
    document.add(tomlkit.nl())
    crawl = tomlkit.table()
    _fill(crawl, {"access": "site", "seeds": [seed]})
    _remark(crawl, [f'hosts = ["{host}"]   # the seeds\' hosts; add those that belong to the same site'])
    _remark(crawl, ["include = []   # paths to take, as in robots.txt; all when left out", "exclude = []"])
    document["crawl"] = crawl.add(tomlkit.nl())
    rights = tomlkit.table()
    _fill(rights, {"holder": "unknown"})
    _remark(rights, ["Find out who holds the rights, and read the site's terms: a reservation there counts too."])
    document["rights"] = rights
    return document


def _assertion(licence: str, place: str, on: date) -> object:
    """The operator's word for a licence, as the only one in a list of tables."""
    table = tomlkit.table()
    _fill(table, {"licence": licence, "asserted_by": "operator", "place": place, "on": on, "confirmed": True})
    tables = tomlkit.aot()
    tables.append(table)
    return tables


def _fill(table: TOMLDocument | Table, values: dict[str, object]) -> None:
    for key, value in values.items():
        table.add(key, tomlkit.item(value))


def _remark(table: TOMLDocument | Table, lines: Iterable[str]) -> None:
    for line in lines:
        table.add(tomlkit.comment(line))


def _write_new(path: Path, text: str) -> Path:
    """Write a file whole, and never over one that somebody put there meanwhile."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        path.hardlink_to(temporary)
    except FileExistsError as error:
        raise CatalogueError(f"{path} was written by somebody else just now: look into it, then try again.") from error
    finally:
        Path(temporary).unlink()
    return path

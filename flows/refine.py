"""Refine: the captures of one crawl become documents, a file for each WARC file."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from corpus.profiles import DEFAULT, load_profile
from corpus.refine import Origin, Refinery, RefineSettings, read_pages, refine_digest
from corpus.workers import WorkerLimits
from dedup.parameters import Parameters
from flows.errors import CountError
from flows.paths import crawl_prefix, digest_of_parts
from flows.progress import emit

if TYPE_CHECKING:  # it brings the ledger and its SQL, which who refines loose files has no use for
    from flows.workspace import Workspace


def refine_settings(
    limits: WorkerLimits, signing: Parameters, profile: str = DEFAULT, *, prefilter: bool = False
) -> RefineSettings:
    """How to refine: the limits that were set, the signatures deduplication wants, the source's quality profile."""
    return RefineSettings(limits, signature_scheme=signing.signing_text, profile=profile, prefilter=prefilter)


def refine_standing(space: "Workspace", crawl: str, profile: str, *, prefilter: bool = False) -> list[str]:
    """Refine all captures that hold pages of a crawl (a prefix in storage), its own and earlier crawls'; clear them.

    `profile` names the quality profile that the source's texts are held against; `prefilter` says whether pages that
    show no Danish are left unextracted.

    Returns the keys of the documents files; what of them still stands is asked when they are decided.
    """
    from flows.furniture import clear_standing  # noqa: PLC0415 - brings the ledger too

    source = crawl.split("/")[1]
    report = json.loads(space.storage.local(f"{crawl}/report.json").read_bytes())
    how = refine_settings(space.settings.refine, space.settings.dedup, profile, prefilter=prefilter)
    refined = [key for name in report["crawls"] for key in _refine_crawl(space, crawl_prefix(source, name), how)]
    return clear_standing(space, source, refined, load_profile(profile))


def _refine_crawl(space: "Workspace", crawl: str, how: RefineSettings) -> list[str]:
    _, source, name = crawl.split("/")
    report = json.loads(space.storage.local(f"{crawl}/report.json").read_bytes())
    parameters = refine_digest(how)
    keys = {
        warc["file"]: f"documents/{source}/{name}/{digest_of_parts(warc['sha256'], parameters)}.parquet"
        for warc in report["warcs"]
    }
    undone = [file for file, key in keys.items() if not space.storage.exists(key)]
    pages = read_pages(space.storage.local(f"{crawl}/pages.jsonl.gz")) if undone else {}
    with Refinery(how, space.readers) as refinery:
        for file in undone:
            _refine_file(space, f"{crawl}/{file}", keys[file], pages, refinery)
    return sorted(keys.values())


def _refine_file(space: "Workspace", warc: str, key: str, pages: Mapping[str, str], refinery: Refinery) -> None:
    _, source, crawl, file = warc.split("/")
    emit("refine", source, file=file)
    with space.scratch() as out:
        report = refinery.refine(space.storage.local(warc), Origin(source, crawl, pages, warc), out)
        if report.pages != report.kept + sum(report.marked.values()) + sum(report.failed.values()):
            raise CountError(f"{warc}: {report} does not add up. A fault of the program; nothing was kept of it.")
        space.storage.put(key, out)
    emit("refined", source, pages=report.pages, kept=report.kept)

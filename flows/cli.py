"""The command line: `fodaftryk`.

Exit codes: 0 all went well; 1 something is wrong, and the message says what to do; 2 the command was written wrongly;
3 the work is done as far as it goes, but some sources had problems. Whoever stops reading what we print, as `head`
does, gets 1 and no message.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from flows.catalogue import CatalogueSource, load_catalogue
from flows.cli_bank import register as register_bank
from flows.cli_cases import case_app
from flows.cli_dedupe import EPILOG, dedupe
from flows.cli_deliver import deliver
from flows.cli_dues import register as register_dues
from flows.cli_extract import extract
from flows.cli_honour import honour_app
from flows.cli_index import index_app
from flows.cli_journal import journal_app
from flows.cli_language import language
from flows.cli_ledger import ledger_app
from flows.cli_money import register as register_money
from flows.cli_people import people_app
from flows.cli_policy import policy_app
from flows.cli_portal import portal
from flows.cli_proof import proof
from flows.cli_pull import pull
from flows.cli_pull import register as register_receipts
from flows.cli_refine import refine
from flows.cli_release import release_app
from flows.cli_rights import register as register_rights
from flows.cli_sources import sources_app
from flows.cli_storage import storage_app
from flows.cli_training import summary
from flows.cli_value import value
from flows.cli_verify import verify
from flows.embedded import prefect_api
from flows.errors import FlowError
from flows.explain import explain as explain_url
from flows.pages import page_rows
from flows.records import RunRecord, newest_record
from flows.rights import notices
from flows.settings import load_settings, moment
from flows.show import progress, show_json, show_rows, show_summary, show_wrong
from flows.show_explained import show_explained
from flows.sources import chosen, read_sources
from flows.start import run as run_command
from flows.status import plan_rows, status_rows
from flows.workspace import Workspace, look_into, open_workspace

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Collect Danish text that a language model may lawfully learn from, and answer for every page of it.",
)
app.add_typer(sources_app, name="sources")
ledger_app.add_typer(journal_app)
app.add_typer(ledger_app, name="ledger")
for register in (register_rights, register_money, register_bank, register_dues, register_receipts):
    register(ledger_app)
ledger_app.add_typer(case_app, name="case")
app.add_typer(policy_app, name="policy")
app.add_typer(people_app, name="people")
app.add_typer(honour_app, name="honour")
app.add_typer(index_app, name="index")
app.add_typer(storage_app, name="storage")
release_app.command()(summary)
app.add_typer(release_app, name="release")
app.command()(deliver)
app.command()(language)
app.command()(extract)
app.command()(refine)
app.command()(portal)
app.command()(proof)
app.command()(pull)
app.command()(verify)
app.command()(value)
app.command(epilog=EPILOG)(dedupe)

CatalogueOption = Annotated[
    Path | None, typer.Option("--catalogue", help="Folder of source files. Default: the setting, else ./catalogue.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
NowOption = Annotated[
    str | None, typer.Option("--now", help="Run as of this time (ISO 8601), to repeat a run exactly.", metavar="TIME")
]


@app.command()
def run(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources to crawl. Default: all that may be.")] = None,
    catalogue: CatalogueOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag of the command line
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be crawled, and stop.")] = False,  # noqa: FBT002
) -> None:
    """Crawl the sources, refine, deduplicate and decide, and seal a release with its ledger.

    Run again it fetches nothing that is fresh and changes nothing; stopped anywhere, it goes on.
    """
    if dry_run:
        settings = load_settings(catalogue)
        with look_into(settings) as space:
            rows = plan_rows(space, sources or [], moment(now))
        show_json(rows) if as_json else show_rows("Would be done", rows, "The catalogue is empty.")
        return
    settings = load_settings(catalogue)
    moment(now)
    chosen(read_sources(settings.catalogue), sources or [])
    with open_workspace(settings):
        pass  # like a wrong time or name, a wrong key or folder is told at once, not after the server has started
    with prefect_api(settings.data) as wait_until_ready, progress(as_json=as_json):
        from flows.run import run as run_flow  # noqa: PLC0415 - Prefect reads its settings when it is imported

        wait_until_ready()
        summary = run_flow(sources, str(catalogue) if catalogue else None, now)
    show_json(summary) if as_json else show_summary(summary)
    if summary["problems"]:
        raise typer.Exit(3)


@app.command()
def status(as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Show each source: its last crawl, what is released of it, and how its payment stands."""
    with _looking() as space:
        now = moment().date()
        rows, told = status_rows(space, now), notices(space, _catalogue(space), now)
    if as_json:
        show_json(rows)
        return
    show_rows("Sources", rows, "Nothing is crawled yet. Begin with `fodaftryk run`.")
    for notice in told:
        show_wrong("notice", notice)


@app.command()
def pages(
    text: Annotated[bool, typer.Option("--text", help="Add the extracted text.")] = False,  # noqa: FBT002
) -> None:
    """Print one JSON line for every URL the newest run knows, with its decision and the reason."""
    with _looking() as space:
        for row in page_rows(space, _record(space), text=text):
            show_json(row)


@app.command()
def explain(
    url: Annotated[str, typer.Argument(help="The page's address.")],
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Tell everything known of a page: signals as they stood, decision and rule, copies, shard and release."""
    with _looking() as space:
        told = explain_url(space, _record(space), url, moment().date())
    show_json(told) if as_json else show_explained(told)


def _catalogue(space: Workspace) -> tuple[CatalogueSource, ...]:
    """The sources the settings name; none where there is no catalogue to read."""
    folder = space.settings.catalogue
    return load_catalogue(folder).sources if folder.is_dir() else ()


def _looking() -> AbstractContextManager[Workspace]:
    return look_into(load_settings())


def _record(space: Workspace) -> RunRecord:
    record = newest_record(space)
    if record is None:
        raise FlowError("No run has ended yet, so no page is known. Begin with `fodaftryk run`.")
    return record


def main() -> NoReturn:
    """Run the whole command line."""
    run_command(app)

"""`fodaftryk refine`: any files become documents, without a catalogue, a ledger or a crawl."""

import gc
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.errors import FlowError
from flows.show import OUT, progress, show_json, show_rows, show_wrong

PROBLEMS = 3


app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="markdown")


@app.callback()
def _only() -> None:
    """One command of the program, standing alone."""


@app.command()
def refine(  # noqa: PLR0913, PLR0917 - a command has this many options
    inputs: Annotated[list[Path], typer.Argument(metavar="IN…", help="Files, or folders of files.")],
    out: Annotated[Path, typer.Option(help="Folder for the documents.")],
    workers: Annotated[int | None, typer.Option(min=1, help="Processes. Default: the setting, which is 2.")] = None,
    prefilter: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--prefilter", help="Leave out what shows no Danish before it is extracted.")
    ] = False,
    profile: Annotated[str, typer.Option(help="Quality profile: a name in corpus/profiles.")] = "default",
    source: Annotated[str, typer.Option(help="What to call the source in the documents.")] = "files",
    text: Annotated[str, typer.Option(help="Column with plain text. Default: text, content, tekst or body.")] = "",
    html: Annotated[str, typer.Option(help="Column with HTML. Default, without a text: html or raw_html.")] = "",
    ids: Annotated[str, typer.Option("--id", help="Column with an id. Default: id, doc_id or uuid.")] = "",
    url: Annotated[str, typer.Option(help="Column with the address. Default: url or uri.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")] = False,  # noqa: FBT002
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines, for programs.")] = False,  # noqa: FBT002
) -> None:
    """Refine files: extract their text, tell what is Danish and good, take out personal data, and sign it.

    IN are WARC or ARC files, JSON Lines or Parquet with an id and a text (or a url and html), CSV, MediaWiki dumps,
    PDF, DOCX, HTML, text, Markdown, or archives of these; compressed as they come.

    Each becomes a Parquet file of documents in the folder OUT, one row a text: kept, or marked with the reason why
    not, its language, its measures and its MinHash signature; and a report of the same name that counts them. What an
    earlier run has finished is found by the digest of the input and not done again.

    Examples:
        fodaftryk refine CC-MAIN-00001.warc.gz --prefilter --out documents

        fodaftryk refine articles.jsonl.gz --text brødtekst --id nr --out documents --workers 4

    Exit codes: 0 all is done; 1 something is wrong, and the message says what to do; 2 the command was written wrongly;
    3 all was done, but a file broke off.
    """
    gc.disable()  # nothing of what is loaded is garbage
    from corpus.profiles import load_profile  # noqa: PLC0415 - what reads files takes a second to load
    from flows.defaults import limits_and_signing  # noqa: PLC0415
    from flows.loose_files import Wishes, look_at  # noqa: PLC0415
    from flows.refine import refine_settings  # noqa: PLC0415
    from flows.refining import refine_files, tasks  # noqa: PLC0415

    gc.collect()
    gc.freeze()  # what stays is not looked through again and again while documents come and go
    gc.enable()
    limits, signing = limits_and_signing()
    load_profile(profile)
    limits = replace(limits, workers=workers or limits.workers)
    how = refine_settings(limits, signing, profile, prefilter=prefilter)
    with progress(as_json=as_json):
        todo = tasks([look_at(path, Wishes(text, html, ids, url)) for path in _files(inputs)], out, source, how)
        if dry_run:
            rows = [_planned(task) for task in todo]
            _show("Would be done", rows, as_json=as_json)
            return
        reports = []
        for report in refine_files(todo, source, how, signing):
            reports.append(report)
            if as_json:
                show_json(report)
            if report["broken"]:
                show_wrong("problem", f"{report['input']} breaks off: {report['left']}; what stood before is refined.")
    if not as_json:
        _show("Refined", [_told(report) for report in reports], as_json=False)
        OUT.print("The reports beside the documents say why texts were marked.")
    if any(report["broken"] for report in reports):
        raise typer.Exit(PROBLEMS)


def _files(inputs: list[Path]) -> list[Path]:
    """The files given, and those in the folders given, in order."""
    from flows.places import below  # noqa: PLC0415 - as above

    found = []
    for path in inputs:
        found += [file for file, _ in below(path)] if path.is_dir() else [path]
    if not found:
        raise FlowError(f"{', '.join(map(str, inputs))}: there is no file in it. Name the files to refine.")
    return found


def _planned(task: Any) -> dict[str, Any]:  # noqa: ANN401 - loaded when it is needed
    file = task.file
    state = "done" if task.is_done else "to do"
    return {"input": str(file.path), "kind": file.kind, "bytes": file.path.stat().st_size, "state": state}


def _told(report: dict[str, Any]) -> dict[str, Any]:
    marked, failed = sum(report["marked"].values()), sum(report["failed"].values())
    row = {"input": report["input"], "texts": report["pages"], "kept": report["kept"], "marked": marked}
    return row | {"failed": failed, "left": sum(report["left"].values()), "output": report["output"]}


def _show(title: str, rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            show_json(row)
    else:
        show_rows(title, rows, "Nothing.")

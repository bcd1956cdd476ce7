"""`fodaftryk dedupe`: find the copies in anyone's Parquet or JSON lines, and keep one of each."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from dedup.parameters import Parameters
from flows.dedupe_files import Wish, dedupe_files, plan
from flows.errors import SettingsError
from flows.show import OUT, plain, progress, show_json, show_rows

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}

MEMORY_BYTES_MIN = 64 << 20
"""Less holds no batch of texts and its signatures."""

_TOLD = (
    ("documents", "documents read"),
    ("kept", "kept"),
    ("exact_copies", "copies of the same words"),
    ("near_copies", "near copies"),
    ("clusters_of_copies", "clusters of copies"),
    ("largest_cluster", "documents in the largest"),
    ("without_words", "without words, all kept"),
    ("contained", "pairs of which one stands in the other"),
    ("repeats", "places of lines that repeat"),
)

EPILOG = """
**Examples.** `fodaftryk dedupe texts.jsonl.gz --out deduped` is all it takes. `fodaftryk dedupe crawl/ --out deduped
--keep-by published --workers 4` keeps the oldest of copies. `fodaftryk dedupe a.parquet b.parquet --out deduped
--exact-jaccard --similarity 0.8 --containment 0.9` checks every pair against its texts, and tells what is quoted.

**What is written.** `clusters.parquet`: for each document its cluster (the smallest id in it), the cluster's size,
the keeper's id, the similarity to it, and kept, exact (the same words) or near. `kept/`: the input files without the
copies. `report.json`: all counts and parameters. With their options `contained.parquet` and `repeats.parquet`. The
folder appears when all is there; a run that was stopped goes on where it was.

**Choosing bands.** A pair of similarity s is compared with probability 1 - (1 - s^rows)^bands: one half at 0.68 and
0.95 at 0.8 by default. For a lower --similarity take fewer rows and more bands: 0.5 wants --bands 32 --rows 4.

**Exit codes.** 0 all went well; 1 something is wrong, and the message says what to do; 2 the command was written
wrongly.
"""


def dedupe(  # noqa: PLR0913, PLR0917 - a command has its options
    paths: Annotated[list[Path], typer.Argument(help="Files (.parquet, .jsonl, .jsonl.gz) and folders of them.")],
    out: Annotated[Path, typer.Option(help="Folder to write; it must be new, empty, or of this very request.")],
    id_column: Annotated[str, typer.Option("--id", help="Column with the ids: whole numbers or strings.")] = "id",
    text: Annotated[str, typer.Option(help="Column with the texts.")] = "text",
    similarity: Annotated[float, typer.Option(help="Jaccard similarity at which two texts are copies.")] = 0.75,
    bands: Annotated[int, typer.Option(help="Bands of a signature.")] = 16,
    rows: Annotated[int, typer.Option(help="Values in a band; bands × rows values make a signature.")] = 8,
    shingle: Annotated[int, typer.Option(help="Words in a shingle.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the permutations.")] = 1,
    keep_by: Annotated[
        str,
        typer.Option(
            metavar="longest|oldest|COLUMN",
            help="Which of copies is kept: the longest, the oldest (by a column `date`), or the one with the smallest "
            "value of a column; then the smallest id.",
        ),
    ] = "longest",
    exact_jaccard: Annotated[  # noqa: FBT002 - a flag of the command line
        bool,
        typer.Option("--exact-jaccard", help="Compare the texts themselves; no pair below --similarity is joined."),
    ] = False,
    containment: Annotated[
        float | None,
        typer.Option(help="Tell which texts have this share of their shingles in another: 0.9 finds what is quoted."),
    ] = None,
    lines: Annotated[
        int | None, typer.Option(help="Tell lines and paragraphs that stand in at least so many documents of a source.")
    ] = None,
    source: Annotated[
        str, typer.Option(help="Column that names a document's source, for --lines. Default: all are one.")
    ] = "",
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes; each works on a file at a time.")] = 1,
    memory: Annotated[
        str, typer.Option(help="Memory of all processes; beside it, 120 bytes and its id a document.")
    ] = "1GB",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be read, and write nothing.")] = False,  # noqa: FBT002
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,  # noqa: FBT002
) -> None:
    """Find copies among texts of anyone's: the same words, and nearly the same; keep one of each.

    Works on files alone. Words are compared, without case, digits and punctuation.
    """
    try:
        parameters = Parameters(bands, rows, shingle, similarity, seed)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    wish = Wish(
        inputs=tuple(paths),
        out=out,
        parameters=parameters,
        id=id_column,
        text=text,
        keep_by={"longest": "", "oldest": "date"}.get(keep_by, keep_by),
        exact_jaccard=exact_jaccard,
        containment=_share(containment),
        lines=_count(lines),
        source=source,
        workers=workers,
        memory_bytes=_bytes(memory),
    )
    if dry_run:
        planned = plan(wish)
        show_json(planned) if as_json else show_rows("Would be read", planned, "There is nothing to read.")
        return
    with progress(as_json=as_json):
        report = dedupe_files(wish)
    show_json(report) if as_json else _show(report, out)


def _share(share: float | None) -> float | None:
    if share is not None and not 0 < share <= 1:
        raise typer.BadParameter(f"--containment is a share above 0 and at most 1, such as 0.9, not {share}")
    return share


def _count(lines: int | None) -> int | None:
    if lines is not None and lines < 2:
        raise typer.BadParameter(f"--lines is a number of documents, 2 or more, not {lines}")
    return lines


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text.strip())
    if found is None or found[2].upper() not in _UNITS:
        raise typer.BadParameter(
            f"--memory is a number with {', '.join(filter(None, _UNITS))}, such as 2GB, not {text}"
        )
    size = int(float(found[1]) * _UNITS[found[2].upper()])
    if size < MEMORY_BYTES_MIN:
        raise SettingsError(f"--memory {text} is too little: give at least {MEMORY_BYTES_MIN >> 20} MiB.")
    return size


def _show(report: dict[str, Any], out: Path) -> None:
    rows = [{"what": title, "count": report[name]} for name, title in _TOLD if name in report]
    show_rows("Copies", rows, "")
    OUT.print(f"Written to {plain(out)}: clusters.parquet, kept/, report.json.")

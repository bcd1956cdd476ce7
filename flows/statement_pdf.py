"""A statement as a page to print: lines, totals, invoices and payments, and the shards' digests behind them.

The same statement gives the same bytes. The standard fonts know the letters of western Europe; another letter is
written as the nearest of them there is, and as a question mark where there is none.
"""

import unicodedata
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from flows.statement_rows import heading, invoice_row, line_rows, payment_row, total_rows
from ledger.statements import Statement

_STYLES = getSampleStyleSheet()
_GRID = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.2, colors.lightgrey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
)


def write_pdf(found: Statement, file: Path) -> None:
    """Write a statement to a file, in place of one that is there."""
    margin = 15 * mm
    title = f"Statement: {heading(found)}"
    page = SimpleDocTemplate(
        str(file),
        pagesize=landscape(A4),
        leftMargin=margin,
        rightMargin=margin,
        title=title,
        invariant=1,
    )
    story: list[Flowable] = [Paragraph(_text("Opgørelse / Statement"), _STYLES["Title"])]
    story.append(Paragraph(_text(heading(found)), _STYLES["Normal"]))
    tables = (
        ("Lines", line_rows(found)),
        ("Totals, without VAT", total_rows(found)),
        ("Invoices", [invoice_row(each) for each in found.invoices]),
        ("Payments", [payment_row(each) for each in found.payments]),
        ("VAT", [{"payee": name, "treatment": vat} for name, vat in found.vat.items()]),
        ("Shards that hold the texts", _shards(found)),
    )
    for name, rows in tables:
        if rows:
            story += [Spacer(1, 5 * mm), Paragraph(name, _STYLES["Heading3"]), _table(rows, page.width)]
    page.build(story)


def _shards(found: Statement) -> list[dict[str, Any]]:
    return [
        {"source": line.due.source, "for": line.due.occasion, "entry": line.entry, "shard (SHA-256)": shard}
        for line in found.lines
        for shard in line.shards
    ]


def _table(rows: Sequence[dict[str, Any]], width: float) -> LongTable:
    """A table over the page's width, its columns as wide as the longest of what they hold asks for."""
    cells = [list(rows[0]), *([str("" if value is None else value) for value in row.values()] for row in rows)]
    longest = [min(64, max(6, *(len(line[place]) for line in cells))) for place in range(len(cells[0]))]
    widths = [width * each / sum(longest) for each in longest]
    shown = [[Paragraph(_text(cell), _small()) for cell in line] for line in cells]
    return LongTable(shown, colWidths=widths, repeatRows=1, style=_GRID)


def _small() -> Any:  # noqa: ANN401 - a style of ReportLab
    return _STYLES["BodyText"].clone("small", fontSize=7.5, leading=9, splitLongWords=1)


def _text(text: str) -> str:
    """Markup that shows a text as it is, in letters the standard fonts have."""
    known = "".join(
        sign if _printable(sign) else unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode() or "?"
        for sign in text
    )
    return escape(known)


def _printable(sign: str) -> bool:
    try:
        return bool(sign.encode("cp1252")) and sign.isprintable()
    except UnicodeEncodeError:
        return False

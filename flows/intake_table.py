"""The `[intake]` table of a source's file: which files its texts come in, and how they are read.

As in `source_tables`, a field's description stands in the schema for editors and is the remedy that is told.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from crawler.delivered import Format, Intake
from crawler.fields import Fields, TextType
from crawler.urls import canonical
from flows.source_tables import Access
from flows.table import Columns, Table

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/.*)?")
_NAMES = Fields()


def _place(text: str) -> str:
    scheme = _SCHEME.match(text)
    if not scheme:
        if "\0" in text or not text.strip():
            raise ValueError(f"{text!r} is no path")
        return text
    if scheme[1].lower() in {"http", "https"}:
        spelled = canonical(text)
        if not spelled:
            raise ValueError(f"{text!r} is no http or https address on the public web")
        return spelled
    if not _BUCKET.fullmatch(text):
        raise ValueError(f"{text!r} is no path, and no address of s3, http or https")
    return text


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError(f"{text!r} is no SHA-256 in hexadecimal")
    return text.lower()


class IntakeTable(Table):
    """Which files a source's texts come in, and how they are read."""

    format: Annotated[
        Format,
        Field(
            description="warc (WARC and ARC), mediawiki (an XML dump) or texts: JSONL, CSV, TSV, Parquet, ZIP, tar and "
            "single files of text, Markdown, HTML, PDF and DOCX, told by the ends of their names."
        ),
    ]
    files: Annotated[
        tuple[Annotated[str, AfterValidator(_place)], ...],
        Field(
            description="Paths of files and folders, with * for a part of a name, counted from the catalogue's folder; "
            "s3://bucket/prefix; http and https addresses. A delivery has none: they come by `fodaftryk deliver`."
        ),
    ] = ()
    sha256: Annotated[
        dict[str, Annotated[str, AfterValidator(_digest)]],
        Field(
            default_factory=dict,
            description="A file's name in quotes, and the 64 hex digits that its content must have.",
        ),
    ]
    text_type: Annotated[
        TextType, Field(description=f"What the text of rows is written in: one of {', '.join(TextType)}.")
    ] = _NAMES.type
    fields: Annotated[Columns, Field(description="The [intake.fields] table: which column of rows holds what.")] = (
        Columns()
    )

    def value(self) -> Intake:
        """The intake as the job holds it, still without its files."""
        return Intake(self.format, (), Fields(**dict(self.fields), type=self.text_type))


def check_intake(intake: IntakeTable, access: Access) -> None:
    """See that an intake goes with how its source is reached; raises ValueError saying what does not."""
    if access not in (Access.DUMP, Access.DELIVERY):
        raise ValueError(f'an intake goes with access = "dump" or "delivery", and not with "{access}"')
    if access is Access.DUMP and not intake.files:
        raise ValueError("a dump has files: name at least one place in `files`")
    if access is Access.DELIVERY and intake.files:
        raise ValueError('a delivery comes by `fodaftryk deliver`: take `files` out, or write access = "dump"')
    if intake.format is not Format.TEXTS and {"fields", "text_type"} & intake.model_fields_set:
        raise ValueError(f'`fields` and `text_type` are for rows: take them out, or write format = "{Format.TEXTS}"')

"""The catalogue: one TOML file for each source, saying where its texts come from, and whose they are.

Files are written by people, so what is wrong in them is collected and told at once, each with its line and what to do;
a file that is wrong gives no source. `catalogue/source.schema.json` is generated from these models by `json_schema`.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from crawler.delivered import Format
from flows.api_table import ApiTable, Count
from flows.errors import CatalogueError
from flows.intake_table import IntakeTable, check_intake
from flows.quality_table import Kind, Quality, profile_of
from flows.rights_tables import AgreementTable, Assertion, Price, Rights
from flows.source_tables import Access, Crawl, Url
from flows.table import Columns, Table, Text
from flows.toml_lines import Place, line_of, lines_of
from ledger.agreements import Agreement
from ledger.licences import LicenceAssertion
from ledger.records import SourceStatus

NAME_CHARS_MAX = 60
"""Longest name of a source: it becomes a folder, a key in storage and a word in tables."""

RESERVED_NAMES = frozenset({"default"})
"""Names no source may have: a release calls all sources together `default`."""


def _name(text: str) -> str:
    if text in RESERVED_NAMES:
        raise ValueError(f"{text!r} is what a release calls all its sources together: choose another")
    return text


def _cron(text: str) -> str:
    from prefect.client.schemas.schedules import CronSchedule  # noqa: PLC0415 - loads for seconds; few sources need it

    if len(text.split()) != 5:
        raise ValueError(f"{text!r} has not five fields")
    try:
        CronSchedule(cron=text)
    except ValidationError as error:
        raise ValueError(f"{text!r} is no cron schedule") from error
    return text


class CatalogueSource(Table):
    """A source: a place that text comes from."""

    name: Annotated[
        str,
        Field(
            max_length=NAME_CHARS_MAX,
            pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
            description="The file's name without .toml: a to z, digits and single hyphens.",
        ),
        AfterValidator(_name),
    ]
    title: Annotated[Text, Field(description="What the source calls itself.")]
    homepage: Annotated[Url, Field(description="The address a person would visit, with http:// or https://.")]
    status: Annotated[
        SourceStatus,
        Field(description="candidate, confirmed, agreed (with an agreement below) or reserved (never crawled)."),
    ]
    kind: Annotated[Kind, Field(description=f"One of {', '.join(Kind)}.")]
    description: Annotated[Text, Field(description="One or two plain sentences about what it holds.")]
    schedule: Annotated[
        Annotated[str, AfterValidator(_cron)] | None,
        Field(
            description='When it is crawled, in Danish time, as the five fields of cron: "0 3 * * 1" is Mondays at 3. '
            "Only when asked for, when left out."
        ),
    ] = None
    crawl: Annotated[Crawl, Field(description="The [crawl] table: where the crawl begins and ends.")]
    intake: Annotated[
        IntakeTable | None,
        Field(description="The [intake] table, for what comes as a dump or a delivery: in which files the texts come."),
    ] = None
    quality: Annotated[
        Quality | None, Field(description="The [quality] table: against which profile its texts are held.")
    ] = None
    rights: Annotated[Rights, Field(description="The [rights] table: whose the texts are.")]

    @field_validator("intake")
    @classmethod
    def _intake_fits(cls, intake: IntakeTable | None, read: ValidationInfo) -> IntakeTable | None:
        if intake is not None and "crawl" in read.data:
            check_intake(intake, read.data["crawl"].access)
        return intake

    @model_validator(mode="after")
    def _agreed_has_an_agreement(self) -> Self:
        if self.status is SourceStatus.AGREED and not self.rights.agreements:
            raise ValueError("the status is agreed, but no agreement is stated: add [[rights.agreements]]")
        return self

    @property
    def crawlable(self) -> bool:
        """Whether a run takes it: not what is reserved, nor what comes as files that no `[intake]` tells of."""
        comes_as_files = self.crawl.access in (Access.DUMP, Access.DELIVERY)
        return self.status is not SourceStatus.RESERVED and (self.intake is not None or not comes_as_files)

    @property
    def profile(self) -> str:
        """The quality profile its texts are held against."""
        return profile_of(self.kind, self.quality)

    @property
    def is_bulk(self) -> bool:
        """Whether it is the web as others archived it, in which most pages are not Danish."""
        return self.intake is not None and self.intake.format is Format.WARC

    def licences(self) -> tuple[LicenceAssertion, ...]:
        """Who says what licence, in the file's order."""
        return tuple(assertion.value() for assertion in self.rights.licences)

    def agreements(self) -> tuple[Agreement, ...]:
        """The agreements, in the file's order."""
        return tuple(stated.value(self.name) for stated in self.rights.agreements)


_TABLES: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): CatalogueSource,
    ("crawl",): Crawl,
    ("crawl", "api"): ApiTable,
    ("crawl", "api", "count"): Count,
    ("crawl", "api", "fields"): Columns,
    ("intake",): IntakeTable,
    ("intake", "fields"): Columns,
    ("quality",): Quality,
    ("rights",): Rights,
    ("rights", "licences"): Assertion,
    ("rights", "agreements"): AgreementTable,
    ("rights", "agreements", "rate"): Price,
}
"""The model of each table, by its path without list positions."""

_ECHOES = frozenset({"default_factory_not_called"})
"""Errors that only repeat another: `hosts` cannot be worked out because the seeds are wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file: the line, counted from 1, what it is, and what to do about it."""

    file: Path
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        """One line that editors and terminals can follow: `file:line: message. remedy`."""
        return f"{self.file}:{self.line}: {self.message}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sources that can be used, by name, and everything wrong with the others."""

    sources: tuple[CatalogueSource, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that holds a source, and the lines of its keys."""

    file: Path
    source: CatalogueSource
    lines: Mapping[Place, int]

    def finding(self, at: Place, message: str, remedy: str) -> Finding:
        return Finding(self.file, line_of(self.lines, at), message, remedy)


def load_catalogue(folder: Path) -> Catalogue:
    """Read every `*.toml` of a folder; what is wrong is a finding, and keeps its source out.

    Raises:
        CatalogueError: there is no such folder, or a file in it cannot be opened.

    """
    if not folder.is_dir():
        raise CatalogueError(f"There is no catalogue at {folder}: name its folder, or begin one with a first source.")
    read: list[_Read] = []
    findings: list[Finding] = []
    for file in sorted(folder.glob("*.toml")):
        source = _read(file)
        if isinstance(source, _Read):
            read.append(source)
        else:
            findings += source
    doubles = list(_doubles(read))
    refused = {finding.file for finding in doubles}
    sources = tuple(each.source for each in read if each.file not in refused)
    return Catalogue(sources, tuple(sorted([*findings, *doubles], key=lambda finding: (finding.file, finding.line))))


def _read(file: Path) -> _Read | list[Finding]:
    """The source in a file, or what is wrong with it."""
    try:
        text = file.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise CatalogueError(f"{file} cannot be opened ({error}): see to its permissions.") from error
    except UnicodeDecodeError:
        return [Finding(file, 1, "the file is not UTF-8", "Save it as UTF-8.")]
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return [_syntax(file, text, str(error))]
    lines = lines_of(text)
    try:
        source = CatalogueSource.model_validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        told = error.errors(include_url=False)
        problems = [problem for problem in told if problem["type"] not in _ECHOES]
        return [Finding(file, line_of(lines, problem["loc"]), *_explain(problem)) for problem in problems]
    read = _Read(file, source, lines)
    if source.name != file.stem:
        remedy = f'Write name = "{file.stem}", or rename the file to {source.name}.toml.'
        return [read.finding(("name",), f"the source is called {source.name}, but its file {file.stem}", remedy)]
    return read


def _syntax(file: Path, text: str, message: str) -> Finding:
    """A finding for text that is no TOML; the parser tells the line inside its message."""
    told = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", message, re.DOTALL)
    line = int(told[2]) if told and told[2] else max(1, len(text.splitlines()))
    what = told[1] if told else message
    return Finding(file, line, f"this is no TOML: {what}", "Compare the line with another file of the catalogue.")


def _explain(problem: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong, and the remedy, from a validation error."""
    path = tuple(part for part in problem["loc"] if isinstance(part, str))
    *outer, key = path or ("",)
    fields = _TABLES[tuple(outer)].model_fields if tuple(outer) in _TABLES else {}
    described = (fields[key].description if key in fields else None) or "Compare it with catalogue/README.md."
    if problem["type"] == "extra_forbidden":
        return f"nobody knows the key `{'.'.join(path)}`", _place_for(key, tuple(fields))
    if problem["type"] == "missing":
        return f"`{'.'.join(path)}` is missing", f"Add it: {described}"
    message = problem["msg"].removeprefix("Value error, ").rstrip(".")
    return (f"`{'.'.join(path)}`: {message}" if path else message), described


def _place_for(key: str, known: tuple[str, ...]) -> str:
    """What may have been meant by an unknown key."""
    homes = [".".join(table) for table, model in _TABLES.items() if table and key in model.model_fields]
    if homes:
        return f"It belongs in [{homes[0]}]."
    near = difflib.get_close_matches(key, known, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"Take it out; the keys here are {', '.join(known)}."


def _doubles(read: list[_Read]) -> Iterator[Finding]:
    """What two files lay claim to: a host, or an agreement's id. The first by file name keeps it."""
    hosts: dict[str, str] = {}
    agreements: dict[str, str] = {}
    for each in read:
        name = each.source.name
        for host in each.source.crawl.hosts:
            if hosts.setdefault(host, name) != name:
                message = f"{host} belongs to {hosts[host]} already"
                key = "hosts" if ("crawl", "hosts") in each.lines else "seeds"
                yield each.finding(("crawl", key), message, "Make one source of the two, or take the host out of one.")
        for number, agreement in enumerate(each.source.rights.agreements):
            if agreements.setdefault(agreement.id, f"{name} {number}") != f"{name} {number}":
                message = f"the agreement {agreement.id} is stated twice"
                yield each.finding(("rights", "agreements", number, "id"), message, "Give each an id of its own.")


def json_schema() -> str:
    """The format as a JSON Schema, for editors that check a file while it is written."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **CatalogueSource.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"

"""The AI Act's summary for who trains: of the part of a release they took, with the answers that only they can give."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.cards.ai_act import summary_of
from corpus.cards.ai_act_fields import Answer, Section, answered
from corpus.cards.ai_act_pages import to_html, to_json, to_markdown
from corpus.cards.facts import Facts
from corpus.cards.statistics import statistics_of
from corpus.releases import Manifest, read_staged
from corpus.shards import Shard
from flows.cards import publisher_of, source_facts
from flows.errors import FlowError
from flows.sources import read_sources
from flows.workspace import Workspace
from ledger.releases import release


@dataclass(frozen=True, slots=True)
class Part:
    """Which shards of a release were taken: those of one of these tiers, sources and licences, or of any."""

    tiers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()

    def holds(self, shard: Shard) -> bool:
        """Whether a shard is in the part."""
        wanted = ((self.tiers, shard.tier), (self.sources, shard.source), (self.licences, shard.licence))
        return all(value in values for values, value in wanted if values)

    @property
    def in_words(self) -> str:
        """The part as the summary tells it; empty for the whole release."""
        named = (("tier", self.tiers), ("source", self.sources), ("licence", self.licences))
        return "; ".join(f"{name} {', '.join(values)}" for name, values in named if values)


def training_summary(space: Workspace, version: str, part: Part, answers: Mapping[str, Answer]) -> tuple[Section, ...]:
    """Fill the summary for a part of a release. Raises FlowError when it holds nothing, or an answer has no place."""
    manifest = _part_of(read_staged(release(space.ledger, version).manifest_digest, space.storage), part)
    facts = Facts(
        manifest=manifest,
        publisher=publisher_of(space),
        sources=source_facts(read_sources(space.settings.catalogue)),
        counted={shard.sha256: statistics_of(shard, space.storage) for shard in manifest.shards},
    )
    try:
        return answered(summary_of(facts, part.in_words), answers)
    except ValueError as error:
        raise FlowError(f"{error}. Without --answers the command lists the fields that are to be provided.") from error


def summary_files(sections: tuple[Section, ...], version: str) -> dict[str, bytes]:
    """The summary's files by name: Markdown, JSON, and the page to print."""
    return {
        "ai-act-summary.md": to_markdown(sections, version),
        "ai-act-summary.json": to_json(sections),
        "ai-act-summary.html": to_html(sections, version),
    }


def read_answers(file: Path) -> dict[str, Answer]:
    """Read answers from TOML: a text or a list of texts by the field's key. Raises FlowError with a remedy."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FlowError(f"{file} cannot be read ({error.strerror}): name the file with --answers.") from error
    except UnicodeDecodeError as error:
        raise FlowError(f"{file} is not UTF-8: save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise FlowError(
            f'{file} is no TOML ({error}): write lines such as provider = "Firma A/S, mail@firma.dk".'
        ) from error
    answers: dict[str, Answer] = {}
    for key, value in table.items():
        if isinstance(value, str):
            answers[key] = value
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            answers[key] = tuple(value)
        else:
            raise FlowError(f"{file}: {key} is neither a text nor a list of texts. Put it in quotes.")
    return answers


def _part_of(manifest: Manifest, part: Part) -> Manifest:
    shards = tuple(filter(part.holds, manifest.shards))
    if manifest.shards and not shards:
        raise FlowError(f"release {manifest.version} has nothing of {part.in_words}: see its card for what it has.")
    return replace(manifest, shards=shards)

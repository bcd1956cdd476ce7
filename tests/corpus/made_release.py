"""A small release made by hand, shards and selection and all, for what is written of releases."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.cards.facts import Assertion, Facts, Publisher, SourceFacts
from corpus.cards.overlap import overlaps
from corpus.cards.statistics import statistics_of
from corpus.fates import SELECTION, count_fates
from corpus.releases import Manifest
from corpus.shards import Shard, shard_schema
from corpus.storage import FolderStorage

AS_OF = date(2026, 11, 24)


@dataclass(frozen=True)
class Text:
    """A document of a release, or one that was left out; equal clusters are copies."""

    source: str
    name: str
    words: int = 10
    fate: str = "released"
    reason: str = ""
    cluster: str = ""
    licence: str = "CC-BY-4.0"
    basis: str = "open_licence"
    tier: str = "open"
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What it is called."""
        return f"{self.source}/{self.name}"

    @property
    def cluster_id(self) -> str:
        """What its cluster is called."""
        return hashlib.sha256((self.cluster or self.id).encode()).hexdigest()

    @property
    def row(self) -> dict[str, Any]:
        """Its row in a shard."""
        said = {
            "id": self.id,
            "text": "ord " * self.words,
            "source": self.source,
            "url": f"https://www.{self.source}.dk/{self.name}",
            "title": self.name,
            "published": date(2020, 1, 2),
            "fetched": date(2026, 11, 1),
            "words": self.words,
            "chars": 5 * self.words,
            "da_share": 0.5,
            "cluster_size": 1,
            "licence": self.licence,
            "basis": self.basis,
            "tier": self.tier,
            "rights_holder": f"Holder of {self.source}",
        }
        return {column.name: _default(column) for column in shard_schema()} | said | self.more


def _default(column: pa.Field) -> object:
    if column.nullable:
        return None
    kinds = ((pa.types.is_string, ""), (pa.types.is_integer, 0), (pa.types.is_floating, 0.0))
    if pa.types.is_date(column.type):
        return AS_OF
    return next((value for is_kind, value in kinds if is_kind(column.type)), [])


def facts_of(folder: Path, texts: Sequence[Text]) -> Facts:
    """What is known of a release of these texts, whose shards lie in `folder / "data"`."""
    storage = FolderStorage(folder / "data")
    released = [text for text in texts if text.fate == "released"]
    keys = sorted({(text.source, text.licence, text.basis, text.tier) for text in released})
    shards = [
        _shard(storage, [text for text in released if (text.source, text.licence, text.basis, text.tier) == key])
        for key in keys
    ]
    selection = folder / "selection.parquet"
    rows = [
        {"id": text.id, "source": text.source, "url": text.id, "words": text.words, "chars": 5 * text.words,
         "fate": text.fate, "reason": text.reason, "cluster": text.cluster_id}
        for text in texts
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema=SELECTION), selection)
    names = sorted({text.source for text in texts})
    holders = {name: f"Holder of {name}" for name in names}
    manifest = Manifest("0.1.0", AS_OF, {}, tuple(sorted(shards, key=lambda shard: shard.path)), {}, holders)
    return Facts(
        manifest=manifest,
        publisher=Publisher("Korpus A/S", "ret@korpus.dk", "https://korpus.dk/", "Fodaftryk/1 (+https://korpus.dk/r)"),
        sources={name: source_facts(name) for name in names},
        counted={shard.sha256: statistics_of(shard, storage) for shard in manifest.shards},
        overlaps=overlaps(selection),
        fates=count_fates(selection),
    )


def source_facts(name: str) -> SourceFacts:
    """What a catalogue says of a source that is crawled."""
    said = Assertion("CC-BY-4.0", "the site", f"https://www.{name}.dk/om", confirmed=True)
    return SourceFacts(
        name=name,
        title=f"Siden {name}",
        homepage=f"https://www.{name}.dk/",
        holder=f"Holder of {name}",
        kind="news",
        description=f"Texts of {name}.",
        access="site",
        profile="news",
        assertions=(said,),
    )


def hostile(facts: Facts, text: str) -> Facts:
    """The facts, with a text in the place of all that others write."""
    sources = {
        name: replace(
            about, title=text, homepage=text, holder=text, description=text, note=text,
            assertions=(Assertion(text, text, text, confirmed=False),),
        )
        for name, about in facts.sources.items()
    }  # fmt: skip
    holders = dict.fromkeys(facts.manifest.rights_holders, text.replace("\ud800", ""))
    manifest = replace(facts.manifest, rights_holders=holders)
    return replace(facts, manifest=manifest, sources=sources, publisher=Publisher(text, text, text, text, text))


def _shard(storage: FolderStorage, texts: Sequence[Text]) -> Shard:
    rows = sorted((text.row for text in texts), key=lambda row: str(row["id"]))
    first, path = texts[0], storage.root / "shard.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=shard_schema()), path)
    from corpus.captures import digest_of

    data = path.read_bytes()
    sha256 = digest_of(data).removeprefix("sha256:")
    key = f"shards/{first.source}/{sha256}.parquet"
    storage.put_bytes(key, data)
    path.unlink()
    words = sum(text.words for text in texts)
    right = (first.source, first.licence, first.basis, first.tier)
    return Shard(key, sha256, *right, rows=len(rows), words=words, bytes=len(data))

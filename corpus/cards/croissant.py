"""Croissant 1.1 (JSON-LD of MLCommons): what the files of a release are, for tools that load data sets.

Each shard is a file with its SHA-256; all of them are one set, whose rows are the documents. Paths are relative to
`croissant.json`. The format has no other way to say that many files lie outside its own folder: `mlcroissant` finds
nothing wrong with it, and cannot read the rows of such a set.
"""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from corpus.cards.attribution import CHANGES
from corpus.cards.facts import Facts
from corpus.cards.licences import licence_url, names_in
from corpus.cards.plain import address, line
from corpus.shards import Shard, shard_schema

_OURS = (
    *("citeAs", "column", "containedIn", "arrayShape", "equivalentProperty", "extract", "field", "fileProperty"),
    *("fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
    *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator"),
    *("source", "subField", "transform"),
)
"""Terms of the format's own; all others are of schema.org."""

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _OURS},
}
_FILES = "shards"
_TOKENS = pa.field("tokens", pa.int64(), metadata={"meaning": "length of text in tokens", "unit": "tokens"})
_TYPES = (
    (pa.types.is_boolean, "sc:Boolean"),
    (pa.types.is_integer, "sc:Integer"),
    (pa.types.is_floating, "sc:Float"),
    (pa.types.is_date, "sc:Date"),
    (pa.types.is_timestamp, "sc:DateTime"),
)


def croissant_of(facts: Facts) -> bytes:
    """Write croissant.json."""
    manifest, publisher = facts.manifest, facts.publisher
    name = f"Fodaftryk {manifest.version}"
    licences = sorted({licence for shard in manifest.shards for licence in names_in(shard.licence)})
    by = {"@type": "sc:Organization", "name": line(publisher.name) or "The publisher of this corpus"}
    body = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": name,
        "description": f"{sum(shard.rows for shard in manifest.shards):,} Danish documents, {facts.words():,} words, "
        "each "
        "with its source, address, day of fetch, licence and the ground it is used on.",
        "version": manifest.version,
        "datePublished": manifest.as_of.isoformat(),
        "inLanguage": "da",
        "license": [licence_url(licence) or licence for licence in licences],
        "creator": by,
        "publisher": by,
        "citeAs": f"{by['name']}: {name}, {manifest.as_of.year}. SHA-256 of the manifest: {manifest.digest}",
        "url": address(publisher.url) or f"urn:sha256:{manifest.digest}",
        "rai:dataCollection": "Crawled from Danish websites with respect for robots.txt and other reservations, or "
        "taken "
        "in as files; each source has a sheet in datasheets/.",
        "rai:dataPreprocessingProtocol": [CHANGES],
        "rai:personalSensitiveInformation": ["Names of persons. Numbers and addresses are replaced by their kind."],
        "distribution": [*map(_file, manifest.shards), _file_set(facts)],
        "recordSet": [_documents(facts)],
    }
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def _file(shard: Shard) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": shard.path,
        "name": shard.path,
        "description": f"{shard.rows:,} documents of {line(shard.source)}, {line(shard.licence)}, tier {shard.tier}",
        "contentUrl": f"../../{shard.path}",
        "contentSize": f"{shard.bytes} B",
        "encodingFormat": "application/x-parquet",
        "sha256": shard.sha256,
    }


def _file_set(facts: Facts) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": _FILES,
        "name": _FILES,
        "description": "All shards of the release.",
        "containedIn": [{"@id": shard.path} for shard in facts.manifest.shards],
        "encodingFormat": "application/x-parquet",
        "includes": "*.parquet",
    }


def _documents(facts: Facts) -> dict[str, Any]:
    counted = [_TOKENS] if facts.statistics().tokenizer else []
    return {
        "@type": "cr:RecordSet",
        "@id": "documents",
        "name": "documents",
        "description": "One record a document.",
        "key": {"@id": "documents/id"},
        "field": [_field(column) for column in [*shard_schema(), *counted]],
    }


def _field(column: pa.Field) -> Mapping[str, Any]:
    """A column, by what the schema says of it."""
    said = {key.decode(): value.decode() for key, value in (column.metadata or {}).items()}
    unit = f" ({said['unit']})" if said.get("unit") else ""
    kind = column.type.value_type if pa.types.is_list(column.type) else column.type
    many = {"isArray": True, "arrayShape": "-1"} if pa.types.is_list(column.type) else {}
    return {
        "@type": "cr:Field",
        "@id": f"documents/{column.name}",
        "name": column.name,
        "description": f"{said.get('meaning', column.name)}{unit}",
        "dataType": next((name for is_kind, name in _TYPES if is_kind(kind)), "sc:Text"),
        **many,
        "source": {"fileSet": {"@id": _FILES}, "extract": {"column": column.name}},
    }

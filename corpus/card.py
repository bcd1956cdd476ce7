"""The dataset card of a release: Markdown with the front matter that `datasets.load_dataset` reads.

Names are other people's words: in the front matter they are quoted, in the table they are text and no markup.
"""

import json
import re
from collections.abc import Mapping, Sequence

from corpus.shards import Shard

ALL = "default"
"""The configuration that holds every source; the one `load_dataset` takes when none is named."""

_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_MARKUP = re.compile(r"[\\`*_\[\]<>~$]")


def card_of(version: str, shards: Sequence[Shard], rights_holders: Mapping[str, str]) -> bytes:
    """Write the card: one configuration for everything and one per source, then who it comes from and on what right.

    Paths are relative to the card, so the release loads from wherever the data folder lies.
    """
    rows = sum(shard.rows for shard in shards)
    words = sum(shard.words for shard in shards)
    body = [
        "",
        f"# Fodaftryk {version}",
        "",
        f"{rows:,} Danish documents, {words:,} words. Every shard holds one source on one right.",
        "",
        "| source | rights holder | licence | basis | documents | words |",
        "|---|---|---|---|---:|---:|",
    ]
    groups = sorted({(shard.source, shard.licence, shard.basis) for shard in shards})
    for source, licence, basis in groups:
        group = [shard for shard in shards if (shard.source, shard.licence, shard.basis) == (source, licence, basis)]
        counts = f"{sum(shard.rows for shard in group):,} | {sum(shard.words for shard in group):,}"
        names = " | ".join(map(_cell, (source, rights_holders[source], licence)))
        body.append(f"| {names} | {basis} | {counts} |")
    return ("\n".join(_front_matter(version, shards) + body) + "\n").encode()


def _front_matter(version: str, shards: Sequence[Shard]) -> list[str]:
    """The YAML between the two lines of hyphens, with both of them; a JSON string is a YAML string."""
    sources = sorted({shard.source for shard in shards})
    configs = [(ALL, shards)] + [(name, [shard for shard in shards if shard.source == name]) for name in sources]
    front = ["---", "language:", "- da", "license: other", f"pretty_name: {json.dumps(f'Fodaftryk {version}')}"]
    front += ["configs:" if shards else "configs: []"]
    for name, members in configs if shards else []:
        front += [f"- config_name: {json.dumps(name)}", "  data_files:", "  - split: train", "    path:"]
        front += [f"    - {json.dumps(f'../../{shard.path}')}" for shard in members]
    return [*front, "---"]


def _cell(text: str) -> str:
    """Text as a cell of a table: on one line, in one cell, and shown as it is written."""
    line = _UNSEEN.sub(" ", text).strip().replace("|", "/")
    return _MARKUP.sub(lambda found: f"\\{found[0]}", line)

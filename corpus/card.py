"""The dataset card of a release: Markdown with the front matter that `datasets.load_dataset` reads."""

from collections.abc import Mapping, Sequence

from corpus.shards import Shard


def card_of(version: str, shards: Sequence[Shard], rights_holders: Mapping[str, str]) -> bytes:
    """Write the card: one configuration for everything and one per source, then who it comes from and on what right.

    Paths are relative to the card, so the release loads from wherever the data folder lies.
    """
    sources = sorted({shard.source for shard in shards})
    configs = [("default", shards)] + [(name, [shard for shard in shards if shard.source == name]) for name in sources]
    front = ["---", "language:", "- da", "license: other", f"pretty_name: Fodaftryk {version}"]
    front += ["configs:" if shards else "configs: []"]
    for name, members in configs if shards else []:
        front += [f"- config_name: {name}", "  data_files:", "  - split: train", "    path:"]
        front += [f"    - ../../{shard.path}" for shard in members]
    rows = sum(shard.rows for shard in shards)
    words = sum(shard.words for shard in shards)
    body = [
        "---",
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
        holder = rights_holders[source].replace("|", "/").replace("\n", " ")
        body.append(f"| {source} | {holder} | {licence} | {basis} | {counts} |")
    return ("\n".join(front + body) + "\n").encode()

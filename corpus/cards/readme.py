"""The dataset card of a release: Markdown with the front matter that `datasets.load_dataset` reads.

One configuration holds everything, one each source, and one each tier (`tier_open`): an underscore stands in no
source's name, so the two can never be the same. Paths are relative to the card, so the release loads from wherever the
data folder lies, also when it was copied there.
"""

from collections.abc import Sequence

from corpus.cards.facts import Facts
from corpus.cards.funnel import funnel_of, funnel_table, share, withdrawn_since
from corpus.cards.licences import hub_names, in_words, names_in
from corpus.cards.plain import address, link, markdown, quoted, table
from corpus.shards import Shard, shard_schema

ALL = "default"
"""The configuration that holds every source; the one `load_dataset` takes when none is named."""

PICTURES = {
    "words-by-source.svg": "Words by source and licence",
    "words-by-year.svg": "Words by year of publication",
    "copies-by-source.svg": "Copies by source",
}

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
          (10**7, "1M<n<10M"), (10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"))  # fmt: skip


def tier_config(tier: str) -> str:
    """The configuration that holds one tier."""
    return f"tier_{tier}"


def card_of(facts: Facts) -> bytes:
    """Write the card."""
    manifest, shards = facts.manifest, facts.manifest.shards
    name = f"Fodaftryk {manifest.version}"
    rows, counted = sum(shard.rows for shard in shards), facts.statistics()
    tokens = f", {counted.tokens:,} tokens of {markdown(counted.tokenizer)}" if counted.tokenizer else ""
    body = [
        "",
        f"# {name}",
        "",
        (
            f"{rows:,} Danish documents, {facts.words():,} words{tokens}, from {len(facts.released)} sources, as of "
            f"{manifest.as_of}. Of every document it is known where and when it was fetched and on what right it is "
            "here."
        ),
        "",
        *_loading(facts),
        *_sources(facts),
        *_pictures(facts),
        *_columns(),
        *_collecting(facts),
        *_rights(facts),
        *_funnel(facts),
        *_removal(facts),
        *_citing(facts),
    ]
    return ("\n".join(_front_matter(name, shards) + body) + "\n").encode()


def _front_matter(name: str, shards: Sequence[Shard]) -> list[str]:
    """The YAML between the two lines of hyphens, with both of them."""
    sources = sorted({shard.source for shard in shards})
    tiers = sorted({shard.tier for shard in shards})
    configs = [(ALL, list(shards))]
    configs += [(source, [shard for shard in shards if shard.source == source]) for source in sources]
    configs += [(tier_config(tier), [shard for shard in shards if shard.tier == tier]) for tier in tiers]
    rows = sum(shard.rows for shard in shards)
    front = ["---", "language:", "- da", "license:"]
    front += [f"- {licence}" for licence in hub_names({shard.licence for shard in shards})]
    front += [f"pretty_name: {quoted(name)}", "size_categories:"]
    front += [f"- {quoted(next((size for most, size in _SIZES if rows < most), '10B<n<100B'))}"]
    front += ["task_categories:", "- text-generation"]
    front += ["configs:" if shards else "configs: []"]
    for config, members in configs if shards else []:
        front += [f"- config_name: {quoted(config)}", "  data_files:", "  - split: train", "    path:"]
        front += [f"    - {quoted(f'../../{shard.path}')}" for shard in members]
    return [*front, "---"]


def _loading(facts: Facts) -> list[str]:
    source = quoted(facts.released[0] if facts.released else ALL)
    tier = min((shard.tier for shard in facts.manifest.shards), default="open")
    version = facts.manifest.version
    return [
        "```python",
        "import datasets",
        "",
        f'everything = datasets.load_dataset("releases/{version}", split="train")',
        f'one_source = datasets.load_dataset("releases/{version}", {source}, split="train")',
        f'one_tier = datasets.load_dataset("releases/{version}", {quoted(tier_config(tier))}, split="train")',
        "```",
        "",
        "The texts lie in `shards/` beside `releases/`: copy both. `manifest.json` lists each shard with its SHA-256.",
        "",
    ]


def _sources(facts: Facts) -> list[str]:
    """A row for each source on each right."""
    shards = facts.manifest.shards
    rows = []
    for key in sorted({(shard.source, shard.licence, shard.basis, shard.tier) for shard in shards}):
        group = [shard for shard in shards if (shard.source, shard.licence, shard.basis, shard.tier) == key]
        source, licence, basis, tier = key
        holder = markdown(facts.manifest.rights_holders[source])
        counts = [f"{sum(shard.rows for shard in group):,}", f"{sum(shard.words for shard in group):,}"]
        rows.append([markdown(source), holder, markdown(licence), markdown(basis), markdown(tier), *counts])
    head = ["source", "rights holder", "licence", "basis", "tier", "documents", "words"]
    return ["## Sources", "", *table(head, rows, 2), "", *_grounds(facts)]


def _grounds(facts: Facts) -> list[str]:
    """What the licences that are no published licence mean."""
    names = sorted({name for shard in facts.manifest.shards for name in names_in(shard.licence)})
    told = [f"* `{name}`: {in_words(name)}." for name in names if in_words(name) != name]
    return [*told, ""] if told else []


def _pictures(facts: Facts) -> list[str]:
    if not facts.manifest.shards:
        return []
    return ["## Pictures", "", *(f"![{title}](pictures/{file})" for file, title in PICTURES.items()), ""]


def _columns() -> list[str]:
    """The columns, by what the schema says of each."""
    rows = []
    for column in shard_schema():
        said = {key.decode(): value.decode() for key, value in (column.metadata or {}).items()}
        rows.append([f"`{column.name}`", markdown(str(column.type)), markdown(said.get("meaning", "")),
                     markdown(said.get("unit", ""))])  # fmt: skip
    return ["## Columns", "", *table(["column", "type", "meaning", "unit"], rows), ""]


def _collecting(facts: Facts) -> list[str]:
    counted = facts.statistics()
    days = f", fetched from {counted.first} to {counted.last}" if counted.first else ""
    danish = share(counted.danish_chars, counted.chars)
    return [
        "## How it was collected",
        "",
        (
            f"Each source is a file of a public catalogue{days}. Sites are crawled politely: robots.txt (RFC 9309) "
            "and other machine-readable reservations are read before anything is fetched and fail closed, and what "
            "they said is kept as evidence. No login, paywall or captcha is passed. Other sources come as files."
        ),
        "",
        (
            "Of each page the main text is taken, its language and quality are measured, and near-copies are found "
            "over all sources; one of each is "
            f"kept.{f' {danish} of the characters stand in Danish lines.' if danish else ''} `datasheets/` has a "
            "sheet for each source."
        ),
        "",
        "## Personal data",
        "",
        (
            "CPR numbers, telephone numbers, e-mail addresses, IBANs, bank accounts, payment cards, IP addresses, and "
            "street addresses beside a person's name are replaced by their kind, as `⟨CPR⟩`. Names stay, and no "
            "finder finds all: treat the texts as containing personal data."
        ),
        "",
    ]


def _rights(facts: Facts) -> list[str]:
    tiers = {shard.tier for shard in facts.manifest.shards}
    told = {
        "open": "`tier_open`: open licences and public acts. Name the authors where the licence asks for it "
        "(`ATTRIBUTION.md`); what is share-alike stays so.",
        "agreed": "`tier_agreed`: used by agreement with the rights holder, whose terms bind whoever has it.",
        "tdm": "`tier_tdm`: text and data mining where nothing was reserved. For training, and not for passing on.",
    }
    return ["## Rights", "", *(f"* {text}" for tier, text in told.items() if tier in tiers), ""]


def _funnel(facts: Facts) -> list[str]:
    totals: dict[tuple[str, str], int] = {}
    for fates in facts.fates.values():
        for key, count in fates.items():
            totals[key] = totals.get(key, 0) + count
    if not totals:
        return []
    funnel = funnel_of(totals)
    return [
        "## The funnel",
        "",
        *funnel_table(funnel),
        "",
        *withdrawn_since(funnel, sum(shard.rows for shard in facts.manifest.shards)),
        (
            "FineWeb2 removes copies before it filters, and asks nothing of rights; its figures are those it "
            "published of its Danish part. `FUNNEL.md` has the reasons and each source."
        ),
        "",
    ]


def _removal(facts: Facts) -> list[str]:
    """How somebody has a text taken out, in both languages: this is what a rights holder reads."""
    contact = markdown(facts.publisher.contact) or "whoever gave you this release"
    kontakt = markdown(facts.publisher.contact) or "den, der har udgivet dette korpus"
    page = address(facts.publisher.crawler_url)
    return [
        "## Having something removed",
        "",
        (
            f"Write to {contact} with the address of the page or the name of the site. What is withdrawn is taken out "
            "of the next release, near-copies on other sites with it, and users of this one are told."
        ),
        "",
        "## For rettighedshavere",
        "",
        f"Du kan få dine tekster taget ud: skriv til {kontakt} med sidens adresse eller navnet på dit websted. Det, "
        "der trækkes tilbage, er ikke med i den næste udgivelse, og det er kopier af det på andre websteder heller "
        "ikke." + (f" Om robotten: <{page}>" if page else ""),
        "",
    ]


def _citing(facts: Facts) -> list[str]:
    url = facts.publisher.url
    return [
        "## Citing it",
        "",
        (
            f"Cite the version you used, {facts.manifest.version}{', ' + link(url, url) if address(url) else ''}; "
            "`CITATION.cff` has it for programs. `croissant.json` describes the files to tools, and "
            "`ai-act-summary.md` is what the corpus knows of the summary that Article 53(1)(d) of the AI Act asks for."
        ),
    ]

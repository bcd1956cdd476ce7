"""ATTRIBUTION.md and CITATION.cff: who is named, as CC BY and BY-SA ask, and how a release is cited.

CC BY asks for the author, the title, a link to the work, a link to the licence, and word of what was changed. Of each
document these are columns of its row. This file names the sources, and tells how a full list is written. Authors of
single documents are not listed here: a name in a file that never changes could not be taken out again.
"""

from corpus.cards.facts import Facts
from corpus.cards.licences import asks_credit, asks_same_terms, in_words, licence_url, names_in
from corpus.cards.plain import link, markdown, quoted

CHANGES = (
    "the main text was taken out of its page and written as Markdown; repeated furniture of the site was left out; "
    "personal data was replaced by its kind, as `⟨CPR⟩`"
)


def attribution_of(facts: Facts) -> bytes:
    """Write ATTRIBUTION.md: a section for each source and licence, those that ask for credit first."""
    groups = sorted({(shard.source, shard.licence) for shard in facts.manifest.shards})
    asking = [group for group in groups if asks_credit(group[1])]
    others = [group for group in groups if not asks_credit(group[1])]
    lines = [
        f"# Attribution, Fodaftryk {facts.manifest.version}",
        "",
        (
            "Each document's row names its `author` and `title` as its page gives them, its address (`url`), its "
            "`licence` and its `rights_holder`. DuckDB writes the full list, from this folder:"
        ),
        "",
        "```sql",
        "SET VARIABLE shards = (SELECT list('../../' || path) FROM",
        "  (SELECT unnest(shards, recursive := true) FROM 'manifest.json'));",
        "COPY (SELECT source, author, title, url, licence FROM read_parquet(getvariable('shards')) ORDER BY ALL)",
        "  TO 'attribution.csv';",
        "```",
        "",
        f"Changes made to every text: {CHANGES}.",
        "",
        "## Licences that ask for it",
        "",
        *(said for source, licence in asking for said in _credit(facts, source, licence)),
        *([] if asking else ["None of the licences in this release asks for it.", ""]),
        "## Named all the same",
        "",
        *(f"* {_work(facts, source)}: {markdown(in_words(licence))}" for source, licence in others),
    ]
    return ("\n".join(lines).rstrip() + "\n").encode()


def citation_of(facts: Facts) -> bytes:
    """Write CITATION.cff (Citation File Format 1.2.0)."""
    publisher, manifest = facts.publisher, facts.manifest
    lines = [
        "cff-version: 1.2.0",
        'message: "If you use this corpus, please cite it as below, with the version you used."',
        "type: dataset",
        f"title: {quoted(f'Fodaftryk {manifest.version}')}",
        "authors:",
        f"- name: {quoted(publisher.name or 'The publisher of this corpus')}",
        f"version: {quoted(manifest.version)}",
        f"date-released: {manifest.as_of.isoformat()}",
        "identifiers:",
        "- type: other",
        f"  value: {quoted(f'sha256:{manifest.digest}')}",
        '  description: "SHA-256 of manifest.json"',
    ]
    if publisher.url:
        lines.append(f"url: {quoted(publisher.url)}")
    return ("\n".join(lines) + "\n").encode()


def _work(facts: Facts, source: str) -> str:
    """A source by its title, linked, and its holder."""
    homepage = facts.sources[source].homepage if source in facts.sources else ""
    return f"{link(facts.title(source), homepage)}, {markdown(facts.manifest.rights_holders[source])}"


def _credit(facts: Facts, source: str, licence: str) -> list[str]:
    shards = [shard for shard in facts.shards(source) if shard.licence == licence]
    licences = ", ".join(link(name, licence_url(name)) for name in names_in(licence))
    counted = f"{sum(shard.rows for shard in shards):,} documents"
    lines = [
        f"### {_work(facts, source)}",
        "",
        f"* Licence: {licences}",
        f"* Taken: {counted}; authors, titles and addresses are in their rows",
    ]
    if asks_same_terms(licence):
        lines.append("* What you make of these texts and pass on comes under the same licence")
    return [*lines, ""]

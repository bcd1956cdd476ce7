"""Everything that lies beside a release's manifest, by name: the same facts give the same bytes."""

from collections import Counter

from corpus.cards.ai_act import summary_of
from corpus.cards.ai_act_pages import to_html, to_json, to_markdown
from corpus.cards.attribution import attribution_of, citation_of
from corpus.cards.croissant import croissant_of
from corpus.cards.datasheets import datasheet_of
from corpus.cards.facts import Facts
from corpus.cards.funnel import FINEWEB2_WORDS, funnel_of, funnel_table, reasons_table, withdrawn_since
from corpus.cards.pictures import copies_by_source, words_by_source, words_by_year
from corpus.cards.plain import markdown, table
from corpus.cards.readme import card_of


def beside(facts: Facts) -> dict[str, bytes]:
    """Write the files of a release: what people read, what tools read, and pictures."""
    summary = summary_of(facts)
    return {
        "README.md": card_of(facts),
        "ATTRIBUTION.md": attribution_of(facts),
        "CITATION.cff": citation_of(facts),
        "croissant.json": croissant_of(facts),
        "FUNNEL.md": _funnel(facts),
        "ai-act-summary.md": to_markdown(summary, facts.manifest.version),
        "ai-act-summary.json": to_json(summary),
        "ai-act-summary.html": to_html(summary, facts.manifest.version),
        **{f"datasheets/{source}.md": datasheet_of(facts, source) for source in facts.released},
        "pictures/words-by-source.svg": words_by_source(facts),
        "pictures/words-by-year.svg": words_by_year(facts),
        "pictures/copies-by-source.svg": copies_by_source(facts),
    }


def _funnel(facts: Facts) -> bytes:
    """The whole funnel: over all sources beside FineWeb2's, by reason, and by source."""
    totals: Counter[tuple[str, str]] = Counter()
    rows = []
    for source, fates in sorted(facts.fates.items()):
        totals.update(fates)
        funnel = funnel_of(fates)
        numbers = (funnel.read, funnel.filtered, funnel.without_right, funnel.copies, funnel.released)
        rows.append([markdown(source), *(f"{number:,}" for number in numbers)])
    lines = [
        f"# The funnel of Fodaftryk {facts.manifest.version}",
        "",
        *funnel_table(funnel_of(totals)),
        "",
        *withdrawn_since(funnel_of(totals), sum(shard.rows for shard in facts.manifest.shards)),
        (
            "FineWeb2's figures are those published of dan_Latn (2025): at least so many documents before "
            f"deduplication, and {FINEWEB2_WORDS:,} words in the end; here there are {facts.words():,}. It removes "
            "copies before it filters, and asks nothing of rights."
        ),
        "",
        "## Why documents were left out",
        "",
        *reasons_table(totals),
        "",
        "## By source",
        "",
        *table(["source", "read", "filtered", "no right", "copies", "released"], rows, 5),
    ]
    return ("\n".join(lines) + "\n").encode()

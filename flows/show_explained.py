"""What is known of one page, for a person to read."""

from typing import Any

from flows.show import OUT, plain, show_rows

_MEASURES = (
    "words",
    "chars",
    "language",
    "language_score",
    "da_share",
    "extractor",
    "charset",
    "emails",
    "cprs",
    "phones",
    "ibans",
    "accounts",
    "cards",
    "addresses",
    "ips",
)


def show_explained(told: dict[str, Any]) -> None:
    """Print page, signals, document, decision, copies and release, in the order they came about."""
    page, document, fate = told["page"], told["document"], told["fate"]
    OUT.print(plain(page["url"]), style="bold", soft_wrap=True)
    _line("source", f"{told['source']}, crawl {told['crawl']}")
    _line("fetched", f"{page['fetched_at'] or 'never'}, status {page['status'] or 'none'}")
    _line("found on", page["found_on"] or "the seeds")
    _line("outcome", f"{page['outcome']} {page['reason']}".strip())
    if page["final_url"] != page["url"]:
        _line("leads to", page["final_url"])
    signals = [
        {name: signal[name] for name in ("mechanism", "verdict", "label", "value", "raw", "place")}
        for signal in page["signals"]
    ]
    show_rows("Signals observed", signals, "signals    none observed")
    if document:
        _line("title", document["title"])
        _line("measured", ", ".join(f"{name} {document[name]}" for name in _MEASURES))
        _line("quality", f"{document['reason']}: {document['detail']}" if document["reason"] else "kept")
    decision = fate if fate and fate["outcome"] else page["decision"]
    if decision:
        right = f" on {decision['basis']} as {decision['licence']}" if decision["outcome"] == "include" else ""
        _line("decision", f"{decision['outcome']}{right}, by rule {decision['rule']}")
        _evidence(decision["evidence"])
    _rights(told["rights"])
    if fate:
        _line("fate", " ".join(dict.fromkeys((fate["fate"], fate["reason"]))).strip())
        copies = ", ".join(f"{copy['url']} ({copy['fate']})" for copy in told["copies"])
        _line("copies", copies or "none found")
    _line("release", f"{told['release']}, {told['shard']}" if told["shard"] else "in none")


def _evidence(places: str | list[str] | None) -> None:
    """What a decision rests on: a list as the crawler writes it, or lines as the selection has them."""
    for place in places.split("\n") if isinstance(places, str) else places or []:
        if place:
            _line("evidence", place)


def _rights(rights: dict[str, Any]) -> None:
    """What is known of the text's rights beside what was observed of it."""
    if rights["assertions"]:
        show_rows("Licences asserted", rights["assertions"], "")
    for conflict in rights["conflicts"]:
        settled = f"settled as {conflict['settled']}: {conflict['note']}" if conflict["settled"] else "not settled"
        _line("conflict", f"{' | '.join(conflict['licences'])} ({conflict['id']}), {settled}")
    for agreement in rights["agreements"]:
        embargo = f", {agreement['embargo_months']} months' embargo" if agreement["embargo_months"] else ""
        _line("agreement", f"{agreement['id']} with {agreement['party']}, {agreement['state']}{embargo}")
    for held in rights["reservations"]:
        _line("reserved", f"by {held['by']} ({held['names']}), since {held['since']}")


def _line(name: str, value: object) -> None:
    OUT.print(f"{name:<10} {plain(value)}", soft_wrap=True)

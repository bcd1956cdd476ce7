"""What a release knows of the public summary that Article 53(1)(d) of the AI Act asks of providers of models.

The sections are those of the Commission's template (C(2025) 5235 of 24 July 2025, re-issued as C(2025) 8311 of 5
December 2025). Rule for editing: what the corpus knows is filled in, about the corpus; what only the provider of a
model can attest is left `to be provided` and never inferred; what cannot apply to a corpus of text says so.
"""

from collections.abc import Iterator, Sequence

from corpus.cards.ai_act_fields import Answer, Field, Section, State
from corpus.cards.domains import Domains, top_domains
from corpus.cards.facts import Facts
from corpus.cards.funnel import share
from corpus.cards.statistics import Statistics, merged

LARGE_PERCENT = 3
"""A public data set is large when it is this share of the public data of its kind."""

_TOKENS_PER_WORD = (1, 4)
"""No tokenizer makes less than one token of a word, and those trained on Danish at all make far less than four."""


_SIZED = {"size": "size", "content_types": "types of content"}
_OTHER_KINDS = {"image": _SIZED, "audio": _SIZED, "video": _SIZED, "other": {"name": "name", "size": "size"}}
"""The modalities that a corpus of text has nothing of, and what the template asks of each."""

_PROVIDERS = (
    ("2.4", "user_interactions", "User data from interactions with the model"),
    ("2.4", "user_other_services", "User data from other services of the provider"),
    ("2.4", "user_services", "Services the user data is from"),
    ("2.4", "user_modalities", "Modalities"),
    ("2.4", "user_comments", "Comments"),
    ("2.5", "synthetic", "Synthetic data made for training"),
    ("2.5", "synthetic_modalities", "Modalities"),
    ("2.5", "synthetic_market_models", "Models on the market it was made with, with links to their summaries"),
    ("2.5", "synthetic_other_models", "Other models it was made with"),
    ("2.5", "synthetic_comments", "Comments"),
    ("2.6", "other_sources", "Other sources of data"),
    ("2.6", "other_sources_description", "Description"),
    ("2.6", "other_sources_comments", "Comments"),
)
"""Sources that a corpus knows nothing of."""


def summary_of(facts: Facts, part: str = "") -> tuple[Section, ...]:
    """Fill the template for a release, or a part of one, which is then told in these words."""
    return (
        Section("0", "Version", tuple(_header(facts))),
        Section("1", "General information", tuple(_general(facts, part))),
        Section("2", "List of data sources", tuple(_sources(facts))),
        Section("3", "Data processing aspects", tuple(_processing(facts))),
    )


def _open(number: str, key: str, label: str) -> Field:
    return Field(number, key, label, "", State.OPEN)


def _none(number: str, key: str, label: str) -> Field:
    return Field(number, key, label, "", State.NONE)


def _yes(answer: object) -> str:
    return "Yes" if answer else "No"


def _header(facts: Facts) -> Iterator[Field]:
    yield Field("", "summary_version", "Version of the summary", facts.manifest.version)
    yield Field("", "last_update", "Last update", facts.manifest.as_of.strftime("%d/%m/%Y"))
    yield _open("", "link_previous", "Link to previous versions of the summary")


def _general(facts: Facts, part: str) -> Iterator[Field]:
    counted = facts.statistics()
    yield _open("1.1", "provider", "Provider: name and contact")
    yield _open("1.1", "authorised_representative", "Authorised representative")
    yield _open("1.2", "versioned_names", "Versioned names of the model")
    yield _open("1.2", "dependencies", "Model dependencies, with links to their summaries")
    yield _open("1.2", "eu_market_date", "Date of placement on the Union market")
    yield Field("1.3", "text_present", "Modality: text", "Yes")
    yield _size(facts.words(), counted)
    tokens = f"; {counted.tokens:,} tokens of {counted.tokenizer}" if counted.tokenizer else ""
    yield Field("1.3", "text_other_unit", "Text: size in another unit", f"{facts.words():,} words{tokens}")
    kinds = sorted({facts.sources[name].kind for name in facts.released if name in facts.sources})
    yield Field("1.3", "text_content_types", "Text: types of content", ", ".join(kinds))
    for kind, more in _OTHER_KINDS.items():
        yield Field("1.3", f"{kind}_present", f"Modality: {kind}", "No, not in this corpus")
        yield from (_none("1.3", f"{kind}_{key}", f"{kind.capitalize()}: {label}") for key, label in more.items())
    yield Field("1.3", "latest_acquisition", "Latest date of data acquisition", _month(counted.last))
    yield _open("1.3", "trained_after", "Whether the model is trained on new data after this date")
    danish = share(counted.danish_chars, counted.chars) or "unknown"
    told = f"Danish, an official language of the Union; {danish} of the characters stand in Danish lines."
    yield Field("1.3", "linguistic_characteristics", "Linguistic characteristics", told)
    yield Field(
        "1.3", "other_characteristics", "Other characteristics",
        "Texts published in Denmark or for readers of Danish. Nothing was measured of who wrote them or is written "
        "about.",
    )  # fmt: skip
    told = f"Sizes are of the text after copies were removed, and of this corpus alone{f': {part}' if part else ''}."
    yield Field("1.3", "comments", "Comments", told)


def _size(words: int, counted: Statistics) -> Field:
    """The range of tokens: as they were counted, or else filled only where no two tokenizers could differ."""
    low, high = (words * tokens for tokens in _TOKENS_PER_WORD)
    if counted.tokenizer:
        low = high = counted.tokens
    ranges = ((10**9, "Less than 1 billion tokens"), (10**13, "1 billion to 10 trillion tokens"))
    names = [
        next((name for most, name in ranges if size < most), "More than 10 trillion tokens") for size in (low, high)
    ]
    if names[0] == names[1]:
        return Field("1.3", "text_size", "Text: size", names[0])
    return _open("1.3", "text_size", "Text: size, which depends on the tokenizer")


def _sources(facts: Facts) -> Iterator[Field]:
    yield from _public(facts)
    agreed = any(_is_agreed(facts, name) for name in facts.released)
    yield Field("2.2.1", "licensed_concluded", "Data licensed by rights holders: agreements concluded", _yes(agreed))
    yield Field("2.2.1", "licensed_modalities", "Modalities", "Text" if agreed else "", _state(agreed))
    yield from _handed(facts, [name for name in _of_access(facts, "delivery") if not _is_agreed(facts, name)])
    yield from _crawled(facts)
    yield from (_open(number, key, label) for number, key, label in _PROVIDERS)


def _handed(facts: Facts, names: Sequence[str]) -> Iterator[Field]:
    """Sources that were handed over without an agreement; whether others know of such files, the corpus does not."""
    counted = merged(facts.statistics(name) for name in names)
    yield Field("2.2.2", "other_private_obtained", "Private data sets from third parties: obtained", _yes(names))
    yield Field("2.2.2", "other_private_modalities", "Modalities", "Text" if names else "", _state(names))
    label = "Those that are publicly known, with versions and links"
    yield (_open if names else _none)("2.2.2", "other_private_known", label)
    listed = tuple(f"{facts.title(name)}: {facts.words(name):,} words, handed over as files" for name in names)
    yield Field("2.2.2", "other_private", "Description", listed, _state(names))
    told = f"{sum(map(facts.words, names)):,} words, taken in from {_month(counted.first)} to {_month(counted.last)}"
    yield Field("2.2.2", "other_private_comments", "Period and size", told if names else "", _state(names))


def _public(facts: Facts) -> Iterator[Field]:
    """Sources that come as files anybody can have; the large ones are named with how a part was chosen."""
    names = _of_access(facts, "dump")
    words = sum(facts.words(name) for name in names)
    large = [name for name in names if 100 * facts.words(name) >= LARGE_PERCENT * words]
    small = [name for name in names if name not in large]
    yield Field("2.1", "public_used", "Publicly available data sets: used", _yes(names))
    yield Field("2.1", "public_modalities", "Modalities", "Text" if names else "", _state(names))
    listed = tuple(
        f"{facts.title(name)}, {facts.sources[name].homepage}, as of {_month(facts.statistics(name).last)}; "
        f"{facts.words(name):,} words were left by language, quality, rights and copies"
        for name in large
    )
    yield Field("2.1", "public_large", "Large public data sets", listed, _state(large))
    others = ", ".join(facts.title(name) for name in small)
    told = f"Text in Danish: {others}" if small else ""
    yield Field("2.1", "public_other", "Other public data sets", told, _state(small))
    told = f"{words:,} words in all; a data set is named as large from {LARGE_PERCENT} % of them" if names else ""
    yield Field("2.1", "public_comments", "Comments", told, _state(names))


def _crawled(facts: Facts) -> Iterator[Field]:
    names = [name for name in facts.released if name in facts.sources and facts.sources[name].is_crawled]
    counted = merged(facts.statistics(name) for name in names)
    yield Field("2.3", "crawled_used", "Data crawled or scraped: used", _yes(names))
    fields = (*_crawler(facts, counted), *_content(facts, names), *_domains(top_domains(counted.hosts)))
    for number, key, label, value in fields:
        yield Field(number, key, label, value if names else "", _state(names))


def _crawler(facts: Facts, counted: Statistics) -> list[tuple[str, str, str, Answer]]:
    behaviour = (
        "Obeys robots.txt (RFC 9309), and refuses where it cannot be read. Reads other machine-readable reservations "
        "(among them TDMRep, RSL, ai.txt, robots meta tags, content signals) and sentences on pages of terms, and "
        "keeps them as evidence. Solves no captcha, logs in nowhere, enters no password, passes no paywall. Waits "
        "between requests to a host."
    )
    return [
        ("2.3", "crawler_name", "Crawler: name", facts.publisher.crawler or "Fodaftryk"),
        ("2.3", "crawler_purpose", "Crawler: purpose", "Collecting Danish text to train language models on"),
        ("2.3", "crawler_behaviour", "Crawler: behaviour", behaviour),
        ("2.3", "crawled_from", "Crawled from", _month(counted.first)),
        ("2.3", "crawled_to", "Crawled to", _month(counted.last)),
    ]


def _content(facts: Facts, names: Sequence[str]) -> list[tuple[str, str, str, Answer]]:
    kinds = sorted({facts.sources[name].kind for name in names})
    told = f"Websites in Danish of {len(names)} sources, chosen one by one. Kinds: {', '.join(kinds)}."
    return [
        ("2.3", "crawled_content", "Content and sources", told),
        ("2.3", "crawled_modalities", "Modalities", "Text"),
    ]


def _domains(domains: Domains) -> list[tuple[str, str, str, Answer]]:
    told = (
        f"{len(domains.listed):,} of {domains.all:,} domain names, by characters of text taken, largest first. A small "
        f"or medium enterprise lists the first {domains.sme:,} (5 % or 1,000, whichever is lower)."
    )
    return [
        ("2.3", "domains_comments", "About the list of domain names", told),
        ("2.3", "domains", "Domain names, the top 10 %", domains.listed),
    ]


def _processing(facts: Facts) -> Iterator[Field]:
    yield _open("3.1", "code_signatory", "Signatory of the Code of Practice")
    yield Field(
        "3.1", "tdm_measures", "Measures to respect reservations from text and data mining",
        "Before a page is fetched its robots.txt is read, and with the page all other machine-readable reservations, "
        "at every crawl; evidence older than a year decides nothing. What cannot be read or contradicts itself holds "
        "the text back. A reservation reaches near-copies of the text on other sites. Registers of reservations and "
        "claims of rights holders are obeyed. Decisions and their evidence stand in an append-only journal.",
    )  # fmt: skip
    contact = facts.publisher.contact
    label = "Contact for rights holders"
    yield Field("3.1", "rights_contact", label, contact) if contact else _open("3.1", "rights_contact", label)
    yield _open("3.1", "copyright_policy", "Summary of the provider's copyright policy")
    yield Field(
        "3.2", "illegal_content_measures", "Measures against illegal content",
        "Sources are chosen one by one. What is taken down is removed, and its near-copies are kept out of later "
        "crawls. No list of illegal content was matched.",
    )  # fmt: skip
    yield _open("3.2", "provider_illegal_content_measures", "Further measures of the provider")
    yield Field(
        "3.3", "other_processing", "Other processing",
        "Main text extraction, identification of Danish, quality filters by kind of source, replacement of personal "
        "data by its kind, removal of near-copies over all sources.",
    )  # fmt: skip


def _of_access(facts: Facts, access: str) -> list[str]:
    """The released sources whose texts come in some way."""
    return [name for name in facts.released if name in facts.sources and facts.sources[name].access == access]


def _is_agreed(facts: Facts, source: str) -> bool:
    return any(shard.basis == "agreement" for shard in facts.shards(source))


def _state(there: object) -> State:
    return State.FILLED if there else State.NONE


def _month(day: str) -> str:
    """A day as the template writes months, `mm/yyyy`."""
    return f"{day[5:7]}/{day[:4]}" if day else "unknown"

"""`noai` and `noml` in meta robots and X-Robots-Tag, for all crawlers, for us, or for a named training crawler.

`noai` (DeviantArt, 2022) and `noml` (Mojeek, 2023) reserve text. `noimageai` speaks of images, and `noarchive` means
"not for training" to some and "no cached copy" to most: both are kept as unknown. Search words (`noindex` …) are none
of ours, unless they are addressed to a crawler that only gathers training data: then they are its opt-out.
"""

import re
from collections.abc import Iterator

from corpus.captures import Capture
from crawler.observe.ai_agents import TRAINING_TOKENS_LOWER
from crawler.observe.evidence import Seen, statement
from crawler.observe.html import Tag
from crawler.observe.robots import PRODUCT_TOKEN
from ledger.signals import Mechanism, RightsSignal, Verdict

_RESERVING = frozenset({"noai", "noml"})
_RECORDED = frozenset({"noimageai", "noarchive", "nocache"})
_BOT_RESERVING = _RESERVING | {"noindex", "none"}
_FOR_ALL = frozenset({"", "*", "robots", PRODUCT_TOKEN.lower()})
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_VALUE_CHARS_MAX = 4096
"""Longest value read: real ones have a dozen words."""


def header_statements(capture: Capture) -> tuple[RightsSignal, ...]:
    """What X-Robots-Tag headers say; `name:` before a word addresses it and all behind it in the same header."""
    seen = Seen.on(capture).at("header")
    return tuple(
        signal
        for name, value in capture.headers
        if name.lower() == "x-robots-tag"
        for agent, word in _addressed(value[:_VALUE_CHARS_MAX])
        for signal in _signals(agent, word, (f"X-Robots-Tag: {value}", seen))
    )


def meta_statements(capture: Capture, found: tuple[Tag, ...]) -> tuple[RightsSignal, ...]:
    """What `<meta name="robots">` and metas named after a crawler say."""
    seen = Seen.on(capture).at("meta")
    return tuple(
        signal
        for tag in found
        if tag.name == "meta"
        for word in re.split(r"[,\s;]+", tag.get("content")[:_VALUE_CHARS_MAX].lower())
        for signal in _signals(tag.get("name").lower() or "-", word, (tag.raw, seen))
    )


def _addressed(value: str) -> Iterator[tuple[str, str]]:
    agent = ""
    for part in value.lower().split(","):
        name, colon, rest = part.partition(":")
        word = part.strip()
        if colon and name.strip() not in _WITH_VALUE:
            agent, word = name.strip(), rest.strip()
        for piece in word.split():
            yield agent, piece


def _signals(agent: str, word: str, where: tuple[str, Seen]) -> tuple[RightsSignal, ...]:
    raw, seen = where
    if agent in _FOR_ALL and word in _RESERVING:
        return (statement(Mechanism.ROBOTS_META, Verdict.RESERVED, (word, ""), raw, seen),)
    if agent in _FOR_ALL and word in _RECORDED:
        return (statement(Mechanism.ROBOTS_META, Verdict.UNKNOWN, (word, ""), raw, seen),)
    if agent in TRAINING_TOKENS_LOWER and word in _BOT_RESERVING:
        return (statement(Mechanism.AI_AGENTS, Verdict.RESERVED, (word, agent), raw, seen),)
    return ()

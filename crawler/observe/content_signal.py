"""Cloudflare's Content Signals: `Content-Signal: search=yes, ai-train=no` in robots.txt, or as a header.

`no` is by its own words a reservation under article 4 of directive 2019/790. A `yes` in a header may be a network's
default rather than the publisher's word, so it is kept as unknown and permits nothing. `use=immediate|reference`
(since July 2026) leaves no room for training, and reserves unless `ai-train` is spoken of.
"""

import re

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile, Seen, statement
from crawler.observe.preferences import Preference, applicable
from crawler.observe.robots import PRODUCT_TOKEN, Robots
from ledger.signals import Mechanism, RightsSignal, Verdict

_LABEL = "ai-train"
_PAIR = re.compile(r"\s*([\w-]+)\s*=\s*([\w-]+)\s*")
_LENIENT_NO = re.compile(
    r"(?<![\w-])(?:ai-train|train-ai)\s*[=:\s]\s*[\"']?(?:no|n|0|false|disallow|deny)(?!\w)", re.IGNORECASE
)
_VERDICTS = {"no": Verdict.RESERVED, "yes": Verdict.PERMITTED}


def robots_statements(robots: Robots, file: EvidenceFile, url: str) -> tuple[RightsSignal, ...]:
    """What Content-Signal lines say of a page; lines before the first group count too, as they can only be meant so."""
    lines = (
        *(line for line in robots.loose if line.field == "content-signal"),
        *robots.lines(PRODUCT_TOKEN, "content-signal"),
    )
    return tuple(
        _signal(preference, line.raw, file.seen.at(f"line={line.number}"))
        for line, preference in applicable(lines, url, read)
    )


def header_statements(capture: Capture) -> tuple[RightsSignal, ...]:
    """What the Content-Signal header says."""
    raw = ", ".join(value for name, value in capture.headers if name.lower() == "content-signal")
    unsure = {Verdict.PERMITTED: Verdict.UNKNOWN}
    return tuple(
        _signal(Preference(unsure.get(said.verdict, said.verdict), said.label, said.value), raw, seen)
        for seen in (Seen.on(capture).at("header"),)
        for said in read(raw)
    )


def read(value: str) -> tuple[Preference, ...]:
    """The preferences about training in one value; a key said twice counts both times."""
    pairs = [_PAIR.fullmatch(part) for part in re.split(r"[,;]", value)]
    said = [(pair[1].lower(), pair[2].lower()) for pair in pairs if pair is not None]
    found = [Preference(_VERDICTS.get(answer, Verdict.UNKNOWN), key, answer) for key, answer in said if key == _LABEL]
    spoken = any(preference.verdict is not Verdict.UNKNOWN for preference in found)
    if not spoken and _LENIENT_NO.search(value):
        return (Preference(Verdict.MALFORMED, _LABEL, "no"),)
    if not spoken:
        found += [
            Preference(Verdict.RESERVED, key, answer) for key, answer in said if key == "use" and answer != "full"
        ]
    return tuple(found)


def _signal(preference: Preference, raw: str, seen: Seen) -> RightsSignal:
    said = (preference.label, preference.value)
    return statement(Mechanism.CONTENT_SIGNAL, preference.verdict, said, raw, seen)

"""Cloudflare's Content Signals: `Content-Signal: search=yes, ai-train=no` in robots.txt, or as a header.

`no` is by its own words a reservation under article 4 of directive 2019/790. A `yes` in a header may be a network's
default rather than the publisher's word, so it is kept as unknown and permits nothing. `use=immediate|reference`
(since July 2026) leaves no room for training, and reserves unless `ai-train` is spoken of. What names training and is
neither yes nor no is malformed, and holds the page.
"""

import re
from dataclasses import replace

from crawler.observe.preferences import Preference, Standard, mention_of
from ledger.signals import Mechanism, Verdict

_LABEL = "ai-train"
_PAIR = re.compile(r"\s*([\w-]+)\s*=\s*([\w-]+)\s*")
_MENTION = mention_of({_LABEL, "train-ai"})
_VERDICTS = {"no": Verdict.RESERVED, "yes": Verdict.PERMITTED}


def read(value: str) -> tuple[Preference, ...]:
    """The preferences about training in one value; a key said twice counts both times."""
    found: list[Preference] = []
    use: list[Preference] = []
    for part in re.split(r"[,;]", value):
        pair = _PAIR.fullmatch(part)
        key, answer = (pair[1].lower(), pair[2].lower()) if pair else ("", part.strip())
        if key == _LABEL:
            found.append(Preference(_VERDICTS.get(answer, Verdict.MALFORMED), key, answer))
        elif key == "use" and answer != "full":
            use.append(Preference(Verdict.RESERVED, key, answer))
        elif _MENTION.search(part):
            found.append(Preference(Verdict.MALFORMED, _LABEL, answer))
    spoken = any(preference.verdict is not Verdict.MALFORMED for preference in found)
    return (*found, *(() if spoken else use))


def _read_header(value: str) -> tuple[Preference, ...]:
    return tuple(
        replace(said, verdict=Verdict.UNKNOWN) if said.verdict is Verdict.PERMITTED else said for said in read(value)
    )


STANDARD = Standard(Mechanism.CONTENT_SIGNAL, "content-signal", read, _read_header)

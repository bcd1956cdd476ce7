"""trust.txt (JournalList): `datatrainingallowed=no` for the whole site, since April 2024; else it is malformed."""

import re

from crawler.observe.evidence import EvidenceFile, looks_like_markup, looks_like_text, statement, text_of, unheard
from ledger.signals import Mechanism, RightsSignal, Verdict

PATHS = ("/trust.txt", "/.well-known/trust.txt")
"""In the order they are looked at: the first that is there counts."""

_LABEL = "datatrainingallowed"
_BYTES_MAX = 512_000
"""As robots.txt."""

_VERDICTS = {"no": Verdict.RESERVED, "yes": Verdict.PERMITTED}


def statements(file: EvidenceFile) -> tuple[RightsSignal, ...]:
    """What a trust.txt says of every page of its site; said twice, both count."""
    if file.unreachable:
        return (unheard(Mechanism.TRUST_TXT, file),)
    if not exists(file):
        return ()
    if not looks_like_text(file.body[:_BYTES_MAX]):
        return (statement(Mechanism.TRUST_TXT, Verdict.MALFORMED, ("unreadable", ""), "", file.seen.at("file")),)
    found = []
    for number, row in enumerate(re.split(r"\r\n|\r|\n", text_of(file.body[:_BYTES_MAX])), start=1):
        name, _, value = (part.strip().lower() for part in row.partition("#")[0].partition("="))
        if name.startswith(_LABEL):
            verdict = _VERDICTS.get(value, Verdict.MALFORMED) if name == _LABEL else Verdict.MALFORMED
            seen = file.seen.at(f"line={number}")
            found.append(statement(Mechanism.TRUST_TXT, verdict, (_LABEL, value), row.strip(), seen))
    return tuple(found)


def exists(file: EvidenceFile) -> bool:
    """Whether the file is there; an HTML answer is none of this convention's files."""
    return file.answered and not looks_like_markup(file.body)

"""The day a page says that it was published on, in Danish words: "Publiceret d. 12. maj 2022", unknown to htmldate."""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_PARTS = ("ubliceret", "ffentliggjort", "dgivet", "prettet")
"""The words without their first letter, which may be a capital."""

_SAID = re.compile(
    r"(?:publiceret|offentliggjort|udgivet|oprettet)\b[^\w\n]{0,4}(?:(?:d|den|dato|på nettet)\b\W{0,3})?"
    rf"([0-3]?[0-9])\.? ?({'|'.join(_MONTHS)})[a-z]{{0,6}}\.? ([12][0-9]{{3}})(?![0-9])",
    re.IGNORECASE,
)


def may_say_day(html: str) -> bool:
    """Whether a page has one of the words: few do, and what stands between its tags need not be put together."""
    return any(part in html for part in _PARTS)


def said_day(text: str, latest: date) -> date | None:
    """The first day that is said, when it exists and is not after `latest`; blanks between elements may be missing."""
    said = _SAID.search(text)
    if said is None:
        return None
    try:
        day = date(int(said[3]), _MONTHS.index(said[2].lower()) + 1, int(said[1]))
    except ValueError:
        return None
    return day if day <= latest else None

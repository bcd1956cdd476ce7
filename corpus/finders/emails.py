"""E-mail addresses, plain and disguised: navn@firma.dk, navn (at) firma punktum dk, navn snabel-a firma.dk.

Found from their sign outwards, so that a text without one costs a look for it. The domain must end as domains do; what
only looks alike (ikon@2x.png, pakke@1.2.3, @navn) stays. A disguised address is taken only where the sign is disguised
as people do it, and what stands around it is a name and a domain.
"""

import re
from collections.abc import Iterator

from corpus.finders.findings import Finding, Kind
from corpus.finders.offices import is_function_mailbox
from corpus.finders.words import words_of

LOCAL_CHARS_MAX = 64
"""RFC 5321, 4.5.3.1.1."""

_TRIM = "._-'*`|/=!?#&{}~^$%"
_TOP = r"(?:xn--[a-z0-9-]{2,20}|[^\W\d_]{2,24})"
_DOMAIN = re.compile(
    rf"(?:(?!-)[\w-]{{1,63}}\.){{1,7}}{_TOP}(?![\w-]|@|\.\w)|(?:[\w-]{{1,63}}\.){{1,7}}{_TOP}", re.IGNORECASE
)
_COMMON = (
    "dk|com|org|net|eu|nu|info|se|no|de|uk|fi|is|fo|gl|io|edu|gov|biz|me|nl|fr|es|it|pl|ch|at|be|online|shop|email"
)
_COMMON_TOP = re.compile(
    rf"(?:[\w-]{{1,63}}\.){{1,7}}(?:(?:{_COMMON})(?=[.A-ZÆØÅ]|[^\w-]|$)|(?:{_COMMON.upper()})(?=\.|[^\w-]|$))"
)
_FILES = words_of("png jpg jpeg gif svg webp css js pdf zip html htm php txt doc docx xml json py")
_DOT = r"\s{0,2}(?:[\[({<]\s?(?:dot|punktum|prik|\.)\s?[\])}>]|\b(?:dot|punktum|prik)\b|\.)\s{0,2}"
_STRICT_DOT = r"\s{0,2}(?:[\[({<]\s?(?:dot|punktum|prik|\.)\s?[\])}>]|\b(?:dot|punktum|prik)\b)\s{0,2}"
_SIGN = re.compile(
    r"\s{0,2}[\[({<]\s?(?:at|a|@|snabel-?\s?a|snabel|alfakrølle|krøllealfa|ved)\s?[\])}>]\s{0,2}"
    r"|\s{1,2}(?:snabel-?\s?a|krøllealfa|alfakrølle)\s{1,2}"
    r"|\s?-\s?(?:at|snabel-?a)\s?-\s?|%40|&#0?64;|&commat;"
    r"|[-_.](?:snabel-?a|at)[-_.](?=[\w-]+[-_.](?:dot|punktum|prik))",
    re.IGNORECASE,
)
_DISGUISED = re.compile(rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,4}}?{_DOT}(?:{_COMMON})(?![\w-])", re.IGNORECASE)
_AT = re.compile(" (?:at|AT) ")
_AT_WORD = re.compile(
    rf"(?<!\S)(?P<local>[\w+-]{{1,40}}(?:(?:\.|{_STRICT_DOT})[\w+-]{{1,40}}){{0,3}}) (?:at|AT) "
    rf"(?P<domain>[\w-]{{1,40}}(?:{_DOT}[\w-]{{1,40}}){{0,2}}?{_STRICT_DOT}(?:{_COMMON}))(?![\w-])",
    re.IGNORECASE,
)
_LOCAL_DISGUISED = re.compile(rf"[\w+-]{{1,40}}(?:(?:\.|{_STRICT_DOT})[\w+-]{{1,40}}){{0,3}}\Z", re.IGNORECASE)
_SPACED = re.compile(
    r"(?P<left>[ \u00a0]?)@(?P<right>[ \u00a0]?\r?\n?)"
    rf"(?P<domain>(?:[\w-]{{1,63}} ?\.[ \n]?){{1,4}}(?:{_COMMON}))(?![\w-])"
)
_BLANK = re.compile(r"\s")
_OPENED = re.compile(r"[\[({<] ?(?:at|a|@|snabel|ved|alfa|krølle)|- ?at ?-", re.IGNORECASE)
_HINTS = ("snabel", "Snabel", "SNABEL", "krølle", "%40", "&#64;", "&#064;", "&commat;")
_WIDE_SIGNS = str.maketrans("＠﹫", "@@")
_DOTS = ("punktum", "PUNKTUM", "Punktum", "dot", "DOT", "prik")
_DISGUISED_CHARS = 100
"""How much stands before a disguised sign and belongs to the address: 64 characters and words for dots."""


_HALF_SPELLED = re.compile(
    rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,4}}?{_STRICT_DOT}(?:{_COMMON})(?![\w-])", re.IGNORECASE
)
_REPOSITORY = re.compile(r":[\w.~-]{1,40}/")


def find_emails(text: str) -> Iterator[Finding]:
    """All addresses in a text in order, but those of public offices' functions."""
    if "＠" in text or "﹫" in text:
        text = text.translate(_WIDE_SIGNS)
    found = list(_plain(text)) if "@" in text else []
    if any(hint in text for hint in _HINTS) or _OPENED.search(text):
        found += _disguised(text)
    if any(dot in text for dot in _DOTS):
        found += _spelled(text)
    floor = 0
    for finding in sorted(found, key=lambda finding: (finding.start, -finding.end)):
        if finding.start >= floor:
            floor = finding.end
            yield finding


def _plain(text: str) -> Iterator[Finding]:
    floor, sign = 0, text.find("@")
    while sign >= 0:
        finding = _around(text, sign, floor)
        if finding:
            floor = finding.end
            if not is_function_mailbox(text[finding.start : finding.end], text, finding.start):
                yield finding
        sign = text.find("@", max(sign + 1, floor))


def _around(text: str, sign: int, floor: int) -> Finding | None:
    domain = _domain_end(text, sign + 1)
    local = _local_start(text, sign, floor) if domain else None
    if domain and local is not None:
        return Finding(local, domain, Kind.EMAIL)
    spaced = (
        _SPACED.match(text, sign - 1) if sign > floor and text[sign - 1] in " \u00a0" else _SPACED.match(text, sign)
    )
    if spaced is None:
        return None
    start = _local_start(text, spaced.start(), floor)
    if start is None or (spaced["left"] and not spaced["right"]) or not _BLANK.search(spaced.group()):
        return None
    return Finding(start, spaced.end(), Kind.EMAIL)


def _local_start(text: str, end: int, floor: int) -> int | None:
    """Where the name before a sign at `end` begins; None when there is none, or it is the end of a path or a handle."""
    lowest = max(floor, end - LOCAL_CHARS_MAX)
    start = end
    while start > lowest and (text[start - 1].isalnum() or text[start - 1] in "_.!#$%&'*+/=?^`{|}~-"):
        start -= 1
    if start > floor and text[start - 1] == "@":
        return None
    local = text[start:end]
    start = end - len(local[max(local.rfind("/"), local.rfind("|"), local.rfind("=")) + 1 :].lstrip(_TRIM))
    return start if start < end else None


def _domain_end(text: str, start: int) -> int | None:
    match = _DOMAIN.match(text, start, start + 255)
    if match is None or match.group().rpartition(".")[2].lower() in _FILES:
        return None
    common = _COMMON_TOP.match(text, start, start + 255)
    end = common.end() if common and common.end() < match.end() and not _goes_on(text, common.end()) else match.end()
    return None if _REPOSITORY.match(text, end) else end


def _goes_on(text: str, end: int) -> bool:
    """Whether what follows a common ending is a further part of the domain, and not the next word or sentence."""
    after = text[end : end + 3]
    return after[:1] == "." and after[1:2].isalnum() and not after[1:2].isupper()


def _disguised(text: str) -> Iterator[Finding]:
    for sign in _SIGN.finditer(text):
        domain = _DISGUISED.match(text, sign.end(), sign.end() + 255)
        local = _LOCAL_DISGUISED.search(text[max(0, sign.start() - _DISGUISED_CHARS) : sign.start()])
        if domain and local:
            yield Finding(sign.start() - len(local.group()), domain.end(), Kind.EMAIL)


def _spelled(text: str) -> Iterator[Finding]:
    """Addresses with a spelled dot before their ending; only there the word "at", which is also Danish, is a sign."""
    sign = text.find("@")
    while sign >= 0:
        domain, local = _HALF_SPELLED.match(text, sign + 1, sign + 255), _local_start(text, sign, 0)
        if domain and local is not None:
            yield Finding(local, domain.end(), Kind.EMAIL)
        sign = text.find("@", sign + 1)
    for at in _AT.finditer(text):
        line = max(0, at.start() - _DISGUISED_CHARS)
        start = text.rfind(" ", line, at.start()) + 1 or line
        match = _AT_WORD.match(text, max(start, text.rfind("\n", line, at.start()) + 1), at.end() + 160)
        if match:
            yield Finding(match.start(), match.end(), Kind.EMAIL)

"""robots.txt by RFC 9309, with its own selection of groups.

Lines other than User-agent, Allow and Disallow never end a group and never interfere (§2.2.4), so a `Crawl-delay` or
a `Content-Signal` between two User-agent lines leaves both in the same group. All groups that name the token are
merged; `*` counts only when none does. Names are compared whole, without case: a group for `Dan` says nothing to
`DanBot`. A file that is no robots.txt at all (UTF-16, HTML, compressed bytes) allows nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from crawler.observe.evidence import looks_like_markup, looks_like_text, text_of
from crawler.observe.patterns import Pattern, path_forms

PRODUCT_TOKEN = "Fodaftryk"  # noqa: S105  a name, not a secret
"""The name robots.txt files call us by; also the first word of the User-Agent header."""

BYTES_MAX = 512_000
"""RFC 9309 §2.5: at least 500 KiB must be read; what lies behind is not."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_MISSPELT = {
    "useragent": "user-agent", "user agent": "user-agent",
    "dissallow": "disallow", "disalow": "disallow", "dissalow": "disallow", "diasllow": "disallow",
    "disallaw": "disallow", "crawldelay": "crawl-delay",
}  # fmt: skip
"""Spellings seen often enough that what was meant is beyond doubt; only such as make us stricter."""
_BARE = re.compile(r"(user-agent|disallow)[ \t]+(\S.*)", re.IGNORECASE)
_RATE = re.compile(r"\s*(\d{1,9})\s*/\s*(\d{0,9})\s*([smhd]?)", re.IGNORECASE)
_UNIT_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Line:
    """One record: its number in the file (from 1), its lower-case field and its value.

    `detached` is True when an empty line or a Sitemap stands between it and the last line of its group.
    """

    number: int
    field: str
    value: str
    detached: bool = False

    @property
    def raw(self) -> str:
        """The record as written, but for blanks and comments."""
        return f"{self.field}: {self.value}"


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: Pattern
    allow: bool


@dataclass(slots=True)
class _Group:
    agents: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    closed: bool = False


@dataclass(frozen=True)
class Robots:
    """A parsed robots.txt.

    `readable` is False when the bytes are no robots.txt at all (UTF-16, HTML, binary): then nothing is allowed but
    /robots.txt itself, and the caller should treat the file as unreachable. `groups` are the product tokens (lower
    case) and the lines of each group; `loose` are the lines before the first group.
    """

    readable: bool
    sitemaps: tuple[str, ...]
    groups: tuple[tuple[frozenset[str], tuple[Line, ...]], ...]
    loose: tuple[Line, ...]

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read the first 512 000 bytes of a file; never raises."""
        if not looks_like_text(body[:BYTES_MAX]) or looks_like_markup(body):
            return cls(readable=False, sitemaps=(), groups=(), loose=())
        lines = list(_lines(body))
        groups, loose = _grouped(lines)
        return cls(
            readable=True,
            sitemaps=tuple(line.value for line in lines if line.field == "sitemap" and line.value),
            groups=tuple((frozenset(group.agents), tuple(group.lines)) for group in groups),
            loose=tuple(loose),
        )

    def allows(self, url: str, token: str) -> bool:
        """Whether the crawler with this product token may fetch the address: longest match, and Allow in a tie."""
        paths = path_forms(url)
        if paths[0] == "/robots.txt":
            return True
        if not self.readable:
            return False
        best, allowed = -1, True
        for rule in self._rules(token):
            longer = rule.pattern.octets > best or (rule.pattern.octets == best and rule.allow)
            if longer and rule.pattern.matches(paths):
                best, allowed = rule.pattern.octets, rule.allow
        return allowed

    def names(self, token: str) -> bool:
        """Whether a group names this product token itself, and not only `*`."""
        return token.lower() in self._named

    def group_of(self, token: str) -> tuple[int, ...]:
        """Numbers of the groups that, merged, apply to the token; tokens with the same numbers have the same rules."""
        wanted = token.lower() if self.names(token) else "*"
        return tuple(number for number, (agents, _) in enumerate(self.groups) if wanted in agents)

    def lines(self, token: str, *fields: str) -> tuple[Line, ...]:
        """Records with these fields in the groups that apply to the token, in the file's order."""
        return tuple(line for number in self.group_of(token) for line in self.groups[number][1] if line.field in fields)

    def licences(self, token: str) -> tuple[Line, ...]:
        """License records (RSL) for a token: its group's own, or else those that stand outside any group."""
        own = tuple(line for line in self.lines(token, "license") if not line.detached)
        if own:
            return own
        everywhere = (line for _, lines in self.groups for line in lines if line.field == "license" and line.detached)
        return (*(line for line in self.loose if line.field == "license"), *everywhere)

    def crawl_delay_s(self, token: str) -> float | None:
        """The larger of Crawl-delay and what Request-rate comes to, in seconds; None when neither is stated."""
        delays = [_delay_s(line) for line in self.lines(token, "crawl-delay", "request-rate")]
        return max((delay for delay in delays if delay is not None), default=None)

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(agent for agents, _ in self.groups for agent in agents)

    @cached_property
    def _rules_by_group(self) -> dict[tuple[int, ...], tuple[_Rule, ...]]:
        return {}

    def _rules(self, token: str) -> tuple[_Rule, ...]:
        group = self.group_of(token)
        if group not in self._rules_by_group:
            found = (_rule(line) for line in self.lines(token, "allow", "disallow"))
            self._rules_by_group[group] = tuple(dict.fromkeys(rule for rule in found if rule is not None))
        return self._rules_by_group[group]


def _lines(body: bytes) -> Iterator[Line]:
    text = text_of(body[:BYTES_MAX])
    rows = _LINE_END.split(text)
    if len(body) > BYTES_MAX:
        rows.pop()  # half a line may say something that its author did not
    detached = False
    for number, row in enumerate(rows, start=1):
        record = row.partition("#")[0].strip()
        if not record:
            detached = detached or not row.strip()
            continue
        bare = _BARE.fullmatch(record) if ":" not in record else None
        name, _, value = (bare[1], "", bare[2]) if bare else record.partition(":")
        name = name.strip().lower()
        name = _MISSPELT.get(name, name)
        detached = (detached or name == "sitemap") and name not in {"user-agent", "allow", "disallow"}
        yield Line(number, name, value.strip(), detached)


def _grouped(lines: list[Line]) -> tuple[list[_Group], list[Line]]:
    groups: list[_Group] = []
    loose: list[Line] = []
    for line in lines:
        if line.field == "user-agent":
            if not groups or groups[-1].closed:
                groups.append(_Group())
            groups[-1].agents |= _agents(line.value)
        elif not groups:
            loose.append(line)
        else:
            groups[-1].lines.append(line)
            groups[-1].closed = groups[-1].closed or line.field in {"allow", "disallow"}
    return groups, loose


def _agents(value: str) -> set[str]:
    """The tokens a User-agent line names: without version; a list with commas, though not allowed, is meant as one."""
    names = {name.strip().lower() for name in value.split(",")}
    names |= {name.partition("/")[0].strip() for name in names}
    names |= {(name.split() or [""])[0].partition("/")[0] for name in names}
    return names - {""}


def _rule(line: Line) -> _Rule | None:
    if not line.value:
        return None
    if line.value[0] in "/*":
        return _Rule(Pattern.of(line.value), line.field == "allow")
    # a path without its slash is no path; what it would forbid is clear, what it would allow is not relied on
    return None if line.field == "allow" else _Rule(Pattern.of("/" + line.value), allow=False)


def _delay_s(line: Line) -> float | None:
    if line.field == "request-rate":
        rate = _RATE.match(line.value)
        if rate is None or int(rate[1]) == 0:
            return None
        return int(rate[2] or 1) * _UNIT_S[rate[3].lower()] / int(rate[1])
    number = re.match(r"\d{1,9}(\.\d{1,6})?", line.value.replace(",", "."))
    return float(number[0]) if number else None

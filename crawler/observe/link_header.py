"""The Link header (RFC 8288), as far as licences need it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from corpus.captures import Capture

_CHARS_MAX = 16_384
"""Longest header read; servers and proxies refuse longer ones."""

_LINK = re.compile(r"<([^<>]*)>([^<>]*)")
_PARAMETER = re.compile(r";\s*([\w*-]+)\s*=\s*(\"[^\"]*\"|[^\s;,\"]+)")


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its absolute target, its relations and media type in lower case, and how it was written."""

    url: str
    relations: frozenset[str]
    media_type: str
    raw: str


def links(capture: Capture) -> Iterator[Link]:
    """The links a response's headers name about itself; those with an `anchor` speak of something else."""
    for name, value in capture.headers:
        if name.lower() != "link":
            continue
        for found in _LINK.finditer(value[:_CHARS_MAX]):
            parameters = {key.lower(): text.strip('"').strip().lower() for key, text in _PARAMETER.findall(found[2])}
            target = absolute(capture.url, found[1])
            if target and "anchor" not in parameters:
                relations = frozenset(parameters.get("rel", "").split())
                media_type = parameters.get("type", "").partition(";")[0].strip()
                yield Link(target, relations, media_type, found[0].rstrip(", "))


def absolute(base: str, target: str) -> str:
    """An address in full; empty when it cannot be one."""
    try:
        return urljoin(base, target.strip())
    except ValueError:
        return ""

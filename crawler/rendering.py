"""What a crawl is asked to do with a browser."""

from dataclasses import dataclass

CHROMIUM = "/usr/lib/chromium/chromium"
"""Debian's. Its `/usr/bin/chromium` is a script that adds flags and extensions of the machine's."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """HTML pages are to be loaded in a browser, the one at `chromium`, before they are read.

    `hosts` may serve scripts, styles and data beside the scope's own; `seconds_max` bounds a page's processor time.
    """

    hosts: frozenset[str] = frozenset()
    chromium: str = CHROMIUM
    seconds_max: float = 30.0

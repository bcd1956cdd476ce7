"""ai.txt (Spawning): a robots-like file that shuts file types out of training; also its `Training:` variants.

For text on the web `Disallow` of everything, of the page's own path, or of HTML or text files reserves. An Allow line
lifts nothing: the format says nothing of precedence, and in doubt the reservation stands. A word about training that
is neither yes nor no is malformed, and holds the page.
"""

from crawler.observe.evidence import EvidenceFile, looks_like_markup, statement, unheard
from crawler.observe.patterns import Pattern, path_forms
from crawler.observe.robots import PRODUCT_TOKEN, Line, Robots
from ledger.signals import Mechanism, RightsSignal, Verdict

PATH = "/ai.txt"

_TEXT_TYPES = frozenset({"html", "htm", "txt", "xhtml", "xml"})
_TRAINING_NO = frozenset({"deny", "denied", "disallow", "disallowed", "no", "none", "false", "conditional", "n"})
_TRAINING_YES = frozenset({"allow", "allowed", "yes", "true", "y"})


def statements(file: EvidenceFile, url: str) -> tuple[RightsSignal, ...]:
    """What /ai.txt says of a page; an HTML answer is none of this convention's files."""
    if file.unreachable:
        return (unheard(Mechanism.AI_TXT, file),)
    if not file.answered or looks_like_markup(file.body):
        return ()
    robots = Robots.parse(file.body)
    if not robots.readable:
        return (statement(Mechanism.AI_TXT, Verdict.MALFORMED, ("unreadable", ""), "", file.seen.at("file")),)
    paths = path_forms(url)
    lines = (*robots.lines(PRODUCT_TOKEN, "disallow", "training"), *robots.loose)
    return tuple(
        statement(Mechanism.AI_TXT, verdict, (line.field, line.value), line.raw, file.seen.at(f"line={line.number}"))
        for line in lines
        if (verdict := _verdict(line, paths)) is not None
    )


def _verdict(line: Line, paths: tuple[str, ...]) -> Verdict | None:
    """What a line says of a page; None when it says nothing that could take a right away."""
    value = line.value.lower()
    if line.field == "training":
        said = None if value in _TRAINING_YES else Verdict.MALFORMED
        return Verdict.RESERVED if value in _TRAINING_NO else said
    if line.field != "disallow" or not value:
        return None
    extension = value.removesuffix("$").removeprefix("/").lstrip("*")
    is_text = extension.startswith(".") and extension[1:] in _TEXT_TYPES
    pattern = Pattern.of(line.value if value[0] in "/*" else f"/{line.value}")
    return Verdict.RESERVED if is_text or pattern.matches(paths) else None

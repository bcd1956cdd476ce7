"""Work of trafilatura's and htmldate's that comes to nothing on most pages, passed over where that is sure.

Each shortcut stands in the place of one of their functions: it asks a cheap question first, and when the answer says
that the function would change or find nothing, it is not called. Otherwise it does all it did. The tests hold each
against the function as it is delivered, so a new version of the libraries is noticed.
"""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, cast

from lxml.etree import _Element
from trafilatura.settings import Extractor

_MARKS = re.compile(r"[*_`~\[\]<\\]")
"""What trafilatura escapes for Markdown, and what a formula begins with; a text without any stays as it is."""


def shorten() -> None:
    """Put the shortcuts in their places; once, since each stands before what it finds there."""
    core: Any = import_module("trafilatura.core")
    xml: Any = import_module("trafilatura.xml")
    html: Any = import_module("trafilatura.htmlprocessing")
    dates: Any = import_module("htmldate.core")
    core._prepare_tree = _without_backup(core)  # noqa: SLF001 - they have no other handles
    xml._escape_and_convert_math_tree = escaping(xml._escape_and_convert_math_tree)  # noqa: SLF001 - as above
    xml._collapse_emphasis = with_emphasis(xml._collapse_emphasis)  # noqa: SLF001 - as above
    xml._merge_adjacent_hi = with_emphasis(xml._merge_adjacent_hi)  # noqa: SLF001 - as above
    html.link_density_test = with_links(html.link_density_test)
    dates.is_date_candidate = with_attributes(dates.is_date_candidate)


def escaping(escape: Callable[[_Element], None]) -> Callable[[_Element], None]:
    """Escaping of a tree's texts, of which one without marks has no need."""

    def escape_marked(tree: _Element) -> None:
        if any(_MARKS.search(text) for text in cast("Iterator[str]", tree.itertext())):
            escape(tree)

    return escape_marked


def with_emphasis(join: Callable[..., None]) -> Callable[..., None]:
    """What joins emphasis, of which a tree may have none: inline elements lose their tags before."""

    def join_any(tree: _Element, *more: object) -> None:
        if next(tree.iter("hi"), None) is not None:
            join(tree, *more)

    return join_any


def with_links(test: Callable[..., tuple[bool, bool]]) -> Callable[..., tuple[bool, bool]]:
    """The test for too many links, of an element that may have none."""

    def test_any(element: _Element, *more: object) -> tuple[bool, bool]:
        return (False, False) if next(element.iterdescendants("ref"), None) is None else test(element, *more)

    return test_any


def with_attributes(tells: Callable[[_Element], bool]) -> Callable[[_Element], bool]:
    """Whether an element's attributes tell of a date, of one that may have none."""
    return lambda element: bool(element.keys()) and tells(element)


def _without_backup(core: Any) -> Callable[..., tuple[Any, Any]]:  # noqa: ANN401 - a module
    """Cleaning a tree, without the copy that only the comparison with other extractors and comments look at."""
    whole = core._prepare_tree  # noqa: SLF001 - as above

    def prepare(tree: _Element, options: Extractor, url: str | None) -> tuple[Any, Any]:
        if not options.fast or options.comments:
            prepared: tuple[Any, Any] = whole(tree, options, url)
            return prepared
        cleaned = core.convert_tags(core.tree_cleaning(core.copy(tree), options), options, url)
        return cleaned, cleaned

    return prepare

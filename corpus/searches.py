"""Trafilatura's searches by name in Python's own words, which give the same answers in a fifth of the time.

Trafilatura finds what it keeps and what it leaves by XPath expressions that test each element's class, id and the like
with regular expressions. Each such test is a call from libxml2 into Python, also where an element has no such
attribute, and most have none. Here an expression is read once, its conditions become one pattern an attribute, and the
answer for a value is remembered, as values repeat within a site. An expression of another shape stays as it is.

The tests hold the answers against those of the expressions themselves.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

from lxml.etree import XPath, _Element

VALUES_KEPT = 2_048
VALUE_CHARS_KEPT = 200
"""How many values are remembered for an attribute of a search, and how long one may be: half a megabyte in all."""

Search = Callable[[_Element], object]
_Find = Callable[[_Element], Iterator[_Element]]
_Names = tuple[str, ...]

_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
_LITERAL = re.compile("'[^']*'")
_NUMBERED = re.compile(r"'(\d+)'")
_PART = re.compile(r"(?:\[[^]]*\]|[^|[])+")
_SHAPE = re.compile(
    r"\(?(?P<root>\.?)//\*(?:\[(?P<tags>self::[^]]*)\])?\[(?P<any>@[^]]*|(?:re:test|contains|starts-with)\([^]]*)\]"
    r"(?P<first>\)?\[1\])?(?P<more>\[[^]]*\])?"
)
_CONDITION = re.compile(
    r"@(?P<is>[\w-]+)(?:='(?P<value>\d+)')?"
    r"|(?P<how>contains|starts-with|re:test)\((?P<translated>translate\()?@(?P<where>[\w-]+(?:\|@[\w-]+)?)"
    r"(?(translated), ?'(?P<from>\d+)', ?'(?P<to>\d+)'\)), ?'(?P<what>\d+)'(?:, ?'(?P<flag>\d+)')?\)"
)


def quicken(*lists: list[Any]) -> None:
    """Put quicker searches in the place of the XPath expressions in some lists."""
    for each in lists:
        each[:] = [quicker(search) if isinstance(search, XPath) else search for search in each]


def quicker(search: XPath) -> Search:
    """A search that finds the same in the same order; of one that asks for the first alone, its first."""
    literals: list[str] = []

    def numbered(literal: re.Match[str]) -> str:
        literals.append(literal[0][1:-1])
        return f"'{len(literals) - 1}'"

    path = " ".join(_LITERAL.sub(numbered, search.path).split()).replace("[ ", "[").replace(" ]", "]")
    shapes = [(part, _SHAPE.fullmatch(part)) for part in _PART.findall(path)]
    named = [shape for _, shape in shapes if shape]
    patterns = _patterns(named[0]["any"], literals) if len(named) == 1 else None
    if patterns is None:
        return search

    def spelled(part: str) -> str:
        return _NUMBERED.sub(lambda number: f"'{literals[int(number[1])]}'", part)

    matching = _matching(named[0], patterns)
    others = "|".join(part for part, shape in shapes if not shape)
    if others or (named[0]["more"] and named[0]["first"]):
        rest = XPath(spelled(others)) if others else _none
        return lambda tree: rest(tree) if next(matching(tree), None) is None else search(tree)
    if named[0]["more"]:
        holds = XPath(f"boolean(self::*{spelled(named[0]['more'])})", namespaces=_NAMESPACES)
        return lambda tree: [element for element in matching(tree) if holds(element)]
    if named[0]["first"]:
        return lambda tree: list(islice(matching(tree), 1))
    return lambda tree: list(matching(tree))


def _none(_: _Element) -> object:
    return []


def _matching(shape: re.Match[str], patterns: Mapping[_Names, list[str]]) -> _Find:
    """Finds the elements of a tree, in order, for which one of the conditions holds.

    Of an element it is first asked whether a value of an attribute answers to any pattern for it; few do.
    """
    tags = re.findall(r"self::(\w+)", shape["tags"] or "")
    with_attributes = cast("Callable[[_Element], list[_Element]]", XPath(f"{shape['root']}//*[@*]"))
    questions = [(names, Told("|".join(each))) for names, each in patterns.items()]
    by_name: dict[str, list[str]] = {}
    for names, each in patterns.items():
        for name in names:
            by_name.setdefault(name, []).extend(each)
    at_all = [(name, Told("|".join(each))) for name, each in by_name.items()]

    def matching(tree: _Element) -> Iterator[_Element]:
        elements: Iterable[_Element]
        if not tags:
            elements = with_attributes(tree)
        else:
            elements = tree.iterdescendants(*tags) if shape["root"] else tree.getroottree().iter(*tags)
        for element in elements:
            if not element.keys():
                continue
            for name, may_hold in at_all:
                value = element.get(name)
                if value is not None and may_hold[value]:
                    if any(holds[first] for names, holds in questions if (first := _first(element, names)) is not None):
                        yield element
                    break

    return matching


def _first(element: _Element, names: _Names) -> str | None:
    """The value of the attribute that stands first in an element, of those named."""
    if len(names) == 1:
        return element.get(names[0])
    attributes = cast("list[tuple[str, str]]", element.items())
    return next((value for name, value in attributes if name in names), None)


class Told(dict[str, bool]):
    """Whether a pattern is found in a value, by value: asked as a dictionary is, and remembered when it is short."""

    def __init__(self, pattern: str) -> None:
        super().__init__()
        self._search = re.compile(pattern).search

    def __missing__(self, value: str) -> bool:
        found = self._search(value) is not None
        if len(value) <= VALUE_CHARS_KEPT:
            if len(self) >= VALUES_KEPT:
                self.clear()
            self[value] = found
        return found


def _patterns(conditions: str, literals: Sequence[str]) -> dict[_Names, list[str]] | None:
    """The patterns one of which must be found, by the attributes whose first is looked at; None when not understood."""
    patterns: dict[_Names, list[str]] = {}
    for each in conditions.split(" or "):
        condition = _CONDITION.fullmatch(each)
        if condition is None:
            return None
        names = tuple((condition["is"] or condition["where"]).replace("@", "").split("|"))
        patterns.setdefault(names, []).append(_pattern(condition, literals))
    return patterns


def _pattern(condition: re.Match[str], literals: Sequence[str]) -> str:
    """A condition on an attribute's value as a regular expression."""
    if condition["is"]:
        return rf"\A{re.escape(literals[int(condition['value'])])}\Z" if condition["value"] else ""
    what = literals[int(condition["what"])]
    if condition["how"] == "re:test":
        return f"(?i:{what})" if condition["flag"] else f"(?:{what})"
    if condition["translated"]:
        old, new = literals[int(condition["from"])], literals[int(condition["to"])]
        return "".join(_one_of(char, old, new) for char in what)
    return (r"\A" if condition["how"] == "starts-with" else "") + re.escape(what)


def _one_of(char: str, old: str, new: str) -> str:
    """The characters that become one when those of `old` are translated into those of `new`."""
    before = ({char} - set(old)) | {each for each, becomes in zip(old, new, strict=True) if becomes == char}
    return f"[{''.join(map(re.escape, sorted(before)))}]" if before else "(?!)"

"""Filters over a shard's columns, as `words > 200 and licence in ('CC0-1.0', 'CC-BY-4.0')`: read by us, done by Arrow.

A filter is comparisons of a column with a value (`=`, `!=`, `<`, `<=`, `>`, `>=`, `in (…)`, `is null`), joined by `and`
and `or`, turned by `not`, in parentheses. Texts stand in quotes, a quote inside is doubled; days are texts such as
'2025-12-31'. As in SQL, a comparison with nothing is neither true nor false, and such rows are left out. Nothing else
is understood.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from corpus.errors import FilterError

CHARS_MAX = 10_000
"""Longest filter: a list of some hundred sources fits."""

DEPTH_MAX = 50
"""Deepest nesting: Python's own stack holds many times as much."""

_INTEGER_CHARS_MAX = 18
"""Whole numbers of more digits are taken as fractions are, since the longest do not fit 64 bits."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)"""
    r"""|(?P<sign><=|>=|!=|<>|==|[=<>(),])|(?P<word>[A-Za-z_]\w*))"""
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_WORDS = {"and", "or", "not", "in", "is", "null", "true", "false"}

Value: TypeAlias = str | int | float | bool | date


def expression(text: str, schema: pa.Schema) -> pc.Expression:
    """Read a filter for rows of a schema. Raises FilterError, which says where it is wrong, or names the columns."""
    reader = _Reader(text, schema)
    read: pc.Expression = reader.any_of(0)
    reader.end()
    return read


def columns(text: str) -> frozenset[str]:
    """Return the columns that a filter names, whatever they are. Raises FilterError when it cannot be read."""
    reader = _Reader(text, None)
    reader.any_of(0)
    reader.end()
    return frozenset(reader.named)


def check_filter(text: str, kinds: Mapping[str, str]) -> None:
    """Make sure that a filter can be read, and fits columns of these Arrow types, by name; of none it is only read.

    Raises FilterError.
    """
    if kinds:
        expression(text, pa.schema([(name, _type(kind)) for name, kind in kinds.items()]))
    else:
        columns(text)


class _Reader:
    """Reads a filter from left to right, by recursive descent; without a schema no value is held against a column."""

    def __init__(self, text: str, schema: pa.Schema | None) -> None:
        if len(text) > CHARS_MAX:
            raise FilterError(f"a filter of {len(text):,} characters is longer than the {CHARS_MAX:,} that are read")
        self._tokens, self._place, self._schema = _tokens(text), 0, schema
        self.named: set[str] = set()

    def any_of(self, depth: int) -> pc.Expression:
        """Terms joined by `or`."""
        if depth > DEPTH_MAX:
            raise FilterError(f"a filter nests {DEPTH_MAX} deep at most")
        found = self._all_of(depth)
        while self._took("or"):
            found |= self._all_of(depth)
        return found

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self._place < len(self._tokens):
            raise self._wrong("and or or")

    def _all_of(self, depth: int) -> pc.Expression:
        found = self._term(depth)
        while self._took("and"):
            found &= self._term(depth)
        return found

    def _term(self, depth: int) -> pc.Expression:
        if self._took("not"):
            if depth > DEPTH_MAX:
                raise FilterError(f"a filter nests {DEPTH_MAX} deep at most")
            return ~self._term(depth + 1)
        if self._took("("):
            found = self.any_of(depth + 1)
            self._expect(")")
            return found
        return self._comparison()

    def _comparison(self) -> pc.Expression:
        kind, name = self._next("a column")
        if kind != "word" or name.lower() in _WORDS:
            self._place -= 1
            raise self._wrong("a column")
        self.named.add(name)
        column, arrow = self._column(name)
        if self._took("is"):
            present = self._took("not")
            self._expect("null")
            return column.is_valid() if present else column.is_null()
        negated = self._took("not")
        if negated or self._peek() == "in":
            self._expect("in")
            inside = pc.if_else(column.is_valid(), column.isin(self._values(name, arrow)), pa.scalar(None, pa.bool_()))
            return ~inside if negated else inside
        sign = self._next("a comparison")[1]
        if sign not in _COMPARE:
            self._place -= 1
            raise self._wrong("a comparison, such as = or >")
        return _COMPARE[sign](column, pc.scalar(self._value(name, arrow)))

    def _values(self, name: str, arrow: pa.DataType | None) -> pa.Array:
        self._expect("(")
        values = [self._value(name, arrow)]
        while self._took(","):
            values.append(self._value(name, arrow))
        self._expect(")")
        if arrow is None:
            return pa.nulls(0)
        if pa.types.is_integer(arrow):  # of whole numbers and fractions all are told as fractions
            fractions = any(isinstance(value, float) for value in values)
            return pa.array([float(str(value)) for value in values] if fractions else values)
        return pa.array(values, arrow)

    def _value(self, name: str, arrow: pa.DataType | None) -> Value:
        kind, token = self._next("a value")
        if kind == "text":
            value: Value = token[1:-1].replace(token[0] * 2, token[0])
        elif kind == "number":
            value = float(token) if set(token) & set(".eE") or len(token) > _INTEGER_CHARS_MAX else int(token)
        elif token.lower() in {"true", "false"}:
            value = token.lower() == "true"
        else:
            self._place -= 1
            raise self._wrong("a value: a number, or a text in quotes")
        return value if arrow is None else _fitting(name, arrow, value)

    def _column(self, name: str) -> tuple[pc.Expression, pa.DataType | None]:
        """A column as its values, also where a dictionary holds them."""
        if self._schema is None:
            return pc.field(name), None
        if name not in self._schema.names:
            raise FilterError(f"there is no column {name}: {', '.join(self._schema.names)}")
        arrow = self._schema.field(name).type
        if pa.types.is_dictionary(arrow):
            return pc.field(name).cast(arrow.value_type), arrow.value_type
        return pc.field(name), arrow

    def _peek(self) -> str:
        return self._tokens[self._place][1].lower() if self._place < len(self._tokens) else ""

    def _took(self, token: str) -> bool:
        taken = self._peek() == token
        self._place += taken
        return taken

    def _expect(self, token: str) -> None:
        if not self._took(token):
            raise self._wrong(token)

    def _next(self, what: str) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            raise self._wrong(what)
        self._place += 1
        return self._tokens[self._place - 1]

    def _wrong(self, wanted: str) -> FilterError:
        before = " ".join(token for _, token in self._tokens[max(0, self._place - 5) : self._place])
        found = self._tokens[self._place][1] if self._place < len(self._tokens) else "the end"
        return FilterError(f"the filter has {found[:80]} behind {before[:200] or 'its beginning'!r}: expected {wanted}")


def _tokens(text: str) -> list[tuple[str, str]]:
    """The kinds and texts of what a filter is made of. Raises FilterError at what is nothing."""
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise FilterError(f"the filter cannot be read from {text[place:].strip()[:80]!r} on: is a quote missing?")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    return tokens


def _type(kind: str) -> pa.DataType:
    """The Arrow type that a manifest calls so; that of nothing for what is nested, which no value fits either."""
    try:
        return pa.type_for_alias(kind)
    except ValueError:
        return pa.null()


def _fitting(name: str, arrow: pa.DataType, value: Value) -> Value:
    """A value as a column of a type has it. Raises FilterError when none of its values is such."""
    types = pa.types
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    if (types.is_integer(arrow) or types.is_floating(arrow)) and numeric:
        return value
    if (types.is_string(arrow) or types.is_large_string(arrow)) and isinstance(value, str):
        return value
    if types.is_boolean(arrow) and isinstance(value, bool):
        return value
    if types.is_date(arrow) and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise FilterError(f"{name} is a day: write it as '2025-12-31', not {value!r}") from None
    raise FilterError(f"{name} is of the kind {arrow}, which {value!r} is not, or which cannot be compared")

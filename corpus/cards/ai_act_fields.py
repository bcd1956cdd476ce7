"""The fields of the summary of `ai_act`, how far each is filled, and a provider's own answers put into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

Answer: TypeAlias = str | tuple[str, ...]
"""What stands in a field: a text, or a list."""


class State(StrEnum):
    """How far a field is filled."""

    FILLED = "filled"
    OPEN = "to be provided"
    NONE = "not applicable"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the template: its number, a key for programs, its name, what stands in it, how far it is filled."""

    number: str
    key: str
    label: str
    value: Answer = ""
    state: State = State.FILLED


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the template."""

    number: str
    title: str
    fields: tuple[Field, ...]


def answered(sections: Sequence[Section], answers: Mapping[str, Answer]) -> tuple[Section, ...]:
    """The summary with a provider's own answers, by the fields' keys; `not applicable` is an answer too.

    Raises ValueError for a key that no field has, and for a field that the corpus has filled: that is corrected there.
    """
    fields = {field.key: field for section in sections for field in section.fields}
    unknown = sorted(answers.keys() - fields.keys())
    if unknown:
        raise ValueError(f"no field is called {', '.join(unknown)}")
    known = sorted(key for key in answers if fields[key].state is not State.OPEN)
    if known:
        raise ValueError(f"{', '.join(known)}: not to be provided, as the corpus says it")
    return tuple(
        replace(section, fields=tuple(_answered(field, answers.get(field.key)) for field in section.fields))
        for section in sections
    )


def _answered(field: Field, answer: Answer | None) -> Field:
    if answer is None:
        return field
    if answer == State.NONE.value:
        return replace(field, state=State.NONE)
    return replace(field, value=answer, state=State.FILLED)

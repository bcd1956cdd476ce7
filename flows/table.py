"""What the tables of a source's file have in common, and the one that two of them have: which field holds what."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from crawler.fields import Fields

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Column = Annotated[str, Field(pattern=r"\S|^$")]

_NAMES = Fields()


class Table(BaseModel):
    """A table of a file: no unknown keys, nothing converted from one type to another, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: object) -> object:
        if any(isinstance(each, str) and "\0" in each for each in (value if isinstance(value, tuple) else [value])):
            raise ValueError("it has a character of no text, \\u0000, which PostgreSQL cannot keep: take it out")
        return value


class Columns(Table):
    """Which column or key of a row holds what."""

    text: Annotated[Text, Field(description="The column or key with the text; a dot leads into an object of JSON.")] = (
        _NAMES.text
    )
    id: Annotated[Column, Field(description="What tells one text from another for good; empty when nothing does.")] = (
        _NAMES.id
    )
    url: Annotated[Column, Field(description="The text's address on the web, on one of `hosts` in [crawl].")] = ""
    title: Annotated[Column, Field(description="The text's title.")] = ""
    author: Annotated[Column, Field(description="Who wrote it.")] = ""
    published: Annotated[Column, Field(description="When it was published.")] = ""
    licence: Annotated[Column, Field(description="The licence each row states for itself.")] = ""

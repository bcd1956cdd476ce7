"""Where rows of texts, delivered or listed, hold what: a map from what we ask for to their own names."""

from dataclasses import dataclass
from enum import StrEnum


class TextType(StrEnum):
    """What is in the text field of rows."""

    PLAIN = "text/plain"
    MARKDOWN = "text/markdown"
    WIKI = "text/x-wiki"
    HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Fields:
    """Which column or key of rows holds what; empty: none does. A dot leads into an object of JSON.

    `type` is what the text itself is written in.
    """

    text: str = "text"
    id: str = "id"
    url: str = ""
    title: str = ""
    author: str = ""
    published: str = ""
    licence: str = ""
    type: TextType = TextType.PLAIN

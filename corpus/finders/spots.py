"""A spot: where a number begins, and all that its surroundings say of it."""

import re
from dataclasses import dataclass
from functools import cached_property

from corpus.finders.cues import CUE_CHARS, SILENCE, SPACE, Cue, cue_behind, cue_in, line_before
from corpus.finders.names import ends_in_name
from corpus.finders.tables import Tables
from corpus.finders.words import Says

_TOKEN_CHARS = 200
"""Longer addresses of pages are cut before the number that asks."""

_CHAIN = re.compile(rf"(?:{SPACE}|[,/;·&|()\t-]|–|og|eller|samt|alternativt){{1,8}}")
_CELL = re.compile(r"[|;\t\n]")
_WORD_BEFORE = re.compile(r"(?<![\w-])(?:[^\W\d_]+-)?[^\W\d_]*[a-zæøå]{2}$")
_ONE_MORE = re.compile(r"/(?:[0-9]{8}(?!\w)|[0-9]{6}-?[0-9]{4}(?!\w)|[0-9]{2}(?: [0-9]{2}){3}|[0-9]{4} [0-9]{4})")
_UNFREE = "€$£#§=&%@+"
_IN_URL = re.compile(r"://|^www\.|[?&]\w+=|\.\w{2,3}/")


@dataclass(frozen=True, slots=True)
class Past:
    """Where the last finding ended, and what it was; nothing before it speaks for what follows."""

    end: int = 0
    says: Says = Says.NOTHING


class Spot:
    """A group of digits that begins at `at` in `text`, with `past` before it."""

    def __init__(self, text: str, at: int, past: Past, tables: Tables) -> None:
        self.text, self.at, self.past = text, at, past
        self._tables = tables

    @cached_property
    def before(self) -> str:
        """What stands before it and may say what it is; see `line_before`."""
        return line_before(self.text, self.at, self.past.end)

    @property
    def in_table(self) -> bool:
        """Whether the head of a column says what it is."""
        return self._tables.cue(self.at) is not SILENCE

    @cached_property
    def cue(self) -> Cue:
        """What it is said to be: by the nearest word, by the number before it in a chain, by the head of its column."""
        headed = self._tables.cue(self.at)
        reach = max(self.past.end, self.at - CUE_CHARS)
        said = cue_in(self.before if headed is SILENCE else _CELL.split(self.text[reach : self.at])[-1])
        if said.says is not Says.NOTHING:
            return said
        if headed is not SILENCE:
            return headed
        return Cue(self.past.says, adjacent=True) if self.is_chained else SILENCE

    @cached_property
    def is_chained(self) -> bool:
        """Whether it follows what was found last as one more thing of a list."""
        return self.past.says is not Says.NOTHING and _CHAIN.fullmatch(self.text, self.past.end, self.at) is not None

    @cached_property
    def follows_name(self) -> bool:
        """Whether a person's name stands directly before it."""
        return ends_in_name(self.before)

    def behind(self, end: int) -> Cue:
        """What is said behind it, when it ends at `end`."""
        return cue_behind(self.text, end)

    @cached_property
    def glued(self) -> str:
        """The characters it is glued to on the left: of letters, dots, hyphens, slashes; empty when it stands free."""
        start = self.at
        while start > self.past.end and self.at - start < _TOKEN_CHARS and not self.text[start - 1].isspace():
            start -= 1
        return self.text[start : self.at].rpartition("⟩")[2]

    @cached_property
    def stands_free(self) -> bool:
        """Whether a number may begin here: not within a word, a longer number, an amount or the address of a page."""
        glued = self.glued
        if not any(char.isalnum() for char in glued):
            return not glued or glued[-1] not in _UNFREE
        if _IN_URL.search(glued) and not glued.startswith(("tel:", "sms:")):
            return glued[-1] == "=" and self.cue.adjacent and self.cue.says in (Says.CPR, Says.PHONE)
        if self.cue.adjacent and self.cue.says is not Says.OTHER and not glued[-1].isdigit():
            return True
        last, rest = glued[-1], glued[:-1]
        if last in "-–/.,":
            return not rest[-1].isdigit() and last not in "-–" and rest[-1] not in "._-/"
        return last in "([{<\"'»«“”|*•:;)!?>✆☎"

    @cached_property
    def follows_word(self) -> bool:
        """Whether it is glued to the end of an ordinary word, as where a blank was lost."""
        return _WORD_BEFORE.search(self.glued) is not None

    def ends_free(self, end: int) -> bool:
        """Whether a number may end at `end`: no digit, decimals, or code goes on behind."""
        after = self.text[end : end + 4]
        if not after or after[0].isspace():
            return True
        if after[0].isdigit() or (after[0] in "-–/.,_:" and after[1:2].isdigit()):
            return _ONE_MORE.match(self.text, end) is not None
        if after[0].isalpha():
            return after[1:3].isalpha() or len(after) < 2
        if after[0] in "_<":
            return not after[1:2].isalnum()
        return after[0] not in "=%$€£@" and not (after[0] in "-/" and after[1:2].isalpha())

"""What somebody looks up, read from what they wrote: a domain, a folder, an address, a title, an author or a number."""

from collections.abc import Callable
from enum import StrEnum

from ledger.portal.languages import N_
from ledger.targets import Target, TargetKind


class Ask(StrEnum):
    """What is looked for; `ANY` leaves it to what was written."""

    ANY = "any"
    DOMAIN = "domain"
    URL = "url"
    TITLE = "title"
    AUTHOR = "author"
    ISBN = "isbn"


ASKED = {
    Ask.ANY: N_("Guess from what I write"),
    Ask.DOMAIN: N_("A domain or a folder on it"),
    Ask.URL: N_("The address of one page"),
    Ask.TITLE: N_("A title"),
    Ask.AUTHOR: N_("An author, by the whole name"),
    Ask.ISBN: N_("An ISBN or ISSN"),
}
"""What each kind of question is called."""

QUERY_CHARS_MAX = 500
"""Longest question; an address that is longer is found by its domain."""

_KINDS = {
    Ask.DOMAIN: (TargetKind.PATH, TargetKind.DOMAIN),
    Ask.URL: (TargetKind.DOCUMENT,),
    Ask.TITLE: (TargetKind.TITLE,),
    Ask.AUTHOR: (TargetKind.AUTHOR,),
    Ask.ISBN: (TargetKind.ISBN, TargetKind.ISSN),
}
"""What each question may name; of several the first that it can be read as."""

_GUESSED = ((Ask.URL,), (Ask.ISBN,), (Ask.DOMAIN,), (Ask.TITLE, Ask.AUTHOR))
"""What is tried where nobody says; the first that can be read as such is meant."""


def targets_of_question(text: str, ask: Ask, canonical: Callable[[str], str]) -> tuple[Target, ...]:
    """Return what a question names, several where it may be a title or an author; nothing where it is none of its kind.

    `canonical` gives the one spelling of an address, or nothing. An address is asked for by http and by https, as it
    was written first: people do not look which it was.
    """
    return tuple(both for target in _meant(text, ask, canonical) for both in _by_both(target))


def _by_both(target: Target) -> tuple[Target, ...]:
    scheme, mark, place = target.value.partition("://")
    if target.kind is not TargetKind.DOCUMENT or not mark:
        return (target,)
    return (target, Target(TargetKind.DOCUMENT, f"{'http' if scheme == 'https' else 'https'}://{place}"))


def _meant(text: str, ask: Ask, canonical: Callable[[str], str]) -> tuple[Target, ...]:
    if len(text) > QUERY_CHARS_MAX:
        return ()
    if ask is not Ask.ANY:
        found = _read(text, ask, canonical)
        return (found,) if found else ()
    for group in _GUESSED:
        targets = [target for each in group if (target := _read(text, each, canonical))]
        if targets and (group != (Ask.DOMAIN,) or " " not in text.strip()):
            return tuple(targets)
    return ()


def _read(text: str, ask: Ask, canonical: Callable[[str], str]) -> Target | None:
    written = text.strip()
    if ask is Ask.URL and written.startswith(("http://", "https://")):
        written = canonical(written)
    for kind in _KINDS[ask]:
        try:
            target = Target.of(kind, written)
        except ValueError:
            continue
        return None if "\0" in target.value else target  # no address has one, and PostgreSQL takes none
    return None

"""Street addresses beside a person's name: the street, the number, the floor, the postcode and the town.

An address alone is a place and stays, and so does one beside a firm's or an office's name. Streets are known by their
ending, persons by `corpus.finders.names`; between the two stands punctuation, a line's end, or a word for living there.
The name stays.
"""

import re

from corpus.finders.findings import Finding, Kind
from corpus.finders.names import NAME, is_person
from corpus.finders.spots import Past
from corpus.finders.words import Says, words_of

STREET_ENDINGS = tuple(
    words_of(
        """ager ageren alle allen allè allé bakke bakken banen boulevard boulevarden bredden brinken brygge bryggen
        brynet buen bækken dal dalen dammen diget engen gade gaden gd. gyde gyden gården have haven hegnet
        holmen hækken høj højen kaj kajen kanten kilen klinten kobbel krogen kvarteret kæret leddet lien lund lunden
        lyngen løkke løkken lykken marken mosen møllen odden park parken passage plads pladsen ringen rækken ryggen
        skellet skoven skrænten sletten slippen sti stien stræde strøget stykket svinget terrassen terrasserne toften
        torv torvet v. vang vangen vej vejen vold volden vænge vænget åen åsen"""
    )
)
"""How names of Danish streets end."""

_CHARS_BEFORE = 110
"""A name, "der bor på", and a street of three words."""

_STREET_WORDS_MAX = 4
"""As in Niels Juels Gade, or Gammel Køge Landevej, and one more."""

_SET_OFF = re.compile(r"[,;:|(\n\t]")
_PART_OF_NAME = re.compile(
    r"gammel|gamle|gl\.?|ny|nye|nørre|vester|sønder|øster|store|lille|sankt|sct\.?|skt\.?|h\.c\.|kong|dronning|prins"
    r"|prinsesse|over|neder|nordre|søndre|østre|vestre|ved|den|de",
    re.IGNORECASE,
)
_LINK = (
    r"(?:[ \u00a0]?[,;:|(–\t-]{1,2}[ \u00a0]?|[ \u00a0]?\|[ \u00a0]?|\s{1,3}|,?[ \u00a0](?:(?:som|der|og|nu|han|hun"
    r"|i dag|har|med|er)[ \u00a0]){0,3}"
    r"(?:bor(?:ende)?|boede|bopæl|bosat|flyttede?|flyttet|adresse(?:n)?|privatadresse|hjemmeadresse|født|fra"
    r"|tilmeldt|folkeregisteradresse|lejer|ejer)"
    r"(?:[ \u00a0](?:på|i|til|ind|adressen|nu|er|dag|lejligheden|huset|for)|:){0,3}[ \u00a0]|[ \u00a0](?:på|i"
    r"|fra)[ \u00a0](?:adressen[ \u00a0])?"
    r"|[.,]?\s{0,2}(?i:privat|bopæl|adresse|adr\.?)[:.]?[ \u00a0])"
)
_ROLE = (
    r"(?:,?[ \u00a0]\(?(?:(?:næst)?formand|kasserer|sekretær|suppleant|(?:bestyrelses)?medlem|ejer|lejer|beboer|nabo"
    r"|ansøger|klager)\)?)"
)
_PERSON = re.compile(rf"(?<![\w.])({NAME})(?:[ \u00a0]\(?\d{{1,3}}(?:[ \u00a0]år)?\)?)?{_ROLE}?{_LINK}$")
_SIDE = r"(?:t\.?v|t\.?h|mf|midt|dør[ ][0-9]{1,4}|lejl\.?[ ][0-9]{1,4})\b\.?"
_REST = re.compile(
    r"[0-9]{1,3}(?:[ \u00a0]?(?!i\b)[A-ZÆØÅa-z](?!\w))?"
    rf"(?:,?[ \u00a0]{{0,2}}(?:(?:[0-9]{{1,2}}\.?|st\.?|stuen|kld?\.?)[ ,\u00a0]{{0,2}}(?:sal)?[ ,\u00a0]{{0,2}}{_SIDE}"
    r"|[0-9]{1,2}\.[ ]?sal\b|[0-9]{1,2}\.(?=[,\n])|st\.|stuen\b|kl\.))?"
    r"(?:\s{0,2}[,·|–-]?\s{0,2}(?:DK[ -]?)?[0-9]{4}[ \u00a0]{1,2}[A-ZÆØÅ][\wæøå-]+(?:[ ](?:[CKNSVØM]|NV|SV|NØ|SØ)\b)?)?"
)
_LAST_WORDS = (*STREET_ENDINGS, *(" " + ending.capitalize() for ending in STREET_ENDINGS))


def find_address(text: str, at: int, past: Past) -> Finding | None:
    """The address whose house number begins at `at`, when a person's name or CPR number stands before it."""
    if not text.endswith(_LAST_WORDS, max(past.end, at - 24), at - 1):
        return None
    before = text[max(past.end, at - _CHARS_BEFORE) : at]
    words = _SET_OFF.split(before)[-1].lstrip().split(" ")[:-1]
    follows_cpr = past.says is Says.CPR and len(before) == at - past.end
    least = 2 if words and words[-1].lower() in STREET_ENDINGS else 1
    for count in range(least, min(len(words), _STREET_WORDS_MAX) + 1):
        if not words[-count][:1].isupper() or (count < len(words) and _PART_OF_NAME.fullmatch(words[-count - 1])):
            continue
        street = len(" ".join(words[-count:])) + 1
        own = before[:-street]
        if _ends_in_person(own) or (follows_cpr and not any(char.isalnum() for char in own)):
            return _whole(text, at - street, at)
    return None


def _ends_in_person(before: str) -> bool:
    person = _PERSON.search(before)
    return person is not None and is_person(person.group(1))


def _whole(text: str, start: int, at: int) -> Finding | None:
    """The address from its street at `start` to its town, or as far as it is told; its number stands at `at`."""
    match = _REST.match(text, at)
    if match is None or text[match.end() : match.end() + 1].isdigit():
        return None
    return Finding(start, match.end(), Kind.ADDRESS)

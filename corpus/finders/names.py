"""Names of people, as far as an address or a number needs one beside it: two to four words that begin with capitals.

Names alone are not personal data here, and stay: people in public roles are named in most texts worth having. A word
that speaks of a firm, an office or a place makes it no person's name.
"""

import re

_WORD = r"(?:[A-ZÆØÅÉÖÄ][a-zæøåéèüöäáíóúñ']+(?:-[A-ZÆØÅÉÖÄ]?[a-zæøåéèüöäáíóúñ']+)?)"
NAME = rf"{_WORD}(?:[ \u00a0](?:{_WORD}|[A-ZÆØÅ]\.|von|van|de|af|el|al)){{0,3}}[ \u00a0]{_WORD}"
"""Two to five words: given names, initials, particles, a family name."""

_ENDS_IN_NAME = re.compile(rf"(?<!\w)({NAME})[\s,:;(|/*_–-]{{1,5}}$")
_NO_PERSON = re.compile(
    r"^(?:den|det|de|en|et|vores|sankt|sct|skt)\b"
    r"|\b(?:a/s|aps|i/s|k/s|p/s|ivs|a\.?m\.?b\.?a|g/s|holding|group|\w*firma\w*|\w*selskab\w*|\w*forening\w*|fond\w*"
    r"|\w*klub|\w*klubben|klub\w*|bank\w*|\w*butik|\w*butikken|butik\w*"
    r"|kommune\w*|region\w*|ministeri\w*|\w*styrelse\w*|\w*direktorat\w*|\w*r[åa]d|\w*n[æe]vn|\w*skole\w*"
    r"|\w*universitet\w*|\w*gymnasi\w*"
    r"|\w*bibliotek\w*|\w*museum|\w*museet|\w*hospital\w*|\w*sygehus\w*|\w*klinik\w*|\w*center|\w*centret"
    r"|\w*centeret|\w*hus|\w*huset|\w*kirke\w*"
    r"|\w*hotel\w*|\w*kro|caf[ée]\w*|restaurant\w*|\w*apotek\w*|\w*teater|\w*teatret|politi\w*|\w*ret|retten"
    r"|domstol\w*|\w*forlag\w*|\w*avis\w*"
    r"|\w*tidende|byg\w*|service\w*|transport\w*|vvs|el|auto\w*|danmark|danske?|dansk|nordisk|adresse|telefon"
    r"|kontakt|mail|mobil|besøg\w*|åben\w*"
    r"|rapport|version|side|bilag|tabel|figur|kapitel|konto|ordre|faktura|vare\w*|model|serie|sag\w*|nummer|cpr|cvr"
    r"|isbn|ean|lov|københavn\w*"
    r"|aarhus|århus|odense|aalborg|esbjerg|randers|vej|gade|allé|plads)\b",
    re.IGNORECASE,
)


def is_person(words: str) -> bool:
    """Whether words that look like a name are one, and not a firm's, an office's or a label."""
    return _NO_PERSON.search(words) is None


def ends_in_name(before: str) -> bool:
    """Whether a person's name stands at the end of `before`, with a comma, a bracket or a line's end behind it."""
    match = _ENDS_IN_NAME.search(before)
    return match is not None and is_person(match.group(1))

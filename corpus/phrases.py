"""Phrases that give a page away: reports of errors, consent and sharing, filler text, signs of a wrong decoding.

A phrase is only looked for where one of its anchors stands: plain strings, in lower case, that a search for them is
fast. Who adds a phrase adds an anchor, unless it holds one.
"""

import re

ERROR_WORDS_MAX = 150
"""Longer pages explain errors rather than report one."""

WORDS_PER_ERROR_PHRASE = 40
"""An error page says little else; one phrase in more words than this is a sentence of something longer."""

_ERROR = re.compile(
    r"(?:siden|side|dokumentet|artiklen) (?:\w+ ){0,6}?(?:blev |kunne |er )?ikke (?:\w+ )?(?:fundet|findes?|længere)"
    r"|(?:findes|eksisterer) (?:desværre )?ikke (?:længere|mere)|ikke findes? (?:siden|den side)|siden findes ikke"
    r"|ikke (?:finde|fundet) (?:siden|den side)|\b(?:fejl|error)(?:kode)? ?[45]\d\d\b"
    r"|\b[45]\d\d[ :–-]+(?:fejl|error|not found|forbidden)"
    r"|page not found|not found on this server|internal server error|service unavailable|bad gateway|access denied"
    r"|(?:har )?ikke adgang til|adgang (?:nægtet|forbudt)|(?:intern|uventet) (?:server)?fejl|serverfejl|opstået en fejl"
    r"|midlertidigt (?:utilgængelig|ude af drift|overbelastet)|prøv igen (?:senere|om)"
    r"|(?:flyttet|fjernet) eller slettet"
    r"|er (?:blevet )?(?:permanent )?fjernet|utilgængelig af juridiske"
    r"|(?:skal|kræver).{0,20}log(?:ge)?[ -]?(?:ind|på)\b"
    r"|(?:aktiver|slå|aktivere) ?javascript|javascript (?:er )?(?:slået fra|deaktiveret)|sendes videre|viderestilles?"
)

_ERROR_ANCHORS = (
    "fundet", "finde", "længere", "eksisterer", "fejl", "error", "not found", "forbidden", "unavailable", "gateway",
    "denied", "adgang", "midlertidigt", "prøv igen", "slettet", "fjernet", "juridiske", "log", "javascript", "videre",
)  # fmt: skip

_BOILERPLATE = re.compile(
    r"cookie|samtykke(?:r|t)? til|accept[eé]r(?:er)? (?:alle|brug)|kun nødvendige"
    r"|tilmeld (?:dig )?(?:vores )?nyhedsbrev"
    r"|alle rettigheder forbeholdes|all rights reserved|del (?:siden|på facebook)|skriv en kommentar|følg os på"
    r"|privatlivspolitik|persondatapolitik|handelsbetingelser"
    r"|e-mailadresse vil ikke blive publiceret|krævede felter|spring til indhold|læs også|mest læste"
    r"|fandt du det, du søgte|send til en ven"
    r"|vi (?:\w+ )?(?:behandler|indsamler|registrerer|opbevarer|videregiver) .{0,40}(?:oplysninger|persondata)"
    r"|dine (?:personoplysninger|persondata)|oplysninger om (?:din|dig)\b|du har .{0,30}ret til .{0,30}indsigt"
    r"|oplysningerne (?:bruges|anvendes|slettes|opbevares|videregives)"
    r"|terms of use|privacy policy"
)
_BOILERPLATE_ANCHORS = (
    "cookie", "samtykke", "accept", "kun nødvendige", "nyhedsbrev", "rettigheder forbeholdes", "rights reserved",
    "del siden", "del på", "en kommentar", "følg os", "politik", "handelsbeting", "blive publiceret", "krævede felter",
    "til indhold", "læs også", "mest læste", "fandt du", "til en ven", "oplysninger", "persondata", "indsigt",
    "terms of use", "privacy policy",
)  # fmt: skip

_SENTENCE = re.compile(r"[^.!?]+[.!?]*")
_PLACEHOLDERS = ("lorem ipsum", "dolor sit amet", "consectetur adipi")
_MOJIBAKE = re.compile("\ufffd|\u00c3[\u0080-\u00bf\u2020-\u2122\u0152-\u0192]|\u00e2\u20ac.|\u00c2[\u00a0-\u00bf]")
_MOJIBAKE_ANCHORS = ("\ufffd", "\u00c3", "\u00e2\u20ac", "\u00c2")


def error_share(lower: str, words: int) -> float:
    """Share of a text that phrases of error pages account for, each for WORDS_PER_ERROR_PHRASE words; at most 1.

    `lower` is the text in lower case; one of more than ERROR_WORDS_MAX words is no error page, and has 0.
    """
    if not 0 < words <= ERROR_WORDS_MAX or not any(anchor in lower for anchor in _ERROR_ANCHORS):
        return 0.0
    return min(1.0, len(_ERROR.findall(lower)) * WORDS_PER_ERROR_PHRASE / words)


def boilerplate_share(lower: str) -> float:
    """Share of a text's characters that stand in sentences of consent, sharing, policy and newsletter text.

    `lower` is the text in lower case. The policy lines of C4 are among them; they are counted, not cut.
    """
    anchors = [anchor for anchor in _BOILERPLATE_ANCHORS if anchor in lower]
    if not anchors:
        return 0.0
    lines = lower.split("\n")
    suspect = (line for line in lines if any(anchor in line for anchor in anchors))
    return sum(map(_boilerplate_chars, suspect)) / sum(map(len, lines))


def _boilerplate_chars(line: str) -> int:
    return sum(len(sentence) for sentence in _SENTENCE.findall(line) if _BOILERPLATE.search(sentence))


def placeholders(lower: str) -> int:
    """How often the filler of unfinished pages occurs; C4 (Raffel and others 2020) drops a page for one."""
    return sum(map(lower.count, _PLACEHOLDERS))


def code_lines_share(lower: str) -> float:
    """Share of a text's lines with a curly bracket or the word javascript (C4, Raffel and others 2020)."""
    if not ("{" in lower or "}" in lower or "javascript" in lower):
        return 0.0
    lines = lower.split("\n")
    flags = ["{" in line or "}" in line or "javascript" in line for line in lines]
    return sum(flags) / len(flags)


def mojibake_share(text: str) -> float:
    """Characters that a wrong decoding leaves behind, for each letter; at most 1."""
    if not any(anchor in text for anchor in _MOJIBAKE_ANCHORS):
        return 0.0
    return min(1.0, len(_MOJIBAKE.findall(text)) / max(1, sum(map(str.isalpha, text))))

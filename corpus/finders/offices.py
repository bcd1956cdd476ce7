"""What belongs to the public and stays: switchboards and function mailboxes of public offices, short public numbers.

The rule. A mailbox stays when both halves say so: its name is that of a function (post@, kontakt@, borgerservice@, the
office's own short name), and its domain is a public office's by its name or by the list below, or an office is named
before it, on its line or above its address. A number stays when the office is named directly before it, with nothing
between but words for telephone, the office's own address, mailbox and company number, or when it is called the
office's switchboard; a person's name between, or before the office's, takes it back. Whatever is doubtful is personal.
"""

import re

from corpus.finders.cues import line_before
from corpus.finders.findings import CLOSE
from corpus.finders.names import ends_in_name
from corpus.finders.words import words_of

_OFFICE = (
    r"(?:\b[A-ZÆØÅ][\wæøåÆØÅ-]+(?:[- ](?:og[- ])?[A-ZÆØÅ][\wæøåÆØÅ-]+){0,2} Kommunes?\b|\bRegion (?:Hovedstaden"
    r"|Sjælland|Syddanmark|Midtjylland|Nordjylland|Østdanmark)\b"
    r"|\b[A-ZÆØÅ]\w+styrelsen\b|\b\w+ministeriet\b|\bMinisteriet for [\w, ]{3,60}?(?=[\s,:;(.])|\bByretten\b"
    r"|\bRetten (?:i|på) [A-ZÆØÅ]\w+|\b(?:Øst|Vest)re Landsret\b"
    r"|\bHøjesteret\b|\bDomstolsstyrelsen\b|\b\w+ Politi\b|\bRigspolitiet\b|\b\w*[Bb]ibliotek(?:et|erne)?\b"
    r"|\bFolketinget\b|\bDatatilsynet\b|\b[A-ZÆØÅ]\w+tilsynet\b"
    r"|\bDanmarks Statistik\b|\bFolketingets Ombudsmand\b|\bUdbetaling Danmark\b)"
)
_OFFICE_NAMED = re.compile(_OFFICE)
_BEFORE_CHARS = 160
"""An office, its street, its town, its mailbox, its company number and a word for telephone."""

_LINE_CHARS = 120
"""How far before a mailbox an office that it belongs to is named, whatever stands between on its line."""

_APART = r"(?:[ \u00a0,:;(|*·•–-]|\r?\n){0,4}"
_WORDS = (
    r"(?i:har|kan|kontaktes|nås|ringes|op|til|på|via|borgerservice|hovednummer(?:et)?"
    r"|hovedtelefon|omstilling(?:en)?|telefon(?:nummer)?|telefonisk|tlf|tel|nr|nummer(?:et)?|er|vagtcentral(?:en)?"
    r"|kontaktcenter|reception(?:en)?|det|fælles)\b"
)
_ITS_OWN = (
    r"[A-ZÆØÅ][\w.æøå]*(?:[ -][A-ZÆØÅ]?[\w.]+){0,3} [0-9]{1,3}(?:-[0-9]{1,3})?[A-Z]?\b"
    r"|(?:DK[ -]?)?[0-9]{4} [A-ZÆØÅ]\w+(?: (?:[A-ZÆØÅ]\w*|i|på|og)\b){0,2}|Postboks [0-9]{1,5}"
    r"|(?i:e-?(?:mail|post)|mail)\b|[\w.-]{1,40}@[\w.-]{1,60}\w"
    r"|(?:CVR|EAN|SE)(?:[ -]?nr|[ -]?nummer)?[.:]{0,2} ?[0-9]{8}(?:[0-9]{5})?"
)
"""A street and its number, a town behind its postcode, a mailbox, a company number."""

_SWITCHBOARD = re.compile(
    rf"(?:(?P<office>{_OFFICE})|\b(?i:kommunen|regionen|styrelsen|ministeriet|retten|biblioteket|politiet)s\b)"
    rf"{_APART}(?:(?:{_WORDS}|{_ITS_OWN})\.?{_APART}){{0,9}}(?:\+45 ?)?[+(]?$"
)
_FUNCTIONS = words_of(
    """info post kontakt mail kommune kommunen region regionen borgerservice borger hovedpostkasse hovedpostkassen
    postkasse sikkerpost digitalpost reception receptionen sekretariat sekretariatet bibliotek biblioteket
    presse pressen journal journalen raadhus raadhuset rådhus administration administrationen dpo
    databeskyttelse databeskyttelsesraadgiver ministeriet styrelsen retten byretten politi vagtcentral arkiv
    stadsarkiv byraad byraadet byråd folketinget ft webmaster job kundeservice service henvendelse aktindsigt
    hoering høring kultur plan byggesag byggesager byg teknik miljoe miljø teknikogmiljoe natur klima trafik vej veje
    affald genbrug skole skoler dagtilbud pladsanvisning pladsanvisningen sundhed social jobcenter jobcentret valg
    folkeregister folkeregistret ydelser skat opkraevning opkrævning turisme erhverv beredskab whistleblower"""
)
_FUNCTION_ENDINGS = (
    "biblioteket",
    "bibliotek",
    "borgerservice",
    "sekretariatet",
    "forvaltningen",
    "forvaltning",
    "afdelingen",
)
_DOMAIN = re.compile(
    r"kommune|(?:^|[.-])region[a-z]*\.dk$|styrelse|ministeri|politi|domstol|bibliotek|(?:^|\.)folketinget|landsret"
    r"|hoejesteret|tilsynet"
)
_DOMAINS = words_of(
    """aabenraa aalborg aarhus aeroekommune albertslund alleroed assens ballerup billund brk brondby broenderslev
    dragoer egekom esbjerg faxekommune favrskov fredensborg fredericia frederiksberg frederikshavn gentofte
    gladsaxe glostrup greve gribskov guldborgsund haderslev halsnaes hedensted helsingor herlev herning hillerod
    hjoerring holb holbaek holstebro horsens horsholm htk hvidovre ikast-brande ishoj jammerbugt kalundborg
    kerteminde kk koege kolding laesoe langeland lejre lemvig lolland ltk mariagerfjord middelfart morsoe
    naestved norddjurs nordfynskommune nyborg odense odder odsherred randers rebild rksk ringsted rk rm rn rsyd
    roskilde rudersdal samsoe silkeborg skanderborg skivekommune slagelse solrod soroe stevns struer svendborg
    syddjurs sonderborg taarnby thisted toender vallensbaek varde vejen vejle vesthimmerland viborg vordingborg
    regionh regionsjaelland um fm jm sum uvm ufm kum kefm mst fvm em bm trm skm im isim stm fmn bufm sst ssi dst
    skat sktst toldst ankestyrelsen atp politi anklagemyndigheden domstol datatilsynet rigsrevisionen
    ombudsmanden ft borger virk nyidanmark sik retsinformation dmi geus kb naevneneshus rigsarkivet sa slks fvst
    lbst dma sdfi digst kfst erst star sbst trafikstyrelsen vd bane dsb"""
)
"""Second-level names under .dk of municipalities, regions, ministries and offices that do not say what they are."""


_HINTS = (
    "ommune",
    "egion",
    "tyrelse",
    "inist",
    "ette",
    "oliti",
    "ibliotek",
    "olketing",
    "ilsyn",
    "Danmark",
    "Højeste",
    "Landsret",
)
"""A part of each office's name: what has none of them names none, and is asked no more."""


def is_offices_own(text: str, at: int, floor: int) -> bool:
    """Whether what begins at `at` is an office's own that is named before it, behind `floor` and any placeholder."""
    before = text[max(floor, at - _BEFORE_CHARS) : at]
    before = before[max(before.rfind(CLOSE), before.rfind("\n\n")) + 1 :]
    if not _may_name_office(before):
        return False
    named = _SWITCHBOARD.search(before)
    return named is not None and (named["office"] is None or not ends_in_name(before[: named.start()]))


def is_function_mailbox(mailbox: str, text: str, at: int) -> bool:
    """Whether a mailbox that begins at `at` is a public office's and no person's."""
    local, domain = (part.strip() for part in mailbox.lower().split("@", 1))
    labels = domain.split(".")
    if not (local in _FUNCTIONS or local in labels[:-1] or local.endswith(_FUNCTION_ENDINGS)):
        return False
    if (labels[-1] == "dk" and labels[-2] in _DOMAINS) or _DOMAIN.search(domain):
        return True
    line = line_before(text, at, 0, _LINE_CHARS)
    return (_may_name_office(line) and _OFFICE_NAMED.search(line) is not None) or is_offices_own(text, at, 0)


def _may_name_office(before: str) -> bool:
    return any(hint in before for hint in _HINTS)

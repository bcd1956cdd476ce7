"""What belongs to the public and stays: switchboards and function mailboxes of public offices, short public numbers.

The rule. A mailbox stays when both halves say so: its name is that of a function (post@, kontakt@, borgerservice@, the
office's own short name), and its domain is a public office's by its name or by the list below, or an office is named
before it on the line. A number stays when the office is named directly before it, with nothing between but words for
telephone, or when it is called the office's switchboard; a person's name between takes it back. Whatever is doubtful
is personal.
"""

import re

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
_SWITCHBOARD = re.compile(
    rf"(?:{_OFFICE}|\b(?i:kommunen|regionen|styrelsen|ministeriet|retten|biblioteket|politiet)s\b)"
    r"[\s,:;(|*–-]{0,4}(?i:(?:har|kan|kontaktes|nås|ringes|op|til|på|via|borgerservice|hovednummer(?:et)?"
    r"|hovedtelefon|omstilling(?:en)?|telefon(?:nummer)?|telefonisk|tlf|tel|nr|nummer(?:et)?|er|vagtcentral(?:en)?"
    r"|kontaktcenter|reception(?:en)?|det|fælles)\b[\s.,:;(|*–-]{0,3}){0,7}(?:\+45 ?)?$"
)
_FUNCTIONS = words_of(
    """info post kontakt mail kommune kommunen region regionen borgerservice borger hovedpostkasse hovedpostkassen
    postkasse sikkerpost digitalpost reception receptionen sekretariat sekretariatet bibliotek biblioteket
    presse pressen journal journalen raadhus raadhuset rådhus administration administrationen dpo
    databeskyttelse databeskyttelsesraadgiver ministeriet styrelsen retten byretten politi vagtcentral arkiv
    stadsarkiv byraad byraadet byråd folketinget ft webmaster job kundeservice service henvendelse aktindsigt
    hoering høring"""
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


def names_office(before: str) -> bool:
    """Whether a public office is named in `before`."""
    return any(hint in before for hint in _HINTS) and _OFFICE_NAMED.search(before) is not None


def is_switchboard(before: str) -> bool:
    """Whether a number behind `before` is the office's own."""
    return any(hint in before for hint in _HINTS) and _SWITCHBOARD.search(before) is not None


def is_function_mailbox(local: str, domain: str, before: str) -> bool:
    """Whether a mailbox is a public office's and no person's."""
    local, labels = local.lower(), domain.lower().split(".")
    if not (local in _FUNCTIONS or local in labels[:-1] or local.endswith(_FUNCTION_ENDINGS)):
        return False
    is_listed = labels[-1] == "dk" and labels[-2] in _DOMAINS
    return is_listed or _DOMAIN.search(domain.lower()) is not None or names_office(before)

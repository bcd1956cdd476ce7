"""A sentence for everything the ledger says in a word: fates, rules, rights, statements and how payment stands.

A rule with a mechanism behind a colon (`signal-reserved:tdmrep`) is told by its first part and the mechanism's name.
A new rule, mechanism or status fails a test until it has its sentence here.
"""

from ledger.bases import Basis
from ledger.licences import AssertionKind
from ledger.portal.languages import N_, translate
from ledger.records import DueStatus, SourceStatus
from ledger.signals import Mechanism, Verdict

FATES = {
    "released": N_("In use"),
    "duplicate": N_("Copy of another text"),
    "excluded": N_("Not used"),
    "held": N_("Held back"),
    "marked": N_("Not used"),
    "failed": N_("Not used"),
    "gone": N_("No longer used"),
}
"""What became of a text, in a word or two."""

FATE_COLOURS = {"released": "good", "held": "wait", "excluded": "no"}
"""The style of a fate's tag; others have none."""

RULES = {
    "case-acted": N_("Somebody with the right to it asked for it to be out, and it is."),
    "agreement": N_("It is used under an agreement with whoever holds the right."),
    "agreement-undated": N_(
        "The agreement has an embargo, and the text does not say when it was published. A person has to look."
    ),
    "agreement-model-licence": N_(
        "The agreement asks for a licence of the model that this model does not have. A person has to look."
    ),
    "agreement-embargo": N_("The text is younger than the agreement allows."),
    "source-reserved": N_("The rights holder of the whole source has said no."),
    "signal-reserved": N_(
        "The site has reserved its right against training. The reservation counts, so the text is not used."
    ),
    "signal-reserved-read": N_("A person has read what the site says, and found that it says no."),
    "case-open": N_(
        "Somebody has asked for it to be out, and the case is not settled yet. Until it is, the text is not used."
    ),
    "signal-malformed": N_(
        "The site says something about its rights that we cannot read with certainty. A person has to look."
    ),
    "signal-held": N_("The site says no in a way that a person has to look at before it is decided."),
    "licence-conflict": N_(
        "Different licences are given for the text, and they cannot all be right. A person has to settle it."
    ),
    "open-licence": N_("The text is under an open licence that permits the use."),
    "official-document": N_("The text is a public act, such as a law or a judgment, which copyright does not cover."),
    "tdm-no-reservation": N_(
        "The text was lawfully accessible on the open web, and we found no reservation against text and data mining."
    ),
    "contribution": N_(
        "Whoever holds the right handed the text over and said that it may be used, and a person has confirmed it."
    ),
    "reservations-unread": N_(
        "The text was delivered as a file, and reservations at its place are not read yet. Until then it is not used."
    ),
    "nothing-known": N_("We know of no right to use the text, so it is not used."),
    "out-of-scope": N_("The address lies outside what is collected from this source."),
    "evidence-too-old": N_(
        "The site's reservations were read too long ago. They have to be read again before the text may be used."
    ),
    "copy-of-reserved": N_(
        "The same text stands elsewhere with a reservation, and rights follow the text. A person has to look."
    ),
    "duplicate": N_("The same text is kept from another place; this copy is not used."),
    "withdrawn": N_("The text was withdrawn, and is kept out."),
    "copy-of-withdrawn": N_("The text is a copy of one that was withdrawn, and is kept out."),
}
"""Why a text is used or not, by the rule that decided."""

QUALITIES = {
    "extraction_timeout": N_("the page took too long to read"),
    "extraction_crashed": N_("the page could not be read"),
    "page_too_large": N_("the page is too large"),
    "prefiltered": N_("the page has hardly any text that could be Danish"),
    "extraction_empty": N_("no text of its own was found on the page"),
    "mojibake": N_("its letters came out wrong"),
    "error_page": N_("it is an error page"),
    "placeholder": N_("it is a page that only waits for content"),
    "boilerplate": N_("it is menus, notices and the like"),
    "too_short": N_("it is too short"),
    "too_long": N_("it is too long"),
    "language_unknown": N_("its language cannot be told"),
    "not_danish": N_("it is not in Danish"),
    "adult": N_("it is pornographic"),
    "spam": N_("it looks like spam"),
    "few_stop_words": N_("it has too few of the small words of running text"),
    "word_length": N_("its words are unusually short or long"),
    "non_alphabetic": N_("too many of its words have no letters"),
    "symbols": N_("it has too many symbols"),
    "code": N_("most of it is program code"),
    "bullet_lines": N_("most of it is lists"),
    "ellipsis_lines": N_("many of its lines are cut off"),
    "fragments": N_("it is fragments of other texts, as on a front page"),
    "short_lines": N_("most of its lines are very short"),
    "unpunctuated_lines": N_("most of its lines are no whole sentences"),
    "duplicate_lines": N_("many of its lines are repeated"),
    "duplicate_paragraphs": N_("many of its paragraphs are repeated"),
    "duplicate_ngrams": N_("it repeats itself"),
    "top_ngrams": N_("a few phrases make up much of it"),
}
"""What is wrong with a text that is kept out for its quality or language, as the end of a sentence."""

SETTLED_AT = {
    "licence-conflict": ("/hus/konflikter", N_("It is settled among the conflicts of licences.")),
    "case-open": ("/hus", N_("It waits for a case, and is settled there.")),
    "agreement-undated": (
        "/hus/aftaler",
        N_("It waits for an agreement without an embargo, or for a date on the page."),
    ),
    "agreement-model-licence": ("/hus/aftaler", N_("It waits for an agreement that fits, or for the model's licence.")),
    "nothing-known": ("/hus/aftaler", N_("It waits for a licence or an agreement.")),
    "reservations-unread": ("/hus/aftaler", N_("It waits for an agreement, or a licence that is confirmed.")),
    "copy-of-reserved": ("", N_("It waits for what is settled of the same text elsewhere, below.")),
    "evidence-too-old": ("", N_("It waits for the next crawl, which reads the site again.")),
    "signal-malformed": ("", N_("Read the statement below and say what it means.")),
    "signal-held": ("", N_("Read the statement below and say what it means.")),
}
"""Where what holds a text is settled, by rule: a page of the house, or this one, and how."""

CLOCK_SOURCES = {
    "the house's own": N_("our own"),
    "GDPR art. 12(3): one month from receipt, two further ones where it is complex and was told in the first": N_(
        "GDPR article 12(3): a month from receipt, and two more where it is complex and that was told in the first"
    ),
}
"""Whose terms a case's clock follows."""

BASES = {
    Basis.AGREEMENT: N_("agreement"),
    Basis.OPEN_LICENCE: N_("open licence"),
    Basis.OFFICIAL_DOCUMENT: N_("official document (section 9 of the Danish Copyright Act)"),
    Basis.TDM: N_("text and data mining (section 11 b of the Danish Copyright Act)"),
    Basis.CONTRIBUTION: N_("handed over by the rights holder"),
    Basis.NONE: N_("none"),
}
"""The right a text is used on."""

MECHANISMS = {
    Mechanism.ROBOTS: N_("robots.txt, our own name"),
    Mechanism.AI_AGENTS: N_("robots.txt, other training crawlers"),
    Mechanism.CONTENT_USAGE: N_("Content-Usage"),
    Mechanism.CONTENT_SIGNAL: N_("Content-Signal"),
    Mechanism.TDMREP: N_("TDMRep"),
    Mechanism.RSL: N_("RSL"),
    Mechanism.ROBOTS_META: N_("robots in the page or its header"),
    Mechanism.AI_TXT: N_("ai.txt"),
    Mechanism.TRUST_TXT: N_("trust.txt"),
    Mechanism.PAYMENT: N_("demand for payment"),
    Mechanism.PAYWALL: N_("paywall"),
    Mechanism.NATURAL_LANGUAGE: N_("plain words on the page or in the terms"),
    Mechanism.PLUS: N_("PLUS, in the document's metadata"),
    Mechanism.REPERTOIRE: N_("a rights holder's list, by place"),
    Mechanism.REPERTOIRE_WORK: N_("a rights holder's list, by work"),
    Mechanism.LICENCE: N_("licence on the page"),
    Mechanism.DELIVERED: N_("delivered as a file"),
}
"""Where a statement was made."""

VERDICTS = {
    Verdict.RESERVED: N_("says no"),
    Verdict.PERMITTED: N_("says yes"),
    Verdict.UNKNOWN: N_("says nothing about training"),
    Verdict.MALFORMED: N_("cannot be read with certainty"),
}
"""What a statement means for training."""

DUES = {
    DueStatus.NONE_AGREED: N_("There is an agreement, but no price."),
    DueStatus.NOT_DUE: N_("Nothing is to be paid: an open licence, an official document, or text and data mining."),
    DueStatus.WAIVED: N_("Free by agreement, or given up by whoever was owed."),
    DueStatus.ACCRUED: N_("Counted up and owed; not yet put to payment."),
    DueStatus.INVOICED: N_("Put to payment."),
    DueStatus.OVERDUE: N_("Put to payment, and overdue."),
    DueStatus.DISPUTED: N_("Disputed: it waits until it is settled what is owed."),
    DueStatus.PAID: N_("Paid."),
    DueStatus.REVERSED: N_("Taken back, as the release or the text was withdrawn."),
}
"""How payment for a source stands."""

STATUSES = {
    SourceStatus.CANDIDATE: N_("a candidate: nothing is confirmed yet"),
    SourceStatus.CONFIRMED: N_("confirmed: its licence was checked by a person"),
    SourceStatus.AGREED: N_("agreed with the rights holder"),
    SourceStatus.RESERVED: N_("reserved: the rights holder has said no"),
}
"""How far we are with a source."""

SAID = {
    AssertionKind.MACHINE_READABLE: N_("in a form machines read"),
    AssertionKind.PROSE: N_("in plain words"),
    AssertionKind.HUMAN_STATEMENT: N_("a person's statement"),
    AssertionKind.CONTRACT: N_("in a contract"),
    AssertionKind.VERBAL: N_("by word of mouth"),
}
"""How a licence was said."""

_QUALITY = N_("It is kept out because of its quality or language, and not for reasons of rights: %(reason)s.")
_UNTOLD = N_("Decided by the rule %(rule)s.")
_GONE = N_("The text is not collected any more, or stands at its place no more. It is not in new releases.")


def why(language: str, fate: str, reason: str, rule: str) -> str:
    """Tell in a sentence why a work is used or not, by its fate, the reason for it and the rule that decided."""
    if fate == "gone":
        return translate(language, _GONE)
    if fate in ("marked", "failed") and reason not in RULES:
        return translate(language, _QUALITY) % {"reason": translate(language, QUALITIES.get(reason, reason))}
    return rule_told(language, reason or rule)


def rule_told(language: str, rule: str) -> str:
    """Tell a rule in a sentence, with the name of the mechanism it decided by."""
    name, _, mechanism = rule.partition(":")
    if name not in RULES:
        return translate(language, _UNTOLD) % {"rule": rule}
    told = translate(language, RULES[name])
    known = mechanism in {str(each) for each in Mechanism}
    return f"{told} ({translate(language, MECHANISMS[Mechanism(mechanism)])})" if known else told

"""Who may do what with whose records: this file alone says it, and every route asks it.

A person has grants: a role, and the holder it is for. A collective also stands for the holders that have given it a
mandate. Staff and auditors work for the house and have a grant without a holder; an auditor reads all and changes
nothing. What moves money or a claim, and all that the house does, needs a second factor in the same session. A personal
token does what its scopes name and no more, and never what the house does.

What is not permitted here is refused: an unknown role, action or holder, a closed account, a missing factor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person is, for a holder or for the house."""

    HOLDER = "holder"
    COLLECTIVE = "collective"
    STAFF = "staff"
    AUDITOR = "auditor"


class Action(StrEnum):
    """What is done with a holder's records.

    `look` at works, cases and statements; `ask` to stay out, to remove, to object, to correct; `claim` a domain or a
    repertoire; `offer` a licence or a price; `share` text; `prove` is to fetch the proofs. The house's: `decide` cases
    and claims; `settle` conflicts; `agree` on offers; `pay`; `audit` reads the trail; `admit` gives and takes roles.
    """

    LOOK = "look"
    ASK = "ask"
    CLAIM = "claim"
    OFFER = "offer"
    SHARE = "share"
    PROVE = "prove"
    DECIDE = "decide"
    SETTLE = "settle"
    AGREE = "agree"
    PAY = "pay"
    AUDIT = "audit"
    ADMIT = "admit"


class Verdict(StrEnum):
    """What comes of asking: it may be done, it needs a second factor first, or it may not."""

    YES = "yes"
    SECOND_FACTOR = "second_factor"
    NO = "no"


class Scope(StrEnum):
    """What a personal token may be used for."""

    READ = "read"
    ASK = "ask"
    SHARE = "share"
    TRADE = "trade"


OWN = frozenset({Action.LOOK, Action.ASK, Action.CLAIM, Action.OFFER, Action.SHARE, Action.PROVE})
"""What is done with one's own records."""

PERMITTED: Mapping[Role, frozenset[Action]] = {
    Role.HOLDER: OWN,
    Role.COLLECTIVE: OWN,
    Role.STAFF: frozenset(
        {Action.LOOK, Action.DECIDE, Action.SETTLE, Action.AGREE, Action.PAY, Action.AUDIT, Action.ADMIT, Action.PROVE}
    ),
    Role.AUDITOR: frozenset({Action.LOOK, Action.AUDIT, Action.PROVE}),
}
"""What a role does with the records it is granted for; staff and auditors are granted for all."""

REPRESENTED = OWN - {Action.CLAIM}
"""What a collective does with the records of those it represents: whose they are is said by themselves."""

HOUSE = frozenset({Role.STAFF, Role.AUDITOR})

STRONG = frozenset({Action.CLAIM, Action.OFFER})
"""What moves money or a claim."""

SCOPES: Mapping[Scope, frozenset[Action]] = {
    Scope.READ: frozenset({Action.LOOK, Action.PROVE}),
    Scope.ASK: frozenset({Action.ASK}),
    Scope.SHARE: frozenset({Action.SHARE}),
    Scope.TRADE: STRONG,
}
"""What each scope of a token is good for. Making a token takes a second factor, so that it carries one."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role; for a holder, or for the house where `holder` is empty."""

    role: Role
    holder: str


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks: a person with their grants, and by collective the holders it has a mandate of.

    `second` says whether this session has shown a second factor. `scopes` are a token's; None is a session.
    """

    person: str
    grants: frozenset[Grant] = frozenset()
    mandates: Mapping[str, frozenset[str]] = field(default_factory=dict)
    second: bool = False
    scopes: frozenset[Scope] | None = None

    @property
    def holders(self) -> frozenset[str]:
        """Every holder this person acts for, directly or by mandate; never all."""
        direct = {grant.holder for grant in self.grants if grant.role not in HOUSE}
        return frozenset(direct.union(*(self.mandates.get(holder, frozenset()) for holder in direct)))

    @property
    def of_the_house(self) -> bool:
        """Whether this person works for the house, with a second factor or before it."""
        return any(grant.role in HOUSE for grant in self.grants)


NOBODY = Who("")
"""Somebody who has not signed in."""


def verdict(who: Who, action: Action, holder: str = "") -> Verdict:
    """Say whether somebody may do something with the records of a holder, or with the house's where that is empty."""
    if not who.person:
        return Verdict.NO
    if who.scopes is not None:
        may_ever = any(action in SCOPES[scope] for scope in who.scopes)
        return Verdict.YES if may_ever and _as_holder(who, action, holder) else Verdict.NO
    if _as_holder(who, action, holder):
        return Verdict.SECOND_FACTOR if action in STRONG and not who.second else Verdict.YES
    if any(grant.role in HOUSE and not grant.holder and action in PERMITTED[grant.role] for grant in who.grants):
        return Verdict.YES if who.second else Verdict.SECOND_FACTOR
    return Verdict.NO


def may(who: Who, action: Action, holder: str = "") -> bool:
    """Say whether somebody may do something with the records of a holder, now."""
    return verdict(who, action, holder) is Verdict.YES


def _as_holder(who: Who, action: Action, holder: str) -> bool:
    if not holder:
        return False
    for grant in who.grants:
        if grant.role in HOUSE or not grant.holder:
            continue
        if grant.holder == holder and action in PERMITTED[grant.role]:
            return True
        represented = who.mandates.get(grant.holder, frozenset())
        if grant.role is Role.COLLECTIVE and holder in represented and action in REPRESENTED:
            return True
    return False

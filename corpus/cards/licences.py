"""What a card must know of licences by their SPDX names: where they are read, and what they ask for.

`LicenseRef-…` are grounds that are no published licence; `GROUNDS` says in words what they are.
"""

import re

GROUNDS = {
    "LicenseRef-DK-OHL-9": "public acts, outside copyright (Danish Copyright Act, section 9)",
    "LicenseRef-TDM-NoReservation": "text and data mining without a reservation (Directive (EU) 2019/790, Article 4): "
    "for training, not for passing on",
    "LicenseRef-Contribution": "handed over by the rights holder, who said that it may be used",
    "LicenseRef-Unknown": "terms without a name",
}
_AGREEMENT = "LicenseRef-Agreement-"
_NO_CREDIT = re.compile(r"CC0-|CC-PDM|CC-PDDC|PDDL|LicenseRef-")
_SAME = re.compile(r"CC-BY(-NC)?-SA|ODbL|[AL]?GPL|GFDL|MPL")
_CC = re.compile(r"CC-(BY(?:-NC)?(?:-ND|-SA)?)-(\d\.\d)(?:-([A-Z]{2,}))?")
_HUB = frozenset(
    {"apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "odbl", "odc-by", "pddl", "gfdl"}
    | {f"cc-by-{version}" for version in ("2.0", "2.5", "3.0", "4.0")}
    | {f"cc-by-sa-{version}" for version in ("3.0", "4.0")}
    | {f"cc-by-nc-{version}" for version in ("2.0", "3.0", "4.0")}
    | {f"cc-by-nc-sa-{version}" for version in ("2.0", "3.0", "4.0")}
    | {f"cc-by-nc-nd-{version}" for version in ("3.0", "4.0")}
    | {"cc-by-nd-4.0"}
)
"""Licences that the Hugging Face Hub has a name for, among those a text may be under."""


def names_in(expression: str) -> list[str]:
    """The licences in an SPDX expression, in their order."""
    words = re.findall(r"[A-Za-z0-9.+-]+", expression)
    return [word for word in dict.fromkeys(words) if word not in {"AND", "OR", "WITH"}]


def in_words(expression: str) -> str:
    """What a licence is called for people: its SPDX name, or in words what it is when it is a ground of ours."""
    if expression.startswith(_AGREEMENT):
        return "an agreement with the rights holder"
    return GROUNDS.get(expression, expression)


def licence_url(name: str) -> str:
    """Where a licence is read; empty for what is no published licence."""
    if name.startswith("LicenseRef-") or not re.fullmatch(r"[A-Za-z0-9.+-]+", name):
        return ""
    if found := _CC.fullmatch(name):
        port = f"{found[3].lower()}/" if found[3] else ""
        return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/{port}"
    public = {"CC0-1.0": "zero", "CC-PDM-1.0": "mark"}
    if name in public:
        return f"https://creativecommons.org/publicdomain/{public[name]}/1.0/"
    return f"https://spdx.org/licenses/{name}.html"


def asks_credit(expression: str) -> bool:
    """Whether a licence asks that its authors are named."""
    return any(not _NO_CREDIT.match(name) for name in names_in(expression))


def asks_same_terms(expression: str) -> bool:
    """Whether what is made of the text must come under the same licence."""
    return any(_SAME.match(name) for name in names_in(expression))


def hub_names(expressions: set[str]) -> list[str]:
    """The names for the front matter of a card: `other` stands for all the Hub has no name for."""
    names = {name.lower() for expression in expressions for name in names_in(expression)}
    families = {"odbl-1.0": "odbl", "odc-by-1.0": "odc-by", "pddl-1.0": "pddl"}
    known = {families.get(name, name) for name in names}
    return sorted(known & _HUB) + (["other"] if known - _HUB or not known else [])

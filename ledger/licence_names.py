"""Licences by the names people write, in English and Danish."""

import re

_CC_SHORT = re.compile(
    r"(?:creative commons )?\(?cc[ -]?(by(?:[ -](?:nc|nd|sa)){0,2})[ -]?v?(\d\.\d)?(?: |-|$)(.*)", re.IGNORECASE
)
_CC_LONG = re.compile(
    r"(?:creative commons|cc)[ -]+((?:attribution|kreditering|navngivelse)[a-zæøå -]*?)[ -]*v?(\d\.\d)(?: |-|$)(.*)",
    re.IGNORECASE,
)
_CC_PARTS = (
    ("NC", re.compile(r"non-?commercial|ikke-?kommerciel", re.IGNORECASE)),
    ("ND", re.compile(r"no-? ?deriv|ingen (?:bearbejdelse|afledte)", re.IGNORECASE)),
    ("SA", re.compile(r"share-? ?alike|del på samme", re.IGNORECASE)),
)
_COUNTRIES = {
    "dk": "DK",
    "danmark": "DK",
    "denmark": "DK",
    "norge": "NO",
    "norway": "NO",
    "sverige": "SE",
    "sweden": "SE",
}
_INTERNATIONAL = re.compile(
    r"(international|int|intl|unported|generic|licen[sc]e|licens|deed|public|\W)*", re.IGNORECASE
)
_GNU = re.compile(
    r"(?:the )?(?:gnu )?(?P<family>gpl|lgpl|agpl|gfdl|fdl|general public licen[sc]e|lesser general public licen[sc]e"
    r"|affero general public licen[sc]e|free documentation licen[sc]e)(?: licen[sc]e)?,?[ -]*(?:version |v)?"
    r"(?P<version>\d(?:\.\d)?)(?P<later>\+|,? ?(?:or|eller) (?:any )?(?:later|newer|nyere|senere).*)?(?: only)?",
    re.IGNORECASE,
)
_GNU_FAMILY = {
    "gpl": "GPL", "general": "GPL", "lgpl": "LGPL", "lesser": "LGPL", "agpl": "AGPL", "affero": "AGPL",
    "gfdl": "GFDL", "fdl": "GFDL", "free": "GFDL",
}  # fmt: skip
_PLAIN = (
    (r"cc ?-?0(?: ?-?1\.0)?(?: universal)?|creative commons zero.*|cc zero", "CC0-1.0"),
    (r"public[ -]domain(?: mark)?(?: ?1\.0)?|pdm(?:[ -]?1\.0)?|cc pdm 1\.0|offentlig ejendom", "CC-PDM-1.0"),
    (r"(?:the )?mit(?: licen[sc]e|-licens(?:en)?)?", "MIT"),
    (r"isc(?: licen[sc]e)?", "ISC"),
    (r"(?:the )?apache(?: software)?(?: licen[sc]e)?,?[ -]*(?:version |v)?2(?:\.0)?", "Apache-2.0"),
    (r"mozilla public licen[sc]e,?[ -]*(?:version |v)?2(?:\.0)?|mpl[ -]?v?2(?:\.0)?", "MPL-2.0"),
    (r"(?:new |modified )bsd(?: licen[sc]e)?|(?:3-clause bsd|bsd 3-clause)(?: licen[sc]e)?", "BSD-3-Clause"),
    (r"(?:simplified bsd|2-clause bsd|bsd 2-clause)(?: licen[sc]e)?", "BSD-2-Clause"),
    (r"odbl(?:[ -]?v?1\.0)?|open (?:data commons open )?database licen[sc]e(?: v?1\.0)?", "ODbL-1.0"),
    (r"odc[ -]by(?:[ -]v?1\.0)?", "ODC-By-1.0"),
    (r"pddl(?:[ -]?v?1\.0)?", "PDDL-1.0"),
    (r"nlod(?:[ -]?v?2\.0)", "NLOD-2.0"),
)
_PLAIN_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name in _PLAIN)


def licence_of_text(text: str) -> str:
    """The SPDX identifier a written name stands for, or empty. A Creative Commons name without version is none."""
    text = text.strip(" .,;()[]")
    for pattern, name in _PLAIN_COMPILED:
        if pattern.fullmatch(text):
            return name
    return _creative_commons(text) or _gnu(text)


def _creative_commons(text: str) -> str:
    short = _CC_SHORT.fullmatch(text)
    if short and short[2]:
        parts = re.split(r"[ -]", short[1].upper())[1:]
        return _cc(parts, short[2], short[3])
    long = _CC_LONG.fullmatch(text)
    if long:
        return _cc([name for name, pattern in _CC_PARTS if pattern.search(long[1])], long[2], long[3])
    return ""


def _cc(parts: list[str], version: str, rest: str) -> str:
    country = _COUNTRIES.get(rest.strip(" ()").lower(), "")
    if not country and not _INTERNATIONAL.fullmatch(rest):
        return ""
    order = [name for name in ("NC", "SA", "ND") if name in parts]
    return "-".join(("CC-BY", *order, version, *([country] if country else [])))


def _gnu(text: str) -> str:
    found = _GNU.fullmatch(text)
    if found is None:
        return ""
    family = _GNU_FAMILY[found["family"].lower().split()[0]]
    version = found["version"] if "." in found["version"] else f"{found['version']}.0"
    return f"{family}-{version}-{'or-later' if found['later'] else 'only'}"

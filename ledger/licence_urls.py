"""Licences by their own addresses."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

_CC_CODES = {
    "by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd",
}  # fmt: skip
_GNU_FAMILY = {"gpl": "GPL", "lgpl": "LGPL", "agpl": "AGPL", "fdl": "GFDL"}
_GNU_LATEST = {"gpl": "3.0", "lgpl": "3.0", "agpl": "3.0", "fdl": "1.3"}
_GNU = re.compile(r"(a?gpl|lgpl|fdl)(?:-(?:v)?(\d\.\d))?")
_RIGHTS_STATEMENTS = {
    code.lower(): code
    for code in ("InC", "InC-OW-EU", "InC-EDU", "InC-NC", "InC-RUU", "NoC-CR", "NoC-NC", "NoC-OKLR", "NoC-US", "CNE",
                 "UND", "NKC")
}  # fmt: skip
_OSI_NAMES = {"isc-license-txt": "ISC", "apache2-0": "Apache-2.0", "mit-license": "MIT", "bsd-license": "BSD-2-Clause"}
_ODC = {"odbl": "ODbL", "by": "ODC-By", "pddl": "PDDL"}


def licence_of_url(url: str) -> str:
    """The SPDX identifier an address stands for, or empty; scheme, `www.`, language and file suffixes do not matter."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        host = (parts.hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""
    reader = _READERS.get(host)
    return reader([part for part in parts.path.lower().split("/") if part]) if reader else ""


def _creative_commons(path: list[str]) -> str:
    match path:
        case ["publicdomain", "zero", version, *_] if re.fullmatch(r"\d\.\d", version):
            return f"CC0-{version}"
        case ["publicdomain", "mark", version, *_] if re.fullmatch(r"\d\.\d", version):
            return f"CC-PDM-{version}"
        case ["licenses", "publicdomain", *_]:
            return "CC-PDDC"
        case ["licenses", code, version, *rest] if re.fullmatch(r"[1-4]\.\d", version):
            code = "by-nc-nd" if code == "by-nd-nc" else code
            if code not in _CC_CODES:
                return ""
            place = next((part.upper() for part in rest[:1] if re.fullmatch(r"[a-z]{2,8}", part)), "")
            place = "" if place in {"DEED", "RDF"} else place.removeprefix("LEGALCODE")
            return "-".join(filter(None, ("CC", code.upper(), version, place)))
    return ""


def _gnu(path: list[str]) -> str:
    name = path[-1] if path and path[0] in {"licenses", "copyleft"} and len(path) > 1 else ""
    found = _GNU.match(name)
    if found is None:
        return ""
    version = found[2] or _GNU_LATEST[found[1]]
    return f"{_GNU_FAMILY[found[1]]}-{version}-only"


def _opensource(path: list[str]) -> str:
    if len(path) < 2 or path[0] not in {"license", "licenses"}:
        return ""
    name = re.sub(r"\.(php|html)$", "", path[1])
    return _OSI_NAMES.get(name) or re.sub(r"-(\d)-(\d)$", r"-\1.\2", name)


def _spdx(path: list[str]) -> str:
    return re.sub(r"\.(html|json|txt)$", "", path[1]) if len(path) > 1 and path[0] == "licenses" else ""


def _rights_statements(path: list[str]) -> str:
    code = _RIGHTS_STATEMENTS.get(path[1]) if len(path) > 1 and path[0] in {"vocab", "page"} else None
    return f"LicenseRef-RightsStatements-{code}" if code else ""


def _data_commons(path: list[str]) -> str:
    name = _ODC.get(path[1]) if len(path) > 1 and path[0] == "licenses" else None
    return f"{name}-1.0" if name else ""


def _nlod(path: list[str]) -> str:
    version = next((part for part in path if re.fullmatch(r"[12]\.0", part)), "1.0")
    return f"NLOD-{version}" if "nlod" in path else ""


_READERS: dict[str, Callable[[list[str]], str]] = {
    "creativecommons.org": _creative_commons,
    "gnu.org": _gnu,
    "opensource.org": _opensource,
    "spdx.org": _spdx,
    "rightsstatements.org": _rights_statements,
    "opendatacommons.org": _data_commons,
    "data.norge.no": _nlod,
    "apache.org": lambda path: "Apache-2.0" if path[-1:] in (["license-2.0"], ["license-2.0.html"]) else "",
    "mozilla.org": lambda path: "MPL-2.0" if "mpl" in path and "2.0" in path else "",
    "mit-license.org": lambda _: "MIT",
    "unlicense.org": lambda _: "Unlicense",
}

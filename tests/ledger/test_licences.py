"""One name for each licence, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.licences import all_of, normalise_licence, permits
from ledger.policy import load_policy

CC = "creativecommons.org/licenses"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"https://{CC}/by/4.0/", "CC-BY-4.0"),
        (f"http://www.{CC}/by-sa/4.0/deed.da", "CC-BY-SA-4.0"),
        (f"//{CC}/by-nc-nd/3.0/legalcode", "CC-BY-NC-ND-3.0"),
        (f"https://{CC}/by-sa/2.5/dk/", "CC-BY-SA-2.5-DK"),
        (f"https://{CC}/by-sa/2.5/dk/deed.da", "CC-BY-SA-2.5-DK"),
        (f"https://{CC}/by/3.0/igo/", "CC-BY-3.0-IGO"),
        (f"https://{CC}/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
        (f"https://{CC}/by/4.0/legalcode.txt", "CC-BY-4.0"),
        (f"https://{CC}/by/", ""),
        (f"https://{CC}/ukendt/4.0/", ""),
        (f"https://{CC}.evil.test/by/4.0/", ""),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.da", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("https://www.gnu.org/licenses/old-licenses/gpl-2.0.html", "GPL-2.0-only"),
        ("https://www.gnu.org/licenses/gpl-3.0-standalone.html", "GPL-3.0-only"),
        ("http://www.gnu.org/copyleft/fdl.html", "GFDL-1.3-only"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("https://opensource.org/license/apache-2-0", "Apache-2.0"),
        ("https://opensource.org/license/bsd-3-clause", "BSD-3-Clause"),
        ("https://spdx.org/licenses/MPL-2.0.html", "MPL-2.0"),
        ("http://rightsstatements.org/vocab/InC-OW-EU/1.0/", "LicenseRef-RightsStatements-InC-OW-EU"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("https://data.norge.no/nlod/no/2.0", "NLOD-2.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("Creative Commons Kreditering-Del på samme vilkår 3.0 Danmark", "CC-BY-SA-3.0-DK"),
        ("Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International", "CC-BY-NC-ND-4.0"),
        ("cc-by-sa-2.5-dk", "CC-BY-SA-2.5-DK"),
        ("CC BY", ""),
        ("CC0", "CC0-1.0"),
        ("Public domain", "CC-PDM-1.0"),
        ("GNU GPL version 2 eller nyere", "GPL-2.0-or-later"),
        ("GNU Free Documentation License, Version 1.2 or any later version", "GFDL-1.2-or-later"),
        ("GPLv3", "GPL-3.0-only"),
        ("MIT License", "MIT"),
        ("mit", "MIT"),
        ("LicenseRef-DK-OHL-9", "LicenseRef-DK-OHL-9"),
        ("LicenseRef-Agreement-avis-2026.1", "LicenseRef-Agreement-avis-2026.1"),
        ("LicenseRef-noget-andet", ""),
        ("MIT and (cc-by-4.0 or GPL-2.0)", "MIT AND (CC-BY-4.0 OR GPL-2.0-only)"),
        ("© Forlaget", ""),
        ("Alle rettigheder forbeholdes", ""),
        ("AND", ""),
        ("http://[", ""),
        ("", ""),
        ("x" * 1000, ""),
    ],
)
def test_a_licence_has_one_name(text: str, expected: str) -> None:
    """Addresses, names in Danish and English, and SPDX expressions; what is not known is empty."""
    assert normalise_licence(text) == expected
    assert normalise_licence(expected) == expected


@given(st.text(max_size=60))
def test_any_text_is_normalised_once(text: str) -> None:
    """Nothing raises, and a normalised name is its own normal form."""
    once = normalise_licence(text)
    assert normalise_licence(once) == once


@pytest.mark.parametrize(
    ("licence", "is_open"),
    [
        ("CC-BY-SA-2.5-DK", True),
        ("CC-BY-4.0", True),
        ("CC-BY-NC-4.0", False),
        ("CC-BY-ND-3.0", False),
        ("CC-BY-NC-SA-2.5", False),
        ("GFDL-1.2-or-later", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("MIT AND CC-BY-NC-4.0", False),
        ("MIT OR CC-BY-NC-4.0", True),
        ("LicenseRef-RightsStatements-InC", False),
        ("LicenseRef-Unknown", False),
        ("LicenseRef-DK-OHL-9", False),
        ("noget vrøvl", False),
    ],
)
def test_the_default_policy_knows_open_licences(licence: str, *, is_open: bool) -> None:
    """All versions and jurisdictions of the open ones; no NC, no ND; every side of an AND, any of an OR."""
    assert permits(licence, load_policy().open) is is_open


def test_terms_that_all_hold_are_joined() -> None:
    """In a fixed order, and so that the whole means what its parts did."""
    assert all_of(["MIT OR ISC", "CC-BY-4.0", "CC-BY-4.0"]) == "CC-BY-4.0 AND (MIT OR ISC)"
    assert all_of(["MIT"]) == "MIT"

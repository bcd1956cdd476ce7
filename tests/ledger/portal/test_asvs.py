"""docs/asvs.md: every requirement of levels 1 and 2 stands in it, and each test it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")

LAST = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1
    4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2
    7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2
    10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5
    14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
"""
"""The last requirement of levels 1 and 2 in each section; those of level 3 stand behind them."""


def test_every_requirement_of_levels_one_and_two_is_answered() -> None:
    """Each number stands in the first column of a row, once."""
    stated = re.findall(r"^\| ([0-9., ]+) \|", PAGE, re.MULTILINE)
    numbers = [number for cell in stated for number in cell.split(", ")]
    sections = (section.split(":") for section in LAST.split())
    wanted = {f"{section}.{number}" for section, last in sections for number in range(1, int(last) + 1)}
    assert sorted(wanted - set(numbers)) == []
    assert sorted(set(numbers) - wanted) == []
    assert len(numbers) == len(set(numbers))


def test_every_test_it_names_is_there() -> None:
    """A test that was renamed or removed is missed here."""
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    names = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(names) > 60
    assert [name for name in sorted(names) if f"def {name}(" not in written] == []

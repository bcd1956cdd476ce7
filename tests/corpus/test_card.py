"""The card: what loads a release, and what people read of it, whatever names are in it."""

from typing import Any

import pytest
import yaml

from corpus.card import card_of
from corpus.shards import Shard

HOSTILE = "a: b\n- x #\u0085\"'{[\\"


def card(sources: list[str], holder: str = "Holder") -> tuple[dict[str, Any], list[str]]:
    """The front matter, read as YAML, and the lines of the table's body."""
    shards = [
        Shard(f"shards/{name}/ab.parquet", "ab", name, "CC-BY-4.0", "open_licence", "open", 1, 2, 3) for name in sources
    ]
    text = card_of("0.1.0", shards, dict.fromkeys(sources, holder)).decode()
    _, front, body = text.split("---\n", 2)
    return yaml.safe_load(front), body.partition("---:|\n")[2].split("\n")[:-1]


@pytest.mark.parametrize("name", ["avis", "no", "null", "2026", "1e3", HOSTILE])
def test_a_source_is_a_string_to_whoever_reads_the_card(name: str) -> None:
    """A name that YAML would take for a truth, a number or more lines is the name of a configuration, with its path."""
    front, _ = card([name])
    files = [{"split": "train", "path": [f"../../shards/{name}/ab.parquet"]}]
    assert front == {
        "language": ["da"],
        "license": "other",
        "pretty_name": "Fodaftryk 0.1.0",
        "configs": [{"config_name": "default", "data_files": files}, {"config_name": name, "data_files": files}],
    }


def test_a_release_without_shards_has_a_card() -> None:
    """Nothing released is no configuration and an empty table."""
    front, rows = card([])
    assert front["configs"] == []
    assert rows == []


@pytest.mark.parametrize(
    ("holder", "shown"),
    [
        ("Avisen A/S & Søn", "Avisen A/S & Søn"),
        ("A | B\n| C\r\n\u2028D\u202e\x1b", "A / B / C D"),
        ("<b>A</b> [x](http://x.test) *a* _b_ `c`", r"\<b\>A\</b\> \[x\](http://x.test) \*a\* \_b\_ \`c\`"),
        ("\\", r"\\"),
    ],
)
def test_a_holder_is_one_cell_of_text(holder: str, shown: str) -> None:
    """A rights holder's name can break out of neither its cell nor its row, and is no markup."""
    assert card(["avis"], holder)[1] == [f"| avis | {shown} | CC-BY-4.0 | open_licence | 1 | 2 |"]

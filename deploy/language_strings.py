"""Translations of programs: short and plain where the labelled sentences are long and bookish.

They are read from folders of files named by language (`da.json`, `nb-1f2e….json`, `nb_NO.json`, `da.js`, `da.pak`). The
recipe was made with these packages, put into one folder:

    uv pip install --target FOLDER/a --no-deps --python-version 3.14.2 home-assistant-frontend==20261028.6
    uv pip install --target FOLDER/b --no-deps --python-version 3.14.2 homeassistant==2026.11.0
    uv pip install --target FOLDER/c --no-deps --python-version 3.9 --python-platform windows cefpython3==66.1
    npm pack matrix-react-sdk@3.55.0            # and unpack each into a folder of its own in FOLDER: d, e, f, g
    npm pack scratch-l10n@3.18.0
    npm pack @umbraco-cms/backoffice@18.2.0
    npm pack @payloadcms/translations@3.90.2

What is still in English is left out of the others, and what stands under two labels out of both.
"""

import hashlib
import json
import random
import re
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from corpus.language import is_latin, letters_of, normalise

STRINGS_MAX, STRINGS_OTHER_MAX = 15_000, 250
"""Strings taken of a language of our labels, and of each other one."""

LETTERS_MIN = 6

LABELS = {
    "da": "da", "nb": "nb", "nn": "nn", "sv": "sv", "is": "is", "fo": "fo", "de": "de", "nl": "nl", "en": "en",
    "en-US": "en",
}  # fmt: skip
UNTRUE = frozenset({"no", "en-GB"})
"""Files left out: Norwegian that does not say which, and English for a second time."""

_FILE = re.compile(r"([a-z]{2,3}(?:-[A-Z][A-Za-z]+|-\d{3})?)(?:_[A-Za-z]+)?(?:-[0-9a-f]{32})?\.(?:json|js|pak)")
_PLACES = {
    ".json": frozenset({"translations", "strings", "i18n", "lang", "editor", "www"}),
    ".js": frozenset({"lang", "languages"}),
    ".pak": frozenset({"locales"}),
}
"""Folders that have translations, by what their files are."""

_MARKUP = re.compile(r"\{[^{}]*\}|<[^>]*>|\[%key:[^\]]*\]|%\([a-z_A-Z]+\)s|[`*#_]")
_LITERAL = re.compile(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`")


def read_strings(
    folders: Iterable[Path], chance: random.Random, without: frozenset[str]
) -> tuple[list[tuple[str, str]], str]:
    """Label and normalised text of the translations in folders, and the SHA-256 of all that was read.

    `without`: normalised texts that are left out, because the model is to be judged by them.
    """
    texts: defaultdict[str, list[str]] = defaultdict(list)
    digest = hashlib.sha256()
    for code, path in _files(folders):
        body = path.read_bytes()
        digest.update(body)
        texts[code].extend(_texts(path.suffix, body))
    english, labels, rows = {*texts["en"], *texts["en-US"]}, defaultdict(set), []
    for code in sorted(set(texts) - UNTRUE):
        label = LABELS.get(code, "other")
        said = dict.fromkeys(_cleaned(x) for x in dict.fromkeys(texts[code]) if label == "en" or x not in english)
        usable = [x for x in said if letters_of(x) >= LETTERS_MIN and x not in without and is_latin(x)]
        most = STRINGS_OTHER_MAX if label == "other" else STRINGS_MAX
        for words in chance.sample(usable, most) if len(usable) > most else usable:
            labels[words].add(label)
            rows.append((label, words))
    return [row for row in rows if len(labels[row[1]]) == 1], digest.hexdigest()


def _files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Language and path of each file of translations, in an order that does not hang on where the folders are."""
    for folder in folders:
        within = sorted(path.relative_to(folder).parts for path in folder.rglob("*.*") if path.suffix in _PLACES)
        for parts in within:
            named = _FILE.fullmatch(parts[-1])
            if named and _PLACES[Path(parts[-1]).suffix] & set(parts):
                yield named[1], folder.joinpath(*parts)


def _texts(suffix: str, body: bytes) -> Iterator[str]:
    if suffix == ".json":
        yield from _leaves(json.loads(body))
    elif suffix == ".js":
        for literal in _LITERAL.finditer(body.decode()):
            yield literal[literal.lastindex or 0].replace("\\", "")
    else:
        yield from _packed(body)


def _leaves(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a JSON file holds
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)


def _packed(body: bytes) -> Iterator[str]:
    """Texts of a Chromium resource file, version 5: a header, the number and place of each text, then all texts."""
    (entries,) = struct.unpack_from("<H", body, 8)
    places = [struct.unpack_from("<HI", body, 12 + 6 * number)[1] for number in range(entries + 1)]
    for start, end in pairwise(places):
        yield body[start:end].decode()


def _cleaned(text: str) -> str:
    return normalise(_MARKUP.sub(" ", _MARKUP.sub(" ", text)))

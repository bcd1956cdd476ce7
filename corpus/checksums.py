"""Checksums: the SHA-256 of files, as `sha256sum -c` reads them, and in the last line that of the lines before it.

A release has them of what lies beside its manifest, a pulled folder of all that was pulled.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

BESIDE = "SHA256SUMS"
"""Name, beside a release's manifest, of those of the cards; the ledger's entry of the release names both."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}(/[A-Za-z0-9][A-Za-z0-9._-]{0,199}){0,9}")
"""A version, or a file of a release or a pull, by its path: nothing hidden, nothing that leads elsewhere."""

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def checksums_of(digests: Mapping[str, str]) -> bytes:
    """Write hex digests by name."""
    data = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()
    return data + own_line(data)


def own_line(lines: bytes) -> bytes:
    """The last line, a comment to `sha256sum`: the digest of the lines before it."""
    return f"# {hashlib.sha256(lines).hexdigest()}\n".encode()


def read_checksums(data: bytes) -> tuple[dict[str, str], list[int]]:
    """Digests by name, and the numbers of the lines that are none; the last's, when those before it were changed."""
    stated: dict[str, str] = {}
    end = data.rfind(b"\n", 0, -1) + 1
    lines = data[:end].decode("utf-8", "replace").splitlines()
    wrong = []
    for number, line in enumerate(lines, 1):
        parts = _LINE.fullmatch(line)
        if parts is None or not NAME.fullmatch(parts[2]) or parts[2] in stated:
            wrong.append(number)
        else:
            stated[parts[2]] = parts[1]
    return stated, wrong if data[end:] == own_line(data[:end]) else [*wrong, len(lines) + 1]


def digest_of(path: Path) -> str:
    """The hex SHA-256 of a file; empty when there is none, or what is there is a folder, a pipe or such."""
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""

"""From fetched bytes to text, by our own decision: which encoding, and what said so.

The order: a byte-order mark; UTF-16 where every second byte is nought; then UTF-8 wherever the bytes are valid UTF-8
and hold anything but ASCII, since no other encoding looks like it by chance, whatever header or page claim; then the
header, the page's own `<meta>`, and windows-1252, which is what Danish pages without a declaration are. UTF-8 that was
decoded as windows-1252 and encoded again (`Ã¦`) is mended when the whole text can be read back and becomes shorter by
it.
"""

import codecs
import re
from dataclasses import dataclass

META_BYTES = 4_096
"""How far into a page a declaration is looked for; browsers look at the first 1,024, templates are sloppier."""

TWICE = "+twice"
"""How the decision on a body ends whose doubly encoded UTF-8 was mended."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_WINDOWS_1252 = frozenset({"ascii", "iso8859-1", "cp1252"})  # browsers read all three as windows-1252
_OVER_ASCII = b"<meta charset=x> +AGE- \\x61"
"""What reads the same in every encoding that a page can declare in its own words: not in UTF-16 or EBCDIC, and not in
what Python knows beside character sets, as escapes, UTF-7 and names of domains, some of which fail on a page."""

_WIDE_SHARE_MIN = 0.6
"""Of every second byte, those that are nought in UTF-16 of a page in Latin letters; of the others, hardly any are."""

_FIRST_OF_TWICE = "\u00c2\u00c3\u00c4\u00c5\u00e2\u00f0"
_TWICE = re.compile(f"[{_FIRST_OF_TWICE}][\u0080-\u00bf\u0152-\u2122]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a body, and how it was decoded: `bom`, `utf-8`, `header`, `meta`, `detected` or `default`, and encoding.

    `decision` reads like `header:windows-1252`, with `+twice` behind it when doubly encoded UTF-8 was mended.
    """

    text: str
    decision: str


def decode(payload: bytes, content_type: str) -> Decoded:
    """Decode a body with its Content-Type header; never fails, wrong bytes become U+FFFD."""
    encoding, decided_by = _decide(payload, content_type)
    text = _strictly_or_not(payload, encoding)
    mended = mend_twice(text)
    return Decoded(mended.removeprefix("\ufeff"), f"{decided_by}:{encoding}" + (TWICE if mended != text else ""))


def mend_twice(text: str) -> str:
    """Undo UTF-8 that was read as windows-1252 (or ISO-8859-1) and encoded again.

    Only runs that read back as valid UTF-8 change, so a mixed page is mended where it is broken; and only when the
    text holds at least as many such runs as proper Danish letters, so a page that explains the mistake is left alone.
    """
    runs = _TWICE.findall(text) if any(map(text.__contains__, _FIRST_OF_TWICE)) else []
    if not runs or len(runs) < len(re.findall("[æøåÆØÅ]", text)):
        return text
    return _TWICE.sub(lambda match: _read_back(match.group()), text)


def _read_back(run: str) -> str:
    try:
        return b"".join(_byte(character) for character in run).decode("utf-8")
    except UnicodeError:
        return run


def _byte(character: str) -> bytes:
    """The byte a character was decoded from; windows-1252 leaves five bytes to ISO-8859-1."""
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")


def _decide(payload: bytes, content_type: str) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if payload.startswith(mark):
            return encoding, "bom"
    declared = [(_HEADER.search(content_type), "header"), (_XML.search(payload[:META_BYTES]), "meta")]
    declared.append((_META.search(payload[:META_BYTES]), "meta"))
    names = [(name, by) for match, by in declared if match and (name := _known(match.group(1)))]
    is_utf8 = _is_utf8(payload)
    if (wide := _wide(payload[:META_BYTES])) and (not is_utf8 or payload.isascii()):
        return wide, "detected"
    if is_utf8:
        return "utf-8", "utf-8" if ("utf-8", "header") not in names else "header"
    for name, by in names:
        if name != "utf-8":
            return name, by
    if names:
        return _declared_utf8_but_is_not(payload, names[0][1])
    return "windows-1252", "default"


def _declared_utf8_but_is_not(payload: bytes, declared_by: str) -> tuple[str, str]:
    """A page that says UTF-8 and has a stray byte is UTF-8; one whose every special letter is a stray is not."""
    text = payload.decode("utf-8", "replace")
    strays = text.count("\ufffd")
    proper = sum(character > "\x7f" for character in text) - strays
    return ("utf-8", declared_by) if proper >= strays else ("windows-1252", "default")


def _known(name: str | bytes) -> str:
    """The codec's own name for an encoding label; empty when Python does not know it or it is none of a page's."""
    label = name.decode("ascii") if isinstance(name, bytes) else name
    try:
        info = codecs.lookup(label)
    except LookupError:
        return ""
    if not getattr(info, "_is_text_encoding", True) or not _is_over_ascii(info.name):
        return ""
    return "windows-1252" if info.name in _WINDOWS_1252 else info.name


def _is_over_ascii(name: str) -> bool:
    try:
        return (_OVER_ASCII + b"\xe6").decode(name, "replace").startswith(_OVER_ASCII.decode("ascii"))
    except UnicodeError:  # "idna", "punycode" and "undefined" cannot be told to replace what is wrong
        return False


def _wide(head: bytes) -> str:
    """UTF-16 without a mark, told by its noughts: which byte of each two they are says which of the two it is."""
    first, second = head[::2].count(0), head[1::2].count(0)
    most, least = max(first, second), min(first, second)
    if not most or most < _WIDE_SHARE_MIN * len(head) / 2 or least > _WIDE_SHARE_MIN * most:
        return ""
    return "utf-16-be" if first > second else "utf-16-le"


def _is_utf8(payload: bytes) -> bool:
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _strictly_or_not(payload: bytes, encoding: str) -> str:
    if encoding == "windows-1252":  # as browsers do: the five bytes it leaves open are control characters
        return "".join(_CP1252[byte] for byte in payload) if _has_open_bytes(payload) else payload.decode("cp1252")
    return payload.decode(encoding, "replace")


_OPEN = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_CP1252 = [bytes((byte,)).decode("latin-1" if byte in _OPEN else "cp1252") for byte in range(256)]


def _has_open_bytes(payload: bytes) -> bool:
    return any(byte in payload for byte in _OPEN)

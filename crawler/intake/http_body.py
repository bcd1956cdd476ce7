"""Bodies of HTTP answers as they came over the wire, decoded with a limit: chunks, gzip, deflate and Brotli.

Many archives store bodies decoded and leave the headers that describe their transfer: a body that plainly is not in
chunks, not gzip, or HTML already, is taken as it is.
"""

import re
from collections.abc import Sequence

import brotli

from crawler.inflate import ENCODINGS_MAX, BrokenEncodingError, TooLargeError, unpacked
from crawler.intake.items import ITEM_BYTES_MAX
from crawler.observe.evidence import looks_like_markup

_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_GZIP_MAGIC = b"\x1f\x8b"


def decoded(body: bytes, headers: Sequence[tuple[str, str]]) -> bytes:
    """A body without its transfer and content encodings.

    Raises `BrokenEncodingError` when it is not what the headers say, `TooLargeError` when it inflates too far.
    """
    if "chunked" in _stated(headers, "transfer-encoding") and _CHUNK.match(body):
        body = _dechunked(body)
    encodings = [name for name in _stated(headers, "content-encoding") if name != "identity"]
    if len(encodings) > ENCODINGS_MAX:
        raise BrokenEncodingError(f"too many encodings: {encodings}")
    for encoding in reversed(encodings):
        if body:
            body = _unpacked(body, encoding)
    return body


def _stated(headers: Sequence[tuple[str, str]], name: str) -> list[str]:
    stated = ",".join(value for key, value in headers if key.lower() == name)
    return [part.strip().lower() for part in stated.split(",") if part.strip()]


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding.endswith("gzip") and not body.startswith(_GZIP_MAGIC):
        return body
    try:
        return _brotli(body) if encoding == "br" else unpacked(body, encoding)
    except BrokenEncodingError:
        if looks_like_markup(body):
            return body
        raise


def _brotli(body: bytes) -> bytes:
    decoder, size = brotli.Decompressor(), 0
    parts: list[bytes] = []
    try:
        while not decoder.is_finished():
            part = decoder.process(body, output_buffer_limit=ITEM_BYTES_MAX + 1 - size)
            if not part and not body:
                raise BrokenEncodingError("the encoded body ends too soon")
            parts.append(part)
            size += len(part)
            body = b""
            if size > ITEM_BYTES_MAX:
                raise TooLargeError("the body inflates beyond the limit")
    except brotli.error as error:
        raise BrokenEncodingError("no br, or broken") from error
    return b"".join(parts)


def _dechunked(body: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while chunk := _CHUNK.match(body, at):
        size = int(chunk[1], 16)
        if not size:
            return b"".join(parts)
        part = body[chunk.end() : chunk.end() + size]
        at = chunk.end() + size
        if len(part) < size:
            break
        parts.append(part)
        at += 2 if body[at : at + 2] == b"\r\n" else 1
    raise BrokenEncodingError("a chunk ends too soon")

"""Content encodings with a limit, and without mercy for what is cut short."""

import zlib

PAGE_BYTES_MAX = 16 * 2**20
"""Bytes of one body, as received and again when inflated: the longest real pages of text are a tenth of this."""

ENCODINGS_MAX = 2
"""Encodings on top of each other: servers that compress twice by mistake exist, more is an attack."""

_GZIP, _ZLIB, _RAW = 31, 15, -15


class BrokenEncodingError(ValueError):
    """A body is not encoded as its `Content-Encoding` says, or ends too soon."""


class TooLargeError(ValueError):
    """A body inflates to more than `PAGE_BYTES_MAX`."""


def unpacked(body: bytes, encoding: str, *, is_cut: bool = False) -> bytes:
    """Decode one encoding; `is_cut` says that we left the rest of the body ourselves.

    Raises `BrokenEncodingError` or `TooLargeError`.
    """
    formats = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (_ZLIB, _RAW)}.get(encoding, ())
    for bits in formats:
        try:
            return _inflated(body, bits, is_cut=is_cut)
        except zlib.error:
            continue
    raise BrokenEncodingError(f"no {encoding}, or broken")


def _inflated(body: bytes, bits: int, *, is_cut: bool) -> bytes:
    """Inflate one or more streams in a row, as gzip allows."""
    parts: list[bytes] = []
    room = PAGE_BYTES_MAX + 1
    while body:
        stream = zlib.decompressobj(wbits=bits)
        parts.append(stream.decompress(body, room))
        room -= len(parts[-1])
        if room <= 0:
            raise TooLargeError("the body inflates beyond the limit")
        if not stream.eof:
            if is_cut:
                break
            raise BrokenEncodingError("the encoded body ends too soon")
        body = stream.unused_data.lstrip(b"\0") if bits == _GZIP else b""
    return b"".join(parts)

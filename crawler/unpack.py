"""Content decoding with a limit, and without mercy for what is cut short.

Scrapy's own decoder hands out as much of a broken body as there is. A page whose end is missing must not be captured
as if it were whole, so here it is an error.
"""

import zlib

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.settings import PAGE_BYTES_MAX

ENCODINGS_MAX = 2
"""Encodings on top of each other: servers that compress twice by mistake exist, more is an attack."""

_GZIP, _ZLIB, _RAW = 31, 15, -15


class BrokenEncodingError(ValueError):
    """A body is not encoded as its `Content-Encoding` says, or ends too soon."""


class TooLargeError(IgnoreRequest):
    """A body inflates to more than `PAGE_BYTES_MAX`."""


class Unpack:
    """Asks for gzip or deflate, and decodes what comes; the headers stay as they came."""

    def process_request(self, request: Request) -> None:
        """Say what can be decoded."""
        request.headers["Accept-Encoding"] = "gzip, deflate"

    def process_response(self, request: Request, response: Response) -> Response:
        """Decode a body; raises `BrokenEncodingError` or `TooLargeError`."""
        del request
        stated = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
        encodings = [name.strip() for name in stated.split(",") if name.strip() not in ("", "identity")]
        if not encodings or not response.body:
            return response
        if len(encodings) > ENCODINGS_MAX:
            raise BrokenEncodingError(f"too many encodings: {stated}")
        body, is_cut = response.body, "download_stopped" in response.flags
        for encoding in reversed(encodings):
            body = unpacked(body, encoding, is_cut=is_cut)
        return response.replace(body=body)


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

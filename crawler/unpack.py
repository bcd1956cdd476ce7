"""Content decoding with a limit, and without mercy for what is cut short.

Scrapy's own decoder hands out as much of a broken body as there is. A page whose end is missing must not be captured
as if it were whole, so here it is an error.
"""

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.inflate import ENCODINGS_MAX, BrokenEncodingError, TooLargeError, unpacked


class Unpack:
    """Asks for gzip or deflate, and decodes what comes; the headers stay as they came."""

    def process_request(self, request: Request) -> None:
        """Say what can be decoded."""
        request.headers["Accept-Encoding"] = "gzip, deflate"

    def process_response(self, request: Request, response: Response) -> Response:
        """Decode a body; raises `BrokenEncodingError`, or `IgnoreRequest` when it inflates beyond the limit."""
        del request
        stated = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
        encodings = [name.strip() for name in stated.split(",") if name.strip() not in ("", "identity")]
        if not encodings or not response.body:
            return response
        if len(encodings) > ENCODINGS_MAX:
            raise BrokenEncodingError(f"too many encodings: {stated}")
        body, is_cut = response.body, "download_stopped" in response.flags
        try:
            for encoding in reversed(encodings):
                body = unpacked(body, encoding, is_cut=is_cut)
        except TooLargeError as error:
            raise IgnoreRequest(str(error)) from error
        return response.replace(body=body)

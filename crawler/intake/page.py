"""One page from the web, asked for once: by robots.txt, through the guard, within the limits of a crawl's page."""

from corpus.captures import Capture
from crawler.inflate import PAGE_BYTES_MAX, BrokenEncodingError, TooLargeError
from crawler.intake.asking import AgainError, Asking, DownloadError, Manner, pieces
from crawler.intake.http_body import decoded
from crawler.media import may_be_text, media_type


def fetch_page(asking: Asking, url: str, manner: Manner) -> Capture:
    """The page at a canonical address, at the end of its redirects. Raises `DownloadError`, which says what to do."""
    try:
        with asking.followed("GET", url, []) as answer:
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers)
            body = bytearray()
            for piece in pieces(answer):
                body += piece
                asking.check_time(0, url)
                if len(body) > PAGE_BYTES_MAX:
                    raise DownloadError(f"{url}: it is larger than {PAGE_BYTES_MAX} bytes: a page is not so large")
            status = answer.status
        if status != 200:
            raise DownloadError(f"{url}: it answers with status {status}: check the address")
        page = Capture(url, manner.now, status, headers, decoded(bytes(body), headers))
    except AgainError as error:
        raise DownloadError(f"{url}: {error}: check the address and the network, then try again") from error
    except (BrokenEncodingError, TooLargeError) as error:
        raise DownloadError(f"{url}: its body cannot be decoded: {error}") from error
    if not may_be_text(kind := page.header("content-type")):
        raise DownloadError(f"{url}: it is {media_type(kind)}, and no text")
    return page

"""What goes wrong at an object store: what passes by itself and is tried again, and what to do about the rest.

Tries are bounded, and the pause before each is drawn anew up to a bound that doubles, so that many who were refused at
once do not come back at once. boto3's own tries are off: they stop for all when few have failed. A reply that was cut
within its headers is no fault to boto3, so each call says what its reply must have.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from corpus.errors import StorageError

ATTEMPTS_MAX = 14
"""Tries of one request. Of requests that fail three times in ten, one in twenty million fails as often."""

UNREACHED_MAX = 4
"""Tries while nobody listens at all, or the name is not known: most often the address is wrong."""

PAUSE_S_MIN, PAUSE_S_MAX = 0.05, 8.0
"""Longest pause before the second try, and before any: fourteen tries ride out half a minute, at most 53 seconds."""


class CutReplyError(BotoCoreError):
    """A reply without what every whole one has."""

    fmt = "the reply was cut: it has no {part}"


FAULTS = (BotoCoreError, ClientError, ResponseParserError, HTTPError)
"""What boto3 raises for the world: four trees without a common root."""

_BROKEN = (
    CutReplyError,
    HTTPClientError,
    NoConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseParserError,
    HTTPError,
)
_PASSING = {"RequestTimeout", "OperationAborted", "ConditionalRequestConflict", "SlowDown"}
_BUSY = {408, 429, 500, 502, 503, 504}

_ACCESS = "The access key is not accepted: check FODAFTRYK_STORAGE__ACCESS_KEY_ID and __SECRET_ACCESS_KEY."
_MISSING = "There is no such bucket or object: make the bucket, or check FODAFTRYK_STORAGE__URL."
_UNREACHED = "Check FODAFTRYK_STORAGE__URL, FODAFTRYK_STORAGE__ENDPOINT_URL and the network; run again."
_UNTRUSTED = "Its certificate is not trusted: name who vouches for it with FODAFTRYK_STORAGE__CA_BUNDLE."
_REMEDIES = {
    **dict.fromkeys(("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden"), _ACCESS),
    **dict.fromkeys(("404", "NoSuchBucket", "NoSuchKey"), _MISSING),
}

T = TypeVar("T", bound=Mapping[str, object])


def tried(call: Callable[[], T], part: str = "", attempts: int = ATTEMPTS_MAX) -> T:
    """Do a request, again and again while its faults are such that pass. Raises the last of `FAULTS`.

    `part` is what its reply must have.
    """
    for attempt in range(attempts - 1):
        try:
            return whole(call(), part)
        except FAULTS as error:
            if not passes(error) or (attempt + 1 >= UNREACHED_MAX and isinstance(error, EndpointConnectionError)):
                raise
        pause(attempt)
    return whole(call(), part)


def whole(reply: T, part: str) -> T:
    """Return a reply that has what it must. Raises CutReplyError."""
    if part and part not in reply:
        raise CutReplyError(part=part)
    return reply


def pause(attempt: int) -> None:
    """Wait before the try behind `attempt`, which counts from 0."""
    # A store that is overrun recovers when its clients come back later, and not all at once.
    time.sleep(random.uniform(0, min(PAUSE_S_MAX, PAUSE_S_MIN * 2**attempt)))  # noqa: S311 - nobody guesses it


def passes(error: Exception) -> bool:
    """Whether the same request may do when it is made again."""
    if isinstance(error, ClientError):
        return code_of(error) in _PASSING or status_of(error) in _BUSY
    return isinstance(error, _BROKEN) and not isinstance(error, SSLError)


def code_of(error: Exception) -> str:
    """The store's own word for a fault, such as `NoSuchKey`; empty when it gave none."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def status_of(error: Exception) -> int:
    """The status of the reply that told of a fault; 0 when there was none."""
    return error.response["ResponseMetadata"].get("HTTPStatusCode", 0) if isinstance(error, ClientError) else 0


def is_missing(error: Exception) -> bool:
    """Whether a fault says that there is no such object."""
    return code_of(error) in {"404", "NoSuchKey", "NotFound"}


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what boto3 raises for the world within the block into a StorageError with the remedy."""
    try:
        yield
    except FAULTS as error:
        if isinstance(error, SSLError):
            hint = _UNTRUSTED
        elif isinstance(error, NoCredentialsError):
            hint = _ACCESS
        else:
            hint = _REMEDIES.get(code_of(error), _UNREACHED)
        raise StorageError(f"{where} refused: {error}. {hint}") from error

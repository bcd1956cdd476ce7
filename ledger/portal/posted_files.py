"""A form with one file in it: read within limits to local disk, token checked, gone when it is answered.

Only routes that take this may be sent more than a form's bytes; how much is said in `guards.ROOMY`. They ask first who
sends it (the parameter before it), so that nobody who has not signed in has a file read.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ledger.portal.forms import Form, check_token, read_fields

FIELDS_MAX = 20

FIELD_BYTES_MAX = 64 * 1024
"""Longest field beside the file: a list of works."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What was sent: the other fields, the file's name in its sender's words, and where it lies."""

    form: Form
    name: str
    path: Path


async def with_file(request: Request) -> AsyncIterator[Uploaded]:
    """Read a form with a file in the field `file`.

    Ends the request with 415, 400, 403 or 422 when it cannot be taken.
    """
    async for sent in read_file(request):
        check_token(request, sent.form)
        yield sent


async def read_file(request: Request) -> AsyncIterator[Uploaded]:
    """Read a form with a file as `with_file` does, without a token: for the API, which takes no cookies."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise HTTPException(415)
    async with request.form(max_files=1, max_fields=FIELDS_MAX, max_part_size=FIELD_BYTES_MAX) as data:
        file = data.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise HTTPException(422)
        with tempfile.TemporaryDirectory(prefix="fodaftryk-") as folder:
            path = Path(folder) / "upload"
            await run_in_threadpool(_copy, file, path)
            yield Uploaded(_fields(data), file.filename[:500], path)


def _fields(data: FormData) -> Form:
    return read_fields((name, value) for name, value in data.multi_items() if isinstance(value, str))


def _copy(file: UploadFile, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(file.file, out)

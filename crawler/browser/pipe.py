"""Talking with Chromium: its DevTools protocol as JSON messages over a pipe, each ended by a zero byte.

A pipe and not a port: nobody else can speak to the browser, and it ends when we do.
"""

import asyncio
import json
from asyncio import Future, StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

MESSAGE_BYTES_MAX = 128 * 2**20
"""Longest message taken from the browser: the HTML of the longest page we keep, every character of it escaped."""


class BrowserGoneError(Exception):
    """The browser has ended, or says more than we listen to."""


class CallError(Exception):
    """The browser did not do what it was asked to."""


Heard = Callable[[str, dict[str, Any], str], None]
"""Takes an event: its name, its parameters and its session, empty for the browser's own."""


class Pipe:
    """Calls to one browser, and the events it tells of."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._number = 0
        self.heard: Heard | None = None
        self.gone: Future[None] = asyncio.get_running_loop().create_future()
        self._listening = asyncio.ensure_future(self._listen())

    async def call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Ask for something and wait for the answer; raises `CallError` or `BrowserGoneError`."""
        if self.gone.done():
            raise BrowserGoneError(f"{method}: the browser has ended")
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(json.dumps(message).encode() + b"\0")
            await self._writer.drain()
            answer = await self._waiting[number]
        except ConnectionError as error:
            raise BrowserGoneError(f"{method}: the browser has ended") from error
        finally:
            self._waiting.pop(number, None)
        if "error" in answer:
            raise CallError(f"{method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        return result

    async def close(self) -> None:
        """Listen and speak no more; Chromium ends when its pipe does."""
        self._writer.close()
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening

    async def _listen(self) -> None:
        """Take messages until there are no more."""
        try:
            while True:
                data = await self._reader.readuntil(b"\0")
                self._take(json.loads(data[:-1]))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            pass
        finally:
            self.gone.set_result(None)
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(BrowserGoneError("the browser has ended"))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" not in message:
            if self.heard is not None:
                self.heard(message["method"], message.get("params", {}), message.get("sessionId", ""))
            return
        answer = self._waiting.get(message["id"])
        if answer is not None and not answer.done():
            answer.set_result(message)

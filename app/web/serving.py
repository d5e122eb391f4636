"""How much one process takes on at once: a body is read whole first, then its request takes a place or is sent away.

A request whose body trickles in therefore keeps nobody out. All of it happens on the event loop, and a request that is
sent away is answered without a thread and without the database: that is what there is too little of then.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1_000_000
MOST_FIELDS = 500
LONGEST_BODY_SECONDS = 20
"""With the time that a connection may take for its head, a request has arrived within thirty seconds or is ended."""
MOST_HELD = 32 * 2**20
"""Bytes of all bodies that are there at the same time; beyond it the largest that is still on its way is cut off."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NEVER_REFUSED = frozenset({"/healthz", "/readyz", "/metrics"})
SAVES = re.compile(r"^/api/v1/responses/[^/]+/answers/[^/]+$", re.ASCII)
STREAM = "text/event-stream"


class Kind(StrEnum):
    """What requests are counted apart, so that many of one kind leave room for the other."""

    READING = "reading"
    WRITING = "writing"


class Places:
    """How many requests of each kind are served or wait, `most` at the same time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken: Counter[Kind] = Counter()
        self.refused: Counter[Kind] = Counter()

    def take(self, kind: Kind) -> bool:
        """Take a place; False, and counted, when there is none."""
        if self.taken[kind] >= self.most:
            self.refused[kind] += 1
            return False
        self.taken[kind] += 1
        return True

    def leave(self, kind: Kind) -> None:
        """Give a place back."""
        self.taken[kind] -= 1


class Turns:
    """So many requests write at the same time; the others wait, and are counted."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.waiting = 0
        self._free = asyncio.Semaphore(most)

    async def __aenter__(self) -> None:
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free.release()


@dataclass(eq=False)
class _Arrival:
    """A body on its way: how much of it is here, and the time it has."""

    limit: asyncio.Timeout
    size: int = 0
    is_cut: bool = False


class Intake:
    """Reads bodies within their limits, and gives each request its place.

    Answers 408 to a body that takes too long, 413 to one that is too large, 503 to one there is no room for and to a
    request for which there is no place. A save is bounded by what waits for the answer writer instead.
    """

    def __init__(self, app: ASGIApp, places: Places, answer: Callable[[Request, int], Response]) -> None:
        self.app, self.places, self.answer = app, places, answer
        self._arriving: set[_Arrival] = set()
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not _has_body(Headers(scope=scope)):
            await self._admit(scope, receive, send)
            return
        body = bytearray()
        try:
            status = await self._read(receive, body)
            if status is None:
                return
            if status != 200:
                await self.answer(Request(scope), status)(scope, receive, send)
                return
            scope.setdefault("state", {})["body"] = body
            whole: Message = {"type": "http.request", "body": bytes(body), "more_body": False}
            # what comes after it is only the news that the visitor has left
            await self._admit(scope, replayed(whole, receive), send)
        finally:
            self._held -= len(body)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in NEVER_REFUSED or (scope["method"] == "PUT" and SAVES.match(scope["path"])):
            await self.app(scope, receive, send)
            return
        kind = Kind.READING if scope["method"] in SAFE_METHODS else Kind.WRITING
        if not self.places.take(kind):
            await self.answer(Request(scope), 503)(scope, receive, send)
            return
        with self._place(kind) as leave:

            async def send_on(message: Message) -> None:
                # a stream lasts for minutes and has a bound of its own
                if message["type"] == "http.response.start" and _is_stream(message):
                    leave()
                await send(message)

            await self.app(scope, receive, send_on)

    @contextmanager
    def _place(self, kind: Kind) -> Generator[Callable[[], None]]:
        has_left = False

        def leave() -> None:
            nonlocal has_left
            if not has_left:
                has_left = True
                self.places.leave(kind)

        try:
            yield leave
        finally:
            leave()

    async def _read(self, receive: Receive, body: bytearray) -> int | None:
        """Read a body to its end; 200, the status that refuses it, or None when its sender has gone."""
        arrival = _Arrival(asyncio.timeout(LONGEST_BODY_SECONDS))
        self._arriving.add(arrival)
        try:
            async with arrival.limit:
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    part = message.get("body", b"")
                    if len(body) + len(part) > LARGEST_BODY:
                        return 413
                    body += part
                    arrival.size = len(body)
                    self._held += len(part)
                    if self._held > MOST_HELD:
                        self._cut_largest()
                    if not message.get("more_body", False):
                        return 503 if arrival.is_cut else 200
        except TimeoutError:
            return 503 if arrival.is_cut else 408
        finally:
            self._arriving.discard(arrival)

    def _cut_largest(self) -> None:
        largest = max((one for one in self._arriving if not one.is_cut), key=lambda one: one.size, default=None)
        if largest:
            largest.is_cut = True
            largest.limit.reschedule(asyncio.get_running_loop().time())


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _is_stream(message: Message) -> bool:
    return any(name == b"content-type" and value.startswith(STREAM.encode()) for name, value in message["headers"])


def replayed(first: Message, receive: Receive) -> Receive:
    """A message that was received already, and then what else comes."""
    is_given = False

    async def receive_again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return first

    return receive_again

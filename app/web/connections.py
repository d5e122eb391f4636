"""Connections that cannot be held without asking for anything: deadlines and sizes that uvicorn's own protocol lacks.

It closes a connection that is silent after an answer, and no other: not one that never finishes the head of its first
request, none that goes on with a body nobody reads, and none that does not take its answer.
"""

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD_SECONDS = 8.0
LARGEST_HEAD = 32 * 1024
"""Bytes of the request line and all headers; cookies of twenty surveys fit several times."""
LONGEST_PAUSE_IN_READING = 25.0
"""Seconds in which whoever is sent an answer has to take some of it."""
LINGERS_SECONDS = 2.0
LINGERS_BYTES = 1_000_000
"""What of a refused body is thrown away before the connection is cut, so that its sender reads why."""
KEEPS_ALIVE = 20
"""Seconds a connection may be silent after an answer; a proxy in front keeps its own for a shorter time."""
MOST_CONNECTIONS = 2_000
OTHER_FILES = 200
"""Descriptors that the program needs beside its connections: databases, files that are sent, logs."""


def allow_many_files() -> None:
    """Let this process and its workers open as many files as the system lets them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def most_connections() -> int:
    """How many connections one process may have, by what it may open."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if most == resource.RLIM_INFINITY else max(1, min(MOST_CONNECTIONS, most - OTHER_FILES))


def plain_answer(status: str, sentence: str, *headers: str) -> bytes:
    """An answer for a connection whose request never reaches the application; `status` is as in "431 Too Large"."""
    lines = (f"HTTP/1.1 {status}", "Content-Type: text/plain", f"Content-Length: {len(sentence)}", *headers)
    return ("\r\n".join((*lines, "Connection: close", "", "")) + sentence).encode("ascii")


FULL = plain_answer("503 Service Unavailable", "Not available for a moment.", "Retry-After: 5")
TOO_SLOW = plain_answer("408 Request Timeout", "The request took too long to arrive.")
HEAD_TOO_LARGE = plain_answer("431 Request Header Fields Too Large", "The head of the request is too large.")


class BoundedProtocol(HttpToolsProtocol):
    """One connection, with an end to each of its states."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._head = self._size = self._outside = 0
        self._thrown_away = 0
        self._is_lingering = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] -- uvicorn's
        """Take a connection, or say that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            transport.write(FULL)
            transport.close()
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and its timers."""
        self._forget_deadline()
        self._take_up_reading()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, as long as it is wanted."""
        if self._is_lingering:
            self._thrown_away += len(data)
            if self._thrown_away > LINGERS_BYTES:
                self.transport.abort()
            return
        if self.transport.is_closing():
            return
        is_between = self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison] -- None until the first request
        if is_between and self._deadline is None:
            self._await_head()
        self._outside += len(data)
        super().data_received(data)
        if self._outside > LARGEST_HEAD and not is_between and not self._is_lingering:
            # a head behind a request that is served, or what follows a body in parts: nothing can be said there
            self.transport.abort()
            return
        if self._deadline is not None:
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self._refuse(HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begin to read the head of a request."""
        super().on_message_begin()
        self._size = self._outside = 0

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        self._size += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header."""
        super().on_header(name, value)
        self._size += len(name) + len(value)

    def on_headers_complete(self) -> None:
        """Begin to serve a request whose head is here."""
        if self._is_lingering:
            return
        self._forget_deadline()
        if self._size > LARGEST_HEAD:
            self._refuse(HEAD_TOO_LARGE)
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body of a request that is served."""
        self._outside -= len(body)
        if not self._is_lingering and not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Know that a request is here whole."""
        if not self._is_lingering and not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request; not where a body is still coming that nobody will read."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete and self.cycle.more_body:
            self._linger()

    def pause_writing(self) -> None:
        """Wait for whoever reads the answer, but not for ever."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(LONGEST_PAUSE_IN_READING, self._give_up_writing)

    def resume_writing(self) -> None:
        """Go on with the answer."""
        self._take_up_reading()
        super().resume_writing()

    def _await_head(self) -> None:
        self._head = 0
        self._deadline = self.loop.call_later(LONGEST_HEAD_SECONDS, self._give_up_head)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _take_up_reading(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _give_up_head(self) -> None:
        if self._head:
            self._refuse(TOO_SLOW)
        else:
            # browsers open connections they may never use, and would take an answer for that of their next request
            self.transport.close()

    def _give_up_writing(self) -> None:
        self.transport.abort()

    def _refuse(self, answer: bytes) -> None:
        self._forget_deadline()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self._linger()

    def _linger(self) -> None:
        """End the connection in a way that lets its other side read the answer first."""
        self._is_lingering = True
        self._unset_keepalive_if_required()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._deadline = self.loop.call_later(LINGERS_SECONDS, self.transport.abort)

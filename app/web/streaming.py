"""Pages that change by themselves: server-sent events that say only that something has changed.

Nothing is held between two looks, least of all a database session; the looks of all who follow one thing are shared.
"""

import asyncio
import signal
import threading
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import FrameType

from fastapi import Response
from fastapi.sse import EventSourceResponse, format_sse_event
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.concurrency import run_in_threadpool

from app.core.errors import AppError, TooMany

MOST = 100
MOST_EACH = 4
"""Of one who follows: somebody with many windows must not take the places of the others."""
EVERY = 2.0
"""Seconds between two looks."""
SILENCE = 15.0
"""After so many seconds without an event a sign of life is sent: proxies close what is silent, and pages notice it."""
ALIVE = format_sse_event(event="alive", data_str="yes")
LASTS = 600.0
"""A browser that follows for longer asks again, and so shows again that it may."""
COMES_BACK = 2000
ASKS_AGAIN = 30.0
"""After so many seconds it is looked up whether whoever follows still may."""


class Streams:
    """The streams of one process: so many at the same time at most, and all of them end when the server stops."""

    def __init__(self, *, most: int = MOST, every: float = EVERY, lasts: float = LASTS) -> None:
        self._most, self._every, self._lasts = most, every, lasts
        self._held: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._said: dict[str, tuple[float, str]] = {}
        self._looking: dict[str, asyncio.Future[str]] = {}
        self._ends: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._counting = threading.Lock()
        self._is_ended = False

    def respond(self, thing: str, look: Callable[[], str], who: str, may: Callable[[], bool]) -> Response:
        """A stream with an event whenever what `look` says of a thing has changed; the first says how it is now.

        `look` runs in a thread and opens what it needs itself, and so does `may`, which is asked at times whether `who`
        still may follow. The place is held from here on, and free when the answer is gone, sent or not.
        Raises TooMany when enough streams are open, of all or of `who`.
        """
        with self._counting:
            if self._held.total() >= self._most:
                raise TooMany("Too many people are watching live. This page still shows the numbers of now.")
            if self._held[who] >= MOST_EACH:
                raise TooMany("You are watching live in several windows. This page still shows the numbers of now.")
            self._held[who] += 1

        async def stream() -> AsyncIterator[bytes]:
            try:
                async for event in self.follow(thing, look, may):
                    yield event
            finally:
                leave()

        response = EventSourceResponse(stream(), headers={"X-Accel-Buffering": "no"})
        # of an answer that is never sent no stream begins that could end
        leave = weakref.finalize(response, self._leave, who)
        return response

    def _leave(self, who: str) -> None:
        with self._counting:
            self._held[who] -= 1
            if not self._held[who]:
                del self._held[who]

    async def follow(self, thing: str, look: Callable[[], str], may: Callable[[], bool]) -> AsyncIterator[bytes]:
        """The events of one stream, as bytes; it ends by itself after a while, and when what is looked at is gone."""
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        self._ends[end] = loop
        self._open[thing] += 1
        begun = spoke = asked = loop.time()
        said = None
        try:
            while not self._is_ended and loop.time() - begun < self._lasts:
                if loop.time() - asked >= ASKS_AGAIN:
                    asked = loop.time()
                    if not await run_in_threadpool(may):
                        return
                found = await self._look(thing, look)
                if found != said:
                    said, spoke = found, loop.time()
                    yield format_sse_event(event="changed", data_str=found, retry=COMES_BACK)
                elif loop.time() - spoke >= SILENCE:
                    spoke = loop.time()
                    yield ALIVE
                with suppress(TimeoutError):
                    await asyncio.wait_for(end.wait(), self._every)
        except (AppError, OperationalError, InterfaceError):
            # the thing or the database is away: the browser sees the stream end, says so, and asks again
            return
        finally:
            del self._ends[end]
            self._open[thing] -= 1
            if not self._open[thing]:
                del self._open[thing]
                self._said.pop(thing, None)

    def close(self) -> None:
        """End all streams, and let none begin; may be called from a signal or another thread."""
        self._is_ended = True
        for end, loop in [*self._ends.items()]:
            loop.call_soon_threadsafe(end.set)

    async def _look(self, thing: str, look: Callable[[], str]) -> str:
        """What is said of a thing, by a look just taken or under way if there is one."""
        loop = asyncio.get_running_loop()
        looked, found = self._said.get(thing, (-self._every, ""))
        if loop.time() - looked < self._every / 2:
            return found
        under_way = self._looking.get(thing)
        if under_way is None:
            under_way = self._looking[thing] = asyncio.ensure_future(run_in_threadpool(look))
            under_way.add_done_callback(lambda _: self._looking.pop(thing, None))
        # whoever leaves meanwhile must not take it from the others
        found = await asyncio.shield(under_way)
        self._said[thing] = (loop.time(), found)
        return found


def end_on_signals(streams: Streams) -> None:
    """End the streams as soon as the server is told to stop: it waits for all requests before it tells the program."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def stop(got: int, frame: FrameType | None, before: object = before) -> None:
            streams.close()
            if callable(before):
                before(got, frame)

        if callable(before):
            signal.signal(number, stop)

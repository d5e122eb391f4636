"""Streams: an event for each change, quiet between them, few, and ended when the server stops."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from fastapi.responses import StreamingResponse

from app.core.errors import NotFound, TooMany
from app.web.streaming import MOST_EACH, Streams, end_on_signals

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """In a thread of its own: after tests of a browser a loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def always() -> bool:
    return True


def collect(streams: Streams, look: Callable[[], str], *, most: int = 100) -> list[bytes]:
    """What one stream sends until it ends, or so many parts."""

    async def follow() -> list[bytes]:
        found: list[bytes] = []
        async for part in streams.follow("thing", look, always):
            found.append(part)
            if len(found) == most:
                break
        return found

    return run(follow())


def counting(said: Iterator[str]) -> tuple[Callable[[], str], list[str]]:
    looks: list[str] = []

    def look() -> str:
        looks.append(next(said, looks[-1] if looks else ""))
        return looks[-1]

    return look, looks


def test_an_event_only_when_something_has_changed() -> None:
    look, looks = counting(iter(["a", "a", "b", "b", "b", "c"]))
    parts = collect(Streams(every=0.05, lasts=0.6), look)
    assert [part.splitlines()[1] for part in parts] == [b"data: a", b"data: b", b"data: c"]
    assert all(part.startswith(b"event: changed\n") for part in parts)
    assert len(looks) <= 0.6 / 0.05 + 1, "it looks when it is time, and sleeps in between"


def test_a_silent_stream_shows_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.streaming.SILENCE", 0.15)
    parts = collect(Streams(every=0.05, lasts=0.6), lambda: "same")
    assert parts[0].startswith(b"event: changed")
    assert set(parts[1:]) == {b"event: alive\ndata: yes\n\n"}
    assert 1 <= len(parts[1:]) <= 4


def test_those_who_follow_one_thing_share_a_look() -> None:
    look, looks = counting(iter(()))
    streams = Streams(every=0.1, lasts=0.5)

    async def follow(thing: str) -> None:
        async for _ in streams.follow(thing, look, always):
            pass

    async def all_of_them() -> None:
        first = asyncio.create_task(follow("thing"))
        await asyncio.sleep(0.03)
        await asyncio.gather(first, *(follow("thing") for _ in range(20)))

    run(all_of_them())
    assert len(looks) <= 2 * (0.5 / 0.1 + 1)


def test_a_thing_that_is_gone_ends_its_stream() -> None:
    def look() -> str:
        raise NotFound("There is no such survey.")

    assert collect(Streams(), look) == []


def test_closing_ends_a_stream_at_once_and_lets_none_begin() -> None:
    streams = Streams(every=60)
    threading.Timer(0.2, streams.close).start()
    begun = time.monotonic()
    assert len(collect(streams, lambda: "same")) == 1
    assert time.monotonic() - begun < 5
    assert collect(streams, lambda: "same") == []


def test_no_more_than_so_many_of_all_and_of_one_and_what_is_gone_makes_room() -> None:
    streams = Streams(most=MOST_EACH + 1)
    held = [streams.respond("thing", lambda: "same", "one", always) for _ in range(MOST_EACH)]
    with pytest.raises(TooMany, match="several windows"):
        streams.respond("thing", lambda: "same", "one", always)
    held.append(streams.respond("thing", lambda: "same", "another", always))
    with pytest.raises(TooMany, match="Too many people"):
        streams.respond("thing", lambda: "same", "a third", always)
    assert {one.media_type for one in held} == {"text/event-stream"}
    held.clear()
    assert streams.respond("thing", lambda: "same", "one", always)


def test_a_stream_ends_when_whoever_follows_may_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.streaming.ASKS_AGAIN", 0.15)
    asked: list[float] = []

    def may() -> bool:
        asked.append(time.monotonic())
        return len(asked) < 3

    look, looks = counting(iter(()))

    async def follow() -> None:
        async for _ in Streams(every=0.05, lasts=5).follow("thing", look, may):
            pass

    begun = time.monotonic()
    run(follow())
    assert len(asked) == 3
    assert time.monotonic() - begun < 3
    assert len(looks) > 3, "it is asked more seldom than looked"


def test_whoever_leaves_early_makes_room() -> None:
    streams = Streams(most=1, every=60)

    async def leave() -> None:
        async def follow() -> None:
            answer = streams.respond("thing", lambda: "same", "one", always)
            assert isinstance(answer, StreamingResponse)
            async for _ in answer.body_iterator:
                pass

        task = asyncio.create_task(follow())
        await asyncio.sleep(0.1)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        del task
        gc.collect()
        assert streams.respond("thing", lambda: "same", "another", always)

    run(leave())


def test_a_signal_ends_streams_and_reaches_whoever_waited_for_it_before() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    kept = signal.getsignal(signal.SIGINT)
    try:
        streams = Streams(every=0.2, lasts=1)
        end_on_signals(streams)
        os.kill(os.getpid(), signal.SIGTERM)
        assert heard == [signal.SIGTERM]
        assert collect(streams, lambda: "same") == []
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, kept)


SERVER = """
import asyncio, sys
import uvicorn
from contextlib import asynccontextmanager
from fastapi import FastAPI
from app.web.streaming import Streams, end_on_signals

@asynccontextmanager
async def lifespan(app):
    app.state.streams = Streams(every=60)
    end_on_signals(app.state.streams)
    yield

app = FastAPI(lifespan=lifespan)

@app.get("/")
def follow():
    return app.state.streams.respond("thing", lambda: "same", "one", lambda: True)

uvicorn.run(app, port=int(sys.argv[1]), log_level="error", timeout_graceful_shutdown=30)
"""


def test_a_server_with_an_open_stream_stops_when_it_is_told_to(free_port: int) -> None:
    from urllib.request import urlopen

    server = subprocess.Popen([sys.executable, "-c", SERVER, str(free_port)])
    try:
        answer = None
        for _ in range(100):
            with suppress(OSError):
                answer = urlopen(f"http://127.0.0.1:{free_port}/")
                break
            time.sleep(0.1)
        assert answer
        assert answer.readline() == b"event: changed\n"
        told = time.monotonic()
        server.terminate()
        assert server.wait(timeout=20) in (0, -signal.SIGTERM)
        assert time.monotonic() - told < 10, "it did not wait for the stream's end"
        answer.close()
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

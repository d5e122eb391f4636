"""A generator of load in a process of its own: each arrival has its moment beforehand, and latency counts from it.

A server that stalls does not slow the arrivals, so what they waited is in the figures. Without a rate it is a
closed loop: each connection sends again as soon as it was answered. Run by `tests.bench.saving` with a file of people.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random


@dataclass
class Person:
    """Where somebody saves, their token, and the revision of each of their answers."""

    response: str
    token: str
    revs: dict[str, int]


class Connection:
    """One HTTP/1.1 connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        self._reader, self._writer, self._port = reader, writer, port

    async def save(self, person: Person, code: str) -> int:
        """Save the next revision of an answer; returns the status."""
        rev = person.revs[code]
        body = json.dumps({"value": rev % 5 + 1, "rev": rev})
        self._writer.write(
            f"PUT /api/v1/responses/{person.response}/answers/{code} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Authorization: Bearer {person.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length:") + 15
        await self._reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        status = int(head[9:12])
        person.revs[code] += status == 200
        return status


async def connect(port: int, count: int) -> AsyncIterator[Connection]:
    """Open so many connections."""
    for _ in range(count):
        yield Connection(*await asyncio.open_connection("127.0.0.1", port), port)


async def arrive(port: int, people: list[Person], rate: float, seconds: float, connections: int) -> dict[str, object]:
    """Saves that arrive at random at a rate; the latencies in seconds and how many were not confirmed."""
    chance, moments, at = Random(11), list[float](), 0.0
    while (at := at + chance.expovariate(rate)) < seconds:
        moments.append(at)
    free: asyncio.Queue[tuple[Connection, Iterator[tuple[Person, str]]]] = asyncio.Queue()
    async for number, connection in _numbered(port, connections):
        free.put_nowait((connection, _turns(people[number::connections])))
    begun, latencies, refused = time.perf_counter(), list[float](), 0

    async def one(moment: float) -> None:
        nonlocal refused
        connection, turns = await free.get()
        refused += await connection.save(*next(turns)) != 200
        latencies.append(time.perf_counter() - begun - moment)
        free.put_nowait((connection, turns))

    waiting: list[asyncio.Task[None]] = []
    for moment in moments:
        await asyncio.sleep(max(0.0, begun + moment - time.perf_counter()))
        waiting.append(asyncio.create_task(one(moment)))
    await asyncio.gather(*waiting)
    return {"latencies": latencies, "refused": refused}


async def saturate(port: int, people: list[Person], seconds: float, connections: int) -> dict[str, object]:
    """As many saves as the connections get answered; how many a second were confirmed, and how many were not."""
    done = refused = 0
    end = time.perf_counter() + seconds

    async def keep_on(connection: Connection, turns: Iterator[tuple[Person, str]]) -> None:
        nonlocal done, refused
        while time.perf_counter() < end:
            status = await connection.save(*next(turns))
            done += status == 200
            refused += status != 200

    loops = [keep_on(one, _turns(people[n::connections])) async for n, one in _numbered(port, connections)]
    begun = time.perf_counter()
    await asyncio.gather(*loops)
    return {"rate": done / (time.perf_counter() - begun), "refused": refused}


async def _numbered(port: int, connections: int) -> AsyncIterator[tuple[int, Connection]]:
    number = 0
    async for connection in connect(port, connections):
        yield number, connection
        number += 1


def _turns(people: list[Person]) -> Iterator[tuple[Person, str]]:
    while True:
        for code in people[0].revs:
            for person in people:
                yield person, code


def main() -> None:
    """Read who saves, send, keep how far they came for the next time, and print what came of it."""
    file, (port, connections), (rate, seconds) = Path(sys.argv[1]), map(int, sys.argv[2:4]), map(float, sys.argv[4:6])
    people = [Person(**one) for one in json.loads(file.read_text())]
    if rate:
        found = asyncio.run(arrive(port, people, rate, seconds, connections))
    else:
        found = asyncio.run(saturate(port, people, seconds, connections))
    file.write_text(json.dumps([vars(person) for person in people]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

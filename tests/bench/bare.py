"""The bare limit: a Starlette endpoint that keeps an answer durably through one writer, and nothing else.

No person, no rule, no revision: one statement a save, as many in a commit as have gathered. Run by
`tests.bench.saving`: `python -m tests.bench.bare ADDRESS PORT`.
"""

import asyncio
import queue
import sys
import threading
from concurrent.futures import Future
from typing import Any

import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.db import make_engine

MOST = 256
TABLE = """CREATE TABLE IF NOT EXISTS bare (
response text NOT NULL, code text NOT NULL, point int, rev int NOT NULL, PRIMARY KEY (response, code))"""
WRITE = """INSERT INTO bare (response, code, point, rev) VALUES (?, ?, ?, ?)
ON CONFLICT (response, code) DO UPDATE SET point = excluded.point, rev = excluded.rev"""


class Writer:
    """One thread, one connection, one commit for all that has gathered."""

    def __init__(self, engine: Engine) -> None:
        self._connection: Any = engine.raw_connection()
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._statement = WRITE if self._is_sqlite else WRITE.replace("?", "%s")
        self._waiting: queue.SimpleQueue[tuple[tuple[object, ...], Future[None]]] = queue.SimpleQueue()
        cursor = self._connection.cursor()
        cursor.execute(TABLE)
        self._connection.commit()
        threading.Thread(target=self._work, daemon=True).start()

    def save(self, row: tuple[object, ...]) -> Future[None]:
        """Keep a row; done when it is on the disk."""
        done: Future[None] = Future()
        self._waiting.put((row, done))
        return done

    def _work(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < MOST and not self._waiting.empty():
                batch.append(self._waiting.get())
            cursor = self._connection.cursor()
            if self._is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(self._statement, [row for row, _ in batch])
            cursor.execute("COMMIT") if self._is_sqlite else self._connection.commit()
            for _, done in batch:
                done.set_result(None)


def bare_app(engine: Engine) -> Starlette:
    """The application with its one route."""
    writer = Writer(engine)

    async def save(request: Request) -> Response:
        body = await request.json()
        where = request.path_params
        await asyncio.wrap_future(writer.save((where["response"], where["code"], body["value"], body["rev"] + 1)))
        return JSONResponse({"rev": body["rev"] + 1})

    async def health(_request: Request) -> Response:
        return JSONResponse({})

    saving = Route("/api/v1/responses/{response}/answers/{code}", save, methods=["PUT"])
    return Starlette(routes=[saving, Route("/healthz", health)])


if __name__ == "__main__":
    uvicorn.run(bare_app(make_engine(sys.argv[1])), port=int(sys.argv[2]), log_level="warning")

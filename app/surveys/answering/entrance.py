"""The way in for single saves, in front of all layers: what these do for every request costs several times a save.

A save that is taken is answered here. Everything else goes the ordinary way through the layers, which read and refuse
it as they do all others, so that each refusal is worded in one place.
"""

import asyncio
import json
import re
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import AppError
from app.core.settings import Settings
from app.surveys.answering.api import read_save, saving, tokens_in
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.saves import Saved
from app.web.counting import Counts
from app.web.security import is_foreign_call, protecting_headers, request_id_for
from app.web.serving import replayed

PLAIN = re.compile(r"/api/v1/responses/([0-9a-f-]{32,36})/answers/([\w.:-]{1,100})", re.ASCII)
LARGEST_PLAIN = 4_000
"""Bytes of a body that is waited for here; two thousand connections hold no more than 8 MB with it."""
SHORTLY = 1.0
"""Seconds in which such a body is there, as it comes with its head; the ordinary way waits for others."""


class Entrance:
    """Saves an answer or hands the request on."""

    def __init__(self, app: ASGIApp, settings: Settings, counts: Counts) -> None:
        self.app, self.settings = app, settings
        self._hosts, self._address = settings.hosts, settings.address
        self._count = counts.counter("PUT", saving.path, 200)
        always = protecting_headers(settings) | {"Cache-Control": "no-store", "Content-Type": "application/json"}
        self._always = [(name.lower().encode(), value.encode()) for name, value in always.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "PUT" and (where := PLAIN.fullmatch(scope["path"])):
            await self._serve(scope, receive, send, where)
        else:
            await self.app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, where: re.Match[str]) -> None:
        began = time.perf_counter()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._is_plain(headers, len(scope["headers"])):
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(SHORTLY):
                message = await receive()
        except TimeoutError:
            await self.app(scope, receive, send)
            return
        if message.get("more_body", False) or message["type"] != "http.request":
            await self.app(scope, replayed(message, receive), send)
            return
        try:
            save = read_save(where[1], where[2], tokens_in(headers, self.settings), message.get("body", b""))
        except AppError:
            await self.app(scope, replayed(message, receive), send)
            return
        writer: AnswerWriter = scope["app"].state.writer
        try:
            [outcome] = await writer.save_soon([save])
        except Exception as failure:
            outcome = failure
        if not isinstance(outcome, Saved):
            scope.setdefault("state", {})["refusal"] = outcome
            await self.app(scope, replayed(message, receive), send)
            return
        self._count(time.perf_counter() - began)
        body = json.dumps({"rev": outcome.rev, "saved_at": outcome.saved_at.isoformat()}).encode()
        own = [
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id_for(headers.get("x-request-id", "")).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": self._always + own})
        await send({"type": "http.response.body", "body": body})

    def _is_plain(self, headers: dict[str, str], count: int) -> bool:
        """Whether a request is one of ours, by headers of which none is given twice, and brings a small body."""
        length = headers.get("content-length", "")
        return (
            len(headers) == count
            and length.isdecimal()
            and len(length) <= 4
            and 0 < int(length) <= LARGEST_PLAIN
            and "transfer-encoding" not in headers
            and headers.get("host", "").lower() in self._hosts
            and not is_foreign_call(headers, self._address)
        )

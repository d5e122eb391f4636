"""JSON from outside, read strictly: what the standard leaves open is refused, not guessed."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from app.core.errors import Invalid

LARGEST_WHOLE_NUMBER = 2**53


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Raises Invalid for NaN, Infinity, a key given twice, half a character,
    a number beyond 2**53, text that is not UTF-8, or nesting without end.

    >>> read_json(b'{"value": 4}')
    {'value': 4}
    """
    try:
        return DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Invalid("The request has a part that cannot be read.") from None


def _refuse(_text: str) -> Any:
    raise ValueError


def _whole(text: str) -> int:
    if len(text) > len(str(LARGEST_WHOLE_NUMBER)) + 1 or abs(int(text)) > LARGEST_WHOLE_NUMBER:
        raise ValueError
    return int(text)


def _real(text: str) -> float:
    number = float(text)
    if abs(number) == float("inf"):
        raise ValueError
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    for text in (*found, *(value for value in found.values() if isinstance(value, str))):
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ValueError
    return found


# made once: `json.loads` would make one for each body
DECODER = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole, parse_float=_real, object_pairs_hook=_object)


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """The body's value."""
        try:
            return read_json(await self.body())
        except Invalid:
            # FastAPI lets this class through where it turns others into 400
            raise HTTPException(422) from None


class StrictRoute(APIRoute):
    """A route that reads JSON strictly; every router of the API uses it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, over a strict request."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return handle_strictly

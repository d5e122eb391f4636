"""Slowing down who writes too much at once, without losing what they typed."""

from typing import Annotated

from fastapi import Depends, Request, Response

from app.auth.throttle import Limit, count_by_client, throttled
from app.core.errors import TooMany
from app.web.errors import RETRYABLE

WRITING_BY_CLIENT = Limit("discussion client", 60)


def is_flooding(request: Request) -> bool:
    """Whether so much came from this machine that no more is taken now; the page then keeps what was typed."""
    try:
        count_by_client(request, WRITING_BY_CLIENT)
    except TooMany:
        return True
    return False


def ask_to_wait(response: Response) -> Response:
    """The answer, with when to try again."""
    response.headers["Retry-After"] = RETRYABLE[response.status_code]
    return response


FloodDep = Annotated[bool, Depends(is_flooding)]
"""Stands first among the parameters of a route: it counts in a transaction of its own, before the route has one."""

WritingThrottled = Depends(throttled(WRITING_BY_CLIENT))

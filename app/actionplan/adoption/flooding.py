"""How often one machine may comment on shared plans; the answer to too much is the page with what was typed."""

from typing import Annotated

from fastapi import Depends, Request

from app.auth.throttle import Limit, count_by_client
from app.core.errors import TooMany

COMMENTS_BY_CLIENT = Limit("plan comment client", 30)


def comments_too_often(request: Request) -> bool:
    """Whether so much was said from this machine that no more is taken now."""
    try:
        count_by_client(request, COMMENTS_BY_CLIENT)
    except TooMany:
        return True
    return False


TooOften = Annotated[bool, Depends(comments_too_often)]
"""Stands first among the parameters of a route: it counts in a transaction of its own, before the route has one."""

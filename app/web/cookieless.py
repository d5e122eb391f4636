"""Answering where a browser keeps no cookies: the personal token stays in the address, before the path.

`/k/<token>/s/…` is served as `/s/…` to the holder of the token. Only the pages of those who answer and their saves can
be reached so; a browser that keeps cookies is sent on to the address without the token.
"""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

KEPT = re.compile(r"^/k/([A-Za-z0-9_-]{16,128})(/s/.+|/api/v1/responses/.+)$", re.ASCII)


class TokenInAddress:
    """Takes the token out of the address before the routes are looked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = KEPT.match(scope["path"]) if scope["type"] == "http" else None
        if found:
            state: Mapping[str, Any] = scope.get("state", {})
            path = found[2]
            scope = {**scope, "path": path, "raw_path": path.encode(), "state": {**state, "kept_token": found[1]}}
        await self.app(scope, receive, send)


def kept_token(request: Request) -> str:
    """The token in the address, empty where there is none."""
    return getattr(request.state, "kept_token", "")


def with_token(request: Request, path: str) -> str:
    """The path as this visitor has to ask for it: with the token before it where the address holds one."""
    token = kept_token(request)
    is_reached = path.startswith(("/s/", "/api/v1/responses/"))
    return f"/k/{token}{path}" if token and is_reached else path

"""What is packed on its way: everything but pages that another site made a browser ask for."""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

SMALLEST_PACKED = 1000
PACKING_LEVEL = 5
OWN_CALLS = ("same-origin", "none")
STATIC = "/static/"


class Packing:
    """Packs answers, but a page only for a browser that says it asks for itself.

    A page repeats parts of its address beside secrets such as a form's token. Whoever can make a browser ask with
    guesses in the address, and sees the sizes on the line, could tell from how well a page packs which guess is
    right (BREACH). Only other sites can make it ask, and browsers say so; from one that says nothing it is not packed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._packed = GZipMiddleware(app, minimum_size=SMALLEST_PACKED, compresslevel=PACKING_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, packed or not."""
        app = self._packed if scope["type"] == "http" and _may_be_packed(scope) else self._plain
        await app(scope, receive, send)


def _may_be_packed(scope: Scope) -> bool:
    return scope["path"].startswith(STATIC) or Headers(scope=scope).get("sec-fetch-site") in OWN_CALLS

"""What protects every answer of the server: hosts, sizes, headers, and forms that were really ours."""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Annotated

import structlog
from fastapi import Depends, Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import NotAllowed
from app.core.settings import Settings
from app.core.tokens import is_signed, make_token, sign
from app.web.cookieless import kept_token
from app.web.serving import LARGEST_BODY, MOST_FIELDS, NEVER_REFUSED

log = structlog.get_logger()

VISIT_COOKIE = "innaxe_visit"
KEPT_REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Protection:
    """The outermost layer: gives each request an id, refuses foreign hosts and large bodies, adds the headers."""

    def __init__(self, app: ASGIApp, settings: Settings, answer: Callable[[Request, int], Response]) -> None:
        self.app = app
        self.answer = answer
        self.hosts = settings.hosts
        self.headers = protecting_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = request_id_for(headers.get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = request_id

        has_begun = False

        async def send_protected(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    out.setdefault(name, value)
                out["X-Request-ID"] = request_id
                if not scope["path"].startswith("/static/"):
                    out.setdefault("Cache-Control", "no-store")
            await send(message)

        request = Request(scope)
        # whoever watches asks by the machine's own name, and those answers hold no address and no page
        if headers.get("host", "").lower() not in self.hosts and scope["path"] not in NEVER_REFUSED:
            await self.answer(request, 400)(scope, receive, send_protected)
        elif is_too_large(headers.get("content-length")):
            await self.answer(request, 413)(scope, receive, send_protected)
        elif "\0" in scope["path"]:
            # no address of ours has the sign NUL, and PostgreSQL cannot look for it
            await self.answer(request, 404)(scope, receive, send_protected)
        else:
            try:
                await self.app(scope, receive, send_protected)
            except Exception as failure:
                # the route as it is written, not the address asked for: tokens stand in addresses
                route = getattr(scope.get("route"), "path", None)
                log.error("bug", request_id=request_id, route=route, exc_info=failure)
                if has_begun:
                    raise
                await self.answer(request, 500)(scope, receive, send_protected)


def protecting_headers(settings: Settings) -> dict[str, str]:
    """The headers that every answer has, whatever it is."""
    if not settings.is_https:
        return HEADERS
    return HEADERS | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def request_id_for(given: str) -> str:
    """The id of a request: the one it came with, where it is one, else a new one.

    >>> request_id_for("from-a-proxy"), len(request_id_for("<b>"))
    ('from-a-proxy', 12)
    """
    return given if KEPT_REQUEST_ID.match(given) else secrets.token_hex(6)


def is_too_large(length: str | None) -> bool:
    """Whether a Content-Length announces more than is taken.

    >>> is_too_large(None), is_too_large("10"), is_too_large("200000000")
    (False, False, True)
    """
    return length is not None and length.isdecimal() and int(length) > LARGEST_BODY


def csrf_of(request: Request) -> str:
    """The token that a form of this visitor must carry."""
    return sign(request.app.state.settings.secret_key, "csrf", visit_of(request))


def visit_of(request: Request) -> str:
    """A random name of this browser, made at its first visit; it says nothing about the person."""
    if not hasattr(request.state, "visit"):
        known = _known_visit(request)
        request.state.visit = known if len(known) >= 32 else make_token()
        request.state.is_new_visit = request.state.visit != known
    return request.state.visit


def _known_visit(request: Request) -> str:
    """The name this browser keeps; where the address holds a token, one made from it."""
    token = kept_token(request)
    return sign(request.app.state.settings.secret_key, "visit", token) if token else get_cookie(request, VISIT_COOKIE)


def keep_visit(request: Request, response: Response) -> None:
    """Give a new browser its name."""
    if getattr(request.state, "is_new_visit", False):
        set_cookie(request, response, VISIT_COOKIE, request.state.visit)


def cookie_name(name: str, settings: Settings) -> str:
    """The name under which a cookie travels: over TLS the browser itself keeps it to this very host and path."""
    return f"__Host-{name}" if settings.is_https else name


def get_cookie(request: Request, name: str) -> str:
    """What a cookie of ours holds, or nothing."""
    return request.cookies.get(cookie_name(name, request.app.state.settings), "")


def set_cookie(request: Request, response: Response, name: str, value: str, *, seconds: int = 365 * 86_400) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send with a form."""
    response.set_cookie(
        cookie_name(name, request.app.state.settings),
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.is_https,
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Take a cookie back."""
    set_cookie(request, response, name, "", seconds=0)


async def check_form_is_ours(request: Request) -> None:
    """Refuse a form that another site made a browser send. Raises NotAllowed."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if is_foreign_call(request.headers, request.app.state.settings.address):
        raise NotAllowed("This form came from another site.")
    form = await request.form(max_files=1, max_fields=MOST_FIELDS)
    given = form.get("csrf") or request.headers.get("x-csrf-token", "")
    known = _known_visit(request)
    secret = request.app.state.settings.secret_key
    if not known and request.headers.get("sec-fetch-site") == "same-origin":
        # a browser without cookies: nobody is signed in there, and its own word says whose form this is
        return
    if not known or not isinstance(given, str) or not is_signed(secret, "csrf", known, given):
        raise NotAllowed("This page was open for too long. Go back, reload it and try again.")


async def check_call_is_ours(request: Request) -> None:
    """Ask a browser for the token that forms carry; a program comes with its own key. Raises NotAllowed."""
    if request.headers.get("authorization", "").partition(" ")[0].lower() != "bearer":
        await check_form_is_ours(request)


def is_foreign_call(headers: Mapping[str, str], address: str) -> bool:
    """Whether a browser says that a script of another site makes this call."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        # the browser's own word; under our no-referrer policy it sends forms with the origin "null"
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.lower() != address.lower() and not _is_own(origin, headers)


def _is_own(origin: str, headers: Mapping[str, str]) -> bool:
    return origin.lower().partition("://")[2] == headers.get("host", "").lower()


OwnForm = Depends(check_form_is_ours)
OwnCall = Depends(check_call_is_ours)
CsrfDep = Annotated[str, Depends(csrf_of)]

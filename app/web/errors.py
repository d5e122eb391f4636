"""From what went wrong to an answer: a page for people, problem+json for programs, always with a request id."""

from typing import Any
from urllib.parse import parse_qsl

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.core.catalogues import translate
from app.core.errors import AppError, Invalid, Stale
from app.web.cookieless import with_token
from app.web.language import language_of
from app.web.serving import MOST_FIELDS
from app.web.templating import render

log = structlog.get_logger()

PROBLEM = "application/problem+json"
FORM = "application/x-www-form-urlencoded"
SECRET_FORMS = ("/login", "/account")
TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not permitted",
    404: "Not found",
    405: "Not possible here",
    408: "Too slow",
    409: "Changed meanwhile",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Not readable",
    422: "Something needs correcting",
    423: "No longer open",
    428: "Say which version you changed",
    429: "Many requests",
    500: "Something failed on our side",
    503: "Not available for a moment",
}
SENTENCES = {
    400: "The address or the request is not one of ours.",
    404: "There is nothing at this address.",
    405: "This address does not take such a request.",
    408: "The request took too long to arrive. Try again.",
    413: "This is more than can be taken at once.",
    422: "The request has a part that cannot be read.",
    500: "What you saved before is safe. Try again, or tell us the reference.",
    503: "What you saved before is safe. Try again in a moment.",
}
RETRYABLE = {408: "5", 429: "900", 503: "5"}


def answer_error(
    request: Request,
    status: int,
    sentence: str = "",
    *,
    code: str = "",
    values: dict[str, Any] | None = None,
    **more: Any,
) -> Response:
    """The answer for an error, in the reader's language; `more` goes into problem+json."""
    language = language_of(request)
    status = status if status in TITLES else 500
    title = translate(language, TITLES[status])
    detail = translate(language, sentence or SENTENCES.get(status, SENTENCES[500]), **(values or {}))
    request_id = request.state.request_id
    # the route as it is written, not the address asked for: tokens stand in addresses
    route = getattr(request.scope.get("route"), "path", None)
    log.info("refused", request_id=request_id, status=status, code=code, method=request.method, route=route)
    headers = {"Retry-After": RETRYABLE[status]} if status in RETRYABLE else {}
    if is_program(request):
        problem = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "code": code or str(status),
            "request_id": request_id,
            **more,
        }
        return JSONResponse(problem, status, headers, PROBLEM)
    response = render(
        request,
        "error.html",
        status=status,
        status_code=status,
        title=title,
        sentence=detail,
        request_id=request_id,
        kept=kept_fields(request) if status == 503 else [],
        path=with_token(request, request.url.path),
    )
    response.headers.update(headers)
    return response


def kept_fields(request: Request) -> list[tuple[str, str]]:
    """What a form held that could not be served, by name, so that its page lets it be sent again; nothing secret.

    Empty for anything but a form that was read whole.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM or request.url.path.startswith(SECRET_FORMS):
        return []
    body: bytes | bytearray = getattr(request.state, "body", b"")
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


def is_program(request: Request) -> bool:
    """Whether the request comes from a program, by its address."""
    return request.url.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error in our own way, on the event loop: what is refused for want of a thread waits for none."""

    @app.exception_handler(AppError)
    async def expected(request: Request, error: AppError) -> Response:
        more = {"errors": error.errors} if isinstance(error, Invalid) and error.errors else {}
        response = answer_error(request, error.status, error.message, code=error.code, values=error.values, **more)
        if isinstance(error, Stale) and error.etag:
            response.headers["ETag"] = f'"{error.etag}"'
        return response

    @app.exception_handler(HTTPException)
    async def by_starlette(request: Request, error: HTTPException) -> Response:
        return answer_error(request, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        faults = error.errors()
        if any(fault["loc"][:1] == ("path",) for fault in faults):
            return answer_error(request, 404, code="not_found")
        # what was sent is not repeated: it may not even be text
        fields = {".".join(map(str, fault["loc"][1:])) or "body": fault["type"] for fault in faults}
        clean = {key.encode("utf-8", "replace").decode()[:100]: kind for key, kind in fields.items()}
        return answer_error(request, 422, code="invalid", errors=clean)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(InternalError)
    async def no_database(request: Request, error: Exception) -> Response:
        log.error("database", request_id=request.state.request_id, error=str(error)[:500])
        return answer_error(request, 503, code="database")

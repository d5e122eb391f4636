"""How often one machine or one address may send; the answer to too much is the form as it was typed."""

from typing import Annotated

from fastapi import Depends, Request, Response

from app.auth.throttle import WAIT, Limit, count_attempt, count_by_client
from app.core.catalogues import translate
from app.core.errors import TooMany
from app.web.errors import RETRYABLE
from app.web.forms import FormDep
from app.web.language import language_of

SENDING_BY_CLIENT = Limit("proposal client", 30)
SENDING_BY_ADDRESS = Limit("proposal address", 6)


def sends_too_often(request: Request, typed: FormDep) -> bool:
    """Whether too much came from this machine or for this address; what only turns a page is not counted."""
    return typed.get("step") == "send" and speaks_too_often(request, typed)


def speaks_too_often(request: Request, typed: FormDep) -> bool:
    """Whether too much came from this machine or for this address, whatever the form says of itself."""
    engine, settings = request.app.state.engine, request.app.state.settings
    try:
        count_by_client(request, SENDING_BY_CLIENT)
        email = typed.get("email", "").strip().lower()[:300]
        if email:
            count_attempt(engine, settings, SENDING_BY_ADDRESS, email)
    except TooMany:
        return True
    return False


TooOften = Annotated[bool, Depends(sends_too_often)]
SpeaksTooOften = Annotated[bool, Depends(speaks_too_often)]


def slow_down(request: Request, response: Response) -> Response:
    """The form as it was typed, as the answer to too many requests."""
    response.status_code = 429
    response.headers["Retry-After"] = RETRYABLE[429]
    return response


def wait_sentence(request: Request) -> str:
    """That it was tried too often, in the visitor's language."""
    return translate(language_of(request), WAIT)

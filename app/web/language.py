"""The language of a page: chosen and remembered."""

from typing import Annotated

from fastapi import Depends, Request

from app.core.words import LANGUAGES
from app.web.security import get_cookie

LANGUAGE_COOKIE = "innaxe_language"


def language_of(request: Request) -> str:
    """The language chosen in the address, else remembered, else the browser's first that we have, else English."""
    if not hasattr(request.state, "language"):
        request.state.language = _choose(request)
    return request.state.language


def _choose(request: Request) -> str:
    asked = request.query_params.get("lang") or get_cookie(request, LANGUAGE_COOKIE)
    if asked in LANGUAGES:
        return asked
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return "en"


LanguageDep = Annotated[str, Depends(language_of)]

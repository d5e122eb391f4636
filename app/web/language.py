"""The language of a page: chosen and remembered."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request

from app.core.tags import catalogue_language, normal_tag
from app.core.words import LANGUAGES
from app.web.security import get_cookie

LANGUAGE_COOKIE = "innaxe_language"


def language_of(request: Request) -> str:
    """The language chosen in the address, else remembered, else the browser's first that we have, else English."""
    if not hasattr(request.state, "language"):
        request.state.language = _choose(request)
    return request.state.language


def speak(request: Request, offered: Sequence[str], own: str) -> str:
    """The language for words that were written in the offered languages; the page's menu then lists these.

    Where the visitor understands none of them it is the page's own, and `own` is what they will read. A language
    without a catalogue has its buttons and notices in English.
    """
    chosen = next((tag for tag in _wanted(request) if tag in offered), "")
    request.state.offered, request.state.spoken = list(offered), chosen or own
    spoken = chosen or own
    nearest = catalogue_language(spoken)
    if nearest != spoken.partition("-")[0] or (chosen and nearest not in offered):
        request.state.language = nearest
    return spoken if chosen or nearest != spoken else language_of(request)


def _wanted(request: Request) -> list[str]:
    """The tags a visitor asks for, the chosen one first, each also without its region."""
    asked = normal_tag(request.query_params.get("lang") or get_cookie(request, LANGUAGE_COOKIE))
    parts = request.headers.get("accept-language", "")[:500].split(",")
    tags = [asked, *(normal_tag(part.partition(";")[0]) for part in parts)]
    return [one for tag in tags if tag for one in (tag, tag.partition("-")[0])]


def _choose(request: Request) -> str:
    return next((tag for tag in _wanted(request) if tag in LANGUAGES), "en")


LanguageDep = Annotated[str, Depends(language_of)]

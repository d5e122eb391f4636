"""From a template and ready values to a page."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import js_lib_htmx
from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.routing import Route

from app.core.amounts import short_money
from app.core.catalogues import translations_for
from app.core.days import spelt
from app.core.tags import catalogue_language, direction_of, language_name
from app.core.words import LANGUAGES, pick, picked_language
from app.web.cookieless import with_token
from app.web.language import LANGUAGE_COOKIE, language_of
from app.web.prose import prose
from app.web.security import csrf_of, get_cookie, keep_visit, set_cookie

ROOT = Path(__file__).resolve().parents[2]
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
LONGEST_QUERY = 4000
"""What an address asks for is kept when the language changes, up to so many characters."""
THEMES = ("dark", "light")
HTMX = Path(js_lib_htmx.__file__).parent / "static" / "htmx"


class Language:
    """A language as the menu shows it: its code, its own name, and the address that switches to it."""

    def __init__(self, request: Request, code: str) -> None:
        self.code, self.name = code, language_name(code)
        rest = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        # written once a language: what no page of ours asks for would make each page many times as long as its address
        kept = rest if len(urlencode(rest)) <= LONGEST_QUERY else []
        self.url = f"{with_token(request, request.url.path)}?{urlencode([*kept, ('lang', code)])}"


def make_environment(language: str) -> Environment:
    """A Jinja environment that speaks one language; an undefined name raises."""
    language = catalogue_language(language)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words: NullTranslations = translations_for(language)
    environment.install_gettext_translations(words, newstyle=True)  # pyright: ignore[reportAttributeAccessIssue] -- added by the extension
    filters: dict[str, Any] = {
        "pick": _pick,
        "tag": _tag,
        "prose": prose,
        "number": partial(_number, language),
        "signed": partial(_signed, language),
        "measured": partial(_measured, language),
        "percent": partial(_percent, language),
        "money": partial(_money, language),
        "day": partial(_day, language),
        "moment": partial(_moment, language),
        "clock": partial(_clock, language),
    }
    environment.filters.update(filters)
    names: dict[str, Any] = {"static": static, "language": language, "direction": "ltr"}
    environment.globals.update(names)
    return environment


@cache
def environment_for(language: str) -> Environment:
    """The environment of a language, made once."""
    return make_environment(language)


def _number(language: str, value: float, digits: int = 0) -> str:
    return format_decimal(round(value, digits), format=f"#,##0.{'0' * digits}", locale=language)


def _measured(language: str, value: float) -> str:
    """A value as it was measured, to two decimals at most: whole numbers are not given any."""
    return format_decimal(round(value, 2), format="#,##0.##", locale=language)


def _signed(language: str, value: float, digits: int = 0) -> str:
    rounded = round(value, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + _number(language, abs(rounded), digits)


def _percent(language: str, share: float) -> str:
    return format_percent(share, locale=language)


def _money(language: str, euros: float) -> str:
    return short_money(euros, language)


def _day(language: str, day: date) -> str:
    return spelt(day, language)


def _moment(language: str, moment: datetime) -> str:
    return f"{spelt(moment, language)}, {_clock(language, moment)} UTC"


def _clock(language: str, moment: datetime) -> str:
    return format_datetime(moment, "HH:mm", locale=language)


@pass_context
def _pick(context: Context, words: Mapping[str, str], fallback: str = "en") -> str:
    return pick(words, context.get("spoken") or context["language"], fallback)


@pass_context
def _tag(context: Context, words: Mapping[str, str], fallback: str = "en") -> str:
    """The language of what `pick` shows."""
    return picked_language(words, context.get("spoken") or context["language"], fallback)


@cache
def static(path: str) -> str:
    """The address of a file of ours or of an installed package, with its version, so browsers may keep it for ever."""
    file = static_file(path)
    version = hashlib.sha256(file.read_bytes()).hexdigest()[:10]
    return f"/static/{version}/{path}"


def static_file(path: str) -> Path:
    """Where a static file lies. Raises FileNotFoundError when there is none."""
    for folder in (STATIC, HTMX):
        file = (folder / path).resolve()
        if file.is_file() and folder in file.parents:
            return file
    raise FileNotFoundError(path)


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of the page, to swap it in place."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


def render(
    request: Request, template: str, *, fragment: str | None = None, status: int = 200, **values: Any
) -> Response:
    """The page, or its fragment when htmx asks for it and there is one."""
    language = language_of(request)
    spoken = getattr(request.state, "spoken", language)
    name = fragment if fragment and wants_fragment(request) else template
    values.setdefault("actor", getattr(request.state, "actor", None))
    text = (
        environment_for(language)
        .get_template(name)
        .render(
            request=request,
            url_for=partial(path_to, request),
            languages=[Language(request, code) for code in getattr(request.state, "offered", LANGUAGES)],
            spoken=spoken,
            direction=direction_of(spoken),
            theme=get_cookie(request, "innaxe_theme") if get_cookie(request, "innaxe_theme") in THEMES else "",
            csrf=csrf_of(request),
            navigation=getattr(request.state, "navigation", []),
            account_menu=getattr(request.state, "account_menu", []),
            base_url=request.app.state.settings.address,
            **values,
        )
    )
    response = HTMLResponse(text, status_code=status)
    response.headers["Vary"] = "HX-Request, Accept-Language, Cookie"
    response.headers["Content-Language"] = language
    keep_visit(request, response)
    if request.query_params.get("lang") in (language, spoken):
        set_cookie(request, response, LANGUAGE_COOKIE, request.query_params["lang"])
    return response


def redirect(request: Request, name: str, *, query: str = "", **params: Any) -> Response:
    """Send the browser to a page by its name, with 303: the next request is a GET."""
    path = path_to(request, name, **params)
    response = RedirectResponse(path + (f"?{query}" if query else ""), status_code=303)
    keep_visit(request, response)
    return response


def path_to(request: Request, name: str, **params: Any) -> str:
    """The path of a page by its name, as this visitor has to ask for it."""
    return with_token(request, str(_pages(request)[name].url_path_for(name, **_texts(params))))


def _pages(request: Request) -> dict[str, Route]:
    """The pages by name. The application would look through all of them for each link."""
    state = request.app.state
    if not hasattr(state, "pages_by_name"):
        state.pages_by_name = {
            route.name: route for router in state.pages for route in router.routes if isinstance(route, Route)
        }
    return state.pages_by_name


def _texts(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: str(value) if not isinstance(value, int | str | date | datetime) else value
        for key, value in params.items()
    }

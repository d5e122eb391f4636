"""Readings out of files, in the browser."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.indicators.checking import Checked, Choices
from app.indicators.queries import list_indicators
from app.indicators.reading import LONG_MAY, LONG_NEEDED
from app.indicators.service import Taken, import_readings
from app.indicators.territories import EDITIONS
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import Typed, UploadDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import render

router = APIRouter(prefix="/indicators", tags=["indicators"])

ImporterDep = Annotated[Actor, permitted("indicator.import")]
MOST_SHOWN = 100


@router.get("/import")
def readings_import_page(request: Request, session: SessionDep, actor: ImporterDep) -> Response:
    """Ask for a file, and for what it does not say itself."""
    return _page(request, session, actor, {})


@router.post("/import", dependencies=[OwnForm])
def import_readings_page(request: Request, session: SessionDep, actor: ImporterDep, sheet: UploadDep) -> Response:
    """Take a file over whole; with one fault nothing of it is, and each is named by row and column."""
    typed = sheet.typed
    if not sheet.name:
        return _page(request, session, actor, typed, {"sheet": translate(language_of(request), "Choose a file.")})
    choices = Choices(
        edition=typed.get("edition", ""),
        indicator=typed.get("indicator", ""),
        unit=typed.get("unit", "").strip(),
        source=typed.get("source", "").replace("\0", "").strip()[:2000],
        leaves_out=typed.get("leaves_out") == "yes",
        defines=typed.get("defines") == "yes",
    )
    try:
        taken = import_readings(session, actor, sheet.name, sheet.data, choices)
    except Invalid as refused:
        message = translate(language_of(request), refused.message, **refused.values)
        return _page(request, session, actor, typed, {"sheet": message})
    return _page(request, session, actor, typed, taken=taken)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    typed: Typed,
    errors: dict[str, str] | None = None,
    taken: Taken | None = None,
) -> Response:
    language = language_of(request)
    report = taken.report if taken else None
    left_out = report.left_out if report else []
    return render(
        request,
        "indicators/import.html",
        status=422 if errors or (taken and taken.is_refused) else 200,
        errors=errors or {},
        typed=dict.fromkeys(("edition", "indicator", "unit", "source", "leaves_out", "defines"), "") | typed,
        taken=taken,
        report=report,
        faults=[_fault(one, language) for one in (report.faults if report else [])[:MOST_SHOWN]],
        left_out=[_fault(one, language) for one in left_out[:MOST_SHOWN]],
        nearest=[_reading(one) for one in (report.nearest if report else [])[:MOST_SHOWN]],
        gaps=[_reading(one) for one in (report.gaps if report else [])[:MOST_SHOWN]],
        editions=EDITIONS,
        indicators=[(one.indicator.code, one.version.name) for one in list_indicators(session, actor)],
        needed=LONG_NEEDED,
        columns=LONG_MAY,
    )


def _fault(fault: Any, language: str) -> dict[str, Any]:
    return {"row": fault.row, "column": fault.column, "reason": translate(language, fault.reason, **fault.values)}


def _reading(one: Checked) -> dict[str, Any]:
    return {"row": one.row, "indicator": one.indicator, "region": one.region, "code": one.nuts_code, "year": one.year}

"""Initiatives from a sheet and into one, in the browser."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from app.actionplan.initiatives.exporting import export_initiatives
from app.actionplan.initiatives.importing import LISTS, NUMBERS, TEXTS, TRANSLATED, read_catalogue, rows_to_correct
from app.actionplan.initiatives.service import ImportCount, import_right_ones
from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import Invalid, NotFound
from app.documents.sheets import Fault, FaultyFile
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import UploadDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/initiatives", tags=["initiatives"])

ReaderDep = Annotated[Actor, permitted("initiative.read")]
ImporterDep = Annotated[Actor, permitted("initiative.import")]

PASTED = "pasted.csv"
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@router.get("/import")
def initiative_import_page(request: Request, actor: ImporterDep) -> Response:
    """Ask for a sheet, as a file or pasted."""
    return _page(request)


@router.post("/import", dependencies=[OwnForm])
def import_initiatives_page(request: Request, session: SessionDep, actor: ImporterDep, sheet: UploadDep) -> Response:
    """Take over the rows without a fault; the others come back in the box, each with what is wrong in which column."""
    pasted = sheet.typed.get("rows", "")
    try:
        if not sheet.name and not pasted.strip():
            raise Invalid("Choose a file, or paste rows.")
        catalogue = read_catalogue(sheet.name or PASTED, sheet.data if sheet.name else pasted.encode())
    except FaultyFile as faulty:
        return _page(request, faults=faulty.faults, rows=pasted)
    except Invalid as refusal:
        return _page(request, errors={"rows": translate(language_of(request), refusal.message)}, rows=pasted)
    done = import_right_ones(session, actor, catalogue)
    counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    if not done.faults:
        return redirect(request, "initiative_list", query=urlencode(counts))
    catalogue.faults = done.faults
    return _page(request, faults=done.faults, rows=rows_to_correct(catalogue), done=done)


@router.get("/sheet.{kind}")
def initiative_sheet(session: SessionDep, actor: ReaderDep, kind: str) -> Response:
    """All initiatives as a file that the import reads again; without any, a sheet to fill in."""
    if kind not in MEDIA_TYPES:
        raise NotFound("There is no such page.")
    data = export_initiatives(session, actor, kind)
    headers = {"Content-Disposition": f'attachment; filename="initiatives.{kind}"'}
    return Response(data, media_type=MEDIA_TYPES[kind], headers=headers)


def _page(
    request: Request,
    *,
    errors: dict[str, str] | None = None,
    faults: Sequence[Fault] = (),
    rows: str = "",
    done: ImportCount | None = None,
) -> Response:
    language = language_of(request)
    return render(
        request,
        "actionplan/initiatives/import.html",
        status=422 if errors or faults else 200,
        errors=errors or {},
        faults=[
            {"row": fault.row, "column": fault.column, "reason": translate(language, fault.reason, **fault.values)}
            for fault in sorted(faults, key=lambda fault: fault.row)
        ],
        rows=rows,
        done=done,
        columns=("id", *TRANSLATED, *TEXTS, *NUMBERS, *LISTS),
    )

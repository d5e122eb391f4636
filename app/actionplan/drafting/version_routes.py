"""What an initiative has said: its versions, compared word by word, and brought back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actionplan.drafting.pages import changes_view, note_view
from app.actionplan.drafting.queries import surveys_showing
from app.actionplan.drafting.routes import FOLDER, frame, phone_view, sheet_view
from app.actionplan.initiatives.changing import restore_version
from app.actionplan.initiatives.queries import get_own_initiative, get_version, list_versions
from app.auth.guard import permitted
from app.people.queries import names_of
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/initiatives/{initiative_id}", tags=["drafting"])

ReaderDep = Annotated[Actor, permitted("initiative.read")]


@router.get("/versions")
def version_list(request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> Response:
    """All versions: when, whose, from what, and which surveys ask about them."""
    initiative, newest = get_own_initiative(session, actor, initiative_id)
    versions, language = list_versions(session, initiative_id), language_of(request)
    names = names_of(session, [version.created_by_id for version in versions])
    shown = surveys_showing(session, [version.id for version in versions])
    return render(
        request,
        f"{FOLDER}/versions.html",
        versions=[
            {
                "number": version.number,
                "at": version.created_at,
                "by": names.get(version.created_by_id, ""),
                "note": note_view(version, language),
                "contributors": ", ".join(str(one["name"]) for one in version.contributors),
                "surveys": shown.get(version.id, []),
            }
            for version in versions
        ],
        **frame(actor, initiative, newest, language),
    )


@router.get("/versions/compare")
def compare_versions(request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> Response:
    """Two versions, by default the newest and the one before it, as one text with what was added and removed."""
    initiative, newest = get_own_initiative(session, actor, initiative_id)
    language = language_of(request)
    last = whole_number(request.query_params.get("to", ""), newest.number)
    first = whole_number(request.query_params.get("from", ""), max(1, last - 1))
    before, after = get_version(session, initiative_id, first), get_version(session, initiative_id, last)
    return render(
        request,
        f"{FOLDER}/compare.html",
        before=before,
        after=after,
        numbers=[version.number for version in list_versions(session, initiative_id)],
        changes=changes_view(before, after, language),
        **frame(actor, initiative, newest, language),
    )


@router.get("/versions/{number}")
def version_page(request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID, number: int) -> Response:
    """What the initiative said in one version, whichever is the newest."""
    initiative, newest = get_own_initiative(session, actor, initiative_id)
    old, language = get_version(session, initiative_id, number), language_of(request)
    view = sheet_view(session, actor, initiative, old, language)
    return render(
        request,
        f"{FOLDER}/version.html",
        old=old,
        by=names_of(session, [old.created_by_id]).get(old.created_by_id, ""),
        note=note_view(old, language),
        surveys=surveys_showing(session, [old.id]).get(old.id, []),
        **view,
        **phone_view(old, language, initiative.source_language),
        **frame(actor, initiative, newest, language),
    )


@router.post("/versions/{number}/restoration", dependencies=[OwnForm])
def create_restoration(
    request: Request,
    session: SessionDep,
    actor: Annotated[Actor, permitted("initiative.change")],
    initiative_id: UUID,
    number: int,
    typed: FormDep,
) -> Response:
    """Make what an earlier version said the newest again."""
    initiative, _ = get_own_initiative(session, actor, initiative_id)
    restore_version(session, actor, initiative, number, base_digest=typed.get("base", ""))
    return redirect(request, "initiative_page", initiative_id=initiative_id, query="saved=restored")

"""Sharing a plan for comment in the browser: making links, ending them, and answering what was said by them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.adoption.freezing import freeze
from app.actionplan.adoption.models import PlanShare
from app.actionplan.adoption.pages import plan_view, tell
from app.actionplan.adoption.queries import list_said, list_shares
from app.actionplan.adoption.rules import LONGEST_COMMENT, LONGEST_SHARE, USUAL_SHARE, is_readable
from app.actionplan.adoption.sharing import answer_comment, delete_comment, end_share, hide_comment, share_plan
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_own_plan
from app.auth.guard import permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Conflict, Invalid
from app.core.tokens import make_token
from app.core.words import pick
from app.people.queries import names_of
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, Typed, key_in, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/plans/{number}", tags=["plans"])

SharerDep = Annotated[Actor, permitted("plan.share")]
ReaderDep = Annotated[Actor, permitted("plan.read")]
FOLDER = "actionplan/adoption"


@router.get("/share")
def share_page(
    request: Request, session: SessionDep, actor: SharerDep, number: int, s: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """The form that makes a link to the newest draft of a scenario, and all links there are."""
    return _share_page(request, session, get_own_plan(session, actor, number), s, {}, {})


@router.post("/share", dependencies=[OwnForm])
def create_share(
    request: Request, session: SessionDep, settings: SettingsDep, actor: SharerDep, number: int, typed: FormDep
) -> Response:
    """Make a link; it is shown once, here."""
    plan = get_own_plan(session, actor, number)
    scenario = whole_number(typed.get("scenario", ""), 0) or None
    try:
        share, token = share_plan(
            session,
            actor,
            plan,
            scenario,
            revision_in(typed),
            label=typed.get("label", ""),
            until=_day(typed.get("until", "")),
            form_key=key_in(typed),
            secret=settings.secret_key,
        )
    except Invalid as refused:
        return _share_page(request, session, plan, scenario, typed, refused.errors, status=422)
    except Conflict as refused:
        return _share_page(request, session, plan, scenario, typed, {"draft": refused.message}, status=409)
    return _share_page(request, session, plan, scenario, {}, {}, new=(share, token))


@router.post("/share/{share_id}/end", dependencies=[OwnForm])
def end_plan_share(
    request: Request, session: SessionDep, actor: SharerDep, number: int, share_id: UUID, typed: FormDep
) -> Response:
    """End a link before its day."""
    end_share(session, actor, get_own_plan(session, actor, number), share_id)
    return redirect(request, "share_page", number=number)


@router.get("/comments")
def plan_comments(request: Request, session: SessionDep, actor: ReaderDep, number: int) -> Response:
    """What was said about drafts of a plan, with what was answered."""
    return _comments_page(request, session, actor, get_own_plan(session, actor, number), {}, {})


@router.post("/comments/{plan_comment_id}/answer", dependencies=[OwnForm])
def answer_plan_comment(
    request: Request, session: SessionDep, actor: SharerDep, number: int, plan_comment_id: UUID, typed: FormDep
) -> Response:
    """Say what became of a comment; what was typed stays in the page when it cannot be taken."""
    plan = get_own_plan(session, actor, number)
    try:
        with session.begin_nested():
            answer_comment(session, actor, plan, plan_comment_id, typed.get("answer", ""), revision_in(typed))
    except Invalid as refused:
        typed = {"of": str(plan_comment_id), "answer": typed.get("answer", "")[: 2 * LONGEST_COMMENT]}
        return _comments_page(request, session, actor, plan, typed, refused.errors, status=422)
    except Conflict as refused:
        typed = {"of": str(plan_comment_id), "answer": typed.get("answer", "")[: 2 * LONGEST_COMMENT]}
        return _comments_page(request, session, actor, plan, typed, {"answer": refused.message}, status=409)
    return redirect(request, "plan_comments", number=number)


@router.post("/comments/{plan_comment_id}/hiding", dependencies=[OwnForm])
def hide_plan_comment(
    request: Request, session: SessionDep, actor: SharerDep, number: int, plan_comment_id: UUID, typed: FormDep
) -> Response:
    """Hide a comment from those who have the link, or show it again."""
    plan, is_hidden = get_own_plan(session, actor, number), typed.get("hide") == "yes"
    hide_comment(session, actor, plan, plan_comment_id, is_hidden=is_hidden, revision=revision_in(typed))
    return redirect(request, "plan_comments", number=number)


@router.post("/comments/{plan_comment_id}/deletion", dependencies=[OwnForm])
def delete_plan_comment(
    request: Request, session: SessionDep, actor: SharerDep, number: int, plan_comment_id: UUID, typed: FormDep
) -> Response:
    """Delete a comment, as whoever wrote it may ask."""
    delete_comment(session, actor, get_own_plan(session, actor, number), plan_comment_id, revision_in(typed))
    return redirect(request, "plan_comments", number=number)


def _share_page(
    request: Request,
    session: Session,
    plan: Plan,
    scenario: int | None,
    typed: Typed,
    faults: Mapping[str, str],
    *,
    status: int = 200,
    new: tuple[PlanShare, str] | None = None,
) -> Response:
    loaded, content = freeze(session, plan, scenario)
    view = plan_view(tell(session, plan, content, language_of(request)))
    return render(
        request,
        f"{FOLDER}/share.html",
        status=status,
        plan=plan,
        scenario=loaded.scenario,
        view=view,
        typed={
            "label": typed.get("label", "")[:200],
            "until": typed.get("until", "")[:20] or (today() + USUAL_SHARE).isoformat(),
            "key": make_token(),
        },
        errors={name: translate(language_of(request), sentence) for name, sentence in faults.items()},
        last_day=today() + LONGEST_SHARE,
        new=new,
        shares=[
            {"share": share, "comments": count, "is_open": _is_open(share)}
            for share, count in list_shares(session, plan.id)
        ],
    )


def _comments_page(
    request: Request,
    session: Session,
    actor: Actor,
    plan: Plan,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    language, may_answer = language_of(request), may(actor, "plan.share", plan)
    fallback = session.get_one(Survey, plan.survey_id).default_language
    said = [pair for pair in list_said(session, plan.id) if may_answer or not pair[0].is_hidden]
    names = names_of(session, {comment.answered_by_id for comment, _ in said})
    return render(
        request,
        f"{FOLDER}/comments.html",
        status=status,
        plan=plan,
        rows=[
            {
                "comment": comment,
                "share": share,
                "title": _title(share, comment.item_code, language, fallback),
                "answered_by": names.get(comment.answered_by_id, "–"),
                "typed": typed.get("answer") if typed.get("of") == str(comment.id) else None,
            }
            for comment, share in said
        ],
        waiting=sum(not comment.answer for comment, _ in said),
        may_answer=may_answer,
        longest=LONGEST_COMMENT,
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
    )


def _title(share: PlanShare, code: str, language: str, fallback: str) -> str:
    titles = [line["title"] for line in share.content["items"] if line["code"] == code]
    return pick(titles[0], language, fallback) if titles else ""


def _is_open(share: PlanShare) -> bool:
    return is_readable(share.expires_on, is_ended=share.ended_on is not None, today=today())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

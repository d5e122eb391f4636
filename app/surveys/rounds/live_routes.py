"""The board of a running survey in the browser: how it is going, as it goes, and whom to remind."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted, session_token
from app.auth.permissions import may
from app.auth.queries import find_signed_in
from app.core.catalogues import translate
from app.core.clock import now, today
from app.core.errors import Conflict
from app.core.tokens import hash_token
from app.people.rules import Actor
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_question, get_own_survey_by_slug, get_survey, option_names
from app.surveys.mails.composing import Addressee, compose_mail
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.inviting import hold_reminders, remind
from app.surveys.rounds.live_board import find_groups, people_in, read_board, version_of
from app.surveys.rounds.live_looks import look_at
from app.surveys.rounds.live_pages import board_view, group_view
from app.surveys.rounds.live_rules import is_quiet
from app.surveys.rounds.queries import find_last_round, find_open_round, list_invitations
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, whole_number
from app.web.helices import Mark, marks_of
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.streaming import Streams
from app.web.templating import redirect, render

router = APIRouter(tags=["rounds"])

OpenerDep = Annotated[Actor, permitted("round.open")]
ReaderDep = Annotated[Actor, permitted("survey.read")]
FOLDER = "surveys/rounds"
GROUP = "group"


@router.get("/surveys/{slug}/live")
def live_page(request: Request, session: SessionDep, settings: SettingsDep, actor: ReaderDep, slug: str) -> Response:
    """How many of each group were invited, have begun and sent, what more would bring, and whom to remind."""
    survey = get_own_survey_by_slug(session, actor, slug)
    language, current = language_of(request), find_last_round(session, survey.id)
    marks, regions = _names(session, survey, language)
    look = look_at(session, survey)
    board = look.board
    sent = request.query_params.get("sent")
    return render(
        request,
        f"{FOLDER}/live.html",
        survey=survey,
        number=current.number if current else None,
        closes_at=current.closes_at if current and board.is_open else None,
        closed_at=current.closed_at if current else None,
        at=look.at,
        # anybody can write an address
        sent=None if sent is None else min(whole_number(sent, 0), board.invited),
        resting=min(whole_number(request.query_params.get("resting", ""), 0), board.invited),
        version=version_of(board, settings.secret_key),
        may_remind=bool(board.groups) and may(actor, "round.open", survey),
        may_open=may(actor, "round.open", survey),
        **board_view(survey, board, current, marks, regions, language, today()),
    )


@router.get("/surveys/{slug}/live/changes")
def live_changes(request: Request, session: SessionDep, settings: SettingsDep, actor: ReaderDep, slug: str) -> Response:
    """An event for the page's script whenever a number on the board has changed; it holds no number itself."""
    survey = get_own_survey_by_slug(session, actor, slug)
    streams: Streams = request.app.state.streams
    engine, key, token = request.app.state.engine, survey.id, session_token(request)

    def version() -> str:
        with Session(engine) as own:
            return version_of(look_at(own, get_survey(own, key)).board, settings.secret_key)

    def may_follow() -> bool:
        with Session(engine) as own:
            reader = find_signed_in(own, token)
            return reader is not None and may(reader, "survey.read", get_survey(own, key))

    return streams.respond(str(key), version, hash_token(token), may_follow)


@router.get("/surveys/{slug}/reminders")
def reminders_page(request: Request, session: SessionDep, actor: OpenerDep, slug: str) -> Response:
    """Whom a reminder would go to, how many mails that is, and what it says."""
    survey = get_changeable_survey(session, actor, slug)
    keys = request.query_params.getlist(GROUP)
    return _reminders_page(request, session, survey, keys, is_empty="show" in request.query_params and not keys)


@router.post("/surveys/{slug}/reminders", dependencies=[OwnForm])
def send_reminders(
    request: Request, session: SessionDep, settings: SettingsDep, actor: OpenerDep, slug: str, typed: FormDep
) -> Response:
    """Remind those of the groups shown who have not finished; where their number has changed, show it again first."""
    survey = get_changeable_survey(session, actor, slug)
    hold_reminders(session, survey)
    keys = typed.get("groups", "").split(" ")
    groups = find_groups(read_board(session, survey), keys)
    mails = sum(group.mails for group in groups)
    is_as_shown = mails == whole_number(typed.get("mails", ""), -1) and len(groups) == len(keys)
    # with nobody left to mail it was pressed twice, and the board says so
    if not is_as_shown and (mails or not groups):
        return _reminders_page(request, session, survey, keys, has_changed=True)
    resting = sum(group.resting for group in groups)
    chosen = people_in(groups, list_invitations(session, survey.id))
    reminded = remind(session, actor, survey, chosen, settings)
    return redirect(request, "live_page", slug=slug, query=f"sent={reminded.mails}&resting={resting}")


def _reminders_page(
    request: Request,
    session: Session,
    survey: Survey,
    keys: list[str],
    *,
    has_changed: bool = False,
    is_empty: bool = False,
) -> Response:
    current = find_open_round(session, survey.id)
    if current is None:
        raise Conflict("No round of this survey is open.")
    if survey.is_anonymous:
        raise Conflict("This survey is anonymous: nobody can be reminded, for nobody knows who has answered.")
    language = language_of(request)
    marks, regions = _names(session, survey, language)
    names, unknown = {mark.code: mark.label for mark in marks}, translate(language, "not known")
    board = read_board(session, survey)
    chosen = find_groups(board, keys)
    address = request.app.state.settings.address
    example = Addressee("", f"{address}/i/…", f"{address}/u/…")
    texts = compose_mail(session, survey, current, MailKind.REMINDER, survey.default_language, example)
    groups: list[dict[str, Any]] = [
        group_view(group, names, regions, unknown) | {"is_chosen": group in chosen} for group in board.groups
    ]
    return render(
        request,
        f"{FOLDER}/reminders.html",
        status=409 if has_changed else 200,
        survey=survey,
        groups=groups,
        chosen=[group for group in groups if group["is_chosen"]],
        keys=" ".join(group.key for group in chosen),
        mails=sum(group.mails for group in chosen),
        resting=sum(group.resting for group in chosen),
        has_changed=has_changed,
        is_empty=is_empty,
        is_quiet=is_quiet(now()),
        at=now(),
        subject=texts.subject,
        body=texts.body,
    )


def _names(session: Session, survey: Survey, language: str) -> tuple[list[Mark], dict[str, str]]:
    """The marks of the helices and the names of the regions, in the order they are asked."""
    helix = find_question(session, survey.id, "helix")
    marks = marks_of(helix.options if helix else [], language, survey.default_language)
    return marks, option_names(session, survey, "region", language)

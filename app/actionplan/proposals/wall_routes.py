"""The ideas wall, open to everybody: reading, searching, supporting, and the links that came by mail."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.proposals.flooding import SpeaksTooOften, slow_down, wait_sentence
from app.actionplan.proposals.models import IdeasWall, Proposal
from app.actionplan.proposals.pages import cards_of
from app.actionplan.proposals.queries import (
    count_states,
    get_open_wall,
    get_shown,
    list_by_id,
    list_merged,
    list_open_walls,
    search_shown,
)
from app.actionplan.proposals.rules import LONGEST_TYPED, STATE_WORDS, State
from app.actionplan.proposals.sending import (
    Sender,
    answer_question,
    confirm,
    get_asked,
    get_unconfirmed,
    take_stance,
)
from app.auth.guard import Anyone, VisitorDep
from app.auth.throttle import LinksThrottled
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Invalid
from app.core.tokens import make_token
from app.people.models import Consortium
from app.people.rules import Actor
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, Typed, key_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/ideas", tags=["proposals"], dependencies=[Anyone])

FOLDER = "actionplan/proposals"
PAGE = 20


@router.get("")
def ideas_index(request: Request, session: SessionDep) -> Response:
    """The walls that are open; where there is one, the wall itself."""
    walls = list_open_walls(session)
    if len(walls) == 1:
        return redirect(request, "ideas_wall", wall=walls[0].slug)
    rows = [(wall.slug, session.get_one(Consortium, wall.consortium_id).name) for wall in walls]
    return render(request, f"{FOLDER}/walls.html", walls=rows)


@router.get("/c/{wall}")
def ideas_wall(
    request: Request,
    session: SessionDep,
    wall: str,
    q: Annotated[str, Query()] = "",
    state: Annotated[str, Query()] = "",
    page: Annotated[str, Query()] = "1",
) -> Response:
    """What was proposed, and what became of it."""
    found, language = get_open_wall(session, wall), language_of(request)
    q = q[:200].strip()
    state = state if state in set(State) else ""
    counts = count_states(session, found.consortium_id, on_the_wall=True)
    wanted = search_shown(session, found.consortium_id, words=q, state=state)
    pages = max(-(-len(wanted) // PAGE), 1)
    number = min(max(whole_number(page, 1), 1), pages)
    part = list_by_id(session, wanted[(number - 1) * PAGE : number * PAGE])
    return render(
        request,
        f"{FOLDER}/wall.html",
        wall=found,
        name=session.get_one(Consortium, found.consortium_id).name,
        cards=cards_of(session, part, language),
        total=sum(counts.values()),
        found=len(wanted),
        q=q,
        state=state,
        states=[(one.value, translate(language, STATE_WORDS[one])) for one in State if counts[one]],
        page=number,
        pages=pages,
        waiting=count_states(session, found.consortium_id)[State.WAITING],
    )


@router.get("/c/{wall}/arrived")
def proposal_arrived(request: Request, session: SessionDep, wall: str) -> Response:
    """That it has arrived, who reads it and by when."""
    found = get_open_wall(session, wall)
    return render(
        request,
        f"{FOLDER}/arrived.html",
        wall=found,
        number=whole_number(request.query_params.get("number", ""), 0),
        read_by=today() + timedelta(days=found.answer_days),
    )


@router.get("/c/{wall}/sent")
def proposal_sent(request: Request, session: SessionDep, wall: str) -> Response:
    """That a link was mailed, which is still to be used."""
    return render(request, f"{FOLDER}/sent.html", wall=get_open_wall(session, wall))


@router.get("/confirm/{token}", dependencies=[LinksThrottled])
def confirm_page(request: Request, session: SessionDep, token: str) -> Response:
    """What the link of a mail sends, and the button: programs that read mails open links."""
    waiting = get_unconfirmed(session, token)
    proposal = None
    if waiting.content["kind"] == "stance":
        proposal, _ = get_shown(session, UUID(waiting.content["proposal"]))
    return render(request, f"{FOLDER}/confirm.html", token=token, content=waiting.content, proposal=proposal)


@router.post("/confirm/{token}", dependencies=[OwnForm, LinksThrottled])
def confirm_sending(request: Request, session: SessionDep, settings: SettingsDep, token: str) -> Response:
    """Send what waits."""
    is_stance = get_unconfirmed(session, token).content["kind"] == "stance"
    consortium_id, proposal = confirm(session, settings, token)
    if is_stance:
        return redirect(request, "proposal_view", proposal_id=proposal.id, query="counted=yes")
    wall = next((one for one in list_open_walls(session) if one.consortium_id == consortium_id), None)
    if wall is None:
        return render(request, f"{FOLDER}/arrived.html", wall=None, number=proposal.number, read_by=None)
    return redirect(request, "proposal_arrived", wall=wall.slug, query=f"number={proposal.number}")


@router.get("/answer/{token}", dependencies=[LinksThrottled])
def answer_page(request: Request, session: SessionDep, token: str) -> Response:
    """The question about a proposal, and a box for the answer."""
    proposal, _ = get_asked(session, token)
    return _answer_page(request, proposal, token, "", {})


@router.post("/answer/{token}", dependencies=[OwnForm, LinksThrottled])
def answer_asked(request: Request, session: SessionDep, token: str, typed: FormDep) -> Response:
    """Keep the answer beside the proposal."""
    proposal, _ = get_asked(session, token)
    try:
        answer_question(session, token, typed.get("answer", ""))
    except Invalid as refusal:
        return _answer_page(request, proposal, token, typed.get("answer", "")[:LONGEST_TYPED], refusal.errors)
    return render(request, f"{FOLDER}/answered.html", proposal=proposal)


@router.get("/{proposal_id}")
def proposal_view(request: Request, session: SessionDep, visitor: VisitorDep, proposal_id: UUID) -> Response:
    """One proposal, what became of it, and the form to support it."""
    proposal, wall = get_shown(session, proposal_id)
    return _view(request, session, proposal, wall, visitor, {}, {})


@router.post("/{proposal_id}/stance", dependencies=[OwnForm])
def take_stance_page(
    request: Request,
    too_often: SpeaksTooOften,
    session: SessionDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    proposal_id: UUID,
    typed: FormDep,
) -> Response:
    """Support a proposal, or oppose it."""
    proposal, wall = get_shown(session, proposal_id)
    if too_often:
        errors = {"voice": wait_sentence(request)}
        return slow_down(request, _view(request, session, proposal, wall, visitor, typed, errors))
    try:
        if typed.get("voice") not in ("for", "against"):
            raise Invalid("Choose one.", {"voice": "Choose one."})
        is_counted = take_stance(
            session,
            settings,
            proposal,
            wall,
            Sender(language_of(request), visitor, typed.get("email", "").strip()),
            is_for=typed["voice"] == "for",
            because=typed.get("because", ""),
            key=key_in(typed),
        )
    except Invalid as refusal:
        return _view(request, session, proposal, wall, visitor, typed, _translated(request, refusal.errors))
    if is_counted:
        return redirect(request, "proposal_view", proposal_id=proposal.id, query="counted=yes")
    return redirect(request, "proposal_sent", wall=wall.slug)


def _view(
    request: Request,
    session: Session,
    proposal: Proposal,
    wall: IdeasWall,
    visitor: Actor | None,
    typed: Typed,
    errors: dict[str, str],
) -> Response:
    language = language_of(request)
    [card] = cards_of(session, [proposal], language)
    merged = [one for one in list_merged(session, proposal.id) if one.shown_on]
    values: dict[str, Any] = {
        name: typed.get(name, "")[:LONGEST_TYPED] for name in ("voice", "because", "email", "key")
    }
    return render(
        request,
        f"{FOLDER}/view.html",
        status=422 if errors else 200,
        wall=wall,
        card=card,
        merged=merged,
        visitor=visitor,
        typed={**values, "key": values["key"] or make_token()},
        errors=errors,
        is_counted=request.query_params.get("counted") == "yes",
    )


def _answer_page(request: Request, proposal: Proposal, token: str, text: str, errors: dict[str, str]) -> Response:
    return render(
        request,
        f"{FOLDER}/answer.html",
        status=422 if errors else 200,
        proposal=proposal,
        token=token,
        question=proposal.exchanges[-1]["question"],
        text=text,
        errors=_translated(request, errors),
    )


def _translated(request: Request, errors: dict[str, str]) -> dict[str, str]:
    return {name: translate(language_of(request), sentence) for name, sentence in errors.items()}

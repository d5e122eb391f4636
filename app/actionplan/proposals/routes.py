"""Reading what was proposed and deciding about it, in the browser."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.priorities.routes import download
from app.actionplan.proposals.deciding import act_on
from app.actionplan.proposals.exporting import export_proposals
from app.actionplan.proposals.judging import hide, reconsider, save_wall, show, unname
from app.actionplan.proposals.models import Proposal
from app.actionplan.proposals.pages import cards_of, similar_rows
from app.actionplan.proposals.queries import (
    count_states,
    find_author,
    find_next_waiting,
    find_wall,
    get_own_proposal,
    list_merged,
    list_queue,
    list_reasons,
)
from app.actionplan.proposals.rules import LONGEST_TYPED, OPEN, STATE_WORDS, State
from app.actionplan.proposals.similar import find_similar, words_of
from app.auth.guard import permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.core.words import LANGUAGES, pick
from app.people.models import Person
from app.people.rules import Actor
from app.surveys.authoring.queries import list_surveys
from app.surveys.ideas.queries import list_ideas
from app.web.deps import SessionDep, SettingsDep, WritingSessionDep
from app.web.forms import FormDep, Typed, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/proposals", tags=["proposals"])

JudgeDep = Annotated[Actor, permitted("proposal.judge")]
WallDep = Annotated[Actor, permitted("wall.change")]
FOLDER = "actionplan/proposals"
PAGE = 50
DONE = (*(state.value for state in State), "reconsidered")


@router.get("")
def proposal_queue(request: Request, session: SessionDep, actor: JudgeDep) -> Response:
    """What waits to be read, the longest first, and what was decided."""
    language = language_of(request)
    counts = count_states(session, actor.consortium_id)
    wanted = request.query_params.get("state", State.WAITING.value)
    wanted = wanted if wanted in counts else State.WAITING.value
    pages = max(-(-counts[wanted] // PAGE), 1)
    number = min(max(whole_number(request.query_params.get("page", ""), 1), 1), pages)
    rows = list_queue(session, actor.consortium_id, wanted, start=(number - 1) * PAGE, most=PAGE)
    return render(
        request,
        f"{FOLDER}/queue.html",
        wall=find_wall(session, actor.consortium_id),
        counts=[(state, translate(language, STATE_WORDS[State(state)]), count) for state, count in counts.items()],
        total=sum(counts.values()),
        waiting=counts[State.WAITING],
        accepted=counts[State.ACCEPTED],
        merged=counts[State.MERGED],
        wanted=wanted,
        cards=cards_of(session, rows, language),
        page=number,
        pages=pages,
        next_waiting=find_next_waiting(session, actor.consortium_id),
        surveys=_surveys_with_ideas(session, actor),
        done=_done_in(request),
        may_change=may(actor, "wall.change"),
    )


@router.get("/wall")
def wall_settings(request: Request, session: SessionDep, actor: WallDep) -> Response:
    """Whether the wall is open, what it says, and who reads."""
    return _wall_page(request, session, actor, {}, {})


@router.post("/wall", dependencies=[OwnForm])
def save_wall_settings(request: Request, session: SessionDep, actor: WallDep, typed: FormDep) -> Response:
    """Open the wall or close it, and say who reads."""
    try:
        save_wall(
            session,
            actor,
            revision_in(typed),
            is_open=typed.get("open") == "yes",
            introduction={language: typed.get(f"introduction.{language}", "") for language in LANGUAGES},
            reader=typed.get("reader", ""),
            answer_days=whole_number(typed.get("answer_days", ""), 0),
        )
    except Invalid as refusal:
        return _wall_page(request, session, actor, typed, refusal.errors)
    except Conflict as conflict:
        return _wall_page(request, session, actor, typed, {"wall": conflict.message}, status=409)
    return redirect(request, "wall_settings", query="saved=yes")


@router.get("/export.{kind}")
def export_page(request: Request, session: WritingSessionDep, actor: JudgeDep, kind: str) -> Response:
    """All proposals as a file, without whoever sent them."""
    return download(export_proposals(session, actor, kind, language_of(request)))


@router.get("/{proposal_id}")
def proposal_page(request: Request, session: SessionDep, actor: JudgeDep, proposal_id: UUID) -> Response:
    """One proposal with what is like it beside it, and what can become of it."""
    return _proposal_page(request, session, actor, get_own_proposal(session, actor, proposal_id), {}, {})


@router.post("/{proposal_id}/judgement", dependencies=[OwnForm])
def judge_proposal(
    request: Request, session: SessionDep, settings: SettingsDep, actor: JudgeDep, proposal_id: UUID, typed: FormDep
) -> Response:
    """Decide about a proposal; the author hears by mail."""
    proposal = get_own_proposal(session, actor, proposal_id)
    try:
        with session.begin_nested():
            act_on(session, actor, settings, proposal_id, typed)
    except Invalid as refusal:
        return _proposal_page(request, session, actor, proposal, typed, refusal.errors)
    except Conflict as conflict:
        session.refresh(proposal)
        return _proposal_page(request, session, actor, proposal, typed, {"changed": conflict.message}, status=409)
    following = find_next_waiting(session, actor.consortium_id)
    query = f"done={proposal.state}&number={proposal.number}"
    if following:
        return redirect(request, "proposal_page", proposal_id=following.id, query=query)
    return redirect(request, "proposal_queue", query=query)


@router.post("/{proposal_id}/reconsideration", dependencies=[OwnForm])
def reconsider_proposal(request: Request, session: SessionDep, actor: JudgeDep, proposal_id: UUID) -> Response:
    """Take a decision back."""
    proposal = reconsider(session, actor, proposal_id)
    query = f"done=reconsidered&number={proposal.number}"
    return redirect(request, "proposal_page", proposal_id=proposal_id, query=query)


@router.post("/{proposal_id}/showing", dependencies=[OwnForm])
def show_proposal(request: Request, session: SessionDep, actor: JudgeDep, proposal_id: UUID) -> Response:
    """Put a proposal on the wall."""
    show(session, actor, proposal_id)
    return redirect(request, "proposal_page", proposal_id=proposal_id)


@router.post("/{proposal_id}/hiding", dependencies=[OwnForm])
def hide_proposal(request: Request, session: SessionDep, actor: JudgeDep, proposal_id: UUID) -> Response:
    """Take a proposal off the wall."""
    hide(session, actor, proposal_id)
    return redirect(request, "proposal_page", proposal_id=proposal_id)


@router.post("/{proposal_id}/unnaming", dependencies=[OwnForm])
def unname_proposal(request: Request, session: SessionDep, actor: JudgeDep, proposal_id: UUID) -> Response:
    """Take the author's name off a proposal, because its author asks for it."""
    unname(session, actor, proposal_id)
    return redirect(request, "proposal_page", proposal_id=proposal_id)


def _surveys_with_ideas(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """The surveys whose round of ideas left some to decide."""
    found: list[dict[str, Any]] = []
    for survey in list_surveys(session, actor):
        if survey.has_idea_round and may(actor, "idea.judge", survey):
            left = sum(given.idea.decided_on is None for given in list_ideas(session, survey))
            if left:
                found.append({"survey": survey, "left": left})
    return found


def _done_in(request: Request) -> dict[str, Any] | None:
    """What was done on the page before, said on this one."""
    state, number = request.query_params.get("done", ""), whole_number(request.query_params.get("number", ""), 0)
    return {"state": state, "number": number} if state in DONE and number else None


def _proposal_page(
    request: Request,
    session: Session,
    actor: Actor,
    proposal: Proposal,
    typed: Typed,
    errors: Mapping[str, str],
    *,
    status: int = 422,
) -> Response:
    language = language_of(request)
    [card] = cards_of(session, [proposal], language)
    found = find_similar(
        session,
        actor.consortium_id,
        words_of(proposal),
        without=proposal.id,
        is_public=False,
        most=5,
    )
    similar = similar_rows(found, language)
    initiatives = [
        (str(row.id), f"{row.external_id} {pick(version.title, language)}")
        for row, version in list_initiatives(session, actor)
    ]
    near = [str(row["id"]) for row in similar if row["kind"] == "initiative"]
    meant = str(proposal.belongs_to_id) if proposal.belongs_to_id else ""
    by = session.get(Person, proposal.judged_by_id) if proposal.judged_by_id else None
    return render(
        request,
        f"{FOLDER}/proposal.html",
        status=status if errors else 200,
        card=card,
        proposal=proposal,
        is_open=proposal.state in OPEN,
        by=by.name if by else "",
        similar=similar,
        merged=list_merged(session, proposal.id),
        reasons=list_reasons(session, proposal.id),
        hears=find_author(session, proposal.id) is not None,
        initiatives=[
            (label, [pair for pair in initiatives if (pair[0] in near) == is_near])
            for label, is_near in ((translate(language, "Similar"), True), (translate(language, "Others"), False))
        ],
        joinable=[row for row in similar if row["kind"] == "proposal" and row["may_join"]],
        meant=next((name for key, name in initiatives if key == meant), ""),
        typed={
            "act": typed.get("act", ""),
            "title": typed.get("title", proposal.title)[:LONGEST_TYPED],
            "summary": typed.get("summary", _summary_of(proposal))[:LONGEST_TYPED],
            "initiative": typed.get("initiative", meant),
            "proposal": typed.get("proposal", ""),
            "question": typed.get("question", "")[:LONGEST_TYPED],
            "because": typed.get("because", "")[:LONGEST_TYPED],
            "hidden": typed.get("hidden", ""),
        },
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
        done=_done_in(request),
    )


def _summary_of(proposal: Proposal) -> str:
    """What a new initiative says at first: all that its author wrote."""
    answers = [exchange["answer"] for exchange in proposal.exchanges]
    return "\n\n".join(part for part in (proposal.summary, proposal.first_step, *answers) if part)


def _wall_page(
    request: Request, session: Session, actor: Actor, typed: Typed, errors: Mapping[str, str], *, status: int = 422
) -> Response:
    language, wall = language_of(request), find_wall(session, actor.consortium_id)
    kept = wall.introduction if wall else {}
    order = [language, *(code for code in LANGUAGES if code != language)]
    return render(
        request,
        f"{FOLDER}/settings.html",
        status=status if errors else 200,
        wall=wall,
        is_open=typed.get("open") == "yes" if typed else wall is not None and wall.opened_at is not None,
        introductions=[
            (code, LANGUAGES[code], typed.get(f"introduction.{code}", kept.get(code, ""))[:LONGEST_TYPED])
            for code in order
        ],
        reader=typed.get("reader", wall.reader if wall else "")[:LONGEST_TYPED],
        answer_days=typed.get("answer_days", str(wall.answer_days if wall else 28))[:20],
        revision=wall.revision if wall else 0,
        is_saved=request.query_params.get("saved") == "yes",
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
    )

"""Proposals for programs."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from app.actionplan.proposals.deciding import act_on
from app.actionplan.proposals.models import Proposal
from app.actionplan.proposals.pages import Card, cards_of
from app.actionplan.proposals.queries import get_own_proposal, list_proposals
from app.auth.guard import permitted
from app.people.rules import Actor
from app.web.deps import SessionDep, SettingsDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/proposals", tags=["proposals"], route_class=StrictRoute)

JudgeDep = Annotated[Actor, permitted("proposal.judge")]


class JudgementIn(BaseModel):
    """One decision, about the proposal as it was at `revision`; each act needs its own fields."""

    model_config = ConfigDict(extra="forbid", strict=True)

    act: Literal["new", "into", "merge", "ask", "decline"]
    revision: int
    title: str = ""
    summary: str = ""
    initiative: str = ""
    proposal: str = ""
    question: str = ""
    because: str = ""
    hidden: bool = False


@router.get("")
def read_proposals(session: SessionDep, actor: JudgeDep) -> list[dict[str, Any]]:
    """All proposals, the newest first; voices in fives."""
    return [proposal_out(card) for card in cards_of(session, list_proposals(session, actor.consortium_id), "en")]


@router.post("/{proposal_id}/judgement", dependencies=[OwnCall])
def judge_by_program(
    session: SessionDep, settings: SettingsDep, actor: JudgeDep, proposal_id: UUID, judgement: JudgementIn
) -> dict[str, Any]:
    """Decide about a proposal, as the page does."""
    get_own_proposal(session, actor, proposal_id)
    fields = {name: str(value) for name, value in judgement.model_dump(exclude={"hidden"}).items()}
    proposal = act_on(session, actor, settings, proposal_id, fields | {"hidden": "yes" if judgement.hidden else ""})
    return _out(session, proposal)


def proposal_out(card: Card) -> dict[str, Any]:
    """A proposal as programs see it."""
    one = card.proposal
    return {
        "id": str(one.id),
        "number": one.number,
        "revision": one.revision,
        "title": one.title,
        "summary": one.summary,
        "first_step": one.first_step,
        "language": one.language,
        "helix": one.helix,
        "name": one.author_name or None,
        "sent_on": one.created_on.isoformat(),
        "state": one.state,
        "reason": card.because or None,
        "exchanges": one.exchanges,
        "merged_into": card.other.number if card.other else None,
        "initiative": str(card.initiative_id) if card.initiative_id else None,
        "support": card.support,
        "oppose": card.oppose,
        "on_the_wall": one.shown_on is not None,
    }


def _out(session: Session, proposal: Proposal) -> dict[str, Any]:
    [card] = cards_of(session, [proposal], "en")
    return proposal_out(card)

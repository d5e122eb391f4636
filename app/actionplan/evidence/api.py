"""Evidence for programs: only what may be shown."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from app.actionplan.evidence.queries import (
    Voted,
    count_interviews,
    evidence_of,
    list_stances,
    list_votes,
    list_workshops,
    quotes_among,
    shown_by_initiative,
)
from app.actionplan.evidence.rules import ShownStances
from app.actionplan.initiatives.queries import get_own_initiative, list_initiatives
from app.auth.guard import permitted
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.json import StrictRoute

router = APIRouter(tags=["evidence"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("evidence.read")]


@router.get("/evidence")
def read_evidence(session: SessionDep, actor: ReaderDep) -> dict[str, Any]:
    """Workshops with their dots, and what may be shown of interviews; a figure that may not is null."""
    votes = list_votes(session, actor)
    stood = list_stances(session, actor)
    initiatives = [initiative for initiative, _ in list_initiatives(session, actor)]
    stances = shown_by_initiative(session, [initiative.id for initiative in initiatives])
    interviews, by_helix = count_interviews(session, actor)
    return {
        "workshops": [
            {
                "id": str(workshop.id),
                "title": workshop.title,
                "held_on": workshop.held_on.isoformat(),
                "place": workshop.place,
                "organisation_id": workshop.organisation_id and str(workshop.organisation_id),
                "language": workshop.language,
                "dots_each": workshop.dots_each,
                "participants": workshop.participants,
                "votes": [_vote(line) for line in votes if line.workshop.id == workshop.id],
            }
            for workshop in list_workshops(session, actor)
        ],
        "interviews": {"n": interviews, "by_helix": by_helix},
        "stances": [
            {"initiative": initiative.external_id, **_stances(stances[initiative.id])} for initiative in initiatives
        ],
        "quotes": [
            {"initiative": initiative.external_id, "text": text}
            for initiative in initiatives
            for text in quotes_among([line for line in stood if line.initiative.id == initiative.id])
        ],
    }


@router.get("/initiatives/{initiative_id}/evidence")
def read_initiative_evidence(session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> dict[str, Any]:
    """What may be shown of the evidence on one initiative."""
    initiative, _ = get_own_initiative(session, actor, initiative_id)
    found = evidence_of(session, actor, initiative_id)
    return {
        "initiative": initiative.external_id,
        "workshops": [
            {"workshop": str(line.workshop.id), "held_on": line.workshop.held_on.isoformat(), **_vote(line)}
            for line in found.workshops
        ],
        "stances": _stances(found.stances),
        "quotes": list(found.quotes),
    }


def _vote(line: Voted) -> dict[str, Any]:
    return {
        "initiative": line.initiative.external_id,
        "version": line.version.number,
        "dots": line.shown.dots,
        "dots_by_helix": dict(line.shown.by_helix),
        "change": line.vote.change,
        "fate": line.vote.fate,
        "because": line.vote.because,
    }


def _stances(shown: ShownStances) -> dict[str, Any]:
    return {"n": shown.n, "stances": shown.stances, "by_helix": dict(shown.by_helix)}

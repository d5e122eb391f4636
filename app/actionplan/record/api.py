"""The record of an initiative for programs, with the addresses of everything in it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from app.actionplan.initiatives.queries import get_own_initiative
from app.actionplan.record.queries import read_record
from app.auth.guard import permitted
from app.auth.permissions import may
from app.people.rules import Actor
from app.surveys.authoring.queries import get_survey
from app.web.deps import SessionDep, SettingsDep
from app.web.json import StrictRoute

router = APIRouter(prefix="/initiatives", tags=["record"], route_class=StrictRoute)


@router.get("/{initiative_id}/record")
def read_initiative_record(
    session: SessionDep,
    settings: SettingsDep,
    actor: Annotated[Actor, permitted("initiative.read")],
    initiative_id: UUID,
) -> dict[str, Any]:
    """Versions, votes by group, amendments, comments, proposals, evidence and decisions, each with its address."""
    initiative, newest = get_own_initiative(session, actor, initiative_id)
    found = read_record(session, actor, initiative, may_read_results=may(actor, "results.read"))
    place = f"{settings.address}/initiatives/{initiative.id}"
    return {
        "initiative": initiative.external_id,
        "version": newest.number,
        "url": f"{place}/record",
        "versions": [
            {"number": one.number, "url": f"{place}/versions/{one.number}", "note": one.note} for one in found.versions
        ],
        "votes": [
            {
                "survey": vote.survey.external_id,
                "version": vote.version.number,
                "round": vote.round_number,
                "criterion": vote.criterion,
                "by_helix": vote.line["by_helix"] if vote.line else None,
                "url": f"{settings.address}/results/{vote.survey.slug}",
            }
            for vote in found.votes
        ],
        "amendments": [
            {"number": one.number, "decision": one.decision or None, "url": f"{place}/amendments/{one.id}"}
            for one in found.amendments
        ],
        "comments": {"count": len(found.threads), "url": f"{place}/discussion"},
        "proposals": [
            {"number": one.number, "state": one.state, "url": f"{settings.address}/proposals/{one.id}"}
            for one in found.proposals
        ],
        "ideas": [{"survey": survey.external_id, "count": count} for survey, count in found.ideas],
        "evidence": {"workshops": len(found.evidence.workshops), "url": f"{place}/evidence"},
        "decisions_on_results": [
            {
                "number": one.decision.number,
                "outcome": one.decision.outcome,
                "reason": one.decision.reason,
                "replaced_by": one.replaced_by,
                "evidence": one.decision.evidence["items"].get(item.code),
                "url": f"{settings.address}/priorities/{get_survey(session, item.survey_id).slug}/decisions"
                f"#decision-{one.decision.number}",
            }
            for one, item in found.decisions
        ],
        "decisions": [
            {"state": one.state, "reason": one.reason, "at": one.entered_at.isoformat()} for one in found.steps
        ],
    }

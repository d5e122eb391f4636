"""The record of an initiative in the browser: where a line of the plan leads to, and the way back."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.decisions.pages import decision_view
from app.actionplan.decisions.queries import Decided
from app.actionplan.discussion.amending import DECISION_WORDS
from app.actionplan.drafting.pages import note_view
from app.actionplan.drafting.routes import frame
from app.actionplan.initiatives.queries import get_own_initiative
from app.actionplan.initiatives.states import STATE_WORDS
from app.actionplan.proposals.rules import STATE_WORDS as PROPOSAL_WORDS
from app.actionplan.proposals.rules import State
from app.actionplan.record.queries import Vote, get_version_shown, read_record
from app.auth.guard import permitted
from app.auth.permissions import may
from app.consensus.pages import criterion_label
from app.core.catalogues import translate
from app.people.queries import names_of
from app.people.rules import HELIX_WORDS, Actor, Helix
from app.surveys.authoring.models import SurveyItem
from app.surveys.authoring.queries import get_survey, list_criteria
from app.web.deps import SessionDep
from app.web.forms import whole_number
from app.web.helices import mark_of
from app.web.language import language_of
from app.web.templating import redirect, render

router = APIRouter(tags=["record"])

ReaderDep = Annotated[Actor, permitted("initiative.read")]


@router.get("/record/{version_id}")
def record_of_version(request: Request, session: SessionDep, actor: ReaderDep, version_id: UUID) -> Response:
    """Where a line of a results or plan file leads: to what stands behind the version that it is about."""
    initiative, version = get_version_shown(session, actor, version_id)
    return redirect(request, "record_page", initiative_id=initiative.id, query=f"version={version.number}")


@router.get("/initiatives/{initiative_id}/record")
def record_page(request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> Response:
    """Everything behind an initiative: versions, votes, amendments, comments, proposals, evidence, decisions."""
    initiative, newest = get_own_initiative(session, actor, initiative_id)
    language = language_of(request)
    found = read_record(session, actor, initiative, may_read_results=may(actor, "results.read"))
    names = names_of(
        session, [*(one.created_by_id for one in found.versions), *(one.entered_by_id for one in found.steps)]
    )
    chosen = whole_number(request.query_params.get("version", ""), newest.number)
    return render(
        request,
        "actionplan/record/page.html",
        found=found,
        chosen=chosen,
        votes=[_vote_view(vote, language) for vote in found.votes],
        criteria={
            vote.survey.id: criterion_label(
                list_criteria(session, vote.survey.id), vote.criterion, vote.survey, language
            )
            for vote in found.votes
            if vote.criterion
        },
        versions=[(one, note_view(one, language), names.get(one.created_by_id, "")) for one in found.versions],
        amendments=[(one, _decision_word(one.decision, language)) for one in found.amendments],
        proposals=[(one, translate(language, PROPOSAL_WORDS[State(one.state)])) for one in found.proposals],
        steps=[
            (one, translate(language, STATE_WORDS[one.state]), names.get(one.entered_by_id, "")) for one in found.steps
        ],
        marks=[mark_of(helix, place, translate(language, HELIX_WORDS[helix])) for place, helix in enumerate(Helix)],
        decisions=_decisions(session, found.decisions, language),
        may_judge=may(actor, "proposal.judge"),
        may_read_ideas=may(actor, "idea.judge"),
        may_read_priorities=may(actor, "priorities.read"),
        may_read_history=may(actor, "history.read"),
        **frame(actor, initiative, newest, language),
    )


def _decisions(
    session: Session, decisions: Sequence[tuple[Decided, SurveyItem]], language: str
) -> list[dict[str, Any]]:
    """The decisions on versions of an initiative, each with its survey and what the evidence said of this item."""
    names = names_of(session, [one.decision.decided_by_id for one, _ in decisions])
    shown: list[dict[str, Any]] = []
    for one, item in decisions:
        view = decision_view(one, {}, {}, {}, names, language)
        survey = get_survey(session, one.decision.survey_id)
        line = next(line for line in view.items if line.code == item.code)
        shown.append({"view": view, "decision": one.decision, "survey": survey, "line": line})
    return shown


def _decision_word(decision: str, language: str) -> str:
    return translate(language, DECISION_WORDS[decision]) if decision else translate(language, "Waits for a decision")


def _vote_view(vote: Vote, language: str) -> dict[str, Any]:
    cells: dict[str, Any] = vote.line["by_helix"] if vote.line else {}
    return {
        "vote": vote,
        "all": vote.line.get("share_high") if vote.line else None,
        "n": vote.line.get("n") if vote.line else None,
        "by_helix": [
            (mark_of(helix, place, translate(language, HELIX_WORDS[helix])), cells.get(helix, {}).get("share_high"))
            for place, helix in enumerate(Helix)
        ],
    }

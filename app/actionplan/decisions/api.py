"""Decisions for programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header

from app.actionplan.decisions.queries import Decided, list_decisions
from app.actionplan.decisions.schemas import DecisionBody, DecisionOut, PartOut
from app.actionplan.decisions.service import DecisionIn, decide, known_people
from app.actionplan.discussion.api import KEY_LENGTH
from app.auth.guard import permitted
from app.core.errors import Invalid
from app.core.tokens import hash_token, make_token
from app.people.queries import names_of
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/surveys/{survey_id}/decisions", tags=["decisions"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("decision.read")]
MakerDep = Annotated[Actor, permitted("decision.make")]
UNKNOWN_PERSON = "One of these people is not of this consortium."
BAD_WEIGHTS = "Weights are numbers of at least 0 by criterion, one of them above 0."


def find_own(session: SessionDep, actor: ReaderDep, survey_id: UUID) -> None:
    """Refuse a survey that is not theirs before anything is said about what was sent. Raises NotFound."""
    get_own_survey(session, actor, survey_id)


@router.get("")
def read_decisions(session: SessionDep, actor: ReaderDep, survey_id: UUID) -> list[DecisionOut]:
    """The decisions on a survey, the newest first, those replaced included."""
    found = list_decisions(session, get_own_survey(session, actor, survey_id).id)
    keys = {part.person_id for one in found for part in one.parts} | {one.decision.decided_by_id for one in found}
    names = names_of(session, keys)

    def out(one: Decided) -> DecisionOut:
        decision = one.decision
        return DecisionOut(
            id=decision.id,
            number=decision.number,
            revision=decision.revision,
            replaces=one.replaces,
            replaced_by=one.replaced_by,
            outcome=decision.outcome,
            items=decision.item_codes,
            weights=decision.weights,
            evidence=decision.evidence,
            reason=decision.reason,
            participants=[
                PartOut(
                    person_id=part.person_id,
                    name=names.get(part.person_id),
                    interest=part.interest or None,
                    abstained=part.has_abstained,
                )
                for part in one.parts
            ],
            decided_by=names.get(decision.decided_by_id),
            decided_at=decision.decided_at,
            round=decision.round_number,
            snapshot=decision.snapshot_sha256,
        )

    return [out(one) for one in found]


@router.post("", status_code=201, dependencies=[OwnCall, Depends(find_own)])
def create_decision_by_program(
    session: SessionDep,
    actor: MakerDep,
    survey_id: UUID,
    body: DecisionBody,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> dict[str, str | int]:
    """Put a decision on record; with an Idempotency-Key a repeated request gives the same decision."""
    if idempotency_key is not None and len(idempotency_key) not in KEY_LENGTH:
        raise Invalid("An Idempotency-Key needs 16 to 200 characters.")
    survey = get_own_survey(session, actor, survey_id)
    if not {str(one.person_id) for one in body.participants} <= {*known_people(session, actor)}:
        raise Invalid(UNKNOWN_PERSON, {"participants": UNKNOWN_PERSON})
    given = DecisionIn(
        outcome=body.outcome,
        items=body.items,
        reason=body.reason.strip(),
        parts=[one.as_part() for one in body.participants],
        snapshot=body.snapshot,
        weights=body.weights,
        replaces=body.replaces,
    )
    form_key = hash_token(idempotency_key) if idempotency_key else make_token()
    try:
        decision = decide(session, actor, survey, given, form_key=form_key)
    except ValueError as fault:
        raise Invalid(BAD_WEIGHTS, {"weights": BAD_WEIGHTS}) from fault
    return {"id": str(decision.id), "number": decision.number}

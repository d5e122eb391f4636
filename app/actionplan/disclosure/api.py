"""Results for everybody, and the disclosure list, for programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session

from app.actionplan.disclosure.mailing import mail_results, waiting_for
from app.actionplan.disclosure.queries import get_disclosed
from app.actionplan.disclosure.schemas import MailsIn, ReleaseIn, WithdrawalIn
from app.auth.guard import Anyone, permitted
from app.auth.permissions import require
from app.consensus.queries import list_numbers
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey, get_survey
from app.surveys.release.queries import find_release, standing_now
from app.surveys.release.service import release_results, withdraw_results
from app.web.deps import SessionDep, SettingsDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/surveys/{survey_id}", tags=["results"], route_class=StrictRoute)

ReleaserDep = Annotated[Actor, permitted("results.release")]


def find_own(session: SessionDep, actor: ReleaserDep, survey_id: UUID) -> Survey:
    """The survey, refused before anything is said about what was sent when it is not theirs. Raises NotFound."""
    survey = get_own_survey(session, actor, survey_id)
    require(actor, "results.release", survey)
    return survey


OwnDep = Annotated[Survey, Depends(find_own)]


@router.get("/public-results", dependencies=[Anyone])
def read_public_results(
    session: SessionDep, survey_id: UUID, number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None
) -> dict[str, Any]:
    """What everybody may read of a round; 404 while nothing is public."""
    disclosed = get_disclosed(session, get_survey(session, survey_id), number)
    return {
        "snapshot": disclosed.snapshot,
        "round": disclosed.number,
        "rounds": list(disclosed.rounds),
        "parts": list(disclosed.parts),
        "generated_at": disclosed.frozen_at.isoformat(),
        "results": disclosed.shown,
    }


@router.get("/release")
def read_release(session: SessionDep, survey: OwnDep) -> dict[str, Any]:
    """The disclosure list, where it stands today, and how many wait for a mail."""
    return _out(session, survey)


@router.put("/release", dependencies=[OwnCall])
def write_release(session: SessionDep, actor: ReleaserDep, survey: OwnDep, wanted: ReleaseIn) -> dict[str, Any]:
    """Release these parts of these rounds from a day on; 409 when the list changed since `revision`."""
    release_results(
        session,
        actor,
        survey,
        parts=wanted.parts,
        rounds=wanted.rounds,
        public_from=wanted.public_from,
        closed=list_numbers(session, survey.id),
        revision=wanted.revision,
    )
    return _out(session, survey)


@router.post("/release/withdrawal", dependencies=[OwnCall])
def withdraw_by_program(
    session: SessionDep, actor: ReleaserDep, survey: OwnDep, wanted: WithdrawalIn
) -> dict[str, Any]:
    """Take everything back, with a reason."""
    withdraw_results(session, actor, survey, wanted.because, revision=wanted.revision)
    return _out(session, survey)


@router.post("/release/mails", dependencies=[OwnCall])
def mail_by_program(
    session: SessionDep, settings: SettingsDep, actor: ReleaserDep, survey: OwnDep, wanted: MailsIn
) -> dict[str, int]:
    """Mail the results to those who asked; a second call finds nobody left."""
    return {"mails": mail_results(session, actor, survey, wanted.questions, settings)}


def _out(session: Session, survey: Survey) -> dict[str, Any]:
    release = find_release(session, survey.id)
    return {
        "standing": standing_now(release),
        "parts": release.parts if release else [],
        "rounds": release.rounds if release else [],
        "public_from": release.public_from if release else None,
        "withdrawn_because": release.withdrawn_because or None if release else None,
        "revision": release.revision if release else 0,
        "asked": waiting_for(session, survey, release, survey.default_language).asked,
    }

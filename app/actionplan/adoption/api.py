"""Shared, voted and adopted plans for programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from sqlmodel import Session

from app.actionplan.adoption.models import PlanBallot, PlanComment, PlanEdition, PlanShare
from app.actionplan.adoption.pages import tell
from app.actionplan.adoption.queries import (
    find_edition_of,
    get_ballot,
    get_edition,
    get_plan_comment,
    list_ballots,
    list_editions,
    list_said,
    list_shares,
    newer_draft,
)
from app.actionplan.adoption.schemas import (
    AnswerBody,
    BallotBody,
    BallotOut,
    ClosingBody,
    EditionOut,
    SaidOut,
    ShareBody,
    ShareOut,
    VoteBody,
    VoteOut,
    WholeEditionOut,
)
from app.actionplan.adoption.sharing import answer_comment, end_share, hide_comment, share_plan
from app.actionplan.adoption.voting import Broken, Closing, cast_vote, close_ballot, open_ballot, votes_at
from app.actionplan.decisions.api import UNKNOWN_PERSON
from app.actionplan.decisions.service import known_people
from app.actionplan.discussion.api import KEY_LENGTH
from app.actionplan.initiatives.rules import etag_of
from app.actionplan.portfolio.models import Scenario
from app.actionplan.portfolio.queries import get_own_plan_by_id
from app.auth.guard import permitted
from app.core.errors import Invalid
from app.core.tokens import hash_token, make_token
from app.people.queries import get_own_organisation, names_of
from app.people.rules import Actor
from app.web.deps import SessionDep, SettingsDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/plans/{plan_id}", tags=["plans"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("plan.read")]
SharerDep = Annotated[Actor, permitted("plan.share")]
VoterDep = Annotated[Actor, permitted("ballot.vote")]
AdopterDep = Annotated[Actor, permitted("plan.adopt")]
KeyDep = Annotated[str | None, Header()]


def find_own(session: SessionDep, actor: Annotated[Actor, permitted("ballot.read")], plan_id: UUID) -> None:
    """Refuse a plan that is not theirs before anything is said about what was sent. Raises NotFound."""
    get_own_plan_by_id(session, actor, plan_id)


OwnPlan = Depends(find_own)


@router.get("/shares")
def read_shares(session: SessionDep, actor: SharerDep, plan_id: UUID) -> list[ShareOut]:
    """The links to drafts of a plan, the newest first."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    return [_share_out(session, share, count) for share, count in list_shares(session, plan.id)]


@router.post("/shares", status_code=201, dependencies=[OwnCall, OwnPlan])
def create_share_by_program(
    session: SessionDep,
    settings: SettingsDep,
    actor: SharerDep,
    plan_id: UUID,
    body: ShareBody,
    idempotency_key: KeyDep = None,
) -> dict[str, Any]:
    """Make a link; with an Idempotency-Key a repeated request gives the same one, with its address."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    share, token = share_plan(
        session,
        actor,
        plan,
        body.scenario,
        body.draft,
        label=body.label,
        until=body.until,
        form_key=_form_key(idempotency_key),
        secret=settings.secret_key,
    )
    address = f"{settings.address}/plans/{plan.number}/share/{token}"
    return {"id": str(share.id), "address": address, "expires_on": share.expires_on.isoformat()}


@router.post("/shares/{share_id}/end", dependencies=[OwnCall, OwnPlan])
def end_share_by_program(session: SessionDep, actor: SharerDep, plan_id: UUID, share_id: UUID) -> dict[str, Any]:
    """End a link before its day; a second call changes nothing."""
    share = end_share(session, actor, get_own_plan_by_id(session, actor, plan_id), share_id)
    return {"id": str(share.id), "ended_on": share.ended_on and share.ended_on.isoformat()}


@router.get("/comments")
def read_plan_comments(session: SessionDep, actor: SharerDep, plan_id: UUID) -> list[SaidOut]:
    """What was said about drafts of a plan, hidden comments included, with what was answered."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    return [_said_out(comment, share) for comment, share in list_said(session, plan.id)]


@router.put("/comments/{plan_comment_id}", dependencies=[OwnCall, OwnPlan])
def answer_by_program(
    session: SessionDep, actor: SharerDep, plan_id: UUID, plan_comment_id: UUID, body: AnswerBody
) -> SaidOut:
    """Answer a comment, hide it or show it again; 409 when it was changed since `revision`."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    comment = get_plan_comment(session, plan.id, plan_comment_id)
    revision = body.revision
    if body.answer is not None:
        comment = answer_comment(session, actor, plan, plan_comment_id, body.answer, revision)
        revision = comment.revision
    if body.hidden is not None:
        comment = hide_comment(session, actor, plan, plan_comment_id, is_hidden=body.hidden, revision=revision)
    return _said_out(comment, session.get_one(PlanShare, comment.share_id))


@router.get("/ballots")
def read_ballots(session: SessionDep, actor: ReaderDep, plan_id: UUID) -> list[BallotOut]:
    """The ballots on a plan, the newest first."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    return [_ballot_out(session, actor, one) for one in list_ballots(session, plan.id)]


@router.post("/ballots", status_code=201, dependencies=[OwnCall, OwnPlan])
def open_ballot_by_program(
    session: SessionDep, actor: AdopterDep, plan_id: UUID, body: BallotBody, idempotency_key: KeyDep = None
) -> BallotOut:
    """Put a draft to the vote; 422 naming each rule that it breaks, 409 when a ballot is open or a draft is newer."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    form_key = _form_key(idempotency_key)
    try:
        ballot = open_ballot(session, actor, plan, body.scenario, body.draft, form_key=form_key)
    except Broken as refused:
        broken = tell(session, plan, refused.content, actor.language).breaches()
        faults = {f"breaches.{place}": sentence for place, sentence in enumerate(broken, start=1)}
        raise Invalid(refused.message, faults) from refused
    return _ballot_out(session, actor, ballot)


@router.get("/ballots/{ballot}")
def read_ballot(session: SessionDep, actor: ReaderDep, plan_id: UUID, ballot: int) -> BallotOut:
    """One ballot with the vote of each partner."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    return _ballot_out(session, actor, get_ballot(session, plan.id, ballot))


@router.put("/ballots/{ballot}/votes/{partner}", dependencies=[OwnCall, OwnPlan])
def vote_by_program(
    session: SessionDep, actor: VoterDep, plan_id: UUID, ballot: int, partner: UUID, body: VoteBody
) -> BallotOut:
    """Give the vote of a partner, or change it; 409 once the ballot has ended, or when the vote was changed."""
    held = get_ballot(session, get_own_plan_by_id(session, actor, plan_id).id, ballot)
    organisation = get_own_organisation(session, actor, str(partner))
    cast_vote(session, actor, held, organisation, body.vote, body.words, body.revision)
    return _ballot_out(session, actor, held)


@router.post("/ballots/{ballot}/closing", dependencies=[OwnCall, OwnPlan])
def close_ballot_by_program(
    session: SessionDep, actor: AdopterDep, plan_id: UUID, ballot: int, body: ClosingBody
) -> BallotOut:
    """End a ballot as `adopted` or `given_up`; the same call a second time changes nothing."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    held = get_ballot(session, plan.id, ballot)
    if not {str(one.person_id) for one in body.participants} <= {*known_people(session, actor)}:
        raise Invalid(UNKNOWN_PERSON, {"participants": UNKNOWN_PERSON})
    given = Closing(body.outcome, body.reason.strip(), [one.as_part() for one in body.participants])
    close_ballot(session, actor, plan, held, given, body.revision)
    return _ballot_out(session, actor, held)


@router.get("/editions")
def read_editions(session: SessionDep, actor: ReaderDep, plan_id: UUID) -> list[EditionOut]:
    """The editions of a plan, the newest first."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    return [EditionOut(**_edition_out(session, one)) for one in list_editions(session, plan.id)]


@router.get("/editions/{edition}")
def read_edition(
    session: SessionDep, actor: ReaderDep, plan_id: UUID, edition: int, response: Response
) -> WholeEditionOut:
    """An adopted plan, whole; its ETag never changes."""
    found = get_edition(session, get_own_plan_by_id(session, actor, plan_id).id, edition)
    response.headers["ETag"] = f'"{etag_of(found.content_sha256)}"'
    return WholeEditionOut(**_edition_out(session, found), decision=found.decision, content=found.content)


def _form_key(given: str | None) -> str:
    if given is not None and len(given) not in KEY_LENGTH:
        raise Invalid("An Idempotency-Key needs 16 to 200 characters.")
    return hash_token(given) if given else make_token()


def _share_out(session: Session, share: PlanShare, comments: int) -> ShareOut:
    return ShareOut(
        id=share.id,
        label=share.label,
        scenario=session.get_one(Scenario, share.scenario_id).number,
        draft=share.draft_number,
        expires_on=share.expires_on,
        ended_on=share.ended_on,
        comments=comments,
    )


def _said_out(comment: PlanComment, share: PlanShare) -> SaidOut:
    return SaidOut(
        id=comment.id,
        share=share.id,
        draft=share.draft_number,
        item=comment.item_code,
        name=comment.name,
        text=comment.text,
        written_on=comment.written_on,
        answer=comment.answer,
        answered_on=comment.answered_on,
        hidden=comment.is_hidden,
        revision=comment.revision,
    )


def _ballot_out(session: Session, actor: Actor, ballot: PlanBallot) -> BallotOut:
    edition, told = find_edition_of(session, ballot.id), votes_at(session, actor, ballot)
    return BallotOut(
        number=ballot.number,
        scenario=session.get_one(Scenario, ballot.scenario_id).number,
        draft=ballot.draft_number,
        newer_draft=newer_draft(session, ballot),
        content_sha256=ballot.content_sha256,
        revision=ballot.revision,
        opened_at=ballot.opened_at,
        closed_at=ballot.closed_at,
        outcome=ballot.outcome or None,
        reason=ballot.decision.get("reason"),
        counts=told["counts"],
        has_majority=told["has_majority"],
        votes=[VoteOut(**one) for one in told["votes"]],
        edition=edition.number if edition else None,
    )


def _edition_out(session: Session, edition: PlanEdition) -> dict[str, Any]:
    return {
        "number": edition.number,
        "ballot": session.get_one(PlanBallot, edition.ballot_id).number,
        "content_sha256": edition.content_sha256,
        "adopted_at": edition.adopted_at,
        "adopted_by": names_of(session, [edition.adopted_by_id]).get(edition.adopted_by_id),
    }

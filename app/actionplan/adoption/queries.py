"""Reads of what was shared, said, voted and adopted."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.adoption.models import PlanBallot, PlanComment, PlanEdition, PlanInterest, PlanShare, PlanVote
from app.actionplan.portfolio.models import Plan, Scenario
from app.core.errors import NotFound
from app.core.tokens import hash_token
from app.people.models import Organisation, Person
from app.people.queries import list_organisations
from app.people.rules import Actor
from app.surveys.authoring.models import Survey

NO_PLAN_HERE = "There is no plan at this address."


class Shared(NamedTuple):
    """A plan as a reader without an account sees it: the link they have, the plan, and whom to ask about it."""

    share: PlanShare
    plan: Plan
    controller: str
    contact: str


class Counted(NamedTuple):
    """A link with how many comments came by it."""

    share: PlanShare
    comments: int


class Placed(NamedTuple):
    """A vote of a partner, or that there is none yet."""

    partner: Organisation
    vote: PlanVote | None


def get_shared(session: Session, number: int, token: str) -> Shared:
    """What a link opens, also when it has ended; NotFound alike for an unknown one and for that of another plan."""
    share = session.exec(select(PlanShare).where(PlanShare.token_hash == hash_token(token))).first()
    plan = session.get(Plan, share.plan_id) if share else None
    if share is None or plan is None or plan.number != number:
        raise NotFound(NO_PLAN_HERE)
    survey = session.get_one(Survey, plan.survey_id)
    return Shared(share, plan, survey.controller, survey.contact)


def list_shares(session: Session, plan_id: UUID) -> list[Counted]:
    """The links to drafts of a plan, the newest first, with how many comments came by each."""
    comments = select(PlanComment.share_id, func.count()).group_by(col(PlanComment.share_id))
    counts = dict(session.exec(comments).all())
    wanted = select(PlanShare).where(PlanShare.plan_id == plan_id)
    found = session.exec(wanted.order_by(col(PlanShare.shared_at).desc(), col(PlanShare.id))).all()
    return [Counted(share, counts.get(share.id, 0)) for share in found]


def get_share(session: Session, plan_id: UUID, share_id: UUID) -> PlanShare:
    """A link to a draft of a plan, or NotFound."""
    found = session.get(PlanShare, share_id)
    if found is None or found.plan_id != plan_id:
        raise NotFound("There is no such link.")
    return found


def list_plan_comments(session: Session, share_id: UUID) -> Sequence[PlanComment]:
    """All comments that came by a link, also hidden ones, by their day; nothing says which of a day came first."""
    wanted = select(PlanComment).where(PlanComment.share_id == share_id)
    return session.exec(wanted.order_by(col(PlanComment.written_on), col(PlanComment.id))).all()


def list_said(session: Session, plan_id: UUID) -> Sequence[tuple[PlanComment, PlanShare]]:
    """All comments on drafts of a plan with the link they came by, those without an answer first, then by their day."""
    wanted = (
        select(PlanComment, PlanShare)
        .join(PlanShare, col(PlanShare.id) == col(PlanComment.share_id))
        .where(PlanShare.plan_id == plan_id)
    )
    order = (col(PlanComment.answer) != "", col(PlanComment.written_on).desc(), col(PlanComment.id))
    return session.exec(wanted.order_by(*order)).all()


def get_plan_comment(session: Session, plan_id: UUID, comment_id: UUID) -> PlanComment:
    """A comment on a draft of a plan, or NotFound."""
    found = session.get(PlanComment, comment_id)
    if found is None or session.get_one(PlanShare, found.share_id).plan_id != plan_id:
        raise NotFound("There is no such comment.")
    return found


def list_ballots(session: Session, plan_id: UUID) -> Sequence[PlanBallot]:
    """The ballots on a plan, the newest first."""
    wanted = select(PlanBallot).where(PlanBallot.plan_id == plan_id)
    return session.exec(wanted.order_by(col(PlanBallot.number).desc())).all()


def get_ballot(session: Session, plan_id: UUID, number: int) -> PlanBallot:
    """A ballot on a plan by its number, or NotFound."""
    for ballot in list_ballots(session, plan_id):
        if ballot.number == number:
            return ballot
    raise NotFound("There is no such ballot.")


def newer_draft(session: Session, ballot: PlanBallot) -> int | None:
    """The number of the newest draft of what a ballot is on, where that is a later one."""
    newest = session.get_one(Scenario, ballot.scenario_id).revision
    return newest if newest > ballot.draft_number else None


def partner_codes(session: Session, consortium_id: UUID) -> dict[str, str]:
    """The names of a consortium's organisations by the short names that plans have of them."""
    wanted = select(Organisation.code, Organisation.name).where(Organisation.consortium_id == consortium_id)
    return {code: name for code, name in session.exec(wanted).all() if code}


def list_votes(session: Session, actor: Actor, ballot: PlanBallot) -> list[Placed]:
    """The partners of the consortium by name, each with its vote, and who has voted and is no partner any more."""
    votes = {vote.organisation_id: vote for vote in _votes(session, ballot.id)}
    found = list_organisations(session, actor)
    return [Placed(one, votes.get(one.id)) for one in found if one.is_partner or one.id in votes]


def find_vote(session: Session, ballot_id: UUID, organisation_id: UUID) -> PlanVote | None:
    """The vote of a partner at a ballot, if there is one."""
    wanted = select(PlanVote).where(PlanVote.ballot_id == ballot_id, PlanVote.organisation_id == organisation_id)
    return session.exec(wanted).first()


def list_plan_interests(session: Session, ballot_id: UUID) -> Sequence[tuple[PlanInterest, str]]:
    """Who took part in ending a ballot, with their names, in the order of these."""
    wanted = (
        select(PlanInterest, Person.name)
        .join(Person, col(Person.id) == col(PlanInterest.person_id))
        .where(PlanInterest.ballot_id == ballot_id)
    )
    return session.exec(wanted.order_by(col(Person.name), col(PlanInterest.id))).all()


def list_editions(session: Session, plan_id: UUID) -> Sequence[PlanEdition]:
    """The editions of a plan, the newest first."""
    wanted = select(PlanEdition).where(PlanEdition.plan_id == plan_id)
    return session.exec(wanted.order_by(col(PlanEdition.number).desc())).all()


def get_edition(session: Session, plan_id: UUID, number: int | None = None) -> PlanEdition:
    """An edition of a plan by its number, by default the newest, or NotFound."""
    for edition in list_editions(session, plan_id):
        if number in (None, edition.number):
            return edition
    raise NotFound("There is no such edition of this plan.")


def find_edition_of(session: Session, ballot_id: UUID) -> PlanEdition | None:
    """The edition that a ballot led to, if it was adopted."""
    return session.exec(select(PlanEdition).where(PlanEdition.ballot_id == ballot_id)).first()


def _votes(session: Session, ballot_id: UUID) -> Sequence[PlanVote]:
    return session.exec(select(PlanVote).where(PlanVote.ballot_id == ballot_id)).all()

"""Acts on ballots: putting a draft to the vote, voting, and ending a ballot with an edition or without one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.adoption.freezing import freeze
from app.actionplan.adoption.models import PlanBallot, PlanEdition, PlanInterest, PlanVote
from app.actionplan.adoption.queries import find_edition_of, find_vote, list_ballots, list_votes
from app.actionplan.adoption.rules import (
    NO_OUTCOME,
    Outcome,
    Seat,
    faults_in_vote,
    tally_of,
)
from app.actionplan.decisions.rules import Part, faults_beside
from app.actionplan.initiatives.changing import enter_state, lock_newest
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.rules import digest_of
from app.actionplan.initiatives.states import State
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_own_plan_by_id
from app.actionplan.portfolio.service import lock_plan
from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.clock import now
from app.core.errors import Conflict, Invalid
from app.core.tokens import key_for
from app.history.service import record
from app.people.models import Organisation
from app.people.rules import Actor

BROKEN = "This draft breaks rules of its scenario: it can be shared for comment, and not put to the vote."
NOTHING_IN_IT = "There is nothing in this plan yet to vote on."
IS_OPEN = "A ballot on this plan is open. It has to end first."
HAS_ENDED = "This ballot has ended: nobody votes any more."
MORE_VOTES = "Votes were given or changed since this page was opened. Look at them first."
OTHER_VOTE = "This vote was given or changed meanwhile. Look at it first."
THEIR_OWN = "This partner gave its vote itself. Only its own people change it."
NO_PARTNER = "Choose the partner whose vote this is."


class Broken(Conflict):
    """A draft that cannot be put to the vote; `content` is the plan as data, with its `breaches`."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        super().__init__(BROKEN)
        self.content = content


@dataclass(frozen=True)
class Closing:
    """How a ballot ends, why, and who took part in deciding so."""

    outcome: str
    reason: str
    parts: Sequence[Part]


def open_ballot(
    session: Session, actor: Actor, plan: Plan, scenario: int | None, revision: int, *, form_key: str
) -> PlanBallot:
    """Put the newest draft of a scenario to the vote of the partners. The same form twice is one ballot.

    Raises NotFound; Broken when it breaks a rule; Conflict while another ballot is open, when nothing is in the plan,
    or when there is a newer draft than the one of this revision.
    """
    require(actor, "plan.adopt", get_own_plan_by_id(session, actor, plan.id))
    lock_plan(session, plan.id)
    form_key = key_for(form_key, plan.id, scenario, revision)
    known = session.exec(
        select(PlanBallot).where(PlanBallot.opened_by_id == actor.id, PlanBallot.form_key == form_key)
    ).first()
    if known:
        return known
    held = list_ballots(session, plan.id)
    if any(one.closed_at is None for one in held):
        raise Conflict(IS_OPEN)
    loaded, content = freeze(session, plan, scenario, revision)
    if content["breaches"]:
        raise Broken(content)
    if not any(line["is_in"] for line in content["items"]):
        raise Conflict(NOTHING_IN_IT)
    ballot = PlanBallot(
        plan_id=plan.id,
        scenario_id=loaded.scenario.id,
        number=len(held) + 1,
        draft_number=loaded.draft.number,
        content=content,
        content_sha256=digest_of(content),
        form_key=form_key,
        opened_at=now(),
        opened_by_id=actor.id,
    )
    session.add(ballot)
    session.flush()
    after = {
        "plan": plan.number,
        "ballot": ballot.number,
        "draft": ballot.draft_number,
        "content": ballot.content_sha256,
    }
    record(session, actor, "ballot.opened", ballot, after=after)
    return ballot


def cast_vote(
    session: Session,
    actor: Actor,
    ballot: PlanBallot,
    partner: Organisation | None,
    vote: str,
    words: str,
    revision: int,
) -> PlanVote:
    """Give the vote of a partner, or another in its place; `revision` is that of its last vote, 0 for none.

    Whoever leads the consortium and has no role in the partner records what they know of it, until it votes itself.
    Raises NotAllowed for another's partner, Invalid naming the fields, Conflict once the ballot has ended, when the
    vote was changed, or when it is the partner's own word that somebody else would replace.
    """
    if partner is None or not partner.is_partner or partner.consortium_id != actor.consortium_id:
        raise Invalid(NO_PARTNER, {"partner": NO_PARTNER})
    require(actor, "ballot.vote", Seat(actor.consortium_id, partner.id))
    _lock(session, ballot)
    if ballot.closed_at is not None:
        raise Conflict(HAS_ENDED)
    is_recorded = partner.id not in actor.roles
    words = words.replace("\0", "").replace("\r\n", "\n").strip()
    faults = faults_in_vote(vote, words, is_for_another=is_recorded)
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    known = find_vote(session, ballot.id, partner.id)
    given = {"vote": vote, "words": words, "is_recorded": is_recorded}
    if known and known.revision == revision + 1 and known.model_dump(include=set(given)) == given:
        # the same form a second time
        return known
    if (known.revision if known else 0) != revision:
        raise Conflict(OTHER_VOTE)
    if known and is_recorded and not known.is_recorded:
        raise Conflict(THEIR_OWN)
    before = {"vote": known.vote} if known else None
    kept = known or PlanVote(ballot_id=ballot.id, organisation_id=partner.id, vote=vote, revision=0, given_at=now())
    kept.vote, kept.words, kept.is_recorded = vote, words, is_recorded
    kept.revision, kept.given_at, kept.given_by_id = kept.revision + 1, now(), actor.id
    ballot.revision += 1
    session.add(kept)
    session.add(ballot)
    session.flush()
    after = {"ballot": ballot.number, "partner": partner.name, "vote": vote, "recorded_for_them": is_recorded}
    record(session, actor, "ballot.voted", kept, before=before, after=after)
    return kept


def close_ballot(
    session: Session, actor: Actor, plan: Plan, ballot: PlanBallot, given: Closing, revision: int
) -> PlanEdition | None:
    """End a ballot; an adopted plan becomes the next edition of it, which nothing changes any more.

    A majority is said and not asked for. The same person ending it twice in the same way ends it once. Raises Invalid
    naming the fields, Conflict when it has ended or votes were given or changed since the page was opened.
    """
    require(actor, "plan.adopt", get_own_plan_by_id(session, actor, plan.id))
    lock_plan(session, plan.id)
    _lock(session, ballot)
    if ballot.closed_at is not None:
        if (ballot.closed_by_id, ballot.outcome, ballot.decision["reason"]) == (actor.id, given.outcome, given.reason):
            return find_edition_of(session, ballot.id)
        raise Conflict(HAS_ENDED)
    faults = {} if given.outcome in set(Outcome) else {"outcome": NO_OUTCOME}
    faults |= faults_beside(given.reason, given.parts)
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    if ballot.revision != revision:
        raise Conflict(MORE_VOTES)
    ballot.decision = {"outcome": given.outcome, "reason": given.reason, **votes_at(session, actor, ballot)}
    ballot.outcome, ballot.closed_at, ballot.closed_by_id = given.outcome, now(), actor.id
    session.add(ballot)
    for part in given.parts:
        interest = PlanInterest(
            ballot_id=ballot.id,
            person_id=UUID(part.person),
            interest=part.interest,
            has_abstained=part.has_abstained,
        )
        session.add(interest)
    session.flush()
    after = {"ballot": ballot.number, "outcome": given.outcome, "content": ballot.content_sha256}
    record(session, actor, "ballot.closed", ballot, after=after | ballot.decision["counts"])
    return _adopt(session, actor, plan, ballot) if given.outcome == Outcome.ADOPTED else None


def votes_at(session: Session, actor: Actor, ballot: PlanBallot) -> dict[str, Any]:
    """How the votes of a ballot add up, whether most partners said yes, and the vote of each.

    Of a ballot that has ended that is how it was then, whatever became of the partners since.
    """
    if ballot.decision:
        return {name: ballot.decision[name] for name in ("counts", "has_majority", "votes")}
    placed = list_votes(session, actor, ballot)
    tally = tally_of({one.partner.id: one.vote.vote for one in placed if one.vote}, [one.partner.id for one in placed])
    return {
        "counts": asdict(tally),
        "has_majority": tally.has_majority,
        "votes": [
            {
                "partner_id": str(one.partner.id),
                "partner": one.partner.name,
                "vote": one.vote.vote if one.vote else None,
                "words": one.vote.words if one.vote else "",
                "is_recorded": one.vote.is_recorded if one.vote else False,
                "revision": one.vote.revision if one.vote else 0,
            }
            for one in placed
        ],
    }


def _adopt(session: Session, actor: Actor, plan: Plan, ballot: PlanBallot) -> PlanEdition:
    wanted = select(func.max(PlanEdition.number)).where(PlanEdition.plan_id == plan.id)
    edition = PlanEdition(
        plan_id=plan.id,
        number=(session.exec(wanted).one() or 0) + 1,
        ballot_id=ballot.id,
        content=ballot.content,
        content_sha256=ballot.content_sha256,
        decision=ballot.decision,
        adopted_at=now(),
        adopted_by_id=actor.id,
    )
    session.add(edition)
    session.flush()
    after = {"plan": plan.number, "edition": edition.number, "content": edition.content_sha256}
    record(session, actor, "plan.adopted", edition, after=after)
    _take_up(session, actor, plan, edition)
    return edition


def _take_up(session: Session, actor: Actor, plan: Plan, edition: PlanEdition) -> None:
    """Put the initiatives that are in into the state of those in the plan, step by step as states may follow.

    Those that are further already, or dropped, stay where they are.
    """
    sources = [UUID(line["source_id"]) for line in edition.content["items"] if line["is_in"]]
    wanted = (
        select(Initiative)
        .join(InitiativeVersion, col(InitiativeVersion.initiative_id) == col(Initiative.id))
        .where(col(InitiativeVersion.id).in_(sources))
        .order_by(col(Initiative.id))
    )
    reason = translate(
        actor.language, "Adopted: edition %(edition)s of plan %(plan)s.", edition=edition.number, plan=plan.number
    )
    for initiative in session.exec(wanted).all():
        lock_newest(session, actor, initiative.id)
        if initiative.state in (State.DRAFT, State.OPEN):
            enter_state(session, actor, initiative, State.FROZEN, reason)
        if initiative.state == State.FROZEN:
            enter_state(session, actor, initiative, State.IN_PLAN, reason)


def _lock(session: Session, ballot: PlanBallot) -> None:
    wanted = select(PlanBallot).where(PlanBallot.id == ballot.id).with_for_update()
    session.exec(wanted.execution_options(populate_existing=True)).one()

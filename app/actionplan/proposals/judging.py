"""What the staff do: decide about proposals, put them on the wall or take them off, and open the wall."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, select

from app.actionplan.initiatives.queries import get_own_initiative, list_initiatives
from app.actionplan.initiatives.service import draft_initiative
from app.actionplan.proposals.mailing import keep_for_now, mail_outcome, mail_question
from app.actionplan.proposals.models import IdeasWall, Proposal
from app.actionplan.proposals.queries import NO_PROPOSAL, find_wall, get_own_proposal, list_merged
from app.actionplan.proposals.rules import (
    LONGEST_QUESTION,
    OPEN,
    SHORTEST_QUESTION,
    State,
    code_of,
    slug_of,
)
from app.auth.permissions import require
from app.core.clock import now, today
from app.core.errors import Conflict, Invalid, NotFound
from app.core.settings import Settings
from app.history.service import record
from app.people.queries import hold_consortium
from app.people.rules import Actor, is_plain_line
from app.surveys.authoring.publishing import is_reason
from app.surveys.ideas.rules import plain

CHANGED = "A colleague or the author has changed this proposal meanwhile. What you typed is still here."
NO_REASON = "Give a reason of 10 to 500 characters; the author reads it."
NO_QUESTION = "Ask in 10 to 500 characters; the author reads it."
CHOOSE_PROPOSAL = "Choose the proposal to put it together with."
LONGEST_INTRODUCTION = 1000
LONGEST_READER = 120
MOST_DAYS = 180


def accept(
    session: Session,
    actor: Actor,
    settings: Settings,
    proposal_id: UUID,
    revision: int,
    *,
    title: str,
    summary: str,
) -> Proposal:
    """Make a new initiative, a draft, of a proposal in its language. Raises Invalid, NotFound, Conflict."""
    proposal = take_open(session, actor, proposal_id, revision)
    title = " ".join(plain(title).split())
    if not title:
        raise Invalid("Give the initiative a title.", {"title": "Give the initiative a title."})
    summary = plain(summary)
    made = draft_initiative(
        session,
        actor,
        code=code_of(proposal.number, [initiative.external_id for initiative, _ in list_initiatives(session, actor)]),
        title={proposal.language: title},
        summary={proposal.language: summary} if summary else {},
        organisation_id=None,
    )
    return _accept(session, actor, settings, proposal, made.id)


def accept_into(
    session: Session, actor: Actor, settings: Settings, proposal_id: UUID, revision: int, initiative_id: UUID
) -> Proposal:
    """Put a proposal into an initiative that is there; its words stay. Raises NotFound, Conflict."""
    proposal = take_open(session, actor, proposal_id, revision)
    initiative, _ = get_own_initiative(session, actor, initiative_id)
    return _accept(session, actor, settings, proposal, initiative.id)


def merge(
    session: Session, actor: Actor, settings: Settings, proposal_id: UUID, revision: int, other_id: UUID
) -> Proposal:
    """Put a proposal together with another, whose outcome it shares; what was put with it goes along.

    Raises Invalid for one that cannot be, NotFound, Conflict.
    """
    proposal = take_open(session, actor, proposal_id, revision)
    other = get_own_proposal(session, actor, other_id)
    if other.id == proposal.id or other.state in (State.MERGED, State.DECLINED):
        raise Invalid(CHOOSE_PROPOSAL, {"proposal": CHOOSE_PROPOSAL})
    for one in list_merged(session, proposal.id):
        one.merged_into_id = other.id
    proposal.merged_into_id = other.id
    return _decide(session, actor, settings, proposal, State.MERGED, {"into": other.number}, is_shown=True)


def ask_back(
    session: Session, actor: Actor, settings: Settings, proposal_id: UUID, revision: int, question: str
) -> Proposal:
    """Mail the author a question; the answer is kept beside the proposal. Raises Invalid, NotFound, Conflict."""
    proposal = take_open(session, actor, proposal_id, revision)
    question = plain(question)
    if not SHORTEST_QUESTION <= len(question) <= LONGEST_QUESTION:
        raise Invalid(NO_QUESTION, {"question": NO_QUESTION})
    proposal.exchanges = [*proposal.exchanges, {"question": question, "answer": "", "asked_on": today().isoformat()}]
    proposal.state, proposal.revision = State.ASKED_BACK, proposal.revision + 1
    proposal.judged_on, proposal.judged_by_id = today(), actor.id
    mail_question(session, settings, proposal, question)
    record(session, actor, "proposal.asked_back", proposal, after={"number": proposal.number, "question": question})
    return proposal


def decline(
    session: Session,
    actor: Actor,
    settings: Settings,
    proposal_id: UUID,
    revision: int,
    because: str,
    *,
    is_shown: bool,
) -> Proposal:
    """Decline a proposal with a reason; on the wall only if it is to be. Raises Invalid, NotFound, Conflict."""
    proposal = take_open(session, actor, proposal_id, revision)
    because = plain(because)
    if not is_reason(because):
        raise Invalid(NO_REASON, {"because": NO_REASON})
    proposal.because = because
    return _decide(session, actor, settings, proposal, State.DECLINED, {"because": because}, is_shown=is_shown)


def reconsider(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """Take back what was decided about a proposal; an initiative made of it stays. Raises NotFound."""
    proposal = _lock(session, actor, proposal_id)
    if proposal.state in OPEN:
        return proposal
    before = {"number": proposal.number, "state": proposal.state}
    proposal.state, proposal.because, proposal.initiative_id = State.WAITING, "", None
    proposal.merged_into_id = proposal.judged_on = proposal.judged_by_id = None
    proposal.revision += 1
    keep_for_now(session, proposal)
    record(session, actor, "proposal.reconsidered", proposal, before=before)
    return proposal


def show(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """Put a proposal on the wall. Raises NotFound."""
    proposal = _lock(session, actor, proposal_id)
    if proposal.shown_on is None:
        proposal.shown_on, proposal.shown_by_id = today(), actor.id
        record(session, actor, "proposal.shown", proposal, after={"number": proposal.number})
    return proposal


def hide(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """Take a proposal off the wall. Raises NotFound."""
    proposal = _lock(session, actor, proposal_id)
    if proposal.shown_on:
        proposal.shown_on = proposal.shown_by_id = None
        record(session, actor, "proposal.hidden", proposal, after={"number": proposal.number})
    return proposal


def unname(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """Take its author's name off a proposal. Raises NotFound."""
    proposal = _lock(session, actor, proposal_id)
    if proposal.author_name:
        proposal.author_name = ""
        record(session, actor, "proposal.unnamed", proposal, after={"number": proposal.number})
    return proposal


def save_wall(
    session: Session,
    actor: Actor,
    revision: int,
    *,
    is_open: bool,
    introduction: Mapping[str, str],
    reader: str,
    answer_days: int,
) -> IdeasWall:
    """Open the wall of the consortium or close it, and say who reads what is sent, and how soon.

    Raises Invalid naming the field, Conflict when somebody saved meanwhile.
    """
    require(actor, "wall.change")
    consortium = hold_consortium(session, actor)
    wall = find_wall(session, actor.consortium_id)
    if revision != (wall.revision if wall else 0):
        raise Conflict("Somebody has changed this meanwhile. What you typed is still here; look at it and save again.")
    texts = {language: plain(text) for language, text in introduction.items()}
    errors: dict[str, str] = {}
    for language, text in texts.items():
        if len(text) > LONGEST_INTRODUCTION:
            errors[f"introduction.{language}"] = "This has at most 1,000 characters."
    reader = " ".join(reader.split())
    if not is_plain_line(reader) or not reader or len(reader) > LONGEST_READER:
        errors["reader"] = "Say who reads the proposals, in at most 120 characters."
    if not 1 <= answer_days <= MOST_DAYS:
        errors["answer_days"] = "Enter a number of days between 1 and 180."
    if errors:
        raise Invalid("Something needs correcting.", errors)
    if wall is None:
        taken = session.exec(select(IdeasWall.slug)).all()
        wall = IdeasWall(consortium_id=consortium.id, slug=slug_of(consortium.name, taken))
    before = {"open": wall.opened_at is not None}
    wall.introduction = {language: text for language, text in texts.items() if text}
    wall.reader, wall.answer_days, wall.revision = reader, answer_days, wall.revision + 1
    if is_open != (wall.opened_at is not None):
        wall.opened_at, wall.opened_by_id = (now(), actor.id) if is_open else (None, None)
    session.add(wall)
    session.flush()
    record(session, actor, "wall.changed", wall, before=before, after={"open": is_open, "days": answer_days})
    return wall


def take_open(session: Session, actor: Actor, proposal_id: UUID, revision: int) -> Proposal:
    """The proposal to decide about, locked. Raises NotFound, and Conflict when it has changed since it was read."""
    proposal = _lock(session, actor, proposal_id)
    if proposal.state not in OPEN or proposal.revision != revision:
        raise Conflict(CHANGED)
    return proposal


def _accept(session: Session, actor: Actor, settings: Settings, proposal: Proposal, initiative_id: UUID) -> Proposal:
    proposal.initiative_id = initiative_id
    after = {"initiative": str(initiative_id)}
    return _decide(session, actor, settings, proposal, State.ACCEPTED, after, is_shown=True)


def _decide(
    session: Session,
    actor: Actor,
    settings: Settings,
    proposal: Proposal,
    state: State,
    after: Mapping[str, object],
    *,
    is_shown: bool,
) -> Proposal:
    proposal.state, proposal.revision = state, proposal.revision + 1
    proposal.judged_on, proposal.judged_by_id = today(), actor.id
    if is_shown and proposal.shown_on is None:
        proposal.shown_on, proposal.shown_by_id = today(), actor.id
    if not is_shown:
        proposal.shown_on = proposal.shown_by_id = None
    session.flush()
    mail_outcome(session, settings, proposal)
    record(session, actor, f"proposal.{state.value}", proposal, after={"number": proposal.number, **after})
    return proposal


def _lock(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    require(actor, "proposal.judge")
    wanted = select(Proposal).where(Proposal.id == proposal_id, Proposal.consortium_id == actor.consortium_id)
    found = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound(NO_PROPOSAL)
    return found

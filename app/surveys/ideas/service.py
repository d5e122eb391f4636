"""Acts on ideas: gathering them when their round closes, and what becomes of them."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from app.auth.permissions import require
from app.core.clock import today
from app.core.errors import Conflict, Invalid, NotFound
from app.core.words import Words
from app.history.service import record
from app.people.rules import Actor
from app.surveys.answering.models import Respondent, Response
from app.surveys.answering.service import sever_links
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import is_reason
from app.surveys.ideas.models import Idea
from app.surveys.ideas.queries import drawn, texts_of_responses
from app.surveys.rounds.models import Round
from app.surveys.rounds.service import end_round

NO_REASON = "Give a reason of 10 to 500 characters; whoever wrote the idea reads it."


def close_idea_round(session: Session, actor: Actor, survey: Survey) -> Round:
    """End the round of ideas and gather what was written; saved ideas count, sent or not.

    From now on nothing leads from an idea to an invitation. Raises Conflict when no round is open.
    """
    closed = end_round(session, actor, survey)
    sever_links(session, actor, survey)
    languages = dict(
        session.exec(
            select(Response.id, Respondent.language)
            .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
            .where(Response.round_id == closed.id)
        ).all()
    )
    written = [(text, key) for key, own in texts_of_responses(session, languages).items() for text in own]
    # not in the order in which people came
    for text, key in sorted(written, key=lambda one: (drawn(survey.seed, one[0]), one[1])):
        session.add(Idea(round_id=closed.id, response_id=key, number=text.number))
        session.flush()
    record(session, actor, "ideas.gathered", survey, after={"ideas": len(written)})
    return closed


def put_into_initiative(
    session: Session, actor: Actor, survey: Survey, keys: Collection[UUID], *, initiative_id: UUID, title: Words
) -> None:
    """Note that these ideas went into an initiative, new or not.

    Raises NotFound for ideas that are not there, Conflict for those that were decided meanwhile.
    """
    for idea in _take_open(session, actor, survey, keys):
        idea.initiative_id, idea.initiative_title = initiative_id, title
        idea.decided_on, idea.decided_by_id = today(), actor.id
    session.flush()
    after = {"initiative": str(initiative_id), "ideas": len(keys)}
    record(session, actor, "idea.taken_over", survey, after=after)


def set_aside(session: Session, actor: Actor, survey: Survey, keys: Collection[UUID], because: str) -> None:
    """Set ideas aside with a reason. Raises Invalid without one, else as `put_into_initiative`."""
    because = because.strip()
    if not is_reason(because):
        raise Invalid(NO_REASON, {"because": NO_REASON})
    for idea in _take_open(session, actor, survey, keys):
        idea.aside_because = because
        idea.decided_on, idea.decided_by_id = today(), actor.id
    session.flush()
    record(session, actor, "idea.set_aside", survey, after={"because": because, "ideas": len(keys)})


def reconsider(session: Session, actor: Actor, survey: Survey, key: UUID) -> None:
    """Take back what was decided about an idea; an initiative made of it stays. Raises NotFound."""
    [idea] = _lock(session, actor, survey, {key})
    if idea.decided_on is None:
        return
    idea.initiative_id, idea.initiative_title, idea.aside_because = None, {}, ""
    idea.decided_on = idea.decided_by_id = None
    session.flush()
    record(session, actor, "idea.reconsidered", survey)


def _take_open(session: Session, actor: Actor, survey: Survey, keys: Collection[UUID]) -> list[Idea]:
    found = _lock(session, actor, survey, keys)
    if any(idea.decided_on for idea in found):
        raise Conflict("Somebody has decided about one of these ideas meanwhile. Go back and reload the page.")
    return found


def _lock(session: Session, actor: Actor, survey: Survey, keys: Collection[UUID]) -> list[Idea]:
    require(actor, "idea.judge", survey)
    wanted = (
        select(Idea)
        .join(Round, col(Round.id) == col(Idea.round_id))
        .where(col(Idea.id).in_(keys), Round.survey_id == survey.id)
        .order_by(col(Idea.id))
        .with_for_update(of=Idea)
        .execution_options(populate_existing=True)
    )
    found = list(session.exec(wanted).all())
    if not keys or len(found) != len(set(keys)):
        raise NotFound("There is no such idea.")
    return found

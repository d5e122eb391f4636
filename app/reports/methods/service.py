"""Acts on methods reports: writing what the records cannot know."""

from sqlmodel import Session

from app.auth.permissions import require
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.words import LANGUAGES
from app.history.service import record
from app.people.rules import Actor
from app.reports.methods.models import MethodsAnswer
from app.reports.methods.queries import find_answer
from app.reports.methods.rules import BY_CODE, LONGEST, NO_POINT, TOO_LONG, clean
from app.surveys.authoring.models import Survey


def write_answer(
    session: Session, actor: Actor, survey: Survey, point: str, *, text: str, language: str, revision: int
) -> MethodsAnswer:
    """Say of one point what the records cannot know; an empty text takes it out.

    Raises NotFound for another point, Invalid naming the field, Conflict when somebody wrote meanwhile.
    """
    require(actor, "report.make", survey)
    if point not in BY_CODE:
        raise NotFound(NO_POINT)
    # so that of two who write at once one is told
    session.get_one(Survey, survey.id, with_for_update=True)
    found = find_answer(session, survey.id, point)
    if revision != (found.revision if found else 0):
        raise Conflict("Somebody changed this text meanwhile")
    text, faults = clean(text), dict[str, str]()
    if len(text) > LONGEST:
        faults["text"] = TOO_LONG
    if language not in {*survey.languages, *LANGUAGES}:
        faults["language"] = "Choose a language."
    if faults:
        raise Invalid(next(iter(faults.values())), faults, most=LONGEST)
    answer = found or MethodsAnswer(
        survey_id=survey.id, point=point, text="", language="", revision=0, changed_at=now()
    )
    answer.text, answer.language, answer.revision = text, language, answer.revision + 1
    answer.changed_at, answer.changed_by_id = now(), actor.id
    session.add(answer)
    session.flush()
    record(session, actor, "methods.answered", survey, after={"point": point, "characters": len(text)})
    return answer

"""A survey asked again: a draft that asks the same, so that its results can stand beside those of the one before."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.clock import now
from app.core.words import Words, pick
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.drafting import free_id
from app.surveys.authoring.models import Criterion, Question, Section, Survey, SurveyItem
from app.surveys.authoring.publishing import protocol_of
from app.surveys.authoring.service import free_slug

NOT_COPIED = frozenset(
    {
        *("id", "external_id", "slug", "title", "created_at", "revision", "published_at", "protocol"),
        *("protocol_sha256", "import_report", "closes_on", "follows_id", "has_idea_round", "idea_question"),
    }
)
COMPARED = {
    "items": "the items and the versions shown",
    "criteria": "the criteria and their weights",
    "scale": "the scale",
    "rule": "the rule of consensus",
    "shortlist": "how many are to be chosen",
    "minimum_group": "the smallest group shown",
    "items_per_person": "how many items each person rates",
    "item_order": "the order of items",
    "is_anonymous": "whether it is anonymous",
    "feedback": "what people see of others",
    "seed": "the seed of everything drawn by lot",
}
"""What has to be the same in two waves, by its name in the protocol."""


def ask_again(session: Session, actor: Actor, survey: Survey) -> Survey:
    """A draft with the items in the versions rated, criteria, weights, scale, rule, questions and seed of a survey.

    It follows the newest wave; while that is a draft still, it is that draft. People, dates and answers are not taken
    over, nor a round of ideas: what it brought is among the items.
    """
    require(actor, "survey.import")
    session.exec(select(Survey.id).where(Survey.id == survey.id).with_for_update()).one()
    waves = list_waves(session, survey)
    if waves and waves[-1].published_at is None:
        return waves[-1]
    survey = waves[-1] if waves else survey
    number = wave_of(session, survey) + 1
    words: Words = {
        tag: translate(tag, "%(title)s, wave %(number)s", title=title, number=number)
        for tag, title in first_of(session, survey).title.items()
    }
    kept = {name: value for name, value in survey.model_dump().items() if name not in NOT_COPIED}
    wave = Survey(
        **kept,
        external_id=free_id(session, actor, words.get(survey.default_language, survey.external_id)),
        slug="",
        title=words,
        created_at=now(),
        follows_id=survey.id,
    )
    wave.slug = free_slug(session, wave.external_id.lower())
    session.add(wave)
    session.flush()
    for table in (SurveyItem, Criterion, Question, Section):
        for row in session.exec(select(table).where(table.survey_id == survey.id)).all():
            session.add(table(**row.model_dump(exclude={"id", "survey_id"}), survey_id=wave.id))
    session.flush()
    record(session, actor, "survey.imported", wave, after={"id": wave.external_id, "follows": survey.external_id})
    return wave


def list_waves(session: Session, survey: Survey) -> list[Survey]:
    """The surveys that ask the same again after this one, in their order."""
    found: list[Survey] = []
    while after := session.exec(select(Survey).where(Survey.follows_id == survey.id)).first():
        found.append(after)
        survey = after
    return found


def first_of(session: Session, survey: Survey) -> Survey:
    """The first survey of those that ask the same again."""
    while survey.follows_id:
        survey = session.get_one(Survey, survey.follows_id)
    return survey


def wave_of(session: Session, survey: Survey) -> int:
    """Which time a survey asks the same: 1 for one that follows none."""
    number = 1
    while survey.follows_id:
        survey, number = session.get_one(Survey, survey.follows_id), number + 1
    return number


def broken_parts(session: Session, survey: Survey) -> list[str]:
    """What of a survey is no longer as in the one it asks again, so that their results would not compare."""
    before = session.get_one(Survey, survey.follows_id)
    return differing(_protocol(session, before), _protocol(session, survey))


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The parts of two protocols that have to be the same and are not.

    >>> differing({"seed": 1, "title": "A"}, {"seed": 2, "title": "B"})
    ['seed']
    """
    return [name for name in COMPARED if before.get(name) != after.get(name)]


def wave_view(session: Session, survey: Survey, language: str) -> dict[str, Any] | None:
    """For the page of a survey that asks another again: which, and what is the same or no longer is; else None."""
    if survey.follows_id is None:
        return None
    before, broken = session.get_one(Survey, survey.follows_id), broken_parts(session, survey)
    return {
        "before": pick(before.title, language, before.default_language),
        "broken": [translate(language, COMPARED[name]) for name in broken],
        "same": [translate(language, word) for name, word in COMPARED.items() if name not in broken],
    }


def _protocol(session: Session, survey: Survey) -> Mapping[str, Any]:
    return survey.protocol or protocol_of(session, survey)

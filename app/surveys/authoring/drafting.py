"""Making a survey from nothing, and changing its parts while it is a draft."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, delete

from app.auth.permissions import require
from app.core.errors import Conflict, Invalid
from app.core.words import LANGUAGES
from app.history.service import record
from app.people.queries import list_organisations
from app.people.rules import Actor
from app.surveys.authoring.models import Criterion, Survey, SurveyItem
from app.surveys.authoring.publishing import note_deviation
from app.surveys.authoring.queries import (
    find_question,
    find_survey_by_external_id,
    get_own_survey_by_slug,
    list_criteria,
)
from app.surveys.authoring.rules import region_code
from app.surveys.authoring.schemas import ItemIn, SurveyFile
from app.surveys.authoring.service import import_survey
from app.surveys.authoring.texts import put_text
from app.surveys.rounds.queries import find_unclosed_round

TEMPLATE = Path(__file__).resolve().parents[3] / "demo" / "survey.json"
"""The demonstration's questions are written for any consortium, in every language of the interface."""

MOST_CRITERIA = 6
ELSEWHERE = ("EU_OTHER", "NON_EU")
OPEN_PARTS = ("controller", "contact", "closes_on", "planned_rounds")
"""What may still change after publishing, as a listed deviation."""


def get_changeable_survey(session: Session, actor: Actor, slug: str) -> Survey:
    """A survey the actor may change. Raises NotFound, NotAllowed."""
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "survey.change", survey)
    return survey


def create_draft(
    session: Session,
    actor: Actor,
    *,
    title: str,
    language: str,
    items: Sequence[ItemIn],
    has_idea_round: bool = False,
    item_kind: str = "initiative",
    changes: Mapping[str, Any] | None = None,
) -> Survey:
    """A draft over these items with the recommended questions, rule and texts in every language.

    `changes` take the place of whole recommended parts, by their names in a survey file.
    Raises Invalid without a title, or without items where no round of ideas will bring some.
    """
    require(actor, "survey.change")
    title = title.strip()
    if not title:
        raise Invalid("Give the survey a title.", {"title": "Give the survey a title."})
    template = recommended()
    known = template["title"]
    words = known if title == known.get(language) else dict.fromkeys(LANGUAGES, title)
    document = SurveyFile.model_validate(
        template
        | {
            "id": free_id(session, actor, title),
            "default_language": language,
            "title": words,
            "introduction": {},
            "demo": False,
            "settings": {"anonymous": False, "idea_round": has_idea_round},
            "initiatives": None,
        }
        | dict(changes or {})
    )
    survey = import_survey(session, actor, document, items).survey
    survey.item_kind = item_kind
    if words is not known:
        survey.outdated = {"title": [tag for tag in LANGUAGES if tag != language]}
    offer_regions(session, actor, survey)
    return survey


def free_id(session: Session, actor: Actor, title: str) -> str:
    """An id made from the title that no survey of the consortium has."""
    stem = region_code(title, []).lower().replace("_", "-")
    number, free = 1, stem
    while find_survey_by_external_id(session, actor, free):
        number += 1
        free = f"{stem}-{number}"
    return free


@cache
def recommended() -> dict[str, Any]:
    """The recommended questions, rule and texts, as a survey file."""
    return json.loads(TEMPLATE.read_bytes())


def recommended_title(language: str) -> str:
    """The title a new survey starts with."""
    return str(recommended()["title"].get(language, ""))


def change_draft(
    session: Session, actor: Actor, survey: Survey, revision: int, *, is_about_ratings: bool = False
) -> None:
    """Count one more change of a draft by somebody who has seen its revision.

    While the round of ideas runs, only what is about the ratings may change: the rest is what people see in it.
    Raises Conflict then, for a survey that is published, or one changed by somebody else meanwhile.
    """
    require(actor, "survey.change", survey)
    if survey.published_at:
        raise Conflict("This survey is published: its parts are fixed.")
    if not is_about_ratings and find_unclosed_round(session, survey.id):
        raise Conflict("The round of ideas is running: what people see in it changes once it has closed.")
    take_turn(session, survey, revision)
    record(session, actor, "survey.changed", survey, after={"revision": survey.revision})


def take_turn(session: Session, survey: Survey, revision: int) -> None:
    """Count one more change by somebody who has seen the revision. Raises Conflict when another came first."""
    if survey.revision != revision:
        raise Conflict("Somebody else changed this survey meanwhile. Reload the page to see it, then change it again.")
    survey.revision += 1
    session.flush()


def change_open_part(
    session: Session, actor: Actor, survey: Survey, revision: int, values: Mapping[str, Any], reason: str
) -> None:
    """Change what may change at any time; of a published survey that is a deviation, with its reason.

    Raises Conflict when somebody else changed it meanwhile, Invalid for a reason that says nothing.
    """
    require(actor, "survey.change", survey)
    changed = {part: value for part, value in values.items() if getattr(survey, part) != value}
    if not changed:
        return
    take_turn(session, survey, revision)
    for part, value in changed.items():
        if part not in OPEN_PARTS:
            raise Conflict("This survey is published: its parts are fixed.")
        if survey.published_at:
            note_deviation(session, actor, survey, part, getattr(survey, part), value, reason)
        setattr(survey, part, value)
    if not survey.published_at:
        record(session, actor, "survey.changed", survey, after={"revision": survey.revision})
    session.flush()


def replace_items(session: Session, actor: Actor, survey: Survey, revision: int, items: Sequence[ItemIn]) -> None:
    """Ask about these items, in this order, in place of those before."""
    change_draft(session, actor, survey, revision, is_about_ratings=True)
    session.exec(delete(SurveyItem).where(col(SurveyItem.survey_id) == survey.id))
    for position, item in enumerate(items, start=1):
        session.add(SurveyItem(survey_id=survey.id, position=position, **item.model_dump()))
    session.flush()


def replace_criteria(session: Session, survey: Survey, lines: Sequence[Mapping[str, str]]) -> None:
    """Rate by these criteria: one whose label is empty is taken out, one without a code is new.

    Each line has `code, label, text, low, high, weight`, the words in the survey's own language.
    Raises Invalid when none is left or a weight is no number from 0 to 100.
    """
    known = {criterion.code: criterion for criterion in list_criteria(session, survey.id)}
    kept = [line for line in lines if line["label"].strip()]
    if not kept:
        raise Invalid("Keep at least one criterion.", {"label-0": "Keep at least one criterion."})
    faults: dict[str, str] = {}
    for number, line in enumerate(lines):
        if line in kept and not re.fullmatch(r"\d{1,3}([.,]\d{1,4})?", line["weight"].strip()):
            faults[f"weight-{number}"] = "A weight is a number from 0 to 100."
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    for code, criterion in known.items():
        if code not in {line["code"] for line in kept}:
            session.delete(criterion)
    session.flush()
    for position, line in enumerate(kept, start=1):
        criterion = known.get(line["code"])
        if criterion is None:
            code = region_code(line["label"], list(known)).lower()
            criterion = Criterion(
                survey_id=survey.id, position=0, code=code, label={}, text={}, low={}, high={}, weight=1
            )
            known[code] = criterion
        criterion.position = position
        criterion.weight = float(line["weight"].replace(",", "."))
        session.add(criterion)
        session.flush()
        for name in ("label", "text", "low", "high"):
            put_text(session, survey, f"criterion.{criterion.code}.{name}", survey.default_language, line[name].strip())


def replace_regions(session: Session, survey: Survey, text: str) -> None:
    """Offer these regions, one a line; names that were there keep their code and translations.

    A name is shown in every language until it is translated: most names of regions are not.
    Raises Invalid for fewer than two or more than sixty.
    """
    names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not 2 <= len(names) <= 60:
        raise Invalid("Name 2 to 60 regions, one a line.", {"regions": "Name 2 to 60 regions, one a line."})
    question = find_question(session, survey.id, "region")
    if question is None:
        raise Invalid("This survey does not ask for a region.", {"regions": "This survey does not ask for a region."})
    known = {option["label"].get(survey.default_language): option for option in question.options}
    options: list[dict[str, Any]] = []
    for name in names:
        code = region_code(name, [option["code"] for option in (*known.values(), *options)])
        options.append(known.get(name) or {"code": code, "label": dict.fromkeys(survey.languages, name)})
    question.options = options
    session.flush()


def offer_regions(session: Session, actor: Actor, survey: Survey) -> None:
    """The partners' regions, and the two of the template for everybody else."""
    question = find_question(session, survey.id, "region")
    partners = [found for found in list_organisations(session, actor) if found.is_partner and found.region]
    if question is None or not partners:
        return
    elsewhere = [option for option in question.options if option["code"] in ELSEWHERE]
    names = {found.region: found.name for found in partners}
    own = [{"code": code, "label": dict.fromkeys(survey.languages, name)} for code, name in names.items()]
    question.options = [*own, *elsewhere]

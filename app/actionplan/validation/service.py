"""From chosen initiative versions to a survey that asks about them."""

import json
from collections.abc import Collection

from pydantic import ValidationError
from sqlmodel import Session

from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import list_initiatives
from app.auth.permissions import require
from app.core.errors import Invalid
from app.people.rules import Actor
from app.surveys.authoring.importing import OPTIONAL, import_draft, keep_report, read_questionnaire
from app.surveys.authoring.questionnaire import Report
from app.surveys.authoring.schemas import ItemIn, SurveyFile
from app.surveys.authoring.service import Import, import_survey


def parse_survey_file(data: bytes) -> SurveyFile:
    """The survey in a file of the format stakeholder-survey/1. Raises Invalid, naming the first fault's place."""
    try:
        return SurveyFile.model_validate(json.loads(data))
    except ValidationError as error:
        part = error.errors()[0]
        place = ".".join(map(str, part["loc"]))
        raise Invalid("The survey file has a fault at %(place)s: %(fault)s.", place=place, fault=part["msg"]) from error
    except (ValueError, RecursionError) as error:
        raise Invalid("This is not a file of the format stakeholder-survey/1.") from error


def make_survey(session: Session, actor: Actor, document: SurveyFile) -> Import:
    """Make a survey over the initiatives its file names, or over all, in their newest versions.

    Raises Invalid when an initiative it names does not exist.
    """
    known = {initiative.external_id: (initiative, version) for initiative, version in list_initiatives(session, actor)}
    wanted = document.initiatives if document.initiatives is not None else list(known)
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise Invalid("The survey names initiatives that do not exist: %(codes)s.", codes=", ".join(unknown[:5]))
    return import_survey(session, actor, document, [_item(*known[code]) for code in wanted])


def import_file(
    session: Session, actor: Actor, name: str, data: bytes, *, language: str, extras: Collection[str] = OPTIONAL
) -> Import:
    """Make a draft over all initiatives from a questionnaire, or a survey from a survey file, by the file's ending.

    Raises Invalid for a file that cannot be used; then nothing is made.
    """
    require(actor, "survey.import")
    if name.lower().endswith(".json"):
        made = make_survey(session, actor, parse_survey_file(data))
        if made.is_new:
            keep_report(made.survey, Report(file=name[:200]), made.unused)
        return made
    document, report = read_questionnaire(name, data, language)
    return import_draft(session, actor, document, report, items=items_for(session, actor), extras=extras)


def items_for(session: Session, actor: Actor, codes: Collection[str] | None = None) -> list[ItemIn]:
    """The newest versions of these initiatives, or of all, as a survey asks about them, in the catalogue's order."""
    return [
        _item(initiative, version)
        for initiative, version in list_initiatives(session, actor)
        if codes is None or initiative.external_id in codes
    ]


def _item(initiative: Initiative, version: InitiativeVersion) -> ItemIn:
    content = version.content
    start, months = content["start_year"], content["duration_months"]
    last_year = None
    if start and months:
        first_month = 3 * ((content["start_quarter"] or 1) - 1)
        last_year = start + (first_month + months - 1) // 12
    return ItemIn(
        code=initiative.external_id,
        source_id=version.id,
        title=version.title,
        summary=version.summary,
        facts={
            "cost_min": content["budget_min_eur"],
            "cost_max": content["budget_max_eur"],
            "first_year": start,
            "last_year": last_year,
            "lead": content["lead_partner"],
            "topic": content["topic"],
            "version": version.number,
        },
    )

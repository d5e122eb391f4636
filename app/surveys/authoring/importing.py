"""A draft out of a questionnaire made elsewhere: set behind the recommended questions, and kept with its report."""

from collections.abc import Collection, Sequence
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from app.core.errors import Invalid
from app.core.tags import catalogue_language
from app.core.words import LANGUAGES, Words
from app.people.rules import Actor
from app.surveys.authoring.drafting import free_id, offer_regions, recommended
from app.surveys.authoring.limesurvey import read_limesurvey
from app.surveys.authoring.models import Survey
from app.surveys.authoring.questionnaire import Remark, Report
from app.surveys.authoring.schemas import ItemIn, SurveyFile
from app.surveys.authoring.service import Import, import_survey
from app.surveys.authoring.texts import texts_of
from app.surveys.authoring.xlsform import read_xlsform

READERS = {
    "xlsx": read_xlsform,
    "lss": read_limesurvey,
    "lsg": read_limesurvey,
    "lsq": read_limesurvey,
}
KEPT_SECTIONS = ("consent", "about", "rating")
OPTIONAL = ("org_type", "region", "org_size", "familiarity", "comment")
"""Recommended questions that an imported questionnaire may do without."""


def read_questionnaire(name: str, data: bytes, language: str) -> tuple[dict[str, Any], Report]:
    """The survey file a questionnaire describes, and what became of each question, by the ending of its name.

    Raises Invalid for other files, and for one that is damaged, a bomb, or asks nothing.
    """
    stem, _, kind = name.rpartition(".")
    reader = READERS.get(kind.lower())
    if reader is None:
        raise Invalid("Questionnaires are read from .xlsx (XLSForm), .lss, .lsg, .lsq (LimeSurvey) and .json files.")
    document, report = reader(data, stem.replace("_", " ").strip() or "?", language)
    report.file = name[:200]
    return document, report


def recommended_extras(language: str) -> list[tuple[str, str]]:
    """The recommended questions one may do without, by code, as they are asked."""
    return [
        (question["id"], question["text"].get(language) or question["text"]["en"])
        for section in recommended()["sections"]
        for question in section["questions"]
        if question["id"] in OPTIONAL
    ]


def with_recommended(document: dict[str, Any], extras: Collection[str]) -> dict[str, Any]:
    """The imported sections behind the recommended consent, the questions about the person, and the rating.

    A language the recommended questions are not in borrows the texts of the one it is a form of.
    """
    template = recommended()
    borrowed = {tag: catalogue_language(tag) for tag in borrowing(document["languages"])}
    left_out = {*OPTIONAL} - {*extras}
    sections: list[dict[str, Any]] = []
    for section in template["sections"]:
        if section["id"] in KEPT_SECTIONS:
            kept = [question for question in section["questions"] if question["id"] not in left_out]
            sections.append(_lend({**section, "questions": kept}, borrowed))
    thanks: Words = document["thank_you"] or template["thank_you"]
    return {
        **{name: template[name] for name in ("format", "rule") if name in template},
        **document,
        "thank_you": _lend(thanks, borrowed),
        "no_opinion": _lend(template["no_opinion"], borrowed),
        "settings": {"anonymous": False},
        "sections": [*sections, *document["sections"]],
    }


def borrowing(languages: Sequence[str]) -> list[str]:
    """The languages that are forms of one of ours, such as informal German."""
    return [tag for tag in languages if tag not in LANGUAGES and tag.partition("-")[0] in LANGUAGES]


def import_draft(
    session: Session,
    actor: Actor,
    document: dict[str, Any],
    report: Report,
    *,
    items: Sequence[ItemIn],
    extras: Collection[str],
) -> Import:
    """A draft over these items that asks the recommended questions and those imported; it keeps the report.

    Raises Invalid when there is nothing to rate.
    """
    whole = with_recommended(document, extras)
    whole["id"] = free_id(session, actor, document["title"][document["default_language"]])
    try:
        checked = SurveyFile.model_validate(whole)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise Invalid("This questionnaire does not fit here, at %(place)s.", place=place) from error
    made = import_survey(session, actor, checked, items, may_lack_texts=True)
    survey = made.survey
    session.flush()
    if "region" in extras:
        offer_regions(session, actor, survey)
    borrowed = borrowing(survey.languages)
    if borrowed:
        _mark_borrowed(session, survey, borrowed)
        report.remarks.append(Remark(reason="borrowed", detail=", ".join(borrowed)))
    lacking = [tag for tag in survey.languages if tag not in LANGUAGES and tag not in borrowed]
    if lacking:
        report.remarks.append(Remark(reason="untranslated", detail=", ".join(lacking)))
    keep_report(survey, report, made.unused)
    return made


def keep_report(survey: Survey, report: Report, unused: Sequence[str]) -> None:
    """Keep with a survey what became of its file, and what of it this version does not ask."""
    report.remarks += [Remark(reason="not_used", detail=part[:200]) for part in unused]
    survey.import_report = report.model_dump()


def _lend(thing: Any, borrowed: dict[str, str]) -> Any:
    """The same with each text also in the languages that borrow."""
    if isinstance(thing, list):
        return [_lend(one, borrowed) for one in thing]  # pyright: ignore[reportUnknownVariableType] -- plain JSON
    if not isinstance(thing, dict):
        return thing
    own: dict[str, Any] = {str(key): _lend(value, borrowed) for key, value in thing.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return own | {tag: own[lender] for tag, lender in borrowed.items() if isinstance(own.get(lender), str)}


def _mark_borrowed(session: Session, survey: Survey, borrowed: Sequence[str]) -> None:
    outdated = dict(survey.outdated)
    for path, words in texts_of(session, survey).items():
        lent = [tag for tag in borrowed if words.get(tag) and words[tag] == words.get(catalogue_language(tag))]
        if lent:
            outdated[path] = [*outdated.get(path, []), *lent]
    survey.outdated = outdated

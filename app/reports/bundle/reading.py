"""What goes into a bundle, read from the database. No name, no address and no moment of an answer is read here."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.actionplan.adoption.queries import list_editions
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import find_robustness, find_told, list_scenarios, load
from app.auth.permissions import may
from app.consensus.models import Snapshot
from app.consensus.panel import build_panel
from app.consensus.setting import read_course
from app.people.rules import Actor
from app.reports.bundle.answers import Answers, numbered
from app.reports.bundle.editions import edition_published
from app.reports.bundle.manifest import hash_of_words
from app.reports.bundle.plans import input_of
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_deviations, list_items
from app.surveys.authoring.rules import answer_code
from app.surveys.rounds.models import Round

Lines = dict[tuple[int, str, str], list[int | None]]


def read_survey(session: Session, survey: Survey) -> dict[str, Any]:
    """What names a survey, the hash of its protocol, and what was changed after it was published."""
    return {
        "id": str(survey.id),
        "external_id": survey.external_id,
        "slug": survey.slug,
        "title": survey.title,
        "languages": survey.languages,
        "is_demo": survey.is_demo,
        "protocol_sha256": survey.protocol_sha256,
        "deviations": [
            {"day": one.made_at.date().isoformat(), "part": one.part, "reason": one.reason}
            for one in list_deviations(session, survey.id)
        ],
    }


def read_items(session: Session, survey: Survey) -> list[dict[str, Any]]:
    """The items in the words in which they were rated, with a hash of these, and the facts beside them."""
    return [
        {
            "code": item.code,
            "source_id": str(item.source_id),
            "title": item.title,
            "summary": item.summary,
            "sha256": hash_of_words(item.code, item.title, item.summary),
            "facts": item.facts,
        }
        for item in list_items(session, survey.id)
    ]


def read_rounds(session: Session, survey: Survey, snapshots: Sequence[Snapshot]) -> list[dict[str, Any]]:
    """What each closed round asked, when it closed, and how many were invited, began and sent, by helix and region."""
    found: list[dict[str, Any]] = []
    for snapshot in snapshots:
        closed = session.get_one(Round, snapshot.round_id)
        course = read_course(session, survey, closed)
        found.append(
            {
                "number": closed.number,
                "closed_at": snapshot.findings["closed_at"],
                "asked": closed.item_codes,
                "sha256": snapshot.sha256,
                "with_later": False,
                "is_list_as_it_was": True,
                "course": [[*place, *stages] for place, stages in sorted(course.items())],
            }
        )
    return found


def read_answers(session: Session, survey: Survey, snapshots: Sequence[Snapshot]) -> Answers | None:
    """What was rated in closed rounds, under fresh numbers; None where nothing is there any more."""
    protocol = survey.protocol or {}
    numbers = [snapshot.round_number for snapshot in snapshots]
    answering = (
        select(Respondent, Round.number)
        .join(Response, col(Response.respondent_id) == col(Respondent.id))
        .join(Round, col(Round.id) == col(Response.round_id))
        .where(Respondent.survey_id == survey.id, col(Round.number).in_(numbers))
    )
    people = list(session.exec(answering))
    # of a consultation held elsewhere, whoever is listed and rated nothing has no response
    silent = select(Respondent).where(
        Respondent.survey_id == survey.id, col(Respondent.id).not_in(select(Response.respondent_id))
    )
    people += [(one, numbers[0]) for one in session.exec(silent)]
    first: dict[str, int] = {}
    for one, number in people:
        first[one.code] = min(number, first.get(one.code, number))
    lines = _lines(session, survey.id, protocol, numbers)
    if not lines:
        return None
    scale = protocol["scale"]
    panel = build_panel(
        low=scale["low"],
        high=scale["high"],
        criteria=[one["code"] for one in protocol["criteria"]],
        respondents={one.code: (one.helix, one.region) for one, _ in people},
        ratings=[(*key, points) for key, points in lines.items()],
        initiatives=[item["code"] for item in protocol["items"]],
    )
    languages = {one.code: one.language for one, _ in people}
    return numbered(Answers(panel, languages, first))


def _lines(session: Session, survey_id: UUID, protocol: Mapping[str, Any], numbers: Sequence[int]) -> Lines:
    criteria = [one["code"] for one in protocol["criteria"]]
    places = {
        answer_code(item["code"], criterion): (item["code"], place)
        for item in protocol["items"]
        for place, criterion in enumerate(criteria)
    }
    wanted = (
        select(Round.number, Respondent.code, Answer.code, Answer.point)
        .join(Response, col(Response.id) == col(Answer.response_id))
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .join(Round, col(Round.id) == col(Response.round_id))
        .where(Respondent.survey_id == survey_id, col(Round.number).in_(numbers))
    )
    lines: Lines = {}
    for number, respondent, code, point in session.exec(wanted):
        if code in places:
            item, place = places[code]
            lines.setdefault((number, respondent, item), [None] * len(criteria))[place] = point
    return lines


def read_plans(session: Session, actor: Actor, survey: Survey) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The newest draft of each scenario of each plan made from a survey, and what of it the actor may not hand out."""
    found: dict[str, dict[str, Any]] = {}
    dropped: list[str] = []
    wanted = select(Plan).where(Plan.survey_id == survey.id, Plan.consortium_id == survey.consortium_id)
    for plan in session.exec(wanted.order_by(col(Plan.number))).all():
        if not may(actor, "plan.export", plan):
            dropped.append(f"Plan {plan.number}: who made this bundle may not export plans.")
            continue
        for scenario in list_scenarios(session, plan.id):
            loaded = load(session, plan, scenario.number)
            told, robust = find_told(session, loaded.draft), find_robustness(session, scenario.id)
            is_of_draft = robust is not None and robust.draft_number == loaded.draft.number
            found[f"plan-{plan.number}-scenario-{scenario.number}"] = input_of(
                loaded,
                survey.slug,
                told.told if told else {},
                robust.told if robust and is_of_draft else {},
            )
    return found, dropped


def read_editions(session: Session, actor: Actor, survey: Survey) -> dict[str, dict[str, Any]]:
    """The adopted editions of the plans made from a survey that the actor may hand out, as they were adopted."""
    wanted = select(Plan).where(Plan.survey_id == survey.id, Plan.consortium_id == survey.consortium_id)
    return {
        f"plan-{plan.number}-edition-{edition.number}": edition_published(edition.content, edition.content_sha256)
        for plan in session.exec(wanted.order_by(col(Plan.number))).all()
        if may(actor, "plan.export", plan)
        for edition in list_editions(session, plan.id)
    }

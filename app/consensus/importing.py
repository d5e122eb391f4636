"""Responses from the two tables of the contract: all or nothing, as closed rounds with their results."""

import csv
import io
from typing import Any

from sqlmodel import Session, col, select

from app.auth.permissions import require
from app.consensus.panel import Panel
from app.consensus.panel_files import PanelFileError, Problem, read_panel_files
from app.consensus.service import freeze
from app.core.clock import now, today
from app.core.errors import Conflict, Invalid
from app.history.service import record
from app.people.rules import Actor
from app.stats.histogram import MISSING
from app.surveys.answering.counting import count_in
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.queries import form_of
from app.surveys.answering.rules import Form
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import publish
from app.surveys.authoring.queries import helices_of
from app.surveys.authoring.rules import answer_code
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import find_last_round


def import_responses(
    session: Session,
    actor: Actor,
    survey: Survey,
    *,
    respondents: bytes,
    ratings: bytes,
    comments: bytes | None = None,
) -> dict[str, int]:
    """Take over a consultation held elsewhere; returns how many rounds, respondents and answers came.

    Raises Conflict for a survey that has answers, Invalid naming every fault of the tables.
    """
    require(actor, "responses.import", survey)
    if session.exec(select(Respondent).where(Respondent.survey_id == survey.id)).first():
        raise Conflict("This survey has answers already.")
    last = find_last_round(session, survey.id)
    if last and last.closed_at is None:
        session.delete(last)
        session.flush()
    try:
        panel, _ = read_panel_files(respondents, ratings, scale=(survey.scale_low, survey.scale_high))
        form = form_of(session, survey.id)
        texts = _read_comments(comments, panel, form) if comments else {}
        _check(session, survey, panel, form)
    except PanelFileError as error:
        raise Invalid(str(error)) from error
    if survey.published_at is None:
        publish(session, actor, survey)
    rounds = _write(session, actor, survey, panel, texts)
    session.flush()
    for closed in rounds:
        freeze(session, actor, survey, closed)
    answers = int((panel.ratings != MISSING).sum())
    record(session, actor, "responses.imported", survey, after={"answers": answers})
    return {
        "rounds": len(rounds),
        "respondents": len(panel.respondents),
        "ratings": answers,
        "comments": len(texts),
    }


def _check(session: Session, survey: Survey, panel: Panel, form: Form) -> None:
    helices = helices_of(session, survey.id)
    problems = [
        Problem("ratings.csv", 1, name, "is no criterion of the survey")
        for name in panel.criteria
        if name not in form.criteria
    ]
    problems += [
        Problem("ratings.csv", 1, "initiative", f"{name} is no initiative of the survey")
        for name in panel.initiatives
        if name not in form.items
    ]
    problems += [
        Problem("respondents.csv", 1, "helix", f"{name} is no group of the survey")
        for name in panel.helix_names
        if name not in helices
    ]
    if problems:
        raise PanelFileError(problems)


def _write(
    session: Session,
    actor: Actor,
    survey: Survey,
    panel: Panel,
    texts: dict[tuple[int, str, str], str],
) -> list[Round]:
    people = [
        Respondent(
            survey_id=survey.id,
            code=code,
            helix=panel.helices[row],
            region=panel.regions[row],
            language=survey.default_language,
            begun_on=today(),
        )
        for row, code in enumerate(panel.respondents)
    ]
    session.add_all(people)
    session.flush()
    rounds: list[Round] = []
    for layer, number in enumerate(panel.rounds):
        closed = Round(
            survey_id=survey.id,
            number=number,
            opened_at=now(),
            closed_at=now(),
            opened_by_id=actor.id,
            closed_by_id=actor.id,
        )
        session.add(closed)
        session.flush()
        rounds.append(closed)
        for row, person in enumerate(people):
            if panel.took_part[layer, row]:
                _write_response(session, closed, person, panel, layer, row, texts)
    count_in(session, col(Response.round_id).in_([closed.id for closed in rounds]))
    return rounds


def _write_response(
    session: Session,
    closed: Round,
    person: Respondent,
    panel: Panel,
    layer: int,
    row: int,
    texts: dict[tuple[int, str, str], str],
) -> None:
    response = Response(respondent_id=person.id, round_id=closed.id, begun_on=today(), submitted_on=today())
    session.add(response)
    session.flush()
    answers: list[dict[str, Any]] = []
    rated = (panel.ratings[layer, row] != MISSING).any(axis=-1)
    for column, item in enumerate(panel.initiatives):
        # whoever rated nothing at all took part by saying so of every item
        if rated.any() and not rated[column]:
            continue
        points = panel.ratings[layer, row, column]
        for place, criterion in enumerate(panel.criteria):
            point = int(points[place])
            answers.append({"code": answer_code(item, criterion), "point": None if point == MISSING else point})
        text = texts.get((closed.number, person.code, item))
        if text:
            answers.append({"code": answer_code(item, "comment"), "text": text})
    session.add_all(Answer(response_id=response.id, rev=1, saved_on=today(), **answer) for answer in answers)


def _read_comments(data: bytes, panel: Panel, form: Form) -> dict[tuple[int, str, str], str]:
    problems: list[Problem] = []
    texts: dict[tuple[int, str, str], str] = {}
    try:
        rows = [*csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)]
    except (UnicodeDecodeError, csv.Error):
        raise PanelFileError([Problem("comments.csv", 1, "file", "cannot be read as CSV in UTF-8")]) from None
    for number, line in enumerate(rows, start=2):
        key = (line.get("round") or "", line.get("respondent") or "", line.get("initiative") or "")
        text = line.get("comment") or ""
        code = answer_code(key[2], "comment")
        fault = form.fault(code, text)
        if key[0] not in map(str, panel.rounds):
            problems.append(Problem("comments.csv", number, "round", "is not a round of the ratings"))
        elif key[1] not in panel.respondents:
            problems.append(Problem("comments.csv", number, "respondent", "is not a respondent"))
        elif fault:
            problems.append(Problem("comments.csv", number, "comment", fault))
        else:
            texts[int(key[0]), key[1], key[2]] = text
    if problems:
        raise PanelFileError(problems)
    return texts

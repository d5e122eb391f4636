"""What tests of ideas share: a survey that asks for them, and people who write some."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.validation.service import make_survey as make_survey_of
from app.people.queries import operator
from app.surveys.answering.models import Response
from app.surveys.authoring.models import Survey
from app.surveys.ideas.service import close_idea_round
from app.surveys.rounds.models import Round
from app.surveys.rounds.service import open_round
from tests.make import answer, csrf_in, import_few_initiatives, make_response, small_survey_file

QUESTION = {"en": "What should be done?", "de": "Was sollte getan werden?"}
BUSES = ("Night buses", "Young people get home safely when buses run at night.", "Ask the bus company")
MORE_BUSES = ("Buses at night", "No bus runs at night, and young people cannot get home.", "")
SCHOOL = ("A school in the forest", "Children learn about wood where it grows.", "")

OTHERS = ("Laboratorios compartidos", "Réseau de chaleur", "Uddannelse i brint", "Споделени работилници")
"""Ideas that are like no other."""


def make_idea_survey(session: Session, *, codes: Sequence[str] = (), **changes: Any) -> Survey:
    """A survey whose round of ideas is open, in two languages; the catalogue may hold initiatives already."""
    if codes:
        import_few_initiatives(session, codes)
    document = small_survey_file(idea_question=QUESTION, initiatives=list(codes), **changes)
    document.settings.idea_round = True
    survey = make_survey_of(session, operator(session), document).survey
    open_round(session, operator(session), survey)
    session.commit()
    return survey


def idea_answers(number: int, words: Sequence[str], language: str = "en") -> dict[str, str]:
    """The answers that make up one idea."""
    parts = dict(zip(("title", "summary", "first_step"), words, strict=True)) | {"language": language}
    return {f"idea:{number}.{part}": text for part, text in parts.items()}


def give(
    session: Session, engine: Engine, survey: Survey, *ideas: Sequence[str], helix: str = "industry"
) -> tuple[Response, str]:
    """Somebody who begins and writes these ideas."""
    response, token = make_response(session, survey, helix=helix)
    for number, words in enumerate(ideas, start=1):
        answer(engine, response, token, dict(idea_answers(number, words)))
    return response, token


def give_others(session: Session, engine: Engine, survey: Survey, count: int = 4) -> None:
    """Others who write an idea each, so that enough people have written some for ideas to be shown."""
    for number in range(count):
        words = OTHERS[number]
        give(session, engine, survey, (words, "", ""))


def close_ideas(session: Session, survey: Survey) -> Round:
    """Close the round of ideas."""
    closed = close_idea_round(session, operator(session), survey)
    session.commit()
    return closed


def begin(client: TestClient, survey: Survey, helix: str = "industry") -> Any:
    """Come by the open link and agree; returns where that leads."""
    page = client.get(f"/s/{survey.slug}")
    return client.post(f"/s/{survey.slug}", data={"csrf": csrf_in(page.text), "helix": helix, "consent": "yes"})


def write(client: TestClient, survey: Survey, number: int, fields: Mapping[str, str], **more: str) -> Any:
    """Fill in the page of one idea, as a browser without a script does."""
    page = client.get(f"/s/{survey.slug}/ideas/{number}")
    assert page.status_code == 200
    revisions = {f"rev.{code}": revision_of(page.text, code) for code in idea_answers(number, ("", "", ""))}
    return client.post(
        f"/s/{survey.slug}/ideas/{number}", data={"csrf": csrf_in(page.text)} | revisions | dict(fields) | more
    )


def revision_of(page: str, code: str) -> str:
    """The revision of an answer that a page carries."""
    return page.split(f'name="rev.{code}" value="')[1].split('"')[0]

"""Things to test with, each with defaults for everything."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.validation.service import make_survey as make_survey_of
from app.auth.service import make_sign_in_link
from app.core.clock import now
from app.core.settings import DEVELOPMENT_SECRET
from app.people.models import Person
from app.people.queries import operator
from app.people.service import create_person
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.models import Response
from app.surveys.answering.rules import Value
from app.surveys.answering.saves import Save
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, submit_response
from app.surveys.authoring.models import Survey
from app.surveys.authoring.schemas import SurveyFile
from app.surveys.rounds.models import Round
from app.surveys.rounds.service import open_round
from tests.scenes import lay

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "demo"
SECRET = DEVELOPMENT_SECRET
HELICES = ("academia", "industry", "government", "civil")


@dataclass(frozen=True)
class Cast:
    """The people of the tests."""

    alba: Person
    biel: Person
    carla: Person
    dora: Person


def make_cast(session: Session) -> Cast:
    """Alba administers, Biel coordinates, Carla manages, Dora reviews."""
    people = [
        create_person(session, operator(session), email=f"{name.lower()}@innaxe.example", role=role, name=name)
        for name, role in (
            ("Alba", "admin"),
            ("Biel", "coordinator"),
            ("Carla", "manager"),
            ("Dora", "reviewer"),
        )
    ]
    session.commit()
    return Cast(*people)


def survey_file(**changes: Any) -> SurveyFile:
    """The demonstration survey's file, with changes of its top level."""
    return SurveyFile.model_validate(json.loads((DEMO / "survey.json").read_bytes()) | changes)


def small_survey_file(
    *,
    low: int = 1,
    high: int = 5,
    criteria: Sequence[str] = ("impact", "urgency"),
    helices: Sequence[str] = HELICES,
    survey_id: str = "small",
    **changes: Any,
) -> SurveyFile:
    """A survey file with little in it."""
    words = {"en": "Words"}
    questions = [
        {"id": "consent", "type": "consent", "required": True, "text": words},
        {
            "id": "helix",
            "type": "single_choice",
            "required": True,
            "text": words,
            "options": [{"code": helix, "label": {"en": helix.title()}} for helix in helices],
        },
    ]
    rating = {
        "id": "criteria",
        "type": "rating_matrix",
        "scale": {"min": low, "max": high},
        "criteria": [{"id": code, "label": {"en": code.title()}} for code in criteria],
    }
    return SurveyFile.model_validate(
        {
            "format": "stakeholder-survey/1",
            "id": survey_id,
            "languages": ["en"],
            "default_language": "en",
            "title": {"en": "A small survey"},
            "controller": "The consortium",
            "contact": "privacy@innaxe.example",
            "sections": [
                {"id": "about", "questions": questions},
                {"id": "rating", "repeat_over": "initiatives", "questions": [rating]},
            ],
        }
        | changes
    )


def import_demo_initiatives(session: Session) -> None:
    """The 24 initiatives of the demonstration."""
    import_initiatives(
        session, operator(session), parse_catalogue("initiatives.json", (DEMO / "initiatives.json").read_bytes())
    )


def import_few_initiatives(session: Session, codes: Sequence[str] = ("I1", "I2", "I3")) -> None:
    """A few initiatives that have only a title."""
    sheet = "id,title\n" + "".join(f"{code},Initiative {code}\n" for code in codes)
    import_initiatives(session, operator(session), parse_catalogue("few.csv", sheet.encode()))


def make_open_survey(
    session: Session, document: SurveyFile | None = None, *, codes: Sequence[str] = ("I1", "I2", "I3")
) -> Survey:
    """A small survey over a few initiatives, its first round open."""
    wanted = document or small_survey_file()

    def build() -> None:
        import_few_initiatives(session, codes)
        survey = make_survey_of(session, operator(session), wanted).survey
        open_round(session, operator(session), survey)

    def find() -> Survey:
        survey = session.exec(select(Survey).where(Survey.external_id == wanted.id)).one()
        opened = session.exec(select(Round).where(Round.survey_id == survey.id)).one()
        opened.opened_at = now()
        return survey

    if session.exec(select(Initiative)).first():
        build()
        found = find()
        session.commit()
        return found
    return lay(session, f"open survey {codes} {wanted.model_dump_json()}", build, find)


def make_response(
    session: Session, survey: Survey, *, helix: str = "industry", region: str = ""
) -> tuple[Response, str]:
    """Somebody who has begun to answer, with their token."""
    start = StartIn(consent=True, helix=helix, region=region, language=survey.default_language)
    made = start_response(session, survey, start, consent=Consent("en", "What people agree to."))
    session.commit()
    return made


def answer(engine: Engine, response: Response, token: str, values: dict[str, Value]) -> None:
    """Save first answers through the writer."""
    writer = AnswerWriter(engine)
    saves = [Save(response.id, (token,), code, value, 0) for code, value in values.items()]
    for outcome in writer.save(saves).result(timeout=30):
        if isinstance(outcome, Exception):
            raise outcome
    writer.close()


def send(session: Session, response: Response, token: str) -> str:
    """Send a response; returns its receipt."""
    _, receipt = submit_response(session, response.id, (token,), secret=SECRET)
    session.commit()
    return receipt


def beside(client: TestClient) -> TestClient:
    """Another browser on the same site.

    It begins no event loop of its own for each request, which takes longer than many an answer.
    """
    another = TestClient(client.app, base_url=str(client.base_url), follow_redirects=False)
    another.portal = client.portal
    return another


def sign_in(client: TestClient, session: Session, person: Person) -> None:
    """Sign a person in through the pages, as a browser does."""
    token = make_sign_in_link(session, person)
    session.commit()
    page = client.get(f"/login/{token}")
    assert page.status_code == 200
    done = client.post(f"/login/{token}", data={"csrf": csrf_in(page.text)})
    assert done.status_code == 303


def csrf_in(page: str) -> str:
    """The token that a page's form carries."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]

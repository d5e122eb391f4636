"""The page of a methods report: records beside each question, what people write, and two who write at once."""

from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_round
from app.documents.writing import Kind, written
from app.erasure import erase_person, export_person
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.reports.jobs import make_all
from app.reports.methods.models import MethodsAnswer
from app.reports.methods.report import methods_report
from app.reports.methods.rules import LONGEST, POINTS
from app.reports.queries import get_content
from app.reports.service import Order, order_report
from app.surveys.authoring.models import Survey
from tests.consensus.test_closing import fill
from tests.make import Cast, csrf_in, make_open_survey, sign_in

ADDRESS = "/reports/methods/"


@pytest.fixture
def survey(session: Session, engine: Engine, cast: Cast, client: TestClient) -> Survey:
    made = make_open_survey(session)
    fill(session, engine, made)
    close_round(session, operator(session), made)
    session.commit()
    sign_in(client, session, cast.carla)
    return made


def post(client: TestClient, survey: Survey, point: str = "M7", **parts: str) -> tuple[int, str]:
    page = client.get(f"{ADDRESS}{survey.slug}").text
    data: Mapping[str, str] = {"csrf": csrf_in(page), "revision": "0", "language": "en", "text": "Words"} | parts
    done = client.post(f"{ADDRESS}{survey.slug}/{point}", data=data)
    return done.status_code, done.headers.get("location") or done.text


def answers(session: Session) -> list[tuple[str, str, str, int]]:
    found = session.exec(select(MethodsAnswer).execution_options(populate_existing=True)).all()
    kept = sorted((one.point, one.text, one.language, one.revision) for one in found)
    session.commit()
    return kept


def test_the_page_asks_every_point_beside_what_records_say(client: TestClient, survey: Survey) -> None:
    page = client.get(f"{ADDRESS}{survey.slug}").text
    for point in POINTS:
        assert f'id="{point.code}"' in page
        assert f'id="text-{point.code}"' in page
    assert page.count("<textarea") == len(POINTS) == 35
    assert "21 of 35 points are missing." in page
    assert "There is no list of invitations" in page
    assert survey.protocol_sha256 in page
    assert f"/reports/new?kind=methods&amp;survey={survey.slug}" in page
    assert '<details class="card point" id="M7" >' in page
    assert '<details class="card point" id="M7" open>' in client.get(f"{ADDRESS}{survey.slug}?point=M7").text


def test_what_is_written_is_kept_shown_and_on_record(client: TestClient, session: Session, survey: Survey) -> None:
    status, location = post(client, survey, text="  We searched nowhere.\r\nReally.\0 ", language="ca")
    assert (status, location) == (303, f"{ADDRESS}{survey.slug}?point=M7#M7")
    assert answers(session) == [("M7", "We searched nowhere.\nReally.", "ca", 1)]
    entry = session.exec(select(HistoryEntry).where(HistoryEntry.act == "methods.answered")).one()
    assert entry.after == {"point": "M7", "characters": len("We searched nowhere.\nReally.")}
    session.commit()
    page = client.get(location).text
    assert "20 of 35 points are missing." in page
    assert "We searched nowhere.\nReally.</textarea>" in page
    assert "Carla" in page
    assert post(client, survey, text=" ", revision="1")[0] == 303
    assert answers(session) == [("M7", "", "en", 2)]
    assert "21 of 35 points are missing." in client.get(location).text


def test_of_two_who_write_at_once_the_second_keeps_the_words(
    client: TestClient, session: Session, survey: Survey
) -> None:
    assert post(client, survey, text="The first wrote this.")[0] == 303
    status, page = post(client, survey, text="The second wrote that.", language="de")
    assert status == 409
    assert "Somebody changed this text meanwhile" in page
    assert "The second wrote that.</textarea>" in page
    assert "The first wrote this.</blockquote>" in page
    assert '<option value="de" selected>' in page
    assert answers(session) == [("M7", "The first wrote this.", "en", 1)]
    # the form now stands on what was saved, so that saving it again is a decision
    assert 'name="revision" value="1"' in page
    assert post(client, survey, text="The second wrote that.", revision="1")[0] == 303
    assert answers(session)[0][1] == "The second wrote that."


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        pytest.param({"text": "x" * (LONGEST + 1)}, "This is too long: at most 5000 characters.", id="too long"),
        pytest.param({"language": "xx"}, "Choose a language.", id="no language"),
        pytest.param({"language": ""}, "Choose a language.", id="an empty language"),
    ],
)
def test_what_cannot_be_saved_stays_in_its_form(
    client: TestClient, session: Session, survey: Survey, parts: dict[str, str], fault: str
) -> None:
    status, page = post(client, survey, **parts)
    assert status == 422
    assert page.count(fault) == 2
    assert f"{parts.get('text', 'Words')}</textarea>" in page
    assert answers(session) == []


def test_the_longest_text_fits(client: TestClient, session: Session, survey: Survey) -> None:
    text = ("مرحبا 👩‍🔬 <b> " * 600)[:LONGEST]
    assert post(client, survey, text=text)[0] == 303
    assert answers(session)[0][1] == text.strip()
    assert "&lt;b&gt;" in client.get(f"{ADDRESS}{survey.slug}").text


def test_nothing_else_can_be_written(client: TestClient, session: Session, survey: Survey) -> None:
    assert post(client, survey, point="M99")[0] == 404
    assert client.get(f"{ADDRESS}no-such-survey").status_code == 404
    page = client.get(f"{ADDRESS}{survey.slug}").text
    data = {"csrf": "wrong", "revision": "0", "language": "en", "text": "Words"}
    assert csrf_in(page) != "wrong"
    assert client.post(f"{ADDRESS}{survey.slug}/M7", data=data).status_code == 403
    assert post(client, survey, revision="x")[0] == 409
    assert answers(session) == []


def test_who_wrote_can_have_it_and_can_be_forgotten(
    client: TestClient, session: Session, engine: Engine, survey: Survey, cast: Cast
) -> None:
    assert post(client, survey, text="Words of Carla's.")[0] == 303
    exported = export_person(session, cast.carla.email, secret="secret")
    assert [(one["point"], one["text"]) for one in exported["account"]["methods_answers"]] == [
        ("M7", "Words of Carla's.")
    ]
    session.commit()
    erase_person(engine, cast.carla.email, secret="secret")
    sign_in(client, session, cast.biel)
    page = client.get(f"{ADDRESS}{survey.slug}").text
    assert "Words of Carla" in page
    assert ">Carla<" not in page


def test_before_there_are_results_people_can_write_already(client: TestClient, session: Session, cast: Cast) -> None:
    survey = make_open_survey(session)
    sign_in(client, session, cast.carla)
    page = client.get(f"{ADDRESS}{survey.slug}").text
    assert "The report can be written once a round has closed." in page
    assert post(client, survey)[0] == 303


def test_the_page_speaks_the_language_of_its_reader(client: TestClient, survey: Survey) -> None:
    page = client.get(f"{ADDRESS}{survey.slug}?lang=bg").text
    assert "Доклад за методите" in page
    assert "Търсене в литературата" in page
    assert 'lang="en"' in page  # the survey's title is English


def test_it_can_be_ordered_like_every_report(session: Session, engine: Engine, survey: Survey) -> None:
    order = Order(kind="methods", format="html", language="da", survey=survey)
    report = order_report(session, operator(session), order, form_key="key")
    session.commit()
    assert make_all(engine) == 1
    session.expire_all()
    assert (report.state, report.name) == ("done", f"{survey.slug}-methods-da.html")
    assert (
        "Søgning" in get_content(session, report).decode()
        or "Litteratursøgning" in get_content(session, report).decode()
    )


@pytest.mark.parametrize("format", ["html", "docx", "pdf", "xlsx"])
def test_every_writer_can_write_it(session: Session, survey: Survey, format: Kind) -> None:  # noqa: A002 -- as it is called
    document = methods_report(session, operator(session), survey, "bg")
    data = written(document, format)
    assert len(data) > 10_000
    assert written(methods_report(session, operator(session), survey, "bg"), format) == data

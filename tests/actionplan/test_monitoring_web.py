"""A followed plan in the browser, for programs, and as files."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.monitoring.models import IndicatorReading, Milestone, ProgressReport, QuietPlan, YearReview
from app.actionplan.monitoring.queries import Following
from app.core.clock import today
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.people.service import create_organisation, create_person
from app.surveys.authoring.models import Survey
from tests.actionplan.monitoring import REASON, adopt, follow, make_plan, milestone_of, move, plan_item
from tests.documents.test_to_ics import read_back
from tests.make import Cast, csrf_in, make_open_survey, sign_in


@pytest.fixture
def survey(session: Session, cast: Cast) -> Survey:
    return make_open_survey(session)


@pytest.fixture
def following(session: Session, survey: Survey) -> Following:
    return follow(session, survey)


@pytest.fixture
def biel(client: TestClient, session: Session, cast: Cast, following: Following) -> TestClient:
    sign_in(client, session, cast.biel)
    return client


def send(client: TestClient, page: str, to: str, **fields: str) -> Any:
    """Send a form of a page as a browser does."""
    text = client.get(page).text
    key = text.split('name="key" value="')[1].split('"')[0] if 'name="key"' in text else ""
    return client.post(to, data={"csrf": csrf_in(text), "key": key} | fields)


def test_a_plan_is_followed_from_its_first_page_on(
    client: TestClient, session: Session, survey: Survey, cast: Cast
) -> None:
    plan = make_plan(session, survey)
    session.commit()
    sign_in(client, session, cast.biel)
    assert "not adopted yet" in client.get("/plans/1/follow").text
    adopt(session, plan, 1, plan_item("I1"))
    session.commit()
    page = client.get("/plans/1/follow").text
    assert "Nothing is followed yet" in page
    assert client.post("/plans/1/follow", data={"csrf": csrf_in(page)}).status_code == 303
    page = client.get("/plans/1/follow").text
    assert "Follow this edition" not in page
    assert "Initiative I1" in page
    assert "Members do not answer" in page
    assert client.get("/plans/2/follow").status_code == 404


def test_the_headline_says_what_is_late(biel: TestClient, session: Session, following: Following) -> None:
    move(session, milestone_of(following, "I1", "start"), today() - timedelta(days=3))
    page = biel.get("/plans/1/follow").text
    assert "1 of 10 milestones is late" in page
    overdue = biel.get("/plans/1/overdue").text
    assert "1 milestone is late" in overdue
    assert "3 days ago" in overdue
    move(session, milestone_of(following, "I2", "start"), today() + timedelta(days=5))
    assert "Due in the next 90 days" in biel.get("/plans/1/follow").text


def test_reporting_and_correcting(biel: TestClient, session: Session, following: Following) -> None:
    here = "/plans/1/milestones/1"
    done = send(biel, here, f"{here}/reports", percent="60", words="More than half\r\nof it", spent="12,500")
    assert (done.status_code, done.headers["location"]) == (303, here)
    page = biel.get(here).text
    assert "60 %" in page
    assert "More than half\nof it" in page
    assert send(biel, here, f"{here}/reports", percent="40", corrects="1").status_code == 303
    page = biel.get(here).text
    assert "corrects report 1" in page
    assert "was corrected" in page
    twice = send(biel, here, f"{here}/reports", percent="30", corrects="1")
    assert twice.status_code == 409
    assert "This report was corrected already" in twice.text
    assert len(session.exec(select(ProgressReport)).all()) == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"percent": "101"}, "A percentage is a whole number from 0 to 100.", id="101"),
        pytest.param({"percent": "NaN"}, "A percentage is a whole number from 0 to 100.", id="NaN"),
        pytest.param({"percent": "5", "reported_on": "2099-01-01"}, "This day is still to come.", id="tomorrow"),
        pytest.param({"percent": "5", "reported_on": "soon"}, "Give a day", id="no day"),
        pytest.param({"percent": "5", "spent": "-4"}, "Whole euros", id="negative money"),
        pytest.param({"percent": "5", "words": "x" * 2001}, "At most 2000 characters.", id="too long"),
        pytest.param({"percent": "5", "corrects": "9"}, "no such report", id="corrects nothing"),
        pytest.param({"percent": "5", "corrects": "x"}, "no such report", id="corrects no number"),
    ],
)
def test_reports_that_cannot_be(
    biel: TestClient, session: Session, following: Following, fields: dict[str, str], sentence: str
) -> None:
    here = "/plans/1/milestones/1"
    typed = {"words": "What I had typed"} | fields
    answer = send(biel, here, f"{here}/reports", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert typed["words"] in answer.text
    assert session.exec(select(ProgressReport)).all() == []


def test_a_form_sent_twice_is_one_report(biel: TestClient, session: Session, following: Following) -> None:
    here = "/plans/1/milestones/1"
    text = biel.get(here).text
    fields = {"csrf": csrf_in(text), "key": text.split('name="key" value="')[1].split('"')[0], "percent": "30"}
    assert [biel.post(f"{here}/reports", data=fields).status_code for _ in range(2)] == [303, 303]
    assert len(session.exec(select(ProgressReport)).all()) == 1


def kept(session: Session) -> tuple[str, int]:
    """The title and revision of the first milestone as the database has them."""
    session.expire_all()
    one = session.exec(select(Milestone).where(Milestone.number == 1)).one()
    session.commit()
    return one.title, one.revision


def test_two_who_change_one_milestone(biel: TestClient, session: Session, following: Following) -> None:
    here = "/plans/1/milestones/1"
    fields = {"revision": "1", "title": "Begin", "due": "2040-01-01", "owner": "", "partner": ""}
    assert send(biel, here, here, **fields).status_code == 303
    second = send(biel, here, here, **fields | {"title": "Start of <all>"})
    assert second.status_code == 409
    assert "Somebody else changed this meanwhile" in second.text
    assert "Start of &lt;all&gt;" in second.text
    assert 'name="revision" value="2"' in second.text
    assert kept(session) == ("Begin", 2)
    page = biel.get(here).text
    assert "outside the years of the plan" in page
    assert "Due at first" in page
    # what was refused changed nothing
    assert send(biel, here, here, revision="2", title="A", due="").status_code == 422
    assert send(biel, here, here, revision="2", title="A", due="2030-01-01", owner="x").status_code == 422
    assert kept(session) == ("Begin", 2)


def test_closing_reporting_on_it_and_opening_again(biel: TestClient, following: Following) -> None:
    here = "/plans/1/milestones/1"
    assert send(biel, here, f"{here}/closure", revision="1", because="No").status_code == 422
    assert send(biel, here, f"{here}/closure", revision="1", because=REASON).status_code == 303
    page = biel.get(here).text
    assert REASON in page
    assert "Report progress" not in page
    assert send(biel, here, f"{here}/reports", percent="10").status_code == 409
    assert send(biel, here, f"{here}/reopening", revision="2").status_code == 303
    assert "Report progress" in biel.get(here).text


def test_a_stop_says_what_depends_on_it(biel: TestClient, session: Session, following: Following) -> None:
    gate = milestone_of(following, "I1", "gate.1")
    here = f"/plans/1/milestones/{gate.number}"
    assert "Other initiatives need this one" in biel.get(here).text
    bad = send(biel, here, f"{here}/decisions", revision="1", because="No")
    assert bad.status_code == 422
    assert "Choose what was decided." in bad.text
    assert send(biel, here, f"{here}/decisions", revision="1", outcome="stop", because=REASON).status_code == 303
    page = biel.get("/plans/1/follow/I1").text
    assert REASON in page
    assert "I2 Initiative I2" in page
    page = biel.get("/plans/1/follow").text
    assert "; 1 initiative is stopped</h1>" in page
    stopped = page.split('id="stopped"')[1].split("</section>")[0]
    assert REASON in stopped
    assert "What needs it: I2 Initiative I2" in stopped
    review = biel.get(f"/plans/1/review/{today().year}").text
    assert REASON in review


def test_readings_and_their_faults(biel: TestClient, session: Session, following: Following) -> None:
    here = "/plans/1/follow/I1"
    year = str(today().year)
    for value in ("NaN", "", "1e999"):
        bad = send(biel, here, f"{here}/readings", indicator="IND19", year=year, value=value, source="Register")
        assert bad.status_code == 422
        assert "Give a number." in bad.text
        assert "Register" in bad.text
    for value in ("12,5", "14"):
        assert send(biel, here, f"{here}/readings", indicator="IND19", year=year, value=value).status_code == 303
    page = biel.get(here).text
    assert "another reading of this year counts" in page
    assert send(biel, here, f"{here}/readings", indicator="IND1", year=year, value="1").status_code == 422
    assert len(session.exec(select(IndicatorReading)).all()) == 2


def test_a_milestone_is_added(biel: TestClient, session: Session, following: Following) -> None:
    here = "/plans/1/follow/I1"
    bad = send(biel, here, f"{here}/milestones", title="", due="2028-01-01")
    assert (bad.status_code, "Give it a title." in bad.text) == (422, True)
    assert send(biel, here, f"{here}/milestones", title="Sign\r\nBcc: x", due="2028-01-01").status_code == 303
    assert "Sign Bcc: x" in biel.get(here).text
    assert biel.get("/plans/1/follow/I9").status_code == 404


def test_a_risk_is_assessed_again(biel: TestClient, session: Session, following: Following) -> None:
    here = "/plans/1/risks/1"
    fields = {"likelihood": "5", "impact": "5", "mitigation_state": "under_way", "owner": "", "words": "Two have left"}
    assert send(biel, here, f"{here}/assessments", **fields | {"impact": "9"}).status_code == 422
    assert send(biel, here, f"{here}/assessments", **fields).status_code == 303
    page = biel.get(here).text
    assert "Two have left" in page
    assert "as the edition says" in page
    assert "grown from 12 to 25" in biel.get("/plans/1/follow").text


def test_the_review_is_written_and_its_year_must_be_the_plans(
    biel: TestClient, session: Session, following: Following
) -> None:
    here = "/plans/1/review/2027"
    assert send(biel, here, here, revision="0", to_change="No").status_code == 422
    assert send(biel, here, here, revision="0", to_change=REASON).status_code == 303
    stale = send(biel, here, here, revision="0", to_change="Something else entirely")
    assert stale.status_code == 409
    assert "Something else entirely" in stale.text
    assert REASON in biel.get(here).text
    assert session.exec(select(YearReview)).one().revision == 1
    for year in ("2020", "2040", "1", "x"):
        assert biel.get(f"/plans/1/review/{year}").status_code == 404


def test_mails_are_switched_off_and_on(biel: TestClient, session: Session, cast: Cast, following: Following) -> None:
    for who, person in (("oneself", cast.biel.id), ("everybody", None)):
        for mails, expected in (("off", [person]), ("off", [person]), ("on", [])):
            page = "/plans/1/follow"
            assert send(biel, page, "/plans/1/follow/mails", who=who, mails=mails).status_code == 303
            session.expire_all()
            assert [one.person_id for one in session.exec(select(QuietPlan)).all()] == expected
            session.commit()


def test_the_calendar_is_the_same_each_time_and_can_be_read(biel: TestClient, following: Following) -> None:
    answer = biel.get("/plans/1/milestones.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = read_back(answer.content)
    assert len(events) == 10
    assert {one["DTSTART;VALUE=DATE"] for one in events} >= {"20270331", "20291231"}
    assert any(one["SUMMARY"] == "I1: Public search portal" for one in events)
    assert biel.get("/plans/1/milestones.ics").content == answer.content
    assert "bis" not in events[0]["SUMMARY"]


def test_files_hold_what_is_followed(biel: TestClient, session: Session, following: Following) -> None:
    here = "/plans/1/milestones/1"
    send(biel, here, f"{here}/reports", percent="60", words="=1+1")
    answer = biel.get("/plans/1/monitoring.json")
    tables = {one["title"]: one["rows"] for one in json.loads(answer.content)["tables"]}
    assert [len(tables[name]) for name in tables] == [10, 1, 1, 1, 0]
    assert tables["Milestones"][0]["percent"] == 60
    assert tables["Indicators"][0]["standing"] == "No reading yet"
    reports = biel.get("/plans/1/monitoring.csv?table=2").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(reports)))[1][4] == "'=1+1"
    assert biel.get("/plans/1/monitoring.xlsx").content == biel.get("/plans/1/monitoring.xlsx").content
    assert biel.get("/plans/1/monitoring.pdf").status_code == 422
    acts = [one.act for one in session.exec(select(HistoryEntry)).all()]
    assert acts.count("monitoring.exported") == 4


def test_every_language_speaks(biel: TestClient, session: Session, following: Following) -> None:
    move(session, milestone_of(following, "I1", "start"), today() - timedelta(days=3))
    for language in ("ca", "es", "fr", "de", "bg", "da"):
        for page in ("follow", "follow/I1", "milestones/2", "risks/1", "review/2027", "overdue"):
            answer = biel.get(f"/plans/1/{page}?lang={language}")
            assert answer.status_code == 200
            assert "milestones are late" not in answer.text


def test_another_partner_reads_and_changes_nothing(client: TestClient, session: Session, following: Following) -> None:
    partner = create_organisation(session, operator(session), name="Other", helix="industry", region="ES51")
    person = create_person(
        session, operator(session), email="sol@innaxe.example", role="manager", organisation=str(partner.id)
    )
    sign_in(client, session, person)
    page = client.get("/plans/1/milestones/1").text
    assert "Report progress" not in page
    csrf = csrf_in(page)
    for to in ("milestones/1", "milestones/1/reports", "milestones/1/closure", "risks/1/assessments"):
        assert client.post(f"/plans/1/{to}", data={"csrf": csrf}).status_code == 403, to
    for to in ("milestones", "readings"):
        assert client.post(f"/plans/1/follow/I1/{to}", data={"csrf": csrf}).status_code == 403
    assert client.get("/plans/1/monitoring.xlsx").status_code == 403


def call(client: TestClient, method: str, path: str, body: dict[str, Any], **headers: str) -> Any:
    csrf = csrf_in(client.get("/plans/1/follow").text)
    own = {"X-CSRF-Token": csrf} | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.request(method, f"/api/v1/plans/1/{path}", json=body, headers=own)


def test_programs_do_the_same(biel: TestClient, session: Session, following: Following) -> None:
    found = biel.get("/api/v1/plans/1/milestones").json()
    assert [one["light"] for one in found][:1] in (["on_track"], ["at_risk"], ["late"])
    one = biel.get("/api/v1/plans/1/milestones/1")
    etag = one.headers["ETag"]
    body = {"title": "Begin", "due": "2028-01-01"}
    assert call(biel, "PUT", "milestones/1", body).status_code == 428
    changed = call(biel, "PUT", "milestones/1", body, If_Match=etag)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    stale = call(biel, "PUT", "milestones/1", body, If_Match=etag)
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"2"')
    assert call(biel, "PUT", "milestones/1", body | {"due": "2500-01-01"}, If_Match='"2"').status_code == 422
    key = {"Idempotency_Key": "k" * 16}
    reports = [call(biel, "POST", "milestones/1/reports", {"percent": 40}, **key) for _ in range(2)]
    assert [one.json()["number"] for one in reports] == [1, 1]
    assert call(biel, "POST", "milestones/1/reports", {"percent": 101}).status_code == 422
    assert call(biel, "POST", "milestones/1/reports", {"percent": 4, "reported_on": "2099-01-01"}).status_code == 422
    assert call(biel, "POST", "milestones/1/reports", {"percent": 4, "words": "a\0b"}).status_code == 422
    fixed = call(biel, "POST", "milestones/1/reports", {"percent": 20, "corrects": 1})
    assert (fixed.status_code, fixed.json()["corrects"]) == (201, 1)
    assert biel.get("/api/v1/plans/1/milestones/1").json()["percent"] == 20
    gate = milestone_of(following, "I1", "gate.1").number
    decision = {"outcome": "go", "because": REASON}
    assert call(biel, "POST", f"milestones/{gate}/decisions", decision, If_Match='"1"').status_code == 201
    added = call(biel, "POST", "initiatives/I1/milestones", {"title": "More", "due": "2028-01-01"})
    assert added.json() == {"number": 11}
    closed = call(biel, "POST", "milestones/11/closure", {"because": REASON}, If_Match='"1"')
    assert closed.json() == {"revision": 2}
    assert call(biel, "POST", "milestones/11/reports", {"percent": 1}).status_code == 409
    reading = {"indicator": "IND19", "year": today().year, "value": 12.5}
    assert call(biel, "POST", "initiatives/I1/readings", reading).status_code == 201
    [indicator] = biel.get("/api/v1/plans/1/indicators").json()
    assert [one["value"] for one in indicator["readings"]] == [12.5]
    risk = {"likelihood": 1, "impact": 1, "mitigation_state": "in_place"}
    assert call(biel, "POST", "risks/1/assessments", risk).json() == {"number": 2}
    [kept] = biel.get("/api/v1/plans/1/risks").json()
    assert (kept["level"], kept["grown_by"], len(kept["assessments"])) == ("low", -11, 2)
    assert call(biel, "PUT", "reviews/2027", {"to_change": REASON, "revision": 0}).json() == {"revision": 1}
    assert call(biel, "PUT", "reviews/2027", {"to_change": REASON, "revision": 0}).status_code == 412
    assert biel.get("/api/v1/plans/1/reviews/2027").json()["to_change"] == REASON
    assert biel.get("/api/v1/plans/1/reviews/2099").status_code == 404
    raw = biel.post(
        "/api/v1/plans/1/initiatives/I1/readings",
        content='{"indicator": "IND19", "year": 2026, "value": NaN}',
        headers={"Content-Type": "application/json", "X-CSRF-Token": csrf_in(biel.get("/plans/1/follow").text)},
    )
    assert raw.status_code == 422

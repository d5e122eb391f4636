"""Reports in the browser and for programs: ordering, watching, taking away, and what stands on covers."""

import io
import re
from typing import Any

import docx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.people.queries import operator
from app.reports.bundle.archive import from_json, sha256, unpack
from app.reports.bundle.verifying import verify
from app.reports.jobs import make_all
from app.reports.models import Report, ReportSetting
from app.reports.rules import FORMATS, KINDS
from app.surveys.authoring.models import Survey
from tests.actionplan.planning import make_plan
from tests.make import Cast, csrf_in, sign_in
from tests.reports.opendata.test_opendata import make_public

OF_SURVEYS = [
    name for name, kind in KINDS.items() if kind.about != "plan" and not kind.is_of_all and not kind.is_packed
]
FACTS = {"project": "ACCELERATE", "grant": "101000000", "statement": "Funded by nobody in particular."}


@pytest.fixture
def desk(client: TestClient, session: Session, cast: Cast) -> TestClient:
    """A browser in which the coordinator is signed in, beside a plan and the results it rests on."""
    make_plan(session, operator(session))
    sign_in(client, session, cast.biel)
    return client


def form_at(client: TestClient, page: str) -> dict[str, str]:
    """What a form carries before anybody types."""
    text = client.get(page).text
    named = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', text)
    return dict(named) | {"csrf": csrf_in(text)}


def order(client: TestClient, query: str, **typed: str) -> Any:
    """Send the form that orders a report."""
    given = {"language": "en", "format": "pdf", **typed}
    return client.post("/reports", data=form_at(client, f"/reports/new?{query}") | given)


def test_from_the_plan_to_its_document(desk: TestClient, session: Session, engine: Engine) -> None:
    link = re.search(r'href="(/reports/new\?kind=plan[^"]*format=docx)"', desk.get("/plans/1").text)
    assert link
    address = link[1].replace("&amp;", "&")
    page = desk.get(address).text
    assert 'value="docx" checked' in page
    assert 'value="scenario.1" selected' in page
    sent = [
        desk.post("/reports", data=form_at(desk, address) | {"language": "de", "format": "docx", "key": "k"})
        for _ in "ab"
    ]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert len(session.exec(select(Report)).all()) == 1
    session.commit()
    place = sent[0].headers["location"]
    page = desk.get(place).text
    assert "Waits for its turn" in page
    assert 'hx-trigger="every 2s"' in page
    assert f'<noscript><p><a href="{place}">Refresh</a></p></noscript>' in page
    assert desk.get(f"{place}/file").status_code == 404
    assert make_all(engine) == 1
    page = desk.get(place).text
    assert "hx-trigger" not in page
    assert f'href="{place}/file">Download DOCX<' in page
    answer = desk.get(f"{place}/file")
    assert answer.headers["content-type"] == FORMATS["docx"]
    assert 'filename="plan-1-scenario-1-draft-1-de.docx"' in answer.headers["content-disposition"]
    assert "no-store" in answer.headers["cache-control"]
    assert docx.Document(io.BytesIO(answer.content)).core_properties.title == "Five years"
    assert f'href="{place}/file">DOCX<' in desk.get("/reports").text


@pytest.mark.parametrize("kind", OF_SURVEYS)
def test_every_kind_is_ordered_and_made(desk: TestClient, session: Session, engine: Engine, kind: str) -> None:
    sent = order(desk, f"kind={kind}&survey=e2e", format="html", item="I01")
    assert sent.status_code == 303
    make_all(engine)
    session.expire_all()
    report = session.exec(select(Report)).one()
    if kind == "public":
        # nothing of these results was released
        assert report.state == "failed"
        assert "public" in desk.get(sent.headers["location"]).text
        return
    assert (report.state, report.refusal) == ("done", "")
    page = desk.get(f"{sent.headers['location']}/file").text
    assert '<html lang="en"' in page
    assert len(re.findall(r"<h1", page)) == 1


def test_what_proves_the_figures_is_made_and_named(desk: TestClient, session: Session, engine: Engine) -> None:
    page = desk.get("/reports/new?kind=bundle&survey=e2e").text
    assert 'name="format" value="zip"' in page
    assert 'type="radio"' not in page
    assert order(desk, "kind=bundle&survey=e2e", format="pdf").status_code == 422
    place = order(desk, "kind=bundle&survey=e2e", format="zip").headers["location"]
    assert make_all(engine) == 1
    answer = desk.get(f"{place}/file")
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="e2e-bundle.zip"' in answer.headers["content-disposition"]
    verdict = verify(answer.content)
    assert (verdict.is_equal, verdict.faults) == (True, [])
    order(desk, "kind=methods&survey=e2e", format="html")
    make_all(engine)
    session.expire_all()
    methods = session.exec(select(Report).where(Report.kind == "methods")).one()
    assert sha256(answer.content) in desk.get(f"/reports/{methods.id}/file").text


def test_open_data_are_made_of_what_is_public(desk: TestClient, session: Session, engine: Engine) -> None:
    refused = order(desk, "kind=opendata&survey=e2e", format="zip")
    assert refused.status_code == 422
    assert "These results are not public." in refused.text
    survey = session.exec(select(Survey).where(Survey.slug == "e2e")).one()
    make_public(session, survey, "verdicts")
    session.commit()
    assert "Shares are not in the list" in order(desk, "kind=opendata&survey=e2e", format="zip").text
    make_public(session, survey)
    session.commit()
    assert (
        "This licence is not one of those" in order(desk, "kind=opendata&survey=e2e", format="zip", licence="mine").text
    )
    place = order(desk, "kind=opendata&survey=e2e", format="zip", licence="CC-BY-4.0").headers["location"]
    assert make_all(engine) == 1
    files = unpack(desk.get(f"{place}/file").content)
    assert from_json(files["datapackage.json"])["licenses"][0]["name"] == "CC-BY-4.0"
    assert "<dt>Language</dt>" not in desk.get(place).text, "files for programs are in none"


def test_a_form_with_faults_is_shown_again(desk: TestClient) -> None:
    refused = order(desk, "kind=plan&plan=1", **{"format": "odt", "cover.due": "soon", "cover.lead": "North"})
    assert refused.status_code == 422
    assert 'id="cover.due-fault"' in refused.text
    assert 'value="North"' in refused.text
    assert "A report is written as DOCX, PDF, HTML or XLSX, data as ZIP." in refused.text


def test_what_was_typed_for_a_cover_is_there_the_next_time(desk: TestClient) -> None:
    order(desk, "kind=plan&plan=1", **{"cover.number": "D3.2", "cover.level": "PU"})
    page = desk.get("/reports/new?kind=plan&plan=1").text
    assert 'value="D3.2"' in page
    assert '<option value="PU" selected>' in page


def test_addresses_that_name_nothing_lead_back(desk: TestClient) -> None:
    for query in ("", "kind=plan", "kind=novel&plan=1", "kind=plan&survey=e2e", "kind=round&plan=1"):
        assert desk.get(f"/reports/new?{query}").headers["location"] == "/reports", query
    assert desk.get("/reports/new?kind=plan&plan=9").status_code == 404


def test_an_order_is_stopped(desk: TestClient, session: Session, engine: Engine) -> None:
    place = order(desk, "kind=plan&plan=1").headers["location"]
    assert desk.post(f"{place}/call-off", data={"csrf": csrf_in(desk.get(place).text)}).status_code == 303
    assert "Stopped" in desk.get(place).text
    assert make_all(engine) == 0


def test_covers_say_what_the_consortium_gave(desk: TestClient, session: Session, engine: Engine) -> None:
    form = form_at(desk, "/reports/cover")
    assert desk.post("/reports/cover", data=form | FACTS).status_code == 303
    stale = desk.post("/reports/cover", data=form | FACTS | {"project": "Another"})
    assert stale.status_code == 409
    assert 'value="Another"' in stale.text
    place = order(desk, "kind=plan&plan=1", format="html", **{"cover.number": "D3.2"}).headers["location"]
    make_all(engine)
    page = desk.get(f"{place}/file").text
    for words in ("ACCELERATE", "101000000", "Funded by nobody in particular.", "D3.2"):
        assert words in page, words


def test_a_template_is_a_docx_or_named_as_none(desk: TestClient, session: Session) -> None:
    form, own = form_at(desk, "/reports/cover"), io.BytesIO()
    refused = desk.post("/reports/cover", data=form | FACTS, files={"template": ("look.docx", b"no document")})
    assert refused.status_code == 422
    assert 'id="template-fault"' in refused.text
    assert 'value="ACCELERATE"' in refused.text
    docx.Document().save(own)
    assert desk.post("/reports/cover", data=form, files={"template": ("look.docx", own.getvalue())}).status_code == 303
    assert "In use: look.docx." in desk.get("/reports/cover").text
    again = form_at(desk, "/reports/cover")
    assert desk.post("/reports/cover", data=again).status_code == 303
    assert session.exec(select(ReportSetting.template_name)).one() == "look.docx"
    session.commit()
    assert desk.post("/reports/cover", data=form_at(desk, "/reports/cover") | {"no_template": "yes"}).status_code == 303
    session.expire_all()
    assert session.exec(select(ReportSetting.template)).one() == b""


def test_programs_order_and_fetch_reports(desk: TestClient, session: Session, engine: Engine) -> None:
    plan = desk.get("/api/v1/plans").json()[0]
    headers = {"X-CSRF-Token": csrf_in(desk.get("/reports").text), "Idempotency-Key": "once"}
    body = {"kind": "plan", "format": "xlsx", "plan_id": plan["id"], "cover": {"number": "D1"}}
    made = [desk.post("/api/v1/reports", json=body, headers=headers) for _ in "ab"]
    assert [answer.status_code for answer in made] == [202, 202]
    found = made[0].json()
    assert found["id"] == made[1].json()["id"]
    assert found["about"] == {"scenario": 1, "cover": {"number": "D1"}}
    address = f"/api/v1/reports/{found['id']}"
    assert desk.get(f"{address}/file").status_code == 404
    make_all(engine)
    assert desk.get(address).json()["state"] == "done"
    assert desk.get(f"{address}/file").content[:2] == b"PK"
    assert [one["id"] for one in desk.get("/api/v1/reports").json()] == [found["id"]]
    assert desk.post(f"{address}/call-off", headers=headers).json()["state"] == "done"
    wrong = desk.post(
        "/api/v1/reports", json=body | {"format": "odt"}, headers={"X-CSRF-Token": headers["X-CSRF-Token"]}
    )
    assert wrong.status_code == 422

"""A line of the exported plan leads to everything behind it, and back; ratings stay with the version people saw."""

import csv
import io
import json
import re

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.discussion.amending import Proposed, propose_amendment
from app.actionplan.discussion.commenting import write_comment
from app.actionplan.discussion.schemas import CommentIn
from app.actionplan.initiatives.changing import move_initiative
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.queries import list_initiatives
from app.consensus.service import close_round
from app.people.queries import find_actor, operator
from app.people.service import create_person
from app.surveys.authoring.models import Survey
from tests.actionplan.test_changing import REASON, change
from tests.consensus.test_closing import fill
from tests.make import Cast, make_open_survey, sign_in


@pytest.fixture
def survey(session: Session, engine: Engine, cast: Cast) -> Survey:
    """A survey with results, over an initiative that was changed, discussed and moved since."""
    survey = make_open_survey(session)
    fill(session, engine, survey)
    close_round(session, operator(session), survey)
    own = find_actor(session, cast.carla)
    assert own
    initiative = first(session)
    change(session, initiative, title={"en": "Quite another thing"})
    write_comment(session, own, initiative.id, CommentIn(text="Who pays?"), form_key="one", address="")
    proposed = Proposed("title.en", "", "Other words", "They are clearer.", None, may_name=True, may_quote=False)
    propose_amendment(session, own, initiative.id, proposed, form_key="two")
    move_initiative(session, own, initiative, "open", REASON)
    session.commit()
    return survey


def first(session: Session) -> Initiative:
    return list_initiatives(session, operator(session))[0][0]


def lines_of(kind: str, data: bytes) -> list[dict[str, str]]:
    """The lines of an exported list, whatever the format, as names to texts."""
    if kind == "json":
        table = json.loads(data)["tables"][0]
        return [{key: str(value) for key, value in row.items()} for row in table["rows"]]
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(data)).worksheets[1]
    header, *rows = sheet.iter_rows(values_only=True)
    return [{str(name): str(cell) for name, cell in zip(header, row, strict=True)} for row in rows if any(row)]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_line_of_the_plan_leads_to_everything_behind_it_and_back(
    client: TestClient, session: Session, cast: Cast, survey: Survey, kind: str
) -> None:
    sign_in(client, session, cast.carla)
    data = client.get(f"/priorities/{survey.slug}/export.{kind}").content
    line = next(one for one in lines_of(kind, data) if "I1" in one.values())
    link = next(text for text in line.values() if "/record/" in text)
    assert link.startswith("http://127.0.0.1:8000/record/")
    assert "1" in line.values(), "the version people rated"
    found = client.get(link.removeprefix("http://127.0.0.1:8000"))
    assert found.status_code == 303
    assert found.headers["location"].endswith("/record?version=1")
    page = client.get(found.headers["location"]).text
    assert "The line you came from is about version 1." in page
    assert "Quite another thing" in page
    assert REASON in page
    leading = set(re.findall(r'href="(/[^"#?]+)', page.split("<main", 1)[1]))
    initiative = first(session).id
    session.commit()
    wanted = [f"/initiatives/{initiative}/{part}" for part in ("versions/1", "versions/2", "discussion", "evidence")]
    wanted += [f"/results/{survey.slug}", f"/priorities/{survey.slug}", f"/history/initiative/{initiative}"]
    assert set(wanted) <= leading
    amendments = [place for place in leading if "/amendments/" in place]
    assert len(amendments) == 1
    for place in (*wanted, *amendments):
        answer = client.get(place)
        assert answer.status_code == 200, place
        is_own = place.startswith("/initiatives/")
        back = (
            f"/initiatives/{initiative}/record" if is_own else "/record/" if "/history/" not in place else "Initiative"
        )
        assert back in answer.text, f"{place} leads back"


def test_the_record_is_the_same_for_programs(client: TestClient, session: Session, cast: Cast, survey: Survey) -> None:
    sign_in(client, session, cast.carla)
    initiative = first(session).id
    session.commit()
    record = client.get(f"/api/v1/initiatives/{initiative}/record").json()
    assert [version["number"] for version in record["versions"]] == [2, 1]
    assert [(vote["survey"], vote["version"]) for vote in record["votes"]] == [("small", 1)]
    assert record["votes"][0]["by_helix"].keys() == {"academia", "industry", "government", "civil"}
    assert [one["decision"] for one in record["amendments"]] == [None]
    assert record["comments"]["count"] == 1
    assert [step["reason"] for step in record["decisions"]] == [REASON]
    for address in (record["url"], record["amendments"][0]["url"], record["versions"][0]["url"]):
        assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_results_name_the_version_people_rated(
    client: TestClient, session: Session, cast: Cast, survey: Survey
) -> None:
    sign_in(client, session, cast.carla)
    page = client.get(f"/results/{survey.slug}").text
    assert page.count("Version 1</a>") >= 3
    assert "Quite another thing" not in page, "results speak of what people read"
    cells = client.get(f"/api/v1/surveys/{survey.id}/results").json()["cells"]
    assert {cell["version"] for cell in cells} == {1}
    table = csv.DictReader(io.StringIO(client.get(f"/results/{survey.slug}/table.csv").content.decode("utf-8-sig")))
    assert {row["version"] for row in table} == {"1"}


def test_whoever_may_not_read_results_sees_no_votes(
    client: TestClient, session: Session, cast: Cast, survey: Survey
) -> None:
    editor = create_person(session, operator(session), email="e@innaxe.example", role="editor", name="Eva")
    initiative = first(session).id
    session.commit()
    sign_in(client, session, editor)
    page = client.get(f"/initiatives/{initiative}/record")
    assert page.status_code == 200
    assert f"/results/{survey.slug}" not in page.text
    assert client.get(f"/api/v1/initiatives/{initiative}/record").json()["votes"] == []

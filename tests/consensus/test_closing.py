"""Closing a round: results frozen once, the same everywhere they are shown, and nothing of a small group."""

import csv
import io
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.models import Snapshot
from app.consensus.service import close_round, hash_of
from app.core.errors import Conflict
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import open_round
from tests.make import Cast, answer, make_open_survey, make_response, sign_in, small_survey_file

# what each group gave to I1 (impact), by group: civil is too small to be shown
PANEL = {
    "academia": [4, 4, 5, 5, 4, 4],
    "industry": [1, 2, 1, 2, 2, 1, 1],
    "government": [4, 5, 4, 5, 4, 3],
    "civil": [5, 3],
}


def fill(session: Session, engine: Engine, survey: Survey, panel: dict[str, list[int]] = PANEL) -> None:
    for helix, points in panel.items():
        for point in points:
            response, token = make_response(session, survey, helix=helix)
            answer(
                engine,
                response,
                token,
                {"I1.impact": point, "I1.urgency": 3, "I2.impact": 4, "I2.urgency": 4, "I3.impact": None},
            )


@pytest.fixture
def closed(session: Session, engine: Engine) -> tuple[Survey, Snapshot]:
    survey = make_open_survey(session)
    fill(session, engine, survey)
    snapshot = close_round(session, operator(session), survey)
    session.commit()
    return survey, snapshot


def test_a_snapshot_holds_what_was_rated(closed: tuple[Survey, Snapshot]) -> None:
    _, snapshot = closed
    first, second, third = snapshot.findings["items"]["impact"]
    assert first["counts"] == [4, 3, 2, 7, 5]
    assert first["n"] == 21
    assert first["verdict"] == "divided"
    # the gap ends at a group that must stay hidden, so its size would tell
    assert first["gap"] is None
    # all agree, but a group too small to count cannot be said to
    assert (second["box_share"], second["verdict"]) == (1.0, "leaning")
    assert third["suppressed"]
    assert third["verdict"] == "too_few"
    assert snapshot.sha256 == hash_of(snapshot.findings)
    shown = snapshot.findings["answered"]["by_helix"]
    # two of civil are hidden, and so is a second group: the difference to the whole would tell
    assert shown["civil"]["n"] is None
    assert sum(group["suppressed"] for group in shown.values()) == 2


def test_consensus_needs_every_group(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    fill(session, engine, survey, PANEL | {"civil": [5, 3, 4, 4, 4]})
    first, second, _ = close_round(session, operator(session), survey).findings["items"]["impact"]
    assert second["verdict"] == "consensus"
    assert (first["verdict"], first["gap_low"], first["gap_high"]) == ("divided", "industry", "academia")
    assert first["gap"] == pytest.approx(1.0)


def test_nothing_of_a_hidden_group_is_in_any_form(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = closed
    cells = [line["by_helix"]["civil"] for lines in snapshot.findings["items"].values() for line in lines]
    assert cells == [{"n": None, "suppressed": True}] * 6
    sign_in(client, session, cast.carla)
    page = client.get(f"/results/{survey.slug}").text
    assert "Too few answers to show." in page
    rows = list(csv.DictReader(io.StringIO(client.get(f"/results/{survey.slug}/table.csv").text.lstrip("\ufeff"))))
    assert all(row["civil_mean"] == row["civil_n"] == row["civil_share_high"] == "" for row in rows)
    hidden = client.get(f"/api/v1/surveys/{survey.id}/results", params={"by": "helix"}).json()
    small = [cell for cell in hidden["cells"] if cell["helix"] == "civil"]
    assert len(small) == 6
    assert all(cell["suppressed"] and cell["stats"] is None and cell["n"] is None for cell in small)
    assert hidden["k"] == 5


def test_page_table_and_api_say_the_same(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = closed
    sign_in(client, session, cast.carla)
    page = client.get(f"/results/{survey.slug}?criterion=impact").text
    cells = client.get(f"/api/v1/surveys/{survey.id}/results").json()["cells"]
    table = client.get(f"/results/{survey.slug}/table.csv").text.lstrip("\ufeff")
    verdicts = [row["verdict"] for row in csv.DictReader(io.StringIO(table)) if row["criterion"] == "impact"]
    assert verdicts == [cell["stats"]["verdict"] if cell["stats"] else "too_few" for cell in cells[:3]]
    assert f"{verdicts.count('consensus')} of 3 initiatives" in " ".join(page.split())
    assert snapshot.sha256[:12] in page


def test_the_same_answers_give_the_same_snapshot(session: Session, engine: Engine) -> None:
    hashes: list[str] = []
    for number in range(2):
        survey = make_open_survey(session, small_survey_file(survey_id=f"twin-{number}"))
        survey.seed = 7
        session.add(survey)
        fill(session, engine, survey)
        findings = dict(close_round(session, operator(session), survey).findings)
        session.commit()
        hashes.append(hash_of({key: value for key, value in findings.items() if key not in ("survey", "closed_at")}))
    assert hashes[0] == hashes[1]


def test_a_round_without_answers_cannot_be_closed_and_stays_open(
    client: TestClient, session: Session, cast: Cast
) -> None:
    survey = make_open_survey(session)
    with pytest.raises(Conflict, match="Nobody has rated"):
        close_round(session, operator(session), survey)
    session.rollback()
    assert session.exec(select(Snapshot)).all() == []
    with pytest.raises(Conflict, match="open already"):
        open_round(session, operator(session), survey)


def test_later_answers_and_rounds_leave_a_snapshot_alone(
    session: Session, engine: Engine, closed: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = closed
    before = json.dumps(snapshot.findings, sort_keys=True)
    open_round(session, operator(session), survey)
    session.commit()
    fill(session, engine, survey, {"industry": [5] * 9})
    second = close_round(session, operator(session), survey)
    session.commit()
    session.refresh(snapshot)
    assert json.dumps(snapshot.findings, sort_keys=True) == before
    assert second.round_number == 2
    assert second.findings["items"]["impact"][0]["n"] == 9


def test_the_page_sorts_and_chooses(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.dora)
    assert client.get(f"/results/{survey.slug}?criterion=urgency&round=1").status_code == 200
    for query in ("criterion=nothing", "round=9", "round=x", "sort=nothing", "round=" + "9" * 40):
        assert client.get(f"/results/{survey.slug}?{query}").status_code in (404, 422), query
    assert client.get("/results/nothing").status_code == 404


def export(client: TestClient, survey: Survey, kind: str, **query: Any) -> bytes:
    answer = client.get(f"/priorities/{survey.slug}/export.{kind}", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'.{kind}"')
    return answer.content


def test_the_prioritised_list_in_three_formats(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = closed
    sign_in(client, session, cast.biel)
    rows = list(csv.reader(io.StringIO(export(client, survey, "csv").decode("utf-8-sig"))))
    content = json.loads(export(client, survey, "json"))
    sheet = load_workbook(io.BytesIO(export(client, survey, "xlsx"))).worksheets[1]
    codes = [row["code"] for row in content["tables"][0]["rows"]]
    assert codes == ["I2", "I1", "I3"]
    assert [row[2] for row in rows[1:]] == codes == [cell.value for cell in sheet["C"][1:]]
    assert content["notes"]["Hash of the results"] == snapshot.sha256
    assert content["tables"][0]["rows"][2]["score"] is None
    by_api = client.get(f"/api/v1/surveys/{survey.id}/priorities", params={"format": "csv"})
    assert by_api.content == export(client, survey, "csv")
    assert export(client, survey, "csv", impact="0", urgency="1") != by_api.content


@pytest.mark.parametrize("query", ["impact=-1", "impact=nan", "impact=1e9", "impact=0&urgency=0", "impact=x"])
def test_weights_that_cannot_be_are_shown_again_as_typed(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot], query: str
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.biel)
    page = client.get(f"/priorities/{survey.slug}?{query}")
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    typed = query.partition("=")[2].partition("&")[0]
    assert f'value="{typed}"' in page.text
    assert client.get(f"/priorities/{survey.slug}/export.csv?{query}").status_code == 422


def test_who_only_reviews_may_read_but_not_export(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    assert client.get(f"/results/{survey.slug}").status_code in (303, 401)
    assert client.get(f"/api/v1/surveys/{survey.id}/results").status_code == 401
    sign_in(client, session, cast.dora)
    assert client.get(f"/priorities/{survey.slug}").status_code == 200
    assert client.get(f"/priorities/{survey.slug}/export.csv").status_code == 403

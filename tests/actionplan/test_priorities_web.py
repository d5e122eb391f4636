"""Priorities on pages, in files and for programs: the same figures everywhere, never from answers."""

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.consensus.models import RankBasis, Snapshot
from app.consensus.queries import get_basis, rank_ranges
from app.consensus.service import close_round
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import open_round
from tests.actionplan.deciding import closed_survey
from tests.make import Cast, answer, make_open_survey, make_response, sign_in, small_survey_file

WAYS = (
    "",
    "way=equal",
    "impact=1&urgency=4",
    "way=swing&swing.impact=100&swing.urgency=40",
    "way=order&place.impact=2&place.urgency=1",
    "way=pairs&pair.impact.urgency=1/3",
    "way=asked",
)


@pytest.fixture
def closed(session: Session, engine: Engine) -> tuple[Survey, Snapshot]:
    return closed_survey(session, engine)


@pytest.mark.parametrize("page", ["", "/checks", "/decisions/new"])
def test_an_address_full_of_nonsense_makes_no_larger_page(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot], page: str
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.biel)
    address = f"/priorities/{survey.slug}{page}"
    nonsense = urlencode({f"unknown{number}": "x" for number in range(3000)})
    plain, full = (client.get(f"{address}?impact=1&urgency=4&{more}") for more in ("", nonsense))
    assert (plain.status_code, full.status_code) == (200, 200)
    assert "unknown7" not in full.text
    assert abs(len(full.text) - len(plain.text)) < 1000
    known = client.get(f"{address}?impact=1&urgency=4").text
    assert "impact=1&amp;urgency=4&amp;lang=de" in known


@pytest.mark.parametrize("query", WAYS)
def test_page_files_and_programs_say_the_same(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot], query: str
) -> None:
    survey, snapshot = closed
    sign_in(client, session, cast.biel)
    page = client.get(f"/priorities/{survey.slug}?{query}")
    assert page.status_code == 200
    ranking = client.get(f"/api/v1/surveys/{survey.id}/ranking?{query}").json()
    text = client.get(f"/priorities/{survey.slug}/export.csv?{query}").content.decode("utf-8-sig")
    lines = [*csv.DictReader(io.StringIO(text))]
    content = json.loads(client.get(f"/api/v1/surveys/{survey.id}/priorities?{query}").content)
    rows = content["tables"][0]["rows"]
    sheet = load_workbook(io.BytesIO(client.get(f"/priorities/{survey.slug}/export.xlsx?{query}").content)).worksheets[
        1
    ]
    by_code = {line["initiative"]: line for line in ranking["lines"]}
    assert [row["code"] for row in rows] == [line["Code"] for line in lines] == [c.value for c in sheet["C"][1:]]
    for row, line in zip(rows, lines, strict=True):
        figures = by_code[row["code"]]
        assert [row["likely_rank_from"], row["likely_rank_to"]] == figures["rank_set"]
        assert [line["Likely rank from"], line["Likely rank to"]] == [str(end) for end in figures["rank_set"]]
        assert (row["score"], row["topk"], row["n"]) == (figures["score"], figures["topk"], figures["n"])
        assert row["rank_topsis"] == ranking["methods"]["ranks"]["topsis"][row["code"]]
        low, high = figures["rank_set"]
        assert f"<b>{low}–{high}</b>" in page.text or (low == high and f"<b>{low}</b>" in page.text)
    assert content["notes"]["Hash of the results"] == ranking["snapshot"] == snapshot.sha256
    assert snapshot.sha256[:12] in page.text
    assert sum(ranking["weights"].values()) == pytest.approx(1)
    assert content["notes"]["How the weights came about"]


def test_weights_asked_of_stakeholders(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.dora)
    found = client.get(f"/api/v1/surveys/{survey.id}/ranking?way=asked").json()
    # one group of four gives all to impact, three give half: (1 + 0.5 · 3) / 4
    assert found["weights"] == pytest.approx({"impact": 0.625, "urgency": 0.375})
    assert (found["asked"]["n"], found["asked"]["by_helix"]["academia"]["n"]) == (24, 6)
    assert "24 people answered." in client.get(f"/priorities/{survey.slug}?way=asked").text


@pytest.mark.parametrize(("came", "n"), [(1, 24), (5, 29)])
def test_weights_change_with_a_round_once_enough_say_otherwise(
    session: Session, engine: Engine, closed: tuple[Survey, Snapshot], came: int, n: int
) -> None:
    survey, snapshot = closed
    open_round(session, operator(session), survey)
    session.commit()
    for _ in range(came):
        response, token = make_response(session, survey, helix="industry")
        values = {"I1.impact": 4, "I1.urgency": 3, "points": {"impact": 0, "urgency": 100}}
        answer(engine, response, token, values)
    later = close_round(session, operator(session), survey)
    before, after = (get_basis(session, one).asked or {} for one in (snapshot, later))
    assert after["n"] == n
    assert (after == before) is (came == 1)


def test_a_survey_that_did_not_ask_says_so(client: TestClient, session: Session, engine: Engine, cast: Cast) -> None:
    survey = make_open_survey(session)
    for _ in range(6):
        response, token = make_response(session, survey)
        answer(engine, response, token, {"I1.impact": 4, "I1.urgency": 3})
    close_round(session, operator(session), survey)
    session.commit()
    sign_in(client, session, cast.biel)
    assert "not asked in this survey" in client.get(f"/priorities/{survey.slug}").text
    refused = client.get(f"/priorities/{survey.slug}?way=asked")
    assert refused.status_code == 422
    assert "Stakeholders were not asked" in refused.text
    assert client.get(f"/api/v1/surveys/{survey.id}/ranking?way=asked").status_code == 422


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("way=swing&swing.impact=x&swing.urgency=100", "swing.impact"),
        ("way=order&place.impact=1&place.urgency=1", "place.urgency"),
        ("way=pairs&pair.impact.urgency=12", "pair.impact.urgency"),
        ("way=nothing", "way"),
    ],
)
def test_bad_weights_are_refused_at_their_field(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot], query: str, field: str
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.biel)
    for path in (f"/priorities/{survey.slug}", f"/priorities/{survey.slug}/checks"):
        page = client.get(f"{path}?{query}")
        assert page.status_code == 422
        assert f'href="#{field}"' in page.text
    assert client.get(f"/priorities/{survey.slug}/export.csv?{query}").status_code == 422
    assert client.get(f"/api/v1/surveys/{survey.id}/ranking?{query}").status_code == 422


def test_no_answer_is_read_for_other_weights(
    client: TestClient, session: Session, engine: Engine, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.biel)
    said: list[str] = []
    served: Any = client.app
    listening = served.state.engine
    event.listen(listening, "before_cursor_execute", lambda *given: said.append(str(given[2]).lower()))
    for path in ("", "/checks"):
        assert client.get(f"/priorities/{survey.slug}{path}?impact=1&urgency=9").status_code == 200
    assert len(said) > 4
    assert [sql for sql in said if "from answer" in sql or "join answer" in sql or "respondent" in sql] == []


def test_what_was_kept_is_what_would_be_computed(session: Session, closed: tuple[Survey, Snapshot]) -> None:
    _, snapshot = closed
    kept = get_basis(session, snapshot).content
    before = rank_ranges(session, snapshot, {"impact": 1, "urgency": 2})
    session.delete(session.exec(select(RankBasis)).one())
    session.flush()
    assert get_basis(session, snapshot).content == kept
    assert rank_ranges(session, snapshot, {"impact": 1, "urgency": 2}) == before


def test_the_ranks_of_the_fixed_weights_are_those_of_the_analysis(
    session: Session, closed: tuple[Survey, Snapshot]
) -> None:
    _, snapshot = closed
    lines = rank_ranges(session, snapshot, snapshot.findings["weights"]).lines
    sets = snapshot.analysis["csranks"]
    assert [line["rank_set"] for line in lines] == [list(pair) for pair in zip(sets["L"], sets["U"], strict=True)]
    probability = rank_ranges(session, snapshot, snapshot.findings["weights"]).probability
    assert [*probability.values()] == snapshot.analysis["bootstrap"]["rank_probability"]


def test_only_a_part_comes_for_htmx_and_the_finding_with_it(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.biel)
    part = client.get(f"/priorities/{survey.slug}?way=equal", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'id="ranking"' in part
    assert 'id="finding" hx-swap-oob="true"' in part


EDGES: dict[str, dict[str, Any]] = {
    "one answer": {"values": {"I1.impact": 4, "I1.urgency": 4}, "people": 1},
    "one group": {"values": {"I1.impact": 4, "I1.urgency": 4, "I2.impact": 2, "I2.urgency": 3}, "people": 7},
    "all equal": {
        "values": {f"{code}.{c}": 3 for code in ("I1", "I2", "I3") for c in ("impact", "urgency")},
        "people": 6,
    },
    "nobody can judge": {
        "values": {f"{code}.{c}": None for code in ("I1", "I2", "I3") for c in ("impact", "urgency")},
        "people": 6,
    },
    "one criterion": {"criteria": ("impact",), "values": {"I1.impact": 4, "I2.impact": 2}, "people": 6},
    "one initiative": {"codes": ("I1",), "values": {"I1.impact": 4, "I1.urgency": 2}, "people": 6},
    "two initiatives": {
        "codes": ("I1", "I2"),
        "values": {"I1.impact": 4, "I1.urgency": 2, "I2.impact": 2, "I2.urgency": 3},
        "people": 6,
    },
}


@pytest.mark.parametrize("name", [*EDGES])
def test_every_edge_has_its_page(client: TestClient, session: Session, engine: Engine, cast: Cast, name: str) -> None:
    edge = EDGES[name]
    document = small_survey_file(criteria=edge.get("criteria", ("impact", "urgency")))
    survey = make_open_survey(session, document, codes=edge.get("codes", ("I1", "I2", "I3")))
    for _ in range(edge["people"]):
        response, token = make_response(session, survey)
        answer(engine, response, token, edge["values"])
    close_round(session, operator(session), survey)
    session.commit()
    sign_in(client, session, cast.biel)
    for query in ("", "?impact=1", "?way=equal", "?way=order&place.impact=1&place.urgency=2"):
        for path in ("", "/checks"):
            page = client.get(f"/priorities/{survey.slug}{path}{query}")
            assert page.status_code == 200 or "urgency" in query, page.text
            assert "nan" not in page.text.lower().split("<main")[-1].replace("finance", "")
        found = client.get(f"/api/v1/surveys/{survey.id}/ranking{query}")
        assert found.status_code in (200, 422)
    for kind in ("csv", "xlsx", "json"):
        assert client.get(f"/priorities/{survey.slug}/export.{kind}").status_code == 200


def test_no_width_tells_how_answers_are_parted_among_hidden_groups(session: Session, engine: Engine) -> None:
    """Two of civil and six of government hold 1, 1, 5, 5, 3, 3, 3, 3: whoever holds what, nothing shown differs."""
    found: list[str] = []
    together = [1, 1, 5, 5, 3, 3, 3, 3]
    for number, civil in enumerate(([1, 5], [3, 3])):
        left = together.copy()
        for point in civil:
            left.remove(point)
        survey = make_open_survey(session, small_survey_file(survey_id=f"twin-{number}"))
        survey.seed = 7
        session.add(survey)
        for helix, points in {"academia": [4] * 9, "industry": [2, 3] * 6, "government": left, "civil": civil}.items():
            for point in points:
                response, token = make_response(session, survey, helix=helix)
                answer(engine, response, token, {"I1.impact": point, "I1.urgency": 3, "I2.impact": 4, "I2.urgency": 4})
        snapshot = close_round(session, operator(session), survey)
        session.commit()
        assert snapshot.findings["items"]["impact"][0]["by_helix"]["government"]["suppressed"]
        shown = [snapshot.findings[name] for name in ("items", "overall", "shortlist")]
        ranked = [rank_ranges(session, snapshot, weights) for weights in ({"impact": 1}, {"impact": 1, "urgency": 2})]
        found.append(repr((shown, ranked)))
    assert found[0] == found[1]

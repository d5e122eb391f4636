"""Targets of initiatives are those of the catalogue: named, followed by its readings, listed with who moves them."""

from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.initiatives.exporting import export_initiatives
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.schemas import TargetIn
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.monitoring.queries import Following, get_following
from app.actionplan.monitoring.rules import Light, Unjudged
from app.actionplan.monitoring.state import State
from app.actionplan.monitoring.tracking import ReadingIn, add_reading
from app.core.clock import today
from app.core.tokens import make_token
from app.people.queries import operator
from tests.actionplan.monitoring import TARGET, follow, plan_item
from tests.indicators.test_indicators_web import load
from tests.make import Cast, csrf_in, make_open_survey, sign_in

LINKED = TARGET | {"indicator": "IND10", "region": "CAT", "baseline_year": 2016, "target": 200.0}


@pytest.fixture
def following(session: Session, cast: Cast) -> Following:
    load(session)
    survey = make_open_survey(session)
    return follow(
        session, survey, plan_item("I1", start=[2017, 1], targets=[LINKED, TARGET, LINKED | {"region": "XX"}])
    )


def test_baseline_and_actual_are_readings_of_the_region(session: Session, following: Following) -> None:
    found = State(following, today()).indicators("I1")
    linked, typed, elsewhere = found
    rows = {one.year: one for one in following.catalogue["IND10", "CAT"]}
    assert sorted(rows) == [2015, 2016, 2017, 2018, 2019]
    assert linked.baseline
    assert (linked.target.baseline, linked.baseline.year) == (rows[2016].value, 2016)
    assert sorted(linked.by_year) == [2017, 2018, 2019], "the baseline and what came before are no result"
    assert linked.newest
    assert (linked.newest.value, linked.newest.status) == (rows[2019].value, "published")
    assert (typed.target.baseline, typed.baseline, typed.judged) == (10.0, None, Unjudged.NO_READING)
    assert (elsewhere.target.baseline, elsewhere.newest) == (10.0, None)
    assert State(following, date(2018, 12, 31)).indicators("I1")[0].newest is None, "nothing had been read by then"


def test_what_somebody_typed_fills_years_and_is_marked(session: Session, following: Following) -> None:
    actor = operator(session)
    for year, value in ((2019, 5.0), (2021, 150.0)):
        given = ReadingIn("IND10", year, value, "Own count")
        add_reading(session, actor, following.plan, following.items["I1"], given, form_key=make_token())
    session.commit()
    [linked, *_] = State(get_following(session, actor, 1), today()).indicators("I1")
    assert not linked.by_year[2019].is_by_hand, "the catalogue's counts"
    assert linked.newest
    assert (linked.newest.year, linked.newest.is_by_hand) == (2021, True)
    assert [one.year for one in linked.readings if one.is_by_hand] == [2019, 2021]
    assert isinstance(linked.judged, Light)


def test_pages_and_programs_say_where_readings_come_from(
    client: TestClient, session: Session, cast: Cast, following: Following
) -> None:
    sign_in(client, session, cast.biel)
    page = client.get("/plans/1/follow/I1").text
    assert "CAT 2016, published" in page
    assert "2019, published" in page
    csrf = csrf_in(page)
    key = page.split('name="key" value="')[1].split('"')[0]
    form = {"csrf": csrf, "key": key, "indicator": "IND10", "year": "2021", "value": "150", "source": "Own"}
    assert client.post("/plans/1/follow/I1/readings", data=form).status_code == 303
    assert "2021, by hand" in client.get("/plans/1/follow/I1").text
    one = client.get("/api/v1/plans/1/indicators").json()[0]
    assert (one["region"], one["baseline_year"]) == ("CAT", 2016)
    assert {(each["year"], each["is_by_hand"], each["status"]) for each in one["readings"]} >= {
        (2019, False, "published"),
        (2021, True, None),
    }


def test_sheets_name_indicators_and_indicators_their_initiatives(
    client: TestClient, session: Session, cast: Cast
) -> None:
    load(session)
    sheet = "id,title,linked_indicators,indicator_targets\n"
    sheet += "I1,Night buses,,IND10 | 1 | 200 | 2031 | EUR | CAT | 2016\nI2,Maps,IND01; NOPE,\n"
    import_initiatives(session, operator(session), parse_catalogue("few.csv", sheet.encode()))
    session.commit()
    sign_in(client, session, cast.biel)
    keys = {one.external_id: one.id for one in session.exec(select(Initiative)).all()}
    session.commit()
    first, second = (client.get(f"/initiatives/{keys[code]}").text for code in ("I1", "I2"))
    assert 'href="/indicators/IND10"' in first
    assert "newest reading: " in first
    assert "in 2019" in first
    assert "Not in the catalogue of indicators: NOPE." in second
    assert 'href="/indicators/IND01"' in second
    form = client.get(f"/initiatives/{keys['I1']}/edit/outcome").text
    assert 'list="catalogue"' in form
    assert '<option value="IND10">' in form
    assert 'name="indicator_targets.0.region" id="indicator_targets.0.region" value="CAT"' in form
    assert 'value="2016"' in form
    assert "I1 Night buses" in client.get("/indicators/IND10/initiatives").text
    assert "No initiative moves this indicator." in client.get("/indicators/IND02/initiatives").text
    assert "/indicators/IND10/initiatives" in client.get("/indicators/IND10").text
    listed = client.get("/indicators/initiatives").text
    assert "No initiative moves 20 indicators" in listed
    unknown = listed.split('id="unknown"')[1].split("</section>")[0]
    assert "<code>NOPE</code>" in unknown
    api = {one["indicator"]: one for one in client.get("/api/v1/indicators/initiatives").json()}
    assert (len(api), api["NOPE"]["is_known"], api["IND02"]["initiatives"]) == (23, False, [])
    [aim] = api["IND10"]["initiatives"]
    assert (aim["region"], aim["baseline_year"], aim["target"]) == ("CAT", 2016, 200)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_what_is_handed_out_comes_in_as_the_same(session: Session, kind: str) -> None:
    for target in ("IND10 | 1 | 2 | 2031 | EUR | CAT | 2016", "IND10 | 1 | 2 | 2031 | EUR"):
        sheet = f"id,title,indicator_targets\nI1,Night buses,{target}\nI2,Maps,IND2 | 1 | 2\n"
        import_initiatives(session, operator(session), parse_catalogue("few.csv", sheet.encode()))
        data = export_initiatives(session, operator(session), kind)
        count = import_initiatives(session, operator(session), parse_catalogue(f"again.{kind}", data))
        assert (count.added, count.changed) == (0, 0)


def test_a_target_without_region_is_kept_as_before() -> None:
    assert set(TargetIn(indicator="X").model_dump(mode="json")) == {
        "indicator",
        "baseline",
        "target",
        "by_year",
        "unit",
    }

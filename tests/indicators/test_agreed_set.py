"""Two rounds of a survey agree a set of indicators, which profiles then use."""

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.indicators.agreed.queries import agreed_codes, rulings
from app.indicators.agreed.rules import verdicts_in
from app.indicators.models import Indicator, IndicatorVersion
from app.indicators.queries import list_indicators
from app.people.queries import operator
from app.stats.verdict import Verdict
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.authoring.from_catalogue import item_codes
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_criteria, list_items, list_questions
from app.surveys.rounds.queries import find_open_round
from tests.indicators.test_indicators_web import DEFINITION, load, post
from tests.make import HELICES, Cast, csrf_in, sign_in

EACH = 6
"""People of each helix: enough to be heard."""
ASKED = ("IND01", "IND02", "IND10")
Points = Mapping[str, Mapping[str, int]]
ALL_AGREE: Points = {helix: {"IND01": 5, "IND02": 5, "IND10": 3} for helix in HELICES}
# yes to IND01, civil society does not want IND02, nobody is sure of IND10
CIVIL_AGAINST: Points = {**ALL_AGREE, "civil": {"IND01": 4, "IND02": 1, "IND10": 3}}


def make_draft(client: TestClient, codes: tuple[str, ...] = ASKED, title: str = "Our indicators") -> str:
    """Choose indicators in the browser; returns the short name of the survey."""
    form = {"csrf": csrf_in(client.get("/indicators/set/new").text), "title": title}
    made = client.post("/indicators/set", data=form | {f"indicator.{code}": "yes" for code in codes})
    assert made.status_code == 303
    return made.headers["location"].split("/")[-2]


def publish(client: TestClient, slug: str) -> None:
    """Say who answers for the data, and open the first round."""
    path = f"/surveys/{slug}/build/texts"
    page = client.get(path).text
    revision = page.split('name="revision" value="')[1].split('"')[0]
    who = {"title": "Our indicators", "controller": "The consortium", "contact": "privacy@innaxe.example"}
    assert client.post(path, data={"csrf": csrf_in(page), "revision": revision} | who).status_code == 303
    page = client.get(f"/surveys/{slug}/publish").text
    assert client.post(f"/surveys/{slug}/publish", data={"csrf": csrf_in(page)}).status_code == 303


def rate(client: TestClient, made: tuple[str, str], points: Mapping[str, int], rev: int = 0) -> None:
    """Say of each indicator how far it belongs to the set, and send."""
    key, token = made
    headers = {"authorization": f"Bearer {token}"}
    for code, point in points.items():
        path = f"/api/v1/responses/{key}/answers/{code}.belongs"
        saved = client.put(path, json={"value": point, "rev": rev}, headers=headers)
        assert saved.status_code == 200, saved.text
    assert client.post(f"/api/v1/responses/{key}/submit", headers=headers).status_code == 200


def close(client: TestClient, session: Session, survey: Survey) -> None:
    """Close the open round in the browser."""
    session.expire_all()
    current = find_open_round(session, survey.id)
    assert current
    path = f"/rounds/{current.id}/closure"
    session.commit()
    form = {"csrf": csrf_in(client.get(f"/surveys/{survey.slug}").text)}
    assert client.post(path, data=form).status_code == 303


def hold_two_rounds(client: TestClient, session: Session, slug: str, first: Points, second: Points) -> Survey:
    """The whole journey after the draft: publish, answer, close, come back, answer anew, close."""
    publish(client, slug)
    survey = session.exec(select(Survey).where(Survey.slug == slug)).one()
    session.commit()
    people: list[tuple[str, str]] = []
    for helix in HELICES:
        for _ in range(EACH):
            start = {"consent": True, "helix": helix, "region": "ES51", "language": "en"}
            begun = client.post(f"/api/v1/surveys/{survey.id}/responses", json=start)
            assert begun.status_code == 201, begun.text
            made = (begun.json()["response_id"], begun.json()["token"])
            rate(client, made, first[helix])
            people.append((helix, made[1]))
    close(client, session, survey)
    path = f"/surveys/{slug}/rounds/new"
    page = client.get(path).text
    returning = {f"item.{item.code}": "yes" for item in list_items(session, survey.id)}
    session.commit()
    assert client.post(path, data={"csrf": csrf_in(page)} | returning).status_code == 303
    for helix, token in people:
        start = StartIn(consent=True, helix=helix, region="ES51", language="en")
        response, _ = start_response(session, survey, start, consent=Consent("en", "Words"), token=token)
        session.commit()
        rate(client, (str(response.id), token), second[helix])
    close(client, session, survey)
    session.expire_all()
    return survey


def test_a_set_goes_through_two_rounds_to_agreed_and_into_profiles(
    client: TestClient, session: Session, cast: Cast
) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    whole = client.get("/indicators/profiles/CAT").text
    assert 'name="which"' not in whole
    slug = make_draft(client)
    assert make_draft(client) == slug, "the same form again is the same draft"
    build = client.get(f"/surveys/{slug}/build").text
    assert f"/surveys/{slug}/indicators" in build
    survey = hold_two_rounds(client, session, slug, ALL_AGREE, CIVIL_AGAINST)
    assert (survey.item_kind, survey.items_returning) == ("indicator", "all")
    assert survey.protocol
    versions = {one.indicator.code: str(one.version.id) for one in list_indicators(session, operator(session))}
    assert {one["code"]: one["version"] for one in survey.protocol["items"]} == {code: versions[code] for code in ASKED}
    session.commit()

    found = {one.item.code: one for one in rulings(session, operator(session)).values()}
    session.commit()
    assert {code: one.verdict for code, one in found.items()} == {
        "IND01": Verdict.CONSENSUS,
        "IND02": Verdict.DIVIDED,
        "IND10": Verdict.LOW_SUPPORT,
    }
    assert {one.round for one in found.values()} == {2}
    page = client.get("/indicators/IND01").text
    for said in ("Agreed by all helices", survey.protocol_sha256[:12], f"/results/{slug}?round=2"):
        assert said in page
    assert "Asked, and not in the set" in client.get("/indicators/IND02").text
    assert client.get("/indicators").text.count("agreed by all helices") == 1
    agreed = client.get("/indicators/set").text
    assert "All helices agreed to 1 indicator" in agreed
    assert agreed.index("Agreed by all helices") < agreed.index("/indicators/IND01")
    assert agreed.index("Asked, and not in the set") < agreed.index("/indicators/IND02")

    profile = client.get("/indicators/profiles/CAT").text
    assert 'id="i-IND01"' in profile
    assert 'id="i-IND02"' not in profile
    assert 'id="i-IND02"' in client.get("/indicators/profiles/CAT?which=all").text
    # those most alike are found by all that says what regions are like, whatever the set holds
    assert "Not known: no context indicator" not in profile
    api = client.get("/api/v1/regions/CAT/profile").json()
    assert ([one["indicator"] for one in api["lines"]], api["is_agreed_set"]) == (["IND01"], True)
    assert len(client.get("/api/v1/regions/CAT/profile?which=all").json()["lines"]) == 22
    exported = client.get("/indicators/profiles/CAT/export.csv").content.decode("utf-8-sig")
    assert exported.count("\r\n") == 2
    listed = {one["code"]: one for one in client.get("/api/v1/indicators").json()}
    assert listed["IND01"]["is_agreed"]
    assert listed["IND01"]["ruling"]["protocol"] == survey.protocol_sha256
    assert (listed["IND02"]["is_agreed"], listed["IND02"]["ruling"]["verdict"]) == (False, "divided")
    assert listed["IND03"]["ruling"] is None

    # what was agreed is a version: a new one is not agreed by that
    sign_in(client, session, cast.alba)
    kept = session.exec(select(IndicatorVersion).join(Indicator).where(Indicator.code == "IND01")).one()
    changed = {name: getattr(kept, name) for name in DEFINITION} | {"definition": "Another", "because": "Asked for"}
    session.commit()
    assert post(client, "/indicators/IND01/change", changed | {"revision": "1"}).status_code == 303
    assert "Changed since stakeholders were asked" in client.get("/indicators/IND01").text
    assert "of version 1; now it is version 2" in client.get("/indicators/set").text
    assert agreed_codes(session, operator(session)) == frozenset()


def test_one_round_agrees_nothing(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    slug = make_draft(client, ("IND01",))
    publish(client, slug)
    survey = session.exec(select(Survey).where(Survey.slug == slug)).one()
    survey.planned_rounds = 1
    session.commit()
    for helix in HELICES:
        for _ in range(EACH):
            start = {"consent": True, "helix": helix, "region": "ES51", "language": "en"}
            begun = client.post(f"/api/v1/surveys/{survey.id}/responses", json=start).json()
            rate(client, (begun["response_id"], begun["token"]), {"IND01": 5})
    close(client, session, survey)
    assert "No set is agreed yet" in client.get("/indicators/set").text
    assert agreed_codes(session, operator(session)) == frozenset()


def test_the_survey_asks_one_thing_in_seven_languages(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    refused = client.post("/indicators/set", data={"csrf": csrf_in(client.get("/indicators/set/new").text)})
    assert refused.status_code == 422
    assert 'id="indicators-fault"' in refused.text
    slug = make_draft(client, title="Which indicators belong to our set?")
    survey = session.exec(select(Survey).where(Survey.slug == slug)).one()
    [criterion] = list_criteria(session, survey.id)
    for words in (survey.title, criterion.label, criterion.text, criterion.low, criterion.high):
        assert len({words[tag] for tag in survey.languages}) >= len(survey.languages) - 1, words
    assert {one.code for one in list_questions(session, survey.id)} >= {"consent", "helix", "region", "comment"}
    assert not any(one.kind in ("ranking", "allocation") for one in list_questions(session, survey.id))
    assert survey.rule["shortlist"] == 3
    session.commit()
    path = f"/surveys/{slug}/indicators"
    page = client.get(path).text
    assert page.count(" checked") == 3
    revision = page.split('name="revision" value="')[1].split('"')[0]
    form = {"csrf": csrf_in(page), "revision": revision}
    assert client.post(path, data=form).status_code == 422
    assert client.post(path, data=form | {"indicator.NONE": "yes"}).status_code == 422
    assert client.post(path, data=form | {"indicator.IND03": "yes"}).status_code == 303
    assert client.post(path, data=form | {"indicator.IND04": "yes"}).status_code == 409
    session.expire_all()
    assert [item.code for item in list_items(session, survey.id)] == ["IND03"]


def test_programs_make_the_survey_too(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    headers = {"X-CSRF-Token": csrf_in(client.get("/indicators/set/new").text)}
    given: dict[str, Any] = {"title": "Ours", "language": "de", "indicators": ["IND01", "IND02"]}
    made = client.post("/api/v1/indicators/surveys", json=given, headers=headers)
    assert (made.status_code, made.json()["indicators"]) == (201, 2)
    assert client.post("/api/v1/indicators/surveys", json=given, headers=headers).json() == made.json()
    unknown = client.post("/api/v1/indicators/surveys", json=given | {"indicators": ["NONE"]}, headers=headers)
    assert unknown.status_code == 422
    items = list_items(session, session.exec(select(Survey.id).where(Survey.slug == made.json()["slug"])).one())
    assert {tag for item in items for tag in item.title} == {"de"}


def test_verdicts_need_every_criterion_that_weighs() -> None:
    items = {
        "a": [{"initiative": "X", "verdict": "consensus"}, {"initiative": "Y", "verdict": "divided"}],
        "b": [{"initiative": "X", "verdict": "leaning"}, {"initiative": "Y", "verdict": "consensus"}],
        "c": [{"initiative": "X", "verdict": "too_few"}, {"initiative": "Y", "verdict": "too_few"}],
    }
    found = verdicts_in({"weights": {"a": 0.5, "b": 0.5, "c": 0}, "items": items})
    assert found == {"X": Verdict.LEANING, "Y": Verdict.DIVIDED}


@pytest.mark.parametrize("count", [1, 3])
def test_codes_stay_apart(count: int) -> None:
    given = [*["R.1", "R 1", "R:1"][:count], "R-1", "R.1"]
    found = item_codes(dict.fromkeys(given))
    assert len(set(found.values())) == len(found)
    assert found["R-1"] == "R-1"

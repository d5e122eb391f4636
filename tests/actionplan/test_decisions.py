"""Decisions on record: added with what the evidence said, never edited, replaced by later ones."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.decisions.models import Decision, DeclaredInterest
from app.actionplan.decisions.queries import find_weights, list_decisions, standing
from app.actionplan.decisions.rules import Part, faults_of
from app.actionplan.decisions.service import DecisionIn, decide
from app.consensus.models import Snapshot
from app.consensus.service import close_round
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.settings import Settings
from app.erasure import erase_person, export_person
from app.history.models import HistoryEntry
from app.people.queries import find_actor, operator
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import open_round
from tests.actionplan.deciding import closed_survey
from tests.make import SECRET, Cast, answer, csrf_in, make_response, sign_in

REASON = "The groups agree, and it costs little."


@pytest.fixture
def closed(session: Session, engine: Engine, cast: Cast) -> tuple[Survey, Snapshot]:
    return closed_survey(session, engine)


@pytest.fixture
def biel(session: Session, cast: Cast) -> Actor:
    found = find_actor(session, cast.biel)
    assert found
    return found


def given(cast: Cast, snapshot: Snapshot, **changes: Any) -> DecisionIn:
    """A decision to take up I1, by Biel without and Alba with an interest, who abstained."""
    parts = [Part(str(cast.biel.id)), Part(str(cast.alba.id), "Runs a part of it", True, True)]
    values: dict[str, Any] = {
        "outcome": "take_up",
        "items": ["I1"],
        "reason": REASON,
        "parts": parts,
        "snapshot": snapshot.sha256,
    }
    return DecisionIn(**(values | changes))


def test_a_decision_keeps_what_the_evidence_said(
    session: Session, cast: Cast, closed: tuple[Survey, Snapshot], biel: Actor
) -> None:
    survey, snapshot = closed
    made = decide(session, biel, survey, given(cast, snapshot), form_key="one")
    line = next(line for line in snapshot.findings["overall"] if line["initiative"] == "I1")
    rated = snapshot.findings["items"]["impact"][0]
    kept = made.evidence["items"]["I1"]
    assert (kept["rank90"], kept["verdict"], kept["n"], kept["gap"]) == (
        line["rank90"],
        line["verdict"],
        24,
        rated["gap"],
    )
    assert kept["rank_set"][0] <= kept["rank"] <= kept["rank_set"][1]
    assert (made.number, made.revision, made.weights) == (1, 1, snapshot.findings["weights"])
    assert made.snapshot_sha256 == snapshot.sha256
    [found] = list_decisions(session, survey.id)
    assert [(part.interest, part.has_abstained) for part in found.parts] == [("Runs a part of it", True), ("", False)]
    entry = session.exec(select(HistoryEntry).where(HistoryEntry.act == "decision.made")).one()
    assert (entry.actor_id, (entry.after or {})["items"]) == (cast.biel.id, ["I1"])
    again = decide(session, biel, survey, given(cast, snapshot), form_key="one")
    assert again.id == made.id
    assert len(session.exec(select(Decision)).all()) == 1


def test_a_form_sent_for_another_survey_hands_out_nothing(
    session: Session, engine: Engine, cast: Cast, closed: tuple[Survey, Snapshot], biel: Actor
) -> None:
    survey, snapshot = closed
    decide(session, biel, survey, given(cast, snapshot), form_key="one")
    other, results = closed_survey(session, engine, id="another")
    with pytest.raises(Conflict, match="another survey"):
        decide(session, biel, other, given(cast, results), form_key="one")
    assert list_decisions(session, other.id) == []


def test_a_later_decision_replaces_an_earlier_one_and_nothing_is_lost(
    session: Session, cast: Cast, closed: tuple[Survey, Snapshot], biel: Actor
) -> None:
    survey, snapshot = closed
    first = decide(session, biel, survey, given(cast, snapshot, items=["I1", "I2"]), form_key="one")
    with pytest.raises(Conflict, match="a decision on this already"):
        decide(session, biel, survey, given(cast, snapshot, items=["I2", "I3"]), form_key="two")
    other = given(cast, snapshot, outcome="later", items=["I2"], replaces=first.id)
    second = decide(session, biel, survey, other, form_key="three")
    assert (second.number, second.revision) == (2, 2)
    assert (first.outcome, first.item_codes) == ("take_up", ["I1", "I2"])
    with pytest.raises(Conflict, match="replaced meanwhile"):
        decide(session, biel, survey, given(cast, snapshot, replaces=first.id), form_key="four")
    # what the second leaves out is free again
    decide(session, biel, survey, given(cast, snapshot), form_key="five")
    found = list_decisions(session, survey.id)
    assert [(one.decision.number, one.replaces, one.replaced_by) for one in found] == [
        (3, None, None),
        (2, 1, None),
        (1, None, 2),
    ]
    assert [one.decision.number for one in standing(found)] == [3, 2]
    with pytest.raises(Invalid, match="one on weights by one on weights"):
        decide(session, biel, survey, given(cast, snapshot, outcome="weights", replaces=second.id), form_key="six")


def test_weights_are_decided_once_and_then_stand_beside_the_others(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot], biel: Actor
) -> None:
    survey, snapshot = closed
    weights = {"impact": 0.2, "urgency": 0.8}
    decide(session, biel, survey, given(cast, snapshot, outcome="weights", weights=weights), form_key="one")
    assert find_weights(session, survey.id) == pytest.approx(weights)
    with pytest.raises(Conflict, match="a decision on this already"):
        decide(session, biel, survey, given(cast, snapshot, outcome="weights"), form_key="two")
    # decisions on initiatives then rest on them
    later = decide(session, biel, survey, given(cast, snapshot), form_key="three")
    assert later.weights == pytest.approx(weights)
    assert later.evidence["criterion"] == "urgency"
    session.commit()
    sign_in(client, session, cast.dora)
    page = client.get(f"/priorities/{survey.slug}?way=decided")
    assert page.status_code == 200
    assert "As decided" in page.text


def test_newer_results_must_be_looked_at_first(
    session: Session, engine: Engine, cast: Cast, closed: tuple[Survey, Snapshot], biel: Actor
) -> None:
    survey, snapshot = closed
    open_round(session, operator(session), survey)
    session.commit()
    response, token = make_response(session, survey)
    answer(engine, response, token, {"I1.impact": 1})
    close_round(session, operator(session), survey)
    with pytest.raises(Conflict, match="Newer results"):
        decide(session, biel, survey, given(cast, snapshot), form_key="one")


def test_who_may_not_and_what_cannot_be(
    session: Session, cast: Cast, closed: tuple[Survey, Snapshot], biel: Actor
) -> None:
    survey, snapshot = closed
    for person in (cast.carla, cast.dora):
        actor = find_actor(session, person)
        assert actor
        with pytest.raises(NotAllowed):
            decide(session, actor, survey, given(cast, snapshot), form_key="one")
    with pytest.raises(NotFound):
        decide(session, biel, survey, given(cast, snapshot, replaces=survey.id), form_key="one")
    with pytest.raises(Invalid) as refused:
        decide(session, biel, survey, given(cast, snapshot, outcome="x", reason="No", parts=[]), form_key="one")
    assert {*refused.value.errors} == {"outcome", "reason", "parts"}
    assert session.exec(select(Decision)).all() == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({}, set[str](), id="right"),
        pytest.param({"items": ["I9"]}, {"items"}, id="not in the survey"),
        pytest.param({"reason": "x" * 2001}, {"reason"}, id="too long a reason"),
        pytest.param({"parts": [Part("a", has_abstained=True)]}, {"parts"}, id="everybody abstains"),
        pytest.param({"parts": [Part("a", "x" * 501, False, True)]}, {"interest.a"}, id="too long an interest"),
        pytest.param({"parts": [Part("a", "", False, True)]}, {"interest.a"}, id="an interest without words"),
    ],
)
def test_faults(changes: dict[str, Any], fields: set[str]) -> None:
    usual: dict[str, Any] = {"items": ["I1"], "reason": REASON, "parts": [Part("a")]}
    found = faults_of("take_up", known=["I1"], **(usual | changes))
    assert {*found} == fields


@pytest.fixture
def form(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> Callable[..., dict[str, str]]:
    """The fields of a form as Biel has filled them in."""
    survey, snapshot = closed
    sign_in(client, session, cast.biel)

    def filled(**changes: str) -> dict[str, str]:
        # whoever looked somebody up holds the database
        session.commit()
        page = client.get(f"/priorities/{survey.slug}/decisions/new").text
        key = page.split('name="key" value="')[1].split('"')[0]
        return {
            "csrf": csrf_in(page), "key": key, "snapshot": snapshot.sha256, "query": "", "outcome": "take_up",
            "item.I1": "yes", "reason": REASON, f"part.{cast.biel.id}": "none",
        } | changes  # fmt: skip

    return filled


def test_the_form_and_the_record(
    client: TestClient,
    session: Session,
    cast: Cast,
    closed: tuple[Survey, Snapshot],
    form: Callable[..., dict[str, str]],
) -> None:
    survey, _ = closed
    path = f"/priorities/{survey.slug}/decisions"
    assert "Nothing is decided yet" in client.get(path).text
    sent = form(**{f"part.{cast.alba.id}": "declared", f"interest.{cast.alba.id}": "Owns it"})
    for _ in range(2):
        assert client.post(path, data=sent).status_code == 303
    page = client.get(path).text
    assert "1 decision stands" in page
    assert REASON in page
    assert "declared an interest: Owns it" in page
    assert client.post(path, data=sent | {"csrf": "x"}).status_code == 403
    held = client.post(path, data=form())
    assert held.status_code == 409
    assert REASON in held.text, "what was typed stays"
    key = session.exec(select(Decision)).one().id
    replacing = client.get(f"{path}/new?replaces={key}").text
    assert "Replace decision 1" in replacing
    assert client.post(path, data=form(replaces=str(key), outcome="not_in_plan")).status_code == 303
    assert "Replaced by decision 2" in client.get(path).text
    initiative = client.get("/initiatives").text.split('href="/initiatives/')
    keys = [text[:36] for text in initiative[1:] if text[8] == "-"]
    records = [client.get(f"/initiatives/{one}/record").text for one in dict.fromkeys(keys)]
    assert sum("Not in this plan" in text for text in records) == 1


def test_a_form_with_faults_is_shown_again(
    client: TestClient, closed: tuple[Survey, Snapshot], form: Callable[..., dict[str, str]]
) -> None:
    survey, _ = closed
    sent = form(reason="Short", outcome="")
    refused = client.post(f"/priorities/{survey.slug}/decisions", data=sent)
    assert refused.status_code == 422
    assert "<title>Error:" in refused.text
    assert 'href="#reason"' in refused.text
    assert ">Short</textarea>" in refused.text
    assert client.post(f"/priorities/{survey.slug}/decisions", data={"csrf": sent["csrf"]}).status_code == 422


def test_weights_decided_from_the_page(
    client: TestClient, session: Session, closed: tuple[Survey, Snapshot], form: Callable[..., dict[str, str]]
) -> None:
    survey, _ = closed
    query = "way=swing&swing.impact=25&swing.urgency=100"
    page = client.get(f"/priorities/{survey.slug}/decisions/new?about=weights&{query}").text
    assert "Decide on the weights" in page
    assert "Impact 20%" in " ".join(page.split())
    sent = form(outcome="weights", query=query)
    assert client.post(f"/priorities/{survey.slug}/decisions", data=sent).status_code == 303
    assert find_weights(session, survey.id) == pytest.approx({"impact": 0.2, "urgency": 0.8})
    shortlist = client.get(f"/priorities/{survey.slug}/decisions/new?about=shortlist").text
    assert shortlist.count("checked") >= 2


def test_files_and_programs_read_the_same(
    client: TestClient,
    session: Session,
    cast: Cast,
    closed: tuple[Survey, Snapshot],
    form: Callable[..., dict[str, str]],
) -> None:
    survey, snapshot = closed
    sent = form(**{"item.I2": "yes", f"part.{cast.alba.id}": "declared", f"interest.{cast.alba.id}": "=Owns it"})
    client.post(f"/priorities/{survey.slug}/decisions", data=sent)
    [found] = client.get(f"/api/v1/surveys/{survey.id}/decisions").json()
    assert (found["number"], found["items"], found["decided_by"]) == (1, ["I1", "I2"], "Biel")
    text = client.get(f"/priorities/{survey.slug}/decisions/export.csv").content.decode("utf-8-sig")
    rows = [*csv.DictReader(io.StringIO(text))]
    assert [row["Code"] for row in rows] == ["I1", "I2"]
    assert rows[0]["Reason"] == REASON
    assert rows[0]["Declared interests"] == "Alba: =Owns it"
    content = json.loads(client.get(f"/priorities/{survey.slug}/decisions/export.json").content)
    line = content["tables"][0]["rows"][0]
    assert [line["likely_rank_from"], line["likely_rank_to"]] == found["evidence"]["items"]["I1"]["rank_set"]
    assert line["snapshot"] == snapshot.sha256
    assert client.get(f"/priorities/{survey.slug}/decisions/export.pdf").status_code == 422


def test_programs_put_decisions_on_record(
    client: TestClient,
    session: Session,
    cast: Cast,
    closed: tuple[Survey, Snapshot],
    form: Callable[..., dict[str, str]],
) -> None:
    survey, snapshot = closed
    path, headers = f"/api/v1/surveys/{survey.id}/decisions", {"X-CSRF-Token": form()["csrf"]}
    body: dict[str, Any] = {
        "outcome": "take_up",
        "items": ["I3"],
        "reason": REASON,
        "participants": [{"person_id": str(cast.biel.id), "interest": None}],
        "snapshot": snapshot.sha256,
    }
    keyed = headers | {"Idempotency-Key": "k" * 20}
    first, again = (client.post(path, json=body, headers=keyed) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert client.post(path, json=body, headers=headers).status_code == 409
    free = body | {"items": ["I1"]}
    assert client.post(path, json=free).status_code == 403
    stranger = free | {"participants": [{"person_id": str(survey.id), "interest": None}]}
    assert client.post(path, json=stranger, headers=headers).status_code == 422
    for weights in ({"beauty": 1}, {"impact": -1}, {"impact": 0}):
        assert client.post(path, json=free | {"weights": weights}, headers=headers).status_code == 422
    assert client.post(path, json=free | {"extra": 1}, headers=headers).status_code == 422
    assert client.post(path, json=free, headers=headers | {"Idempotency-Key": "short"}).status_code == 422
    assert len(client.get(path).json()) == 1


def test_erasing_a_person_takes_their_interest_and_leaves_the_decision(
    session: Session, engine: Engine, cast: Cast, closed: tuple[Survey, Snapshot], biel: Actor, settings: Settings
) -> None:
    survey, snapshot = closed
    parts = [Part(str(cast.alba.id)), Part(str(cast.biel.id), "zqcanary", False, True)]
    decide(session, biel, survey, given(cast, snapshot, parts=parts), form_key="one")
    session.commit()
    mine = export_person(session, cast.biel.email, secret=SECRET)["account"]
    assert [line["interest"] for line in mine["interests"]] == ["zqcanary"]
    assert mine["decisions"][0]["reason"] == REASON
    session.commit()
    erase_person(engine, cast.biel.email, secret=SECRET)
    session.expire_all()
    assert sorted(part.interest for part in session.exec(select(DeclaredInterest)).all()) == ["", "–"]
    assert session.exec(select(Decision)).one().reason == REASON

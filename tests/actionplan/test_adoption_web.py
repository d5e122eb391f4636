"""Ballots and editions in the browser and for programs, and what of a person is in them."""

import re
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.adoption.models import PlanComment, PlanEdition, PlanInterest, PlanVote
from app.actionplan.adoption.voting import cast_vote
from app.actionplan.portfolio.rulebook import Rulebook
from app.actionplan.portfolio.service import set_rules
from app.core.clock import today
from app.erasure import erase_person, export_person
from app.people.models import Person
from app.people.queries import operator
from tests.actionplan.adopting import (
    BECAUSE,
    Stage,
    adopt,
    as_actor,
    closing,
    make_stage,
    put_in,
    put_to_vote,
    take_out,
)
from tests.make import SECRET, Cast, csrf_in, sign_in

KEYED = {"Idempotency-Key": "sixteen-letters-long"}


@pytest.fixture
def stage(session: Session, engine: Engine, cast: Cast) -> Stage:
    return make_stage(session, engine)


class Browser:
    """Somebody who is signed in, and reads the token that forms carry from any page."""

    def __init__(self, client: TestClient, session: Session, person: Person) -> None:
        client.cookies.clear()
        sign_in(client, session, person)
        self.client = client
        self.csrf = csrf_in(client.get("/account").text)

    def post(self, path: str, **fields: str) -> Any:
        return self.client.post(path, data={"csrf": self.csrf} | fields)


def test_from_a_draft_to_an_edition_in_the_browser(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    biel = Browser(client, session, cast.biel)
    page = client.get("/plans/1/ballots/new").text
    assert "2 initiatives fit in" in page
    fields = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("scenario", "revision", "key")}
    form = {name: found[1] for name, found in fields.items() if found}
    opened = [biel.post("/plans/1/ballots", **form) for _ in range(2)]
    assert {one.headers["location"] for one in opened} == {"/plans/1/ballots/1"}
    page = client.get("/plans/1/ballots/1").text
    assert "0 of 2 partners have voted" in page
    assert "all partners voted yes" not in page, "nothing is said of the outcome while partners vote"
    refused = biel.post("/plans/1/ballots/1/votes", partner=str(stage.sud.id), vote="yes", words="", revision="0")
    assert refused.status_code == 422
    assert "how you know" in refused.text
    nora = Browser(client, session, stage.nora)
    page = client.get("/plans/1/ballots/1").text
    assert str(stage.nord.id) in page
    assert str(stage.sud.id) not in page, "the form of another partner is not hers"
    assert nora.post("/plans/1/ballots/1/votes", partner=str(stage.sud.id), vote="no", revision="0").status_code == 403
    voted = nora.post(
        "/plans/1/ballots/1/votes", partner=str(stage.nord.id), vote="yes", words="<script>x</script>", revision="0"
    )
    assert voted.status_code == 303
    stale = nora.post("/plans/1/ballots/1/votes", partner=str(stage.nord.id), vote="no", words="Kept", revision="0")
    assert stale.status_code == 409
    assert "Kept" in stale.text
    page = client.get("/plans/1/ballots/1").text
    assert "1 of 2 partners has voted" in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert client.get("/plans/1/ballots/1/close").status_code == 403
    biel = Browser(client, session, cast.biel)
    page = client.get("/plans/1/ballots/1/close").text
    assert "Not more than half of all partners voted yes." in page
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    form = {"revision": revision[1], "outcome": "adopted", "reason": "short", f"part.{cast.biel.id}": "none"}
    refused = biel.post("/plans/1/ballots/1/close", **form)
    assert refused.status_code == 422
    assert "10 to 2000 characters" in refused.text
    for _ in range(2):
        closed = biel.post("/plans/1/ballots/1/close", **(form | {"reason": BECAUSE}))
        assert closed.headers["location"] == "/plans/1/editions/1"
    page = client.get("/plans/1/editions/1").text
    for words in ("Edition 1:", BECAUSE, "Partner Nord", "Initiative I2", "Biel"):
        assert words in page
    late = Browser(client, session, stage.nora).post(
        "/plans/1/ballots/1/votes", partner=str(stage.nord.id), vote="no", revision="1"
    )
    assert late.status_code == 409
    assert "has ended" in late.text


def test_what_breaks_a_rule_is_named_and_not_put_to_the_vote(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    scenario = stage.scenario(session)
    set_rules(session, operator(session), stage.plan, scenario, Rulebook(ceilings=(10_000,) * 5), scenario.revision)
    session.commit()
    revision = scenario.revision
    biel = Browser(client, session, cast.biel)
    page = client.get("/plans/1/ballots/new").text
    assert "over its ceiling" in page
    assert "Open the ballot" not in page
    refused = biel.post("/plans/1/ballots", scenario="1", revision=str(revision), key="k")
    assert refused.status_code == 409
    assert "over its ceiling" in refused.text
    headers = {"X-CSRF-Token": biel.csrf}
    answer = client.post(f"/api/v1/plans/{stage.plan.id}/ballots", json={"draft": revision}, headers=headers)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 3
    assert "2027 is" in answer.json()["errors"]["breaches.1"]


def test_a_ballot_says_that_there_is_a_newer_draft(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    put_to_vote(session, as_actor(session, cast.biel), stage)
    put_in(session, stage.plan, "I3", 2029)
    session.commit()
    Browser(client, session, cast.dora)
    page = client.get("/plans/1/ballots/1").text
    assert "There is a newer draft, number 3. The vote is on draft 2" in page
    assert client.get("/plans/1/ballots/new").status_code == 403
    assert client.get("/plans/1/ballots/9").status_code == 404
    assert client.get("/plans/1/editions/1").status_code == 404
    assert client.get("/plans/9/ballots").status_code == 404


def test_two_editions_are_compared_by_what_differs(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    biel = as_actor(session, cast.biel)
    adopt(session, biel, stage)
    put_in(session, stage.plan, "I3", 2029)
    take_out(session, stage.plan, "I1")
    adopt(session, biel, stage, "next")
    Browser(client, session, stage.sol)
    assert "2 editions were adopted" in client.get("/plans/1/editions").text
    page = client.get("/plans/1/editions/compare").text
    came, went = page.index("Came in"), page.index("Went out")
    assert came < page.index("Initiative I3") < went < page.index("Initiative I1")
    assert "Initiative I2" not in page
    assert "The two are the same" in client.get("/plans/1/editions/compare?a=2&b=2").text
    assert client.get("/plans/1/editions/compare?a=9&b=1").status_code == 404
    assert "A later edition took its place" in client.get("/plans/1/editions/1").text
    again = client.get("/plans/1/editions/2").text
    assert "does not match" not in again


def test_an_edition_changed_outside_the_program_shows(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    edition = adopt(session, as_actor(session, cast.biel), stage)
    edition.content = edition.content | {"budget": 1}
    session.add(edition)
    session.commit()
    Browser(client, session, cast.dora)
    assert "does not match its fingerprint" in client.get("/plans/1/editions/1").text


def test_programs_share_vote_and_adopt(client: TestClient, session: Session, cast: Cast, stage: Stage) -> None:
    headers = {"X-CSRF-Token": Browser(client, session, cast.biel).csrf}
    keyed, plan = headers | KEYED, f"/api/v1/plans/{stage.plan.id}"
    body: dict[str, Any] = {"until": today().isoformat(), "draft": 2, "label": "The board"}
    first, again = (client.post(f"{plan}/shares", json=body, headers=keyed) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert client.get(first.json()["address"]).status_code == 200
    assert client.post(f"{plan}/shares", json=body | {"draft": 1}, headers=headers).status_code == 409
    assert client.post(f"{plan}/shares", json=body | {"extra": 1}, headers=headers).status_code == 422
    assert client.post(f"{plan}/shares", json=body).status_code == 403
    [share] = client.get(f"{plan}/shares").json()
    assert (share["label"], share["comments"], share["ended_on"]) == ("The board", 0, None)
    session.add(PlanComment(share_id=UUID(first.json()["id"]), text="Words", form_key="k", written_on=today()))
    session.commit()
    [said] = client.get(f"{plan}/comments").json()
    answered = client.put(
        f"{plan}/comments/{said['id']}",
        json={"answer": "Seen.", "hidden": True, "revision": 1},
        headers=headers,
    )
    assert (answered.json()["answer"], answered.json()["hidden"], answered.json()["revision"]) == ("Seen.", True, 3)
    ended = [client.post(f"{plan}/shares/{share['id']}/end", headers=headers).json() for _ in range(2)]
    assert ended == [{"id": share["id"], "ended_on": today().isoformat()}] * 2
    opened = client.post(f"{plan}/ballots", json={"draft": 2}, headers=keyed)
    assert opened.status_code == 201
    vote = {"vote": "yes", "words": "Said at the meeting in May.", "revision": 0}
    path = f"{plan}/ballots/1"
    voted = client.put(f"{path}/votes/{stage.nord.id}", json=vote, headers=headers).json()
    assert voted["counts"] == {"yes": 1, "no": 0, "abstained": 0, "missing": 1}
    assert [one["is_recorded"] for one in voted["votes"]] == [True, False]
    assert client.put(f"{path}/votes/{stage.plan.id}", json=vote, headers=headers).status_code == 404
    part = {"person_id": str(cast.biel.id), "interest": None}
    end = {"outcome": "adopted", "reason": BECAUSE, "participants": [part], "revision": 1}
    assert client.post(f"{path}/closing", json=end, headers=headers).status_code == 409
    stranger = {"person_id": str(stage.plan.id), "interest": None}
    refused = client.post(f"{path}/closing", json=end | {"participants": [stranger]}, headers=headers)
    assert refused.status_code == 422
    closed = client.post(f"{path}/closing", json=end | {"revision": 2}, headers=headers)
    assert (closed.json()["outcome"], closed.json()["edition"]) == ("adopted", 1)
    whole = client.get(f"{plan}/editions/1")
    assert whole.json()["content"]["format"] == "innaxe-plan/1"
    assert whole.headers["ETag"] == f'"{whole.json()["content_sha256"][:32]}"'
    assert whole.json()["decision"]["reason"] == BECAUSE
    assert [one["number"] for one in client.get(f"{plan}/editions").json()] == [1]
    assert [one["outcome"] for one in client.get(f"{plan}/ballots").json()] == ["adopted"]
    assert client.get(f"/api/v1/plans/{stage.survey.id}/ballots").status_code == 404
    assert client.get(f"{plan}/ballots/9").status_code == 404


def test_erasing_a_person_takes_their_name_and_leaves_what_was_decided(
    session: Session, engine: Engine, cast: Cast, stage: Stage
) -> None:
    from app.actionplan.adoption.voting import cast_vote, close_ballot
    from app.actionplan.decisions.rules import Part

    biel = as_actor(session, cast.biel)
    ballot = put_to_vote(session, biel, stage)
    cast_vote(session, as_actor(session, stage.nora), ballot, stage.nord, "yes", "In the words of the partner.", 0)
    parts = [Part(str(cast.alba.id)), Part(str(cast.biel.id), "zqcanary", False, True)]
    close_ballot(session, biel, stage.plan, ballot, closing(biel, parts=parts), ballot.revision)
    session.commit()
    mine = export_person(session, stage.nora.email, secret=SECRET)["account"]
    assert [(one["vote"], one["words"]) for one in mine["plan_votes"]] == [("yes", "In the words of the partner.")]
    theirs = export_person(session, cast.biel.email, secret=SECRET)["account"]
    assert [one["interest"] for one in theirs["plan_interests"]] == ["zqcanary"]
    assert [one["edition"] for one in theirs["plans_adopted"]] == [1]
    before = session.exec(select(PlanEdition)).one().model_dump()
    session.commit()
    for person in (cast.biel, stage.nora):
        erase_person(engine, person.email, secret=SECRET)
    session.expire_all()
    assert sorted(one.interest for one in session.exec(select(PlanInterest)).all()) == ["", "–"]
    assert session.exec(select(PlanVote)).one().words == "In the words of the partner."
    assert session.exec(select(PlanEdition)).one().model_dump() == before


def test_a_vote_that_a_partner_gave_itself_is_offered_to_nobody_else(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    ballot = put_to_vote(session, as_actor(session, cast.biel), stage)
    cast_vote(session, as_actor(session, stage.nora), ballot, stage.nord, "no", "", 0)
    session.commit()
    sign_in(client, session, cast.biel)
    offered = re.findall(r'name="partner" value="([^"]+)"', client.get("/plans/1/ballots/1").text)
    assert offered == [str(stage.sud.id)]

"""Deciding about proposals: each act, what its author hears, and who may."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.proposals.judging import accept_into, decline, merge
from app.actionplan.proposals.models import IdeasWall, Proposal, ProposalAuthor, Stance
from app.actionplan.proposals.queries import list_outcomes, list_proposals_of
from app.actionplan.proposals.rules import ADDRESS_KEPT_DAYS, Draft
from app.actionplan.proposals.sending import Sender, take_stance
from app.core.clock import today
from app.core.db import for_writing
from app.core.settings import Settings
from app.history.models import HistoryEntry
from app.people.queries import operator
from tests.actionplan.proposals import (
    BUSES,
    MORE_BUSES,
    SCHOOL,
    mails_to,
    open_wall,
    post,
    propose,
    read,
    token_in,
)
from tests.make import Cast, import_demo_initiatives, sign_in


@pytest.fixture
def wall(session: Session) -> IdeasWall:
    return open_wall(session)


@pytest.fixture
def proposal(session: Session, settings: Settings, wall: IdeasWall) -> Proposal:
    return propose(session, settings, wall)


@pytest.fixture
def desk(client: TestClient, session: Session, cast: Cast) -> TestClient:
    """The browser of Carla, who manages."""
    sign_in(client, session, cast.carla)
    return client


def judge(desk: TestClient, one: Proposal, act: str, revision: int = 0, **fields: Any) -> Any:
    return post(desk, f"/proposals/{one.id}/judgement", act=act, revision=revision, **fields)


def now_of(session: Session, proposal: Proposal) -> Proposal:
    return read(session, select(Proposal).where(Proposal.id == proposal.id))[0]


def outcomes(session: Session, email: str = "anna@example.org") -> list[str]:
    return [mail.body for mail in mails_to(session, email, "proposal_outcome")]


def test_the_queue_says_what_waits(desk: TestClient, session: Session, settings: Settings, wall: IdeasWall) -> None:
    assert "Nobody has proposed anything yet" in desk.get("/proposals").text
    first = propose(session, settings, wall)
    second = propose(session, settings, wall, SCHOOL, "b@example.org")
    page = desk.get("/proposals").text
    assert "2 proposals wait for a decision" in page
    assert page.index(BUSES.title) < page.index(SCHOOL.title), "the longest waiting first"
    for one in (first, second):
        decline(session, operator(session), settings, one.id, 0, "Somebody else does that.", is_shown=True)
    session.commit()
    assert "All decided: 0 accepted, 0 put together" in desk.get("/proposals").text
    assert BUSES.title in desk.get("/proposals?state=declined").text


def test_accepted_it_becomes_an_initiative(desk: TestClient, session: Session, proposal: Proposal, cast: Cast) -> None:
    page = desk.get(f"/proposals/{proposal.id}").text
    assert BUSES.summary in page
    assert BUSES.first_step in page
    faulty = judge(desk, proposal, "new", title=" ", summary="Kept")
    assert faulty.status_code == 422
    assert ">Kept</textarea>" in faulty.text
    done = judge(desk, proposal, "new", title="Night buses", summary="Every hour.")
    assert done.headers["location"] == "/proposals?done=accepted&number=1"
    assert "No. 1 is accepted" in desk.get(done.headers["location"]).text
    found = now_of(session, proposal)
    assert (found.state, found.judged_by_id, found.shown_on, found.revision) == ("accepted", cast.carla.id, today(), 1)
    [version] = read(session, select(InitiativeVersion))
    assert (version.initiative_id, version.title, version.summary) == (
        found.initiative_id,
        {"en": "Night buses"},
        {"en": "Every hour."},
    )
    [told] = outcomes(session)
    assert "part of the initiative “Night buses”" in told
    assert f"/ideas/{proposal.id}" in told
    [author] = read(session, select(ProposalAuthor))
    assert author.delete_on == today() + timedelta(days=ADDRESS_KEPT_DAYS)
    [entry] = read(session, select(HistoryEntry).where(HistoryEntry.act == "proposal.accepted"))
    assert "anna" not in str(entry.model_dump()).lower()


def test_it_can_go_into_an_initiative_that_is_there(
    desk: TestClient, session: Session, settings: Settings, wall: IdeasWall
) -> None:
    import_demo_initiatives(session)
    session.commit()
    summary = "Small companies cannot find free slots for pilot manufacturing. A map of all capacity would show them."
    draft = Draft("A map of biomanufacturing capacity", summary, "", "en")
    proposal = propose(session, settings, wall, draft)
    page = desk.get(f"/proposals/{proposal.id}").text
    assert "Biomanufacturing capacity map and booking</a>" in page, "an initiative in similar words stands beside it"
    assert judge(desk, proposal, "into", initiative="").status_code == 422
    assert judge(desk, proposal, "into", initiative=str(uuid4())).status_code == 404
    initiative = read(session, select(Initiative))[0]
    assert judge(desk, proposal, "into", initiative=str(initiative.id)).status_code == 303
    assert [one.id for one in list_proposals_of(session, initiative.id)] == [proposal.id]
    assert len(read(session, select(InitiativeVersion).where(InitiativeVersion.initiative_id == initiative.id))) == 1


def test_put_together_both_share_what_becomes_of_one(
    desk: TestClient, session: Session, settings: Settings, wall: IdeasWall, proposal: Proposal
) -> None:
    twin = propose(session, settings, wall, MORE_BUSES, "bo@example.org")
    third = propose(session, settings, wall, SCHOOL, "cy@example.org")
    assert judge(desk, twin, "merge").status_code == 422
    assert judge(desk, twin, "merge", proposal=str(twin.id)).status_code == 422, "not with itself"
    assert BUSES.title in desk.get(f"/proposals/{twin.id}").text
    assert judge(desk, third, "merge", proposal=str(twin.id)).status_code == 303
    assert judge(desk, twin, "merge", proposal=str(proposal.id)).status_code == 303
    assert now_of(session, third).merged_into_id == proposal.id, "what was put with it goes along"
    assert "You will hear what becomes of it" in outcomes(session, "bo@example.org")[0]
    kept = read(session, select(ProposalAuthor))
    assert [author.delete_on for author in kept] == [None, None, None]
    judge(desk, proposal, "new", title="Night buses", summary="")
    assert "Night buses" in outcomes(session, "bo@example.org")[-1]
    last = outcomes(session, "cy@example.org")[-1]
    assert "Ihr Vorschlag" in last, "in the language in which it was sent"
    assert BUSES.title in last
    initiative = now_of(session, proposal).initiative_id
    assert initiative
    assert now_of(session, twin).shown_on == today()
    assert {one.number for one in list_proposals_of(session, initiative)} == {1, 2, 3}
    shown = {one.proposal.number: one.initiative_title for one in list_outcomes(session, wall.consortium_id)}
    session.commit()
    assert shown == {number: {"en": "Night buses"} for number in (1, 2, 3)}


def test_a_question_is_answered_through_the_mail(
    desk: TestClient, client: TestClient, session: Session, proposal: Proposal
) -> None:
    assert judge(desk, proposal, "ask", question="Why?").status_code == 422
    judge(desk, proposal, "ask", question="Which towns do you have in mind?")
    [mail] = mails_to(session, "anna@example.org", "proposal_question")
    assert "Which towns do you have in mind?" in mail.body
    token = token_in(mail.body)
    assert "Which towns" in client.get(f"/ideas/answer/{token}").text
    empty = post(client, f"/ideas/answer/{token}", answer=" ")
    assert empty.status_code == 422
    long = post(client, f"/ideas/answer/{token}", answer="x" * 1001)
    assert "x" * 1001 in long.text
    assert post(client, f"/ideas/answer/{token}", answer="Vic and Olot.").status_code == 200
    found = now_of(session, proposal)
    assert (found.state, found.summary) == ("waiting", BUSES.summary)
    assert found.exchanges[0]["answer"] == "Vic and Olot."
    assert client.get(f"/ideas/answer/{token}").status_code == 404
    assert "Vic and Olot." in desk.get(f"/proposals/{proposal.id}").text
    assert judge(desk, proposal, "decline", revision=1, because="It is done already.").status_code == 409, (
        "it has changed"
    )


def test_declined_its_author_reads_why(
    desk: TestClient, session: Session, proposal: Proposal, client: TestClient
) -> None:
    assert judge(desk, proposal, "decline", because="No.").status_code == 422
    judge(desk, proposal, "decline", because="The region has decided this already.")
    assert "The region has decided this already." in outcomes(session)[0]
    assert "The region has decided this already." in client.get(f"/ideas/{proposal.id}").text


def test_what_offends_is_declined_and_not_shown(
    desk: TestClient, session: Session, proposal: Proposal, wall: IdeasWall
) -> None:
    post(desk, f"/proposals/{proposal.id}/showing")
    judge(desk, proposal, "decline", because="This insults a person.", hidden="yes")
    assert desk.get(f"/ideas/{proposal.id}").status_code == 404
    assert "/ideas/" not in outcomes(session)[0]
    assert list_outcomes(session, wall.consortium_id) == []


def test_two_colleagues_do_not_decide_twice(
    desk: TestClient, session: Session, settings: Settings, proposal: Proposal, cast: Cast
) -> None:
    assert judge(desk, proposal, "decline", because="Biel's reason was first.").status_code == 303
    late = judge(desk, proposal, "ask", question="My own long question?")
    assert late.status_code == 409
    for words in (
        "What you typed is still here",
        "My own long question?",
        "by Carla on",
        "Biel&#39;s reason was first.",
        "Decide again",
    ):
        assert words in late.text
    assert len(outcomes(session)) == 1
    assert judge(desk, proposal, "nonsense", revision=1).status_code == 409


def test_a_decision_is_taken_back(desk: TestClient, session: Session, proposal: Proposal) -> None:
    judge(desk, proposal, "new", title="Night buses", summary="")
    again = post(desk, f"/proposals/{proposal.id}/reconsideration")
    assert "No. 1 is open again" in desk.get(again.headers["location"]).text
    found = now_of(session, proposal)
    assert (found.state, found.initiative_id, found.judged_on) == ("waiting", None, None)
    assert len(read(session, select(Initiative))) == 1, "the initiative stays"
    assert read(session, select(ProposalAuthor))[0].delete_on is None
    post(desk, f"/proposals/{proposal.id}/reconsideration")
    judge(desk, proposal, "decline", revision=found.revision, because="It is done by the region.")
    assert len(outcomes(session)) == 2


def test_it_is_put_on_the_wall_and_taken_off(desk: TestClient, session: Session, proposal: Proposal) -> None:
    for _ in range(2):
        post(desk, f"/proposals/{proposal.id}/showing")
    assert desk.get(f"/ideas/{proposal.id}").status_code == 200
    post(desk, f"/proposals/{proposal.id}/hiding")
    assert desk.get(f"/ideas/{proposal.id}").status_code == 404
    acts = [entry.act for entry in read(session, select(HistoryEntry)) if entry.act.startswith("proposal.")]
    assert acts == ["proposal.shown", "proposal.hidden"]


def test_a_name_is_taken_off(desk: TestClient, session: Session, proposal: Proposal) -> None:
    proposal.author_name = "Anna Kovač"
    session.add(proposal)
    session.commit()
    assert "Anna Kovač" in desk.get(f"/proposals/{proposal.id}").text
    for _ in range(2):
        post(desk, f"/proposals/{proposal.id}/unnaming")
    assert now_of(session, proposal).author_name == ""
    [entry] = read(session, select(HistoryEntry).where(HistoryEntry.act == "proposal.unnamed"))
    assert "Kova" not in str(entry.model_dump())


def test_an_account_is_told_in_its_mail(desk: TestClient, session: Session, wall: IdeasWall, cast: Cast) -> None:
    post(desk, f"/ideas/c/{wall.slug}/propose", step="send", key="k", title="T", summary="S")
    [made] = read(session, select(Proposal))
    judge(desk, made, "decline", because="It is done by the region.")
    assert len(outcomes(session, cast.carla.email)) == 1


def test_the_wall_is_opened_by_those_who_lead(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.carla)
    assert client.get("/proposals/wall").status_code == 403
    sign_in(client, session, cast.biel)
    assert "It is not open" in client.get("/proposals/wall").text
    fields = {"open": "yes", "revision": "0", "reader": "The team", "answer_days": "21", "introduction.da": "Velkommen"}
    wrong = post(client, "/proposals/wall", **(fields | {"reader": "", "answer_days": "many"}))
    assert wrong.status_code == 422
    assert "Velkommen" in wrong.text
    assert 'id="reader-fault"' in wrong.text
    too_long = post(client, "/proposals/wall", **(fields | {"introduction.da": "x" * 1001}))
    assert "This has at most 1,000 characters." in too_long.text
    assert post(client, "/proposals/wall", **fields).status_code == 303
    stale = post(client, "/proposals/wall", **(fields | {"reader": "Others"}))
    assert stale.status_code == 409
    assert "Others" in stale.text
    [wall] = read(session, select(IdeasWall))
    assert (wall.reader, wall.answer_days, wall.introduction, wall.opened_by_id) == (
        "The team",
        21,
        {"da": "Velkommen"},
        cast.biel.id,
    )
    assert "Velkommen" in client.get(f"/ideas/c/{wall.slug}?lang=da").text


def test_all_are_written_into_a_file_without_a_formula(
    desk: TestClient, session: Session, settings: Settings, wall: IdeasWall
) -> None:
    propose(session, settings, wall, Draft("=1+1", "+cmd", "@now", "en"), "anna@example.org")
    first = list(csv.reader(io.StringIO(desk.get("/proposals/export.csv").content.decode("utf-8-sig"))))
    assert first[1][:4] == ["1", "'=1+1", "'+cmd", "'@now"]
    assert "anna" not in str(first)
    rows = json.loads(desk.get("/proposals/export.json").content)["tables"][0]["rows"]
    assert (rows[0]["title"], rows[0]["support"]) == ("=1+1", None)
    sheet = load_workbook(io.BytesIO(desk.get("/proposals/export.xlsx").content)).active
    assert sheet
    assert sheet["B2"].data_type == "s"
    assert desk.get("/proposals/export.exe").status_code == 422
    assert desk.get("/proposals/export.csv").content == desk.get("/proposals/export.csv").content


def test_programs_read_and_decide(desk: TestClient, session: Session, proposal: Proposal) -> None:
    [row] = desk.get("/api/v1/proposals").json()
    assert (row["title"], row["state"], row["revision"]) == (BUSES.title, "waiting", 0)
    address = f"/api/v1/proposals/{proposal.id}/judgement"
    body = {"act": "decline", "revision": 0, "because": "It is done by the region."}
    assert desk.post(address, json=body).status_code == 403, "a session needs its token"
    headers = {"X-CSRF-Token": desk.get("/api/v1/me").json()["csrf_token"]}
    assert desk.post(address, json=body | {"because": "No"}, headers=headers).status_code == 422
    assert desk.post(address, json=body | {"more": 1}, headers=headers).status_code == 422
    assert desk.post(address, json=body, headers=headers).json()["state"] == "declined"
    assert desk.post(address, json=body, headers=headers).status_code == 409


def test_a_disabled_account_and_a_deleted_address_are_told_nothing(
    session: Session, settings: Settings, wall: IdeasWall, cast: Cast
) -> None:
    first = propose(session, settings, wall)
    second = propose(session, settings, wall, SCHOOL, "b@example.org")
    [_, author] = read(session, select(ProposalAuthor))
    session.delete(author)
    session.commit()
    import_demo_initiatives(session)
    actor = operator(session)
    merge(session, actor, settings, second.id, 0, first.id)
    accept_into(session, actor, settings, first.id, 0, list_initiatives(session, actor)[0][0].id)
    session.commit()
    assert outcomes(session, "b@example.org") == []
    assert len(outcomes(session)) == 1


def test_two_at_once_are_one_voice(
    session: Session, engine: Engine, settings: Settings, wall: IdeasWall, proposal: Proposal
) -> None:
    sender = Sender("en", actor=replace(operator(session), email="dora@innaxe.example"))
    session.commit()
    failed: list[Exception] = []

    def support(own: Session) -> None:
        one = own.get_one(Proposal, proposal.id)
        take_stance(own, settings, one, wall, sender, is_for=True, because="", key="")

    def again() -> None:
        try:
            with Session(for_writing(engine)) as late, late.begin():
                support(late)
        except Exception as failure:
            failed.append(failure)

    with Session(for_writing(engine)) as early, early.begin():
        support(early)
        second = Thread(target=again)
        second.start()
        second.join(0.5)
    second.join()
    assert failed == []
    assert len(read(session, select(Stance))) == 1

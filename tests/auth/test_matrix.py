"""Every route against every role, in one's own consortium and a foreign one.

A new route without a row turns this red.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.discussion.models import Amendment, Comment
from app.actionplan.evidence.models import Interview, Workshop
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.opinions.service import freeze_opinions
from app.actionplan.proposals.models import Proposal
from app.auth.api import list_routes
from app.consensus.service import close_round
from app.main import API, PAGES
from app.people.models import Membership, Person
from app.people.queries import find_person_by_email, operator
from app.people.service import create_consortium, create_organisation, create_person
from app.surveys.answering.models import Response
from app.surveys.authoring.models import Survey
from app.surveys.ideas.models import Idea
from app.surveys.rounds.models import SharedReason
from app.surveys.rounds.queries import find_open_round
from app.surveys.rounds.service import open_round
from tests.conftest import ADDRESS
from tests.consensus.test_closing import fill
from tests.make import csrf_in, make_cast, make_open_survey, sign_in

ROLES = ("admin", "coordinator", "manager", "editor", "reviewer")
STAFF = {"admin", "coordinator", "manager"}
READERS = STAFF | {"reviewer"}
OWN = "manager of the partner"
OTHER = "manager of another partner"
ALL = {*ROLES, OWN, OTHER}
BUILDERS = STAFF | {OWN}

# who gets in; what "anyone" may open depends on a token of their own, and has its own tests
MATRIX: dict[str, set[str] | str] = {
    "accept_named": BUILDERS,
    "account_page": ALL,
    "add_people_page": BUILDERS,
    "answer_asked": "anyone",
    "answer_page": "anyone",
    "ask_for_link": "anyone",
    "ask_for_more": "anyone",
    "ask_for_new_link": "anyone",
    "link_page": "anyone",
    "begin_second_step": ALL,
    "build_page": BUILDERS,
    "change_by_receipt": "anyone",
    "change_role": {"admin"},
    "check_code": "anyone",
    "choose_consortium": ALL,
    "choose_items": BUILDERS,
    "close_account": {"admin"},
    "closure_page": STAFF | {OWN},
    "code_page": "anyone",
    "confirm_page": "anyone",
    "confirm_second_step": ALL,
    "confirm_sending": "anyone",
    "create_closure": STAFF | {OWN},
    "create_key": ALL,
    "create_organisation": {"admin", "coordinator"},
    "create_person": {"admin"},
    "create_response": "anyone",
    "create_question": BUILDERS,
    "create_interview": BUILDERS | {OTHER},
    "create_workshop": BUILDERS | {OTHER},
    "create_survey": STAFF | {OWN, OTHER},
    "criteria_step": BUILDERS,
    "dates_step": BUILDERS,
    "decide_on_ideas": BUILDERS,
    "delete_question": BUILDERS,
    "delete_interview": BUILDERS,
    "delete_workshop": BUILDERS,
    "edit_interview": BUILDERS,
    "edit_workshop": BUILDERS,
    "evidence_list": ALL,
    "export_evidence_page": STAFF,
    "end_key": ALL,
    "end_other_sessions": ALL,
    "export_page": STAFF,
    "export_priorities": STAFF | {OWN},
    "export_survey": BUILDERS,
    "export_translation": BUILDERS,
    "idea_decision": BUILDERS,
    "idea_page": "anyone",
    "ideas_index": "anyone",
    "ideas_page": "anyone",
    "ideas_wall": "anyone",
    "judge_by_program": STAFF,
    "judge_proposal": STAFF,
    "hide_proposal": STAFF,
    "history_of_thing": READERS | {OWN, OTHER},
    "history_page": READERS | {OWN, OTHER},
    "home_page": ALL,
    "import_page": STAFF,
    "import_questionnaire": STAFF,
    "import_report_page": BUILDERS,
    "import_sheet": {"admin"},
    "import_translation": BUILDERS,
    "import_initiatives_page": STAFF | {"editor"},
    "initiative_import_page": STAFF | {"editor"},
    "initiative_evidence": ALL,
    "initiative_list": ALL,
    "import_workshop_sheet": BUILDERS,
    "interview_page": BUILDERS,
    "interview_stances": BUILDERS,
    "find_opinion_groups": BUILDERS,
    "initiative_sheet": ALL,
    "items_page": BUILDERS,
    "languages_step": BUILDERS,
    "initiative_page": ALL,
    "new_initiative": STAFF | {"editor", OWN, OTHER},
    "create_initiative": STAFF | {"editor", OWN, OTHER},
    "edit_part": STAFF | {"editor"},
    "save_edited_part": STAFF | {"editor"},
    "keep_edited_part": STAFF | {"editor"},
    "resume_edited_part": STAFF | {"editor"},
    "discard_edited_part": STAFF | {"editor"},
    "move_state": STAFF,
    "move_many": STAFF | {OWN, OTHER},
    "version_list": ALL,
    "compare_versions": ALL,
    "version_page": ALL,
    "create_restoration": STAFF | {"editor"},
    "translate_page": STAFF | {"editor"},
    "save_translate_page": STAFF | {"editor"},
    "listed_items_step": BUILDERS,
    "item_feedback": "anyone",
    "live_changes": READERS | {OWN, OTHER},
    "live_page": READERS | {OWN, OTHER},
    "login_page": "anyone",
    "my_answers": "anyone",
    "download_my_answers": "anyone",
    "withdraw_my_answers": "anyone",
    "next_round_page": BUILDERS,
    "new_interview": BUILDERS | {OTHER},
    "new_workshop": BUILDERS | {OTHER},
    "opinions_index": READERS | {OWN, OTHER},
    "opinions_page": READERS | {OWN, OTHER},
    "read_evidence": ALL,
    "read_initiative_evidence": ALL,
    "read_opinions": READERS | {OWN, OTHER},
    "save_interview": BUILDERS,
    "save_interview_stances": BUILDERS,
    "save_workshop": BUILDERS,
    "save_workshop_votes": BUILDERS,
    "workshop_page": ALL,
    "workshop_sheet": BUILDERS,
    "workshop_votes": BUILDERS,
    "new_survey": STAFF | {OWN, OTHER},
    "mail_preview": BUILDERS,
    "mails_step": BUILDERS,
    "oidc_callback": "anyone",
    "oidc_start": "anyone",
    "open_next_round_page": BUILDERS,
    "organisation_list": STAFF | {OWN, OTHER},
    "outbox_page": {"admin"},
    "password_page": "anyone",
    "people_list": STAFF,
    "people_page": BUILDERS,
    "person_page": STAFF,
    "personal_link": "anyone",
    "place_page": BUILDERS,
    "place_question": BUILDERS,
    "preview_page": BUILDERS,
    "priorities_index": READERS | {OWN, OTHER},
    "priorities_page": READERS | {OWN, OTHER},
    "proposal_arrived": "anyone",
    "proposal_page": STAFF,
    "proposal_queue": STAFF,
    "proposal_sent": "anyone",
    "proposal_view": "anyone",
    "propose": "anyone",
    "propose_page": "anyone",
    "proposed_ideas": BUILDERS,
    "publish_page": BUILDERS,
    "publish_survey": BUILDERS,
    "question_page": BUILDERS,
    "questions_step": BUILDERS,
    "read_ideas": BUILDERS,
    "read_initiative": ALL,
    "read_initiatives": ALL,
    "read_versions": ALL,
    "write_initiative": STAFF | {"editor"},
    "read_me": ALL,
    "read_proposals": STAFF,
    "read_priorities": STAFF | {OWN},
    "read_receipt": "anyone",
    "read_response": "anyone",
    "read_results": READERS | {OWN, OTHER},
    "read_routes": {"admin"},
    "reasons_page": BUILDERS,
    "reconsider_idea": BUILDERS,
    "reconsider_proposal": STAFF,
    "remove_idea": "anyone",
    "judge_reason": BUILDERS,
    "round_feedback": "anyone",
    "receipt_page": "anyone",
    "regions_step": BUILDERS,
    "reject_named": BUILDERS,
    "reminders_page": BUILDERS,
    "remove_factor": {"admin"},
    "remove_second_step": ALL,
    "reopen_account": {"admin"},
    "reopen_survey": "anyone",
    "results_index": READERS | {OWN, OTHER},
    "results_page": READERS | {OWN, OTHER},
    "results_table": STAFF | {OWN},
    "rules_step": BUILDERS,
    "save_answer": "anyone",
    "save_criteria": BUILDERS,
    "save_dates": BUILDERS,
    "save_idea": "anyone",
    "save_languages": BUILDERS,
    "save_listed_items": BUILDERS,
    "save_mail_text": BUILDERS,
    "save_page": "anyone",
    "save_question": BUILDERS,
    "save_regions": BUILDERS,
    "save_rules": BUILDERS,
    "save_section": "anyone",
    "save_texts": BUILDERS,
    "save_translation": BUILDERS,
    "save_wall_settings": {"admin", "coordinator"},
    "send_invitations_page": BUILDERS,
    "send_test_mail": BUILDERS,
    "send_reminders": BUILDERS,
    "set_password": ALL,
    "sign_in": "anyone",
    "sign_in_page": "anyone",
    "sign_in_with_password": "anyone",
    "sign_out": ALL,
    "show_proposal": STAFF,
    "start_survey": "anyone",
    "stop_by_hand": "anyone",
    "stop_page": "anyone",
    "stop_with_one_click": "anyone",
    "submit_ideas": "anyone",
    "submit_response": "anyone",
    "submit_survey": "anyone",
    "survey_check": "anyone",
    "survey_done": "anyone",
    "survey_item": "anyone",
    "survey_list": READERS | {OWN, OTHER},
    "survey_overview": "anyone",
    "survey_page": READERS | {OWN, OTHER},
    "survey_section": "anyone",
    "survey_start": "anyone",
    "take_stance_page": "anyone",
    "texts_step": BUILDERS,
    "translation_page": BUILDERS,
    "unname_proposal": STAFF,
    "wall_settings": {"admin", "coordinator"},
    "withdraw_by_receipt": "anyone",
    "discussion_page": ALL,
    "write_comment": ALL,
    "withdraw_comment": {"admin"},
    "resolve_comment": ALL,
    "reopen_comment": ALL,
    "assign_comment": ALL,
    "assignments_page": ALL,
    "amendments_page": ALL,
    "new_amendment": ALL,
    "write_amendment": ALL,
    "amendment_page": ALL,
    "judge_amendment": STAFF | {"editor"},
    "take_amendment_back": {"admin"},
    "replies_page": STAFF | {OWN, OTHER},
    "open_reply_page": {"admin", "coordinator"},
    "reply_page": STAFF,
    "write_reply": STAFF,
    "remove_reply": STAFF,
    "you_said_index": "anyone",
    "you_said_page": "anyone",
    "read_comments": ALL,
    "create_comment": ALL,
    "read_amendments": ALL,
}
# these end what the others need
LAST = ("set_password", "end_other_sessions", "sign_out")
THINGS = ("survey_id", "round_id", "initiative_id", "person_id", "key", "workshop_id", "interview_id")
NAMES_NO_THING = ("end_key", "initiative_sheet", "export_evidence_page", "export_page")
LET_IN = frozenset({200, 201, 303, 409, 412, 422, 423})


@dataclass(frozen=True)
class World:
    """Two consortia; the first has things in it, all marked with words that may not be seen from the second."""

    app: FastAPI
    clients: dict[str, TestClient]
    things: dict[str, str]
    marks: tuple[str, ...]


@pytest.fixture
def world(client: TestClient, session: Session, engine: Engine) -> World:
    app: Any = client.app
    cast = make_cast(session)
    home = operator(session)
    partners = [
        create_organisation(session, home, name=f"Markedpartner {name}", helix="industry", region="ES51")
        for name in ("One", "Two")
    ]
    people = {
        "admin": cast.alba,
        "coordinator": cast.biel,
        "manager": cast.carla,
        "reviewer": cast.dora,
        "editor": create_person(session, home, email="emil@innaxe.example", role="editor", name="Emil"),
    }
    for name, partner in ((OWN, partners[0]), (OTHER, partners[1])):
        email = f"{partner.name[-3:].lower()}@innaxe.example"
        people[name] = create_person(session, home, email=email, role="manager", organisation=str(partner.id))
    spare = create_person(session, home, email="eve@innaxe.example", role="reviewer", name="Markedeve")
    survey = make_open_survey(session)
    survey.organisation_id = partners[0].id
    session.add(survey)
    session.commit()
    fill(session, engine, survey)
    close_round(session, home, survey)
    freeze_opinions(session, home, survey)
    open_round(session, home, survey)
    create_consortium(session, home, name="Other")
    foreign = operator(session, "Other")
    people["foreign"] = create_person(session, foreign, email="fred@other.example", role="admin", name="Fred")
    session.commit()
    clients = {"nobody": TestClient(app, base_url=ADDRESS, follow_redirects=False)}
    for name, person in people.items():
        clients[name] = TestClient(app, base_url=ADDRESS, follow_redirects=False)
        sign_in(clients[name], session, person)
    marks = (
        "Markedpartner",
        "Markedeve",
        "A small survey",
        "Initiative I1",
        "alba@innaxe.example",
        "Markedworkshop",
        "Markedrole",
    )
    marks = ("Markedproposal", "Markedpartner", "Markedeve", "A small survey", "Initiative I1", "alba@innaxe.example")
    return World(app, clients, _things(session, survey, spare), marks)


def _things(session: Session, survey: Survey, spare: Person) -> dict[str, str]:
    current = find_open_round(session, survey.id)
    given = session.exec(select(Response)).first()
    assert given
    reason = SharedReason(round_id=given.round_id, response_id=given.id, code="I1.impact", is_for=True)
    idea = Idea(round_id=given.round_id, response_id=given.id, number=1)
    owner: dict[str, Any] = {"consortium_id": survey.consortium_id, "organisation_id": survey.organisation_id}
    workshop = Workshop(
        **owner, title="Markedworkshop", held_on=date(2026, 1, 2), language="en", dots_each=3, participants={"civil": 7}
    )
    interview = Interview(**owner, held_on=date(2026, 1, 2), helix="civil", role="Markedrole")
    session.add_all([reason, idea, workshop, interview])
    proposal = Proposal(
        consortium_id=survey.consortium_id,
        number=1,
        key="key",
        language="en",
        title="Markedproposal",
        summary="Markedproposal",
        created_on=survey.created_at.date(),
    )
    session.add_all([reason, idea, proposal])
    initiative = session.exec(select(Initiative)).first()
    membership = session.exec(select(Membership)).first()
    assert current
    assert initiative
    assert membership
    author = find_person_by_email(session, "alba@innaxe.example")
    assert author
    version = session.exec(select(InitiativeVersion).where(InitiativeVersion.initiative_id == initiative.id)).one()
    said: dict[str, Any] = {
        "consortium_id": membership.consortium_id,
        "initiative_id": initiative.id,
        "version_id": version.id,
        "written_at": version.created_at,
        "written_by_id": author.id,
    }
    withdrawn, kept = (Comment(**said, place="", text="Words", form_key=key) for key in ("one", "two"))
    amendment = Amendment(**said, number=1, place="title.en", before="", after="A", because="B", form_key="three")
    session.add_all([withdrawn, kept, amendment])
    found = {
        "slug": survey.slug,
        "code": "helix",
        "position": "1",
        "survey_id": str(survey.id),
        "round_id": str(current.id),
        "initiative_id": str(initiative.id),
        "person_id": str(spare.id),
        "suggestion_id": "00000000-0000-0000-0000-000000000000",
        "key_id": "00000000-0000-0000-0000-000000000000",
        "reason_id": str(reason.id),
        "idea_id": str(idea.id),
        "workshop_id": str(workshop.id),
        "interview_id": str(interview.id),
        "proposal_id": str(proposal.id),
        "comment_id": str(withdrawn.id),
        "said_id": str(kept.id),
        "amendment_id": str(amendment.id),
        "kind": "csv",
        "part": "why",
        "number": "1",
        "target": "ca",
        "key": str(survey.id),
        "consortium": str(membership.consortium_id),
    }
    session.commit()
    return found


def call(world: World, who: str, route: dict[str, Any]) -> Any:
    """Send a request to a route as somebody, with everything in it that a form would have."""
    client, things = world.clients[who], dict(world.things)
    if route["name"] == "history_of_thing":
        things["kind"] = "survey"
    if "said_id" in route["path"]:
        things["kind"] = "comment"
    url = route["path"].format(**{key: things.get(key, "x") for key in _names(route["path"])})
    if route["method"] == "GET":
        return client.get(url)
    csrf = csrf_in(client.get("/login").text)
    fields = {"csrf": csrf, "role": "reviewer", "consortium": things["consortium"], "email": "x", "remove": "yes"}
    if route["path"].startswith("/api/"):
        headers = {"X-CSRF-Token": csrf, "If-Match": '"of no version"'}
        body = {"act": "ask", "revision": 0} if route["name"] == "judge_by_program" else {}
        return client.request(route["method"], url, json=body, headers=headers)
    return client.post(url, data=fields)


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.replace(".", "/").split("/") if part.startswith("{")]


def rows(app: FastAPI) -> list[dict[str, Any]]:
    found = [route for route in list_routes(app) if MATRIX[route["name"]] != "anyone"]
    return sorted(found, key=lambda route: LAST.index(route["name"]) if route["name"] in LAST else -1)


def test_every_route_has_its_row() -> None:
    app = FastAPI()
    app.state.pages, app.state.api = PAGES, API
    found = list_routes(app)
    assert len(found) > 60
    assert {route["name"] for route in found} == set(MATRIX)
    for route in found:
        assert (route["permission"] == ["anyone"]) == (MATRIX[route["name"]] == "anyone"), route


def test_roles_open_what_they_may_and_nothing_else(world: World) -> None:
    wrong: list[str] = []
    for who in sorted(ALL):
        for route in rows(world.app):
            status = call(world, who, route).status_code
            # a key of nobody's is no key of theirs
            is_in = status in LET_IN or (route["name"] == "end_key" and status == 404)
            if is_in != (who in MATRIX[route["name"]]):
                wrong.append(f"{who} {route['method']} {route['path']}: {status}")
    assert wrong == []


def test_without_signing_in_nothing_opens(world: World) -> None:
    assert {call(world, "nobody", route).status_code for route in rows(world.app)} == {401}


def test_from_another_consortium_nothing_is_seen_or_changed(world: World) -> None:
    wrong: list[str] = []
    for route in rows(world.app):
        answer = call(world, "foreign", route)
        missing = world.things | dict.fromkeys(THINGS, NO_ID)
        missing = world.things | dict.fromkeys(
            ("survey_id", "round_id", "initiative_id", "person_id", "proposal_id", "key"), NO_ID
        )
        about_a_thing = bool(_names(route["path"])) and route["name"] not in NAMES_NO_THING
        if about_a_thing and answer.status_code != 404:
            wrong.append(f"{route['path']}: {answer.status_code}")
        if about_a_thing and "slug" not in _names(route["path"]):
            other = World(world.app, world.clients, missing, world.marks)
            unknown = call(other, "foreign", route)
            if _plain(unknown, world) != _plain(answer, world):
                wrong.append(f"{route['path']}: a foreign thing answers otherwise than a missing one")
        wrong += [f"{route['path']} shows {mark}" for mark in world.marks if mark in answer.text]
    assert wrong == []


NO_ID = "00000000-0000-4000-8000-000000000000"


def _plain(answer: Any, world: World) -> tuple[int, str]:
    """An answer without what differs each time: its request id, and the address asked for."""
    text = answer.text.replace(answer.headers["X-Request-ID"], "").replace(NO_ID, "")
    for thing in world.things.values():
        text = text.replace(thing, "") if len(thing) == len(NO_ID) else text
    return answer.status_code, text


def test_programs_come_by_key(world: World) -> None:
    client = world.clients["reviewer"]
    page = client.post("/account/keys", data={"csrf": csrf_in(client.get("/account").text), "name": "a program"})
    key = page.text.split('<code class="num">')[1].split("</code>")[0]
    program = TestClient(world.app, base_url=ADDRESS)
    headers = {"Authorization": f"Bearer {key}"}
    me = program.get("/api/v1/me", headers=headers).json()
    assert me["email"] == "dora@innaxe.example"
    assert program.get("/api/v1/initiatives", headers=headers).status_code == 200
    assert program.get("/api/v1/routes", headers=headers).status_code == 403
    assert program.get("/people", headers=headers).status_code == 401, "a key opens the API, not the pages"
    assert program.get("/api/v1/me", headers={"Authorization": "Bearer wrong"}).status_code == 401

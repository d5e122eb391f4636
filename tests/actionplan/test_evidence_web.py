"""Evidence in the browser and by API: noted, corrected, counted apart from the survey, and shown beside it."""

import io
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.evidence.models import Interview, Workshop, WorkshopVote
from app.actionplan.evidence.queries import evidence_of, list_stances, list_votes
from app.actionplan.evidence.rules import Stance
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import list_versions
from app.actionplan.initiatives.service import import_initiatives
from app.consensus.service import close_round
from app.core.clock import today
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.people.service import create_organisation, create_person
from tests.actionplan.evidence import make_interview, make_workshop
from tests.consensus.test_closing import fill
from tests.make import Cast, csrf_in, import_few_initiatives, make_open_survey, sign_in

WORKSHOP = {
    "title": "Patients and hospitals",
    "held_on": "2026-03-04",
    "place": "Barcelona",
    "organisation": "",
    "language": "ca",
    "dots_each": "3",
    "participants.government": "5",
    "participants.civil": "4",
    "notes": "Coffee was cold",
    "pick.I1": "yes",
    "pick.I3": "yes",
}
INTERVIEW = {
    "held_on": "2026-03-05",
    "organisation": "",
    "helix": "civil",
    "role": "Chair of a federation",
    "topic": "Trust",
    "pick.I2": "yes",
}


@pytest.fixture
def staff(client: TestClient, session: Session, cast: Cast) -> TestClient:
    import_few_initiatives(session)
    sign_in(client, session, cast.carla)

    # the test's own session lets go of the database before each request
    def let_go(_request: Any) -> None:
        session.commit()

    client.event_hooks = {"request": [let_go]}
    return client


def post(client: TestClient, page: str, data: dict[str, str], to: str = "", **more: Any) -> Any:
    return client.post(to or page, data=data | {"csrf": csrf_in(client.get(page).text)}, **more)


def the_initiative(session: Session, code: str) -> Initiative:
    return session.exec(select(Initiative).where(Initiative.external_id == code)).one()


def test_a_workshop_is_noted_with_its_dots_and_shown(staff: TestClient, session: Session) -> None:
    done = post(staff, "/evidence/workshops/new", WORKSHOP, "/evidence/workshops")
    assert done.status_code == 303
    workshop = session.exec(select(Workshop)).one()
    assert (workshop.participants["civil"], workshop.dots_each, workshop.language) == (4, 3, "ca")
    votes = done.headers["location"]
    assert votes == f"/evidence/workshops/{workshop.id}/votes"
    typed = {
        "revision": "1",
        "dots.I1": "",
        "dots.I1.government": "6",
        "dots.I1.civil": "2",
        "version.I1": "1",
        "change.I1": "Begin with two hospitals",
        "fate.I1": "not_taken_up",
        "because.I1": "Ten have signed",
        "dots.I3": "9",
        "version.I3": "1",
        "fate.I3": "noted",
    }
    assert post(staff, votes, typed).headers["location"] == f"/evidence/workshops/{workshop.id}"
    page = staff.get(f"/evidence/workshops/{workshop.id}").text
    for words in ("17 of 27", "Begin with two hospitals", "Not taken up", "Ten have signed", "Coffee was cold"):
        assert words in page
    filled = staff.get(votes).text
    assert 'name="dots.I1" id="dots.I1" value="8"' in filled
    listed = staff.get("/evidence").text
    assert "Public authorities and Civil society, patients and citizens spoke mostly here" in listed
    own = staff.get(f"/initiatives/{the_initiative(session, 'I1').id}/evidence").text
    assert "Begin with two hospitals" in own
    acts = session.exec(select(HistoryEntry.act).where(HistoryEntry.thing == f"workshop:{workshop.id}")).all()
    assert list(acts) == ["workshop.added", "workshop.voted"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", " ", "Give the workshop a title."),
        ("title", "x" * 201, "This text is too long: 200 characters at most."),
        ("title", "a\x00b", "This text has a character that cannot be stored."),
        ("notes", "x" * 4001, "This text is too long: 4000 characters at most."),
        ("held_on", "yesterday", "Enter a day, such as 2026-11-25."),
        ("held_on", "2999-01-01", "This day cannot be: it lies before 2000, or in the future."),
        ("organisation", "nobody", "Choose who held it."),
        ("language", "tlh", "Choose a language."),
        ("participants.civil", "many", "Enter a whole number from 0 to 10000."),
        ("dots_each", "101", "Enter a whole number from 0 to 100."),
    ],
)
def test_a_fault_is_named_at_its_field_and_nothing_typed_is_lost(
    staff: TestClient, session: Session, field: str, value: str, sentence: str
) -> None:
    page = post(staff, "/evidence/workshops/new", WORKSHOP | {field: value}, "/evidence/workshops")
    assert page.status_code == 422
    assert f'<a href="#{field}">{sentence}</a>' in page.text
    assert "Barcelona" in page.text
    assert 'name="pick.I3" value="yes" checked' in page.text
    assert session.exec(select(Workshop)).all() == []


def test_somebody_must_have_come(staff: TestClient) -> None:
    nobody = {key: value for key, value in WORKSHOP.items() if not key.startswith("participants")}
    page = post(staff, "/evidence/workshops/new", nobody, "/evidence/workshops")
    assert "Say how many people came." in page.text


def test_dots_that_do_not_add_up_are_refused_at_their_field(staff: TestClient, session: Session) -> None:
    workshop = make_workshop(session)
    page = f"/evidence/workshops/{workshop.id}/votes"
    fates = {"fate.I1": "noted", "fate.I2": "noted", "revision": "1"}
    answer = post(staff, page, fates | {"dots.I1": "20", "dots.I2": "8", "change.I1": "Keep my words"})
    assert answer.status_code == 422
    assert '<a href="#dots.I2">That makes 28 dots; 9 people with 3 each have 27.</a>' in answer.text
    assert "Keep my words" in answer.text
    answer = post(staff, page, fates | {"fate.I1": "not_taken_up"})
    assert '<a href="#because.I1">Say why it was not taken up.</a>' in answer.text
    assert session.exec(select(WorkshopVote.dots).where(WorkshopVote.workshop_id == workshop.id)).all() == [None, None]
    assert post(staff, page, fates | {"dots.I1": "20", "dots.I2": "7"}).status_code == 303
    fewer = WORKSHOP | {"revision": "2", "participants.civil": "0", "pick.I2": "yes"}
    answer = post(staff, f"/evidence/workshops/{workshop.id}/edit", fewer, f"/evidence/workshops/{workshop.id}")
    assert answer.status_code == 422
    assert "More dots were given than these people have." in answer.text
    session.expire_all()
    assert workshop.participants["civil"] == 4


def test_who_comes_second_sees_both_and_loses_nothing(staff: TestClient, session: Session) -> None:
    workshop = make_workshop(session, chosen=["I1"])
    to = f"/evidence/workshops/{workshop.id}"
    assert post(staff, f"{to}/edit", WORKSHOP | {"revision": "1", "title": "First"}, to).status_code == 303
    late = post(staff, f"{to}/edit", WORKSHOP | {"revision": "1", "title": "Second"}, to)
    assert late.status_code == 409
    assert "Somebody else changed this meanwhile." in late.text
    assert 'value="Second"' in late.text
    assert 'name="revision" value="2"' in late.text
    late = post(staff, f"{to}/votes", {"revision": "1", "dots.I1": "4", "fate.I1": "noted", "fate.I3": "noted"})
    assert late.status_code == 409
    assert 'id="dots.I1" value="4"' in late.text
    assert post(staff, f"{to}/edit", WORKSHOP | {"revision": "2", "title": "Second"}, to).status_code == 303
    session.expire_all()
    assert workshop.title == "Second"


def sheet_of(rows: list[list[Any]]) -> bytes:
    book, data = Workbook(), io.BytesIO()
    sheet = book.create_sheet(index=0)
    for row in rows:
        sheet.append(row)
    book.save(data)
    return data.getvalue()


def test_dots_come_from_a_sheet(staff: TestClient, session: Session) -> None:
    workshop = make_workshop(session, chosen=["I1"])
    page = f"/evidence/workshops/{workshop.id}/sheet"
    pasted = post(staff, page, {"rows": "initiative\tdots\thelix\nI2\t3\tcivil\nI2\t1\tgovernment\nI1\t5\t\n"})
    assert pasted.status_code == 303
    lines = list_votes(session, operator(session), workshop_id=workshop.id)
    assert [(line.initiative.external_id, line.vote.dots) for line in lines] == [("I1", 5), ("I2", 4)]
    refused = post(staff, page, {"rows": "initiative\tdots\nI1\t99\nI9\tx\n"})
    assert refused.status_code == 422
    assert "I9\tx" in refused.text, "what was pasted stays in the box"
    assert "is not the code of an initiative" in refused.text
    refused = post(staff, page, {"rows": "initiative\tdots\nI2\t1\nI1\t99\n"})
    assert "<strong>Row 3</strong> <code>dots</code> That makes 99 dots" in refused.text
    assert "Choose a file, or paste rows." in post(staff, page, {}).text
    files = {"sheet": ("dots.xlsx", sheet_of([["initiative", "dots"], ["I1", 7]]))}
    assert post(staff, page, {}, files=files).status_code == 303
    session.expire_all()
    assert [line.vote.dots for line in list_votes(session, operator(session), workshop_id=workshop.id)] == [7, 4]


def test_each_record_stays_with_the_version_that_was_shown(staff: TestClient, session: Session) -> None:
    workshop = make_workshop(session, chosen=["I1"])
    make_interview(session, {"I1": (Stance.FOR, "")})
    import_initiatives(session, operator(session), parse_catalogue("x.csv", b"id,title\nI1,Another title\n"))
    session.commit()
    own = the_initiative(session, "I1").id
    assert len(session.exec(select(InitiativeVersion).where(InitiativeVersion.initiative_id == own)).all()) == 2
    found = evidence_of(session, operator(session), own)
    assert [(line.version.number, line.version.title["en"]) for line in found.workshops] == [(1, "Initiative I1")]
    [line] = list_stances(session, operator(session), initiative_id=own)
    assert line.version.number == 1
    page = f"/evidence/workshops/{workshop.id}/votes"
    assert post(staff, page, {"revision": "1", "version.I1": "2", "fate.I1": "noted"}).status_code == 303
    session.expire_all()
    assert evidence_of(session, operator(session), own).workshops[0].version.number == 2, (
        "unless somebody says otherwise"
    )


def test_what_is_noted_later_takes_the_version_of_its_day(session: Session, cast: Cast) -> None:
    import_few_initiatives(session)
    own = the_initiative(session, "I1").id
    [first] = list_versions(session, own)
    first.created_at -= timedelta(days=30)
    session.add(first)
    import_initiatives(session, operator(session), parse_catalogue("x.csv", b"id,title\nI1,Another title\n"))
    for day, number in ((today() - timedelta(days=40), 1), (today() - timedelta(days=3), 1), (today(), 2)):
        workshop = make_workshop(session, chosen=["I1"], held_on=day)
        [line] = list_votes(session, operator(session), workshop_id=workshop.id)
        assert line.version.number == number


def test_an_interview_is_noted_and_changed(staff: TestClient, session: Session) -> None:
    done = post(staff, "/evidence/interviews/new", INTERVIEW | {"name": "Eva"}, "/evidence/interviews")
    interview = session.exec(select(Interview)).one()
    page = f"/evidence/interviews/{interview.id}/stances"
    assert done.headers["location"] == page
    refused = post(staff, page, {"revision": "1", "stance.I2": "", "statement.I2": "Only with a right to object"})
    assert refused.status_code == 422
    assert '<a href="#stance.I2">Choose a stance.</a>' in refused.text
    assert "Only with a right to object" in refused.text
    said = {"revision": "1", "stance.I2": "conditions", "statement.I2": "Only with a right to object"}
    assert post(staff, page, said).status_code == 303
    assert post(staff, page, said).status_code == 409
    shown = staff.get(f"/evidence/interviews/{interview.id}").text
    for words in (
        "Chair of a federation",
        "Eva",
        "For, with conditions",
        "Only with a right to object",
        "not to be quoted",
    ):
        assert words in shown
    to = f"/evidence/interviews/{interview.id}"
    late = INTERVIEW | {"revision": "1", "topic": "Doubt"}
    assert post(staff, f"{to}/edit", late, to).status_code == 409
    changed = INTERVIEW | {"revision": "2", "role": "", "embargo_until": "soon", "helix": "crowd"}
    refused = post(staff, f"{to}/edit", changed, to)
    for field in ("role", "embargo_until", "helix"):
        assert f'<a href="#{field}">' in refused.text
    changed = INTERVIEW | {"revision": "2", "quotable": "yes", "pick.I3": "yes"}
    assert post(staff, f"{to}/edit", changed, to).status_code == 303
    session.expire_all()
    assert interview.name == ""
    assert "may be quoted" in staff.get(to).text
    assert "Not noted yet" in staff.get(to).text


@pytest.mark.parametrize("kind", ["workshops", "interviews"])
def test_deleting_asks_for_a_reason(staff: TestClient, session: Session, kind: str) -> None:
    thing: Workshop | Interview
    thing = make_workshop(session) if kind == "workshops" else make_interview(session, {"I1": (Stance.FOR, "Words")})
    page = f"/evidence/{kind}/{thing.id}"
    refused = post(staff, page, {"because": "oops"}, f"{page}/deletion")
    assert refused.status_code == 422
    assert 'value="oops"' in refused.text
    assert post(staff, page, {"because": "It was noted twice"}, f"{page}/deletion").status_code == 303
    assert staff.get(page).status_code == 404
    entry = session.exec(select(HistoryEntry).where(HistoryEntry.act == f"{kind[:-1]}.deleted")).one()
    assert entry.after == {"because": "It was noted twice"}
    assert "Words" not in str(entry.before)


def test_a_text_of_a_megabyte_is_refused_kindly(staff: TestClient, session: Session) -> None:
    workshop = make_workshop(session, chosen=["I1"])
    page = f"/evidence/workshops/{workshop.id}/votes"
    typed = {"revision": "1", "fate.I1": "noted", "change.I1": "x" * 990_000}
    answer = post(staff, page, typed)
    assert answer.status_code == 422
    assert "This text is too long: 4000 characters at most." in answer.text
    answer = post(staff, page, typed | {"change.I1": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "This is more than can be taken at once." in answer.text


def test_a_partner_s_manager_changes_the_partner_s_evidence_only(
    client: TestClient, session: Session, cast: Cast
) -> None:
    import_few_initiatives(session)
    home = operator(session)
    partner = create_organisation(session, home, name="A partner", helix="industry", region="ES51")
    person = create_person(session, home, email="p@innaxe.example", role="manager", organisation=str(partner.id))
    session.commit()
    sign_in(client, session, person)
    page = client.get("/evidence/workshops/new").text
    assert "A partner</option>" in page
    assert "the whole consortium</option>" not in page
    refused = post(client, "/evidence/workshops/new", WORKSHOP, "/evidence/workshops")
    assert "Choose who held it." in refused.text
    own = WORKSHOP | {"organisation": str(partner.id)}
    assert post(client, "/evidence/workshops/new", own, "/evidence/workshops").status_code == 303
    theirs = make_workshop(session)
    assert client.get(f"/evidence/workshops/{theirs.id}/edit").status_code == 403
    assert "Only for us" not in client.get(f"/evidence/workshops/{theirs.id}").text
    interview = make_interview(session, {"I1": (Stance.FOR, "Words of others")})
    assert client.get(f"/evidence/interviews/{interview.id}").status_code == 403
    assert "A role" not in client.get("/evidence").text


def test_evidence_stands_beside_the_survey(client: TestClient, session: Session, engine: Engine, cast: Cast) -> None:
    survey = make_open_survey(session)
    fill(session, engine, survey)
    close_round(session, operator(session), survey)
    session.commit()
    make_workshop(session)
    sign_in(client, session, cast.dora)
    page = client.get(f"/initiatives/{the_initiative(session, 'I1').id}/evidence").text
    assert "Survey: share rating it high or very high by Impact, round 1." in page
    assert ">57%<" in page
    assert 'href="/results/small"' in page
    assert ">7</td>" in client.get("/evidence").text
    editor = create_person(session, operator(session), email="editor@innaxe.example", role="editor")
    session.commit()
    sign_in(client, session, editor)
    for address in (f"/initiatives/{the_initiative(session, 'I1').id}/evidence", "/evidence"):
        page = client.get(address).text
        assert "A workshop" in page
        assert "Survey: share rating it" not in page, "who may not read results reads none here"
        assert ">57%<" not in page
        assert ">7</td>" not in page
    assert client.get(f"/initiatives/{the_initiative(session, 'I3').id}/evidence").status_code == 200


def test_programs_read_what_may_be_shown(client: TestClient, session: Session, cast: Cast) -> None:
    import_few_initiatives(session)
    make_workshop(session, participants={"academia": 0, "industry": 1, "government": 7, "civil": 6})
    for number in range(5):
        make_interview(session, {"I1": (Stance.FOR, f"Words {number}")}, helix="civil")
    sign_in(client, session, cast.dora)
    found = client.get("/api/v1/evidence").json()
    [workshop] = found["workshops"]
    assert (workshop["title"], workshop["participants"]["government"]) == ("A workshop", 7)
    assert "notes" not in workshop
    assert found["stances"][0]["n"] == 5
    assert found["stances"][0]["by_helix"]["civil"] is None, "all others would show: none"
    assert found["interviews"] == {"n": 5, "by_helix": dict.fromkeys(("academia", "industry", "government", "civil"))}
    assert len(found["quotes"]) == 5
    own = client.get(f"/api/v1/initiatives/{the_initiative(session, 'I1').id}/evidence").json()
    assert own["stances"]["stances"]["for"] == 5
    assert own["workshops"][0]["version"] == 1

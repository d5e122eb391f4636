"""Words that may not leave those who hold an interview are nowhere else: no page, no file, no program."""

import io
import zipfile
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.actionplan.evidence.interviewing import NAMES_LAST
from app.actionplan.evidence.models import Interview
from app.actionplan.evidence.rules import Stance
from app.actionplan.initiatives.models import Initiative
from app.core.clock import today
from app.main import API, PAGES
from app.people.models import Person
from app.people.queries import operator
from app.people.service import create_person
from app.retention import run_retention
from tests.actionplan.evidence import make_interview, make_workshop
from tests.make import Cast, import_few_initiatives, sign_in

CANARY = "zqcanaryqz"


def plant(session: Session) -> Interview:
    """Enough interviews for stances to be shown; two hold words that may not be quoted, today or at all."""
    import_few_initiatives(session)
    for number in range(10):
        helix = "government" if number < 6 else "civil"
        make_interview(session, {"I1": (Stance.FOR, f"Quoted {number}")}, helix=helix)
    waiting = today() + timedelta(days=1)
    secret = {"I1": (Stance.AGAINST, f"{CANARY} words"), "I2": (Stance.FOR, f"{CANARY} more")}
    make_interview(session, secret, role=f"{CANARY} role", name=f"{CANARY} name", topic=CANARY, embargo_until=waiting)
    return make_interview(
        session, secret, role=f"{CANARY} other", name=f"{CANARY} too", topic=CANARY, is_quotable=False
    )


def everything(client: TestClient, session: Session, interview: Interview) -> dict[str, bytes]:
    """All that a person gets from every address that is there to be read."""
    known = {
        "initiative_id": session.exec(select(Initiative.id).where(Initiative.external_id == "I1")).one(),
        "interview_id": interview.id,
        "workshop_id": make_workshop(session).id,
        "kind": "csv",
    }
    found: dict[str, bytes] = {}
    for base, routers in (("", PAGES), ("/api/v1", API)):
        for router in routers:
            for route in router.routes:
                if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
                    continue
                names = set(route.param_convertors)
                if names <= set(known):
                    address = base + route.path.format(**{name: known[name] for name in names})
                    found[address] = client.get(address).content
    for kind in ("xlsx", "json"):
        data = client.get(f"/evidence/export.{kind}").content
        found[kind] = b"".join(_parts(data)) if data.startswith(b"PK") else data
    found["history"] = client.get(f"/history/interview/{interview.id}").content
    return found


def _parts(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]


@pytest.mark.parametrize("who", ["reviewer", "editor", "coordinator"])
def test_words_that_may_not_leave_are_nowhere_else(client: TestClient, session: Session, cast: Cast, who: str) -> None:
    interview = plant(session)
    editor = create_person(session, operator(session), email="e@innaxe.example", role="editor", name="Emil")
    session.commit()
    person: Person = {"reviewer": cast.dora, "editor": editor, "coordinator": cast.biel}[who]
    sign_in(client, session, person)
    found = everything(client, session, interview)
    own = f"/initiatives/{session.exec(select(Initiative.id).where(Initiative.external_id == 'I1')).one()}/evidence"
    assert len(found) > 30
    assert b"Quoted 3" in found[own]
    assert b"Quoted 3" in found["/api/v1/evidence"]
    showing = {address for address, text in found.items() if CANARY.encode() in text}
    holding = {own, "/evidence"} | {address for address in found if str(interview.id) in address}
    assert showing == (holding if who == "coordinator" else set())
    if who == "coordinator":
        assert b"Quoted 3" in found["/evidence/export.csv"], "files are for those who hold interviews, too"


def test_an_embargo_ends(client: TestClient, session: Session, cast: Cast) -> None:
    interview = plant(session)
    interview = session.exec(select(Interview).where(col(Interview.embargo_until).is_not(None))).one()
    interview.embargo_until = today()
    session.add(interview)
    session.commit()
    sign_in(client, session, cast.dora)
    quotes = [line["text"] for line in client.get("/api/v1/evidence").json()["quotes"]]
    assert f"{CANARY} words" in quotes
    assert len([quote for quote in quotes if CANARY in quote]) == 2, "those of the other one stay"


def test_a_stance_counts_though_its_words_may_not_be_read(client: TestClient, session: Session, cast: Cast) -> None:
    import_few_initiatives(session)
    for number in range(5):
        make_interview(session, {"I1": (Stance.AGAINST, f"{number}")}, is_quotable=False)
        session.commit()
    sign_in(client, session, cast.dora)
    found = client.get("/api/v1/evidence").json()
    assert found["stances"][0]["stances"]["against"] == 5
    assert found["quotes"] == []


def test_a_file_calculates_nothing(client: TestClient, session: Session, cast: Cast) -> None:
    import_few_initiatives(session)
    make_interview(session, {"I1": (Stance.FOR, "=1+1")})
    sign_in(client, session, cast.carla)
    assert ",'=1+1," in client.get("/evidence/export.csv").text
    assert client.get("/evidence/export.pdf").status_code == 404


def test_names_are_kept_for_a_year(session: Session, engine: Engine, cast: Cast) -> None:
    import_few_initiatives(session)
    old, young = (make_interview(session, {"I1": (Stance.FOR, "")}, name=CANARY) for _ in range(2))
    old.held_on, young.held_on = today() - NAMES_LAST - timedelta(days=1), today() - NAMES_LAST
    session.add_all([old, young])
    session.commit()
    assert run_retention(engine, is_dry_run=True)["deleted"] == {"interview_names": 1}
    session.expire_all()
    assert old.name == CANARY
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"] == {"interview_names": 1}
    session.expire_all()
    assert (old.name, young.name) == ("", CANARY)
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"] == {}

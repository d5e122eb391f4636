"""People and organisations: from forms, from sheets, with every fault named."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlmodel import Session, select

from app.core.errors import Invalid
from app.documents.sheets import FaultyFile
from app.people.importing import import_people, parse_people
from app.people.models import Membership, Organisation, Person
from app.people.queries import operator
from app.people.service import create_consortium, create_person
from tests.make import Cast, csrf_in, sign_in

GOOD = """email;name;role;language;organisation;helix;regions;nuts_edition;partner;scope
ada@example.org;Ada Lindqvist;manager;da;Øresund Cluster;industry;DK01,DK02;2024;yes;partner
eve@example.org;Ève Bernard;reviewer;fr;;;;;;
"""
BAD = """email,role,organisation,helix,regions
not an address,manager,,,
ada@example.org,boss,,,
eve@example.org,editor,A University,nobody,
joe@example.org,editor,A University,academia,Spain
ada@example.org,editor,,,
"""


def upload(client: TestClient, name: str, data: bytes) -> Any:
    csrf = csrf_in(client.get("/people").text)
    return client.post("/people/import", data={"csrf": csrf}, files={"sheet": (name, data)})


def count(session: Session, table: Any) -> int:
    found = len(session.exec(select(table)).all())
    session.commit()
    return found


def test_a_sheet_adds_people_and_organisations(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.alba)
    page = upload(client, "people.csv", GOOD.encode())
    assert page.status_code == 200
    assert "2 people were added." in page.text
    organisation = session.exec(select(Organisation)).one()
    assert (organisation.region, organisation.further_regions, organisation.nuts_edition) == ("DK01", ["DK02"], "2024")
    assert organisation.is_partner
    ada = session.exec(select(Person).where(Person.email == "ada@example.org")).one()
    held = session.exec(select(Membership).where(Membership.person_id == ada.id)).one()
    assert (held.role, held.organisation_id) == ("manager", organisation.id)
    session.commit()
    again = upload(client, "people.csv", GOOD.encode())
    assert "0 people were added." in again.text
    assert "ada@example.org, eve@example.org" in again.text


def test_a_workbook_is_read_as_well(session: Session) -> None:
    book = Workbook()
    assert book.active
    for line in GOOD.splitlines():
        book.active.append(line.split(";"))
    data = io.BytesIO()
    book.save(data)
    report = import_people(session, operator(session), parse_people("people.xlsx", data.getvalue()))
    assert (report.people, report.organisations) == (2, 1)


def test_five_faults_are_named_and_nobody_is_added(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.alba)
    before = count(session, Person)
    page = upload(client, "people.csv", BAD.encode())
    assert page.status_code == 422
    for place in ("Row 2, email", "Row 3, role", "Row 4, helix", "Row 5, regions", "Row 6, email"):
        assert place in page.text
    assert count(session, Person) == before
    assert count(session, Organisation) == 0


def bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 150_000_000)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("people.xlsx", bomb, id="an archive that unpacks to 150 MB"),
        pytest.param("people.xlsx", b"PK\x03\x04", id="a broken workbook"),
        pytest.param("people.csv", b"\xff\xfe\x00", id="another encoding"),
        pytest.param("people.csv", b"email,role\n", id="nobody"),
        pytest.param("people.csv", b"", id="nothing"),
        pytest.param("people.exe", b"MZ", id="another kind"),
        pytest.param("people.csv", b"email,role,owner_id\na@example.org,admin,1\n", id="a column too many"),
        pytest.param("people.csv", b"email,role\n" + b"a@example.org,admin\n" * 6000, id="too many rows"),
        pytest.param(
            "people.csv", b'email,role,name\na@example.org,editor,"A\r\nBcc: b@example.org"\n', id="two lines"
        ),
    ],
)
def test_what_cannot_be_a_sheet_is_refused_in_a_sentence(
    client: TestClient, session: Session, cast: Cast, name: str, data: bytes | Callable[[], bytes]
) -> None:
    sign_in(client, session, cast.alba)
    before = count(session, Person)
    page = upload(client, name, data if isinstance(data, bytes) else data())
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert count(session, Person) == before


def test_a_form_adds_a_person_or_says_what_is_wrong(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.alba)
    form = {"csrf": csrf_in(client.get("/people").text), "role": "editor", "language": "bg", "name": "Ивана"}
    for email in ("", "biel@innaxe.example", "a@b"):
        page = client.post("/people", data=form | {"email": email})
        assert page.status_code == 422
        assert "Ивана" in page.text, "what was typed stays"
    for wrong in ({"role": "king"}, {"language": "xx"}, {"name": "A\r\nB"}, {"name": "x" * 300}):
        assert client.post("/people", data=form | {"email": "new@example.org"} | wrong).status_code == 422
    assert client.post("/people", data=form | {"email": "New@Example.org"}).status_code == 303
    page = client.get("/people").text
    assert "new@example.org" in page
    assert "Ивана" in page


def test_what_a_form_has_no_field_for_changes_nothing(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.alba)
    form = {"csrf": csrf_in(client.get("/people").text), "email": "new@example.org", "role": "reviewer"}
    extra = {"owner_id": "1", "status": "admin", "consortium_id": str(cast.alba.id), "id": str(cast.alba.id)}
    client.post("/people", data=form | extra)
    made = session.exec(select(Person).where(Person.email == "new@example.org")).one()
    assert made.id != cast.alba.id
    held = session.exec(select(Membership).where(Membership.person_id == made.id)).one()
    assert (held.role, held.consortium_id) == ("reviewer", operator(session).consortium_id)


def test_organisations(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.biel)
    form = {"csrf": csrf_in(client.get("/organisations").text), "name": "A Cluster", "helix": "industry"}
    for wrong in ({"name": ""}, {"helix": "x"}, {"regions": "Catalonia"}):
        assert client.post("/organisations", data=form | wrong).status_code == 422
    assert client.post("/organisations", data=form | {"regions": "es51, FR10", "partner": "yes"}).status_code == 303
    assert client.post("/organisations", data=form).status_code == 422, "the name is taken"
    page = client.get("/organisations").text
    assert "ES51" in page
    assert "FR10" in page


def test_importing_names_the_row_that_the_database_refuses(session: Session, cast: Cast) -> None:
    lines = parse_people("people.csv", b"email,role,organisation,helix\nx@example.org,editor,A,industry\n")
    with pytest.raises(Invalid):
        parse_people("people.csv", b"a,b\n1,2\n")
    report = import_people(session, operator(session), lines)
    assert report.people == 1
    assert issubclass(FaultyFile, Invalid)


def test_an_account_shared_with_another_consortium_cannot_be_taken_away(
    client: TestClient, session: Session, cast: Cast
) -> None:
    """An administrator who adds somebody from elsewhere gains no power over their account."""
    create_consortium(session, operator(session), name="Other")
    other = operator(session, "Other")
    intruder = create_person(session, other, email="mallory@other.example", role="admin")
    create_person(session, other, email=cast.alba.email, role="reviewer")
    session.commit()
    sign_in(client, session, intruder)
    csrf = csrf_in(client.get("/people").text)
    for act in ("closure", "reopening", "second-step/removal"):
        assert client.post(f"/people/{cast.alba.id}/{act}", data={"csrf": csrf}).status_code == 403
    assert client.post(f"/people/{cast.alba.id}/role", data={"csrf": csrf, "role": "editor"}).status_code == 303
    session.expire_all()
    held = session.exec(select(Membership).where(Membership.person_id == cast.alba.id)).all()
    assert sorted(line.role for line in held) == ["admin", "editor"], "their role elsewhere is as it was"
    assert session.get_one(Person, cast.alba.id).disabled_at is None

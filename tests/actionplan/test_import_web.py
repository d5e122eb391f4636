"""Initiatives from a sheet in the browser: right rows go in, wrong ones come back with what is wrong."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.people.queries import operator
from app.people.service import create_person
from tests.actionplan.test_initiatives import FIVE_WRONG, HEADER, as_xlsx
from tests.make import DEMO, Cast, csrf_in, sign_in

PAGE = "/initiatives/import"


@pytest.fixture
def manager(client: TestClient, session: Session, cast: Cast) -> TestClient:
    sign_in(client, session, cast.carla)
    return client


def send(client: TestClient, rows: str = "", file: tuple[str, bytes] | None = None) -> Any:
    fields = {"csrf": csrf_in(client.get(PAGE).text), "rows": rows}
    return client.post(PAGE, data=fields, files={"sheet": file} if file else None, follow_redirects=True)


def pasted(rows: list[list[str]]) -> str:
    return "\r\n".join("\t".join(row) for row in [HEADER.split(","), *rows])


def codes(session: Session) -> list[str]:
    session.rollback()
    return sorted(session.exec(select(Initiative.external_id)).all())


def test_five_wrong_rows_are_named_and_the_good_one_goes_in(manager: TestClient, session: Session) -> None:
    answer = send(manager, pasted(FIVE_WRONG))
    assert answer.status_code == 422
    assert codes(session) == ["A1"]
    cells = re.findall(r"<strong>Row (\d+)</strong> <code>(\w+)</code> ([^<]+)</li>", answer.text)
    assert [(row, column) for row, column, _ in cells] == [
        ("3", "id"),
        ("4", "title"),
        ("5", "budget_min_eur"),
        ("6", "budget_min_eur"),
        ("7", "id"),
    ]
    assert cells[4][2] == "A1 stands in row 2 already"
    box = re.search(r"<textarea[^>]*>([^<]*)</textarea>", answer.text)
    assert box
    assert box[1].splitlines() == ["\t".join(HEADER.split(",")), *("\t".join(row) for row in FIVE_WRONG[1:])]


def test_rows_come_back_corrected_and_a_file_does_as_well_as_pasting(manager: TestClient, session: Session) -> None:
    refused = send(manager, file=("Sheet.XLSX", as_xlsx(FIVE_WRONG)))
    assert refused.status_code == 422
    assert "about 100" in refused.text, "the wrong rows of a file are in the box"
    done = send(manager, pasted([["A4", "Now with a number", "", "100", "200", "2027"]]))
    assert str(done.url).endswith("/initiatives?added=1&changed=0&unchanged=0")
    assert "1 initiative was added." in done.text
    assert codes(session) == ["A1", "A4"]


def test_the_same_again_changes_nothing_and_a_changed_cell_makes_a_version(
    manager: TestClient, session: Session
) -> None:
    file = ("initiatives.json", (DEMO / "initiatives.json").read_bytes())
    assert "24 initiatives were added." in send(manager, file=file).text
    assert "24 are as they were." in send(manager, file=file).text
    assert "1 has a new version." in send(manager, "id,title_de\nI01,Neuer Name\n").text
    session.rollback()
    assert len(session.exec(select(InitiativeVersion)).all()) == 25


def test_a_row_that_only_what_is_kept_makes_wrong_is_named_too(manager: TestClient, session: Session) -> None:
    send(manager, "id,title,budget_min_eur,budget_max_eur\nA1,One,100,200\nA2,Two,100,200\n")
    answer = send(manager, "id,title,budget_min_eur\nA1,One,300\nA2,Zwei,150\n")
    assert answer.status_code == 422
    assert "The lowest cost is above the highest." in answer.text
    assert "1 has a new version." in answer.text
    assert codes(session) == ["A1", "A2"]


@pytest.mark.parametrize(
    ("rows", "file", "sentence"),
    [
        ("", None, "Choose a file, or paste rows."),
        ("id,title\n", None, "This sheet has no initiatives."),
        ("code,title\nA1,One\n", None, "is not a column of this format"),
        ("code,title\nA1,One\n", None, "Nothing was taken over: correct the headings first."),
        ("", ("sheet.exe", b"x"), "Initiatives are read from .json, .csv and .xlsx files."),
        ("", ("sheet.xlsx", b"PK\x03\x04"), "This file cannot be read as an XLSX sheet."),
        ("", ("sheet.csv", b"id,title\nA1,\xff\n"), "This sheet is not in UTF-8."),
        ("", ("c.json", b"[[[["), "This is not a file of the format initiative-catalogue/1."),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(
    manager: TestClient, session: Session, rows: str, file: tuple[str, bytes] | None, sentence: str
) -> None:
    answer = send(manager, rows, file)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert codes(session) == []


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_the_sheet_to_fill_in_is_what_the_import_reads(manager: TestClient, session: Session, kind: str) -> None:
    send(manager, "id,title,tags\nA1,=One,a\n")
    sheet = manager.get(f"/initiatives/sheet.{kind}")
    assert sheet.headers["content-disposition"] == f'attachment; filename="initiatives.{kind}"'
    assert "1 is as it was." in send(manager, file=(f"initiatives.{kind}", sheet.content)).text
    assert codes(session) == ["A1"]
    assert manager.get("/initiatives/sheet.pdf").status_code == 404


def test_who_may_only_read_is_not_offered_it(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.dora)
    assert PAGE not in client.get("/initiatives").text
    assert client.get(PAGE).status_code == 403


def test_who_may_not_move_an_initiative_imports_none_beyond_a_draft(client: TestClient, session: Session) -> None:
    editor = create_person(session, operator(session), email="editor@innaxe.example", role="editor")
    session.commit()
    sign_in(client, session, editor)
    rows = "id,title_en,status\nA1,One,in_plan\nA2,Two,proposed\n"
    answer = send(client, rows)
    assert answer.status_code == 422
    assert "<code>status</code> Your role does not permit this." in answer.text
    assert codes(session) == ["A2"]

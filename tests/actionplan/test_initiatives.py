"""Initiatives from files: all or nothing, every fault named, versions that never change."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook
from sqlmodel import Session, col, select

from app.actionplan.initiatives.exporting import export_initiatives
from app.actionplan.initiatives.importing import FaultyFile, parse_catalogue
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.service import import_initiatives
from app.core.errors import Invalid
from app.people.queries import operator
from tests.make import DEMO, import_demo_initiatives

HEADER = "id,title,title_bg,budget_min_eur,budget_max_eur,start_year"
FIVE_WRONG = [
    ["A1", "A fine one", "", "100", "200", "2027"],
    ["A 2", "A sign too many in the id", "", "100", "200", "2027"],
    ["A3", "", "", "100", "200", "2027"],
    ["A4", "No number", "", "about 100", "200", "2027"],
    ["A5", "Upside down", "", "300", "200", "2027"],
    ["A1", "The same id again", "", "100", "200", "2027"],
]


def as_csv(rows: list[list[str]]) -> bytes:
    return "\n".join([HEADER, *(",".join(row) for row in rows)]).encode()


def as_xlsx(rows: list[list[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER.split(","), *rows]:
        sheet.append([int(cell) if cell.isdecimal() else cell or None for cell in row])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(("name", "write"), [("sheet.csv", as_csv), ("sheet.xlsx", as_xlsx)])
def test_five_wrong_rows_are_all_named_and_nothing_is_imported(
    session: Session, name: str, write: Callable[[list[list[str]]], bytes]
) -> None:
    with pytest.raises(FaultyFile) as refused:
        import_initiatives(session, operator(session), parse_catalogue(name, write(FIVE_WRONG)))
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (3, "id"),
        (4, "title"),
        (5, "budget_min_eur"),
        (6, "budget_min_eur"),
        (7, "id"),
    ]
    lines = str(refused.value).splitlines()
    assert lines[2] == "Row 5, budget_min_eur: is not a whole number."
    assert all(line.endswith(".") for line in lines)
    assert session.exec(select(Initiative)).all() == []


def test_the_same_sheet_as_csv_and_xlsx(session: Session) -> None:
    rows = [["A1", "One", "Едно", "100", "200", "2027"], ["A2", "Two", "", "", "", ""]]
    first = parse_catalogue("sheet.csv", as_csv(rows))
    assert first.initiatives == parse_catalogue("SHEET.XLSX", as_xlsx(rows)).initiatives
    assert first.initiatives[0].title == {"en": "One", "bg": "Едно"}


def test_importing_twice_changes_nothing_and_a_change_makes_a_version(session: Session) -> None:
    import_demo_initiatives(session)
    again = parse_catalogue("initiatives.json", (DEMO / "initiatives.json").read_bytes())
    assert import_initiatives(session, operator(session), again).unchanged == 24
    before = {version.id: version.digest for version in session.exec(select(InitiativeVersion))}
    changed = json.loads((DEMO / "initiatives.json").read_bytes())
    changed["initiatives"][4]["title"]["en"] = "Another name"
    count = import_initiatives(session, operator(session), parse_catalogue("i.json", json.dumps(changed).encode()))
    assert (count.added, count.changed, count.unchanged) == (0, 1, 23)
    after = {version.id: version.digest for version in session.exec(select(InitiativeVersion))}
    assert len(after) == 25
    assert before.items() <= after.items()
    assert [version.number for _, version in list_initiatives(session, operator(session))] == [1] * 4 + [2] + [1] * 19


def test_a_sheet_changes_only_the_columns_it_has(session: Session) -> None:
    import_demo_initiatives(session)
    sheet = b"id,title_de,tags\nI01,Neuer Name,\nI02,,green|digital\n"
    with pytest.raises(FaultyFile, match=r"Row 3, title"):
        parse_catalogue("sheet.csv", sheet)
    sheet = b"id,title_de,tags\nI01,Neuer Name,\n"
    assert import_initiatives(session, operator(session), parse_catalogue("sheet.csv", sheet)).changed == 1
    old, new = session.exec(
        select(InitiativeVersion)
        .join(Initiative)
        .where(Initiative.external_id == "I01")
        .order_by(col(InitiativeVersion.number))
    ).all()
    assert new.title == old.title | {"de": "Neuer Name"}
    assert new.content["tags"] == []
    assert {name for name in old.content if old.content[name] != new.content[name]} == {"title", "tags"}
    assert import_initiatives(session, operator(session), parse_catalogue("sheet.csv", sheet)).unchanged == 1


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_what_is_exported_can_be_imported(session: Session, kind: str) -> None:
    import_demo_initiatives(session)
    session.commit()
    data = export_initiatives(session, operator(session), kind)
    time.sleep(1.1 if kind == "xlsx" else 0)  # a workbook counts time in seconds
    assert data == export_initiatives(session, operator(session), kind)
    count = import_initiatives(session, operator(session), parse_catalogue(f"initiatives.{kind}", data))
    assert (count.added, count.changed, count.unchanged) == (0, 0, 24)


FULL: dict[str, Any] = {
    "id": "F-1",
    "title": {"en": "All; of | it \\ and more", "bg": "Всичко"},
    "summary": {"en": "Line one\n\n- a\n- b"},
    "pillar": "connect",
    "topic": "T1",
    "rationale": "=1+1; because | of \\; that",
    "lead_partner": "CAT",
    "partners": ["A; B", "C|D", "E\\"],
    "helix_groups": ["civil"],
    "budget_min_eur": 0,
    "budget_max_eur": 300000,
    "cost_by_year_eur": {"2028": 120000, "2030": 0},
    "start_year": 2028,
    "start_quarter": 2,
    "duration_months": 36,
    "phases": [{"text": "Pilot | one", "start": "2028-Q2", "end": "2029-Q1"}],
    "expected_outputs": ["Four pairs;\nand one", "-2 | 3"],
    "linked_indicators": ["IND1"],
    "indicator_targets": [
        {"indicator": "IND1", "baseline": -1.25, "target": 3.0, "by_year": 2030, "unit": "%"},
        {"indicator": "IND2", "baseline": None, "target": None, "by_year": None, "unit": ""},
    ],
    "programmes": ["Acceleration"],
    "depends_on": ["F-2"],
    "excludes": [],
    "before": [],
    "risks": [{"text": "It; fails", "likelihood": 2, "impact": 5, "mitigation": ""}],
    "tags": ["@one"],
    "funding_candidates": ["EIE"],
    "trl_range": [3, 6],
    "conflicts_of_interest": "'=1+1, as the partner that sells it writes",
    "status": "open",
}


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_a_round_trip_into_an_empty_database_loses_nothing(session: Session, kind: str) -> None:
    home = operator(session)
    other = {"id": "F-2", "title": {"en": "Another"}, "status": "draft"}
    file = {"format": "initiative-catalogue/1", "initiatives": [FULL, other]}
    import_initiatives(session, home, parse_catalogue("all.json", json.dumps(file).encode()))
    data = export_initiatives(session, home, kind)
    session.rollback()
    import_initiatives(session, home, parse_catalogue(f"all.{kind}", data))
    (initiative, version), _ = list_initiatives(session, home)
    assert {name for name in FULL if version.content[name] != FULL[name]} == set()
    assert set(version.content) == set(FULL), "every part of a sheet is in this test"
    assert initiative.state == "open"
    assert export_initiatives(session, home, kind) == data


def test_a_text_too_long_for_a_cell_is_refused_not_cut(session: Session) -> None:
    long = {"id": "L", "title": {"en": "Long"}, "expected_outputs": ["x" * 4000] * 9}
    file = {"format": "initiative-catalogue/1", "initiatives": [long]}
    import_initiatives(session, operator(session), parse_catalogue("all.json", json.dumps(file).encode()))
    with pytest.raises(Invalid, match="longer than a cell"):
        export_initiatives(session, operator(session), "xlsx")
    assert len(export_initiatives(session, operator(session), "csv")) > 36_000


def with_cell(text: str, before: str = "") -> bytes:
    """A sheet in which one title is replaced and something stands before the sheet's own XML."""
    book = zipfile.ZipFile(io.BytesIO(as_xlsx([["A1", "ONE", "", "1", "2", "2027"]])))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name in book.namelist():
            content = book.read(name).decode()
            if name.endswith("sheet1.xml"):
                assert "ONE" in content
                content = before + content.replace("ONE", text)
            made.writestr(name, content)
    return data.getvalue()


def bomb() -> bytes:
    """A sheet whose XML would grow to gigabytes by entities."""
    entities = "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    return with_cell("&i;", f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{entities}]>')


def blown_up() -> bytes:
    """A small file that unpacks to 300 MB."""
    return with_cell("a" * 300_000_000)


def test_the_doctored_sheets_are_otherwise_sound() -> None:
    assert parse_catalogue("sheet.xlsx", with_cell("TWO")).initiatives[0].title == {"en": "TWO"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("sheet.csv", b"", id="nothing"),
        pytest.param("sheet.csv", b"id,title\n", id="only a header"),
        pytest.param("sheet.csv", b"id,name\nA1,One\n", id="an unknown column"),
        pytest.param("sheet.csv", b"id,title,title\nA1,One,Two\n", id="a column twice"),
        pytest.param("sheet.csv", b"title\nOne\n", id="no id"),
        pytest.param("sheet.csv", b"id,title\nA1,One,more\n", id="a cell too many"),
        pytest.param("sheet.csv", "id,title\nA1,Größe\n".encode("latin-1"), id="not UTF-8"),
        pytest.param("sheet.csv", b"id,title\nA1,O\x00ne\n", id="NUL"),
        pytest.param("sheet.csv", b'id,title\nA1,"One\n', id="an open quotation"),
        pytest.param("sheet.csv", b"id,title\nA1," + b"x" * 400 + b"\n", id="a title too long"),
        pytest.param("sheet.xlsx", b"PK\x03\x04 no archive", id="a broken archive"),
        pytest.param("sheet.xlsx", bomb, id="an entity bomb"),
        pytest.param("sheet.xlsx", blown_up, id="an archive bomb"),
        pytest.param("sheet.json", b"[" * 100_000, id="brackets without end"),
        pytest.param("sheet.json", b'{"format": "initiative-catalogue/2"}', id="another format"),
        pytest.param("sheet.json", b'{"format": "initiative-catalogue/1", "initiatives": [{"id": 2}]}', id="no words"),
        pytest.param("sheet.ods", b"", id="another kind of file"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_in_a_sentence(name: str, data: bytes | Callable[[], bytes]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_catalogue(name, data if isinstance(data, bytes) else data())
    assert str(refused.value).endswith(".")


def test_semicolons_and_a_byte_order_mark_are_read() -> None:
    catalogue = parse_catalogue("s.csv", "\ufeffid;title;tags\nA1;One, and more;a|b\n".encode())
    assert catalogue.initiatives[0].title == {"en": "One, and more"}
    assert catalogue.initiatives[0].tags == ["a", "b"]

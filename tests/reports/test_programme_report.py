"""The programmes of the partners as a report: the same figures as pages and files, in every format."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app import cli
from app.core import catalogues
from app.core.errors import NotFound
from app.core.words import LANGUAGES
from app.demo import _load_programmes  # pyright: ignore[reportPrivateUsage]
from app.documents.document import Document, Figure, Table, walk
from app.documents.writing import written
from app.people.models import Consortium
from app.people.queries import operator
from app.reports import building
from app.reports.jobs import make_all
from app.reports.models import Report
from app.reports.programme_report import programme_report
from tests.indicators.test_taking_readings import areas
from tests.make import Cast, csrf_in, sign_in
from tests.reports.reading import records, section, table, texts_of, whole
from tests.reports.test_region_report import Tables
from tests.reports.test_results_reports import marked_for, unmarked

FILE = Path(__file__).parents[2] / "demo" / "services.csv"


@pytest.fixture
def programmes(session: Session) -> list[dict[str, str]]:
    """The programmes of the demonstration, loaded, and as the file says them."""
    areas(session)
    _load_programmes(session, operator(session))
    session.commit()
    return list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))


def report(session: Session, language: str = "en") -> Document:
    return programme_report(session, operator(session), language)


def category_table(document: Document, title: str) -> Table:
    return next(one for one in section(document, title).blocks if isinstance(one, Table))


def test_figures_are_those_of_the_file_and_of_the_page(
    client: TestClient, session: Session, cast: Cast, programmes: list[dict[str, str]]
) -> None:
    document = report(session)
    session.commit()
    sign_in(client, session, cast.dora)
    for category, title in (("connect", "Connect"), ("talent", "Talent")):
        of_file = {row["service_id"]: row for row in programmes if row["category"] == category}
        rows = records(category_table(document, title))
        assert {str(row["code"]) for row in rows} == set(of_file)
        for row in rows:
            stated = of_file[str(row["code"])]
            people, places = int(stated["participants_last_year"]), int(stated["capacity_per_year"])
            assert row["use"] == pytest.approx(people / places, abs=1e-12)
            assert row["cost_low"] == pytest.approx(int(stated["annual_cost_eur"]) / people, abs=1e-12)
            assert row["satisfaction"] == pytest.approx(float(stated["satisfaction_0_10"]))
            assert row["interval_low"] is None
        page = client.get(f"/programmes/comparison?category={category}").text
        for code in of_file:
            assert code in page
        exported = client.get(f"/programmes/comparison/export.csv?category={category}").content.decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(exported)))
        assert [line["Code"] for line in lines] == [row["code"] for row in rows]
        for line, row in zip(lines, rows, strict=True):
            assert float(line["Use"]) == pytest.approx(row["use"], abs=5e-5)
            assert float(line["Cost per participant, low (EUR)"]) == pytest.approx(row["cost_low"], abs=5e-3)


def test_every_format_holds_the_same_cells(session: Session, programmes: list[dict[str, str]]) -> None:
    document = report(session)
    sought = table(document, "Who could learn from whom")
    heads = [column.heading for column in sought.columns]
    own = [["–" if cell is None else str(cell) for cell in row] for row in sought.rows]
    assert own
    (in_html,) = [one for one in Tables(written(document, "html").decode()).tables if one[0] == heads]
    assert in_html[1:] == own
    file: Any = docx.Document(io.BytesIO(written(document, "docx")))
    tables = [[[cell.text for cell in row.cells] for row in one.rows] for one in file.tables]
    assert any(one[0][0] == heads[0] and [row[0] for row in one[1:]] == [row[0] for row in own] for one in tables)
    pages = pypdf.PdfReader(io.BytesIO(written(document, "pdf"))).pages
    text = re.sub(r"\s+", "", "".join(one.extract_text() for one in pages))
    for row in own:
        assert re.sub(r"\s+", "", row[3]) in text
    book: Any = load_workbook(io.BytesIO(written(document, "xlsx")))
    sheets = [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]
    (in_xlsx,) = [one for one in sheets if one[0] == heads]
    assert in_xlsx[1:] == [list(row) for row in sought.rows]


def test_what_is_not_known_is_said_and_nothing_is_ranked(session: Session, programmes: list[dict[str, str]]) -> None:
    text = whole(report(session))
    assert "A comparison, not a ranking." in text
    assert "how many were asked is not known" in text
    figures = [one for one in walk(report(session).blocks) if isinstance(one, Figure)]
    assert len(figures) == len({row["category"] for row in programmes})
    for one in figures:
        assert one.alt
        assert one.table
        assert one.table.rows
        assert "var(--" not in one.svg


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_placeholder_is_left(session: Session, programmes: list[dict[str, str]], language: str) -> None:
    for text in texts_of(report(session, language)):
        assert not re.search(r"%\(\w+\)|%%|\{\w*\}", text), text


def test_no_word_is_left_untranslated(
    session: Session, programmes: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = " ".join(cell for row in programmes for cell in row.values())
    own += " ".join(column.key for column in table(report(session), "Programmes").columns)
    own += " ".join(str(cell) for row in table(report(session), "Programmes").rows for cell in row)
    for module in (catalogues, building):
        monkeypatch.setattr(module, "translations_for", marked_for)
    assert unmarked(report(session), own) == []


def test_without_programmes_there_is_no_report(session: Session) -> None:
    with pytest.raises(NotFound):
        report(session)


def test_it_is_ordered_and_made(client: TestClient, session: Session, engine: Engine, cast: Cast) -> None:
    sign_in(client, session, cast.biel)
    headers = {"X-CSRF-Token": csrf_in(client.get("/reports").text)}
    body = {"kind": "programmes", "format": "html"}
    assert client.post("/api/v1/reports", json=body, headers=headers).status_code == 422
    areas(session)
    _load_programmes(session, operator(session))
    session.commit()
    assert "kind=programmes" in client.get("/reports").text
    assert client.get("/reports/new?kind=programmes").status_code == 200
    made = client.post("/api/v1/reports", json=body, headers=headers)
    assert made.status_code == 202
    assert make_all(engine) == 1
    session.expire_all()
    kept = session.exec(select(Report)).one()
    assert (kept.state, kept.name) == ("done", "programmes-en.html")
    session.commit()
    assert "A comparison, not a ranking." in client.get(f"/reports/{kept.id}/file").text


def test_an_operator_makes_it_at_once(
    session: Session, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programmes: list[dict[str, str]]
) -> None:
    key = session.exec(select(Consortium)).one().name
    session.commit()
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    monkeypatch.setenv("INNAXE_DATA_DIR", str(tmp_path))
    out = tmp_path / "programmes.docx"
    words = ["innaxe", "report", key, "--kind", "programmes", "--format", "docx", "--out", str(out)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert out.read_bytes()[:2] == b"PK"

"""The profiles of regions as a report: what pages and files say, in every format, and recomputed from the file."""

import csv
import io
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from statistics import median
from typing import Any

import docx
import pypdf
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app import cli
from app.core import catalogues
from app.core.errors import NotFound
from app.core.words import LANGUAGES
from app.documents.document import Document, Figure, Note, walk
from app.documents.to_pdf import to_pdf
from app.documents.writing import Kind, written
from app.history.models import HistoryEntry
from app.indicators.models import RegionReading
from app.people.models import Consortium, Organisation
from app.people.queries import operator
from app.people.service import create_person
from app.reports import building
from app.reports.jobs import make_all
from app.reports.models import Report
from app.reports.region_reading import Wanted
from app.reports.region_report import region_report
from tests.indicators.test_indicators_web import load
from tests.make import Cast, csrf_in, sign_in
from tests.reports.reading import records, section, table, texts_of, whole
from tests.reports.test_results_reports import marked_for, unmarked

FILE = Path(__file__).parents[2] / "demo" / "indicators.csv"
PARTNERS = ("BG", "CAT", "DK", "EU", "IDF", "RN")
CATALONIA = "Catalonia cluster (demo)"
GAPS = f"Gap to the median beside it: {CATALONIA}"
SEEN = ("name", "value", "year", "gap", "trend")


def readings() -> list[dict[str, str]]:
    """The demonstration's readings, straight from the file."""
    return list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))


def report(session: Session, language: str = "en", **more: Any) -> Document:
    return region_report(session, operator(session), language, **more)


class Tables(HTMLParser):
    """The tables of a page with their captions or not, cell by cell, read by a parser of its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.depth = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            self.tables[-1][-1].append("")
            self.depth = 1
        elif self.depth and tag == "span" and ("class", "under") in attrs:
            self.tables[-1][-1][-1] += " | "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.depth = 0

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.tables[-1][-1][-1] += data


def number(text: str) -> float | None:
    """A number as people read it in English."""
    text = text.replace("−", "-").replace("+", "").replace(",", "").strip()
    return None if text in ("–", "missing", "") else float(text)


def as_seen(cells: list[str], heads: list[str]) -> tuple[Any, ...]:
    """What a row of a report's table says: name, newest value and year, gap, trend."""
    row = dict(zip(heads, cells, strict=True))
    year = row["Year"]
    return (row["Indicator"], number(row["Newest value"]), year, number(row["Gap"]), row["Trend"])


def on_the_page(page: str) -> list[tuple[Any, ...]]:
    """The same of the page of a profile."""
    found: list[tuple[Any, ...]] = []
    for cells in Tables(page).tables[0][1:]:
        if len(cells) == 5:
            value, _, under = cells[1].partition(" | ")
            year = under.split(",")[0].strip() or "–"
            found.append((cells[0].partition(" | ")[0], number(value), year, number(cells[3]), cells[4].strip()))
    return found


def test_the_report_says_what_the_page_and_its_file_say_in_every_format(
    client: TestClient, session: Session, cast: Cast
) -> None:
    load(session)
    sign_in(client, session, cast.dora)
    page = on_the_page(client.get("/indicators/profiles/CAT").text)
    lines = list(
        csv.DictReader(io.StringIO(client.get("/indicators/profiles/CAT/export.csv").content.decode("utf-8-sig")))
    )
    assert len(page) == len(lines) == 22
    document = report(session)
    session.commit()
    drawn = table(document, GAPS)
    by_name = {row["name"]: row for row in records(drawn)}
    for line in lines:
        row = by_name[line["Name"]]
        for key, head in (("value", "Value"), ("score", "Score"), ("middle", "Median beside it"), ("gap", "Gap")):
            expected = float(line[head]) if line[head] else None
            assert row[key] == (None if expected is None else pytest.approx(expected, abs=1e-9)), (line, key)
        assert str(row["year"]) == line["Year"]
    heads = [column.heading for column in drawn.columns]
    # HTML
    (in_html,) = [
        one
        for one in Tables(written(document, "html").decode()).tables
        if one[0] == heads and one[1:] and any(row[1] == page[0][0] and number(row[2]) == page[0][1] for row in one[1:])
    ]
    assert [as_seen(row, heads) for row in in_html[1:]] == page
    # DOCX
    file: Any = docx.Document(io.BytesIO(written(document, "docx")))
    tables = [[[cell.text for cell in row.cells] for row in one.rows] for one in file.tables]
    (in_docx,) = [one for one in tables if one[0] == heads and as_seen(one[1], heads) == page[0]]
    assert [as_seen(row, heads) for row in in_docx[1:]] == page
    # PDF: every cell in its order
    pages = pypdf.PdfReader(io.BytesIO(written(document, "pdf"))).pages
    text = re.sub(r"\s+", "", "".join(one.extract_text() for one in pages))
    at = text.index(re.sub(r"\s+", "", GAPS))
    for row in in_docx[1:]:
        for cell in row:
            word = re.sub(r"\s+", "", cell)
            found = text.find(word, at)
            assert found >= 0, cell
            at = found + len(word)
    # XLSX: the numbers themselves
    book: Any = load_workbook(io.BytesIO(written(document, "xlsx")))
    sheets = [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]
    own = [list(row) for row in drawn.rows]
    (in_xlsx,) = [one for one in sheets if one[0] == heads and one[1][:2] == own[0][:2] and one[1][2] == own[0][2]]
    for read, row in zip(in_xlsx[1:], own, strict=True):
        assert read == [pytest.approx(cell, rel=1e-15) if isinstance(cell, float) else cell for cell in row]


def test_what_stands_out_is_recomputed_from_the_file(session: Session) -> None:
    load(session)
    values: defaultdict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    names: dict[str, str] = {}
    directions: dict[str, str] = {}
    for row in readings():
        names[row["indicator_id"]], directions[row["indicator_id"]] = row["indicator_name"], row["direction"]
        if row["value"]:
            values[row["indicator_id"], row["region_id"]][int(row["year"])] = float(row["value"])
    reference = ("BG", "CAT", "DK", "IDF", "RN")
    gaps: dict[str, float] = {}
    for code, direction in directions.items():
        pool = [one for region in reference for one in values[code, region].values()]
        scale = next(one for one in records(table(report(session), "The scales")) if one["indicator"] == code)
        if direction == "context":
            assert scale["unscored"] == "context only, never scored"
            continue
        assert (scale["low"], scale["high"]) == (pytest.approx(min(pool)), pytest.approx(max(pool)))
        power = 0.5 if scale["roots"] == "yes" else 1.0
        low, high = min(pool) ** power, max(pool) ** power
        scores = {
            region: (found[max(found)] ** power - low) / (high - low)
            for region in reference
            if (found := values[code, region])
        }
        if direction == "lower_better":
            scores = {region: 1 - score for region, score in scores.items()}
        gaps[code] = scores["CAT"] - median(score for region, score in scores.items() if region != "CAT")
    for sign, label in ((1, "Clearly above the median beside it"), (-1, "Clearly below")):
        widest = sorted(
            (code for code in gaps if sign * gaps[code] >= 0.15), key=lambda code: (-sign * gaps[code], code)
        )
        expected = ", ".join(
            f"{names[code]} ({'+' if sign > 0 else '−'}{abs(round(gaps[code], 2)):.2f})" for code in widest[:5]
        )
        (note,) = [one for one in section(report(session), CATALONIA).blocks if getattr(one, "label", "") == label]
        assert isinstance(note, Note)
        assert note.text == expected


def test_what_is_missing_and_where_it_was_measured_is_told(session: Session) -> None:
    load(session)
    document = report(session, wanted=Wanted(first=2020, last=2024))
    rows = [row for row in readings() if int(row["year"]) >= 2020]
    names = {
        row["region_id"]: one.name
        for one in session.exec(select(Organisation)).all()
        for row in rows
        if row["region_id"] == one.code
    }
    coverage = {row["region"]: row for row in records(table(document, "How much is known of each region"))}
    assert set(coverage) == {names[one] for one in PARTNERS}
    for region in PARTNERS:
        known = {row["indicator_id"] for row in rows if row["region_id"] == region and row["value"]}
        assert coverage[names[region]]["missing"] == 22 - len(known)
        text = "\n".join(texts_of(Document("", "en", [section(document, names[region])])))
        # two series end in 2019
        assert "No value in these years: " in text
        for name in {row["indicator_name"] for row in readings()} - {
            row["indicator_name"] for row in rows if row["region_id"] == region and row["value"]
        }:
            assert name in text
    remarks = records(table(report(session), "What is to be said of values: Bulgaria cluster (demo)"))
    nearest = [row for row in remarks if "nearest territory: BG41" in str(row["remark"])]
    of_file = [row for row in readings() if row["region_id"] == "BG" and row["geo_code_used"] == "BG41"]
    assert sum(int(str(row["values"])) for row in nearest) == len(of_file) > 0


def test_each_drawing_has_words_and_every_number_it_draws(session: Session) -> None:
    load(session)
    document = report(session)
    figures = [one for one in walk(document.blocks) if isinstance(one, Figure)]
    assert len(figures) == 2 * len(PARTNERS)
    values = {
        (row["indicator_name"], int(row["year"])): float(row["value"])
        for row in readings()
        if row["region_id"] == "CAT" and row["value"]
    }
    over_years = next(one.table for one in figures if one.table and one.table.title == f"Over the years: {CATALONIA}")
    found = {
        (row["name"], int(key.removeprefix("in_"))): value
        for row in records(over_years)
        if row["of"] == CATALONIA
        for key, value in row.items()
        if key.startswith("in_") and value is not None
    }
    assert found == values
    for one in figures:
        assert "var(--" not in one.svg
        assert one.alt
        assert one.table
    assert to_pdf(document).startswith(b"%PDF")
    assert "Composite" not in whole(document)
    assert "A profile, not a ranking." in whole(document)


def test_settings_are_those_asked_for(session: Session) -> None:
    load(session)
    text = whole(report(session, wanted=Wanted(2020, 2022, is_of_all=True, is_beside_alike=True)))
    assert "2020–2022, on scales of 6 regions" in text
    assert "The three most alike" in text


def test_without_readings_there_is_no_report(session: Session) -> None:
    with pytest.raises(NotFound):
        report(session)


def test_with_one_value_nothing_stands_out(session: Session) -> None:
    load(session)
    kept = session.exec(select(RegionReading).where(col(RegionReading.value).is_not(None)).limit(1)).first()
    assert kept
    for one in session.exec(select(RegionReading)).all():
        if one.id != kept.id:
            session.delete(one)
    session.commit()
    document = report(session)
    assert "Nothing stands out." in whole(document)
    forms: tuple[Kind, ...] = ("pdf", "docx", "html", "xlsx")
    for form in forms:
        assert written(document, form)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_placeholder_is_left(session: Session, language: str) -> None:
    load(session)
    for text in texts_of(report(session, language)):
        assert not re.search(r"%\(\w+\)|%%|\{\w*\}", text), text


def test_no_word_is_left_untranslated(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    load(session)
    own = " ".join(
        [
            *(cell for row in readings() for cell in row.values()),
            *(one.name for one in session.exec(select(Organisation)).all()),
        ]
    )
    for module in (catalogues, building):
        monkeypatch.setattr(module, "translations_for", marked_for)
    document = report(session)
    assert unmarked(document, own) == []


def test_it_is_ordered_made_and_taken_away(client: TestClient, session: Session, engine: Engine, cast: Cast) -> None:
    sign_in(client, session, cast.biel)
    assert "kind=regions" not in client.get("/reports").text
    load(session)
    assert 'href="/reports/new?kind=regions&amp;"' in client.get("/reports").text
    page = client.get("/reports/new?kind=regions").text
    assert '<option value="2024" selected>' in page
    named = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', page)) | {"csrf": csrf_in(page)}
    asked = {"language": "ca", "format": "html", "first": "2020", "last": "2023", "beside": "alike"}
    place = client.post("/reports", data=named | asked).headers["location"]
    assert client.post("/reports", data=named | asked).headers["location"] == place
    assert make_all(engine) == 1
    session.expire_all()
    kept = session.exec(select(Report)).one()
    assert (kept.state, kept.survey_id, kept.name) == ("done", None, "regions-2020-2023-ca.html")
    assert kept.about == {"first": 2020, "last": 2023, "among": "", "beside": "alike"}
    session.commit()
    answer = client.get(f"{place}/file")
    assert "Un perfil, no una classificació." in answer.text
    assert "2020 – 2023" in client.get(place).text
    again = client.get("/reports/new?kind=regions").text
    assert again.count("<select") >= 6
    for query in ("kind=regions&plan=9", "kind=regions&survey=none"):
        assert client.get(f"/reports/new?{query}").status_code == 404
    history = client.get("/history").text
    assert "Report asked for" in history
    assert "Report written" in history


def test_programs_order_it(client: TestClient, session: Session, engine: Engine, cast: Cast) -> None:
    sign_in(client, session, cast.biel)
    headers = {"X-CSRF-Token": csrf_in(client.get("/reports").text)}
    body = {"kind": "regions", "format": "xlsx", "first": 2020}
    assert client.post("/api/v1/reports", json=body, headers=headers).status_code == 422
    load(session)
    made = client.post("/api/v1/reports", json=body, headers=headers)
    assert (made.status_code, made.json()["survey_id"]) == (202, None)
    assert make_all(engine) == 1
    file = client.get(f"/api/v1/reports/{made.json()['id']}/file")
    book: Any = load_workbook(io.BytesIO(file.content))
    assert len(book.worksheets) > 20
    for wrong in ({"kind": "round"}, {"kind": "regions", "plan_id": str(made.json()["id"])}):
        assert client.post("/api/v1/reports", json=body | wrong, headers=headers).status_code == 404


def test_who_leads_one_partner_only_does_not_order_it(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    partner = session.exec(select(Organisation).where(Organisation.code == "CAT")).one()
    who = create_person(
        session, operator(session), email="p@innaxe.example", role="manager", name="P", organisation=str(partner.id)
    )
    session.commit()
    sign_in(client, session, who)
    assert "kind=regions" not in client.get("/reports").text
    assert client.get("/reports/new?kind=regions").status_code == 403


@pytest.mark.parametrize("by", ["id", "name"])
def test_an_operator_makes_it_at_once(
    session: Session, engine: Engine, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    load(session)
    found = session.exec(select(Consortium)).one()
    key = str(found.id) if by == "id" else found.name
    session.commit()
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    monkeypatch.setenv("INNAXE_DATA_DIR", str(tmp_path))
    out = tmp_path / "regions.pdf"
    words = ["innaxe", "report", key, "--kind", "regions", "--format", "pdf", "--out", str(out)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert out.read_bytes().startswith(b"%PDF")
    with Session(engine) as own:
        (entry,) = own.exec(select(HistoryEntry).where(HistoryEntry.act == "report.made")).all()
        assert entry.after
        assert entry.after["kind"] == "regions"
        assert entry.thing.startswith("consortium")


def test_the_same_readings_are_the_same_document(session: Session, engine: Engine) -> None:
    load(session)
    first = report(session, "bg")
    with Session(engine) as other:
        assert report(other, "bg") == first

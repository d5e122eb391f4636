"""Files made to be slow, to be more than they seem, or to say what no page can show; and two people at once."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from time import perf_counter
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.db import for_writing
from app.core.errors import Conflict, Invalid, Stale
from app.documents.document import Document
from app.history.models import HistoryEntry
from app.indicators.checking import Choices
from app.indicators.queries import get_indicator, list_partners
from app.indicators.reading import read_observations
from app.indicators.schemas import DefinitionIn
from app.indicators.service import change_indicator, create_indicator, give_indicator, import_readings
from app.people.queries import operator
from app.programmes.schemas import ContentIn
from app.programmes.service import create_programme
from tests.indicators.test_indicator_import import LONG, RIGHT, faults, reported
from tests.indicators.test_indicators_web import DEFINITION, post
from tests.indicators.test_taking_readings import areas
from tests.make import Cast, sign_in

SOON = 3.0
MANY = 120_000


def json_stat(**parts: Any) -> bytes:
    places = {"geo": {"category": {"index": ["ES51"]}}, "time": {"category": {"index": ["2020"]}}}
    whole = {"class": "dataset", "id": ["geo", "time"], "size": [1, 1], "dimension": places, "value": [1]}
    return json.dumps(whole | parts).encode()


def unit(**category: Any) -> dict[str, Any]:
    whole = json.loads(json_stat())
    return {"id": ["geo", "time", "unit"], "dimension": whole["dimension"] | {"unit": {"category": category}}}


@pytest.mark.parametrize(
    "data",
    [
        json_stat(size=[float("inf"), 1]),
        json_stat(size=[1e308, 1e308]),
        json_stat(size=[-1, -1]),
        json_stat(size=[1]),
        json_stat(value=[float("nan")]),
        json_stat(id=["geo", "geo", "time"], size=[1, 1, 1]),
        json_stat(**unit(index=[]), size=[1, 1, 0]),
        json_stat(**unit(index=["\ud800"]), size=[1, 1, 1]),
        json_stat().replace(b'"class": "dataset"', b'"class": "dataset", "value": [2], "class": "dataset"'),
        json_stat().replace(b"[1]}", b"[" + b"[" * 100_000 + b"]" * 100_000 + b"]}"),
        json_stat().replace(b"[1]}", b"[" + b"9" * 5_000 + b"]}"),
    ],
)
def test_json_that_says_two_things_or_none_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read_observations("file.json", data)


def test_json_of_many_dimensions_is_refused_before_it_is_walked_through() -> None:
    names = [f"d{number}" for number in range(5_000)]
    more = {name: {"category": {"index": ["x"]}} for name in names}
    years = {"category": {"index": list(range(200_000))}}
    dimensions = {"geo": {"category": {"index": ["ES51"]}}, "time": years, **more}
    data = json_stat(id=["geo", "time", *names], size=[1, 200_000, *[1] * 5_000], dimension=dimensions)
    begun = perf_counter()
    with pytest.raises(Invalid):
        read_observations("file.json", data)
    assert perf_counter() - begun < SOON


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wide.csv", ",".join(f"c{number}" for number in range(MANY)) + "\n1\n"),
        ("wide.csv", "geo,time,values" + "," * MANY + "\n" + "ES51,2020,1\n" * 2_000),
        ("wide.tsv", ",".join(["geo"] * MANY) + "\\TIME\t2020\n" + ",".join(["ES51"] * MANY) + "\t1\n"),
        ("long.tsv", "geo\\TIME\t2020\nES51\t" + "a" * 140_000 + "\n"),
        ("nul.csv", LONG + RIGHT.replace("units,", "units,a\0b")),
    ],
)
def test_sheets_that_nobody_has_written_are_refused_at_once(name: str, text: str) -> None:
    begun = perf_counter()
    with pytest.raises(Invalid):
        read_observations(name, text.encode())
    assert perf_counter() - begun < SOON


@pytest.mark.parametrize("text", ["a" * MANY + "!", "1" * MANY, "1e308", "-1e16", "1e-150"])
def test_a_cell_that_is_no_figure_is_named_and_costs_nothing(text: str) -> None:
    begun = perf_counter()
    assert faults(LONG + RIGHT.replace("1.5", text)) == ["Row 2, value: is too long, too large or too small."]
    report = reported("table.csv", f"geo,time,values\nES51,2020,{text}\n", edition="2021", indicator="R")
    assert [fault.column for fault in report.faults] == ["values"]
    assert perf_counter() - begun < SOON


def test_a_workbook_that_unpacks_to_much_more_than_itself_is_refused() -> None:
    plain, out = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    row = b"<row>" + b'<c t="inlineStr"><is><t>a</t></is></c>' * 195 + b"</row>"
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for part in source.infolist():
            sheet = head + row * 2_000 + b"</sheetData></worksheet>"
            bomb.writestr(part.filename, sheet if part.filename.endswith("sheet1.xml") else source.read(part))
    begun = perf_counter()
    with pytest.raises(Invalid, match="XLSX"):
        read_observations("bomb.xlsx", out.getvalue())
    assert perf_counter() - begun < SOON


def test_no_page_or_program_takes_text_that_a_database_does_not_keep(
    client: TestClient, session: Session, cast: Cast
) -> None:
    areas(session)
    sign_in(client, session, cast.alba)
    assert post(client, "/indicators", DEFINITION | {"code": "R", "name": "a\0b"}).status_code == 422
    assert post(client, "/indicators", DEFINITION | {"code": "R", "unit": "units"}).status_code == 303
    changed = DEFINITION | {"unit": "units", "revision": "1", "because": "Why", "source_url": "https://a\0b"}
    assert post(client, "/indicators/R/change", changed).status_code == 422
    sheet = {"sheet": ("a\0.csv", (LONG + RIGHT.replace("units,", "units,\0")).encode(), "text/csv")}
    assert post(client, "/indicators/import", {"edition": "2021"}, files=sheet).status_code == 422
    half = {"sheet": ("half.json", json_stat(**unit(index=["\ud800"]), size=[1, 1, 1]), "application/json")}
    assert post(client, "/indicators/import", {"edition": "2021", "indicator": "R"}, files=half).status_code == 422
    large = {"sheet": ("large.csv", (LONG + RIGHT.replace("1.5", "1e308")).encode(), "text/csv")}
    assert post(client, "/indicators/import", {"edition": "2021"}, files=large).status_code == 422


def test_two_who_change_an_indicator_at_once_do_not_undo_each_other(session: Session, engine: Engine) -> None:
    areas(session)
    given = DefinitionIn.model_validate(DEFINITION)
    create_indicator(session, operator(session), "R", given)
    session.commit()
    if engine.dialect.name == "sqlite":
        return  # there the second waits before it reads anything
    with Session(for_writing(engine)) as late, Session(for_writing(engine)) as first:
        actor = operator(late)
        one, other, *_ = list_partners(late, actor)
        seen = get_indicator(late, actor, "R")
        give_indicator(first, operator(first), "R", one, before=None)
        renamed = given.model_copy(update={"name": "Other"})
        change_indicator(first, operator(first), "R", renamed, because="Why", revision=1)
        first.commit()
        with pytest.raises(Stale):
            give_indicator(late, actor, "R", other, before=None)
        with pytest.raises(Stale):
            change_indicator(late, actor, "R", given, because="Why", revision=1)
        assert (seen.indicator.organisation_id, seen.indicator.revision) == (one.id, 2)


def test_of_two_who_make_the_same_code_at_once_the_second_is_told(session: Session, engine: Engine) -> None:
    areas(session)
    partner = list_partners(session, operator(session))[0].id
    session.commit()
    content = ContentIn.model_validate({"name": "Match day", "category": "connect"})

    def make(session: Session, name: str) -> None:
        actor = operator(session)
        create_indicator(session, actor, "R", DefinitionIn.model_validate(DEFINITION | {"name": name}))
        owner = next(one for one in list_partners(session, actor) if one.id == partner)
        create_programme(session, actor, owner, "M1", content.model_copy(update={"name": name}))

    def make_late() -> None:
        with Session(for_writing(engine)) as late:
            make(late, "Late")

    with ThreadPoolExecutor() as other, Session(for_writing(engine)) as first:
        make(first, "First")
        second = other.submit(make_late)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)
        first.commit()
        with pytest.raises(Conflict):
            second.result(timeout=30)


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("/indicators/export.csv", "app.indicators.routes"),
        ("/indicators/profiles/ES51/export.csv", "app.indicators.profiles.routes"),
        ("/programmes/export.csv", "app.programmes.exporting"),
        ("/impact/links/export.csv", "app.programmes.exporting"),
    ],
)
def test_nobody_waits_while_a_file_is_written(
    path: str,
    module: str,
    client: TestClient,
    session: Session,
    engine: Engine,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    areas(session)
    create_indicator(session, operator(session), "R", DefinitionIn.model_validate(DEFINITION | {"unit": "units"}))
    assert not import_readings(session, operator(session), "r.csv", (LONG + RIGHT).encode(), Choices()).is_refused
    session.commit()
    sign_in(client, session, cast.dora)
    written: list[str] = []

    def slow(document: Document) -> bytes:
        # somebody else has an answer to save meanwhile
        with Session(for_writing(engine)) as other, other.begin():
            other.get_one(type(cast.dora), cast.dora.id).name = "Dora Two"
        written.append(document.title)
        return b"file"

    monkeypatch.setitem(import_module(module).WRITERS, "csv", slow)
    assert client.get(path).content == b"file"
    assert len(written) == 1
    assert [one for one in session.exec(select(HistoryEntry.act)).all() if one.endswith(".exported")]

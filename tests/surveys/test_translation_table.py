"""Texts out to translators and back: what is right goes in, what is wrong is named by row and column."""

import csv
import io
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.surveys.authoring.models import Survey
from app.surveys.authoring.texts import texts_of
from tests.make import csrf_in
from tests.surveys.test_authoring_web import WHO, Manager


@pytest.fixture
def manager(client: TestClient, session: Session, engine: Engine) -> Manager:
    return Manager(client, session, engine)


def table_of(manager: Manager) -> list[list[str]]:
    data = manager.get("translation.csv").content.decode("utf-8-sig")
    return [*csv.reader(io.StringIO(data, newline=""))]


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def bring(manager: Manager, name: str, data: bytes, target: str = "de") -> Any:
    page = manager.get(f"translation/{target}")
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    assert revision
    fields = {"csrf": csrf_in(page.text), "revision": revision[1]}
    return manager.client.post(
        f"/surveys/{manager.slug}/translation/{target}/table", data=fields, files={"file": (name, data)}
    )


def said(manager: Manager, path: str) -> dict[str, str]:
    with Session(manager.engine) as session:
        survey = session.exec(select(Survey).where(Survey.slug == manager.slug)).one()
        return texts_of(session, survey)[path]


def test_the_table_has_every_text_and_goes_back_in_unchanged(manager: Manager) -> None:
    rows = table_of(manager)
    assert rows[0] == ["path", "original", "ca", "es", "fr", "de", "bg", "da", "state"]
    assert len(rows) > 60
    before = manager.survey()
    page = bring(manager, "back.csv", as_csv(rows))
    assert page.status_code == 200
    assert "0 texts were taken over." in page.text
    assert manager.survey().outdated == before.outdated
    book: Any = load_workbook(io.BytesIO(manager.get("translation.xlsx").content))
    assert [[cell.value or "" for cell in row] for row in book.worksheets[0].iter_rows()] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]


def test_good_rows_go_in_and_wrong_ones_are_named(manager: Manager) -> None:
    rows = {row[0]: row for row in table_of(manager)}
    de = 5
    assert rows["path"][de] == "de"
    rows["title"][de] = "Welche Initiativen zuerst?"
    rows["criterion.impact.label"][de] = "x" * 501
    rows["question.notice"][de] = "Ohne die Platzhalter"
    rows["thank_you"][de] = "**Danke**, {code}" if "{code}" in rows["thank_you"][1] else "**Danke**"
    rows["question.nowhere"] = ["question.nowhere", "There is none", *([""] * 3), "Text", "", "", ""]
    assert "{controller}" in rows["question.notice"][1]
    page = bring(manager, "back.csv", as_csv([*rows.values()]))
    assert page.status_code == 200
    assert "1 text was taken over." in page.text
    number = {path: place for place, path in enumerate(rows, start=1)}
    assert f"Row {number['criterion.impact.label']}, de: The text is too long. The most is: 500" in page.text
    assert f"Row {number['question.notice']}, de: A placeholder is lost or new:" in page.text
    assert f"Row {number['thank_you']}, de: Emphasis or a link is lost:" in page.text
    assert f"Row {number['question.nowhere']}, path: There is no such text" in page.text
    assert "4 texts were not taken over." in page.text
    assert said(manager, "title")["de"] == "Welche Initiativen zuerst?"
    assert said(manager, "criterion.impact.label")["de"] != "x" * 501


def test_a_translation_of_an_older_original_is_taken_over_and_marked(manager: Manager) -> None:
    rows = table_of(manager)
    title = next(row for row in rows if row[0] == "title")
    manager.send("build/texts", title="Another question altogether", **WHO)
    title[5] = "Welche Initiativen zuerst?"
    page = bring(manager, "back.csv", as_csv(rows))
    assert "The original of 1 has changed since" in page.text
    assert said(manager, "title")["de"] == "Welche Initiativen zuerst?"
    assert "de" in manager.survey().outdated["title"]
    rows = table_of(manager)
    title = next(row for row in rows if row[0] == "title")
    assert "de outdated" in title[8]
    title[5] = "Eine ganz andere Frage"
    bring(manager, "back.csv", as_csv(rows))
    assert "de" not in manager.survey().outdated["title"]


def test_columns_of_other_languages_and_rows_twice_are_named(manager: Manager) -> None:
    rows = [["path", "original", "de", "tlh"], ["title", manager.survey().title["en"], "Erster Titel", "x"]]
    rows.append(["title", manager.survey().title["en"], "Zweiter Titel", "x"])
    page = bring(manager, "back.csv", as_csv(rows))
    assert "Row 1, tlh: The survey is not offered in this language." in page.text
    assert "Row 3, de: This text stands in the file twice." in page.text
    assert said(manager, "title")["de"] == "Erster Titel"


def test_xliff_goes_out_and_comes_back(manager: Manager) -> None:
    manager.send("build/texts", title="Which initiatives first?", **WHO)
    out = manager.get("translation.xliff?target=de")
    text = out.content.decode()
    assert 'srcLang="en" trgLang="de"' in text
    unit = re.search(r'<unit id="title".*?</unit>', text, re.DOTALL)
    assert unit
    assert 'state="initial" subState="innaxe:outdated"' in unit[0]
    page = bring(manager, "back.xliff", out.content)
    assert "0 texts were taken over." in page.text
    checked = unit[0].replace('state="initial" subState="innaxe:outdated"', 'state="final"')
    page = bring(manager, "back.xliff", text.replace(unit[0], checked).encode())
    assert "1 text was taken over." in page.text, "a final one counts as checked"
    assert "de" not in manager.survey().outdated["title"]
    new = re.sub(r"<target>[^<]*</target>", "<target>Welche zuerst?</target>", checked)
    bring(manager, "back.xlf", text.replace(unit[0], new).encode())
    assert said(manager, "title")["de"] == "Welche zuerst?"


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xliff>&b;</xliff>'
OF_DANISH = b'<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="da" trgLang="de"/>'
INTO_KLINGON = b'<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="tlh"/>'


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.xliff", LAUGHS, "entities of its own"),
        ("a.xliff", b"<xliff", "cannot be read as XML"),
        ("a.xliff", b"<xliff version='1.2'/>", "no XLIFF file of version 2"),
        ("a.xliff", OF_DANISH, "another language than the survey"),
        ("a.xliff", INTO_KLINGON, "not offered in"),
        ("a.csv", b"one,two\n1,2\n", "needs the columns path and original"),
        ("a.csv", b"", "needs the columns path and original"),
        ("a.xlsx", b"PK", "cannot be read as an XLSX sheet"),
        ("a.exe", b"MZ", "Translations are read from"),
    ],
)
def test_hostile_files_change_nothing(manager: Manager, name: str, data: bytes, sentence: str) -> None:
    before = manager.survey()
    page = bring(manager, name, data)
    assert page.status_code == 422
    assert sentence in page.text.replace("&#39;", "'")
    assert manager.survey().revision == before.revision


def test_a_published_survey_is_refused_in_plain_words(manager: Manager) -> None:
    rows = table_of(manager)
    next(row for row in rows if row[0] == "title")[5] = "Zu spät"
    manager.send("build/texts", **WHO)
    manager.send("publish")
    page = bring_to_published(manager, as_csv(rows))
    assert page.status_code == 409
    assert "This survey is published: its parts are fixed." in page.text
    assert said(manager, "title")["de"] != "Zu spät"


def bring_to_published(manager: Manager, data: bytes) -> Any:
    page = manager.get("translation/de")
    assert 'name="file"' not in page.text
    fields = {"csrf": csrf_in(page.text), "revision": str(manager.survey().revision)}
    address = f"/surveys/{manager.slug}/translation/de/table"
    return manager.client.post(address, data=fields, files={"file": ("a.csv", data)})


def test_any_language_may_be_added_and_its_gaps_are_counted(manager: Manager) -> None:
    chosen = {"language.de": "yes", "language.bg": "yes"}
    assert manager.send("build/languages", other="not a tag!", **chosen).status_code == 422
    assert manager.send("build/languages", other="AR", **chosen).status_code == 303
    assert manager.send("build/languages", other="tlh", **chosen, **{"language.ar": "yes"}).status_code == 303
    assert manager.survey().languages == ["en", "de", "bg", "ar", "tlh"]
    page = manager.get("build/languages").text
    assert "العربية" in page
    total = re.search(r"0 of (\d+) texts, 0", page)
    assert total, "nothing is in Arabic yet"
    assert '/translation/ar#text.title"' in page
    manager.send("translation/ar", **{"text.title": "أي المبادرات أولا؟"})
    page = manager.get("build/languages").text
    assert f"1 of {total[1]} texts" in page
    assert '/translation/ar#text.title"' not in page
    assert "buttons and notices in English" in page


def test_no_cell_is_a_formula(manager: Manager) -> None:
    manager.send("translation/de", **{"text.title": "=1+1"})
    rows = table_of(manager)
    assert next(row for row in rows if row[0] == "title")[5] == "'=1+1"
    book: Any = load_workbook(io.BytesIO(manager.get("translation.xlsx").content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "=1+1" in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}
    bring(manager, "back.csv", as_csv(rows))
    assert said(manager, "title")["de"] == "=1+1"

"""Questionnaires brought into the browser, and surveys in languages that the interface does not speak."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.validation.service import import_file
from app.core.errors import Invalid
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import checks_of
from app.surveys.authoring.queries import list_items, list_questions
from tests.make import Cast, csrf_in, import_demo_initiatives, make_open_survey, sign_in, small_survey_file
from tests.surveys.test_xlsform import form, workbook

FILES = Path(__file__).parent / "files"
REAL = [*sorted((FILES / "xlsform").glob("*.xlsx")), *sorted((FILES / "limesurvey").glob("*.ls?"))]


@pytest.fixture
def carla(client: TestClient, session: Session, cast: Cast) -> TestClient:
    import_demo_initiatives(session)
    sign_in(client, session, cast.carla)
    return client


def bring(client: TestClient, name: str, data: bytes, *extras: str) -> Any:
    page = client.get("/surveys/import")
    fields = {"csrf": csrf_in(page.text), **{f"extra.{code}": "yes" for code in extras}}
    return client.post("/surveys/import", data=fields, files={"file": (name, data)})


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.name)
def test_real_files_become_drafts_with_a_report(carla: TestClient, engine: Engine, file: Path) -> None:
    made = bring(carla, file.name, file.read_bytes(), "region", "comment")
    assert made.status_code == 303
    address = made.headers["location"]
    report = carla.get(address)
    assert report.status_code == 200
    assert file.name in report.text
    assert "left out." in report.text
    assert carla.get(address.replace("import-report", "build")).status_code == 200
    with Session(engine) as session:
        survey = session.exec(select(Survey).where(Survey.slug == address.split("/")[2])).one()
        codes = [question.code for question in list_questions(session, survey.id)]
        assert {"consent", "helix", "region", "comment"} <= {*codes}
        assert "org_size" not in codes, "what was not ticked is not asked"
        assert len(list_items(session, survey.id)) == 24
        assert survey.published_at is None
        assert survey.import_report
        assert survey.import_report["lines"]


def test_a_form_in_a_language_we_lack_becomes_a_draft_that_says_what_to_translate(
    carla: TestClient, engine: Engine
) -> None:
    header = ["type", "name", "label::Suomi (fi)", "label::Deutsch (de-informal)"]
    data = workbook({"survey": [header, ["text", "q", "Miksi?", "Warum fragst du?"]]})
    made = bring(carla, "kysely.xlsx", data)
    report = carla.get(made.headers["location"]).text
    assert "still lack texts in these languages: <code>fi</code>" in report
    assert "marked as outdated: <code>de-informal</code>" in report
    slug = made.headers["location"].split("/")[2]
    page = carla.get(f"/surveys/{slug}/translation/fi").text
    assert re.search(r'<div lang="en" dir="auto"><code class="hint">question.helix</code>', page), "beside the English"
    with Session(engine) as session:
        survey = session.exec(select(Survey).where(Survey.slug == slug)).one()
        assert "de-informal" in survey.outdated["question.helix"]
        gaps = [check for check in checks_of(session, survey) if check.is_blocking and check.step == "translation"]
        assert gaps, "publishing waits for the translations"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("form.lss", form(["text", "q", "A"]), "cannot be read as XML"),
        ("form.xlsx", b"<document/>", "cannot be read as an XLSX"),
        ("form.docx", b"PK", "Questionnaires are read from"),
        ("form.json", b"[" * 100_000, "stakeholder-survey/1"),
        ("form.xlsx", form(["begin_group", "g", "G"], ["text", "q", "A"]), "never ends"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_and_makes_nothing(
    carla: TestClient, engine: Engine, name: str, data: bytes, sentence: str
) -> None:
    page = bring(carla, name, data)
    assert page.status_code == 422
    assert sentence in page.text
    with Session(engine) as session:
        assert session.exec(select(Survey)).all() == []


def test_without_a_file_and_without_initiatives(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.carla)
    form_page = client.get("/surveys/import")
    nothing = client.post("/surveys/import", data={"csrf": csrf_in(form_page.text)})
    assert nothing.status_code == 422
    assert "Choose a file." in nothing.text
    page = bring(client, "form.xlsx", form(["text", "q", "A"]))
    assert page.status_code == 422
    assert "import initiatives first" in page.text


def test_survey_files_come_in_the_same_way_and_tell_what_is_not_asked(carla: TestClient) -> None:
    document = small_survey_file().model_dump()
    document["sections"][0]["questions"].append({"id": "odd", "type": "telepathy", "text": {"en": "Think"}})
    made = bring(carla, "small.json", json.dumps(document).encode())
    assert made.status_code == 303
    assert "question odd (telepathy)" in carla.get(made.headers["location"]).text


def test_a_survey_made_here_has_no_report_and_can_be_downloaded(carla: TestClient) -> None:
    page = carla.get("/surveys/new")
    made = carla.post("/surveys", data={"csrf": csrf_in(page.text), "title": "Ours"})
    slug = made.headers["location"].split("/")[2]
    assert "Nothing in it was imported." in carla.get(f"/surveys/{slug}/import-report").text
    form_file = carla.get(f"/surveys/{slug}/export.xlsx")
    assert form_file.content.startswith(b"PK")
    assert bring(carla, "again.xlsx", form_file.content).status_code == 303


def test_importing_needs_the_permission(session: Session, cast: Cast) -> None:
    home = operator(session)
    with pytest.raises(Invalid, match="import initiatives first"):
        import_file(session, home, "form.xlsx", form(["text", "q", "A"]), language="en")


ARABIC: dict[str, Any] = {
    "title": {"en": "A small survey", "ar": "استطلاع قصير"},
    "languages": ["en", "ar"],
}


def arabic_survey(session: Session) -> Survey:
    document = small_survey_file(**ARABIC)
    for section in document.sections:
        for question in section.questions:
            question.text["ar"] = "إلى أي مجموعة تنتمي؟"
            for option in question.options:
                option.label["ar"] = "مجموعة"
            for criterion in question.criteria:
                criterion.label["ar"] = "الأثر"
    return make_open_survey(session, document)


def test_a_language_from_the_right_turns_the_page_and_says_what_is_not_translated(
    client: TestClient, session: Session
) -> None:
    survey = arabic_survey(session)
    english = client.get(f"/s/{survey.slug}")
    assert 'dir="ltr"' in english.text
    assert re.findall(r'hreflang="([^"]+)"', english.text) == ["en", "ar"]
    start = client.get(f"/s/{survey.slug}?lang=ar")
    assert '<html lang="en" dir="rtl"' in start.text, "buttons are in English, the page runs from the right"
    assert '<h1 lang="ar">استطلاع قصير</h1>' in start.text
    assert "not translated yet" not in start.text
    begun = client.post(f"/s/{survey.slug}", data={"csrf": csrf_in(start.text), "consent": "yes", "helix": "industry"})
    assert begun.status_code == 303
    page = client.get(f"/s/{survey.slug}/q/1").text
    assert 'dir="rtl"' in page, "the choice is remembered"
    assert 'lang="en">Initiative I' in page
    assert page.count("In part shown in English: not translated yet.") == 1
    assert '<span class="qt" lang="ar">الأثر</span>' in page


def test_a_browser_in_arabic_gets_arabic_without_asking(client: TestClient, session: Session) -> None:
    survey = arabic_survey(session)
    page = client.get(f"/s/{survey.slug}", headers={"Accept-Language": "ar-EG,ar;q=0.9,fr;q=0.5"})
    assert 'dir="rtl"' in page.text
    assert "استطلاع قصير" in page.text
    assert 'dir="ltr"' in client.get("/login", headers={"Accept-Language": "ar"}).text

"""XLSForm in and out: real forms, hostile ones, and our own read back."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook
from sqlmodel import Session

from app.core.errors import Invalid
from app.people.queries import operator
from app.surveys.authoring.drafting import create_draft
from app.surveys.authoring.questionnaire import REMARK_WORDS, Report
from app.surveys.authoring.xlsform import read_xlsform
from app.surveys.authoring.xlsform_export import export_xlsform, to_xlsform
from tests.make import Cast, import_demo_initiatives
from tests.surveys.questionnaire_shape import checked
from tests.web.test_payloads import FORMULAS, XSS

FILES = Path(__file__).parent / "files" / "xlsform"
HEADER = ["type", "name", "label::English (en)", "relevant", "constraint", "required"]


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
    book.close()
    return data.getvalue()


def form(*rows: list[str], choices: list[list[str]] | None = None) -> bytes:
    listed = [["list_name", "name", "label::English (en)"], *(choices or [])]
    return workbook({"survey": [HEADER, *rows], "choices": listed})


def read(data: bytes) -> tuple[dict[str, Any], Report]:
    document, report = read_xlsform(data, "A form", "en")
    assert all(one.reason in REMARK_WORDS for line in report.lines for one in line.remarks)
    return checked(document), report


@pytest.mark.parametrize(
    ("name", "questions"), [("all_types_survey", 29), ("pyxform_xlsform_spec_test", 32), ("testB", 20)]
)
def test_every_row_of_a_real_form_is_accounted_for(name: str, questions: int) -> None:
    data = (FILES / f"{name}.xlsx").read_bytes()
    found, report = read(data)
    sheet: Any = load_workbook(io.BytesIO(data), read_only=True)["survey"]
    kinds = [str(row[0] or "") for row in sheet.iter_rows(min_row=2, max_row=300, max_col=1, values_only=True)]
    asked = [kind for kind in kinds if kind and not kind.startswith(("begin", "end_", "end "))]
    assert [line.source for line in report.lines] == asked
    assert len(found) == questions
    assert all(line.target or line.remarks for line in report.lines), "what is left out has a reason"


SAME = {"L": "single_choice", "!": "single_choice", "M": "multiple_choice", "R": "ranking", "F": "rating_set"}


def oracle(name: str) -> dict[str, tuple[str, int]]:
    """What the LimeSurvey conversion of the same form holds: type and number of options or rows, by question."""
    found: dict[str, list[Any]] = {}
    last = ""
    with (FILES / f"expected_limesurvey_{name}.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["class"] == "Q":
                last = row["name"]
                found.setdefault(last, [row["type/scale"], set[str]()])
            elif row["class"] == "SQ" or (row["class"] == "A" and found[last][0] != "F"):
                found[last][1].add(row["name"])
    return {name: (kind, len(options)) for name, (kind, options) in found.items()}


@pytest.mark.parametrize("name", ["all_types_survey", "testB"])
def test_options_are_as_many_as_in_the_conversion_to_limesurvey(name: str) -> None:
    found, _ = read((FILES / f"{name}.xlsx").read_bytes())
    expected = {key.lower(): value for key, value in oracle(name).items()}
    compared = 0
    for code, question in found.items():
        # the conversion takes these signs out of names and cuts them
        plain = code.replace("_", "").replace("-", "").lower()
        names = (plain[:20], f"{plain}header"[:20])
        kind, count = next((expected[key] for key in names if key in expected), ("", 0))
        if "options" in question and kind:
            is_other = question["options"][-1]["code"] == "other"
            assert (question["type"], len(question["options"]) - is_other) == (SAME[kind], count), code
            compared += 1
    assert compared >= 8


def test_a_form_in_two_languages_keeps_both() -> None:
    document, _ = read_xlsform((FILES / "testB.xlsx").read_bytes(), "A form", "en")
    assert (document["languages"], document["default_language"]) == (["de", "en"], "de")
    gender = checked(document)["gender"]
    assert all({*option["label"]} == {"de", "en"} for option in gender["options"])
    assert gender["text"]["en"] == "What is your gender?"


def test_simple_conditions_act_and_others_are_kept_as_text() -> None:
    found, report = read((FILES / "testB.xlsx").read_bytes())
    assert found["gender_self_identification"]["show_if"] == [{"question": "gender", "is": ["self_identification"]}]
    lines = {line.name: line for line in report.lines}
    assert lines["gender_self_identification"].fate == "mapped"
    assert lines["python"].fate == "kept"
    assert "selected(${project_role_project-alpha}" in lines["python"].remarks[0].detail
    assert lines["start"].fate == "left_out"


def test_a_condition_on_what_comes_later_is_kept_as_text() -> None:
    choices = [["yn", "y", "Yes"], ["yn", "n", "No"]]
    found, report = read(
        form(
            ["select_one yn", "a", "A", "${b} = 'y'"],
            ["select_one yn", "b", "B", "${a} = 'y'"],
            ["select_one yn", "c", "C", "${a} = 'maybe'"],
            choices=choices,
        )
    )
    assert "show_if" not in found["a"]
    assert found["b"]["show_if"] == [{"question": "a", "is": ["y"]}]
    assert [line.fate for line in report.lines] == ["kept", "mapped", "kept"], "so nothing waits for itself"


def test_names_twice_and_with_odd_signs_become_codes_and_are_reported() -> None:
    found, report = read(form(["text", "a b", "One"], ["text", "a b", "Two"], ["text", "helix", "Three"]))
    assert [*found] == ["a_b", "a_b_2", "helix_2"]
    assert [line.remarks[0].detail for line in report.lines] == ["a b", "a b", "helix"]


def test_markup_becomes_text_and_scripts_disappear() -> None:
    found, _ = read(form(*(["text", f"q{number}", f"Before {text}"] for number, text in enumerate(XSS))))
    assert len(found) == len(XSS)
    texts = " ".join(question["text"]["en"] for question in found.values())
    assert "<img" not in texts
    assert "onerror" not in texts
    assert "zqx(1)" not in texts, "the inside of a script is no text"


def test_huge_texts_are_shortened_and_said_so() -> None:
    found, report = read(form(["text", "q", "x" * 30_000]))
    assert len(found["q"]["text"]["en"]) == 20_000
    assert "shortened" in [one.reason for one in report.lines[0].remarks]


def test_a_million_empty_rows_are_no_rows() -> None:
    data = form(["text", "q", "Asked"])
    big = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            if part.endswith("sheet1.xml"):
                rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 1_000_001))
                content = content.replace(b"</sheetData>", rows + b"</sheetData>")
            new.writestr(part, content)
    found, _ = read(big.getvalue())
    assert [*found] == ["q"]


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part.endswith(name) else old.read(part))
    return made.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><sst>&b;</sst>'
HOSTILE = {
    "no archive": (b"not a workbook", "cannot be read as an XLSX"),
    "a zip bomb": (with_part(form(["text", "q", "A"]), "sheet1.xml", b"0" * 101_000_000), "cannot be read as an XLSX"),
    "a billion laughs": (with_part(form(["text", "q", "A"]), "sharedStrings.xml", LAUGHS), "cannot be read as an XLSX"),
    "no survey sheet": (workbook({"other": [["type"]]}), "no sheet named survey"),
    "no type column": (workbook({"survey": [["name"], ["q"]]}), "no column named type"),
    "a group without end": (form(["begin_group", "g", "G"], ["text", "q", "A"]), "in row 2 of the sheet survey never"),
    "an end without group": (form(["text", "q", "A"], ["end_group"]), "ends in row 3"),
    "groups without bottom": (form(*(["begin_group", f"g{n}", "G"] for n in range(40))), "more than 30 deep"),
    "too many questions": (form(*(["text", f"q{n}", "A"] for n in range(600))), "more than 500 questions"),
    "too many options": (
        form(["select_one l", "q", "A"], choices=[["l", f"o{n}", "O"] for n in range(400)]),
        "more than 300 options",
    ),
    "nothing to ask": (form(["start", "start", ""]), "Nothing in this file"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused_in_words(name: str) -> None:
    data, sentence = HOSTILE[name]
    with pytest.raises(Invalid, match=sentence):
        read_xlsform(data, "A form", "en")


def words(text: str) -> dict[str, str]:
    return {"en": text, "de": f"{text} de"}


OPTIONS = [{"code": code, "label": words(code.title())} for code in ("aa", "bb", "cc")]
ASKED: list[dict[str, Any]] = [
    {"id": "who", "type": "single_choice", "required": True, "options": OPTIONS},
    {"id": "what", "type": "multiple_choice", "required": False, "least": 1, "most": 2, "options": OPTIONS},
    {"id": "order", "type": "ranking", "required": False, "most": 3, "options": OPTIONS},
    {
        "id": "good",
        "type": "rating",
        "required": False,
        "scale": {"min": 1, "max": 7},
        "no_opinion": True,
        "low": words("bad"),
        "high": words("good"),
    },
    {"id": "plain", "type": "rating", "required": True, "scale": {"min": 0, "max": 10}, "no_opinion": False},
    {
        "id": "set",
        "type": "rating_set",
        "required": True,
        "scale": {"min": 1, "max": 5},
        "no_opinion": False,
        "low": words("never"),
        "high": words("always"),
        "options": OPTIONS,
    },
    {"id": "size", "type": "number", "required": False, "integer": True, "min": 1, "max": 99},
    {"id": "day", "type": "date", "required": False, "min": "2027-01-01", "max": "2030-12-31"},
    {"id": "mail", "type": "email", "required": False},
    {"id": "short", "type": "short_text", "required": False, "show_if": [{"question": "who", "is": ["aa", "bb"]}]},
    {"id": "long", "type": "long_text", "required": False, "max_length": 4000, "hint": words("Take your time")},
    {"id": "said", "type": "note", "required": False, "show_if": [{"question": "who", "is": []}]},
    {"id": "yes", "type": "consent", "required": True},
]
DOCUMENT: dict[str, Any] = {
    "format": "stakeholder-survey/1",
    "id": "ours",
    "languages": ["en", "de"],
    "default_language": "en",
    "title": words("Ours"),
    "introduction": {},
    "thank_you": {},
    "sections": [
        {"id": "s", "title": words("Section"), "questions": [{"text": words(f"Text {q['id']}"), **q} for q in ASKED]}
    ],
}


def test_what_is_written_is_read_back_as_it_was() -> None:
    wanted = checked(DOCUMENT)
    found, report = read(to_xlsform(DOCUMENT, []))
    assert found == {code: {k: v for k, v in question.items() if v is not None} for code, question in wanted.items()}
    assert {line.fate for line in report.lines} == {"mapped"}
    assert to_xlsform(DOCUMENT, []) == to_xlsform(DOCUMENT, []), "the same survey gives the same bytes"


def test_a_whole_survey_becomes_a_form_with_a_group_for_each_initiative(session: Session, cast: Cast) -> None:
    import_demo_initiatives(session)
    survey = demo_draft(session)
    data = export_xlsform(session, survey)
    document, report = read_xlsform(data, "x", "en")
    found = checked(document)
    assert [section["id"] for section in document["sections"]].count("I01") == 1
    assert len([code for code in found if code.endswith("_impact")]) == 24
    rating = found["I01_impact"]
    assert (rating["type"], rating["scale"], rating["no_opinion"]) == ("rating", {"min": 1, "max": 5}, True)
    assert {*rating["low"]} == {*survey.languages}
    assert found["helix_2"]["type"] == "single_choice", "the code is taken by the recommended question"
    assert report.remarks == []


def demo_draft(session: Session) -> Any:
    from app.actionplan.validation.service import items_for

    home = operator(session)
    return create_draft(session, home, title="A draft", language="en", items=items_for(session, home))


def test_no_cell_is_a_formula() -> None:
    document: dict[str, Any] = {**DOCUMENT, "title": {"en": FORMULAS[0]}}
    section: Any = document["sections"][0]
    document["sections"] = [
        {
            **section,
            "questions": [
                {
                    "id": f"q{number}",
                    "type": "single_choice",
                    "required": False,
                    "text": {"en": text},
                    "options": [{"code": "a", "label": {"en": text}}],
                }
                for number, text in enumerate(FORMULAS)
            ],
        }
    ]
    book: Any = load_workbook(io.BytesIO(to_xlsform(document, [])))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert sum(cell.value == FORMULAS[0] for cell in cells) == 3, "the payload is there, as text"
    assert "f" not in {cell.data_type for cell in cells}

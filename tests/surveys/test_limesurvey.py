"""LimeSurvey's files in both dialects, and hostile ones."""

from pathlib import Path
from typing import Any

import pytest

from app.core.errors import Invalid
from app.surveys.authoring.limesurvey import read_limesurvey
from app.surveys.authoring.questionnaire import REMARK_WORDS, Report
from tests.surveys.questionnaire_shape import checked

FILES = Path(__file__).parent / "files" / "limesurvey"


def read(name: str) -> tuple[dict[str, Any], dict[str, Any], Report]:
    document, report = read_limesurvey((FILES / name).read_bytes(), "A file", "en")
    assert all(one.reason in REMARK_WORDS for line in report.lines for one in line.remarks)
    assert all(line.target or line.remarks for line in report.lines)
    return document, checked(document), report


@pytest.mark.parametrize(
    ("name", "types", "left_out"),
    [
        ("citric_answers.lss", ["multiple_choice", "rating_set"], []),
        ("citric_free_text.lsq", ["long_text"], []),
        ("citric_group.lsg", ["rating", "long_text"], []),
        ("citric_limesurvey_survey_432535.lss", ["rating", "long_text"], []),
        ("citric_survey.lss", ["long_text", "rating", "single_choice"], ["G02Q03"]),
    ],
)
def test_real_files(name: str, types: list[str], left_out: list[str]) -> None:
    _, found, report = read(name)
    assert [question["type"] for question in found.values()] == types
    assert [line.name for line in report.lines if line.fate == "left_out"] == left_out


def test_texts_are_text_and_titles_are_kept() -> None:
    document, found, _ = read("citric_limesurvey_survey_432535.lss")
    assert (document["title"], document["introduction"], document["thank_you"]) == (
        {"en": "Example Survey"},
        {"en": "Welcome to an example survey"},
        {"en": "See ya!"},
    )
    assert found["G01Q01"]["text"] == {"en": "Text for question 1"}
    assert found["G01Q01"]["required"]
    assert found["G01Q02"]["max_length"] == 255


def test_the_older_dialect_in_two_languages() -> None:
    document, found, report = read("own_old.lss")
    assert (document["languages"], document["default_language"]) == (["de", "en"], "de")
    assert document["sections"][0]["title"] == {"de": "Zusammenarbeit", "en": "Working together"}
    partner = found["partner"]
    assert partner["text"] == {"de": "Mit wem arbeiten Sie zuerst?", "en": "Whom do you work with first?"}
    assert [option["code"] for option in partner["options"]] == ["A1", "A2", "other"]
    assert partner["options"][-1]["label"] == {"de": "Sonstiges", "en": "Other"}
    assert found["partner_other"]["show_if"] == [{"question": "partner", "is": ["other"]}]
    trust = found["trust"]
    assert (trust["type"], trust["scale"], trust["low"]["en"]) == ("rating_set", {"min": 1, "max": 3}, "not at all")
    assert trust["hint"]["de"] == "1 = gar nicht, 2 = teils, 3 = voll"
    assert (found["budget"]["type"], found["budget"]["total"]) == ("allocation", 100)
    assert [option["label"]["de"] for option in found["agree_plan"]["options"]] == ["Ja", "Unsicher", "Nein"]
    lines = {line.name: line for line in report.lines}
    assert lines["mail"].fate == "kept"
    assert lines["mail"].remarks[0].detail == '((partner.NAOK == "A1"))'


def test_nothing_about_people_is_read() -> None:
    document, _, report = read("own_old.lss")
    assert "zq" in (FILES / "own_old.lss").read_text().lower()
    assert "zq" not in (str(document) + report.model_dump_json()).lower()
    assert [one.reason for one in report.remarks] == ["people"]


def test_every_type_of_the_newer_dialect() -> None:
    _, found, report = read("own_new.lss")
    targets = {line.source: line.target for line in report.lines}
    assert targets == {
        **dict.fromkeys("L!OGYCE", "single_choice"),
        **dict.fromkeys("MP", "multiple_choice"),
        **dict.fromkeys("SQ;", "short_text"),
        **dict.fromkeys("TU", "long_text"),
        **dict.fromkeys("NK:", "number"),
        **dict.fromkeys("ABFH1", "rating_set"),
        "R": "ranking",
        "5": "rating",
        "D": "date",
        "X": "note",
        **dict.fromkeys("|*I", ""),
    }
    numbers = {line.source: line.name for line in report.lines}
    assert found[numbers["N"]]["min"] == 1
    assert found[numbers["M"]]["most"] == 1
    assert found[numbers["B"]]["scale"] == {"min": 1, "max": 10}
    assert len([code for code in found if code.startswith(numbers[":"])]) == 4, "two rows, two columns"
    assert len([code for code in found if code.startswith(numbers["1"])]) == 2, "a dual scale is two"


def survey(rows: str, extra: str = "", head: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<document><LimeSurveyDocType>Survey</LimeSurveyDocType>'
        f"<languages><language>en</language></languages><questions><rows>{rows}</rows></questions>{extra}</document>"
    ).encode()


def row(**cells: str) -> str:
    whole = {"parent_qid": "0", "gid": "1", "type": "S", "question": "Asked", "language": "en", **cells}
    return "<row>" + "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in whole.items()) + "</row>"


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "no XML": (b"PK\x03\x04", "cannot be read as XML"),
    "half a file": (survey(row(qid="1", title="a"))[:-30], "cannot be read as XML"),
    "an unknown encoding": (b'<?xml version="1.0" encoding="zq-1"?><document/>', "cannot be read as XML"),
    "a billion laughs": (survey(row(qid="1", title="a"), head=LAUGHS), "entities of its own"),
    "a file from elsewhere": (
        survey("", head='<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "entities of its own",
    ),
    "something else": (b"<rss><channel/></rss>", "no questionnaire of LimeSurvey"),
    "nothing to ask": (survey(""), "Nothing in this file"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(name: str) -> None:
    data, sentence = HOSTILE[name]
    with pytest.raises(Invalid, match=sentence):
        read_limesurvey(data, "A file", "en")


def test_questions_that_are_their_own_parents_are_left_out() -> None:
    rows = row(qid="1", title="a") + row(qid="2", title="b", parent_qid="2")
    rows += row(qid="3", title="c", parent_qid="4") + row(qid="4", title="d", parent_qid="3")
    document, report = read_limesurvey(survey(rows), "A file", "en")
    assert [*checked(document)] == ["a"]
    assert [line.name for line in report.lines if line.remarks and line.remarks[0].reason == "orphan"] == [
        "b",
        "c",
        "d",
    ]


def test_two_questions_of_one_name_and_scripts_in_texts() -> None:
    text = "<script>zqx(1)</script><p onclick='zqx(2)'>Asked</p>"
    rows = row(qid="1", title="a", question=text) + row(qid="2", title="a")
    document, report = read_limesurvey(survey(rows), "A file", "en")
    found = checked(document)
    assert [*found] == ["a", "a_2"]
    assert found["a"]["text"] == {"en": "Asked"}
    assert report.lines[1].remarks[0].detail == "a"

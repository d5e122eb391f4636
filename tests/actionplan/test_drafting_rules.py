"""The lamp of an initiative, amounts as people write them, and forms that say what sheets say."""

import pytest

from app.actionplan.drafting.rules import (
    NO_EUROS,
    NO_TITLE,
    PARTS,
    compact,
    content_of,
    fields_of,
    next_code,
    read_euros,
    row_count,
)
from app.actionplan.initiatives.quality import Lamp, gaps_of, lamp_of, readability
from app.actionplan.initiatives.schemas import InitiativeIn, check_content, read_content
from app.core.words import LANGUAGES
from tests.actionplan.test_initiatives import FULL


def test_the_lamp_says_what_is_missing() -> None:
    blank = read_content({"id": "I1", "title": {"en": "One"}, "summary": {}})
    keys = [gap.key for gap in gaps_of(blank, LANGUAGES, {}, "en")]
    assert keys[0] == "summary_missing"
    assert {"cost", "start_year", "risks", "indicators", "languages_missing", "lead_partner"} <= set(keys)
    assert lamp_of(gaps_of(blank, LANGUAGES, {}, "en")) is Lamp.RED
    words = {"title": dict.fromkeys(LANGUAGES, "One"), "summary": dict.fromkeys(LANGUAGES, "Two.")}
    full = check_content(
        FULL | words | {"rationale": "We help. " * 9, "indicator_targets": FULL["indicator_targets"][:1]}
    )
    assert gaps_of(full, LANGUAGES, {}, "en") == []
    marks = {"title": {"de": "outdated", "fr": "draft"}}
    assert [gap.key for gap in gaps_of(full, LANGUAGES, marks, "en")] == ["outdated", "unchecked"]
    hard = full | {"rationale": "Interregionale Innovationsförderungsinstrumente " * 12}
    assert [gap.key for gap in gaps_of(hard, LANGUAGES, {}, "en")] == ["hard"]
    assert [gap.key for gap in gaps_of(full | {"indicator_targets": []}, LANGUAGES, {}, "en")] == ["targets"]
    assert gaps_of(full | {"title": {"en": "x" * 71}}, ["en"], {}, "en")[0].key == "title_long"
    assert readability("") is None


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("250000", 250_000),
        ("1 200 000", 1_200_000),
        ("1.200.000 €", 1_200_000),
        ("1,200,000", 1_200_000),
        ("9.8 M", 9_800_000),
        ("9,85m", 9_850_000),
        ("250k EUR", 250_000),
        ("0", 0),
        ("9.8", None),
        ("1.2000", None),
        ("-5", None),
        ("about 5", None),
        ("1e9", None),
    ],
)
def test_amounts_as_people_write_them(text: str, euros: int | None) -> None:
    assert read_euros(text) == euros


def test_parts_hold_every_field_once() -> None:
    fields = [name for names in PARTS.values() for name in names]
    assert len(fields) == len(set(fields))
    assert {*fields, "id", "status"} == set(InitiativeIn.model_fields)


def test_forms_and_sheets_are_the_same_thing() -> None:
    full = check_content(FULL | {"partners": ["A", "B"], "expected_outputs": ["One", "Two"]})
    for part in PARTS:
        typed = fields_of(part, full, "en")
        made, faults = content_of(part, compact(part, typed), full, "en")
        assert faults == {}
        assert check_content(made) == full, part
    assert content_of("words", {"title": " "}, full, "en")[1] == {"title": NO_TITLE}
    assert content_of("costs", {"budget_min_eur": "x"}, full, "en")[1] == {"budget_min_eur": NO_EUROS}
    assert row_count("phases", fields_of("time", full, "en")) == 3
    assert content_of("risks", {"trl_from": "4"}, full, "en")[0]["trl_range"] == ["4", "4"]
    assert next_code(["A9"]) == "A10"
    assert next_code(["I2", "I1"]) == "I3"

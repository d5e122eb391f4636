"""What programmes say beside each other, and how the cells of partners' files are read."""

import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.programmes.comparing.rules import (
    Axis,
    Middle,
    compare,
    gaps,
    lessons,
    matrix,
    middle_of,
    overlaps,
    strengths_of,
    weaknesses_of,
)
from app.programmes.importing.rules import (
    FIELD_WORDS,
    NOT_WHOLE,
    VALUE_WORDS,
    Unreadable,
    guess_decimal,
    guess_fields,
    guess_value,
    plain,
    read_amount,
    read_costs,
    read_whole,
    rescale,
)
from app.programmes.rules import CHOICES, Facts, Span, Unknown, cost_per_participant, satisfaction_interval, use_of
from app.programmes.schemas import ContentIn
from tests.programmes.catalogues import SERVICES


def facts(**changes: Any) -> Facts:
    said: dict[str, Any] = {"code": "P1", "partner": "A", "name": "N", "category": "talent"}
    return Facts(**said | changes)


def test_what_is_missing_has_a_reason_and_is_never_zero() -> None:
    assert use_of(facts(capacity=10)) is Unknown.PARTICIPANTS
    assert use_of(facts(participants=10, capacity=0)) is Unknown.NO_CAPACITY
    assert use_of(facts(participants=0, capacity=10)) == 0
    assert cost_per_participant(facts(participants=10)) is Unknown.COST
    assert cost_per_participant(facts(cost=10)) is Unknown.PARTICIPANTS
    assert cost_per_participant(facts(cost=10, participants=4)) == Span(2.5, 2.5)
    assert satisfaction_interval(facts(asked=10)) is Unknown.SATISFACTION
    assert satisfaction_interval(facts(satisfaction=8.0, asked=0)) is Unknown.ASKED


@given(st.lists(st.integers(0, 10), min_size=2, max_size=40))
def test_the_interval_of_satisfaction_is_wider_than_the_usual_one_of_a_mean(answers: list[int]) -> None:
    n, mean = len(answers), sum(answers) / len(answers)
    found = satisfaction_interval(facts(satisfaction=mean, asked=n))
    assert isinstance(found, Span)
    assert 0 <= found.low <= mean + 1e-9
    assert mean - 1e-9 <= found.high <= 10
    # the score interval of a share has this half width, and no spread of answers from 0 to 10 is larger than a share's
    share, z = mean / 10, 1.959963984540054
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    assert found.high - found.low == pytest.approx(20 * half)
    spread = sum((answer - mean) ** 2 for answer in answers) / n
    assert spread <= mean * (10 - mean) + 1e-9


def test_strength_and_weakness_stand_on_what_is_stated() -> None:
    assert [one.ground.value for one in strengths_of(facts(evidence="external_evaluation"))] == ["evaluated"]
    sure = facts(evidence="self_reported", satisfaction=9.5, asked=100)
    assert [one.ground.value for one in strengths_of(sure)] == ["reported", "satisfying"]
    assert strengths_of(facts(evidence="self_reported", satisfaction=9.5)) == []
    assert strengths_of(facts(evidence="none", participants=9, capacity=9)) == []
    assert weaknesses_of(facts(evidence="external_evaluation", participants=1, capacity=9)) == []
    poor = facts(evidence="none", participants=1, capacity=9, satisfaction=3.0, asked=100)
    assert [one.ground.value for one in weaknesses_of(poor)] == ["unproven", "empty", "unsatisfying"]


GOOD: dict[str, Any] = {"evidence": "external_evaluation", "is_open": True, "transferability": 4}


CASES: list[tuple[dict[str, Any], list[dict[str, Any]], bool]] = [
    ({}, [{"category": "connect"}], True),
    ({}, [{"target_groups": ("sme",), "evidence": "none"}], True),
    ({}, [{"target_groups": ("sme",), "evidence": "none"}, {"target_groups": ("sme",)}], False),
    ({}, [{"target_groups": ("large",)}], True),
    ({}, [{}], False),
    ({"target_groups": ()}, [{"target_groups": ("large",), "evidence": "none"}], True),
    ({"target_groups": ()}, [{"target_groups": ("large",)}], False),
    ({"is_open": None}, [{"category": "connect"}], False),
    ({"is_open": False}, [{"category": "connect"}], False),
    ({"transferability": 3}, [{"category": "connect"}], False),
    ({"transferability": None}, [{"category": "connect"}], False),
    ({"evidence": ""}, [{"category": "connect"}], False),
    ({}, [], False),
]


@pytest.mark.parametrize(("model", "own", "learns"), CASES)
def test_who_could_learn(model: dict[str, Any], own: list[dict[str, Any]], learns: bool) -> None:
    there = facts(**{"target_groups": ("sme",), **GOOD, **model})
    here = [facts(code=f"B{place}", partner="B", **one) for place, one in enumerate(own)]
    found = lessons([there, *here], ["A", "B"])
    assert [(one.learner, one.model.code) for one in found] == ([("B", "P1")] if learns else [])


def test_every_sentence_of_the_demonstration_is_recomputed_from_its_file() -> None:
    with SERVICES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    programmes = [from_row(row) for row in rows]
    partners = sorted({row["region_id"] for row in rows})
    said = {
        (one.learner, one.model.code, tuple(own.code for own, _ in one.own)) for one in lessons(programmes, partners)
    }
    expected: set[tuple[str, str, tuple[str, ...]]] = set()
    for row in rows:
        is_full = bool(row["capacity_per_year"]) and int(row["participants_last_year"]) * 10 >= 9 * int(
            row["capacity_per_year"]
        )
        evidence = row["evidence_level"]
        is_strong = evidence == "external evaluation" or (evidence == "self-reported" and is_full)
        if not is_strong or row["open_to_other_regions"] != "yes" or int(row["transferability_1_5"]) < 4:
            continue
        for partner in partners:
            near = [
                other
                for other in rows
                if other["region_id"] == partner
                and other["category"] == row["category"]
                and set(other["target_groups"].split("|")) & set(row["target_groups"].split("|"))
            ]
            weak = [
                other
                for other in near
                if other["evidence_level"] == "none"
                or (
                    other["evidence_level"] == "self-reported"
                    and other["capacity_per_year"]
                    and int(other["participants_last_year"]) * 10 < 6 * int(other["capacity_per_year"])
                )
            ]
            if partner != row["region_id"] and near == weak:
                expected.add((partner, row["service_id"], tuple(other["service_id"] for other in weak)))
    assert said == expected
    assert len(said) == 20
    for lesson in lessons(programmes, partners):
        row = next(row for row in rows if row["service_id"] == lesson.model.code)
        for reason in lesson.strengths:
            if reason.figure is not None:
                assert reason.figure == int(row["participants_last_year"]) / int(row["capacity_per_year"])


def test_the_matrix_of_the_demonstration_is_counted_from_its_file() -> None:
    with SERVICES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    programmes = [from_row(row) for row in rows]
    partners = sorted({row["region_id"] for row in rows})
    for axis, part in ((Axis.CATEGORY, "category"), (Axis.TARGET, "target_groups")):
        for (name, partner), cell in matrix(programmes, partners, axis).items():
            own = [row for row in rows if row["region_id"] == partner and name in row[part].split("|")]
            assert list(cell.codes) == [row["service_id"] for row in own]
            assert set(cell.shared) <= set(cell.codes)
    alike = {
        (one.category, one.target, one.delivery): sorted(each.code for each in one.programmes)
        for one in overlaps(programmes)
    }
    expected: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        for target in row["target_groups"].split("|"):
            key = (row["category"], target, row["delivery_mode"].replace(" ", "_"))
            expected.setdefault(key, []).append(row["service_id"])
    assert alike == {key: codes for key, codes in expected.items() if len(codes) > 1}
    named = {(row["category"], target) for row in rows for target in row["target_groups"].split("|")}
    assert named.isdisjoint({(one.category, one.target) for one in gaps(programmes)})
    assert len(named) + len(gaps(programmes)) == 5 * 9


def test_medians_weigh_partners_alike() -> None:
    rows = compare([facts(code=str(n), partner="A" if n else "B", staff=float(n)) for n in (0, 4, 6, 8)], "talent")
    middle = middle_of(rows, "staff")
    assert middle == Middle(3.0, 2)
    assert [one.facts.code for one in rows] == ["4", "6", "8", "0"]
    assert middle_of(rows, "cost") is Unknown.NO_PROGRAMME


def from_row(row: dict[str, str]) -> Facts:
    """A programme of the demonstration's file, read by nothing of ours."""

    def whole(name: str) -> int | None:
        return int(row[name]) if row[name] else None

    return Facts(
        code=row["service_id"],
        partner=row["region_id"],
        name=row["name"],
        category=row["category"],
        target_groups=tuple(row["target_groups"].split("|")),
        delivery_mode=row["delivery_mode"].replace(" ", "_"),
        participants=whole("participants_last_year"),
        capacity=whole("capacity_per_year"),
        cost=whole("annual_cost_eur"),
        satisfaction=float(row["satisfaction_0_10"]),
        evidence=row["evidence_level"].replace("-", "_").replace(" ", "_"),
        is_open=row["open_to_other_regions"] == "yes",
        transferability=whole("transferability_1_5"),
    )


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1.234.567", ",", 1234567),
        ("1,234.5", ".", 1234.5),
        ("95 000", "", 95000),
        ("95\u202f000,50 €", ",", 95000.5),
        ("12'500", ".", 12500),
        ("EUR 12", "", 12),
        ("-3", "", -3),
        ("0.125", "", 0.125),
    ],
)
def test_amounts(text: str, decimal: str, value: float) -> None:
    assert read_amount(text, decimal) == value


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("95.000", ""),
        ("1,200", ""),
        ("8,5", "."),
        ("8.5", ","),
        ("12 k", "."),
        ("1.2.3", "."),
        ("", "."),
        ("5.", "."),
        ("1,23,456", "."),
        ("٣", "."),
    ],
)
def test_what_is_no_amount_is_not_guessed(text: str, decimal: str) -> None:
    with pytest.raises(Unreadable):
        read_amount(text, decimal)


def test_costs_and_scales() -> None:
    assert read_costs("10000 to 12000", ".") == (10000, 12000)
    for refused in ("1 – 2 – 3", "from 10 up"):
        with pytest.raises(Unreadable):
            read_costs(refused, ".")
    with pytest.raises(Unreadable, match=NOT_WHOLE):
        read_whole("2.5", ".")
    assert (rescale(5.5, "1-10"), rescale(1, "1-5")) == (5.0, 0.0)
    with pytest.raises(Unreadable):
        rescale(6, "1-5")


def test_the_decimal_sign_is_told_by_clear_figures_only() -> None:
    assert guess_decimal(["1.5", "1,5"]) == ""
    assert guess_decimal(["1.234.567"]) == ","
    assert guess_decimal(["10.000 – 12.500,5"]) == ","
    assert guess_decimal(["12", "1,000"]) == ""


def test_usual_words_mean_one_thing_each() -> None:
    for field, usual in FIELD_WORDS.items():
        assert guess_fields([usual[0]]) == [field]
    names = [(plain(word), field) for field, words in FIELD_WORDS.items() for word in words]
    assert len({word for word, _ in names}) == len(set(names))
    for field, values in VALUE_WORDS.items():
        assert set(values) == set(CHOICES[field])
        for value, words in values.items():
            for word in (value, *words):
                assert guess_value(field, word) == value, (field, word)


def test_two_columns_that_say_it_alike_are_not_guessed() -> None:
    assert guess_fields(["Budget 2023", "Budget 2024", "Name"]) == ["", "", "name"]
    assert guess_fields(["Category", "Our category of old"]) == ["category", ""]


def test_the_wire_names_the_values_that_the_words_name() -> None:
    schema = ContentIn.model_json_schema()["properties"]
    for field in set(CHOICES) - {"target_groups", "open_to_other_regions", "category"}:
        assert set(schema[field]["enum"]) == {*CHOICES[field], ""}
    assert set(schema["category"]["enum"]) == set(CHOICES["category"])
    assert set(schema["target_groups"]["items"]["enum"]) == set(CHOICES["target_groups"])

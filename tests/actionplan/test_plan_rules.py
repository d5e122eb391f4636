"""What a plan is made of, without a database: the form of its rules, costs over years, phases, and the problem."""

from dataclasses import replace
from typing import Any

import pytest

from app.actionplan.portfolio.facts import UnevenYears, differing, read_facts, shown_facts
from app.actionplan.portfolio.modelling import Frame, Hand, Item, cost_of, hands_from, item_from, problem_of
from app.actionplan.portfolio.roadmap import gate_of, phases_of, quarter_at
from app.actionplan.portfolio.rulebook import Rulebook, as_data, from_data, read_amount, read_rules, read_start

YEARS = [2027, 2028]
TYPED = {"ceiling.2027": "1 500 000", "ceiling.2028": "0", "cost_point": "50", "discount": "95"}
RULES = Rulebook((1_000_000, 500_000))
ONE = Item("A", 3.0, {"industry": 4.0}, 100_000, 300_000, 2027, 3, 18, lead="N", regions=("N", "S"))


def test_the_form_of_rules() -> None:
    rules, faults = read_rules({**TYPED, "max_starts": " 3 ", "carry_over": "yes", "by_cost": "yes"}, YEARS)
    assert faults == {}
    assert rules is not None
    assert rules == Rulebook((1_500_000, 0), max_starts=3, carry_over=True, by_cost=True)
    assert rules.budget == 1_500_000
    assert from_data(as_data(rules)) == rules


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("ceiling.2027", "-1"),
        ("ceiling.2027", ""),
        ("ceiling.2028", "1.5"),
        ("ceiling.2028", "9" * 16),
        ("ceiling.2028", "9999999999999"),
        ("cost_point", "101"),
        ("discount", "0"),
        ("helix_floor", "101"),
        ("max_starts", "0"),
        ("region_min", "many"),
        ("support_min", "NaN"),
    ],
)
def test_rules_that_cannot_be_are_named_at_their_field(field: str, text: str) -> None:
    rules, faults = read_rules({**TYPED, field: text}, YEARS)
    assert rules is None
    assert list(faults) == [field]


def test_one_budget_is_split_to_the_euro() -> None:
    rules, _ = read_start({"budget": "10"}, 3)
    assert rules is not None
    assert rules.ceilings == (3, 3, 4)
    assert (rules.support_min, rules.helix_floor, rules.discount) == (50, 25, 95)
    assert read_start({}, 3)[1] == {"budget": "Enter what there is in all, or an amount for each year."}
    assert read_start({"budget": "1" + "0" * 13}, 3)[0] is None
    assert list(read_start({"amount.1": "1"}, 2)[1]) == ["amount.2"]
    assert read_amount("1\N{RIGHT SINGLE QUOTATION MARK}000") == 1000


def test_costs_lie_over_the_months_and_add_up() -> None:
    assert cost_of(ONE, 0) == [33_333, 66_667]
    assert cost_of(ONE, 100) == [100_000, 200_000]
    uneven = replace(ONE, shape=(1, 3))
    assert cost_of(uneven, 100) == [75_000, 225_000]
    # a shape of other years than it touches says nothing
    assert cost_of(replace(ONE, shape=(1, 2, 3)), 100) == [100_000, 200_000]
    assert cost_of(replace(ONE, shape=(0, 0)), 100) == [100_000, 200_000]
    for months in range(1, 70):
        for quarter in range(1, 5):
            item = replace(ONE, months=months, start_quarter=quarter, cost_low=7, cost_high=1_000_003)
            assert sum(cost_of(item, 50)) == 500_005
            assert len(cost_of(item, 50)) == item.touched


def test_a_problem_says_what_the_rules_say() -> None:
    other = Item("B", None, {}, 0, 50_000, 2028, 1, 12, depends_on=("A", "gone"), excludes=("A", "gone"))
    rules = replace(RULES, lead_capacity=2, region_min=1, region_share=60, helix_floor=25, max_starts=2, is_fair=True)
    problem = problem_of(Frame([ONE, other], rules, 2027))
    first, second = problem.candidates
    assert (first.cost, first.earliest, first.latest) == ((66.667, 133.333), 1, None)
    assert (second.is_forbidden, second.value, second.earliest) == (True, 0, 2)
    assert problem.budgets == (1000, 500)
    assert [tuple(rule) for rule in problem.dependencies] == [("A", "B", 0)]
    assert problem.exclusions == (("A", "B"),)
    assert problem.region_min_count == {"N": 1, "S": 1}
    assert (problem.region_max_spend_share, problem.max_starts_per_year) == (0.6, 2)
    assert problem.helix_floor == {"industry": 1.0}
    assert problem.lead_capacity == {"N": 2}
    assert problem.is_fair


def test_what_is_settled_by_hand_comes_before_everything() -> None:
    hands = hands_from({"A": {"is_in": True, "year": 2028, "reason": "so"}, "B": {"is_in": False}})
    assert hands == {"A": Hand(is_in=True, year=2028, reason="so"), "B": Hand(is_in=False)}
    frame = Frame([ONE, replace(ONE, code="B")], RULES, 2027, hands)
    first, second = problem_of(frame).candidates
    assert (first.is_mandatory, first.earliest, first.latest) == (True, 2, 2)
    assert second.is_forbidden
    free = problem_of(frame, with_hands=False)
    assert not any(one.is_mandatory or one.is_forbidden for one in free.candidates)
    assert frame.years == YEARS


def test_what_lacks_support_comes_in_only_where_something_waits_for_it() -> None:
    rules = replace(RULES, support_min=50)
    low = replace(ONE, code="L", support=0.2)
    lower = replace(ONE, code="M", support=0.1)
    chain = replace(ONE, code="H", support=0.8, depends_on=("L",))
    frame = Frame([replace(low, depends_on=("M",)), lower, chain, replace(ONE, code="X", support=0.4)], rules, 2027)
    found = {one.id: one for one in problem_of(frame).candidates}
    assert (found["L"].is_forbidden, found["L"].value, found["L"].helix_value) == (False, 0, {})
    assert (found["M"].is_forbidden, found["M"].value) == (False, 0)
    assert (found["H"].is_forbidden, found["H"].value) == (False, 3)
    assert found["X"].is_forbidden
    by_hand = replace(frame, hands={"X": Hand(is_in=True)})
    assert problem_of(by_hand).by_id["X"].value == 3
    # nobody may know how many support it, so nobody leaves it out for that
    assert not problem_of(Frame([ONE], rules, 2027)).candidates[0].is_forbidden
    assert problem_of(Frame([replace(ONE, is_known=False)], rules, 2027)).candidates[0].is_forbidden


def test_each_euro_can_count() -> None:
    one = problem_of(Frame([ONE], replace(RULES, by_cost=True), 2027)).candidates[0]
    assert one.value == pytest.approx(0.2 * 3)
    assert one.helix_value == {"industry": pytest.approx(0.2 * 4)}


def test_phases_follow_the_sheet_and_move_with_the_start() -> None:
    sheet = [
        {"text": "Prepare", "start": "2027-Q3", "end": "2027-Q4"},
        {"text": "Try", "start": "2028-Q1", "end": "2028-Q2"},
        {"text": "Run", "start": "2028-Q3", "end": "2029-Q4"},
    ]
    found = phases_of(ONE, sheet, (2027, 3))
    assert [(one.kind, one.name, one.since, one.until) for one in found] == [
        ("design", "Prepare", 0, 2),
        ("pilot", "Try", 2, 4),
        ("operate", "Run", 4, 6),
    ]
    assert gate_of(found) == 4
    # named phases that lie before it began do not show
    assert [one.name for one in phases_of(ONE, sheet, (2028, 1))] == ["Try", "Run"]
    short = phases_of(replace(ONE, months=6), [], (2027, 3))
    assert [(one.kind, one.since, one.until) for one in short] == [("operate", 0, 2)]
    assert gate_of(short) is None
    assert quarter_at(2027, 4, 1) == (2028, 1)


def kept_facts(**changes: Any) -> dict[str, Any]:
    return {
        "cost_low": 5,
        "cost_high": 12,
        "start_year": 2027,
        "start_quarter": 1,
        "latest_year": None,
        "months": 24,
        "missing": [],
        "shape": [],
        "lead": "N",
        "regions": ["N"],
        "depends_on": ["B"],
        "excludes": [],
    } | changes


def form(**changes: str) -> dict[str, str]:
    kept = {"cost_low": "5", "cost_high": "12", "start_year": "2027", "start_quarter": "1", "months": "24"}
    return {**kept, "latest_year": "", "lead": "N", "waits.B": "yes", **changes}


def test_what_an_initiative_takes_reads_back_as_it_was_shown() -> None:
    facts = kept_facts(shape=[4, 8], latest_year=2029)
    evidence: dict[str, Any] = {"value": 3.0, "helix_value": {}, "share_high": 0.5}
    shown = shown_facts(item_from("A", evidence, facts), facts)
    assert (shown["amount.1"], shown["amount.2"], shown["waits.B"]) == ("4", "8", "yes")
    found, faults = read_facts(shown, facts, ["B", "C"])
    assert faults == {}
    assert differing(found, facts) == {}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("cost_low", "-5"),
        ("cost_high", "4"),
        ("months", "0"),
        ("months", "601"),
        ("start_quarter", "5"),
        ("start_year", "27"),
        ("latest_year", "soon"),
        ("latest_year", "2026"),
    ],
)
def test_what_cannot_be_is_named_at_its_field(field: str, text: str) -> None:
    assert list(read_facts(form(**{field: text}), kept_facts(), ["B"])[1]) == [field]


def test_years_that_do_not_add_up_say_by_how_much() -> None:
    with pytest.raises(UnevenYears) as uneven:
        read_facts(form(**{"amount.1": "4", "amount.2": "9"}), kept_facts(), ["B"])
    assert (uneven.value.total, uneven.value.more) == (13, 1)
    assert list(read_facts(form(**{"amount.1": "x", "amount.2": "9"}), kept_facts(), [])[1]) == ["amount.1"]
    assert read_facts(form(**{"amount.2": "12"}), kept_facts(), [])[0]["shape"] == [0, 12]

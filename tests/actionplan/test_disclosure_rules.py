"""What a disclosure list leaves of findings, part by part, and which decisions are whole."""

from typing import Any

import pytest

from app.actionplan.decisions.rules import LONGEST_INTEREST, Part, faults_of
from app.actionplan.disclosure.rules import disclose

LINE: dict[str, Any] = {
    "initiative": "I1",
    "suppressed": False,
    "round": 2,
    "verdict": "consensus",
    "standing": "agreed",
    "n": 20,
    "cannot_judge": 1,
    "share_low": 0.1,
    "share_middle": 0.1,
    "share_high": 0.8,
    "wilson": [0.6, 0.9],
    "rank": 1.0,
    "rank50": [1.0, 1.0],
    "rank90": [1.0, 2.0],
    "by_helix": {
        "civil": {"n": None, "suppressed": True},
        "industry": {"n": 12, "suppressed": False, "share_high": 0.9, "counts": [0, 0, 1, 5, 6], "mean": 4.4},
    },
    "by_region": {"BG": {"n": 9, "suppressed": False, "share_high": 0.7, "wilson": [0.4, 0.9]}},
    "change": {"from_round": 1, "n_pairs": 18, "before": 0.7, "after": 0.8, "points": 10.0, "stable": True},
}
FINDINGS: dict[str, Any] = {
    "round": 2,
    "criteria": ["impact"],
    "helices": ["civil", "industry"],
    "regions": ["BG"],
    "rule": {"minimum_group": 5},
    "answered": {
        "all": 20,
        "by_helix": {"civil": {"n": None, "suppressed": True}, "industry": {"n": 12, "suppressed": False}},
    },
    "invited": {"all": 40, "by_helix": {"civil": 10, "industry": 30}},
    "items": {"impact": [LINE, LINE | {"initiative": "I2", "change": {"points": None}}]},
    "by_criterion_shortlist": {"impact": {"k": 1, "members": ["I1"], "same_share": 0.9}},
}


@pytest.mark.parametrize(
    ("part", "keys"),
    [
        ("verdicts", {"verdict", "standing"}),
        ("shares", {"n", "cannot_judge", "share_low", "share_middle", "share_high", "wilson"}),
        ("ranks", {"rank", "rank50", "rank90"}),
        ("helices", {"by_helix"}),
        ("regions", {"by_region"}),
        ("change", {"change"}),
        ("response", set[str]()),
    ],
)
def test_a_part_leaves_its_figures_and_no_others(part: str, keys: set[str]) -> None:
    shown = disclose(FINDINGS, [part])
    assert set(shown["items"]["impact"][0]) == {"initiative", "suppressed", "round"} | keys
    assert ("shortlist" in shown) == (part == "ranks")
    assert ("response" in shown) == (part == "response")
    assert ("helices" in shown) == (part in ("helices", "response"))
    assert ("regions" in shown) == (part == "regions")


def test_cells_carry_their_share_only_and_hidden_ones_nothing() -> None:
    shown = disclose(FINDINGS, ["helices", "regions", "change", "response"])
    line, other = shown["items"]["impact"]
    assert line["by_helix"] == {
        "civil": {"n": None, "suppressed": True, "share_high": None},
        "industry": {"n": 12, "suppressed": False, "share_high": 0.9},
    }
    assert line["by_region"]["BG"] == {"n": 9, "suppressed": False, "share_high": 0.7}
    assert set(line["change"]) == {"from_round", "n_pairs", "before", "after", "points"}
    assert other["change"] is None
    assert shown["response"] == {
        "civil": {"n": None, "suppressed": True, "invited": None},
        "industry": {"n": 12, "suppressed": False, "invited": 30},
    }


def test_a_decision_names_initiatives_there_are_and_an_interest_of_fair_length() -> None:
    parts = [Part("biel"), Part("alba", "x" * (LONGEST_INTEREST + 1), False, True)]
    faults = faults_of("take_up", ["I9"], ["I1"], "Because it was agreed.", parts)
    assert set(faults) == {"items", "interest.alba"}
    assert set(faults_of("nothing", [], [], "No", [])) == {"outcome", "reason", "parts"}
    assert set(faults_of("take_up", ["I1"], ["I1"], "Because it was agreed.", [Part("a", "", False, True)])) == {
        "interest.a"
    }

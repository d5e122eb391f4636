"""What is said of an order: worked out by hand."""

from typing import Any

import numpy as np
import pytest

from app.actionplan.priorities.comparing import bridges, five_weightings, moving, opinions, sensitivity
from app.actionplan.priorities.pages import (
    lead_of,
    span,
    turning_title,
)
from app.consensus.basis import Basis, Ranked, make_basis, rank_under
from app.consensus.points import Points, asked_weights
from app.stats.bootstrap import Draws
from app.stats.edge import as_values
from tests.actionplan.test_weights import CRITERIA


def findings(means: dict[str, list[float | None]], *, k: int = 1, weights: tuple[float, float] = (0.5, 0.5)) -> Any:
    """Findings of two criteria on 1 to 5, as far as an order needs them; None is too few to show."""

    def line(name: str, column: int) -> dict[str, Any]:
        value = means[name][column]
        gone = value is None
        point = 0 if gone else round(value)
        counts = None if gone else [6 if level == point else 0 for level in range(1, 6)]
        cell = {"n": 6, "suppressed": False, "counts": counts}
        return {
            "initiative": name, "suppressed": gone, "n": None if gone else 12, "balanced_mean": value, "counts": counts,
            "verdict": "too_few" if gone else "leaning", "standing": "cannot_tell", "gap": None,
            "by_helix": {"academia": cell, "industry": cell if not gone else {"n": None, "suppressed": True}},
        }  # fmt: skip

    shown = {name: None not in pair for name, pair in means.items()}
    scores = {
        name: None if not shown[name] else sum(w * (m or 0) for w, m in zip(weights, pair, strict=True))
        for name, pair in means.items()
    }
    order = sorted((name for name in means if shown[name]), key=lambda name: -(scores[name] or 0))
    overall = [
        {
            "initiative": name, "suppressed": not shown[name], "n": 12, "score": scores[name], "score95": [1.0, 5.0],
            "rank": float(order.index(name) + 1) if shown[name] else None, "rank50": [1.0, 1.0], "rank90": [1.0, 2.0],
            "topk": 0.5, "verdict": "leaning", "standing": "cannot_tell",
        }
        for name in means
    ]  # fmt: skip
    return {
        "scale": {"low": 1, "high": 5}, "box": [4, 5], "low_box": [1, 2], "helices": ["academia", "industry"],
        "criteria": CRITERIA, "weights": dict(zip(CRITERIA, weights, strict=True)), "rule": {"minimum_group": 5},
        "round": 1, "seed": 1, "draws": 2000, "engine": "1",
        "shortlist": {"k": k, "members": order[:k], "same_share": 0.7},
        "items": {name: [line(code, column) for code in means] for column, name in enumerate(CRITERIA)},
        "overall": overall,
    }  # fmt: skip


def basis_of(given: Any, noise: float = 0.0, points: Points | None = None) -> Basis:
    shape = (2000, len(given["overall"]), 2)
    means = np.array(
        [[line["balanced_mean"] or np.nan for line in given["items"][name]] for name in CRITERIA], np.float64
    ).T
    drawn = means + noise * np.random.default_rng(3).standard_normal(shape)
    return Basis(make_basis(given, Draws(drawn, 1), points))


MEANS: dict[str, list[float | None]] = {"I1": [4.0, 2.0], "I2": [1.0, 4.0], "I3": [1.0, 1.0]}


def test_without_chance_ranks_are_certain() -> None:
    given = findings(MEANS)
    ranked = rank_under(given, basis_of(given), {"impact": 1, "urgency": 9})
    assert [(line["initiative"], line["score"], line["rank_set"]) for line in ranked.shown] == [
        ("I2", pytest.approx(3.7), [1, 1]),
        ("I1", pytest.approx(2.2), [2, 2]),
        ("I3", pytest.approx(1.0), [3, 3]),
    ]
    assert ranked.probability["I2"] == [1, 0, 0]
    assert (ranked.members, ranked.same_share, lead_of(ranked)) == (["I2"], 1.0, "clearly")


def test_the_fixed_weights_give_what_was_frozen() -> None:
    given = findings(MEANS)
    ranked = rank_under(given, basis_of(given, 0.2), {"impact": 5, "urgency": 5})
    assert ranked.is_fixed
    assert [{k: v for k, v in line.items() if k != "rank_set"} for line in ranked.lines] == given["overall"]
    assert (ranked.members, ranked.same_share, lead_of(ranked)) == (["I1"], 0.7, "leads")


def test_chance_makes_ranks_uncertain_and_the_same_each_time() -> None:
    given = findings(MEANS)
    basis = basis_of(given, 1.0)
    weights = {"impact": 0.45, "urgency": 0.55}
    one, other = rank_under(given, basis, weights), rank_under(given, basis, weights)
    assert one == other
    assert [line["rank_set"] for line in one.lines] == [[1, 3]] * 3
    assert sum(one.probability["I1"]) == pytest.approx(1)
    # scores 2.9, 2.65 and 1 with a variance of 0.505 each: Phi(0.25 / sqrt(1.01)) of the pair, less what I3 takes
    assert 0.5 < one.lines[0]["topk"] < 0.6
    assert lead_of(one) == ""


def test_the_order_has_a_covariance_that_follows_from_that_of_the_means() -> None:
    given = findings(MEANS)
    found = basis_of(given, 0.5)
    square = found.covariance
    assert square.shape == (6, 6)
    assert np.allclose(square, square.T)
    assert np.diag(square) == pytest.approx([0.25] * 6, rel=0.1)
    assert found.means.tolist() == [[4, 2], [1, 4], [1, 1]]


def test_what_may_not_be_shown_has_no_rank_and_no_say() -> None:
    given = findings(MEANS | {"I4": [None, 5.0]}, k=2)
    basis = basis_of(given, 0.1)
    both = rank_under(given, basis, {"impact": 2, "urgency": 1})
    assert [line["initiative"] for line in both.shown] == ["I1", "I2", "I3"]
    assert both.lines[3]["suppressed"]
    assert both.lines[3]["rank_set"] is None
    # a criterion that does not count cannot hide anything
    alone = rank_under(given, basis, {"urgency": 1})
    assert alone.shown[0]["initiative"] == "I4"
    assert basis.content["means"][3] == [None, 5.0]
    assert "I4" not in basis.content["unknown"]["any"]
    assert five_weightings(given, basis)[0].ranks["I4"] is None


def test_what_would_change_the_first_by_hand() -> None:
    given = findings(MEANS)
    basis = basis_of(given)
    ranked = rank_under(given, basis, given["weights"])
    found = sensitivity(basis, ranked)
    more, less = found.changes["impact"]
    assert more is None
    assert less
    # impact down by a third: 1/3 beside 1/2 is two fifths of all
    assert (less.change, less.share) == (pytest.approx(-1 / 3), pytest.approx(0.4))
    assert (less.leaves, less.enters) == ("I1", "I2")
    assert (found.holds_together, found.holds_singly) == (True, True)
    labels, titles = {"impact": "Impact", "urgency": "Urgency"}, {name: name for name in MEANS}
    assert turning_title(found, ranked, labels, titles, "en") == "No weights within ±20 % change the first 1."
    closer = rank_under(given, basis, {"impact": 0.42, "urgency": 0.58})
    near = sensitivity(basis, closer)
    # 0.42 · 3 against 0.58 · 2: 1.26 (1 + t) = 1.16 at t = -0.079
    assert near.nearest
    assert near.nearest[1].change == pytest.approx(1.16 / 1.26 - 1)
    assert turning_title(near, closer, labels, titles, "en") == (
        "Impact from 42 % to 40 % changes the first 1: “I2” comes in for “I1”."
    )
    two = rank_under(given, basis, {"impact": 0.48, "urgency": 0.52})
    middle = sensitivity(basis, two)
    # 1.44 (1 + t) = 1.04 at t = -0.28; both at once: 1.44 · 0.8 < 1.04 · 1.2
    assert (middle.holds_together, middle.holds_singly) == (False, True)
    assert "several at once can" in turning_title(middle, two, labels, titles, "en")


def test_methods_by_hand() -> None:
    given = findings(MEANS)
    basis = basis_of(given)
    found = opinions(given, basis, rank_under(given, basis, given["weights"]))
    assert found.ranks["sum"] == {"I1": 1, "I2": 2, "I3": 3}
    # I1 beats I2 on impact only, both beat or equal I3: flows (0.25 + 1) / 2 ... the same by pairs won
    assert found.ranks["borda"] == {"I1": 1, "I2": 2, "I3": 3}
    # CHNRI: I1 yes and no, I2 no and yes, I3 no twice
    assert found.ranks["chnri"] == {"I1": 1.5, "I2": 1.5, "I3": 3}
    assert found.agreement["sum"]["sum"] == 1
    assert found.agreement["sum"]["chnri"] == pytest.approx(2 / np.sqrt(3 * 2), abs=1e-9)
    assert found.sensitive == ["I1"]


def test_whoever_is_first_by_every_method_depends_on_none() -> None:
    given = findings({"I1": [5.0, 5.0], "I2": [2.0, 2.0], "I3": [1.0, 1.0]})
    basis = basis_of(given)
    found = opinions(given, basis, rank_under(given, basis, given["weights"]))
    assert {ranks["I1"] for ranks in found.ranks.values()} == {1}
    assert found.sensitive == []


def test_methods_that_have_no_answer() -> None:
    given = findings({"I1": [3.0, 3.0], "I2": [3.0, 3.0]})
    basis = basis_of(given)
    found = opinions(given, basis, rank_under(given, basis, {"impact": 1}))
    assert found.ranks["topsis"] == {"I1": None, "I2": None}
    assert found.agreement["sum"]["borda"] is None
    assert found.sensitive == []


def test_bridging_by_hand() -> None:
    given = findings({"I1": [4.0, 1.0], "I2": [1.0, 1.0], "I3": [None, 1.0]})
    found = bridges(given)
    # six of six in two groups: (7 / 8)^2; none of six: (1 / 8)^2
    assert found["I1"]
    assert (found["I1"].product, found["I1"].root, found["I1"].groups) == (
        pytest.approx(49 / 64),
        pytest.approx(7 / 8),
        2,
    )
    assert found["I2"]
    assert found["I2"].root == pytest.approx(1 / 8)
    assert found["I3"] is None


def test_what_moves_with_the_weights() -> None:
    given = findings(MEANS, weights=(0.9, 0.1))
    basis = basis_of(given, points=Points({"academia": [[0, 10]] * 5}, {}))
    found = five_weightings(given, basis)
    assert [one.name for one in found] == ["equal", "fixed", "order", "asked", "unknown"]
    assert found[2].weights == {"impact": 0.75, "urgency": 0.25}
    assert found[3].weights == {"impact": 0, "urgency": 1}
    assert found[3].ranks["I2"] == 1
    assert moving(found, 1) == ["I1", "I2"]
    # I2 is ahead of I1 where urgency counts more than three fifths: two fifths of all weights
    assert basis.unknown
    assert basis.unknown["any"]["I2"]["first"] == pytest.approx(0.4)
    assert basis.unknown["any"]["I3"]["expected"] == pytest.approx(3)
    assert basis.unknown["central"]["I3"] is None
    # with impact at least half, never
    assert basis.unknown["ordered"]["I1"]["first"] == 1


def test_weights_asked_of_stakeholders_are_balanced_over_groups() -> None:
    given: Any = {
        "helices": ["academia", "industry", "civil"],
        "criteria": CRITERIA,
        "rule": {"minimum_group": 5},
        "round": 1,
    }
    found = asked_weights(
        Points({"academia": [[100, 0]] * 20, "industry": [[0, 100]] * 5, "civil": [[50, 50]] * 5}, {}), given
    )
    assert found["weights"] == pytest.approx({"impact": 0.5, "urgency": 0.5})
    assert found["by_helix"]["academia"] == {"n": 20, "weights": {"impact": 1.0, "urgency": 0.0}}
    # two of civil are hidden with the smallest beside them, and count as one group: (0.5 · 2 + 0 · 5) / 7
    hidden = asked_weights(
        Points({"academia": [[10, 0]] * 20, "industry": [[0, 10]] * 5, "civil": [[5, 5]] * 2}, {}), given
    )
    assert hidden["by_helix"]["industry"] is hidden["by_helix"]["civil"] is None
    assert hidden["weights"]["impact"] == pytest.approx((1 + 1 / 7) / 2)
    few = asked_weights(Points({"civil": [[5, 5]] * 4}, {}), given)
    assert (few["weights"], few["reason"]) == (None, "too_few")


HALVES: dict[str, list[list[float]]] = {name: [[50, 50]] * n for name, n in (("one", 10), ("two", 8), ("three", 6))}


FEW: dict[str, list[list[float]]] = {"one": [[50, 50]] * 10, "two": [[50, 50]] * 6, "three": [[50, 50]] * 3}


ALL_IN: list[list[float]] = [[100, 0]]


@pytest.mark.parametrize(
    ("first", "second", "anew", "is_kept"),
    [
        pytest.param(HALVES, HALVES, {}, False, id="nobody said anything new"),
        pytest.param(HALVES, HALVES | {"one": HALVES["one"] + ALL_IN}, {"one": 1}, True, id="one came"),
        pytest.param(HALVES, HALVES | {"one": HALVES["one"][1:]}, {}, True, id="one withdrew"),
        pytest.param(HALVES, HALVES | {"two": HALVES["two"][4:] + ALL_IN * 4}, {"two": 4}, True, id="four changed"),
        pytest.param(HALVES, HALVES | {"two": HALVES["two"][5:] + ALL_IN * 5}, {"two": 5}, False, id="five changed"),
        pytest.param(
            HALVES,
            {"one": HALVES["one"] + ALL_IN * 5, "two": HALVES["two"] + ALL_IN, "three": HALVES["three"]},
            {"one": 5, "two": 1},
            True,
            id="enough of one group, one of another",
        ),
        pytest.param(FEW, FEW | {"three": FEW["three"] + ALL_IN}, {"three": 1}, True, id="one came to those hidden"),
        pytest.param(FEW, FEW | {"two": FEW["two"] + ALL_IN * 5}, {"two": 5}, True, id="another group would be hidden"),
    ],
)
def test_the_weights_of_two_rounds_tell_of_nobody(
    first: dict[str, list[list[float]]], second: dict[str, list[list[float]]], anew: dict[str, int], is_kept: bool
) -> None:
    given: Any = {"helices": [*first], "criteria": CRITERIA, "rule": {"minimum_group": 5}, "round": 1}
    before = asked_weights(Points(first, {}), given)
    after = asked_weights(Points(second, anew), given | {"round": 2}, before)
    assert (after["round"] == 1) is is_kept
    # whoever sets a group's sum of one round against that of the next finds what those gave who are not in both
    for name, cell in after["by_helix"].items():
        if cell and before["by_helix"][name]:
            earlier = before["by_helix"][name]
            moved = [cell["n"] * cell["weights"][code] - earlier["n"] * earlier["weights"][code] for code in CRITERIA]
            assert np.allclose(moved, 0) or anew[name] >= 5
    few = asked_weights(Points({"one": first["one"][:4]}, {}), given)
    assert asked_weights(Points(second, anew), given | {"round": 2}, few)["round"] == 2, "nothing was shown before"


@pytest.mark.parametrize(
    ("means", "k", "members"),
    [
        pytest.param({"I1": [None, None]}, 1, [], id="nothing to show"),
        pytest.param({"I1": [4.0, 4.0]}, 1, ["I1"], id="one initiative"),
        pytest.param({"I1": [4.0, 4.0], "I2": [2.0, 2.0]}, 1, ["I1"], id="two initiatives"),
        pytest.param({"I1": [4.0, 4.0], "I2": [2.0, 2.0]}, 5, ["I1", "I2"], id="a shortlist longer than the list"),
        pytest.param({"I1": [3.0, 3.0], "I2": [3.0, 3.0], "I3": [3.0, 3.0]}, 1, ["I1"], id="all equal"),
    ],
)
def test_edges(means: dict[str, list[float | None]], k: int, members: list[str]) -> None:
    given = findings(means, k=k)
    basis = basis_of(given)
    for weights in (given["weights"], {"impact": 1}, {"impact": 1, "urgency": 3}):
        ranked = rank_under(given, basis, weights)
        assert ranked.members == members
        assert turning_title(
            sensitivity(basis, ranked), ranked, dict.fromkeys(CRITERIA, ""), dict.fromkeys(means, ""), "en"
        )
        found = opinions(given, basis, ranked)
        text = repr((ranked, found, five_weightings(given, basis), basis.content))
        assert "nan" not in text
        assert "inf" not in text.replace("infinite", "")


@pytest.mark.parametrize(("items", "draws"), [(3, 2000), (120, 400)])
def test_many_initiatives_are_drawn_fewer_times_and_say_so(items: int, draws: int) -> None:
    given = findings({f"I{number:03}": [5 - 4 * number / items, 3.0] for number in range(items)}, k=2)
    ranked = rank_under(given, basis_of(given, noise=0.1), {"impact": 3, "urgency": 1})
    assert (ranked.draws, ranked.is_fixed) == (draws, False)
    assert all(low <= rank <= high for low, high, rank in ((*line["rank_set"], line["rank"]) for line in ranked.lines))


def test_ranges_in_words() -> None:
    assert [span(limits) for limits in ([1.0, 8.0], [3, 3], None, [None, None])] == ["1–8", "3", "", ""]
    assert as_values(np.array([np.nan])) == [None]


def ranked_with(share: float | None, last: int = 1) -> Ranked:
    lines = [{"initiative": "I1", "rank_set": [1, last]}]
    return Ranked(lines, {}, 1, ["I1"], share, {}, 1, is_fixed=True)


def test_how_firmly_the_first_may_be_said_to_lead() -> None:
    said = [lead_of(ranked_with(share)) for share in (None, 0.6, 0.61, 0.9, 0.91)]
    assert said == ["", "", "leads", "leads", "clearly"]
    assert lead_of(ranked_with(0.95, last=2)) == "leads", "it could plausibly be second"

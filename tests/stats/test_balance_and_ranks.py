"""Balancing, scores, ranks, re-samples, disclosure and verdicts: the edges that vectors do not reach."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.stats.agreement import agreement
from app.stats.bootstrap import (
    draw_again,
    in_shortlist_shares,
    percentile_intervals,
    rank_uncertainty,
    same_shortlist_share,
    standard_errors,
)
from app.stats.disclosure import may_show
from app.stats.edge import as_value
from app.stats.histogram import count_ratings, shares
from app.stats.scoring import composite, normalise, rank
from app.stats.spread import mean, median, quantile, standard_deviation, weighted_quantile
from app.stats.verdict import Rule, Verdict, judge
from app.stats.weighting import balance


def test_nobody_there_is_undefined_and_never_zero() -> None:
    nobody = np.zeros(5)
    figures = (mean(nobody), median(nobody), standard_deviation(nobody), weighted_quantile(nobody, 0.5))
    for figure in (*figures, agreement(nobody)):
        assert as_value(figure) is None
    assert np.isnan(shares(nobody)).all()


def test_one_answer_has_no_spread_but_a_place() -> None:
    one = np.array([0.0, 0.0, 1.0])
    assert as_value(standard_deviation(one)) is None
    assert float(median(one)) == float(quantile(one, 0.9)) == 3.0


def test_a_helix_without_answers_is_left_out_and_one_answer_leaves_no_standard_error() -> None:
    balanced = balance(np.array([[0.0, 0, 4], [0, 0, 0], [4, 0, 0]]))
    assert float(balanced.mean) == 2.0
    assert float(balanced.effective_n) == 8.0
    single = balance(np.array([[0.0, 0, 1], [4, 0, 0]]))
    assert float(single.mean) == 2.0
    assert as_value(single.standard_error) is None
    nobody = balance(np.zeros((2, 3)))
    assert all(as_value(figure) is None for figure in (nobody.mean, nobody.standard_error, nobody.median))


def test_missing_ratings_are_not_counted_and_others_outside_the_scale_refused() -> None:
    ratings = np.array([[1, 5], [-32768, -32768]], dtype=np.int16)
    assert count_ratings(ratings, 1, 5).tolist() == [[1, 0, 0, 0, 0], [0, 0, 0, 0, 1]]
    with pytest.raises(ValueError, match="between low and high"):
        count_ratings(np.array([[9]], dtype=np.int16), 1, 5)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        pytest.param({"impact": -1.0}, "at least 0", id="negative"),
        pytest.param({"impact": float("nan")}, "at least 0", id="no number"),
        pytest.param({"impact": 0.0}, "above 0", id="all zero"),
        pytest.param({"impact": 1e308, "urgency": 1e308}, "at least 0", id="too large to add up"),
        pytest.param({"beauty": 1.0}, "no criterion beauty", id="unknown criterion"),
    ],
)
def test_weights_that_cannot_be(weights: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        normalise(weights, ["impact", "urgency"])


def test_a_criterion_without_weight_may_be_missing() -> None:
    assert float(composite(np.array([4.0, np.nan]), np.array([1.0, 0.0]))) == 4.0
    assert np.isnan(composite(np.array([4.0, np.nan]), np.array([0.5, 0.5])))


def test_ranks_ignore_float_noise() -> None:
    assert rank(np.array([0.1 + 0.2, 0.3, 0.1])).tolist() == [1.5, 1.5, 3.0]
    assert rank(np.empty((0,))).size == 0


def test_the_same_seed_gives_the_same_draws_and_another_does_not() -> None:
    ratings = np.random.default_rng(1).integers(1, 6, (30, 4, 2)).astype(np.float64)
    groups = np.repeat([0, 1, 2], 10)
    first, again = (draw_again(ratings, groups, draws=50, seed=7).means for _ in range(2))
    assert (first == again).all()
    assert (first != draw_again(ratings, groups, draws=50, seed=8).means).any()
    assert first.shape == (50, 4, 2)


def test_draws_average_groups_equally_whatever_their_size() -> None:
    ratings = np.array([[[1.0]]] * 90 + [[[5.0]]] * 10)
    groups = np.repeat([0, 1], [90, 10])
    assert set(draw_again(ratings, groups, draws=20, seed=1).means.ravel()) == {3.0}


def test_a_certain_order_has_certain_ranks() -> None:
    scores = np.tile([5.0, 3.0, 4.0], (100, 1))
    found = rank_uncertainty(scores)
    assert found.probability.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert found.nine_in_ten.tolist() == found.half.tolist() == [[1, 1], [3, 3], [2, 2]]
    assert same_shortlist_share(scores, [0, 2]) == 1.0
    assert in_shortlist_shares(scores, 2).tolist() == [1, 0, 1]
    assert standard_errors(scores).tolist() == [0, 0, 0]
    assert percentile_intervals(scores).tolist() == [[5, 5], [3, 3], [4, 4]]


def test_a_tie_shares_its_ranks() -> None:
    found = rank_uncertainty(np.tile([4.0, 4.0, 1.0], (10, 1)))
    assert found.probability.tolist() == [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]
    assert found.nine_in_ten.tolist() == [[1, 2], [1, 2], [3, 3]]


@given(arrays.arrays(np.float64, st.integers(1, 6), elements=st.integers(0, 30).map(float)))
def test_nothing_hidden_can_be_found_by_subtraction(sizes: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    shown = may_show(sizes, 5)
    assert (sizes[shown] >= 5).all()
    hidden = sizes[~shown]
    if shown.any() and hidden.size:
        assert hidden.size >= 2
        assert hidden.sum() >= 5
    if (sizes >= 5).all():
        assert shown.all()


def test_too_few_in_all_shows_nothing() -> None:
    assert may_show(np.array([[2.0, 2.0], [5.0, 5.0]]), 5).tolist() == [[False, False], [True, True]]


@pytest.mark.parametrize(
    ("sizes", "agreeing", "verdict", "reason"),
    [
        pytest.param([2, 2], [2, 2], Verdict.TOO_FEW, "under_minimum", id="too few"),
        pytest.param([10, 10], [7, 7], Verdict.CONSENSUS, "agreed", id="exactly seven of ten everywhere"),
        pytest.param([10, 10], [8, 5], Verdict.LEANING, "below_share", id="under seven of ten"),
        pytest.param([10, 10, 10], [9, 8, 5], Verdict.DIVIDED, "gap", id="far apart"),
        pytest.param([100, 100], [83, 58], Verdict.LEANING, "helix_below", id="one helix under six of ten"),
        pytest.param([20, 20], [13, 20], Verdict.DIVIDED, "gap", id="a gap of exactly 35 points"),
        pytest.param([20, 4], [18, 4], Verdict.LEANING, "helix_too_small", id="a helix too small to be heard"),
        pytest.param([20, 0], [18, 0], Verdict.LEANING, "helix_too_small", id="a helix that did not answer"),
        pytest.param([10, 10], [3, 4], Verdict.LOW_SUPPORT, "low_share", id="few agree"),
        pytest.param([10, 10], [4, 4], Verdict.LEANING, "below_share", id="exactly four of ten"),
        pytest.param([7], [6], Verdict.CONSENSUS, "agreed", id="one group alone"),
    ],
)
def test_verdict(sizes: list[float], agreeing: list[float], verdict: Verdict, reason: str) -> None:
    judged = judge(Rule(), sizes, agreeing)
    assert (judged.verdict, judged.reason) == (verdict, reason)

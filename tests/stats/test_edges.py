"""What each measure does where it is undefined, and what it refuses: never NaN at the edge, never a silent zero."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.stats import (
    acceptability,
    aggregation,
    agreement,
    bootstrap,
    chnri,
    comparisons,
    groups,
    histogram,
    opinions,
    ranking,
    raters,
    reliability,
    scoring,
    spread,
    stability,
    statements,
    weighting,
)

ONE = np.array([0.0, 0, 1])
NOBODY = np.zeros(5)
HALF = np.array([0.5, 0.5])


def refuse(sentence: str, call: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


@pytest.mark.parametrize(
    ("sentence", "call"),
    [
        pytest.param("counts are", lambda: spread.median(np.array([1.0, -1])), id="negative counts"),
        pytest.param("counts are", lambda: spread.mean(np.array([1.0, np.nan])), id="counts that are no numbers"),
        pytest.param("counts are", lambda: agreement.agreement(np.array([1.0, np.inf, 1])), id="endless counts"),
        pytest.param("counts have two levels", lambda: spread.mean(np.array([3.0])), id="one level"),
        pytest.param("three levels", lambda: agreement.agreement(np.array([3.0, 1])), id="A of two levels"),
        pytest.param("nine levels", lambda: agreement.disagreement_index(NOBODY), id="DI of five levels"),
        pytest.param("nine levels", lambda: agreement.comet(NOBODY), id="COMET of five levels"),
        pytest.param("nine levels", lambda: agreement.panel_counts(NOBODY), id="RAM of five levels"),
        pytest.param("nine levels", lambda: agreement.appropriateness(NOBODY), id="class of five levels"),
        pytest.param("nine levels", lambda: agreement.has_split_thirds(NOBODY), id="thirds of five levels"),
        pytest.param("high is above low", lambda: histogram.count_ratings(np.array([[1]], np.int16), 1, 1), id="scale"),
        pytest.param("share is between", lambda: spread.quantile(ONE, 1.5), id="quantile over 1"),
        pytest.param("kind is", lambda: spread.quantile(ONE, 0.5, kind=3), id="type 3"),
        pytest.param("values are numbers", lambda: acceptability.acceptability(np.array([[1, np.nan]])), id="SMAA gap"),
        pytest.param("criteria is", lambda: aggregation.rank_order_weights(0), id="no criteria"),
        pytest.param("points are", lambda: aggregation.swing_weights([0, 0]), id="swing of zero"),
        pytest.param("square", lambda: aggregation.pairwise_weights(np.ones((2, 3))), id="AHP not square"),
        pytest.param("above 0", lambda: aggregation.pairwise_weights(np.array([[1.0, -2], [-0.5, 1]])), id="AHP sign"),
        pytest.param(
            "reciprocal", lambda: aggregation.pairwise_weights(np.array([[1.0, 2], [2, 1]])), id="AHP not reciprocal"
        ),
        pytest.param("high is", lambda: aggregation.weighted_sum(np.ones((1, 1)), np.ones(1), 5, 5), id="no range"),
        pytest.param(
            "preference is",
            lambda: aggregation.outranking_flows(np.ones((2, 1)), np.ones(1), preference=np.zeros(1)),
            id="PROMETHEE threshold",
        ),
        pytest.param("no, undecided", lambda: chnri.research_priority(NOBODY, 3), id="CHNRI of five levels"),
        pytest.param("nine levels", lambda: chnri.thirds_as_answers(NOBODY), id="CHNRI thirds"),
        pytest.param("wins is", lambda: comparisons.bradley_terry(np.array([[0.0, -1], [1, 0]])), id="negative wins"),
        pytest.param(
            "both ways", lambda: comparisons.plackett_luce(np.array([[1, 2, 0], [1, 2, 0]])), id="always first"
        ),
        pytest.param(
            "within those shown", lambda: comparisons.best_worst(np.ones(1), np.ones(1), np.ones(1)), id="BWS"
        ),
        pytest.param(
            "one row and column",
            lambda: ranking.confidence_sets(np.ones(2), np.eye(3), draws=10, seed=1),
            id="covariance of others",
        ),
        pytest.param("errors are", lambda: ranking.rank_probabilities(HALF, np.zeros(2)), id="no error"),
        pytest.param("cells are", lambda: weighting.rake(np.array([[-1.0]]), [np.ones(1)] * 2), id="negative people"),
        pytest.param("one array", lambda: weighting.rake(np.ones((2, 2)), [HALF]), id="a factor without target"),
        pytest.param("leave nobody", lambda: weighting.rake(np.ones((2, 2)), [HALF, np.zeros(2)]), id="zero target"),
        pytest.param(
            "cannot be met", lambda: weighting.rake(np.eye(2), [HALF, np.array([0.9, 0.1])]), id="raking that fails"
        ),
        pytest.param("pairs are", lambda: stability.change(np.array([[-1.0, 0], [0, 1]]), 1), id="negative pairs"),
        pytest.param("pairs have", lambda: stability.signed_rank(np.ones((2, 3))), id="pairs not square"),
    ],
)
def test_what_is_refused_names_the_argument(sentence: str, call: Callable[[], Any]) -> None:
    refuse(sentence, call)


def test_undefined_where_there_is_nothing_to_say() -> None:
    assert comparisons.bradley_terry(np.zeros((3, 3))) is None
    assert comparisons.bradley_terry(np.zeros((1, 1))) is None
    assert comparisons.plackett_luce(np.array([[1, 0], [0, 1]])) is None
    assert bootstrap.exact_median(NOBODY) is None
    assert opinions.opinion_space(np.ones((1, 4))) is None
    assert raters.intraclass_correlations(np.ones((3, 3))) is None
    assert raters.intraclass_correlations(np.array([[1.0], [2.0]])) is None
    assert stability.signed_rank_exact_p(np.eye(3)) is None
    assert np.isnan(raters.kendall_w(np.array([[1.0, np.nan], [2.0, 1.0]])).w)
    assert np.isnan(reliability.krippendorff_alpha(np.eye(3)))
    assert np.isnan(reliability.krippendorff_alpha(np.array([[4.0, 0], [3.0, 0]])))
    assert np.isnan(aggregation.closeness_to_ideal(np.ones((2, 2)), HALF)).all()
    assert np.isnan(weighting.rake(np.zeros((2, 2)), [HALF, HALF]).weights).all()
    assert np.isnan(weighting.raked_error(np.zeros((1, 1, 3)), np.ones((1, 1))))
    assert np.isnan(weighting.effective_n(np.zeros(2), np.ones(2)))


@pytest.mark.parametrize("coefficient", [reliability.gwet, reliability.fleiss_kappa, reliability.weighted_alpha])
def test_agreement_over_items_needs_a_unit_with_two_answers(coefficient: Callable[..., Any]) -> None:
    assert np.isnan(coefficient(np.eye(3)).value)


def test_agreement_over_items_without_variation() -> None:
    alike = np.array([[4.0, 0, 0], [3, 0, 0]])
    assert np.isnan(reliability.fleiss_kappa(alike).value)
    assert np.isnan(reliability.weighted_alpha(alike).value)
    assert reliability.gwet(alike).value == reliability.brennan_prediger(alike).value == 1


def test_one_unit_has_a_coefficient_but_no_standard_error() -> None:
    one = np.array([[2.0, 1, 0]])
    for found in (reliability.gwet(one), reliability.weighted_alpha(one)):
        assert np.isfinite(found.value)
        assert np.isnan(found.standard_error)


def test_raters_who_are_at_one_have_a_perfect_correlation() -> None:
    found = raters.intraclass_correlations(np.array([[1.0, 1], [2, 2], [5, 5]]))
    assert found is not None
    assert {name: one.value for name, one in found.items()} == dict.fromkeys(found, 1.0)
    assert found["2_1"].p == 0


def test_tests_of_groups_without_a_defined_p() -> None:
    undefined = np.array([np.nan, np.nan])
    assert np.isnan(groups.adjust_holm(undefined)).all()
    assert np.isnan(groups.adjust_benjamini_hochberg(undefined)).all()


def test_weights_unknown_over_more_than_three_criteria_are_drawn() -> None:
    values = np.array([[4.0, 1, 1, 1], [1.0, 4, 4, 4]])
    free = acceptability.acceptability(values, draws=20_000, seed=3)
    assert free.draws == 20_000
    # the first item wins where its weight is above a half: 1 / 2 ** 3 of the simplex
    assert free.ranks[0, 0] == pytest.approx(1 / 8, abs=0.01)
    ordered = acceptability.acceptability(values, ordered=True, draws=20_000, seed=3)
    # of all orders of four weights, a quarter begins with the first: half the time it weighs more than the rest
    assert ordered.ranks[0, 0] == pytest.approx(1 / 2, abs=0.02)
    again = acceptability.acceptability(values, draws=20_000, seed=3)
    assert (again.ranks == free.ranks).all()


def test_equal_items_share_the_better_rank_and_never_one_beats_the_other() -> None:
    found = acceptability.acceptability(np.ones((2, 3)))
    assert found.ranks.tolist() == [[1, 0], [1, 0]]
    assert found.winning.tolist() == [[0, 0], [0, 0]]


def test_parts_that_never_met_get_the_prior_everywhere() -> None:
    apart = np.zeros((4, 4))
    apart[0, 1] = apart[1, 0] = apart[2, 3] = apart[3, 2] = 2
    found = comparisons.bradley_terry(apart)
    assert found is not None
    assert found.has_prior
    assert found.ability == pytest.approx(np.zeros(4))


def test_the_ranks_of_one_item_are_certain_and_ties_without_error_stay_ties() -> None:
    assert ranking.confidence_sets(np.ones(1), np.eye(1), draws=10, seed=1).high.tolist() == [1]
    found = ranking.confidence_sets(np.array([2.0, 1, 1]), np.zeros((3, 3)), draws=10, seed=1)
    assert (found.low.tolist(), found.high.tolist()) == ([1, 2, 2], [1, 3, 3])
    estimates, covariance = np.array([9.0, 5, 1]), np.eye(3) * 0.01
    single = ranking.confidence_sets(estimates, covariance, draws=500, seed=1, step_down=False)
    assert single.low.tolist() == [1, 2, 3]


def test_few_people_or_one_opinion_make_one_group() -> None:
    few = opinions.opinion_groups(np.arange(14.0).reshape(7, 2), seed=1)
    assert (few.groups, few.silhouette, few.is_clear) == (1, None, False)
    assert opinions.opinion_groups(np.ones((20, 2)), seed=1).groups == 1


def test_the_number_of_groups_stays_unless_another_is_better() -> None:
    places = np.array([[x + shift, 0.0] for shift in (0, 20) for x in (0, 1, 2, 3, 4, 5)])
    free = opinions.opinion_groups(places, seed=1)
    assert free.groups == 2
    kept = opinions.opinion_groups(places, seed=1, before=3)
    assert kept.groups == (3 if free.by_k[2][1] < free.by_k[3][1] + 0.02 else 2)
    two_pairs = np.array([[x, 0.0] for x in (0, 0.1, 10, 10.1, 20, 20.1, 30, 30.1, 30.2, 20.2, 10.2, 0.2)])
    found = opinions.opinion_groups(two_pairs, seed=1)
    assert opinions.opinion_groups(two_pairs, seed=1, before=found.groups).groups == found.groups


def test_who_voted_most_takes_part_where_few_voted_enough() -> None:
    votes = np.full((20, 10), np.nan)
    votes[:3] = 1
    votes[3:18, 0] = 1
    assert opinions.active(votes).tolist() == [True] * 15 + [False] * 5
    votes[:16] = 1
    assert opinions.active(votes).tolist() == [True] * 16 + [False] * 4


def test_a_statement_nobody_voted_on_represents_nobody() -> None:
    votes = statements.Votes(np.array([[0.0], [3.0]]), np.array([[0.0], [0.0]]), np.array([[0.0], [3.0]]))
    assert statements.representative_statements(votes, statements.stance(votes), 0) == []


def test_trimmed_weights_stay_within_reach() -> None:
    cells = np.array([[96.0, 2.0], [1.0, 1.0]])
    raked = weighting.rake(cells, [HALF, HALF], trim=(0.2, 5.0))
    assert raked.trimmed > 0
    assert (raked.weights * cells).sum() == pytest.approx(cells.sum())


def test_an_empty_category_leaves_its_target() -> None:
    raked = weighting.rake(np.array([[2.0, 0.0], [2.0, 0.0]]), [HALF, HALF])
    assert raked.weights[:, 0].tolist() == [1, 1]
    assert np.isnan(raked.weights[:, 1]).all()


def test_a_criterion_nobody_answered_is_left_out() -> None:
    found = chnri.research_priority(np.array([[0.0, 0, 0], [0, 0, 2]]), 2)
    assert float(found.priority) == 100
    assert np.isnan(found.scores[0])


def test_scores_of_nothing() -> None:
    assert scoring.rank(np.empty((0,))).size == 0
    assert comparisons.best_worst(np.zeros(1), np.zeros(1), np.zeros(1)).standardised.tolist() != [0.0]

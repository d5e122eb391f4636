"""What holds for every histogram: pooling, order, range and size do what they must, for any counts up to 10^12."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.stats import agreement, bootstrap, groups, histogram, intervals, raters, reliability, spread, stability
from app.stats.edge import Real
from app.stats.weighting import balance

LEVELS = 9
TOP, BOTTOM = histogram.top_box(LEVELS), histogram.bottom_box(LEVELS)


def wilson(counts: Real, end: int) -> Real:
    return intervals.wilson(counts[..., TOP].sum(axis=-1), histogram.total(counts))[end]


def disagreement(counts: Real) -> Real:
    return agreement.disagreement_index(counts)["di"]


class Measure(NamedTuple):
    """A measure of one histogram: its range, the answers it needs, and whether only shares matter."""

    of: Any
    low: float
    high: float
    least: float = 0
    is_scale_free: bool = False


MEASURES = {
    "mean": Measure(spread.mean, 1, 9, is_scale_free=True),
    "standard deviation": Measure(spread.standard_deviation, 0, np.inf, 1),
    "variation": Measure(spread.variation, 0, np.inf, 1),
    "median": Measure(spread.median, 1, 9),
    "quartile, type 1": Measure(partial(spread.quantile, share=0.25, kind=1), 1, 9),
    "quartile, type 2": Measure(partial(spread.quantile, share=0.25, kind=2), 1, 9, is_scale_free=True),
    "quartile, type 6": Measure(partial(spread.quantile, share=0.25, kind=6), 1, 9),
    "interquartile range": Measure(spread.interquartile_range, 0, 8),
    "absolute deviation": Measure(spread.absolute_deviation, 0, 8),
    "share": Measure(partial(histogram.share_in, levels=TOP), 0, 1, is_scale_free=True),
    "Wilson, lower": Measure(partial(wilson, end=0), 0, 1),
    "Wilson, upper": Measure(partial(wilson, end=1), 0, 1),
    "disagreement index": Measure(disagreement, 0, 8 / 2.35),
    "agreement": Measure(agreement.agreement, -1, 1, is_scale_free=True),
    "polarisation": Measure(agreement.polarisation, 0, 1, is_scale_free=True),
    "consensus": Measure(agreement.consensus, 0, 1, is_scale_free=True),
    "Leik": Measure(agreement.leik_dissent, 0, 1, is_scale_free=True),
    "entropy": Measure(agreement.entropy, 0, np.log2(LEVELS), is_scale_free=True),
    "concentration": Measure(agreement.squared_concentration, 0, 1, is_scale_free=True),
    "ordinal variation": Measure(agreement.ordinal_variation, 0, 1, 2),
}
EVERY = pytest.mark.parametrize("measure", [pytest.param(found, id=name) for name, found in MEASURES.items()])

whole = st.integers(0, 10**12).map(float)
fraction = st.floats(0, 1e12, allow_subnormal=False)
small = st.integers(0, 30).map(float)
histograms = arrays.arrays(np.float64, LEVELS, elements=st.one_of(small, whole, fraction))
few = arrays.arrays(np.float64, LEVELS, elements=small)
answers = st.lists(st.integers(1, LEVELS), min_size=1, max_size=40)


def count(points: list[int]) -> Real:
    return np.bincount(points, minlength=LEVELS + 1)[1:].astype(np.float64)


@EVERY
@settings(max_examples=60)
@given(counts=histograms)
def test_every_measure_stays_in_its_range(measure: Measure, counts: Real) -> None:
    n, found = counts.sum(), float(measure.of(counts))
    if n <= 0 or n < measure.least:
        assert np.isnan(found)
    elif n > max(measure.least, 1):
        assert measure.low - 1e-9 <= found <= measure.high + 1e-9


@EVERY
@settings(max_examples=30)
@given(counts=histograms, factor=st.sampled_from([1e-3, 0.5, 3, 1e6]))
def test_only_shares_matter_where_they_say_so(measure: Measure, counts: Real, factor: float) -> None:
    if measure.is_scale_free and 0 < counts.sum() * factor <= 1e13 and counts[counts > 0].min() > 1e-3:
        assert float(measure.of(counts * factor)) == pytest.approx(float(measure.of(counts)), rel=1e-7, abs=1e-7)


@EVERY
@settings(max_examples=20)
@given(many=arrays.arrays(np.float64, (2, 3, LEVELS), elements=small))
def test_one_call_for_many_is_many_calls(measure: Measure, many: Real) -> None:
    together = measure.of(many)
    for at in np.ndindex(2, 3):
        assert together[at] == pytest.approx(float(measure.of(many[at])), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    "measure",
    [
        pytest.param(MEASURES[name], id=name)
        for name in (
            "standard deviation",
            "interquartile range",
            "absolute deviation",
            "agreement",
            "consensus",
            "Leik",
            "entropy",
            "disagreement index",
            "ordinal variation",
        )
    ],
)
@settings(max_examples=20)
@given(counts=few)
def test_turning_the_scale_around_changes_no_measure_of_agreement(measure: Measure, counts: Real) -> None:
    turned = float(measure.of(counts[::-1]))
    assert turned == pytest.approx(float(measure.of(counts)), abs=1e-9, nan_ok=True)


@given(answers, answers)
def test_merging_histograms_is_pooling_answers(some: list[int], others: list[int]) -> None:
    merged, pooled = count(some) + count(others), np.array(some + others)
    assert float(spread.mean(merged)) == pytest.approx(pooled.mean())
    for share in (0.1, 0.25, 0.3, 0.5, 0.7, 0.75):
        ours = [float(spread.quantile(merged, share, kind=kind)) for kind in (1, 2, 6, 7)]
        theirs = [
            np.quantile(pooled, share, method="inverted_cdf"),
            np.quantile(pooled, share, method="averaged_inverted_cdf"),
            np.quantile(pooled, share, method="weibull"),
            np.quantile(pooled, share, method="linear"),
        ]
        assert ours == pytest.approx(theirs)
    middle = np.median(pooled)
    assert float(spread.absolute_deviation(merged)) == np.median(np.abs(pooled - middle))
    if len(pooled) > 1:
        assert float(spread.standard_deviation(merged)) == pytest.approx(pooled.std(ddof=1))
    column = pooled.astype(np.int16)[:, np.newaxis]
    assert (histogram.count_ratings(column, 1, LEVELS)[0] == merged).all()


@given(arrays.arrays(np.float64, (4, LEVELS), elements=st.one_of(small, whole, fraction)), st.permutations(range(4)))
def test_the_order_of_helices_changes_nothing(counts: Real, order: list[int]) -> None:
    moved = counts[order]
    for one, other in zip(balance(counts), balance(moved), strict=True):
        assert other == pytest.approx(one, rel=1e-9, abs=1e-9, nan_ok=True)
    ours, theirs = groups.kruskal_wallis(counts), groups.kruskal_wallis(moved)
    assert float(theirs.epsilon2) == pytest.approx(float(ours.epsilon2), rel=1e-6, abs=1e-6, nan_ok=True)
    if np.isfinite(ours.epsilon2) and (counts.sum(axis=-1) > 1).sum() > 1:
        assert -1e-6 <= float(ours.epsilon2) <= 1 + 1e-6
    pairs = groups.compare_pairs(counts)
    assert (np.isnan(pairs.delta) | (np.abs(pairs.delta) <= 1 + 1e-9)).all()
    for p in (pairs.p, pairs.p_without_continuity, pairs.dunn_p):
        assert (np.isnan(p) | ((p >= 0) & (p <= 1))).all()


@given(arrays.arrays(np.float64, (5, 4), elements=small), st.permutations(range(5)))
def test_the_order_of_items_changes_nothing(table: Real, order: list[int]) -> None:
    for of in (reliability.gwet, reliability.fleiss_kappa, reliability.brennan_prediger, reliability.weighted_alpha):
        for kind in ("unweighted", "quadratic"):
            ours, theirs = of(table, kind), of(table[order], kind)
            assert theirs.value == pytest.approx(ours.value, abs=1e-9, nan_ok=True)
            assert not ours.value > 1 + 1e-9
    alpha = reliability.krippendorff_alpha(table)
    assert reliability.krippendorff_alpha(table[order]) == pytest.approx(alpha, abs=1e-9, nan_ok=True)
    assert not alpha > 1 + 1e-9


@given(arrays.arrays(np.float64, (4, 6), elements=st.integers(1, 5).map(float)), st.permutations(range(6)))
def test_the_order_of_respondents_changes_nothing(ratings: Real, order: list[int]) -> None:
    ours, theirs = raters.kendall_w(ratings), raters.kendall_w(ratings[:, order])
    assert theirs.w == pytest.approx(ours.w, nan_ok=True)
    assert np.isnan(ours.w) or -1e-9 <= ours.w <= 1 + 1e-9
    one, other = raters.intraclass_correlations(ratings), raters.intraclass_correlations(ratings[:, order])
    assert (one is None) == (other is None)
    if one and other:
        assert other["2_1"].value == pytest.approx(one["2_1"].value, abs=1e-9)


@given(arrays.arrays(np.float64, (5, 5), elements=st.one_of(small, whole, fraction)))
def test_changes_between_rounds_stay_in_range(pairs: Real) -> None:
    found = stability.change(pairs, 3)
    if pairs.sum() > 0:
        assert 0 <= float(found.changed) <= 100 + 1e-6
        assert -1e-6 <= float(found.net_change) <= float(found.changed) + 1e-6
        is_whole = float(found.gained).is_integer() and float(found.lost).is_integer()
        assert 0 <= float(found.mcnemar_p) <= 1 if is_whole else np.isnan(found.mcnemar_p)
        assert -4 <= float(found.median) <= 4
    else:
        assert all(np.isnan(figure) for figure in (found.changed, found.net_change, found.median))
    back = stability.signed_rank(pairs.T)
    assert float(back.z) == pytest.approx(-float(stability.signed_rank(pairs).z), rel=1e-6, abs=1e-6, nan_ok=True)
    linked = stability.association(pairs)
    for figure in (linked.kappa, linked.kappa_linear, linked.kappa_unweighted, linked.pearson, linked.spearman):
        assert np.isnan(figure) or -1 - 1e-6 <= float(figure) <= 1 + 1e-6


@given(few)
def test_the_exact_bootstrap_of_the_median_is_a_law(counts: Real) -> None:
    found = bootstrap.exact_median(counts)
    if counts.sum():
        assert found is not None
        assert found.probability.sum() == pytest.approx(1)
        assert found.probability.min() > -1e-9
        assert found.interval[0] <= float(spread.median(counts)) <= found.interval[1]

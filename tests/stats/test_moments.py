"""Means of large groups vary as their re-samples do."""

import numpy as np
import pytest

from app.stats.bootstrap import MOST_DRAWN, draw_again, draw_parts
from app.stats.edge import Real
from app.stats.moments import moments_of


def ratings_of(people: int, seed: int = 1) -> Real:
    """Ratings of two items by two criteria that hang together, a fifth of them missing."""
    chance = np.random.default_rng(seed)
    common = chance.normal(0, 1, (people, 1))
    ratings = np.clip(np.rint(3 + common + chance.normal(0, 1, (people, 4))), 1, 5)
    ratings[chance.random((people, 4)) < 0.2] = np.nan
    return ratings.reshape(people, 2, 2)


def test_without_gaps_it_is_the_covariance_of_means() -> None:
    whole = np.nan_to_num(ratings_of(300).reshape(300, 4), nan=3.0)
    assert moments_of(whole).covariance() == pytest.approx(np.cov(whole, rowvar=False, ddof=0) / 300)


def test_sums_of_parts_are_the_sums_of_the_whole() -> None:
    whole = ratings_of(90).reshape(90, 4)
    added = moments_of(whole[:40]).plus(moments_of(whole[40:]))
    for one, other in zip(added, moments_of(whole), strict=True):
        assert one == pytest.approx(other)


def test_normal_draws_vary_as_drawing_people_again_does() -> None:
    people = 800
    ratings = ratings_of(people)
    drawn = draw_again(ratings, np.zeros(people, np.int64), draws=8000, seed=2).means.reshape(8000, 4)
    normal = moments_of(ratings.reshape(people, 4)).draw(8000, np.random.default_rng(3))
    assert normal.mean(axis=0) == pytest.approx(drawn.mean(axis=0), abs=0.005)
    assert np.cov(normal, rowvar=False) == pytest.approx(np.cov(drawn, rowvar=False), rel=0.08)


def test_a_column_nobody_filled_stays_undefined() -> None:
    ratings = ratings_of(60).reshape(60, 4)
    ratings[:, 2] = np.nan
    drawn = moments_of(ratings).draw(5, np.random.default_rng(1))
    assert np.isnan(drawn[:, 2]).all()
    assert np.isfinite(drawn[:, [0, 1, 3]]).all()


def test_parts_are_drawn_as_the_whole_is_at_any_size() -> None:
    sizes = {0: 30, 1: MOST_DRAWN + 500}
    groups = np.repeat([*sizes], [*sizes.values()])
    ratings = ratings_of(len(groups))
    order = np.random.default_rng(5).permutation(len(groups))
    cuts = np.array_split(order, 7)
    whole = draw_again(ratings, groups, draws=200, seed=4).means
    parts = draw_parts([(ratings[cut], groups[cut]) for cut in cuts], draws=200, seed=4).means
    assert parts == pytest.approx(whole, rel=1e-9)
    one = ratings[groups == 1].reshape(-1, 4)
    error = np.sqrt(np.nanvar(one, axis=0) / np.isfinite(one).sum(axis=0))
    alone = draw_again(ratings[groups == 1], groups[groups == 1], draws=4000, seed=4).means.reshape(4000, 4)
    assert alone.std(axis=0) == pytest.approx(error, rel=0.06)

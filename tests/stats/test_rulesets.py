"""Rules as data, the fate of items under published rules, and what can be said at a number of answers."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.stats.agreement import comet, comet_in_every_group, disagreement_index, has_split_thirds
from app.stats.disclosure import may_show, merge_hidden
from app.stats.edge import Real
from app.stats.reasons import Reason, why_no_change, why_no_difference
from app.stats.rulesets import PUBLISHED, Condition, Measure, RuleSet, compare_rules, fulfils, read_rule_set
from app.stats.spread import median
from app.stats.verdict import Rule, Standing, Verdict, judge, stand
from app.stats.weighting import balance

small = st.integers(0, 12).map(float)
panels = arrays.arrays(np.float64, (3, 4, 9), elements=small)
BY_CODE = {rule.code: rule for rule in PUBLISHED}


def test_there_are_at_least_eight_published_rules_with_their_sources() -> None:
    assert len(BY_CODE) == len(PUBLISHED) >= 8
    assert all(rule.source for rule in PUBLISHED)


@given(panels)
def test_rules_as_data_say_what_the_measures_say(counts: Real) -> None:
    pooled = counts.sum(axis=-2)
    has_all = (counts.sum(axis=-1) > 0).all(axis=-1)
    in_top = np.nan_to_num(median(pooled)) >= 6.5
    assert (fulfils(BY_CODE["comet_pooled"], counts) == ((comet(pooled) == 1) & has_all)).all()
    assert (fulfils(BY_CODE["comet_every_group"], counts) == ((comet_in_every_group(counts) == 1) & has_all)).all()
    is_united = np.nan_to_num(disagreement_index(pooled)["di"]) <= 1 + 1e-9
    assert (fulfils(BY_CODE["rand_ucla"], counts) == (in_top & is_united & has_all)).all()
    unsplit = in_top & ~has_split_thirds(pooled)
    assert (fulfils(BY_CODE["rand_counts"], counts) <= unsplit).all()


@given(panels)
def test_a_stricter_share_is_never_met_alone(counts: Real) -> None:
    met = [fulfils(BY_CODE[code], counts) for code in ("share_80", "share_75", "share_70", "majority_51")]
    for strict, lenient in pairwise(met):
        assert (strict <= lenient).all()


@given(panels)
def test_robust_means_that_every_rule_says_the_same(counts: Real) -> None:
    found = compare_rules(counts)
    for item in range(3):
        assert found.is_robust[item] == (len(set(found.fates[:, item].tolist())) == 1)


def test_a_group_without_answers_never_yields_agreement() -> None:
    counts = np.array([[0.0, 0, 0, 0, 9], [0, 0, 0, 0, 0]])
    assert not compare_rules(counts).fates.any()
    counts[1, 4] = 4
    assert fulfils(BY_CODE["comet_every_group"], counts)
    assert not fulfils(BY_CODE["comet_every_group"], counts, minimum=5)


@pytest.mark.parametrize("levels", [2, 3, 4, 5, 7, 10, 11])
def test_rules_hold_on_any_scale(levels: int) -> None:
    all_high, all_low = np.zeros((2, 2, levels))
    all_high[:, -1] = all_low[:, 0] = 6
    assert compare_rules(all_high).fates.all()
    assert not compare_rules(all_low).fates.any()


def test_conditions_may_be_joined_by_or_and_look_at_balanced_shares() -> None:
    counts = np.array([[9.0, 0, 0, 0, 0], [0, 0, 0, 0, 1]])
    high = Condition(Measure.SHARE_TOP, at_least=0.5, over="balanced")
    assert fulfils(RuleSet("balanced", "ours", (high,)), counts)
    assert not fulfils(RuleSet("pooled", "ours", (Condition(Measure.SHARE_TOP, at_least=0.5),)), counts)
    alike = Condition(Measure.CONSENSUS, at_least=0.9)
    assert fulfils(RuleSet("either", "ours", (alike, high), "any"), counts)
    assert not fulfils(RuleSet("both", "ours", (alike, high)), counts)
    enough = (Condition(Measure.ANSWERS, at_least=10), Condition(Measure.AGREEMENT, at_most=0.9))
    assert fulfils(RuleSet("enough", "ours", enough), counts)


@pytest.mark.parametrize("rule", PUBLISHED, ids=lambda rule: rule.code)
def test_rules_survive_being_stored(rule: RuleSet) -> None:
    assert read_rule_set(rule.as_data()) == rule


@pytest.mark.parametrize(
    ("sentence", "data"),
    [
        pytest.param("not complete", {"code": "x"}, id="no conditions"),
        pytest.param("no conditions", {"code": "x", "conditions": []}, id="empty"),
        pytest.param("one limit", {"code": "x", "conditions": [{"measure": "answers"}]}, id="no limit"),
        pytest.param(
            "one limit",
            {"code": "x", "conditions": [{"measure": "answers", "at_least": 1, "below": 2}]},
            id="two limits",
        ),
        pytest.param("beauty", {"code": "x", "conditions": [{"measure": "beauty", "at_least": 1}]}, id="no measure"),
        pytest.param(
            "joined by", {"code": "x", "joined": "xor", "conditions": [{"measure": "answers", "at_least": 1}]}, id="xor"
        ),
        pytest.param(
            "over", {"code": "x", "conditions": [{"measure": "answers", "at_least": 1, "over": "women"}]}, id="over"
        ),
        pytest.param("not complete", {"code": "x", "conditions": [{"measure": "answers", "least": 1}]}, id="key"),
    ],
)
def test_rules_that_cannot_be(sentence: str, data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_rule_set(data)


@pytest.mark.parametrize(
    ("sizes", "agreeing", "standing"),
    [
        pytest.param([2, 2], [2, 2], Standing.CANNOT_TELL, id="too few"),
        pytest.param([200, 200], [180, 180], Standing.AGREED, id="many agree"),
        pytest.param([20, 20], [15, 15], Standing.CANNOT_TELL, id="15 of 20 each"),
        pytest.param([20, 20], [3, 4], Standing.NOT_AGREED, id="few agree"),
        pytest.param([200, 200, 200], [190, 190, 60], Standing.NOT_AGREED, id="one helix does not"),
        pytest.param([200, 200, 0], [190, 190, 0], Standing.CANNOT_TELL, id="a helix without answers"),
        pytest.param([200, 200, 4], [190, 190, 4], Standing.CANNOT_TELL, id="a helix too small to be heard"),
        pytest.param([5, 5, 5, 5], [5, 5, 5, 5], Standing.CANNOT_TELL, id="all of five"),
        pytest.param([6, 6, 6, 6], [6, 6, 6, 6], Standing.AGREED, id="all of six"),
    ],
)
def test_what_can_be_said(sizes: list[float], agreeing: list[float], standing: Standing) -> None:
    assert stand(Rule(), sizes, agreeing) is standing
    assert judge(Rule(), sizes, agreeing).standing is standing


@given(st.lists(st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1, max_size=4))
def test_a_standing_never_contradicts_its_verdict(helices: list[tuple[int, int]]) -> None:
    judged = judge(Rule(), [float(n) for n, _ in helices], [float(k) for _, k in helices])
    if judged.standing is Standing.AGREED:
        assert judged.verdict is Verdict.CONSENSUS
    if judged.standing is Standing.NOT_AGREED:
        assert judged.verdict is not Verdict.CONSENSUS


def test_helices_far_apart_are_no_sure_agreement() -> None:
    judged = judge(Rule(helix_share=0.4), [2000, 2000], [1990, 1200])
    assert (judged.verdict, judged.standing) == (Verdict.DIVIDED, Standing.CANNOT_TELL)


@given(arrays.arrays(np.float64, (4, 5), elements=small), st.integers(0, 3))
def test_balanced_figures_say_nothing_of_what_is_hidden(counts: Real, seed: int) -> None:
    shown = may_show(counts.sum(axis=-1), 5)
    if shown.sum() > 2 or counts.sum() < 5:
        return
    # the same answers of the hidden groups, dealt out among them in another way
    other = counts.copy()
    places = np.flatnonzero(~shown)
    other[places] = counts[np.random.default_rng(seed).permutation(places)]
    ours, theirs = (balance(merge_hidden(some, shown)) for some in (counts, other))
    for one, another in zip(ours, theirs, strict=True):
        assert another == pytest.approx(one, nan_ok=True)
    assert merge_hidden(counts, shown).sum() == counts.sum()


def test_reasons() -> None:
    assert why_no_difference(np.zeros((2, 3))) is Reason.NO_ANSWERS
    assert why_no_difference(np.array([[2.0, 0], [3, 0]])) is Reason.NO_VARIATION
    assert why_no_difference(np.array([[2.0, 1], [3, 0]])) is None
    assert why_no_change(np.array([[2.0, 1], [3, 0]]), moved=True) is None

"""Figures that a round keeps from an earlier one are those frozen then: who withdrew meanwhile is not told by them."""

import pytest
from sqlalchemy import Engine, inspect
from sqlmodel import Session

from app.consensus.keeping import NOT_KEPT
from app.consensus.models import Snapshot
from app.consensus.queries import list_snapshots, rank_ranges
from app.consensus.service import close_round
from app.people.queries import operator
from app.surveys.answering.models import Respondent
from app.surveys.answering.service import withdraw
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import open_round
from tests.make import answer, make_open_survey, make_response

SIZES = {"academia": 9, "industry": 8, "government": 7, "civil": 6}
CODES = [f"{item}.{criterion}" for item in ("I1", "I2", "I3") for criterion in ("impact", "urgency")]


def close_two(session: Session, engine: Engine, *, leaves: int, sizes: dict[str, int]) -> tuple[Survey, list[Snapshot]]:
    """Two rounds, the second about I1 only; between them the first so many of academia take their answers back."""
    survey = make_open_survey(session)
    everybody: dict[str, list[Respondent]] = {}
    for helix, size in sizes.items():
        for number in range(size):
            response, token = make_response(session, survey, helix=helix)
            points = {code: 1 + (number * 2 + place) % 5 for place, code in enumerate(CODES)}
            answer(engine, response, token, points)
            everybody.setdefault(helix, []).append(session.get_one(Respondent, response.respondent_id))
    first = close_round(session, operator(session), survey)
    session.commit()
    for person in everybody["academia"][:leaves]:
        withdraw(session, survey, person)
    open_round(session, operator(session), survey, item_codes=["I1"])
    session.commit()
    for helix in sizes:
        for _ in range(6):
            response, token = make_response(session, survey, helix=helix)
            answer(engine, response, token, {"I1.impact": 4, "I1.urgency": 3})
    second = close_round(session, operator(session), survey)
    session.commit()
    return survey, [first, second]


@pytest.mark.parametrize("sizes", [SIZES, SIZES | {"civil": 3}], ids=["all shown", "some hidden"])
@pytest.mark.parametrize("leaves", [0, 1, 6])
def test_what_is_kept_does_not_tell_who_withdrew(
    session: Session, engine: Engine, leaves: int, sizes: dict[str, int]
) -> None:
    _, (first, second) = close_two(session, engine, leaves=leaves, sizes=sizes)
    count = 0
    for criterion, lines in second.findings["items"].items():
        for was, line in zip(first.findings["items"][criterion], lines, strict=True):
            if line["round"] == 1:
                count += 1
                assert line["change"]["reason"] == "not_asked_again"
                assert {**line, **dict.fromkeys(NOT_KEPT)} == {**was, **dict.fromkeys(NOT_KEPT)}
    assert count == 4
    for line in second.findings["overall"]:
        assert line["score95"][0] <= line["score"] <= line["score95"][1]


def test_scores_rest_on_what_is_kept(session: Session, engine: Engine) -> None:
    _, (_, second) = close_two(session, engine, leaves=6, sizes=SIZES)
    found = second.findings
    means = {
        name: {line["initiative"]: line["balanced_mean"] for line in lines} for name, lines in found["items"].items()
    }
    for line in found["overall"]:
        score = sum(found["weights"][name] * means[name][line["initiative"]] for name in found["criteria"])
        assert line["score"] == pytest.approx(score)
    # ranges under other weights stand around the same means
    shifted = rank_ranges(session, second, {"impact": 1.0}).lines
    assert {line["initiative"]: line["score"] for line in shifted} == pytest.approx(means["impact"])


def test_a_list_of_results_leaves_the_inner_analysis_where_it_is(session: Session, engine: Engine) -> None:
    survey, _ = close_two(session, engine, leaves=0, sizes=SIZES)
    session.expunge_all()
    found = list_snapshots(session, survey.id)
    assert [inspect(one).unloaded for one in found] == [{"analysis"}] * 2

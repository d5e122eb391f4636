"""Opinion groups: planted ones are found, what bridges them is named, and nobody small is shown."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.actionplan.opinions.models import OpinionSnapshot
from app.actionplan.opinions.queries import read_votes
from app.actionplan.opinions.rules import find_groups, votes_from_ratings
from app.actionplan.opinions.service import freeze_opinions
from app.consensus.queries import get_snapshot
from app.consensus.service import close_round
from app.core.errors import NotAllowed, NotFound
from app.people.queries import find_actor, operator
from app.stats.edge import Real
from app.surveys.answering.models import Respondent
from app.surveys.answering.service import delete_respondents
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import open_round
from tests.make import Cast, answer, csrf_in, make_open_survey, make_response, sign_in

ITEMS = tuple(f"I{number}" for number in range(1, 9))
LEFT = (1, 1, 1, -1, -1, -1, 1, 0)
RIGHT = (-1, -1, -1, 1, 1, 1, 1, 0)


def planted(sizes: tuple[int, ...] = (14, 10), *, noise: float = 0.06, seed: int = 5) -> Real:
    """Two groups that vote against each other on six items, alike on the seventh, and pass on the eighth."""
    rng = np.random.default_rng(seed)
    sides = np.repeat(np.array([LEFT, RIGHT, np.roll(LEFT, 3)][: len(sizes)], dtype=np.float64), sizes, axis=0)
    return np.where(rng.random(sides.shape) < noise, 0.0, sides)


def find(votes: Real, **changes: Any) -> dict[str, Any]:
    options: dict[str, Any] = {"minimum": 5, "seed": 1}
    return find_groups(votes, ITEMS, **(options | changes))


def test_planted_groups_are_found_with_what_bridges_them() -> None:
    found = find(planted())
    assert (found["groups"], found["sizes"], found["people"], found["reason"]) == (2, [14, 10], 24, None)
    assert found["silhouette"] > 0.25
    assert found["bridges"] == ["I7"]
    for group, sides in enumerate((LEFT, RIGHT)):
        said = {line["item"]: line["agrees"] for line in found["apart"][group]}
        assert said, "each group says something"
        assert all((sides[ITEMS.index(item)] == 1) == agrees for item, agrees in said.items())
    seventh = next(line for line in found["items"] if line["item"] == "I7")
    assert seventh["bridging"] == max(line["bridging"] for line in found["items"])
    assert [group["n"] for group in seventh["groups"]] == [14, 10]


def test_the_same_votes_give_the_same_findings() -> None:
    assert find(planted()) == find(planted())


def test_noise_is_no_group() -> None:
    votes = np.random.default_rng(3).choice([-1.0, 0.0, 1.0], size=(60, 40))
    found = find_groups(votes, [f"I{number}" for number in range(40)], minimum=5, seed=1)
    if found["groups"] is None:
        assert found["reason"] == "not_clear"
    assert find(np.ones((30, 8)))["reason"] == "not_clear"
    assert find(np.ones((30, 8)))["silhouette"] is None


@pytest.mark.parametrize(
    ("votes", "reason", "people"),
    [
        pytest.param(planted((8, 6)), "too_few_people", 14, id="fourteen people"),
        pytest.param(planted((3, 1)), "too_few_people", None, id="four people, whose number is not told"),
        pytest.param(planted((20, 4), noise=0), "small_group", 24, id="a group of four"),
        pytest.param(planted()[:, :1], "too_few_items", 24, id="one item"),
        pytest.param(np.full((20, 8), np.nan), "too_few_people", None, id="nobody voted"),
    ],
)
def test_what_is_not_shown_says_why(votes: Real, reason: str, people: int | None) -> None:
    found = find(votes)
    assert (found["reason"], found["groups"], found["people"]) == (reason, None, people)
    assert (found["sizes"], found["items"]) == ([], [])
    assert "bridges" not in found


def test_those_left_over_are_not_to_be_had_by_subtraction() -> None:
    votes = planted((14, 10, 0))
    few = np.full((3, 8), np.nan)
    few[:, 0] = 1
    found = find(np.vstack([votes, few]))
    assert found["people"] == 27, "three who voted once take part too: else their votes were the rest"
    many = np.full((6, 8), np.nan)
    many[:4, 0], many[4:, 1] = 1, 1
    found = find(np.vstack([votes, many]))
    assert found["people"] == 24
    assert {line["item"] for line in found["items"]} == set(ITEMS) - {"I1", "I2"}, (
        "four and two voted on these beside the groups"
    )


def test_a_withdrawal_is_not_to_be_had_by_subtraction() -> None:
    votes = planted()
    before = np.isfinite(votes).sum(axis=0).astype(np.float64)
    found = find(votes[1:], totals=before)
    assert (found["reason"], found["items"]) == ("too_few_items", []), "the results still count the one who left"


def test_the_number_of_groups_stays_unless_another_is_clearer() -> None:
    votes = planted((12, 12, 12), noise=0.25, seed=8)
    free = find(votes)
    assert find(votes, before=free["groups"])["groups"] == free["groups"]


def test_ratings_become_votes_by_the_box() -> None:
    ratings = np.array([[9, 7, 5, 3, 1]], dtype=np.int16)
    assert votes_from_ratings(ratings, 1, 9).tolist() == [[1, 1, 0, -1, -1]]


def consult(session: Session, engine: Engine, votes: Real) -> Survey:
    survey = make_open_survey(session, codes=ITEMS)
    for row in votes:
        response, token = make_response(session, survey)
        points = {1.0: 5, 0.0: 3, -1.0: 1}
        given = {f"{item}.impact": points[float(vote)] for item, vote in zip(ITEMS, row, strict=True)}
        answer(engine, response, token, given)
    return survey


def close(session: Session, survey: Survey) -> None:
    close_round(session, operator(session), survey)
    session.commit()


def test_groups_are_found_once_for_each_closed_round(
    client: TestClient, session: Session, engine: Engine, cast: Cast
) -> None:
    survey = consult(session, engine, planted())
    with pytest.raises(NotFound):
        freeze_opinions(session, operator(session), survey)
    session.commit()
    sign_in(client, session, cast.dora)
    assert "Opinion groups" not in client.get(f"/opinions/{survey.slug}").text, "nothing of an open round"
    assert client.get(f"/api/v1/surveys/{survey.id}/opinions").status_code == 404
    close(session, survey)
    assert client.get("/opinions").headers["location"] == f"/opinions/{survey.slug}"
    page = client.get(f"/opinions/{survey.slug}").text
    assert "Nobody has looked for opinion groups in this round yet." in page
    assert "Look for opinion groups" not in page, "a reviewer only reads"
    sign_in(client, session, cast.carla)
    form = client.get(f"/opinions/{survey.slug}").text
    done = client.post(f"/opinions/{survey.slug}", data={"csrf": csrf_in(form)})
    assert done.status_code == 303
    page = client.get(f"/opinions/{survey.slug}").text
    for words in (
        "People rate alike in 2 groups",
        "14 people",
        "10 people",
        "For: Initiative I",
        "What bridges the groups",
    ):
        assert words in page
    found = client.get(f"/api/v1/surveys/{survey.id}/opinions").json()
    assert (found["round"], found["sizes"], found["criterion"]) == (1, [14, 10], "impact")
    session.commit()
    one = session.exec(select(Respondent.id).where(Respondent.survey_id == survey.id)).first()
    assert one
    delete_respondents(session, col(Respondent.id) == one)
    session.commit()
    assert client.post(f"/opinions/{survey.slug}", data={"csrf": csrf_in(form)}).status_code == 303
    assert client.get(f"/api/v1/surveys/{survey.id}/opinions").json() == found, "found once, and never anew"
    assert client.get(f"/opinions/{survey.slug}?round=1").status_code == 200
    assert client.get(f"/opinions/{survey.slug}?round=7").status_code == 404
    assert len(session.exec(select(OpinionSnapshot)).all()) == 1


def test_without_clear_groups_the_page_says_why(
    client: TestClient, session: Session, engine: Engine, cast: Cast
) -> None:
    survey = consult(session, engine, planted((6, 5)))
    close(session, survey)
    freeze_opinions(session, operator(session), survey)
    session.commit()
    sign_in(client, session, cast.dora)
    page = client.get(f"/opinions/{survey.slug}").text
    assert "Too few people rated enough initiatives to look for groups." in page
    assert "They are 11; at least 15 are needed." in page
    assert "<table" not in page


def test_statistics_see_no_names(session: Session, engine: Engine) -> None:
    survey = consult(session, engine, planted((8, 8)))
    close(session, survey)
    given = read_votes(session, survey, get_snapshot(session, survey.id))
    assert given.votes.shape == (16, 8)
    assert (list(given.items), given.criterion) == (list(ITEMS), "impact")
    assert given.totals.tolist() == [16] * 8
    open_round(session, operator(session), survey)
    made = freeze_opinions(session, operator(session), survey)
    codes = session.exec(select(Respondent.code).where(Respondent.survey_id == survey.id)).all()
    assert codes
    assert not any(code in str(made.findings) for code in codes)


def test_who_reads_may_not_look_for_groups(session: Session, engine: Engine, cast: Cast) -> None:
    survey = consult(session, engine, planted((8, 8)))
    close(session, survey)
    dora = find_actor(session, cast.dora)
    assert dora
    with pytest.raises(NotAllowed):
        freeze_opinions(session, dora, survey)

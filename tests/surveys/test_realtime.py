"""Real time: figures after one's own answer, in steps, so that no two states tell of fewer than the minimum group."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_round
from app.core.errors import Conflict
from app.core.settings import Settings
from app.main import create_app
from app.people.queries import operator
from app.surveys.answering.rules import Value
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import REAL_TIME_ARM
from app.surveys.rounds.models import RealtimeState, Round
from app.surveys.rounds.queries import find_last_round, find_open_round
from app.surveys.rounds.realtime import show_so_far, so_far
from app.surveys.rounds.rules import Step, advance
from app.surveys.rounds.service import open_round
from tests.conftest import ADDRESS
from tests.make import Cast, answer, csrf_in, make_open_survey, make_response, sign_in, small_survey_file

HELICES = ("academia", "industry", "government", "civil")
MINIMUM, POINTS = 5, 5
START = Step((0,) * POINTS, (0,) * POINTS)


@dataclass
class Watched:
    """One helix as an attacker sees it, with who truly stands behind each histogram."""

    step: Step = START
    waiting: dict[int, int] = field(default_factory=dict[int, int])
    shown: dict[int, int] = field(default_factory=dict[int, int])
    now: dict[int, int] = field(default_factory=dict[int, int])

    def look(self) -> None:
        after = advance(self.step, histogram(self.now), MINIMUM)
        if after != self.step:
            self.shown, self.waiting = self.waiting, dict(self.now)
        self.step = after


def histogram(answers: dict[int, int]) -> list[int]:
    return [sum(point == level for point in answers.values()) for level in range(POINTS)]


def apart(one: dict[int, int], other: dict[int, int]) -> int:
    """How many people answered differently, or only once."""
    return sum(one.get(person) != other.get(person) for person in one.keys() | other.keys())


@pytest.mark.parametrize("seed", range(40))
def test_no_two_states_and_no_results_differ_by_fewer_than_the_minimum(seed: int) -> None:
    rng = random.Random(seed)
    watched = {helix: Watched() for helix in HELICES}
    states: list[dict[str, dict[int, int]]] = [{helix: {} for helix in HELICES}]
    for person in range(120):
        one = watched[rng.choices(HELICES, (8, 4, 2, 1))[0]]
        one.now[person] = rng.randrange(POINTS)
        for _ in range(rng.randrange(4)):
            # people change their answers again and again while they watch
            other = watched[rng.choice(HELICES)]
            if other.now:
                other.now[rng.choice([*other.now])] = rng.randrange(POINTS)
        for helix in HELICES:
            watched[helix].look()
            assert histogram(watched[helix].shown) == list(watched[helix].step.shown)
        shown = {helix: dict(watched[helix].shown) for helix in HELICES}
        if shown != states[-1]:
            states.append(shown)
    assert len(states) > 5, "the figures moved on"
    states.append({helix: dict(watched[helix].now) for helix in HELICES})
    for place, earlier in enumerate(states):
        for later in states[place + 1 :]:
            differences = [apart(earlier[helix], later[helix]) for helix in HELICES]
            assert all(count == 0 or count >= MINIMUM for count in differences), (seed, differences)
    for state in states[:-1]:
        assert all(not state[helix] or len(state[helix]) >= MINIMUM for helix in HELICES)


def test_a_plain_threshold_would_give_people_away() -> None:
    """The attack works on what is not protected, so its silence above means something."""
    before, after = [2, 3, 0, 0, 0], [2, 3, 0, 0, 1]
    assert [late - early for early, late in zip(before, after, strict=True)] == [0, 0, 0, 0, 1]
    assert advance(Step((0,) * 5, (2, 3, 0, 0, 0)), after, MINIMUM).waiting == (2, 3, 0, 0, 0)


def test_one_who_changes_again_and_again_moves_nothing() -> None:
    step = Step((0, 5), (5, 5))
    for point in range(20):
        step = advance(step, [5 + point % 2, 6 - point % 2], MINIMUM)
    assert step == Step((0, 5), (5, 5))


@pytest.fixture
def live(session: Session) -> Survey:
    document = small_survey_file(criteria=("impact", "urgency"), settings={"rounds": "real_time"})
    return make_open_survey(session, document, codes=("I1", "I2"))


def rate(session: Session, engine: Engine, survey: Survey, helix: str, values: dict[str, Value]) -> str:
    response, token = make_response(session, survey, helix=helix)
    answer(engine, response, token, values)
    return token


def look(engine: Engine, survey: Survey, current: Round, item: str) -> dict[str, Any]:
    """What a page shows: it only reads, and a step is written beside it."""
    with Session(engine) as reading:
        return show_so_far(reading, engine, survey, current, item)


def current_of(session: Session, survey: Survey) -> Round:
    found = find_open_round(session, survey.id)
    assert found
    session.commit()
    return found


def test_the_protocol_says_so_and_there_is_one_round(
    client: TestClient, session: Session, engine: Engine, cast: Cast, live: Survey
) -> None:
    assert live.protocol
    assert (live.protocol["feedback"], live.protocol["planned_rounds"]) == (REAL_TIME_ARM, 1)
    rate(session, engine, live, "civil", {"I1.impact": 4})
    close_round(session, operator(session), live)
    with pytest.raises(Conflict, match="one round"):
        open_round(session, operator(session), live)
    session.commit()
    sign_in(client, session, cast.carla)
    assert "/rounds/new" not in client.get(f"/surveys/{live.slug}").text


def test_steps_by_helix_and_rating_one_late(session: Session, engine: Engine, live: Survey) -> None:
    current = current_of(session, live)
    seen: list[dict[str, int]] = []
    for number in range(22):
        values: dict[str, Value] = {"I1.impact": 1 + number % 5}
        if number % 2:
            values["I1.urgency"] = 3
        rate(session, engine, live, "industry", values)
        told = look(engine, live, current, "I1")
        seen.append({code: said["n"] for code, said in told.items()})
    assert seen[8] == {}
    assert seen[9] == seen[13] == {"I1.impact": 5}
    assert seen[14] == seen[18] == {"I1.impact": 10}
    # ten of urgency came with the twentieth person
    assert seen[19] == seen[21] == {"I1.impact": 15, "I1.urgency": 5}
    rate(session, engine, live, "civil", {"I1.impact": 5})
    told = look(engine, live, current, "I1")
    assert told["I1.impact"]["n"] == 15, "one of civil society waits for four more, and for five after them"
    assert set(told["I1.impact"]["helices"]) == {"industry"}
    session.commit()
    assert so_far(session, live, current) == told
    session.commit()
    assert look(engine, live, current, "I2") == {}


def test_a_closed_round_takes_no_step_and_the_results_stay_apart(
    session: Session, engine: Engine, live: Survey
) -> None:
    current = current_of(session, live)
    for number in range(14):
        rate(session, engine, live, "industry", {"I1.impact": 1 + number % 5})
        look(engine, live, current, "I1")
    [state] = session.exec(select(RealtimeState)).all()
    session.commit()
    shown = state.counts["I1.impact"]["industry"]["shown"]
    rate(session, engine, live, "industry", {"I1.impact": 1})
    snapshot = close_round(session, operator(session), live)
    session.commit()
    closed = find_last_round(session, live.id)
    assert closed
    session.refresh(live)
    session.commit()
    assert look(engine, live, closed, "I1")["I1.impact"]["n"] == 5, "no step after the closing"
    counts = snapshot.findings["items"]["impact"][0]["counts"]
    assert sum(counts) - sum(shown) == 10


def test_pages_show_it_after_ones_own_answer_and_the_same_after_a_restart(
    client: TestClient, session: Session, engine: Engine, settings: Settings, live: Survey
) -> None:
    token, page = "", client.get(f"/s/{live.slug}")
    for number in range(10):
        token = rate(session, engine, live, "industry", {"I1.impact": 1 + number % 5})
        client.cookies.set(f"innaxe_answers_{live.slug}", token)
        page = client.get(f"/s/{live.slug}/q/1")
        assert page.status_code == 200
        assert ("So far, all groups (5 answers)" in page.text) == (number == 9)
    assert f'data-live="/s/{live.slug}/q/1/feedback"' in page.text
    part = client.get(f"/s/{live.slug}/q/1/feedback")
    assert part.text.count("So far, all groups (5 answers)") == 1, "impact was answered, urgency was not"
    assert "<html" not in part.text
    assert client.get(f"/s/{live.slug}/q/3/feedback").status_code == 404
    rows = client.get(f"/s/{live.slug}/all").text
    assert "Where I differ from the group" in rows
    with TestClient(create_app(settings, engine), base_url=ADDRESS, follow_redirects=False) as again:
        again.cookies.set(f"innaxe_answers_{live.slug}", token)
        assert again.get(f"/s/{live.slug}/q/1/feedback").text == part.text
    _, stranger = make_response(session, live, helix="civil")
    client.cookies.set(f"innaxe_answers_{live.slug}", stranger)
    assert "So far" not in client.get(f"/s/{live.slug}/q/1").text
    assert "So far" not in client.get(f"/s/{live.slug}/q/1/feedback").text
    client.cookies.clear()
    assert client.get(f"/s/{live.slug}/q/1/feedback").status_code == 404


def test_a_classic_round_has_no_such_fragment(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    _, token = make_response(session, survey)
    client.cookies.set(f"innaxe_answers_{survey.slug}", token)
    page = client.get(f"/s/{survey.slug}/q/1").text
    assert "data-live" not in page
    assert client.get(f"/s/{survey.slug}/q/1/feedback").status_code == 404


def test_the_rules_step_chooses_rounds_and_what_returns(client: TestClient, session: Session, cast: Cast) -> None:
    make_open_survey(session)
    sign_in(client, session, cast.carla)
    made = client.post("/surveys", data={"csrf": csrf_in(client.get("/surveys/new").text), "title": "Live"})
    address = made.headers["location"].removesuffix("build") + "build/rules"
    page = client.get(address).text
    assert 'value="classic" checked' in page
    assert 'value="undecided" checked' in page
    form = {"csrf": csrf_in(page), "revision": "1", "agree_share": "70", "helix_share": "60", "divided_gap": "35"}
    form |= {"low_share": "40", "shortlist": "2", "minimum_group": "5", "retention_months": "24"}
    form |= {"planned_rounds": "3", "rounds": "real_time", "items_returning": "all"}
    assert client.post(address, data=form).status_code == 303
    page = client.get(address).text
    assert 'value="real_time" checked' in page
    assert 'value="all" checked' in page
    assert 'id="planned_rounds" value="1"' in " ".join(page.split())

"""Balanced assignment: so many of all items each, every item rated equally often by every helix."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from scipy import stats
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.consensus.queries import read_panel
from app.consensus.service import close_round
from app.core.db import for_writing
from app.people.queries import operator
from app.surveys.answering import service
from app.surveys.answering.models import Response
from app.surveys.answering.queries import count_assigned
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.authoring.queries import get_survey
from app.surveys.authoring.rules import assign_items
from app.surveys.rounds.queries import find_open_round
from app.surveys.rounds.service import open_round
from tests.make import HELICES, answer, csrf_in, make_open_survey, make_response, small_survey_file

CODES = [f"I{number:02}" for number in range(1, 25)]
SETTINGS = {"initiative_assignment": {"mode": "balanced_subset", "per_respondent": 8}}


def spread(counts: Counter[str]) -> int:
    given = [counts[code] for code in CODES]
    return max(given) - min(given)


@pytest.mark.parametrize("seed", range(30))
def test_eight_of_24_over_91_answers_are_balanced(seed: int) -> None:
    rng = random.Random(seed)
    shares = [rng.random() for _ in HELICES]
    by_helix: dict[str, Counter[str]] = {helix: Counter() for helix in HELICES}
    overall: Counter[str] = Counter()
    for person, helix in enumerate(rng.choices(HELICES, shares, k=91)):
        chosen = assign_items(CODES, 8, by_helix[helix], overall, f"{seed}:{person}")
        assert len(set(chosen)) == 8
        by_helix[helix].update(chosen)
        overall.update(chosen)
    assert spread(overall) <= 2
    assert max(spread(counts) for counts in by_helix.values()) <= 2


def test_where_very_many_have_begun_items_are_drawn_and_nobody_is_counted_or_waited_for(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = make_open_survey(session, small_survey_file(settings=SETTINGS), codes=CODES)
    monkeypatch.setattr(service, "MOST_BALANCED", 3)
    asked = Counter[bool]()

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked["FOR UPDATE" in statement or "SELECT respondent.helix, response.item_codes" in statement] += 1

    event.listen(session.get_bind(), "before_cursor_execute", look)
    for number in range(8):
        asked.clear()
        response, _ = make_response(session, survey, helix=HELICES[number % 4])
        assert len(set(response.item_codes or ())) == 8
        assert (asked[True] > 0) == (number <= 3), number


def test_what_is_drawn_falls_on_all_items_alike() -> None:
    given = Counter(code for person in range(3000) for code in assign_items(CODES, 8, {}, {}, f"7:{person}"))
    assert stats.chisquare([given[code] for code in CODES]).pvalue > 0.01


def test_those_who_begin_at_once_are_balanced_too(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session, small_survey_file(settings=SETTINGS), codes=CODES)

    def begin(helix: str) -> None:
        start = StartIn(consent=True, helix=helix, language="en")
        with Session(for_writing(engine)) as own, own.begin():
            start_response(own, get_survey(own, survey.id), start, consent=Consent("en", "What people agree to."))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(begin, [HELICES[number % 4] for number in range(40)]))
    current = find_open_round(session, survey.id)
    assert current
    counts = count_assigned(session, current.id)
    assert sum(sum(counts.values(), Counter[str]()).values()) == 40 * 8
    assert spread(sum(counts.values(), Counter[str]())) <= 2
    assert max(spread(counts[helix]) for helix in HELICES) <= 2


def test_the_next_round_asks_about_the_same(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session, small_survey_file(settings=SETTINGS), codes=CODES)
    response, token = make_response(session, survey)
    asked = list(response.item_codes or [])
    answer(engine, response, token, {f"{asked[0]}.impact": 4})
    close_round(session, operator(session), survey)
    open_round(session, operator(session), survey)
    start = StartIn(consent=True, helix="industry", language="en")
    again, _ = start_response(session, survey, start, consent=Consent("en", "What people agree to."), token=token)
    assert again.id != response.id
    assert again.item_codes == asked


def test_not_being_asked_is_not_being_unable_to_judge(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session, small_survey_file(settings=SETTINGS), codes=CODES)
    given: dict[str, int] = {}
    for number in range(12):
        response, token = make_response(session, survey, helix=HELICES[number % 4])
        asked = list(response.item_codes or [])
        values: dict[str, Any] = {f"{code}.impact": 3 for code in asked[1:]} | {f"{asked[0]}.impact": None}
        answer(engine, response, token, values)
        given[asked[0]] = given.get(asked[0], 0) + 1
    panel = read_panel(session, survey)
    assert panel.looked_at.sum() == 12 * 8
    findings = close_round(session, operator(session), survey).findings
    told = {line["initiative"]: line["cannot_judge"] for line in findings["items"]["impact"]}
    for code, count in told.items():
        assert count in (None, given.get(code, 0))


def test_pages_ask_about_the_own_items_and_give_more(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session, small_survey_file(settings=SETTINGS), codes=CODES)
    slug = survey.slug
    page = client.get(f"/s/{slug}")
    started = client.post(f"/s/{slug}", data={"csrf": csrf_in(page.text), "consent": "yes", "helix": "civil"})
    assert started.status_code == 303
    assert client.get(f"/s/{slug}/q/8").status_code == 200
    assert client.get(f"/s/{slug}/q/9").status_code == 404
    assert client.get(f"/s/{slug}/all").text.count(f"/s/{slug}/q/") == 8
    assert "/more" not in client.get(f"/s/{slug}/check").text, "first what was asked"
    session.expire_all()
    [response] = session.exec(select(Response)).all()
    asked = list(response.item_codes or [])
    session.commit()
    for position, code in enumerate(asked, start=1):
        form = client.get(f"/s/{slug}/q/{position}")
        assert f"Initiative {code}" in form.text
        fields = {"csrf": csrf_in(form.text), f"{code}.impact": "4", f"{code}.urgency": "none"}
        assert client.post(f"/s/{slug}/q/{position}", data=fields).status_code == 303
    check = client.get(f"/s/{slug}/check")
    more = client.post(f"/s/{slug}/more", data={"csrf": csrf_in(check.text)})
    assert more.headers["location"] == f"/s/{slug}/q/9"
    assert client.get(f"/s/{slug}/q/16").status_code == 200
    session.expire_all()
    [response] = session.exec(select(Response)).all()
    assert len(set(response.item_codes or [])) == 16

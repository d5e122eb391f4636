"""Reasons from those who see it otherwise: offered, kept, shared without a name, hidden, and never of too few."""

from collections.abc import Mapping
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_round
from app.core.errors import Invalid, NotFound
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.rules import Value, is_above
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, withdraw
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Round, SharedReason
from app.surveys.rounds.queries import find_last_round
from app.surveys.rounds.reasons import hide_reason, list_reasons, list_shown_reasons, show_reason
from app.surveys.rounds.rules import named_helices
from app.surveys.rounds.service import open_round
from tests.make import Cast, answer, csrf_in, make_open_survey, make_response, sign_in, small_survey_file

SIZES = {"academia": 12, "industry": 11, "government": 12, "civil": 11}
VIEWS = {"academia": 3, "industry": 5, "government": 3, "civil": 1}
HOSTILE = "<script>alert(1)</script> it costs too much"

People = dict[str, list[str]]


def come_back(session: Session, survey: Survey, helix: str, token: str) -> Response:
    start = StartIn(consent=True, helix=helix, language="en")
    response, _ = start_response(session, survey, start, consent=Consent("en", "What people agree to."), token=token)
    session.commit()
    return response


def rate(session: Session, engine: Engine, survey: Survey, helix: str, token: str, values: Mapping[str, Value]) -> None:
    answer(engine, come_back(session, survey, helix, token), token, dict(values))


def last_round(session: Session, survey: Survey) -> Round:
    found = find_last_round(session, survey.id)
    assert found
    return found


@pytest.fixture
def second(session: Session, engine: Engine) -> tuple[Survey, People]:
    """The second round is open; in the first industry said 5, civil 1, and the rest 3."""
    survey = make_open_survey(session, small_survey_file(criteria=("impact",)), codes=("I1", "I2"))
    tokens: People = {}
    for helix, size in SIZES.items():
        for _ in range(size):
            response, token = make_response(session, survey, helix=helix)
            tokens.setdefault(helix, []).append(token)
            answer(engine, response, token, {"I1.impact": VIEWS[helix], "I2.impact": 3})
    close_round(session, operator(session), survey)
    open_round(session, operator(session), survey)
    session.commit()
    return survey, tokens


def give_reasons(session: Session, engine: Engine, survey: Survey, people: People, counts: Mapping[str, int]) -> None:
    for helix, tokens in people.items():
        for number, token in enumerate(tokens):
            values: dict[str, Value] = {"I1.impact": VIEWS[helix], "I2.impact": 3}
            if number < counts.get(helix, 0):
                values["I1.impact.why"] = f"Reason {number} of {helix}"
            rate(session, engine, survey, helix, token, values)


def close_and_open(session: Session, survey: Survey) -> tuple[Round, Round]:
    close_round(session, operator(session), survey)
    closed = last_round(session, survey)
    opened = open_round(session, operator(session), survey)
    session.commit()
    return closed, opened


@pytest.mark.parametrize(
    ("point", "middle", "side"),
    [
        (5, (3.0, 4.0), True),
        (1, (3.0, 4.0), False),
        (3, (3.0, 4.0), None),
        (4, (3.0, 4.0), None),
        (4, (3.0, 3.5), True),
        (None, (3.0, 4.0), None),
        (5, (None, 4.0), None),
        (5, (3.0, None), None),
    ],
)
def test_what_lies_outside_the_middle_half(
    point: int | None, middle: tuple[float | None, float | None], side: bool | None
) -> None:
    assert is_above(point, middle) is side


@pytest.mark.parametrize(
    ("raters", "givers", "named"),
    [
        (9, {"civil": 9}, None),
        (10, {"civil": 4}, None),
        (10, {"civil": 5}, set[str]()),
        (40, {"civil": 10}, {"civil"}),
        (40, {"civil": 10, "industry": 9}, set[str]()),
        (40, {"civil": 10, "industry": 10}, {"civil", "industry"}),
        (40, {"civil": 12, "industry": 5, "academia": 6}, {"civil"}),
        (40, {}, None),
    ],
)
def test_whom_a_reason_may_be_said_to_come_from(raters: int, givers: dict[str, int], named: set[str] | None) -> None:
    assert named_helices(raters, givers, 5) == named


def test_reasons_are_shared_by_side_and_helices_named_from_ten(
    session: Session, engine: Engine, second: tuple[Survey, People]
) -> None:
    survey, people = second
    give_reasons(session, engine, survey, people, {"industry": 10, "civil": 11, "academia": 4})
    closed, opened = close_and_open(session, survey)
    found = list_reasons(session, survey, closed)
    # academia's rating lies inside the middle half, so there is nothing to explain
    assert len(found) == 21
    assert {(given.is_for, given.helix) for given in found} == {(True, "industry"), (False, "civil")}
    shown = list_shown_reasons(session, survey, opened, "I1")
    assert [given.is_for for given in shown] == [True] * 3 + [False] * 3
    assert shown == list_shown_reasons(session, survey, opened, "I1"), "the same for everybody"
    assert list_shown_reasons(session, survey, opened, "I2") == []
    assert list_shown_reasons(session, survey, closed, "I1") == [], "round 1 gave none"
    kept = {column for column in SharedReason.model_fields if "text" in column or "respondent" in column}
    assert kept == set(), "the text stays with the answer"


def test_a_helix_of_few_is_not_named_and_too_few_show_nothing(
    session: Session, engine: Engine, second: tuple[Survey, People]
) -> None:
    survey, people = second
    give_reasons(session, engine, survey, people, {"industry": 10, "civil": 3})
    closed, _ = close_and_open(session, survey)
    found = list_reasons(session, survey, closed)
    assert len(found) == 13
    assert {given.helix for given in found} == {""}, "naming one would name the other"
    give_reasons(session, engine, survey, people, {"civil": 4})
    closed, opened = close_and_open(session, survey)
    assert list_reasons(session, survey, closed) == []
    assert list_shown_reasons(session, survey, opened, "I1") == []


def test_who_moves_into_the_middle_no_longer_argues_and_who_withdraws_takes_the_text_along(
    session: Session, engine: Engine, second: tuple[Survey, People]
) -> None:
    survey, people = second
    give_reasons(session, engine, survey, people, {"civil": 11})
    for answered in session.exec(select(Answer).where(Answer.code == "I1.impact.why")).all()[:2]:
        rating = session.get_one(Answer, (answered.response_id, "I1.impact"))
        rating.point = 3
        session.add(rating)
    session.commit()
    closed, _ = close_and_open(session, survey)
    found = list_reasons(session, survey, closed)
    assert len(found) == 9
    row = session.get_one(SharedReason, found[0].id)
    response = session.get_one(Response, row.response_id)
    withdraw(session, survey, session.get_one(Respondent, response.respondent_id))
    session.commit()
    assert [given.text for given in list_reasons(session, survey, closed)] == [given.text for given in found[1:]]


def test_hiding_needs_a_reason_and_is_on_record(
    session: Session, engine: Engine, second: tuple[Survey, People]
) -> None:
    survey, people = second
    give_reasons(session, engine, survey, people, {"civil": 11})
    closed, opened = close_and_open(session, survey)
    first = list_shown_reasons(session, survey, opened, "I1")[0]
    actor = operator(session)
    with pytest.raises(Invalid, match="10 to 500"):
        hide_reason(session, actor, survey, first.id, "no")
    with pytest.raises(NotFound):
        hide_reason(session, actor, survey, uuid4(), "It names a company.")
    hide_reason(session, actor, survey, first.id, "It names a company.")
    assert first.id not in {given.id for given in list_shown_reasons(session, survey, opened, "I1")}
    assert len(list_shown_reasons(session, survey, opened, "I1")) == 3, "another takes its place"
    assert len(list_reasons(session, survey, closed)) == 11
    show_reason(session, actor, survey, first.id)
    assert list_shown_reasons(session, survey, opened, "I1")[0].id == first.id
    acts = [entry.act for entry in session.exec(select(HistoryEntry)).all() if entry.act.startswith("reason.")]
    assert acts == ["reason.hidden", "reason.shown"]


def test_the_box_opens_outside_the_middle_half_and_is_saved_with_the_page(
    client: TestClient, session: Session, second: tuple[Survey, People]
) -> None:
    survey, people = second
    token = people["civil"][0]
    come_back(session, survey, "civil", token)
    client.cookies.set(f"innaxe_answers_{survey.slug}", token)
    outside, inside = client.get(f"/s/{survey.slug}/q/1").text, client.get(f"/s/{survey.slug}/q/2").text
    assert '<details class="why" data-low="3.0" data-high="3.0" open>' in outside
    assert '<details class="why inside" data-low="3.0" data-high="3.0" >' in inside
    form = {"csrf": csrf_in(outside), "I1.impact": "1", "rev.I1.impact": "0", "rev.I1.impact.why": "0"}
    long = client.post(f"/s/{survey.slug}/q/1", data=form | {"I1.impact.why": "x" * 501})
    assert long.status_code == 422
    assert "This text is too long." in long.text
    page = client.get(f"/s/{survey.slug}/q/1")
    form |= {"csrf": csrf_in(page.text), "rev.I1.impact": "1", "I1.impact.why": HOSTILE}
    assert client.post(f"/s/{survey.slug}/q/1", data=form).status_code == 303
    again = client.get(f"/s/{survey.slug}/q/1").text
    assert HOSTILE not in again
    assert "&lt;script&gt;alert(1)&lt;/script&gt; it costs too much" in again


def test_round_one_offers_no_box(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    page = client.get(f"/s/{survey.slug}")
    client.post(f"/s/{survey.slug}", data={"csrf": csrf_in(page.text), "consent": "yes", "helix": "civil"})
    assert "What do you see that others may not?" not in client.get(f"/s/{survey.slug}/q/1").text


def test_the_next_round_shows_reasons_as_text_after_ones_own_answer(
    client: TestClient, session: Session, engine: Engine, second: tuple[Survey, People]
) -> None:
    survey, people = second
    give_reasons(session, engine, survey, people, {"civil": 10})
    rate(session, engine, survey, "civil", people["civil"][10], {"I1.impact.why": HOSTILE})
    _, opened = close_and_open(session, survey)
    for given in list_reasons(session, survey, last_round_before(session, opened)):
        if given.text != HOSTILE:
            hide_reason(session, operator(session), survey, given.id, "Hidden to see the other.")
    session.commit()
    come_back(session, survey, "industry", people["industry"][0])
    client.cookies.set(f"innaxe_answers_{survey.slug}", people["industry"][0])
    page = client.get(f"/s/{survey.slug}/q/1").text
    assert "What others see" in page
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "What others see" not in client.get(f"/s/{survey.slug}/q/2").text
    _, stranger = make_response(session, survey, helix="industry")
    client.cookies.set(f"innaxe_answers_{survey.slug}", stranger)
    assert "What others see" not in client.get(f"/s/{survey.slug}/q/1").text, "not before one's own first answer"


def last_round_before(session: Session, opened: Round) -> Round:
    return session.exec(
        select(Round).where(Round.survey_id == opened.survey_id, Round.number == opened.number - 1)
    ).one()


def test_the_moderation_page(
    client: TestClient, session: Session, engine: Engine, cast: Cast, second: tuple[Survey, People]
) -> None:
    survey, people = second
    sign_in(client, session, cast.carla)
    address = f"/surveys/{survey.slug}/reasons"
    assert "No reasons yet" in client.get(address).text
    give_reasons(session, engine, survey, people, {"civil": 10})
    close_round(session, operator(session), survey)
    session.commit()
    page = client.get(address).text
    assert page.count('<article class="reason') == 10
    assert page.count("Civil") == 10
    chosen = list_reasons(session, survey, last_round(session, survey))[0].id
    session.commit()
    form = {"csrf": csrf_in(page)}
    wrong = client.post(f"{address}/{chosen}", data=form | {"because": "no"})
    assert wrong.status_code == 422
    assert f'href="#because-{chosen}"' in wrong.text
    assert client.post(f"{address}/{chosen}", data=form | {"because": "It names a person."}).status_code == 303
    assert "It names a person." in client.get(address).text
    assert client.post(f"{address}/{chosen}", data=form | {"choice": "show"}).status_code == 303
    assert "It names a person." not in client.get(address).text
    assert client.post(f"{address}/{uuid4()}", data=form | {"because": "It names a person."}).status_code == 404


def test_the_feedback_page_says_where_one_differs_and_what_moved(
    client: TestClient, session: Session, engine: Engine, second: tuple[Survey, People]
) -> None:
    survey, people = second
    for helix, tokens in people.items():
        for number, token in enumerate(tokens):
            values: dict[str, Value] = {"I1.impact": VIEWS[helix], "I2.impact": 5}
            if helix == "industry" and number < 10:
                values["I1.impact.why"] = "The market is ready."
            rate(session, engine, survey, helix, token, values)
    close_round(session, operator(session), survey)
    session.commit()
    address = f"/s/{survey.slug}/feedback"
    assert client.get(address).status_code == 303, "who has not taken part goes to the beginning"
    client.cookies.set(f"innaxe_answers_{survey.slug}", people["civil"][0])
    between = client.get(address).text
    assert "You: 1. Half of the group: 3 to 3, middle 3." in between
    assert "0% → 100%" in between
    assert "The market is ready." not in between, "nobody has read it yet"
    assert client.get(f"/s/{survey.slug}").text.count(address) == 1
    open_round(session, operator(session), survey)
    come_back(session, survey, "civil", people["civil"][0])
    assert "The market is ready." in client.get(address).text
    shown = list_shown_reasons(session, survey, last_round(session, survey), "I1")
    assert len(shown) == 1, "what several wrote in the same words is shown once"
    session.commit()
    rows = client.get(f"/s/{survey.slug}/all?show=differ").text
    assert f"/s/{survey.slug}/q/1" in rows
    assert f"/s/{survey.slug}/q/2" not in rows
    _, stranger = make_response(session, survey, helix="industry")
    client.cookies.set(f"innaxe_answers_{survey.slug}", stranger)
    session.commit()
    answered = client.get(address)
    assert answered.status_code == 200
    alone = answered.text
    assert "0% → 100%" not in alone, "nothing of what one has not rated"
    assert "Initiative I1" not in alone


def test_the_feedback_page_of_too_few(client: TestClient, session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    answer(engine, response, token, {"I1.impact": 4})
    close_round(session, operator(session), survey)
    session.commit()
    client.cookies.set(f"innaxe_answers_{survey.slug}", token)
    page = client.get(f"/s/{survey.slug}/feedback").text
    assert "Too few answers to show without revealing people." in page
    assert "Initiative I1" not in page

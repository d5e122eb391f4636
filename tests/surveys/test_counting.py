"""Counts of points equal a recount of the answers, whatever was done and wherever it broke off."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlmodel import Session, select, update

from app.core.db import for_writing
from app.history.models import HistoryEntry
from app.surveys.answering.counting import differences, find_last_recount, recount_daily
from app.surveys.answering.models import PointCount, Recount, Respondent, Response
from app.surveys.answering.queries import count_points, get_owned_response
from app.surveys.answering.rules import Value
from app.surveys.answering.saves import Outcome, Save, Saved
from app.surveys.answering.service import reopen_response, withdraw
from app.surveys.answering.store import Store
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Round
from tests.make import answer, make_open_survey, make_response, send

CODES = ("I1.impact", "I1.urgency", "I2.impact")
Person = tuple[UUID, str]


class Killed(Exception):
    """The process ended here."""


class DyingStore(Store):
    """Dies with all it has written, before the commit."""

    def judge_and_write(self, cursor: object, saves: Sequence[Save]) -> list[Outcome]:
        """Judge and write the saves, and die."""
        super().judge_and_write(cursor, saves)
        raise Killed


class Answering(RuleBasedStateMachine):
    """People begin, save, change, send, take back and withdraw, by several processes, some of which die."""

    engine: Engine
    survey: Survey
    people: Bundle[Person] = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.stores = [Store(self.engine), Store(self.engine)]
        self.dying = DyingStore(self.engine)
        self.revs: dict[tuple[UUID, str], int] = {}

    def teardown(self) -> None:
        """Give the connections back."""
        for store in (*self.stores, self.dying):
            store.close()

    @rule(target=people, helix=st.sampled_from(["industry", "academia", "government", "civil"]))
    def begin(self, helix: str) -> Person:
        """Somebody begins."""
        with Session(for_writing(self.engine), expire_on_commit=False) as session:
            response, token = make_response(session, self.survey, helix=helix)
        return response.id, token

    @rule(
        person=people,
        given=st.lists(
            st.tuples(st.sampled_from(CODES), st.sampled_from([None, 1, 2, 5]), st.sampled_from([0, 0, 0, -1, 1])),
            min_size=1,
            max_size=4,
        ),
        by=st.integers(0, 1),
    )
    def save(self, person: Person, given: list[tuple[str, Value, int]], by: int) -> None:
        """A batch of saves, some of which are overtaken or know too much."""
        saves = self._saves(person, given)
        for save, outcome in zip(saves, self.stores[by].write(saves), strict=True):
            if isinstance(outcome, Saved):
                self.revs[person[0], save.code] = outcome.rev

    @rule(person=people, value=st.sampled_from([None, 3]))
    def die(self, person: Person, value: Value) -> None:
        """The process is killed before it confirms."""
        saves = self._saves(person, [(code, value, 0) for code in CODES])
        with pytest.raises(Killed):
            self.dying.write(saves)

    @rule(person=people)
    def send_and_take_back(self, person: Person) -> None:
        """Somebody sends their answers and changes their mind."""
        with Session(for_writing(self.engine), expire_on_commit=False) as session:
            response, _ = get_owned_response(session, person[0], (person[1],))
            send(session, response, person[1])
            reopen_response(session, person[0], (person[1],))
            session.commit()

    @rule(person=consumes(people))
    def withdraw(self, person: Person) -> None:
        """Somebody takes everything back."""
        with Session(for_writing(self.engine), expire_on_commit=False) as session:
            _, respondent = get_owned_response(session, person[0], (person[1],))
            withdraw(session, self.survey, respondent)
            session.commit()

    @rule()
    def pass_a_night(self) -> None:
        """The worker compares."""
        with Session(for_writing(self.engine)) as session:
            for one in session.exec(select(Recount)).all():
                session.delete(one)
            session.commit()
        assert recount_daily(self.engine) == 0

    @invariant()
    def counts_equal_a_recount(self) -> None:
        """What is kept is what is there."""
        with Session(self.engine) as session:
            assert differences(session) == {}

    def _saves(self, person: Person, given: Sequence[tuple[str, Value, int]]) -> list[Save]:
        return [
            Save(person[0], (person[1],), code, value, max(0, self.revs.get((person[0], code), 0) + off))
            for code, value, off in given
        ]


@pytest.mark.parametrize(
    ("examples", "steps"),
    [pytest.param(12, 25, id="quick"), pytest.param(500, 50, id="full", marks=pytest.mark.faults)],
)
def test_counts_equal_a_recount_after_whatever_happens(
    session: Session, engine: Engine, examples: int, steps: int
) -> None:
    class Here(Answering):
        pass

    Here.engine, Here.survey = engine, make_open_survey(session)
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_a_count_that_differs_is_found_noted_and_set_right_once_a_day(session: Session, engine: Engine) -> None:
    response, token = make_response(session, make_open_survey(session))
    answer(engine, response, token, {"I1.impact": 4, "I1.urgency": 2, "I2.impact": None})
    session.exec(update(PointCount).where(PointCount.code == "I1.impact").values(count=7))  # pyright: ignore[reportArgumentType] -- a column
    session.commit()
    assert [*differences(session).values()] == [(7, 1)]
    session.rollback()
    assert recount_daily(engine) == 1
    assert differences(session) == {}
    entry = session.exec(select(HistoryEntry).where(HistoryEntry.act == "counts.differed")).one()
    assert entry.after == {"round": 1, "differing": 1}
    found = find_last_recount(session)
    assert found is not None
    assert (found.compared, found.differing) == (2, 1)
    session.rollback()
    assert recount_daily(engine) is None, "once a day"


def test_what_was_withdrawn_cannot_be_read_from_the_counts(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    (stays, token), (goes, other) = make_response(session, survey), make_response(session, survey)
    answer(engine, stays, token, {"I1.impact": 4})
    answer(engine, goes, other, {"I1.impact": 4, "I1.urgency": 5})
    withdraw(session, survey, session.get_one(Respondent, session.get_one(Response, goes.id).respondent_id))
    session.commit()
    rows = session.exec(select(PointCount.code, PointCount.point, PointCount.count)).all()
    assert [*rows] == [("I1.impact", 4, 1)]
    assert [*count_points(session, session.exec(select(Round.id)).one())] == [("I1.impact", "industry", 4, 1)]

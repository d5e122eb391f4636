"""What nobody can tell from ideas, and what becomes of them."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound
from app.erasure import erase_person, export_person
from app.history.models import HistoryEntry
from app.history.routes import ACT_WORDS
from app.people.queries import operator
from app.retention import run_retention
from app.surveys.answering.models import Answer, Respondent
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, withdraw
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.ideas.models import Idea
from app.surveys.ideas.queries import has_ideas, list_ideas
from app.surveys.ideas.service import close_idea_round, put_into_initiative, reconsider, set_aside
from app.surveys.rounds.models import Round
from app.surveys.rounds.service import invite
from tests.make import SECRET, answer, csrf_in, make_response
from tests.surveys.ideas import (
    BUSES,
    MORE_BUSES,
    SCHOOL,
    begin,
    close_ideas,
    give,
    give_others,
    idea_answers,
    make_idea_survey,
    write,
)


@pytest.fixture
def survey(session: Session) -> Survey:
    return make_idea_survey(session)


# privacy


def test_gathering_keeps_no_words_no_moment_and_no_order(session: Session, engine: Engine, survey: Survey) -> None:
    for number in range(12):
        give(session, engine, survey, (f"Idea of person {number}", "", ""))
    give(session, engine, survey)
    assert list_ideas(session, survey) == [], "nothing can be read before the round has closed"
    close_ideas(session, survey)
    ideas = session.exec(select(Idea)).all()
    assert len(ideas) == 12
    columns = set(Idea.model_fields)
    assert not {name for name in columns if name.endswith("_at")}
    assert "person" not in repr(ideas), "the words stay with the answers"
    shown = [given.text.title for given in list_ideas(session, survey)]
    came = [f"Idea of person {number}" for number in range(12)]
    assert sorted(shown) == sorted(came)
    assert shown != came
    assert shown == [given.text.title for given in list_ideas(session, survey)]


def test_the_order_follows_from_seed_and_words_alone(session: Session, engine: Engine, survey: Survey) -> None:
    words = [(f"Idea {number}", "", "") for number in range(8)]
    for one in words:
        give(session, engine, survey, one)
    other = make_idea_survey(session, survey_id="small-2")
    for one in reversed(words):
        give(session, engine, other, one, helix="civil")
    other.seed = survey.seed
    close_ideas(session, survey)
    close_ideas(session, other)
    first, second = ([given.text.title for given in list_ideas(session, one)] for one in (survey, other))
    assert first == second


def test_closing_cuts_what_led_to_the_invitation(session: Session, engine: Engine, survey: Survey) -> None:
    invitation, token = invite(session, operator(session), survey, email="ana@example.org", helix="civil")
    own = answer_token(SECRET, token)
    start = StartIn(consent=True, helix="civil", language="en")
    response, _ = start_response(
        session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=own
    )
    session.commit()
    answer(engine, response, own, dict(idea_answers(1, BUSES)))
    assert "Night buses" in str(export_person(session, "ana@example.org", secret=SECRET))
    close_ideas(session, survey)
    assert session.exec(select(Respondent)).one().invitation_id is None
    assert "Night buses" not in str(export_person(session, "ana@example.org", secret=SECRET))
    session.commit()
    erase_person(engine, "ana@example.org", secret=SECRET)
    session.expire_all()
    assert len(session.exec(select(Idea)).all()) == 1, "without a person the idea stays"
    assert len(session.exec(select(Answer)).all()) == 4


def test_erasing_a_person_before_the_closing_takes_the_ideas_along(
    session: Session, engine: Engine, survey: Survey
) -> None:
    invitation, token = invite(session, operator(session), survey, email="ana@example.org", helix="civil")
    own = answer_token(SECRET, token)
    start = StartIn(consent=True, helix="civil", language="en")
    response, _ = start_response(
        session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=own
    )
    session.commit()
    answer(engine, response, own, dict(idea_answers(1, ("zqcanaryqz", "", ""))))
    erase_person(engine, "ana@example.org", secret=SECRET)
    session.expire_all()
    assert session.exec(select(Answer)).all() == []
    files = list(Path(str(engine.url.database)).parent.glob("*.sqlite*"))
    assert files or engine.dialect.name == "postgresql"
    assert not any(b"zqcanaryqz" in file.read_bytes() for file in files)


def test_withdrawing_takes_the_ideas_and_their_fate(client: TestClient, session: Session, survey: Survey) -> None:
    begin(client, survey)
    write(client, survey, 1, idea_answers(1, BUSES))
    close_ideas(session, survey)
    idea = session.exec(select(Idea)).one()
    set_aside(session, operator(session), survey, [idea.id], "It is done already, since last year.")
    session.commit()
    page = client.get("/s/small/my-answers").text
    assert "It was set aside: It is done already, since last year." in page
    client.post("/s/small/withdrawal", data={"csrf": csrf_in(page)})
    session.expire_all()
    assert session.exec(select(Idea)).all() == session.exec(select(Answer)).all() == []
    assert client.get("/s/small/my-answers").status_code == 404


def test_retention_deletes_ideas_with_the_answers(session: Session, engine: Engine, survey: Survey) -> None:
    give(session, engine, survey, BUSES)
    closed = close_ideas(session, survey)
    closed.closed_at = now() - timedelta(days=31 * (survey.retention_months + 1))
    session.add(closed)
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"]["respondents"] == 1
    session.expire_all()
    assert session.exec(select(Idea)).all() == []


def test_the_history_names_no_idea_and_nobody(session: Session, engine: Engine, survey: Survey) -> None:
    give(session, engine, survey, BUSES)
    close_ideas(session, survey)
    idea = session.exec(select(Idea)).one()
    set_aside(session, operator(session), survey, [idea.id], "It is done already.")
    reconsider(session, operator(session), survey, idea.id)
    reconsider(session, operator(session), survey, idea.id)
    session.commit()
    about_ideas = select(HistoryEntry).where(col(HistoryEntry.act).startswith("idea"))
    entries = session.exec(about_ideas.order_by(col(HistoryEntry.seq))).all()
    assert [entry.act for entry in entries] == ["ideas.gathered", "idea.set_aside", "idea.reconsidered"]
    assert {entry.thing for entry in entries} == {f"survey:{survey.id}"}
    assert str(idea.id) not in str([(entry.before, entry.after) for entry in entries])
    assert {entry.act for entry in entries} <= set(ACT_WORDS)


def test_an_idea_is_decided_once(session: Session, engine: Engine, survey: Survey) -> None:
    give(session, engine, survey, BUSES)
    close_ideas(session, survey)
    idea = session.exec(select(Idea)).one()
    key, actor = idea.id, operator(session)
    with pytest.raises(Invalid, match="10 to 500"):
        set_aside(session, actor, survey, [key], "No.")
    set_aside(session, actor, survey, [key], "It is done already.")
    with pytest.raises(Conflict, match="decided"):
        put_into_initiative(session, actor, survey, [key], initiative_id=key, title={})
    for keys in ([], [survey.id]):
        with pytest.raises(NotFound):
            set_aside(session, actor, survey, keys, "It is done already.")
    other = make_idea_survey(session, survey_id="small-2")
    with pytest.raises(NotFound):
        set_aside(session, actor, other, [key], "It is done already.")


def test_nobody_is_asked_for_ideas_twice_at_once(session: Session, survey: Survey) -> None:
    close_ideas(session, survey)
    with pytest.raises(Conflict, match="No round"):
        close_idea_round(session, operator(session), survey)
    assert [found.number for found in session.exec(select(Round)).all()] == [0]


# hostile words


def test_withdrawal_by_act(session: Session, engine: Engine, survey: Survey) -> None:
    response, _ = give(session, engine, survey, BUSES)
    close_ideas(session, survey)
    withdraw(session, survey, session.get_one(Respondent, response.respondent_id))
    session.commit()
    assert session.exec(select(Idea)).all() == []


def test_ideas_of_fewer_than_the_smallest_group_stay_hidden(session: Session, engine: Engine, survey: Survey) -> None:
    give(session, engine, survey, BUSES, SCHOOL, MORE_BUSES, ("One", "", ""), ("Two", "", ""))
    give_others(session, engine, survey, 3)
    begun, token = make_response(session, survey)
    answer(engine, begun, token, {"idea:1.first_step": "A step is no idea"})
    close_ideas(session, survey)
    assert list_ideas(session, survey) == [], "eight ideas of four people"
    assert has_ideas(session, survey)
    other = make_idea_survey(session, survey_id="small-2")
    last, _ = give(session, engine, other, BUSES)
    give_others(session, engine, other, 4)
    close_ideas(session, other)
    assert len(list_ideas(session, other)) == 5
    withdraw(session, other, session.get_one(Respondent, last.respondent_id))
    session.commit()
    assert list_ideas(session, other) == [], "and again once too few are left"

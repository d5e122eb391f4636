"""The end of mails: one click, or a page with buttons; looking changes nothing."""

import re
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.settings import Settings
from app.mail.worker import send_due
from app.people.queries import operator
from app.people.service import create_consortium
from app.surveys.authoring.models import Survey
from app.surveys.rounds.inviting import remind, send_invitations, stop_mails
from app.surveys.rounds.models import Invitation, MailRefusal, Suggestion
from app.surveys.rounds.people import standings_of
from app.surveys.rounds.queries import find_open_round, list_invitations
from app.surveys.rounds.refusing import refuse_all_mails
from app.surveys.rounds.rules import Standing
from tests.conftest import Sink
from tests.make import (
    HELICES,
    csrf_in,
    make_cast,
    make_open_survey,
    sign_in,
    small_survey_file,
)
from tests.surveys.mailing import later, link_in, mailed, people, stop_in


def test_one_click_without_a_cookie_stops_the_mails_and_only_that(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 2)
    mailed(session, engine, survey, mailing)
    first = sink[0].mails[0]
    stop = stop_in(first)
    client.cookies.clear()
    assert client.post(stop, data={"anything": "else"}).status_code == 404
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post("/u/unknown", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    session.expire_all()
    standings = standings_of(session, survey, find_open_round(session, survey.id))
    assert sorted(standings.values()) == [Standing.SENT, Standing.STOPPED]
    session.commit()
    assert client.get(link_in(first)).status_code == 303, "the link still works"
    later(session, survey, days=3)
    everybody = [one.id for one in list_invitations(session, survey.id)]
    assert remind(session, operator(session), survey, everybody, mailing) == (1, 0)


def test_declining_by_hand_and_taking_it_back(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    stop = stop_in(sink[0].mails[0])

    def press(choice: str) -> Invitation:
        fields = {"csrf": csrf_in(client.get(stop).text), "choice": choice}
        assert client.post(f"{stop}/choice", data=fields).status_code == 303
        with Session(engine) as own:
            return own.exec(select(Invitation)).one()

    assert client.post(f"{stop}/choice", data={"choice": "decline"}).status_code == 403, "a form of ours only"
    assert press("decline").declined_on
    assert "You will not be asked again." in client.get(stop).text
    undone = press("undo")
    assert (undone.declined_on, undone.stopped_on) == (None, None)
    assert press("stop").declined_on is None


def choose(client: TestClient, stop: str, **fields: str) -> Any:
    return client.post(f"{stop}/choice", data={"csrf": csrf_in(client.get(stop).text)} | fields)


def test_somebody_else_is_named_decided_on_and_only_then_mailed(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    cast = make_cast(session)
    people(session, survey, 3)
    mailed(session, engine, survey, mailing)
    stops = [stop_in(mail) for mail in sorted(sink[0].mails, key=lambda mail: mail["To"])]
    assert "Somebody else should answer" in client.get(stops[0]).text
    wrong = choose(client, stops[0], choice="other", email="no address")
    assert wrong.status_code == 422
    assert 'value="no address"' in wrong.text
    session.expire_all()
    assert list_invitations(session, survey.id)[0].declined_on is None, "a slip of the pen declines nothing"
    session.commit()
    assert choose(client, stops[0], choice="other", email=" Eva@Example.org ").status_code == 303
    assert "is passed on to those who run the survey" in client.get(stops[0]).text
    assert choose(client, stops[1], choice="other", email="person2@innaxe.example").status_code == 303
    assert choose(client, stops[2], choice="other").status_code == 303, "naming nobody is fine"
    session.expire_all()
    assert all(one.declined_on for one in list_invitations(session, survey.id))
    assert [one.email for one in session.exec(select(Suggestion)).all()] == ["eva@example.org"], "not who is invited"
    session.commit()
    assert send_due(engine, mailing) == 0, "nobody named is mailed"

    sign_in(client, session, cast.carla)
    here = f"/surveys/{survey.slug}"
    page = client.get(f"{here}/people").text
    assert "1 person was named by somebody invited" in page
    [key] = set(re.findall(r"/suggestions/([\w-]+)/acceptance", page))
    csrf = csrf_in(page)
    assert client.post(f"{here}/suggestions/{key}/acceptance", data={"csrf": csrf}).status_code == 303
    assert client.post(f"{here}/suggestions/{key}/acceptance", data={"csrf": csrf}).status_code == 409
    session.expire_all()
    [eva] = [one for one in list_invitations(session, survey.id) if one.email == "eva@example.org"]
    assert (eva.helix, eva.sent_at) == (HELICES[0], None)
    assert session.exec(select(Suggestion)).all() == []
    session.commit()
    assert "named by somebody" not in client.get(f"{here}/people").text
    sent = len(sink[0].mails)
    assert mailed(session, engine, survey, mailing) == 1
    assert sink[0].mails[sent]["To"] == "eva@example.org"


def test_who_is_named_and_not_wanted_is_forgotten(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    cast = make_cast(session)
    people(session, survey, 2)
    mailed(session, engine, survey, mailing)
    first, second = (stop_in(mail) for mail in sink[0].mails)
    choose(client, first, choice="other", email="eva@example.org")
    choose(client, second, choice="other", email="fay@example.org")
    assert choose(client, second, choice="undo").status_code == 303
    [named] = session.exec(select(Suggestion)).all()
    session.commit()
    sign_in(client, session, cast.carla)
    here = f"/surveys/{survey.slug}"
    csrf = csrf_in(client.get(f"{here}/people").text)
    assert client.post(f"{here}/suggestions/{named.id}/rejection", data={"csrf": csrf}).status_code == 303
    session.expire_all()
    assert session.exec(select(Suggestion)).all() == []
    assert len(list_invitations(session, survey.id)) == 2


def test_no_mails_of_any_survey_now_or_later_and_taking_it_back(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 2)
    mailed(session, engine, survey, mailing)
    other = make_open_survey(session, small_survey_file(survey_id="other"))
    people(session, other, 2)
    stop = stop_in(next(mail for mail in sink[0].mails if mail["To"] == "person0@innaxe.example"))
    assert choose(client, stop, choice="all").status_code == 303
    assert "You get no more mails about surveys of these organisers" in client.get(stop).text
    assert choose(client, stop, choice="all").status_code == 303, "twice is once"
    [refusal] = session.exec(select(MailRefusal)).all()
    assert "person0" not in refusal.address_hash
    session.commit()
    assert mailed(session, engine, other, mailing) == 1, "of the two on the other list one"
    later_one = make_open_survey(session, small_survey_file(survey_id="later"))
    people(session, later_one, 2)
    assert mailed(session, engine, later_one, mailing) == 1, "and on a list made afterwards"
    assert {mail["To"] for mail in sink[0].mails[2:]} == {"person1@innaxe.example"}
    by_hand = next(one for one in list_invitations(session, other.id) if one.email == "person1@innaxe.example")
    stop_mails(session, by_hand, is_declining=False)
    session.commit()
    assert choose(client, stop, choice="undo").status_code == 303
    session.expire_all()
    assert session.exec(select(MailRefusal)).all() == []
    still = [one.email for one in session.exec(select(Invitation)).all() if one.stopped_on]
    assert still == ["person1@innaxe.example"], "what was stopped otherwise stays so"
    session.commit()
    assert mailed(session, engine, later_one, mailing) == 1
    assert sink[0].mails[-1]["To"] == "person0@innaxe.example"


def test_a_stop_of_ones_own_outlives_taking_back_the_refusal_and_declining_is_said_beside_it(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    [invitation] = people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    stop = stop_in(sink[0].mails[0])
    other = make_open_survey(session, small_survey_file(survey_id="other"))
    [own] = people(session, other, 1)
    stop_mails(session, own, is_declining=False)
    session.commit()
    choose(client, stop, choice="all")
    choose(client, stop, choice="undo")
    session.expire_all()
    assert (invitation.stopped_on, own.stopped_on is not None) == (None, True)
    session.commit()
    choose(client, stop, choice="decline")
    choose(client, stop, choice="all")
    page = client.get(stop).text
    assert "You will not be asked again." in page
    assert "You get no more mails about surveys of these organisers" in page


def test_another_consortium_may_still_mail(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    [invitation] = people(session, survey, 1)
    refuse_all_mails(session, mailing.secret_key, invitation)
    session.commit()
    assert mailed(session, engine, survey, mailing) == 0
    elsewhere = create_consortium(session, operator(session), name="Elsewhere")
    survey.consortium_id = elsewhere.id
    invitation.stopped_on = None
    session.commit()
    assert send_invitations(session, operator(session, "Elsewhere"), survey, mailing) == 1
    session.commit()
    assert send_due(engine, mailing) == 1
    assert sink[0].mails[0]["To"] == invitation.email

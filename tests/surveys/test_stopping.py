"""The end of mails: one click, or a page with buttons; looking changes nothing."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.settings import Settings
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.surveys.rounds.inviting import remind
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.people import standings_of
from app.surveys.rounds.queries import find_open_round, list_invitations
from app.surveys.rounds.rules import Standing
from tests.conftest import Sink
from tests.make import (
    csrf_in,
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
    assert remind(session, operator(session), survey, everybody, mailing) == 1


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

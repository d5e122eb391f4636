"""How long answering takes: counted for nobody in particular, and only where the browser truly says."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.core.clock import now
from app.surveys.answering.models import MinutesCount
from app.surveys.authoring.models import Survey
from app.surveys.rounds.live_board import read_board
from app.surveys.rounds.models import Round
from tests.make import SECRET, csrf_in
from tests.surveys.running import filled, survey

__all__ = ["filled", "survey"]


def answer_in_browser(client: TestClient, session: Session, survey: Survey, *, minutes_ago: int = 0) -> None:
    """Somebody comes by the open address, agrees, and sends at once; `minutes_ago` they had begun."""
    client.cookies.clear()
    here = f"/s/{survey.slug}"
    agreed = {"csrf": csrf_in(client.get(here).text), "consent": "yes", "helix": "civil", "region": "north"}
    assert client.post(here, data=agreed).status_code == 303
    if minutes_ago:
        set_beginning(client, survey, signed_minute(session.exec(select(Round)).one(), minutes_ago))
        session.commit()
    done = client.post(f"{here}/submission", data={"csrf": csrf_in(client.get(f"{here}/check").text)})
    assert done.headers["location"] == f"{here}/done"


def set_beginning(client: TestClient, survey: Survey, value: str) -> None:
    """Put another cookie in the place of the one that says when somebody began."""
    name = f"innaxe_begun_{survey.slug}"
    if name in client.cookies:
        client.cookies.delete(name)
    client.cookies.set(name, value)


def signed_minute(current: Round, minutes_ago: int) -> str:
    from app.core.tokens import sign

    minute = int(now().timestamp() // 60) - minutes_ago
    return f"{minute}.{sign(SECRET, 'begun', f'{current.id}:{minute}')}"


def counted(session: Session) -> dict[int, int]:
    session.expire_all()
    found = {one.minutes: one.count for one in session.exec(select(MinutesCount)).all()}
    session.commit()
    return found


def test_minutes_are_counted_for_nobody_in_particular(session: Session, client: TestClient, survey: Survey) -> None:
    for minutes in (9, 9, 9, 12, 40):
        assert read_board(session, survey).minutes is None
        session.commit()
        answer_in_browser(client, session, survey, minutes_ago=minutes)
    assert counted(session) in ({9: 3, 12: 1, 40: 1}, {9: 2, 10: 1, 12: 1, 40: 1})
    assert read_board(session, survey).minutes in (9, 10)
    assert set(MinutesCount.model_fields) == {"round_id", "minutes", "count"}
    session.commit()
    answer_in_browser(client, session, survey, minutes_ago=61)
    assert sum(counted(session).values()) == 5, "after a break nothing is counted"


def test_answers_taken_back_and_sent_again_are_counted_once(
    session: Session, client: TestClient, survey: Survey
) -> None:
    answer_in_browser(client, session, survey)
    here = f"/s/{survey.slug}"
    assert sum(counted(session).values()) == 1
    csrf = csrf_in(client.get(f"{here}/done").text)
    client.post(f"{here}/reopening", data={"csrf": csrf})
    set_beginning(client, survey, signed_minute(session.exec(select(Round)).one(), 3))
    session.commit()
    client.post(f"{here}/submission", data={"csrf": csrf})
    assert sum(counted(session).values()) == 1


@pytest.mark.parametrize("cookie", ["", "1.forged", "x", "9" * 400, "-5.x", "{minute}." + "0" * 64, "{minute}.{other}"])
def test_a_forged_beginning_counts_nothing(session: Session, client: TestClient, survey: Survey, cookie: str) -> None:
    here = f"/s/{survey.slug}"
    agreed = {"csrf": csrf_in(client.get(here).text), "consent": "yes", "helix": "civil", "region": "north"}
    client.post(here, data=agreed)
    another_round = signed_minute(Round(survey_id=survey.id, number=9, opened_at=now()), 1)
    minute, _, signature = another_round.partition(".")
    set_beginning(client, survey, cookie.format(minute=minute, other=signature))
    done = client.post(f"{here}/submission", data={"csrf": csrf_in(client.get(f"{here}/check").text)})
    assert done.headers["location"] == f"{here}/done"
    assert counted(session) == {}

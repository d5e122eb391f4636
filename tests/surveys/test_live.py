"""The board of a running survey: it says what the database holds and hides what it must; reminders by place."""

import re
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, select

from app.auth.service import end_sessions
from app.core.clock import now, today
from app.core.db import for_writing
from app.core.settings import Settings
from app.core.tokens import seal
from app.mail.models import OutboxMessage
from app.mail.rules import NO_MAILBOX
from app.mail.service import queue_mail
from app.people.queries import operator
from app.surveys.answering.models import MinutesCount, Respondent, Response
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, submit_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.authoring.schemas import SurveyFile
from app.surveys.rounds.inviting import stop_mails
from app.surveys.rounds.live_board import read_board, version_of
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.queries import list_invitations
from app.surveys.rounds.service import invite
from app.web.streaming import Streams
from tests.make import HELICES, SECRET, Cast, answer, csrf_in, make_open_survey, sign_in, small_survey_file

REGIONS = ("north", "south", "west")


def file_with_regions(**settings: Any) -> SurveyFile:
    """A small survey that asks for the region as well."""
    plain = small_survey_file(settings=settings).model_dump(mode="json", by_alias=True)
    options = [{"code": code, "label": {"en": code.title()}} for code in REGIONS]
    region = {"id": "region", "type": "single_choice", "required": True, "text": {"en": "Where?"}, "options": options}
    plain["sections"][0]["questions"].append(region)
    return SurveyFile.model_validate(plain)


@pytest.fixture
def survey(session: Session) -> Survey:
    return make_open_survey(session, file_with_regions())


def invite_people(
    session: Session, survey: Survey, helix: str, region: str, count: int
) -> list[tuple[Invitation, str]]:
    """People mailed three days ago, with their links."""
    made: list[tuple[Invitation, str]] = []
    for number in range(count):
        email = f"{helix}.{region}.{number}@innaxe.example"
        invitation, token = invite(session, operator(session), survey, email=email, helix=helix, region=region)
        invitation.sealed_token = None if survey.is_anonymous else seal(SECRET, "invitation", token)
        invitation.sent_at = now() - timedelta(days=3)
        made.append((invitation, token))
    session.commit()
    return made


def take_part(session: Session, survey: Survey, guests: list[tuple[Invitation, str]], *, send: bool = True) -> None:
    """Begin by the personal link, and send."""
    for invitation, token in guests:
        own = answer_token(SECRET, token)
        start = StartIn(consent=True, helix=invitation.helix, region=invitation.region, language="en")
        consent = Consent("en", "Words")
        response, _ = start_response(session, survey, start, consent=consent, invitation=invitation, token=own)
        if send:
            submit_response(session, response.id, (own,), secret=SECRET)
    session.commit()


Filled = dict[tuple[str, str], list[tuple[Invitation, str]]]
INVITED = {
    "industry": (14, 12, 9),
    "academia": (12, 9, 8),
    "government": (9, 9, 8),
    "civil": (6, 4, 3),
}
DONE = {
    "industry": (9, 8, 6),
    "academia": (8, 3, 6),
    "government": (2, 4, 3),
    "civil": (2, 1, 0),
}


@pytest.fixture
def filled(session: Session, survey: Survey) -> Filled:
    """People in every place: in some enough have sent, in others few, and of one helix nearly nobody."""
    found: Filled = {}
    for helix, counts in INVITED.items():
        for region, count, done in zip(REGIONS, counts, DONE[helix], strict=True):
            guests = invite_people(session, survey, helix, region, count)
            take_part(session, survey, guests[:done])
            take_part(session, survey, guests[done : done + 1], send=False)
            found[helix, region] = guests
    return found


def printed(page: str) -> dict[str, list[str]]:
    """The rows of the matrix as they are printed: all, then region by region."""
    table = re.search(r'<table class="heat">(.*?)</table>', page, re.DOTALL)
    assert table
    rows = re.findall(r'<tr>\s*<th scope="row">(.*?)</tr>', table[1], re.DOTALL)
    found: dict[str, list[str]] = {}
    for row in rows:
        name = re.sub(r"<.*?>", "", row.partition("</th>")[0]).strip()
        cells = re.findall(r"<b>(.*?)</b> <small>of (\d+)</small>", row)
        found[name.lower()] = [f"{done} of {total}" for done, total in cells]
    return found


def test_the_board_prints_what_the_database_holds_and_less_than_five_nowhere(
    session: Session, client: TestClient, cast: Cast, survey: Survey, filled: Filled
) -> None:
    sign_in(client, session, cast.carla)
    page = client.get(f"/surveys/{survey.slug}/live").text
    few = "&lt;5"
    assert printed(page) == {
        "industry": ["23 of 35", "9 of 14", "8 of 12", "6 of 9"],
        # three of the south, and six of the west so that the three cannot be worked out
        "academia": ["17 of 29", "8 of 12", f"{few} of 9", f"{few} of 8"],
        # three of civil society alone could be worked out from all
        "government": [f"{few} of 26", f"{few} of 9", f"{few} of 9", f"{few} of 8"],
        "civil": [f"{few} of 13", f"{few} of 6", f"{few} of 4", f"{few} of 3"],
    }
    sent = session.exec(select(Response).where(Response.submitted_on != None)).all()  # noqa: E711 -- SQL's null
    begun = session.exec(select(Response)).all()
    assert f"{len(sent)} have answered, 103 were invited" in page
    assert "of 103 invited" in page
    assert f"{len(begun) - len(sent)} have begun and not sent yet." in page
    assert sum(map(sum, DONE.values())) == len(sent)


def test_the_hidden_counts_of_a_row_stay_open_whatever_else_is_printed(
    session: Session, survey: Survey, filled: Filled
) -> None:
    board = read_board(session, survey)
    for line in board.lines:
        hidden = [cell for cell in line.cells if cell.done is None]
        if line.done is None:
            assert len(hidden) == len(line.cells)
        elif hidden:
            rest = line.done - sum(cell.done or 0 for cell in line.cells)
            for cell in hidden:
                others = sum(one.invited for one in hidden if one is not cell)
                assert max(0, rest - others) < min(cell.invited, rest), "it has more than one possible value"
    lines = {line.code: line.done for line in board.lines}
    assert lines == {"industry": 23, "academia": 17, "government": None, "civil": None}


def test_the_numbers_of_mails_give_no_hidden_count_away(session: Session, survey: Survey, filled: Filled) -> None:
    board = read_board(session, survey)
    groups = [group.places for group in board.groups]
    assert (("academia", "north"),) in groups
    assert (("academia", "south"), ("academia", "west")) in groups
    assert tuple((helix, region) for helix in HELICES[2:] for region in REGIONS) in groups
    assert sum(len(group) for group in groups) == len(INVITED) * len(REGIONS)
    for group in board.groups:
        asked = sum(len(filled[place]) for place in group.places)
        finished = sum(DONE[helix][REGIONS.index(region)] for helix, region in group.places)
        assert group.mails == asked - finished
        assert finished >= survey.minimum_group


def test_reminders_skip_whoever_must_not_be_mailed_and_the_number_shown_is_the_number_sent(
    session: Session, engine: Engine, client: TestClient, cast: Cast, survey: Survey
) -> None:
    guests = invite_people(session, survey, "industry", "north", 20)
    take_part(session, survey, guests[:6])
    take_part(session, survey, guests[6:8], send=False)
    stop_mails(session, guests[8][0], is_declining=True)
    stop_mails(session, guests[9][0], is_declining=False)
    guests[10][0].reminded_at = now() - timedelta(hours=47)
    bounce = queue_mail(
        session, kind="invitation", recipient="a@example.org", subject="-", body="", about_id=guests[11][0].id
    )
    bounce.failed_at, bounce.problem = now(), NO_MAILBOX % {"code": 550}
    session.add_all([bounce, guests[10][0]])
    session.commit()
    sign_in(client, session, cast.carla)
    here = f"/surveys/{survey.slug}"
    live = client.get(f"{here}/live").text
    assert "Remind these 10" in live
    assert "1 × The server knows no such mailbox (550)." in live
    link = re.search(rf"{here}/reminders\?group=\w+", live)
    assert link
    page = client.get(link[0]).text
    assert "Remind 10 people" in page
    assert "1 person there got a mail within the last 48 hours and is left out." in page
    assert "Your view is still missing" in page or "reminder" in page.lower()
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.partition("<main")[2]))
    assert form["mails"] == "10"
    answered = client.post(f"{here}/reminders", data=form)
    assert answered.headers["location"] == f"{here}/live?sent=10&resting=1"
    session.expire_all()
    promised = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "reminder")).all()
    wanted = {invitation.id for invitation, _ in (*guests[6:8], *guests[12:])}
    assert {message.about_id for message in promised} == wanted
    assert len(promised) == 10
    session.commit()
    twice = client.post(f"{here}/reminders", data=form)
    assert twice.headers["location"] == f"{here}/live?sent=0&resting=11", "pressed twice, sent once"
    session.expire_all()
    assert len(session.exec(select(OutboxMessage).where(OutboxMessage.kind == "reminder")).all()) == 10


def test_nothing_is_sent_when_the_number_has_changed_since_it_was_shown(
    session: Session, client: TestClient, cast: Cast, survey: Survey
) -> None:
    guests = invite_people(session, survey, "industry", "north", 12)
    take_part(session, survey, guests[:5])
    sign_in(client, session, cast.carla)
    here = f"/surveys/{survey.slug}"
    [group] = read_board(session, survey).groups
    session.commit()
    form = {"groups": group.key, "mails": "7", "csrf": csrf_in(client.get(f"{here}/people").text)}
    take_part(session, survey, guests[5:6])
    changed = client.post(f"{here}/reminders", data=form)
    assert changed.status_code == 409
    assert "so nothing was sent" in changed.text
    assert "Remind 6 people" in changed.text
    assert session.exec(select(OutboxMessage)).all() == []
    session.commit()
    for groups in ("", "nonsense", f"{group.key} nonsense"):
        assert client.post(f"{here}/reminders", data=form | {"groups": groups, "mails": "6"}).status_code == 409
    assert session.exec(select(OutboxMessage)).all() == []


def test_several_places_are_reminded_at_once(
    session: Session, client: TestClient, cast: Cast, survey: Survey, filled: Filled
) -> None:
    sign_in(client, session, cast.carla)
    here = f"/surveys/{survey.slug}"
    page = client.get(f"{here}/reminders").text
    assert "Whom do you want to remind?" in page
    assert "Choose at least one place." not in page
    assert "Choose at least one place." in client.get(f"{here}/reminders?show=mail").text
    assert "103 mails are on their way" in client.get(f"{here}/live?sent=999&resting=5").text
    chosen = [group for group in read_board(session, survey).groups if group.places[0][0] == "industry"]
    session.commit()
    query = "&".join(f"group={group.key}" for group in chosen)
    asked = client.get(f"{here}/reminders?{query}").text
    assert f"Send {35 - 23} reminders" in asked


def test_an_anonymous_survey_reminds_nobody(session: Session, client: TestClient, cast: Cast) -> None:
    survey = make_open_survey(session, file_with_regions(anonymous=True))
    take_part(session, survey, invite_people(session, survey, "civil", "north", 8)[:6])
    sign_in(client, session, cast.carla)
    page = client.get(f"/surveys/{survey.slug}/live").text
    assert "6 of 8" in re.sub(r"</?\w+>", "", page)
    assert "/reminders" not in page
    assert "This survey is anonymous" in page
    assert client.get(f"/surveys/{survey.slug}/reminders").status_code == 409


def test_a_reviewer_sees_the_board_and_may_remind_nobody(
    session: Session, client: TestClient, cast: Cast, survey: Survey, filled: Filled
) -> None:
    sign_in(client, session, cast.dora)
    page = client.get(f"/surveys/{survey.slug}/live").text
    assert "9 of 14" in re.sub(r"</?\w+>", "", page)
    assert "/reminders" not in page
    assert client.get(f"/surveys/{survey.slug}/reminders").status_code == 403


def test_where_people_stop_and_how_answers_come(
    session: Session, engine: Engine, client: TestClient, cast: Cast, survey: Survey
) -> None:
    guests = invite_people(session, survey, "industry", "north", 30)
    take_part(session, survey, guests[:12])
    take_part(session, survey, guests[12:24], send=False)
    found = session.exec(select(Response, Respondent).where(Response.respondent_id == Respondent.id)).all()
    unfinished = [(response, respondent) for response, respondent in found if response.submitted_on is None]
    tokens = {invitation.id: answer_token(SECRET, token) for invitation, token in guests}
    keys = [
        (response, tokens[respondent.invitation_id]) for response, respondent in unfinished if respondent.invitation_id
    ]
    session.commit()
    for response, token in keys[:5]:
        answer(engine, response, token, {"I1.impact": 3, "I2.impact": 4})
    sent = [response for response, _ in found if response.submitted_on]
    for response, days in zip(sent, (0, 0, 0, 1, 1, 4, 4, 4, 4, 4, 6, 6), strict=True):
        response.submitted_on = today() - timedelta(days=days)
    current = session.exec(select(Round)).one()
    current.opened_at = now() - timedelta(days=6)
    session.add_all([*sent, current])
    session.commit()
    board = read_board(session, survey)
    assert [(one.first, one.last, one.people) for one in board.stops] == [(0, 0, 7), (1, 3, 5)]
    assert board.course
    assert [(one.first, one.last, one.people) for one in board.course.stretches] == [(0, 2, 7), (3, 6, 5)]
    session.commit()
    sign_in(client, session, cast.carla)
    page = client.get(f"/surveys/{survey.slug}/live").text
    assert "page 1 to 3" in page
    assert "21%" in page, "five of 24 who began"
    assert "12 answers from" in page


def test_fewer_than_five_who_stopped_are_not_shown(session: Session, survey: Survey) -> None:
    guests = invite_people(session, survey, "industry", "north", 9)
    take_part(session, survey, guests[:5])
    take_part(session, survey, guests[5:], send=False)
    assert read_board(session, survey).stops == ()


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


def test_the_version_changes_with_the_numbers_and_only_then(
    session: Session, survey: Survey, settings: Settings
) -> None:
    guests = invite_people(session, survey, "industry", "north", 12)
    before = version_of(read_board(session, survey), SECRET)
    assert version_of(read_board(session, get_survey(session, survey.id)), SECRET) == before
    assert version_of(read_board(session, survey), "another secret") != before
    take_part(session, survey, guests[:1], send=False)
    begun = version_of(read_board(session, survey), SECRET)
    assert begun != before
    take_part(session, survey, guests[:1])
    assert version_of(read_board(session, survey), SECRET) not in (before, begun)
    assert len(list_invitations(session, survey.id)) == 12


def test_the_stream_tells_of_a_change_and_holds_nothing_between_two_looks(
    session: Session, engine: Engine, client: TestClient, cast: Cast, survey: Survey
) -> None:
    guests = invite_people(session, survey, "industry", "north", 6)
    sign_in(client, session, cast.carla)
    app = cast_app(client)
    app.state.streams = Streams(every=0.2, lasts=2)
    held: list[int] = []

    def take_part_meanwhile() -> None:
        for _ in range(20):
            time.sleep(0.03)
            held.append(connections_in_use(engine))
        with Session(for_writing(engine)) as own:
            take_part(own, survey_of(own), guests[:1])

    meanwhile = threading.Thread(target=take_part_meanwhile)
    meanwhile.start()
    answer = client.get(f"/surveys/{survey.slug}/live/changes")
    meanwhile.join()
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    versions = re.findall(r"^data: (\w+)$", answer.text, re.MULTILINE)
    assert len(versions) == 2, "how it was, and how it was after somebody had answered"
    assert versions[1] == version_of(read_board(session, survey), SECRET)
    session.commit()
    assert min(held) == 0, "between two looks no connection is held"
    assert connections_in_use(engine) == 0, "and none afterwards"


def connections_in_use(engine: Engine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


def cast_app(client: TestClient) -> FastAPI:
    assert isinstance(client.app, FastAPI)
    return client.app


def survey_of(session: Session) -> Survey:
    return get_survey(session, session.exec(select(Survey.id)).one())


def test_the_stream_is_for_those_who_may_read_the_board(
    session: Session, client: TestClient, cast: Cast, survey: Survey
) -> None:
    here = f"/surveys/{survey.slug}/live/changes"
    assert client.get(here).status_code == 401
    sign_in(client, session, cast.carla)
    assert client.get("/surveys/another/live/changes").status_code == 404
    cast_app(client).state.streams = Streams(every=0.05, lasts=0.2)
    for _ in range(6):
        assert client.get(here).status_code == 200, "what has ended makes room"
    cast_app(client).state.streams = Streams(most=0)
    assert client.get(here).status_code == 429
    cast_app(client).state.streams = Streams(every=0.05, lasts=0.2)
    assert client.get(here).status_code == 200


def test_the_stream_ends_after_signing_out(
    session: Session, engine: Engine, client: TestClient, cast: Cast, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.streaming.ASKS_AGAIN", 0.2)
    sign_in(client, session, cast.carla)
    cast_app(client).state.streams = Streams(every=0.05, lasts=20)
    carla = cast.carla.id
    session.commit()

    def sign_out_meanwhile() -> None:
        time.sleep(0.5)
        with Session(for_writing(engine)) as own, own.begin():
            end_sessions(own, carla)

    meanwhile = threading.Thread(target=sign_out_meanwhile)
    meanwhile.start()
    begun = time.monotonic()
    assert client.get(f"/surveys/{survey.slug}/live/changes").status_code == 200
    meanwhile.join()
    assert 0.4 < time.monotonic() - begun < 10


def test_with_nobody_invited_it_says_so_and_shows_no_places(
    session: Session, client: TestClient, cast: Cast, survey: Survey
) -> None:
    sign_in(client, session, cast.carla)
    page = client.get(f"/surveys/{survey.slug}/live").text
    assert "Nobody is on the list; answers come by the open address." in page
    assert "0 have answered</h1>" in page
    assert "weakest-title" not in page
    assert 'class="heat"' not in page
    assert "of 0" not in page
    assert "within the hour" not in page

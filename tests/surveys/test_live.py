"""The board of a running survey: it says what the database holds and hides what it must; reminders by place."""

import re
from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.clock import now, today
from app.mail.models import OutboxMessage
from app.mail.rules import NO_MAILBOX
from app.mail.service import queue_mail
from app.surveys.answering.models import Respondent, Response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.rounds.inviting import stop_mails
from app.surveys.rounds.live_board import read_board
from app.surveys.rounds.models import Round
from tests.make import HELICES, SECRET, Cast, answer, csrf_in, make_open_survey, sign_in
from tests.surveys.running import (
    DONE,
    INVITED,
    REGIONS,
    Filled,
    file_with_regions,
    filled,
    invite_people,
    survey,
    take_part,
)

__all__ = ["filled", "survey"]


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
    sent = session.exec(select(Response).where(col(Response.submitted_on).is_not(None))).all()
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


def test_whether_somebody_mailed_late_has_finished_cannot_be_told(session: Session, survey: Survey) -> None:
    guests = invite_people(session, survey, "industry", "north", 12)
    take_part(session, survey, guests[:6])
    [late] = invite_people(session, survey, "industry", "south", 1)
    late[0].sent_at = now() - timedelta(hours=1)
    session.commit()
    before = read_board(session, survey)
    take_part(session, survey, [late], send=False)
    begun = read_board(session, survey)
    take_part(session, survey, [late])
    after = read_board(session, survey)
    assert before.groups == begun.groups == after.groups
    assert sum(group.resting for group in after.groups) == 1


def test_who_can_no_longer_have_answered_bounds_what_is_hidden(session: Session, survey: Survey) -> None:
    north = invite_people(session, survey, "industry", "north", 7)
    south = invite_people(session, survey, "industry", "south", 9)
    west = invite_people(session, survey, "industry", "west", 30)
    # of the north four remain, of the south six: just so many have answered there
    for invitation, _ in (*north[4:], *south[6:]):
        stop_mails(session, invitation, is_declining=True)
    take_part(session, survey, [*north[:4], *south[:6], *west[:20]])
    [line] = [one for one in read_board(session, survey).lines if one.code == "industry"]
    assert [cell.invited for cell in line.cells] == [7, 9, 30]
    assert [cell.done for cell in line.cells] == [None, None, None]


def test_a_place_where_all_have_finished_stays_on_the_list(session: Session, survey: Survey) -> None:
    guests = invite_people(session, survey, "industry", "north", 8)
    take_part(session, survey, guests)
    assert [(group.places, group.mails) for group in read_board(session, survey).groups] == [
        ((("industry", "north"),), 0)
    ]

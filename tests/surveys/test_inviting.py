"""Invitations: a pasted list, a real SMTP server, the link that opens the survey."""

import re
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_round
from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.mail.worker import send_due
from app.people.queries import operator
from app.surveys.answering.models import Answer
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.people import add_people, read_list
from app.surveys.rounds.queries import list_invitations
from app.surveys.rounds.service import open_round
from tests.conftest import Sink
from tests.make import (
    SECRET,
    answer,
    csrf_in,
    import_few_initiatives,
    make_cast,
    make_open_survey,
    sign_in,
    small_survey_file,
)
from tests.surveys.mailing import link_in, mailed, opens, parts, people, stop_in

WORDS = {"en": "Words", "de": "Wörter"}
TWO_LANGUAGES: dict[str, Any] = {"languages": ["en", "de"], "title": {"en": "A small survey", "de": "Kleine Umfrage"}}


def test_a_pasted_list_is_judged_line_by_line_and_the_good_lines_are_kept(session: Session, survey: Survey) -> None:
    text = (
        "Name;E-mail\nemail;name;helix;language\nana@example.org;Ana;Industry;en\nana@example.org;Ana;industry;\n"
        "not an address;X;industry;\nbo@example.org;Bo;bakers;\ncy@example.org;Cy;society;xx\n"
        "info@example.org;;;\ndi@example.org;D\x00i;civil;\n"
    )
    lines = read_list(session, survey, text)
    told = {line.values["email"]: (line.faults, line.advice) for line in lines if line.values["email"]}
    assert told["info@example.org"] == (
        [],
        [
            "An office reads this address: one person should answer for themselves.",
            "The group is missing: they are asked for it themselves.",
        ],
    )
    assert told["bo@example.org"][0] == ["There is no such group."]
    assert told["cy@example.org"][0] == ["The survey is not offered in this language."]
    assert told["di@example.org"][0] == ["The name does not fit on one line."]
    assert [line.faults for line in lines if line.values["email"] == "ana@example.org"] == [
        [],
        ["This address is on the list already."],
    ]
    assert add_people(session, operator(session), survey, lines) == 2
    assert [one.email for one in list_invitations(session, survey.id)] == ["ana@example.org", "info@example.org"]


def test_an_invitation_is_text_and_html_with_one_click_to_stop(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    document = small_survey_file(**TWO_LANGUAGES)
    document.sections[0].questions[0].text = WORDS
    document.sections[0].questions[1].text = WORDS
    for option in document.sections[0].questions[1].options:
        option.label = WORDS
    for criterion in document.sections[1].questions[0].criteria:
        criterion.label = WORDS
    survey = make_open_survey(session, document)
    people(session, survey, 1, language="de")
    assert mailed(session, engine, survey, mailing) == 1
    assert mailed(session, engine, survey, mailing) == 0, "nobody is invited twice"
    [mail] = sink[0].mails
    texts = parts(mail)
    assert "Kleine Umfrage" in texts["text/plain"]
    assert 'lang="de"' in texts["text/html"]
    assert "Guten Tag Person 0," in texts["text/html"]
    assert link_in(mail) in texts["text/html"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop_in(mail) in texts["text/plain"]
    assert not re.findall(r'(?:src|srcset|background)="', texts["text/html"]), "nothing is fetched, so nothing tracks"
    [message] = session.exec(select(OutboxMessage)).all()
    session.refresh(message)
    assert (message.html, message.body, message.stop_url) == ("", "", "")


def test_the_link_of_a_mail_opens_the_survey_and_looking_changes_nothing(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    link = link_in(sink[0].mails[0])
    through = client.get(link).headers["location"]
    assert client.get(through).headers["location"] == f"/s/{survey.slug}"
    stop = stop_in(sink[0].mails[0])
    for _ in range(50):
        assert client.get(stop).status_code == 200
    session.expire_all()
    [one] = list_invitations(session, survey.id)
    assert one.stopped_on is None


def test_the_next_round_writes_under_the_same_link_and_the_last_forgets_it(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    link = link_in(sink[0].mails[0])
    token = answer_token(SECRET, link.rpartition("/")[2])
    for number in (1, 2):
        start = StartIn(consent=True, helix="industry", language="en")
        [invitation] = list_invitations(session, survey.id)
        assert opens(invitation, link)
        response, _ = start_response(
            session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=token
        )
        session.commit()
        answer(engine, response, token, {"I1.impact": 4})
        close_round(session, operator(session), survey)
        session.commit()
        if number == 1:
            open_round(session, operator(session), survey)
            assert mailed(session, engine, survey, mailing) == 1
            assert mailed(session, engine, survey, mailing) == 0
    assert link_in(sink[0].mails[1]) == link
    session.expire_all()
    [invitation] = list_invitations(session, survey.id)
    assert invitation.sealed_token is None, "after the last planned round nothing leads from a person to answers"


def test_pages_paste_send_watch_and_remind(
    session: Session, engine: Engine, client: TestClient, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    cast = make_cast(session)
    survey = make_open_survey(session)
    sign_in(client, session, cast.carla)
    here = f"/surveys/{survey.slug}"

    def send(path: str, **fields: str) -> Any:
        return client.post(f"{here}/{path}", data={"csrf": csrf_in(client.get(f"{here}/people").text)} | fields)

    bad = send("people", people="ana@example.org, Ana, industry\nbo@example.org, Bo, bakers")
    assert bad.status_code == 422
    assert "There is no such group." in bad.text
    assert ">bo@example.org, Bo, bakers</textarea>" in bad.text, "the line to correct, and only that"
    assert send("people", people=" ").status_code == 422
    more = "".join(f"\n{name}@example.org, {name}, industry" for name in ("cy", "di", "ed", "fo"))
    assert send("people", people=f"bo@example.org, Bo, industry{more}").status_code == 303
    page = client.get(f"{here}/people").text
    assert "Send 6 invitations" in page
    assert "too few" in page
    assert send("invitations").headers["location"] == f"{here}/live?sent=6"
    assert "6 mails are on their way." in client.get(f"{here}/live?sent=6").text
    assert "6 were mailed within 48 hours" in client.get(f"{here}/live").text
    [group] = re.findall(r'name="group" id="group-\w+" value="(\w+)"', client.get(f"{here}/reminders").text)
    assert send("reminders", groups=group, mails="0").headers["location"] == f"{here}/live?sent=0&resting=6"
    told = client.get(f"{here}/live?sent=0&resting=6").text
    assert "6 people got a mail within the last 48 hours and were left out." in told
    with Session(for_writing(engine)) as own, own.begin():
        for one in list_invitations(own, survey.id):
            one.sent_at = now() - timedelta(days=3)
    assert "Remind these 6" in client.get(f"{here}/live").text
    assert send("reminders", groups="0" * 12, mails="6").status_code == 409
    assert send("reminders", groups=group, mails="6").headers["location"] == f"{here}/live?sent=6&resting=0"
    sink[0].recipient_answer = "550 5.1.1 <ana@example.org> no such user"
    send_due(engine, mailing)
    page = client.get(f"{here}/people").text
    assert "Mail came back" in page
    assert "The server knows no such mailbox (550)." in page
    german = client.get(f"{here}/people?lang=de").text
    assert "Der Server kennt dieses Postfach nicht (550)." in german
    client.get(f"{here}/people?lang=en")
    with Session(for_writing(engine)) as own, own.begin():
        for one in list_invitations(own, survey.id):
            one.reminded_at = now() - timedelta(days=3)
    assert "Remind these" not in client.get(f"{here}/live").text, "not to a dead address"
    assert send("reminders", groups=group, mails="6").headers["location"] == f"{here}/live?sent=0&resting=0"


def test_publishing_sends_the_invitations(session: Session, engine: Engine, client: TestClient) -> None:
    cast = make_cast(session)
    import_few_initiatives(session)
    sign_in(client, session, cast.carla)
    made = client.post("/surveys", data={"csrf": csrf_in(client.get("/surveys/new").text), "title": "A survey"})
    here = made.headers["location"].removesuffix("/build")
    csrf = csrf_in(client.get(f"{here}/build/texts").text)
    client.post(f"{here}/people", data={"csrf": csrf, "people": "ana@example.org\tAna\tindustry"})
    who = {"title": "A survey", "controller": "The consortium", "contact": "privacy@innaxe.example", "revision": "1"}
    assert client.post(f"{here}/build/texts", data={"csrf": csrf} | who).status_code == 303
    assert "Publish and send 1 invitation" in client.get(f"{here}/publish").text
    assert client.post(f"{here}/publish", data={"csrf": csrf}).status_code == 303
    assert client.post(f"{here}/publish", data={"csrf": csrf}).status_code == 303
    session.expire_all()
    assert [mail.kind for mail in session.exec(select(OutboxMessage)).all()] == ["invitation"]
    survey = get_survey(session, session.exec(select(Survey.id)).one())
    assert survey.published_at


def entered(client: TestClient, link: str) -> str:
    """Where a link leads a browser that keeps cookies: through an address with the token to one without it."""
    through = client.get(link).headers["location"]
    return client.get(through).headers["location"] if through.startswith("/k/") else through


def numbers_in(mail: Message) -> list[str]:
    return re.findall(r'href="http://127\.0\.0\.1:8000(/i/[\w-]+\?r=\d+)"', parts(mail)["text/html"])


def test_a_number_in_the_mail_is_marked_on_the_page_and_kept_only_when_saved(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    html = parts(sink[0].mails[0])["text/html"]
    assert "Initiative I1" in html
    numbers = numbers_in(sink[0].mails[0])
    assert [number[-1] for number in numbers] == ["1", "2", "3", "4", "5"]
    session.commit()
    start = entered(client, numbers[3])
    assert start == f"/s/{survey.slug}?r=4"
    page = client.get(start).text
    assert '<input type="hidden" name="r" value="4">' in page
    fields = {"csrf": csrf_in(page), "consent": "yes", "r": "4"}
    again = client.post(f"/s/{survey.slug}", data=fields)
    assert again.status_code == 422
    assert '<input type="hidden" name="r" value="4">' in again.text, "a form that is not complete keeps the number"
    first = client.post(f"/s/{survey.slug}", data=fields | {"helix": "industry"}).headers["location"]
    assert first == f"/s/{survey.slug}/q/1?r=4"
    page = client.get(first).text
    assert re.findall(r'name="I1\.\w+" [^>]* value="(\d)" checked', page) == ["4"]
    assert client.get(numbers[1]).headers["location"] == f"/s/{survey.slug}?r=2"
    assert client.get(f"/s/{survey.slug}?r=2").headers["location"] == f"/s/{survey.slug}/q/1?r=2"
    assert session.exec(select(Answer)).all() == [], "looking stores nothing"
    session.commit()
    saved = client.post(f"/s/{survey.slug}/q/1", data={"csrf": csrf_in(page), "I1.impact": "4", "rev.I1.impact": "0"})
    assert saved.status_code == 303
    assert [(one.code, one.point) for one in session.exec(select(Answer)).all()] == [("I1.impact", 4)]
    session.commit()
    later_click = client.get(f"/s/{survey.slug}/q/1?r=1").text
    assert re.findall(r'name="I1\.impact" [^>]* value="(\d)" checked', later_click) == ["4"], "an answer stays"


@pytest.mark.parametrize("number", ["0", "6", "x", "44", "-1", "4.5", "\u0664"])
def test_a_number_that_is_not_on_the_scale_is_ignored(
    session: Session,
    engine: Engine,
    mailing: Settings,
    sink: tuple[Sink, int],
    survey: Survey,
    client: TestClient,
    number: str,
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    assert entered(client, f"{link_in(sink[0].mails[0])}?r={number}") == f"/s/{survey.slug}"


def test_no_numbers_where_people_are_asked_about_different_initiatives(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    survey.items_per_person = 2
    session.add(survey)
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    assert numbers_in(sink[0].mails[0]) == []
    assert entered(client, f"{link_in(sink[0].mails[0])}?r=4") == f"/s/{survey.slug}"


def test_a_mail_is_readable_without_pictures_by_thumb_and_in_the_dark(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    html = parts(sink[0].mails[0])["text/html"]
    assert "<img" not in html
    button = re.search(r'class="button"[^>]*style="([^"]+)"', html)
    assert button
    assert "font-size:16px" in button[1]
    assert "line-height:24px" in button[1]
    assert "padding:12px 22px" in button[1], "24 + 2 × 12 = 48 pixels high"
    number = re.search(r'class="number"[^>]*style="([^"]+)"', html)
    assert number
    assert "height:46px" in number[1], "48 with its border"
    sizes = [int(size) for size in re.findall(r"font-size:(\d+)px", html)]
    assert min(sizes) >= 14
    assert "prefers-color-scheme: dark" in html
    assert '<meta name="color-scheme" content="light dark">' in html

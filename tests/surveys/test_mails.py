"""What mails say: good texts ready, texts of one's own, a look at them, a test to oneself, and whether they arrive."""

import html
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.settings import Settings
from app.core.words import LANGUAGES
from app.history.models import HistoryEntry
from app.mail.models import OutboxMessage
from app.mail.worker import send_due
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import checks_of
from app.surveys.mails.composing import Addressee, compose_mail, usual_texts
from app.surveys.mails.delivery import delivery_checks, dns_records
from app.surveys.mails.models import MailText
from app.surveys.mails.rules import MailKind, first_unknown
from app.surveys.rounds.queries import find_open_round
from tests.conftest import Sink
from tests.make import Cast, csrf_in, sign_in
from tests.surveys.mailing import mailed, parts, people

ADDRESSEE = Addressee("Ana", "https://survey.example/i/x", "https://survey.example/u/y")


class Desk:
    """The page of a survey's mails, used by the manager."""

    def __init__(self, client: TestClient, session: Session, survey: Survey, cast: Cast) -> None:
        self.client, self.here = client, f"/surveys/{survey.slug}/build/mails"
        sign_in(client, session, cast.carla)

    def page(self, **query: str) -> str:
        answer = self.client.get(self.here, params=query)
        assert answer.status_code == 200
        return answer.text

    def post(self, path: str = "", **fields: str) -> Any:
        page = self.page()
        revision = re.search(r'name="revision" value="(\d+)"', page)
        assert revision
        usual = {"csrf": csrf_in(page), "revision": revision[1], "kind": "invitation", "language": "en"}
        return self.client.post(self.here + path, data=usual | fields)


@pytest.fixture
def desk(client: TestClient, session: Session, survey: Survey, cast: Cast) -> Desk:
    return Desk(client, session, survey, cast)


def typed_in(page: str) -> tuple[str, str]:
    subject = re.search(r'id="subject" value="([^"]*)"', page)
    opening = re.search(r'<textarea [^>]*id="opening"[^>]*>([^<]*)</textarea>', page)
    assert subject
    assert opening
    return html.unescape(subject[1]), html.unescape(opening[1])


@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_is_ready_in_every_language(session: Session, survey: Survey, kind: MailKind) -> None:
    current = find_open_round(session, survey.id)
    found: set[tuple[str, str]] = set()
    for language in LANGUAGES:
        mail = compose_mail(session, survey, current, kind, language, ADDRESSEE)
        subject, opening = usual_texts(session, survey, current, kind, language)
        assert f'lang="{language}"' in mail.html
        assert ADDRESSEE.url in mail.body
        assert ADDRESSEE.stop_url in mail.html
        assert not re.search(r"[{}]|%\(|\n\n\n", mail.body), "no placeholder is left, no gap"
        assert first_unknown(subject + opening) is None, "the usual text can be typed in as it is"
        found.add((subject, opening))
    assert len(found) == len(LANGUAGES)


def test_the_usual_text_is_shown_with_placeholders_and_saving_it_changes_nothing(
    session: Session, survey: Survey, desk: Desk
) -> None:
    subject, opening = typed_in(desk.page())
    assert subject == "{minutes} minute: your view is asked for"
    assert "It takes about {minutes} minute;" in opening
    assert desk.post(subject=subject, opening=opening.replace("\n", "\r\n")).status_code == 303
    assert session.exec(select(MailText)).all() == []


def test_a_text_of_ones_own_is_sent_recorded_and_put_back(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, desk: Desk
) -> None:
    people(session, survey, 1)
    own = {
        "subject": "{title}\r\nBcc: all@example.org",
        "opening": "Good day {name},\nfrom {controller}.\r\n\r\n<b>{minutes}</b> minutes {{",
    }
    refused = desk.post(**own)
    assert refused.status_code == 422
    assert "There is no placeholder {. Use one of those listed, or leave out the braces." in refused.text
    own["opening"] = own["opening"].removesuffix(" {{")
    assert desk.post(**own).headers["location"].endswith("?kind=invitation&language=en")
    assert "Restore the usual text" in desk.page()
    assert "Texts of your own: 1" in desk.client.get(desk.here.removesuffix("/mails")).text
    mailed(session, engine, survey, mailing)
    [mail] = sink[0].mails
    assert mail["Subject"] == "A small survey Bcc: all@example.org"
    assert mail["Bcc"] is None
    assert "Good day Person 0,\nfrom The consortium.\n\n<b>1</b> minutes\n" in parts(mail)["text/plain"]
    assert "Good day Person 0,<br>from The consortium.</p>" in parts(mail)["text/html"]
    assert "&lt;b&gt;1&lt;/b&gt; minutes" in parts(mail)["text/html"], "text, not HTML"
    session.commit()
    assert desk.post(act="restore").status_code == 303
    session.expire_all()
    assert session.exec(select(MailText)).all() == []
    acts = session.exec(select(HistoryEntry.act).where(col(HistoryEntry.act).startswith("mail_text."))).all()
    assert sorted(acts) == ["mail_text.changed", "mail_text.restored"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"subject": " "}, "Write a subject, or restore the usual text.", id="no subject"),
        pytest.param({"opening": "\n"}, "Write a text, or restore the usual one.", id="no text"),
        pytest.param({"subject": "x" * 151}, "A subject has at most 150 characters.", id="long subject"),
        pytest.param({"opening": "x" * 4001}, "The text has at most 4,000 characters.", id="long text"),
        pytest.param({"subject": "{nmae}"}, "There is no placeholder {nmae}.", id="unknown placeholder"),
        pytest.param({"opening": "{{ 7 * 7 }}"}, "There is no placeholder {.", id="no template language"),
        pytest.param({"opening": "{name.__class__}"}, "There is no placeholder {name.__class__}.", id="no attributes"),
        pytest.param({"opening": "By {last_day}"}, "the survey has no closing day", id="no closing day"),
    ],
)
def test_a_text_that_cannot_be_sent_is_named_and_kept_on_the_page(
    session: Session, desk: Desk, fields: dict[str, str], sentence: str
) -> None:
    answer = desk.post(**({"subject": "A subject", "opening": "A text"} | fields))
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)
    assert "<title>Error:" in answer.text
    [(name, text)] = fields.items()
    assert typed_in(answer.text)[name == "opening"].strip() == text.strip()
    assert session.exec(select(MailText)).all() == []


def test_of_two_who_change_a_text_at_once_the_second_is_told(desk: Desk) -> None:
    fields = {"subject": "One", "opening": "One"}
    assert desk.post(**fields).status_code == 303
    assert desk.post(**fields, revision="1").status_code == 409


def test_what_is_put_into_a_text_is_not_read_as_text(session: Session, survey: Survey) -> None:
    survey.controller = "{name} {{ 7 * 7 }}"
    session.add(MailText(survey_id=survey.id, kind="invitation", language="en", subject="S", opening="{controller}"))
    session.flush()
    mail = compose_mail(session, survey, None, MailKind.INVITATION, "en", ADDRESSEE)
    assert "\n{name} {{ 7 * 7 }}\n" in mail.body


def test_the_look_of_a_mail_runs_nothing_and_is_framed_by_us_alone(desk: Desk) -> None:
    page = desk.client.get(desk.here)
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert 'sandbox=""' in page.text
    shown = desk.client.get(f"{desk.here}/preview", params={"kind": "reminder", "language": "en"})
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Your view is not in yet." in shown.text
    assert "This is a test" not in shown.text
    assert desk.client.get(f"{desk.here}/preview", params={"kind": "outbox"}).status_code == 404
    assert desk.client.get(f"{desk.here}/preview", params={"language": "xx"}).status_code == 404
    assert "frame-src" not in desk.client.get("/surveys").headers["content-security-policy"]


@pytest.mark.parametrize("kind", MailKind)
def test_a_test_goes_to_oneself_and_holds_no_token(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, desk: Desk, kind: str
) -> None:
    people(session, survey, 2)
    sent = desk.post("/test", kind=kind)
    assert sent.headers["location"].endswith("&sent=1")
    page = desk.client.get(sent.headers["location"]).text
    assert "A test is on its way to carla@innaxe.example, and to nobody else." in page
    session.expire_all()
    [message] = session.exec(select(OutboxMessage)).all()
    assert (message.kind, message.recipient) == ("test", "carla@innaxe.example")
    session.commit()
    assert send_due(engine, mailing) == 1
    [mail] = sink[0].mails
    assert str(mail["Subject"]).startswith("[Test] ")
    texts = parts(mail)
    assert "This is a test, sent to you alone." in texts["text/plain"]
    links = set(re.findall(r"http://127\.0\.0\.1:8000([^\"\s?]+)", texts["text/html"] + texts["text/plain"]))
    assert links == {"/s/small", "/u/test"}
    assert desk.client.post("/u/test", data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_delivery_is_judged_by_the_settings_and_the_records_are_named(settings: Settings, desk: Desk) -> None:
    assert [check.is_fine for check in delivery_checks(settings)] == [False, False, False, False]
    good = {
        "smtp_url": "smtps://mail.example.org",
        "mail_from": "INNAXE <survey@consortium.example>",
        "base_url": "https://survey.example.org",
    }
    ready = Settings.model_validate(settings.model_dump() | good)
    assert [check.is_fine for check in delivery_checks(ready)] == [True, True, True, True]
    assert [record.name for record in dns_records(ready)] == [
        "consortium.example",
        "…._domainkey.consortium.example",
        "_dmarc.consortium.example",
    ]
    page = desk.page()
    assert "No mail server is set up" in page
    for record in ("SPF", "DKIM", "DMARC"):
        assert f'<th scope="row">{record}</th>' in page


def test_an_invitation_that_says_nothing_of_who_asks_is_advised_against(session: Session, survey: Survey) -> None:
    def advice() -> list[Any]:
        return [check for check in checks_of(session, survey) if check.step == "mails"]

    assert advice() == [], "nobody is invited"
    people(session, survey, 1)
    [check] = advice()
    assert not check.is_blocking
    assert dict(check.values) == {"languages": "en"}
    session.add(MailText(survey_id=survey.id, kind="invitation", language="en", subject="S", opening="Who asks."))
    session.flush()
    assert advice() == []
    session.rollback()
    survey.introduction = {"en": "Who asks."}
    session.add(survey)
    session.flush()
    assert advice() == []


def test_an_anonymous_survey_offers_only_its_invitation(session: Session, survey: Survey, desk: Desk) -> None:
    assert "kind=thanks" in desk.page()
    survey.is_anonymous = True
    session.add(survey)
    session.commit()
    assert "kind=thanks" not in desk.page()

"""Somebody without an account proposes an idea, confirms it by mail, and supports those of others."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.proposals import flooding
from app.actionplan.proposals.judging import accept_into, hide, save_wall, show
from app.actionplan.proposals.models import IdeasWall, Proposal, ProposalAuthor, Stance, UnconfirmedSending
from app.actionplan.proposals.queries import count_voices, support_matrix
from app.actionplan.proposals.rules import Draft, voter_of
from app.auth.throttle import Limit
from app.core.clock import today
from app.core.settings import Settings
from app.history.models import HistoryEntry
from app.mail.models import OutboxMessage
from app.people.queries import operator
from tests.actionplan.proposals import (
    BUSES,
    MORE_BUSES,
    SCHOOL,
    fields_in,
    mails_to,
    open_wall,
    post,
    propose,
    read,
    token_in,
)
from tests.make import Cast, csrf_in, import_demo_initiatives, sign_in

WALL = "/ideas/c/consortium"


def typed(draft: Draft = BUSES, **more: str) -> dict[str, str]:
    return {
        "title": draft.title,
        "summary": draft.summary,
        "first_step": draft.first_step,
        "language": draft.language,
        "key": "one key",
        **more,
    }


@pytest.fixture
def wall(session: Session) -> IdeasWall:
    wall = open_wall(session)
    wall.slug = "consortium"
    session.commit()
    return wall


def test_nothing_is_there_before_a_wall_is_open(client: TestClient, session: Session) -> None:
    assert "No proposals are taken here" in client.get("/ideas").text
    assert client.get(WALL).status_code == 404
    wall = open_wall(session)
    assert client.get("/ideas").headers["location"].endswith(f"/ideas/c/{wall.slug}")
    save_wall(session, operator(session), 1, is_open=False, introduction={}, reader="Nobody", answer_days=14)
    session.commit()
    assert client.get(f"/ideas/c/{wall.slug}").status_code == 404
    assert client.get(f"/ideas/c/{wall.slug}/propose").status_code == 404


def test_an_idea_goes_from_a_page_through_a_mail_to_those_who_read(
    client: TestClient, session: Session, wall: IdeasWall
) -> None:
    assert "The coordination team reads every proposal within 14 days" in client.get(f"{WALL}/propose").text
    page = post(client, f"{WALL}/propose", step="write", **typed())
    assert page.status_code == 200
    assert "Read once more and send" in page.text, "nothing is like it, so there is nothing to compare"
    carried = fields_in(page.text)
    assert carried["summary"] == BUSES.summary
    sent = client.post(f"{WALL}/propose", data={**carried, "step": "send", "email": "Anna@Example.org"})
    assert sent.headers["location"] == f"{WALL}/sent"
    assert read(session, select(Proposal)) == [], "before the click there is no proposal"
    [mail] = mails_to(session, "Anna@Example.org")
    token = token_in(mail.body)
    assert BUSES.title in mail.subject
    shown = client.get(f"/ideas/confirm/{token}")
    assert BUSES.summary in shown.text
    assert read(session, select(Proposal)) == [], "opening the link does nothing"
    done = post(client, f"/ideas/confirm/{token}")
    assert done.headers["location"] == f"{WALL}/arrived?number=1"
    assert "The coordination team reads it by" in client.get(done.headers["location"]).text
    again = post(client, f"/ideas/confirm/{token}")
    assert again.status_code == 404
    assert "everything has arrived" in again.text
    [proposal] = read(session, select(Proposal))
    assert (proposal.title, proposal.state, proposal.shown_on) == (BUSES.title, "waiting", None)
    assert BUSES.title not in client.get(WALL).text, "nobody has read it yet"
    assert client.get(f"/ideas/{proposal.id}").status_code == 404


def test_what_somebody_wrote_leads_to_nobody(session: Session, settings: Settings, wall: IdeasWall) -> None:
    proposal = propose(session, settings, wall)
    [author] = read(session, select(ProposalAuthor))
    assert "anna" not in f"{author.model_dump()}{proposal.model_dump()}".lower()
    assert not any(entry.thing.startswith("proposal") for entry in read(session, select(HistoryEntry)))
    columns = {column for table in (Proposal, ProposalAuthor, Stance) for column in table.model_fields}
    assert not any(column.endswith("_at") for column in columns), "days are kept, never times"


def test_faults_stand_at_their_fields_and_nothing_typed_is_lost(client: TestClient, wall: IdeasWall) -> None:
    long = "y" * 1200
    page = post(client, f"{WALL}/propose", step="write", **typed(Draft("", long, "", "da"), helix="civil"))
    assert page.status_code == 422
    for part in ('id="title-fault"', 'id="summary-fault"', long, 'value="da" selected', "Give your proposal a title."):
        assert part in page.text
    assert 'value="civil" checked' in page.text
    page = post(client, f"{WALL}/propose", step="send", email="no address", **typed(named="yes", name=""))
    assert page.status_code == 422
    assert "name@example.org" in page.text
    assert "Enter your name" in page.text
    assert BUSES.summary in page.text
    changed = post(client, f"{WALL}/propose", step="change", email="kept@example.org", **typed())
    assert changed.status_code == 200
    assert BUSES.summary in changed.text
    assert "kept@example.org" in changed.text


def test_html_and_control_signs_are_text(client: TestClient, session: Session, wall: IdeasWall) -> None:
    draft = Draft("<b>Bold</b>\x07 idea", "<script>alert(1)</script> and more", "", "en")
    page = post(client, f"{WALL}/propose", step="write", **typed(draft))
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert "\x07" not in page.text


def test_similar_ones_are_shown_first(
    client: TestClient, session: Session, settings: Settings, wall: IdeasWall
) -> None:
    import_demo_initiatives(session)
    known = propose(session, settings, wall)
    waiting = post(client, f"{WALL}/propose", step="write", **typed(MORE_BUSES))
    assert "Is it one of these?" not in waiting.text, "what nobody has read is shown to nobody"
    show(session, operator(session), known.id)
    session.commit()
    page = post(client, f"{WALL}/propose", step="write", **typed(MORE_BUSES))
    assert "Is it one of these?" in page.text
    assert f"/ideas/{known.id}" in page.text
    on = client.post(f"{WALL}/propose", data={**fields_in(page.text), "step": "preview"})
    assert "Read once more and send" in on.text
    summary = "Que las pymes vean en un mapa dónde hay turnos libres de producción piloto, y los soliciten."
    spanish = Draft("Un mapa de la capacidad de bioproducción", summary, "", "es")
    page = post(client, f"{WALL}/propose", step="write", **typed(spanish))
    assert "mine is part of it" in page.text, "an initiative is found in each of its languages"
    carried = fields_in(page.text)
    assert carried["belongs_to"]
    sent = client.post(f"{WALL}/propose", data={**carried, "step": "send", "email": "eva@example.org"})
    assert sent.status_code == 303
    post(client, f"/ideas/confirm/{token_in(mails_to(session, 'eva@example.org')[-1].body)}")
    made = read(session, select(Proposal).where(Proposal.title == spanish.title))[0]
    assert str(made.belongs_to_id) == carried["belongs_to"]


def test_sent_twice_it_is_one(client: TestClient, session: Session, wall: IdeasWall) -> None:
    for email in ("ana@example.org", "ana@example.org", "anna@example.org"):
        post(client, f"{WALL}/propose", step="send", email=email, **typed())
    assert len(mails_to(session, "ana@example.org")) == 1, "a second press mails nothing"
    assert post(client, f"/ideas/confirm/{token_in(mails_to(session, 'ana@example.org')[0].body)}").status_code == 404
    [waiting] = read(session, select(UnconfirmedSending))
    assert post(client, f"/ideas/confirm/{token_in(mails_to(session, 'anna@example.org')[0].body)}").status_code == 303
    post(client, f"{WALL}/propose", step="send", email="anna@example.org", **typed())
    assert len(read(session, select(Proposal))) == 1
    assert waiting.key == "one key"


def test_a_link_ends(client: TestClient, session: Session, wall: IdeasWall) -> None:
    post(client, f"{WALL}/propose", step="send", email="anna@example.org", **typed())
    waiting = read(session, select(UnconfirmedSending))[0]
    waiting.expires_on = today() - timedelta(days=1)
    session.commit()
    token = token_in(mails_to(session, "anna@example.org")[0].body)
    assert client.get(f"/ideas/confirm/{token}").status_code == 404


def test_who_is_signed_in_needs_no_mail(client: TestClient, session: Session, cast: Cast, wall: IdeasWall) -> None:
    sign_in(client, session, cast.dora)
    page = post(client, f"{WALL}/propose", step="preview", **typed())
    assert "You are signed in as Dora" in page.text
    done = post(client, f"{WALL}/propose", step="send", named="yes", **typed())
    assert done.headers["location"] == f"{WALL}/arrived?number=1"
    [proposal], [author] = read(session, select(Proposal)), read(session, select(ProposalAuthor))
    assert (author.person_id, author.sealed_address, proposal.author_name) == (cast.dora.id, "", "Dora")
    again = post(client, f"{WALL}/propose", step="send", **typed())
    assert again.headers["location"] == f"{WALL}/arrived?number=1", "the same one"


def test_a_flood_is_slowed_down_and_the_text_stays(
    client: TestClient, session: Session, wall: IdeasWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = client.app
    app.state.settings = app.state.settings.model_copy(update={"limits": "strict"})
    monkeypatch.setattr(flooding, "SENDING_BY_ADDRESS", Limit("proposal address", 2))
    answers = [
        post(client, f"{WALL}/propose", step="send", email="anna@example.org", **typed(key=f"key {number}"))
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert answers[2].headers["Retry-After"] == "900"
    assert BUSES.summary in answers[2].text
    assert "anna@example.org" in answers[2].text
    other = post(client, f"{WALL}/propose", step="send", email="bo@example.org", **typed(key="another"))
    assert other.status_code == 303
    monkeypatch.setattr(flooding, "SENDING_BY_CLIENT", Limit("proposal client", 3))
    assert post(client, f"{WALL}/propose", step="send", email="cy@example.org", **typed()).status_code == 429
    assert post(client, f"{WALL}/propose", step="write", **typed()).status_code == 200, "turning pages is free"


def test_a_megabyte_is_refused_kindly(client: TestClient, wall: IdeasWall) -> None:
    page = post(client, f"{WALL}/propose", step="write", **typed(Draft("Title", "x" * 300_000, "", "en")))
    assert page.status_code == 422
    assert "This has at most 1,000 characters." in page.text
    page = post(client, f"{WALL}/propose", step="write", **typed(Draft("Title", "x" * 1_100_000, "", "en")))
    assert page.status_code == 413


def support(client: TestClient, session: Session, proposal: Proposal, email: str, voice: str, because: str = "") -> Any:
    sent = post(
        client,
        f"/ideas/{proposal.id}/stance",
        step="stance",
        voice=voice,
        email=email,
        because=because,
        key=f"{email}{voice}",
    )
    assert sent.status_code == 303, sent.text
    return post(client, f"/ideas/confirm/{token_in(mails_to(session, email)[-1].body)}")


def test_a_voice_counts_once_an_address_and_under_five_no_number_is_shown(
    client: TestClient, session: Session, settings: Settings, wall: IdeasWall
) -> None:
    proposal = propose(session, settings, wall)
    other = propose(session, settings, wall, SCHOOL, "other@example.org")
    for one in (proposal, other):
        show(session, operator(session), one.id)
    session.commit()
    for number in range(5):
        support(client, session, proposal, f"v{number}@example.org", "for", "We need them.")
    before = client.get(f"/ideas/{proposal.id}").text
    assert "5 or more support it" in before
    support(client, session, proposal, "v5@example.org", "for")
    assert re.findall("[^>]*support it<", client.get(f"/ideas/{proposal.id}").text) == re.findall(
        "[^>]*support it<", before
    ), "nobody who keeps looking sees a voice come"
    support(client, session, proposal, "v5@example.org", "against")
    assert "We need them" not in client.get(f"/ideas/{proposal.id}").text, "reasons are for those who decide"
    done = support(client, session, proposal, "v0@example.org", "against")
    assert "counts; nobody sees" in client.get(done.headers["location"]).text
    page = client.get(f"/ideas/{proposal.id}").text
    assert "Fewer than five support it" in page
    assert "Fewer than five oppose it" in page
    support(client, session, other, "v0@example.org", "for")
    voices = count_voices(session, [proposal.id])[proposal.id]
    session.commit()
    assert (voices.support, voices.oppose) == (4, 2)
    matrix = support_matrix(session, wall.consortium_id)
    assert [one.title for one in matrix.proposals] == [SCHOOL.title, BUSES.title]
    assert sorted(map(str, matrix.votes.tolist())) == ["[1.0, -1.0]", "[nan, -1.0]", *["[nan, 1.0]"] * 4]


def test_a_voice_says_what_and_from_where(
    client: TestClient, session: Session, settings: Settings, wall: IdeasWall, cast: Cast
) -> None:
    proposal = propose(session, settings, wall)
    show(session, operator(session), proposal.id)
    session.commit()
    address = f"/ideas/{proposal.id}/stance"
    page = post(client, address, step="stance", email="v@example.org", because="Kept words")
    assert (page.status_code, "Choose one." in page.text, "Kept words" in page.text) == (422, True, True)
    page = post(client, address, step="stance", voice="for", because="x" * 301)
    assert page.status_code == 422
    assert "A reason has at most 300 characters." in page.text
    assert "name@example.org" in page.text
    sign_in(client, session, cast.dora)
    assert post(client, address, step="stance", voice="for").status_code == 303
    stance = read(session, select(Stance))[0]
    assert stance.voter == voter_of(settings.secret_key, wall.consortium_id, cast.dora.email)
    hide(session, operator(session), proposal.id)
    session.commit()
    assert post(client, address, step="stance", voice="for").status_code == 404


def test_voices_that_come_too_often_are_slowed_down_and_the_reason_stays(
    client: TestClient, session: Session, settings: Settings, wall: IdeasWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = propose(session, settings, wall)
    show(session, operator(session), proposal.id)
    session.commit()
    app: Any = client.app
    app.state.settings = app.state.settings.model_copy(update={"limits": "strict"})
    monkeypatch.setattr(flooding, "SENDING_BY_CLIENT", Limit("proposal client", 0))
    for more in ({"step": "stance"}, {}, {"step": "write"}):
        page = post(client, f"/ideas/{proposal.id}/stance", voice="for", because="My own reason", **more)
        assert (page.status_code, page.headers["Retry-After"], "My own reason" in page.text) == (429, "900", True)


def test_one_form_sent_by_mail_and_then_signed_in_is_one_proposal(
    client: TestClient, session: Session, cast: Cast, wall: IdeasWall
) -> None:
    post(client, f"{WALL}/propose", step="send", email="anna@example.org", **typed())
    token = token_in(mails_to(session, "anna@example.org")[-1].body)
    sign_in(client, session, cast.dora)
    assert post(client, f"{WALL}/propose", step="send", **typed()).status_code == 303
    assert post(client, f"/ideas/confirm/{token}").status_code == 303
    assert len(read(session, select(Proposal))) == 1


def test_a_sign_that_no_database_keeps_is_dropped(client: TestClient, session: Session, wall: IdeasWall) -> None:
    sent = post(client, f"{WALL}/propose", step="send", email="anna@example.org", **typed(key="a\0b"))
    assert sent.status_code == 303
    assert [one.key for one in read(session, select(UnconfirmedSending))] == ["ab"]
    assert client.get("/ideas/c/%00").status_code == 404


def test_what_was_written_before_the_wall_closed_still_arrives(
    client: TestClient, session: Session, wall: IdeasWall
) -> None:
    post(client, f"{WALL}/propose", step="send", email="anna@example.org", **typed())
    save_wall(session, operator(session), 1, is_open=False, introduction={}, reader="Nobody", answer_days=14)
    session.commit()
    page = post(client, f"/ideas/confirm/{token_in(mails_to(session, 'anna@example.org')[0].body)}")
    assert page.status_code == 200
    assert "You will hear by mail" in page.text
    assert len(read(session, select(Proposal))) == 1


def test_the_wall_is_searched_and_says_what_became_of_each(
    client: TestClient, session: Session, settings: Settings, wall: IdeasWall
) -> None:
    import_demo_initiatives(session)
    actor = operator(session)
    buses, school = propose(session, settings, wall), propose(session, settings, wall, SCHOOL, "b@example.org")
    show(session, actor, school.id)
    from app.actionplan.initiatives.queries import list_initiatives

    initiative, version = list_initiatives(session, actor)[0]
    accept_into(session, actor, settings, buses.id, 0, initiative.id)
    session.commit()
    page = client.get(WALL).text
    assert page.index(SCHOOL.title) < page.index(BUSES.title), "the newest first"
    assert version.title["en"] in page
    assert SCHOOL.title not in client.get(f"{WALL}?q=NIGHT+towns").text
    assert BUSES.title not in client.get(f"{WALL}?state=waiting").text
    assert "No idea has these words" in client.get(f"{WALL}?q=%3Cb%3Ezeppelin").text
    assert client.get(f"{WALL}?page=99&state=nonsense").status_code == 200
    assert BUSES.title in client.get(f"/ideas/{buses.id}").text


def test_what_waits_for_the_click_is_in_no_mail_of_others(
    client: TestClient, session: Session, wall: IdeasWall, engine: Engine
) -> None:
    assert csrf_in(client.get(f"{WALL}/propose").text)
    post(client, f"{WALL}/propose", step="send", email="a@example.org\r\nbcc: b@example.org", **typed())
    assert read(session, select(OutboxMessage)) == []

"""The round of ideas: writing in one's own words, what is fixed then, and what nobody can tell from it."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.models import Snapshot
from app.consensus.returning import propose
from app.consensus.service import close_due_rounds
from app.core.clock import now, today
from app.core.errors import Conflict, Invalid
from app.people.queries import operator
from app.surveys.answering.models import Answer, Respondent
from app.surveys.answering.notice import settings_notice
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.authoring.drafting import change_draft, replace_items
from app.surveys.authoring.idea_round import idea_checks
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import checks_of, protocol_of
from app.surveys.authoring.queries import find_question, get_survey, list_items
from app.surveys.authoring.rules import protocol_hash
from app.surveys.ideas.rules import MOST_IDEAS, ideas_in, plain
from app.surveys.mails.composing import usual_texts
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.queries import find_idea_round, find_open_round, list_rounds
from app.surveys.rounds.service import open_round
from tests.make import answer, csrf_in, make_open_survey, make_response, send, small_survey_file
from tests.surveys.ideas import (
    BUSES,
    MORE_BUSES,
    QUESTION,
    SCHOOL,
    begin,
    close_ideas,
    give,
    idea_answers,
    make_idea_survey,
    write,
)

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def survey(session: Session) -> Survey:
    return make_idea_survey(session)


# writing


def test_the_way_through_the_pages(client: TestClient, survey: Survey) -> None:
    start = client.get(f"/s/{survey.slug}").text
    assert "up to 5" in start
    assert "Leave out details that would identify you" in start
    assert begin(client, survey).headers["location"] == "/s/small/ideas/1"
    page = client.get("/s/small/ideas/1").text
    assert "What should be done?" in page
    assert write(client, survey, 1, idea_answers(1, BUSES)).headers["location"] == "/s/small/ideas"
    write(client, survey, 2, idea_answers(2, SCHOOL, "de"))
    listed = client.get("/s/small/ideas").text
    assert "2 of at most 5 are saved." in listed
    assert 'href="/s/small/ideas/3"' in listed, "the next free place"
    assert '<h2 class="small-heading" lang="de" dir="auto">A school in the forest</h2>' in listed
    sent = client.post("/s/small/ideas/submission", data={"csrf": csrf_in(listed)})
    assert sent.headers["location"] == "/s/small/done"
    done = client.get("/s/small/done").text
    assert "Your ideas are sent" in done
    assert "Night buses" in done
    receipt = done.split('<p class="receipt">')[1].split("<")[0]
    again = client.post("/s/small/ideas/submission", data={"csrf": csrf_in(listed)})
    assert again.headers["location"] == "/s/small/done"
    assert receipt in client.get("/s/small/done").text, "sending twice is one submission"
    by_code = client.post("/receipt", data={"csrf": csrf_in(client.get("/receipt").text), "code": receipt})
    assert "Night buses" in by_code.text
    assert client.get("/s/small/ideas/1").headers["location"] == "/s/small", "what is sent is taken back first"
    client.post("/s/small/reopening", data={"csrf": csrf_in(done)})
    assert write(client, survey, 1, idea_answers(1, MORE_BUSES)).status_code == 303
    assert "Buses at night" in client.get("/s/small/ideas").text


def test_an_idea_needs_a_title_and_keeps_the_rest(client: TestClient, survey: Survey) -> None:
    begin(client, survey)
    page = write(client, survey, 1, idea_answers(1, ("", "Only a summary", "")))
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    assert page.text.count("Give your idea a title.") == 2, "in the summary and beside the field"
    assert "Only a summary" in page.text
    assert "Only a summary" in client.get("/s/small/ideas").text, "it is saved all the same"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("x" * 71, "", ""), "This text is too long."),
        (("One", "x" * 1001, ""), "This text is too long."),
        (("One", "Half a\x00sign", ""), "This text has a character that cannot be stored."),
    ],
)
def test_what_cannot_be_kept_comes_back(
    client: TestClient, survey: Survey, words: tuple[str, str, str], sentence: str
) -> None:
    begin(client, survey)
    page = write(client, survey, 1, idea_answers(1, words))
    assert page.status_code == 422
    assert sentence in page.text
    assert words[0] in page.text


def test_nothing_is_sent_without_an_idea(client: TestClient, session: Session, survey: Survey) -> None:
    begin(client, survey)
    assert write(client, survey, 1, idea_answers(1, ("", "", ""))).status_code == 303
    page = client.post("/s/small/ideas/submission", data={"csrf": csrf_in(client.get("/link").text)})
    assert page.status_code == 422
    assert "Write at least one idea before you send." in page.text
    assert session.exec(select(Answer)).all() == [], "an empty page keeps nothing, its language neither"


def test_taking_an_idea_back_keeps_no_word_of_it(client: TestClient, session: Session, survey: Survey) -> None:
    begin(client, survey)
    write(client, survey, 1, idea_answers(1, BUSES))
    csrf = csrf_in(client.get("/s/small/ideas").text)
    assert client.post("/s/small/ideas/1/removal", data={"csrf": csrf}).status_code == 303
    assert "No idea yet" in client.get("/s/small/ideas").text
    assert {answer.text for answer in session.exec(select(Answer)).all()} == {""}
    session.commit()
    assert write(client, survey, 1, idea_answers(1, SCHOOL)).status_code == 303
    sent = client.post("/s/small/ideas/submission", data={"csrf": csrf})
    assert sent.status_code == 303
    assert client.post("/s/small/ideas/1/removal", data={"csrf": csrf}).status_code == 423, "sent is sent"


def test_only_five_and_only_ones_own(client: TestClient, session: Session, engine: Engine, survey: Survey) -> None:
    give(session, engine, survey, ("Somebody else's", "Nobody sees this", ""))
    begin(client, survey)
    assert client.get("/s/small/ideas/0").status_code == 404
    assert client.get(f"/s/small/ideas/{MOST_IDEAS + 1}").status_code == 404
    for number in range(1, MOST_IDEAS + 1):
        write(client, survey, number, idea_answers(number, (f"Idea {number}", "", "")))
    listed = client.get("/s/small/ideas").text
    assert "5 of at most 5 are saved." in listed
    assert "Write another idea" not in listed
    for path in ("/s/small/ideas", "/s/small/ideas/1", "/s/small/my-answers", "/s/small/all", "/s/small/check"):
        page = client.get(path, follow_redirects=True)
        assert "Nobody sees this" not in page.text
        assert page.url.path in ("/s/small/ideas", "/s/small/ideas/1", "/s/small/my-answers")


def test_a_save_by_script_or_program_counts_revisions_and_repeats(
    client: TestClient, session: Session, survey: Survey
) -> None:
    response, token = make_response(session, survey)
    address, headers = f"/api/v1/responses/{response.id}/answers", {"Authorization": f"Bearer {token}"}

    def put(code: str, value: object, rev: int) -> Any:
        return client.put(f"{address}/{code}", json={"value": value, "rev": rev}, headers=headers)

    assert put("idea:1.title", "Night buses", 0).json()["rev"] == 1
    assert put("idea:1.title", "Night buses", 0).json()["rev"] == 1, "a retry is harmless"
    stale = put("idea:1.title", "Older", 0)
    assert (stale.status_code, stale.json()["value"]) == (409, "Night buses")
    assert put("idea:6.title", "One too many", 0).status_code == 422
    refused = put("I1.impact", 4, 0)
    assert (refused.status_code, refused.json()["detail"]) == (422, "This survey has no such question.")
    asked = client.get(f"/api/v1/responses/{response.id}", headers=headers).json()
    assert {one["code"] for one in asked["questions"]} == {
        f"idea:{number}.{part}" for number in range(1, 6) for part in ("title", "summary", "first_step", "language")
    }
    assert asked["answers"]["idea:1.title"] == {"value": "Night buses", "rev": 1}


def test_each_round_takes_only_what_it_asks(client: TestClient, session: Session, engine: Engine) -> None:
    survey = make_idea_survey(session, codes=("I1",))
    response, token = make_response(session, survey)
    with pytest.raises(Invalid, match="This round asks for ideas"):
        answer(engine, response, token, {"I1.impact": 4})
    assert client.get(f"/s/{survey.slug}/q/1").status_code in (303, 404)
    answer(engine, response, token, {"idea:1.title": "Night buses"})
    close_ideas(session, survey)
    open_round(session, operator(session), survey)
    session.commit()
    start = StartIn(consent=True, helix="industry", language="en")
    rating, _ = start_response(session, survey, start, consent=Consent("en", "Words"), token=token)
    session.commit()
    assert rating.item_codes is None
    with pytest.raises(Invalid, match="in the round of ideas"):
        answer(engine, rating, token, {"idea:1.title": "Too late"})
    answer(engine, rating, token, {"I1.impact": 4})


def test_the_server_s_clock_ends_the_round(
    client: TestClient, session: Session, engine: Engine, survey: Survey
) -> None:
    begin(client, survey)
    write(client, survey, 1, idea_answers(1, BUSES))
    current = find_open_round(session, survey.id)
    assert current
    current.closes_at = now() - timedelta(minutes=1)
    session.add(current)
    session.commit()
    csrf = csrf_in(client.get("/link").text)
    assert client.post("/s/small/ideas/2", data={"csrf": csrf} | idea_answers(2, SCHOOL)).status_code == 423
    assert client.post("/s/small/ideas/1/removal", data={"csrf": csrf}).status_code == 423
    assert close_due_rounds(engine) == 1, "the worker closes it, with nothing to freeze"
    assert session.exec(select(Snapshot)).all() == []
    page = client.get("/s/small").text
    assert "The round of ideas closed on" in page
    assert "What the group said" not in page


# what is fixed, and what comes after


def test_opening_fixes_what_people_are_asked(session: Session, survey: Survey) -> None:
    held = find_idea_round(session, survey.id)
    assert held
    assert held.protocol
    assert held.protocol["question"] == QUESTION
    assert held.protocol["minimum_group"] == 5
    assert [one["code"] for one in held.protocol["questions"]] == ["consent", "helix"]
    assert held.protocol_sha256 == protocol_hash(held.protocol)
    assert survey.published_at is None, "the ratings are fixed when they begin"
    with pytest.raises(Conflict, match="round of ideas is running"):
        change_draft(session, operator(session), survey, survey.revision)
    change_draft(session, operator(session), survey, survey.revision, is_about_ratings=True)
    with pytest.raises(Conflict, match="open already"):
        open_round(session, operator(session), survey)


def test_the_first_round_of_ratings_follows_with_the_same_people(
    client: TestClient, session: Session, engine: Engine
) -> None:
    survey = make_idea_survey(session, codes=("I1", "I2"))
    begin(client, survey)
    write(client, survey, 1, idea_answers(1, BUSES))
    close_ideas(session, survey)
    assert propose(session, survey) is None, "nothing was rated, so no rule proposes what returns"
    opened = open_round(session, operator(session), survey)
    session.commit()
    assert (opened.number, opened.item_codes, opened.feedback) == (1, None, {})
    assert survey.published_at
    assert protocol_of(session, survey)["idea_round"] == list_rounds(session, survey.id)[0].protocol_sha256
    assert survey.protocol == protocol_of(session, survey)
    session.commit()
    page = client.get("/s/small").text
    assert 'id="helix-industry" value="industry" checked' in page, "who they speak for is known"
    link = '<a href="/s/small/my-answers">What became of your ideas</a>'
    assert link in page
    assert begin(client, survey).headers["location"] == "/s/small/q/1"
    assert link in client.get("/s/small/all").text
    assert len(session.exec(select(Respondent)).all()) == 1
    session.commit()
    assert client.get("/s/small/ideas").headers["location"] == "/s/small"
    own = client.get("/s/small/my-answers").text
    assert "Night buses" in own
    assert "nothing is decided yet" in own
    file = client.get("/s/small/my-answers.json").json()
    assert file["round"] == 1
    assert file["ideas"][0]["title"] == "Night buses"


def test_ideas_stay_readable_before_somebody_goes_on(client: TestClient, session: Session, survey: Survey) -> None:
    begin(client, survey)
    write(client, survey, 1, idea_answers(1, BUSES))
    close_ideas(session, survey)
    assert "Night buses" in client.get("/s/small/my-answers").text
    file = client.get("/s/small/my-answers.json").json()
    assert file["answers"]["idea:1.title"] == "Night buses"


def test_sections_are_asked_with_the_ratings(client: TestClient, session: Session) -> None:
    document = small_survey_file().model_dump(mode="json")
    asked = {"id": "budget", "type": "number", "text": {"en": "How much?"}}
    size = {
        "id": "size",
        "type": "single_choice",
        "text": {"en": "How large are you?"},
        "options": [{"code": code, "label": {"en": code}} for code in ("small", "large")],
    }
    sections = document["sections"]
    sections[0]["questions"].append(size)
    survey = make_idea_survey(
        session, codes=("I1",), sections=[*sections, {"id": "more", "title": {"en": "More"}, "questions": [asked]}]
    )
    assert "How large are you?" not in client.get("/s/small").text, "ideas need only the group"
    begin(client, survey)
    assert client.get("/s/small/p/more").status_code == 404
    write(client, survey, 1, idea_answers(1, BUSES))
    close_ideas(session, survey)
    open_round(session, operator(session), survey)
    session.commit()
    page = client.get("/s/small")
    assert "How large are you?" in page.text
    client.post("/s/small", data={"csrf": csrf_in(page.text), "size": "large", "consent": "yes"})
    assert client.get("/s/small/p/more").status_code == 200
    kept = session.exec(select(Answer).where(Answer.code == "size")).one()
    assert kept.choice == "large"


@pytest.mark.parametrize(
    ("kind", "with_ideas", "before_ratings"),
    [
        (MailKind.INVITATION, "up to 5 ideas", "judgement on 1 initiative"),
        (MailKind.REMINDER, "Your ideas are not in yet", "Your view is not in yet"),
        (MailKind.LAST_DAY, "every idea you wrote is saved", "everything you answered is saved"),
        (MailKind.THANKS, "you see what became of your ideas", "Another round is planned"),
        (MailKind.NEXT_ROUND, "initiatives were chosen", "initiatives were chosen"),
    ],
)
def test_mails_say_what_is_asked(session: Session, kind: MailKind, with_ideas: str, before_ratings: str) -> None:
    survey = make_idea_survey(session, codes=("I1",))
    assert with_ideas in usual_texts(session, survey, find_open_round(session, survey.id), kind, "en")[1]
    close_ideas(session, survey)
    assert before_ratings in usual_texts(session, survey, None, kind, "en")[1]


def test_what_stands_in_the_way_of_asking(session: Session, survey: Survey) -> None:
    survey.idea_question, survey.languages, survey.contact = {"en": "What?"}, ["en", "de"], ""
    survey.title = {"en": "A small survey", "de": "Eine kleine Umfrage"}
    survey.closes_on = today()
    found = {check.sentence % dict(check.values) for check in idea_checks(session, survey) if check.is_blocking}
    assert "The survey must name the data controller and a contact before it opens." in found
    assert "The closing day must lie in the future." in found
    assert "The text idea_question is missing in: de." in found
    assert not any("criterion" in sentence or "initiative" in sentence for sentence in found)
    survey.idea_question = {}
    assert "Say what the round of ideas asks." in {check.sentence for check in idea_checks(session, survey)}
    assert "Choose at least one initiative to be rated." in {check.sentence for check in checks_of(session, survey)}


def test_groups_people_have_chosen_stay(session: Session, engine: Engine) -> None:
    survey = make_idea_survey(session, codes=("I1",))
    close_ideas(session, survey)
    question = find_question(session, survey.id, "helix")
    assert question
    question.options = [option for option in question.options if option["code"] != "civil"]
    session.add(question)
    session.flush()
    with pytest.raises(Invalid, match="gone now: civil"):
        open_round(session, operator(session), survey)


def test_a_survey_without_it_is_as_before(session: Session) -> None:
    survey = make_open_survey(session)
    assert find_idea_round(session, survey.id) is None
    assert "idea_round" not in (survey.protocol or {})
    assert not any("ideas" in sentence for sentence in settings_notice(survey, "en"))


def test_words_are_shown_as_words(client: TestClient, session: Session, survey: Survey) -> None:
    begin(client, survey)
    write(client, survey, 1, idea_answers(1, (HOSTILE, "=1+1 [x](javascript:alert(1))\n<b>", "\u202eevil")))
    page = client.get("/s/small/ideas").text
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "javascript:alert" in page, "text stays text"
    assert 'href="javascript' not in page
    assert "\u202e" not in page


def test_a_language_nobody_knows_is_none() -> None:
    [idea] = ideas_in({"idea:1.title": "Un", "idea:1.language": '"><script>'}, "fr")
    assert idea.language == "fr"


def test_invisible_signs_are_left_out() -> None:
    assert plain("a\x07b\x1b[31mc\u202ed\r\ne\u200df") == "ab[31mcd\ne\u200df"


def test_sending_through_the_api_gives_the_same_receipt(session: Session, engine: Engine, survey: Survey) -> None:
    response, token = give(session, engine, survey, BUSES)
    receipt = send(session, response, token)
    assert send(session, response, token) == receipt


def test_items_are_chosen_while_ideas_come_in(session: Session, survey: Survey) -> None:
    replace_items(session, operator(session), survey, survey.revision, [])
    session.commit()
    assert list(list_items(session, get_survey(session, survey.id).id)) == []

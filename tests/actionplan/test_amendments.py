"""Other words proposed for an initiative: compared, decided, made a version, and told to whoever proposed them."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.discussion.models import Amendment
from app.actionplan.initiatives.changing import change_initiative, move_initiative
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import get_own_initiative
from app.actionplan.initiatives.schemas import read_content
from app.core.clock import now
from app.people.queries import operator
from tests.actionplan.talking import Talker, mails, make_initiative
from tests.make import Cast

REASON = "It is clearer that way."


@pytest.fixture
def one(session: Session, cast: Cast) -> Initiative:
    return make_initiative(session)


@pytest.fixture
def dora(client: TestClient, session: Session, cast: Cast, one: Initiative) -> Talker:
    """A reviewer, who may propose and not decide."""
    return Talker(client, session, cast.dora, one)


def newest(session: Session, one: Initiative) -> InitiativeVersion:
    session.expire_all()
    return get_own_initiative(session, operator(session), one.id)[1]


def judged_by(talker: Talker, cast: Cast) -> Talker:
    talker.person = cast.carla
    talker.sign_in()
    return talker


def rewrite(session: Session, one: Initiative, **parts: object) -> None:
    version = newest(session, one)
    content = read_content(version.content) | parts
    change_initiative(session, operator(session), one, content, base_digest=version.digest)
    session.commit()


def test_what_is_accepted_becomes_a_version_that_names_its_contributor(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    cast.dora.language = "de"
    session.add(cast.dora)
    session.commit()
    path = dora.propose(place="summary.en", passage="from  sewage", after="from waste water", may_name="yes")
    page = dora.get(path).text
    assert '<del><span class="vh" lang="en">removed: </span>sewage' in page
    assert "It waits for somebody who decides about amendments." in page
    assert dora.post(f"{path}/decision", decision="accepted").status_code == 403
    judge = judged_by(dora, cast)
    assert judge.post(f"{path}/decision", decision="accepted").status_code == 303
    version = newest(session, one)
    assert version.number == 2
    assert version.summary["en"] == "Pumps take heat from waste water and warm homes."
    assert [named["name"] for named in version.contributors] == ["Dora"]
    assert version.note == "amendment:1"
    page = judge.get(path).text
    assert "became version 2" in page
    assert "What came into the text" in page
    [mail] = mails(session)
    assert mail.recipient == cast.dora.email
    assert f"{one.id}/amendments/" in mail.body
    assert "Wärme aus Abwasser" in mail.body
    assert "Accepted" not in mail.subject


def test_without_consent_nobody_is_named(dora: Talker, session: Session, one: Initiative, cast: Cast) -> None:
    path = dora.propose()
    judged_by(dora, cast).post(f"{path}/decision", decision="accepted")
    assert newest(session, one).contributors == []
    assert newest(session, one).title["en"] == "Heat from waste water"


def test_in_part_takes_the_words_of_the_judge_with_a_reason(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    path = dora.propose()
    judge = judged_by(dora, cast)
    refused = judge.post(f"{path}/decision", decision="in_part", words="Heat from drains", because="short")
    assert refused.status_code == 422
    assert "Give a reason of 10 to 500 characters" in refused.text
    assert "Heat from drains" in refused.text
    judge.post(f"{path}/decision", decision="in_part", words="Heat from drains", because=REASON)
    assert newest(session, one).title["en"] == "Heat from drains"
    page = judge.get(path).text
    assert "What was proposed" in page
    assert REASON in page
    [mail] = mails(session)
    assert "Heat from drains" in mail.body
    assert REASON in mail.body


def test_rejected_leaves_the_text_and_says_why(dora: Talker, session: Session, one: Initiative, cast: Cast) -> None:
    path = dora.propose()
    judge = judged_by(dora, cast)
    assert judge.post(f"{path}/decision", decision="rejected").status_code == 422
    judge.post(f"{path}/decision", decision="rejected", because=REASON)
    assert newest(session, one).number == 1
    assert REASON in judge.get(path).text
    assert "Rejected" in judge.get("/amendments").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"decision": ""}, "Choose what you decide.", id="nothing chosen"),
        pytest.param({"decision": "maybe"}, "Choose what you decide.", id="something else"),
        pytest.param(
            {"decision": "in_part", "words": " ", "because": REASON},
            "Write the words that come into the text.",
            id="no words",
        ),
        pytest.param(
            {"decision": "in_part", "words": "x" * 71, "because": REASON},
            "With these words the text is too long",
            id="long",
        ),
    ],
)
def test_a_decision_that_cannot_be_is_named(
    dora: Talker, session: Session, cast: Cast, fields: dict[str, str], sentence: str
) -> None:
    path = dora.propose()
    sent = judged_by(dora, cast).post(f"{path}/decision", **fields)
    assert sent.status_code == 422
    assert sentence in sent.text


def test_a_passage_survives_changes_around_it(dora: Talker, session: Session, one: Initiative, cast: Cast) -> None:
    path = dora.propose(place="summary.en", passage="warm homes", after="warm schools")
    rewrite(session, one, summary={"en": "Pumps take heat from lakes and warm homes."})
    judged_by(dora, cast).post(f"{path}/decision", decision="accepted")
    assert newest(session, one).summary["en"] == "Pumps take heat from lakes and warm schools."


def test_words_that_changed_meanwhile_are_shown_beside_and_decided_by_hand(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    path = dora.propose(place="summary.en", passage="warm homes", after="warm schools")
    judge = judged_by(dora, cast)
    opened = newest(session, one)
    rewrite(session, one, summary={"en": "Pumps heat villages."})
    late = judge.post(f"{path}/decision", decision="accepted", because="Kept & safe", digest=opened.digest)
    assert late.status_code == 409
    assert "Pumps heat villages." in late.text
    assert "Kept &amp; safe" in late.text
    current = newest(session, one)
    fields = {"decision": "in_part", "because": REASON, "whole": "Pumps heat schools in villages."}
    stale = judge.post(f"{path}/decision", digest=opened.digest, **fields)
    assert stale.status_code == 409
    assert "Pumps heat schools in villages." in stale.text
    assert judge.post(f"{path}/decision", digest=current.digest, **fields).status_code == 303
    assert newest(session, one).summary["en"] == "Pumps heat schools in villages."
    assert "Pumps heat schools in villages." in mails(session)[0].body


def test_words_written_for_part_of_a_text_stay_in_the_page_when_the_text_changes(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    path = dora.propose(place="summary.en", passage="warm homes", after="warm schools")
    judge = judged_by(dora, cast)
    opened = newest(session, one)
    rewrite(session, one, summary={"en": "Pumps heat villages."})
    fields = {"decision": "in_part", "because": REASON, "digest": opened.digest}
    late = judge.post(f"{path}/decision", words="warm swimming pools", **fields)
    assert late.status_code == 409
    assert "warm swimming pools" in late.text
    rewrite(session, one, summary={"en": "Pumps warm homes again."})
    back = judge.post(f"{path}/decision", whole="Pumps heat pools.", **fields)
    assert back.status_code == 409
    assert "Pumps heat pools." in back.text


def test_nothing_is_accepted_that_leaves_the_text_as_it_is(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    path = dora.propose(place="summary.en", passage="warm homes", after="warm schools")
    judge = judged_by(dora, cast)
    fields = {"decision": "in_part", "because": REASON}
    same = judge.post(f"{path}/decision", words="warm homes", digest=newest(session, one).digest, **fields)
    assert same.status_code == 422
    rewrite(session, one, summary={"en": "Pumps heat villages."})
    current = newest(session, one)
    same = judge.post(f"{path}/decision", whole="Pumps heat villages.", digest=current.digest, **fields)
    assert same.status_code == 422
    assert "These are the words that stand there already." in same.text
    assert newest(session, one).number == current.number
    assert not mails(session)
    rewrite(session, one, summary={"en": "Pumps take heat from sewage and warm schools."})
    done = {"decision": "accepted", "whole": "Pumps take heat from sewage and warm schools."}
    assert judge.post(f"{path}/decision", digest=newest(session, one).digest, **done).status_code == 303


def test_the_second_judge_learns_what_the_first_decided_and_keeps_what_they_wrote(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    path = dora.propose()
    judge = judged_by(dora, cast)
    judge.post(f"{path}/decision", decision="rejected", because=REASON)
    late = judge.post(f"{path}/decision", decision="accepted", because="I would have taken it.")
    assert late.status_code == 409
    assert "I would have taken it." in late.text
    assert "Somebody has decided about this amendment meanwhile" in late.text
    assert newest(session, one).number == 1
    assert len(mails(session)) == 1


def test_nothing_is_accepted_into_a_frozen_initiative(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    path = dora.propose()
    move_initiative(session, operator(session), session.merge(one), "frozen", "People rate it now.")
    session.commit()
    sent = judged_by(dora, cast).post(f"{path}/decision", decision="accepted", because="I would take it.")
    assert sent.status_code == 409
    assert "I would take it." in sent.text
    assert newest(session, one).number == 1
    assert session.exec(select(Amendment)).one().decision == ""


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"place": "topic"}, "Choose the text that should read otherwise.", id="no text"),
        pytest.param({"place": "title.fr"}, "Choose the text that should read otherwise.", id="no such language"),
        pytest.param({"passage": "cold"}, "These words do not stand in this text.", id="not there"),
        pytest.param({"passage": "e"}, "These words stand there more than once.", id="more than once"),
        pytest.param({"after": "Heat  from sewage "}, "These are the words that stand there already.", id="the same"),
        pytest.param({"after": ""}, "Give the title in at least one language.", id="an empty title"),
        pytest.param({"after": "x" * 71}, "With these words the text is too long", id="too long"),
        pytest.param({"because": "Because"}, "Give a reason of 10 to 500 characters.", id="no reason"),
    ],
)
def test_what_cannot_be_proposed_is_named_and_kept(
    dora: Talker, session: Session, fields: dict[str, str], sentence: str
) -> None:
    given = {"place": "title.en", "after": "Kept words", "because": "Sewage sounds dirty."} | fields
    sent = dora.post("/amendments", **given)
    assert sent.status_code == 422
    assert sentence in sent.text
    assert session.exec(select(Amendment)).all() == []


def test_a_line_of_a_list_and_a_text_that_was_empty(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    first = dora.propose(place="expected_outputs.2", after="Three\npumps")
    rewrite(session, one, rationale="")
    second = dora.propose(place="rationale", after="Gas is dear and dirty.")
    assert [row.number for row in session.exec(select(Amendment).order_by("number")).all()] == [1, 2]
    judge = judged_by(dora, cast)
    for path in (first, second):
        judge.post(f"{path}/decision", decision="accepted")
    assert newest(session, one).content["expected_outputs"] == ["One pump", "Three pumps"]
    assert newest(session, one).content["rationale"] == "Gas is dear and dirty."


def test_the_same_form_twice_is_one_amendment(dora: Talker, session: Session) -> None:
    assert dora.propose(key="same") == dora.propose(key="same", after="Other words")
    assert session.exec(select(Amendment)).one().after == "Heat from waste water"


def test_a_withdrawn_amendment_has_no_words(dora: Talker, session: Session, cast: Cast) -> None:
    path = dora.propose(after="Zqsecret heat")
    assert dora.post(f"{path}/withdrawal").status_code == 303
    assert "Zqsecret" not in dora.get(path).text
    assert "Nobody has proposed other words yet." in dora.get("/amendments").text
    judge = judged_by(dora, cast)
    assert judge.post(f"{path}/decision", decision="accepted").status_code == 409
    other = judge.propose()
    judge.person = cast.dora
    judge.sign_in()
    assert judge.post(f"{other}/withdrawal").status_code == 403


def test_a_decided_amendment_stays(dora: Talker, session: Session, cast: Cast) -> None:
    path = dora.propose()
    judged_by(dora, cast).post(f"{path}/decision", decision="rejected", because=REASON)
    dora.person = cast.dora
    dora.sign_in()
    assert dora.post(f"{path}/withdrawal").status_code == 409


def test_somebody_who_left_hears_nothing_and_is_not_named(
    dora: Talker, session: Session, one: Initiative, cast: Cast
) -> None:
    path = dora.propose(may_name="yes")
    judge = judged_by(dora, cast)
    cast.dora.disabled_at = now()
    session.add(cast.dora)
    session.commit()
    assert judge.post(f"{path}/decision", decision="accepted").status_code == 303
    assert mails(session) == []
    assert newest(session, one).contributors == []
    assert judge.get(f"/amendments/{one.id}").status_code == 404


def test_one_is_asked_for_the_text_first_and_the_form_begins_with_its_words(dora: Talker) -> None:
    assert "Gas is dear." in dora.get("/amendments/new").text
    form = dora.get("/amendments/new?place=summary.en&passage=warm%20homes").text
    assert ">warm homes</textarea>" in form
    assert dora.get("/amendments/new?place=colour").status_code == 200


def test_those_who_decide_find_what_waits(dora: Talker, session: Session, cast: Cast) -> None:
    dora.propose()
    assert "Amendment 1" not in dora.get("/assignments").text
    assert "Amendment 1" in judged_by(dora, cast).get("/assignments").text


def test_programs_read_amendments(dora: Talker, session: Session, one: Initiative, cast: Cast) -> None:
    path = dora.propose(place="summary.en", passage="sewage", after="waste water")
    judged_by(dora, cast).post(f"{path}/decision", decision="accepted")
    [read] = dora.client.get(f"/api/v1{dora.home}/amendments").json()
    assert (read["number"], read["before"], read["after"], read["decision"]) == (1, "sewage", "waste water", "accepted")
    assert (read["version"], read["made_version"], read["written_by"]) == (1, 2, "Dora")
    assert UUID(read["id"])

"""Comments on an initiative: beside the words they are about, answered, resolved, assigned, told by mail, withdrawn."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.discussion import commenting
from app.actionplan.discussion.models import Comment, Mention
from app.actionplan.discussion.queries import find_comment_of_form, open_comments
from app.actionplan.initiatives.models import Initiative
from app.core.clock import now, today
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.people.service import create_consortium, create_person
from tests.actionplan.talking import Talker, change_words, mails, make_initiative
from tests.make import Cast, csrf_in


@pytest.fixture
def carla(client: TestClient, session: Session, cast: Cast) -> Talker:
    return Talker(client, session, cast.carla, make_initiative(session))


def written(session: Session) -> Comment:
    session.expire_all()
    return session.exec(select(Comment)).one()


def initiative_of(session: Session, comment_id: str) -> Initiative:
    return session.get_one(Initiative, session.get_one(Comment, UUID(comment_id)).initiative_id)


def acts(session: Session) -> list[str]:
    found = session.exec(select(HistoryEntry).order_by("seq")).all()
    return [entry.act for entry in found if entry.act.startswith("comment.")]


def test_a_comment_stands_beside_the_passage_it_is_about(carla: Talker, session: Session) -> None:
    key = carla.comment(
        "Which homes?\nAll of them?", place="summary.en", passage=" take  heat from sewage", version="1"
    )
    page = carla.get("/discussion").text
    assert "<mark>take heat from sewage</mark> and warm homes." in page
    assert f'id="comment-{key}"' in page
    assert '<blockquote class="passage">take heat from sewage</blockquote>' in page
    assert "Which homes?\nAll of them?" in page
    assert written(session).place == "summary.en"
    initiative_id = written(session).initiative_id
    assert open_comments(session, initiative_id) == {"summary": 1}
    assert acts(session) == ["comment.written"]
    entry = session.exec(select(HistoryEntry).where(HistoryEntry.act == "comment.written")).one()
    assert "homes" not in str(entry.after), "the history tells of a comment, not what it says"


def test_words_that_a_later_version_has_no_more_are_said_to_have_stood_in_the_earlier(
    carla: Talker, session: Session
) -> None:
    carla.comment(place="summary.en", passage="warm homes")
    change_words(session, summary="Pumps take heat from sewage.")
    page = carla.get("/discussion").text
    assert "These words stood in version 1." in page
    assert "<mark>" not in page
    change_words(session, summary="Pumps warm homes.")
    page = carla.get("/discussion").text
    assert "stood in version" not in page
    assert "<mark>warm homes</mark>" in page


def test_what_was_read_counts_not_what_is_newest(carla: Talker, session: Session) -> None:
    change_words(session, summary="Other words.")
    carla.comment(place="summary.en", passage="warm homes", version="1")
    assert "These words stood in version 1." in carla.get("/discussion").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"text": "  "}, "Write what you want to say.", id="no words"),
        pytest.param({"text": "x" * 2001}, "A comment has at most 2000 characters.", id="one too many"),
        pytest.param({"text": "x" * 900_000}, "A comment has at most 2000 characters.", id="nearly a megabyte"),
        pytest.param({"place": "colour"}, "Choose what the comment is about.", id="no such place"),
        pytest.param({"place": "title.fr"}, "Choose what the comment is about.", id="a language without a text"),
        pytest.param(
            {"place": "summary.en", "passage": "cold"}, "These words do not stand in this text.", id="not there"
        ),
        pytest.param({"passage": "heat"}, "These words do not stand in this text.", id="the whole has no words"),
        pytest.param({f"mention.{UUID(int=9)}": "yes"}, "Choose somebody of the consortium.", id="a stranger"),
        pytest.param({"mention.x": "yes"}, "Choose somebody of the consortium.", id="nobody at all"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_typed_is_lost(
    carla: Talker, session: Session, fields: dict[str, str], sentence: str
) -> None:
    sent = carla.post("/comments", **({"text": "Kept & safe"} | fields))
    assert sent.status_code == 422
    assert sentence in sent.text
    assert fields.get("text", "Kept &amp; safe").strip() in sent.text
    assert session.exec(select(Comment)).all() == []


def test_a_megabyte_is_refused_kindly(carla: Talker) -> None:
    sent = carla.post("/comments", text="x" * 1_048_576)
    assert sent.status_code == 413
    assert "Reference" in sent.text


def test_markup_is_text(carla: Talker) -> None:
    carla.comment("<script>alert(1)</script> **bold**\u202e")
    page = carla.get("/discussion").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **bold**</p>" in page


def test_the_same_form_twice_is_one_comment(carla: Talker, session: Session) -> None:
    assert carla.comment(key="same") == carla.comment("Again", key="same")
    assert written(session).text == "Who pays?"


def test_two_that_come_at_once_are_one_comment(
    carla: Talker, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = carla.comment(key="same")
    looks: list[Comment | None] = [None]

    def look(*known: Any) -> Comment | None:
        return looks.pop() if looks else find_comment_of_form(*known)

    monkeypatch.setattr(commenting, "find_comment_of_form", look)
    assert carla.comment("Again", key="same") == first
    assert written(session).text == "Who pays?"


def test_a_passage_has_an_end(carla: Talker, session: Session) -> None:
    change_words(session, summary="word " * 80)
    sent = carla.post("/comments", text="Long", place="summary.en", passage="word " * 61)
    assert sent.status_code == 422
    assert "Quote at most 300 characters." in sent.text


def test_a_thread_has_one_level_and_the_place_of_its_beginning(
    carla: Talker, session: Session, client: TestClient, cast: Cast
) -> None:
    head = carla.comment(place="rationale")
    answer = carla.comment("The region.", answers=head, place="title.en")
    deeper = carla.comment("Really?", answers=answer)
    rows = {str(row.id): row for row in session.exec(select(Comment)).all()}
    assert {str(rows[key].answers_id) for key in (answer, deeper)} == {head}
    assert {row.place for row in rows.values()} == {"rationale"}
    assert open_comments(session, rows[head].initiative_id) == {"rationale": 1}, "answers are no further comments"
    refused = carla.post("/comments", text="", answers=head)
    assert refused.status_code == 422
    assert f'id="text-{head}-fault"' in refused.text


def test_resolving_says_by_whom_and_opening_takes_it_back(carla: Talker, session: Session) -> None:
    key = carla.comment()
    assert carla.post(f"/comments/{key}/resolution").status_code == 303
    carla.post(f"/comments/{key}/resolution")
    assert "Resolved by Carla" in carla.get("/discussion").text
    assert written(session).resolved_by_id == carla.person.id
    assert open_comments(session, written(session).initiative_id) == {}
    carla.post(f"/comments/{key}/reopening")
    carla.post(f"/comments/{key}/reopening")
    assert "Resolved by" not in carla.get("/discussion").text
    assert acts(session) == ["comment.written", "comment.resolved", "comment.reopened"]


def test_resolving_an_answer_resolves_its_thread(carla: Talker, session: Session) -> None:
    head = carla.comment()
    answer = carla.comment("Yes", answers=head)
    carla.post(f"/comments/{answer}/resolution")
    assert session.get_one(Comment, UUID(head)).resolved_at


def test_those_mentioned_hear_in_their_language(carla: Talker, session: Session, cast: Cast) -> None:
    cast.biel.language = "de"
    session.add(cast.biel)
    session.commit()
    key = carla.comment("Who\npays?", **{f"mention.{cast.biel.id}": "yes", f"mention.{carla.person.id}": "yes"})
    [mail] = mails(session)
    assert mail.recipient == cast.biel.email
    assert f"http://127.0.0.1:8000{carla.home}/discussion#comment-{key}" in mail.body
    assert "Who\npays?" in mail.body
    assert "Wärme aus Abwasser" in mail.body
    assert "Carla" in mail.subject
    assert mail.subject != "Carla turns to you about I1"
    assert "Mentions Biel, Carla" in carla.get("/discussion").text


def test_somebody_whose_account_is_closed_hears_nothing(carla: Talker, session: Session, cast: Cast) -> None:
    cast.biel.disabled_at = now()
    session.add(cast.biel)
    session.commit()
    assert carla.post("/comments", text="x", **{f"mention.{cast.biel.id}": "yes"}).status_code == 422
    assert mails(session) == []


def test_assigning_tells_who_until_when_and_lists_it(
    carla: Talker, session: Session, client: TestClient, cast: Cast
) -> None:
    key = carla.comment("Find out what it costs.")
    due = today() + timedelta(days=3)
    fields = {"person": str(cast.biel.id), "due_on": due.isoformat(), "revision": "0"}
    assert carla.post(f"/comments/{key}/assignment", **fields).status_code == 303
    carla.post(f"/comments/{key}/assignment", **fields)
    [mail] = mails(session)
    assert mail.recipient == cast.biel.email
    assert "Find out what it costs." in mail.body
    assert str(due.year) in mail.body
    assert "Assigned to Biel" in carla.get("/discussion").text
    assert "Nothing is assigned to you." in carla.get("/assignments").text
    biel = Talker(client, session, cast.biel, initiative_of(session, key))
    assert "Find out what it costs." in biel.get("/assignments").text
    biel.post(f"/comments/{key}/resolution")
    assert "Nothing is assigned to you." in biel.get("/assignments").text


def test_an_assignment_made_from_an_old_page_is_refused(carla: Talker, session: Session, cast: Cast) -> None:
    key = carla.comment()
    carla.post(f"/comments/{key}/assignment", person=str(cast.biel.id), revision="0")
    late = carla.post(f"/comments/{key}/assignment", person=str(cast.dora.id), revision="0")
    assert late.status_code == 409
    assert written(session).assigned_to_id == cast.biel.id
    carla.post(f"/comments/{key}/assignment", person="", revision="1")
    assert written(session).assigned_to_id is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"person": str(UUID(int=9))}, "Choose somebody of the consortium.", id="a stranger"),
        pytest.param({"person": "x"}, "Choose somebody of the consortium.", id="nobody"),
        pytest.param({"person": "", "due_on": "2027-02-30"}, "Enter a day such as 2027-03-31.", id="no day"),
    ],
)
def test_an_assignment_that_cannot_be_is_named(carla: Talker, fields: dict[str, str], sentence: str) -> None:
    key = carla.comment()
    sent = carla.post(f"/comments/{key}/assignment", revision="0", **fields)
    assert sent.status_code == 422
    assert sentence in sent.text


def test_withdrawing_deletes_the_words_and_only_ones_own(carla: Talker, session: Session, cast: Cast) -> None:
    key = carla.comment("Zqsecret", **{f"mention.{cast.biel.id}": "yes"})
    carla.comment("I answer", answers=key)
    other = Talker(carla.client, session, cast.dora, initiative_of(session, key))
    assert other.post(f"/comments/{key}/withdrawal").status_code == 403
    carla.sign_in()
    assert carla.post(f"/comments/{key}/withdrawal").status_code == 303
    carla.post(f"/comments/{key}/withdrawal")
    page = carla.get("/discussion").text
    assert "Zqsecret" not in page
    assert "Withdrawn by whoever wrote it." in page
    assert "I answer" in page
    session.expire_all()
    assert session.get_one(Comment, UUID(key)).text == ""
    assert session.exec(select(Mention)).all() == []
    assert acts(session).count("comment.withdrawn") == 1


def test_too_many_comments_wait_and_keep_their_words(carla: Talker) -> None:
    app: Any = carla.client.app
    app.state.settings = app.state.settings.model_copy(update={"limits": "strict"})
    answers = [carla.post("/comments", text=f"Flood {number}") for number in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {303}
    assert answers[60].status_code == 429
    assert answers[60].headers["Retry-After"] == "900"
    assert "Flood 60</textarea>" in answers[60].text


def test_another_consortium_sees_and_says_nothing(carla: Talker, session: Session) -> None:
    key = carla.comment("Zqsecret")
    create_consortium(session, operator(session), name="Other")
    foreign = create_person(session, operator(session, "Other"), email="fred@other.example", role="admin", name="Fred")
    fred = Talker(carla.client, session, foreign, initiative_of(session, key))
    assert fred.get("/discussion").status_code == 404
    assert fred.post("/comments", text="x").status_code == 404
    for act in ("resolution", "reopening", "withdrawal"):
        assert fred.post(f"/comments/{key}/{act}").status_code == 404


def test_a_comment_on_another_initiative_is_not_found(carla: Talker) -> None:
    assert carla.post("/comments", text="x", answers=str(uuid4())).status_code == 404
    assert carla.post("/comments", text="x", answers="x").status_code == 404


def test_programs_read_and_write(carla: Talker, session: Session) -> None:
    csrf = csrf_in(carla.client.get("/login").text)
    address = f"/api/v1{carla.home}/comments"
    headers = {"X-CSRF-Token": csrf, "Idempotency-Key": "0123456789abcdef"}
    said = {"text": "By a program", "place": "title.en", "passage": "sewage"}
    made = [carla.client.post(address, json=said, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    carla.comment("I see", answers=made[0].json()["id"])
    [read] = carla.client.get(address).json()
    assert (read["text"], read["place"], read["passage"], read["version"]) == ("By a program", "title.en", "sewage", 1)
    assert read["stands_in_newest"] is True
    assert [answer["text"] for answer in read["answers"]] == ["I see"]
    assert carla.client.post(address, json=said).status_code == 403, "without the token of forms"
    assert carla.client.post(address, json=said | {"text": ""}, headers={"X-CSRF-Token": csrf}).json()["errors"]
    assert carla.client.post(address, json=said | {"colour": 1}, headers={"X-CSRF-Token": csrf}).status_code == 422
    short = carla.client.post(address, json=said, headers=headers | {"Idempotency-Key": "short"})
    assert short.status_code == 422

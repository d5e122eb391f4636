"""Plans shared by a link: who reads what until when, who may say what, and what is kept of that."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.adoption.models import PlanComment, PlanShare
from app.actionplan.adoption.rules import MOST_COMMENTS
from app.actionplan.portfolio.rulebook import Rulebook
from app.actionplan.portfolio.service import PlanIn, create_plan, set_rules
from app.core.clock import today
from app.core.settings import Settings
from app.core.tokens import hash_token
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.retention import run_retention
from tests.actionplan.adopting import Stage, make_stage, put_in, take_out
from tests.make import Cast, csrf_in, sign_in

LINK = re.compile(r"/plans/\d+/share/([0-9a-f]{48})")
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def stage(session: Session, engine: Engine, cast: Cast) -> Stage:
    return make_stage(session, engine)


def make_link(client: TestClient, session: Session, cast: Cast, **fields: Any) -> str:
    """A link made in the browser by Carla, who is signed out afterwards: readers have no account."""
    sign_in(client, session, cast.carla)
    page = client.get("/plans/1/share")
    assert page.status_code == 200
    form = fields_in(page.text) | {"label": "The board"} | fields
    made = client.post("/plans/1/share", data=form)
    assert made.status_code == 200, made.text
    found = LINK.search(made.text)
    assert found
    client.cookies.clear()
    session.expire_all()
    return found[0]


def fields_in(page: str) -> dict[str, str]:
    """The hidden fields of the form that makes a link, with the day it proposes."""
    form = next(part for part in page.split("<form")[1:] if 'action="/plans/1/share"' in part)
    names = ("csrf", "key", "scenario", "revision", "until")
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', form.split("</form>")[0]) for name in names}
    return {name: one[1] for name, one in found.items() if one}


def say(client: TestClient, link: str, text: str, item: str = "", **fields: str) -> Any:
    page = client.get(link)
    form = {"csrf": csrf_in(page.text), "text": text, "item": item, "key": f"{text[:20]}{item}"}
    return client.post(f"{link}/comments", data=form | fields)


def test_other_words_under_the_key_of_an_earlier_comment_are_not_lost(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    for text in ("Start with the test beds.", "And end with them.", "And end with them."):
        assert say(client, link, text, key="of a page somebody went back to").status_code == 303
    said = session.exec(select(PlanComment.text)).all()
    assert sorted(said) == ["And end with them.", "Start with the test beds."], "the key of the second is its own"


def test_a_key_that_somebody_else_has_used_makes_another_link(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    links: list[str] = []
    for person in (cast.carla, cast.biel):
        client.cookies.clear()
        sign_in(client, session, person)
        form = fields_in(client.get("/plans/1/share").text) | {"key": "the same", "label": "The board"}
        made = [client.post("/plans/1/share", data=form) for _ in range(2)]
        found = [LINK.search(page.text) for page in made]
        assert found[0]
        assert found[1]
        assert found[0][0] == found[1][0]
        links.append(found[0][0])
        other = client.post("/plans/1/share", data=form | {"label": "Others"})
        new = LINK.search(other.text)
        assert new
        assert new[0] not in links
    assert links[0] != links[1]
    assert len(session.exec(select(PlanShare)).all()) == 4


def test_the_link_is_shown_once_and_only_its_hash_is_kept(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    token = link.rsplit("/", 1)[1]
    share = session.exec(select(PlanShare)).one()
    assert share.token_hash == hash_token(token)
    assert token not in str(share.model_dump())
    assert (share.draft_number, share.expires_on, share.label) == (2, today() + timedelta(days=21), "The board")
    sign_in(client, session, cast.carla)
    page = client.get("/plans/1/share").text
    assert token not in page
    assert "The board" in page
    entries = [one for one in session.exec(select(HistoryEntry)).all() if one.act == "plan.shared"]
    assert len(entries) == 1
    assert token not in str(entries[0].model_dump())


def test_the_same_form_twice_is_one_link(client: TestClient, session: Session, cast: Cast, stage: Stage) -> None:
    sign_in(client, session, cast.carla)
    form = fields_in(client.get("/plans/1/share").text) | {"label": ""}
    first, again = (client.post("/plans/1/share", data=form).text for _ in range(2))
    one, other = LINK.search(first), LINK.search(again)
    assert one
    assert other
    assert one[0] == other[0]
    assert len(session.exec(select(PlanShare)).all()) == 1


@pytest.mark.parametrize("until", ["", "yesterday", "2000-01-01", (today() + timedelta(days=91)).isoformat()])
def test_a_link_needs_a_day_within_ninety(
    client: TestClient, session: Session, cast: Cast, stage: Stage, until: str
) -> None:
    sign_in(client, session, cast.carla)
    form = fields_in(client.get("/plans/1/share").text) | {"until": until}
    refused = client.post("/plans/1/share", data=form)
    assert refused.status_code == 422
    assert "at most 90 days" in refused.text
    assert session.exec(select(PlanShare)).all() == []


def test_a_draft_that_was_overtaken_is_not_shared_unseen(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    sign_in(client, session, cast.carla)
    form = fields_in(client.get("/plans/1/share").text)
    put_in(session, stage.plan, "I3", 2029)
    session.commit()
    refused = client.post("/plans/1/share", data=form)
    assert refused.status_code == 409
    assert "changed meanwhile" in refused.text


def test_a_reader_without_an_account_sees_the_draft_as_it_was(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    take_out(session, stage.plan, "I2")
    session.commit()
    page = client.get(link)
    assert page.status_code == 200
    assert "2 initiatives fit in" in page.text
    for words in ("Initiative I1", "Initiative I2", "Initiative I3", "Partner Nord", "2027 Q3 – 2029 Q2", "draft 2"):
        assert words in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    for word in ("Likely rank", "Consensus", "share_high", '/plans/1/share"', "/history", "biel@"):
        assert word not in page.text, "no ratings, nothing of those who made it"


def test_a_plan_that_breaks_a_rule_says_so_with_what_repairs_it(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    scenario = stage.scenario(session)
    rules = Rulebook(ceilings=(250_000, 100_000, 250_000, 250_000, 250_000))
    set_rules(session, operator(session), stage.plan, scenario, rules, scenario.revision)
    session.commit()
    link = make_link(client, session, cast)
    for page in (client.get(link).text,):
        assert "2028 is" in page
        assert "over its ceiling" in page
        assert "This would repair it:" in page


def test_comments_stand_beside_what_they_are_about(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    sent = say(client, link, f"Too late. {SCRIPT}", "I2", name="Ada <b>")
    assert sent.status_code == 303
    assert sent.headers["location"] == f"{link}?said=I2#item-2"
    assert say(client, link, "Fine as a whole.").status_code == 303
    page = client.get(link).text
    assert SCRIPT not in page
    assert "Too late. &lt;script&gt;" in page
    assert "Ada &lt;b&gt;" in page
    assert page.index("Too late.") < page.index("Fine as a whole.")
    kept = session.exec(select(PlanComment)).all()
    assert {type(value) for one in kept for value in one.model_dump().values() if isinstance(value, date)} == {date}
    assert {one.written_on for one in kept} == {today()}


def test_the_same_comment_twice_is_one(client: TestClient, session: Session, cast: Cast, stage: Stage) -> None:
    link = make_link(client, session, cast)
    for _ in range(2):
        assert say(client, link, "Once is enough.", "I1").status_code == 303
    assert len(session.exec(select(PlanComment)).all()) == 1


@pytest.mark.parametrize(
    ("text", "item", "name", "sentence"),
    [
        ("", "I1", "", "Write what you think"),
        (" \n ", "I1", "", "Write what you think"),
        ("x" * 10_000, "I1", "", "Write what you think"),
        ("Good.", "I1", "x" * 81, "A name has at most 80 characters"),
        ("Good.", "I9", "", "This plan has no such initiative."),
        ("Good.", "../I1", "", "This plan has no such initiative."),
    ],
)
def test_what_cannot_be_taken_stays_in_the_page(
    client: TestClient, session: Session, cast: Cast, stage: Stage, text: str, item: str, name: str, sentence: str
) -> None:
    link = make_link(client, session, cast)
    refused = say(client, link, text, item, name=name)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert text.strip()[:2000] in refused.text
    assert session.exec(select(PlanComment)).all() == []


def test_reading_changes_nothing(client: TestClient, session: Session, cast: Cast, stage: Stage) -> None:
    link = make_link(client, session, cast)

    def counts() -> list[int]:
        session.rollback()
        return [len(session.exec(select(table)).all()) for table in (PlanShare, PlanComment, HistoryEntry)]

    before = counts()
    for _ in range(5):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code in (200, 405)
        assert client.get(f"{link}/comments").status_code == 405
    assert counts() == before


def test_another_sites_form_is_refused(client: TestClient, session: Session, cast: Cast, stage: Stage) -> None:
    link = make_link(client, session, cast)
    client.get(link)
    assert client.post(f"{link}/comments", data={"text": "Good.", "csrf": "no"}).status_code == 403
    foreign = client.post(f"{link}/comments", data={"text": "Good."}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert session.exec(select(PlanComment)).all() == []


def test_unknown_links_and_those_of_another_plan_answer_alike(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    given = PlanIn("Another", 2027, Rulebook(ceilings=(1000,)), "First")
    create_plan(session, operator(session), stage.survey, given, form_key="other")
    session.commit()
    token = link.rsplit("/", 1)[1]
    answers = [
        client.get(path) for path in (f"/plans/2/share/{token}", f"/plans/1/share/{'0' * 48}", "/plans/9/share/x")
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text.replace(one.headers["X-Request-ID"], "").split("<main", 1)[1] for one in answers}) == 1
    csrf = csrf_in(client.get(link).text)
    for path in (f"/plans/2/share/{token}/comments", "/plans/1/share/x/comments"):
        assert client.post(path, data={"csrf": csrf, "text": "Good."}).status_code == 404
    assert session.exec(select(PlanComment)).all() == []


def test_a_link_that_has_ended_names_its_day_and_whom_to_ask(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    csrf = csrf_in(client.get(link).text)
    share = session.exec(select(PlanShare)).one()
    share.expires_on = today() - timedelta(days=1)
    session.add(share)
    session.commit()
    page = client.get(link)
    assert page.status_code == 410
    assert "privacy@innaxe.example" in page.text
    assert "Initiative I1" not in page.text
    late = client.post(f"{link}/comments", data={"csrf": csrf, "text": "Too late.", "key": "k"})
    assert late.status_code == 410
    assert session.exec(select(PlanComment)).all() == []


def test_end_now_ends_it(client: TestClient, session: Session, cast: Cast, stage: Stage) -> None:
    link = make_link(client, session, cast)
    sign_in(client, session, cast.carla)
    page = client.get("/plans/1/share").text
    end = re.search(r"/plans/1/share/[0-9a-f-]{36}/end", page)
    assert end
    for _ in range(2):
        assert client.post(end[0], data={"csrf": csrf_in(page)}).status_code == 303
    assert client.get(link).status_code == 410
    session.rollback()
    ended = [one.act for one in session.exec(select(HistoryEntry)).all() if one.act == "plan.share_ended"]
    assert ended == ["plan.share_ended"]


def test_staff_answer_hide_and_delete(client: TestClient, session: Session, cast: Cast, stage: Stage) -> None:
    link = make_link(client, session, cast)
    say(client, link, "First words.", "I1", name="Ada")
    say(client, link, "Second words.")
    sign_in(client, session, cast.carla)
    csrf = csrf_in(client.get("/plans/1/comments").text)
    first = session.exec(select(PlanComment).where(PlanComment.item_code == "I1")).one()
    path = f"/plans/1/comments/{first.id}"
    session.rollback()
    assert client.post(f"{path}/answer", data={"csrf": csrf, "answer": "", "revision": "1"}).status_code == 422
    assert (
        client.post(f"{path}/answer", data={"csrf": csrf, "answer": "Moved to 2028.", "revision": "1"}).status_code
        == 303
    )
    assert "Moved to 2028." in client.get(link).text
    late = client.post(f"{path}/answer", data={"csrf": csrf, "answer": "Otherwise.", "revision": "1"})
    assert late.status_code == 409
    assert "Otherwise." in late.text, "what was typed is kept"
    assert client.post(f"{path}/hiding", data={"csrf": csrf, "hide": "yes", "revision": "2"}).status_code == 303
    hidden = client.get(link).text
    assert "First words." not in hidden
    assert "Moved to 2028." not in hidden
    assert "First words." in client.get("/plans/1/comments").text
    assert client.post(f"{path}/hiding", data={"csrf": csrf, "hide": "no", "revision": "3"}).status_code == 303
    assert "First words." in client.get(link).text
    assert client.post(f"{path}/deletion", data={"csrf": csrf, "revision": "4"}).status_code == 303
    assert "First words." not in client.get(link).text
    assert client.post(f"{path}/deletion", data={"csrf": csrf, "revision": "4"}).status_code == 404
    assert "First words." not in str([one.model_dump() for one in session.exec(select(HistoryEntry)).all()])


def test_a_reviewer_reads_comments_that_are_not_hidden(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    say(client, link, "First words.", "I1")
    say(client, link, "Second words.")
    hidden = session.exec(select(PlanComment).where(PlanComment.item_code == "I1")).one()
    hidden.is_hidden = True
    session.add(hidden)
    session.commit()
    sign_in(client, session, cast.dora)
    page = client.get("/plans/1/comments").text
    assert "Second words." in page
    assert "First words." not in page
    assert client.get("/plans/1/share").status_code == 403


def test_a_link_takes_so_many_comments_and_a_machine_so_many_in_a_while(
    client: TestClient, session: Session, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    share = session.exec(select(PlanShare)).one()
    for number in range(MOST_COMMENTS):
        session.add(PlanComment(share_id=share.id, text="x", form_key=str(number), written_on=today()))
    session.commit()
    full = say(client, link, "One more.")
    assert full.status_code == 409
    assert "One more." in full.text


def test_who_says_too_much_at_once_waits(
    settings: Settings, engine: Engine, session: Session, cast: Cast, stage: Stage
) -> None:
    from app.main import create_app

    strict = create_app(settings.model_copy(update={"limits": "strict"}), engine)
    with TestClient(strict, base_url=settings.address, follow_redirects=False) as client:
        link = make_link(client, session, cast)
        said = next(count for count in range(61) if say(client, link, f"Words {count}").status_code == 429)
        # a quarter of an hour may end in between, and then as many again are taken
        assert 30 <= said <= 60
        waiting = say(client, link, "Kept while waiting.")
        assert "Kept while waiting." in waiting.text
        assert waiting.headers["Retry-After"] == "900"


def test_names_go_a_year_after_the_link_has_ended(
    client: TestClient, session: Session, engine: Engine, cast: Cast, stage: Stage
) -> None:
    link = make_link(client, session, cast)
    say(client, link, "Words that stay.", name="Zqcanary")
    share = session.exec(select(PlanShare)).one()

    def run(**changes: Any) -> dict[str, int]:
        for name, value in changes.items():
            setattr(share, name, value)
        session.add(share)
        session.commit()
        return run_retention(engine, is_dry_run=False)["deleted"]

    assert "plan_comment_names" not in run(expires_on=today() - timedelta(days=365))
    assert (
        run(expires_on=today() + timedelta(days=3), ended_on=today() - timedelta(days=366))["plan_comment_names"] == 1
    )
    session.expire_all()
    [kept] = session.exec(select(PlanComment)).all()
    assert (kept.name, kept.text) == ("", "Words that stay.")

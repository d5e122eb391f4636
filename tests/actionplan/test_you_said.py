"""You said, we did: answers to what was said, read by everybody once a consortium opens the page, and nobody named."""

from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.discussion.models import Comment, Reply
from app.actionplan.discussion.replying import find_said, open_page, save_reply
from app.actionplan.proposals.models import Proposal
from app.core.clock import now, today
from app.core.errors import NotFound
from app.people.queries import operator
from app.people.service import create_consortium, create_organisation, create_person
from app.surveys.answering.models import Answer
from app.surveys.rounds.models import Round, SharedReason
from app.surveys.rounds.reasons import hide_reason
from tests.actionplan.talking import Talker, make_initiative
from tests.make import Cast, make_open_survey, make_response

ANSWER = {"outcome": "taken_up", "said-en": "Somebody asked who pays.", "text-en": "The region pays.", "revision": "0"}


@pytest.fixture
def carla(client: TestClient, session: Session, cast: Cast) -> Talker:
    return Talker(client, session, cast.carla, make_initiative(session))


def opened(session: Session, name: str = "") -> str:
    """The public page of a consortium, opened."""
    actor = operator(session, name)
    open_page(session, actor, is_open=True)
    session.commit()
    return f"/you-said/{actor.consortium_id}"


def test_an_answer_is_read_by_everybody_and_names_nobody(carla: Talker, session: Session) -> None:
    key = carla.comment("Zqsecret: who pays?")
    assert "Zqsecret" in carla.get("/replies").text
    assert (
        carla.post(f"/replies/comment/{key}", **ANSWER, **{"text-de": "Die Region zahlt.", "version": "1"}).status_code
        == 303
    )
    assert "Everything is answered." in carla.get("/replies").text
    address = opened(session)
    carla.client.cookies.clear()
    page = carla.client.get(address, headers={"Accept-Language": "de"}).text
    assert "Die Region zahlt." in page
    assert "Somebody asked who pays." in page
    assert 'lang="en">Somebody asked' in page
    assert "Wärme aus Abwasser" in page
    for hidden in ("Zqsecret", "Carla", "carla@"):
        assert hidden not in page
    assert carla.client.get("/you-said").headers["location"] == address


def test_words_are_quoted_only_where_their_author_agreed(carla: Talker, session: Session) -> None:
    key = carla.comment("Zqmine")
    refused = carla.post(f"/replies/comment/{key}", **ANSWER, quote="yes")
    assert refused.status_code == 422
    assert "Whoever said it has not agreed to be quoted." in refused.text
    quotable = carla.comment("Zqours", may_quote="yes")
    assert carla.post(f"/replies/comment/{quotable}", **ANSWER, quote="yes").status_code == 303
    address = opened(session)
    assert "“Zqours”" in carla.client.get(address).text
    carla.post(f"/comments/{quotable}/withdrawal")
    page = carla.client.get(address).text
    assert "Zqours" not in page
    assert "Withdrawn by whoever said it." in page
    assert "The region pays." in page
    carla.get(f"/replies/comment/{quotable}")


def test_the_page_is_closed_until_a_lead_opens_it(carla: Talker, session: Session, cast: Cast) -> None:
    address = f"/you-said/{operator(session).consortium_id}"
    assert carla.client.get("/you-said").status_code == carla.client.get(address).status_code == 404
    assert carla.post("/replies/page", open="yes").status_code == 403
    carla.person = cast.biel
    carla.sign_in()
    assert carla.post("/replies/page", open="yes").status_code == 303
    assert "No answers yet." in carla.client.get(address).text
    carla.post("/replies/page", open="no")
    assert carla.client.get(address).status_code == 404


def test_several_consortia_are_told_apart(carla: Talker, session: Session) -> None:
    create_consortium(session, operator(session), name="Other")
    session.commit()
    own, other = opened(session), opened(session, "Other")
    key = carla.comment()
    carla.post(f"/replies/comment/{key}", **ANSWER)
    index = carla.client.get("/you-said").text
    assert own in index
    assert other in index
    assert "The region pays." in carla.client.get(own).text
    assert "The region pays." not in carla.client.get(other).text


def test_answers_are_filtered_by_initiative_and_outcome(carla: Talker, session: Session) -> None:
    for text, outcome in (("Yes", "taken_up"), ("No", "not_taken_up")):
        key = carla.comment(text)
        carla.post(f"/replies/comment/{key}", **ANSWER | {"outcome": outcome, "text-en": f"Answered {text}"})
    address = opened(session)
    shown = carla.client.get(f"{address}?outcome=not_taken_up").text
    assert "Answered No" in shown
    assert "Answered Yes" not in shown
    assert "Answered Yes" in carla.client.get(f"{address}?initiative={carla.home.rpartition('/')[2]}").text
    assert "Nothing fits this choice." in carla.client.get(f"{address}?initiative={uuid4()}").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"outcome": ""}, "Choose what became of it.", id="no outcome"),
        pytest.param({"said-en": " "}, "Tell in your own words what was said", id="not told"),
        pytest.param({"text-en": ""}, "Write an answer in at least one language.", id="no answer"),
        pytest.param({"text-da": "x" * 1001}, "This text has at most 1000 characters.", id="too long"),
    ],
)
def test_an_answer_that_cannot_be_is_named_and_kept(
    carla: Talker, session: Session, changes: dict[str, str], sentence: str
) -> None:
    key = carla.comment()
    sent = carla.post(f"/replies/comment/{key}", **ANSWER | changes)
    assert sent.status_code == 422
    assert sentence in sent.text
    assert "Somebody asked" in sent.text or "The region pays." in sent.text


def test_two_who_answer_at_once_lose_nothing(carla: Talker, session: Session) -> None:
    key = carla.comment()
    carla.post(f"/replies/comment/{key}", **ANSWER)
    late = carla.post(f"/replies/comment/{key}", **ANSWER | {"text-en": "My own answer"})
    assert late.status_code == 409
    assert "My own answer" in late.text
    assert (
        carla.post(f"/replies/comment/{key}", **ANSWER | {"text-en": "My own answer", "revision": "1"}).status_code
        == 303
    )
    assert session.exec(select(Reply)).one().text == {"en": "My own answer"}
    assert carla.post(f"/replies/comment/{key}/deletion", revision="1").status_code == 409
    assert carla.post(f"/replies/comment/{key}/deletion", revision="2").status_code == 303
    assert carla.post(f"/replies/comment/{key}/deletion", revision="2").status_code == 303
    assert session.exec(select(Reply)).all() == []


def test_an_amendment_leads_to_its_version(carla: Talker, session: Session) -> None:
    path = carla.propose(may_quote="yes")
    assert path.rpartition("/")[2] not in carla.get("/replies").text, "what is not decided has no answer yet"
    carla.post(f"{path}/decision", decision="accepted")
    key = path.rpartition("/")[2]
    assert key in carla.get("/replies").text
    carla.post(f"/replies/amendment/{key}", **ANSWER, quote="yes")
    page = carla.client.get(opened(session)).text
    assert "Heat from waste water" in page
    assert "led to version 2" in page


def test_a_reason_is_answered_only_while_respondents_may_read_it(carla: Talker, session: Session) -> None:
    survey = make_open_survey(session, codes=("I1",))
    response, _ = make_response(session, survey)
    shared = SharedReason(round_id=response.round_id, response_id=response.id, code="I1.impact", is_for=True)
    session.add_all(
        [shared, Answer(response_id=response.id, code="I1.impact.why", text="Zqreason", rev=1, saved_on=today())]
    )
    session.commit()
    address = f"/replies/reason/{shared.id}"
    assert address not in carla.get("/replies").text, "the round is still open"
    session.get_one(Round, response.round_id).closed_at = now()
    session.commit()
    assert address in carla.get("/replies").text
    page = carla.get(address).text
    assert "Zqreason" in page
    assert "Initiative I1" in page
    assert 'name="quote"' not in page
    assert carla.post(address, **ANSWER, quote="yes").status_code == 422
    assert carla.post(address, **ANSWER).status_code == 303
    assert "The region pays.</textarea>" in carla.get(address).text
    public = carla.client.get(opened(session)).text
    assert "The region pays." in public
    assert "Zqreason" not in public
    hide_reason(session, operator(session), survey, shared.id, "It tells who wrote it.")
    session.commit()
    assert carla.get(address).status_code == 404


def test_a_proposal_is_answered_in_other_words(carla: Talker, session: Session) -> None:
    one = Proposal(
        consortium_id=operator(session).consortium_id,
        number=7,
        key="seven",
        language="ca",
        title="Zqproposal",
        summary="Words",
        created_on=today(),
    )
    session.add(one)
    session.commit()
    assert str(one.id) not in carla.get("/replies").text, "nobody has decided about it"
    one.state = "declined"
    session.commit()
    assert "Zqproposal" in carla.get("/replies").text
    assert carla.post(f"/replies/proposal/{one.id}", **ANSWER, quote="yes").status_code == 422
    assert carla.post(f"/replies/proposal/{one.id}", **ANSWER).status_code == 303
    page = carla.client.get(opened(session)).text
    assert "The region pays." in page
    assert "Zqproposal" not in page


@pytest.mark.parametrize("address", ["comment/{}", "amendment/{}", "proposal/{}", "reason/{}", "thought/{}"])
def test_what_is_not_there_has_no_answer(carla: Talker, address: str) -> None:
    assert carla.get(f"/replies/{address.format(uuid4())}").status_code == 404


def test_a_withdrawn_comment_has_no_answer(carla: Talker, session: Session) -> None:
    key = carla.comment()
    carla.post(f"/comments/{key}/withdrawal")
    assert carla.get(f"/replies/comment/{key}").status_code == 404
    assert session.get_one(Comment, UUID(key)).withdrawn_at


def test_a_partner_answers_only_for_its_own_initiatives(client: TestClient, session: Session, cast: Cast) -> None:
    own = make_initiative(session)
    carla = Talker(client, session, cast.carla, own)
    first, second = carla.comment("First"), carla.comment("Second")
    carla.post(f"/replies/comment/{first}", **ANSWER)
    partner = create_organisation(session, operator(session), name="Partner", helix="industry")
    key = str(partner.id)
    eve = create_person(session, operator(session), email="eve@innaxe.example", role="manager", organisation=key)
    session.commit()
    other = Talker(client, session, eve, own)
    assert other.post(f"/replies/comment/{second}", **ANSWER).status_code == 403
    assert other.post(f"/replies/comment/{first}", **(ANSWER | {"revision": "1"})).status_code == 403
    assert other.post(f"/replies/comment/{first}/deletion", revision="1").status_code == 403
    page = other.get("/replies").text
    assert "The region pays." in page
    assert f"/replies/comment/{first}" not in page
    assert f"/replies/comment/{second}" not in page
    own.organisation_id = partner.id
    session.add(own)
    session.commit()
    assert other.post(f"/replies/comment/{second}", **ANSWER).status_code == 303
    assert other.post(f"/replies/comment/{first}/deletion", revision="1").status_code == 303


def test_what_is_withdrawn_meanwhile_is_not_quoted(carla: Talker, session: Session) -> None:
    key = UUID(carla.comment("Zqmine", may_quote="yes"))
    actor = operator(session)
    said = find_said(session, actor, "comment", key)
    session.commit()
    carla.post(f"/comments/{key}/withdrawal")
    with pytest.raises(NotFound):
        save_reply(session, actor, said, retold={}, is_quote=True, outcome="noted", text={"en": "Yes."}, revision=0)
    session.rollback()

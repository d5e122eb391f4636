"""The next round asks about what the rule finds open, and what it leaves out keeps its figures."""

from collections.abc import Mapping, Sequence

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.models import Snapshot
from app.consensus.queries import rank_ranges
from app.consensus.returning import minutes_for, open_next_round, propose
from app.consensus.rules import Advice, Grounds, Reason, Said, advise, reason_to_return, returning
from app.consensus.service import analyse_survey, close_round
from app.core.errors import Conflict, Invalid
from app.people.queries import operator
from app.surveys.answering.models import Response
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import RETURN_RULES
from app.surveys.authoring.queries import list_deviations
from app.surveys.mails.composing import usual_texts
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.queries import find_open_round
from tests.make import HELICES, Cast, answer, csrf_in, make_open_survey, make_response, sign_in, small_survey_file

AGREED = Said("consensus", "agreed", None)
CODES = ("I1", "I2", "I3", "I4", "I5", "I6")
SIZE = 26
"""As many in each helix: then a view that all share is no matter of chance."""


def view(item: str, helix: str) -> int:
    """What everybody of a helix thinks: they are divided about I1, and agree on the rest."""
    if item == "I1":
        return 5 if helix in ("academia", "industry") else 1
    return 5 if item in ("I2", "I3") else 1


def fill(
    session: Session, engine: Engine, survey: Survey, codes: Sequence[str] = CODES, size: int = SIZE
) -> dict[str, list[str]]:
    """So many people of each helix answer; returns their tokens."""
    tokens: dict[str, list[str]] = {}
    for helix in HELICES:
        for _ in range(size):
            response, token = make_response(session, survey, helix=helix)
            tokens.setdefault(helix, []).append(token)
            answer(engine, response, token, {f"{code}.impact": view(code, helix) for code in codes})
    return tokens


def come_back(session: Session, survey: Survey, helix: str, token: str) -> Response:
    start = StartIn(consent=True, helix=helix, language="en")
    response, _ = start_response(session, survey, start, consent=Consent("en", "What people agree to."), token=token)
    session.commit()
    return response


@pytest.fixture
def closed(session: Session, engine: Engine) -> tuple[Survey, dict[str, list[str]]]:
    survey = make_open_survey(session, small_survey_file(criteria=("impact",)), codes=CODES)
    tokens = fill(session, engine, survey)
    close_round(session, operator(session), survey)
    session.commit()
    return survey, tokens


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([AGREED], None),
        ([Said("low_support", "not_agreed", True)], None),
        ([AGREED, Said("divided", "not_agreed", None)], Reason.DIVIDED),
        ([Said("too_few", "cannot_tell", None), AGREED], Reason.TOO_FEW),
        ([Said("too_few", "cannot_tell", False), Said("divided", "cannot_tell", None)], Reason.DIVIDED),
        ([Said("consensus", "agreed", False)], Reason.MOVING),
        ([Said("leaning", "cannot_tell", False)], Reason.MOVING),
        ([Said("leaning", "cannot_tell", True)], Reason.UNCERTAIN),
        ([], None),
    ],
)
def test_why_an_item_returns(said: list[Said], reason: Reason | None) -> None:
    assert reason_to_return(said) == reason


@pytest.mark.parametrize(
    ("reasons", "closed", "advice"),
    [
        ([None] * 5, 1, Advice(Grounds.NOTHING_RETURNS, 5, 5)),
        ([None] * 8 + [Reason.DIVIDED] * 2, 1, Advice(Grounds.DECIDED, 8, 10)),
        ([None] * 7 + [Reason.DIVIDED] * 3, 1, Advice(Grounds.GO_ON, 7, 10)),
        ([None] * 7 + [Reason.MOVING] * 3, 1, Advice(Grounds.GO_ON, 7, 10)),
        ([None] * 7 + [Reason.UNCERTAIN] * 3, 2, Advice(Grounds.PLANNED, 7, 10)),
        ([Reason.TOO_FEW], 3, Advice(Grounds.PLANNED, 0, 1)),
    ],
)
def test_when_to_stop(reasons: list[Reason | None], closed: int, advice: Advice) -> None:
    found = advise(reasons, closed=closed, planned=2)
    assert found == advice
    assert found.is_to_stop == (advice.grounds is not Grounds.GO_ON)


@pytest.mark.parametrize(
    ("mode", "against", "items"),
    [
        ("undecided", (), ["I2"]),
        ("all", (), ["I1", "I2"]),
        ("undecided", ("I1",), ["I1", "I2"]),
        ("undecided", ("I2",), []),
        ("all", ("I2",), ["I1"]),
    ],
)
def test_which_items_return(mode: str, against: Sequence[str], items: list[str]) -> None:
    reasons: Mapping[str, Reason | None] = {"I1": None, "I2": Reason.DIVIDED}
    assert returning(reasons, mode, against) == items


def test_the_rule_proposes_and_the_next_round_asks_only_that(
    session: Session, engine: Engine, closed: tuple[Survey, dict[str, list[str]]]
) -> None:
    survey, tokens = closed
    proposal = propose(session, survey)
    assert proposal
    assert proposal.reasons == {"I1": Reason.DIVIDED} | dict.fromkeys(CODES[1:])
    assert proposal.items == ["I1"]
    assert proposal.advice == Advice(Grounds.DECIDED, 5, 6)
    assert (minutes_for(session, survey, 1), minutes_for(session, survey, 30)) == (1, 4)
    opened = open_next_round(session, operator(session), survey)
    session.commit()
    assert opened.item_codes == ["I1"]
    assert "on 1 initiative before" in usual_texts(session, survey, opened, MailKind.INVITATION, "en")[1]
    response = come_back(session, survey, "industry", tokens["industry"][0])
    assert response.item_codes == ["I1"]
    answer(engine, response, tokens["industry"][0], {"I1.impact": 4})
    with pytest.raises(Invalid, match="does not ask about this initiative"):
        answer(engine, response, tokens["industry"][0], {"I2.impact": 4})


def test_what_is_not_asked_again_keeps_its_figures(
    session: Session, engine: Engine, closed: tuple[Survey, dict[str, list[str]]]
) -> None:
    survey, tokens = closed
    before = session.exec(select(Snapshot)).one().findings
    open_next_round(session, operator(session), survey)
    session.commit()
    for helix in HELICES:
        for token in tokens[helix][:6]:
            answer(engine, come_back(session, survey, helix, token), token, {"I1.impact": 5})
    snapshot = close_round(session, operator(session), survey)
    after = snapshot.findings
    lines = {line["initiative"]: line for line in after["items"]["impact"]}
    earlier = {line["initiative"]: line for line in before["items"]["impact"]}
    assert (lines["I1"]["n"], lines["I1"]["round"], lines["I1"]["verdict"]) == (24, 2, "consensus")
    assert after["answered"]["all"] == 24, "those who answered this round, not those whose figures stay"
    for code in CODES[1:]:
        assert lines[code]["round"] == 1
        for figure in ("n", "counts", "mean", "verdict", "standing", "by_helix", "cannot_judge"):
            assert lines[code][figure] == earlier[code][figure], (code, figure)
    assert [line["suppressed"] for line in after["overall"]] == [False] * 6
    again = rank_ranges(session, snapshot, after["weights"]).lines
    figures = [{name: figure for name, figure in line.items() if name != "rank_set"} for line in again]
    assert figures == after["overall"], "other weights are tried on the same figures"
    analysis = analyse_survey(session, operator(session), survey)
    assert analysis["stop"]["round2"]["items"] == 6
    proposal = propose(session, survey)
    assert proposal
    # everybody who came back moved to 5: consensus, but it has not settled down
    assert proposal.reasons["I1"] is Reason.MOVING
    assert proposal.reasons["I2"] is None
    assert proposal.advice.grounds is Grounds.PLANNED


def test_a_third_round_shows_what_was_said_when_it_was_asked_last(
    client: TestClient, session: Session, engine: Engine, closed: tuple[Survey, dict[str, list[str]]]
) -> None:
    survey, tokens = closed
    open_next_round(session, operator(session), survey)
    session.commit()
    for token in tokens["civil"][:6]:
        answer(engine, come_back(session, survey, "civil", token), token, {"I1.impact": 5})
    close_round(session, operator(session), survey)
    opened = open_next_round(session, operator(session), survey, {"I2": "The budget of it has changed."})
    session.commit()
    assert opened.item_codes == ["I1", "I2"]
    assert (opened.feedback["I1.impact"]["n"], opened.feedback["I2.impact"]["n"]) == (6, 4 * SIZE)
    client.cookies.set(f"innaxe_answers_{survey.slug}", tokens["industry"][0])
    come_back(session, survey, "industry", tokens["industry"][0])
    page = client.get(f"/s/{survey.slug}/q/2").text
    assert "Initiative I2" in page
    assert f"({4 * SIZE} answers)" in page
    assert "last round" in page, "their own answer of round 1"
    assert client.get(f"/s/{survey.slug}/q/3").status_code == 404


def test_changes_against_the_rule_need_a_reason_and_are_listed(
    session: Session, closed: tuple[Survey, dict[str, list[str]]]
) -> None:
    survey, _ = closed
    with pytest.raises(Invalid) as refusal:
        open_next_round(session, operator(session), survey, {"I3": "short"})
    assert set(refusal.value.errors) == {"because.I3"}
    assert find_open_round(session, survey.id) is None
    with pytest.raises(Conflict, match="nothing returns"):
        open_next_round(session, operator(session), survey, {"I1": "The partners agreed on it meanwhile."})
    open_next_round(session, operator(session), survey, {"I3": "A new law changes what it would cost."})
    [deviation] = list_deviations(session, survey.id)
    assert (deviation.part, deviation.before, deviation.after) == (
        "round 2, I3",
        {"value": "stays out"},
        {"value": "returns"},
    )
    assert deviation.reason == "A new law changes what it would cost."
    with pytest.raises(Conflict, match="open already"):
        open_next_round(session, operator(session), survey)


def test_the_page_proposes_checks_reasons_and_opens(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, dict[str, list[str]]]
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.carla)
    address = f"/surveys/{survey.slug}/rounds/new"
    assert address in client.get(f"/surveys/{survey.slug}").text
    page = client.get(address).text
    assert page.count(" checked") == 1
    assert "Divided" in page
    assert "5 of 6 initiatives are decided, at least 80 %:" in page
    form = {"csrf": csrf_in(page), "item.I1": "yes", "item.I4": "yes"}
    wrong = client.post(address, data=form | {"because.I4": "no"})
    assert wrong.status_code == 422
    assert 'href="#because.I4"' in wrong.text
    assert 'value="no"' in wrong.text
    none = client.post(address, data={"csrf": csrf_in(page)})
    assert none.status_code == 422
    assert "Choose at least one initiative" in none.text
    done = client.post(address, data=form | {"because.I4": "Its wording was unclear to many."})
    assert done.status_code == 303
    session.expire_all()
    opened = find_open_round(session, survey.id)
    assert opened
    assert opened.item_codes == ["I1", "I4"]
    assert "round 2, I4" in client.get(f"/surveys/{survey.slug}/build").text
    assert client.get(address).status_code == 303, "a round is open"


def test_with_all_returning_the_round_names_no_items(session: Session, engine: Engine) -> None:
    document = small_survey_file(criteria=("impact",), settings={"items_returning": "all"})
    survey = make_open_survey(session, document)
    assert survey.protocol
    assert survey.protocol["items_returning"] == RETURN_RULES["all"]
    fill(session, engine, survey, CODES[:3], size=6)
    close_round(session, operator(session), survey)
    assert open_next_round(session, operator(session), survey).item_codes is None


def test_where_nothing_returns_no_round_is_opened(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session, small_survey_file(criteria=("impact",)), codes=CODES[1:])
    fill(session, engine, survey, CODES[1:])
    close_round(session, operator(session), survey)
    proposal = propose(session, survey)
    assert proposal
    assert proposal.advice.grounds is Grounds.NOTHING_RETURNS
    with pytest.raises(Conflict, match="nothing returns"):
        open_next_round(session, operator(session), survey)


def test_balanced_subsets_meet_what_returns(session: Session, engine: Engine) -> None:
    settings = {"initiative_assignment": {"mode": "balanced_subset", "per_respondent": 2}}
    survey = make_open_survey(session, small_survey_file(criteria=("impact",), settings=settings), codes=CODES)
    people: list[tuple[str, str, list[str]]] = []
    for number in range(24):
        helix = HELICES[number % 4]
        response, token = make_response(session, survey, helix=helix)
        asked = list(response.item_codes or [])
        people.append((helix, token, asked))
        answer(engine, response, token, {f"{code}.impact": 4 for code in asked})
    close_round(session, operator(session), survey)
    outs: dict[str, str] = dict.fromkeys(CODES[2:], "Left out to test what happens then.")
    open_next_round(session, operator(session), survey, outs)
    session.commit()
    for helix, token, asked in people:
        again = come_back(session, survey, helix, token).item_codes
        own = [code for code in asked if code in ("I1", "I2")]
        assert again == own or (not own and sorted(again or []) == ["I1", "I2"])


def test_while_a_round_is_open_none_is_proposed(session: Session) -> None:
    survey = make_open_survey(session)
    assert propose(session, survey) is None
    with pytest.raises(Conflict, match="open already"):
        open_next_round(session, operator(session), survey)

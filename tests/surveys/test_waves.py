"""A survey asked again asks the same, and says so until it does not."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.monitoring.queries import Following
from app.core.errors import NotAllowed
from app.people.queries import find_actor, operator
from app.surveys.authoring.models import Criterion, Survey, SurveyItem
from app.surveys.authoring.publishing import protocol_of, publish
from app.surveys.authoring.queries import list_criteria, list_items, list_questions, list_sections
from app.surveys.authoring.waves import COMPARED, ask_again, broken_parts, list_waves, wave_of
from tests.actionplan.deciding import asking_file
from tests.actionplan.monitoring import follow
from tests.make import Cast, csrf_in, make_open_survey, sign_in


@pytest.fixture
def survey(session: Session, cast: Cast) -> Survey:
    return make_open_survey(session, asking_file())


@pytest.fixture
def following(session: Session, survey: Survey) -> Following:
    return follow(session, survey)


def test_a_wave_asks_the_same(session: Session, survey: Survey) -> None:
    wave = ask_again(session, operator(session), survey)
    session.commit()
    assert (wave.title, wave.published_at, wave.protocol) == ({"en": "A small survey, wave 2"}, None, None)
    assert wave.slug != survey.slug
    before, after = protocol_of(session, survey), protocol_of(session, wave)
    assert {name: after[name] for name in COMPARED} == {name: before[name] for name in COMPARED}
    assert after["questions"] == before["questions"]
    assert [one.source_id for one in list_items(session, wave.id)] == [
        one.source_id for one in list_items(session, survey.id)
    ]
    assert [one.weight for one in list_criteria(session, wave.id)] == [
        one.weight for one in list_criteria(session, survey.id)
    ]
    for rows in (list_items, list_criteria, list_questions, list_sections):
        own, other = rows(session, wave.id), rows(session, survey.id)
        assert len(own) == len(other)
        assert not {one.id for one in own} & {one.id for one in other}
    assert broken_parts(session, wave) == []


def test_a_draft_is_not_made_twice_and_the_next_wave_follows_the_last(session: Session, survey: Survey) -> None:
    actor = operator(session)
    second = ask_again(session, actor, survey)
    assert ask_again(session, actor, survey).id == second.id
    second.controller = second.controller or "The consortium"
    publish(session, actor, second)
    third = ask_again(session, actor, survey)
    assert (third.title["en"], third.follows_id, wave_of(session, third)) == (
        "A small survey, wave 3",
        second.id,
        3,
    )
    assert [one.id for one in list_waves(session, survey)] == [second.id, third.id]


@pytest.mark.parametrize(
    ("part", "table", "column", "value"),
    [
        ("items", SurveyItem, "title", {"en": "Other words"}),
        ("criteria", Criterion, "weight", 9.0),
        ("seed", Survey, "seed", 7),
        ("scale", Survey, "scale_high", 7),
        ("rule", Survey, "rule", {"kind": "other"}),
    ],
)
def test_what_would_break_the_comparison_is_named(
    session: Session, survey: Survey, part: str, table: type[Survey], column: str, value: object
) -> None:
    wave = ask_again(session, operator(session), survey)
    row = wave if table is Survey else session.exec(select(table).where(table.survey_id == wave.id)).first()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType] -- items and criteria have it
    setattr(row, column, value)
    session.flush()
    assert part in broken_parts(session, wave)


def test_the_page_of_a_wave_says_whether_it_compares(
    client: TestClient, session: Session, cast: Cast, survey: Survey, following: Following
) -> None:
    sign_in(client, session, cast.biel)
    page = client.get("/plans/1/review/2027").text
    assert "Ask stakeholders again" in page
    made = client.post("/plans/1/review/2027/wave", data={"csrf": csrf_in(page)})
    assert made.status_code == 303
    build = client.get(made.headers["location"]).text
    assert "It asks the same as “A small survey”" in build
    assert "the seed of everything drawn by lot" in build
    wave = session.exec(select(Survey).where(Survey.follows_id == survey.id)).one()
    wave.scale_high = 7
    session.commit()
    build = client.get(made.headers["location"]).text
    assert "would not compare" in build
    assert "wave 2" in client.get("/plans/1/review/2027").text
    assert "It asks the same" not in client.get(f"/surveys/{survey.slug}/build").text


def test_who_may_not_ask_again(session: Session, cast: Cast, survey: Survey) -> None:
    dora = find_actor(session, cast.dora)
    assert dora
    with pytest.raises(NotAllowed):
        ask_again(session, dora, survey)

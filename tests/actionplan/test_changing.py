"""Changing initiatives: nobody overwrites anybody, what contradicts itself is named at its field, versions stay."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.actionplan.initiatives.changing import (
    FaultySheet,
    change_initiative,
    move_initiative,
    restore_version,
)
from app.actionplan.initiatives.contradictions import WORDS, problems_beside, problems_within
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.models import Initiative, InitiativeStep, InitiativeVersion
from app.actionplan.initiatives.queries import find_newest_version, list_initiatives, list_versions
from app.actionplan.initiatives.schemas import check_content, read_content
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.initiatives.states import FOLLOWERS, State
from app.auth.account import make_key
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from app.core.settings import Settings
from app.documents.sheets import FaultyFile
from app.history.models import HistoryEntry
from app.people.queries import find_actor, operator
from app.people.rules import Actor
from app.people.service import create_organisation, create_person
from app.surveys.authoring.queries import list_items
from tests.make import Cast, import_few_initiatives, make_open_survey
from tests.surveys.test_load import served

REASON = "Agreed in the working group of March"


@pytest.fixture
def one(session: Session) -> Initiative:
    """The first of three initiatives that have only a title."""
    import_few_initiatives(session)
    session.commit()
    return list_initiatives(session, operator(session))[0][0]


def newest(session: Session, initiative: Initiative) -> InitiativeVersion:
    return list_versions(session, initiative.id)[0]


def make_editor(session: Session, name: str) -> str:
    """A new editor of the whole consortium; returns a key for programs."""
    person = create_person(session, operator(session), email=f"{name}@innaxe.example", role="editor", name=name)
    actor = find_actor(session, person)
    assert actor
    return make_key(session, actor, "test")


def change(session: Session, initiative: Initiative, **parts: Any) -> InitiativeVersion:
    version = newest(session, initiative)
    content = read_content(version.content) | parts
    return change_initiative(session, operator(session), initiative, content, base_digest=version.digest)


@pytest.mark.parametrize(
    ("parts", "field", "key"),
    [
        ({"budget_min_eur": 200, "budget_max_eur": 100}, "budget_min_eur", "upside_down"),
        ({"budget_min_eur": 100, "cost_by_year_eur": {"2028": 99}}, "cost_by_year_eur", "years_too_low"),
        ({"budget_max_eur": 100, "cost_by_year_eur": {"2028": 60, "2029": 60}}, "cost_by_year_eur", "years_too_high"),
        ({"start_year": 2029, "cost_by_year_eur": {"2028": 60}}, "cost_by_year_eur", "year_before"),
        (
            {"start_year": 2027, "duration_months": 12, "cost_by_year_eur": {"2029": 60}},
            "cost_by_year_eur",
            "year_after",
        ),
        ({"phases": [{"text": "Pilot", "start": "2029-Q2", "end": "2029-Q1"}]}, "phases", "phase_backwards"),
        (
            {"start_year": 2029, "start_quarter": 2, "phases": [{"text": "P", "start": "2029-Q1", "end": "2029-Q4"}]},
            "phases",
            "phase_before",
        ),
        (
            {
                "start_year": 2029,
                "start_quarter": 1,
                "duration_months": 12,
                "phases": [{"text": "P", "start": "2029-Q1", "end": "2030-Q1"}],
            },
            "phases",
            "phase_after",
        ),
        ({"start_quarter": 2}, "start_quarter", "quarter_alone"),
        ({"trl_range": [6, 3]}, "trl_range", "trl_backwards"),
        (
            {"start_year": 2029, "indicator_targets": [{"indicator": "IND1", "target": 4, "by_year": 2028}]},
            "indicator_targets",
            "target_before",
        ),
        ({"depends_on": ["I2", "I2"]}, "depends_on", "twice"),
        ({"depends_on": ["I1"]}, "depends_on", "itself"),
        ({"depends_on": ["I2"], "excludes": ["I2"]}, "excludes", "both"),
        ({"depends_on": ["I9"]}, "depends_on", "unknown"),
        ({"lead_partner": "Nobody"}, "lead_partner", "no_partner"),
        ({"partners": ["CAT", "Nobody"]}, "partners", "no_partner"),
        ({"title": {"en": "x" * 71}}, "title.en", "title_long"),
        ({"summary": {"en": "x" * 221}}, "summary.en", "summary_long"),
        ({"summary": {"en": "**Now**", "de": "Jetzt"}}, "summary.de", "markup"),
    ],
)
def test_what_contradicts_itself_is_named_at_its_field(
    session: Session, one: Initiative, parts: dict[str, Any], field: str, key: str
) -> None:
    create_organisation(session, operator(session), name="Biocat", helix="industry", is_partner=True, code="CAT")
    with pytest.raises(FaultySheet) as refused:
        change(session, one, **parts)
    assert refused.value.problems[field].key == key
    assert refused.value.errors[field] == WORDS[key] % refused.value.problems[field].values
    assert len(list_versions(session, one.id)) == 1


def test_a_sheet_that_is_right_has_no_problem(session: Session, one: Initiative) -> None:
    create_organisation(session, operator(session), name="Biocat", helix="industry", is_partner=True, code="CAT")
    made = change(
        session,
        one,
        title={"en": "x" * 70, "de": "Ein Titel"},
        summary={"en": "**Now** see [this](https://a.example)", "de": "**Jetzt** [hier](https://a.example)"},
        lead_partner="Biocat",
        partners=["CAT"],
        budget_min_eur=100,
        budget_max_eur=300,
        cost_by_year_eur={"2028": 150, "2029": 50},
        start_year=2028,
        start_quarter=2,
        duration_months=21,
        phases=[{"text": "All", "start": "2028-Q2", "end": "2029-Q4"}],
        indicator_targets=[{"indicator": "IND1", "baseline": 1.5, "target": 3, "by_year": 2029}],
        depends_on=["I2"],
        before=["I3"],
        trl_range=[3, 6],
    )
    assert made.number == 2


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"duration_months": "long"}, "duration_months"),
        ({"phases": [{"text": "P", "start": "2029", "end": "2029-Q1"}]}, "phases.0.start"),
        ({"cost_by_year_eur": {"soon": 1}}, "cost_by_year_eur.soon"),
        ({"title": {}}, "title"),
        ({"rationale": "x" * 4001}, "rationale"),
        ({"rationale": "a\x07b"}, "rationale"),
        ({"indicator_targets": [{"indicator": "I", "target": float("nan")}]}, "indicator_targets.0.target"),
        ({"trl_range": [1, 10]}, "trl_range.1"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_what_is_no_sheet_is_named_at_its_field(
    session: Session, one: Initiative, parts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        change(session, one, **parts)
    assert field in refused.value.errors
    assert refused.value.errors[field].endswith(".")


def test_a_circle_of_dependencies_is_named_with_its_way(session: Session, one: Initiative) -> None:
    two, three = (pair[0] for pair in list_initiatives(session, operator(session))[1:])
    change(session, one, depends_on=["I2"])
    change(session, three, before=["I1"])  # as if I1 depended on I3
    with pytest.raises(FaultySheet, match="circle: I2 → I1 → I2"):
        change(session, two, depends_on=["I1"])
    with pytest.raises(FaultySheet, match="circle: I3 → I1 → I3"):
        change(session, three, before=["I1"], depends_on=["I1"])
    change(session, two, depends_on=["I3"])


def test_what_was_wrong_before_does_not_stand_in_the_way(session: Session, one: Initiative) -> None:
    content = check_content(read_content(newest(session, one).content) | {"title": {"en": "x" * 80}})
    session.add(
        InitiativeVersion(
            initiative_id=one.id,
            number=2,
            title=content["title"],
            summary={},
            content=content | {"budget_min_eur": 9, "budget_max_eur": 1, "depends_on": ["GONE"]},
            digest="0" * 64,
            created_at=one.created_at,
        )
    )
    session.flush()
    assert change(session, one, rationale="Said at last.").number == 3
    with pytest.raises(FaultySheet):
        change(session, one, title={"en": "y" * 80})


def test_a_stale_change_is_refused_and_says_so(session: Session, one: Initiative) -> None:
    old = newest(session, one)
    change(session, one, rationale="First.")
    with pytest.raises(Stale) as refused:
        change_initiative(session, operator(session), one, old.content, base_digest=old.digest)
    assert refused.value.etag == newest(session, one).digest[:32]
    with pytest.raises(Stale):
        change_initiative(session, operator(session), one, old.content, base_digest="")


def test_saying_the_same_makes_no_version(session: Session, one: Initiative) -> None:
    assert change(session, one).number == 1
    assert change(session, one, status="open").number == 1


def test_a_new_original_makes_translations_outdated_until_they_are_changed(session: Session, one: Initiative) -> None:
    change(session, one, title={"en": "One", "de": "Eins", "fr": "Un"})
    assert newest(session, one).marks == {}
    change(session, one, title={"en": "First", "de": "Eins", "fr": "Premier"})
    assert newest(session, one).marks == {"title": {"de": "outdated"}}
    change(session, one, rationale="Something else.")
    assert newest(session, one).marks == {"title": {"de": "outdated"}}
    change(session, one, title={"en": "First", "de": "Erstens", "fr": "Premier"})
    assert newest(session, one).marks == {}


def test_an_earlier_version_comes_back_as_a_new_one(session: Session, one: Initiative) -> None:
    change(session, one, rationale="First.")
    change(session, one, rationale="Second.")
    made = restore_version(session, operator(session), one, 2, base_digest=newest(session, one).digest)
    assert (made.number, made.content["rationale"], made.note) == (4, "First.", "restored:2")
    with pytest.raises(NotFound):
        restore_version(session, operator(session), one, 9, base_digest=made.digest)


def test_each_state_has_its_reason_and_its_followers(session: Session, one: Initiative) -> None:
    actor = operator(session)
    for reason in ("", "too short", "x" * 501):
        with pytest.raises(Invalid) as refused:
            move_initiative(session, actor, one, "open", reason)
        assert "reason" in refused.value.errors
    for state in ("done", "adopted", "draft"):
        with pytest.raises(Conflict):
            move_initiative(session, actor, one, state, REASON)
    for state in ("open", "frozen", "in_plan", "in_progress", "done"):
        move_initiative(session, actor, one, state, REASON)
    steps = session.exec(select(InitiativeStep).order_by(col(InitiativeStep.number))).all()
    assert [(step.number, step.state) for step in steps] == [
        (1, "open"),
        (2, "frozen"),
        (3, "in_plan"),
        (4, "in_progress"),
        (5, "done"),
    ]
    assert one.state == "done"
    entry = session.exec(select(HistoryEntry).where(HistoryEntry.act == "initiative.moved")).all()[-1]
    assert entry.after == {"state": "done", "reason": REASON}
    assert set(FOLLOWERS) == set(State)


@pytest.mark.parametrize("state", ["frozen", "dropped"])
def test_what_people_rate_does_not_change_under_them(session: Session, one: Initiative, state: str) -> None:
    move_initiative(session, operator(session), one, state, REASON)
    with pytest.raises(Conflict):
        change(session, one, rationale="New.")
    with pytest.raises(FaultyFile, match="Row 2, id: is frozen"):
        import_initiatives(session, operator(session), parse_catalogue("s.csv", b"id,title\nI1,Another\n"))


def test_a_partner_changes_its_own_only(session: Session, one: Initiative, cast: Cast) -> None:
    actor = find_actor(session, cast.dora)
    assert actor
    version = newest(session, one)
    with pytest.raises(NotAllowed):
        change_initiative(session, actor, one, version.content, base_digest=version.digest)
    stranger = Actor(cast.carla.id, cast.carla.id, {None: operator(session).roles[None]})
    with pytest.raises(NotFound):
        change_initiative(session, stranger, one, version.content, base_digest=version.digest)


def test_an_import_names_what_does_not_fit_the_consortium(session: Session, one: Initiative) -> None:
    create_organisation(session, operator(session), name="Biocat", helix="industry", is_partner=True)
    sheet = b"id,title,lead_partner,depends_on\nI1,Initiative I1,Biocat,I2\nI2,Initiative I2,Else,\nI4,New,,I4;I5\n"
    with pytest.raises(FaultyFile) as refused:
        import_initiatives(session, operator(session), parse_catalogue("s.csv", sheet))
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [(4, "depends_on")]
    sheet = sheet.replace(b"I4;I5", b"I5")
    with pytest.raises(FaultyFile) as refused:
        import_initiatives(session, operator(session), parse_catalogue("s.csv", sheet))
    assert {(fault.row, fault.column) for fault in refused.value.faults} == {(3, "lead_partner"), (4, "depends_on")}


def test_problems_need_somebody_to_compare_with(session: Session, one: Initiative) -> None:
    sheet = read_content(newest(session, one).content) | {"lead_partner": "Anybody"}
    assert problems_beside("I1", sheet, set(), {}) == {}
    assert problems_within(sheet) == {}


def test_programs_say_which_version_they_changed(client: TestClient, session: Session, one: Initiative) -> None:
    key = {"Authorization": f"Bearer {make_editor(session, 'Eva')}"}
    session.commit()
    address = f"/api/v1/initiatives/{one.id}"
    read = client.get(address, headers=key)
    sheet, etag = read.json(), read.headers["ETag"]
    for headers, status in (
        ({}, 428),
        ({"If-Match": "*"}, 412),
        ({"If-Match": f"W/{etag}"}, 412),
        ({"If-Match": '"0"'}, 412),
    ):
        refused = client.put(address, json=sheet, headers={**key, **headers})
        assert (refused.status_code, refused.json()["status"]) == (status, status)
    assert refused.headers["ETag"] == etag, "a stale writer reads what there is now"
    wrote = client.put(address, json=sheet | {"rationale": "Because."}, headers={**key, "If-Match": etag})
    assert wrote.status_code == 200
    assert wrote.json()["version"] == 2
    assert wrote.headers["ETag"] == client.get(address, headers=key).headers["ETag"] != etag
    assert client.put(address, json=sheet, headers={**key, "If-Match": etag}).status_code == 412
    faulty = client.put(address, json=sheet | {"start_quarter": 9}, headers={**key, "If-Match": wrote.headers["ETag"]})
    assert faulty.status_code == 422
    assert faulty.json()["errors"] == {"start_quarter": "This number is too large."}
    versions = client.get(f"{address}/versions", headers=key).json()
    assert [version["version"] for version in versions] == [2, 1]
    assert versions[0]["etag"] == wrote.headers["ETag"].strip('"')
    big = client.put(address, json=sheet | {"rationale": "x" * 1_000_000}, headers={**key, "If-Match": etag})
    assert big.status_code in (413, 422)


@pytest.mark.parametrize("edits", [pytest.param(4, id="quick"), pytest.param(20, id="full", marks=pytest.mark.faults)])
def test_ten_editors_edit_at_once_and_none_of_it_is_lost(
    session: Session, engine: Engine, settings: Settings, one: Initiative, edits: int
) -> None:
    keys = [make_editor(session, f"editor{number}") for number in range(10)]
    session.commit()
    refused: Counter[int] = Counter()
    with served(settings, engine) as address:

        def edit(editor: int) -> list[str]:
            accepted: list[str] = []
            headers = {"Authorization": f"Bearer {keys[editor]}"}
            place = f"{address}/api/v1/initiatives/{one.id}"
            with httpx.Client(headers=headers, timeout=60) as client:
                while len(accepted) < edits:
                    read = client.get(place)
                    text = f"Edit {len(accepted)} of editor {editor}"
                    etag = {"If-Match": read.headers["ETag"]}
                    wrote = client.put(place, json=read.json() | {"rationale": text}, headers=etag)
                    if wrote.status_code == 200:
                        accepted.append(wrote.headers["ETag"])
                    else:
                        refused[wrote.status_code] += 1
            return accepted

        with ThreadPoolExecutor(10) as pool:
            accepted = [etag for own in pool.map(edit, range(10)) for etag in own]
    session.rollback()
    versions = list_versions(session, one.id)
    assert len(accepted) == len(set(accepted)) == 10 * edits
    assert [version.number for version in versions] == list(range(10 * edits + 1, 0, -1))
    assert {f'"{version.digest[:32]}"' for version in versions if version.number > 1} == set(accepted)
    texts = {version.content["rationale"] for version in versions if version.number > 1}
    assert texts == {f"Edit {edit} of editor {editor}" for edit in range(edits) for editor in range(10)}
    assert set(refused) == {412}
    entries = session.exec(select(HistoryEntry).where(HistoryEntry.act == "initiative.versioned")).all()
    assert {(entry.after or {})["digest"] for entry in entries} >= {version.digest for version in versions}


def test_a_rating_stays_with_the_version_people_saw(session: Session) -> None:
    survey = make_open_survey(session, codes=("I1",))
    item = list_items(session, survey.id)[0]
    initiative = list_initiatives(session, operator(session))[0][0]
    change(session, initiative, title={"en": "Quite another thing"})
    seen = session.get(InitiativeVersion, item.source_id)
    assert seen
    assert (seen.number, item.title) == (1, {"en": "Initiative I1"})
    assert find_newest_version(session, operator(session), "I1") != seen

"""Results for everybody: nothing before its day, nothing that the list does not name, and gone once taken back."""

import csv
import io
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.disclosure.document import WITH_FILE
from app.consensus.models import Snapshot
from app.core.clock import today
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.words import LANGUAGES
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.people.rules import Actor, Role
from app.surveys.authoring.models import Survey
from app.surveys.release.queries import find_release
from app.surveys.release.rules import PARTS
from app.surveys.release.service import withdraw_results
from tests.actionplan.releasing import MARKED, close_small_survey, mark_findings, release
from tests.make import Cast, csrf_in, make_open_survey, sign_in, small_survey_file


@pytest.fixture
def closed(session: Session, engine: Engine) -> tuple[Survey, Snapshot]:
    return close_small_survey(session, engine)


def everything_of(client: TestClient, survey: Survey) -> dict[str, str]:
    """What anybody gets at each address of a survey's results."""
    page = f"/s/{survey.slug}/results"
    addresses = [page, f"/api/v1/surveys/{survey.id}/public-results"]
    addresses += [f"{page}/{part}{ending}" for part in PARTS for ending in ("", ".csv")]
    return {address: client.get(address).text for address in addresses}


def in_full(figure: float) -> tuple[str, ...]:
    """How a figure of ours may be written: as it is, and in percent."""
    return (str(figure), f"{figure:.0%}") if figure < 1 else (str(figure), f"{figure:,}")


def test_nothing_is_public_before_it_is_released(client: TestClient, closed: tuple[Survey, Snapshot]) -> None:
    survey, snapshot = closed
    page = client.get(f"/s/{survey.slug}/results")
    assert page.status_code == 200
    assert "The results are not published yet" in page.text
    assert snapshot.sha256[:12] not in page.text
    assert client.get(f"/s/{survey.slug}/results/shares.csv").status_code == 404
    assert client.get(f"/s/{survey.slug}/results/shares").status_code == 404
    assert client.get(f"/api/v1/surveys/{survey.id}/public-results").status_code == 404
    assert client.get("/s/nothing/results").status_code == 404


def test_a_draft_is_nobodys_business(client: TestClient, session: Session, closed: tuple[Survey, Snapshot]) -> None:
    draft = make_open_survey(session, small_survey_file(survey_id="draft"), codes=("I9",))
    draft.published_at = None
    session.commit()
    assert client.get(f"/s/{draft.slug}/results").status_code == 404
    for part in ("shares", "shares.csv"):
        assert client.get(f"/s/{draft.slug}/results/{part}").status_code == 404
    assert client.get(f"/api/v1/surveys/{draft.id}/public-results").status_code == 404


def test_a_later_day_is_announced_and_shows_no_figures(
    client: TestClient, session: Session, closed: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = closed
    day = today() + timedelta(days=3)
    release(session, survey, public_from=day)
    page = client.get(f"/s/{survey.slug}/results").text
    assert f"Results on {day.day}" in page
    assert snapshot.sha256[:12] not in page
    assert client.get(f"/s/{survey.slug}/results/verdicts.csv").status_code == 404
    assert client.get(f"/api/v1/surveys/{survey.id}/public-results").status_code == 404


@pytest.mark.parametrize("listed", [*PARTS, "shares ranks", "helices response"])
def test_what_is_not_listed_is_in_no_byte(
    client: TestClient, session: Session, closed: tuple[Survey, Snapshot], listed: str
) -> None:
    survey, snapshot = closed
    mark_findings(session, snapshot)
    parts = listed.split()
    release(session, survey, *parts)
    found = everything_of(client, survey)
    api = client.get(f"/api/v1/surveys/{survey.id}/public-results").json()
    assert api["parts"] == parts
    for part, figure in MARKED.items():
        holders = [address for address, text in found.items() if any(one in text for one in in_full(figure))]
        assert bool(holders) == (part in parts), (part, holders)
    whole = "\n".join(found.values())
    is_said = "Divided" in whole or "divided&#" in whole or '"verdict"' in whole
    assert ("splits the groups" in whole or "split the groups" in whole) == ("verdicts" in parts)
    assert is_said or "verdicts" not in parts
    assert ("What happens next" in whole) == ("next" in parts)
    keys = {key for lines in api["results"]["items"].values() for line in lines for key in line}
    assert ("verdict" in keys, "by_helix" in keys) == ("verdicts" in parts, "helices" in parts)
    statuses = {part: client.get(f"/s/{survey.slug}/results/{part}.csv").status_code for part in PARTS}
    assert statuses == {part: 200 if part in parts and part in WITH_FILE else 404 for part in PARTS}


def test_the_marks_are_found_when_everything_is_listed(
    client: TestClient, session: Session, closed: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = closed
    mark_findings(session, snapshot)
    release(session, survey)
    whole = "\n".join(everything_of(client, survey).values())
    assert [part for part, figure in MARKED.items() if not any(one in whole for one in in_full(figure))] == []


def test_hidden_groups_stay_hidden(client: TestClient, session: Session, closed: tuple[Survey, Snapshot]) -> None:
    survey, _ = closed
    release(session, survey)
    shown = client.get(f"/api/v1/surveys/{survey.id}/public-results").json()["results"]
    cells = [line["by_helix"]["civil"] for lines in shown["items"].values() for line in lines]
    assert cells == [{"n": None, "suppressed": True, "share_high": None}] * 6
    assert shown["response"]["civil"] == {"n": None, "suppressed": True, "invited": None}
    rows = csv.DictReader(io.StringIO(client.get(f"/s/{survey.slug}/results/helices.csv").text.lstrip("\ufeff")))
    assert {row["civil_n"] + row["civil_share_high"] for row in rows} == {""}


def test_page_file_and_program_say_the_same(
    client: TestClient, session: Session, closed: tuple[Survey, Snapshot]
) -> None:
    survey, snapshot = closed
    release(session, survey)
    api = client.get(f"/api/v1/surveys/{survey.id}/public-results").json()
    rows = list(csv.DictReader(io.StringIO(client.get(f"/s/{survey.slug}/results/shares.csv").text.lstrip("\ufeff"))))
    lines = [line for lines in api["results"]["items"].values() for line in lines]
    assert [row["share_high"] for row in rows] == [
        "" if line["share_high"] is None else str(line["share_high"]) for line in lines
    ]
    frozen = [line for lines in snapshot.findings["items"].values() for line in lines]
    assert [line["share_high"] for line in lines] == [line["share_high"] for line in frozen]
    page = client.get(f"/s/{survey.slug}/results?criterion=impact").text
    agreed = sum(line["verdict"] == "consensus" for line in api["results"]["items"]["impact"])
    assert f"{agreed} of 3 initiatives" in " ".join(page.split())
    assert api["snapshot"] == snapshot.sha256
    assert snapshot.sha256[:12] in page
    for fact in ("The consortium", "not samples of a population", f"seed {survey.seed}"):
        assert fact in page
    assert client.get(f"/s/{survey.slug}/results?criterion=nothing").status_code == 422
    assert client.get(f"/s/{survey.slug}/results?round=9").status_code == 404


def test_a_change_is_told_in_points(client: TestClient, session: Session, closed: tuple[Survey, Snapshot]) -> None:
    survey, snapshot = closed
    mark_findings(session, snapshot)
    release(session, survey, "change")
    page = client.get(f"/s/{survey.slug}/results").text
    assert re.search(r'data-label="Change in points">\+24</td>', page), "from 50 % to 74 %"


def test_it_can_be_read_in_seven_languages(
    client: TestClient, session: Session, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    release(session, survey)
    titles: set[str] = set()
    for language in LANGUAGES:
        page = client.get(f"/s/{survey.slug}/results", headers={"Accept-Language": language})
        assert f'<html lang="{language}"' in page.text
        titles.add(page.text.partition('<h2 id="initiatives">')[2].partition("<")[0])
    assert len(titles) == len(LANGUAGES)


def test_caches_keep_it_under_its_hash_and_ask_each_time(
    client: TestClient, session: Session, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    release(session, survey)
    for address in (f"/s/{survey.slug}/results", f"/s/{survey.slug}/results/shares.csv"):
        first = client.get(address)
        assert first.headers["cache-control"] == "public, no-cache"
        assert "set-cookie" not in first.headers
        again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    release(session, survey, "verdicts")
    page = client.get(f"/s/{survey.slug}/results", headers={"If-None-Match": first.headers["etag"]})
    assert page.status_code == 200
    chosen = client.get(f"/s/{survey.slug}/results?lang=de")
    assert chosen.headers["cache-control"] == "no-store"
    assert "innaxe_language=de" in chosen.headers["set-cookie"]


def test_a_coordinator_looks_first_and_then_releases(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.biel)
    base = f"/results/{survey.slug}/release"
    query = f"parts=verdicts&parts=ranks&rounds=1&public_from={today().isoformat()}"
    look = client.get(f"{base}/check?{query}")
    assert look.status_code == 200
    assert "With the button, everybody can read at once" in look.text
    assert "What each group said" not in look.text
    assert find_release(session, survey.id) is None, "looking changes nothing"
    session.rollback()
    fields = {"parts": "verdicts,ranks", "rounds": "1", "public_from": today().isoformat(), "revision": "0"}
    csrf = {"csrf": csrf_in(look.text)}
    assert client.post(base, data=fields | csrf).status_code == 303
    assert client.post(base, data=fields | csrf).status_code == 409, "the form was made from no list"
    session.expire_all()
    made = find_release(session, survey.id)
    assert made
    assert (made.parts, made.rounds, made.released_by_id) == (["verdicts", "ranks"], [1], cast.biel.id)
    assert session.exec(select(HistoryEntry.act).where(HistoryEntry.act == "results.released")).all() == [
        "results.released"
    ]
    assert "Everybody can read the results at" in client.get(base).text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("rounds=1&public_from=2099-01-01", "Choose at least one part."),
        ("parts=verdicts&public_from=2099-01-01", "Choose at least one closed round."),
        ("parts=verdicts&rounds=7&public_from=2099-01-01", "Choose at least one closed round."),
        ("parts=verdicts&rounds=1&public_from=2020-01-01", "Choose today or a later day."),
        ("parts=verdicts&rounds=1&public_from=soon", "Choose today or a later day."),
    ],
)
def test_a_list_that_cannot_be_is_refused(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot], query: str, sentence: str
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.biel)
    answer = client.get(f"/results/{survey.slug}/release/check?{query}")
    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2, "in the summary and beside the field"
    with pytest.raises(Invalid):
        release(session, survey, public_from=today() - timedelta(days=1))


def test_it_is_taken_back_with_a_reason(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    release(session, survey)
    sign_in(client, session, cast.biel)
    base = f"/results/{survey.slug}/release"
    csrf = csrf_in(client.get(base).text)
    short = client.post(f"{base}/withdrawal", data={"csrf": csrf, "because": "No", "revision": "1"})
    assert short.status_code == 422
    fields = {"csrf": csrf, "because": "A count was wrong.", "revision": "1"}
    assert client.post(f"{base}/withdrawal", data=fields).status_code == 303
    assert "not published yet" in client.get(f"/s/{survey.slug}/results").text
    assert client.get(f"/s/{survey.slug}/results/shares.csv").status_code == 404
    assert client.get(f"/api/v1/surveys/{survey.id}/public-results").status_code == 404
    entry = session.exec(select(HistoryEntry).where(HistoryEntry.act == "results.withdrawn")).one()
    assert entry.after == {"because": "A count was wrong."}
    assert "A count was wrong." in client.get(base).text
    session.expire_all()
    with pytest.raises(NotFound):
        withdraw_results(session, operator(session), survey, "Once more, again.", revision=2)
    session.rollback()
    release(session, survey)
    assert client.get(f"/s/{survey.slug}/results/shares.csv").status_code == 200


def test_only_who_may_releases(session: Session, cast: Cast, closed: tuple[Survey, Snapshot]) -> None:
    survey, _ = closed
    manager = Actor(cast.carla.id, survey.consortium_id, {None: Role.MANAGER}, "Carla", cast.carla.email, "en")
    with pytest.raises(NotAllowed):
        withdraw_results(session, manager, survey, "Not mine to say.", revision=0)
    with pytest.raises(Conflict):
        withdraw_results(session, operator(session), survey, "Of another list.", revision=5)


def test_programs_release_and_take_back(
    client: TestClient, session: Session, cast: Cast, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    sign_in(client, session, cast.biel)
    base = f"/api/v1/surveys/{survey.id}/release"
    headers = {"X-CSRF-Token": client.get("/api/v1/me").json()["csrf_token"]}
    wanted = {"parts": ["shares"], "rounds": [1], "public_from": today().isoformat(), "revision": 0}
    assert client.get(base).json()["standing"] == "not_yet"
    assert client.put(base, json=wanted).status_code == 403, "a browser names the token of its forms"
    assert client.put(base, json=wanted, headers=headers).json()["standing"] == "public"
    assert client.put(base, json=wanted, headers=headers).status_code == 409
    assert client.put(base, json=wanted | {"parts": ["names"], "revision": 1}, headers=headers).status_code == 422
    assert client.get(f"/api/v1/surveys/{survey.id}/public-results").json()["parts"] == ["shares"]
    gone = client.post(f"{base}/withdrawal", json={"because": "A count was wrong.", "revision": 1}, headers=headers)
    assert gone.json()["standing"] == "not_yet"


def test_pages_of_those_who_answer_lead_to_it(
    client: TestClient, session: Session, engine: Engine, closed: tuple[Survey, Snapshot]
) -> None:
    survey, _ = closed
    link = f'href="/s/{survey.slug}/results"'
    assert link not in client.get(f"/s/{survey.slug}").text
    release(session, survey)
    assert link in client.get(f"/s/{survey.slug}").text

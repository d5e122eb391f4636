"""A panel of many read in parts says what it says read whole."""

import json
from typing import Any

import numpy as np
import pytest
from sqlmodel import Session

from app.consensus.analysis import analyse, to_bytes
from app.consensus.analysis_panel import MOST_LISTED, describe_raking
from app.consensus.findings import make_findings
from app.consensus.panel import Rated, build_panel
from app.consensus.queries import compute_basis, find_snapshot, read_panel
from app.consensus.setting import read_setting
from app.consensus.spooling import spool_panel
from app.core.clock import now
from app.stats.histogram import MISSING
from app.surveys.authoring.models import Survey
from app.surveys.rounds.queries import list_rounds
from tests.consensus.results import import_consultation

SMALL_PARTS = 7


@pytest.fixture(params=["e2e", "forestera"])
def survey(request: pytest.FixtureRequest, session: Session) -> Survey:
    return import_consultation(session, request.param)[0]


def said_of(session: Session, survey: Survey, panel: Rated) -> dict[str, Any]:
    """All that a closing freezes of a panel."""
    closed = list_rounds(session, survey.id)[-1]
    snapshot = find_snapshot(session, survey.id)
    assert snapshot
    return {
        "findings": make_findings(panel, read_setting(session, survey, closed), now()) | {"closed_at": ""},
        "analysis": analyse(panel, inputs={}),
        "basis": compute_basis(session, survey, snapshot, panel),
    }


def test_parts_say_what_the_whole_says(session: Session, survey: Survey) -> None:
    number = list_rounds(session, survey.id)[-1].number
    whole, parts = read_panel(session, survey, number), spool_panel(session, survey, number, in_part=SMALL_PARTS)
    assert len([*parts.parts()]) == -(-len(whole.respondents) // SMALL_PARTS) > 1
    assert max(len(part.respondents) for part in parts.parts()) == SMALL_PARTS
    expected, found = said_of(session, survey, whole), said_of(session, survey, parts)
    for name, value in expected.items():
        assert json.loads(to_bytes(found[name])) == json.loads(to_bytes(value)), name
    # languages and orders come along
    for part in parts.parts():
        here = {code for code, is_in in zip(part.respondents, part.took_part[-1], strict=True) if is_in}
        assert here == {*part.languages}
        assert {*part.languages.values()} <= {"en"}


def test_people_beyond_a_list_are_weighted_by_group() -> None:
    chance = np.random.default_rng(1)
    people = {
        f"R{n:05}": (["civil", "industry"][n % 2], ["East", "West"][int(chance.random() < 0.7)])
        for n in range(MOST_LISTED + 1)
    }
    panel = build_panel(
        low=1,
        high=5,
        criteria=["impact"],
        respondents=people,
        ratings=[(1, code, "I1", [n % 5 + 1]) for n, code in enumerate(people)],
    )
    raking = describe_raking(panel)
    assert raking["respondent"] == ["civil/East", "civil/West", "industry/East", "industry/West"]
    assert len(raking["weight"]) == 4
    sizes = [sum(f"{helix}/{region}" == name for helix, region in people.values()) for name in raking["respondent"]]
    assert np.dot(raking["weight"], sizes) == pytest.approx(len(people))
    assert (panel.ratings != MISSING).all()

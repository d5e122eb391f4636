"""A plan to work on: the end-to-end consultation, and twenty initiatives, ten of them rated, with all they need."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.portfolio.jobs import work_all
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import Loaded, load
from app.actionplan.portfolio.rulebook import Rulebook
from app.actionplan.portfolio.service import PlanIn, create_plan
from app.actionplan.portfolio.state import State
from app.consensus.importing import import_responses
from app.people.queries import operator
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from tests.consensus.results import REAL
from tests.make import make_survey_of, small_survey_file
from tests.scenes import lay
from tests.vectors import FOLDER

PARTNERS = ("North", "Centre", "South")
CEILINGS = (300_000, 500_000, 500_000, 400_000, 300_000)
START = Rulebook(CEILINGS, helix_floor=25)


def sheet(number: int) -> dict[str, Any]:
    """The sheet of an initiative: every third waits for the one before, the ninth and tenth cannot be in together."""
    code = f"I{number:02}"
    return {
        "id": code,
        "title": {"en": f"Initiative {code}", "de": f"Vorhaben {code}"},
        "pillar": ("connect", "talent", "scale_up")[number % 3],
        "lead_partner": PARTNERS[number % 3],
        "partners": [PARTNERS[(number + 1) % 3]] if number % 2 else [],
        "helix_groups": ["industry"],
        "budget_min_eur": 100_000 + 20_000 * (number % 5),
        "budget_max_eur": 300_000 + 40_000 * (number % 7),
        "start_year": 2027 + number % 3,
        "start_quarter": 1 + number % 4,
        "duration_months": 12 + 6 * (number % 4),
        "depends_on": [f"I{number - 1:02}"] if number % 3 == 0 else [],
        "excludes": ["I10"] if number == 9 else [],
        "expected_outputs": ["A thing that can be shown"],
    }


def planned_survey(session: Session, **changes: dict[str, Any]) -> Survey:
    """The consultation with its results, over initiatives that say what they take; `changes` by code."""
    if changes:
        return _build_survey(session, changes)
    wanted = select(Survey).where(Survey.external_id == "e2e")
    return lay(session, "planned survey", lambda: _build_survey(session, {}), lambda: session.exec(wanted).one())


def _build_survey(session: Session, changes: Mapping[str, dict[str, Any]]) -> Survey:
    sheets = [sheet(number) | changes.get(f"I{number:02}", {}) for number in range(1, 21)]
    catalogue = {"format": "initiative-catalogue/1", "topics": [], "initiatives": sheets}
    import_initiatives(session, operator(session), parse_catalogue("plan.json", json.dumps(catalogue).encode()))
    parts = {name: value for name, value in REAL["e2e"].items() if name != "codes"}
    survey = make_survey_of(session, operator(session), small_survey_file(survey_id="e2e", **parts)).survey
    tables = {kind: (FOLDER / "e2e" / f"{kind}.csv").read_bytes() for kind in ("respondents", "ratings")}
    import_responses(session, operator(session), survey, **tables)
    session.commit()
    return survey


def make_plan(session: Session, actor: Actor, rules: Rulebook = START, **changes: dict[str, Any]) -> Plan:
    """A plan whose first scenario is begun, and nothing worked out yet."""
    if actor.id is None and rules == START and not changes:
        return lay(session, "plan", lambda: _build_plan(session, actor, rules, {}), lambda: _only_plan(session))
    return _build_plan(session, actor, rules, changes)


def make_proposed_plan(session: Session, engine: Engine) -> Plan:
    """The plan as it was proposed and priced."""

    def build() -> None:
        make_plan(session, operator(session))
        work_all(engine)

    return lay(session, "proposed plan", build, lambda: _only_plan(session))


def _only_plan(session: Session) -> Plan:
    return session.exec(select(Plan)).one()


def _build_plan(session: Session, actor: Actor, rules: Rulebook, changes: Mapping[str, dict[str, Any]]) -> Plan:
    survey = planned_survey(session, **changes)
    plan = create_plan(session, actor, survey, PlanIn("Five years", 2027, rules, "Balanced"), form_key="a")
    session.commit()
    return plan


def state_of(session: Session, plan: Plan, scenario: int | None = None) -> State:
    """A scenario of the plan worked out as it is now."""
    session.expire_all()
    return State(loaded(session, plan, scenario))


def loaded(session: Session, plan: Plan, scenario: int | None = None) -> Loaded:
    """A scenario of the plan with all it takes to show it."""
    return load(session, plan, scenario)

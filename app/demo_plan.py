"""The demonstration's five-year plan: two ways to spend the same money, which the worker then proposes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.rulebook import START, from_data
from app.actionplan.portfolio.service import PlanIn, add_scenario, create_plan
from app.people.queries import operator
from app.surveys.authoring.models import Survey

FILE = Path(__file__).resolve().parents[1] / "demo" / "initiatives.json"


def load_plan(session: Session, survey: Survey) -> Plan:
    """A plan from the results of a survey, within the ceilings of the file."""
    frame: Mapping[str, Any] = json.loads(FILE.read_bytes())["plan"]
    years = range(frame["first_year"], frame["last_year"] + 1)
    ceilings = tuple(frame["budget_by_year_eur"][str(year)] for year in years)
    rules = from_data({"ceilings": ceilings, **START, "max_starts": 6, "lead_capacity": 4, "region_min": 2})
    actor = operator(session)
    given = PlanIn(frame["title"]["en"], frame["first_year"], rules, "Balanced")
    plan = create_plan(session, actor, survey, given, form_key="demonstration")
    by_cost = from_data({"ceilings": ceilings, **START, "by_cost": True})
    add_scenario(session, actor, plan, "Large ones first", None, form_key="large ones", rules=by_cost)
    return plan

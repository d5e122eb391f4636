"""A draft of a scenario as data, at the moment somebody shares it or puts it to the vote."""

import json
from collections.abc import Iterable
from typing import Any

from sqlmodel import Session

from app.actionplan.portfolio.content import plan_content
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import Loaded, find_robustness, find_told, load, shares_of
from app.actionplan.portfolio.service import OVERTAKEN
from app.actionplan.portfolio.state import State
from app.core.errors import Conflict
from app.surveys.authoring.models import Survey


def freeze(
    session: Session, plan: Plan, scenario: int | None, revision: int | None = None
) -> tuple[Loaded, dict[str, Any]]:
    """The newest draft of a scenario, by default of the first, with its content as it would be kept.

    A plan that breaks rules has with it what would repair it: `fixes`, each a code and the year to start in. Raises
    NotFound, and Conflict when it is not the one of this revision any more.
    """
    loaded = load(session, plan, scenario)
    session.refresh(loaded.scenario)
    if revision not in (None, loaded.scenario.revision):
        raise Conflict(OVERTAKEN)
    told, robust = find_told(session, loaded.draft), find_robustness(session, loaded.scenario.id)
    slug = session.get_one(Survey, plan.survey_id).slug
    state = State(loaded)
    content = plan_content(state, told.told if told else {}, shares_of(robust, loaded.draft), slug)
    content["fixes"] = [_calendar(state, fix.acts) for fix in state.fixes[:1]]
    # as it will be read back: with lists, and with texts for keys
    return loaded, json.loads(json.dumps(content))


def _calendar(state: State, acts: Iterable[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
    return [(code, None if year is None else state.frame.first_year + year - 1) for code, year in acts]

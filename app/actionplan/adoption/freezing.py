"""A draft of a scenario as data, at the moment somebody shares it or puts it to the vote."""

import json
from typing import Any

from sqlmodel import Session

from app.actionplan.portfolio.content import plan_content
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import Loaded, find_robustness, find_told, load
from app.actionplan.portfolio.service import OVERTAKEN
from app.actionplan.portfolio.state import State
from app.core.errors import Conflict
from app.surveys.authoring.models import Survey


def freeze(session: Session, plan: Plan, scenario: int, revision: int) -> tuple[Loaded, dict[str, Any]]:
    """The newest draft of a scenario with its content as it would be kept.

    Raises NotFound, and Conflict when it is not the one of this revision any more.
    """
    loaded = load(session, plan, scenario)
    session.refresh(loaded.scenario)
    if loaded.scenario.revision != revision:
        raise Conflict(OVERTAKEN)
    told, robust = find_told(session, loaded.draft), find_robustness(session, loaded.scenario.id)
    is_of_this = robust is not None and robust.draft_number == loaded.draft.number
    shares = robust.told.get("share", {}) if robust and is_of_this else {}
    slug = session.get_one(Survey, plan.survey_id).slug
    content = plan_content(State(loaded), told.told if told else {}, shares, slug)
    # as it will be read back: with lists, and with texts for keys
    return loaded, json.loads(json.dumps(content))

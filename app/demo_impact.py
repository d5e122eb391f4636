"""What the demonstration's programmes are said to lead to."""

import json
from pathlib import Path

from sqlmodel import Session

from app.actionplan.impact.models import ResultChain
from app.actionplan.impact.schemas import ChainIn, StatementIn
from app.actionplan.impact.service import say_contribution, state_chain
from app.people.queries import find_actor, find_person_by_email
from app.people.rules import Actor


def load_impact(session: Session, actor: Actor, file: Path, speaker: str) -> None:
    """State the chains of a file, and let the person of an address say what programmes contributed."""
    content = json.loads(file.read_text(encoding="utf-8"))
    chains: dict[str, ResultChain] = {}
    for given in content["chains"]:
        programme = given.pop("programme")
        chains[programme] = state_chain(session, actor, programme, ChainIn.model_validate(given))
    person = find_person_by_email(session, speaker)
    assert person, "the demonstration makes these people"
    says = find_actor(session, person)
    assert says, "they have a role"
    for given in content["statements"]:
        say_contribution(session, says, chains[given.pop("programme")].id, StatementIn.model_validate(given))

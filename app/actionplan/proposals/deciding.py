"""From the fields of a form, or of a program, to one of the acts on a proposal."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session

from app.actionplan.proposals.judging import (
    CHOOSE_PROPOSAL,
    accept,
    accept_into,
    ask_back,
    decline,
    merge,
)
from app.actionplan.proposals.models import Proposal
from app.core.errors import Conflict, Invalid
from app.core.settings import Settings
from app.people.rules import Actor
from app.web.forms import whole_number

CHOOSE_INITIATIVE = "Choose an initiative."


def act_on(session: Session, actor: Actor, settings: Settings, proposal_id: UUID, typed: Mapping[str, str]) -> Proposal:
    """Do what `act` names: new, into, merge, ask or decline. Raises as the acts do."""
    revision = whole_number(typed.get("revision", ""), -1)
    match typed.get("act"):
        case "new":
            title, summary = typed.get("title", ""), typed.get("summary", "")
            return accept(session, actor, settings, proposal_id, revision, title=title, summary=summary)
        case "into":
            key = _chosen(typed, "initiative", CHOOSE_INITIATIVE)
            return accept_into(session, actor, settings, proposal_id, revision, key)
        case "merge":
            key = _chosen(typed, "proposal", CHOOSE_PROPOSAL)
            return merge(session, actor, settings, proposal_id, revision, key)
        case "ask":
            return ask_back(session, actor, settings, proposal_id, revision, typed.get("question", ""))
        case "decline":
            because, is_shown = typed.get("because", ""), typed.get("hidden") != "yes"
            return decline(session, actor, settings, proposal_id, revision, because, is_shown=is_shown)
        case _:
            raise Conflict("This page is older than the program. Go back and reload it.")


def _chosen(typed: Mapping[str, str], name: str, sentence: str) -> UUID:
    try:
        return UUID(typed.get(name, ""))
    except ValueError:
        raise Invalid(sentence, {name: sentence}) from None

"""The next round: what the protocol's rule proposes to ask again, and opening it, with every change given a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.auth.permissions import require
from app.consensus.queries import find_snapshot
from app.consensus.rules import Advice, Reason, Said, advise, reason_to_return, returning
from app.core.errors import Conflict, Invalid
from app.people.rules import Actor
from app.surveys.answering.rules import minutes_left
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import is_reason, note_deviation
from app.surveys.authoring.queries import list_criteria, list_items
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import find_last_round
from app.surveys.rounds.service import open_round

NO_REASON = "Give a reason of 10 to 500 characters: the rule decides otherwise."


@dataclass(frozen=True)
class Proposal:
    """What the rule says of the next round: each item's reason to return, which return, and whether to stop."""

    number: int
    reasons: Mapping[str, Reason | None]
    items: list[str]
    advice: Advice


def propose(session: Session, survey: Survey) -> Proposal | None:
    """What the rule proposes after the last round; None while no round of ratings has closed."""
    last = find_last_round(session, survey.id)
    if last is None or last.closed_at is None or last.is_for_ideas:
        return None
    snapshot = find_snapshot(session, survey.id, last.number)
    said = said_in(snapshot.findings) if snapshot else {}
    reasons = {
        item.code: reason_to_return(said[item.code]) if item.code in said else Reason.TOO_FEW
        for item in list_items(session, survey.id)
    }
    return Proposal(
        number=last.number + 1,
        reasons=reasons,
        items=returning(reasons, survey.items_returning),
        advice=advise([*reasons.values()], closed=last.number, planned=survey.planned_rounds),
    )


def said_in(findings: Mapping[str, Any]) -> dict[str, list[Said]]:
    """What findings say of each item by the criteria that have a weight; whether it moved only where that is shown."""
    said: dict[str, list[Said]] = {}
    for criterion, weight in findings["weights"].items():
        for line in findings["items"][criterion] if weight else ():
            change: Mapping[str, Any] = line.get("change") or {}
            one = Said(line["verdict"], line.get("standing", ""), change.get("stable"))
            said.setdefault(line["initiative"], []).append(one)
    return said


def minutes_for(session: Session, survey: Survey, items: int) -> int:
    """About how many minutes a respondent needs for a round of so many items."""
    return minutes_left(min(survey.items_per_person or items, items), len(list_criteria(session, survey.id)))


def open_next_round(session: Session, actor: Actor, survey: Survey, against: Mapping[str, str] | None = None) -> Round:
    """Open the next round about the items that return by the rule, and the other way round for those in `against`.

    Each of those comes with a reason and is listed as a deviation. The first round asks about all. Raises Conflict
    while a round is open or when nothing would return, Invalid for a reason that says too little.
    """
    require(actor, "round.open", survey)
    proposal = propose(session, survey)
    if proposal is None:
        return open_round(session, actor, survey)
    changes = {code: reason for code, reason in (against or {}).items() if code in proposal.reasons}
    errors = {f"because.{code}": NO_REASON for code, reason in changes.items() if not is_reason(reason)}
    if errors:
        raise Invalid(NO_REASON, errors)
    items = returning(proposal.reasons, survey.items_returning, changes)
    if not items:
        raise Conflict("By the rule nothing returns: no further round is needed.")
    opened = open_round(session, actor, survey, item_codes=None if len(items) == len(proposal.reasons) else items)
    for code, reason in changes.items():
        before, after = ("returns", "stays out") if code in proposal.items else ("stays out", "returns")
        note_deviation(session, actor, survey, f"round {proposal.number}, {code}", before, after, reason)
    return opened

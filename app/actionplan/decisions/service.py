"""Acts on decisions: putting one on record, and handing all of them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.actionplan.decisions.models import Decision, DeclaredInterest
from app.actionplan.decisions.queries import (
    find_by_form,
    find_weights,
    get_decision,
    list_deciders,
    list_decisions,
    next_number,
    standing,
)
from app.actionplan.decisions.rules import Outcome, Part, faults_of
from app.auth.permissions import require
from app.consensus.basis import Ranked
from app.consensus.models import Snapshot
from app.consensus.queries import get_snapshot, rank_ranges
from app.consensus.rules import weightiest
from app.core.clock import now
from app.core.errors import Conflict, Invalid
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.models import Survey

OTHER_RESULTS = "Newer results have come in since this page was opened. Look at them first, then decide."
OTHER_SURVEY = "This form was already sent for another survey. Open it anew from this survey's page."
IS_REPLACED = "This decision has been replaced meanwhile."
OTHER_KIND = "A decision on initiatives is replaced by one on initiatives, one on weights by one on weights."
IS_DECIDED = "There is a decision on this already: replace that one."
FIGURES = ("rank", "rank_set", "rank90", "topk", "score", "verdict", "n")


@dataclass(frozen=True)
class DecisionIn:
    """What is decided. `weights` are those of the decision, or those the figures stand under; None for the usual ones.

    `snapshot` names the results that whoever decides has seen.
    """

    outcome: str
    items: Sequence[str]
    reason: str
    parts: Sequence[Part]
    snapshot: str
    weights: Mapping[str, float] | None = None
    replaces: UUID | None = None


def decide(session: Session, actor: Actor, survey: Survey, given: DecisionIn, *, form_key: str) -> Decision:
    """Put a decision on record with what the evidence said. The same form a second time is the same decision.

    Raises NotFound before a round has closed or for an unknown decision to replace; Invalid naming the fields;
    Conflict when newer results came in, another decision stands on the same, or the form was sent for another survey.
    """
    require(actor, "decision.make", survey)
    # so that no two get the same number, and none slips past another on the same
    session.exec(select(Survey.id).where(Survey.id == survey.id).with_for_update()).one()
    known = find_by_form(session, actor, form_key)
    if known and known.survey_id != survey.id:
        raise Conflict(OTHER_SURVEY)
    if known:
        return known
    snapshot = get_snapshot(session, survey.id)
    names = [line["initiative"] for line in snapshot.findings["overall"]]
    faults = faults_of(given.outcome, given.items, names, given.reason, given.parts)
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    if given.snapshot != snapshot.sha256:
        raise Conflict(OTHER_RESULTS)
    outcome = Outcome(given.outcome)
    items = [name for name in names if name in given.items] if outcome.is_of_items else []
    before = _free(session, survey, outcome, items, given.replaces)
    weights = given.weights or find_weights(session, survey.id) or snapshot.findings["weights"]
    ranked = rank_ranges(session, snapshot, weights)
    decision = Decision(
        consortium_id=survey.consortium_id,
        survey_id=survey.id,
        snapshot_sha256=snapshot.sha256,
        round_number=snapshot.round_number,
        number=next_number(session, survey.id),
        revision=before.revision + 1 if before else 1,
        replaces_id=before.id if before else None,
        outcome=outcome.value,
        item_codes=items,
        weights=ranked.weights,
        evidence=evidence_of(snapshot, ranked, items),
        reason=given.reason,
        form_key=form_key,
        decided_at=now(),
        decided_by_id=actor.id,
    )
    session.add(decision)
    session.flush()
    for part in given.parts:
        session.add(
            DeclaredInterest(
                decision_id=decision.id,
                person_id=UUID(part.person),
                interest=part.interest,
                has_abstained=part.has_abstained,
            )
        )
    after = {"number": decision.number, "outcome": decision.outcome, "items": items, "snapshot": snapshot.sha256}
    record(session, actor, "decision.made", decision, after=after)
    return decision


def evidence_of(snapshot: Snapshot, ranked: Ranked, items: Sequence[str]) -> dict[str, Any]:
    """What the evidence said: of each item its ranks, verdict, answers and gap; of the list how firm its first are."""
    leading = weightiest({"criteria": list(ranked.weights), "weights": ranked.weights})
    gaps = {line["initiative"]: line["gap"] for line in snapshot.findings["items"][leading]}
    return {
        "criterion": leading,
        "k": ranked.k,
        "first": ranked.members,
        "same_share": ranked.same_share,
        "items": {
            line["initiative"]: {name: line[name] for name in FIGURES} | {"gap": gaps[line["initiative"]]}
            for line in ranked.lines
            if line["initiative"] in items
        },
    }


def known_people(session: Session, actor: Actor) -> list[str]:
    """The keys of those who may take part in a decision."""
    return [str(person.id) for person in list_deciders(session, actor)]


def _free(
    session: Session, survey: Survey, outcome: Outcome, items: Sequence[str], replaces: UUID | None
) -> Decision | None:
    """The decision that this one replaces, once it is sure that no other stands on the same. Raises Conflict."""
    before = get_decision(session, survey.id, replaces) if replaces else None
    held = standing(list_decisions(session, survey.id))
    if before and before.id not in [one.decision.id for one in held]:
        raise Conflict(IS_REPLACED)
    if before and Outcome(before.outcome).is_of_items != outcome.is_of_items:
        raise Invalid(OTHER_KIND, {"outcome": OTHER_KIND})
    for one in held:
        is_same = one.decision.outcome == outcome == Outcome.WEIGHTS or bool(set(items) & set(one.decision.item_codes))
        if is_same and one.decision is not before:
            raise Conflict(IS_DECIDED)
    return before

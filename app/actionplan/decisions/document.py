"""Decisions as a document: a line for each initiative decided on, and one for weights."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.actionplan.decisions.queries import Decided
from app.actionplan.decisions.rules import Outcome
from app.consensus.pages import VERDICT_WORDS
from app.core.catalogues import translate
from app.documents.document import Cell, Column, Document, Note, Table
from app.surveys.authoring.models import Survey

OUTCOME_WORDS = {
    Outcome.TAKE_UP: "Take up",
    Outcome.LATER: "Keep for later",
    Outcome.NOT_IN_PLAN: "Not in this plan",
    Outcome.WEIGHTS: "These weights count",
}
COLUMNS = (
    ("number", "Decision", 0),
    ("replaces", "Replaces decision", 0),
    ("replaced_by", "Replaced by decision", 0),
    ("decided_on", "Day", None),
    ("decided_by", "Decided by", None),
    ("outcome", "What was decided", None),
    ("code", "Code", None),
    ("title", "Initiative", None),
    ("weights", "Weights", None),
    ("likely_rank_from", "Likely rank from", 0),
    ("likely_rank_to", "Likely rank to", 0),
    ("score", "Score", 2),
    ("n", "Answers", 0),
    ("opinion", "Opinion", None),
    ("gap", "Gap between groups, points", 0),
    ("reason", "Reason", None),
    ("interests", "Declared interests", None),
    ("abstained", "Abstained", None),
    ("round", "Round", 0),
    ("snapshot", "Hash of the results", None),
)
COLUMN_WORDS = {key: heading for key, heading, _ in COLUMNS}


def decision_document(
    title: str,
    survey: Survey,
    decisions: Sequence[Decided],
    names: Mapping[UUID | None, str],
    titles: Mapping[str, str],
    language: str,
) -> Document:
    """All decisions on a survey, the newest first, with the figures they rested on."""
    columns = [Column(key, translate(language, heading), digits) for key, heading, digits in COLUMNS]
    rows = [_row(one, code, names, titles, language) for one in decisions for code in one.decision.item_codes or [""]]
    return Document(
        title=title,
        language=language,
        blocks=[Table(translate(language, "Decisions"), columns, rows)],
        notes=[Note(translate(language, "Survey"), survey.external_id)],
    )


def weights_text(weights: Mapping[str, float]) -> str:
    """Weights in a cell."""
    return ", ".join(f"{name} {weight:.3f}" for name, weight in weights.items())


def _row(
    decided: Decided, code: str, names: Mapping[UUID | None, str], titles: Mapping[str, str], language: str
) -> list[Cell]:
    one, line = decided.decision, decided.decision.evidence["items"].get(code)
    interests = [f"{names.get(part.person_id, '–')}: {part.interest}" for part in decided.parts if part.interest]
    return [
        one.number,
        decided.replaces,
        decided.replaced_by,
        one.decided_at.date().isoformat(),
        names.get(one.decided_by_id, "–"),
        translate(language, OUTCOME_WORDS[Outcome(one.outcome)]),
        code or None,
        titles.get(code),
        weights_text(one.weights),
        *((line["rank_set"] or (None, None)) if line else (None, None)),
        line["score"] if line else None,
        line["n"] if line else None,
        translate(language, VERDICT_WORDS[line["verdict"]]) if line else None,
        100 * line["gap"] if line and line["gap"] is not None else None,
        one.reason,
        "; ".join(interests) or None,
        ", ".join(names.get(part.person_id, "–") for part in decided.parts if part.has_abstained) or None,
        one.round_number,
        one.snapshot_sha256,
    ]

"""The prioritised list as a document."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.consensus.models import Snapshot
from app.consensus.pages import VERDICT_WORDS
from app.core.catalogues import translate
from app.core.words import pick
from app.documents.document import Cell, Column, Document, Note, Table
from app.surveys.authoring.models import Criterion, Survey, SurveyItem


def priority_document(
    survey: Survey,
    snapshot: Snapshot,
    items: Sequence[SurveyItem],
    criteria: Sequence[Criterion],
    ranking: Sequence[Mapping[str, Any]],
    weights: Mapping[str, float],
    language: str,
    address: str,
) -> Document:
    """Initiatives in order of their score, each with its likely ranks, and what the list rests on.

    Each line names the version that people rated, and leads to everything behind it; `address` is where we are.
    """
    by_code = {item.code: item for item in items}
    findings = snapshot.findings
    figures = {
        criterion.code: {line["initiative"]: line for line in findings["items"][criterion.code]}
        for criterion in criteria
    }
    rows = [
        _row(by_code[line["initiative"]], line, [figures[criterion.code] for criterion in criteria], language, address)
        for line in in_order(ranking)
    ]
    title = pick(survey.title, language)
    return Document(
        title=title,
        language=language,
        tables=[Table(translate(language, "Priorities"), _columns(criteria, language), rows)],
        notes=_notes(survey, snapshot, weights, language),
    )


def in_order(ranking: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines by rank, those without one last; ties in the order of their codes."""
    return sorted(ranking, key=lambda line: (line["rank"] is None, line["rank"] or 0))


def _columns(criteria: Sequence[Criterion], language: str) -> list[Column]:
    def word(message: str) -> str:
        return translate(language, message)

    columns = [
        Column("likely_rank_from", word("Likely rank from"), 0),
        Column("likely_rank_to", word("Likely rank to"), 0),
        Column("code", word("Code")),
        Column("title", word("Initiative")),
        Column("score", word("Score"), 2),
        Column("score_low", word("Score, lower limit (95 %)"), 2),
        Column("score_high", word("Score, upper limit (95 %)"), 2),
        Column("n", word("Answers"), 0),
        Column("opinion", word("Opinion")),
        Column("cost_min_eur", word("Lowest cost in euros"), 0),
        Column("cost_max_eur", word("Highest cost in euros"), 0),
        Column("first_year", word("First year"), 0),
        Column("last_year", word("Last year"), 0),
    ]
    for criterion in criteria:
        label = pick(criterion.label, language)
        columns += [
            Column(f"{criterion.code}_mean", f"{label}: {word('mean, each group counting equally')}", 2),
            Column(f"{criterion.code}_high", f"{label}: {word('share high or very high')}", 0, is_share=True),
            Column(f"{criterion.code}_high_low", f"{label}: {word('lower limit (95 %)')}", 0, is_share=True),
            Column(f"{criterion.code}_high_high", f"{label}: {word('upper limit (95 %)')}", 0, is_share=True),
        ]
    return [*columns, Column("version", word("Version"), 0), Column("record", word("Record"))]


def _record_of(item: SurveyItem, address: str) -> str | None:
    """Where everything behind a line stands; what is no initiative has no record."""
    return f"{address}/record/{item.source_id}" if item.facts.get("version") else None


def _row(
    item: SurveyItem, line: Mapping[str, Any], figures: Sequence[Mapping[str, Any]], language: str, address: str
) -> list[Cell]:
    facts = item.facts
    row: list[Cell] = [
        *(line["rank90"] or (None, None)),
        item.code,
        pick(item.title, language),
        line["score"],
        *(line["score95"] or (None, None)),
        line["n"],
        translate(language, VERDICT_WORDS[line["verdict"]]),
        facts.get("cost_min"),
        facts.get("cost_max"),
        facts.get("first_year"),
        facts.get("last_year"),
    ]
    for column in figures:
        figure = column[item.code]
        row += [figure["balanced_mean"], figure["box_share"], *(figure["wilson"] or (None, None))]
    return [*row, facts.get("version"), _record_of(item, address)]


def _notes(survey: Survey, snapshot: Snapshot, weights: Mapping[str, float], language: str) -> list[Note]:
    def word(message: str) -> str:
        return translate(language, message)

    findings = snapshot.findings
    facts: list[tuple[str, object]] = [
        (word("Survey"), survey.external_id),
        (word("Round"), snapshot.round_number),
        (word("Closed"), findings["closed_at"]),
        (word("Weights"), ", ".join(f"{name} {weight:.3f}" for name, weight in weights.items())),
        (word("Rule"), ", ".join(f"{name} {value}" for name, value in findings["rule"].items())),
        (word("Smallest group shown"), survey.minimum_group),
        (word("Re-samples"), findings["draws"]),
        (word("Seed"), findings["seed"]),
        (word("Program version"), findings["engine"]),
        (word("Hash of the results"), snapshot.sha256),
    ]
    if survey.is_demo:
        facts.insert(0, (word("Notice"), word("Invented demonstration content")))
    return [Note(label, str(fact)) for label, fact in facts]

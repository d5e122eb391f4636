"""The prioritised list as a document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.actionplan.priorities.comparing import METHODS, Bridge, Opinions, bridges, opinions
from app.actionplan.priorities.rules import Weighing
from app.actionplan.priorities.words import METHOD_WORDS, WAY_WORDS
from app.consensus.basis import Basis, Ranked
from app.consensus.models import Snapshot
from app.consensus.pages import VERDICT_WORDS
from app.core.catalogues import translate
from app.core.words import pick
from app.documents.document import Cell, Column, Document, Note, Table
from app.surveys.authoring.models import Criterion, Survey, SurveyItem


@dataclass(frozen=True)
class Listed:
    """An order under weights, with everything a file says of it."""

    survey: Survey
    snapshot: Snapshot
    basis: Basis
    weighing: Weighing
    ranked: Ranked
    items: Sequence[SurveyItem]
    criteria: Sequence[Criterion]


@dataclass(frozen=True)
class _Line:
    """What stands beside one initiative."""

    item: SurveyItem
    line: Mapping[str, Any]
    figures: Sequence[Mapping[str, Any]]
    bridge: Bridge | None


def priority_document(listed: Listed, language: str, address: str) -> Document:
    """Initiatives in order of their score, each with its likely ranks, and what the list rests on.

    Each line names the version that people rated, and leads to everything behind it; `address` is where we are.
    """
    findings, ranked = listed.snapshot.findings, listed.ranked
    by_code = {item.code: item for item in listed.items}
    figures = {
        criterion.code: {line["initiative"]: line for line in findings["items"][criterion.code]}
        for criterion in listed.criteria
    }
    second, bridging = opinions(findings, listed.basis, ranked), bridges(findings)
    lines = [
        _Line(
            by_code[line["initiative"]],
            line,
            [figures[criterion.code][line["initiative"]] for criterion in listed.criteria],
            bridging[line["initiative"]],
        )
        for line in in_order(ranked.lines)
    ]
    rows = [_row(line, second, ranked, language, address) for line in lines]
    return Document(
        title=pick(listed.survey.title, language),
        language=language,
        blocks=[
            Table(translate(language, "Priorities"), _columns(listed.criteria, ranked.k, language), rows),
            _chances(lines, ranked, language),
        ],
        notes=_notes(listed, language),
    )


def in_order(ranking: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines by rank, those without one last; ties in the order of their codes."""
    return sorted(ranking, key=lambda line: (line["rank"] is None, line["rank"] or 0))


def _columns(criteria: Sequence[Criterion], k: int, language: str) -> list[Column]:
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
        Column("topk", translate(language, "In the top %(k)s", k=k), 0, is_share=True),
        Column("half_from", word("Half of the re-samples from rank"), 0),
        Column("half_to", word("Half of the re-samples to rank"), 0),
        Column("nine_in_ten_from", word("Nine in ten re-samples from rank"), 0),
        Column("nine_in_ten_to", word("Nine in ten re-samples to rank"), 0),
        Column("n", word("Answers"), 0),
        Column("opinion", word("Opinion")),
        *(
            Column(f"rank_{method}", translate(language, "Rank: %(method)s", method=word(METHOD_WORDS[method])), 1)
            for method in METHODS
        ),
        Column("method_sensitive", word("Depends on the method")),
        Column("bridging", word("Bridging score"), 3),
        Column("bridging_root", word("Bridging score, root of the groups"), 3),
        Column("bridging_groups", word("Groups in it"), 0),
        Column("cost_min_eur", word("Lowest cost in euros"), 0),
        Column("cost_max_eur", word("Highest cost in euros"), 0),
        Column("first_year", word("First year"), 0),
        Column("last_year", word("Last year"), 0),
    ]
    for criterion in criteria:
        label = pick(criterion.label, language)
        columns += [
            Column(f"{criterion.code}_mean", f"{label}: {word('mean, each group counting equally')}", 2),
            Column(
                f"{criterion.code}_high",
                f"{label}: {word('share high or very high, each group counting equally')}",
                0,
                is_share=True,
            ),
            Column(
                f"{criterion.code}_high_low",
                f"{label}: {word('all answers together, lower limit (95 %)')}",
                0,
                is_share=True,
            ),
            Column(
                f"{criterion.code}_high_high",
                f"{label}: {word('all answers together, upper limit (95 %)')}",
                0,
                is_share=True,
            ),
        ]
    return [*columns, Column("version", word("Version"), 0), Column("record", word("Record"))]


def _record_of(item: SurveyItem, address: str) -> str | None:
    """Where everything behind a line stands; what is no initiative has no record."""
    return f"{address}/record/{item.source_id}" if item.facts.get("version") else None


def _row(shown: _Line, second: Opinions, ranked: Ranked, language: str, address: str) -> list[Cell]:
    line, item, bridge = shown.line, shown.item, shown.bridge
    is_sensitive = item.code in second.sensitive
    row: list[Cell] = [
        *(line["rank_set"] or (None, None)),
        item.code,
        pick(item.title, language),
        line["score"],
        *(line["score95"] or (None, None)),
        line["topk"],
        *(line["rank50"] or (None, None)),
        *(line["rank90"] or (None, None)),
        line["n"],
        translate(language, VERDICT_WORDS[line["verdict"]]),
        *(second.ranks[method].get(item.code) for method in METHODS),
        (translate(language, "yes") if is_sensitive else translate(language, "no")) if line["rank"] else None,
        *((bridge.product, bridge.root, bridge.groups) if bridge else (None, None, None)),
        item.facts.get("cost_min"),
        item.facts.get("cost_max"),
        item.facts.get("first_year"),
        item.facts.get("last_year"),
    ]
    for figure in shown.figures:
        row += [figure["balanced_mean"], figure["share_high"], *(figure["wilson"] or (None, None))]
    return [*row, item.facts.get("version"), _record_of(item, address)]


def _chances(lines: Sequence[_Line], ranked: Ranked, language: str) -> Table:
    """The chance of each rank."""
    ranks = len(ranked.probability)
    return Table(
        translate(language, "Chance of each rank"),
        [
            Column("code", translate(language, "Code")),
            *(
                Column(f"rank_{place}", translate(language, "Rank %(rank)s", rank=place), 0, is_share=True)
                for place in range(1, ranks + 1)
            ),
        ],
        [
            [line.item.code, *ranked.probability[line.item.code]]
            for line in lines
            if line.item.code in ranked.probability
        ],
    )


def _notes(listed: Listed, language: str) -> list[Note]:
    def word(message: str) -> str:
        return translate(language, message)

    survey, snapshot, findings = listed.survey, listed.snapshot, listed.snapshot.findings
    weights = listed.weighing.weights
    facts: list[tuple[str, object]] = [
        (word("Survey"), survey.external_id),
        (word("Round"), snapshot.round_number),
        (word("Closed"), findings["closed_at"]),
        (word("Weights"), ", ".join(f"{name} {weight:.3f}" for name, weight in weights.items())),
        (word("How the weights came about"), word(WAY_WORDS[listed.weighing.way])),
        (word("Rule"), ", ".join(f"{name} {value}" for name, value in findings["rule"].items())),
        (word("Smallest group shown"), survey.minimum_group),
        (
            word("Likely rank"),
            word("All ranks at once hold with 95 % confidence (Mogstad, Romano, Shaikh and Wilhelm 2024)."),
        ),
        (word("Re-samples"), listed.ranked.draws),
        (word("Seed"), findings["seed"]),
        (word("Program version"), findings["engine"]),
        (word("Hash of the results"), snapshot.sha256),
    ]
    if survey.is_demo:
        facts.insert(0, (word("Notice"), word("Invented demonstration content")))
    return [Note(label, str(fact)) for label, fact in facts]

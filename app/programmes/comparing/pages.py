"""What pages and files show of programmes beside each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.catalogues import translate
from app.documents.document import Column, Document, Note, Table
from app.programmes.comparing.rules import (
    FIGURES,
    LEAST_TRANSFERABILITY,
    STRONG_SATISFACTION,
    STRONG_USE,
    WEAK_SATISFACTION,
    WEAK_USE,
    Axis,
    Compared,
    Ground,
    Middle,
    Reason,
    compare,
    gaps,
    lessons,
    matrix,
    middle_of,
    overlaps,
)
from app.programmes.pages import unknown_word, word_of
from app.programmes.rated.pages import RATED_COLUMNS, helix_table, rated_cells, rating_view
from app.programmes.rated.queries import NOT_ASKED, Rating
from app.programmes.rules import CATEGORY_WORDS, CHOICES, Facts, Span, Unknown

HIGHEST_STEP = 4
GROUND_WORDS = {
    "evaluated": "evaluated from outside",
    "reported": "reports its results itself",
    "full": "%(share)s of its places used",
    "satisfying": "satisfaction surely at least %(value)s of 10",
    "unproven": "says it has no evidence",
    "empty": "only %(share)s of its places used",
    "unsatisfying": "satisfaction surely at most %(value)s of 10",
}
RULE = (
    "Strong: evaluated from outside, or reporting its results itself and at least %(use)s of its places used or "
    "satisfaction surely at least %(satisfaction)s of 10. Weak: saying that it has no evidence, under %(weak_use)s of "
    "its places used, or satisfaction surely under %(weak_satisfaction)s of 10. Transferable: stated as "
    "%(transferability)s of 5 or more. Satisfaction counts by the end of its interval. What is not stated counts for "
    "nothing."
)
COMPARED_COLUMNS = {
    "code": ("Code", None),
    "partner": ("Partner", None),
    "name": ("Name", None),
    "participants": ("Participants last year", 0),
    "capacity": ("Capacity per year", 0),
    "use": ("Use", 4),
    "cost_low": ("Cost per participant, low (EUR)", 2),
    "cost_high": ("Cost per participant, high (EUR)", 2),
    "satisfaction": ("Satisfaction (0 to 10)", 2),
    "interval_low": ("Satisfaction, lower end", 2),
    "interval_high": ("Satisfaction, upper end", 2),
    "asked": ("How many were asked", 0),
    "evidence": ("Evidence", None),
    "years": ("Years running", 0),
    "staff": ("Staff (full-time equivalents)", 2),
}


def compared_view(
    language: str, programmes: Sequence[Facts], category: str, found: Mapping[str, Rating]
) -> dict[str, Any]:
    """The table of a category with what stakeholders said, by code in `found`, and the medians over partners."""
    rows = compare(programmes, category)
    return {
        "rows": [
            _row(language, one) | {"rating": rating_view(language, found.get(one.facts.code, NOT_ASKED))}
            for one in rows
        ],
        "middles": {name: _middle(language, middle_of(rows, name)) for name in FIGURES},
        "partners": len({one.facts.partner for one in rows}),
    }


def _row(language: str, one: Compared) -> dict[str, Any]:
    facts = one.facts
    reasons = {
        name: unknown_word(language, value)
        for name, value in (("use", one.use), ("cost", one.cost), ("interval", one.interval))
        if isinstance(value, Unknown)
    }
    for name, reason in (("evidence", Unknown.EVIDENCE), ("years", Unknown.YEARS), ("staff", Unknown.STAFF)):
        if getattr(facts, name) in (None, ""):
            reasons[name] = unknown_word(language, reason)
    return {
        "facts": facts,
        "use": None if isinstance(one.use, Unknown) else one.use,
        "cost": None if isinstance(one.cost, Unknown) else one.cost,
        "interval": None if isinstance(one.interval, Unknown) else one.interval,
        "evidence": word_of(language, "evidence_level", facts.evidence),
        "reasons": reasons,
    }


def _middle(language: str, middle: Middle | Unknown) -> dict[str, Any]:
    if isinstance(middle, Unknown):
        return {"value": None, "partners": 0, "reason": unknown_word(language, middle)}
    return {"value": middle.value, "partners": middle.partners, "reason": ""}


def coverage_view(language: str, programmes: Sequence[Facts], partners: Sequence[str], axis: Axis) -> dict[str, Any]:
    """The matrix with its drawn cells, what nobody offers, and where partners offer the same."""
    cells = matrix(programmes, partners, axis)
    rows = list(dict.fromkeys(row for row, _ in cells))
    words = CHOICES["category" if axis is Axis.CATEGORY else "target_groups"]
    lacking: dict[str, list[str]] = {}
    silent: dict[str, int] = {}
    for gap in gaps(programmes):
        lacking.setdefault(gap.category, []).append(word_of(language, "target_groups", gap.target))
        silent[gap.category] = gap.silent
    return {
        "rows": [
            {
                "name": translate(language, words[row]),
                "cells": [
                    {
                        "partner": partner,
                        "codes": cells[row, partner].codes,
                        "shared": cells[row, partner].shared,
                        "step": min(len(cells[row, partner].codes), HIGHEST_STEP),
                    }
                    for partner in partners
                ],
                "is_gap": not any(cells[row, partner].codes for partner in partners),
            }
            for row in rows
            if row != "other" or any(cells[row, partner].codes for partner in partners)
        ],
        "gaps": [
            {"category": translate(language, CATEGORY_WORDS[name]), "targets": targets, "silent": silent[name]}
            for name, targets in lacking.items()
        ],
        "overlaps": [
            {
                "category": translate(language, CATEGORY_WORDS[one.category]),
                "target": word_of(language, "target_groups", one.target),
                "delivery": word_of(language, "delivery_mode", one.delivery),
                "programmes": one.programmes,
                "partners": len({each.partner for each in one.programmes}),
            }
            for one in overlaps(programmes)
        ],
    }


def lessons_view(language: str, programmes: Sequence[Facts], partners: Sequence[str]) -> list[dict[str, Any]]:
    """Who could learn from whom, with the reasons, by learner."""
    return [
        {
            "learner": one.learner,
            "model": one.model,
            "category": translate(language, CATEGORY_WORDS[one.model.category]),
            "strengths": reasons_in_words(language, one.strengths),
            "targets": ", ".join(word_of(language, "target_groups", target) for target in one.targets),
            "own": [{"facts": facts, "reasons": reasons_in_words(language, reasons)} for facts, reasons in one.own],
        }
        for one in lessons(programmes, partners)
    ]


def reasons_in_words(language: str, reasons: Sequence[Reason]) -> str:
    """Why a programme is strong or weak."""
    return ", ".join(_reason(language, one) for one in reasons)


def _reason(language: str, one: Reason) -> str:
    figure = one.figure or 0.0
    word = GROUND_WORDS[one.ground.value]
    if one.ground in (Ground.FULL, Ground.EMPTY):
        return translate(language, word, share=f"{figure * 100:.0f} %")
    if one.ground in (Ground.SATISFYING, Ground.UNSATISFYING):
        return translate(language, word, value=f"{figure:.1f}")
    return translate(language, word)


def rule_in_words(language: str) -> str:
    """The thresholds of who could learn from whom, as a sentence."""
    return translate(
        language,
        RULE,
        use=f"{STRONG_USE * 100:.0f} %",
        satisfaction=f"{STRONG_SATISFACTION:g}",
        weak_use=f"{WEAK_USE * 100:.0f} %",
        weak_satisfaction=f"{WEAK_SATISFACTION:g}",
        transferability=LEAST_TRANSFERABILITY,
    )


def compared_document(
    language: str, programmes: Sequence[Facts], category: str, found: Mapping[str, Rating]
) -> Document:
    """The comparison of a category with its medians, and what stakeholders said, by code in `found`."""
    rows = compare(programmes, category)
    title = translate(language, CATEGORY_WORDS[category])
    columns = [
        Column(key, translate(language, word), digits)
        for key, (word, digits) in (COMPARED_COLUMNS | RATED_COLUMNS).items()
    ]
    notes: list[Note] = []
    for name, word in (
        ("use", "Use"),
        ("cost", "Cost per participant"),
        ("satisfaction", "Satisfaction (0 to 10)"),
        ("years", "Years running"),
        ("staff", "Staff (full-time equivalents)"),
    ):
        middle = middle_of(rows, name)
        said = (
            unknown_word(language, middle) if isinstance(middle, Unknown) else f"{middle.value:g} ({middle.partners})"
        )
        notes.append(Note(f"{translate(language, 'Median over partners')}: {translate(language, word)}", said))
    said = [(one.facts.code, rating_view(language, found.get(one.facts.code, NOT_ASKED))) for one in rows]
    cells = [(*_cells(language, one), *rated_cells(view)) for one, (_, view) in zip(rows, said, strict=True)]
    tables = [Table(title, columns, cells)]
    if any(view["share"] for _, view in said):
        tables.append(helix_table(language, said))
    return Document(title, language, tables, notes)


def _cells(language: str, one: Compared) -> tuple[str | float | None, ...]:
    facts = one.facts
    cost = (one.cost.low, one.cost.high) if isinstance(one.cost, Span) else (None, None)
    interval = (one.interval.low, one.interval.high) if isinstance(one.interval, Span) else (None, None)
    use = None if isinstance(one.use, Unknown) else one.use
    said = (facts.code, facts.partner, facts.name, facts.participants, facts.capacity, use, *cost)
    rest = (facts.satisfaction, *interval, facts.asked, word_of(language, "evidence_level", facts.evidence) or None)
    return (*said, *rest, facts.years, facts.staff)


def coverage_document(language: str, programmes: Sequence[Facts], partners: Sequence[str], axis: Axis) -> Document:
    """The matrix as numbers of programmes, then the overlaps."""
    view = coverage_view(language, programmes, partners, axis)
    title = translate(language, "Coverage and overlap")
    row_word = translate(language, "Category" if axis is Axis.CATEGORY else "Target groups")
    columns = [Column("row", row_word), *(Column(one, one, 0) for one in partners)]
    rows = [[row["name"], *(len(cell["codes"]) for cell in row["cells"])] for row in view["rows"]]
    names = {"category": "Category", "target": "Target groups", "delivery": "Delivery", "codes": "Programmes"}
    alike = [
        [one["category"], one["target"], one["delivery"], ", ".join(each.code for each in one["programmes"])]
        for one in view["overlaps"]
    ]
    again = Table(
        translate(language, "Where partners offer the same"),
        [Column(key, translate(language, word)) for key, word in names.items()],
        alike,
    )
    return Document(title, language, [Table(title, columns, rows), again])


def lessons_document(language: str, programmes: Sequence[Facts], partners: Sequence[str]) -> Document:
    """Who could learn from whom, one row a sentence, and the rule."""
    title = translate(language, "Who could learn from whom")
    names = {
        "learner": "Who could learn",
        "partner": "From whom",
        "code": "Code",
        "name": "Name",
        "category": "Category",
        "strong": "Strong there",
        "here": "Here",
        "transferability": "Transferability (1 to 5)",
    }
    nothing = translate(language, "nothing for these")
    rows = [
        (
            one["learner"],
            one["model"].partner,
            one["model"].code,
            one["model"].name,
            one["category"],
            one["strengths"],
            "; ".join(f"{own['facts'].code}: {own['reasons']}" for own in one["own"]) or f"{nothing}: {one['targets']}",
            one["model"].transferability,
        )
        for one in lessons_view(language, programmes, partners)
    ]
    columns = [
        Column(key, translate(language, word), 0 if key == "transferability" else None) for key, word in names.items()
    ]
    return Document(
        title, language, [Table(title, columns, rows)], [Note(translate(language, "Rule"), rule_in_words(language))]
    )

"""What each column of each file means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.actionplan.disclosure.document import KEYS, LINE_COLUMNS
from app.actionplan.method.measures import BY_CODE
from app.actionplan.priorities.comparing import METHODS

KINDS = {
    "text": "text",
    "code": "code",
    "count": "whole number",
    "share": "share, 0 to 1",
    "level": "level of the scale",
    "rank": "rank, 1 is first",
    "euros": "euros",
    "year": "year",
    "link": "address",
    "points": "percentage points",
    "delta": "from −1 to 1",
    "yes": "yes or no",
}
FACTS = {
    "criterion": ("code", "Criterion"),
    "initiative": ("code", "Initiative"),
    "code": ("code", "Initiative"),
    "title": ("text", "Initiative"),
    "version": ("count", "Version"),
    "round": ("count", "Round"),
    "from_round": ("count", "Round"),
    "group": ("code", "Group"),
    "name": ("text", "Group"),
    "record": ("link", "Record"),
    "cost_min_eur": ("euros", "Lowest cost in euros"),
    "cost_max_eur": ("euros", "Highest cost in euros"),
    "first_year": ("year", "First year"),
    "last_year": ("year", "Last year"),
}
"""Columns that are no figure: their kind and their word."""

FIGURES = {
    "n": ("count", "answers"),
    "cannot_judge": ("count", "cannot_judge"),
    "mean": ("level", "mean"),
    "balanced_mean": ("level", "mean"),
    "sd": ("level", "spread"),
    "balanced_se": ("level", "spread"),
    "median": ("level", "median"),
    "q1": ("level", "median"),
    "q3": ("level", "median"),
    "iqr": ("level", "median"),
    "share_low": ("share", "shares"),
    "share_middle": ("share", "shares"),
    "share_high": ("share", "shares"),
    "box_share": ("share", "box_share"),
    "wilson_low": ("share", "interval"),
    "wilson_high": ("share", "interval"),
    "likely_rank_from": ("rank", "likely_rank"),
    "likely_rank_to": ("rank", "likely_rank"),
    "verdict": ("code", "verdict"),
    "opinion": ("text", "verdict"),
    "standing": ("code", "standing"),
    "agreed_under": ("count", "agreed_under"),
    "published_rules": ("count", "agreed_under"),
    "score": ("level", "score"),
    "score_low": ("level", "score"),
    "score_high": ("level", "score"),
    "before": ("share", "change"),
    "after": ("share", "change"),
    "points": ("points", "change"),
    "stable": ("yes", "change"),
    "gap": ("share", "gap"),
    "dissent": ("code", "dissent"),
    "apart": ("code", "dissent"),
    "apart_delta": ("delta", "dissent"),
    "apart_delta_low": ("delta", "dissent"),
    "apart_delta_high": ("delta", "dissent"),
    "topk": ("share", "firmness"),
    "half_from": ("rank", "likely_rank"),
    "half_to": ("rank", "likely_rank"),
    "nine_in_ten_from": ("rank", "likely_rank"),
    "nine_in_ten_to": ("rank", "likely_rank"),
    **dict.fromkeys([f"rank_{method}" for method in METHODS], ("rank", "methods")),
    "method_sensitive": ("yes", "methods"),
    "bridging": ("share", "bridging"),
    "bridging_root": ("share", "bridging"),
    "bridging_groups": ("count", "bridging"),
    "n_pairs": ("count", "change"),
    "invited": ("count", "response"),
    "high": ("share", "shares"),
    "high_low": ("share", "interval"),
    "high_high": ("share", "interval"),
}
"""Columns that are a figure, also behind the code of a group or criterion: their kind and their measure."""

IN_PRIORITIES = {"likely_rank_from": ("rank", "rank_set"), "likely_rank_to": ("rank", "rank_set")}
"""Columns that mean something else in the prioritised list."""

RESULTS = (
    *("criterion", "initiative", "title", "version", "round", "n", "cannot_judge", "mean", "sd", "median", "q1", "q3"),
    *("iqr", "balanced_mean", "balanced_se", "share_low", "share_middle", "share_high", "box_share", "wilson_low"),
    *("wilson_high", "likely_rank_from", "likely_rank_to", "verdict", "standing", "agreed_under", "published_rules"),
)
PER_HELIX = ("n", "share_high", "mean", "median")
PER_REGION = ("n", "share_high")
AFTER_GROUPS = (
    *("same_people_n_pairs", "same_people_before", "same_people_after", "same_people_points", "stable", "gap"),
    *("dissent", "apart", "apart_delta", "apart_delta_low", "apart_delta_high"),
)
PRIORITIES = (
    *("likely_rank_from", "likely_rank_to", "code", "title", "score", "score_low", "score_high", "topk"),
    *("half_from", "half_to", "nine_in_ten_from", "nine_in_ten_to", "n", "opinion"),
    *(f"rank_{method}" for method in METHODS),
    *("method_sensitive", "bridging", "bridging_root", "bridging_groups"),
    *("cost_min_eur", "cost_max_eur", "first_year", "last_year"),
)
PER_CRITERION = ("mean", "high", "high_low", "high_high")
AFTER_CRITERIA = ("version", "record")


@dataclass(frozen=True)
class Entry:
    """One column of one file: its kind, its measure where it is a figure, and the words that say what it is."""

    file: str
    column: str
    kind: str
    measure: str
    words: str


def entries_for(findings: Mapping[str, Any]) -> list[Entry]:
    """Every column of every file of a survey, in their order."""
    return [_entry(file, column) for file, columns in files_of(findings).items() for column in columns]


def files_of(findings: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """The columns of each file, by its name."""
    helices, keys = findings["helices"], [column.key for column in KEYS]
    parts = {part: [*keys, *(column.key for column in columns)] for part, columns in LINE_COLUMNS.items()}
    by_group = {
        "helices": [*keys, *(f"{helix}_{name}" for helix in helices for name in ("n", "share_high"))],
        "regions": [
            *keys,
            *(f"{region}_{name}" for region in findings.get("regions", []) for name in ("n", "share_high")),
        ],
        "response": ["group", "name", "n", "invited"],
    }
    return {
        "results": [
            *RESULTS,
            *(f"{helix}_{name}" for helix in helices for name in PER_HELIX),
            *(f"region_{region or 'not_said'}_{name}" for region in findings.get("regions", []) for name in PER_REGION),
            *AFTER_GROUPS,
        ],
        "priorities": [
            *PRIORITIES,
            *(f"{criterion}_{name}" for criterion in findings["criteria"] for name in PER_CRITERION),
            *AFTER_CRITERIA,
        ],
        **{f"public {part}": columns for part, columns in (parts | by_group).items()},
    }


def _entry(file: str, column: str) -> Entry:
    if column in FACTS:
        kind, words = FACTS[column]
        return Entry(file, column, KINDS[kind], "", words)
    own = IN_PRIORITIES if file == "priorities" else {}
    kind, code = own.get(column) or FIGURES.get(column) or FIGURES[_figure_in(column)]
    return Entry(file, column, KINDS[kind], code, BY_CODE[code].name)


def _figure_in(column: str) -> str:
    """The figure behind the code of a group or criterion, which may have an underscore of its own.

    >>> _figure_in("civil_share_high"), _figure_in("impact_high_low"), _figure_in("my_group_n")
    ('share_high', 'high_low', 'n')
    """
    return max((name for name in FIGURES if column.endswith(f"_{name}")), key=len)

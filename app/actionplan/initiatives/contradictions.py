"""What cannot be true of an initiative: within it, and beside the others of its consortium. Pure.

A draft may lack anything; what it says must fit together. Each problem belongs to the field it is told at.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Content = Mapping[str, Any]

LINK = re.compile(r"\]\(([^()\s]+)\)")

LONGEST_TITLE, LONGEST_SUMMARY = 70, 220

WORDS = {
    "upside_down": "The lowest cost is above the highest.",
    "years_too_low": "The years add up to %(sum)s euros, less than the lowest cost.",
    "years_too_high": "The years add up to %(sum)s euros, more than the highest cost.",
    "year_before": "There are costs in %(year)s, before the start.",
    "year_after": "There are costs in %(year)s, after the end.",
    "phase_backwards": "“%(phase)s” ends before it starts.",
    "phase_before": "“%(phase)s” starts before the initiative does.",
    "phase_after": "“%(phase)s” ends after the initiative does.",
    "quarter_alone": "Give the year the quarter belongs to.",
    "trl_backwards": "The first level is above the second.",
    "target_before": "%(indicator)s is to be reached before the start.",
    "twice": "%(code)s stands here twice.",
    "itself": "An initiative cannot stand here itself.",
    "both": "%(code)s is excluded, and needed as well.",
    "unknown": "There is no initiative %(code)s.",
    "cycle": "This goes round in a circle: %(codes)s.",
    "no_partner": "%(name)s is no partner of the consortium.",
    "title_long": "A title has at most 70 characters; this one has %(length)s.",
    "summary_long": "A summary has at most 220 characters; this one has %(length)s.",
    "markup": "Emphasis or a link of the original is lost, or new: %(marks)s",
}


@dataclass(frozen=True)
class Problem:
    """Why something cannot be, by its key in WORDS, and what the placeholders of its sentence stand for."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        return WORDS[self.key] % self.values


def problems_within(content: Content) -> dict[str, Problem]:
    """What contradicts itself in a sheet, by field; the first of each.

    >>> problems_within(empty() | {"budget_min_eur": 2, "budget_max_eur": 1})["budget_min_eur"].key
    'upside_down'
    """
    found: list[tuple[str, Problem]] = [*_of_costs(content), *_of_time(content), *_of_relations(content)]
    levels = content["trl_range"]
    if levels and levels[0] > levels[1]:
        found.append(("trl_range", Problem("trl_backwards")))
    return dict(reversed(found))


def problems_beside(
    code: str, content: Content, partners: Collection[str], others: Mapping[str, Content]
) -> dict[str, Problem]:
    """What does not fit the consortium: partners it does not have (if it has any), initiatives there are not, circles.

    `others` are the sheets of the consortium's initiatives by code, with or without this one.
    """
    found: dict[str, Problem] = {}
    for name in ("partners", "lead_partner"):
        given = [content[name]] if name == "lead_partner" else content[name]
        strangers = [one for one in given if one and one not in partners]
        if partners and strangers:
            found[name] = Problem("no_partner", {"name": strangers[0]})
    for name in ("depends_on", "excludes", "before"):
        lacking = [one for one in content[name] if one not in others and one != code]
        if lacking:
            found[name] = Problem("unknown", {"code": lacking[0]})
    circle = find_circle(code, {**others, code: content})
    if circle:
        found.setdefault("depends_on", Problem("cycle", {"codes": " → ".join(circle)}))
    return found


def find_circle(code: str, sheets: Mapping[str, Content]) -> list[str]:
    """A way of dependencies from an initiative back to itself, empty when there is none.

    What stands `before` another is a dependency of that other.

    >>> one, two = empty() | {"depends_on": ["B"]}, empty() | {"depends_on": ["A"]}
    >>> find_circle("A", {"A": one, "B": two}), find_circle("A", {"A": one, "B": empty()})
    (['A', 'B', 'A'], [])
    """
    needs = {key: [one for one in sheet["depends_on"] if one != key] for key, sheet in sheets.items()}
    for key, sheet in sheets.items():
        for later in sheet["before"]:
            if later in needs and later != key:
                needs[later].append(key)
    came_from: dict[str, str] = {}
    waiting = [code]
    while waiting:
        here = waiting.pop()
        for there in needs.get(here, []):
            if there == code:
                way = [here]
                while way[-1] != code:
                    way.append(came_from[way[-1]])
                return [*reversed(way), code]
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return []


def months_of(content: Content) -> tuple[int, int] | None:
    """The first month and the one after the last, counted from year 0; None while they are not known.

    Without a quarter the whole year counts, so that nothing is refused for what is not said.

    >>> months_of(empty() | {"start_year": 2028, "start_quarter": 2, "duration_months": 12})
    (24339, 24351)
    """
    year, quarter, months = content["start_year"], content["start_quarter"], content["duration_months"]
    if not year or not months:
        return None
    first = 12 * year + 3 * ((quarter or 1) - 1)
    return first, first + months + (0 if quarter else 9)


def quarter_month(quarter: str) -> int:
    """The first month of a quarter such as 2028-Q2, counted from year 0.

    >>> quarter_month("2028-Q2") - 12 * 2028
    3
    """
    return 12 * int(quarter[:4]) + 3 * (int(quarter[6]) - 1)


def empty() -> dict[str, Any]:
    """A sheet that says nothing: what the functions here need of one."""
    lists = ("partners", "phases", "indicator_targets", "depends_on", "excludes", "before")
    numbers = ("budget_min_eur", "budget_max_eur", "start_year", "start_quarter", "duration_months", "trl_range")
    return {
        "lead_partner": "",
        "cost_by_year_eur": {},
        **{name: [] for name in lists},
        **dict.fromkeys(numbers),
    }


def _of_costs(content: Content) -> Sequence[tuple[str, Problem]]:
    low, high, years = content["budget_min_eur"], content["budget_max_eur"], content["cost_by_year_eur"]
    found: list[tuple[str, Problem]] = []
    if low is not None and high is not None and low > high:
        found.append(("budget_min_eur", Problem("upside_down")))
    total = sum(years.values())
    if years and low is not None and total < low:
        found.append(("cost_by_year_eur", Problem("years_too_low", {"sum": total})))
    if years and high is not None and total > high:
        found.append(("cost_by_year_eur", Problem("years_too_high", {"sum": total})))
    costly = [int(year) for year, euros in years.items() if euros]
    if costly and content["start_year"] and min(costly) < content["start_year"]:
        found.append(("cost_by_year_eur", Problem("year_before", {"year": min(costly)})))
    span = months_of(content)
    if costly and span and 12 * max(costly) >= span[1]:
        found.append(("cost_by_year_eur", Problem("year_after", {"year": max(costly)})))
    return found


def _of_time(content: Content) -> Sequence[tuple[str, Problem]]:
    found: list[tuple[str, Problem]] = []
    start, span = content["start_year"], months_of(content)
    if content["start_quarter"] and not start:
        found.append(("start_quarter", Problem("quarter_alone")))
    for phase in content["phases"]:
        name = {"phase": phase["text"]}
        if quarter_month(phase["end"]) < quarter_month(phase["start"]):
            found.append(("phases", Problem("phase_backwards", name)))
        if start and quarter_month(phase["start"]) < 12 * start + 3 * ((content["start_quarter"] or 1) - 1):
            found.append(("phases", Problem("phase_before", name)))
        # a phase that ends in the quarter in which the initiative does is in time
        if span and quarter_month(phase["end"]) >= span[1]:
            found.append(("phases", Problem("phase_after", name)))
    for aim in content["indicator_targets"]:
        if start and aim["by_year"] and aim["by_year"] < start:
            found.append(("indicator_targets", Problem("target_before", {"indicator": aim["indicator"]})))
    return found


def _of_relations(content: Content) -> Sequence[tuple[str, Problem]]:
    found: list[tuple[str, Problem]] = []
    own = content.get("id", "")
    for name in ("depends_on", "excludes", "before"):
        codes = content[name]
        if own and own in codes:
            found.append((name, Problem("itself")))
        twice = [code for code in codes if codes.count(code) > 1]
        if twice:
            found.append((name, Problem("twice", {"code": twice[0]})))
    both = [code for code in content["excludes"] if code in content["depends_on"] or code in content["before"]]
    if both:
        found.append(("excludes", Problem("both", {"code": both[0]})))
    return found


def lost_marks(original: str, translation: str) -> list[str]:
    """Emphasis and links that only one of the two texts has, as they are written.

    >>> lost_marks("**Now** see [here](https://a.example)", "Nu se [her](https://b.example)")
    ['**', 'https://a.example', 'https://b.example']
    """
    one, other = Counter(LINK.findall(original)), Counter(LINK.findall(translation))
    bold = ["**"] if original.count("**") != translation.count("**") else []
    return bold + sorted({*(one - other), *(other - one)})


def problems_of_words(before: Content, after: Content, source: str) -> dict[str, Problem]:
    """What is wrong with texts that were changed, by field and language, such as `summary.de`."""
    found: dict[str, Problem] = {}
    for name, most in (("title", LONGEST_TITLE), ("summary", LONGEST_SUMMARY)):
        original = after[name].get(source, "")
        for tag, text in after[name].items():
            if text == before[name].get(tag, ""):
                continue
            if len(text) > most:
                found[f"{name}.{tag}"] = Problem(f"{name}_long", {"length": len(text)})
            elif tag != source and original and lost_marks(original, text):
                found[f"{name}.{tag}"] = Problem("markup", {"marks": " ".join(lost_marks(original, text))})
    return found


def marks_after(
    before: Content, after: Content, source: str, marks: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Which translations are outdated or unchecked after a change, by text and language.

    A new original makes the translations outdated that were not changed with it; a changed translation is up to date.

    >>> old, new = {"title": {"en": "A", "de": "B"}, "summary": {}}, {"title": {"en": "C", "de": "B"}, "summary": {}}
    >>> marks_after(old, new, "en", {}), marks_after(new, old | {"title": {"en": "C", "de": "D"}}, "en", {})
    ({'title': {'de': 'outdated'}}, {})
    """
    found: dict[str, dict[str, str]] = {}
    for name in ("title", "summary"):
        was, is_now = before[name], after[name]
        has_new_original = bool(was.get(source)) and was.get(source) != is_now.get(source)
        for tag, text in is_now.items():
            mark = marks.get(name, {}).get(tag, "")
            if text != was.get(tag):
                mark = ""
            elif has_new_original and tag != source and text:
                mark = "outdated"
            if mark:
                found.setdefault(name, {})[tag] = mark
    return found

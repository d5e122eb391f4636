"""The parts of an initiative as forms: from a sheet to what stands in the fields, and back. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Content = Mapping[str, Any]
Typed = Mapping[str, str]

PARTS: dict[str, tuple[str, ...]] = {
    "words": ("title", "summary"),
    "why": ("rationale", "conflicts_of_interest"),
    "people": ("lead_partner", "partners", "helix_groups"),
    "place": ("topic", "pillar", "tags"),
    "costs": ("budget_min_eur", "budget_max_eur", "cost_by_year_eur", "funding_candidates"),
    "time": ("start_year", "start_quarter", "duration_months", "phases"),
    "outcome": ("expected_outputs", "linked_indicators", "indicator_targets", "programmes"),
    "relations": ("depends_on", "excludes", "before"),
    "risks": ("risks", "trl_range"),
}
"""The fields of each part; every field but the code and the state is in one."""

ROWS: dict[str, tuple[str, ...]] = {
    "phases": ("text", "start", "end"),
    "indicator_targets": ("indicator", "region", "baseline_year", "baseline", "target", "by_year", "unit"),
    "risks": ("text", "likelihood", "impact", "mitigation"),
    "years": ("year", "euros"),
    "relations": ("kind", "code"),
}
SPARE_ROWS = 2
LINES = ("expected_outputs", "linked_indicators", "programmes", "funding_candidates", "tags")
PICKED = ("partners", "helix_groups")
PLAIN = ("rationale", "conflicts_of_interest", "lead_partner", "topic", "pillar")
NUMBERS = ("start_year", "start_quarter", "duration_months")
EUROS = ("budget_min_eur", "budget_max_eur")
RELATIONS = ("depends_on", "excludes", "before")

LONGEST_TYPED = 20_000
MOST_FIELDS = 400
EURO = re.compile(r"^(\d{1,3}(?:[ .,’']\d{3})+|\d+)$")
SHORT_EURO = re.compile(r"^(\d{1,6})(?:[.,](\d{1,3}))?\s*([mk])(?:€|eur)?$")
NO_TITLE = "Give the initiative a title."
NO_EUROS = "Enter the cost in euros, for example 9800000 or 9.8 M."


def fields_of(part: str, content: Content, source: str) -> dict[str, str]:
    """What stands in the fields of a part's form.

    >>> fields_of("why", {"rationale": "Heat is lost.", "conflicts_of_interest": ""}, "en")["rationale"]
    'Heat is lost.'
    """
    found: dict[str, str] = {}
    for name in PARTS[part]:
        value = content[name]
        if name in ("title", "summary"):
            found[name] = value.get(source, "")
        elif name in LINES:
            found[name] = "\n".join(" ".join(one.split()) for one in value)
        elif name in PICKED:
            found |= {f"{name}.{one}": "yes" for one in value}
        elif name == "cost_by_year_eur":
            found |= _row_fields("years", [{"year": year, "euros": euros} for year, euros in value.items()])
        elif name == "trl_range":
            found |= {"trl_from": str(value[0]), "trl_to": str(value[1])} if value else {}
        elif name in ROWS:
            found |= _row_fields(name, value)
        elif name not in RELATIONS:
            found[name] = "" if value is None else str(value)
    if part == "relations":
        lines = [{"kind": kind, "code": code} for kind in RELATIONS for code in content[kind]]
        found |= _row_fields("relations", lines)
    return found


def content_of(part: str, typed: Typed, content: Content, source: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A sheet with what was typed into a part's form, and what no sheet could say, by field.

    What cannot be right stays in the sheet as it was typed, where its check finds it.

    >>> content_of("costs", {"budget_min_eur": "9.8 M"}, {}, "en")[0]["budget_min_eur"]
    9800000
    """
    made, faults = dict(content), dict[str, str]()
    for name in PARTS[part]:
        text = typed.get(name, "").replace("\r\n", "\n").strip()
        if name in ("title", "summary"):
            rest = {tag: one for tag, one in content[name].items() if tag != source}
            made[name] = {source: text, **rest} if text else rest
            if name == "title" and not text:
                faults[name] = NO_TITLE
        elif name in PLAIN:
            made[name] = text
        elif name in LINES:
            made[name] = [line.strip() for line in text.split("\n") if line.strip()]
        elif name in PICKED:
            made[name] = [key.partition(".")[2] for key in typed if key.startswith(f"{name}.")]
        elif name in NUMBERS:
            made[name] = text or None
        elif name in EUROS:
            made[name] = _euros(name, text, faults)
        elif name == "cost_by_year_eur":
            lines = rows_in(typed, "years")
            made[name] = {
                line["year"]: _euros(f"years.{place}.euros", line["euros"], faults) or 0
                for place, line in enumerate(lines)
            }
        elif name == "trl_range":
            levels = [typed.get("trl_from", "").strip(), typed.get("trl_to", "").strip()]
            made[name] = [level or levels[1 - place] for place, level in enumerate(levels)] if any(levels) else None
        elif name == "phases":
            made[name] = rows_in(typed, name)
        elif name == "indicator_targets":
            made[name] = [
                {
                    **line,
                    **{key: _number(line[key]) for key in ("baseline", "target")},
                    **{key: line[key] or None for key in ("by_year", "baseline_year")},
                }
                for line in rows_in(typed, name)
            ]
        elif name == "risks":
            made[name] = rows_in(typed, name)
    if part == "relations":
        lines = rows_in(typed, "relations")
        made |= {kind: [line["code"] for line in lines if line["kind"] == kind and line["code"]] for kind in RELATIONS}
    return made, faults


def rows_in(typed: Typed, name: str) -> list[dict[str, str]]:
    """The rows of a table in a form that have something in them.

    >>> rows_in({"relations.0.kind": "", "relations.2.kind": "before", "relations.2.code": "I2"}, "relations")
    [{'kind': 'before', 'code': 'I2'}]
    """
    places = sorted({int(key.split(".")[1]) for key in typed if re.match(rf"{name}\.\d{{1,3}}\.\w+$", key)})
    lines = [{part: typed.get(f"{name}.{place}.{part}", "").strip() for part in ROWS[name]} for place in places]
    return [line for line in lines if any(line.values())]


def compact(part: str, typed: Typed) -> dict[str, str]:
    """What was typed, its rows numbered anew without the empty ones: so a fault of the third row stands beside it."""
    kept = {key: text for key, text in typed.items() if key.split(".")[0] not in ROWS}
    names = {"costs": ["years"], "time": ["phases"], "outcome": ["indicator_targets"]}.get(part, [part])
    for name in names:
        if name in ROWS:
            kept |= _row_fields(name, rows_in(typed, name))
    return kept


def comments_by_part(counts: Mapping[str, int]) -> dict[str, int]:
    """How many comments wait in each part, from how many wait on each field.

    >>> comments_by_part({"title": 1, "summary": 2, "": 5})
    {'words': 3}
    """
    found = {part: sum(counts.get(name, 0) for name in names) for part, names in PARTS.items()}
    return {part: count for part, count in found.items() if count}


def row_count(name: str, typed: Typed) -> int:
    """How many rows a form shows: those with something in them, and some to fill in."""
    return len(rows_in(typed, name)) + SPARE_ROWS


def read_euros(text: str) -> int | None:
    """An amount as people write it; None for what is none. Separators of thousands are told from decimals by what
    stands behind: a decimal needs its M or k.

    >>> read_euros("9800000"), read_euros("9.800.000"), read_euros("9,8 M"), read_euros("250k"), read_euros("9.8")
    (9800000, 9800000, 9800000, 250000, None)
    """
    text = " ".join(text.replace("€", " ").replace("\xa0", " ").split()).casefold().removesuffix("eur").strip()
    if EURO.match(text):
        return int(re.sub(r"\D", "", text))
    short = SHORT_EURO.match(text)
    if short is None:
        return None
    whole, rest, unit = short.groups()
    return int(whole + (rest or "").ljust(3, "0")) * (1000 if unit == "m" else 1)


def next_code(taken: Sequence[str]) -> str:
    """The code that follows those there are, the last in their order counting.

    >>> next_code(["I01", "I02"]), next_code([]), next_code(["heat"])
    ('I03', 'I1', 'heat-1')
    """
    if not taken:
        return "I1"
    stem, digits = re.fullmatch(r"(.*?)(\d*)", taken[-1], re.DOTALL).groups()  # pyright: ignore[reportOptionalMemberAccess] -- matches any text
    if not digits:
        stem, digits = f"{stem}-", "0"
    number = int(digits)
    while True:
        number += 1
        code = f"{stem}{number:0{len(digits)}}"
        if code not in taken:
            return code[-64:]


def _row_fields(name: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {
        f"{name}.{place}.{part}": "" if line.get(part) is None else str(line[part])
        for place, line in enumerate(lines)
        for part in ROWS[name]
    }


def _euros(field: str, text: str, faults: dict[str, str]) -> int | None:
    found = read_euros(text) if text else None
    if text and found is None:
        faults[field] = NO_EUROS
    return found


def _number(text: str) -> str | None:
    return text.replace(",", ".").replace(" ", "") or None

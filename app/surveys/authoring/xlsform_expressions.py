"""The simple conditions that XLSForm and survey files have in common. Everything else stays text."""

import re
from collections.abc import Mapping, Sequence

Condition = dict[str, object]
"""`{"question": code, "is": [option codes]}`; no option means: answered at all."""

EQUALS = re.compile(r"\$\{\s*([\w.-]+)\s*\}\s*=\s*['\"]([^'\"]*)['\"]")
SELECTED = re.compile(r"selected\(\s*\$\{\s*([\w.-]+)\s*\}\s*,\s*['\"]([^'\"]*)['\"]\s*\)")
ANSWERED = re.compile(r"\$\{\s*([\w.-]+)\s*\}\s*!=\s*(?:''|\"\")")
BOUND = re.compile(r"\.\s*(>=|<=)\s*(?:date\(\s*['\"]([0-9-]{10})['\"]\s*\)|(-?\d{1,12}(?:\.\d{1,6})?))")
COUNT = re.compile(r"count-selected\(\s*\.\s*\)\s*(>=|<=)\s*(\d{1,3})")


def read_relevant(text: str) -> list[tuple[str, list[str]]] | None:
    """The questions and the answers that `relevant` asks for, None when it says more than that.

    >>> read_relevant("${q} = 'x' and selected(${r}, 'y')")
    [('q', ['x']), ('r', ['y'])]
    >>> read_relevant("(selected(${q}, 'x') or selected(${q}, 'y')) and ${r} != ''")
    [('q', ['x', 'y']), ('r', [])]
    >>> read_relevant("${q} > 3"), read_relevant("${q} = 'x' or ${r} = 'y'")
    (None, None)
    """
    found: list[tuple[str, list[str]]] = []
    for part in re.split(r"\s+and\s+", text.strip()):
        answered = ANSWERED.fullmatch(part.strip())
        if answered:
            found.append((answered[1], []))
            continue
        inner = part.strip()
        inner = inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner
        alternatives = re.split(r"\s+or\s+", inner)
        matches = [EQUALS.fullmatch(one.strip()) or SELECTED.fullmatch(one.strip()) for one in alternatives]
        pairs = [(match[1], match[2]) for match in matches if match]
        if len(pairs) != len(alternatives) or len({question for question, _ in pairs}) != 1:
            return None
        if any(not value for _, value in pairs):
            return None
        found.append((pairs[0][0], [value for _, value in pairs]))
    return found


def write_relevant(conditions: Sequence[Mapping[str, object]], names: Mapping[str, str]) -> str:
    """The same conditions as XLSForm writes them; `names` gives each question's name there.

    >>> write_relevant([{"question": "q", "is": ["x", "y"]}, {"question": "r", "is": []}], {"q": "q", "r": "_r"})
    "(selected(${q}, 'x') or selected(${q}, 'y')) and ${_r} != ''"
    """
    parts: list[str] = []
    for condition in conditions:
        name, codes = names.get(str(condition["question"]), str(condition["question"])), condition["is"]
        assert isinstance(codes, list)
        said = [f"selected(${{{name}}}, '{code}')" for code in map(str, codes)]  # pyright: ignore[reportUnknownArgumentType]
        parts.append(f"${{{name}}} != ''" if not said else said[0] if len(said) == 1 else f"({' or '.join(said)})")
    return " and ".join(parts)


def read_bounds(text: str) -> tuple[str | None, str | None] | None:
    """The lowest and highest answer that a constraint allows, None when it says more than that.

    >>> read_bounds(". >= 18 and . <= 120"), read_bounds(". <= date('2030-12-31')"), read_bounds(". > ${other}")
    (('18', '120'), (None, '2030-12-31'), None)
    """
    return _pair(text, BOUND)


def read_counts(text: str) -> tuple[str | None, str | None] | None:
    """How many options a constraint asks for at least and at most, None when it says more than that.

    >>> read_counts("count-selected(.) >= 1 and count-selected(.) <= 3")
    ('1', '3')
    """
    return _pair(text, COUNT)


def _pair(text: str, pattern: re.Pattern[str]) -> tuple[str | None, str | None] | None:
    limits: dict[str, str] = {}
    for part in re.split(r"\s+and\s+", text.strip()):
        match = pattern.fullmatch(part.strip())
        if match is None or match[1] in limits:
            return None
        limits[match[1]] = next(group for group in match.groups()[1:] if group)
    return limits.get(">="), limits.get("<=")

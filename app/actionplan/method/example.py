"""The figures of one initiative computed again, step by step, from what everybody who reads the results can see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.consensus.rules import weightiest

Z = 1.959963984540054
PLACES = 3


@dataclass(frozen=True)
class Step:
    """One step: the measure it is about, the sum as it is written, and what comes out."""

    measure: str
    working: str
    value: float


@dataclass(frozen=True)
class Example:
    """The initiative and criterion that are computed, and the steps."""

    initiative: str
    criterion: str
    steps: tuple[Step, ...]


def worked_example(findings: Mapping[str, Any]) -> Example | None:
    """The initiative in the middle of the ranking by the weightiest criterion; None where nothing may be shown."""
    criterion = weightiest(findings)
    lines = [line for line in findings["items"][criterion] if not line["suppressed"]]
    if not lines:
        return None
    ranked = sorted(lines, key=lambda one: (one["rank"] is None, one["rank"] or 0, one["initiative"]))
    line = ranked[(len(ranked) - 1) // 2]
    groups = _groups(line)
    return Example(
        line["initiative"],
        criterion,
        (
            *_of_all(line, findings),
            *_of_groups(groups, findings),
            *_score(findings, line["initiative"]),
        ),
    )


def _groups(line: Mapping[str, Any]) -> list[list[int]]:
    """The histograms of the groups that may be shown, and of all others together."""
    shown = [cell["counts"] for cell in line["by_helix"].values() if not cell["suppressed"]]
    rest = [total - sum(counts[level] for counts in shown) for level, total in enumerate(line["counts"])]
    return [*shown, rest] if sum(rest) else shown


def _of_all(line: Mapping[str, Any], findings: Mapping[str, Any]) -> list[Step]:
    counts: Sequence[int] = line["counts"]
    low, n = findings["scale"]["low"], sum(counts)
    high = _in_box(counts, findings)
    share = high / n
    spread, square = Z * (share * (1 - share) / n + Z**2 / (4 * n**2)) ** 0.5, Z**2 / n
    lower = max(0.0, (share + square / 2 - spread) / (1 + square))
    total = sum(count * (low + level) for level, count in enumerate(counts))
    summed = " + ".join(f"{low + level}·{count}" for level, count in enumerate(counts))
    return [
        Step("answers", f"{' + '.join(str(count) for count in counts)} = {n}", float(n)),
        Step("box_share", f"{high} / {n} = {_said(share)}", share),
        Step(
            "interval",
            f"({_said(share)} + {_said(square / 2)} − {_said(spread)}) / (1 + {_said(square)}) = {_said(lower)}",
            lower,
        ),
        Step("mean", f"({summed}) / {n} = {_said(total / n)}", total / n),
        Step("median", _middle(counts, low), _median(counts, low)),
    ]


def _of_groups(groups: Sequence[Sequence[int]], findings: Mapping[str, Any]) -> list[Step]:
    low = findings["scale"]["low"]
    shares = [_in_box(counts, findings) / sum(counts) for counts in groups]
    means = [sum(count * (low + level) for level, count in enumerate(counts)) / sum(counts) for counts in groups]
    return [
        Step(
            "shares",
            f"({' + '.join(_said(one) for one in shares)}) / {len(groups)} = {_said(_plain(shares))}",
            _plain(shares),
        ),
        Step(
            "mean",
            f"({' + '.join(_said(one) for one in means)}) / {len(groups)} = {_said(_plain(means))}",
            _plain(means),
        ),
    ]


def _score(findings: Mapping[str, Any], initiative: str) -> list[Step]:
    used = [(findings["weights"][criterion], criterion) for criterion in findings["criteria"]]
    lines = [
        (weight, next(line for line in findings["items"][criterion] if line["initiative"] == initiative))
        for weight, criterion in used
        if weight > 0
    ]
    if any(line["suppressed"] for _, line in lines):
        return []
    total = sum(weight * line["balanced_mean"] for weight, line in lines)
    summed = " + ".join(f"{_said(weight)}·{_said(line['balanced_mean'])}" for weight, line in lines)
    return [Step("score", f"{summed} = {_said(total)}", total)]


def _in_box(counts: Sequence[int], findings: Mapping[str, Any]) -> int:
    low: int = findings["scale"]["low"]
    box: Sequence[int] = findings["box"]
    return sum(counts[level - low] for level in box)


def _median(counts: Sequence[int], low: int) -> float:
    answers = [low + level for level, count in enumerate(counts) for _ in range(count)]
    n = len(answers)
    return (answers[(n - 1) // 2] + answers[n // 2]) / 2


def _middle(counts: Sequence[int], low: int) -> str:
    n = sum(counts)
    place = f"x({(n + 1) // 2})" if n % 2 else f"(x({n // 2}) + x({n // 2 + 1})) / 2"
    return f"{place} = {_said(_median(counts, low))}"


def _plain(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _said(value: float) -> str:
    return f"{value:.{PLACES}f}".rstrip("0").rstrip(".")

"""How often the verdict is right when the truth is known: exact probabilities, and the figure of docs/statistics.md.

Four helices of n people each answer one question; person by person, the chance of an answer in the top box is the true
share of the helix. Whether the rule is met in truth follows from those shares. Every possible outcome is judged as the
product judges it and weighted with its binomial probability, so nothing here is random. Run it: `make study`.
"""

import csv
import io
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from app.stats.edge import Real
from app.stats.verdict import SLACK, Rule, Standing, Verdict, judge
from tests.studies import drawing

HELICES = 4
SIZES = (12, 20, 40)
RULE = Rule()
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
STANDINGS = (Standing.AGREED, Standing.CANNOT_TELL, Standing.NOT_AGREED)

# the true share of every helix, and of one helix where the other three stand at nine in ten
ALIKE = tuple(np.round(np.arange(0.30, 1.001, 0.02), 2).tolist())
APART = tuple(np.round(np.arange(0.20, 1.001, 0.02), 2).tolist())
OTHERS = 0.90


@dataclass(frozen=True)
class Point:
    """What the verdict says at one truth: probabilities of the three standings, and of the verdict "consensus"."""

    case: str
    people: int
    share: float
    is_met: bool
    agreed: float
    cannot_tell: float
    not_agreed: float
    consensus: float

    @property
    def wrong(self) -> float:
        """The probability of saying the opposite of the truth."""
        return self.not_agreed if self.is_met else self.agreed

    @property
    def right(self) -> float:
        """The probability of saying the truth."""
        return self.agreed if self.is_met else self.not_agreed

    @property
    def wrong_without_doubt(self) -> float:
        """The probability of being wrong if the verdict had two states only, consensus or none."""
        return 1 - self.consensus if self.is_met else self.consensus


def is_met(shares: Sequence[float], rule: Rule = RULE) -> bool:
    """Whether the rule is met by the true shares of the helices."""
    return (
        sum(shares) / len(shares) >= rule.agree_share - SLACK
        and min(shares) >= rule.helix_share - SLACK
        and max(shares) - min(shares) < rule.divided_gap - SLACK
    )


class Outcomes:
    """Every outcome of four helices of `people` each, without regard to which helix is which, and its verdict."""

    def __init__(self, people: int) -> None:
        self.people = people
        outcomes = list(itertools.combinations_with_replacement(range(people + 1), HELICES))
        judged = [judge(RULE, [people] * HELICES, outcome) for outcome in outcomes]
        self._agreeing: NDArray[np.int64] = np.array(outcomes, dtype=np.int64)
        self._standing = {
            standing: np.array([verdict.standing is standing for verdict in judged]) for standing in STANDINGS
        }
        self._consensus = np.array([verdict.verdict is Verdict.CONSENSUS for verdict in judged])
        # orders that give the same outcome are one outcome: 24 over the orders of equal counts
        repeats = [np.prod([np.prod(range(1, outcome.count(k) + 1)) for k in set(outcome)]) for outcome in outcomes]
        self._repeats: Real = np.array(repeats, dtype=np.float64)

    def probabilities(self, shares: Sequence[float]) -> Real:
        """Of each outcome, when the helices agree with these probabilities; they sum to 1."""
        by_helix = [scipy_stats.binom.pmf(range(self.people + 1), self.people, share) for share in shares]
        orders = itertools.permutations(range(HELICES))
        chances: Real = np.zeros(len(self._agreeing))
        for order in orders:
            chance: Real = np.ones(len(self._agreeing))
            for helix, place in enumerate(order):
                chance = chance * by_helix[helix][self._agreeing[:, place]]
            chances = chances + chance
        return chances / self._repeats

    def at(self, case: str, share: float, shares: Sequence[float]) -> Point:
        """What the verdict says when these are the true shares of the helices."""
        chances = self.probabilities(shares)
        agreed, cannot_tell, not_agreed = (float(chances[self._standing[standing]].sum()) for standing in STANDINGS)
        consensus = float(chances[self._consensus].sum())
        return Point(case, self.people, share, is_met(shares), agreed, cannot_tell, not_agreed, consensus)


def study(sizes: Sequence[int] = SIZES) -> list[Point]:
    """Every point of both cases, for each number of people in a helix."""
    points: list[Point] = []
    for people in sizes:
        outcomes = Outcomes(people)
        points += [outcomes.at("alike", share, [share] * HELICES) for share in ALIKE]
        points += [outcomes.at("apart", share, [share] + [OTHERS] * (HELICES - 1)) for share in APART]
    return points


def summary(points: Sequence[Point]) -> list[list[str]]:
    """Rows of the table in the documentation: case, people, and percentages over the truths looked at."""
    rows: list[list[str]] = []
    for case in ("alike", "apart"):
        for people in dict.fromkeys(point.people for point in points):
            mine = [point for point in points if point.case == case and point.people == people]
            figures = (
                np.mean([point.right for point in mine]),
                np.mean([point.cannot_tell for point in mine]),
                np.mean([point.wrong for point in mine]),
                max(point.wrong for point in mine),
                max(point.wrong_without_doubt for point in mine),
            )
            rows.append([case, str(people), *(f"{100 * float(figure):.1f}" for figure in figures)])
    return rows


def as_csv(points: Sequence[Point]) -> str:
    """Every point, probabilities to six places."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", "people", "share", "rule_met", "agreed", "cannot_tell", "not_agreed", "consensus"])
    for point in points:
        said = (point.agreed, point.cannot_tell, point.not_agreed, point.consensus)
        line = [point.case, point.people, f"{point.share:.2f}", int(point.is_met), *(f"{value:.6f}" for value in said)]
        writer.writerow(line)
    return text.getvalue()


def main() -> int:
    """Write the figure and its table, and print the summary."""
    points = study()
    (PICTURES / "calibration.csv").write_text(as_csv(points), encoding="utf-8")
    (PICTURES / "calibration.svg").write_text(drawing.draw(points), encoding="utf-8")
    sys.stdout.write("".join("| " + " | ".join(row) + " |\n" for row in summary(points)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The process that solves: it reads what is asked, and says line by line what it finds."""

import json
import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.actionplan.portfolio.modelling import Frame, hands_from, item_from, problem_of, weight_of
from app.actionplan.portfolio.rulebook import from_data
from app.actionplan.portfolio.weighing import DRAWS, try_draws, weigh
from app.consensus.basis import Basis
from app.stats.edge import settle
from app.stats.ranking import normal_draws
from app.stats.scoring import composite, normalise


def frame_from(asked: dict[str, Any]) -> Frame:
    """The scenario that is asked about."""
    return Frame(
        [item_from(one["code"], one["evidence"], one["facts"]) for one in asked["items"]],
        from_data(asked["rules"]),
        asked["first_year"],
        hands_from(asked["hands"]),
    )


def drawn_values(asked: dict[str, Any], draws: int = DRAWS) -> NDArray[np.float64]:
    """Values of the items in re-samples, shape (draws, items): their scores as they vary together.

    The re-samples follow from the means and their covariance, as on the page of priorities. An item without a value
    has none in any draw; values stay within the scale.
    """
    basis, frame = Basis(asked["basis"]), frame_from(asked)
    names: list[str] = basis.content["initiatives"]
    weights = normalise(asked["weights"], basis.content["criteria"])
    items, criteria = basis.means.shape
    rows = [names.index(item.code) for item in frame.items if item.value is not None]
    square = basis.covariance.reshape(items, criteria, items, criteria)
    within = np.einsum("icjd,c,d->ij", square[np.ix_(rows, range(criteria), rows, range(criteria))], weights, weights)
    scores = composite(basis.means[rows], weights)
    low, high = asked["scale"]["low"], asked["scale"]["high"]
    varied = np.clip(scores + normal_draws(within, draws, asked["seed"]), low, high)
    found = np.zeros((draws, len(frame.items)))
    found[:, [place for place, item in enumerate(frame.items) if item.value is not None]] = varied
    return found


def scales(frame: Frame) -> NDArray[np.float64]:
    """How much the score of each item counts, shape (items,)."""
    return np.array([weight_of(item, frame.rules) for item in frame.items])


def main() -> None:
    """Read one question from standard input and answer it on standard output."""
    _keep_answers_clean()
    asked = json.load(sys.stdin)
    frame = frame_from(asked)
    if asked["kind"] == "robustness":
        # an initiative that lacks support counts nothing in the plan, so nothing in any draw
        counts = np.array([one.value > 0 for one in problem_of(frame).candidates])
        try_draws(frame, drawn_values(asked) * scales(frame) * counts, say)
        return
    for line in weigh(frame):
        say(line)


def _keep_answers_clean() -> None:
    """Send what the solver's library prints by itself to standard error: whoever asked reads only what is said here."""
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def say(line: dict[str, Any]) -> None:
    """Say one thing that was found, at once."""
    sys.stdout.write(json.dumps(settle(line)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""The weights of criteria as stakeholders see them, of groups only, and when a round may change them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from app.stats.disclosure import may_show, merge_hidden


class Points(NamedTuple):
    """What people gave the criteria, one sequence a person by helix, and how many of each helix now say otherwise.

    `anew` counts whoever had not answered when the weights shown last were made, or has answered differently since.
    """

    given: Mapping[str, Sequence[Sequence[float]]]
    anew: Mapping[str, int]


def asked_weights(
    points: Points, findings: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The criteria's weights as stakeholders see them: each person's shares, averaged in each helix, then over helices.

    Helices that may not be shown count as one. Under the minimum in all there are none, and `reason` says so. `before`,
    the weights shown last, stays while new ones beside them would tell; `round` is the last whose answers are in them.
    """
    names, minimum = findings["helices"], findings["rule"]["minimum_group"]
    given = [np.array(points.given.get(name, ()), np.float64).reshape(-1, len(findings["criteria"])) for name in names]
    sizes = np.array([float(len(rows)) for rows in given])
    shown = may_show(sizes, minimum)
    if before is not None and would_tell(points, dict(zip(names, shown.tolist(), strict=True)), before, minimum):
        return dict(before)
    if sizes.sum() < minimum:
        return {"round": findings["round"], "n": None, "weights": None, "by_helix": {}, "reason": "too_few"}
    # sums per helix stand in for histograms: those hidden are put together before anything is averaged
    totals = merge_hidden(np.array([(rows / rows.sum(axis=1, keepdims=True)).sum(axis=0) for rows in given]), shown)
    people = totals.sum(axis=1)
    means = totals[people > 0] / people[people > 0][:, np.newaxis]
    weights = means.mean(axis=0)
    return {
        "round": findings["round"],
        "n": int(sizes.sum()),
        "weights": dict(zip(findings["criteria"], weights.tolist(), strict=True)),
        "by_helix": {
            name: {"n": int(sizes[row]), "weights": dict(zip(findings["criteria"], share.tolist(), strict=True))}
            if shown[row]
            else None
            for row, (name, share) in enumerate(zip(names, totals / np.maximum(people, 1)[:, np.newaxis], strict=True))
        },
        "reason": None,
    }


def would_tell(points: Points, shown: Mapping[str, bool], before: Mapping[str, Any], minimum: int) -> bool:
    """Whether new weights beside those shown before would tell what fewer than the minimum gave.

    They would where another helix is hidden than before, and where a group changed, by a withdrawal too, while fewer
    than the minimum of it say otherwise. The hidden helices are one group. Beside no weights there is nothing to tell.

    >>> before = {"n": 12, "weights": {"impact": 1.0}, "by_helix": {"academia": {"n": 12}}}
    >>> would_tell(Points({"academia": [[1.0]] * 13}, {"academia": 1}), {"academia": True}, before, 5)
    True
    >>> would_tell(Points({"academia": [[1.0]] * 17}, {"academia": 5}), {"academia": True}, before, 5)
    False
    """
    if before["weights"] is None:
        return False
    sizes: dict[str, int] = {name: cell["n"] for name, cell in before["by_helix"].items() if cell}
    hidden = [name for name in shown if name not in sizes]
    if any(shown[name] != (name in sizes) for name in shown):
        return True
    groups = [*(([name], n) for name, n in sizes.items()), (hidden, before["n"] - sum(sizes.values()))]
    for group, size in groups:
        anew = sum(points.anew.get(name, 0) for name in group)
        has_changed = anew > 0 or sum(len(points.given.get(name, ())) for name in group) != size
        if has_changed and anew < minimum:
            return True
    return False

"""What is told of a change beside the rounds does not tell what the few said who answered one time only."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.consensus.findings import Setting, make_findings
from app.consensus.panel import build_panel
from app.consensus.returning import said_in

RULE = {"agree_share": 0.7, "helix_share": 0.6, "divided_gap": 0.35, "low_share": 0.4, "shortlist": 3}


def findings_of(*, moved: int, left: dict[str, int]) -> dict[str, Any]:
    """The findings of 30 people of each of two helices, of whom some moved by a point and some of each helix left."""
    codes = {f"{helix}-{n}": (helix, "") for helix in ("academia", "industry") for n in range(30)}
    gone = {f"{helix}-{n}" for helix, count in left.items() for n in range(30 - count, 30)}
    lines: list[Any] = []
    for place, code in enumerate(codes):
        lines.append((1, code, "I1", [1 + place % 4]))
        if code not in gone:
            lines.append((2, code, "I1", [1 + place % 4 + (place < moved)]))
    panel = build_panel(low=1, high=5, criteria=["impact"], respondents=codes, ratings=lines)
    setting = Setting("s", ["academia", "industry"], {"impact": 1.0}, RULE, 5, 1, {})
    return make_findings(panel, setting, datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("moved", "left", "reason"),
    [
        pytest.param(0, {"industry": 1}, "would_tell", id="one left"),
        pytest.param(0, {"academia": 1, "industry": 5}, "would_tell", id="one of a helix left, and all others stayed"),
        pytest.param(4, {"academia": 1, "industry": 5}, "would_tell", id="too few moved to hide behind"),
        pytest.param(5, {"academia": 1, "industry": 5}, None, id="some moved, nobody knows in which helix"),
        pytest.param(0, {"academia": 5, "industry": 6}, None, id="enough of each helix left"),
        pytest.param(0, {}, None, id="nobody left"),
    ],
)
def test_a_change_that_would_tell_is_not_told(moved: int, left: dict[str, int], reason: str | None) -> None:
    change = findings_of(moved=moved, left=left)["items"]["impact"][0]["change"]
    assert change["reason"] == reason
    assert (change["points"] is None) is bool(reason)


@pytest.mark.parametrize(("left", "is_stable"), [({}, False), ({"industry": 1}, None)])
def test_the_next_round_is_proposed_by_what_is_told(left: dict[str, int], is_stable: bool | None) -> None:
    # all rise by a point: an item that returns as not yet stable would tell what the page hides
    said = said_in(findings_of(moved=60, left=left))
    assert [one.is_stable for one in said["I1"]] == [is_stable]

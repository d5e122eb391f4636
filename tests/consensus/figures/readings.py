"""Rounds to make figures of, without a database: seeded answers of two rounds, or hand-written ones."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from app.consensus.analysis import analyse
from app.consensus.figures.reading import Reading
from app.consensus.findings import Setting, make_findings
from app.consensus.panel import build_panel
from app.web.helices import mark_of

LABELS = {
    "academia": "Academia",
    "industry": "Industry",
    "government": "Public bodies",
    "civil": "Citizens",
}
SIZES = {"academia": 14, "industry": 11, "government": 9, "civil": 3}
CRITERIA = ("impact", "feasibility")
ITEMS = 9
RULE = {"agree_share": 0.7, "helix_share": 0.6, "divided_gap": 0.35, "low_share": 0.4, "shortlist": 3}
CLOSED = datetime(2027, 1, 1, tzinfo=UTC)

Rate = Callable[[np.random.Generator, int, str, int, int], int | None]


def as_people_do(rng: np.random.Generator, number: int, helix: str, item: int, criterion: int) -> int | None:
    """Some initiatives are liked by all, some by one group; the second round is closer together; a few cannot judge."""
    if rng.random() < 0.06:
        return None
    apart = 1.2 * ((item + list(LABELS).index(helix)) % 4 == 0)
    centre = 4.6 - 0.35 * item + 0.2 * criterion - apart
    return int(np.clip(round(rng.normal(centre, 1.1 - 0.3 * number)), 1, 5))


def make_reading(
    rate: Rate = as_people_do,
    *,
    sizes: Mapping[str, int] = SIZES,
    rounds: int = 2,
    items: int = ITEMS,
    criteria: Sequence[str] = CRITERIA,
    language: str = "en",
    seed: int = 7,
) -> Reading:
    """The last of some rounds, answered as `rate` says."""
    rng = np.random.default_rng(seed)
    people = {f"{helix}{n}": (helix, "") for helix, size in sizes.items() for n in range(size)}
    lines: list[Any] = [
        (number, code, f"I{item + 1}", [rate(rng, number, helix, item, place) for place, _ in enumerate(criteria)])
        for number in range(1, rounds + 1)
        for code, (helix, _) in people.items()
        for item in range(items)
    ]
    weights = {criterion: 1 / len(criteria) for criterion in criteria}
    found: list[dict[str, Any]] = []
    chances: dict[str, Any] = {}
    for number in range(1, rounds + 1):
        so_far = [line for line in lines if line[0] <= number]
        panel = build_panel(low=1, high=5, criteria=criteria, respondents=people, ratings=so_far)
        setting = Setting(
            survey="s",
            helices=list(LABELS),
            weights=weights,
            rule=RULE,
            minimum=5,
            seed=seed,
            invited=dict.fromkeys(LABELS, 20),
        )
        found.append(make_findings(panel, setting, CLOSED))
        bootstrap = analyse(panel, weights=weights, seed=seed, draws=500, inputs={})["bootstrap"]
        rows = zip(bootstrap["rank_order_of_rows"], bootstrap["rank_probability"], strict=True)
        chances = {code: row for code, row in rows if None not in row}
    return Reading(
        survey="A survey",
        findings=found[-1],
        before=found[-2] if rounds > 1 else None,
        sha256="0123456789abcdef",
        titles={f"I{item + 1}": f"Initiative with a rather long title, number {item + 1}" for item in range(items)},
        criteria={code: code.title() for code in criteria},
        marks=[mark_of(code, place, label) for place, (code, label) in enumerate(LABELS.items())],
        regions={},
        chances=chances,
        language=language,
    )

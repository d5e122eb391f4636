"""What the round before said, as each person sees it beside their own answer."""

from typing import Any

import numpy as np
from sqlmodel import Session

from app.stats.disclosure import Shown, may_show
from app.stats.edge import Real, as_value
from app.stats.histogram import shares, total
from app.stats.spread import mean, quantile
from app.surveys.answering.queries import count_points
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import helices_of, scale_of
from app.surveys.rounds.models import Round


def feedback_from(session: Session, survey: Survey, closed: Round) -> dict[str, Any]:
    """What a closed round said of each rating, for groups large enough, by answer code.

    Each has `n` answers, `shares` per point, `middle` (first and third quartile), `helices` (mean by helix).
    A rating that too few gave is left out, and so is a helix that could be found by subtraction.
    """
    helices = helices_of(session, survey.id)
    scale = scale_of(survey)
    return {
        code: describe_rating(table, helices, scale.low, may_show(total(table), survey.minimum_group))
        for code, table in sorted(count_tables(session, survey, closed).items())
        if table.sum() >= survey.minimum_group
    }


def count_tables(session: Session, survey: Survey, found: Round, item: str | None = None) -> dict[str, Real]:
    """How often each point was chosen in a round, for each rating of one item or of all: (helices, points)."""
    helices, scale = helices_of(session, survey.id), scale_of(survey)
    tables: dict[str, Real] = {}
    for code, helix, point, count in count_points(session, found.id, item):
        if helix in helices and point in scale:
            table = tables.setdefault(code, np.zeros((len(helices), len(scale.points))))
            table[helices.index(helix), point - scale.low] += count
    return tables


def describe_rating(table: Real, helices: list[str], low: int, shown: Shown) -> dict[str, Any]:
    """One rating in figures, with the means of the helices that may be shown."""
    counts = table.sum(axis=0)
    means = mean(table, low)
    return {
        "n": int(counts.sum()),
        "shares": [float(share) for share in shares(counts)],
        "middle": [as_value(quantile(counts, 0.25, low)), as_value(quantile(counts, 0.75, low))],
        "helices": {helix: as_value(means[row]) for row, helix in enumerate(helices) if shown[row]},
    }

"""A profile as large as they are to be: 30 indicators, 50 regions, 10 years."""

import random

from sqlmodel import Session

from app.core.clock import now
from app.indicators.models import Indicator, IndicatorVersion, RegionReading
from app.indicators.territories import codes_of
from app.people.queries import operator

INDICATORS, REGIONS, YEARS = 30, 50, range(2015, 2025)


def regions() -> list[str]:
    """The regions there are readings of."""
    return sorted(code for code in codes_of("2021") if len(code) == 4)[:REGIONS]


def lay_down(session: Session) -> None:
    """Keep a reading of every indicator, region and year; of one in ten a second, which counts."""
    rng, moment = random.Random(1), now()
    for number in range(INDICATORS):
        indicator = Indicator(consortium_id=operator(session).consortium_id, code=f"X{number:02}")
        session.add(indicator)
        session.flush()
        session.add(
            IndicatorVersion(
                indicator_id=indicator.id,
                number=1,
                name=f"Indicator {number}",
                dimension=f"Dimension {number // 5}",
                unit="%",
                direction="context" if number < 3 else "higher_better",
                made_at=moment,
            )
        )
        session.add_all(
            RegionReading(
                indicator_id=indicator.id,
                version=1,
                region=region,
                territory="own",
                nuts_code=region,
                nuts_edition="2021",
                year=year,
                number=time,
                value=rng.random(),
                status="published",
                added_at=moment,
            )
            for region in regions()
            for year in YEARS
            for time in ((1, 2) if rng.random() < 0.1 else (1,))
        )

"""How long the profile of a region takes to answer, of 30 indicators, 50 regions and 10 years.

Run it: `make bench`. The server is a process of its own over SQLite; each request asks for another region.
"""

import sys
import time
from pathlib import Path

import httpx
import numpy as np
from sqlmodel import Session

from app.core.db import for_writing, make_engine
from tests.bench.answering import demonstration
from tests.bench.results import sign_in
from tests.indicators.large import lay_down, regions

MOST_MILLISECONDS = 300


def measure(client: httpx.Client, query: str) -> tuple[float, float, int]:
    """The median and the 95th percentile of the milliseconds a page took, and the bytes of the largest."""
    times: list[float] = []
    largest = 0
    for region in regions():
        begun = time.perf_counter()
        answer = client.get(f"/indicators/profiles/{region}{query}")
        times.append(1000 * (time.perf_counter() - begun))
        answer.raise_for_status()
        largest = max(largest, len(answer.content))
    return float(np.median(times)), float(np.quantile(times, 0.95)), largest


def lay_down_in(folder: Path) -> None:
    """Keep the readings beside those of the demonstration."""
    engine = make_engine(f"sqlite:///{folder / 'innaxe.sqlite'}")
    with Session(for_writing(engine)) as session, session.begin():
        lay_down(session)
    engine.dispose()


def main() -> None:
    """Print the times, and leave with 1 when a page is slower than it may be."""
    worst = 0.0
    with demonstration() as (address, folder):
        lay_down_in(folder)
        client = sign_in(address, folder)
        for name, query in (
            ("among partners", ""),
            ("among all regions", "?among=all"),
            ("with the figure", "?among=all&figure=yes"),
        ):
            middle, slow, size = measure(client, query)
            worst = max(worst, slow)
            figures = f"median {middle:.0f} ms, p95 {slow:.0f} of {MOST_MILLISECONDS} ms, {size / 1000:.0f} KB"
            sys.stdout.write(f"profile of a region, {name}: {figures}\n")
    sys.exit(worst > MOST_MILLISECONDS)


if __name__ == "__main__":
    main()

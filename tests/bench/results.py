"""How long the results page takes to answer, for the demonstration and for a million respondents.

Run it: `make bench`. The server is a process of its own over SQLite. No page is kept between requests; each asks for
another view. A million respondents are counts drawn and frozen as a round would be.
"""

import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
from sqlmodel import Session, select

from app.auth.service import make_sign_in_link
from app.consensus.findings import DRAWS, Setting, find
from app.consensus.models import Snapshot
from app.consensus.service import hash_of
from app.consensus.tally import Tally, draw_tally
from app.core.db import for_writing, make_engine
from app.people.models import Person
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import helices_of
from tests.bench.answering import demonstration

MOST_DEMO, MOST_MILLION, MOST_BYTES = 150, 300, 250_000
PEOPLE, REGIONS = 1_000_000, ("BG", "CAT", "DK", "EU_OTHER", "IDF", "RN")
PAGE = "/results/demo-validation-survey"
VIEWS = 10


def sign_in(address: str, folder: Path) -> httpx.Client:
    """A browser signed in as the coordinator."""
    engine = make_engine(f"sqlite:///{folder / 'innaxe.sqlite'}")
    with Session(for_writing(engine)) as session, session.begin():
        token = make_sign_in_link(session, session.exec(select(Person).where(Person.name == "Biel Okafor")).one())
    engine.dispose()
    client = httpx.Client(base_url=address, timeout=60, headers={"Accept-Encoding": "identity"})
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get(f"/login/{token}").text)
    assert csrf is not None
    client.post(f"/login/{token}", data={"csrf": csrf[1]}, headers={"Origin": address})
    return client


def measure(client: httpx.Client) -> tuple[float, float, int]:
    """The first and the 95th percentile of milliseconds a page took, and the bytes of the largest."""
    times: list[float] = []
    largest = 0
    for turn in range(VIEWS):
        for criterion in ("impact", "feasibility", "urgency"):
            for query in ("", "&helix=industry", "&region=RN", "&sort=gap"):
                begun = time.perf_counter()
                answer = client.get(f"{PAGE}?criterion={criterion}{query}&round={1 + turn % 2}")
                times.append(1000 * (time.perf_counter() - begun))
                answer.raise_for_status()
                largest = max(largest, len(answer.content))
    return times[0], float(np.quantile(times, 0.95)), largest


def freeze_a_million(folder: Path) -> None:
    """Replace the findings of the last round by those of a million respondents, from counts."""
    engine = make_engine(f"sqlite:///{folder / 'innaxe.sqlite'}")
    rng = np.random.default_rng(7)
    with Session(for_writing(engine)) as session, session.begin():
        survey = session.exec(select(Survey).where(Survey.slug == "demo-validation-survey")).one()
        last = session.exec(select(Snapshot).where(Snapshot.survey_id == survey.id, Snapshot.round_number == 2)).one()
        before = last.findings
        helices, criteria = helices_of(session, survey.id), tuple(before["criteria"])
        codes = tuple(line["initiative"] for line in before["items"][criteria[0]])
        people = rng.multinomial(PEOPLE, rng.dirichlet(np.ones(len(helices) * len(REGIONS))))
        shares = rng.dirichlet(np.ones(5) * 3, size=(len(codes), len(criteria), len(people)))
        counts = rng.multinomial(people, shares).astype(np.float64)
        shape = (len(codes), len(criteria), len(helices), len(REGIONS), 5)
        tally = Tally(
            low=1,
            high=5,
            round=2,
            initiatives=codes,
            criteria=criteria,
            helices=tuple(helices),
            regions=REGIONS,
            counts=counts.reshape(shape),
            looked_at=counts.reshape(shape)[:, 0].sum(axis=(-2, -1)),
            answered=people.reshape(len(helices), len(REGIONS)).astype(np.float64),
            numbers=(2,) * len(codes),
        )
        setting = Setting(
            survey=str(survey.id),
            helices=helices,
            weights=before["weights"],
            rule=survey.rule,
            minimum=survey.minimum_group,
            seed=survey.seed,
            invited={},
        )
        begun = time.perf_counter()
        last.findings = find(tally, draw_tally(tally, seed=1, draws=DRAWS), setting, datetime(2027, 1, 1, tzinfo=UTC))
        last.sha256 = hash_of(last.findings)
        sys.stdout.write(f"findings of {PEOPLE:,} respondents from counts: {time.perf_counter() - begun:.2f} s\n")
    engine.dispose()


def main() -> None:
    """Print the times, and leave with 1 when a page is slower or larger than it may be."""
    is_bad = False
    with demonstration() as (address, folder):
        client = sign_in(address, folder)
        for name, most in (("demonstration", MOST_DEMO), ("a million respondents", MOST_MILLION)):
            first, slow, size = measure(client)
            is_met = slow <= most and size <= MOST_BYTES
            is_bad |= not is_met
            figures = f"first {first:.0f} ms, p95 {slow:.0f} of {most} ms, {size / 1000:.0f} KB"
            sys.stdout.write(f"results, {name}: {figures}\n")
            if most == MOST_DEMO:
                freeze_a_million(folder)
    sys.exit(is_bad)


if __name__ == "__main__":
    main()

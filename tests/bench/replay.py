"""Simulated respondents, drawn lazily from a seed and laid down in PostgreSQL as the product would leave them."""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from app.core.clock import today
from app.core.db import for_writing
from app.core.tokens import hash_token
from app.people.queries import operator
from app.surveys.answering.models import Respondent
from app.surveys.answering.saves import Save, Saved
from app.surveys.answering.statements import OnPostgres
from app.surveys.answering.store import Store
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Round
from app.surveys.rounds.service import open_round
from tests.make import HELICES, import_few_initiatives, make_response, make_survey_of, small_survey_file

ITEMS = tuple(f"I{number}" for number in range(1, 9))
CRITERIA = ("impact", "feasibility", "urgency")
CODES = tuple(f"{item}.{criterion}" for item in ITEMS for criterion in CRITERIA)
IN_PART = 5000
SHARES = np.array([0.1, 0.35, 0.2, 0.35])
"""Of the helices, in their order."""
SPREAD = np.array([0.08, 0.12, 0.25, 0.35, 0.2])
FINISH = 0.7
BATCH = 256
BULK_SLOT = 31
"""As if one process had counted them all."""


def lay_survey(engine: Engine) -> Survey:
    """An open survey about eight initiatives by three criteria."""
    with Session(for_writing(engine), expire_on_commit=False) as session:
        import_few_initiatives(session, ITEMS)
        made = make_survey_of(session, operator(session), small_survey_file(criteria=CRITERIA)).survey
        open_round(session, operator(session), made)
        session.commit()
        # its consent text is written with the first who begins
        make_response(session, made, helix=HELICES[0])
        session.refresh(made)
    return made


def fill(engine: Engine, survey: Survey, people: int, seed: int) -> None:
    """Let so many have answered everything; the rows go in by COPY, some thousands at a time."""
    chance = np.random.default_rng(seed)
    with Session(engine) as session:
        round_id = session.exec(select(Round.id).where(Round.survey_id == survey.id)).one()
        consent = session.exec(select(Respondent.consent_text_id).where(col(Respondent.survey_id) == survey.id)).first()
    day = today().isoformat()
    connection: Any = engine.raw_connection()
    try:
        for begin in range(0, people, IN_PART):
            _fill_part(connection, chance, min(IN_PART, people - begin), (survey.id, round_id, consent, day))
            connection.commit()
    finally:
        connection.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
        one.execute(text("VACUUM ANALYZE"))
        # what a database that had time would have done by itself: else the first to measure pays for it
        one.execute(text("CHECKPOINT"))


def _fill_part(connection: Any, chance: np.random.Generator, people: int, fixed: tuple[Any, ...]) -> None:
    survey_id, round_id, consent, day = fixed
    helices = chance.choice(len(HELICES), people, p=SHARES)
    points = chance.choice(len(SPREAD), (people, len(CODES)), p=SPREAD) + 1
    has_sent = chance.random(people) < FINISH
    keys = [UUID(bytes=chance.bytes(16), version=4) for _ in range(2 * people)]
    mine, theirs = keys[:people], keys[people:]
    cursor = connection.cursor()
    columns = "id, survey_id, code, helix, region, language, attributes, token_hash, consent_text_id, begun_on"
    with cursor.copy(f"COPY respondent ({columns}) FROM STDIN") as copy:
        copy.write("".join(
            f"{key}\t{survey_id}\tR{key.hex[:12]}\t{HELICES[helix]}\t\ten\t{{}}\t{hash_token(key.hex)}\t{consent}\t{day}\n"
            for key, helix in zip(mine, helices, strict=True)
        ))  # fmt: skip
    with cursor.copy("COPY response (id, respondent_id, round_id, begun_on, submitted_on) FROM STDIN") as copy:
        copy.write("".join(
            f"{key}\t{own}\t{round_id}\t{day}\t{day if sent else chr(92) + 'N'}\n"
            for key, own, sent in zip(theirs, mine, has_sent, strict=True)
        ))  # fmt: skip
    with cursor.copy("COPY answer (response_id, code, point, rev, saved_on) FROM STDIN") as copy:
        for key, row in zip(theirs, points.tolist(), strict=True):
            copy.write("".join(
                f"{key}\t{code}\t{point}\t1\t{day}\n" for code, point in zip(CODES, row, strict=True)
            ))  # fmt: skip
    counts: Counter[tuple[str, str, int]] = Counter()
    for helix, name in enumerate(HELICES):
        own = points[helices == helix]
        for column, code in enumerate(CODES):
            for point, count in enumerate(np.bincount(own[:, column], minlength=len(SPREAD) + 1).tolist()):
                if count:
                    counts[code, name, point] = count
    OnPostgres().count(cursor, [(round_id, *cell, BULK_SLOT, count) for cell, count in sorted(counts.items())])


def begin_people(engine: Engine, survey: Survey, people: int) -> list[tuple[UUID, str]]:
    """Let so many begin by the product's own act; their responses and tokens."""
    with Session(for_writing(engine), expire_on_commit=False) as session:
        begun = [make_response(session, survey, helix=HELICES[n % len(HELICES)]) for n in range(people)]
    return [(response.id, token) for response, token in begun]


def save_all(store: Store, begun: Sequence[tuple[UUID, str]], seed: int) -> tuple[float, float, int]:
    """Every answer of these people, saved by the function that the route's writer calls, a batch a commit.

    Returns the CPU seconds of this process, the seconds that passed, and how many were saved.
    """
    chance = np.random.default_rng(seed)
    saves = [
        Save(key, (token,), code, int(chance.integers(1, 6)), 0) for code in CODES for key, token in begun
    ]  # as people do who answer at the same time
    cpu, clock = time.process_time(), time.perf_counter()
    for first in range(0, len(saves), BATCH):
        outcomes = store.write(saves[first : first + BATCH])
        assert all(isinstance(outcome, Saved) for outcome in outcomes)
    return time.process_time() - cpu, time.perf_counter() - clock, len(saves)

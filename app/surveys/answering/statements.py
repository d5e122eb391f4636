"""The four statements of a batch of saves, on each database. Responses are known by the 32 digits of their key."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from app.surveys.authoring.answers import Kept

STATE = """
SELECT response.id, respondent.token_hash, respondent.second_token_hash, response.submitted_on,
    round.closed_at, round.closes_at, round.survey_id, round.item_codes, round.number, round.id, respondent.helix
FROM response
JOIN respondent ON respondent.id = response.respondent_id
JOIN round ON round.id = response.round_id
"""
# a closing waits for the saves before it, and a save sees the closing before it; one order for all processes, so that
# two batches never wait for each other's rows
LOCK = " ORDER BY response.id FOR SHARE OF round FOR UPDATE OF response"
KEPT = "SELECT response_id, answer.code, rev, point, choice, text FROM answer "
WRITE = "INSERT INTO answer (response_id, code, point, choice, text, rev, saved_on) "
OVER = """
ON CONFLICT (response_id, code) DO UPDATE SET
point = excluded.point, choice = excluded.choice, text = excluded.text,
rev = excluded.rev, saved_on = excluded.saved_on
"""
COUNT = "INSERT INTO point_count (round_id, code, helix, point, slot, count) "
ADD = """
ON CONFLICT (round_id, code, helix, point, slot) DO UPDATE SET count = point_count.count + excluded.count
"""

Place = tuple[str, str]
"""A response and the code of an answer."""


class State(NamedTuple):
    """What decides whether a response takes a save: the hashes of its tokens, and what has ended."""

    hashes: tuple[str | None, str | None]
    is_sent: bool
    closed_at: datetime | None
    closes_at: datetime | None
    survey_id: UUID
    item_codes: list[str] | None
    number: int
    round_id: Any
    """As the database gives it."""
    helix: str

    def is_over(self, moment: datetime) -> bool:
        """Whether its round takes no answers any more."""
        return self.closed_at is not None or (self.closes_at is not None and self.closes_at <= moment)


class OnSqlite:
    """SQLite keeps keys, moments and lists as texts."""

    def read_states(self, cursor: Any, responses: Collection[str]) -> dict[str, State]:
        """What there is of these responses."""
        cursor.execute(STATE + "JOIN json_each(?) AS asked ON asked.value = response.id", (json.dumps([*responses]),))
        return {
            key: State(
                (first, second),
                sent is not None,
                _moment(closed_at),
                _moment(closes_at),
                _uuid(survey_id),
                _list(codes),
                *rest,
            )
            for key, first, second, sent, closed_at, closes_at, survey_id, codes, *rest in cursor.fetchall()
        }

    def read_kept(self, cursor: Any, places: Collection[Place]) -> dict[Place, tuple[int, Kept]]:
        """The answers that are kept there, with their revisions."""
        asked = "JOIN json_each(?) AS asked "
        same = "ON answer.response_id = asked.value ->> 0 AND answer.code = asked.value ->> 1"
        cursor.execute(KEPT + asked + same, (json.dumps([*places]),))
        return {(key, code): (rev, Kept(*given)) for key, code, rev, *given in cursor.fetchall()}

    def write(self, cursor: Any, answers: Mapping[Place, tuple[int, Kept]], day: date) -> None:
        """Keep answers in place of those before."""
        rows = [(key, code, *kept, rev, day.isoformat()) for (key, code), (rev, kept) in answers.items()]
        cursor.executemany(WRITE + "VALUES (?, ?, ?, ?, ?, ?, ?)" + OVER, rows)

    def count(self, cursor: Any, changes: Sequence[tuple[object, ...]]) -> None:
        """Add to counts: round, code, helix, point, slot, how many."""
        cursor.executemany(COUNT + "VALUES (?, ?, ?, ?, ?, ?)" + ADD, changes)


class OnPostgres:
    """PostgreSQL takes a batch as one parameter of one statement, which costs both sides half of a statement a row."""

    def read_states(self, cursor: Any, responses: Collection[str]) -> dict[str, State]:
        """What there is of these responses; they and their rounds are held."""
        cursor.execute(STATE + "WHERE response.id = ANY(%s::uuid[])" + LOCK, ("{" + ",".join(responses) + "}",))
        return {
            key.hex: State((first, second), sent is not None, *rest)
            for key, first, second, sent, *rest in cursor.fetchall()
        }

    def read_kept(self, cursor: Any, places: Collection[Place]) -> dict[Place, tuple[int, Kept]]:
        """The answers that are kept there, with their revisions."""
        if not places:
            return {}
        asked = "JOIN unnest(%s::uuid[], %s::text[]) AS asked (response, code) "
        same = "ON answer.response_id = asked.response AND answer.code = asked.code"
        keys, codes = zip(*places, strict=True)
        cursor.execute(KEPT + asked + same, ("{" + ",".join(keys) + "}", [*codes]))
        return {(key.hex, code): (rev, Kept(*given)) for key, code, rev, *given in cursor.fetchall()}

    def write(self, cursor: Any, answers: Mapping[Place, tuple[int, Kept]], day: date) -> None:
        """Keep answers in place of those before."""
        rows = [
            {"response": key, "code": code, "point": kept.point, "choice": kept.choice, "text": kept.text, "rev": rev}
            for (key, code), (rev, kept) in answers.items()
        ]
        given = "SELECT response, code, point, choice, text, rev, %s::date FROM json_to_recordset(%s) AS given"
        columns = " (response uuid, code text, point int, choice text, text text, rev int) "
        cursor.execute(WRITE + given + columns + OVER, (day, json.dumps(rows)))

    def count(self, cursor: Any, changes: Sequence[tuple[object, ...]]) -> None:
        """Add to counts: round, code, helix, point, slot, how many."""
        names = ("round", "code", "helix", "point", "slot", "count")
        rows = [dict(zip(names, (str(one[0]), *one[1:]), strict=True)) for one in changes]
        given = "SELECT * FROM json_to_recordset(%s) AS given"
        columns = " (round uuid, code text, helix text, point int, slot int, count int) "
        cursor.execute(COUNT + given + columns + ADD, (json.dumps(rows),))


def _moment(stored: str | None) -> datetime | None:
    # the times in texts of SQLite are UTC
    return datetime.fromisoformat(stored).replace(tzinfo=UTC) if stored else None


# few surveys are answered at the same time, and each batch names them in each row
@lru_cache(maxsize=256)
def _uuid(stored: str) -> UUID:
    return UUID(stored)


@lru_cache(maxsize=256)
def _list(stored: str | None) -> list[str] | None:
    return json.loads(stored) if stored else None

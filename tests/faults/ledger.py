"""A ledger beside the system: what was asked of it and what it confirmed, to compare with what it keeps."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, text


class Kept(NamedTuple):
    """One row of the database: its revision and its point."""

    rev: int
    value: int | None


@dataclass
class Findings:
    """Where the database differs from the ledger, by the key of the answer."""

    lost: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    duplicated: list[str] = field(default_factory=list[str])

    def __bool__(self) -> bool:
        return bool(self.lost or self.wrong or self.duplicated)


class Ledger:
    """A file to which lines are only added: the intent of each request before it leaves, its outcome when it is known.

    A request that was cut off has no outcome: it may have been kept or not, and nobody was told either.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.acknowledged = 0
        self._file = path.open("a", encoding="utf-8")
        self._next = 0
        self._lock = threading.Lock()

    def intend(self, key: str, base: int, value: int, *, is_late: bool = False) -> int:
        """Note a save that knows revision `base`; `is_late` says that a newer answer was confirmed before it leaves."""
        with self._lock:
            self._next += 1
            self._add(request=self._next, key=key, base=base, value=value, late=is_late)
            return self._next

    def note(self, request: int, status: int, rev: int | None, at: float = 0) -> None:
        """Note how a request ended, and when the answer had come."""
        with self._lock:
            self._add(request=request, status=status, rev=rev, at=at)
            self.acknowledged += status == 200

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _add(self, **line: object) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def read_ledger(path: Path, until: float | None = None) -> list[dict[str, Any]]:
    """Each request with its outcome, None where there is none; outcomes after the moment `until` are left out."""
    requests: dict[int, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if "key" in entry:
            requests[entry["request"]] = entry | {"status": None, "rev": None}
        elif until is None or entry["at"] <= until:
            requests[entry["request"]] |= entry
    return list(requests.values())


def compare(requests: Iterable[Mapping[str, Any]], kept: Mapping[str, Sequence[Kept]]) -> Findings:
    """Where what is kept is not what was confirmed, or cannot have come from what was asked.

    Each revision was asked for with one value only, so a revision that is kept says which value it must have.
    """
    found = Findings()
    asked: dict[str, dict[int, int]] = defaultdict(dict)
    newest: dict[str, int] = {}
    for request in requests:
        key, base = request["key"], request["base"]
        if not request["late"]:
            asked[key][base + 1] = request["value"]
        if request["status"] != 200:
            continue
        if request["late"]:
            found.wrong.append(f"{key}: an overtaken save was confirmed")
        elif request["rev"] != base + 1:
            found.duplicated.append(f"{key}: revision {base + 1} was confirmed as {request['rev']}")
        newest[key] = max(newest.get(key, 0), request["rev"])
    for key in asked.keys() | kept.keys():
        rows = kept.get(key, ())
        if len(rows) > 1:
            found.duplicated.append(f"{key}: {len(rows)} rows")
        row = max(rows, default=None, key=lambda one: one.rev)
        if (row.rev if row else 0) < newest.get(key, 0):
            found.lost.append(f"{key}: revision {newest[key]} was confirmed, kept is {row}")
        elif row and asked[key].get(row.rev) != row.value:
            found.wrong.append(f"{key}: kept is {row}, asked for was {asked[key].get(row.rev)}")
    return found


def read_kept(engine: Engine) -> dict[str, list[Kept]]:
    """What the database keeps, by "response/code"; no key of the table is trusted."""
    kept: dict[str, list[Kept]] = defaultdict(list)
    with engine.connect() as connection:
        for response, code, rev, point in connection.execute(
            text("SELECT response_id, code, rev, point FROM answer")
        ).all():
            kept[f"{str(response).replace('-', '')}/{code}"].append(Kept(rev, point))
    return kept

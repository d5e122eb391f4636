"""One answer on its way to the disk, and what becomes of it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.errors import AppError, Conflict
from app.surveys.answering.rules import Value


class Save(NamedTuple):
    """One answer on its way: whose response (shown by a token), which code and value, and the revision known."""

    response_id: UUID
    tokens: tuple[str, ...]
    code: str
    value: Value
    rev: int


class Saved(NamedTuple):
    """An answer that is on disk."""

    rev: int
    saved_at: datetime


class StaleSave(Conflict):
    """A newer answer is kept; it comes with its revision."""

    code = "stale"

    def __init__(self, rev: int, value: Value) -> None:
        super().__init__("You gave a newer answer on another device. We kept that one.")
        self.rev, self.value = rev, value


Outcome = Saved | AppError

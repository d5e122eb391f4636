"""What comes in and goes out when somebody answers."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Choice = Annotated[str, StringConstraints(max_length=64)]


class StartIn(BaseModel):
    """How a response begins: consent, and which group and region the person speaks for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    consent: Literal[True]
    helix: Choice
    region: Choice = ""
    language: Choice
    choices: dict[Choice, Choice] = Field(default_factory=dict, max_length=50)


class StartOut(BaseModel):
    """A response that has begun, and the token that opens it."""

    response_id: UUID
    token: str


class SavedOut(BaseModel):
    """An answer that is on disk."""

    rev: int
    saved_at: datetime


class ReceiptOut(BaseModel):
    """A response that is sent."""

    receipt: str


class ResponseOut(BaseModel):
    """A response as its owner sees it."""

    status: Literal["open", "submitted", "closed"]
    questions: list[dict[str, Any]]
    answers: dict[str, dict[str, Any]]

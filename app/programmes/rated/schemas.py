"""The shapes of what stakeholders say of programmes on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class HelixOut(BaseModel):
    """The share of one helix; all null with the reason in `unknown` where it may not be shown."""

    share: float | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    unknown: str | None = None


class RatingOut(BaseModel):
    """The share who say that a programme meets what they expect of it; null with the reason in `unknown`.

    `survey`, `round` and `version` say which survey asked about which version, and which round asked last.
    """

    share: float | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    cannot_judge: int | None = None
    verdict: str | None = None
    standing: str | None = None
    by_helix: dict[str, HelixOut] = Field(default_factory=dict[str, HelixOut])
    survey: str | None
    round: int | None = None
    version: int | None
    closed_at: datetime | None
    unknown: str | None = None


class RatingSurveyIn(BaseModel):
    """A survey that asks whether programmes meet what stakeholders expect of them."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    language: Literal["en", "ca", "es", "fr", "de", "bg", "da"] = "en"
    programmes: list[Annotated[str, StringConstraints(max_length=40)]] = Field(min_length=1, max_length=1000)


class RatingSurveyOut(BaseModel):
    """The draft that was made."""

    id: UUID
    slug: str
    programmes: int

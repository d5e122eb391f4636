"""The shapes of result chains on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.indicators.rules import FIRST_YEAR, LAST_YEAR

KEPT = r"^[^\x00]*$"
"""No text with NUL: PostgreSQL keeps none."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=KEPT)]
Source = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=KEPT)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=KEPT)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30)]
ProgrammeCode = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=KEPT)]
Dimension = Literal["connections", "acceleration", "scaling_up", "talent", "competitiveness"]
Level = Literal["none", "self_reported", "external_evaluation"]


class ChainIn(BaseModel):
    """What a chain says, from the form or a program."""

    model_config = ConfigDict(extra="forbid")

    output: Line
    output_evidence: Level
    output_source: Source = ""
    outcome: Line
    outcome_evidence: Level
    outcome_source: Source = ""
    dimension: Dimension
    dimension_evidence: Level
    dimension_source: Source = ""
    indicator: Code = ""
    begun_year: int | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)


class NewChainIn(ChainIn):
    """A new chain of a programme."""

    programme: ProgrammeCode


class ChainVersionIn(ChainIn):
    """A new version of a chain, with the reason for it."""

    because: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=KEPT)] = ""


class StatementIn(BaseModel):
    """What somebody says a programme contributed."""

    model_config = ConfigDict(extra="forbid")

    words: Text
    evidence: Level
    source: Source = ""


class StatementOut(BaseModel):
    """A statement; one taken back has no words."""

    id: UUID
    number: int
    words: str
    evidence: Level
    source: str
    said_on: str
    is_withdrawn: bool


class ChangeOut(BaseModel):
    """What changed at the same time: an association, never a proof."""

    reading: str
    from_year: int
    from_value: float
    to_year: int
    to_value: float
    difference: float
    peers: dict[str, float]
    peers_median: float | None
    beyond_peers: float | None
    beyond_peers_unknown: str | None


class ChainOut(ChainIn):
    """A chain with the version that counts, its weakest evidence, what changed, and what people said."""

    id: UUID
    programme: str
    partner: str
    number: int
    version: int
    weakest_evidence: Level
    change: ChangeOut | None
    change_unknown: str | None
    statements: list[StatementOut]

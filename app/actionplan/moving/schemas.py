"""What programs read of initiatives that move indicators."""

from uuid import UUID

from pydantic import BaseModel


class AimOut(BaseModel):
    """An initiative that moves an indicator; what its sheet does not say is null."""

    initiative: str
    id: UUID
    title: dict[str, str]
    region: str | None
    baseline: float | None
    baseline_year: int | None
    target: float | None
    by_year: int | None


class MovedOut(BaseModel):
    """An indicator with the initiatives that move it; one the catalogue does not have is not `is_known`."""

    indicator: str
    is_known: bool
    is_agreed: bool
    initiatives: list[AimOut]

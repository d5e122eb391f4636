"""What programs send about the disclosure list."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from app.surveys.release.rules import LONGEST_REASON, PARTS


class ReleaseIn(BaseModel):
    """The whole list; `revision` is that of the list it was made from, 0 for the first."""

    model_config = ConfigDict(extra="forbid")

    parts: list[str] = Field(max_length=len(PARTS))
    rounds: list[int] = Field(max_length=99)
    public_from: date
    revision: int = Field(ge=0, le=10**6)


class WithdrawalIn(BaseModel):
    """Why nothing should be public any more."""

    model_config = ConfigDict(extra="forbid")

    because: str = Field(max_length=LONGEST_REASON)
    revision: int = Field(ge=0, le=10**6)


class MailsIn(BaseModel):
    """The questions whose addresses are mailed too."""

    model_config = ConfigDict(extra="forbid")

    questions: list[str] = Field(default_factory=list, max_length=100)

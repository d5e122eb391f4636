"""Reports that were ordered, their files while they last, and what stands on the covers of a consortium's reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, LargeBinary, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Report(Row, table=True):
    """A report that somebody ordered: of which survey or plan, in which format and language, and how far it has come.

    One about regions is of neither. `about` narrows it down: a round, a scenario, an initiative, years. `tries` counts
    how often a worker took it up, `seen_at` is when one was last at it. `refusal` says why it could not be made.
    `quotes` is the hash of whose words it may hold: once one of them is withdrawn or hidden, its file is handed out no
    more. The file is deleted at `expires_at`, and the order with it.
    """

    __table_args__ = (UniqueConstraint("ordered_by_id", "form_key"),)

    consortium_id: UUID = Field(foreign_key="consortium.id", index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    survey_id: UUID | None = Field(default=None, foreign_key="survey.id")
    plan_id: UUID | None = Field(default=None, foreign_key="plan.id")
    kind: str
    format: str
    language: str
    about: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    form_key: str
    state: str = "waiting"
    tries: int = 0
    refusal: str = ""
    name: str = ""
    size: int = 0
    sha256: str = ""
    quotes: str = ""
    ordered_at: datetime = Field(sa_type=UtcDateTime)
    ordered_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class ReportFile(Row, table=True):
    """The bytes of a report that was made, whole or not there."""

    report_id: UUID = Field(foreign_key="report.id", unique=True)
    content: bytes = Field(sa_type=LargeBinary)


class ReportSetting(Row, table=True):
    """What the consortium's reports say on their covers, and the document whose look they take over.

    `facts` are texts by name, such as the number of the grant; `template` is a DOCX file, empty for none.
    """

    consortium_id: UUID = Field(foreign_key="consortium.id", unique=True)
    facts: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    template_name: str = ""
    template: bytes = Field(default=b"", sa_type=LargeBinary)
    revision: int = 1

    @property
    def organisation_id(self) -> UUID | None:
        """No partner's: covers are the consortium's."""
        return None

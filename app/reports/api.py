"""Reports for programs."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from app.actionplan.portfolio.queries import get_own_plan_by_id
from app.auth.guard import permitted
from app.core.tokens import make_token
from app.people.rules import Actor
from app.reports.models import Report
from app.reports.queries import get_content, get_permitted_report, list_reports
from app.reports.rules import FORMATS, KINDS, LONGEST_STATEMENT
from app.reports.service import Order, call_off, order_report
from app.surveys.authoring.queries import get_own_survey, get_survey
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/reports", tags=["reports"], route_class=StrictRoute)

MakerDep = Annotated[Actor, permitted("report.make")]
KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key", max_length=100)]
Short = Annotated[str, Field(max_length=50)]


class NewReport(BaseModel):
    """A report to be made: about a plan, about a survey, or about the regions or programmes of the consortium."""

    model_config = ConfigDict(extra="forbid")

    kind: Short
    format: Short
    language: Short = "en"
    survey_id: UUID | None = None
    plan_id: UUID | None = None
    round: int | None = Field(default=None, ge=1, le=10_000)
    scenario: int | None = Field(default=None, ge=1, le=10_000)
    edition: int | None = Field(default=None, ge=1, le=10_000)
    item: Short | None = None
    licence: Short = ""
    first: int | None = Field(default=None, ge=1, le=10_000)
    last: int | None = Field(default=None, ge=1, le=10_000)
    among: Literal["", "all"] = ""
    beside: Literal["", "alike"] = ""
    cover: dict[Short, Annotated[str, Field(max_length=LONGEST_STATEMENT)]] = Field(default_factory=dict[str, str])


@router.get("")
def read_reports(session: SessionDep, actor: MakerDep) -> list[dict[str, Any]]:
    """The consortium's reports, the newest first, until each expires."""
    return [_out(report) for report in list_reports(session, actor)]


@router.post("", status_code=202, dependencies=[OwnCall])
def make_report(session: SessionDep, actor: MakerDep, given: NewReport, key: KeyHeader = None) -> dict[str, Any]:
    """Order a report; it is made in the background. The same key twice is one order."""
    plan = get_own_plan_by_id(session, actor, given.plan_id) if given.plan_id else None
    survey = None
    if plan:
        survey = get_survey(session, plan.survey_id)
    elif given.survey_id or given.kind not in KINDS or not KINDS[given.kind].is_of_all:
        survey = get_own_survey(session, actor, given.survey_id or UUID(int=0))
    parts = given.model_dump(exclude={"survey_id", "plan_id"})
    return _out(order_report(session, actor, Order(survey=survey, plan=plan, **parts), form_key=key or make_token()))


@router.get("/{report_id}")
def read_report(session: SessionDep, actor: MakerDep, report_id: UUID) -> dict[str, Any]:
    """How far a report has come."""
    return _out(get_permitted_report(session, actor, report_id))


@router.post("/{report_id}/call-off", dependencies=[OwnCall])
def stop_report(session: SessionDep, actor: MakerDep, report_id: UUID) -> dict[str, Any]:
    """Stop the making of a report; nothing happens once it is over."""
    report = get_permitted_report(session, actor, report_id)
    call_off(session, actor, report)
    return _out(report)


@router.get("/{report_id}/file")
def read_report_file(session: SessionDep, actor: MakerDep, report_id: UUID) -> Response:
    """The file of a report that is done; 404 before, and after its time."""
    report = get_permitted_report(session, actor, report_id)
    headers = {"Content-Disposition": f'attachment; filename="{report.name}"', "ETag": f'"{report.sha256}"'}
    return Response(get_content(session, report), media_type=FORMATS[report.format], headers=headers)


def _out(report: Report) -> dict[str, Any]:
    return {
        "id": str(report.id),
        "kind": report.kind,
        "format": report.format,
        "language": report.language,
        "survey_id": report.survey_id and str(report.survey_id),
        "plan_id": report.plan_id and str(report.plan_id),
        "about": report.about,
        "state": report.state,
        "refusal": report.refusal or None,
        "name": report.name or None,
        "size": report.size or None,
        "sha256": report.sha256 or None,
        "ordered_at": report.ordered_at.isoformat(),
        "expires_at": report.expires_at.isoformat(),
    }

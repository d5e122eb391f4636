"""Reading reports, their files, and what stands on covers."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.auth.permissions import may
from app.core.clock import now
from app.core.errors import NotFound
from app.indicators.models import Indicator, RegionReading
from app.people.rules import Actor
from app.reports.building import CoverFacts
from app.reports.models import Report, ReportFile, ReportSetting
from app.reports.rules import DAYS, WITH_QUOTES, day_in
from app.surveys.rounds.models import Round, SharedReason

NO_REPORT = "There is no such report, or its time is over."


def get_own_report(session: Session, actor: Actor, report_id: UUID) -> Report:
    """A report of the actor's consortium. Raises NotFound."""
    found = session.get(Report, report_id)
    if found is None or found.consortium_id != actor.consortium_id or found.expires_at < now():
        raise NotFound(NO_REPORT)
    return found


def get_permitted_report(session: Session, actor: Actor, report_id: UUID) -> Report:
    """A report that the actor may have: one that they may not is not there for them. Raises NotFound."""
    found = get_own_report(session, actor, report_id)
    if not _may_have(actor, found):
        raise NotFound(NO_REPORT)
    return found


def _may_have(actor: Actor, report: Report) -> bool:
    """Whether a report is the actor's to have; a bundle that somebody else ordered may hold plans, as files do."""
    is_theirs = may(actor, "report.make", report)
    return is_theirs and (report.kind != "bundle" or report.ordered_by_id == actor.id or may(actor, "plan.export"))


def list_reports(session: Session, actor: Actor) -> Sequence[Report]:
    """The reports of the actor's consortium that they may have, the newest first."""
    wanted = select(Report).where(Report.consortium_id == actor.consortium_id, col(Report.expires_at) >= now())
    found = session.exec(wanted.order_by(col(Report.ordered_at).desc(), col(Report.id))).all()
    return [report for report in found if _may_have(actor, report)]


def find_last_like(
    session: Session, actor: Actor, kind: str, survey_id: UUID | None, plan_id: UUID | None
) -> Report | None:
    """The newest report of a kind on the same thing, to begin the next one with."""
    wanted = (
        select(Report)
        .where(Report.consortium_id == actor.consortium_id, Report.kind == kind)
        .where(col(Report.survey_id).is_not_distinct_from(survey_id))
        .where(col(Report.plan_id).is_not_distinct_from(plan_id))
    )
    return session.exec(wanted.order_by(col(Report.ordered_at).desc(), col(Report.id)).limit(1)).first()


def count_open(session: Session, consortium_id: UUID) -> int:
    """How many reports of a consortium wait or are being made."""
    wanted = select(func.count()).select_from(Report).where(Report.consortium_id == consortium_id)
    return session.exec(wanted.where(col(Report.ended_at).is_(None))).one()


def get_content(session: Session, report: Report) -> bytes:
    """The bytes of a report that was made. Raises NotFound before, after its time, and once its quotes are gone."""
    found = session.exec(select(ReportFile.content).where(ReportFile.report_id == report.id)).first()
    if found is None or not has_its_quotes(session, report):
        raise NotFound(NO_REPORT)
    return found


def quotes_of(session: Session, report: Report) -> str:
    """The hash of which reasons in people's own words a report may hold now; empty for kinds that hold none."""
    if report.kind not in WITH_QUOTES:
        return ""
    rounds = select(Round.id).where(Round.survey_id == report.survey_id)
    wanted = select(SharedReason.id).where(col(SharedReason.round_id).in_(rounds))
    keys = sorted(str(key) for key in session.exec(wanted.where(col(SharedReason.hidden_on).is_(None))))
    return hashlib.sha256(" ".join(keys).encode()).hexdigest()


def has_its_quotes(session: Session, report: Report) -> bool:
    """Whether the words of people are still those that they were when a report was made."""
    return report.state != "done" or report.quotes == quotes_of(session, report)


def has_readings(session: Session, actor: Actor) -> bool:
    """Whether anything was read of regions."""
    wanted = select(RegionReading.id).join(Indicator, col(Indicator.id) == col(RegionReading.indicator_id))
    found = session.exec(wanted.where(Indicator.consortium_id == actor.consortium_id).limit(1)).first()
    return found is not None


def find_setting(session: Session, consortium_id: UUID) -> ReportSetting | None:
    """What the consortium's covers say, if anybody has said."""
    return session.exec(select(ReportSetting).where(ReportSetting.consortium_id == consortium_id)).first()


def cover_facts(setting: ReportSetting | None, own: Mapping[str, str]) -> CoverFacts:
    """What a cover says: the facts of all covers of a consortium, and those of this one."""
    facts = {**(setting.facts if setting else {}), **own}
    due, delivered = (day_in(facts.pop(name, "")) for name in DAYS)
    return replace(CoverFacts(due=due, delivered=delivered), **facts)

"""From what is followed to its shapes on the wire."""

from collections.abc import Sequence

from app.actionplan.monitoring.models import ProgressReport, YearReview
from app.actionplan.monitoring.pages import Names
from app.actionplan.monitoring.queries import Following
from app.actionplan.monitoring.rules import GateOutcome, Light, Mitigation, Unjudged
from app.actionplan.monitoring.schemas import (
    AssessmentOut,
    IndicatorOut,
    MilestoneOut,
    ReadingOut,
    ReportOut,
    ReviewOut,
    RiskOut,
)
from app.actionplan.monitoring.state import IndicatorStanding, Review, RiskStanding, Standing
from app.actionplan.monitoring.words import title_of
from app.indicators.rules import Status


def milestone_out(standing: Standing, following: Following, names: Names, language: str) -> MilestoneOut:
    """A milestone as it stands."""
    one, decision = standing.milestone, standing.decision
    reports = following.reports.get(one.id, ())
    return MilestoneOut(
        number=one.number,
        initiative=one.item_code,
        kind=one.kind,
        title=title_of(one, language),
        first_due=one.first_due,
        due=one.due,
        owner_id=one.owner_id,
        organisation_id=one.organisation_id,
        percent=standing.percent,
        light=standing.light,
        closed_because=one.closed_because or None,
        decision=GateOutcome(decision.outcome) if decision else None,
        revision=one.revision,
        reports=[report_out(report, reports, names) for report in reports],
    )


def report_out(report: ProgressReport, reports: Sequence[ProgressReport], names: Names) -> ReportOut:
    """A report, naming the number of the one among `reports` that it corrects."""
    corrected = next((one.number for one in reports if one.id == report.corrects_id), None)
    return ReportOut(
        number=report.number,
        percent=report.percent,
        words=report.words,
        spent=report.spent,
        reported_on=report.reported_on,
        corrects=corrected,
        reported_by=names.people.get(report.reported_by_id),
    )


def indicator_out(one: IndicatorStanding) -> IndicatorOut:
    """An indicator with its readings."""
    counting = list(one.by_year.values())
    return IndicatorOut(
        initiative=one.followed.code,
        indicator=one.indicator,
        unit=one.unit,
        region=one.region,
        baseline=one.target.baseline,
        baseline_year=one.baseline.year if one.baseline else None,
        target=one.target.target,
        by_year=one.target.by_year,
        expected=one.expected,
        light=one.judged if isinstance(one.judged, Light) else None,
        reason=one.judged if isinstance(one.judged, Unjudged) else None,
        readings=[
            ReadingOut(
                year=reading.year,
                value=reading.value,
                source=reading.source,
                note=reading.note,
                counts=any(reading is each for each in counting),
                is_by_hand=reading.is_by_hand,
                status=Status(reading.status) if reading.status else None,
            )
            for reading in one.readings
        ],
    )


def risk_out(one: RiskStanding, following: Following) -> RiskOut:
    """A risk with its assessments."""
    return RiskOut(
        number=one.risk.number,
        initiative=one.risk.item_code,
        text=one.risk.text,
        mitigation=one.risk.mitigation,
        level=one.level.value,
        grown_by=one.grown_by,
        assessments=[
            AssessmentOut(
                number=each.number,
                likelihood=each.likelihood,
                impact=each.impact,
                mitigation_state=Mitigation(each.mitigation_state),
                owner_id=each.owner_id,
                words=each.words,
                assessed_on=each.assessed_at.date(),
            )
            for each in following.assessments[one.risk.id]
        ],
    )


def review_out(review: Review, written: YearReview | None) -> ReviewOut:
    """A year looked back on."""

    def numbers(standings: Sequence[Standing]) -> list[int]:
        return [one.milestone.number for one in standings]

    return ReviewOut(
        year=review.year,
        until=review.until,
        planned=numbers(review.planned),
        moved=numbers(review.moved),
        reached=numbers(review.reached),
        late=numbers(review.late),
        given_up=numbers(review.given_up),
        stopped=[followed.code for followed, _, _ in review.stopped],
        money_planned=review.money_planned,
        money_spent=review.money_spent,
        grown_risks=[one.risk.number for one in review.grown],
        to_change=written.to_change if written else None,
        revision=written.revision if written else 0,
    )

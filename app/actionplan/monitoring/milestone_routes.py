"""One milestone, and one risk, in the browser."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.monitoring.forms import read_assessment, read_milestone, read_report, read_text
from app.actionplan.monitoring.models import Milestone, Risk
from app.actionplan.monitoring.pages import (
    Option,
    milestone_row,
    mitigation_options,
    names_in,
    outcome_options,
    owner_options,
    partner_options,
    risk_view,
)
from app.actionplan.monitoring.queries import Following, get_following, get_milestone, get_risk, list_mails
from app.actionplan.monitoring.routes import FOLDER, ChangerDep, ReaderDep, frame, status_of
from app.actionplan.monitoring.rules import LONGEST_REASON, LONGEST_WORDS, GateOutcome, Kind, Mitigation
from app.actionplan.monitoring.service import (
    change_milestone,
    close_milestone,
    decide_gate,
    reopen_milestone,
    report_progress,
)
from app.actionplan.monitoring.state import State
from app.actionplan.monitoring.tracking import assess_risk
from app.actionplan.monitoring.words import MITIGATION_WORDS, OUTCOME_WORDS
from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Conflict, Invalid, Stale
from app.core.tokens import make_token
from app.core.words import pick
from app.history.queries import list_entries
from app.history.rules import name_of
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, key_in, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/plans/{number}", tags=["monitoring"])

ReporterDep = Annotated[Actor, permitted("progress.report")]
DeciderDep = Annotated[Actor, permitted("gate.decide")]
AssessorDep = Annotated[Actor, permitted("risk.assess")]
Refused = (Invalid, Conflict, Stale)


@router.get("/milestones/{milestone}")
def milestone_page(request: Request, session: SessionDep, actor: ReaderDep, number: int, milestone: int) -> Response:
    """A milestone: how it stands, every report, and what may be done with it."""
    following = get_following(session, actor, number)
    return _page(request, session, actor, following, get_milestone(following, milestone), {}, None)


@router.post("/milestones/{milestone}", dependencies=[OwnForm])
def save_milestone(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, milestone: int, typed: FormDep
) -> Response:
    """Change what it is called, when it is due, and who sees to it."""
    following, one = _own(session, actor, number, milestone, "milestone.change")
    try:
        change_milestone(session, actor, one, revision_in(typed), read_milestone(typed))
    except Refused as refused:
        return _page(request, session, actor, following, one, typed, refused)
    return redirect(request, "milestone_page", number=number, milestone=milestone)


@router.post("/milestones/{milestone}/reports", dependencies=[OwnForm])
def create_progress_report(
    request: Request, session: SessionDep, actor: ReporterDep, number: int, milestone: int, typed: FormDep
) -> Response:
    """Report progress, or correct an earlier report by a new one."""
    following, one = _own(session, actor, number, milestone, "progress.report")
    try:
        report_progress(session, actor, one, read_report(typed), form_key=key_in(typed))
    except Refused as refused:
        return _page(request, session, actor, following, one, typed, refused)
    return redirect(request, "milestone_page", number=number, milestone=milestone)


@router.post("/milestones/{milestone}/closure", dependencies=[OwnForm])
def create_milestone_closure(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, milestone: int, typed: FormDep
) -> Response:
    """Give it up, for a reason."""
    following, one = _own(session, actor, number, milestone, "milestone.change")
    try:
        close_milestone(session, actor, one, revision_in(typed), read_text(typed, "because"))
    except Refused as refused:
        return _page(request, session, actor, following, one, typed, refused)
    return redirect(request, "milestone_page", number=number, milestone=milestone)


@router.post("/milestones/{milestone}/reopening", dependencies=[OwnForm])
def create_milestone_reopening(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, milestone: int, typed: FormDep
) -> Response:
    """Let it count again."""
    following, one = _own(session, actor, number, milestone, "milestone.change")
    try:
        reopen_milestone(session, actor, one, revision_in(typed))
    except Refused as refused:
        return _page(request, session, actor, following, one, typed, refused)
    return redirect(request, "milestone_page", number=number, milestone=milestone)


@router.post("/milestones/{milestone}/decisions", dependencies=[OwnForm])
def create_gate_decision(
    request: Request, session: SessionDep, actor: DeciderDep, number: int, milestone: int, typed: FormDep
) -> Response:
    """Decide at a go/stop point."""
    following, one = _own(session, actor, number, milestone, "gate.decide")
    outcome, because = typed.get("outcome", ""), read_text(typed, "because")
    try:
        decide_gate(session, actor, one, revision_in(typed), outcome, because, form_key=key_in(typed))
    except Refused as refused:
        return _page(request, session, actor, following, one, typed | {"deciding": "yes"}, refused)
    return redirect(request, "milestone_page", number=number, milestone=milestone)


@router.get("/risks/{risk}")
def risk_page(request: Request, session: SessionDep, actor: ReaderDep, number: int, risk: int) -> Response:
    """A risk: how it stands, and how it stood before."""
    following = get_following(session, actor, number)
    return _risk_page(request, session, actor, following, get_risk(following, risk), {}, {})


@router.post("/risks/{risk}/assessments", dependencies=[OwnForm])
def create_assessment(
    request: Request, session: SessionDep, actor: AssessorDep, number: int, risk: int, typed: FormDep
) -> Response:
    """Add how a risk stands now."""
    following = get_following(session, actor, number)
    one = get_risk(following, risk)
    require(actor, "risk.assess", one)
    try:
        assess_risk(session, actor, one, read_assessment(typed), form_key=key_in(typed))
    except Invalid as refused:
        return _risk_page(request, session, actor, following, one, typed, refused.errors, status=422)
    return redirect(request, "risk_page", number=number, risk=risk)


def _own(session: Session, actor: Actor, number: int, milestone: int, act: str) -> tuple[Following, Milestone]:
    """A milestone with its plan, once the actor may do this to it: what they typed is looked at only then."""
    following = get_following(session, actor, number)
    one = get_milestone(following, milestone)
    require(actor, act, one)
    return following, one


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    following: Following,
    one: Milestone,
    typed: Mapping[str, str],
    refused: Invalid | Conflict | Stale | None,
) -> Response:
    language, day = language_of(request), today()
    state, names = State(following, day), names_in(session, actor, following)
    standing = next(each for each in state.standings if each.milestone is one)
    faults: Mapping[str, str] = {}
    if refused:
        faults = refused.errors if isinstance(refused, Invalid) and refused.errors else {"again": refused.message}
    reports = following.reports.get(one.id, ())
    numbers = {report.id: report.number for report in reports}
    corrected = {report.corrects_id for report in reports}
    open_reports = [report for report in reports if report.id not in corrected]
    usual = {
        "title": one.title,
        "due": one.due.isoformat(),
        "owner": str(one.owner_id or ""),
        "partner": str(one.organisation_id or ""),
        "percent": str(standing.percent),
        "reported_on": day.isoformat(),
        "deciding": "",
        **dict.fromkeys(("words", "spent", "corrects", "because", "outcome"), ""),
    }
    return render(
        request,
        f"{FOLDER}/milestone.html",
        status=status_of(refused),
        **frame(following),
        row=milestone_row(standing, following, names, language, today=day, reader=actor.id),
        milestone=one,
        dependents=[(each.code, pick(each.item["title"], language)) for each in state.dependents(one.item_code)],
        reports=[
            {
                "row": report,
                "by": names.people.get(report.reported_by_id, "–"),
                "corrects": numbers.get(report.corrects_id) if report.corrects_id else None,
                "is_corrected": report.id in corrected,
            }
            for report in reversed(reports)
        ],
        decisions=[
            {
                "row": each,
                "word": translate(language, OUTCOME_WORDS[GateOutcome(each.outcome)]),
                "by": names.people.get(each.decided_by_id, "–"),
            }
            for each in reversed(following.decisions.get(one.id, ()))
        ],
        closed_by=names.people.get(one.closed_by_id, "–"),
        mails=list_mails(session, one.id),
        typed=usual | {"key": make_token()} | dict(typed),
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        corrections=[
            Option("", translate(language, "none: this report goes on from the one before")),
            *(Option(str(report.number), str(report.number)) for report in open_reports),
        ],
        owners=owner_options(session, actor, one.owner_id, names, language),
        partners=partner_options(names, language),
        outcomes=outcome_options(language),
        is_gate=one.kind == Kind.GATE,
        longest_reason=LONGEST_REASON,
        longest_words=LONGEST_WORDS,
        may_report=may(actor, "progress.report", one),
        may_change=may(actor, "milestone.change", one),
        may_decide=may(actor, "gate.decide", one),
        # one that was proposed and never touched has none
        may_see_history=may(actor, "history.read")
        and bool(list_entries(session, actor, [name_of("milestone", one.id)], most=1)),
    )


def _risk_page(
    request: Request,
    session: Session,
    actor: Actor,
    following: Following,
    risk: Risk,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> Response:
    language = language_of(request)
    names = names_in(session, actor, following)
    standing = next(one for one in State(following, today()).risks(risk.item_code) if one.risk is risk)
    usual = {
        "likelihood": str(standing.now.likelihood),
        "impact": str(standing.now.impact),
        "mitigation_state": standing.now.mitigation_state,
        "owner": str(standing.now.owner_id or ""),
        "words": "",
        "key": make_token(),
    }
    return render(
        request,
        f"{FOLDER}/risk.html",
        status=status,
        **frame(following),
        view=risk_view(standing, following, names, language),
        assessments=[
            {
                "row": one,
                "mitigation": translate(language, MITIGATION_WORDS[Mitigation(one.mitigation_state)]),
                "owner": names.people.get(one.owner_id, ""),
                "by": names.people.get(one.assessed_by_id, "–"),
            }
            for one in reversed(following.assessments[risk.id])
        ],
        typed=usual | dict(typed),
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        levels=[(str(level), str(level)) for level in range(1, 6)],
        mitigations=mitigation_options(language),
        owners=owner_options(session, actor, standing.now.owner_id, names, language),
        longest_words=LONGEST_WORDS,
        may_assess=may(actor, "risk.assess", risk),
    )

"""Reports are made where nobody waits, whole or not at all, for those who may have them, and for a week."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.portfolio.jobs import work_all
from app.actionplan.portfolio.models import Plan
from app.core.clock import now
from app.core.errors import Invalid, NotFound, TooMany
from app.history.models import HistoryEntry
from app.people.models import Membership
from app.people.queries import find_actor, operator
from app.people.rules import Actor
from app.reports.jobs import FAILED, make_all, make_next
from app.reports.models import Report, ReportFile
from app.reports.queries import get_content
from app.reports.rules import FILES_LAST, LOST_AFTER, MOST_AT_ONCE, MOST_TRIES
from app.reports.service import Order, call_off, order_report
from app.retention import run_retention
from app.surveys.authoring.queries import get_survey
from tests.actionplan.planning import make_plan
from tests.make import Cast


@pytest.fixture
def plan(session: Session, engine: Engine) -> Plan:
    made = make_plan(session, operator(session))
    work_all(engine)
    return made


def ask(session: Session, actor: Actor, plan: Plan, key: str = "key", **changes: str | int) -> Report:
    parts = {"kind": "plan", "format": "pdf", "language": "en"} | changes
    report = order_report(
        session, actor, Order(survey=get_survey(session, plan.survey_id), plan=plan, **parts), form_key=key
    )  # type: ignore[arg-type]
    session.commit()
    return report


def test_a_report_is_made_and_kept_whole_for_a_week(session: Session, engine: Engine, plan: Plan) -> None:
    report = ask(session, operator(session), plan)
    assert (report.state, report.about) == ("waiting", {"scenario": 1})
    with pytest.raises(NotFound):
        get_content(session, report)
    session.commit()
    assert make_all(engine) == 1
    session.expire_all()
    data = get_content(session, report)
    assert (report.state, report.size, report.sha256) == ("done", len(data), hashlib.sha256(data).hexdigest())
    assert report.name == "plan-1-scenario-1-draft-2-en.pdf"
    assert report.expires_at - report.ended_at == FILES_LAST  # type: ignore[operator]
    assert PdfReader(__import__("io").BytesIO(data)).metadata.title == "Five years"  # type: ignore[union-attr]
    acts = session.exec(select(HistoryEntry.act)).all()
    assert (acts.count("report.ordered"), acts.count("report.made")) == (1, 1)
    session.commit()
    assert run_retention(engine, is_dry_run=True)["deleted"].get("reports") is None
    report.expires_at = now() - timedelta(seconds=1)
    session.add(report)
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"]["reports"] == 1
    assert (session.exec(select(ReportFile)).all(), session.exec(select(Report)).all()) == ([], [])

"""A program that is killed while it writes leaves no part of a report: none in its place, none in the database."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from app.people.queries import operator
from app.reports.models import Report, ReportFile
from app.reports.service import Order, order_report
from app.surveys.authoring.queries import get_survey
from tests.actionplan.planning import make_plan, make_proposed_plan


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from app.cli import main; main()", *map(str, arguments)]


WORKER = """
import sys
from app.core.db import make_engine
from app.reports.jobs import make_all
make_all(make_engine(sys.argv[1]))
"""
"""What the worker does about reports, and nothing of what it does before."""


def killed(asked: list[str], variables: dict[str, str], moments: list[float]) -> None:
    """Start a command as often as there are moments, and kill it at each."""
    for moment in moments:
        with subprocess.Popen(asked, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            time.sleep(moment)
            program.send_signal(signal.SIGKILL)


def kill_worker(session: Session, engine: Engine, database: str, folder: Path, times: int) -> None:
    plan = make_proposed_plan(session, engine)
    order = Order("plan", "docx", "en", get_survey(session, plan.survey_id), plan)
    report = order_report(session, operator(session), order, form_key="key")
    session.commit()
    variables = os.environ | {"INNAXE_DATABASE_URL": database, "INNAXE_DATA_DIR": str(folder)}
    asked = [sys.executable, "-c", WORKER, database]
    begun = time.monotonic()
    subprocess.run(asked, env=variables, check=True, capture_output=True)
    lasts = time.monotonic() - begun
    session.expire_all()
    whole = session.exec(select(ReportFile.content)).one()
    assert (report.state, report.size) == ("done", len(whole))
    for part in range(1, times + 1):
        session.exec(update(Report).values(state="waiting", tries=0, seen_at=None, ended_at=None, sha256=""))
        for file in session.exec(select(ReportFile)):
            session.delete(file)
        session.commit()
        killed(asked, variables, [lasts * part / times])
        session.expire_all()
        found = session.exec(select(ReportFile.content).where(col(ReportFile.report_id) == report.id)).all()
        assert found in ([], [whole]), "in part"
        assert (report.state == "done") is bool(found)
        session.commit()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_killed_worker_leaves_an_order_or_a_whole_file(
    session: Session, engine: Engine, database: str, tmp_path: Path
) -> None:
    kill_worker(session, engine, database, tmp_path, 2)


@pytest.mark.faults
def test_a_worker_killed_twenty_times_leaves_no_part(
    session: Session, engine: Engine, database: str, tmp_path: Path
) -> None:
    kill_worker(session, engine, database, tmp_path, 20)


@pytest.mark.faults
@pytest.mark.parametrize("kind", ["docx", "pdf"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_command_killed_twenty_times_leaves_no_part(
    session: Session, engine: Engine, database: str, tmp_path: Path, kind: str
) -> None:
    plan = make_plan(session, operator(session))
    session.commit()
    out = tmp_path / f"plan.{kind}"
    variables = os.environ | {"INNAXE_DATABASE_URL": database, "INNAXE_DATA_DIR": str(tmp_path)}
    asked = command("plan", "export", plan.id, "--format", kind, "--out", out)
    begun = time.monotonic()
    subprocess.run(asked, env=variables, check=True, capture_output=True)
    lasts, whole = time.monotonic() - begun, out.read_bytes()
    out.unlink()
    for part in range(1, 21):
        killed(asked, variables, [lasts * part / 20])
        assert not out.exists() or out.read_bytes() == whole
    subprocess.run(asked, env=variables, check=True, capture_output=True)
    assert out.read_bytes() == whole

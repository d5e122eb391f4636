"""A server that is told to stop finishes what it has begun, and is back soon."""

import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.surveys.answering.models import Answer
from tests.faults.site import INNAXE, serving
from tests.faults.test_overload import nobody_writes
from tests.make import make_open_survey, make_response

BACK_WITHIN = 5.0
SLOWER = 5.0
"""Seconds more on a machine whose cores are shared with other tests."""
PEOPLE = 8


def test_a_stop_acknowledges_what_it_writes_and_writes_nothing_else(
    session: Session, engine: Engine, database: str, tmp_path: Path
) -> None:
    survey = make_open_survey(session)
    begun = [make_response(session, survey) for _ in range(PEOPLE)]
    confirmed = {str(response.id): 0 for response, _ in begun}
    with serving(database, tmp_path) as served, ThreadPoolExecutor(PEOPLE) as pool:

        def answer_on(number: int) -> None:
            response, token = begun[number]
            path = f"{served.address}/api/v1/responses/{response.id}/answers/I1.impact"
            with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
                for rev in range(100_000):
                    try:
                        saved = client.put(path, json={"value": rev % 5 + 1, "rev": rev})
                    except httpx.TransportError:
                        return
                    assert saved.status_code == 200
                    confirmed[str(response.id)] = saved.json()["rev"]

        answering = [pool.submit(answer_on, number) for number in range(PEOPLE)]
        time.sleep(2)
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=60) in (0, -signal.SIGTERM), served.log.read_text()
        stopped = time.monotonic() - began
        for one in answering:
            one.result()
        with Session(engine) as reading:
            kept = {str(one.response_id): one.rev for one in reading.exec(select(Answer)).all()}
        assert kept == confirmed
        assert sum(kept.values()) > PEOPLE
        began = time.monotonic()
        served.start()
        started, worked = time.monotonic() - began, served.seconds_of_work()
    print(f"stopped in {stopped:.2f} s, back in {started:.2f} s ({worked:.2f} of work), {sum(kept.values())} saves")  # noqa: T201
    # what it does itself is counted: the tests beside this one may take most of the machine
    assert worked < BACK_WITHIN + SLOWER
    assert stopped < BACK_WITHIN + SLOWER


def test_a_stop_waits_for_the_request_that_is_being_served(
    session: Session, engine: Engine, database: str, tmp_path: Path
) -> None:
    survey = make_open_survey(session)
    start = {"consent": True, "helix": "industry", "region": "", "language": "en"}
    with serving(database, tmp_path) as served, ThreadPoolExecutor(1) as pool:
        with nobody_writes(engine):
            path = f"{served.address}/api/v1/surveys/{survey.id}/responses"
            waiting = pool.submit(httpx.post, path, json=start, timeout=60)
            time.sleep(1)
            served.process.send_signal(signal.SIGTERM)
            time.sleep(1)
            assert served.process.poll() is None
            assert not waiting.done()
        assert waiting.result().status_code == 201
        assert served.process.wait(timeout=60) in (0, -signal.SIGTERM)


def test_a_worker_that_a_service_manager_stops_ends_by_itself(database: str, session: Session, tmp_path: Path) -> None:
    session.commit()
    surroundings = os.environ | {"INNAXE_DATABASE_URL": database, "INNAXE_DATA_DIR": str(tmp_path)}
    log = tmp_path / "worker.log"
    with log.open("wb") as file:
        worker = subprocess.Popen([INNAXE, "worker"], env=surroundings, stdout=file, stderr=file)
    try:
        end = time.monotonic() + 60
        # it is told to stop once it has a way of its own to do so
        while not _catches(worker.pid, signal.SIGTERM):
            assert time.monotonic() < end, log.read_text()
            assert worker.poll() is None, log.read_text()
            time.sleep(0.1)
        worker.terminate()
        assert worker.wait(timeout=60) == 0, log.read_text()
    finally:
        worker.kill()


def _catches(process: int, number: int) -> bool:
    found = re.search(r"SigCgt:\s+([0-9a-f]+)", Path(f"/proc/{process}/status").read_text())
    return found is not None and bool(int(found[1], 16) >> (number - 1) & 1)

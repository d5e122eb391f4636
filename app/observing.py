"""What watches the server asks for: whether it lives, is ready, and its figures; and the files of its pages."""

import hmac
from collections.abc import Iterator

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, col, func, select
from starlette.exceptions import HTTPException

from app import __version__
from app.actionplan.portfolio.models import PlanJob
from app.auth.guard import Anyone
from app.core.readiness import readiness
from app.mail.queries import count_messages
from app.reports.models import Report
from app.surveys.answering.autosave import AnswerWriter
from app.web.counting import Counts
from app.web.serving import Kind, Places, Turns
from app.web.templating import static_file

router = APIRouter(include_in_schema=False, dependencies=[Anyone])

ASKING = CapacityLimiter(2)
"""Threads of their own: whoever asks why nothing is answered must not wait for those that wait."""


@router.get("/static/{version}/{path:path}")
def static_page(request: Request, version: str, path: str) -> Response:
    """A file of ours or of an installed package; its address changes with its content."""
    try:
        file = static_file(path)
    except (FileNotFoundError, ValueError):
        raise HTTPException(404) from None
    return FileResponse(file, headers={"Cache-Control": "public, max-age=31536000, immutable"})


@router.get("/healthz")
async def health(request: Request) -> Response:
    """Whether the process answers at all."""
    return JSONResponse({"status": "ok", "version": __version__})


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """Whether it can serve, and what is in its way."""
    state = request.app.state
    checks = await to_thread.run_sync(readiness, state.engine, state.settings, limiter=ASKING)
    checks["saves"] = state.writer.is_alive
    return JSONResponse({"ready": all(checks.values()), **checks}, 200 if all(checks.values()) else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """The figures of this process and of the database, as Prometheus reads them; only for whoever holds the token."""
    wanted = request.app.state.settings.metrics_token
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if not wanted:
        raise HTTPException(404)
    if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted.encode()):
        raise HTTPException(401)
    text = await to_thread.run_sync(_text, request, limiter=ASKING)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _text(request: Request) -> bytes:
    state = request.app.state
    counts: Counts = state.counts
    own = CollectorRegistry()
    own.register(_Process(state.places, state.turns, state.writer, state.engine))
    own.register(_Database(state.engine))
    return generate_latest(counts.registry) + generate_latest(own)


class _Process(Collector):
    """How long the queues of this process are, what it has saved, and how many connections it holds."""

    def __init__(self, places: Places, turns: Turns, writer: AnswerWriter, engine: Engine) -> None:
        self._places, self._turns, self._writer, self._engine = places, turns, writer, engine

    def collect(self) -> Iterator[Metric]:
        places, turns, writer = self._places, self._turns, self._writer
        length = GaugeMetricFamily("innaxe_queue_length", "Requests served or waiting.", labels=["queue"])
        limit = GaugeMetricFamily("innaxe_queue_limit", "Beyond it the next one gets 503.", labels=["queue"])
        refused = CounterMetricFamily("innaxe_refused", "Requests sent away with 503 at once.", labels=["queue"])
        for kind in Kind:
            length.add_metric([kind], places.taken[kind])
            limit.add_metric([kind], places.most)
            refused.add_metric([kind], places.refused[kind])
        length.add_metric(["saves"], writer.waiting)
        limit.add_metric(["saves"], writer.most)
        refused.add_metric(["saves"], writer.done["busy"])
        length.add_metric(["turns to write"], turns.waiting)
        saves = CounterMetricFamily("innaxe_saves", "Answers written, by what became of them.", labels=["outcome"])
        for outcome in ("saved", "refused", "failed"):
            saves.add_metric([outcome], writer.done[outcome])
        yield from (length, limit, refused, saves)
        batches = CounterMetricFamily("innaxe_save_commits", "Transactions in which answers were written.")
        batches.add_metric([], writer.done["commits"])
        yield batches
        pool = self._engine.pool
        if isinstance(pool, QueuePool):
            held = GaugeMetricFamily("innaxe_database_connections", "Connections of this process.", labels=["state"])
            held.add_metric(["used"], pool.checkedout())
            held.add_metric(["idle"], pool.checkedin())
            yield held


class _Database(Collector):
    """What waits in the database, the same in every process; only whether it answers where it does not."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        found: list[Metric] = []
        try:
            with Session(self._engine) as session:
                found = [_mails(session), _jobs(session)]
        except SQLAlchemyError:
            found = []
        yield GaugeMetricFamily("innaxe_database_up", "Whether the database answers.", value=bool(found))
        yield from found


def _mails(session: Session) -> Metric:
    mails = GaugeMetricFamily("innaxe_mails", "Mails of the outbox.", labels=["state"])
    for state, count in count_messages(session).items():
        mails.add_metric([state], count)
    return mails


def _jobs(session: Session) -> Metric:
    jobs = GaugeMetricFamily("innaxe_jobs_waiting", "Work that was ordered and is not done.", labels=["kind"])
    reports = select(func.count()).select_from(Report).where(col(Report.ended_at).is_(None))
    plans = select(func.count()).select_from(PlanJob).where(col(PlanJob.ended_at).is_(None))
    jobs.add_metric(["report"], session.exec(reports).one())
    jobs.add_metric(["plan"], session.exec(plans).one())
    return jobs

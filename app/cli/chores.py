"""Commands that do what is due and load the demonstration: what takes most of the program to be read."""

import signal
from contextlib import suppress
from typing import Annotated

import typer

from app.actionplan.portfolio.jobs import work_all
from app.cli.work import Refused, open_database, show
from app.consensus.figures.service import DrawingFailed, draw_missing, draw_next
from app.core.logs import set_up_logs
from app.core.settings import load_settings
from app.demo import show_demo
from app.reports.jobs import make_all
from app.worker import Worker, do_chores


def worker(once: Annotated[bool, typer.Option("--once", help="do what is due and end")] = False) -> None:
    """Send due mail, draw figures, solve plans, write reports and delete what has reached its end, until stopped.

    `serve` does the same beside serving; a worker of its own relieves it.
    """
    settings = load_settings()
    engine = open_database(settings, is_thorough=True)
    set_up_logs()
    if once:
        done = do_chores(engine, settings)
        show(done | {"drawn": draw_missing(engine), "solved": work_all(engine), "written": make_all(engine)})
        engine.dispose()
        return
    running = Worker(engine, settings)
    try:
        # stopped by a service manager it finishes what is under way, as when stopped by hand
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        running.wait()
    except KeyboardInterrupt:
        running.close()
        engine.dispose()


def demo(
    answers: Annotated[int, typer.Option(min=1, max=100_000, help="simulated respondents")] = 120,
    seed: Annotated[int, typer.Option(min=0)] = 2027,
    force: Annotated[bool, typer.Option("--force", help="also into a database that is not empty")] = False,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="load only when there is nothing yet")] = False,
) -> None:
    """Load the invented demonstration consortium with simulated answers, and print how to get in."""
    settings = load_settings()
    if settings.is_production and not force:
        raise Refused("The demonstration is not loaded in production without --force.")
    engine = open_database(settings)
    try:
        show_demo(engine, settings, answers=answers, seed=seed, force=force, if_empty=if_empty)
        # a machine that is too busy for it now draws them when it serves
        with suppress(DrawingFailed):
            draw_next(engine)
    finally:
        engine.dispose()

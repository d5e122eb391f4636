"""Commands that write reports."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.actionplan.portfolio.queries import find_plan
from app.cli.work import chosen_consortium, chosen_survey, reading, work, write_file
from app.people.queries import operator_of
from app.people.rules import Actor
from app.reports.jobs import make_now, note_made
from app.reports.rules import KINDS
from app.reports.service import Order
from app.surveys.authoring.queries import get_survey


def write_report(
    key: Annotated[
        str,
        typer.Argument(metavar="ID", help="id of a plan, id or external id of a survey, id or name of a consortium"),
    ],
    kind: Annotated[
        str,
        typer.Option("--kind", help="plan, consensus, round, dissent, brief, public, methods, regions or programmes"),
    ],
    out: Annotated[Path, typer.Option()],
    form: Annotated[str, typer.Option("--format", help="docx, pdf, html or xlsx")] = "docx",
    language: Annotated[str, typer.Option()] = "en",
    number: Annotated[int | None, typer.Option("--round", min=1, help="of a survey, by default the newest")] = None,
    scenario: Annotated[int | None, typer.Option(min=1, help="of a plan, by default the first")] = None,
    edition: Annotated[int | None, typer.Option(min=1, help="of a plan, instead of a scenario")] = None,
    item: Annotated[str | None, typer.Option("--initiative", help="its code, for a brief")] = None,
    first: Annotated[int | None, typer.Option(help="first year of profiles of regions")] = None,
    last: Annotated[int | None, typer.Option(help="last year of profiles of regions, by default the newest")] = None,
) -> None:
    """Write a report, and put the file where it is wanted once it is whole."""

    def order_of(session: Session) -> tuple[Actor, Order]:
        if kind in KINDS and KINDS[kind].is_of_all:
            return chosen_consortium(session, key), Order(kind, form, language, first=first, last=last)
        plan = find_plan(session, key)
        if plan:
            actor, survey = operator_of(plan.consortium_id), get_survey(session, plan.survey_id)
        else:
            actor, survey = chosen_survey(session, key)
        return actor, Order(kind, form, language, survey, plan, number, scenario, edition, item)

    make_file(order_of, out)


def make_file(order_of: Callable[[Session], tuple[Actor, Order]], out: Path) -> None:
    """Make the report that is chosen in a database, note it, and put it where it is wanted."""
    with reading() as session:
        actor, order = order_of(session)
        data = make_now(session, actor, order)
    with work() as session:
        note_made(session, actor, order, data)
    write_file(out, data)

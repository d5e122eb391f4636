"""Commands on figures: from files, from the database, and the prioritised list."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.actionplan.portfolio.document import plan_file
from app.actionplan.portfolio.planning import PlanFileError, plan_from, read_plan_file, weights_of
from app.actionplan.portfolio.queries import find_plan
from app.actionplan.priorities.service import export_list
from app.cli.reports import make_file
from app.cli.work import Refused, chosen_survey, read_file, reading, say, work, write_file
from app.consensus.analysis import SEED, to_bytes
from app.consensus.analysis import analyse as analyse_panel
from app.consensus.panel_files import PanelFileError, read_panel_files
from app.consensus.service import analyse_survey, note_analysed
from app.core.settings import load_settings
from app.people.queries import operator_of
from app.people.rules import Actor
from app.reports.service import Order
from app.surveys.authoring.queries import get_survey

plans = typer.Typer(help="The prioritised list and the plan.", no_args_is_help=True)


def analyse(
    respondents: Annotated[Path, typer.Option()],
    ratings: Annotated[Path, typer.Option()],
    out: Annotated[Path, typer.Option()],
    plan: Annotated[Path | None, typer.Option(help="a plan file, which brings the weights")] = None,
    weights: Annotated[str, typer.Option(help="such as impact=0.5,feasibility=0.3,urgency=0.2")] = "",
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1)] = SEED,
    scale: Annotated[str, typer.Option(help="such as 1-9; found in the ratings when not given")] = "",
) -> None:
    """Analyse a consultation from its two tables; needs no server and no database."""
    data = {"respondents": read_file(respondents), "ratings": read_file(ratings)}
    if plan:
        data["plan"] = read_file(plan)
    try:
        rules = read_plan_file(data["plan"]) if plan else None
        panel, is_inferred = read_panel_files(
            data["respondents"], data["ratings"], scale=_scale(scale) if scale else None
        )
        analysis = analyse_panel(
            panel,
            weights=_weights(weights) or (weights_of(rules) if rules else None),
            seed=seed,
            inputs={name: hashlib.sha256(content).hexdigest() for name, content in data.items()},
        )
        if rules:
            analysis["plan"] = plan_from(rules, analysis)
    except (PanelFileError, PlanFileError) as error:
        raise Refused(str(error)) from error
    except ValueError as error:
        reason = str(error)
        raise Refused(f"{reason[:1].upper()}{reason[1:]}.") from error
    if is_inferred:
        say(f"The scale was taken to be {panel.low}-{panel.high}; --scale says otherwise.")
    write_file(out, to_bytes(analysis))


def write_results(
    survey: Annotated[str, typer.Option("--survey", help="id or external id of the survey")],
    out: Annotated[Path, typer.Option()],
    number: Annotated[int | None, typer.Option("--round", min=1)] = None,
) -> None:
    """Write the same analysis from the database: every figure, unsuppressed, and noted in the history."""
    with reading() as session:
        actor, found = chosen_survey(session, survey)
        analysis = analyse_survey(session, actor, found, number)
    with work() as session:
        note_analysed(session, actor, found, number)
    write_file(out, to_bytes(analysis))


@plans.command("export")
def export_plan(
    key: Annotated[str, typer.Argument(metavar="ID", help="id of the plan, or id or external id of a survey")],
    out: Annotated[Path, typer.Option()],
    kind: Annotated[str, typer.Option("--format", help="csv, xlsx, json, docx or pdf")] = "csv",
    language: Annotated[str, typer.Option()] = "en",
    scenario: Annotated[int | None, typer.Option(min=1, help="scenario of the plan, by default the first")] = None,
) -> None:
    """Write a five-year plan, or the prioritised list of a survey."""
    if kind in {"docx", "pdf"}:
        make_file(partial(_plan_order, key, kind, language, scenario), out)
        return
    address = load_settings().address
    with work() as session:
        plan = find_plan(session, key)
        if plan:
            actor = operator_of(plan.consortium_id)
            data = plan_file(session, actor, plan, scenario, kind, language, address=address).data
        else:
            actor, survey = chosen_survey(session, key)
            data = export_list(session, actor, survey, kind, language, address=address).data
    write_file(out, data)


def _plan_order(key: str, kind: str, language: str, scenario: int | None, session: Session) -> tuple[Actor, Order]:
    plan = find_plan(session, key)
    if plan is None:
        raise Refused("A prioritised list is written as csv, xlsx or json; there is no plan of this id.")
    survey = get_survey(session, plan.survey_id)
    return operator_of(plan.consortium_id), Order("plan", kind, language, survey, plan, scenario=scenario)


def _scale(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not (low.isdecimal() and high.isdecimal() and 2 <= int(high) - int(low) + 1 <= 11):
        raise Refused("A scale is written as 1-9 and has 2 to 11 points.")
    return int(low), int(high)


def _weights(text: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError:
            raise Refused("Weights are written as impact=0.5,urgency=0.5.") from None
    return weights

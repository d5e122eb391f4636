"""Commands on initiatives, surveys, invitations and responses."""

from pathlib import Path
from typing import Annotated

import typer

from app.actionplan.initiatives.exporting import export_initiatives
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.validation.service import import_file
from app.cli.people import ConsortiumOption
from app.cli.work import Refused, chosen_survey, read_file, say, show, work, write_file
from app.consensus.importing import import_responses
from app.consensus.returning import open_next_round
from app.consensus.service import close_current_round
from app.core.settings import load_settings
from app.people.queries import operator
from app.surveys.answering.queries import count_responses
from app.surveys.authoring.queries import list_surveys
from app.surveys.authoring.questionnaire import REMARK_WORDS, Report
from app.surveys.authoring.xlsform_export import export_xlsform
from app.surveys.rounds.queries import list_invitations, list_rounds
from app.surveys.rounds.service import invite as invite_address

initiatives = typer.Typer(help="Initiatives.", no_args_is_help=True)
survey = typer.Typer(help="Surveys and their rounds.", no_args_is_help=True)
invite = typer.Typer(help="Personal invitations.", no_args_is_help=True)
responses = typer.Typer(help="Responses from files.", no_args_is_help=True)

SurveyOption = Annotated[str, typer.Option("--survey", help="id or external id of the survey")]
File = Annotated[Path, typer.Argument(help="the file to read")]


@initiatives.command("import")
def import_catalogue(file: File, consortium: ConsortiumOption = "") -> None:
    """Take over initiatives from JSON, CSV or XLSX; all or nothing."""
    catalogue = parse_catalogue(file.name, read_file(file))
    with work() as session:
        count = import_initiatives(session, operator(session, consortium), catalogue)
    show({"added": count.added, "changed": count.changed, "unchanged": count.unchanged})


@initiatives.command("export")
def export_catalogue(
    kind: Annotated[str, typer.Option("--format", help="json, csv or xlsx")] = "json",
    out: Annotated[Path | None, typer.Option("--out")] = None,
    consortium: ConsortiumOption = "",
) -> None:
    """Write all initiatives in their newest versions, in a form that `import` reads."""
    with work() as session:
        data = export_initiatives(session, operator(session, consortium), kind)
    if out:
        write_file(out, data)
    else:
        typer.get_binary_stream("stdout").write(data)


@survey.command("import")
def import_survey(file: File, consortium: ConsortiumOption = "") -> None:
    """Make a survey from stakeholder-survey/1 (.json), XLSForm (.xlsx) or LimeSurvey (.lss, .lsg, .lsq)."""
    with work() as session:
        made = import_file(session, operator(session, consortium), file.name, read_file(file), language="en")
        show({"id": made.survey.id, "slug": made.survey.slug, "new": made.is_new})
        report = Report.model_validate(made.survey.import_report or {})
    for line in report.lines:
        said = "; ".join(f"{REMARK_WORDS[one.reason]} {one.detail}".rstrip(" :") for one in line.remarks)
        say(f"{line.place} {line.name} ({line.source}): {line.target or 'left out'}{said and f' – {said}'}".strip())
    for part in made.unused:
        say(f"Not used by this version: {part}.")


@survey.command("export")
def export_survey(
    key: Annotated[str, typer.Argument(metavar="ID")],
    kind: Annotated[str, typer.Option("--format", help="xlsform")] = "xlsform",
    out: Annotated[Path | None, typer.Option("--out")] = None,
) -> None:
    """Write a survey as a form that other programs, and `import`, read."""
    if kind != "xlsform":
        raise Refused("Surveys are written as xlsform.")
    with work() as session:
        data = export_xlsform(session, chosen_survey(session, key)[1])
    if out:
        write_file(out, data)
    else:
        typer.get_binary_stream("stdout").write(data)


@survey.command("open")
def open_survey(key: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Open the next round, about the items that return by the survey's rule."""
    with work() as session:
        opened = open_next_round(session, *chosen_survey(session, key))
        show({"round": opened.number, "opened_at": opened.opened_at.isoformat()})


@survey.command("close")
def close_survey(key: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Close the open round and freeze what it said; of the round of ideas there is nothing to freeze."""
    with work() as session:
        snapshot = close_current_round(session, *chosen_survey(session, key))
        show({"round": snapshot.round_number if snapshot else 0, "snapshot": snapshot and snapshot.sha256})


@survey.command("list")
def show_surveys(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the surveys."""
    with work() as session:
        lines = [
            {
                "id": str(found.id),
                "external_id": found.external_id,
                "slug": found.slug,
                "title": found.title[found.default_language],
                "rounds": [
                    {
                        "number": line.number,
                        "open": line.closed_at is None,
                        "answered": sum(count_responses(session, line.id).values()),
                    }
                    for line in list_rounds(session, found.id)
                ],
            }
            for found in list_surveys(session)
        ]
    if as_json:
        show(lines)
    else:
        for line in lines:
            typer.echo(f"{line['id']}  {line['external_id']}  {line['title']}")


@invite.command("create")
def create_invitation(
    survey: SurveyOption,
    email: Annotated[str, typer.Option()],
    helix: Annotated[str, typer.Option()] = "",
    region: Annotated[str, typer.Option()] = "",
    language: Annotated[str, typer.Option()] = "",
) -> None:
    """Invite an address and print its personal link; the link is not kept and cannot be printed again."""
    with work() as session:
        invitation, token = invite_address(
            session,
            *chosen_survey(session, survey),
            email=email,
            helix=helix,
            region=region,
            language=language,
        )
        show({"id": invitation.id, "url": f"{load_settings().address}/i/{token}"})


@invite.command("list")
def show_invitations(survey: SurveyOption, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List who is invited."""
    with work() as session:
        lines = [
            {"id": str(found.id), "email": found.email, "helix": found.helix, "region": found.region}
            for found in list_invitations(session, chosen_survey(session, survey)[1].id)
        ]
    if as_json:
        show(lines)
    else:
        for line in lines:
            typer.echo("  ".join(line.values()))


@responses.command("import")
def import_files(
    survey: SurveyOption,
    respondents: Annotated[Path, typer.Option()],
    ratings: Annotated[Path, typer.Option()],
    comments: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Take over the answers of closed rounds from the two tables of `docs/operations.md`; all or nothing."""
    with work() as session:
        count = import_responses(
            session,
            *chosen_survey(session, survey),
            respondents=read_file(respondents),
            ratings=read_file(ratings),
            comments=read_file(comments) if comments else None,
        )
        show(count)

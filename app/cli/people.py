"""Commands on consortia, organisations and people."""

from pathlib import Path
from typing import Annotated

import typer

from app.auth.service import make_sign_in_link
from app.cli.work import Refused, read_file, show, work
from app.core.settings import load_settings
from app.history.service import record
from app.people.importing import import_people, parse_people
from app.people.queries import find_person_by_email, operator
from app.people.rules import LATEST_NUTS_EDITION
from app.people.service import create_consortium, create_organisation, create_person

consortium = typer.Typer(help="Consortia: each sees only its own.", no_args_is_help=True)
org = typer.Typer(help="Organisations.", no_args_is_help=True)
user = typer.Typer(help="People with an account.", no_args_is_help=True)
people = typer.Typer(help="People and organisations from a sheet.", no_args_is_help=True)

ConsortiumOption = Annotated[str, typer.Option("--consortium", help="its name; by default the oldest")]


@consortium.command("create")
def create_consortium_of(name: Annotated[str, typer.Option()]) -> None:
    """Add a consortium."""
    with work() as session:
        show({"id": create_consortium(session, operator(session), name=name).id})


@org.command("create")
def create_org(
    name: Annotated[str, typer.Option()],
    helix: Annotated[str, typer.Option(help="academia, industry, government or civil")],
    region: Annotated[str, typer.Option(help="the main NUTS code, further ones after commas")] = "",
    edition: Annotated[str, typer.Option(help="of the NUTS codes")] = LATEST_NUTS_EDITION,
    partner: Annotated[bool, typer.Option("--partner", help="a partner of the consortium")] = False,
    consortium: ConsortiumOption = "",
) -> None:
    """Add an organisation."""
    main, *further = [code.strip() for code in region.split(",")]
    with work() as session:
        made = create_organisation(
            session,
            operator(session, consortium),
            name=name,
            helix=helix,
            region=main,
            further_regions=further,
            nuts_edition=edition,
            is_partner=partner,
        )
        show({"id": made.id})


@user.command("create")
def create_user(
    email: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help="admin, coordinator, manager, editor or reviewer")],
    organisation: Annotated[str, typer.Option("--org", help="name or id; the role is then held in it only")] = "",
    name: Annotated[str, typer.Option()] = "",
    language: Annotated[str, typer.Option()] = "en",
    consortium: ConsortiumOption = "",
) -> None:
    """Add a person with a role."""
    with work() as session:
        person = create_person(
            session,
            operator(session, consortium),
            email=email,
            role=role,
            organisation=organisation,
            name=name,
            language=language,
        )
        show({"id": person.id})


@user.command("link")
def link_user(email: Annotated[str, typer.Option()]) -> None:
    """Print a link that signs a person in once, within ten minutes, in any browser."""
    with work() as session:
        person = find_person_by_email(session, email)
        if person is None:
            raise Refused("There is no person with this address.")
        token = make_sign_in_link(session, person)
        record(session, operator(session), "sign_in_link.made", person)
    typer.echo(f"{load_settings().address}/login/{token}")


@people.command("import")
def import_sheet(file: Annotated[Path, typer.Argument(help="CSV or XLSX")], consortium: ConsortiumOption = "") -> None:
    """Take over people and their organisations from a sheet; all or nothing, faults by row and column."""
    sheet = parse_people(file.name, read_file(file))
    with work() as session:
        show(vars(import_people(session, operator(session, consortium), sheet)))

"""Commands on organisations and people."""

from datetime import timedelta
from typing import Annotated

import typer

from app.auth.service import make_sign_in_link
from app.cli.work import Refused, show, work
from app.core.settings import load_settings
from app.people.queries import find_person_by_email
from app.people.service import create_organisation, create_person

org = typer.Typer(help="Organisations.", no_args_is_help=True)
user = typer.Typer(help="People with an account.", no_args_is_help=True)


@org.command("create")
def create_org(
    name: Annotated[str, typer.Option()],
    helix: Annotated[str, typer.Option(help="academia, industry, government or civil")],
    region: Annotated[str, typer.Option(help="a NUTS code")] = "",
) -> None:
    """Add an organisation."""
    with work() as session:
        show({"id": create_organisation(session, None, name=name, helix=helix, region=region).id})


@user.command("create")
def create_user(
    email: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help="admin, coordinator, manager, editor or reviewer")],
    organisation: Annotated[str, typer.Option("--org", help="name or id")] = "",
    name: Annotated[str, typer.Option()] = "",
    language: Annotated[str, typer.Option()] = "en",
) -> None:
    """Add a person with a role."""
    with work() as session:
        person = create_person(
            session, None, email=email, role=role, organisation=organisation, name=name, language=language
        )
        show({"id": person.id})


@user.command("link")
def link_user(email: Annotated[str, typer.Option()]) -> None:
    """Print a link that signs a person in once, within ten minutes."""
    with work() as session:
        person = find_person_by_email(session, email)
        if person is None:
            raise Refused("There is no person with this address.")
        token = make_sign_in_link(session, person, lasts=timedelta(minutes=10))
    typer.echo(f"{load_settings().address}/login/{token}")

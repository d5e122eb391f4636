"""Acts on organisations and people."""

from uuid import UUID

from sqlmodel import Session

from app.core.errors import Conflict, Invalid, NotFound
from app.history.service import record
from app.people.models import Organisation, Person
from app.people.queries import find_organisation_by_name, find_person_by_email
from app.people.rules import Helix, Role, is_address


def create_organisation(
    session: Session, actor: Person | None, *, name: str, helix: str, region: str = ""
) -> Organisation:
    """Add an organisation. Raises Invalid for an empty name or unknown helix, Conflict for a name taken."""
    name = name.strip()
    if not name:
        raise Invalid("Enter the name of the organisation.")
    if helix not in set(Helix):
        raise Invalid("Choose one of the four groups: academia, industry, government, civil.")
    if find_organisation_by_name(session, name):
        raise Conflict("There is already an organisation with this name.")
    organisation = Organisation(name=name, helix=helix, region=region)
    session.add(organisation)
    record(session, actor, "organisation.created", organisation, after={"name": name, "helix": helix})
    return organisation


def create_person(
    session: Session,
    actor: Person | None,
    *,
    email: str,
    role: str,
    name: str = "",
    language: str = "en",
    organisation: str = "",
) -> Person:
    """Add a person with a role, in an organisation given by its key or name.

    Raises Invalid for an address or role that cannot be, Conflict for an address taken,
    NotFound for an unknown organisation.
    """
    email = email.strip().lower()
    if not is_address(email):
        raise Invalid("Enter an e-mail address such as name@example.org.")
    if role not in set(Role):
        raise Invalid("Choose one of the roles: admin, coordinator, manager, editor, reviewer.")
    if find_person_by_email(session, email):
        raise Conflict("There is already a person with this address.")
    found = _organisation(session, organisation) if organisation else None
    person = Person(
        name=name or email.partition("@")[0],
        email=email,
        role=role,
        language=language,
        organisation_id=found and found.id,
    )
    session.add(person)
    record(session, actor, "person.created", person, after={"role": role})
    return person


def _organisation(session: Session, key: str) -> Organisation:
    found = find_organisation_by_name(session, key)
    if found is None:
        try:
            found = session.get(Organisation, UUID(key))
        except ValueError:
            found = None
    if found is None:
        raise NotFound("There is no such organisation.")
    return found

"""Reads of organisations and people."""

from uuid import UUID

from sqlmodel import Session, col, func, select

from app.core.errors import NotFound
from app.people.models import Organisation, Person


def get_person(session: Session, person_id: UUID) -> Person:
    """The person, or NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person.")
    return person


def find_person_by_email(session: Session, email: str) -> Person | None:
    """The person with this address in any case, if there is one."""
    return session.exec(select(Person).where(func.lower(col(Person.email)) == email.strip().lower())).first()


def find_organisation_by_name(session: Session, name: str) -> Organisation | None:
    """The organisation with exactly this name, if there is one."""
    return session.exec(select(Organisation).where(Organisation.name == name)).first()

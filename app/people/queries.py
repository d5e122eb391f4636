"""Reads of consortia, organisations and people."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.core.errors import NotFound
from app.people.models import Consortium, Membership, Organisation, Person
from app.people.rules import Actor, Role

NO_PERSON, NO_ORGANISATION = "There is no such person.", "There is no such organisation."


def operator(session: Session, consortium: str = "") -> Actor:
    """The operator at the command line, who may do everything in one consortium, by default the oldest.

    Raises NotFound for a name that no consortium has.
    """
    wanted = select(Consortium).order_by(col(Consortium.created_at), col(Consortium.name))
    found = session.exec(wanted.where(Consortium.name == consortium) if consortium else wanted).first()
    if found is None:
        raise NotFound("There is no such consortium.")
    return operator_of(found.id)


def operator_of(consortium_id: UUID) -> Actor:
    """The operator at the command line in the consortium of the thing they named."""
    return Actor(id=None, consortium_id=consortium_id, roles={None: Role.ADMIN})


def find_actor(session: Session, person: Person, consortium_id: UUID | None = None) -> Actor | None:
    """The person with their roles in a consortium, by default in the one of the first name; None without any."""
    memberships = list_memberships(session, person.id)
    if not memberships:
        return None
    chosen = consortium_id or memberships[0].consortium_id
    roles = {line.organisation_id: Role(line.role) for line in memberships if line.consortium_id == chosen}
    if not roles:
        return None
    return Actor(person.id, chosen, roles, person.name, person.email, person.language)


def hold_consortium(session: Session, actor: Actor) -> Consortium:
    """The actor's consortium, which others who hold it have to wait for until this transaction ends.

    So two acts at once do not both find that something is not there yet, and add it twice. Rows that only belong to
    the consortium are added meanwhile.
    """
    wanted = select(Consortium).where(Consortium.id == actor.consortium_id)
    return session.exec(wanted.with_for_update(key_share=True)).one()


def list_memberships(session: Session, person_id: UUID) -> Sequence[Membership]:
    """What a person is and where, by the names of the consortia, those of whole consortia first."""
    return session.exec(
        select(Membership)
        .join(Consortium, col(Consortium.id) == col(Membership.consortium_id))
        .where(Membership.person_id == person_id)
        .order_by(col(Consortium.name), col(Membership.organisation_id).is_not(None), col(Membership.role))
    ).all()


def list_consortia_of(session: Session, person_id: UUID) -> Sequence[Consortium]:
    """The consortia in which a person has a role, by name."""
    wanted = select(Membership.consortium_id).where(Membership.person_id == person_id)
    return session.exec(select(Consortium).where(col(Consortium.id).in_(wanted)).order_by(col(Consortium.name))).all()


def get_person(session: Session, person_id: UUID) -> Person:
    """The person, or NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(NO_PERSON)
    return person


def get_own_person(session: Session, actor: Actor, person_id: UUID) -> Person:
    """A person of the actor's consortium, or NotFound."""
    person = session.get(Person, person_id)
    if person is None or find_actor(session, person, actor.consortium_id) is None:
        raise NotFound(NO_PERSON)
    return person


def find_person_by_email(session: Session, email: str) -> Person | None:
    """The person with this address in any case, if there is one."""
    return session.exec(select(Person).where(func.lower(col(Person.email)) == email.strip().lower())).first()


def list_people(session: Session, actor: Actor) -> Sequence[tuple[Person, Sequence[Membership]]]:
    """The people of the actor's consortium by name, each with what they are in it."""
    lines = session.exec(
        select(Person, Membership)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(Membership.consortium_id == actor.consortium_id)
        .order_by(col(Person.name), col(Person.email), col(Membership.organisation_id).is_not(None))
    ).all()
    found: dict[UUID, tuple[Person, list[Membership]]] = {}
    for person, membership in lines:
        found.setdefault(person.id, (person, []))[1].append(membership)
    return list(found.values())


def names_of(session: Session, keys: Iterable[UUID | None]) -> Mapping[UUID | None, str]:
    """The names of people by their ids; the operator has none."""
    found = session.exec(select(Person.id, Person.name).where(col(Person.id).in_([key for key in keys if key])))
    return dict(found.all())


def count_admins(session: Session, consortium_id: UUID) -> int:
    """How many people can administer the consortium now."""
    return session.exec(
        select(func.count(func.distinct(Membership.person_id)))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(
            Membership.consortium_id == consortium_id,
            Membership.role == Role.ADMIN,
            col(Membership.organisation_id).is_(None),
            col(Person.disabled_at).is_(None),
        )
    ).one()


def list_organisations(session: Session, actor: Actor) -> Sequence[Organisation]:
    """The organisations of the actor's consortium, partners first, by name."""
    wanted = select(Organisation).where(Organisation.consortium_id == actor.consortium_id)
    return session.exec(wanted.order_by(col(Organisation.is_partner).desc(), col(Organisation.name))).all()


def find_organisation_by_name(session: Session, actor: Actor, name: str) -> Organisation | None:
    """The organisation of the actor's consortium with exactly this name, if there is one."""
    return session.exec(
        select(Organisation).where(Organisation.consortium_id == actor.consortium_id, Organisation.name == name)
    ).first()


def get_own_organisation(session: Session, actor: Actor, key: str) -> Organisation:
    """An organisation of the actor's consortium by its key or name, or NotFound."""
    found = find_organisation_by_name(session, actor, key)
    if found is None:
        try:
            found = session.get(Organisation, UUID(key))
        except ValueError:
            found = None
    if found is None or found.consortium_id != actor.consortium_id:
        raise NotFound(NO_ORGANISATION)
    return found

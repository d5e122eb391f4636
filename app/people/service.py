"""Acts on consortia, organisations and people."""

from collections.abc import Sequence

from sqlmodel import Session

from app.auth.permissions import require
from app.auth.service import end_sessions, end_sessions_in
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.words import LANGUAGES
from app.history.service import record
from app.people.models import Consortium, Membership, Organisation, Person
from app.people.queries import (
    count_admins,
    find_actor,
    find_organisation_by_name,
    find_person_by_email,
    get_own_organisation,
    list_memberships,
)
from app.people.rules import (
    LATEST_NUTS_EDITION,
    NUTS_EDITIONS,
    Actor,
    Helix,
    Role,
    is_address,
    is_nuts_code,
    is_plain_line,
)

LONGEST_NAME, LONGEST_CODE = 200, 30
LAST_ADMIN = "The last administrator of a consortium cannot be removed."


def create_consortium(session: Session, actor: Actor, *, name: str) -> Consortium:
    """Add a consortium, an operator's act. Raises Invalid for a name that cannot be or is taken, NotAllowed."""
    require(actor, "consortium.create")
    consortium = Consortium(name=_name(name), created_at=now())
    session.add(consortium)
    session.flush()
    record(session, actor, "consortium.created", consortium, after={"name": consortium.name})
    return consortium


def create_organisation(
    session: Session,
    actor: Actor,
    *,
    name: str,
    helix: str,
    region: str = "",
    further_regions: Sequence[str] = (),
    nuts_edition: str = LATEST_NUTS_EDITION,
    is_partner: bool = False,
    code: str = "",
) -> Organisation:
    """Add an organisation to the actor's consortium; `code` is the short name under which initiatives name it.

    Raises Invalid for an empty name, an unknown helix, code or edition, Conflict for a name taken.
    """
    require(actor, "organisation.create")
    name = _name(name)
    if helix not in set(Helix):
        raise Invalid("Choose one of the four groups: academia, industry, government, civil.")
    if not all(is_nuts_code(code) for code in (region, *further_regions) if code):
        raise Invalid("A region is given by its NUTS code, such as ES51.")
    if nuts_edition not in NUTS_EDITIONS:
        raise Invalid("Choose the edition of the NUTS codes: 2016, 2021 or 2024.")
    if find_organisation_by_name(session, actor, name):
        raise Conflict("There is already an organisation with this name.")
    organisation = Organisation(
        consortium_id=actor.consortium_id,
        name=name,
        helix=helix,
        is_partner=is_partner,
        region=region,
        further_regions=[code for code in further_regions if code],
        nuts_edition=nuts_edition if region or further_regions else "",
        code=" ".join(code.split())[:LONGEST_CODE],
    )
    session.add(organisation)
    session.flush()
    record(session, actor, "organisation.created", organisation, after={"name": name, "helix": helix})
    return organisation


def create_person(
    session: Session,
    actor: Actor,
    *,
    email: str,
    role: str,
    name: str = "",
    language: str = "en",
    organisation: str = "",
) -> Person:
    """Give a person a role, in the whole consortium or in an organisation given by its key or name.

    Somebody who has an account through another consortium keeps it and gains the role. Raises Invalid for an
    address, name, language or role that cannot be, Conflict for somebody who is a member already, NotFound for
    an unknown organisation, NotAllowed for a role beyond the actor's.
    """
    require(actor, "person.create")
    email = email.strip().lower()
    if not is_address(email):
        raise Invalid("Enter an e-mail address such as name@example.org.")
    if language not in LANGUAGES:
        raise Invalid("This language is not one of the interface.")
    if role not in set(Role):
        raise Invalid("Choose one of the roles: admin, coordinator, manager, editor, reviewer.")
    person = find_person_by_email(session, email)
    if person and find_actor(session, person, actor.consortium_id):
        raise Conflict("There is already a person with this address.")
    found = get_own_organisation(session, actor, organisation) if organisation else None
    if person is None:
        name = name.strip() or email.partition("@")[0]
        person = Person(name=_name(name), email=email, language=language)
        session.add(person)
        session.flush()
    session.add(
        Membership(
            person_id=person.id, consortium_id=actor.consortium_id, organisation_id=found and found.id, role=role
        )
    )
    session.flush()
    record(session, actor, "person.created", person, after={"role": role, "organisation": found and str(found.id)})
    return person


def change_role(session: Session, actor: Actor, person: Person, *, role: str, organisation: str = "") -> None:
    """Give a person another role in the actor's consortium, in place of those they have; their sessions in it end.

    Raises Invalid for an unknown role, NotFound for an unknown organisation, Conflict for the last administrator.
    """
    require(actor, "person.change")
    if role not in set(Role):
        raise Invalid("Choose one of the roles: admin, coordinator, manager, editor, reviewer.")
    found = get_own_organisation(session, actor, organisation) if organisation else None
    own = [line for line in list_memberships(session, person.id) if line.consortium_id == actor.consortium_id]
    before = [{"role": line.role, "organisation": line.organisation_id and str(line.organisation_id)} for line in own]
    for line in own:
        session.delete(line)
    session.flush()
    session.add(
        Membership(
            person_id=person.id, consortium_id=actor.consortium_id, organisation_id=found and found.id, role=role
        )
    )
    session.flush()
    if not count_admins(session, actor.consortium_id):
        raise Conflict(LAST_ADMIN)
    end_sessions_in(session, person.id, actor.consortium_id)
    after = {"role": role, "organisation": found and str(found.id)}
    record(session, actor, "person.role_changed", person, before={"roles": before}, after=after)


def require_whole_account(session: Session, actor: Actor, person: Person) -> None:
    """Raise NotAllowed for an account that other consortia share: what belongs to all of them one cannot take away.

    Without this an administrator could add somebody of another consortium to their own and then lock them out.
    """
    require(actor, "person.change")
    if any(line.consortium_id != actor.consortium_id for line in list_memberships(session, person.id)):
        raise NotAllowed("This account belongs to another consortium as well. Only the operator can change it.")


def disable_person(session: Session, actor: Actor, person: Person) -> None:
    """Close a person's account; their sessions end.

    Raises Conflict for the last administrator, NotAllowed for an account that other consortia share.
    """
    require_whole_account(session, actor, person)
    person.disabled_at = person.disabled_at or now()
    session.add(person)
    session.flush()
    if not count_admins(session, actor.consortium_id):
        raise Conflict(LAST_ADMIN)
    end_sessions(session, person.id)
    record(session, actor, "person.disabled", person)


def enable_person(session: Session, actor: Actor, person: Person) -> None:
    """Open a closed account again. Raises NotAllowed for an account that other consortia share."""
    require_whole_account(session, actor, person)
    person.disabled_at = None
    session.add(person)
    record(session, actor, "person.enabled", person)


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("Enter a name of at most 200 characters.")
    if not is_plain_line(name):
        raise Invalid("A name fits on one line.")
    return name

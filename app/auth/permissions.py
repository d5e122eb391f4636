"""The one table of who may do what: act to roles. Services, pages and API all ask here."""

from app.core.errors import NotAllowed
from app.people.models import Person
from app.people.rules import Role

EVERYONE = frozenset(Role)
STAFF = frozenset({Role.ADMIN, Role.COORDINATOR, Role.MANAGER})
READERS = STAFF | {Role.REVIEWER}

PERMISSIONS: dict[str, frozenset[Role]] = {
    "home.read": EVERYONE,
    "initiative.read": EVERYONE,
    "initiative.import": STAFF | {Role.EDITOR},
    "survey.read": READERS,
    "survey.import": STAFF,
    "round.open": STAFF,
    "round.close": STAFF,
    "results.read": READERS,
    "results.export": STAFF,
    "results.unsuppressed": frozenset({Role.ADMIN}),
    "responses.import": STAFF,
    "priorities.read": READERS,
    "priorities.export": STAFF,
}


def may(actor: Person | None, act: str) -> bool:
    """Whether the person may do this. The operator at the command line (None) may do everything."""
    return actor is None or Role(actor.role) in PERMISSIONS[act]


def require(actor: Person | None, act: str) -> None:
    """Raise NotAllowed unless the person may do this."""
    if not may(actor, act):
        raise NotAllowed("Your role does not permit this.")

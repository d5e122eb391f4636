"""The one table of who may do what: act to predicate. Services, pages and API all ask here.

A predicate looks at the actor's roles and at the thing. A role held in one partner reaches only that partner's
things; a role held in the consortium reaches all of them. Things of another consortium do not exist for the actor.
"""

from collections.abc import Callable

from app.core.errors import NotAllowed, NotFound
from app.people.rules import Actor, Owned, Role

Predicate = Callable[[Actor, Owned | None], bool]

EVERYONE = tuple(Role)
STAFF = (Role.ADMIN, Role.COORDINATOR, Role.MANAGER)
LEADS = (Role.ADMIN, Role.COORDINATOR)


def anywhere(*roles: Role) -> Predicate:
    """Whoever holds one of the roles, in the consortium or in any partner."""
    return lambda actor, _: any(role in roles for role in actor.roles.values())


def central(*roles: Role) -> Predicate:
    """Whoever holds one of the roles in the whole consortium."""
    return lambda actor, _: actor.roles.get(None) in roles


def over(*roles: Role) -> Predicate:
    """Whoever holds one of the roles in the whole consortium, or in the partner whose thing it is.

    Asked without a thing, it says whether there could be one.
    """

    def predicate(actor: Actor, thing: Owned | None) -> bool:
        if thing is None:
            return any(role in roles for role in actor.roles.values())
        held = actor.roles.get(thing.organisation_id) if thing.organisation_id else None
        return actor.roles.get(None) in roles or held in roles

    return predicate


def in_partner_or(*roles: Role) -> Predicate:
    """Whoever holds any role in the partner whose thing it is, or one of these in the whole consortium.

    Asked without a thing, it says whether there could be one.
    """

    def predicate(actor: Actor, thing: Owned | None) -> bool:
        partners = {key for key in actor.roles if key is not None}
        is_theirs = bool(partners) if thing is None else thing.organisation_id in partners
        return actor.roles.get(None) in roles or is_theirs

    return predicate


def or_owner(predicate: Predicate) -> Predicate:
    """Whoever owns the thing, besides those the predicate lets in. Asked without a thing, whoever could own one."""

    def owning(actor: Actor, thing: Owned | None) -> bool:
        if thing is None:
            return bool(actor.roles)
        is_owner = actor.id is not None and getattr(thing, "owner_id", None) == actor.id
        return is_owner or predicate(actor, thing)

    return owning


def operator_only(actor: Actor, thing: Owned | None) -> bool:
    """Nobody through the web: only the operator at the command line."""
    return actor.id is None


PERMISSIONS: dict[str, Predicate] = {
    "home.read": anywhere(*EVERYONE),
    "account.change": anywhere(*EVERYONE),
    "consortium.create": operator_only,
    "organisation.read": anywhere(*STAFF),
    "organisation.create": central(*LEADS),
    "person.read": central(*STAFF),
    "person.create": central(Role.ADMIN),
    "person.change": central(Role.ADMIN),
    "person.erase": central(Role.ADMIN),
    "indicator.read": anywhere(*EVERYONE),
    "indicator.change": over(*STAFF),
    "indicator.agree": in_partner_or(*LEADS),
    "indicator.import": central(*STAFF),
    "programme.read": anywhere(*EVERYONE),
    "programme.change": over(*STAFF),
    "impact.read": anywhere(*EVERYONE),
    "impact.change": over(*STAFF, Role.EDITOR),
    "impact.say": anywhere(*EVERYONE),
    "impact.take_back": or_owner(over(*STAFF)),
    "initiative.read": anywhere(*EVERYONE),
    "initiative.import": central(*STAFF, Role.EDITOR),
    "initiative.draft": anywhere(*STAFF, Role.EDITOR),
    "initiative.change": over(*STAFF, Role.EDITOR),
    "initiative.move": over(*STAFF),
    "comment.read": anywhere(*EVERYONE),
    "comment.write": anywhere(*EVERYONE),
    "amendment.propose": anywhere(*EVERYONE),
    "amendment.judge": over(*STAFF, Role.EDITOR),
    "reply.write": over(*STAFF),
    "reply_page.open": central(*LEADS),
    "survey.read": anywhere(*STAFF, Role.REVIEWER),
    "survey.import": central(*STAFF),
    "survey.change": over(*STAFF),
    "round.open": over(*STAFF),
    "round.close": over(*STAFF),
    "reason.hide": over(*STAFF),
    "idea.judge": over(*STAFF),
    "evidence.read": anywhere(*EVERYONE),
    "evidence.change": over(*STAFF),
    "evidence.words": over(*STAFF),
    "evidence.export": central(*STAFF),
    "opinions.read": anywhere(*STAFF, Role.REVIEWER),
    "opinions.find": over(*STAFF),
    "proposal.judge": central(*STAFF),
    "wall.change": central(*LEADS),
    "results.read": anywhere(*STAFF, Role.REVIEWER),
    "results.export": over(*STAFF),
    "results.release": over(*LEADS),
    "results.unsuppressed": central(Role.ADMIN),
    "responses.import": over(*STAFF),
    "priorities.read": anywhere(*STAFF, Role.REVIEWER),
    "priorities.export": over(*STAFF),
    "decision.read": anywhere(*STAFF, Role.REVIEWER),
    "decision.make": central(*LEADS),
    "decision.export": over(*STAFF),
    "plan.read": anywhere(*STAFF, Role.REVIEWER),
    "plan.change": central(*STAFF),
    "plan.export": central(*STAFF),
    "report.make": over(*STAFF),
    "report.setting": central(*STAFF),
    "plan.adopt": central(*LEADS),
    "plan.share": central(*STAFF),
    "ballot.read": anywhere(*EVERYONE),
    "ballot.vote": in_partner_or(*LEADS),
    "edition.read": anywhere(*EVERYONE),
    "following.start": central(*STAFF),
    "milestone.read": anywhere(*EVERYONE),
    "milestone.change": over(*STAFF),
    "progress.report": or_owner(over(*STAFF)),
    "gate.decide": central(*LEADS),
    "reading.add": over(*STAFF),
    "risk.assess": over(*STAFF),
    "review.write": central(*STAFF),
    "plan_mails.change": central(*STAFF),
    "monitoring.export": central(*STAFF),
    "history.read": anywhere(*STAFF, Role.REVIEWER),
    "outbox.read": central(Role.ADMIN),
    "routes.read": central(Role.ADMIN),
}


def may(actor: Actor, act: str, thing: Owned | None = None) -> bool:
    """Whether the actor may do this, to this thing when one is given."""
    if thing is not None and thing.consortium_id != actor.consortium_id:
        return False
    return PERMISSIONS[act](actor, thing)


def require(actor: Actor, act: str, thing: Owned | None = None) -> None:
    """Raise NotAllowed unless the actor may do this; NotFound for a thing of another consortium."""
    if thing is not None and thing.consortium_id != actor.consortium_id:
        raise NotFound("There is no such thing.")
    if not may(actor, act, thing):
        raise NotAllowed("Your role does not permit this.")

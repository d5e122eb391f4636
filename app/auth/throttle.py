"""How often something may be tried: counted in the database, so that all processes count together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.auth.models import Attempt
from app.core.clock import now
from app.core.db import for_writing
from app.core.errors import TooMany
from app.core.settings import Settings
from app.core.tokens import sign
from app.web.forms import FormDep, Typed

STRETCH = timedelta(minutes=15)
LENIENCE = {"strict": 1, "test": 1000}
WAIT = "That was tried too often. Wait a quarter of an hour and try again."


@dataclass(frozen=True)
class Limit:
    """How often in a stretch of fifteen minutes; `purpose` keeps counts apart."""

    purpose: str
    most: int


SIGN_IN_BY_CLIENT = Limit("sign-in client", 30)
SIGN_IN_BY_ADDRESS = Limit("sign-in address", 5)
NEW_LINK_BY_ADDRESS = Limit("new link address", 3)
LINKS_BY_CLIENT = Limit("link client", 60)
PASSWORD_BY_ADDRESS = Limit("password address", 10)
CODE_BY_SESSION = Limit("code session", 5)


def count_attempt(engine: Engine, settings: Settings, limit: Limit, place: str) -> None:
    """Count one attempt, in a transaction of its own so that a refused request counts too. Raises TooMany."""
    moment = now()
    begins = datetime.fromtimestamp(moment.timestamp() // STRETCH.total_seconds() * STRETCH.total_seconds(), UTC)
    # the place may be an address of a person or a machine: a keyed hash counts as well as the address itself
    key = sign(settings.secret_key, limit.purpose, place)
    insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
    counted = (
        insert(Attempt)
        .values(id=uuid4(), place=key, begins_at=begins, count=1)
        .on_conflict_do_update(index_elements=["place", "begins_at"], set_={"count": col(Attempt.count) + 1})
        .returning(col(Attempt.count))
    )
    with Session(for_writing(engine)) as session, session.begin():
        count = session.connection().execute(counted).scalar_one()
    if count > limit.most * LENIENCE[settings.limits]:
        raise TooMany(WAIT)


def count_by_client(request: Request, limit: Limit) -> None:
    """Count one attempt from the machine that asks. Raises TooMany."""
    place = request.client.host if request.client else ""
    count_attempt(request.app.state.engine, request.app.state.settings, limit, place)


def throttled(limit: Limit) -> Callable[[Request], None]:
    """A dependency that counts attempts from one machine; it runs before the route's own transaction begins."""

    def throttle(request: Request) -> None:
        count_by_client(request, limit)

    return throttle


def throttled_by_address(limit: Limit) -> Callable[[Request, Typed], None]:
    """A dependency that counts attempts by the address typed into a form, known or not. Raises TooMany."""

    def throttle(request: Request, typed: FormDep) -> None:
        place = typed.get("email", "").strip().lower()[:300]
        count_attempt(request.app.state.engine, request.app.state.settings, limit, place)

    return throttle


LinksThrottled = Depends(throttled(LINKS_BY_CLIENT))
SignInThrottled = Depends(throttled(SIGN_IN_BY_CLIENT))
SignInToAddressThrottled = Depends(throttled_by_address(SIGN_IN_BY_ADDRESS))
PasswordToAddressThrottled = Depends(throttled_by_address(PASSWORD_BY_ADDRESS))
NewLinkToAddressThrottled = Depends(throttled_by_address(NEW_LINK_BY_ADDRESS))

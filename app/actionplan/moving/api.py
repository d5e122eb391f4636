"""Which initiatives move which indicators, for programs."""

from typing import Annotated

from fastapi import APIRouter

from app.actionplan.moving.queries import Aim, read_moved
from app.actionplan.moving.schemas import AimOut, MovedOut
from app.auth.guard import permitted
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.json import StrictRoute

router = APIRouter(tags=["indicators"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("initiative.read")]


@router.get("/indicators/initiatives")
def read_moved_indicators(session: SessionDep, actor: ReaderDep) -> list[MovedOut]:
    """Every indicator with the initiatives that move it, also codes that only sheets name."""
    found = read_moved(session, actor)
    known = [one.indicator.code for one in found.entries]
    return [
        MovedOut(
            indicator=code,
            is_known=code in known,
            is_agreed=code in found.agreed,
            initiatives=[_aim_out(one) for one in found.aims.get(code, ())],
        )
        for code in [*known, *found.unknown]
    ]


def _aim_out(one: Aim) -> AimOut:
    target = one.target
    return AimOut(
        initiative=one.initiative.external_id,
        id=one.initiative.id,
        title=one.version.title,
        region=target.get("region"),
        baseline=target.get("baseline"),
        baseline_year=target.get("baseline_year"),
        target=target.get("target"),
        by_year=target.get("by_year"),
    )

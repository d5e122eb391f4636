"""Links of indicators, programmes and initiatives for programs."""

from typing import Annotated, Any

from fastapi import APIRouter

from app.actionplan.impact.links.queries import read_links
from app.actionplan.impact.links.rules import gaps
from app.auth.guard import permitted
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.json import StrictRoute

router = APIRouter(prefix="/impact/links", tags=["impact"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("impact.read")]


@router.get("")
def read_all_links(session: SessionDep, actor: ReaderDep) -> dict[str, Any]:
    """What moves and supports what, by codes, and every gap."""
    found = read_links(session, actor)
    network = found.network
    return {
        "indicators": [
            {
                "code": code,
                "initiatives": network.initiatives_moving(code),
                "programmes": network.programmes_moving(code),
            }
            for code in network.indicators
        ],
        "initiatives": [
            {"code": code, "indicators": sorted(network.moved[code]), "programmes": sorted(network.supported[code])}
            for code in network.initiatives
        ],
        "gaps": [{"gap": one.gap.value, "code": one.code, "other": one.other or None} for one in gaps(network)],
        "adopted_plans": [
            {
                "plan": one.plan.number,
                "edition": one.edition,
                "initiatives": one.coverage.initiatives,
                "indicators": one.coverage.indicators,
                "supported": one.coverage.supported,
                "indicators_left_out": one.coverage.left_out,
            }
            for one in found.plans
        ],
    }

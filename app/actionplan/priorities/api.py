"""Priorities for programs."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actionplan.priorities.comparing import bridges, five_weightings, moving, opinions, sensitivity
from app.actionplan.priorities.rules import typed_in
from app.actionplan.priorities.service import export_list, require_weighing
from app.auth.guard import permitted
from app.consensus.basis import rank_under
from app.consensus.queries import get_basis, get_snapshot
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey
from app.web.deps import SessionDep, WritingSessionDep
from app.web.json import StrictRoute
from app.web.language import language_of

router = APIRouter(tags=["priorities"], route_class=StrictRoute)


@router.get("/surveys/{survey_id}/priorities")
def read_priorities(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("priorities.export")],
    survey_id: UUID,
    format: Literal["json", "csv", "xlsx"] = "json",  # noqa: A002 -- the name programs use
) -> Response:
    """The prioritised list under weights as in the page's address, by default those fixed with the survey."""
    survey, address = get_own_survey(session, actor, survey_id), request.app.state.settings.address
    typed = {name: value for name, value in typed_in(request.query_params).items() if name != "format"}
    file = export_list(session, actor, survey, format, language_of(request), typed, address=address)
    return Response(
        file.data,
        media_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


@router.get("/surveys/{survey_id}/ranking")
def read_ranking(
    request: Request, session: SessionDep, actor: Annotated[Actor, permitted("priorities.read")], survey_id: UUID
) -> dict[str, Any]:
    """The order under weights as in the page's address, how sure it is, what would change it, and second opinions."""
    survey = get_own_survey(session, actor, survey_id)
    snapshot = get_snapshot(session, survey.id)
    findings, basis = snapshot.findings, get_basis(session, snapshot)
    weighing = require_weighing(session, snapshot, basis, typed_in(request.query_params))
    ranked = rank_under(findings, basis, weighing.weights)
    found, second, weightings = (
        sensitivity(basis, ranked),
        opinions(findings, basis, ranked),
        five_weightings(findings, basis),
    )
    return {
        "snapshot": snapshot.sha256,
        "round": snapshot.round_number,
        "engine": findings["engine"],
        "seed": findings["seed"],
        "draws": ranked.draws,
        "way": weighing.way.value,
        "weights": ranked.weights,
        "consistency": weighing.consistency,
        "asked": basis.asked,
        "k": ranked.k,
        "first": ranked.members,
        "same_share": ranked.same_share,
        "lines": ranked.lines,
        "rank_probability": ranked.probability,
        "sensitivity": {
            "within": 0.2,
            "holds_together": found.holds_together,
            "holds_singly": found.holds_singly,
            "by_criterion": {
                name: {"more": more and more._asdict(), "less": less and less._asdict()}
                for name, (more, less) in found.changes.items()
            },
        },
        "methods": second._asdict(),
        "bridging": {name: bridge and bridge._asdict() for name, bridge in bridges(findings).items()},
        "unknown_weights": basis.unknown,
        "weightings": [one._asdict() for one in weightings],
        "moving": moving(weightings, ranked.k),
    }

"""Looking for opinion groups, once for each closed round."""

from sqlmodel import Session, select

from app.actionplan.opinions.models import OpinionSnapshot, WallOpinions
from app.actionplan.opinions.queries import find_opinions, find_wall_opinions, list_opinions, read_votes
from app.actionplan.opinions.rules import find_groups
from app.actionplan.proposals.models import IdeasWall
from app.actionplan.proposals.queries import support_matrix
from app.actionplan.proposals.rules import SMALLEST_SHOWN
from app.auth.permissions import require
from app.consensus.queries import get_snapshot
from app.consensus.service import hash_of
from app.core.clock import today
from app.core.errors import Conflict, NotFound
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.models import Survey

SEED = 1


def freeze_wall_opinions(session: Session, actor: Actor) -> WallOpinions:
    """Find the opinion groups of the closed ideas wall; whoever comes second gets what the first found.

    Raises NotFound where there has been no wall, Conflict while it is open: there each new voice would show in the
    difference between what was found before and after.
    """
    require(actor, "proposal.judge")
    wanted = select(IdeasWall).where(IdeasWall.consortium_id == actor.consortium_id).with_for_update()
    wall = session.exec(wanted.execution_options(populate_existing=True)).first()
    if wall is None:
        raise NotFound("There is no ideas wall.")
    known = find_wall_opinions(session, actor.consortium_id)
    if known:
        return known
    if wall.opened_at:
        raise Conflict("Close the ideas wall first: while voices come in, each new one would show in the difference.")
    given = support_matrix(session, actor.consortium_id)
    items = [str(proposal.number) for proposal in given.proposals]
    findings = find_groups(given.votes, items, minimum=SMALLEST_SHOWN, seed=SEED)
    made = WallOpinions(
        consortium_id=actor.consortium_id, found_on=today(), findings=findings, sha256=hash_of(findings)
    )
    session.add(made)
    session.flush()
    record(session, actor, "opinions.found", wall, after={"sha256": made.sha256})
    return made


def freeze_opinions(session: Session, actor: Actor, survey: Survey) -> OpinionSnapshot:
    """Find the opinion groups of the last closed round; whoever comes second gets what the first found.

    They are kept and never found anew: with answers withdrawn since, the difference would tell what was in these.
    Raises NotFound before a round has closed.
    """
    require(actor, "opinions.find", survey)
    snapshot = get_snapshot(session, survey.id)
    session.exec(select(Survey.id).where(Survey.id == survey.id).with_for_update()).one()
    known = find_opinions(session, survey.id, snapshot.round_number)
    if known:
        return known
    earlier = list_opinions(session, survey.id)
    given = read_votes(session, survey, snapshot)
    findings = find_groups(
        given.votes,
        given.items,
        minimum=survey.minimum_group,
        seed=survey.seed,
        totals=given.totals,
        before=earlier[-1].findings["groups"] if earlier else None,
    ) | {"criterion": given.criterion}
    made = OpinionSnapshot(
        survey_id=survey.id,
        round_id=snapshot.round_id,
        round_number=snapshot.round_number,
        findings=findings,
        sha256=hash_of(findings),
    )
    session.add(made)
    session.flush()
    record(session, actor, "opinions.found", survey, after={"round": made.round_number, "sha256": made.sha256})
    return made

"""Looking for opinion groups, once for each closed round."""

from sqlmodel import Session, select

from app.actionplan.opinions.models import OpinionSnapshot
from app.actionplan.opinions.queries import find_opinions, list_opinions, read_votes
from app.actionplan.opinions.rules import find_groups
from app.auth.permissions import require
from app.consensus.queries import get_snapshot
from app.consensus.service import hash_of
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.models import Survey


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

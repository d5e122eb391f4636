"""What findings need to know beside the ratings: what was fixed, who was asked, and in which order and language."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from app.consensus.findings import Setting
from app.consensus.flow import Course
from app.consensus.queries import find_snapshot_before, read_asked
from app.consensus.spooling import MOST_WHOLE, count_people
from app.surveys.answering.models import Respondent, Response
from app.surveys.answering.queries import count_begun
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import helices_of, list_criteria, weights_of
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.queries import count_invitations


def read_setting(session: Session, survey: Survey, closed: Round) -> Setting:
    """The setting of a closed round."""
    wanted = (
        select(Respondent.code, Respondent.language, col(Response.item_codes))
        .join(Response, col(Response.respondent_id) == col(Respondent.id))
        .where(Response.round_id == closed.id)
    )
    people: Sequence[tuple[str, str, list[str] | None]] = (
        # parts of a large panel bring these along
        [] if count_people(session, survey) > MOST_WHOLE else session.exec(wanted).all()
    )
    before = find_snapshot_before(session, survey.id, closed.number)
    return Setting(
        survey=str(survey.id),
        helices=helices_of(session, survey.id),
        weights=weights_of(list_criteria(session, survey.id)),
        rule=survey.rule,
        minimum=survey.minimum_group,
        seed=survey.seed,
        invited=count_invitations(session, survey.id),
        asked=read_asked(session, survey.id),
        course=read_course(session, survey, closed),
        languages={code: language for code, language, _ in people},
        orders={code: order for code, _, order in people if order},
        before=before.findings if before else None,
    )


def read_course(session: Session, survey: Survey, closed: Round) -> Course:
    """How many are invited, began and sent in a round, by helix and region."""
    rows = session.exec(
        select(Invitation.helix, Invitation.region, func.count())
        .where(Invitation.survey_id == survey.id)
        .group_by(col(Invitation.helix), col(Invitation.region))
    ).all()
    invited = {(helix, region): count for helix, region, count in rows}
    begun = count_begun(session, closed.id)
    return {place: (invited.get(place, 0), *begun.get(place, (0, 0))) for place in sorted({*invited, *begun})}

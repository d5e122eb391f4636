"""What the desk shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.actionplan.discussion.models import Amendment
from app.actionplan.discussion.queries import list_assigned, list_waiting_amendments
from app.actionplan.initiatives.models import Initiative
from app.actionplan.proposals.queries import count_states
from app.actionplan.proposals.rules import State
from app.auth.permissions import may
from app.consensus.queries import find_snapshot
from app.people.rules import Actor
from app.surveys.answering.queries import count_begun, count_responses
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_items, list_surveys
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import count_invitations, list_rounds


@dataclass(frozen=True)
class RoundLine:
    """One round: how many have sent, and once it has closed how many are counted: those who only saved are, too."""

    round: Round
    sent: int
    counted: int | None


@dataclass(frozen=True)
class SurveyLine:
    """One survey with its rounds and sizes."""

    survey: Survey
    items: int
    invited: int
    rounds: Sequence[RoundLine]
    has_results: bool

    @property
    def open_round(self) -> RoundLine | None:
        """The round that takes answers now."""
        return next((line for line in self.rounds if line.round.closed_at is None), None)


@dataclass(frozen=True)
class Waiting:
    """What waits for the actor: proposals and amendments to decide about, and comments assigned to them."""

    proposals: int
    amendments: Sequence[tuple[Amendment, Initiative]]
    assigned: int


def list_waiting(session: Session, actor: Actor) -> Waiting:
    """What waits for the actor, of what they may decide."""
    may_judge = may(actor, "proposal.judge")
    return Waiting(
        proposals=count_states(session, actor.consortium_id)[State.WAITING] if may_judge else 0,
        amendments=[
            (amendment, initiative)
            for amendment, initiative in list_waiting_amendments(session, actor)
            if may(actor, "amendment.judge", initiative)
        ],
        assigned=len(list_assigned(session, actor)),
    )


def list_survey_lines(session: Session, actor: Actor) -> list[SurveyLine]:
    """The surveys of the actor's consortium, the newest first."""
    return [survey_line(session, survey) for survey in list_surveys(session, actor)]


def survey_line(session: Session, survey: Survey) -> SurveyLine:
    """One survey as the desk shows it."""
    return SurveyLine(
        survey=survey,
        items=len(list_items(session, survey.id)),
        invited=sum(count_invitations(session, survey.id).values()),
        rounds=[
            RoundLine(
                found,
                sum(sent for _, sent in count_begun(session, found.id).values()),
                sum(count_responses(session, found.id).values()) if found.closed_at else None,
            )
            for found in list_rounds(session, survey.id)
        ],
        has_results=find_snapshot(session, survey.id) is not None,
    )

"""What reports of results are made from: a round of a survey, looked at by each of its criteria, in one language."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlmodel import Session

from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot_before, list_snapshots
from app.consensus.rules import weightiest
from app.consensus.told import Asked, Told, tell
from app.documents.document import Note
from app.reports.building import CoverVersion, Pen
from app.reports.pictures import Pictures
from app.surveys.authoring.models import Deviation, Survey
from app.surveys.authoring.queries import list_deviations


@dataclass(frozen=True)
class RoundReading:
    """One closed round: `told` looks at it by the criterion that weighs most; `snapshots` are those up to it."""

    pen: Pen
    survey: Survey
    told: Told
    before: Snapshot | None
    snapshots: Sequence[Snapshot]
    pictures: Pictures
    deviations: Sequence[Deviation]

    @property
    def number(self) -> int:
        """The number of the round."""
        return self.told.snapshot.round_number

    @property
    def title(self) -> str:
        """What the survey is called."""
        return self.pen.pick(self.survey.title)

    @cached_property
    def by_criterion(self) -> Sequence[Told]:
        """The round looked at by each criterion in turn."""
        return [self.by(criterion) for criterion in self.told.findings["criteria"]]

    def by(self, criterion: str) -> Told:
        """The round looked at by one criterion."""
        return replace(self.told, view=replace(self.told.view, criterion=criterion))

    @property
    def status(self) -> Sequence[Note]:
        """What a cover says of the round before everything else."""
        say = self.pen.say
        notes = [Note(say("Notice"), say("Invented demonstration content"))] if self.survey.is_demo else []
        return [*notes, Note(say("Asked by"), self.survey.controller)]

    @property
    def versions(self) -> Sequence[CoverVersion]:
        """The rounds up to this one, each with the day its results were frozen."""
        return [
            CoverVersion(
                self.pen.say("Round %(number)s", number=one.round_number),
                one.created_at.date(),
                change=self.pen.say("Results frozen"),
            )
            for one in self.snapshots
        ]

    @property
    def sources(self) -> list[Note]:
        """What the figures rest on, so that anybody can work them out again."""
        say, findings = self.pen.say, self.told.findings
        notes = [
            Note(say("Survey"), self.survey.external_id),
            Note(say("Asked by"), self.survey.controller),
            Note(say("Round"), str(self.number)),
            Note(say("Hash of the results"), self.told.snapshot.sha256),
            Note(say("Protocol"), self.survey.protocol_sha256),
            Note(say("Re-samples"), self.pen.number(findings["draws"])),
            Note(say("Seed"), str(findings["seed"])),
            Note(say("Program version"), findings["engine"]),
        ]
        return [note for note in notes if note.text]


def read_round(session: Session, survey: Survey, number: int | None, language: str) -> RoundReading:
    """A closed round of a survey, by default the last. Raises NotFound."""
    told = tell(session, survey, Asked(number, "", "rating", "", ""), language)
    told = replace(told, view=replace(told.view, criterion=weightiest(told.findings)))
    chosen = told.snapshot.round_number
    before = find_snapshot_before(session, survey.id, chosen)
    return RoundReading(
        pen=Pen(language, survey.default_language),
        survey=survey,
        told=told,
        before=before,
        snapshots=[one for one in list_snapshots(session, survey.id) if one.round_number <= chosen],
        pictures=Pictures(session, survey, told.snapshot, before, language),
        deviations=list_deviations(session, survey.id),
    )

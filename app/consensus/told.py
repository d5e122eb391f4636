"""What every page of results needs: the snapshot asked for, the words of its parts, and which part is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from sqlmodel import Session

from app.consensus.filtering import View
from app.consensus.models import Snapshot
from app.consensus.pages import SORTS, criterion_label
from app.consensus.queries import get_snapshot, list_numbers
from app.core.errors import Invalid
from app.core.words import pick
from app.surveys.authoring.models import Criterion, Survey, SurveyItem
from app.surveys.authoring.queries import find_question, list_criteria, list_items, option_names
from app.web.helices import Mark, marks_of
from app.web.language import language_of


@dataclass(frozen=True)
class Asked:
    """The view as an address asks for it; what is left out takes what is usual."""

    number: int | None
    criterion: str
    sort: str
    helix: str
    region: str


def read_asked_view(
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
    criterion: str = "",
    sort: str = "rating",
    helix: str = "",
    region: str = "",
) -> Asked:
    """The view in the query of an address."""
    return Asked(number, criterion, sort, helix, region)


ViewDep = Annotated[Asked, Depends(read_asked_view)]


@dataclass(frozen=True)
class Told:
    """A snapshot with the words of its survey in one language, and the view of it."""

    survey: Survey
    snapshot: Snapshot
    rounds: Sequence[int]
    view: View
    items: dict[str, SurveyItem]
    criteria: Sequence[Criterion]
    marks: Sequence[Mark]
    region_names: dict[str, str]
    language: str

    @property
    def findings(self) -> dict[str, Any]:
        """What may be shown."""
        return self.snapshot.findings

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of the criterion that is looked at."""
        return self.findings["items"][self.view.criterion]

    def title(self, code: str) -> str:
        """An initiative's title."""
        return pick(self.items[code].title, self.language, self.survey.default_language)

    def group(self, code: str) -> str:
        """A helix' name."""
        return next((mark.label for mark in self.marks if mark.code == code), code)

    def frame(self) -> dict[str, Any]:
        """What the frame of each page of results shows."""
        view = self.view
        return {
            "survey": self.survey,
            "snapshot": self.snapshot,
            "findings": self.findings,
            "rounds": self.rounds,
            "view": view,
            "criterion_label": criterion_label(self.criteria, view.criterion, self.survey, self.language),
            "criteria": [(c.code, pick(c.label, self.language, self.survey.default_language)) for c in self.criteria],
            "sorts": SORTS,
            "marks": self.marks,
            "regions": self.region_names,
        }


def read_told(request: Request, session: Session, survey: Survey, asked: Asked) -> Told:
    """The snapshot and the view an address asks for. Raises NotFound without such results, Invalid for another part."""
    return tell(session, survey, asked, language_of(request))


def tell(session: Session, survey: Survey, asked: Asked, language: str) -> Told:
    """The snapshot and the view asked for, in a language. Raises NotFound without results, Invalid for another part."""
    snapshot = get_snapshot(session, survey.id, asked.number)
    findings = snapshot.findings
    criterion = asked.criterion or findings["criteria"][0]
    regions: list[str] = [code for code in findings.get("regions", []) if code]
    if (
        criterion not in findings["criteria"]
        or asked.sort not in SORTS
        or asked.helix not in ("", *findings["helices"])
        or asked.region not in ("", *regions)
    ):
        raise Invalid("There is no such criterion, group, region or order.")
    names = option_names(session, survey, "region", language)
    question = find_question(session, survey.id, "helix")
    return Told(
        survey=survey,
        snapshot=snapshot,
        rounds=list_numbers(session, survey.id),
        view=View(snapshot.round_number, criterion, asked.sort, asked.helix, asked.region),
        items={item.code: item for item in list_items(session, survey.id)},
        criteria=list_criteria(session, survey.id),
        marks=marks_of(question.options if question else [], language, survey.default_language),
        region_names={code: names.get(code) or code for code in regions},
        language=language,
    )

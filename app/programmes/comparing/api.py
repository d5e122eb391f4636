"""Programmes beside each other, for programs."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.auth.guard import permitted
from app.people.rules import Actor
from app.programmes.comparing.queries import names_of_partners, read_facts
from app.programmes.comparing.rules import (
    FIGURES,
    Axis,
    Middle,
    Reason,
    compare,
    gaps,
    lessons,
    matrix,
    middle_of,
    overlaps,
)
from app.programmes.rated.pages import rating_out
from app.programmes.rated.queries import NOT_ASKED, ratings
from app.programmes.rated.schemas import RatingOut
from app.programmes.rules import Span, Unknown
from app.programmes.schemas import Category
from app.web.deps import SessionDep
from app.web.json import StrictRoute

router = APIRouter(tags=["programmes"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("programme.read")]


class ComparedOut(BaseModel):
    """A programme of a category; each figure is null with its reason in `unknown` where it is not known."""

    code: str
    partner: str
    name: str
    use: float | None
    cost_per_participant: tuple[float, float] | None
    satisfaction: float | None
    satisfaction_interval: tuple[float, float] | None
    evidence_level: str
    years_running: int | None
    staff_fte: float | None
    unknown: dict[str, str]
    expectations: RatingOut


class MiddleOut(BaseModel):
    """The median over partners, and how many it rests on; null where there is none."""

    value: float | None
    partners: int


class ComparisonOut(BaseModel):
    """The programmes of a category by partner and code, which is no ranking, and the medians over partners."""

    category: str
    programmes: list[ComparedOut]
    medians: dict[str, MiddleOut]


class CellOut(BaseModel):
    """The programmes of a partner in a row, and which of them overlap with another partner's."""

    row: str
    partner: str
    programmes: list[str]
    overlapping: list[str]


class GapOut(BaseModel):
    """A target group that no programme of the category names; `silent` ones do not say whom they are for."""

    category: str
    target_group: str
    silent: int


class OverlapOut(BaseModel):
    """Programmes of several partners with the same category, target group and delivery."""

    category: str
    target_group: str
    delivery_mode: str
    programmes: list[str]


class CoverageOut(BaseModel):
    """Who offers what to whom, what nobody offers, and where partners offer the same."""

    by: str
    cells: list[CellOut]
    gaps: list[GapOut]
    overlaps: list[OverlapOut]


class ReasonOut(BaseModel):
    """What makes a programme strong or weak, with the figure it rests on."""

    ground: str
    figure: float | None


class OwnOut(BaseModel):
    """A weak programme of the learner, and why it is weak."""

    programme: str
    reasons: list[ReasonOut]


class LessonOut(BaseModel):
    """A partner could learn from a programme of another; without `own` it offers nothing to these target groups."""

    learner: str
    partner: str
    programme: str
    category: str
    target_groups: list[str]
    strengths: list[ReasonOut]
    own: list[OwnOut]
    transferability: int | None


@router.get("/programmes/comparison")
def read_comparison(session: SessionDep, actor: ReaderDep, category: Annotated[Category, Query()]) -> ComparisonOut:
    """The programmes of a category across partners."""
    rows, found = compare(read_facts(session, actor), category), ratings(session, actor)
    return ComparisonOut(
        category=category,
        programmes=[
            ComparedOut(
                code=one.facts.code,
                partner=one.facts.partner,
                name=one.facts.name,
                use=None if isinstance(one.use, Unknown) else one.use,
                cost_per_participant=_ends(one.cost),
                satisfaction=one.facts.satisfaction,
                satisfaction_interval=_ends(one.interval),
                evidence_level=one.facts.evidence,
                years_running=one.facts.years,
                staff_fte=one.facts.staff,
                unknown={
                    name: value.value
                    for name, value in (
                        ("use", one.use),
                        ("cost_per_participant", one.cost),
                        ("interval", one.interval),
                    )
                    if isinstance(value, Unknown)
                },
                expectations=rating_out(found.get(one.facts.code, NOT_ASKED)),
            )
            for one in rows
        ],
        medians={name: _middle(middle_of(rows, name)) for name in FIGURES},
    )


@router.get("/programmes/coverage")
def read_coverage(
    session: SessionDep, actor: ReaderDep, by: Annotated[Literal["category", "target"], Query()] = "category"
) -> CoverageOut:
    """The matrix of categories or target groups by partner."""
    facts = read_facts(session, actor)
    cells = matrix(facts, names_of_partners(session, actor, facts), Axis(by))
    return CoverageOut(
        by=by,
        cells=[
            CellOut(row=row, partner=partner, programmes=list(cell.codes), overlapping=list(cell.shared))
            for (row, partner), cell in cells.items()
        ],
        gaps=[GapOut(category=one.category, target_group=one.target, silent=one.silent) for one in gaps(facts)],
        overlaps=[
            OverlapOut(
                category=one.category,
                target_group=one.target,
                delivery_mode=one.delivery,
                programmes=[each.code for each in one.programmes],
            )
            for one in overlaps(facts)
        ],
    )


@router.get("/programmes/lessons")
def read_lessons(session: SessionDep, actor: ReaderDep) -> list[LessonOut]:
    """Who could learn from whom, with the reasons."""
    facts = read_facts(session, actor)
    return [
        LessonOut(
            learner=one.learner,
            partner=one.model.partner,
            programme=one.model.code,
            category=one.model.category,
            target_groups=list(one.targets),
            strengths=[_reason(reason) for reason in one.strengths],
            own=[OwnOut(programme=own.code, reasons=[_reason(reason) for reason in why]) for own, why in one.own],
            transferability=one.model.transferability,
        )
        for one in lessons(facts, names_of_partners(session, actor, facts))
    ]


def _ends(value: Span | Unknown) -> tuple[float, float] | None:
    return None if isinstance(value, Unknown) else (value.low, value.high)


def _middle(middle: Middle | Unknown) -> MiddleOut:
    known = isinstance(middle, Middle)
    return MiddleOut(value=middle.value if known else None, partners=middle.partners if known else 0)


def _reason(reason: Reason) -> ReasonOut:
    return ReasonOut(ground=reason.ground.value, figure=reason.figure)

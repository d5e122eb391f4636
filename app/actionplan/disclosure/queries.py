"""Reads of what everybody may read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.actionplan.disclosure.rules import disclose
from app.actionplan.discussion.replying import is_page_open
from app.consensus.queries import list_snapshots
from app.core.errors import NotFound
from app.core.words import pick
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_criteria, list_items, option_names
from app.surveys.release.models import ResultsRelease
from app.surveys.release.queries import find_release, standing_now
from app.surveys.release.rules import Standing

NOT_PUBLIC = "These results are not public."


@dataclass(frozen=True)
class Disclosed:
    """One round as everybody may read it: `shown` is all that pages, files and programs get of the figures."""

    parts: tuple[str, ...]
    rounds: tuple[int, ...]
    number: int
    shown: Mapping[str, Any]
    snapshot: str
    frozen_at: datetime


@dataclass(frozen=True)
class Named:
    """The words of a survey in one language, by code."""

    items: Mapping[str, str]
    criteria: Mapping[str, str]
    helices: Mapping[str, str]
    regions: Mapping[str, str]


def get_disclosed(session: Session, survey: Survey, number: int | None = None) -> Disclosed:
    """What is public today of a round, by default of the last one released. Raises NotFound for anything else."""
    release = find_release(session, survey.id)
    if release is None or standing_now(release) is not Standing.PUBLIC:
        raise NotFound(NOT_PUBLIC)
    return disclosed_of(session, survey, release.parts, release.rounds, number)


def disclosed_of(
    session: Session, survey: Survey, parts: list[str], rounds: list[int], number: int | None = None
) -> Disclosed:
    """What a disclosure list leaves of a round, by default of its last. Raises NotFound for one it does not name."""
    known = {one.round_number: one for one in list_snapshots(session, survey.id) if one.round_number in rounds}
    chosen = number if number is not None else max(known, default=0)
    if chosen not in known:
        raise NotFound(NOT_PUBLIC)
    snapshot = known[chosen]
    return Disclosed(
        parts=tuple(parts),
        rounds=tuple(sorted(known)),
        number=chosen,
        shown=disclose(snapshot.findings, parts),
        snapshot=snapshot.sha256,
        frozen_at=snapshot.created_at,
    )


def names_in(session: Session, survey: Survey, language: str) -> Named:
    """The words of a survey's initiatives, criteria, groups and regions."""
    own = survey.default_language
    return Named(
        items={one.code: pick(one.title, language, own) for one in list_items(session, survey.id)},
        criteria={one.code: pick(one.label, language, own) for one in list_criteria(session, survey.id)},
        helices=option_names(session, survey, "helix", language),
        regions=option_names(session, survey, "region", language),
    )


def may_read_answers(session: Session, survey: Survey, release: ResultsRelease | Disclosed) -> bool:
    """Whether a page leads to what became of what people said: it is listed, and the consortium opened that page."""
    return "next" in release.parts and is_page_open(session, survey.consortium_id)

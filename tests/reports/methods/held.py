"""A survey held in two rounds, and how its methods report is read."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.returning import open_next_round
from app.consensus.service import close_round
from app.core.catalogues import translate
from app.documents.document import Column, Document, Listing, Note, Paragraph, Section, Table, walk
from app.people.queries import operator
from app.reports.methods.report import methods_report
from app.reports.methods.rules import POINTS
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import note_deviation
from app.surveys.rounds.service import invite
from tests.consensus.test_closing import fill
from tests.make import make_open_survey
from tests.scenes import lay


@pytest.fixture
def held(session: Session, engine: Engine) -> Survey:
    """Two rounds held here: five people were invited, one closing day was moved, civil society is too small to show."""
    return lay(session, "held", lambda: _build_held(session, engine), lambda: session.exec(select(Survey)).one())


def _build_held(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    home = operator(session)
    for place in range(5):
        invitation, _ = invite(session, home, survey, email=f"p{place}@example.org", helix="academia")
        invitation.reminders = 2 if place else 0
        invitation.reminded_at = invitation.sent_at if place else None
        session.add(invitation)
    note_deviation(session, home, survey, "closes_on", None, "2026-12-24", "A holiday came in between.")
    fill(session, engine, survey)
    close_round(session, home, survey)
    open_next_round(session, home, survey)
    session.commit()
    fill(session, engine, survey)
    close_round(session, home, survey)


def report(session: Session, survey: Survey, language: str = "en", **parts: Any) -> Document:
    return methods_report(session, operator(session), survey, language, **parts)


def points_in(document: Document) -> dict[str, Section]:
    """The section of each point, by its code."""
    codes = {point.code for point in POINTS}
    found = [block for block in walk(document.blocks) if isinstance(block, Section)]
    return {code: one for one in found if (code := one.title.partition(" ")[0]) in codes}


def said(blocks: Section | Document) -> str:
    """Every word of a part, that of tables too."""
    return "\n".join(_words(blocks.blocks))


def _words(blocks: Any) -> Iterator[str]:
    for block in walk(blocks):
        match block:
            case Paragraph():
                yield "".join(run.text for run in block.runs)
            case Note():
                yield f"{block.label}: {block.text}"
            case Listing():
                yield from _words(block.items)
            case Section():
                yield block.title
            case Table():
                yield block.title
                yield from (str(cell) for row in block.rows for cell in row if cell is not None)
            case _:
                pass


def table_in(part: Section | Document, title: str) -> Table:
    return next(one for one in walk(part.blocks) if isinstance(one, Table) and one.title == title)


def rows_of(table: Table) -> list[Mapping[str, Any]]:
    columns: list[Column] = list(table.columns)
    return [{column.key: cell for column, cell in zip(columns, row, strict=True)} for row in table.rows]


def is_missing(section: Section, language: str = "en") -> bool:
    word = translate(language, "missing")
    return any(
        isinstance(one, Paragraph) and one.runs[0].is_strong and one.runs[0].text == word for one in section.blocks
    )

"""The contents of a survey: read once when published, each time before."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.surveys.authoring.contents import contents_of
from app.surveys.authoring.models import Criterion, Survey
from tests.make import make_open_survey


@contextmanager
def counted(engine: Engine) -> Generator[list[str]]:
    """The statements sent meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_published_survey_is_read_once_and_outlives_its_session(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session, codes=("I1", "I2"))
    first = contents_of(session, survey)
    session.rollback()
    survey_id = survey.id
    with Session(engine) as later:
        same = later.get_one(Survey, survey_id)
        with counted(engine) as statements:
            again = contents_of(later, same)
            assert [item.code for item in again.items] == ["I1", "I2"]
            assert again.find_question("helix") is not None
            assert again.find_question("nothing") is None
        assert statements == []
    assert [one.label for one in first.criteria] == [one.label for one in again.criteria]


def test_another_revision_is_read_anew(session: Session) -> None:
    survey = make_open_survey(session)
    contents_of(session, survey)
    criterion = session.exec(select(Criterion).where(Criterion.survey_id == survey.id)).first()
    assert criterion
    criterion.label = {"en": "Other words"}
    survey.revision += 1
    session.commit()
    assert "Other words" in {one.label.get("en") for one in contents_of(session, survey).criteria}


def test_a_draft_is_read_each_time(session: Session) -> None:
    survey = make_open_survey(session)
    survey.published_at = None
    session.commit()
    assert contents_of(session, survey) is not contents_of(session, survey)

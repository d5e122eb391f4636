"""A survey that takes answers."""

import pytest
from sqlmodel import Session

from app.surveys.authoring.models import Survey
from tests.make import (
    make_open_survey,
)


@pytest.fixture
def survey(session: Session) -> Survey:
    return make_open_survey(session)

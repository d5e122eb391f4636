"""Scales lie in a row where every label of every language fits, else they stand in a column everywhere."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.queries import operator
from app.surveys.authoring.publishing import checks_of
from app.surveys.authoring.schemas import SurveyFile
from tests.make import csrf_in, import_few_initiatives, make_open_survey, make_survey_of, small_survey_file


def file_with(low: dict[str, str]) -> SurveyFile:
    document: dict[str, Any] = small_survey_file().model_dump(by_alias=True, exclude_none=True)
    document["sections"][1]["questions"][0]["criteria"][1]["low"] = low
    return SurveyFile.model_validate(document)


@pytest.mark.parametrize(
    ("low", "is_column"),
    [
        pytest.param({"en": "not urgent at all"}, False, id="short labels"),
        pytest.param({"en": "x" * 18}, False, id="the longest word that fits"),
        pytest.param({"en": "x" * 19}, True, id="a word too long"),
        pytest.param(
            {"en": "low", "de": "kann ohne jeden Schaden noch einige Jahre warten"}, True, id="only in German"
        ),
    ],
)
def test_one_label_that_does_not_fit_changes_every_scale(
    client: TestClient, session: Session, low: dict[str, str], is_column: bool
) -> None:
    make_open_survey(session, file_with(low))
    page = client.get("/s/small").text
    client.post("/s/small", data={"csrf": csrf_in(page), "helix": "industry", "consent": "yes"})
    page = client.get("/s/small/q/1").text
    assert page.count('class="scale scale-column"') == (2 if is_column else 0)
    assert page.count('class="scale scale-5"') == (0 if is_column else 2)


def test_a_label_that_fits_nowhere_blocks_publishing_and_is_named(session: Session) -> None:
    import_few_initiatives(session)
    survey = make_survey_of(session, operator(session), file_with({"en": "y" * 121})).survey
    [blocking] = [check for check in checks_of(session, survey) if check.is_blocking]
    assert blocking.step == "criteria"
    assert dict(blocking.values) == {"text": "y" * 121}

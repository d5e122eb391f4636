"""Consultations held elsewhere: through the database they say what they say as files, to the last byte."""

import json
from pathlib import Path

import pytest
from sqlmodel import Session, select

from app.consensus.analysis import analyse, to_bytes
from app.consensus.importing import import_responses
from app.consensus.models import Snapshot
from app.consensus.panel import Panel
from app.consensus.panel_files import read_panel_files
from app.consensus.service import analyse_survey
from app.core.errors import Conflict, Invalid
from app.people.queries import operator
from app.surveys.answering.counting import differences
from app.surveys.answering.models import Answer, PointCount, Respondent
from app.surveys.authoring.models import Survey
from tests.consensus.results import REAL
from tests.make import import_few_initiatives, make_survey_of, small_survey_file
from tests.vectors import FOLDER


def files(name: str) -> dict[str, bytes]:
    return {kind: (FOLDER / name / f"{kind}.csv").read_bytes() for kind in ("respondents", "ratings")}


def read(name: str) -> Panel:
    tables = files(name)
    return read_panel_files(tables["respondents"], tables["ratings"])[0]


def make_survey(session: Session, name: str) -> Survey:
    parts = dict(REAL[name])
    import_few_initiatives(session, parts.pop("codes"))
    survey = make_survey_of(session, operator(session), small_survey_file(survey_id=name, **parts)).survey
    session.commit()
    return survey


@pytest.mark.parametrize("name", ["e2e", "forestera"])
def test_the_database_says_what_the_files_say(session: Session, name: str) -> None:
    survey = make_survey(session, name)
    count = import_responses(session, operator(session), survey, **files(name))
    session.commit()
    panel = read(name)
    assert count["rounds"] == len(panel.rounds)
    assert count["respondents"] == len(panel.respondents)
    weights = dict.fromkeys(panel.criteria, 1.0)
    from_files = analyse(panel, weights=weights, inputs={"respondents": "", "ratings": ""})
    from_database = analyse_survey(session, operator(session), survey)
    assert set(from_database["inputs"]) == {"respondents", "ratings"}
    assert to_bytes(from_database | {"inputs": {}}) == to_bytes(from_files | {"inputs": {}})
    assert len(session.exec(select(Snapshot)).all()) == len(panel.rounds)
    # what is imported is counted
    assert sum(session.exec(select(PointCount.count)).all()) > 0
    assert differences(session) == {}
    # answers come only into an empty survey
    with pytest.raises(Conflict, match="answers already"):
        import_responses(session, operator(session), survey, **files(name))


def changed(name: str, kind: str, old: bytes, new: bytes) -> dict[str, bytes]:
    content = files(name)
    assert old in content[kind]
    content[kind] = content[kind].replace(old, new, 1)
    return content


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(("ratings", b"1,R001,I01,4", b"1,R001,I01,10"), "ratings.csv, row 2, impact", id="off the scale"),
        pytest.param(("ratings", b"1,R001,I01,4", b"1,R001,I01,nan"), "ratings.csv, row 2, impact", id="NaN"),
        pytest.param(("ratings", b"1,R001,I01,4", b"1,R001,I01,4.5"), "ratings.csv, row 2, impact", id="between"),
        pytest.param(("ratings", b"1,R001,I01", b"1,R999,I01"), "ratings.csv, row 2, respondent", id="unknown person"),
        pytest.param(("ratings", b"1,R001,I01", b"1,R001,X01"), "X01 is no initiative", id="unknown initiative"),
        pytest.param(("ratings", b"1,R001,I02", b"1,R001,I01"), "ratings.csv, row 3", id="a row twice"),
        pytest.param(("ratings", b"impact,", b"effect,"), "row 1, effect: is no criterion", id="unknown criterion"),
        pytest.param(("respondents", b"academia", b"church"), "church is no group", id="unknown group"),
        pytest.param(("respondents", b"helix", b"sector"), "helix", id="a column missing"),
    ],
)
def test_a_faulty_table_is_refused_whole(session: Session, change: tuple[str, bytes, bytes], named: str) -> None:
    survey = make_survey(session, "e2e")
    with pytest.raises(Invalid) as refused:
        import_responses(session, operator(session), survey, **changed("e2e", *change))
    assert named in str(refused.value)
    assert session.exec(select(Respondent)).all() == session.exec(select(Answer)).all() == []


def test_comments_are_kept_and_checked(session: Session) -> None:
    survey = make_survey(session, "e2e")
    unknown = b"round,respondent,initiative,comment\n1,R999,I01,Hello\n"
    with pytest.raises(Invalid):
        import_responses(session, operator(session), survey, **files("e2e"), comments=unknown)


def test_a_written_analysis_opens_with_its_format(tmp_path: Path) -> None:
    panel = read("forestera")
    content = json.loads(to_bytes(analyse(panel, weights={"agreement": 1}, inputs={})))
    assert list(content)[:2] == ["format", "version"]
    assert content["format"] == "innaxe-analysis/1"
    assert len(content["items"]) == 90

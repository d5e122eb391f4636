"""Commands that make files: others write while they are made, and they are noted before they are there."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app import cli
from app.core.db import for_writing
from app.history.models import HistoryEntry
from app.surveys.authoring.models import Survey
from tests.reports.opendata.test_opendata import few_answers, make_public


@pytest.mark.parametrize(
    ("module", "maker", "words", "act"),
    [
        ("bundles", "create_bundle", ("bundle", "create", "--survey", "small"), "bundle.made"),
        ("bundles", "create_open_data", ("bundle", "opendata", "--survey", "small"), "opendata.made"),
        ("reports", "make_now", ("report", "small", "--kind", "round", "--format", "html"), "report.made"),
        ("analysis", "analyse_survey", ("results", "--survey", "small"), "results.read_unsuppressed"),
    ],
)
def test_others_write_while_a_file_is_made(
    session: Session,
    engine: Engine,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    maker: str,
    words: tuple[str, ...],
    act: str,
) -> None:
    survey = few_answers(session, engine)
    make_public(session, survey)
    survey_id = survey.id
    session.commit()
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    monkeypatch.setenv("INNAXE_DATA_DIR", str(tmp_path))
    make, out = getattr(import_module(f"app.cli.{module}"), maker), tmp_path / "made"

    def acts() -> list[str]:
        with Session(engine) as own:
            return [entry.act for entry in own.exec(select(HistoryEntry)).all()]

    def made_meanwhile(*given: Any, **named: Any) -> Any:
        data = make(*given, **named)
        with Session(for_writing(engine)) as other:
            survey = other.get_one(Survey, survey_id)
            survey.title = {"en": "Written meanwhile"}
            other.add(survey)
            other.commit()
        assert not out.exists()
        assert act not in acts(), "noted once it is there"
        return data

    monkeypatch.setattr(f"app.cli.{module}.{maker}", made_meanwhile)
    monkeypatch.setattr("sys.argv", ["innaxe", *words, "--out", str(out)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert out.exists()
    assert acts().count(act) == 1
    with Session(engine) as own:
        assert own.get_one(Survey, survey_id).title == {"en": "Written meanwhile"}

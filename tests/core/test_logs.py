"""Logs say what went wrong, and nothing of what people said or sent."""

import json

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import make_engine
from app.core.logs import set_up_logs


def test_a_fault_is_logged_without_the_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    set_up_logs()
    secret = "innaxe_session=abc"
    try:
        assert secret
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger().exception("bug")
    finally:
        structlog.configure(**before)
    said = capsys.readouterr().err
    found = json.loads(said.strip().splitlines()[-1])
    assert found["exception"][0]["exc_value"] == "broken"
    assert found["exception"][0]["frames"]
    assert "abc" not in said


def test_what_a_database_is_told_is_not_in_its_faults(database: str) -> None:
    engine = make_engine(database)
    with pytest.raises(SQLAlchemyError) as failed, engine.connect() as connection:
        connection.execute(text("SELECT :answer FROM nowhere"), {"answer": "a person's answer"})
    engine.dispose()
    assert "person" not in str(failed.value)

"""The database that tests share one after the other comes to each of them as new."""

from sqlalchemy import Engine, text

from app.core.db import make_engine
from tests.postgres import Postgres


def names_in(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [row.name for row in connection.execute(text("SELECT name FROM consortium"))]


def test_rows_of_a_test_are_gone_and_the_first_ones_are_there(postgres: Postgres) -> None:
    engine = make_engine(postgres.empty_database("tables"))
    first = names_in(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE consortium SET name = 'Another'"))
        connection.execute(text("UPDATE history_head SET seq = 7"))
    held = engine.connect()
    held.execute(text("SELECT name FROM consortium FOR UPDATE"))
    postgres.empty_database("tables")
    engine.dispose()
    assert names_in(engine) == first
    with engine.connect() as connection:
        assert connection.execute(text("SELECT seq FROM history_head")).scalars().all() == [0]
    engine.dispose()


def test_what_a_test_did_to_tables_is_gone(postgres: Postgres) -> None:
    for change in (
        "ALTER TABLE consortium ADD COLUMN odd text",
        "ALTER TABLE history_entry DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        engine = make_engine(postgres.empty_database("tables"))
        with engine.begin() as connection:
            before = connection.execute(text(postgres.emptied.SHAPE)).one() if postgres.emptied else None
            connection.execute(text(change))
        engine.dispose()
        again = make_engine(postgres.empty_database("tables"))
        with again.connect() as connection:
            assert postgres.emptied
            assert connection.execute(text(postgres.emptied.SHAPE)).one() == before
        again.dispose()

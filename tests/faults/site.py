"""A real server process over a database, to be loaded, starved and stopped."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

INNAXE = Path(sys.executable).with_name("innaxe")


@dataclass
class Served:
    """One `innaxe serve`, where it answers and what it wrote on standard error."""

    address: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    surroundings: dict[str, str]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def peak_memory(self) -> int:
        """The most bytes the process ever had in memory."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found[1]) * 1024

    def seconds_of_work(self) -> float:
        """How long the process has had a processor."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self, timeout: float = 40) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def start(self) -> None:
        """Start the process, again if it was ended, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [INNAXE, "serve", "--port", str(self.port)], env=self.surroundings, stderr=log, stdout=log
            )
        host = {"Host": urlsplit(self.surroundings["INNAXE_BASE_URL"]).netloc}
        # one client: reading the certificates of the system for each try took as long as what is waited for
        with httpx.Client(base_url=self.address, headers=host, timeout=5) as client:
            for _ in range(1200):
                assert self.process.poll() is None, self.log.read_text()
                try:
                    if client.get("/healthz").status_code == 200:
                        return
                except httpx.TransportError:
                    time.sleep(0.05)
        raise AssertionError(self.log.read_text())


@contextmanager
def serving(database: str, folder: Path, *, port: int = 0, **settings: str) -> Generator[Served]:
    """`innaxe serve` over the database; names of settings are those of the environment without INNAXE_."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    surroundings = os.environ | {
        "INNAXE_DATABASE_URL": database,
        "INNAXE_DATA_DIR": str(folder),
        "INNAXE_BASE_URL": address,
        "INNAXE_LIMITS": "test",
        **{f"INNAXE_{name.upper()}": value for name, value in settings.items()},
    }
    served = Served(address, port, None, folder / "serve.log", surroundings)  # pyright: ignore[reportArgumentType] -- started below
    served.start()
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.process.terminate()
            try:
                served.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                served.process.kill()
                served.process.wait(timeout=30)

"""A primary PostgreSQL with a standby, and a line to a server that can be cut at a chosen moment."""

import os
import signal
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from app.core.db import make_engine
from app.core.migrations import upgrade
from tests.postgres import Postgres


class Pair:
    """A primary that waits for its standby with each commit, and one that does not unless it `is_synchronous`."""

    def __init__(self, *, is_synchronous: bool = True, is_durable: bool = False) -> None:
        self.primary = Postgres(is_durable=is_durable)
        self.primary.execute("CREATE DATABASE own")
        engine = make_engine(self.primary.address("own"))
        upgrade(engine)
        engine.dispose()
        self.standby = Postgres(is_durable=is_durable, primary=self.primary)
        if is_synchronous:
            self.primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            self.primary.execute("SELECT pg_reload_conf()")
        self._wait_for("sync" if is_synchronous else "async")

    @property
    def address(self) -> str:
        """The address of both, as the product takes it."""
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in (self.primary, self.standby))
        return f"postgresql+psycopg://postgres@{hosts}/own"

    @contextmanager
    def unheard(self) -> Generator[None]:
        """The standby hears nothing of the primary meanwhile, nor afterwards where the primary is killed in it."""
        [sender] = self.primary.children("walsender")
        os.kill(sender, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(sender, signal.SIGCONT)

    def stop(self) -> None:
        """End both and remove their folders."""
        self.standby.stop()
        self.primary.stop()

    def _wait_for(self, state: str) -> None:
        engine = make_engine(self.primary.address("own"))
        with engine.connect() as connection:
            for _ in range(400):
                if connection.exec_driver_sql("SELECT sync_state FROM pg_stat_replication").scalar() == state:
                    break
                connection.rollback()
                time.sleep(0.05)
            else:
                raise TimeoutError((self.standby.folder / "log").read_text())
        engine.dispose()


@contextmanager
def paired(*, is_synchronous: bool = True, is_durable: bool = False) -> Generator[Pair]:
    """A pair that is there for a test."""
    pair = Pair(is_synchronous=is_synchronous, is_durable=is_durable)
    try:
        yield pair
    finally:
        pair.stop()


class Line:
    """A way to a server that is cut at the commits told of: before the server hears of it, or before it is answered.

    `cuts` maps the number of a commit, from 0, to whether the server hears of it.
    """

    def __init__(self, port: int, cuts: dict[int, bool]) -> None:
        self.commits, self.cuts, self._to = 0, cuts, port
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._ask, args=(ours, theirs), daemon=True).start()
            threading.Thread(target=self._answer, args=(ours, theirs), daemon=True).start()

    def _ask(self, ours: socket.socket, theirs: socket.socket) -> None:
        with suppress(OSError), ours, theirs:
            while said := ours.recv(65_536):
                if b"COMMIT\0" in said:
                    with self._lock:
                        is_heard = self.cuts.get(self.commits)
                        self.commits += 1
                    if is_heard is not None:
                        # no answer passes any more, and what was said before it does
                        ours.shutdown(socket.SHUT_RDWR)
                        if is_heard:
                            theirs.sendall(said)
                            theirs.shutdown(socket.SHUT_WR)
                            while theirs.recv(65_536):
                                pass
                        break
                theirs.sendall(said)
            # closed alone it would stay open for the thread that reads it
            theirs.shutdown(socket.SHUT_RDWR)

    def _answer(self, ours: socket.socket, theirs: socket.socket) -> None:
        with suppress(OSError):
            while said := theirs.recv(65_536):
                ours.sendall(said)
        with suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)

"""A served program that is killed, and people who save meanwhile and send again what was not confirmed."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.db import for_writing
from app.people.queries import operator
from app.surveys.rounds.service import open_round
from tests.faults.ledger import Ledger
from tests.make import import_few_initiatives, make_response, make_survey_of, small_survey_file

INNAXE = (str(Path(sys.executable).with_name("innaxe")),)
PATIENCE = 120.0
"""Seconds that anything may take on a busy machine before the test gives up."""
CODES = tuple(f"I{item}.{criterion}" for item in (1, 2, 3) for criterion in ("impact", "urgency"))


@dataclass(frozen=True)
class Key:
    """One answer that somebody gives again and again: of which response, under which code, and their token."""

    response: str
    code: str
    token: str

    def __str__(self) -> str:
        return f"{self.response}/{self.code}"


def make_keys(engine: Engine, people: int) -> list[Key]:
    """A survey that is open, and people who have begun to answer it: their answers to come."""
    with Session(for_writing(engine), expire_on_commit=False) as session:
        import_few_initiatives(session)
        survey = make_survey_of(session, operator(session), small_survey_file()).survey
        open_round(session, operator(session), survey)
        session.commit()
        begun = [make_response(session, survey) for _ in range(people)]
    return [Key(response.id.hex, code, token) for code in CODES for response, token in begun]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """The served program as a process of its own, over and over on the same port."""

    def __init__(self, database: str, folder: Path, words: Sequence[str] = INNAXE) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.words = words
        self.log = folder / "serve.log"
        self.surroundings = os.environ | {
            "INNAXE_DATABASE_URL": database,
            "INNAXE_DATA_DIR": str(folder),
            "INNAXE_BASE_URL": self.address,
            "INNAXE_LIMITS": "test",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """How it is called."""
        return [*self.words, "serve", "--port", str(self.port)]

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError with its log when it does not."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=self.surroundings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + PATIENCE
        # one client: a new one reads all authorities of the system each time
        with httpx.Client(base_url=self.address) as client:
            while time.monotonic() < end and self.process.poll() is None:
                try:
                    if client.get("/healthz").status_code == 200:
                        return
                except httpx.TransportError:
                    time.sleep(0.02)
        self.kill()
        raise RuntimeError(self.log.read_text())

    def kill(self) -> None:
        """Kill it and all it started, at once: nothing is finished or written any more."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=PATIENCE)
        self.process = None


class People:
    """Threads that save in parallel, each answer one revision after the other, until told to stop.

    What was cut off or sent away is sent again unchanged until it is answered. Now and then a message that was
    overtaken arrives late. An answer that the server no longer knows as it was confirmed is left alone from
    then on, so that the comparison sees it.
    """

    def __init__(self, address: str, ledger: Ledger, keys: Sequence[Key], threads: int, seed: int = 1) -> None:
        self.failures: list[str] = []
        self._address, self._ledger = address, ledger
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(threads)
        self._running = [self._pool.submit(self._work, keys[one::threads], seed + one) for one in range(threads)]

    def wait_for(self, acknowledged: int) -> None:
        """Wait until so many saves were confirmed in all. Raises TimeoutError when they are not."""
        end = time.monotonic() + PATIENCE
        while self._ledger.acknowledged < acknowledged:
            if time.monotonic() > end or all(one.done() for one in self._running):
                raise TimeoutError(f"{self._ledger.acknowledged} of {acknowledged} confirmed, {self.failures[:3]}")
            time.sleep(0.005)

    def stop(self) -> None:
        """Let nobody send any more; raises what went wrong in a thread."""
        self._is_over.set()
        for one in self._running:
            one.result(timeout=PATIENCE)
        self._pool.shutdown()

    def _work(self, keys: Sequence[Key], seed: int) -> None:
        chance = random.Random(seed)
        revs = dict.fromkeys(keys, 0)
        with httpx.Client(base_url=self._address, timeout=30) as client:
            while not self._is_over.is_set() and revs:
                key = chance.choice([*revs])
                value = _value(revs[key] + 1)
                rev = self._save(client, key, revs[key], value)
                if rev is None:
                    del revs[key]
                    continue
                revs[key] = rev
                if rev > 1 and chance.random() < 0.05:
                    # neither what is kept nor what the next revision will be
                    self._save(client, key, rev - 1, _value(rev + 2), is_late=True)

    def _save(self, client: httpx.Client, key: Key, base: int, value: int, *, is_late: bool = False) -> int | None:
        """The revision confirmed; None when it was refused or the end came."""
        while not self._is_over.is_set():
            request = self._ledger.intend(str(key), base, value, is_late=is_late)
            try:
                answer = client.put(
                    f"/api/v1/responses/{key.response}/answers/{key.code}",
                    json={"value": value, "rev": base},
                    headers={"Authorization": f"Bearer {key.token}"},
                )
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            # the moment before the note: a cut between them must count the answer as told
            at = time.time()
            rev = int(answer.json()["rev"]) if answer.status_code in (200, 409) else None
            self._ledger.note(request, answer.status_code, rev, at)
            if answer.status_code == 200:
                return rev
            if answer.status_code == 503:
                time.sleep(0.1)
                continue
            if not is_late or answer.status_code != 409:
                self.failures.append(f"{key} {base}: {answer.status_code} {answer.text[:200]}")
            return None
        return None


def _value(rev: int) -> int:
    return rev % 5 + 1


def kill_again_and_again(program: Program, people: People, ledger: Ledger, saves: int, kills: int) -> list[float]:
    """Kill and start the program under load until so many saves are confirmed; seconds from each kill to service."""
    chance = random.Random(kills)
    lasted: list[float] = []
    for number in range(kills):
        people.wait_for((number + 1) * saves // (kills + 1))
        time.sleep(chance.random() * 0.05)
        killed = time.monotonic()
        program.kill()
        program.start()
        people.wait_for(ledger.acknowledged + 1)
        lasted.append(time.monotonic() - killed)
    people.wait_for(saves)
    program.kill()
    people.stop()
    return lasted

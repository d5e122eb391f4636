"""The command line in tests: in this process, or in one of its own that can be killed."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from app.core.settings import Settings

Run = Callable[..., tuple[int, str, str]]
"""Runs a command; returns its exit code, and what it printed on standard output and standard error."""

INNAXE = Path(sys.executable).with_name("innaxe")
LONGEST = 120.0


def printed(answer: tuple[int, str, str]) -> Any:
    """What a command printed as JSON, once it has ended well."""
    assert answer[0] == 0, answer[2]
    return json.loads(answer[1])


def surroundings(**settings: object) -> dict[str, str]:
    """The environment of a process, with these settings of INNAXE and no others.

    Without a data folder nothing is kept of which installation lives where: databases of tests come and go.
    """
    settings = {"data_dir": "/proc/none"} | settings
    names = {f"INNAXE_{name.upper()}" for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return kept | {f"INNAXE_{name.upper()}": str(value) for name, value in settings.items()}


def run(*words: object, **settings: object) -> tuple[int, str, str]:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [INNAXE, *map(str, words)],
        env=surroundings(**settings),
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@contextmanager
def running(*words: object, **settings: object) -> Generator[subprocess.Popen[bytes]]:
    """A command that goes on until the end of the block."""
    process = subprocess.Popen(
        [INNAXE, *map(str, words)], env=surroundings(**settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=LONGEST)


def free_port() -> int:
    """A port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str) -> None:
    """Until a server answers at this address."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)

"""Commands in processes that are forked with the program loaded, to be killed at any moment of their work."""

import os
import signal
import sys
import time
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path

LONGEST = 120.0
_forking = get_context("forkserver")
_forking.set_forkserver_preload(["app.cli", "app.backup.restoring"])


class Child:
    """A command in a process of its own, killed before it renames its `renames`-th file where a number is given."""

    def __init__(self, *words: object, said: Path, renames: int | None = None, **settings: object) -> None:
        self._said = said
        settings = {"data_dir": said.parent / "data"} | settings
        surroundings = {f"INNAXE_{name.upper()}": str(value) for name, value in settings.items()}
        arguments = ([*map(str, words)], surroundings, str(said), renames)
        self.process = _forking.Process(target=_run, args=arguments)
        self._began = time.monotonic()
        self.process.start()

    def end(self) -> tuple[int, str]:
        """How it ended, -9 where it was killed, and what it said."""
        self.process.join(LONGEST)
        assert self.process.exitcode is not None
        return self.process.exitcode, self._said.read_text()

    def kill_after(self, seconds: float) -> bool:
        """Whether it was killed so long after its start; else it had ended."""
        self.process.join(max(0.0, self._began + seconds - time.monotonic()))
        self.process.kill()
        return self.end()[0] == -signal.SIGKILL


def _run(words: list[str], surroundings: Mapping[str, str], said: str, renames: int | None) -> None:
    from app.cli import main

    os.environ.update(surroundings)
    sys.argv = ["innaxe", *words]
    with open(said, "w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if renames is not None:
        _die_before(renames)
    main()


def _die_before(renames: int) -> None:
    rename, count = Path.replace, 0

    def replace(path: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == renames:
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(path, target)

    Path.replace = replace  # pyright: ignore[reportAttributeAccessIssue] -- a fault

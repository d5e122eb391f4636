"""What the program asks of the disk, seen by strace: when it waited for it, and what a power cut would leave."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

STRACE = shutil.which("strace")
SYNCS = ("fsync", "fdatasync")
LINE = re.compile(r"^(\d+)\s+(\d+\.\d+) (.*)$")
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)\S*.* <(\d+\.\d+)>$")
FILE = re.compile(r"^(\d+)<([^>]*)>")
DATA = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class Call(NamedTuple):
    """One call that ended: between which moments, its name, the text of its arguments and what it returned."""

    begun: float
    ended: float
    name: str
    arguments: str
    result: int


def tracing(log: Path, *options: str) -> tuple[str, ...]:
    """How strace is called before the words of a program."""
    assert STRACE
    return (STRACE, "-f", "-q", "-ttt", "-T", "-y", "-o", str(log), *options)


def attach(log: Path, process: int, *options: str) -> subprocess.Popen[bytes]:
    """Watch a process that runs, and all it has started and will start; ended, it lets them run on."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    which = [word for one in (str(process), *children) for word in ("-p", one)]
    watching = subprocess.Popen([*tracing(log, *options), *which], stderr=subprocess.DEVNULL)
    for one in (str(process), *children):
        for _ in range(1000):
            if not re.search(r"TracerPid:\s+0\n", Path(f"/proc/{one}/status").read_text()):
                break
            time.sleep(0.01)
    return watching


def read_calls(log: Path) -> list[Call]:
    """Every call that ended, in the order of their ends."""
    begun: dict[str, tuple[float, str]] = {}
    calls: list[Call] = []
    for line in log.read_text(errors="replace").splitlines():
        found = LINE.match(line)
        if not found:
            continue
        thread, moment, said = found[1], float(found[2]), found[3]
        if said.endswith(UNFINISHED):
            begun[thread] = moment, said.removesuffix(UNFINISHED)
            continue
        if resumed := RESUMED.match(said):
            moment, first = begun.pop(thread)
            said = first + resumed[2]
        if call := CALL.match(said):
            calls.append(Call(moment, moment + float(call[4]), call[1], call[2], int(call[3])))
    return sorted(calls, key=lambda call: call.ended)


def syncs_between(calls: Iterable[Call], stretches: Sequence[tuple[float, float]], within: str) -> int:
    """In how many of the stretches of time a file whose path holds `within` was brought to the disk with success."""
    done = [call for call in calls if call.name in SYNCS and call.result == 0 and within in call.arguments]
    return sum(any(begun <= call.begun and call.ended <= ended for call in done) for begun, ended in stretches)


@dataclass
class _File:
    """What of a file is on the disk, and what was written since and is not."""

    durable: bytearray
    is_named: bool
    waiting: list[tuple[float, int, bytes | None]] = field(default_factory=list[tuple[float, int, bytes | None]])

    def apply(self, offset: int, data: bytes | None) -> None:
        if data is None:
            del self.durable[offset:]
            self.durable.extend(bytes(offset - len(self.durable)))
            return
        self.durable.extend(bytes(max(0, offset - len(self.durable))))
        self.durable[offset : offset + len(data)] = data


class Disk:
    """A disk that keeps only what was synchronised: the calls of a trace replayed upon files as they were before it.

    A new file is found after a cut only if its folder was synchronised as well.
    """

    def __init__(self, folder: Path, names: Iterable[str], before: Path) -> None:
        self._folder = str(folder)
        self._files: dict[str, _File] = {}
        for name in names:
            old = before / name
            self._files[f"{folder}/{name}"] = _File(bytearray(old.read_bytes() if old.exists() else b""), old.exists())
        self._offsets: dict[str, int] = {}

    def images(self, calls: Iterable[Call], cuts: Iterable[float], into: Path, chance: Random) -> Iterator[float]:
        """Write what each cut leaves into a folder, one after the other; yields the moment once the files are there.

        At every second cut some of what was not synchronised had come to the disk by itself.
        """
        coming = iter(calls)
        call = next(coming, None)
        for number, cut in enumerate(sorted(cuts)):
            while call and call.ended <= cut:
                self._take(call)
                call = next(coming, None)
            for path, file in self._files.items():
                left = _File(bytearray(file.durable), file.is_named)
                for _, offset, data in file.waiting:
                    if number % 2 and data is not None and chance.random() < 0.5:
                        left.apply(offset, data)
                target = into / Path(path).name
                target.unlink(missing_ok=True)
                if left.is_named:
                    target.write_bytes(left.durable)
            yield cut

    def _take(self, call: Call) -> None:
        found = FILE.match(call.arguments)
        if found is None or call.result < 0:
            return
        descriptor, path = found[1], as_text(found[2])
        if path == self._folder and call.name in SYNCS:
            for file in self._files.values():
                file.is_named = True
        file = self._files.get(path)
        if file is None:
            return
        if call.name == "lseek":
            self._offsets[descriptor] = call.result
        elif call.name in ("write", "pwrite64"):
            data = DATA.search(call.arguments)
            assert data
            content = as_bytes(data[1])
            assert len(content) == call.result, "strace has the whole of what was written"
            is_placed = call.name == "pwrite64"
            at = int(call.arguments.rsplit(",", 1)[1]) if is_placed else self._offsets[descriptor]
            file.waiting.append((call.ended, at, content))
            if not is_placed:
                self._offsets[descriptor] = at + call.result
        elif call.name == "ftruncate":
            file.waiting.append((call.ended, int(call.arguments.rsplit(",", 1)[1]), None))
        elif call.name in SYNCS:
            for _, offset, data in (one for one in file.waiting if one[0] <= call.begun):
                file.apply(offset, data)
            file.waiting = [one for one in file.waiting if one[0] > call.begun]


def as_bytes(shown: str) -> bytes:
    """The bytes that strace shows in hexadecimal."""
    return bytes.fromhex(shown.replace("\\x", ""))


def as_text(shown: str) -> str:
    """A path as strace shows it."""
    # asked to show data in hexadecimal, strace shows paths so as well
    return as_bytes(shown).decode() if shown.startswith("\\x") else shown

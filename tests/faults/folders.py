"""A folder of files on a disk that keeps only what was synchronised: what a power cut leaves of a PostgreSQL server."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.tracing import DATA, FILE, SYNCS, Call, as_bytes, as_text

CALLS = "openat,write,pwrite64,pwritev,ftruncate,fallocate,fsync,fdatasync,rename,unlink,mkdir,rmdir"
FOLDERS_ONLY = {"mkdir", "rmdir"}
SECTOR = 512


@dataclass
class Content:
    """What a file holds on the disk, and what was written since: where and what; without data, a new length."""

    durable: bytearray
    waiting: list[tuple[float, int, bytes | None]] = field(default_factory=list[tuple[float, int, bytes | None]])

    def take(self, offset: int, data: bytes | None) -> None:
        if data is None:
            del self.durable[offset:]
        self.durable.extend(bytes(max(0, offset - len(self.durable))))
        if data is not None:
            self.durable[offset : offset + len(data)] = data

    def synchronise(self, begun: float) -> None:
        for _, offset, data in (one for one in self.waiting if one[0] <= begun):
            self.take(offset, data)
        self.waiting = [one for one in self.waiting if one[0] > begun]

    def left(self, chance: Random | None) -> bytes:
        """What a cut leaves; with a chance, half of what waited came to the disk by itself, torn between sectors."""
        if chance is None:
            return bytes(self.durable)
        left = Content(bytearray(self.durable))
        for _, offset, data in self.waiting:
            if data is not None and chance.random() < 0.5:
                left.take(offset, data[: chance.randrange(1, len(data) // SECTOR + 2) * SECTOR])
        return bytes(left.durable)


class DiskFolder:
    """The calls of a trace, replayed upon a folder as it was before: names and contents that are on the disk.

    What a folder names changes on the disk when the folder is synchronised, in the order in which it was changed.
    """

    def __init__(self, folder: Path, before: Path) -> None:
        self._folder, self._before = folder, before
        self._named: dict[str, Content | None] = {}
        """What differs from before, as the disk has it; None where nothing is left under a name."""
        self._now: dict[str, Content | None] = {}
        self._changes: list[tuple[float, str, Content | None]] = []
        self._offsets: dict[str, int] = {}

    def images(self, calls: Iterable[Call], cuts: Iterable[float], into: Path, chance: Random) -> Iterator[float]:
        """Make what each cut leaves, one after the other; yields the moment once the folder is there."""
        coming = iter(calls)
        call = next(coming, None)
        for number, cut in enumerate(sorted(cuts)):
            while call and call.ended <= cut:
                self._take(call)
                call = next(coming, None)
            shutil.rmtree(into, ignore_errors=True)
            shutil.copytree(self._before, into)
            for name, content in self._named.items():
                if content is None:
                    (into / name).unlink(missing_ok=True)
                else:
                    (into / name).parent.mkdir(parents=True, exist_ok=True)
                    (into / name).write_bytes(content.left(chance if number % 2 else None))
            yield cut

    def _take(self, call: Call) -> None:
        if call.result < 0 or call.name in FOLDERS_ONLY:
            return
        if call.name in ("openat", "rename", "unlink"):
            names = [self._name(as_text(said)) for said in DATA.findall(call.arguments)]
            if None not in names:
                self._rename(call, [name for name in names if name is not None])
            return
        found = FILE.match(call.arguments)
        name = self._name(as_text(found[2])) if found else None
        if name is None:
            return
        content = self._content(name)
        if content is None:
            if call.name in SYNCS:
                self._synchronise(name, call.begun)
        elif call.name in SYNCS:
            content.synchronise(call.begun)
        else:
            self._write(call, name, content)

    def _write(self, call: Call, name: str, content: Content) -> None:
        if call.name == "ftruncate":
            content.waiting.append((call.ended, int(call.arguments.rsplit(",", 1)[1]), None))
        elif call.name == "fallocate":
            start, length = map(int, call.arguments.rsplit(",", 2)[1:])
            content.waiting.append((call.ended, start + length, b""))
        else:
            data = b"".join(map(as_bytes, DATA.findall(call.arguments)))
            assert len(data) == call.result, "strace has the whole of what was written"
            is_placed = call.name != "write"
            at = int(call.arguments.rsplit(",", 1)[1]) if is_placed else self._offsets.get(name, 0)
            content.waiting.append((call.ended, at, data))
            if not is_placed:
                self._offsets[name] = at + len(data)

    def _rename(self, call: Call, names: list[str]) -> None:
        name = names[0]
        if call.name == "openat":
            self._offsets[name] = 0
            if "O_CREAT" in call.arguments and self._content(name) is None:
                self._change(call, name, Content(bytearray()))
            if "O_TRUNC" in call.arguments and (content := self._content(name)):
                content.waiting.append((call.ended, 0, None))
            return
        moved = self._content(name)
        self._change(call, name, None)
        if call.name == "rename":
            self._change(call, names[1], moved)

    def _change(self, call: Call, name: str, content: Content | None) -> None:
        self._now[name] = content
        self._changes.append((call.ended, name, content))

    def _synchronise(self, folder: str, begun: float) -> None:
        rest: list[tuple[float, str, Content | None]] = []
        for change in self._changes:
            if change[0] <= begun and os.path.dirname(change[1]) == folder:
                self._named[change[1]] = change[2]
            else:
                rest.append(change)
        self._changes = rest

    def _content(self, name: str) -> Content | None:
        if name not in self._now:
            old = self._before / name
            if not old.is_file():
                return None
            self._now[name] = self._named[name] = Content(bytearray(old.read_bytes()))
        return self._now[name]

    def _name(self, said: str) -> str | None:
        """The name inside the folder; None for what lies elsewhere. The server's own names begin in its folder."""
        path = re.sub(r"^\./", "", said.removesuffix(" (deleted)"))
        if not path.startswith("/"):
            return path
        if path == str(self._folder):
            return ""
        return path.removeprefix(f"{self._folder}/") if path.startswith(f"{self._folder}/") else None

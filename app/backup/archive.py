"""The file of a backup: a zip whose comment seals all that stands before it.

The comment holds the SHA-256 of every byte before it, and that digest keyed with the installation's secret: the first
shows damage, the second that somebody edited the file and sealed it anew.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

from app.backup.tables import Shape
from app.core.migrations import is_known
from app.core.tokens import is_signed, sign

FORMAT = "innaxe-backup/1"
MANIFEST = "manifest.json"
PURPOSE = "backup"
SEAL = 128
"""Hexadecimal digits of the seal: two SHA-256."""
CHUNK = 1 << 20
QUICK = 3
"""The level of compression: twice as fast as the usual one, and a tenth larger."""


class BadBackup(Exception):
    """The file is damaged, cut short, edited, or no backup at all."""


class OtherVersion(Exception):
    """The backup was made by a program that knows more than this one."""


@dataclass(frozen=True)
class TableFacts:
    """What a backup holds of one table."""

    shape: Shape
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: of which installation, moment and revision, and every table with its digest."""

    made_at: str
    program: str
    database: str
    revision: str
    instance: str | None
    tables: tuple[TableFacts, ...]

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(table.rows for table in self.tables)


class Writer:
    """Writes a backup table by table; `close` adds the manifest and the seal."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK)
        self._tables: list[TableFacts] = []

    def add(self, shape: Shape, lines: Iterable[bytes]) -> None:
        """Add a table."""
        digest, rows = hashlib.sha256(), 0
        with self._zip.open(_member(shape), "w", force_zip64=True) as member:
            for line in lines:
                member.write(line)
                digest.update(line)
                rows += 1
        self._tables.append(TableFacts(shape, rows, digest.hexdigest()))

    def close(self, secret: str, **facts: Any) -> Manifest:
        """Finish the file; `facts` are the manifest's other fields."""
        manifest = Manifest(tables=tuple(self._tables), **facts)
        content = {"format": FORMAT} | asdict(manifest)
        self._zip.writestr(MANIFEST, json.dumps(content, ensure_ascii=False, indent=1))
        self._zip.comment = b"0" * SEAL
        self._zip.close()
        self._file.flush()
        end = self._file.seek(-SEAL, os.SEEK_END)
        digest = _digest(self._file, end)
        self._file.seek(end)
        self._file.write(f"{digest}{sign(secret, PURPOSE, digest)}".encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        return manifest


class Reader:
    """A backup whose seal and tables hold. Raises BadBackup or OtherVersion when made over a file that does not."""

    def __init__(self, path: Path, secret: str, *, is_of_another_secret: bool = False) -> None:
        self._path = path
        with path.open("rb") as file:
            _check_seal(file, secret, is_of_another_secret=is_of_another_secret)
        try:
            with zipfile.ZipFile(path) as whole:
                self.manifest = _read_manifest(json.loads(whole.read(MANIFEST)))
            for table in self.manifest.tables:
                for _ in self.lines(table):
                    pass
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as failure:
            raise BadBackup(f"it is no whole backup ({failure})") from failure

    def lines(self, table: TableFacts) -> Iterator[bytes]:
        """The rows of a table as they were written.

        Raises BadBackup after the last when they were not: the file may have been exchanged since its seal was checked.
        """
        digest, rows = hashlib.sha256(), 0
        with (
            zipfile.ZipFile(self._path) as whole,
            whole.open(_member(table.shape)) as member,
            io.BufferedReader(cast(io.RawIOBase, member), CHUNK) as buffered,
        ):
            for line in buffered:
                digest.update(line)
                rows += 1
                yield line
        if (digest.hexdigest(), rows) != (table.sha256, table.rows):
            raise BadBackup(f"the table {table.shape.name} is not what was written")


def _check_seal(file: IO[bytes], secret: str, *, is_of_another_secret: bool) -> None:
    size = file.seek(0, os.SEEK_END)
    if size <= SEAL:
        raise BadBackup("it is too short")
    file.seek(size - SEAL)
    seal = file.read().decode("ascii", "replace")
    digest, signature = seal[: SEAL // 2], seal[SEAL // 2 :]
    if digest != _digest(file, size - SEAL):
        raise BadBackup("it is damaged, cut short or edited")
    if not (is_of_another_secret or is_signed(secret, PURPOSE, digest, signature)):
        raise BadBackup(
            "it was sealed with another INNAXE_SECRET_KEY, under which personal links do not work here, or it was "
            "edited; --other-key takes it all the same"
        )


def _digest(file: IO[bytes], end: int) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while left := end - file.tell():
        digest.update(file.read(min(CHUNK, left)))
    return digest.hexdigest()


def _read_manifest(content: dict[str, Any]) -> Manifest:
    format_ = str(content.pop("format"))
    if format_ != FORMAT:
        raise OtherVersion(f"its format is {format_}, and this program reads {FORMAT}")
    tables = [
        TableFacts(
            Shape(
                one["shape"]["name"],
                tuple((name, kind) for name, kind in one["shape"]["columns"]),
                tuple(one["shape"]["key"]),
            ),
            one["rows"],
            one["sha256"],
        )
        for one in cast(list[dict[str, Any]], content.pop("tables"))
    ]
    manifest = Manifest(tables=tuple(tables), **content)
    if not is_known(manifest.revision):
        raise OtherVersion(f"its tables are at revision {manifest.revision}, which this program does not know")
    return manifest


def _member(shape: Shape) -> str:
    return f"tables/{shape.name}.jsonl"

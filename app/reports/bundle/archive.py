"""Files as one zip file: the same content gives the same bytes, and a faulty or hostile one is refused. Pure."""

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

MOST_FILES, MOST_BYTES = 2000, 200_000_000
"""More than this no bundle holds; what claims to, or turns out to, is not unpacked."""
CHUNK = 1 << 20
EPOCH = (1980, 1, 1, 0, 0, 0)
PRIVATE = 0o600 << 16
UNIX = 3
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9]+)*(/[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9]+)*)*")


class Broken(Exception):
    """A file that cannot be read as an archive; the text says why."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip file, by name, without a time or an owner."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, PRIVATE, UNIX
            archive.writestr(entry, files[name], compresslevel=9)
    return target.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a zip file by name. Raises Broken for one that is cut off, hostile, or none at all."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as fault:
        raise Broken("The file is not a whole zip file: it was cut off or changed.") from fault


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_FILES:
        raise Broken(f"The file holds more than {MOST_FILES} files.")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Broken("The file is packed in a way that no bundle is.")
    for name in names:
        if not NAME.fullmatch(name):
            raise Broken(f"The file holds an entry with a name that no bundle has: {name[:80]!r}.")
        if names.count(name) > 1:
            raise Broken(f"The file holds {name} twice.")
    left = MOST_BYTES
    found: dict[str, bytes] = {}
    for entry in entries:
        found[entry.filename] = _content(archive, entry, left)
        left -= len(found[entry.filename])
    return found


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """One file, read as it unfolds: what its header says of its size may be a lie."""
    parts: list[bytes] = []
    with archive.open(entry) as source:
        while part := source.read(CHUNK):
            left -= len(part)
            if left < 0:
                raise Broken(f"The file unfolds to more than {MOST_BYTES // 1_000_000} MB and was not unpacked.")
            parts.append(part)
    return b"".join(parts)


def sha256(data: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(data).hexdigest()


def to_json(content: Any) -> bytes:
    """Content as JSON: the same content, the same bytes."""
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def from_json(data: bytes) -> Any:
    """What a file in JSON says. Raises Broken for one that is not, and for one that says something twice."""
    try:
        return json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as fault:
        raise Broken("is not JSON") from fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON: of a key that is there twice, programs would read one and people another."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Broken("says something twice")
    return found

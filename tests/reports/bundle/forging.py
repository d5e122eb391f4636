"""Bundles to check, and hands that change one thing in them and seal them again."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app.core.db import for_writing, make_engine
from app.people.queries import operator
from app.reports.bundle.archive import from_json, pack, sha256, to_json, unpack
from app.reports.bundle.service import create_bundle
from app.surveys.authoring.models import Survey
from tests.actionplan.planning import make_proposed_plan
from tests.consensus.results import close_with

FEW: dict[str, list[int | None]] = {
    "academia": [5, 4, 4, 5, 3, 5, 4, 2],
    "industry": [1, 2, 2, 1, 5, 3, 2],
    "government": [5, 1, 3],
    "civil": [4, 4, None, 1],
}
"""Two groups to show and two to hide."""


def few_answers(session: Session, engine: Engine) -> Survey:
    """A closed round in which two groups are too small to be shown."""
    return close_with(session, engine, FEW)[0]


def planned(session: Session, engine: Engine) -> Survey:
    """Two rounds of the end-to-end consultation, and a plan that was proposed."""
    plan = make_proposed_plan(session, engine)
    return session.get_one(Survey, plan.survey_id)


def make_bundles(template: Path, folder: Path, make: Callable[[Session, Engine], Survey]) -> dict[bool, bytes]:
    """A bundle with answers and one of counts, from a database of their own."""
    path = folder / "bundles.sqlite"
    path.write_bytes(template.read_bytes())
    engine = make_engine(f"sqlite:///{path}")
    try:
        with Session(for_writing(engine), expire_on_commit=False) as session:
            survey = make(session, engine)
            return {
                answers: create_bundle(session, operator(session), survey, with_answers=answers)
                for answers in (True, False)
            }
    finally:
        engine.dispose()


def forged(data: bytes, name: str, change: Callable[[bytes], bytes], *, is_sealed: bool = True) -> bytes:
    """A bundle with one file changed; sealed, its manifest says so too."""
    files = unpack(data)
    files[name] = change(files[name])
    return pack(sealed(files) if is_sealed else files)


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest that fits them."""
    manifest = from_json(files["manifest.json"])
    manifest["files"] = {
        one: {"sha256": sha256(content), "bytes": len(content)}
        for one, content in files.items()
        if one != "manifest.json"
    }
    return files | {"manifest.json": to_json(manifest)}


def in_json(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    """A change of what a file in JSON says."""

    def changed(data: bytes) -> bytes:
        content = json.loads(data)
        change(content)
        return to_json(content)

    return changed


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """A change of some bytes, which are there."""

    def changed(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return changed


def zipped(entries: list[tuple[str, bytes]], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with entries as they come, twice the same name too."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packed) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, packed)
    return target.getvalue()

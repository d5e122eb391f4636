"""Acts on figures: having what is missing drawn, by a process of its own, and keeping it."""

import base64
import json
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from app import __version__
from app.consensus.figures.catalogue import make_figures
from app.consensus.figures.model import Figure, as_data
from app.consensus.figures.models import FigureDrawing, FigureFile
from app.consensus.figures.queries import list_undrawn, read_for_figures
from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot
from app.core.db import for_writing
from app.core.stopping import never
from app.surveys.authoring.models import Survey

LONGEST_SECONDS = 900
LOOKS_EVERY = 0.5


class DrawingFailed(Exception):
    """The process that draws ended without pictures; the tables are there all the same. `what` could not be drawn."""

    what: tuple[UUID, str] | None = None


def draw_next(
    engine: Engine, is_stopping: Callable[[], bool] = never, *, but: Collection[tuple[UUID, str]] = ()
) -> int:
    """Draw the newest round that lacks figures in a language, in that language; returns how many pictures it drew.

    `but` are rounds and languages to leave alone. Raises DrawingFailed, also when the program is stopping.
    """
    with Session(engine) as session:
        missing = [one for one in list_undrawn(session) if (one[0].id, one[2]) not in but]
        if not missing:
            return 0
        snapshot, survey, language = missing[0]
        figures = _figures_of(session, survey, snapshot, language)
        known = _known(session)
    try:
        return _draw(engine, snapshot, figures, known, is_stopping)
    except DrawingFailed as failure:
        failure.what = snapshot.id, language
        raise


def draw_missing(engine: Engine) -> int:
    """Draw all that is missing; returns how many pictures that were. Raises DrawingFailed."""
    count = 0
    while drawn := draw_next(engine):
        count += drawn
    return count


def _figures_of(session: Session, survey: Survey, snapshot: Snapshot, language: str) -> list[Figure]:
    before = find_snapshot(session, survey.id, snapshot.round_number - 1)
    return make_figures(read_for_figures(session, survey, snapshot, before, language))


def _known(session: Session) -> list[str]:
    return list(session.exec(select(FigureFile.sha256)))


def _draw(
    engine: Engine, snapshot: Snapshot, figures: list[Figure], known: list[str], is_stopping: Callable[[], bool]
) -> int:
    with_rows = [figure for figure in figures if figure.rows]
    found = render_apart(with_rows, known, is_stopping)
    keys = {id(figure): one for figure, one in zip(with_rows, found, strict=True)}
    with Session(for_writing(engine)) as session, session.begin():
        files = {key: file for one in found for key, file in one["files"].items()}
        kept = set(session.exec(select(FigureFile.sha256).where(col(FigureFile.sha256).in_(files))))
        session.add_all(_file(key, *file) for key, file in files.items() if key not in kept)
        session.flush()
        _forget(session, snapshot, figures[0].language)
        for figure in figures:
            one = keys.get(id(figure))
            session.add(
                FigureDrawing(
                    snapshot_id=snapshot.id,
                    language=figure.language,
                    name=figure.name,
                    criterion=figure.criterion,
                    program=__version__,
                    svg_sha256=one["svg"] if one else None,
                    png_sha256=one["png"] if one else None,
                )
            )
        session.flush()
        _tidy(session)
    return len(found)


def _forget(session: Session, snapshot: Snapshot, language: str) -> None:
    own = col(FigureDrawing.snapshot_id) == snapshot.id, col(FigureDrawing.language) == language
    session.exec(delete(FigureDrawing).where(*own))


def _tidy(session: Session) -> None:
    """Delete the pictures that belong to no figure any more."""
    drawings = select(FigureDrawing.svg_sha256).where(col(FigureDrawing.svg_sha256).is_not(None))
    pictures = select(FigureDrawing.png_sha256).where(col(FigureDrawing.png_sha256).is_not(None))
    session.exec(
        delete(FigureFile).where(col(FigureFile.sha256).not_in(drawings), col(FigureFile.sha256).not_in(pictures))
    )


def _file(key: str, media_type: str, content: str) -> FigureFile:
    raw = base64.b64decode(content)
    is_text = media_type == "image/svg+xml"
    return FigureFile(sha256=key, media_type=media_type, content=zlib.compress(raw, 9) if is_text else raw)


def render_apart(
    figures: list[Figure], known: list[str], is_stopping: Callable[[], bool] = never
) -> list[dict[str, Any]]:
    """The pictures of figures, drawn by a process of its own; of those whose hash is `known` the name only.

    Raises DrawingFailed, also when the program is stopping.
    """
    if not figures:
        return []
    asked = json.dumps({"figures": [as_data(figure) for figure in figures], "known": known})
    command = [sys.executable, "-m", "app.consensus.figures.rendering"]
    try:
        done, errors = _run(command, asked, is_stopping)
    except OSError as failure:
        raise DrawingFailed(str(failure)) from failure
    if errors:
        raise DrawingFailed(errors[-500:])
    return [json.loads(line) for line in done.splitlines()]


def _run(command: list[str], asked: str, is_stopping: Callable[[], bool]) -> tuple[str, str]:
    """What a process answers, and what went wrong; it is ended where the program stops, or where it takes too long."""
    # a file without a name, not a pipe: what a pipe does not take at once is lost where talking is taken up again
    with tempfile.TemporaryFile("w+", encoding="utf-8") as waiting:
        waiting.write(asked)
        waiting.seek(0)
        with subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            command, stdin=waiting, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        ) as process:
            for _ in range(int(LONGEST_SECONDS / LOOKS_EVERY)):
                if is_stopping():
                    break
                try:
                    done, said = process.communicate(timeout=LOOKS_EVERY)
                except subprocess.TimeoutExpired:
                    continue
                return done, (said or f"exit code {process.returncode}") if process.returncode else ""
            process.kill()
    return "", "stopped, or it took too long"

"""What routes ask for: a session committed before the response leaves."""

from collections.abc import AsyncGenerator, Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from app.core.db import for_writing
from app.core.settings import Settings
from app.web.serving import SAFE_METHODS

MOST_WRITING = 20
"""Half the threads that requests share, and fewer than the connections of a PostgreSQL pool."""


async def wait_for_turn(request: Request) -> AsyncGenerator[None]:
    """Let only so many requests write at once; the others wait here, where they hold no thread.

    Threads that wait for the database must never be all there are: the one it waits for needs another to finish.
    """
    if request.method in SAFE_METHODS:
        yield
        return
    async with request.app.state.turns:
        yield


def get_session(
    request: Request, _turn: Annotated[None, Depends(wait_for_turn, scope="function")]
) -> Iterator[Session]:
    """Open a session, commit when the route returned, roll back when it raised."""
    engine = request.app.state.engine
    with (
        Session(engine if request.method in SAFE_METHODS else for_writing(engine)) as session,
        session.begin(),
    ):
        yield session


def get_reading_session(request: Request) -> Iterator[Session]:
    """Open a session that only reads, also in a route that has its answers written by the answer writer."""
    with Session(request.app.state.engine) as session:
        yield session


def get_writing_session(request: Request) -> Iterator[Session]:
    """Open a session for a GET that leaves a trace, such as an export in the history.

    Whoever reads or writes a file for long does so before they use it: from then on nobody else writes on SQLite.
    """
    with Session(for_writing(request.app.state.engine)) as session, session.begin():
        yield session


def get_settings(request: Request) -> Settings:
    """The settings of this installation."""
    return request.app.state.settings


# "function" scope ends the dependency before the response leaves, so a browser that
# follows our redirect always reads what it just wrote
SessionDep = Annotated[Session, Depends(get_session, scope="function")]
ReadingSessionDep = Annotated[Session, Depends(get_reading_session, scope="function")]
WritingSessionDep = Annotated[Session, Depends(get_writing_session, scope="function")]
SettingsDep = Annotated[Settings, Depends(get_settings)]

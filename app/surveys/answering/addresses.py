"""E-mail addresses that people leave, kept apart from all answers."""

from uuid import UUID, uuid4

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, insert, select

from app.core.db import for_writing
from app.surveys.answering.models import KeptAddress
from app.surveys.authoring.models import Survey


def keep_address(engine: Engine, survey_id: UUID, question: str, address: str) -> None:
    """Keep an address, once; in a transaction of its own, so that it shares none with an answer.

    All addresses of the question are written anew in alphabetical order: the order of rows in a file would tell who
    came when.
    """
    with Session(for_writing(engine)) as session, session.begin():
        session.exec(select(Survey.id).where(Survey.id == survey_id).with_for_update()).one()
        known, address = {*list_addresses(session, survey_id, question)}, address.strip().lower()
        if address in known:
            return
        own = (col(KeptAddress.survey_id) == survey_id, col(KeptAddress.question) == question)
        session.exec(delete(KeptAddress).where(*own))
        rows = [
            {"id": uuid4(), "survey_id": survey_id, "question": question, "address": one}
            for one in sorted({*known, address})
        ]
        session.connection().execute(insert(KeptAddress), rows)


def list_addresses(session: Session, survey_id: UUID, question: str | None = None) -> list[str]:
    """The addresses left in a survey, or under one question of it, in alphabetical order."""
    wanted = select(KeptAddress.address).where(KeptAddress.survey_id == survey_id)
    if question is not None:
        wanted = wanted.where(KeptAddress.question == question)
    return sorted({*session.exec(wanted).all()})

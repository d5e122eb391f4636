"""What the demonstration's people say about its initiatives: invented comments, amendments, and answers to both."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.actionplan.discussion.amending import Judgement, Proposed, decide_amendment, propose_amendment
from app.actionplan.discussion.commenting import assign_comment, resolve_comment, write_comment
from app.actionplan.discussion.replying import find_said, open_page, save_reply
from app.actionplan.discussion.schemas import CommentIn
from app.actionplan.initiatives.models import Initiative
from app.core.clock import today
from app.people.queries import find_actor, find_person_by_email, operator
from app.people.rules import Actor

FILE = Path(__file__).resolve().parents[1] / "demo" / "discussion.json"
JUDGE = "coordinator"


def load_discussion(session: Session, address: str) -> None:
    """Let the people of the demonstration comment, propose, decide and answer; the same every time."""
    told: dict[str, Any] = json.loads(FILE.read_bytes())
    actors = {name: _actor(session, name) for name in ("admin", "coordinator", "manager")}
    keys = {row.external_id: row.id for row in session.exec(select(Initiative)).all()}
    comments: list[UUID] = []
    for line in told["comments"]:
        answered = comments[-1] if line.get("answers_the_one_before") else None
        comments.append(_comment(session, actors, keys[line["initiative"]], line, answered, address))
    amendments: list[UUID] = [
        _amend(session, actors, keys[line["initiative"]], line, address) for line in told["amendments"]
    ]
    for line in told["replies"]:
        kind = "comment" if "comment" in line else "amendment"
        place: int = line[kind]
        key = comments[place] if kind == "comment" else amendments[place]
        save_reply(
            session,
            actors[JUDGE],
            find_said(session, actors[JUDGE], kind, key),
            retold=line["told"],
            is_quote=False,
            outcome=line["outcome"],
            text=line["answer"],
            revision=0,
        )
    open_page(session, operator(session), is_open=True)


def _comment(
    session: Session, actors: dict[str, Actor], key: UUID, line: dict[str, Any], answered: UUID | None, address: str
) -> UUID:
    said = CommentIn(
        text=line["text"],
        place=line["place"],
        passage=line["passage"],
        answers=answered,
        mentions=[_id(actors[line["mentions"]])] if "mentions" in line else [],
    )
    by = actors[line["by"]]
    comment = write_comment(session, by, key, said, form_key=line["text"][:40], address=address)
    if "assigned" in line:
        due_on = today() + timedelta(days=line["assigned"]["days"])
        to_id = _id(actors[line["assigned"]["to"]])
        assign_comment(session, by, key, comment.id, to_id=to_id, due_on=due_on, revision=0, address=address)
    if line.get("is_resolved"):
        resolve_comment(session, by, key, comment.id)
    return comment.id


def _amend(session: Session, actors: dict[str, Actor], key: UUID, line: dict[str, Any], address: str) -> UUID:
    proposed = Proposed(
        line["place"],
        line["passage"],
        line["after"],
        line["because"],
        None,
        may_name=line["by"] == "admin",
        may_quote=False,
    )
    amendment = propose_amendment(session, actors[line["by"]], key, proposed, form_key=line["after"][:40])
    if line["decision"]:
        judged = Judgement(line["decision"], line["words"], line["decided_because"], None, "")
        decide_amendment(session, actors[JUDGE], key, amendment.id, judged, address=address)
    return amendment.id


def _actor(session: Session, name: str) -> Actor:
    person = find_person_by_email(session, f"{name}@innaxe.example")
    actor = find_actor(session, person) if person else None
    assert actor, "the demonstration makes these people"
    return actor


def _id(actor: Actor) -> UUID:
    assert actor.id
    return actor.id

"""The demonstration's ideas wall: invented proposals in seven languages, voices about them, what became of some.

It is the same from the same seed but for the days, which count back from today. Nobody is mailed.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.service import draft_initiative
from app.actionplan.proposals.judging import save_wall
from app.actionplan.proposals.mailing import SEAL
from app.actionplan.proposals.models import Proposal, ProposalAuthor, Stance
from app.actionplan.proposals.rules import OPEN, State, author_of, code_of, voter_of
from app.core.clock import today
from app.core.db import for_writing
from app.core.tokens import hash_token, seal, sign
from app.people.queries import find_person_by_email, operator
from app.people.rules import Actor

FILE = Path(__file__).resolve().parents[1] / "demo" / "proposals.json"
JUDGE = "coordinator@innaxe.example"
VOTERS = 40
SHARE_THAT_VOTES = 0.55
DAYS_TO_DECIDE = 9


def load_proposals(engine: Engine, secret: str, *, rng: np.random.Generator) -> None:
    """Open the wall, put the proposals there, and let some people support and oppose what they can see."""
    read = json.loads(FILE.read_bytes())
    with Session(for_writing(engine)) as session, session.begin():
        actor = operator(session)
        save_wall(
            session,
            actor,
            0,
            is_open=True,
            introduction=read["introduction"],
            reader=read["reader"],
            answer_days=read["answer_days"],
        )
        made: list[Proposal] = []
        for number, entry in enumerate(read["proposals"], start=1):
            made.append(_make(session, actor, secret, number, entry, made))
        shown = [place for place, proposal in enumerate(made) if proposal.shown_on]
        _vote(session, secret, [made[place] for place in shown], [read["proposals"][place] for place in shown], rng)


def _make(
    session: Session, actor: Actor, secret: str, number: int, entry: dict[str, Any], before: list[Proposal]
) -> Proposal:
    judge = find_person_by_email(session, JUDGE)
    sent_on = today() - timedelta(days=entry["day"])
    decided_on = sent_on + timedelta(days=min(DAYS_TO_DECIDE, entry["day"]))
    state = State.WAITING if entry["state"] == "shown" else State(entry["state"])
    place: int = entry.get("into", 0)
    target = before[place - 1].id if place else None
    proposal = Proposal(
        consortium_id=actor.consortium_id,
        number=number,
        key=sign(secret, "demo proposal", str(number)),
        language=entry["language"],
        title=entry["title"],
        summary=entry["summary"],
        first_step=entry["first_step"],
        helix=entry["helix"],
        author_name=entry.get("name", ""),
        created_on=sent_on,
        state=state,
        because=entry.get("because", ""),
        merged_into_id=target,
        shown_on=None if entry["state"] in OPEN else decided_on,
        revision=0 if state is State.WAITING else 1,
    )
    if "question" in entry:
        asked = {"question": entry["question"], "answer": "", "asked_on": decided_on.isoformat()}
        proposal.exchanges = [asked]
    if state is not State.WAITING:
        proposal.judged_on, proposal.judged_by_id = decided_on, judge.id if judge else None
    session.add(proposal)
    session.flush()
    if "initiative" in entry:
        proposal.initiative_id = _initiative_of(session, actor, proposal, entry["initiative"])
    if state in OPEN:
        email = f"author{number:02}@innaxe.example"
        session.add(
            ProposalAuthor(
                proposal_id=proposal.id,
                sealed_address=seal(secret, SEAL, email),
                address_hash=author_of(secret, email),
                language=entry["language"],
                answer_token_hash=hash_token(sign(secret, "demo answer", str(number))) if "question" in entry else None,
            )
        )
    session.flush()
    return proposal


def _initiative_of(session: Session, actor: Actor, proposal: Proposal, code: str) -> Any:
    known = {row.external_id: row.id for row, _ in list_initiatives(session, actor)}
    if code in known:
        return known[code]
    made = draft_initiative(
        session,
        actor,
        code=code_of(proposal.number, known),
        title={proposal.language: proposal.title},
        summary={proposal.language: proposal.summary},
        organisation_id=None,
    )
    return made.id


def _vote(
    session: Session, secret: str, proposals: list[Proposal], entries: list[dict[str, Any]], rng: np.random.Generator
) -> None:
    """Voices with structure: two camps of people, and proposals that please both, one, or neither."""
    camp = rng.integers(0, 2, VOTERS) * 2 - 1
    appeal, side = rng.normal(0.6, 0.8, len(proposals)), rng.normal(0, 0.9, len(proposals))
    liking = appeal + np.outer(camp, side) + rng.normal(0, 0.6, (VOTERS, len(proposals)))
    votes = rng.random((VOTERS, len(proposals))) < SHARE_THAT_VOTES
    for place, (proposal, entry) in enumerate(zip(proposals, entries, strict=True)):
        left = list(entry.get("reasons", []))
        for voter in np.flatnonzero(votes[:, place]):
            is_for = bool(liking[voter, place] > 0)
            because = next((one for one in left if one[0] == is_for), None)
            if because:
                left.remove(because)
            key = voter_of(secret, proposal.consortium_id, f"voice{voter:02}@innaxe.example")
            session.add(
                Stance(proposal_id=proposal.id, voter=key, is_for=is_for, because=because[1] if because else "")
            )
    session.flush()

"""All proposals in a file."""

from sqlmodel import Session

from app.actionplan.priorities.service import MEDIA_TYPES, WRITERS, File
from app.actionplan.proposals.models import Proposal
from app.actionplan.proposals.pages import Card, cards_of
from app.actionplan.proposals.queries import find_wall, list_proposals
from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.documents.document import Cell, Column, Document, Table
from app.history.service import record_under
from app.people.rules import Actor

COLUMN_WORDS = {
    "number": "Number",
    "title": "Title",
    "summary": "What it is about",
    "first_step": "First step",
    "language": "Language",
    "helix": "Group",
    "name": "Name",
    "sent_on": "Sent on",
    "state": "State",
    "reason": "Reason",
    "merged_into": "Put together with",
    "initiative": "Initiative",
    "support": "Support",
    "oppose": "Oppose",
    "on_the_wall": "On the wall since",
}
NUMBERS = ("number", "merged_into", "support", "oppose")


def export_proposals(session: Session, actor: Actor, kind: str, language: str) -> File:
    """The proposals as `csv`, `xlsx` or `json`, noted in the history; voices in fives. Raises Invalid."""
    require(actor, "proposal.judge")
    if kind not in WRITERS:
        raise Invalid("The list is written as csv, xlsx or json.")
    title = translate(language, "Proposals")
    cards = cards_of(session, list_proposals(session, actor.consortium_id), language)
    columns = [
        Column(key, translate(language, heading), 0 if key in NUMBERS else None)
        for key, heading in COLUMN_WORDS.items()
    ]
    table = Table(title, columns, [_row(card, language) for card in cards])
    wall = find_wall(session, actor.consortium_id)
    name = f"wall:{wall.id}" if wall else "wall"
    record_under(session, actor, "proposals.exported", name, after={"format": kind, "proposals": len(cards)})
    return File(f"proposals.{kind}", MEDIA_TYPES[kind], WRITERS[kind](Document(title, language, [table])))


def _row(card: Card, language: str) -> list[Cell]:
    one: Proposal = card.proposal
    return [
        one.number,
        one.title,
        one.summary,
        one.first_step,
        one.language,
        one.helix,
        one.author_name,
        one.created_on.isoformat(),
        card.state,
        card.because,
        card.other.number if card.other else None,
        pick(card.initiative, language),
        card.support,
        card.oppose,
        one.shown_on.isoformat() if one.shown_on else None,
    ]

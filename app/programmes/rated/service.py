"""Acts on the survey that asks stakeholders about programmes."""

from collections.abc import Collection

from sqlmodel import Session

from app.people.rules import Actor
from app.programmes.pages import words_of
from app.programmes.queries import Entry, label_of, list_programmes
from app.programmes.rated.asking import ASKING
from app.surveys.authoring.from_catalogue import Choice, draft_about, items_of, replace_about
from app.surveys.authoring.models import Survey
from app.surveys.authoring.schemas import ItemIn


def ask_stakeholders(session: Session, actor: Actor, *, title: str, language: str, codes: Collection[str]) -> Survey:
    """Make a draft that asks whether these programmes meet expectations; the same a second time is the same draft.

    Raises NotAllowed, Invalid without a title or without a programme of the catalogue.
    """
    items = _items(session, actor, codes, language)
    return draft_about(session, actor, ASKING, title=title, language=language, items=items)


def replace_rated(session: Session, actor: Actor, survey: Survey, revision: int, codes: Collection[str]) -> None:
    """Ask about these programmes in place of what was asked before.

    Raises Conflict once the survey is published or changed meanwhile, Invalid without a programme of the catalogue.
    """
    items = _items(session, actor, codes, survey.default_language)
    replace_about(session, actor, ASKING, survey, revision, items)


def _items(session: Session, actor: Actor, codes: Collection[str], language: str) -> list[ItemIn]:
    choices = [
        Choice(one.programme.code, one.version.id, one.version.number, one.version.name, _summary(one, language))
        for one in list_programmes(session, actor)
    ]
    return items_of(ASKING, choices, codes, language)


def _summary(one: Entry, language: str) -> str:
    """Whose programme it is and what it offers to whom; nothing that would tell how good it is said to be."""
    words = words_of(language, one.version)
    offer = [words[name] for name in ("category", "target_groups", "delivery_mode") if words[name]]
    lines = [f"{label_of(one.partner)}: {'; '.join(offer)}", one.version.description]
    return "\n\n".join(line for line in lines if line)

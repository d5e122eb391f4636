"""Acts on the survey that agrees a set of indicators."""

from collections.abc import Collection

from sqlmodel import Session

from app.core.catalogues import translate
from app.indicators.agreed.asking import ASKING
from app.indicators.queries import Entry, list_indicators
from app.indicators.rules import DIRECTION_WORDS
from app.people.rules import Actor
from app.surveys.authoring.from_catalogue import Choice, draft_about, items_of, replace_about
from app.surveys.authoring.models import Survey
from app.surveys.authoring.schemas import ItemIn


def ask_about(session: Session, actor: Actor, *, title: str, language: str, codes: Collection[str]) -> Survey:
    """Make a draft that asks whether these indicators belong to the set; the same a second time is the same draft.

    Raises NotAllowed, Invalid without a title or without an indicator of the catalogue.
    """
    items = _items(session, actor, codes, language)
    return draft_about(session, actor, ASKING, title=title, language=language, items=items)


def replace_asked(session: Session, actor: Actor, survey: Survey, revision: int, codes: Collection[str]) -> None:
    """Ask about these indicators in place of what was asked before.

    Raises Conflict once the survey is published or changed meanwhile, Invalid without an indicator of the catalogue.
    """
    items = _items(session, actor, codes, survey.default_language)
    replace_about(session, actor, ASKING, survey, revision, items)


def _items(session: Session, actor: Actor, codes: Collection[str], language: str) -> list[ItemIn]:
    choices = [
        Choice(one.indicator.code, one.version.id, one.version.number, one.version.name, _summary(one, language))
        for one in list_indicators(session, actor)
    ]
    return items_of(ASKING, choices, codes, language)


def _summary(one: Entry, language: str) -> str:
    lines = [f"{one.version.unit}, {translate(language, DIRECTION_WORDS[one.version.direction])}"]
    lines += [text for text in (one.version.definition, one.version.territory_rule) if text]
    return "\n\n".join(lines)

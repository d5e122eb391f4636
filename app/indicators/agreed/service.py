"""Acts on the survey that agrees a set of indicators."""

from collections.abc import Collection, Sequence

from sqlmodel import Session

from app.core.catalogues import translate
from app.core.errors import Invalid
from app.indicators.agreed.asking import ASKING
from app.indicators.queries import Entry, list_indicators
from app.indicators.rules import DIRECTION_WORDS
from app.people.rules import Actor
from app.surveys.authoring.drafting import replace_items
from app.surveys.authoring.from_catalogue import draft_about, item_codes
from app.surveys.authoring.models import Survey
from app.surveys.authoring.schemas import ItemIn

TOO_FEW = "Choose at least one indicator."
UNKNOWN = "There is no such indicator."


def ask_about(session: Session, actor: Actor, *, title: str, language: str, codes: Collection[str]) -> Survey:
    """Make a draft that asks whether these indicators belong to the set; the same a second time is the same draft.

    Raises NotAllowed, Invalid without a title or without an indicator of the catalogue.
    """
    items = _items(_chosen(session, actor, codes), language)
    return draft_about(session, actor, ASKING, title=title, language=language, items=items)


def replace_asked(session: Session, actor: Actor, survey: Survey, revision: int, codes: Collection[str]) -> None:
    """Ask about these indicators in place of what was asked before.

    Raises Conflict once the survey is published or changed meanwhile, Invalid without an indicator of the catalogue.
    """
    items = _items(_chosen(session, actor, codes), survey.default_language)
    replace_items(session, actor, survey, revision, items)
    survey.item_kind = ASKING.kind


def _chosen(session: Session, actor: Actor, codes: Collection[str]) -> list[Entry]:
    entries = list_indicators(session, actor)
    if not codes:
        raise Invalid(TOO_FEW, {"indicators": TOO_FEW})
    if not set(codes) <= {one.indicator.code for one in entries}:
        raise Invalid(UNKNOWN, {"indicators": UNKNOWN})
    return [one for one in entries if one.indicator.code in codes]


def _items(chosen: Sequence[Entry], language: str) -> list[ItemIn]:
    names = item_codes(one.indicator.code for one in chosen)
    return [
        ItemIn(
            code=names[one.indicator.code],
            source_id=one.version.id,
            title={language: one.version.name},
            summary={language: _summary(one, language)},
            facts={"version": one.version.number},
        )
        for one in chosen
    ]


def _summary(one: Entry, language: str) -> str:
    lines = [f"{one.version.unit}, {translate(language, DIRECTION_WORDS[one.version.direction])}"]
    lines += [text for text in (one.version.definition, one.version.territory_rule) if text]
    return "\n\n".join(lines)

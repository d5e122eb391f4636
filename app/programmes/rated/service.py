"""Acts on the survey that asks stakeholders about programmes."""

from collections.abc import Collection, Sequence

from sqlmodel import Session

from app.core.errors import Invalid
from app.people.rules import Actor
from app.programmes.pages import words_of
from app.programmes.queries import Entry, label_of, list_programmes
from app.programmes.rated.asking import ASKING
from app.surveys.authoring.drafting import replace_items
from app.surveys.authoring.from_catalogue import draft_about, item_codes
from app.surveys.authoring.models import Survey
from app.surveys.authoring.schemas import ItemIn

TOO_FEW = "Choose at least one programme."
UNKNOWN = "There is no such programme."


def ask_stakeholders(session: Session, actor: Actor, *, title: str, language: str, codes: Collection[str]) -> Survey:
    """Make a draft that asks whether these programmes meet expectations; the same a second time is the same draft.

    Raises NotAllowed, Invalid without a title or without a programme of the catalogue.
    """
    items = _items(_chosen(session, actor, codes), language)
    return draft_about(session, actor, ASKING, title=title, language=language, items=items)


def replace_rated(session: Session, actor: Actor, survey: Survey, revision: int, codes: Collection[str]) -> None:
    """Ask about these programmes in place of what was asked before.

    Raises Conflict once the survey is published or changed meanwhile, Invalid without a programme of the catalogue.
    """
    items = _items(_chosen(session, actor, codes), survey.default_language)
    replace_items(session, actor, survey, revision, items)
    survey.item_kind = ASKING.kind


def _chosen(session: Session, actor: Actor, codes: Collection[str]) -> list[Entry]:
    entries = list_programmes(session, actor)
    if not codes:
        raise Invalid(TOO_FEW, {"programmes": TOO_FEW})
    if not set(codes) <= {one.programme.code for one in entries}:
        raise Invalid(UNKNOWN, {"programmes": UNKNOWN})
    return [one for one in entries if one.programme.code in codes]


def _items(chosen: Sequence[Entry], language: str) -> list[ItemIn]:
    names = item_codes(one.programme.code for one in chosen)
    return [
        ItemIn(
            code=names[one.programme.code],
            source_id=one.version.id,
            title={language: one.version.name},
            summary={language: _summary(one, language)},
            facts={"version": one.version.number},
        )
        for one in chosen
    ]


def _summary(one: Entry, language: str) -> str:
    """Whose programme it is and what it offers to whom; nothing that would tell how good it is said to be."""
    words = words_of(language, one.version)
    offer = [words[name] for name in ("category", "target_groups", "delivery_mode") if words[name]]
    lines = [f"{label_of(one.partner)}: {'; '.join(offer)}", one.version.description]
    return "\n\n".join(line for line in lines if line)

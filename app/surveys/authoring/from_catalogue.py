"""Surveys about entries of a catalogue, such as indicators or programmes: one criterion, the usual rounds and rule."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import LANGUAGES, Words, pick
from app.people.rules import Actor
from app.surveys.authoring.drafting import create_draft, recommended, replace_items
from app.surveys.authoring.models import Survey, SurveyItem
from app.surveys.authoring.queries import LIGHT
from app.surveys.authoring.schemas import ItemIn

KEPT = ("consent", "about")
SHORTLIST = 7
LONGEST_ITEM = 64


@dataclass(frozen=True)
class Asking:
    """What such a survey asks of each entry, in English: the catalogues know these words in all languages."""

    kind: str
    criterion: str
    field: str
    too_few: str
    unknown: str
    title: str
    section: str
    introduction: str
    label: str
    question: str
    low: str
    high: str
    comment: str

    @property
    def words(self) -> tuple[str, ...]:
        """All that is translated."""
        named = (self.title, self.section, self.introduction, self.label)
        return (*named, self.question, self.low, self.high, self.comment, self.too_few, self.unknown)


@dataclass(frozen=True)
class Choice:
    """One entry as a survey would ask about it, in the survey's language."""

    code: str
    source_id: UUID
    version: int
    name: str
    summary: str


def survey_parts(asking: Asking, count: int) -> dict[str, Any]:
    """What a survey about so many entries has in place of the recommended parts.

    Everything returns in the second round: nobody judges a whole catalogue before having seen what the others think.
    """
    template = recommended()
    sections: list[Mapping[str, Any]] = [one for one in template["sections"] if one["id"] in KEPT]
    label, question = _words(asking.label), _words(asking.question)
    criterion = {"id": asking.criterion, "weight_default": 1, "label": label, "text": question}
    rating = {
        "id": "criteria",
        "type": "rating_matrix",
        "scale": {"min": 1, "max": 5},
        "criteria": [criterion | {"low": _words(asking.low), "high": _words(asking.high)}],
    }
    comment = {"id": "comment", "type": "long_text", "max_length": 1000, "text": _words(asking.comment)}
    asked: Sequence[Mapping[str, Any]] = [rating, comment]
    texts = {"title": _words(asking.section), "intro": _words(asking.introduction)}
    return {
        "sections": [*sections, {"id": "rating", **texts, "repeat_over": "initiatives", "questions": asked}],
        "settings": {"anonymous": False, "items_returning": "all"},
        "rule": template.get("rule", {}) | {"shortlist": min(SHORTLIST, max(count, 1))},
    }


def _words(sentence: str) -> Words:
    return {tag: translate(tag, sentence) for tag in LANGUAGES}


def item_codes(codes: Iterable[str]) -> dict[str, str]:
    """What each entry is called in a survey, where codes have fewer signs: no dot, and no letter but ASCII.

    >>> item_codes(["IND01", "R.1", "R-1", "Índex"])
    {'IND01': 'IND01', 'R.1': 'R-1-2', 'R-1': 'R-1', 'Índex': '-ndex'}
    """
    given = list(codes)
    found = {code: code for code in given if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", code)}
    for code in given:
        if code not in found:
            stem = number = re.sub(r"[^A-Za-z0-9_-]", "-", code)[: LONGEST_ITEM - 4]
            count = 1
            while number in found.values():
                count += 1
                number = f"{stem}-{count}"
            found[code] = number
    return {code: found[code] for code in given}


def items_of(asking: Asking, choices: Iterable[Choice], codes: Collection[str], language: str) -> list[ItemIn]:
    """What a survey asks about where these codes were chosen, in the order of the catalogue.

    Raises Invalid, at the field of the choice, without a code or with one that is not in the catalogue.
    """
    if not codes:
        raise Invalid(asking.too_few, {asking.field: asking.too_few})
    chosen = [one for one in choices if one.code in codes]
    if len(chosen) < len(set(codes)):
        raise Invalid(asking.unknown, {asking.field: asking.unknown})
    names = item_codes(one.code for one in chosen)
    return [
        ItemIn(
            code=names[one.code],
            source_id=one.source_id,
            title={language: one.name},
            summary={language: one.summary},
            facts={"version": one.version},
        )
        for one in chosen
    ]


def list_surveys_about(session: Session, actor: Actor, kind: str) -> Sequence[Survey]:
    """The surveys about entries of a kind, the newest first."""
    wanted = select(Survey).where(Survey.consortium_id == actor.consortium_id, Survey.item_kind == kind)
    return session.exec(wanted.options(*LIGHT).order_by(col(Survey.created_at).desc(), col(Survey.slug))).all()


def draft_about(
    session: Session, actor: Actor, asking: Asking, *, title: str, language: str, items: Sequence[ItemIn]
) -> Survey:
    """A draft that asks this of the versions that the items are; the same a second time is the same draft.

    Raises NotAllowed, Invalid without a title.
    """
    usual, title, keys = _words(asking.title), title.strip(), {one.source_id for one in items}
    is_usual = title in usual.values()
    title = usual[language] if is_usual else title
    for draft in list_surveys_about(session, actor, asking.kind):
        is_same = (draft.default_language, pick(draft.title, language)) == (language, title)
        if draft.published_at is None and is_same and _sources(session, draft) == keys:
            return draft
    survey = create_draft(
        session,
        actor,
        title=title,
        language=language,
        items=items,
        item_kind=asking.kind,
        changes=survey_parts(asking, len(items)) | ({"title": usual} if is_usual else {}),
    )
    if is_usual:
        survey.outdated = {}
    return survey


def replace_about(
    session: Session, actor: Actor, asking: Asking, survey: Survey, revision: int, items: Sequence[ItemIn]
) -> None:
    """Ask about these in place of what was asked before.

    Raises Conflict once the survey is published or changed meanwhile.
    """
    replace_items(session, actor, survey, revision, items)
    survey.item_kind = asking.kind


def _sources(session: Session, survey: Survey) -> set[UUID | None]:
    return set(session.exec(select(SurveyItem.source_id).where(SurveyItem.survey_id == survey.id)).all())

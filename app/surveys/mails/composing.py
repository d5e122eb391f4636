"""From a kind of mail, a survey and a language to subject, text and HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.core.days import spelt
from app.core.words import pick
from app.mail.rendering import MailTexts, render_mail, render_part
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_criteria, list_items, scale_of
from app.surveys.ideas.rules import MINUTES_FOR_IDEAS, MOST_IDEAS
from app.surveys.mails.queries import find_mail_text
from app.surveys.mails.rules import PLACEHOLDERS, MailKind, fill, one_line, paragraphs_of
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import asks_ideas_next
from app.surveys.rounds.rules import asked_in

SECONDS_PER_RATING = 8
LONGEST_SUBJECT_TITLE = 80


@dataclass(frozen=True)
class Addressee:
    """Who a mail is for, and the two addresses it holds; `is_test` when it goes to whoever wrote its text."""

    name: str
    url: str
    stop_url: str
    is_test: bool = False


def compose_mail(
    session: Session,
    survey: Survey,
    current: Round | None,
    kind: MailKind,
    language: str,
    addressee: Addressee,
    *,
    lines: Sequence[str] = (),
) -> MailTexts:
    """One mail of a survey: its own text where there is one, else the interface's words; `lines` are listed below."""
    values: dict[str, Any] = _values(session, survey, current, language) | {
        "name": addressee.name,
        "url": addressee.url,
        "stop_url": addressee.stop_url,
        "is_test": addressee.is_test,
    }
    own = find_mail_text(session, survey.id, kind, language)
    if own:
        filled = {name: str(values[name]) or "–" for name in PLACEHOLDERS}
        filled["name"] = addressee.name
        subject, opening = fill(own.subject, filled), fill(own.opening, filled)
    else:
        subject, opening = _usual(kind, language, values)
    wants_first = kind is MailKind.INVITATION and not values["asks_ideas"]
    first = _first_rating(session, survey, language) if wants_first else None
    texts = render_mail(
        kind,
        language,
        values
        | {"subject": one_line(subject), "opening": paragraphs_of(opening), "first": first, "lines": list(lines)},
    )
    return MailTexts(one_line(subject), texts.body, texts.html)


def usual_texts(
    session: Session, survey: Survey, current: Round | None, kind: MailKind, language: str
) -> tuple[str, str]:
    """Subject and opening as the interface words them, with placeholders where each person's values stand."""
    values = _values(session, survey, current, language)
    named = {
        "title": "{title}",
        "name": "{name}",
        "controller": "{controller}",
        "minutes": _Counted(values["minutes"]),
        "last_day": values["last_day"] and "{last_day}",
    }
    return _usual(kind, language, values | named)


class _Counted(int):
    """A number that takes the plural of its value and is written as its placeholder."""

    def __str__(self) -> str:
        return "{minutes}"


def _usual(kind: MailKind, language: str, values: Mapping[str, Any]) -> tuple[str, str]:
    subject, opening = (render_part(f"{kind}/{part}.txt", language, values) for part in ("subject", "opening"))
    return one_line(subject), opening.strip()


def _values(session: Session, survey: Survey, current: Round | None, language: str) -> dict[str, Any]:
    codes = [item.code for item in list_items(session, survey.id)]
    asked = len(asked_in(current.item_codes if current else None, codes))
    items = min(survey.items_per_person or asked, asked)
    criteria = len(list_criteria(session, survey.id))
    closes_at = current.closes_at if current else None
    last_day = (closes_at - timedelta(seconds=1)).date() if closes_at else survey.closes_on
    asks_ideas = current.is_for_ideas if current else asks_ideas_next(session, survey)
    number = current.number if current else 1
    minutes = max(1, -(-items * criteria * SECONDS_PER_RATING // 60))
    return {
        "title": one_line(pick(survey.title, language, survey.default_language))[:LONGEST_SUBJECT_TITLE],
        "introduction": pick(survey.introduction, language, survey.default_language),
        "items": items,
        "minutes": MINUTES_FOR_IDEAS if asks_ideas else minutes,
        "asks_ideas": asks_ideas,
        "most_ideas": MOST_IDEAS,
        "follows_ideas": survey.has_idea_round and number <= 1,
        "last_day": spelt(last_day, language) if last_day else "",
        "round": number,
        "has_next_round": number < survey.planned_rounds,
        "is_anonymous": survey.is_anonymous,
        "controller": survey.controller,
        "contact": survey.contact,
    }


def _first_rating(session: Session, survey: Survey, language: str) -> dict[str, Any] | None:
    """The first rating that everybody is asked for; None where people are asked about different initiatives."""
    items, criteria = list_items(session, survey.id), list_criteria(session, survey.id)
    if survey.items_per_person is not None or not items or not criteria:
        return None
    item, criterion = items[0], criteria[0]
    return {
        "item": pick(item.title, language, survey.default_language),
        "label": pick(criterion.label, language, survey.default_language),
        "text": pick(criterion.text, language, survey.default_language),
        "low": pick(criterion.low, language, survey.default_language),
        "high": pick(criterion.high, language, survey.default_language),
        "points": list(scale_of(survey).points),
    }

"""What the pages of those who build a survey show, ready for the templates."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.core.catalogues import translate
from app.core.words import Words, pick, picked_language
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import Check
from app.surveys.authoring.queries import find_question, list_criteria, list_items, list_questions
from app.surveys.mails.queries import list_mail_texts
from app.surveys.rounds.queries import awaits_ideas

ITEM_WORDS = {"initiative": "Initiatives", "indicator": "Indicators", "programme": "Programmes"}
"""What a survey may ask about."""

STEP_WORDS = {
    "items": "Initiatives",
    "texts": "Title, introduction, who is responsible",
    "criteria": "Criteria and scale",
    "questions": "Questions",
    "regions": "Regions",
    "rules": "Rules and rounds",
    "languages": "Languages",
    "translation": "Translations",
    "dates": "Dates",
    "mails": "Mails",
}
PARTS = ("title", "criterion", "question", "option", "item")


def step_rows(session: Session, survey: Survey, checks: Sequence[Check], language: str) -> list[dict[str, Any]]:
    """The task list: every step with what it holds in a few words, and what is wrong there."""
    items, criteria = list_items(session, survey.id), list_criteria(session, survey.id)
    region = find_question(session, survey.id, "region")
    own_texts = len(list_mail_texts(session, survey.id))
    first = next((tag for tag in survey.languages if tag != survey.default_language), None)
    awaits = survey.published_at is None and not items and awaits_ideas(session, survey)
    chosen = translate(language, "%(count)s chosen", count=len(items))
    values: dict[str, object] = {
        "share": f"{round(float(survey.rule.get('agree_share', 0)) * 100)} %",
        "minimum": survey.minimum_group,
        "rounds": survey.planned_rounds,
    }
    if survey.has_idea_round:
        rules = translate(
            language, "%(share)s agree, groups of %(minimum)s, a round of ideas, then %(rounds)s rounds", **values
        )
    else:
        rules = translate(language, "%(share)s agree, groups of %(minimum)s, %(rounds)s rounds", **values)
    facts = {
        "items": translate(language, "After the ideas") if awaits else chosen,
        "texts": survey.controller,
        "criteria": ", ".join(c.label.get(language) or c.label.get(survey.default_language, "") for c in criteria),
        "questions": translate(
            language,
            "%(count)s beside the rating",
            count=sum(q.section != "" for q in list_questions(session, survey.id)),
        ),
        "regions": translate(language, "%(count)s to choose from", count=len(region.options) if region else 0),
        "rules": rules,
        "languages": ", ".join(tag.upper() for tag in survey.languages),
        "translation": "",
        "dates": survey.closes_on.isoformat() if survey.closes_on else "",
        "mails": translate(language, "Texts of your own: %(count)s", count=own_texts) if own_texts else "",
    }
    rows: list[dict[str, Any]] = []
    for step, word in STEP_WORDS.items():
        own = [check for check in checks if check.step == step]
        if step == "translation" and first is None and not own:
            continue
        rows.append(
            {
                "step": step,
                "word": translate(language, ITEM_WORDS[survey.item_kind] if step == "items" else word),
                "fact": facts[step],
                "is_later": step == "items" and awaits,
                # where something blocks, the language in which it is missing
                "target": next((check.target for check in own if check.is_blocking and check.target), first),
                "problems": [translate(language, c.sentence, **dict(c.values)) for c in own if c.is_blocking],
                "advice": [translate(language, c.sentence, **dict(c.values)) for c in own if not c.is_blocking],
            }
        )
    return rows


def translation_rows(texts: Mapping[str, Words], survey: Survey, target: str) -> list[dict[str, Any]]:
    """Every text beside its original, or beside what there is instead, and whether it is missing or outdated."""
    rows: list[dict[str, Any]] = []
    for path, words in texts.items():
        others = {tag: text for tag, text in words.items() if tag != target}
        original = pick(others, survey.default_language)
        if original:
            rows.append(
                {
                    "path": path,
                    "original": original,
                    "language": picked_language(others, survey.default_language),
                    "text": words.get(target, ""),
                    "is_missing": not words.get(target, "").strip(),
                    "is_outdated": target in survey.outdated.get(path, []),
                    "is_long": len(original) > 80,
                }
            )
    return rows

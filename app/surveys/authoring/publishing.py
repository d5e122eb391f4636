"""From draft to published: what must be true before, and the protocol that is fixed then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from app.auth.permissions import require
from app.core.clock import now, today
from app.core.errors import Invalid
from app.core.tags import language_name
from app.core.words import LANGUAGES, missing_languages, pick
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.conditions import Asked, Trouble, troubles
from app.surveys.authoring.models import Deviation, Survey, SurveyItem
from app.surveys.authoring.queries import (
    list_criteria,
    list_items,
    list_questions,
    list_sections,
    question_type,
    scale_of,
)
from app.surveys.authoring.rules import LONGEST_END, protocol_hash
from app.surveys.authoring.texts import texts_of
from app.surveys.mails.queries import list_mail_texts
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.queries import find_idea_round, list_invitations

FORMAT = "innaxe-protocol/1"
FEEDBACK_ARM = "each helix and all together, from the second round on, after one's own first answer"
REAL_TIME_ARM = (
    "in real time: each helix and all together, after one's own first answer to an item by a criterion, in steps of at "
    "least the minimum group of each helix, one step late"
)
STOP_RULE = (
    "stopping is recommended when at least 80 % of the items are decided, and at the latest after the planned rounds; "
    "an item is decided when it has no reason to return"
)
RETURN_RULES = {
    "undecided": "an item returns when, by any criterion with a weight, helices are divided, answers are too few, "
    "opinions still moved between the last two rounds, or it cannot be told whether the rule of consensus is met",
    "all": "every item returns in every round",
}
NEEDED = ("question.", "option.", "section.")
TROUBLE_WORDS = {
    Trouble.CIRCLE: "The condition of question %(code)s leads in a circle back to it.",
    Trouble.LATER: "The condition of question %(code)s looks at a question that is asked later.",
    Trouble.UNKNOWN: "The condition of question %(code)s looks at a question that is not there.",
}
ITEM_GAPS = {
    "title": "The title of “%(title)s” is missing in %(languages)s.",
    "summary": "The summary of “%(title)s” is missing in %(languages)s.",
}
SHORTEST_REASON, LONGEST_REASON = 10, 500


@dataclass(frozen=True)
class Check:
    """One thing looked at before publishing: the sentence, the step where it is put right, and whether it blocks."""

    sentence: str
    step: str
    is_blocking: bool = True
    values: tuple[tuple[str, object], ...] = ()
    target: str = ""
    """The language in which a text is to be entered, where one is missing."""


def checks_of(session: Session, survey: Survey) -> list[Check]:
    """What stands in the way of publishing, and what one should know; the blocking ones first."""
    found = round_checks(session, survey)
    items, criteria = list_items(session, survey.id), list_criteria(session, survey.id)
    if not items:
        found.append(Check("Choose at least one initiative to be rated.", "items"))
    if not any(criterion.weight for criterion in criteria):
        found.append(Check("At least one criterion needs a weight above zero.", "criteria"))
    if survey.items_per_person and survey.items_per_person >= len(items) > 0:
        found.append(Check("Each person is asked about fewer initiatives than there are, or about all.", "rules"))
    if int(survey.rule.get("shortlist", 1)) > len(items) > 0:
        found.append(Check("The shortlist is longer than the list of initiatives.", "rules", is_blocking=False))
    for one in criteria:
        ends = [*one.low.values(), *one.high.values()]
        found += [
            Check(
                "The scale label “%(text)s” is too long for any scale: 120 characters at most.",
                "criteria",
                values=(("text", text),),
            )
            for text in ends
            if len(text) > LONGEST_END
        ]
    found += _question_checks(session, survey, items)
    found += _promise_checks(session, survey)
    found += text_checks(session, survey, lambda path: path != "idea_question")
    return sorted(found, key=lambda check: not check.is_blocking)


def round_checks(session: Session, survey: Survey) -> list[Check]:
    """What must be true, or should be known, before any first round opens."""
    found: list[Check] = []
    if not survey.controller or not survey.contact:
        found.append(Check("The survey must name the data controller and a contact before it opens.", "texts"))
    if survey.closes_on and survey.closes_on <= today():
        found.append(Check("The closing day must lie in the future.", "dates"))
    gaps = _without_introduction(session, survey)
    if gaps:
        sentence = "The invitation does not say who asks and why in: %(languages)s. Write an introduction or a text."
        found.append(Check(sentence, "mails", False, (("languages", ", ".join(gaps)),)))
    if survey.closes_on is None:
        found.append(
            Check("No closing day is set. The round stays open until you close it.", "dates", is_blocking=False)
        )
    return found


def text_checks(session: Session, survey: Survey, is_shown: Callable[[str], bool]) -> list[Check]:
    """Which texts that people are shown lack a translation, or have one that is older than the original."""
    found: list[Check] = []
    texts = {path: words for path, words in texts_of(session, survey).items() if is_shown(path)}
    items = {f"item.{item.code}": pick(item.title, survey.default_language) for item in list_items(session, survey.id)}
    for path, words in texts.items():
        gaps = missing_languages(words, survey.languages)
        item, part = path.rpartition(".")[::2]
        if item in items:
            if gaps and any(words.values()):
                found.append(_item_check(survey, items[item], part, gaps))
            continue
        is_blocking = path in ("title", "idea_question") or path.endswith(".label") or path.startswith(NEEDED)
        if gaps and (any(words.values()) or path == "title"):
            values = (("text", path), ("languages", ", ".join(gaps)))
            found.append(Check("The text %(text)s is missing in: %(languages)s.", "translation", is_blocking, values))
    for path, languages in survey.outdated.items():
        if languages and path in texts:
            item, part = path.rpartition(".")[::2]
            name = f"{items[item]} ({part})" if item in items else path
            values = (("text", name), ("languages", ", ".join(languages)))
            found.append(
                Check(
                    "The translation of %(text)s is older than the original: %(languages)s.",
                    "translation",
                    False,
                    values,
                )
            )
    return found


def _item_check(survey: Survey, title: str, part: str, gaps: Sequence[str]) -> Check:
    """What an initiative says may be missing in a language: it is shown in the survey's own, where its title must be.

    Missing there, it blocks, and is named with the language in which it is to be entered.
    """
    # initiatives come in the languages of the interface: in a survey of another they are shown in one of these
    is_blocking = part == "title" and survey.default_language in {*gaps} & {*LANGUAGES}
    tags = [survey.default_language] if is_blocking else gaps
    values = (("title", title), ("languages", ", ".join(language_name(tag) for tag in tags)))
    sentence = ITEM_GAPS["title" if part == "title" else "summary"]
    return Check(sentence, "translation", is_blocking, values, tags[0])


def _question_checks(session: Session, survey: Survey, items: Sequence[SurveyItem]) -> list[Check]:
    found: list[Check] = []
    questions = [question for question in list_questions(session, survey.id) if question.kind != "item_comment"]
    for question in questions:
        fault = question_type(question, items).fault()
        # one item leaves nothing to choose, and is still a survey
        if fault and question.settings.get("options_from") != "items":
            found.append(Check(fault, "questions", values=(("code", question.code),)))
    asked = [Asked(question.code, question.show_if) for question in questions]
    for code, trouble in troubles(asked):
        found.append(Check(TROUBLE_WORDS[trouble], "questions", values=(("code", code),)))
    return found


def _promise_checks(session: Session, survey: Survey) -> list[Check]:
    """Where a draft would break what those were told who gave ideas: their groups and regions must stay."""
    held = find_idea_round(session, survey.id)
    options = {one.code: {option["code"] for option in one.options} for one in list_questions(session, survey.id)}
    gone = [
        option["code"]
        for one in (held.protocol or {} if held else {}).get("questions", [])
        for option in one["options"]
        if option["code"] not in options.get(one["code"], set())
    ]
    if not gone:
        return []
    broken = "The round of ideas offered groups or regions that are gone now: %(codes)s. People have chosen them."
    return [Check(broken, "regions", values=(("codes", ", ".join(gone)),))]


def _without_introduction(session: Session, survey: Survey) -> list[str]:
    """The languages of people on the list in which an invitation would come without a word on who asks."""
    own = {text.language for text in list_mail_texts(session, survey.id) if text.kind == MailKind.INVITATION}
    used = {one.language or survey.default_language for one in list_invitations(session, survey.id)}
    return [tag for tag in missing_languages(survey.introduction, survey.languages) if tag in used - own]


def publish(session: Session, actor: Actor, survey: Survey) -> None:
    """Fix the protocol, for good: after this the survey's parts change no more, but for listed deviations.

    Raises Invalid with the first reason that blocks it.
    """
    require(actor, "survey.change", survey)
    blocking = [check for check in checks_of(session, survey) if check.is_blocking]
    if blocking:
        raise Invalid(blocking[0].sentence, None, **dict(blocking[0].values))
    survey.protocol = protocol_of(session, survey)
    survey.protocol_sha256 = protocol_hash(survey.protocol)
    survey.published_at = now()
    survey.revision += 1
    session.flush()
    record(session, actor, "survey.published", survey, after={"protocol": survey.protocol_sha256})


def protocol_of(session: Session, survey: Survey) -> dict[str, Any]:
    """Everything that answers will be judged by, in every language, as plain data."""
    scale, held = scale_of(survey), find_idea_round(session, survey.id)
    return {
        "format": FORMAT,
        "survey": survey.external_id,
        "title": survey.title,
        "introduction": survey.introduction,
        "languages": survey.languages,
        "default_language": survey.default_language,
        "scale": {"low": scale.low, "high": scale.high, "cannot_judge": survey.cannot_judge},
        "items": [
            {"code": item.code, "version": str(item.source_id), "title": item.title, "summary": item.summary}
            for item in list_items(session, survey.id)
        ],
        "criteria": [
            {"code": c.code, "label": c.label, "text": c.text, "low": c.low, "high": c.high, "weight": c.weight}
            for c in list_criteria(session, survey.id)
        ],
        "questions": [
            {
                "code": q.code,
                "kind": q.kind,
                "required": q.required,
                "section": q.section,
                "text": q.text,
                "hint": q.hint,
                "options": q.options,
                "settings": q.settings,
                "show_if": q.show_if,
            }
            for q in list_questions(session, survey.id)
        ],
        "sections": [
            {"code": part.code, "title": part.title, "text": part.text, "is_before": part.is_before}
            for part in list_sections(session, survey.id)
        ],
        "item_kind": survey.item_kind,
        "item_order": {"is_shuffled": survey.is_shuffled, "warm_ups": survey.warm_ups},
        "rule": survey.rule,
        "minimum_group": survey.minimum_group,
        "shortlist": survey.rule.get("shortlist"),
        "items_per_person": survey.items_per_person,
        "is_anonymous": survey.is_anonymous,
        "retention_months": survey.retention_months,
        "planned_rounds": survey.planned_rounds,
        "feedback": REAL_TIME_ARM if survey.is_real_time else FEEDBACK_ARM,
        "items_returning": RETURN_RULES[survey.items_returning],
        "stop_rule": STOP_RULE,
        "seed": survey.seed,
        "closes_on": survey.closes_on and survey.closes_on.isoformat(),
    } | ({"idea_round": held.protocol_sha256} if held else {})


def is_reason(text: str) -> bool:
    """Whether a text is long enough, and not too long, to be the reason of a deviation."""
    return SHORTEST_REASON <= len(text.strip()) <= LONGEST_REASON


def note_deviation(
    session: Session, actor: Actor, survey: Survey, part: str, before: object, after: object, reason: str
) -> None:
    """List a change of a published survey with its reason. Raises Invalid for a reason too short or too long."""
    reason = reason.strip()
    if not is_reason(reason):
        errors = {"reason": "Give a reason of 10 to 500 characters: the survey is published."}
        raise Invalid(errors["reason"], errors)
    session.add(
        Deviation(
            survey_id=survey.id,
            made_at=now(),
            made_by_id=actor.id,
            part=part,
            before={"value": _plain(before)},
            after={"value": _plain(after)},
            reason=reason,
        )
    )
    record(session, actor, "survey.deviated", survey, before={part: _plain(before)}, after={part: _plain(after)})


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value

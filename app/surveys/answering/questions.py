"""What the pages with questions show, and what their forms say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlmodel import Session

from app.core.catalogues import translate
from app.core.words import pick
from app.surveys.answering.flow import Part
from app.surveys.answering.models import Answer
from app.surveys.answering.queries import kept_in
from app.surveys.answering.rules import Form
from app.surveys.answering.saves import Save
from app.surveys.answering.visits import LONGEST_REVISION, Visit
from app.surveys.authoring.answers import UNANSWERED, Unfit
from app.surveys.authoring.choice_types import Allocation, Rating, Several
from app.surveys.authoring.contents import contents_of
from app.surveys.authoring.models import Question, Survey
from app.surveys.authoring.queries import options_of
from app.surveys.authoring.question_types import TYPES, KeptApart
from app.web.forms import Typed

TOO_OLD = "This page was open for too long. Go back, reload it and try again."


@dataclass(frozen=True)
class Sent:
    """What a page with questions sent: answers to save, addresses to keep apart, and faults by question."""

    saves: list[Save] = field(default_factory=list[Save])
    addresses: dict[str, str] = field(default_factory=dict[str, str])
    faults: dict[str, Unfit] = field(default_factory=dict[str, Unfit])


def read_part(
    form: Form, questions: Sequence[Question], visit: Visit, typed: Typed, answers: Mapping[str, Answer]
) -> Sent:
    """The saves of a page; what was left open, or is as it was, is none."""
    sent = Sent()
    for question in questions:
        code = question.code
        if question.kind == KeptApart.name:
            address = typed.get(code, "").strip()[:254]
            if address:
                sent.addresses[code] = address
            continue
        kind = form.questions.get(code)
        if kind is None:
            continue
        rev = typed.get(f"rev.{code}", "0")
        if not (rev.isascii() and rev.isdecimal() and len(rev) <= LONGEST_REVISION):
            sent.faults[code] = Unfit(TOO_OLD)
            continue
        known = answers.get(code)
        try:
            value = kind.read_form(typed, code)
            if value is UNANSWERED:
                if known is None or isinstance(kind, Rating) or not form.is_given(code, kept_in(known)):
                    continue
                value = None
            form.keep(code, value)
        except Unfit as fault:
            sent.faults[code] = fault
            continue
        sent.saves.append(Save(visit.response.id, visit.tokens, code, value, int(rev)))
    return sent


def typed_values(form: Form, questions: Sequence[Question], typed: Typed) -> dict[str, Any]:
    """The answers typed on a page as plain data, without what is no answer; for the conditions on the same page."""
    found: dict[str, Any] = {}
    for question in questions:
        kind = form.questions.get(question.code)
        if kind is None:
            continue
        try:
            value = kind.read_form(typed, question.code)
        except Unfit:
            continue
        found[question.code] = [] if value is UNANSWERED else value
    return found


def part_views(
    session: Session,
    part: Part,
    form: Form,
    answers: Mapping[str, Answer],
    typed: Typed,
    faults: Mapping[str, str],
    survey: Survey,
    address: str,
    language: str,
) -> list[dict[str, Any]]:
    """The questions of a section in their order, as the templates of their types show them."""
    asked = {one.code for one in part.questions}
    everything = sorted([*part.questions, *part.maybe], key=lambda one: one.position)
    items = contents_of(session, survey).items
    views: list[dict[str, Any]] = []
    for question in everything:
        fields = typed or _saved_fields(form, question, answers)
        view = question_view(question, options_of(question, items), fields, survey, language)
        now = answers.get(question.code)
        on_page = [cond for cond in question.show_if if any(one.code == cond["question"] for one in everything)]
        views.append(
            view
            | {
                "rev": now.rev if now else 0,
                "url": f"{address}/answers/{question.code}",
                "fault": faults.get(question.code, ""),
                "is_maybe": question.code not in asked,
                "depends": [{"question": cond["question"], "values": " ".join(cond["is"])} for cond in on_page],
            }
        )
    return views


def question_view(
    question: Question, options: Sequence[Mapping[str, Any]], fields: Mapping[str, str], survey: Survey, language: str
) -> dict[str, Any]:
    """One question, in one language, with what its form holds."""
    settings, own = question.settings, survey.default_language
    low, high = settings.get("min", 1), settings.get("max", 5)
    is_scale = question.kind in ("rating", "rating_set")
    kind = TYPES[question.kind]
    return {
        "code": question.code,
        "kind": question.kind,
        "text": pick(question.text, language, own),
        "hint": pick(question.hint, language, own),
        "required": question.required,
        "fields": fields,
        "options": [{"code": one["code"], "label": pick(one["label"], language, own)} for one in options],
        "points": [*range(low, high + 1)] if is_scale else [],
        "low": pick(settings.get("low", {}), language, own) or translate(language, "low"),
        "high": pick(settings.get("high", {}), language, own) or translate(language, "high"),
        "unit": pick(settings.get("unit", {}), language, own),
        "no_opinion": settings.get("no_opinion", True),
        "min": settings.get("min", ""),
        "max": settings.get("max", ""),
        "step": settings.get("step", 1),
        "total": settings.get("total", 100) if kind is Allocation else 0,
        "given": _sum(fields, question.code, options) if kind is Allocation else 0,
        "least": settings.get("least", 0) if issubclass(kind, Several) else 0,
        "most": min(settings.get("most", len(options)), len(options)) if issubclass(kind, Several) else 0,
        "max_length": question.max_length or 200,
    }


def given_text(
    question: Question,
    answer: Answer | None,
    form: Form,
    options: Sequence[Mapping[str, Any]],
    survey: Survey,
    language: str,
) -> str:
    """An answer in words, for the page on which people check what they said."""
    if answer is None or not form.is_given(question.code, kept_in(answer)):
        return translate(language, "Not answered")
    labels = {str(one["code"]): pick(one["label"], language, survey.default_language) for one in options}
    value = form.show(question.code, kept_in(answer))
    if value is None:
        return translate(language, "I can't judge this")
    if question.kind == "consent":
        return translate(language, "Agreed")
    if question.kind == "best_worst":
        return translate(
            language,
            "most: %(best)s, least: %(worst)s",
            best=labels.get(value["best"], ""),
            worst=labels.get(value["worst"], ""),
        )
    if question.kind == "ranking":
        return ", ".join(f"{place}. {labels.get(code, code)}" for place, code in enumerate(value, start=1))
    if isinstance(value, dict):
        points = cast("dict[str, int | None]", value)
        return ", ".join(f"{labels.get(code, code)}: {'–' if one is None else one}" for code, one in points.items())
    if isinstance(value, list):
        return ", ".join(labels.get(str(code), str(code)) for code in cast("list[object]", value))
    return labels.get(str(value), str(value)) if question.kind == "single_choice" else str(value)


def _saved_fields(form: Form, question: Question, answers: Mapping[str, Answer]) -> dict[str, str]:
    answer, kind = answers.get(question.code), form.questions.get(question.code)
    if answer is None or kind is None or not form.is_given(question.code, kept_in(answer)):
        return {}
    return kind.fields(form.show(question.code, kept_in(answer)), question.code)


def _sum(fields: Mapping[str, str], code: str, options: Sequence[Mapping[str, Any]]) -> int:
    texts = [fields.get(f"{code}.{one['code']}", "").strip() for one in options]
    return sum(int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 7)

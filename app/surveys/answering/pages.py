"""What the pages of those who answer show, ready for the templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel.numbers import format_percent

from app.core.amounts import short_money
from app.core.catalogues import translate
from app.core.tags import catalogue_language, language_name
from app.core.words import Words, pick, picked_language
from app.surveys.answering.differing import Why, why_box
from app.surveys.answering.models import Answer
from app.surveys.answering.rules import Form, Progress, progress_of
from app.surveys.authoring.models import Criterion, Question, Survey, SurveyItem
from app.surveys.authoring.rules import answer_code, fits_in_a_row
from app.web.helices import Mark

PROGRESS_WORDS = {Progress.DONE: "Done", Progress.PARTLY: "Partly", Progress.OPEN: "Not started"}
BAR_GAP, TALLEST_BAR, FLOOR = 14, 62.5, 90
MOST_BUTTONS = 8
"""A question with more options than this is a list that opens."""


@dataclass(frozen=True)
class Bar:
    """One bar above a button."""

    x: int
    y: float
    width: int
    height: float
    middle: int
    text: str
    text_y: float
    mine: bool


@dataclass(frozen=True)
class PlacedMark:
    """A group's mark on the line below the buttons."""

    kind: str
    tone: str
    x: float
    y: int


@dataclass(frozen=True)
class Feedback:
    """What the last round said of one rating, as drawn on its buttons and in words."""

    n: int
    width: int
    bars: Sequence[Bar]
    sentence: str
    marks: Sequence[PlacedMark]
    marks_sentence: str
    first: int
    last: int
    ticks: Sequence[int]
    is_live: bool


@dataclass(frozen=True)
class Point:
    """One button of a scale."""

    value: int
    chosen: bool
    was: bool
    name: str


@dataclass(frozen=True)
class Rating:
    """One criterion of one initiative."""

    code: str
    url: str
    label: str
    language: str
    text: str
    low: str
    high: str
    points: Sequence[Point]
    cannot_judge: bool
    rev: int
    fault: str
    was_skipped: bool
    has_earlier: bool
    feedback: Feedback | None
    why: Why | None


@dataclass(frozen=True)
class Comment:
    """The comment on one initiative."""

    code: str
    url: str
    text: str
    language: str
    value: str
    rev: int
    max_length: int
    fault: str


@dataclass(frozen=True)
class ItemView:
    """One initiative as the page shows it."""

    code: str
    title: str
    title_language: str
    summary: str
    language: str
    cost: str
    years: str
    lead: str


@dataclass(frozen=True)
class Entry:
    """What a person's answers are shown against: now, in the round before, and as typed with faults."""

    answers: Mapping[str, Answer]
    earlier: Mapping[str, Answer] | None
    typed: Mapping[str, str] = field(default_factory=dict[str, str])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])


def item_view(item: SurveyItem, survey: Survey, language: str) -> ItemView:
    """One initiative in the page's language."""
    facts = item.facts
    first, last = facts.get("first_year"), facts.get("last_year")
    return ItemView(
        code=item.code,
        title=pick(item.title, language, survey.default_language),
        title_language=picked_language(item.title, language, survey.default_language),
        summary=pick(item.summary, language, survey.default_language),
        language=picked_language(item.summary, language, survey.default_language),
        cost=_cost(facts.get("cost_min"), facts.get("cost_max"), language),
        years=f"{first}–{last}" if first and last and first != last else str(first or ""),
        lead=str(facts.get("lead") or ""),
    )


def shown_in(texts: Sequence[Words], survey: Survey, language: str) -> str:
    """The names of the languages in which some of these texts are shown for want of a translation, mostly none."""
    shown = [picked_language(words, language, survey.default_language) for words in texts if any(words.values())]
    return ", ".join(language_name(tag) for tag in dict.fromkeys(shown) if tag != language)


def _cost(low: int | None, high: int | None, language: str) -> str:
    known = [
        short_money(euros, catalogue_language(language)) for euros in dict.fromkeys((low, high)) if euros is not None
    ]
    return " – ".join(known)


def ratings_view(
    survey: Survey,
    item: SurveyItem,
    criteria: Sequence[Criterion],
    marks: Sequence[Mark],
    entry: Entry,
    feedback: Mapping[str, Any],
    response_url: str,
    language: str,
) -> list[Rating]:
    """The criteria of one initiative with this person's answers and, where they may see it, the last round."""
    views: list[Rating] = []
    for criterion in criteria:
        code = answer_code(item.code, criterion.code)
        now, before = entry.answers.get(code), (entry.earlier or {}).get(code)
        chosen, cannot_judge = _chosen(code, entry, now, before)
        low = pick(criterion.low, language, survey.default_language)
        high = pick(criterion.high, language, survey.default_language)
        said = feedback.get(code) if now or before else None
        points = range(survey.scale_low, survey.scale_high + 1)
        views.append(
            Rating(
                code=code,
                url=f"{response_url}/answers/{code}",
                label=pick(criterion.label, language, survey.default_language),
                language=picked_language(criterion.label, language, survey.default_language),
                text=pick(criterion.text, language, survey.default_language),
                low=low or translate(language, "low"),
                high=high or translate(language, "high"),
                points=[
                    Point(
                        value=value,
                        chosen=value == chosen,
                        was=before is not None and before.point == value,
                        name=low if value == points[0] else high if value == points[-1] else "",
                    )
                    for value in points
                ],
                cannot_judge=cannot_judge,
                rev=now.rev if now else 0,
                fault=entry.faults.get(code, ""),
                was_skipped=entry.earlier is not None and before is None,
                has_earlier=before is not None and before.point is not None,
                feedback=_feedback(said, now if survey.is_real_time else before, survey, marks, language)
                if said
                else None,
                why=why_box(code, chosen, said, entry.answers, entry.typed, entry.faults, response_url)
                if said
                else None,
            )
        )
    return views


def is_in_a_row(criteria: Sequence[Criterion]) -> bool:
    """Whether the labels of all criteria fit a row of buttons in every language; if not, all stand in a column."""
    return fits_in_a_row(text for one in criteria for words in (one.low, one.high) for text in words.values())


def _chosen(code: str, entry: Entry, now: Answer | None, before: Answer | None) -> tuple[int | None, bool]:
    if code in entry.typed:
        text = entry.typed[code]
        return (int(text) if text.isdecimal() and len(text) < 4 else None), text == "none"
    shown = now or before
    return (shown.point, shown.point is None) if shown else (None, False)


def comment_view(
    item: SurveyItem, question: Question, entry: Entry, response_url: str, survey: Survey, language: str
) -> Comment:
    """The comment on one initiative."""
    code = answer_code(item.code, question.code)
    now = entry.answers.get(code)
    return Comment(
        code=code,
        url=f"{response_url}/answers/{code}",
        text=pick(question.text, language, survey.default_language),
        language=picked_language(question.text, language, survey.default_language),
        value=entry.typed.get(code, (now.text or "") if now else ""),
        rev=now.rev if now else 0,
        max_length=question.max_length,
        fault=entry.faults.get(code, ""),
    )


def _feedback(
    said: Mapping[str, Any], own: Answer | None, survey: Survey, marks: Sequence[Mark], language: str
) -> Feedback:
    shares: list[float] = said["shares"]
    tallest = max(shares) or 1
    points = range(survey.scale_low, survey.scale_high + 1)
    percents = [format_percent(share, locale=catalogue_language(language)) for share in shares]
    bars: list[Bar] = []
    for place, share in enumerate(shares):
        height = max(1.5, round(share / tallest * TALLEST_BAR, 1))
        bars.append(
            Bar(
                x=100 * place + BAR_GAP,
                y=round(FLOOR - height, 1),
                width=100 - 2 * BAR_GAP,
                height=height,
                middle=100 * place + 50,
                text=percents[place],
                text_y=round(FLOOR - height - 7, 1),
                mine=own is not None and own.point == points[place],
            )
        )
    groups = {mark.code: mark for mark in marks}
    means = {code: value for code, value in said["helices"].items() if code in groups and value is not None}
    return Feedback(
        n=said["n"],
        width=100 * len(shares),
        bars=bars,
        sentence=", ".join(f"{point}: {text}" for point, text in zip(points, percents, strict=True)),
        marks=_place(groups, means, survey.scale_low),
        marks_sentence=", ".join(f"{groups[code].label} {value:.1f}" for code, value in means.items()),
        first=50,
        last=100 * len(shares) - 50,
        ticks=[100 * place + 50 for place in range(len(shares))],
        is_live=survey.is_real_time,
    )


def _place(groups: Mapping[str, Mark], means: Mapping[str, float], low: int) -> list[PlacedMark]:
    """Marks left to right; one that would cover its neighbour moves up or down."""
    placed: list[PlacedMark] = []
    for code, value in sorted(means.items(), key=lambda pair: pair[1]):
        x = round(100 * (value - low) + 50, 1)
        near = [other.y for other in placed if abs(other.x - x) < 23]
        y = next((y for y in (22, 9, 35) if y not in near), 22)
        placed.append(PlacedMark(groups[code].kind, groups[code].tone, x, y))
    return placed


def question_views(
    questions: Sequence[Question],
    chosen: Mapping[str, str],
    faults: Mapping[str, str],
    survey: Survey,
    language: str,
) -> list[dict[str, Any]]:
    """The questions about the person, with what is chosen."""
    return [
        {
            "code": question.code,
            "text": pick(question.text, language, survey.default_language),
            "language": picked_language(question.text, language, survey.default_language),
            "required": question.required,
            "fault": faults.get(question.code, ""),
            "is_long": len(question.options) > MOST_BUTTONS,
            "options": [
                {
                    "code": option["code"],
                    "label": pick(option["label"], language, survey.default_language),
                    "chosen": chosen.get(question.code) == option["code"],
                }
                for option in question.options
            ],
        }
        for question in questions
        if question.kind == "single_choice"
    ]


def overview_rows(
    items: Sequence[SurveyItem], form: Form, answered: Mapping[str, Answer], survey: Survey, language: str
) -> list[dict[str, Any]]:
    """Every initiative with how far it is answered, by position."""
    rows: list[dict[str, Any]] = []
    for position, item in enumerate(items, start=1):
        state = progress_of(item.code, form.criteria, answered)
        rows.append(
            {
                "position": position,
                "code": item.code,
                "title": pick(item.title, language, survey.default_language),
                "language": picked_language(item.title, language, survey.default_language),
                "state": state.value,
                "word": translate(language, PROGRESS_WORDS[state]),
            }
        )
    return rows


def answer_rows(
    items: Sequence[SurveyItem],
    criteria: Sequence[Criterion],
    answers: Mapping[str, Answer],
    survey: Survey,
    language: str,
) -> list[dict[str, Any]]:
    """Every initiative with this person's answers in words, those with open ones first."""
    rows: list[dict[str, Any]] = []
    for position, item in enumerate(items, start=1):
        given = [_given(answers.get(answer_code(item.code, c.code)), c, survey, language) for c in criteria]
        rows.append(
            {
                "position": position,
                "title": pick(item.title, language, survey.default_language),
                "language": picked_language(item.title, language, survey.default_language),
                "answers": given,
                "is_open": any(one["is_open"] for one in given),
            }
        )
    return sorted(rows, key=lambda row: not row["is_open"])


def _given(answer: Answer | None, criterion: Criterion, survey: Survey, language: str) -> dict[str, Any]:
    value = answer.point if answer else None
    if answer is None:
        text = translate(language, "Not answered")
    elif value is None:
        text = cannot_judge_word(survey, language)
    else:
        text = str(value)
    return {
        "label": pick(criterion.label, language, survey.default_language),
        "text": text,
        "is_open": answer is None,
    }


def cannot_judge_word(survey: Survey, language: str) -> str:
    """How "I can't judge this" is said in this survey."""
    words = survey.cannot_judge
    return pick(words, language, survey.default_language) if words else translate(language, "I can't judge this")

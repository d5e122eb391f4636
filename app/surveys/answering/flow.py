"""The way through a survey: the start, the sections before, the initiatives, the sections after, the check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session

from app.core.catalogues import translate
from app.core.words import pick, picked_language
from app.surveys.answering.models import Answer, Respondent
from app.surveys.answering.models import Response as GivenResponse
from app.surveys.answering.pages import PROGRESS_WORDS
from app.surveys.answering.queries import find_earlier_response, kept_in
from app.surveys.answering.rules import Form, Progress, next_position, values_of
from app.surveys.answering.visits import Visit, answers_of, form_for, spoken_language
from app.surveys.authoring.conditions import Asked, shown
from app.surveys.authoring.contents import contents_of
from app.surveys.authoring.models import Question, Section, Survey
from app.surveys.authoring.question_types import TYPES
from app.surveys.rounds.models import Round
from app.web.templating import path_to, redirect


@dataclass(frozen=True)
class Part:
    """A section with the questions that this person is asked in it, and those that other answers of it decide about."""

    section: Section
    questions: Sequence[Question]
    maybe: Sequence[Question]
    """Not asked as the answers are now; an answer on the same page may change that."""


Way = tuple[list[Part], Form, dict[str, Answer]]
"""The sections somebody is asked, their form, and what they have answered."""


@dataclass(frozen=True)
class Stop:
    """One page on the way: a section by its code, or an initiative by its position."""

    section: str = ""
    position: int = 0

    def url(self, request: Request, slug: str, query: str = "") -> str:
        """Its address."""
        if self.section:
            path = path_to(request, "survey_section", slug=slug, code=self.section)
        else:
            path = path_to(request, "survey_item", slug=slug, position=self.position)
        return f"{path}?{query}" if query else path


def url_of(request: Request, stop: Stop | None, slug: str) -> str:
    """The address of a page of the way, of the check where the way has ended."""
    return stop.url(request, slug) if stop else path_to(request, "survey_check", slug=slug)


def go_to(request: Request, slug: str, stop: Stop | None, *, query: str = "") -> Response:
    """Send the browser to a page of the way, to the check where the way has ended."""
    if stop is None:
        return redirect(request, "survey_check", slug=slug)
    if stop.section:
        return redirect(request, "survey_section", slug=slug, code=stop.section, query=query)
    return redirect(request, "survey_item", slug=slug, position=stop.position, query=query)


def first_stop(session: Session, survey: Survey, given: GivenResponse) -> Stop:
    """The first page of somebody who has just begun."""
    respondent, current = session.get_one(Respondent, given.respondent_id), session.get_one(Round, given.round_id)
    visit = Visit(survey, current, (), respondent, given)
    parts, form, _ = way_of(session, visit)
    return stops_for(parts, form)[0]


def section_rows(
    request: Request, parts: Sequence[Part], form: Form, answers: Mapping[str, Answer], survey: Survey
) -> list[dict[str, Any]]:
    """Every section with whether it is done, for the list of all pages."""
    language = spoken_language(request, survey)
    rows: list[dict[str, Any]] = []
    for part in parts:
        is_done = _is_done(part, form, answers)
        rows.append(
            {
                "title": pick(part.section.title, language, survey.default_language),
                "language": picked_language(part.section.title, language, survey.default_language),
                "url": Stop(section=part.section.code).url(request, survey.slug),
                "state": (Progress.DONE if is_done else Progress.OPEN).value,
                "word": translate(language, PROGRESS_WORDS[Progress.DONE if is_done else Progress.OPEN]),
                "is_before": part.section.is_before,
            }
        )
    return rows


def given_values(visit: Visit, form: Form, answers: Mapping[str, Answer]) -> dict[str, set[str]]:
    """What the conditions look at: the values answered by question, group and region among them."""
    given = {
        code: values_of(form.show(code, kept_in(answer)))
        for code, answer in answers.items()
        if code in form.questions and form.is_given(code, kept_in(answer))
    }
    return given | {"helix": {visit.respondent.helix}, "region": {visit.respondent.region} - {""}}


def parts_for(
    session: Session, visit: Visit, answers: Mapping[str, Answer], typed: Mapping[str, set[str]] | None = None
) -> list[Part]:
    """The sections this person is asked, in order; none to somebody who answered them in an earlier round, and none
    in the round of ideas.

    `typed` are values of a page just sent, which count before they are saved.
    """
    if visit.current.is_for_ideas:
        return []
    if visit.current.number > 1 and find_earlier_response(session, visit.respondent.id, visit.current.number):
        return []
    contents = contents_of(session, visit.survey)
    questions = [one for one in contents.questions if one.kind != "item_comment"]
    given = given_values(visit, form_for(session, visit), answers) | dict(typed or {})
    visible = set(shown([Asked(one.code, one.show_if) for one in questions], given))
    parts: list[Part] = []
    for section in contents.sections:
        own = [one for one in questions if one.section == section.code]
        codes = {one.code for one in own}
        asked = [one for one in own if one.code in visible]
        maybe = [
            one for one in own if one.code not in visible and any(cond["question"] in codes for cond in one.show_if)
        ]
        if asked:
            parts.append(Part(section, asked, maybe))
    return parts


def stops_for(parts: Sequence[Part], form: Form) -> list[Stop]:
    """Every page on this person's way."""
    before = [Stop(section=part.section.code) for part in parts if part.section.is_before]
    after = [Stop(section=part.section.code) for part in parts if not part.section.is_before]
    return [*before, *(Stop(position=number) for number in range(1, len(form.items) + 1)), *after]


def next_open(parts: Sequence[Part], form: Form, answers: Mapping[str, Answer]) -> Stop | None:
    """Where somebody who comes back goes on: the first page with something left to do, None when nothing is.

    A section counts as done once any of its questions is answered: all but the required ones may be left open.
    """
    position = next_position(form, answers)
    for stop in stops_for(parts, form):
        if stop.position and stop.position == position:
            return stop
        if stop.section and not _is_done(next(p for p in parts if p.section.code == stop.section), form, answers):
            return stop
    return None


def missing_answers(parts: Sequence[Part], form: Form, answers: Mapping[str, Answer]) -> list[Question]:
    """The required questions somebody is asked and has not answered."""
    return [
        one
        for part in parts
        for one in part.questions
        if one.required and one.code in form.questions and not _is_given(one, form, answers)
    ]


def neighbours(stops: Sequence[Stop], here: Stop) -> tuple[Stop | None, Stop | None]:
    """The pages before and after one."""
    place = stops.index(here)
    return stops[place - 1] if place else None, stops[place + 1] if place + 1 < len(stops) else None


def way_of(session: Session, visit: Visit) -> Way:
    """What most pages need: the sections, the form, and the answers of a visit."""
    answers = answers_of(session, visit)
    return parts_for(session, visit, answers), form_for(session, visit), answers


def _is_done(part: Part, form: Form, answers: Mapping[str, Answer]) -> bool:
    asked = [one for one in part.questions if TYPES[one.kind].is_answered]
    required = [one for one in asked if one.required]
    if required:
        return all(_is_given(one, form, answers) for one in required)
    return not asked or any(one.code in answers for one in asked)


def _is_given(question: Question, form: Form, answers: Mapping[str, Answer]) -> bool:
    answer = answers.get(question.code)
    return answer is not None and form.is_given(question.code, kept_in(answer))

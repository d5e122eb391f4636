"""The pages with questions beside the initiatives. Every page works without a script; GET shows, POST acts."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.auth.throttle import Limit, count_by_client
from app.core.catalogues import translate
from app.core.errors import NotFound
from app.core.words import pick
from app.people.rules import is_address
from app.surveys.answering.addresses import keep_address
from app.surveys.answering.flow import Part, Stop, Way, go_to, neighbours, parts_for, stops_for, url_of, way_of
from app.surveys.answering.pages import shown_in
from app.surveys.answering.questions import part_views, read_part, typed_values
from app.surveys.answering.rules import minutes_left, next_position, values_of
from app.surveys.answering.visits import Visit, answering_address, find_visit, spoken_language, write_saves
from app.surveys.authoring.answers import Unfit
from app.surveys.authoring.queries import get_survey_by_slug
from app.web.deps import ReadingSessionDep, SessionDep
from app.web.forms import FormDep, Typed
from app.web.security import OwnForm
from app.web.templating import path_to, redirect, render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

PAGE = "surveys/answering/section.html"
ADDRESSES_BY_CLIENT = Limit("addresses client", 60)
"""By machine, as elsewhere: a count by response would tell when somebody was here."""


@router.get("/s/{slug}/p/{code}")
def survey_section(request: Request, session: SessionDep, slug: str, code: str) -> Response:
    """The questions of one section."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None or visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    return _section_page(request, session, visit, way_of(session, visit), code, {}, {})


@router.post("/s/{slug}/p/{code}", dependencies=[OwnForm])
def save_section(request: Request, session: ReadingSessionDep, slug: str, code: str, typed: FormDep) -> Response:
    """Save everything on the page and go on; what cannot be saved is shown again as typed."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    parts, form, answers = way_of(session, visit)
    part = _find(parts, code)
    both = [*part.questions, *part.maybe]
    values = {key: values_of(value) for key, value in typed_values(form, both, typed).items()}
    # an answer on this page may decide which others of it are asked
    asked = _find(parts_for(session, visit, answers, values), code).questions
    sent = read_part(form, asked, visit, typed, answers)
    faults: dict[str, Unfit] = dict(sent.faults)
    faults |= {key: Unfit(BAD_ADDRESS) for key, one in sent.addresses.items() if not is_address(one)}
    refused = write_saves(request, session, sent.saves)
    faults |= {key: Unfit(refusal.message, **refusal.values) for key, refusal in refused.items()}
    visit = find_visit(request, session, get_survey_by_slug(session, slug))
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    parts, form, answers = way_of(session, visit)
    missing = [one.code for one in _find(parts, code).questions if one.required and one.code in form.questions]
    faults |= {key: Unfit(REQUIRED) for key in missing if key not in answers and key not in faults}
    if faults:
        return _section_page(request, session, visit, (parts, form, answers), code, typed, faults)
    for key, address in sent.addresses.items():
        count_by_client(request, ADDRESSES_BY_CLIENT)
        keep_address(request.app.state.engine, visit.survey.id, key, address)
    if typed.get("from") == "check":
        return redirect(request, "survey_check", slug=slug)
    _, after = neighbours(stops_for(parts, form), Stop(section=code))
    return go_to(request, slug, after)


BAD_ADDRESS = "Enter an e-mail address such as name@example.org."
REQUIRED = "Answer this question to go on."


def _find(parts: list[Part], code: str) -> Part:
    for part in parts:
        if part.section.code == code:
            return part
    raise NotFound("There is no such page.")


def _section_page(
    request: Request,
    session: Session,
    visit: Visit,
    way: Way,
    code: str,
    typed: Typed,
    faults: Mapping[str, Unfit],
) -> Response:
    survey = visit.survey
    language = spoken_language(request, survey)
    parts, form, answers = way
    part = _find(parts, code)
    stops = stops_for(parts, form)
    here = Stop(section=code)
    before, after = neighbours(stops, here)
    errors = {key: translate(language, fault.sentence, **fault.values) for key, fault in faults.items()}
    address = answering_address(request, visit)
    views = part_views(session, part, form, answers, typed, errors, survey, address, language)
    is_from_check = request.query_params.get("from") == "check" or typed.get("from") == "check"
    left = len(form.items) - ((next_position(form, answers) or len(form.items) + 1) - 1)
    return render(
        request,
        PAGE,
        status=422 if faults else 200,
        slug=survey.slug,
        survey=survey,
        round_number=visit.current.number,
        position=stops.index(here) + 1,
        total=len(stops),
        minutes=max(1, minutes_left(left, len(form.criteria))),
        title=pick(part.section.title, language, survey.default_language),
        text=pick(part.section.text, language, survey.default_language),
        shown_in=shown_in([part.section.title, *(one.text for one in part.questions)], survey, language),
        questions=views,
        answers_url=f"{address}/answers",
        next_url=url_of(request, after, survey.slug),
        errors=errors,
        has_answers=bool(answers),
        is_from_check=is_from_check,
        action=path_to(request, "save_section", slug=survey.slug, code=code),
        back_url=before.url(request, survey.slug) if before else path_to(request, "survey_overview", slug=survey.slug),
    )

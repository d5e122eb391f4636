"""Building a survey in the browser: a task list whose steps come in any order, and publishing."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.tags import language_name, normal_tag
from app.core.words import LANGUAGES
from app.people.rules import Actor, is_address
from app.surveys.authoring.drafting import (
    MOST_CRITERIA,
    change_draft,
    change_open_part,
    get_changeable_survey,
    replace_criteria,
    replace_regions,
)
from app.surveys.authoring.idea_round import next_checks, usual_idea_question
from app.surveys.authoring.models import Survey
from app.surveys.authoring.pages import step_rows
from app.surveys.authoring.queries import (
    find_question,
    list_criteria,
    list_deviations,
    list_items,
)
from app.surveys.authoring.rules import LARGEST_SCALE
from app.surveys.authoring.texts import LONGEST_TEXT, put_text, texts_of
from app.surveys.authoring.translation_table import completeness_of
from app.surveys.authoring.waves import wave_view
from app.surveys.rounds.queries import count_invitations, find_idea_round, find_unclosed_round
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["authoring"])

MakerDep = Annotated[Actor, permitted("survey.change")]
FOLDER = "surveys/authoring"
SHOWN_WITH_IDEAS = ("texts", "questions", "regions", "languages", "translation")
"""The steps about what people see in the round of ideas."""
PERCENTS = ("agree_share", "helix_share", "divided_gap", "low_share")
SCALES = (3, 4, 5, 6, 7, 9, 10)


@router.get("/surveys/{slug}/build")
def build_page(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """The steps of a survey with how far each is, and what stands in the way of publishing."""
    survey = get_changeable_survey(session, actor, slug)
    running = find_unclosed_round(session, survey.id) if survey.published_at is None else None
    checks = [] if survey.published_at or running else next_checks(session, survey)
    return render(
        request,
        f"{FOLDER}/build.html",
        survey=survey,
        rows=step_rows(session, survey, checks, language_of(request)),
        blocking=sum(check.is_blocking for check in checks),
        deviations=list_deviations(session, survey.id),
        invited=sum(count_invitations(session, survey.id).values()),
        resting=SHOWN_WITH_IDEAS if running else (),
        has_items=bool(list_items(session, survey.id)),
        wave=wave_view(session, survey, language_of(request)),
    )


@router.get("/surveys/{slug}/build/texts")
def texts_step(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """Title, introduction, and who is responsible."""
    return step_page(request, get_changeable_survey(session, actor, slug), "texts")


@router.post("/surveys/{slug}/build/texts", dependencies=[OwnForm])
def save_texts(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Keep them; of a published survey only who is responsible, as a deviation."""
    survey = get_changeable_survey(session, actor, slug)
    errors: dict[str, str] = {}
    if not survey.published_at and not typed.get("title", "").strip():
        errors["title"] = "Give the survey a title."
    if not is_address(typed.get("contact", "").strip()):
        errors["contact"] = "Enter an e-mail address such as name@example.org."
    if not typed.get("controller", "").strip():
        errors["controller"] = "Name the organisation that answers for the data."
    if errors:
        return step_page(request, survey, "texts", typed=typed, errors=errors)
    who = {"controller": typed["controller"].strip()[:300], "contact": typed["contact"].strip()}
    try:
        if survey.published_at:
            change_open_part(session, actor, survey, revision_in(typed), who, typed.get("reason", ""))
        else:
            change_draft(session, actor, survey, revision_in(typed))
            survey.controller, survey.contact = who["controller"], who["contact"]
            for name in ("title", "introduction", "thank_you", *(("idea_question",) if survey.has_idea_round else ())):
                put_text(session, survey, name, survey.default_language, typed.get(name, "").strip()[:LONGEST_TEXT])
    except Invalid as refusal:
        return step_page(request, survey, "texts", typed=typed, errors=refusal.errors)
    return redirect(request, "build_page", slug=slug)


@router.get("/surveys/{slug}/build/criteria")
def criteria_step(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """In which respects every initiative is rated, and on which scale."""
    survey = get_changeable_survey(session, actor, slug)
    return _criteria(request, session, survey, _criterion_lines(session, survey), {})


@router.post("/surveys/{slug}/build/criteria", dependencies=[OwnForm])
def save_criteria(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Keep the criteria and the scale."""
    survey = get_changeable_survey(session, actor, slug)
    lines = [
        {name: typed.get(f"{name}-{number}", "")[:500] for name in ("code", "label", "text", "low", "high", "weight")}
        for number in range(MOST_CRITERIA)
    ]
    points = whole_number(typed.get("points", ""), survey.scale_high)
    try:
        with session.begin_nested():
            change_draft(session, actor, survey, revision_in(typed), is_about_ratings=True)
            replace_criteria(session, survey, lines)
            if points in SCALES and points <= LARGEST_SCALE and points != survey.scale_high - survey.scale_low + 1:
                survey.scale_low, survey.scale_high = 1, points
    except Invalid as refusal:
        return _criteria(request, session, survey, lines, refusal.errors)
    return redirect(request, "build_page", slug=slug)


@router.get("/surveys/{slug}/build/regions")
def regions_step(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """The regions that people choose from."""
    survey = get_changeable_survey(session, actor, slug)
    return step_page(request, survey, "regions", regions=_regions_text(session, survey))


@router.post("/surveys/{slug}/build/regions", dependencies=[OwnForm])
def save_regions(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Keep the regions."""
    survey = get_changeable_survey(session, actor, slug)
    text = typed.get("regions", "")[:LONGEST_TEXT]
    try:
        with session.begin_nested():
            change_draft(session, actor, survey, revision_in(typed))
            replace_regions(session, survey, text)
    except Invalid as refusal:
        return step_page(request, survey, "regions", regions=text, errors=refusal.errors)
    return redirect(request, "build_page", slug=slug)


@router.get("/surveys/{slug}/build/rules")
def rules_step(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """What counts as consensus, who is protected how, and how many rounds there are."""
    survey = get_changeable_survey(session, actor, slug)
    return _rules(request, session, survey, _rule_values(survey), {})


@router.post("/surveys/{slug}/build/rules", dependencies=[OwnForm])
def save_rules(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Keep the rules; they are fixed when the survey is published."""
    survey = get_changeable_survey(session, actor, slug)
    total = len(list_items(session, survey.id))
    values = {name: typed.get(name, "")[:12] for name in _rule_values(survey)}
    held = find_idea_round(session, survey.id)
    if held:
        # who gave ideas was promised this
        values |= {name: _rule_values(survey)[name] for name in ("minimum_group", "retention_months")}
    limits = {
        "agree_share": (51, 100),
        "helix_share": (0, 100),
        "divided_gap": (1, 100),
        "low_share": (0, 99),
        "shortlist": (1, max(1, total)),
        "minimum_group": (5, 100),
        "retention_months": (1, 600),
        "planned_rounds": (1, 10),
        "items_per_person": (0, max(0, total - 1)),
        "warm_ups": (0, total),
    }
    errors: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for name, (low, high) in limits.items():
        text = values[name] or ("0" if name in ("items_per_person", "warm_ups") else "")
        numbers[name] = whole_number(text, -1)
        if not low <= numbers[name] <= high:
            sentence = translate(
                language_of(request), "Enter a whole number from %(low)s to %(high)s.", low=low, high=high
            )
            errors[name] = sentence
    if errors:
        return _rules(request, session, survey, values, errors)
    change_draft(session, actor, survey, revision_in(typed), is_about_ratings=True)
    shares = {name: numbers[name] / 100 for name in PERCENTS}
    survey.rule = {**survey.rule, **shares, "shortlist": numbers["shortlist"]}
    survey.minimum_group = numbers["minimum_group"]
    survey.retention_months = numbers["retention_months"]
    survey.is_real_time = typed.get("rounds") == "real_time"
    survey.planned_rounds = 1 if survey.is_real_time else numbers["planned_rounds"]
    survey.items_per_person = numbers["items_per_person"] or None
    survey.is_shuffled, survey.warm_ups = typed.get("is_shuffled") == "yes", numbers["warm_ups"]
    survey.items_returning = "all" if typed.get("items_returning") == "all" else "undecided"
    if held is None:
        survey.is_anonymous = typed.get("privacy") == "anonymous"
        survey.has_idea_round = typed.get("has_idea_round") == "yes"
        if survey.has_idea_round and not any(survey.idea_question.values()):
            survey.idea_question = usual_idea_question()
    return redirect(request, "build_page", slug=slug)


@router.get("/surveys/{slug}/build/languages")
def languages_step(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """In which languages the survey is offered."""
    return _languages(request, session, get_changeable_survey(session, actor, slug))


@router.post("/surveys/{slug}/build/languages", dependencies=[OwnForm])
def save_languages(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Keep the languages; texts in one that is taken out stay, should it come back."""
    survey = get_changeable_survey(session, actor, slug)
    known = dict.fromkeys((*LANGUAGES, *survey.languages))
    chosen = [code for code in known if typed.get(f"language.{code}") == "yes"]
    if survey.default_language not in chosen:
        chosen.insert(0, survey.default_language)
    errors: dict[str, str] = {}
    other = typed.get("other", "").strip()
    if other and not normal_tag(other):
        errors["other"] = "Enter a language tag such as ar, uk or pt-BR."
        return _languages(request, session, survey, typed, errors)
    chosen += [normal_tag(other)] if other and normal_tag(other) not in chosen else []
    change_draft(session, actor, survey, revision_in(typed))
    survey.languages = chosen
    return redirect(request, "build_page", slug=slug)


@router.get("/surveys/{slug}/build/dates")
def dates_step(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """When the round ends."""
    return step_page(request, get_changeable_survey(session, actor, slug), "dates")


@router.post("/surveys/{slug}/build/dates", dependencies=[OwnForm])
def save_dates(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Keep the closing day of the next round."""
    survey = get_changeable_survey(session, actor, slug)
    errors: dict[str, str] = {}
    text = typed.get("closes_on", "").strip()
    try:
        closes_on = date.fromisoformat(text) if text else None
    except ValueError:
        errors["closes_on"] = "Enter a day such as 2027-03-31."
        return step_page(request, survey, "dates", typed=typed, errors=errors)
    try:
        change_open_part(session, actor, survey, revision_in(typed), {"closes_on": closes_on}, typed.get("reason", ""))
    except Invalid as refusal:
        return step_page(request, survey, "dates", typed=typed, errors=refusal.errors)
    return redirect(request, "build_page", slug=slug)


def step_page(
    request: Request,
    survey: Survey,
    step: str,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    **values: Any,
) -> Response:
    """A step of a draft as it was filled in; 422 when something is wrong with it."""
    language = language_of(request)
    return render(
        request,
        f"{FOLDER}/{step}.html",
        status=422 if errors else 200,
        survey=survey,
        typed=typed or {},
        errors={name: translate(language, sentence) for name, sentence in (errors or {}).items()},
        is_draft=survey.published_at is None,
        **values,
    )


def _rules(
    request: Request, session: Session, survey: Survey, values: dict[str, str], errors: dict[str, str]
) -> Response:
    return step_page(
        request,
        survey,
        "rules",
        errors=errors,
        values=values,
        total=len(list_items(session, survey.id)),
        is_promised=find_idea_round(session, survey.id) is not None,
    )


def _languages(
    request: Request,
    session: Session,
    survey: Survey,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    texts = texts_of(session, survey)
    known = dict.fromkeys((*LANGUAGES, *survey.languages))
    return step_page(
        request,
        survey,
        "languages",
        typed=typed,
        errors=errors,
        names={tag: language_name(tag) for tag in known},
        states={tag: completeness_of(texts, survey, tag) for tag in known},
        spoken_here=LANGUAGES,
    )


def _criteria(
    request: Request, session: Session, survey: Survey, lines: list[dict[str, str]], errors: dict[str, str]
) -> Response:
    points = survey.scale_high - survey.scale_low + 1
    sizes = [(size, size) for size in sorted({*SCALES, points})]
    return step_page(request, survey, "criteria", errors=errors, lines=lines, points=points, sizes=sizes)


def _criterion_lines(session: Session, survey: Survey) -> list[dict[str, str]]:
    own = survey.default_language
    lines = [
        {
            "code": criterion.code,
            "weight": f"{criterion.weight:g}",
            **{name: getattr(criterion, name).get(own, "") for name in ("label", "text", "low", "high")},
        }
        for criterion in list_criteria(session, survey.id)
    ]
    blank = dict.fromkeys(("code", "label", "text", "low", "high"), "") | {"weight": "1"}
    return [*lines, blank][:MOST_CRITERIA]


def _regions_text(session: Session, survey: Survey) -> str:
    question = find_question(session, survey.id, "region")
    options = question.options if question else []
    return "\n".join(str(option["label"].get(survey.default_language, option["code"])) for option in options)


def _rule_values(survey: Survey) -> dict[str, str]:
    shares = {name: f"{round(float(survey.rule.get(name, 0)) * 100)}" for name in PERCENTS}
    return shares | {
        "shortlist": str(survey.rule.get("shortlist", 7)),
        "minimum_group": str(survey.minimum_group),
        "retention_months": str(survey.retention_months),
        "planned_rounds": str(survey.planned_rounds),
        "items_per_person": str(survey.items_per_person or ""),
        "warm_ups": str(survey.warm_ups),
    }

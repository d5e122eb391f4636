"""Reports in the browser: what can be written, ordering one, watching it being made, and taking it away."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.adoption.queries import list_editions
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_own_plan, list_plans, list_scenarios
from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.consensus.queries import find_snapshot, list_numbers
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.core.tokens import make_token
from app.core.words import LANGUAGES, pick
from app.indicators.profiles.queries import read_values, setting_of
from app.people.models import Consortium
from app.people.queries import names_of
from app.people.rules import Actor
from app.programmes.queries import list_programmes
from app.reports.building import LEVEL_WORDS, TYPE_WORDS
from app.reports.catalogue import subject_of
from app.reports.models import Report
from app.reports.opendata.package import LICENCES
from app.reports.queries import (
    find_last_like,
    find_setting,
    get_content,
    get_permitted_report,
    has_its_quotes,
    has_readings,
    list_reports,
)
from app.reports.rules import COVER, FACTS, FORMATS, KINDS, OF_ALL, Whole
from app.reports.service import CHANGED_MEANWHILE, Order, call_off, change_setting, is_about, order_report
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug, get_survey, list_items, list_surveys
from app.web.deps import SessionDep
from app.web.forms import FormDep, UploadDep, key_in, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/reports", tags=["reports"])

MakerDep = Annotated[Actor, permitted("report.make")]
SetterDep = Annotated[Actor, permitted("report.setting")]
FOLDER = "reports"
STATE_WORDS = {
    "waiting": "Waits for its turn",
    "under_way": "Is being written",
    "done": "Ready",
    "failed": "Could not be made",
    "called_off": "Stopped",
}


@router.get("")
def report_list(request: Request, session: SessionDep, actor: MakerDep) -> Response:
    """What can be written about, and the reports that were made, the newest first."""
    language = language_of(request)
    reports = list_reports(session, actor)
    names = names_of(session, {report.ordered_by_id for report in reports})
    return render(
        request,
        f"{FOLDER}/list.html",
        subjects=_subjects(session, actor, language),
        kinds=KINDS,
        rows=[_row(session, report, names, language) for report in reports],
        may_set=may(actor, "report.setting"),
    )


@router.get("/new")
def new_report(
    request: Request,
    session: SessionDep,
    actor: MakerDep,
    kind: str = "",
    survey: str = "",
    plan: int | None = None,
    item: str = "",
    part: str = "",
    first: str = "",
    last: str = "",
    among: str = "",
    beside: str = "",
    format: str = "docx",  # noqa: A002 -- as the form calls it
) -> Response:
    """The form that orders a report: of what, in which language and format, and what its cover says."""
    typed = {"kind": kind, "survey": survey, "plan": str(plan or ""), "item": item, "part": part}
    typed |= {"first": first, "last": last, "among": among, "beside": beside}
    if kind in KINDS:
        typed["format"] = format if format in KINDS[kind].formats else KINDS[kind].formats[0]
    return _form(request, session, actor, typed, {})


@router.post("", dependencies=[OwnForm])
def order_report_form(request: Request, session: SessionDep, actor: MakerDep, typed: FormDep) -> Response:
    """Order a report; a form with faults is shown again as it was typed."""
    subject = _subject(session, actor, typed)
    if subject is None:
        return redirect(request, "report_list")
    survey, plan = subject
    order = Order(
        kind=typed.get("kind", ""),
        format=typed.get("format", ""),
        language=typed.get("language", ""),
        survey=survey,
        plan=plan,
        round=whole_number(typed.get("round", ""), 0) or None,
        scenario=_numbered(typed, "scenario"),
        edition=_numbered(typed, "edition"),
        item=typed.get("item") or None,
        cover={name: typed.get(f"cover.{name}", "") for name in COVER},
        licence=typed.get("licence", ""),
        first=whole_number(typed.get("first", ""), 0) or None,
        last=whole_number(typed.get("last", ""), 0) or None,
        among=typed.get("among", ""),
        beside=typed.get("beside", ""),
    )
    try:
        report = order_report(session, actor, order, form_key=key_in(typed))
    except Invalid as refused:
        return _form(request, session, actor, typed, refused.errors)
    return redirect(request, "report_page", report_id=report.id)


@router.get("/cover")
def report_setting_page(request: Request, session: SessionDep, actor: SetterDep) -> Response:
    """What stands on all covers of the consortium, and the document whose look is taken over."""
    setting = find_setting(session, actor.consortium_id)
    return _setting(request, session, actor, setting.facts if setting else {}, {})


@router.post("/cover", dependencies=[OwnForm])
def change_report_setting(request: Request, session: SessionDep, actor: SetterDep, upload: UploadDep) -> Response:
    """Say what stands on covers; a form with faults is shown again as it was typed."""
    typed = upload.typed
    template = (upload.name, upload.data) if upload.data else ("", b"") if typed.get("no_template") else None
    try:
        change_setting(session, actor, typed, revision=revision_in(typed), template=template)
    except Invalid as refused:
        return _setting(request, session, actor, typed, refused.errors)
    except Conflict:
        return _setting(request, session, actor, typed, {"project": CHANGED_MEANWHILE}, status=409)
    return redirect(request, "report_list")


@router.get("/{report_id}")
def report_page(request: Request, session: SessionDep, actor: MakerDep, report_id: UUID) -> Response:
    """How far a report has come, and its file once it is there."""
    report = get_permitted_report(session, actor, report_id)
    language = language_of(request)
    return render(
        request,
        f"{FOLDER}/page.html",
        fragment=f"{FOLDER}/_state.html",
        **_row(session, report, names_of(session, {report.ordered_by_id}), language),
    )


@router.post("/{report_id}/call-off", dependencies=[OwnForm])
def call_report_off(
    request: Request, session: SessionDep, actor: MakerDep, report_id: UUID, typed: FormDep
) -> Response:
    """Stop the making of a report."""
    call_off(session, actor, get_permitted_report(session, actor, report_id))
    return redirect(request, "report_page", report_id=report_id)


@router.get("/{report_id}/file")
def report_file(session: SessionDep, actor: MakerDep, report_id: UUID) -> Response:
    """The file of a report, for those who may have it."""
    report = get_permitted_report(session, actor, report_id)
    return Response(
        get_content(session, report),
        media_type=FORMATS[report.format],
        headers={"Content-Disposition": f'attachment; filename="{report.name}"', "ETag": f'"{report.sha256}"'},
    )


def _row(session: Session, report: Report, names: Mapping[UUID | None, str], language: str) -> dict[str, Any]:
    return {
        "report": report,
        "title": translate(language, KINDS[report.kind].title),
        "subject": subject_of(session, report, language),
        "state": translate(language, STATE_WORDS[report.state]),
        "is_working": report.ended_at is None,
        "is_whole": report.state == "done" and has_its_quotes(session, report),
        "who": names.get(report.ordered_by_id, ""),
        "tongue": LANGUAGES[report.language],
    }


def _subjects(session: Session, actor: Actor, language: str) -> list[dict[str, Any]]:
    """Plans and surveys with results, each with the kinds of report there are about it."""
    subjects: list[dict[str, Any]] = [
        {"title": plan.title, "query": f"plan={plan.number}", "kinds": ["plan"]}
        for plan in list_plans(session, actor)
        if may(actor, "report.make", plan)
    ]
    kinds = [name for name, kind in KINDS.items() if kind.about != "plan" and not kind.is_of_all]
    of_all = _of_all(session, actor)
    if of_all:
        name = session.get_one(Consortium, actor.consortium_id).name
        subjects.append({"title": name, "query": "", "kinds": of_all})
    return subjects + [
        {
            "title": pick(survey.title, language, survey.default_language),
            "query": f"survey={survey.slug}",
            "slug": survey.slug,
            "kinds": kinds,
        }
        for survey in list_surveys(session, actor)
        if may(actor, "report.make", survey) and find_snapshot(session, survey.id)
    ]


def _of_all(session: Session, actor: Actor) -> list[str]:
    """The kinds of report about the consortium for which there is something to say."""
    if not may(actor, "report.make", Whole(actor.consortium_id)):
        return []
    there_is = {"regions": has_readings(session, actor), "programmes": bool(list_programmes(session, actor))}
    return [name for name in OF_ALL if there_is[name]]


def _subject(session: Session, actor: Actor, typed: Mapping[str, str]) -> tuple[Survey | None, Plan | None] | None:
    """The survey and the plan that a form is about, neither for the consortium; None where it names nothing.

    Raises NotFound, NotAllowed.
    """
    number, slug, kind = whole_number(typed.get("plan", ""), 0), typed.get("survey", ""), typed.get("kind", "")
    if not number and not slug and kind in KINDS and KINDS[kind].is_of_all:
        require(actor, "report.make", Whole(actor.consortium_id))
        return None, None
    if not number and not slug:
        return None
    plan = get_own_plan(session, actor, number) if number else None
    survey = get_survey(session, plan.survey_id) if plan else get_own_survey_by_slug(session, actor, slug)
    require(actor, "report.make", plan or survey)
    return survey, plan


def _form(
    request: Request, session: Session, actor: Actor, typed: Mapping[str, str], faults: Mapping[str, str]
) -> Response:
    subject, name, language = _subject(session, actor, typed), typed.get("kind", ""), language_of(request)
    if subject is None or name not in KINDS or not is_about(KINDS[name], *subject):
        return redirect(request, "report_list")
    survey, plan = subject
    kind = KINDS[name]
    last = find_last_like(session, actor, name, survey.id if survey else None, plan.id if plan else None)
    cover: dict[str, str] = last.about.get("cover", {}) if last else {}
    filled: dict[str, str] = {
        "key": make_token(),
        "language": language,
        **dict.fromkeys(("round", "item", "part", "licence", "first", "last", "among", "beside"), ""),
        **{f"cover.{field}": cover.get(field, "") for field in COVER},
        **typed,
    }
    items = list_items(session, survey.id) if survey and kind.about == "item" else ()
    years = _years(session, actor, filled) if name == "regions" else []
    fallback = survey.default_language if survey else language
    return render(
        request,
        f"{FOLDER}/new.html",
        status=422 if faults else 200,
        kind=kind,
        subject=_title(session, actor, survey, plan, language),
        typed=filled,
        errors=faults,
        tongues=list(LANGUAGES.items()),
        licences=_licences(language) if name == "opendata" else [],
        rounds=list_numbers(session, survey.id)[::-1] if survey and kind.about in {"round", "item"} else [],
        items=[(one.code, f"{one.code} – {pick(one.title, language, fallback)}") for one in items],
        years=years,
        parts=_parts(session, plan, language) if plan else [],
        types=_coded(TYPE_WORDS, language),
        levels=_coded(LEVEL_WORDS, language),
    )


def _title(session: Session, actor: Actor, survey: Survey | None, plan: Plan | None, language: str) -> str:
    if plan:
        return plan.title
    if survey:
        return pick(survey.title, language, survey.default_language)
    return session.get_one(Consortium, actor.consortium_id).name


def _years(session: Session, actor: Actor, filled: dict[str, str]) -> list[tuple[str, str]]:
    """The years there are readings of; where the form says none it begins with the newest ten."""
    values = read_values(session, actor)
    setting = setting_of(values, first=whole_number(filled["first"], 0), last=whole_number(filled["last"], 0))
    filled["first"], filled["last"] = str(setting.years[0]), str(setting.years[-1])
    return [(str(year), str(year)) for year in values.years]


def _parts(session: Session, plan: Plan, language: str) -> list[tuple[str, str]]:
    """What of a plan a report can be about: its editions, the newest first, and its scenarios."""
    editions = [
        (f"edition.{one.number}", translate(language, "Edition %(number)s", number=one.number))
        for one in list_editions(session, plan.id)
    ]
    return editions + [
        (f"scenario.{one.number}", translate(language, "%(name)s, draft", name=one.name))
        for one in list_scenarios(session, plan.id)
    ]


def _licences(language: str) -> list[tuple[str, str]]:
    return [
        ("", translate(language, "None: nothing is permitted")),
        *((code, title) for code, (title, _) in LICENCES.items()),
    ]


def _numbered(typed: Mapping[str, str], kind: str) -> int | None:
    """The number of the scenario, or of the edition, that a form is about."""
    named, _, number = typed.get("part", "").partition(".")
    return whole_number(number, 0) or None if named == kind else None


def _coded(words: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    return [("", "–"), *((code, f"{code} – {translate(language, word)}") for code, word in words.items())]


def _setting(
    request: Request,
    session: Session,
    actor: Actor,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    status: int = 422,
) -> Response:
    setting = find_setting(session, actor.consortium_id)
    return render(
        request,
        f"{FOLDER}/cover.html",
        status=status if faults else 200,
        typed={name: typed.get(name, "") for name in FACTS},
        errors=faults,
        revision=setting.revision if setting else 0,
        template_name=setting.template_name if setting else "",
    )

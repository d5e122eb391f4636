"""Which document each kind of report is, and what its file is called."""

from sqlmodel import Session

from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_scenario
from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.errors import NotFound
from app.core.words import pick
from app.documents.document import Document
from app.people.models import Consortium
from app.people.rules import Actor
from app.reports.brief import brief
from app.reports.bundle.service import create_bundle
from app.reports.consensus_report import consensus_report
from app.reports.dissent_report import dissent_report
from app.reports.methods.report import methods_report
from app.reports.models import Report
from app.reports.opendata.service import create_open_data
from app.reports.plan_report import plan_report
from app.reports.programme_report import programme_report
from app.reports.public_summary import public_summary
from app.reports.queries import cover_facts, find_setting
from app.reports.region_reading import wanted_in
from app.reports.region_report import region_report
from app.reports.round_report import round_report
from app.reports.rules import KINDS
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey


def build(session: Session, actor: Actor, report: Report) -> Document:
    """The document that a report is, for somebody who may have it. Raises NotAllowed, NotFound, Conflict, Invalid."""
    require(actor, "report.make", report)
    language, about = report.language, report.about
    cover = cover_facts(find_setting(session, report.consortium_id), about.get("cover", {}))
    if report.kind == "regions":
        return region_report(session, actor, language, wanted=wanted_in(about), cover=cover)
    if report.kind == "programmes":
        return programme_report(session, actor, language, cover=cover)
    survey, number = survey_of(session, report), about.get("round")
    if report.plan_id:
        plan, edition = session.get_one(Plan, report.plan_id), about.get("edition")
        return plan_report(session, actor, plan, language, cover=cover, scenario=about.get("scenario"), edition=edition)
    match report.kind:
        case "consensus":
            return consensus_report(session, survey, language, cover=cover)
        case "dissent":
            return dissent_report(session, survey, language, number=number, cover=cover)
        case "round":
            return round_report(session, survey, number, language, cover=cover)
        case "brief":
            return brief(session, actor, survey, about["item"], language, number=number)
        case "public":
            return public_summary(session, survey, language)
        case "methods":
            return methods_report(session, actor, survey, language, cover=cover)
        case _:
            raise NotFound("There is no such report.")


def pack(session: Session, actor: Actor, report: Report) -> bytes:
    """The files for programs that a report is. Raises as those who make them do."""
    survey = survey_of(session, report)
    if report.kind == "opendata":
        return create_open_data(session, actor, survey, licence=report.about["licence"])
    return create_bundle(session, actor, survey, with_answers=False)


def file_name(session: Session, report: Report) -> str:
    """What the file of a report is called: what it is about, and its language."""
    about = report.about
    if report.kind == "regions":
        return f"regions-{about['first']}-{about['last']}-{report.language}.{report.format}"
    if report.kind == "programmes":
        return f"programmes-{report.language}.{report.format}"
    survey = survey_of(session, report)
    if report.plan_id:
        plan = session.get_one(Plan, report.plan_id)
        stem = f"plan-{plan.number}-" + (
            f"edition-{about['edition']}" if "edition" in about else _draft(session, report)
        )
    elif KINDS[report.kind].is_packed:
        return f"{survey.slug}-{report.kind}.{report.format}"
    elif report.kind == "brief":
        stem = f"{survey.slug}-{about['item']}"
    else:
        stem = f"{survey.slug}-{report.kind}" + (f"-round-{about['round']}" if "round" in about else "")
    return f"{stem}-{report.language}.{report.format}"


def survey_of(session: Session, report: Report) -> Survey:
    """The survey that a report is about, or the one its plan came from."""
    assert report.survey_id, "what is about the consortium has no survey"
    return get_survey(session, report.survey_id)


def _draft(session: Session, report: Report) -> str:
    assert report.plan_id, "drafts are those of plans"
    scenario = get_scenario(session, report.plan_id, report.about["scenario"])
    return f"scenario-{scenario.number}-draft-{scenario.revision}"


def subject_of(session: Session, report: Report, language: str) -> str:
    """What a report is about, in words."""
    if report.plan_id:
        plan, edition = session.get_one(Plan, report.plan_id), report.about.get("edition")
        if edition:
            return f"{plan.title}, {translate(language, 'Edition %(number)s', number=edition)}"
        return f"{plan.title}, {get_scenario(session, plan.id, report.about['scenario']).name}"
    if report.kind == "programmes":
        return session.get_one(Consortium, report.consortium_id).name
    if report.kind == "regions":
        years = {"first": report.about["first"], "last": report.about["last"]}
        name = session.get_one(Consortium, report.consortium_id).name
        return f"{name}, {translate(language, '%(first)s – %(last)s', **years)}"
    survey = survey_of(session, report)
    title = pick(survey.title, language, survey.default_language)
    if KINDS[report.kind].about == "survey":
        return title
    number = translate(language, "round %(number)s", number=report.about["round"])
    return f"{title}, {report.about.get('item', number)}"

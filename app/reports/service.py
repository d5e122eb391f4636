"""Acts on reports: ordering one, calling it off, and saying what stands on covers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, select

from app.actionplan.adoption.queries import get_edition
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_scenario
from app.auth.permissions import require
from app.consensus.queries import get_snapshot
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound, TooMany
from app.core.tokens import key_for
from app.core.words import LANGUAGES
from app.documents.document import Document
from app.documents.writing import WritingFailed, write_apart
from app.history.service import record
from app.indicators.profiles.queries import read_values, setting_of
from app.people.queries import hold_consortium
from app.people.rules import Actor
from app.programmes.queries import list_programmes
from app.reports.models import Report, ReportSetting
from app.reports.opendata.service import parts_to_release
from app.reports.queries import count_open, find_setting
from app.reports.rules import COVER, FACTS, FILES_LAST, FORMATS, KINDS, MOST_AT_ONCE, Kind, Whole, read_facts
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_items

CHANGED_MEANWHILE = "Somebody changed this meanwhile. Look at what it is now, then change it."
LARGEST_TEMPLATE = 900_000
LONGEST_READING = 20.0


@dataclass(frozen=True)
class Order:
    """A report to be made: its kind, format and language, the survey and, for plans, the plan it is about.

    `round`, `scenario`, `edition` and `item` narrow it down, None for the newest, the first, or none; `cover` are the
    facts of its own cover by name, `licence` is that of open data, empty for none. One about regions has no survey:
    `first` and `last` are its years, None for the newest, `among` its reference set and `beside` who stands beside.
    """

    kind: str
    format: str
    language: str
    survey: Survey | None = None
    plan: Plan | None = None
    round: int | None = None
    scenario: int | None = None
    edition: int | None = None
    item: str | None = None
    cover: Mapping[str, str] = field(default_factory=dict[str, str])
    licence: str = ""
    first: int | None = None
    last: int | None = None
    among: str = ""
    beside: str = ""


def check_order(session: Session, actor: Actor, order: Order) -> dict[str, Any]:
    """What an order is about, as it is kept. Raises NotFound, NotAllowed, and Invalid naming what cannot be made."""
    require(actor, "report.make", order.plan or order.survey or Whole(actor.consortium_id))
    kind = KINDS.get(order.kind)
    faults: dict[str, str] = {}
    if kind is None or not is_about(kind, order.survey, order.plan):
        faults["kind"] = "There is no such report."
    if order.format not in (kind.formats if kind else FORMATS):
        faults["format"] = "A report is written as DOCX, PDF, HTML or XLSX, data as ZIP."
    if order.language not in LANGUAGES:
        faults["language"] = "This language is not one of the interface."
    about: dict[str, Any] = {}
    if kind and not faults:
        about = _about(session, actor, order, kind.about, faults)
    cover, wrong = read_facts(order.cover, COVER) if kind and kind.has_cover else ({}, {})
    faults |= {f"cover.{name}": fault for name, fault in wrong.items()}
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    return about | ({"cover": cover} if cover else {})


def is_about(kind: Kind, survey: Survey | None, plan: Plan | None) -> bool:
    """Whether these are what a kind of report is about: a plan with its survey, a survey, or neither."""
    named = "plan" if plan else "survey" if survey else "all"
    return named == ("all" if kind.is_of_all else "plan" if kind.about == "plan" else "survey")


def _about(session: Session, actor: Actor, order: Order, about: str, faults: dict[str, str]) -> dict[str, Any]:
    if order.kind == "programmes":
        if not list_programmes(session, actor):
            faults["kind"] = "There are no programmes yet."
        return {}
    if order.survey is None:
        return _about_regions(session, actor, order, faults)
    if order.plan and order.edition:
        return {"edition": get_edition(session, order.plan.id, order.edition).number}
    if order.plan:
        return {"scenario": get_scenario(session, order.plan.id, order.scenario).number}
    number = get_snapshot(session, order.survey.id, order.round).round_number
    if order.kind == "opendata":
        return _open_data(session, order.survey, order.licence, faults)
    if about == "survey":
        return {}
    if about == "item" and order.item not in {item.code for item in list_items(session, order.survey.id)}:
        faults["item"] = "Choose an initiative of this survey."
    return {"round": number} | ({"item": order.item} if about == "item" else {})


def _about_regions(session: Session, actor: Actor, order: Order, faults: dict[str, str]) -> dict[str, Any]:
    values = read_values(session, actor)
    if not values.regions:
        faults["kind"] = "There are no readings yet."
        return {}
    is_of_all, is_beside_alike = order.among == "all", order.beside == "alike"
    setting = setting_of(
        values, first=order.first or 0, last=order.last or 0, is_of_all=is_of_all, is_beside_alike=is_beside_alike
    )
    years = {"first": setting.years[0], "last": setting.years[-1]}
    return {**years, "among": "all" if setting.is_of_all else "", "beside": "alike" if is_beside_alike else ""}


def _open_data(session: Session, survey: Survey, licence: str, faults: dict[str, str]) -> dict[str, Any]:
    try:
        parts_to_release(session, survey, licence)
    except Invalid as refused:
        faults["licence"] = refused.message
    except (NotFound, Conflict) as refused:
        faults["format"] = refused.message
    return {"licence": licence}


def order_report(session: Session, actor: Actor, order: Order, *, form_key: str) -> Report:
    """Ask for a report; a worker makes it. The same form twice is one order, filled in otherwise another.

    Raises as `check_order` does, and TooMany while enough of the consortium's reports wait.
    """
    about = check_order(session, actor, order)
    said = (order.survey and order.survey.id, order.plan and order.plan.id, order.kind, order.format, order.language)
    form_key = key_for(form_key, *said, json.dumps(about, sort_keys=True))
    # so that no form is two orders, and no two forms pass the limit together
    hold_consortium(session, actor)
    known = session.exec(select(Report).where(Report.ordered_by_id == actor.id, Report.form_key == form_key)).first()
    if known:
        return known
    if count_open(session, actor.consortium_id) >= MOST_AT_ONCE:
        raise TooMany("Enough reports are being made. Wait until one of them is there.")
    report = begun(actor, order, about, form_key)
    session.add(report)
    session.flush()
    after = {"kind": report.kind, "format": report.format, "language": report.language}
    record(session, actor, "report.ordered", report, after=after)
    return report


def begun(actor: Actor, order: Order, about: dict[str, Any], form_key: str) -> Report:
    """The report that an order asks for, not kept yet."""
    return Report(
        consortium_id=actor.consortium_id,
        organisation_id=None if order.plan or not order.survey else order.survey.organisation_id,
        survey_id=order.survey.id if order.survey else None,
        plan_id=order.plan.id if order.plan else None,
        kind=order.kind,
        format=order.format,
        language=order.language,
        about=about,
        form_key=form_key,
        ordered_at=now(),
        ordered_by_id=actor.id,
        expires_at=now() + FILES_LAST,
    )


def call_off(session: Session, actor: Actor, report: Report) -> None:
    """Stop the making of a report; nothing happens once it is over. Raises NotAllowed, NotFound."""
    require(actor, "report.make", report)
    # as it is now: a worker may have ended it since it was read
    fresh = select(Report).where(Report.id == report.id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(fresh).one_or_none()
    if found is None:
        raise NotFound("There is no such report, or its time is over.")
    if found.ended_at is None:
        found.state, found.ended_at = "called_off", now()
        session.add(found)
        after = {"kind": found.kind, "format": found.format, "language": found.language}
        record(session, actor, "report.called_off", found, after=after)


def change_setting(
    session: Session, actor: Actor, typed: Mapping[str, str], *, revision: int, template: tuple[str, bytes] | None
) -> ReportSetting:
    """Say what stands on the covers of the consortium, and whose look its documents take over.

    `template` is the name and the content of a DOCX file, empty ones to use none, None to leave it. Raises Invalid
    naming the fields, Conflict when it was changed meanwhile.
    """
    # before anybody waits for this: reading a template takes a while
    unusable = _template_faults(template[1]) if template and template[1] else {}
    hold_consortium(session, actor)
    setting = find_setting(session, actor.consortium_id) or ReportSetting(consortium_id=actor.consortium_id, revision=0)
    require(actor, "report.setting", setting)
    if setting.revision != revision:
        raise Conflict(CHANGED_MEANWHILE)
    facts, faults = read_facts(typed, FACTS)
    faults |= unusable
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    setting.facts, setting.revision = facts, setting.revision + 1
    if template is not None:
        setting.template_name, setting.template = template[0][:200] if template[1] else "", template[1]
    session.add(setting)
    session.flush()
    record(session, actor, "report.setting_changed", setting, after={**facts, "template": setting.template_name})
    return setting


def _template_faults(content: bytes) -> dict[str, str]:
    if len(content) > LARGEST_TEMPLATE:
        return {"template": "This file is too large."}
    try:
        # apart, for what a file made to be slow to read holds up or fills is then a process that is ended
        write_apart(Document("", "en", []), "docx", content, longest=LONGEST_READING)
    except Invalid as refused:
        return {"template": refused.message}
    except WritingFailed:
        from app.documents.docx_template import NO_DOCX  # a start does without it

        return {"template": NO_DOCX}
    return {}

"""The catalogue of indicators, in the browser."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlmodel import Session

from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.history.rules import name_of
from app.history.service import record_under
from app.indicators.agreed.pages import ruling_view
from app.indicators.agreed.queries import is_agreed, rulings
from app.indicators.exporting import MEDIA_TYPES, WRITERS, readings_document
from app.indicators.models import IndicatorVersion, RegionReading
from app.indicators.queries import (
    Entry,
    count_readings,
    get_indicator,
    list_indicators,
    list_partners,
    list_readings,
    list_versions,
    names_of_regions,
    stands_on,
)
from app.indicators.rules import DIRECTION_WORDS, STATUS_WORDS, TERRITORY_WORDS
from app.indicators.schemas import DefinitionIn, IndicatorIn
from app.indicators.service import change_indicator, content_of, create_indicator, give_indicator, say_stand
from app.indicators.territories import name_of_territory
from app.people.models import Organisation
from app.people.queries import names_of
from app.people.rules import Actor
from app.web.deps import SessionDep, WritingSessionDep
from app.web.forms import FormDep, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/indicators", tags=["indicators"])

ReaderDep = Annotated[Actor, permitted("indicator.read")]
DefinerDep = Annotated[Actor, permitted("indicator.import")]
ChangerDep = Annotated[Actor, permitted("indicator.change")]
AgreerDep = Annotated[Actor, permitted("indicator.agree")]

FIELDS = ("name", "dimension", "unit", "direction", "definition", "source", "source_url", "territory_rule")
REFUSED_FIELD = "This is empty, too long, or has signs that do not belong here."


@router.get("")
def indicator_list(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """The catalogue by dimension, with what partners think of it and what there is to read."""
    entries = list_indicators(session, actor)
    counts = count_readings(session, [one.indicator.id for one in entries])
    stands = stands_on(session, [one.version.id for one in entries])
    partners = list_partners(session, actor)
    language, judged = language_of(request), rulings(session, actor)
    lines: list[dict[str, Any]] = [
        {
            "entry": one,
            "direction": translate(language, DIRECTION_WORDS[one.version.direction]),
            "counts": counts.get(one.indicator.id),
            "agreeing": sum(stand.agrees for stand in stands[one.version.id].values()),
            "is_agreed": is_agreed(one, judged),
            "against": sum(not stand.agrees for stand in stands[one.version.id].values()),
        }
        for one in entries
    ]
    dimensions = list(dict.fromkeys(one.version.dimension for one in entries))
    return render(
        request,
        "indicators/list.html",
        groups=[(name, [line for line in lines if line["entry"].version.dimension == name]) for name in dimensions],
        count=len(entries),
        partners=len(partners),
        may_import=may(actor, "indicator.import"),
    )


@router.get("/new")
def new_indicator(request: Request, session: SessionDep, actor: DefinerDep) -> Response:
    """The form of a new indicator."""
    return _form(request, {}, {}, None, _owners(session, actor))


@router.post("", dependencies=[OwnForm])
def create_indicator_page(request: Request, session: SessionDep, actor: DefinerDep, typed: FormDep) -> Response:
    """Define an indicator; a form with faults is shown again as it was typed."""
    try:
        given = IndicatorIn.model_validate({name: typed.get(name, "") for name in ("code", *FIELDS)})
        owner = _partner(session, actor, typed.get("owner", ""))
        create_indicator(session, actor, given.code, DefinitionIn(**given.model_dump(exclude={"code"})), owner)
    except ValidationError as error:
        return _form(request, typed, _faults(request, error), None, _owners(session, actor), status=422)
    except Invalid as refused:
        faults = {name: translate(language_of(request), message) for name, message in refused.errors.items()}
        return _form(request, typed, faults, None, _owners(session, actor), status=422)
    except Conflict as refused:
        return _form(
            request,
            typed,
            {"code": translate(language_of(request), refused.message)},
            None,
            _owners(session, actor),
            status=409,
        )
    return redirect(request, "indicator_page", indicator=given.code)


@router.get("/export.{kind}")
def export_readings_page(
    request: Request, session: SessionDep, trace: WritingSessionDep, actor: ReaderDep, kind: str
) -> Response:
    """All readings as a file that the import reads again; noted in the history."""
    if kind not in WRITERS:
        raise NotFound("There is no such page.")
    entries = list_indicators(session, actor)
    readings = list_readings(session, [one.indicator.id for one in entries])
    data = WRITERS[kind](readings_document(entries, readings, language_of(request)))
    thing = name_of("consortium", actor.consortium_id)
    record_under(trace, actor, "readings.exported", thing, after={"format": kind, "readings": len(readings)})
    headers = {"Content-Disposition": f'attachment; filename="readings.{kind}"'}
    return Response(data, media_type=MEDIA_TYPES[kind], headers=headers)


@router.get("/{indicator}")
def indicator_page(request: Request, session: SessionDep, actor: ReaderDep, indicator: str) -> Response:
    """One indicator: what it means, since when, what partners think of it, and its readings."""
    return _page(request, session, actor, get_indicator(session, actor, indicator))


@router.get("/{indicator}/change")
def indicator_form(request: Request, session: SessionDep, actor: ChangerDep, indicator: str) -> Response:
    """The form of a new version."""
    entry = get_indicator(session, actor, indicator)
    require(actor, "indicator.change", entry.indicator)
    return _form(request, {**content_of(entry.version), "revision": str(entry.indicator.revision)}, {}, entry)


@router.post("/{indicator}/change", dependencies=[OwnForm])
def change_indicator_page(
    request: Request, session: SessionDep, actor: ChangerDep, indicator: str, typed: FormDep
) -> Response:
    """Give an indicator a new version; a form with faults is shown again as it was typed."""
    entry = get_indicator(session, actor, indicator)
    require(actor, "indicator.change", entry.indicator)
    language = language_of(request)
    try:
        given = DefinitionIn.model_validate({name: typed.get(name, "") for name in FIELDS})
        because = typed.get("because", "").replace("\0", "")[:2000]
        change_indicator(session, actor, indicator, given, because=because, revision=revision_in(typed))
    except ValidationError as error:
        return _form(request, typed, _faults(request, error), entry, status=422)
    except Invalid as refused:
        faults = {name: translate(language, message) for name, message in refused.errors.items()}
        return _form(request, typed, faults, entry, status=422)
    except Stale as refused:
        return _form(request, typed, {"because": translate(language, refused.message)}, entry, status=409)
    return redirect(request, "indicator_page", indicator=indicator)


@router.post("/{indicator}/stands", dependencies=[OwnForm])
def say_stand_page(request: Request, session: SessionDep, actor: AgreerDep, indicator: str, typed: FormDep) -> Response:
    """Put on record whether a partner agrees with the version shown."""
    entry = get_indicator(session, actor, indicator)
    partner = _partner(session, actor, typed.get("partner", ""))
    agrees = typed.get("agrees", "")
    if partner is None or agrees not in ("yes", "no"):
        message = translate(language_of(request), "Choose a partner, and whether it agrees.")
        return _page(request, session, actor, entry, {"agrees": message}, status=422)
    try:
        version = revision_in(typed)
        say_stand(
            session, actor, indicator, partner, agrees=agrees == "yes", words=typed.get("words", ""), version=version
        )
    except Stale as refused:
        fault = translate(language_of(request), refused.message)
        return _page(request, session, actor, entry, {"agrees": fault}, status=409)
    return redirect(request, "indicator_page", indicator=indicator)


@router.post("/{indicator}/owner", dependencies=[OwnForm])
def give_indicator_page(
    request: Request, session: SessionDep, actor: ChangerDep, indicator: str, typed: FormDep
) -> Response:
    """Have a partner look after an indicator."""
    entry = get_indicator(session, actor, indicator)
    require(actor, "indicator.change", entry.indicator)
    chosen, before = typed.get("owner", ""), typed.get("before", "")
    owner = _partner(session, actor, chosen)
    was = _partner(session, actor, before)
    if chosen and owner is None:
        message = translate(language_of(request), "Choose a partner.")
        return _page(request, session, actor, entry, {"owner": message}, status=422)
    try:
        give_indicator(session, actor, indicator, owner, before=was.id if was else None)
    except Stale as refused:
        fault = translate(language_of(request), refused.message)
        return _page(request, session, actor, entry, {"owner": fault}, status=409)
    return redirect(request, "indicator_page", indicator=indicator)


def _partner(session: Session, actor: Actor, key: str) -> Organisation | None:
    return next((one for one in list_partners(session, actor) if str(one.id) == key), None)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    entry: Entry,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    language = language_of(request)
    versions = list_versions(session, entry.indicator.id)
    partners = list_partners(session, actor)
    stands = stands_on(session, [entry.version.id])[entry.version.id]
    names = names_of_regions(session, actor)
    readings = list_readings(session, [entry.indicator.id])
    years = sorted({one.year for one in readings})
    by_region: defaultdict[str, list[RegionReading]] = defaultdict(list)
    for one in readings:
        by_region[one.region].append(one)
    owner = next((one.name for one in partners if one.id == entry.indicator.organisation_id), "")
    return render(
        request,
        "indicators/indicator.html",
        status=status,
        entry=entry,
        owner=owner,
        owner_id=str(entry.indicator.organisation_id or ""),
        owners=_owners(session, actor),
        better=translate(language, DIRECTION_WORDS[entry.version.direction]),
        ruling=ruling_view(entry, rulings(session, actor), language),
        may_read=may(actor, "survey.read"),
        versions=[_version(one, names_of(session, {one.made_by_id})) for one in versions],
        stands=[(one, stands.get(one.id)) for one in partners],
        choices=[(str(one.id), one.name) for one in partners if _may_speak_for(actor, one)],
        years=years,
        rows=[
            {
                "region": region,
                "name": names.get(region) or name_of_territory(region),
                "cells": {
                    one.year: {
                        "value": one.value,
                        "status": translate(language, STATUS_WORDS[one.status]),
                        "is_plain": one.status == "published",
                        "territory": translate(language, TERRITORY_WORDS[one.territory])
                        if one.territory != "own"
                        else "",
                        "nuts_code": one.nuts_code,
                        "note": one.note,
                    }
                    for one in of_region
                },
            }
            for region, of_region in by_region.items()
        ],
        sources=sorted({one.source for one in readings if one.source}),
        editions=sorted({one.nuts_edition for one in readings}),
        errors=errors or {},
        may_change=may(actor, "indicator.change", entry.indicator),
    )


class _Part:
    def __init__(self, consortium_id: UUID, organisation_id: UUID) -> None:
        self.consortium_id, self.organisation_id = consortium_id, organisation_id


def _may_speak_for(actor: Actor, partner: Organisation) -> bool:
    return may(actor, "indicator.agree", _Part(actor.consortium_id, partner.id))


def _version(one: IndicatorVersion, names: Mapping[UUID | None, str]) -> dict[str, Any]:
    return {"version": one, "by": names.get(one.made_by_id) or "–"}


def _owners(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Who may look after an indicator, as a form offers them."""
    return [("", "–"), *((str(one.id), one.name) for one in list_partners(session, actor))]


def _form(
    request: Request,
    typed: Mapping[str, Any],
    errors: Mapping[str, str],
    entry: Entry | None,
    owners: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Response:
    language = language_of(request)
    return render(
        request,
        "indicators/form.html",
        status=status,
        entry=entry,
        typed=dict.fromkeys(("code", "because", "revision", "owner", *FIELDS), "") | dict(typed),
        errors=errors,
        owners=owners,
        directions=[(key, translate(language, word)) for key, word in DIRECTION_WORDS.items()],
    )


def _faults(request: Request, error: ValidationError) -> dict[str, str]:
    sentence = translate(language_of(request), REFUSED_FIELD)
    return {str(part["loc"][0]): sentence for part in error.errors()}

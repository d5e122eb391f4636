"""Profiles of regions, in the browser."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.auth.guard import permitted
from app.core.errors import NotFound
from app.history.rules import name_of
from app.history.service import record_under
from app.indicators.exporting import MEDIA_TYPES, WRITERS, profile_document
from app.indicators.profiles.pages import profile_view
from app.indicators.profiles.queries import marks_of, profile_of, read_values, setting_of
from app.people.rules import Actor
from app.web.deps import SessionDep, WritingSessionDep
from app.web.forms import whole_number
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(prefix="/indicators/profiles", tags=["indicators"])

ReaderDep = Annotated[Actor, permitted("indicator.read")]
Typed = Annotated[str, Query(max_length=20)]


@router.get("")
def region_list(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """The regions there are values of, by name."""
    values = read_values(session, actor)
    regions = [
        {
            "region": region,
            "name": values.name(region),
            "is_partner": region in values.names,
            "known": sum(region in one for one in values.series.values()),
        }
        for region in values.regions
    ]
    return render(request, "indicators/regions.html", regions=regions, indicators=len(values.entries))


@router.get("/{region}")
def region_profile(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    region: str,
    first: Typed = "",
    last: Typed = "",
    among: Typed = "",
    beside: Typed = "",
    which: Typed = "",
    figure: Typed = "",
) -> Response:
    """One region beside its peers: strengths, weaknesses, trends, gaps. A profile, not a ranking."""
    values = read_values(session, actor)
    setting = setting_of(
        values,
        first=whole_number(first, 0),
        last=whole_number(last, 0),
        is_of_all=among == "all",
        is_beside_alike=beside == "alike",
        is_whole=which == "all",
    )
    found = profile_of(values, region, setting)
    return render(
        request,
        "indicators/profile.html",
        found=found,
        setting=setting,
        years=values.years,
        view=profile_view(found, marks_of(session, actor, region), language_of(request), with_figure=figure == "yes"),
        query=f"first={setting.years[0]}&last={setting.years[-1]}"
        + ("&among=all" if setting.is_of_all else "")
        + ("&beside=alike" if setting.is_beside_alike else "")
        + ("&which=all" if found.values.agreed and not setting.is_agreed else ""),
    )


@router.get("/{region}/export.{kind}")
def export_profile_page(
    request: Request,
    session: SessionDep,
    trace: WritingSessionDep,
    actor: ReaderDep,
    region: str,
    kind: str,
    first: Typed = "",
    last: Typed = "",
    among: Typed = "",
    beside: Typed = "",
    which: Typed = "",
) -> Response:
    """The profile as a file, with its method; noted in the history."""
    if kind not in WRITERS:
        raise NotFound("There is no such page.")
    values = read_values(session, actor)
    setting = setting_of(
        values,
        first=whole_number(first, 0),
        last=whole_number(last, 0),
        is_of_all=among == "all",
        is_beside_alike=beside == "alike",
        is_whole=which == "all",
    )
    data = WRITERS[kind](profile_document(profile_of(values, region, setting), language_of(request)))
    thing = name_of("consortium", actor.consortium_id)
    record_under(trace, actor, "profile.exported", thing, after={"region": region, "format": kind})
    headers = {"Content-Disposition": f'attachment; filename="profile.{kind}"'}
    return Response(data, media_type=MEDIA_TYPES[kind], headers=headers)

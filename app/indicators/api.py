"""Indicators, readings and profiles for programs."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response

from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.errors import NotFound, Unconditional
from app.documents.sheets import Fault
from app.indicators.agreed.queries import Ruling, is_agreed, rulings
from app.indicators.agreed.service import ask_about
from app.indicators.checking import Choices
from app.indicators.profiles.queries import profile_of, read_values, setting_of
from app.indicators.profiles.rules import Scale
from app.indicators.queries import (
    Entry,
    get_indicator,
    list_indicators,
    list_partners,
    list_readings,
    stands_on,
)
from app.indicators.rules import Direction, Status, Territory
from app.indicators.schemas import (
    DefinitionIn,
    FaultOut,
    IndicatorIn,
    IndicatorOut,
    LineOut,
    ProfileOut,
    ReadingOut,
    ReadingsIn,
    RulingOut,
    SetSurveyIn,
    SetSurveyOut,
    StandIn,
    StandOut,
    TakenOut,
    VersionIn,
)
from app.indicators.service import change_indicator, create_indicator, import_readings, say_stand
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(tags=["indicators"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("indicator.read")]
DefinerDep = Annotated[Actor, permitted("indicator.import")]
AgreerDep = Annotated[Actor, permitted("indicator.agree")]
AskerDep = Annotated[Actor, permitted("survey.import")]
ChangerDep = Annotated[Actor, permitted("indicator.change")]
ETAG = re.compile(r'^"(\d{1,9})"$')


def find_own(session: SessionDep, actor: ChangerDep, indicator: str) -> None:
    """Refuse what is not theirs to change before anything is said about what was sent. Raises NotFound, NotAllowed."""
    require(actor, "indicator.change", get_indicator(session, actor, indicator).indicator)


@router.get("/indicators")
def read_indicators(session: SessionDep, actor: ReaderDep) -> list[IndicatorOut]:
    """The catalogue, by code."""
    return _out(session, actor, list_indicators(session, actor))


@router.post("/indicators", status_code=201, dependencies=[OwnCall])
def define_indicator(session: SessionDep, actor: DefinerDep, given: IndicatorIn) -> IndicatorOut:
    """Define an indicator; the same definition a second time is the same indicator."""
    create_indicator(session, actor, given.code, DefinitionIn(**given.model_dump(exclude={"code"})))
    return _out(session, actor, [get_indicator(session, actor, given.code)])[0]


@router.get("/indicators/{indicator}")
def read_indicator(session: SessionDep, actor: ReaderDep, indicator: str) -> IndicatorOut:
    """One indicator."""
    return _out(session, actor, [get_indicator(session, actor, indicator)])[0]


@router.put("/indicators/{indicator}", dependencies=[OwnCall, Depends(find_own)])
def give_version(
    session: SessionDep,
    actor: ChangerDep,
    indicator: str,
    given: VersionIn,
    if_match: Annotated[str, Header(max_length=200)] = "",
) -> IndicatorOut:
    """Give an indicator a new version; `If-Match` names the version it is made from."""
    found = ETAG.match(if_match)
    if not if_match:
        raise Unconditional("Name the version you changed: send its ETag as If-Match.")
    definition = DefinitionIn(**given.model_dump(exclude={"because"}))
    revision = int(found[1]) if found else -1
    change_indicator(session, actor, indicator, definition, because=given.because, revision=revision)
    return _out(session, actor, [get_indicator(session, actor, indicator)])[0]


@router.get("/indicators/{indicator}/readings")
def read_readings(session: SessionDep, actor: ReaderDep, indicator: str) -> list[ReadingOut]:
    """The readings that count of an indicator, by region and year."""
    entry = get_indicator(session, actor, indicator)
    return [
        ReadingOut(
            indicator=indicator,
            version=one.version,
            region=one.region,
            territory=Territory(one.territory),
            nuts_code=one.nuts_code,
            nuts_edition=one.nuts_edition,
            year=one.year,
            value=one.value,
            status=Status(one.status),
            flags=one.flags,
            source=one.source,
            note=one.note,
            revision=one.number,
        )
        for one in list_readings(session, [entry.indicator.id])
    ]


@router.post("/indicators/surveys", status_code=201, dependencies=[OwnCall])
def ask_for_set(session: SessionDep, actor: AskerDep, given: SetSurveyIn) -> SetSurveyOut:
    """Make the draft of a survey that agrees a set; the same a second time is the same draft."""
    survey = ask_about(session, actor, title=given.title, language=given.language, codes=set(given.indicators))
    return SetSurveyOut(id=survey.id, slug=survey.slug, indicators=len(set(given.indicators)))


@router.put("/indicators/{indicator}/stands/{partner}", dependencies=[OwnCall])
def give_stand(session: SessionDep, actor: AgreerDep, indicator: str, partner: str, given: StandIn) -> StandOut:
    """Put on record whether a partner, by its code, agrees with a version; the same again is the same stand."""
    get_indicator(session, actor, indicator)
    found = next((one for one in list_partners(session, actor) if one.code == partner), None)
    if found is None:
        raise NotFound("There is no such partner.")
    stand = say_stand(session, actor, indicator, found, agrees=given.agrees, words=given.words, version=given.version)
    return StandOut(partner=partner, version=given.version, agrees=stand.agrees, words=stand.words)


@router.get("/indicators/{indicator}/stands")
def read_stands(session: SessionDep, actor: ReaderDep, indicator: str) -> list[StandOut]:
    """What partners think of the version that counts; who has not said stands with null."""
    entry = get_indicator(session, actor, indicator)
    stands = stands_on(session, [entry.version.id])[entry.version.id]
    return [
        StandOut(
            partner=one.code or one.name,
            version=entry.version.number,
            agrees=stands[one.id].agrees if one.id in stands else None,
            words=stands[one.id].words if one.id in stands else "",
        )
        for one in list_partners(session, actor)
    ]


@router.post("/indicators/readings", dependencies=[OwnCall])
def take_readings(session: SessionDep, actor: DefinerDep, given: ReadingsIn, response: Response) -> TakenOut:
    """Take the text of a file over whole; 422 with every fault by row and column, and then nothing of it is."""
    choices = Choices(
        edition=given.edition,
        indicator=given.indicator,
        unit=given.unit,
        source=given.source,
        leaves_out=given.leaves_out,
        defines=given.defines,
    )
    taken = import_readings(session, actor, given.name, given.text.encode(), choices)
    if taken.is_refused:
        response.status_code = 422
    return TakenOut(
        added=taken.added,
        changed=taken.changed,
        unchanged=taken.unchanged,
        indicators=taken.indicators,
        versions=taken.versions,
        faults=[_fault_out(one) for one in taken.report.faults],
        left_out=[_fault_out(one) for one in taken.report.left_out],
    )


@router.get("/regions/{region}/profile")
def read_profile(
    session: SessionDep,
    actor: ReaderDep,
    region: str,
    first: int = 0,
    last: int = 0,
    among: str = "",
    beside: str = "",
    which: str = "",
) -> ProfileOut:
    """The profile of a region: `among=all` for scales of all regions, `beside=alike` for the three most alike.

    `which=all` takes the whole catalogue where there is an agreed set.
    """
    values = read_values(session, actor)
    setting = setting_of(
        values,
        first=first,
        last=last,
        is_of_all=among == "all",
        is_beside_alike=beside == "alike",
        is_whole=which == "all",
    )
    found = profile_of(values, region, setting)

    def scale_out(code: str) -> dict[str, Any]:
        scale = found.profile.scales[code]
        if not isinstance(scale, Scale):
            return {"unscored": scale.value}
        return {"low": scale.low, "high": scale.high, "square_roots": scale.is_rooted, "skewness": scale.skewness}

    return ProfileOut(
        region=region,
        name=values.name(region),
        years=(setting.years[0], setting.years[-1]),
        reference=list(setting.reference),
        beside=found.beside,
        is_agreed_set=setting.is_agreed,
        scored=found.scored,
        covered=found.covered,
        lines=[
            LineOut(
                indicator=line.code,
                year=line.newest.year if line.newest else None,
                value=line.newest.value if line.newest else None,
                score=line.score,
                median=line.middle,
                gap=line.gap,
                trend=line.trend,
                slope=line.slope,
                scale=scale_out(line.code),
            )
            for line in found.lines
        ],
    )


def _out(session: SessionDep, actor: Actor, entries: list[Entry]) -> list[IndicatorOut]:
    partners = list_partners(session, actor)
    names = {one.id: one.name for one in partners}
    stands = stands_on(session, [one.version.id for one in entries])
    judged = rulings(session, actor)
    return [
        IndicatorOut(
            id=one.indicator.id,
            code=one.indicator.code,
            version=one.version.number,
            name=one.version.name,
            dimension=one.version.dimension,
            unit=one.version.unit,
            direction=Direction(one.version.direction),
            definition=one.version.definition,
            source=one.version.source,
            source_url=one.version.source_url,
            territory_rule=one.version.territory_rule,
            owner=names.get(one.indicator.organisation_id) if one.indicator.organisation_id else None,
            partners_agreeing=sum(stand.agrees for stand in stands[one.version.id].values()),
            partners_disagreeing=sum(not stand.agrees for stand in stands[one.version.id].values()),
            partners=len(partners),
            is_agreed=is_agreed(one, judged),
            ruling=_ruling_out(judged.get(one.indicator.id)),
        )
        for one in entries
    ]


def _fault_out(fault: Fault) -> FaultOut:
    reason = fault.reason % fault.values if fault.values else fault.reason
    return FaultOut(row=fault.row, column=fault.column, reason=reason)


def _ruling_out(ruling: Ruling | None) -> RulingOut | None:
    if ruling is None:
        return None
    return RulingOut(
        survey=ruling.survey.id,
        slug=ruling.survey.slug,
        round=ruling.round,
        version=ruling.version,
        verdict=ruling.verdict.value,
        protocol=ruling.survey.protocol_sha256,
        closed_at=ruling.closed_at,
    )

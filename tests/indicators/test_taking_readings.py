"""Readings taken over: whole or not at all, added and never replaced."""

import csv
import io

from sqlmodel import Session, select

from app.indicators.checking import Choices
from app.indicators.models import Indicator, IndicatorVersion, RegionReading
from app.indicators.queries import get_indicator, list_indicators, list_readings
from app.indicators.service import import_readings
from app.people.queries import operator
from app.people.service import create_organisation
from tests.indicators.test_indicator_import import LONG, ROOT


def areas(session: Session) -> None:
    for line in csv.DictReader((ROOT / "demo" / "regions.csv").read_text(encoding="utf-8").splitlines()):
        create_organisation(
            session,
            operator(session),
            name=line["display_name"],
            helix="industry",
            region=line["nuts_code"],
            is_partner=True,
            code=line["region_id"],
        )
    session.commit()


def test_the_demonstration_comes_in_whole_and_only_once(session: Session) -> None:
    areas(session)
    data = (ROOT / "demo" / "indicators.csv").read_bytes()
    given = Choices(edition="2021", defines=True)
    taken = import_readings(session, operator(session), "indicators.csv", data, given)
    session.commit()
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert (taken.added, taken.indicators, len(taken.report.gaps)) == (660, 22, 11)
    entries = {one.indicator.id: one for one in list_indicators(session, operator(session))}
    kept = {
        (entries[one.indicator_id].indicator.code, one.region, one.year): one
        for one in list_readings(session, list(entries))
    }
    assert len(kept) == len(rows)
    for row in rows:
        one = kept[row["indicator_id"], row["region_id"], int(row["year"])]
        assert one.value == (float(row["value"]) if row["value"] else None)
        assert (one.nuts_code, one.status, one.note) == (row["geo_code_used"], row["value_status"], row["note"])
        assert one.source == row["source"]
        assert (one.territory == "nearest") == row["note"].startswith("nearest available territory")
    again = import_readings(session, operator(session), "indicators.csv", data, given)
    assert (again.added, again.changed, again.unchanged, again.versions) == (0, 0, 660, 0)
    assert not session.dirty
    assert len(session.exec(select(RegionReading)).all()) == 660


def test_a_file_with_one_fault_leaves_nothing(session: Session) -> None:
    text = LONG.replace("unit", "unit,indicator_name,direction") + (
        "R,ES51,,2021,2020,1.5,published,units,Name,higher_better,\nR,ES52,,2021,20O4,1.5,published,units,Name,higher_better,\n"
    )
    taken = import_readings(session, operator(session), "a.csv", text.encode(), Choices(defines=True))
    assert taken.is_refused
    for table in (Indicator, IndicatorVersion, RegionReading):
        assert session.exec(select(table)).all() == []
    whole = import_readings(
        session, operator(session), "a.csv", text.replace("20O4", "2004").encode(), Choices(defines=True)
    )
    assert (whole.added, whole.indicators) == (2, 1)


def test_a_changed_value_is_added_and_the_old_one_stays(session: Session) -> None:
    text = LONG.replace("unit", "unit,indicator_name,direction") + "R,ES51,,2021,2020,1.5,,units,Name,higher_better,\n"
    for value in ("1.5", "2.5", "2.5"):
        done = import_readings(
            session, operator(session), "a.csv", text.replace("1.5", value).encode(), Choices(defines=True)
        )
        session.commit()
    assert done.unchanged == 1
    rows = session.exec(select(RegionReading)).all()
    assert sorted((one.number, one.value) for one in rows) == [(1, 1.5), (2, 2.5)]
    key = get_indicator(session, operator(session), "R").indicator.id
    assert [one.value for one in list_readings(session, [key])] == [2.5]


def test_definitions_change_only_when_asked_to(session: Session) -> None:
    head = "indicator_id,region_id,nuts_edition,year,value,unit,indicator_name,direction\n"
    text = head + "R,ES51,2021,2020,1,units,Name,higher_better\n"
    first = import_readings(session, operator(session), "a.csv", text.encode(), Choices())
    assert [str(one) for one in first.report.faults] == ["Row 2, indicator_id: R is not in the catalogue."]
    import_readings(session, operator(session), "a.csv", text.encode(), Choices(defines=True))
    other = text.replace("Name", "Other").encode()
    refused = import_readings(session, operator(session), "a.csv", other, Choices())
    assert [str(one) for one in refused.report.faults] == ["Row 2, indicator_name: differs from the catalogue: Name."]
    taken = import_readings(session, operator(session), "a.csv", other, Choices(defines=True))
    assert taken.versions == 1
    assert get_indicator(session, operator(session), "R").version.name == "Other"
    twice = text + "R,ES52,2021,2020,1,units,Another,higher_better\n"
    mixed = import_readings(session, operator(session), "a.csv", twice.encode(), Choices(defines=True))
    assert [str(one) for one in mixed.report.faults] == ["Row 3, indicator_name: differs from row 2."]
    bad = text.replace("higher_better", "up").replace("R,", "N,")
    unknown = import_readings(session, operator(session), "a.csv", bad.encode(), Choices(defines=True))
    assert "Row 2, direction: is none of higher_better, lower_better and context." in [
        str(one) for one in unknown.report.faults
    ]
    lacking = "indicator_id,region_id,nuts_edition,year,value,unit,source\nM,ES51,2021,2020,1,units,Somewhere\n"
    undefined = import_readings(session, operator(session), "a.csv", lacking.encode(), Choices(defines=True))
    assert [one.column for one in undefined.report.faults] == ["indicator_name", "direction"]
    long_name = text.replace("R,", "L,").replace("Name", "n" * 201)
    too_long = import_readings(session, operator(session), "a.csv", long_name.encode(), Choices(defines=True))
    assert [str(one) for one in too_long.report.faults] == ["Row 2, indicator_name: is too long, or no such value."]

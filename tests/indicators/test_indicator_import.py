"""Readings come in from real files as they stand there, and nothing comes in from a file with a fault."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from app.core.errors import Invalid
from app.documents.sheets import FaultyFile
from app.indicators.checking import Choices, Known, Report, check
from app.indicators.reading import read_observations
from app.indicators.rules import Status, Territory

ROOT = Path(__file__).resolve().parents[2]


FILES = Path(__file__).with_name("files")


INCOME = "eurostat_tgs00026_household_income_pps_nuts2.csv"


INTERNET = "eurostat_daily_internet_users.csv"


STAFF = "eurostat_rd_personnel_2009_2018.csv"


KNOWN = {"R": Known("units"), "S": Known("%")}


AREAS = {"CAT": ("ES51",), "BGX": ("BG", "BG41"), "NET": ()}


LONG = "indicator_id,region_id,geo_code_used,nuts_edition,year,value,value_status,unit,note\n"


RIGHT = "R,ES51,,2021,2020,1.5,published,units,\n"


def reported(name: str, text: str | bytes, **choices: Any) -> Report:
    data = text.encode() if isinstance(text, str) else text
    return check(name, read_observations(name, data), KNOWN, AREAS, Choices(**choices))


def faults(text: str, **choices: Any) -> list[str]:
    report = reported("sheet.csv", text, **choices)
    assert not (report.faults and report.readings)
    return [str(fault) for fault in report.faults]


def independent(name: str) -> tuple[set[str], list[dict[str, str]]]:
    """The codes of NUTS 2021 and the rows of a file, read by nothing of ours."""
    with (FILES / "nuts_2021_codes_names.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code_2021"].strip() for row in csv.DictReader(file)} - {""}
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return codes | {"EU27_2020", "EU28", "EA19"}, list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "unit", "rows", "gaps"),
    [(INCOME, "PPS_EU27_2020_HAB", 2723, 0), (INTERNET, "", 2973, 0), (STAFF, "FTE", 956, 283)],
)
def test_files_of_eurostat_come_in_as_they_are(name: str, unit: str, rows: int, gaps: int) -> None:
    codes, lines = independent(name)
    assert (len(lines), sum(not line["values"] for line in lines)) == (rows, gaps)
    given = Choices(edition="2021", indicator="R", unit=unit, leaves_out=True)
    report = check(name, read_observations(name, (FILES / name).read_bytes()), KNOWN, {}, given)
    assert report.faults == []
    expected = {
        (line["geo"], int(float(line["time"]))): float(line["values"]) if line["values"] else None
        for line in lines
        if line["geo"] in codes
    }
    assert {(one.region, one.year): one.value for one in report.readings} == expected
    assert {(one.region, one.year) for one in report.gaps} == {key for key, value in expected.items() if value is None}
    assert len(report.left_out) == len(lines) - len(expected)
    assert {one.row for one in report.left_out} == {
        row for row, line in enumerate(lines, start=2) if line["geo"] not in codes
    }
    assert all((one.status is Status.MISSING) == (one.value is None) for one in report.readings)
    pairs = len({region for region, _ in expected}) * len({year for _, year in expected})
    assert report.absent.get("R", 0) == pairs - len(expected)


def test_without_leaving_out_each_code_of_another_edition_is_a_fault() -> None:
    given = Choices(edition="2021", indicator="R")
    report = check(INTERNET, read_observations(INTERNET, (FILES / INTERNET).read_bytes()), KNOWN, {}, given)
    assert len(report.faults) == 96
    assert report.readings == []
    assert "NO05 is a code of NUTS 2016, not of NUTS 2021" in "\n".join(map(str, report.faults))
    under_2016 = replace(given, edition="2016")
    report = check(INCOME, read_observations(INCOME, (FILES / INCOME).read_bytes()), KNOWN, {}, under_2016)
    assert "HR02 is a code of NUTS 2021, not of NUTS 2016" in "\n".join(map(str, report.faults))


def test_the_list_of_codes_is_that_of_eurostat() -> None:
    with (FILES / "nuts_2021_codes_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (ROOT / "app" / "indicators" / "nuts.csv").open(encoding="utf-8", newline="") as file:
        ours = list(csv.DictReader(file))
    assert {row["code"] for row in ours if row["in_2021"]} == {row["code_2021"].strip() for row in rows} - {""}
    assert {row["code"] for row in ours if row["in_2016"]} == {row["code_2016"].strip() for row in rows} - {""}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('R,ES51,,2021,2020,"1,5",published,units,\n', "Row 3, value: has a decimal comma: write 12.5."),
        ('R,ES51,,2021,2020,"12,500.0",published,units,\n', "Row 3, value: has separators of thousands: write 12500."),
        ("R,ES51,,2021,2020,12 500,published,units,\n", "Row 3, value: has separators of thousands: write 12500."),
        (
            "R,ES51,,2021,2020,:,missing,units,\n",
            "Row 3, value: has Eurostat's sign for a missing value: leave it empty, with the status missing.",
        ),
        (
            "R,ES51,,2021,2020,1.5 e,published,units,\n",
            "Row 3, value: has a flag of Eurostat behind the number: put it into the status or the note.",
        ),
        ("R,ES51,,2021,20O4,1.5,published,units,\n", "Row 3, year: is not a year."),
        (
            "R,FR10,,2021,2020,1.5,published,units,\n",
            "Row 3, region_id: stands in row 2 already: the same indicator, region and year.",
        ),
        ("R,ES51,,2021,2020,1.5,published,%,\n", "Row 3, unit: is in %, while R is measured in units."),
        (
            "R,ES51,,2016,2020,1.5,published,units,\n",
            "Row 3, nuts_edition: is of NUTS 2016, while row 2 is of NUTS 2021: two editions are mixed.",
        ),
        (
            "R,NO05,,2021,2020,1.5,published,units,\n",
            "Row 3, geo_code_used: NO05 is a code of NUTS 2016, not of NUTS 2021.",
        ),
        ("R,XX99,,2021,2020,1.5,published,units,\n", "Row 3, geo_code_used: XX99 is not in the list of NUTS 2021."),
        (
            "R,GR11,ES51,2021,2020,1.5,published,units,\n",
            "Row 3, region_id: GR11 is not in the list of NUTS 2021, nor the code of a partner.",
        ),
        (
            "R,ES51,,2024,2020,1.5,published,units,\n",
            "Row 3, nuts_edition: is no edition of NUTS there is a list of (2021, 2016).",
        ),
        (
            "R,ES51,,,2020,1.5,published,units,\n",
            "Row 3, nuts_edition: names no edition of NUTS: choose the one its codes are of.",
        ),
        ("T,ES51,,2021,2020,1.5,published,units,\n", "Row 3, indicator_id: T is not in the catalogue."),
        (
            ",ES51,,2021,2020,1.5,published,units,\n",
            "Row 3, indicator_id: is empty, too long, or has signs that do not belong in a code.",
        ),
        (
            "R/2,ES51,,2021,2020,1.5,published,units,\n",
            "Row 3, indicator_id: is empty, too long, or has signs that do not belong in a code.",
        ),
        (
            "R,ES51,,2021,2020,1.5,guess,units,\n",
            "Row 3, value_status: is none of published, estimated, illustrative and missing.",
        ),
        (
            'R,ES51,,2021,2020,"1,500",published,units,\n',
            "Row 3, value: has a comma, of decimals or of thousands: write 12.5 or 12500.",
        ),
        ("R,ES51,,2021,2020,,published,units,\n", "Row 3, value: is empty, and the status does not say missing."),
        ("R,ES51,,2021,2020,1.5,missing,units,\n", "Row 3, value: has a value, and the status says missing."),
        ("R,ES51,,2021,2020,1.5,published,units," + "x" * 2001 + "\n", "Row 3, note: is too long."),
    ],
)
def test_bad_rows_are_named_by_row_and_column(rows: str, said: str) -> None:
    first = "R,FR10,,2021,2020,2.5,published,units,\n"
    assert faults(LONG + first + rows) == [said]


def test_all_faults_are_named_at_once_in_order() -> None:
    text = (
        LONG + "R,ES51,,2021,20O4,1;5,published,units,\n".replace(";", ".") + "R,XX,,2021,2020,:,missing,%,\n" + RIGHT
    )
    assert [one.partition(":")[0] for one in faults(text)] == [
        "Row 2, year",
        "Row 3, unit",
        "Row 3, geo_code_used",
        "Row 3, value",
    ]


def test_a_partners_area_by_its_code_and_by_its_own_is_one_region() -> None:
    other = RIGHT.replace("ES51,,", "CAT,ES51,")
    again = "Row 3, region_id: stands in row 2 already: the same indicator, region and year."
    assert faults(LONG + RIGHT + other) == [again]
    assert faults(LONG + other + RIGHT) == [again]
    assert faults(LONG + RIGHT.replace("ES51,,", "BGX,BG41,") + RIGHT.replace("ES51", "BG41")) == []
    shared = AREAS | {"TWO": ("ES51",)}
    found = read_observations("a.csv", (LONG + other + other.replace("CAT", "TWO")).encode())
    assert check("a.csv", found, KNOWN, shared, Choices()).faults == []


def test_an_edition_is_asked_for_and_not_guessed() -> None:
    text = "indicator_id,region_id,year,value\nR,ES51,2020,1\n"
    assert faults(text) == ["Row 2, nuts_edition: names no edition of NUTS: choose the one its codes are of."]
    assert faults(text, edition="2021") == []


def test_nearest_territories_and_gaps_are_reported() -> None:
    rows = "R,CAT,ES51,2021,2020,1,,,\nR,BGX,BG41,2021,2020,2,,,\nR,NET,EU27_2020,2021,2020,3,,,\n"
    rows += "R,BGX,BG,2021,2021,,missing,,not yet\n"
    report = reported("sheet.csv", LONG + rows)
    assert [one.territory for one in report.readings] == [
        *(Territory.OWN, Territory.NEAREST, Territory.REFERENCE, Territory.OWN)
    ]
    assert [(one.region, one.nuts_code) for one in report.nearest] == [("BGX", "BG41")]
    assert [(one.region, one.year, one.note) for one in report.gaps] == [("BGX", 2021, "not yet")]
    assert report.absent == {"R": 2}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", "indicator_id,region_id,year\n", "Row 1, value: is missing."),
        ("a.csv", "indicator_id,region_id,year,value,value\n", "Row 1, value: stands twice."),
        ("a.csv", "indicator_id,region_id,year,value,colour\n", "Row 1, colour: is not a column of this format."),
        (
            "a.csv",
            "indicator_id,region_id,year,value\nR,ES51,2020,1,2\n",
            "Row 2, row: has more cells than the header.",
        ),
        (
            "a.csv",
            "unit,geo,time,values\nA,ES51,2020,1\nB,ES51,2020,1\n",
            "Row 3, unit: has several values (A, B): choose one before the import.",
        ),
        ("a.csv", "geo,obs_value\nES51,1\n", "Row 1, time_period: is missing."),
        (
            "a.tsv",
            "unit,geo\\time\t2020\nA,ES51\t1\nB,ES51\t1\n",
            "Row 3, unit: has several values (A, B): choose one before the import.",
        ),
        ("a.tsv", "unit,geo\\time\t2020\nA,ES51\t1\t2\n", "Row 2, row: has more cells than the header."),
        ("a.tsv", "unit,geo\\time\t2020\nES51\t1\n", "Row 2, unit,geo\\time: is missing."),
    ],
)
def test_bad_heads_are_named(name: str, data: str, said: str) -> None:
    with pytest.raises(FaultyFile) as refused:
        read_observations(name, data.encode())
    assert [str(fault) for fault in refused.value.faults] == [said]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF"),
        ("a.tsv", b""),
        ("a.tsv", b"\xff\xfe"),
        ("a.tsv", b"a,b\t2020\n"),
        ("a.json", b"{}"),
        ("a.json", b"[1]"),
        ("a.json", b"{" * 100_000),
        ("a.json", b'{"class": "collection"}'),
        ("a.xlsx", b"no zip"),
        ("a.csv", b"x" * 20_000_001),
        ("a.csv", LONG.encode()),
        ("a.csv", b"geo,time,values\n"),
        ("a.tsv", b"geo\\time\t2020\n"),
    ],
)
def test_what_is_no_such_file_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(Invalid):
        read_observations(name, data)


def found_in(report: Report) -> list[tuple[str, int, float | None, str, str]]:
    assert [str(fault) for fault in report.faults] == []
    return sorted((one.region, one.year, one.value, one.status.value, one.flags) for one in report.readings)


EXPECTED = [
    ("BG", 2020, None, "missing", ""),
    ("BG", 2021, 7.5, "estimated", "e"),
    ("ES51", 2020, 12.5, "published", "b"),
    ("ES51", 2021, 13.0, "published", ""),
]


TSV = "freq,unit,geo\\TIME_PERIOD\t2020 \t2021 \nA,PC,BG\t: \t7.5 e\nA,PC,ES51\t12.5 b\t13\n"


SDMX = (
    "DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n"
    "ESTAT:X(1.0),01/01/26,A,PC,BG,2020,,,\nESTAT:X(1.0),01/01/26,A,PC,BG,2021,7.5,e,\n"
    "ESTAT:X(1.0),01/01/26,A,PC,ES51,2020,12.5,b,\nESTAT:X(1.0),01/01/26,A,PC,ES51,2021,13,,\n"
)


JSON_STAT: dict[str, Any] = {
    "version": "2.0",
    "class": "dataset",
    "id": ["freq", "unit", "geo", "time"],
    "size": [1, 1, 2, 2],
    "dimension": {
        "freq": {"category": {"index": {"A": 0}}},
        "unit": {"category": {"label": {"PC": "Percentage"}}},
        "geo": {"category": {"index": {"ES51": 1, "BG": 0}}},
        "time": {"category": {"index": ["2020", "2021"]}},
    },
    "value": {"1": 7.5, "2": 12.5, "3": 13},
    "status": {"0": ":", "1": "e", "2": "b"},
}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tsv", TSV),
        ("a.csv", SDMX),
        ("a.json", json.dumps(JSON_STAT)),
        ("a.json", json.dumps(JSON_STAT | {"value": [None, 7.5, 12.5, 13], "status": [":", "e", "b", None]})),
    ],
)
def test_eurostats_formats_say_the_same(name: str, data: str) -> None:
    report = reported(name, data, edition="2021", indicator="S", unit="PC")
    assert found_in(report) == EXPECTED
    wrong = reported(name, data, edition="2021", indicator="S")
    assert "is in PC: say that this is the unit of S (%)" in str(wrong.faults[0])
    other = reported(name, data, edition="2021", indicator="S", unit="EUR")
    assert "is in PC, while S is measured in %" in str(other.faults[0])
    nothing = reported(name, data, edition="2021", unit="PC")
    assert "names no indicator" in str(nothing.faults[0])
    # what was not chosen is said once, not of every row
    assert len(wrong.faults) == len(other.faults) == len(nothing.faults) == 1


def test_flags_and_numbers_of_eurostat_are_held_to_its_rules() -> None:
    bad = TSV.replace("7.5 e", "7.5 x").replace("12.5 b", "12,5 b")
    report = reported("a.tsv", bad, edition="2021", indicator="S", unit="PC")
    assert [str(fault) for fault in report.faults] == [
        "Row 2, 2021: has a flag that Eurostat does not use.",
        "Row 3, 2020: has a decimal comma: write 12.5.",
    ]


def test_json_stat_of_another_shape_is_refused() -> None:
    for change in (
        {"size": [1, 1, 2, 3]},
        {"size": [1, 1, 2, 200_000]},
        {"id": ["freq", "unit", "geo", "age"]},
    ):
        with pytest.raises(Invalid):
            read_observations("a.json", json.dumps(JSON_STAT | change).encode())
    units = {**JSON_STAT["dimension"], "unit": {"category": {"index": ["PC", "EUR"]}}}
    several = JSON_STAT | {"dimension": units, "size": [1, 2, 2, 2]}
    with pytest.raises(FaultyFile):
        read_observations("a.json", json.dumps(several).encode())


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_says_what_its_sheet_says() -> None:
    head = LONG.strip().split(",")
    data = workbook([head, ["R", "ES51", None, 2021, 2020, 1.5, "published", "units", "note"]])
    report = reported("a.xlsx", data)
    assert report.faults == []
    assert [(one.year, one.value, one.note) for one in report.readings] == [(2020, 1.5, "note")]

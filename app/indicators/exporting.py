"""Readings and profiles as documents, for files."""

from collections.abc import Callable, Sequence

from app.core.catalogues import translate
from app.documents.document import Column, Document, Note, Table
from app.documents.to_csv import to_csv
from app.documents.to_json import to_json
from app.documents.to_xlsx import to_xlsx
from app.indicators.models import RegionReading
from app.indicators.profiles.queries import RegionProfile
from app.indicators.profiles.rules import Scale
from app.indicators.queries import Entry

WRITERS: dict[str, Callable[[Document], bytes]] = {"csv": to_csv, "xlsx": to_xlsx, "json": to_json}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
READING_COLUMNS = (
    *("indicator_id", "indicator_name", "dimension", "unit", "direction", "definition", "source", "source_url"),
    *("territory_rule", "region_id", "geo_code_used", "nuts_edition", "year", "value", "value_status", "note"),
)
PROFILE_COLUMNS = {
    "indicator": "Indicator",
    "name": "Name",
    "dimension": "Dimension",
    "unit": "Unit",
    "value": "Value",
    "year": "Year",
    "score": "Score",
    "middle": "Median beside it",
    "gap": "Gap",
    "low": "Lowest",
    "high": "Highest",
    "skewness": "Skewness",
}
AGREED, WHOLE = "The agreed set", "The whole catalogue"
METHOD = (
    "Scores lie between the lowest (0) and the highest (1) value of the reference set in these years, reversed where "
    "lower is better. Square roots come first where skewness is above 1. Nothing missing is filled in."
)


def readings_document(entries: Sequence[Entry], readings: Sequence[RegionReading], language: str) -> Document:
    """All readings in the long format that the import reads again; its headings are those of the format."""
    numeric = {"value": 12}
    columns = [Column(key, key, numeric.get(key, 0 if key == "year" else None)) for key in READING_COLUMNS]
    by_key = {one.indicator.id: one for one in entries}
    rows = [
        (
            by_key[one.indicator_id].indicator.code,
            *(getattr(by_key[one.indicator_id].version, name) for name in ("name", "dimension", "unit", "direction")),
            by_key[one.indicator_id].version.definition,
            one.source,
            *(getattr(by_key[one.indicator_id].version, name) for name in ("source_url", "territory_rule")),
            *(one.region, one.nuts_code, one.nuts_edition, one.year, one.value, one.status, one.note),
        )
        for one in sorted(readings, key=lambda one: (by_key[one.indicator_id].indicator.code, one.region, one.year))
    ]
    return Document(translate(language, "Readings"), language, [Table(translate(language, "Readings"), columns, rows)])


def profile_document(found: RegionProfile, language: str) -> Document:
    """The lines of a profile with their scales, and how they came about."""
    digits = {"value": 2, "year": 0, **dict.fromkeys(("score", "middle", "gap", "low", "high", "skewness"), 4)}
    columns = [Column(key, translate(language, word), digits.get(key)) for key, word in PROFILE_COLUMNS.items()]
    versions = {one.indicator.code: one.version for one in found.entries}
    rows: list[tuple[str | float | int | None, ...]] = []
    for line in found.lines:
        scale, version = found.profile.scales[line.code], versions[line.code]
        ends = (scale.low, scale.high, scale.skewness) if isinstance(scale, Scale) else (None, None, None)
        newest = (line.newest.value, line.newest.year) if line.newest else (None, None)
        named = (line.code, version.name, version.dimension, version.unit)
        rows.append((*named, *newest, line.score, line.middle, line.gap, *ends))
    title = found.values.name(found.region)
    years = found.setting.years
    names = ", ".join(found.values.name(one) for one in found.setting.reference)
    notes = [
        Note(translate(language, "Reference set"), names),
        Note(translate(language, "Years"), f"{years[0]}–{years[-1]}"),
        Note(translate(language, "Indicators"), translate(language, AGREED if found.setting.is_agreed else WHOLE)),
        Note(translate(language, "Method"), translate(language, METHOD)),
    ]
    return Document(title, language, [Table(title, columns, rows)], notes)

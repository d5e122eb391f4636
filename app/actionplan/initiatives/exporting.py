"""All initiatives in a file that the import reads again."""

import csv
import io
import json
from typing import Any

import xlsxwriter
from sqlmodel import Session

from app.actionplan.initiatives.cells import write_cell
from app.actionplan.initiatives.importing import LISTS, NUMBERS, PARTS, TEXTS, TRANSLATED
from app.actionplan.initiatives.queries import list_initiatives, list_topics
from app.actionplan.initiatives.schemas import read_content
from app.core.errors import Invalid
from app.core.words import LANGUAGES
from app.documents.to_csv import safe
from app.documents.to_xlsx import CREATED
from app.people.rules import Actor

LONGEST_CELL = 32767


def export_initiatives(session: Session, actor: Actor, kind: str) -> bytes:
    """The newest versions as `json`, `csv` or `xlsx`; nothing is left out. Their `status` is the initiative's state.

    Raises Invalid for another format, and for a text longer than a cell of a workbook can be.
    """
    contents = [
        read_content(version.content) | {"status": initiative.state}
        for initiative, version in list_initiatives(session, actor)
    ]
    if kind == "json":
        topics = [{"id": topic.external_id, "label": topic.label} for topic in list_topics(session, actor)]
        file = {"format": "initiative-catalogue/1", "topics": topics, "initiatives": contents}
        return (json.dumps(file, ensure_ascii=False, indent=1) + "\n").encode()
    rows = [_header(), *(_row(content) for content in contents)]
    if kind == "csv":
        text = io.StringIO(newline="")
        # the sheet reader takes the apostrophe off again
        csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
        return text.getvalue().encode("utf-8-sig")
    if kind == "xlsx":
        return _xlsx(rows)
    raise Invalid("Initiatives are written as json, csv or xlsx.")


def _header() -> list[str]:
    texts = [f"{base}_{language}" for base in TRANSLATED for language in LANGUAGES]
    return ["id", *texts, *TEXTS, *NUMBERS, *LISTS, *PARTS]


def _row(content: dict[str, Any]) -> list[str]:
    texts = [content[base].get(language, "") for base in TRANSLATED for language in LANGUAGES]
    numbers = ["" if content[name] is None else str(content[name]) for name in NUMBERS]
    lists = [write_cell([part] for part in content[name]) for name in LISTS]
    parts = [write_cell(_entries(name, content[name])) for name in PARTS]
    return [content["id"], *texts, *(content[name] for name in TEXTS), *numbers, *lists, *parts]


def _entries(name: str, value: Any) -> list[list[str]]:
    if name == "cost_by_year_eur":
        return [[year, str(euros)] for year, euros in value.items()]
    if value is None:
        return []
    if name == "trl_range":
        return [[str(level)] for level in value]
    # what was kept before targets had a region has no such parts
    parts = [part for part in PARTS[name] if any(part in one for one in value)]
    return [["" if one.get(part) is None else str(one[part]) for part in parts] for one in value]


def _xlsx(rows: list[list[str]]) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED})
    sheet = book.add_worksheet("Initiatives")
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if len(text) > LONGEST_CELL:
                raise Invalid("A text is longer than a cell of a workbook can be. Take the CSV or JSON file instead.")
            sheet.write_string(number, column, text)
    sheet.freeze_panes(1, 1)
    book.close()
    return data.getvalue()

"""A drawing of how satisfied people are with the programmes of a category, with intervals where there are any."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.documents.document import Column, Figure, Table
from app.programmes.rules import HIGHEST_SATISFACTION
from app.reports.building import Pen, titled
from app.reports.drawing import EDGE, WIDTH, Canvas, fitting

NAMES, HEAD, ROW = 290, 26, 24
TICKS = (0, 2, 4, 6, 8, 10)


def satisfaction_figure(pen: Pen, category: str, rows: Sequence[Mapping[str, Any]]) -> Figure | None:
    """A dot for each programme whose satisfaction is stated, and its interval; None where none is."""
    known = [row for row in rows if row["facts"].satisfaction is not None]
    if not known:
        return None
    title = pen.say(
        "%(name)s: satisfaction is stated of %(known)s of %(count)s programmes, with an interval of %(sure)s",
        name=category,
        known=len(known),
        count=len(rows),
        sure=sum(row["interval"] is not None for row in known),
    )
    alt = pen.say("A dot for each programme on a scale from 0 to 10, and a bar for its interval where there is one.")
    columns = [
        Column("code", pen.say("Code")),
        Column("satisfaction", pen.say("Satisfaction (0 to 10)"), 1),
        Column("low", pen.say("Satisfaction, lower end"), 1),
        Column("high", pen.say("Satisfaction, upper end"), 1),
    ]
    cells = [
        [
            row["facts"].code,
            row["facts"].satisfaction,
            *((one.low, one.high) if (one := row["interval"]) else (None, None)),
        ]
        for row in known
    ]
    table = Table(titled(pen, pen.say("Satisfaction"), category), columns, cells)
    return Figure(title, alt, _drawing(pen, known), b"", table, width=0.7)


def _drawing(pen: Pen, rows: Sequence[Mapping[str, Any]]) -> str:
    sheet = Canvas(pen.language, HEAD + len(rows) * ROW + EDGE)
    left, right = NAMES + 12, WIDTH - EDGE - 12

    def at(value: float) -> float:
        return round(left + value / HIGHEST_SATISFACTION * (right - left), 2)

    for tick in TICKS:
        sheet.line(at(tick), HEAD - 6, at(tick), sheet.height - EDGE)
        sheet.text(at(tick), HEAD - 11, pen.number(tick), 10, "ink-2", at="middle")
    for place, row in enumerate(rows):
        y = HEAD + place * ROW + ROW / 2
        facts, interval = row["facts"], row["interval"]
        sheet.text(6, y + 4, fitting(f"{facts.code} {facts.name}", 10.5, NAMES - 8, 1)[0], 10.5)
        if interval:
            sheet.rect(at(interval.low), y - 4, at(interval.high) - at(interval.low), 8, "q2")
        sheet.dot(at(facts.satisfaction), y, 4.5, "brand")
    return sheet.svg()

"""The board of a running survey as its page shows it: names for codes, and the geometry of its figures."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.core.catalogues import translate
from app.mail.reasons import in_words
from app.surveys.authoring.models import Survey
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.live_board import Board, Cell, Course, Group, Line
from app.surveys.rounds.live_rules import Target, calls, half_width, shade
from app.surveys.rounds.models import Round
from app.surveys.rounds.rules import Standing, answers_needed, end_of
from app.web.helices import Mark

BAR = 120
CHART_WIDTH, CHART_HEIGHT = 640, 150
WEAKEST = 6

STANDING_NAMES = {
    Standing.WAITING: "Not mailed yet",
    Standing.SENT: "Mailed",
    Standing.STARTED: "Begun",
    Standing.DONE: "Finished",
    Standing.DECLINED: "Declined",
    Standing.STOPPED: "Wants no mails",
    Standing.BOUNCED: "Mail came back",
}
LEFT_NAMES = STANDING_NAMES | {Standing.SENT: "Mailed and not begun"}
"""As the board names them: who has begun or finished is counted elsewhere, where it is known who has."""
MAILED_NAMES = {
    MailKind.INVITATION: "Invitations",
    MailKind.NEXT_ROUND: "Invitations",
    MailKind.REMINDER: "Reminders",
}


def board_view(
    survey: Survey,
    board: Board,
    current: Round | None,
    marks: Sequence[Mark],
    regions: Mapping[str, str],
    language: str,
    today: date,
) -> dict[str, Any]:
    """What the page shows of a board, ready for the template."""
    needed = answers_needed(survey.scale_high - survey.scale_low + 1)
    names = {mark.code: mark.label for mark in marks}
    places = [place for line in board.lines for place in _places(board, line, names, regions)]
    weakest = sorted(places, key=_weakness)
    return {
        "board": board,
        "needed": needed,
        "marks": {mark.code: mark for mark in marks},
        "regions": list(regions.values()),
        "rows": [_row_view(line) for line in board.lines],
        "targets": [_target_view(survey, line, needed) for line in board.lines],
        "calls": [
            {"code": call.code, "name": names[call.code], "more": call.more, "group": _group_for(board, call.code)}
            for call in calls(
                [Target(one.code, one.invited, one.done) for one in board.lines], needed, survey.minimum_group
            )
        ]
        if board.is_open and not board.is_for_ideas
        else [],
        "weakest": weakest[:WEAKEST],
        "others": weakest[WEAKEST:],
        "states": [
            (translate(language, (STANDING_NAMES if survey.is_anonymous else LEFT_NAMES)[one]), count)
            for one, count in board.standings
        ],
        "bounces": [(in_words(problem, language), count) for problem, count in board.bounces],
        "stops": _stops_view(board),
        "course": _course_view(board.course, current, language, today) if board.course and current else None,
    }


def group_view(group: Group, names: Mapping[str, str], regions: Mapping[str, str], unknown: str) -> dict[str, Any]:
    """A group to remind: its helices, each with its regions, and how many mails it makes."""
    helices: dict[str, list[str]] = {}
    for helix, region in group.places:
        helices.setdefault(helix, []).append(region)
    return {
        "key": group.key,
        "mails": group.mails,
        "resting": group.resting,
        "places": [
            {
                "name": names.get(helix, unknown),
                "regions": [regions.get(one, unknown) for one in own] if regions else [],
            }
            for helix, own in helices.items()
        ],
    }


def _row_view(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "invited": line.invited,
        "begun": line.begun,
        "done": line.done,
        "cells": [
            {
                "invited": cell.invited,
                "done": cell.done,
                "shade": _shade(cell),
                "is_nobody": cell.done is None and not cell.invited,
            }
            for cell in line.cells
        ],
    }


def _shade(cell: Cell) -> int | None:
    return None if cell.done is None else shade(cell.done, cell.invited)


def _target_view(survey: Survey, line: Line, needed: int) -> dict[str, Any]:
    levels = survey.scale_high - survey.scale_low + 1
    reach = max(line.invited, line.done or 0)
    return {
        "code": line.code,
        "done": line.done,
        "bar": round(min(1.0, (line.done or 0) / needed) * BAR, 1),
        "more": None if line.done is None else max(0, needed - line.done),
        "now": round(half_width(levels, line.done), 1) if line.done else None,
        # what is out of reach even if everybody on the list answers
        "best": round(half_width(levels, reach), 1) if survey.minimum_group <= reach < needed else None,
        "is_too_small": 0 < line.invited < survey.minimum_group and line.done is None,
    }


def _places(board: Board, line: Line, names: Mapping[str, str], regions: Mapping[str, str]) -> list[dict[str, Any]]:
    """The places of a helix as the list of the weakest names them: hidden ones together, for their sum is no secret."""
    shown = [[cell] for cell in line.cells if cell.done is not None]
    hidden = [cell for cell in line.cells if cell.done is None and cell.invited]
    found: list[dict[str, Any]] = []
    for cells in [*shown, *([hidden] if hidden else [])]:
        known = [cell.done for cell in cells if cell.done is not None]
        rest = None if line.done is None else line.done - sum(cell.done or 0 for cell in line.cells)
        group = next((one for one in board.groups if (line.code, cells[0].region) in one.places), None)
        found.append(
            {
                "code": line.code,
                "name": names[line.code],
                # a helix as a whole needs no list of all regions
                "regions": [regions[cell.region] for cell in cells if cell.region in regions] if shown else [],
                "invited": sum(cell.invited for cell in cells),
                "done": sum(known) if known else rest,
                "group": group,
            }
        )
    return [one for one in found if one["invited"] or one["done"]]


def _weakness(place: Mapping[str, Any]) -> tuple[float, int, str, str]:
    """Hidden helices first and by the number invited: their order must not tell what is hidden."""
    share = -1.0 if place["done"] is None else place["done"] / max(1, place["invited"])
    return share, -place["invited"], place["code"], " ".join(place["regions"])


def _group_for(board: Board, helix: str) -> Group | None:
    """The group of a helix with most people to remind."""
    own = [group for group in board.groups if group.mails and any(code == helix for code, _ in group.places)]
    return max(own, key=lambda group: (group.mails, group.key), default=None)


def _stops_view(board: Board) -> list[dict[str, Any]]:
    most = max((one.people for one in board.stops), default=1)
    return [
        {
            "first": one.first,
            "last": one.last,
            "people": one.people,
            "bar": round(BAR * one.people / most, 1),
            "share": one.people / board.begun,
        }
        for one in board.stops
    ]


def _course_view(course: Course, current: Round, language: str, today: date) -> dict[str, Any]:
    """A step line of all sent so far over the days of the round, with the days of mails and the closing."""
    closing = (current.closes_at - timedelta(seconds=1)).date() if current.closes_at else None
    last = max([day for day in (closing, today if current.closed_at is None else None) if day] or [course.first_day])
    span = max(1, (last - course.first_day).days + 1)
    total = sum(one.people for one in course.stretches)

    def x(day: date) -> float:
        return round(CHART_WIDTH * (day - course.first_day).days / span, 1)

    rows: list[dict[str, Any]] = []
    path, so_far = f"M0 {CHART_HEIGHT}", 0
    for one in course.stretches:
        first, end = (course.first_day + timedelta(days=place) for place in (one.first, one.last))
        so_far += one.people
        rows.append({"first": first, "last": end, "count": one.people, "so_far": so_far})
        path += f"H{x(end + timedelta(days=1))}V{round(CHART_HEIGHT * (1 - so_far / total), 1)}"
    return {
        "rows": rows,
        "path": path,
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "first": course.first_day,
        "last": last,
        "total": total,
        "closing": x(end_of(closing).date()) if closing else None,
        "closes_on": closing,
        "mails": [
            {"day": day, "word": translate(language, MAILED_NAMES[MailKind(kind)]), "count": count, "x": x(day)}
            for day, kind, count in course.mails
        ],
    }

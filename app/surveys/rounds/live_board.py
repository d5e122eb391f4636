"""The numbers of a running survey, read at one moment: what may not be shown is left out here, and goes no further."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.clock import today
from app.core.tokens import sign
from app.mail.models import OutboxMessage
from app.surveys.answering.queries import (
    count_begun,
    count_minutes,
    count_sent_by_day,
    form_of,
    list_unfinished,
)
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import codes_of, list_questions, list_sections
from app.surveys.authoring.rules import split_code
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.inviting import is_too_soon
from app.surveys.rounds.live_rules import (
    ShownTable,
    Stretch,
    both_shown,
    furthest_page,
    groups_to_remind,
    median_minutes,
    shown_table,
    stretches,
)
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.people import bounces_of, standings_of
from app.surveys.rounds.queries import find_last_round, is_over, list_invitations
from app.surveys.rounds.rules import MAY_BE_REMINDED, Standing, asked_in

ASKING = (MailKind.INVITATION, MailKind.NEXT_ROUND, MailKind.REMINDER)
"""The mails that ask people to answer."""

COUNTED = (Standing.STARTED, Standing.DONE)
OUT = (Standing.WAITING, Standing.DECLINED, Standing.STOPPED, Standing.BOUNCED)
"""Those of whom the list of people says so, and who have not begun."""
BEGUN, DONE = 0, 1
MOST_LOOKED_AT = 1000
"""Of more people who have not sent, where they stop is estimated: the page costs no more for more people."""

Place = tuple[str, str]
"""A helix and a region by their codes; either is empty where it is not known."""


@dataclass(frozen=True)
class Cell:
    """One helix in one region: how many are invited, and how many have sent if that may be shown."""

    region: str
    invited: int
    done: int | None


@dataclass(frozen=True)
class Line:
    """One helix: invited, begun and sent as far as they may be shown, and its cells by region."""

    code: str
    invited: int
    begun: int | None
    done: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """Places that are reminded together: how many mails that makes, and how many people the last 48 hours mailed."""

    places: tuple[Place, ...]
    mails: int
    resting: int

    @property
    def key(self) -> str:
        """A short name of the group, the same as long as it holds the same places."""
        return hashlib.sha256(repr(self.places).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Course:
    """What was sent from day to day, in stretches of days, and on which days how many mails went out."""

    first_day: date
    stretches: tuple[Stretch, ...]
    mails: tuple[tuple[date, str, int], ...]


@dataclass(frozen=True)
class Board:
    """Everything the page of a running survey shows but words: two boards that are equal look the same."""

    is_open: bool
    is_for_ideas: bool
    invited: int
    without_place: int
    begun: int
    done: int
    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    standings: tuple[tuple[Standing, int], ...]
    bounces: tuple[tuple[str, int], ...]
    minutes: int | None
    pages: int
    stops: tuple[Stretch, ...]
    course: Course | None
    drawn: int | None = None
    """From how many it was estimated where people stop; None where all were looked at."""


def version_of(board: Board, secret: str) -> str:
    """What changes when a number on the board does; without the installation's secret nobody can try numbers out."""
    return sign(secret, "board", repr(board))[:16]


def read_board(session: Session, survey: Survey) -> Board:
    """The board of the survey's last round."""
    current = find_last_round(session, survey.id)
    is_open = current is not None and not is_over(current)
    invitations = list_invitations(session, survey.id)
    standings = standings_of(session, survey, current if is_open else None)
    counts = count_begun(session, current.id) if current else {}
    helices, regions = (codes_of(session, survey.id, code) for code in ("helix", "region"))
    is_for_ideas = current is not None and current.is_for_ideas
    # ideas are no pages on a way
    unfinished, pages = (
        _places_of_stopping(session, survey, current) if current and not current.is_for_ideas else ([], 0)
    )
    may_remind = is_open and not survey.is_anonymous
    axes = _longer(helices, [one.helix for one in invitations]), _longer(regions, [one.region for one in invitations])
    shown, shown_begun = (
        _shown(survey, invitations, standings, counts, axes, which, is_known=may_remind) for which in (DONE, BEGUN)
    )
    begun, done = (sum(pair[which] for pair in counts.values()) for which in (BEGUN, DONE))
    is_drawn = bool(unfinished) and begun - done > MOST_LOOKED_AT
    bounces = Counter(bounces_of(session, survey).values())
    states = Counter(standings.values())
    return Board(
        is_open=is_open,
        is_for_ideas=is_for_ideas,
        invited=len(invitations),
        without_place=sum(one.helix not in helices or one.region not in (regions or [""]) for one in invitations),
        begun=begun,
        done=done,
        lines=tuple(_lines(invitations, counts, helices, regions or [""], shown, shown_begun)),
        groups=tuple(_groups(survey, invitations, standings, axes, shown)) if may_remind else (),
        # who has begun and who has finished is counted above, with those who came by the open address
        standings=tuple(
            (one, states[one])
            for one in Standing
            # nor is it known any more of whom nobody has begun, once the round has closed
            if states[one] and one not in COUNTED and (is_open or one is not Standing.SENT)
        ),
        bounces=tuple(bounces.most_common()),
        minutes=median_minutes(count_minutes(session, current.id), survey.minimum_group) if current else None,
        pages=pages,
        stops=tuple(
            # merged by the people looked at, then counted for all
            one._replace(people=round(one.people * (begun - done) / MOST_LOOKED_AT)) if is_drawn else one
            for one in stretches(unfinished, survey.minimum_group)
        ),
        course=_course(session, survey, current) if current else None,
        drawn=MOST_LOOKED_AT if is_drawn else None,
    )


def find_groups(board: Board, keys: Sequence[str]) -> list[Group]:
    """The groups of these names, in the board's order; names that no group bears any more are passed over."""
    return [group for group in board.groups if group.key in keys]


def people_in(groups: Sequence[Group], invitations: Sequence[Invitation]) -> set[UUID]:
    """Everybody invited in these groups, but for those in which too few could be mailed to mail any."""
    places = {place for group in groups if group.mails for place in group.places}
    return {one.id for one in invitations if (one.helix, one.region) in places}


def _longer(codes: Sequence[str], used: Sequence[str]) -> list[str]:
    return [*(codes or [""]), *sorted(set(used) - set(codes or [""]))]


def _shown(
    survey: Survey,
    invitations: Sequence[Invitation],
    standings: Mapping[UUID, Standing],
    counts: Mapping[Place, tuple[int, int]],
    axes: tuple[Sequence[str], Sequence[str]],
    which: int,
    *,
    is_known: bool,
) -> ShownTable:
    """What may be shown of those who have begun or sent, wherever they count themselves and wherever they are listed.

    Numbers of mails go by the list, so where it is known who has answered, both must allow it.
    """
    reach = _table(
        Counter((one.helix, one.region) for one in invitations if standings[one.id] not in OUT), axes[0], axes[1]
    )
    stated = _table({place: pair[which] for place, pair in counts.items()}, axes[0], axes[1])
    shown = shown_table(stated, reach, survey.minimum_group)
    if not is_known:
        return shown
    wanted = COUNTED if which == BEGUN else (Standing.DONE,)
    listed = Counter((one.helix, one.region) for one in invitations if standings[one.id] in wanted)
    return both_shown(shown, shown_table(_table(listed, axes[0], axes[1]), reach, survey.minimum_group))


def _lines(
    invitations: Sequence[Invitation],
    counts: Mapping[Place, tuple[int, int]],
    helices: Sequence[str],
    regions: Sequence[str],
    shown: ShownTable,
    shown_begun: ShownTable,
) -> list[Line]:
    asked = Counter((one.helix, one.region) for one in invitations)
    invited = _table(asked, helices, regions)
    begun = _table({place: pair[BEGUN] for place, pair in counts.items()}, helices, regions)
    done = _table({place: pair[DONE] for place, pair in counts.items()}, helices, regions)
    return [
        Line(
            code=helix,
            invited=sum(count for (code, _), count in asked.items() if code == helix),
            begun=sum(begun[row]) if shown_begun.rows[row] else None,
            done=sum(done[row]) if shown.rows[row] else None,
            cells=tuple(
                Cell(region, invited[row][column], done[row][column] if shown.cells[row][column] else None)
                for column, region in enumerate(regions)
            ),
        )
        for row, helix in enumerate(helices)
    ]


def _groups(
    survey: Survey,
    invitations: Sequence[Invitation],
    standings: Mapping[UUID, Standing],
    axes: tuple[Sequence[str], Sequence[str]],
    shown: ShownTable,
) -> list[Group]:
    """Who can be reminded, cut so that no number tells whether somebody, or how many of a hidden cell, have finished.

    A group with nobody left to mail stays: that it is gone would tell that all have finished.
    """
    helices, regions = axes
    invited, resting, due, mails = (Counter[Place]() for _ in range(4))
    for one in invitations:
        place = one.helix, one.region
        invited[place] += 1
        # by the date alone: not whether they have finished
        if is_too_soon(one):
            resting[place] += 1
        elif standings[one.id] not in OUT and one.sealed_token:
            due[place] += 1
            mails[place] += standings[one.id] in MAY_BE_REMINDED
    found: list[Group] = []
    for cells in groups_to_remind(shown, _table(due, helices, regions), survey.minimum_group):
        places = [(helices[row], regions[column]) for row, column in cells]
        own = tuple(place for place in places if invited[place])
        if own:
            is_enough = sum(due[place] for place in own) >= survey.minimum_group
            to_mail = sum(mails[place] for place in own) if is_enough else 0
            found.append(Group(own, to_mail, sum(resting[place] for place in own)))
    return found


def _table(counts: Mapping[Place, int], helices: Sequence[str], regions: Sequence[str]) -> list[list[int]]:
    return [[counts.get((helix, region), 0) for region in regions] for helix in helices]


def _places_of_stopping(session: Session, survey: Survey, current: Round) -> tuple[list[int], int]:
    """How many of those who have not sent gave their last answer on each page, 0 for none; and how many pages."""
    questions = [one for one in list_questions(session, survey.id) if one.kind != "item_comment"]
    sections = [
        (section.is_before, {one.code for one in questions if one.section == section.code})
        for section in list_sections(session, survey.id)
    ]
    asked = asked_in(current.item_codes, form_of(session, survey.id).items)
    unfinished = list_unfinished(session, current.id, MOST_LOOKED_AT)
    longest = max([survey.items_per_person or len(asked), *(len(items or ()) for items, _ in unfinished)])
    before = [codes for is_before, codes in sections if is_before]
    after = [codes for is_before, codes in sections if not is_before]
    counts = [0] * (len(before) + longest + len(after) + 1)
    for items, answered in unfinished:
        own = [{code} for code in (asked if items is None else items)]
        rest: list[set[str]] = [set() for _ in range(longest - len(own))]
        counts[furthest_page([*before, *own, *rest, *after], {split_code(code)[0] for code in answered})] += 1
    return counts, len(counts) - 1


def _course(session: Session, survey: Survey, current: Round) -> Course:
    by_day = count_sent_by_day(session, current.id)
    first = min([current.opened_at.date(), *by_day])
    last = max([first, *by_day, min(today(), current.closed_at.date() if current.closed_at else today())])
    counts = [by_day.get(first + timedelta(days=day), 0) for day in range((last - first).days + 1)]
    return Course(
        first_day=first,
        stretches=tuple(stretches(counts, survey.minimum_group)),
        mails=tuple(
            (day, kind, count) for (day, kind), count in sorted(_mails_by_day(session, survey, current).items())
        ),
    )


def _mails_by_day(session: Session, survey: Survey, current: Round) -> Counter[tuple[date, str]]:
    ids = select(Invitation.id).where(Invitation.survey_id == survey.id)
    rows = session.exec(
        select(OutboxMessage.created_at, OutboxMessage.kind).where(
            col(OutboxMessage.about_id).in_(ids),
            col(OutboxMessage.kind).in_(ASKING),
            OutboxMessage.created_at >= current.opened_at,
        )
    )
    return Counter((created_at.date(), kind) for created_at, kind in rows.all())

"""What records say of what happened and what came out: days, deviations, who took part, results, what they rest on."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.consensus.change import FlowRow, flow_rows
from app.consensus.pages import VERDICT_WORDS
from app.consensus.told import Told
from app.documents.document import Block, Cell, Column, Table
from app.reports.building import share_column
from app.reports.methods.reading import MethodsReading
from app.reports.methods.said import Said, draft, elsewhere, plain, without_results
from app.reports.results_checks import checks_section
from app.reports.results_method import answered_table, beyond_text, hidden_note
from app.reports.results_sections import criterion_table


def days(reading: MethodsReading) -> Said:
    """R1: when each round was open and its results frozen, beside the end that was planned."""
    pen, say = reading.pen, reading.pen.say
    if not reading.rounds:
        return Said(plain(say("No round has been opened yet.")))
    frozen = {told.snapshot.round_number: told.snapshot.created_at.date() for told in reading.told}
    if reading.is_imported:
        last = pen.day(max(frozen.values())) if frozen else ""
        taken = say("They were taken over, and their results frozen, on %(day)s.", day=last) if last else ""
        return Said([*elsewhere(reading), *plain(taken)])
    columns = [
        Column("round", say("Round")),
        Column("opened", say("Opened")),
        Column("planned", say("Planned end")),
        Column("closed", say("Closed")),
        Column("days", say("Days open"), 0),
        Column("frozen", say("Results frozen")),
    ]
    rows: list[list[Cell]] = []
    for one in reading.rounds:
        planned = (one.closes_at - timedelta(microseconds=1)).date() if one.closes_at else None
        opened, closed = one.opened_at.date(), one.closed_at.date() if one.closed_at else None
        analysed = frozen.get(one.number)
        rows.append(
            [
                say("Round of ideas") if one.is_for_ideas else say("Round %(number)s", number=one.number),
                pen.day(opened),
                pen.day(planned) if planned else None,
                pen.day(closed) if closed else None,
                (closed - opened).days + 1 if closed else None,
                pen.day(analysed) if analysed else None,
            ]
        )
    is_over = all(one.closed_at for one in reading.rounds)
    words = [] if is_over else plain(say("A round is still open."))
    return Said(words, [Table(say("Days of the rounds"), columns, rows)], is_whole=True)


def deviations(reading: MethodsReading) -> Said:
    """R2: what was changed after the protocol was fixed, each with its day and reason."""
    pen, say = reading.pen, reading.pen.say
    if not reading.protocol:
        return Said(draft(reading))
    more = _rounds_beyond(reading)
    if not reading.deviations:
        text = more or say("Nothing that was fixed before the first round was changed afterwards.")
        return Said(plain(text), is_whole=not (more or reading.is_imported))
    columns = [
        Column("day", say("Day")),
        Column("part", say("What")),
        Column("before", say("Before")),
        Column("after", say("Now")),
        Column("reason", say("Reason")),
    ]
    rows: list[list[Cell]] = [
        [pen.day(one.made_at.date()), one.part, _value(one.before), _value(one.after), one.reason]
        for one in reading.deviations
    ]
    table = Table(say("Deviations from the protocol"), columns, rows)
    return Said(plain(more), [table], is_whole=not (more or reading.is_imported))


def _rounds_beyond(reading: MethodsReading) -> str:
    """Rounds that the protocol did not plan: nobody had to give a reason for them, so it is asked for."""
    survey, held = reading.survey, len(reading.rating_rounds)
    if reading.is_imported or survey.is_real_time:
        return ""
    return beyond_text(reading.pen, planned=survey.planned_rounds, held=held)


def _value(kept: dict[str, Any]) -> str | None:
    value = kept.get("value")
    if value in (None, "", {}, []):
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def taking_part(reading: MethodsReading) -> Said:
    """R3: who was invited and who is counted in each round, by group and region where that may be shown."""
    if not reading.told:
        return without_results(reading)
    tables = [table for told in reading.told for table in _answered(reading, told)]
    return Said([], tables, is_whole=True)


def _answered(reading: MethodsReading, told: Told) -> Sequence[Block]:
    pen, number = reading.pen, told.snapshot.round_number
    title = pen.say("Who answered, round %(number)s", number=number)
    found: list[Block] = [replace(answered_table(pen, told), title=title)]
    regions = flow_rows(told).get("region", [])
    if len(regions) > 1:
        found.append(_regions(reading, told, regions, f"{title}: {pen.say('By region')}"))
    return found


def _regions(reading: MethodsReading, told: Told, rows: Sequence[FlowRow], title: str) -> Table:
    say = reading.pen.say
    columns = [
        Column("region", say("Region")),
        Column("invited", say("Invited"), 0),
        Column("counted", say("Counted"), 0),
        share_column("share", say("Share of those invited")),
    ]
    cells: list[list[Cell]] = [[one.label, one.invited, one.counted, one.rate] for one in rows]
    return Table(title, columns, cells, note=hidden_note(reading.pen, told.findings))


def outcome(reading: MethodsReading) -> Said:
    """R4: by each criterion the verdicts with shares, and the middle answers with their spread."""
    if reading.result is None:
        return without_results(reading)
    tables: list[Block] = []
    for told in reading.result.by_criterion:
        label = told.frame()["criterion_label"]
        tables += [criterion_table(reading.pen, told), _middle_table(reading, told, label)]
    return Said(plain(reading.pen.say("The consensus report tells it at length.")), tables, is_whole=True)


def _middle_table(reading: MethodsReading, told: Told, label: str) -> Table:
    say = reading.pen.say
    columns = [
        Column("code", say("Code")),
        Column("n", say("Answers"), 0),
        Column("mean", say("Average rating"), 2),
        Column("sd", say("Standard deviation"), 2),
        Column("median", say("Middle answer"), 1),
        Column("q1", say("First quartile"), 2),
        Column("q3", say("Third quartile"), 2),
    ]
    keys = ("n", "mean", "sd", "median", "q1", "q3")
    rows: list[list[Cell]] = [[line["initiative"], *(line[key] for key in keys)] for line in told.lines]
    title = f"{label}: {say('Middle answer and quartiles')}"
    return Table(title, columns, rows, note=hidden_note(reading.pen, told.findings))


def disposition(reading: MethodsReading) -> Said:
    """R5: what each round asked about and found; what is not asked again keeps what was said last."""
    if not reading.told:
        return without_results(reading)
    say = reading.pen.say
    columns = [Column("code", say("Code")), Column("title", say("Initiative"))]
    columns += [
        Column(f"round_{told.snapshot.round_number}", say("Round %(number)s", number=told.snapshot.round_number))
        for told in reading.told
    ]
    rows: list[list[Cell]] = [
        [item.code, told_title(reading, item.code), *(_verdict(reading, told, item.code) for told in reading.told)]
        for item in reading.items
    ]
    criterion = reading.told[-1].frame()["criterion_label"]
    table = Table(say("What became of each item"), columns, rows, note=say("By %(criterion)s.", criterion=criterion))
    return Said(
        plain(say("No wording was changed between rounds but as listed among the deviations.")),
        [table],
        is_whole=not reading.is_imported,
    )


def told_title(reading: MethodsReading, code: str) -> str:
    """What an item is called."""
    return next(reading.pen.pick(item.title) for item in reading.items if item.code == code)


def _verdict(reading: MethodsReading, told: Told, code: str) -> str | None:
    line = next((one for one in told.lines if one["initiative"] == code), None)
    if line is None:
        return None
    number = told.snapshot.round_number
    if line.get("round", number) != number:
        return reading.pen.say("Not asked again.")
    return reading.pen.say(VERDICT_WORDS[line["verdict"]])


def strengths(reading: MethodsReading) -> Said:
    """D1: what the checks of the newest round found; what follows from it is for people to say."""
    if reading.result is None:
        return Said()
    return Said([], checks_section(reading.pen, reading.result.told).blocks)


def funding(reading: MethodsReading) -> Said:
    """O3: what stands on covers about it."""
    cover = reading.cover
    grant = reading.pen.say("Grant agreement: %(grant)s.", grant=cover.grant) if cover.grant else ""
    return Said(plain(grant, cover.statement))

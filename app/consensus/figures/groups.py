"""Where groups differ: the widest gaps, and each group's distance from all answers."""

from collections.abc import Mapping
from typing import Any

from app.consensus.figures.model import Column, Figure
from app.consensus.figures.reading import Reading, head, mark_facts
from app.documents.document import Cell

MOST_GAPS = 12


def gaps(reading: Reading, criterion: str) -> Figure:
    """The share of each group that rates high, where two groups lie farthest apart."""
    lines = [line for line in reading.findings["items"][criterion] if line["gap"] is not None]
    lines.sort(key=lambda line: -line["gap"])
    labels = {mark.code: mark.label for mark in reading.marks}
    title = reading.say("No two groups are large enough to be compared.")
    if lines:
        widest = lines[0]
        least, most = (widest["by_helix"][widest[end]]["share_high"] for end in ("gap_low", "gap_high"))
        title = reading.say(
            "%(points)s points apart on “%(initiative)s”: %(low)s %(least)s, %(high)s %(most)s",
            points=reading.show(100 * widest["gap"], "points"),
            initiative=reading.titles[widest["initiative"]],
            low=labels[widest["gap_low"]],
            least=reading.show(least, "share"),
            high=labels[widest["gap_high"]],
            most=reading.show(most, "share"),
        )
    return reading.draw(
        "gaps",
        criterion,
        title=title,
        definition=reading.say(
            "Share in each group rating %(criterion)s high or very high. The gap is in percentage points.",
            criterion=reading.named(criterion),
        ),
        columns=head(reading, *_group_columns(reading), Column("gap", reading.say("Gap"), "points")),
        rows=[
            [
                line["initiative"],
                reading.titles[line["initiative"]],
                *(line["by_helix"][mark.code].get("share_high") for mark in reading.marks),
                100 * line["gap"],
            ]
            for line in lines[:MOST_GAPS]
        ],
        words={"gap": reading.say("Gap")},
        facts=mark_facts(reading),
    )


def _group_columns(reading: Reading) -> list[Column]:
    return [Column(f"by_{mark.code}", mark.label, "share") for mark in reading.marks]


def differences(reading: Reading, criterion: str) -> Figure:
    """How far each group's share lies from that of all, initiative by initiative."""
    lines = [line for line in reading.lines(criterion) if not line["suppressed"]]
    rows = [(line, [_difference(line, mark.code) for mark in reading.marks]) for line in lines]
    rows = [(line, cells) for line, cells in rows if any(cell is not None for cell in cells)]
    rows.sort(key=lambda row: -max(abs(cell) for cell in row[1] if cell is not None))
    apart: dict[str, float] = {}
    for place, mark in enumerate(reading.marks):
        own = [abs(cell) for _, cells in rows if (cell := cells[place]) is not None]
        if own:
            apart[mark.label] = sum(own) / len(own)
    title = reading.say("No two groups are large enough to be compared.")
    if apart:
        farthest = max(apart, key=lambda label: apart[label])
        title = reading.say(
            "%(group)s lies farthest from all answers: %(points)s points on average",
            group=farthest,
            points=reading.show(apart[farthest], "points"),
        )
    return reading.draw(
        "differences",
        criterion,
        title=title,
        definition=reading.say(
            "Share in each group rating %(criterion)s high or very high, less the share of all, in percentage points.",
            criterion=reading.named(criterion),
        ),
        columns=head(
            reading,
            Column("all", reading.say("All"), "share"),
            *(Column(f"by_{mark.code}", mark.label, "difference") for mark in reading.marks),
        ),
        rows=[
            [line["initiative"], reading.titles[line["initiative"]], line["share_high"], *cells] for line, cells in rows
        ],
        words={
            "few": f"<{reading.findings['rule']['minimum_group']}",
            "all": reading.say("All"),
        },
        facts=mark_facts(reading),
    )


def _difference(line: Mapping[str, Any], group: str) -> float | None:
    share = line["by_helix"][group].get("share_high")
    return None if share is None or line["share_high"] is None else 100 * (share - line["share_high"])


def response(reading: Reading, criterion: str) -> Figure:
    """How many answered in each group and region, beside how many were invited."""
    findings = reading.findings
    rows = [_response_row(mark.label, *_helix_counts(findings, mark.code)) for mark in reading.marks]
    flow: Mapping[str, Any] = findings.get("flow") or {}
    by_region: Mapping[str, Any] = flow.get("by_region") or {}
    rows += [
        _response_row(reading.regions.get(code, code), cell.get("invited"), cell.get("counted"))
        for code, cell in by_region.items()
        if code in reading.regions
    ]
    answered = findings["answered"]["all"]
    invited = findings["invited"]["all"]
    title = (
        reading.say("%(answered)s of %(invited)s people invited answered", answered=answered, invited=invited)
        if invited and invited >= answered
        else reading.say("%(answered)s people answered", answered=answered)
    )
    return reading.draw(
        "response",
        criterion,
        title=title,
        definition=reading.say("People whose answers count, beside those who were invited."),
        columns=[
            Column("group", reading.say("Group")),
            Column("invited", reading.say("Invited"), "count"),
            Column("answered", reading.say("Answered"), "count"),
            Column("share", reading.say("Share"), "share"),
        ],
        rows=rows if any(row[2] is not None for row in rows) else [],
        words={
            "few": reading.say("too few to show"),
            "answered": reading.say("Answered"),
            "invited": reading.say("Invited"),
        },
        facts={"helices": len(reading.marks)},
    )


def _helix_counts(findings: Mapping[str, Any], code: str) -> tuple[int | None, int | None]:
    return findings["invited"]["by_helix"].get(code), findings["answered"]["by_helix"][code]["n"]


def _response_row(label: str, invited: int | None, answered: int | None) -> list[Cell]:
    known = invited if answered is not None and invited is not None and invited >= answered else None
    return [label, known, answered, answered / known if known and answered is not None else None]

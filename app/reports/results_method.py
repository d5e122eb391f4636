"""How results came about, in words and tables: the rounds, who answered, the weights, the rule, what is hidden."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.consensus.change import flow_rows
from app.consensus.models import Snapshot
from app.consensus.pages import answered_view
from app.consensus.told import Told
from app.documents.document import Column, Table
from app.reports.building import Pen, share_column


def rounds_table(pen: Pen, snapshots: Sequence[Snapshot]) -> Table:
    """The rounds, each with when it closed, how many are counted, and what it asked about."""
    say = pen.say
    columns = [
        Column("round", say("Round"), 0),
        Column("closed", say("Closed")),
        Column("invited", say("Invited"), 0),
        Column("counted", say("Counted"), 0),
        Column("asked", say("Initiatives asked about"), 0),
    ]
    rows = [
        [
            one.round_number,
            pen.day(datetime.fromisoformat(one.findings["closed_at"]).date()),
            one.findings["invited"]["all"],
            one.findings["answered"]["all"],
            asked_about(one.findings),
        ]
        for one in snapshots
    ]
    return Table(say("The rounds"), columns, rows)


def asked_about(findings: Mapping[str, Any]) -> int:
    """Of how many initiatives a round asked: of the others its results keep what rounds before said."""
    lines = findings["items"][findings["criteria"][0]]
    return sum(line.get("round", findings["round"]) == findings["round"] for line in lines)


def answered_table(pen: Pen, told: Told) -> Table:
    """How many of each group were invited and are counted, as far as it may be shown."""
    say = pen.say
    columns = [
        Column("group", say("Group")),
        Column("invited", say("Invited"), 0),
        Column("counted", say("Counted"), 0),
        share_column("share", say("Share of those invited")),
    ]
    flow = flow_rows(told)
    if flow:
        rows = [[one.label, one.invited, one.counted, one.rate] for one in (*flow["all"], *flow["helix"])]
    else:
        invited = told.findings["invited"]["by_helix"]
        shown = answered_view(told.findings, told.marks)
        rows = [[one["mark"].label, invited.get(one["mark"].code), one["n"], one["share"]] for one in shown]
    return Table(say("Who answered"), columns, rows, note=hidden_note(pen, told.findings))


def weights_table(pen: Pen, told: Told, weights: Mapping[str, float]) -> Table:
    """How much each criterion counts."""
    say = pen.say
    columns = [Column("criterion", say("Criterion")), share_column("weight", say("Weight"))]
    rows = [[label, weights.get(code, 0.0)] for code, label in told.frame()["criteria"]]
    return Table(say("Weights of the criteria"), columns, rows)


def rule_text(pen: Pen, findings: Mapping[str, Any]) -> str:
    """The rule of the verdicts in a few sentences."""
    rule = findings["rule"]
    return pen.say(
        "Consensus: at least %(agree)s high or very high, and at least %(helix)s in every group, each of %(minimum)s "
        "or more. Divided: %(gap)s points or more between two groups. Low support: under %(low)s. “Can't judge” is "
        "left out.",
        agree=pen.share(rule["agree_share"]),
        helix=pen.share(rule["helix_share"]),
        minimum=rule["minimum_group"],
        gap=pen.number(100 * rule["divided_gap"]),
        low=pen.share(rule["low_share"]),
    )


def disclosure_text(pen: Pen, findings: Mapping[str, Any]) -> str:
    """What is hidden so that nobody can be told apart."""
    return pen.say(
        "No figure of fewer than %(minimum)s answers is shown, nor one from which such a figure could be worked out. "
        "An en dash stands in its place. Groups that are hidden count together as one.",
        minimum=findings["rule"]["minimum_group"],
    )


def hidden_note(pen: Pen, findings: Mapping[str, Any]) -> str:
    """What an en dash in a table of groups means."""
    return pen.say("–: fewer than %(minimum)s, or it would tell of so few.", minimum=findings["rule"]["minimum_group"])


def certainty_text(pen: Pen, *, is_at_once: bool = False) -> str:
    """How to read intervals and likely ranks: plans tell those that hold at once, results those of re-samples."""
    return " ".join(
        [
            pen.say(
                "Shares come with the 95 %% interval of all answers together (Wilson), ranks with the range that "
                "holds for all initiatives at once with 95 %% confidence."
            )
            if is_at_once
            else pen.say(
                "Shares come with the 95 %% interval of all answers together (Wilson), ranks with the range of nine of "
                "ten re-samples."
            ),
            pen.say("These panels are not samples of a population: the figures describe those who answered."),
        ]
    )


def beyond_text(pen: Pen, *, planned: int, held: int) -> str:
    """How many rounds were held beyond those planned; nothing where none was."""
    if held <= planned:
        return ""
    return pen.say(
        "The protocol planned %(planned)s rounds, and %(held)s were begun.",
        planned=pen.number(planned),
        held=pen.number(held),
    )


def rounding_text(pen: Pen) -> str:
    """Why a change is not always the difference of the shares beside it."""
    return pen.say("Shares and change are rounded one by one, so they may differ by a point.")


def answered_text(pen: Pen, findings: Mapping[str, Any]) -> str:
    """How many are counted of those who were invited."""
    answered, invited = findings["answered"]["all"], findings["invited"]["all"]
    if not invited or invited < answered:
        return pen.say_count(
            "%(num)s person is counted in round %(number)s.",
            "%(num)s people are counted in round %(number)s.",
            answered,
            number=findings["round"],
        )
    return pen.say(
        "Of %(invited)s people invited, %(answered)s are counted in round %(number)s (%(share)s).",
        number=findings["round"],
        invited=pen.number(invited),
        answered=pen.number(answered),
        share=pen.share(answered / invited),
    )

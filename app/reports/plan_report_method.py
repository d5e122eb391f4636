"""How a plan came about, in short: the rounds, the rule, the groups, the weights, and what is not shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.consensus.change import flow_rows
from app.consensus.pages import answered_view
from app.consensus.told import Told
from app.documents.document import Block, Column, Listing, Note, Paragraph, Section, Table
from app.reports.building import Pen, share_column
from app.reports.plan_report_reading import PlanReading
from app.reports.plan_report_summary import listed


def method_section(reading: PlanReading) -> Section:
    """The method, as far as a reader needs it to judge the results."""
    pen, told = reading.pen, reading.told
    return Section(
        pen.say("Method in short"),
        [
            Listing([Paragraph(text) for text in _steps(reading)], is_numbered=True),
            rounds_table(reading),
            answered_table(pen, told),
            weights_table(pen, told, reading.content["weights"]),
            Note(pen.say("The rule, fixed before the first round"), rule_text(pen, told.findings)),
            Note(pen.say("What is not shown"), disclosure_text(pen, told.findings)),
            Note(pen.say("How sure figures are"), certainty_text(pen)),
            Note(pen.say("How the plan was chosen"), choosing_text(pen)),
            deviations_block(reading),
        ],
    )


def _steps(reading: PlanReading) -> list[str]:
    pen, told = reading.pen, reading.told
    survey = reading.survey
    labels = listed(pen, [label for _, label in told.frame()["criteria"]])
    groups = listed(pen, [mark.label for mark in told.marks])
    steps = [
        pen.say_count(
            "%(num)s initiative was put to stakeholders, in a wording that did not change afterwards.",
            "%(num)s initiatives were put to stakeholders, in a wording that did not change afterwards.",
            len(told.items),
        ),
        pen.say(
            "Each was rated by %(criteria)s, on a scale from %(low)s to %(high)s; “can't judge” was an answer, too.",
            criteria=labels,
            low=survey.scale_low,
            high=survey.scale_high,
        ),
        pen.say("These groups were asked: %(groups)s. Each counts equally, whatever its size.", groups=groups),
    ]
    if survey.published_at:
        steps.append(
            pen.say(
                "Wording, scale, weights, rule and smallest group were fixed on %(day)s, before the first round.",
                day=pen.day(survey.published_at.date()),
            )
        )
    steps.append(
        pen.say_count(
            "%(num)s round was held; after it its results were frozen, and nothing changes them.",
            "%(num)s rounds were held; after each its results were frozen, and nothing changes them.",
            len(reading.snapshots),
        )
    )
    return steps


def rounds_table(reading: PlanReading) -> Table:
    """The rounds, each with when it closed, how many are counted, and what it asked about."""
    pen = reading.pen
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
        for one in reading.snapshots
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
        "Consensus: at least %(agree)s high or very high, and at least %(helix)s in every group of %(minimum)s or "
        "more. Divided: %(gap)s points or more between two groups. Low support: under %(low)s. “Can't judge” is left "
        "out.",
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


def certainty_text(pen: Pen) -> str:
    """How to read intervals and ranks."""
    return " ".join(
        [
            pen.say(
                "Shares come with the 95 %% interval of all answers together (Wilson), ranks with the range that "
                "holds for all initiatives at once with 95 %% confidence."
            ),
            pen.say("These panels are not samples of a population: the figures describe those who answered."),
        ]
    )


def choosing_text(pen: Pen) -> str:
    """How a plan is chosen."""
    return pen.say(
        "Initiatives and their years are chosen so that the sum of scores, each less for every year it waits, is the "
        "highest that the rules permit: a mixed integer program, solved by HiGHS."
    )


def deviations_block(reading: PlanReading) -> Block:
    """What was changed after the protocol was fixed, each with its day and reason."""
    pen = reading.pen
    if not reading.deviations:
        return Paragraph(pen.say("Nothing that was fixed before the first round was changed afterwards."))
    points = [Paragraph(f"{pen.day(one.made_at.date())}, {one.part}: {one.reason}") for one in reading.deviations]
    return Section(pen.say("Changes after the protocol was fixed"), [Listing(points)])

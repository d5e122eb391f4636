"""How a plan came about, in short: the rounds, the rule, the groups, the weights, and what is not shown."""

from app.documents.document import Block, Listing, Note, Paragraph, Section
from app.reports.building import Pen, listed
from app.reports.plan_report_reading import PlanReading
from app.reports.results_method import (
    answered_table,
    beyond_text,
    certainty_text,
    disclosure_text,
    rounds_table,
    rule_text,
    weights_table,
)


def method_section(reading: PlanReading) -> Section:
    """The method, as far as a reader needs it to judge the results."""
    pen, told = reading.pen, reading.told
    return Section(
        pen.say("Method in short"),
        [
            Listing([Paragraph(text) for text in _steps(reading)], is_numbered=True),
            rounds_table(pen, reading.snapshots),
            answered_table(pen, told),
            weights_table(pen, told, reading.content["weights"]),
            Note(pen.say("The rule, fixed before the first round"), rule_text(pen, told.findings)),
            Note(pen.say("What is not shown"), disclosure_text(pen, told.findings)),
            Note(pen.say("How sure figures are"), certainty_text(pen, is_at_once=True)),
            Note(pen.say("How the plan was chosen"), choosing_text(pen)),
            deviations_block(reading),
        ],
        begins_page=True,
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


def choosing_text(pen: Pen) -> str:
    """How a plan is chosen."""
    return pen.say(
        "Initiatives and their years are chosen so that the sum of scores, each less for every year it waits, is the "
        "highest that the rules permit: a mixed integer program, solved by HiGHS."
    )


def deviations_block(reading: PlanReading) -> Block:
    """What was changed after the protocol was fixed, each with its day and reason."""
    pen = reading.pen
    survey, held = reading.survey, len(reading.snapshots)
    more = "" if survey.is_real_time else beyond_text(pen, planned=survey.planned_rounds, held=held)
    if not reading.deviations:
        return Paragraph(more or pen.say("Nothing that was fixed before the first round was changed afterwards."))
    points = [Paragraph(f"{pen.day(one.made_at.date())}, {one.part}: {one.reason}") for one in reading.deviations]
    points += [Paragraph(more)] if more else []
    return Section(pen.say("Changes after the protocol was fixed"), [Listing(points)])

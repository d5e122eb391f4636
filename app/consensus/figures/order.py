"""How sure the order is: likely ranks, the chance of each rank, and two criteria beside each other."""

from collections.abc import Mapping
from typing import Any

from app.consensus.figures.model import Column, Figure
from app.consensus.figures.reading import EVERY_CRITERION, Reading, head

CLEARLY, MOSTLY = 0.9, 0.6


def ranks(reading: Reading, criterion: str) -> Figure:
    """The ranks each initiative could plausibly hold, on one criterion or over all."""
    findings = reading.findings
    over_all = criterion == EVERY_CRITERION
    shortlist = findings["shortlist"] if over_all else findings["by_criterion_shortlist"][criterion]
    found: list[Mapping[str, Any]] = findings["overall"] if over_all else findings["items"][criterion]
    lines = sorted((line for line in found if line["rank"] is not None), key=lambda line: line["rank"])
    half, most = reading.say("Half of the re-samples"), reading.say("Nine in ten of the re-samples")
    return reading.draw(
        "ranks",
        criterion,
        title=_who_leads(reading, shortlist["k"], shortlist["same_share"] if lines else None),
        definition=reading.say(
            "Rank by %(criterion)s, with half and nine in ten of the re-samples.", criterion=reading.named(criterion)
        ),
        columns=head(
            reading,
            Column("rank", reading.say("Place in the order"), "rank"),
            Column("half_from", reading.say("%(share)s, from", share=half), "rank"),
            Column("half_to", reading.say("%(share)s, to", share=half), "rank"),
            Column("from", reading.say("%(share)s, from", share=most), "rank"),
            Column("to", reading.say("%(share)s, to", share=most), "rank"),
        ),
        rows=[
            [
                line["initiative"],
                reading.titles[line["initiative"]],
                line["rank"],
                *line["rank50"],
                *line["rank90"],
            ]
            for line in lines
        ],
        words={"half": half, "most": most},
        facts={"k": shortlist["k"], "places": len(found)},
    )


def _who_leads(reading: Reading, k: int, same_share: float | None) -> str:
    if same_share is None:
        return reading.say("Too few answers to say.")
    if same_share > CLEARLY:
        return reading.say("%(k)s initiatives clearly lead", k=k)
    if same_share > MOSTLY:
        return reading.say("%(k)s initiatives lead, in no certain order", k=k)
    return reading.say("No firm group leads")


def chances(reading: Reading, criterion: str) -> Figure:
    """In how many re-samples each initiative holds each rank, over all criteria."""
    overall = [line for line in reading.findings["overall"] if line["rank"] is not None]
    lines = sorted((line for line in overall if line["initiative"] in reading.chances), key=lambda line: line["rank"])
    places = max((len(reading.chances[line["initiative"]]) for line in lines), default=0)
    title = reading.say("Too few answers to say.")
    if lines:
        first = max(lines, key=lambda line: reading.chances[line["initiative"]][0])["initiative"]
        title = reading.say(
            "“%(initiative)s” comes first in %(share)s of the re-samples",
            initiative=reading.titles[first],
            share=reading.show(reading.chances[first][0], "share"),
        )
    return reading.draw(
        "rank-chances",
        criterion,
        title=title,
        definition=reading.say("Share of the re-samples in which each initiative holds each rank, over all criteria."),
        columns=head(reading, *(Column(f"rank_{place}", str(place), "share") for place in range(1, places + 1))),
        rows=[
            [line["initiative"], reading.titles[line["initiative"]], *reading.chances[line["initiative"]]]
            for line in lines
        ],
        words={"axis": reading.say("Place in the order")},
        facts={"places": places},
    )


def two_criteria(reading: Reading, criterion: str) -> Figure:
    """Each initiative by its means on the first criterion and on another."""
    one = reading.findings["criteria"][0]
    first = {line["initiative"]: line["balanced_mean"] for line in reading.findings["items"][one]}
    second = {line["initiative"]: line["balanced_mean"] for line in reading.findings["items"][criterion]}
    both = [(code, x, y) for code, x in first.items() if (y := second[code]) is not None and x is not None]
    both.sort(key=lambda point: -(point[1] + point[2]))
    middle = [sum(point[axis] for point in both) / len(both) for axis in (1, 2)] if both else []
    names = {"one": reading.criteria[one], "other": reading.criteria[criterion]}
    title = reading.say("Too few answers to say.")
    if both:
        title = reading.say(
            "%(count)s of %(total)s initiatives are above average on both %(one)s and %(other)s",
            count=sum(x > middle[0] and y > middle[1] for _, x, y in both),
            total=len(both),
            **names,
        )
    return reading.draw(
        "two-criteria",
        criterion,
        title=title,
        definition=reading.say(
            "Average ratings of %(one)s and %(other)s; the lines mark the averages of all initiatives.", **names
        ),
        columns=head(reading, Column("x", names["one"], "spread"), Column("y", names["other"], "spread")),
        rows=[[code, reading.titles[code], x, y] for code, x, y in both],
        words={
            "x": f"{names['one']} →",
            "y": f"{names['other']} →",
            "both": reading.say("High on both"),
            "neither": reading.say("Low on both"),
            "one": reading.say("High on %(criterion)s only", criterion=names["one"]),
            "other": reading.say("High on %(criterion)s only", criterion=names["other"]),
        },
        facts={"scale": reading.findings["scale"], "middle": middle},
    )

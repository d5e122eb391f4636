"""Where opinion leans: the shares of a criterion, and who could not judge."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.consensus.fates import count_sure
from app.consensus.figures.model import Column, Figure
from app.consensus.figures.reading import Reading, head, mark_facts
from app.documents.document import Cell


def opinion(reading: Reading, criterion: str) -> Figure:
    """Low to the left, high to the right, the middle apart."""
    findings, lines = reading.findings, reading.lines(criterion)
    verdicts = [line["verdict"] for line in lines]
    divided = reading.say_count("%(num)s splits the groups.", "%(num)s split the groups.", verdicts.count("divided"))
    low, high = findings["scale"]["low"], findings["scale"]["high"]
    return reading.draw(
        "opinion",
        criterion,
        title=f"{_agreed(reading, lines)} {divided}",
        definition=reading.say(
            "Share of answers on %(criterion)s. “Can't judge” is left out.", criterion=reading.named(criterion)
        ),
        columns=head(
            reading,
            Column("n", reading.say("Answers"), "count"),
            Column("lowest", f"{reading.say('lowest')} ({low})", "share"),
            Column("lower", reading.say("low"), "share"),
            Column("low", reading.say("Low"), "share"),
            Column("middle", reading.say("Middle"), "share"),
            Column("higher", reading.say("high"), "share"),
            Column("highest", f"{reading.say('highest')} ({high})", "share"),
            Column("high", reading.say("High"), "share"),
        ),
        rows=[[line["initiative"], reading.titles[line["initiative"]], *_shares(line, findings)] for line in lines],
        words={"few": reading.say("Too few answers to show.")},
    )


def _agreed(reading: Reading, lines: Sequence[Mapping[str, Any]]) -> str:
    count, sure, total = [line["verdict"] for line in lines].count("consensus"), count_sure(lines), len(lines)
    if sure is None:
        return reading.say_count(
            "%(num)s of %(total)s initiatives has consensus.",
            "%(num)s of %(total)s initiatives have consensus.",
            count,
            total=total,
        )
    if sure == 0:
        return reading.say_count(
            "%(num)s of %(total)s initiatives has consensus, none of them surely.",
            "%(num)s of %(total)s initiatives have consensus, none of them surely.",
            count,
            total=total,
        )
    return reading.say_count(
        "%(num)s of %(total)s initiatives has consensus, %(sure)s of them surely.",
        "%(num)s of %(total)s initiatives have consensus, %(sure)s of them surely.",
        count,
        total=total,
        sure=sure,
    )


def _shares(line: Mapping[str, Any], findings: Mapping[str, Any]) -> list[Cell]:
    if line["suppressed"]:
        return [None] * 8
    low, shares = findings["scale"]["low"], line["shares"]
    lowest, highest = shares[0], shares[-1]
    lower = sum(shares[level - low] for level in findings["low_box"]) - lowest
    higher = sum(shares[level - low] for level in findings["box"]) - highest
    outer = (lowest, max(0.0, lower)), (max(0.0, higher), highest)
    return [line["n"], *outer[0], line["share_low"], line["share_middle"], *outer[1], line["share_high"]]


def unsure(reading: Reading, criterion: str) -> Figure:
    """How many could not judge each initiative, all together and by group where that may be said."""
    lines = [(line, _unsure_share(line)) for line in reading.findings["items"][criterion]]
    known = sorted(((line, share) for line, share in lines if share is not None), key=lambda pair: -pair[1])
    named = reading.named(criterion)
    title = reading.say("Too few answers to say.")
    if known and known[0][1] > 0:
        title = reading.say(
            "“%(initiative)s” is the hardest to judge: %(share)s could not say",
            initiative=reading.titles[known[0][0]["initiative"]],
            share=reading.show(known[0][1], "share"),
        )
    elif known:
        title = reading.say("Everybody who was asked could judge every initiative")
    return reading.draw(
        "unsure",
        criterion,
        title=title,
        definition=reading.say(
            "Share of those asked about %(criterion)s who said that they cannot judge it.", criterion=named
        ),
        columns=head(
            reading,
            Column("asked", reading.say("Asked"), "count"),
            Column("share", reading.say("Can't judge"), "share"),
            *(Column(f"by_{mark.code}", mark.label, "share") for mark in reading.marks),
        ),
        rows=[
            [
                line["initiative"],
                reading.titles[line["initiative"]],
                line["n"] + line["cannot_judge"],
                share,
                *(_unsure_share(line["by_helix"][mark.code]) for mark in reading.marks),
            ]
            for line, share in known
            if known[0][1] > 0
        ],
        facts=mark_facts(reading),
    )


def _unsure_share(cell: Mapping[str, Any]) -> float | None:
    if cell["suppressed"] or cell.get("cannot_judge") is None:
        return None
    asked = cell["n"] + cell["cannot_judge"]
    return cell["cannot_judge"] / asked if asked else None

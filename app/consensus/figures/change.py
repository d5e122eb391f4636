"""What changed since the round before, and whether opinion has settled."""

from collections.abc import Mapping
from typing import Any

from app.consensus.figures.model import Column, Figure
from app.consensus.figures.reading import Reading, head
from app.consensus.pages import ends_of
from app.documents.document import Cell

NAMED_RISES, NAMED_FALLS = 3, 2
LEAST_MOVE = 0.005


def change(reading: Reading, criterion: str) -> Figure:
    """The share rating high in the last round and in this one, of the same people where that is known."""
    pairs = _pairs(reading, criterion)
    title = reading.say("Only one round so far.")
    if pairs:
        code, before, after = max(pairs, key=lambda pair: abs(pair[2] - pair[1]))
        title = reading.say("No share moved since the last round")
        if abs(after - before) >= LEAST_MOVE:
            title = reading.say(
                "“%(initiative)s” moved most: from %(before)s to %(after)s",
                initiative=reading.titles[code],
                before=reading.show(before, "share"),
                after=reading.show(after, "share"),
            )
    elif reading.before:
        title = reading.say("Nothing was asked in both rounds of enough people to compare.")
    return reading.draw(
        "change",
        criterion,
        title=title,
        definition=reading.say(
            "Share rating %(criterion)s high or very high, of those who answered both times where that is known. "
            "The largest rises and falls are named.",
            criterion=reading.named(criterion),
        ),
        columns=head(
            reading,
            *(Column(key, heading, "share") for key, heading in _rounds(reading)),
            Column("change", reading.say("Change in points"), "difference"),
        ),
        rows=[[code, reading.titles[code], a, b, 100 * (b - a)] for code, a, b in pairs],
        words=dict(_rounds(reading)),
        facts={"named": _named(pairs)},
    )


def _rounds(reading: Reading) -> list[tuple[str, str]]:
    number = reading.findings["round"]
    before = reading.before["round"] if reading.before else number
    return [
        ("before", reading.say("Round %(number)s", number=before)),
        ("after", reading.say("Round %(number)s", number=number)),
    ]


def _pairs(reading: Reading, criterion: str) -> list[tuple[str, float, float]]:
    if reading.before is None:
        return []
    earlier = {line["initiative"]: line["share_high"] for line in reading.before["items"].get(criterion, ())}
    pairs = [
        (line["initiative"], *ends)
        for line in _asked_again(reading, criterion)
        if (ends := ends_of(line, earlier.get(line["initiative"])))
    ]
    return sorted(pairs, key=lambda pair: pair[1] - pair[2])


def _asked_again(reading: Reading, criterion: str) -> list[Mapping[str, Any]]:
    # what was not asked again did not change
    number = reading.findings["round"]
    return [line for line in reading.findings["items"][criterion] if line.get("round", number) == number]


def _named(pairs: list[tuple[str, float, float]]) -> dict[str, str]:
    rises = [code for code, a, b in pairs if b - a >= LEAST_MOVE][:NAMED_RISES]
    falls = [code for code, a, b in reversed(pairs) if a - b >= LEAST_MOVE][:NAMED_FALLS]
    return dict.fromkeys(rises, "rise") | dict.fromkeys(falls, "fall")


def settled(reading: Reading, criterion: str) -> Figure:
    """How widely answers spread in the last round and in this one."""
    rows: list[list[Cell]] = []
    closer = 0
    if reading.before is not None:
        earlier = {line["initiative"]: line["iqr"] for line in reading.before["items"].get(criterion, ())}
        for line in _asked_again(reading, criterion):
            before, after = earlier.get(line["initiative"]), line["iqr"]
            if before is not None and after is not None:
                closer += after < before
                word = "closer" if after < before else "wider" if after > before else "same"
                rows.append(
                    [line["initiative"], reading.titles[line["initiative"]], before, after, reading.say(MOVES[word])]
                )
    rows.sort(key=lambda row: (float(row[3] or 0) - float(row[2] or 0), str(row[0])))
    title = reading.say("Only one round so far.")
    if rows:
        title = reading.say(
            "Opinion moved closer together on %(closer)s of %(total)s initiatives", closer=closer, total=len(rows)
        )
    elif reading.before:
        title = reading.say("Nothing was asked in both rounds of enough people to compare.")
    return reading.draw(
        "settled",
        criterion,
        title=title,
        definition=reading.say(
            "The middle half of all answers on %(criterion)s lies within so many points of the scale.",
            criterion=reading.named(criterion),
        ),
        columns=head(
            reading,
            *(Column(key, heading, "spread") for key, heading in _rounds(reading)),
            Column("verdict", reading.say("Since then")),
        ),
        rows=rows,
        words=dict(_rounds(reading)),
        facts={"span": reading.findings["scale"]["high"] - reading.findings["scale"]["low"]},
    )


MOVES = {"closer": "closer together", "wider": "farther apart", "same": "as before"}

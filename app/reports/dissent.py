"""Who disagrees about an initiative, in words and as a table."""

from collections.abc import Mapping
from typing import Any

from app.consensus.disagreement import apart_rows
from app.consensus.told import Told
from app.documents.document import Column, Table
from app.reports.building import Pen, share_column


def dissent_text(pen: Pen, told: Told, dissent: Mapping[str, Any] | None) -> str:
    """Whether a group stands apart, which, and how surely, as the page of an initiative says it."""
    if dissent is None:
        return pen.say("Too few answers to say who disagrees.")
    names = ", ".join(told.group(name) for name in dissent["apart"])
    match dissent["pattern"], dissent["is_sure"]:
        case "one_apart", True:
            return pen.say("One group stands apart from the others: %(group)s.", group=names)
        case "one_apart", _:
            return pen.say("One group seems to stand apart from the others: %(group)s.", group=names)
        case "two_camps", True:
            return pen.say("Two camps: %(groups)s against the others.", groups=names)
        case "two_camps", _:
            return pen.say("Perhaps two camps: %(groups)s against the others.", groups=names)
        case "split_within", _:
            return pen.say("Opinion is split within the groups.")
        case _:
            return pen.say("No group stands apart from each of the others.")


def apart_table(pen: Pen, told: Told, dissent: Mapping[str, Any] | None) -> Table | None:
    """Each group that may be shown against all others; None where no two can be compared."""
    rows = apart_rows(told, dissent)
    if not rows:
        return None
    say = pen.say
    columns = [
        Column("group", say("Group")),
        Column("answers", say("Answers"), 0),
        share_column("share_high", say("High")),
        share_column("share_low", say("Low")),
        Column("delta", "δ", 2),
        Column("from", say("95 %% from"), 2),
        Column("to", say("95 %% to"), 2),
        Column("words", say("In words")),
    ]
    return Table(
        say("Each group against all others"),
        columns,
        [
            [
                row.label,
                row.n,
                row.share_high,
                row.share_low,
                row.delta,
                row.low,
                row.high,
                f"{row.effect}; {row.opposition}",
            ]
            for row in rows
        ],
        note=say(
            "Cliff's δ: −1 when everybody of the group rates lower than everybody else, 1 when higher, 0 when there is "
            "no difference; with its 95 %% interval."
        ),
    )

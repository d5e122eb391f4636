"""What an edition of a plan proposes to follow: milestones out of its phases and outputs, and its risks. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.actionplan.monitoring.rules import LONGEST_TITLE, Kind, first_day, last_day


@dataclass(frozen=True)
class Proposed:
    """A milestone not yet of any plan. The plan counts in quarters: it is due on the last day of one."""

    origin: str
    kind: Kind
    about: str
    begins_on: date
    due: date


def proposed_for(item: Mapping[str, Any]) -> Iterator[Proposed]:
    """The start, the end of each phase but the last as a go/stop point, the outputs at the end, and the end itself."""
    if not item["start"]:
        return
    start, end = first_day(*item["start"]), last_day(*item["end"])
    yield Proposed("start", Kind.START, "", start, last_day(*item["start"]))
    for place, phase in enumerate(item["phases"][:-1], start=1):
        about = phase["name"] or phase["kind"]
        yield Proposed(
            f"gate.{place}", Kind.GATE, about[:LONGEST_TITLE], first_day(*phase["start"]), last_day(*phase["end"])
        )
    for place, output in enumerate(item["outputs"], start=1):
        yield Proposed(f"output.{place}", Kind.OUTPUT, output[:LONGEST_TITLE], start, end)
    yield Proposed("end", Kind.END, "", start, end)

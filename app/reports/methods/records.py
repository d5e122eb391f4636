"""Which records speak of which point."""

from collections.abc import Callable, Mapping

from app.reports.methods import after, before, during
from app.reports.methods.reading import MethodsReading
from app.reports.methods.rules import State, state_of
from app.reports.methods.said import NOTHING, Said

RECORDS: Mapping[str, Callable[[MethodsReading], Said]] = {
    "T1": before.kind,
    "I2": before.aim,
    "I3": before.earlier,
    "M1": before.registration,
    "M2": before.directing,
    "M3": before.taking_part,
    "M4": before.inviting,
    "M5": before.public_part,
    "M6": before.gathered,
    "M8": before.evidence_shown,
    "M9": during.steps,
    "M10": during.wording,
    "M11": during.objectives,
    "M12": during.consensus,
    "M13": during.staying,
    "M14": during.collecting,
    "M15": during.processing,
    "M17": during.telling,
    "M18": during.anonymity,
    "M19": during.overlap,
    "M21": during.accessibility,
    "R1": after.days,
    "R2": after.deviations,
    "R3": after.taking_part,
    "R4": after.outcome,
    "R5": after.disposition,
    "D1": after.strengths,
    "O3": after.funding,
}
"""What is not here no record knows: people are asked."""


def said_of(reading: MethodsReading, point: str) -> Said:
    """What records say of a point."""
    say = RECORDS.get(point)
    return say(reading) if say else NOTHING


def state_in(reading: MethodsReading, point: str, said: Said) -> State:
    """Whether a point was written about, is told by records alone, or is missing."""
    return state_of(is_whole=said.is_whole, text=reading.text_of(point))

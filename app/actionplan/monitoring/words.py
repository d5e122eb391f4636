"""The words for what the rules name."""

from app.actionplan.monitoring.models import Milestone
from app.actionplan.monitoring.rules import GateOutcome, Kind, Level, Light, Mitigation, Unjudged
from app.core.catalogues import translate

LIGHT_WORDS = {
    Light.LATE: "Late",
    Light.AT_RISK: "At risk",
    Light.ON_TRACK: "On track",
    Light.DONE: "Done",
}
KIND_WORDS = {
    Kind.START: "Start",
    Kind.GATE: "Go/stop point",
    Kind.OUTPUT: "Output",
    Kind.END: "End",
    Kind.OTHER: "Other milestone",
}
PHASE_WORDS = {"design": "Design", "pilot": "Pilot", "operate": "Operation"}
OUTCOME_WORDS = {
    GateOutcome.GO: "Go",
    GateOutcome.CHANGES: "Go with changes",
    GateOutcome.STOP: "Stop",
}
MITIGATION_WORDS = {
    Mitigation.PLANNED: "Planned",
    Mitigation.UNDER_WAY: "Under way",
    Mitigation.IN_PLACE: "In place",
    Mitigation.GIVEN_UP: "Given up",
}
LEVEL_WORDS = {Level.HIGH: "High", Level.MEDIUM: "Medium", Level.LOW: "Low"}
UNJUDGED_WORDS = {
    Unjudged.NO_BASELINE: "No baseline, so nothing to compare with",
    Unjudged.NO_TARGET: "No target, so nothing to compare with",
    Unjudged.NO_YEAR: "No year for the target, so nothing to compare with",
    Unjudged.NO_READING: "No reading yet",
    Unjudged.SAME: "Baseline and target are the same",
}


def title_of(milestone: Milestone, language: str) -> str:
    """What a milestone is called: by its title, else by its kind and what it is about."""
    if milestone.title:
        return milestone.title
    kind = Kind(milestone.kind)
    if kind is Kind.GATE:
        phase = PHASE_WORDS.get(milestone.about)
        name = translate(language, phase) if phase else milestone.about
        return translate(language, "End of “%(phase)s”: go or stop", phase=name)
    return milestone.about or translate(language, KIND_WORDS[kind])


BY_HAND = "by hand"
"""What is said of a reading that somebody typed."""

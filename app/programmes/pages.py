"""What pages and files say of a programme, in a language."""

from collections.abc import Mapping
from typing import Any

from app.core.catalogues import translate
from app.programmes.models import ProgrammeVersion
from app.programmes.queries import Entry, facts_of, label_of
from app.programmes.rules import (
    CHOICES,
    UNKNOWN_WORDS,
    Unknown,
    cost_per_participant,
    satisfaction_interval,
    use_of,
)

FIELD_LABELS = {
    "code": "Code",
    "partner": "Partner",
    "name": "Name",
    "category": "Category",
    "description": "Description",
    "target_groups": "Target groups",
    "delivery_mode": "Delivery",
    "frequency": "How often",
    "geographic_reach": "Reach",
    "fee_model": "Fee model",
    "participants_last_year": "Participants last year",
    "capacity_per_year": "Capacity per year",
    "years_running": "Years running",
    "staff_fte": "Staff (full-time equivalents)",
    "annual_cost_eur": "Annual cost (EUR)",
    "annual_cost_eur_high": "Annual cost, high end (EUR)",
    "main_funding": "Main funding",
    "satisfaction_0_10": "Satisfaction (0 to 10)",
    "satisfaction_asked": "How many were asked",
    "main_result_metric": "Main result",
    "main_result_value": "Value of the main result",
    "evidence_level": "Evidence",
    "open_to_other_regions": "Open to other regions",
    "transferability_1_5": "Transferability (1 to 5)",
}
NOT_STATED = "not known: not stated"


def word_of(language: str, field: str, value: str) -> str:
    """A value of a field in words, empty for none."""
    return translate(language, CHOICES[field][value]) if value else ""


def unknown_word(language: str, reason: Unknown) -> str:
    """Why a figure is not known."""
    return translate(language, UNKNOWN_WORDS[reason])


def words_of(language: str, version: ProgrammeVersion) -> dict[str, str]:
    """The fields of a version that are one of a few, in words; empty where nothing is stated."""
    found = {
        name: word_of(language, name, getattr(version, name))
        for name in CHOICES
        if name not in ("target_groups", "open_to_other_regions")
    }
    found["target_groups"] = ", ".join(word_of(language, "target_groups", one) for one in version.target_groups)
    is_open = version.open_to_other_regions
    found["open_to_other_regions"] = (
        "" if is_open is None else word_of(language, "open_to_other_regions", yes_no(is_open))
    )
    return found


def yes_no(value: bool | None) -> str:
    """How a form and a file write yes and no; nothing for what is not known."""
    return "" if value is None else "yes" if value else "no"


def figures_of(language: str, entry: Entry) -> dict[str, Any]:
    """What follows from what is stated of a programme, each None with its reason."""
    facts = facts_of(entry)
    found: dict[str, Any] = {"reasons": {}}
    for name, value in (
        ("use", use_of(facts)),
        ("cost", cost_per_participant(facts)),
        ("interval", satisfaction_interval(facts)),
    ):
        if isinstance(value, Unknown):
            found["reasons"][name] = unknown_word(language, value)
        found[name] = None if isinstance(value, Unknown) else value
    return found


def entry_view(language: str, entry: Entry) -> dict[str, Any]:
    """A programme as lists show it."""
    return {
        "code": entry.programme.code,
        "partner": label_of(entry.partner),
        "version": entry.version,
        "words": words_of(language, entry.version),
        **figures_of(language, entry),
    }


def options_of(language: str) -> Mapping[str, list[tuple[str, str]]]:
    """The values of each field that is one of a few, with their words."""
    return {
        name: [(value, translate(language, word)) for value, word in words.items()] for name, words in CHOICES.items()
    }

"""What pages show of the agreed set."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.consensus.pages import VERDICT_WORDS
from app.core.catalogues import translate
from app.core.words import pick
from app.indicators.agreed.queries import Ruling, is_agreed
from app.indicators.queries import Entry


def ruling_view(entry: Entry, found: Mapping[UUID, Ruling], language: str) -> dict[str, Any] | None:
    """What a survey said of an indicator, in words; None when none is through its rounds."""
    ruling = found.get(entry.indicator.id)
    if ruling is None:
        return None
    survey = ruling.survey
    return {
        "survey": pick(survey.title, language, survey.default_language),
        "slug": survey.slug,
        "round": ruling.round,
        "closed_at": ruling.closed_at,
        "verdict": translate(language, VERDICT_WORDS[ruling.verdict]),
        "version": ruling.version,
        "is_of_now": ruling.version_id == entry.version.id,
        "is_agreed": is_agreed(entry, found),
        "protocol": ruling.protocol,
    }


def set_view(entries: Sequence[Entry], found: Mapping[UUID, Ruling], language: str) -> dict[str, Any]:
    """The catalogue by what surveys said of it: agreed, judged otherwise, and not judged."""
    judged = [(one, ruling_view(one, found, language)) for one in entries]
    return {
        "agreed": [{"entry": one, "ruling": ruling} for one, ruling in judged if ruling and ruling["is_agreed"]],
        "others": [{"entry": one, "ruling": ruling} for one, ruling in judged if ruling and not ruling["is_agreed"]],
        "open": [one for one, ruling in judged if ruling is None],
    }

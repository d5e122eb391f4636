"""Adopted plans in a bundle: frozen as they were adopted; only what follows from them is computed again. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.actionplan.initiatives.rules import digest_of
from app.reports.bundle.comparing import Unknown

FROZEN = Unknown("an adopted plan stands as it was adopted; what it was made from may have changed since")


def edition_published(content: Mapping[str, Any], sha256: str) -> dict[str, Any]:
    """An adopted plan as it is shown, with the hash of its content."""
    return {"content": content, "sha256": sha256}


def edition_again(published: Mapping[str, Any]) -> dict[str, Any]:
    """The hash of an adopted plan, its costs, its sums and what it spends each year, from its own lines."""
    content: Mapping[str, Any] = published["content"]
    items: Sequence[Mapping[str, Any]] = content["items"]
    chosen = [item for item in items if item["is_in"]]
    years = [str(content["first_year"] + place) for place in range(content["years"])]
    return {
        "sha256": digest_of(dict(content)),
        "content": {
            **dict.fromkeys(content, FROZEN),
            "items": [{**dict.fromkeys(item, FROZEN), "cost": sum(item["cost_by_year"].values())} for item in items],
            "planned": sum(item["cost"] for item in chosen),
            "budget": sum(content["ceilings"]),
            "spend_by_year": [sum(item["cost_by_year"].get(year, 0) for item in chosen) for year in years],
        },
    }

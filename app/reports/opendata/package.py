"""The description of open data after the Frictionless specification, and its page to read. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.words import pick
from app.documents.showing import cleaned
from app.reports.bundle.archive import sha256
from app.reports.opendata import tables
from app.reports.opendata.rules import Released

LICENCES = {
    "CC0-1.0": ("Creative Commons CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("Creative Commons Attribution Share-Alike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "ODC-BY-1.0": ("Open Data Commons Attribution 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "ODbL-1.0": ("Open Data Commons Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
}
NOT_STATED = "not stated"
WHOLE, TEXT = "integer", "string"


def describe(
    survey: Mapping[str, Any], protocol: Mapping[str, Any], files: Mapping[str, bytes], *, day: str, licence: str
) -> dict[str, Any]:
    """The data package over the other files; without a licence it names none, which permits nothing."""
    own = protocol["default_language"]
    found: dict[str, Any] = {
        "profile": "data-package",
        "name": re.sub(r"[^a-z0-9._-]", "-", survey["slug"].lower()),
        "title": pick(survey["title"], own, own),
        "description": "Answers of a stakeholder consultation, without people: see README.txt.",
        "created": f"{day}T00:00:00Z",
        "languages": protocol["languages"],
    }
    if licence:
        title, path = LICENCES[licence]
        found["licenses"] = [{"name": licence, "title": title, "path": path}]
    schemas = _schemas(protocol)
    found["resources"] = [
        {
            "name": re.sub(r"[^a-z0-9._-]", "-", name.split("/")[-1].lower()),
            "path": name,
            "format": name.rpartition(".")[2],
            "mediatype": {"csv": "text/csv", "json": "application/json"}.get(name.rpartition(".")[2], "text/plain"),
            "encoding": "utf-8",
            "bytes": len(data),
            "hash": f"sha256:{sha256(data)}",
            **({"profile": "tabular-data-resource", "schema": schemas[name]} if name in schemas else {}),
        }
        for name, data in sorted(files.items())
    ]
    return found


def _schemas(protocol: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    scale, criteria = protocol["scale"], [one["code"] for one in protocol["criteria"]]
    limits = {"minimum": scale["low"], "maximum": scale["high"]}
    levels = scale["high"] - scale["low"] + 1
    wide = tables.wide_columns(criteria, scale["low"], levels)
    return {
        tables.LONG: _schema(
            [
                _field("round", WHOLE, required=True, minimum=1),
                _field("initiative", TEXT, required=True),
                _field("criterion", TEXT, required=True, enum=criteria),
                _field("group", TEXT),
                _field("value", WHOLE, **limits),
            ]
        ),
        tables.WIDE: _schema(
            [
                _field("round", WHOLE, required=True, minimum=1),
                _field("initiative", TEXT, required=True),
                _field("group", TEXT),
                *(_field(name, WHOLE, minimum=0) for name in wide[3:]),
            ]
        ),
        tables.HIDDEN: _schema(
            [_field("round", WHOLE), *(_field(name, TEXT) for name in ("initiative", "criterion", "what", "why"))]
        ),
        tables.CODEBOOK: _schema(
            [
                *(_field(name, TEXT) for name in ("kind", "code")),
                _field("version", WHOLE),
                *(_field(name, TEXT) for name in ("part", "language", "text")),
            ]
        ),
    }


def _schema(fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"fields": list(fields), "missingValues": [""]}


def _field(name: str, kind: str, **constraints: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **({"constraints": constraints} if constraints else {})}


def read_me(
    survey: Mapping[str, Any], protocol: Mapping[str, Any], released: Released, licence: str, *, has_plans: bool
) -> bytes:
    """What the data are, what was left out and why, and what may be done with them."""
    own = protocol["default_language"]
    title, path = LICENCES.get(licence, (NOT_STATED, ""))
    few, rounds = len(released.hidden), sorted({one.round for one in released.answers})
    lines = [
        # on one line, so that no title says what the lines below it say
        " ".join(cleaned(pick(survey["title"], own, own)).split()),
        *(["", "Invented demonstration content."] if survey["is_demo"] else []),
        "",
        "Answers of a stakeholder consultation as open data, without people.",
        "",
        f"{tables.LONG}: one row for each answer. {tables.WIDE}: one row for each round, initiative and group.",
        f"{tables.CODEBOOK} and {tables.CODEBOOK_JSON}: what columns and codes mean, in the words in which people were",
        "asked. datapackage.json describes all files.",
        *(["selection/: plans in the form of pabulib.org."] if has_plans else []),
        "",
        f"Rounds in these data: {', '.join(map(str, rounds)) or 'none'}. Others are not public, or not over.",
        "",
        f"The smallest group that an answer stands in holds {released.smallest or 0} answers to one question;",
        f"the rule is {released.k} at least. In {released.uniform} such groups all said the same: there the group",
        "tells the answer, as results do. No two answers are joined: nothing says which are from one person.",
        "",
        "Left out:",
        *(f"- {name}: {why}" for name, why in released.dropped),
        *([f"- the group, or all answers, at {few} items: {tables.HIDDEN} names each."] if few else []),
        "",
        f"Licence: {title}{f' ({path})' if path else ''}",
    ]
    return ("\n".join(lines) + "\n").encode()

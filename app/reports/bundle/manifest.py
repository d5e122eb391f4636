"""The manifest of a bundle: what made it, what it holds, and where each published figure stands."""

import platform
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256 as new_hash
from importlib.metadata import version
from pathlib import Path
from typing import Any

import app
from app import __version__
from app.reports.bundle.archive import sha256
from app.reports.bundle.comparing import leaves
from app.surveys.authoring.rules import protocol_hash

FORMAT, NAME = "innaxe-bundle/1", "manifest.json"
LIBRARIES = ("numpy", "scipy")


def hash_of_words(code: str, title: Mapping[str, str], summary: Mapping[str, str]) -> str:
    """The SHA-256 of the words in which an item was rated, in all their languages."""
    return protocol_hash({"code": code, "title": title, "summary": summary})


@cache
def code_hash() -> str:
    """The SHA-256 over the installed code, each file by its name and content."""
    root = Path(app.__file__).parent
    found = new_hash()
    for path in sorted(root.rglob("*.py")):
        found.update(f"{path.relative_to(root).as_posix()}\0{sha256(path.read_bytes())}\n".encode())
    return found.hexdigest()


def software() -> dict[str, Any]:
    """What computes here."""
    return {
        "name": "INNAXE",
        "version": __version__,
        "code_sha256": code_hash(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def make_manifest(
    files: Mapping[str, bytes],
    published: Mapping[str, Any],
    places: Mapping[str, Sequence[Mapping[str, str]]],
    *,
    survey: Mapping[str, Any],
    holds: str,
    dropped: Sequence[str],
) -> dict[str, Any]:
    """The manifest over all other files; `published` are the contents of those with figures, `places` where they stand.

    A figure stands at a place of its file under the path of its keys.
    """
    return {
        "format": FORMAT,
        "software": software(),
        "survey": {name: survey[name] for name in ("id", "external_id", "slug", "title", "protocol_sha256")},
        "holds": holds,
        "dropped": list(dropped),
        "published": {
            name: {"figures": sum(1 for _ in leaves(content)), "places": list(places[name])}
            for name, content in sorted(published.items())
        },
        "files": {name: {"sha256": sha256(data), "bytes": len(data)} for name, data in sorted(files.items())},
    }


def places_of(names: Sequence[str], survey: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Where what stands in each file of published figures is shown: pages, addresses for programs, files, commands."""
    return {name: _places(name.removeprefix("published/").removesuffix(".json"), survey) for name in names}


def _places(name: str, survey: Mapping[str, Any]) -> list[dict[str, str]]:
    slug, key = survey["slug"], survey["id"]
    first, number, *rest = [*name.split("-"), ""]
    if first == "round" and rest[0] == "findings":
        return [
            {"page": f"/results/{slug}?round={number}"},
            {"api": f"/api/v1/surveys/{key}/results?round={number}"},
            {"file": f"/results/{slug}/table.csv?round={number}"},
        ]
    if first == "round":
        return [
            {"page": f"/results/{slug}/figures?round={number}"},
            {"api": f"/api/v1/surveys/{key}/figures?round={number}"},
        ]
    if first == "plan" and rest[0] == "edition":
        return [{"page": f"/plans/{number}/editions/{rest[1]}"}]
    if first == "plan":
        return [
            {"page": f"/plans/{number}?scenario={rest[1]}"},
            {"file": f"/plans/{number}/export.json?scenario={rest[1]}"},
        ]
    if first == "priorities":
        return [{"page": f"/priorities/{slug}"}, {"api": f"/api/v1/surveys/{key}/priorities"}]
    return [{"command": "innaxe analyse --respondents answers/respondents.csv --ratings answers/ratings.csv"}]

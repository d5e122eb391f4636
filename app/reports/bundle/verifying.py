"""Checking a bundle: is it whole, does it say what was fixed, and does every figure come out again? Pure.

It needs no server, no network and no database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.reports.bundle.answers import RATINGS, RESPONDENTS
from app.reports.bundle.archive import Broken, from_json, sha256, unpack
from app.reports.bundle.comparing import Fate, Line, compare, leaves
from app.reports.bundle.manifest import FORMAT, NAME, hash_of_words, places_of, software
from app.reports.bundle.recomputing import ANALYSIS, COUNTS, EDITION, PRIORITIES, Content, findings_name, recompute
from app.surveys.authoring.rules import protocol_hash

SIGNS = 64
"""Of a SHA-256 in hexadecimal."""
MOST_YEARS, MOST_LEVELS, MOST_DRAWS = 50, 101, 100_000
"""More of them than any bundle has would fill the machine of whoever checks it."""
NEEDED = ("protocol.json", "survey.json", "items.json", "rounds.json", PRIORITIES)
NEEDED_WITH = {"answers": (RESPONDENTS, RATINGS, ANALYSIS), "counts": (COUNTS,)}


@dataclass
class Verdict:
    """What checking a bundle found: what is wrong with it, and what became of each published figure."""

    faults: list[str] = field(default_factory=list[str])
    equal: int = 0
    differing: list[str] = field(default_factory=list[str])
    not_recomputed: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    notes: list[str] = field(default_factory=list[str])

    @property
    def is_equal(self) -> bool:
        """Whether nothing is wrong and no figure differs."""
        return not self.faults and not self.differing


def verify(data: bytes) -> Verdict:
    """What is wrong with a bundle, and which of its figures are equal, differ, or cannot be recomputed."""
    verdict = Verdict()
    try:
        files = unpack(data)
        manifest = _manifest(files)
    except Broken as fault:
        verdict.faults.append(str(fault))
        return verdict
    verdict.faults += _faults_of_files(manifest, files)
    verdict.notes += _notes(manifest)
    missing = [name for name in (*NEEDED, *NEEDED_WITH[manifest["holds"]]) if name not in files]
    verdict.faults += [f"{name} is missing: a bundle with {manifest['holds']} needs it." for name in missing]
    if missing:
        return verdict
    try:
        content = Content(files)
        _check_sizes(content)
        verdict.faults += _faults_of_content(content)
        verdict.faults += _faults_of_manifest(manifest, content)
        _judge(verdict, content, manifest)
    # whatever a changed file makes of the computing, it is told and not raised
    except Exception as fault:
        verdict.faults.append(f"The figures cannot be recomputed: {type(fault).__name__}: {fault}.")
    return verdict


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    if NAME not in files:
        raise Broken(f"The file has no {NAME}: it is no bundle.")
    no_manifest = Broken(f"{NAME} is not that of a bundle of the format {FORMAT}.")
    try:
        manifest = from_json(files[NAME])
        is_readable = manifest["format"] == FORMAT and manifest["holds"] in NEEDED_WITH
        is_readable = is_readable and all(len(one["sha256"]) == SIGNS for one in manifest["files"].values())
        is_readable = is_readable and all(name in manifest for name in ("software", "published", "survey"))
    except (Broken, KeyError, TypeError, AttributeError) as fault:
        raise no_manifest from fault
    if not is_readable:
        raise no_manifest
    return manifest


def _faults_of_files(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> list[str]:
    listed: Mapping[str, Mapping[str, Any]] = manifest["files"]
    faults = [f"{name} is missing." for name in listed if name not in files]
    faults += [f"{name} is not in the manifest: it was added." for name in files if name not in listed and name != NAME]
    faults += [
        f"{name} was changed: its SHA-256 is not that of the manifest."
        for name, one in listed.items()
        if name in files and sha256(files[name]) != one["sha256"]
    ]
    return faults


def _notes(manifest: Mapping[str, Any]) -> list[str]:
    made, here = manifest["software"], software()
    return [
        f"{name} here is {here[name]}, where the bundle was made {made.get(name)}."
        for name in ("version", "code_sha256", "python", "libraries")
        if made.get(name) != here[name]
    ]


def _faults_of_content(content: Content) -> Iterator[str]:
    """What was fixed and is not as it was: the protocol, the words of items, the sheets behind them."""
    if protocol_hash(content.protocol) != content.survey["protocol_sha256"]:
        yield "protocol.json is not the protocol that was fixed when the survey was published: its hash differs."
    fixed = {item["code"]: item for item in content.protocol["items"]}
    for item in content.items:
        code = item["code"]
        if code not in fixed:
            yield f"items.json: {code} is not in the protocol."
            continue
        for part in ("title", "summary"):
            for line in compare(item[part], fixed[code][part], part):
                if line.fate is Fate.DIFFERS:
                    told = line.told.replace("published", "here").replace("recomputed", "when it was rated")
                    yield f"items.json: {code}, {line.path}: {told}."
        if hash_of_words(code, item["title"], item["summary"]) != item["sha256"]:
            yield f"items.json: the words of {code} are not those of its hash."
    for code in sorted(set(fixed) - {item["code"] for item in content.items}):
        yield f"items.json: {code} of the protocol is missing."


def _check_sizes(content: Content) -> None:
    """Raises Broken for numbers from which lists are made that no machine holds."""
    scale = content.protocol["scale"]
    sizes = [("levels", scale["high"] - scale["low"] + 1, MOST_LEVELS)]
    for name in content.files:
        if name.startswith("plans/"):
            sizes.append((f"{name}: years", from_json(content.files[name])["plan"]["years"], MOST_YEARS))
        elif EDITION.fullmatch(name):
            sizes.append((f"{name}: years", content.published(name)["content"]["years"], MOST_YEARS))
    for told in content.rounds:
        name = findings_name(told["number"])
        sizes.append((f"{name}: draws", content.published(name)["draws"], MOST_DRAWS))
    for what, size, most in sizes:
        if size > most:
            raise Broken(f"{what}: {size} are more than any bundle has")


def _faults_of_manifest(manifest: Mapping[str, Any], content: Content) -> Iterator[str]:
    """What the manifest says of the survey and of where figures stand, and the other files do not."""
    names = [name for name in content.files if name.startswith("published/")]
    for name, own in places_of(names, content.survey).items():
        told = manifest["published"].get(name, {})
        if told != {"figures": sum(1 for _ in leaves(content.published(name))), "places": own}:
            yield f"{NAME}: how many figures are in {name}, or where they stand, is not as it says."
    if any(told != content.survey.get(name) for name, told in manifest["survey"].items()):
        yield f"{NAME}: it names another survey than survey.json."


def _judge(verdict: Verdict, content: Content, manifest: Mapping[str, Any]) -> None:
    made = set[str]()
    for name, found in recompute(content):
        made.add(name)
        if name not in content.files:
            verdict.faults.append(f"{name} is missing: its figures are not published here.")
            continue
        for line in compare(content.published(name), found):
            _note(verdict, name, manifest, line)
    for name in sorted(content.files):
        if name.startswith("published/") and name not in made:
            verdict.faults.append(f"{name}: nothing in the bundle says how its figures come about.")
    for told in content.rounds:
        name = f"published/round-{told['number']}-findings.json"
        if protocol_hash(content.published(name)) != told["sha256"]:
            verdict.faults.append(f"{name}: these are not the findings that were frozen; their hash differs.")


def _note(verdict: Verdict, name: str, manifest: Mapping[str, Any], line: Line) -> None:
    if line.fate is Fate.EQUAL:
        verdict.equal += 1
    elif line.fate is Fate.DIFFERS:
        places: Sequence[Mapping[str, str]] = manifest["published"].get(name, {}).get("places", [])
        shown = "; ".join(address for place in places for address in place.values())
        verdict.differing.append(f"{name} ({shown}): {line.path}: {line.told}")
    else:
        verdict.not_recomputed.setdefault(line.told, []).append(f"{name}: {line.path}")

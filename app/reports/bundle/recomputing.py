"""All figures of a bundle computed again from its protocol, answers or counts, and rules. Pure.

Nothing is taken from what was published but what no answer tells: when a round closed, and how many were invited.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from app.actionplan.priorities.document import Listed, priority_document
from app.actionplan.priorities.rules import Way, Weighing
from app.consensus.analysis import SEED, analyse
from app.consensus.basis import Basis, hidden_helices, make_basis, rank_under, shown_means
from app.consensus.figures.catalogue import make_figures
from app.consensus.figures.model import as_data
from app.consensus.figures.queries import distinct
from app.consensus.figures.reading import Reading
from app.consensus.findings import Setting, make_findings
from app.consensus.models import Snapshot
from app.consensus.overall import draw_shown
from app.consensus.panel import carry_forward, natural_order
from app.core.words import pick
from app.documents.to_json import to_json
from app.reports.bundle import answers as tables
from app.reports.bundle.answers import Answers
from app.reports.bundle.archive import from_json, sha256
from app.reports.bundle.comparing import Unknown
from app.reports.bundle.counting import FROZEN_BY, findings_from
from app.reports.bundle.editions import edition_again
from app.reports.bundle.plans import (
    NO_BASIS,
    draws_again,
    evidence_again,
    published_again,
    without_people,
    work_again,
)
from app.surveys.authoring.models import Criterion, Survey, SurveyItem
from app.web.helices import marks_of

COUNTS = "counts/counts.json"
ORDERS_STAY = Unknown("in which order items were asked is drawn for each person and would tell whose answers they are")
LIST_CHANGED = Unknown("it was counted at the closing from a list of invitations that has changed since")


class Again(NamedTuple):
    """A file of published figures, made again: its name, and what should stand in it."""

    name: str
    content: Any


class Content:
    """What a bundle says, read from its files."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.protocol: dict[str, Any] = from_json(files["protocol.json"])
        self.survey: dict[str, Any] = from_json(files["survey.json"])
        self.items: list[dict[str, Any]] = from_json(files["items.json"])
        self.rounds: list[dict[str, Any]] = from_json(files["rounds.json"])
        self.answers = tables.from_files(files, self.protocol) if tables.RATINGS in files else None
        self.counts: dict[str, Any] = from_json(files[COUNTS]) if COUNTS in files else {}

    def published(self, name: str) -> Any:
        """A file of published figures."""
        return from_json(self.files[name])


def findings_name(number: int) -> str:
    """The file with the findings of a round."""
    return f"published/round-{number}-findings.json"


def figures_name(number: int) -> str:
    """The file with the figures of a round."""
    return f"published/round-{number}-figures.json"


EDITION = re.compile(r"published/plan-\d+-edition-\d+\.json")
ANALYSIS, PRIORITIES = "published/analysis.json", "published/priorities.json"


def recompute(content: Content) -> Iterator[Again]:
    """Each file of published figures with what it should say."""
    bases: dict[int, Basis] = {}
    for place, told in enumerate(content.rounds):
        number = told["number"]
        findings = findings_again(content, place)
        yield Again(findings_name(number), findings)
        published = content.published(findings_name(number))
        if content.answers:
            bases[number] = basis_again(content, place, published)
        yield Again(figures_name(number), figures_again(content, place, published, bases.get(number)))
    if content.answers:
        yield Again(ANALYSIS, analysis_again(content))
    last = content.rounds[-1]["number"]
    newest = content.published(findings_name(last))
    yield Again(PRIORITIES, priorities_again(content, newest, bases.get(last)))
    for name in sorted(content.files):
        if name.startswith("plans/"):
            given = from_json(content.files[name])
            number = given["plan"]["round_number"]
            is_there = findings_name(number) in content.files
            findings = content.published(findings_name(number)) if is_there else None
            evidence, found = evidence_again(given, findings, bases.get(number)), work_again(given)
            robust = draws_again(given, findings, bases.get(number))
            made = published_again(given, evidence, found, robust)
            made |= {"evidence": evidence, "found": found, "robust": robust}
            yield Again(name.replace("plans/", "published/"), made)

    for name in sorted(content.files):
        if EDITION.fullmatch(name):
            yield Again(name, edition_again(content.published(name)))


def findings_again(content: Content, place: int) -> dict[str, Any]:
    """The findings of a round, from answers or from counts."""
    told, survey, protocol = content.rounds[place], content.survey, content.protocol
    if content.answers is None:
        fixed = {
            "survey": survey["id"],
            "round": told["number"],
            "closed_at": told["closed_at"],
            "scale": {name: protocol["scale"][name] for name in ("low", "high")},
            "helices": helices_of(protocol),
            "criteria": [one["code"] for one in protocol["criteria"]],
            "initiatives": sorted((item["code"] for item in content.items), key=natural_order),
            "weights": weights_of(protocol),
            "rule": protocol["rule"],
            "minimum": protocol["minimum_group"],
            "seed": protocol["seed"],
        }
        return findings_from(content.counts[str(told["number"])], fixed)
    found = make_findings(
        content.answers.upto(told["number"], with_later=told["with_later"]),
        setting_of(content, content.answers, place),
        datetime.fromisoformat(told["closed_at"]),
    )
    if not told["is_list_as_it_was"]:
        found |= {"invited": LIST_CHANGED, "flow": _without_invited(found["flow"])}
    return found | {"engine": FROZEN_BY, "checks": {**found["checks"], "order": ORDERS_STAY}}


def _without_invited(flow: Mapping[str, Any]) -> dict[str, Any]:
    groups = {
        by: {name: {**stages, "invited": LIST_CHANGED} for name, stages in flow[by].items()}
        for by in ("by_helix", "by_region")
    }
    return {**flow, **groups, "all": {**flow["all"], "invited": LIST_CHANGED}}


def setting_of(content: Content, answers: Answers, place: int) -> Setting:
    """What was fixed before a round, and who was asked."""
    told, survey, protocol = content.rounds[place], content.survey, content.protocol
    course = told["course"]
    before = content.published(findings_name(content.rounds[place - 1]["number"])) if place else None
    invited: dict[str, int] = {}
    for helix, _, count, *_ in course:
        if count:
            invited[helix] = invited.get(helix, 0) + count
    return Setting(
        survey=survey["id"],
        helices=helices_of(protocol),
        weights=weights_of(protocol),
        rule=protocol["rule"],
        minimum=protocol["minimum_group"],
        seed=protocol["seed"],
        invited=invited,
        asked=asked_of(content),
        course={(helix, region): (count, begun, sent) for helix, region, count, begun, sent in course},
        languages=answers.languages,
        before=before,
    )


def asked_of(content: Content) -> dict[int, list[str] | None]:
    """Which items each round asked about."""
    return {told["number"]: told["asked"] for told in content.rounds}


def weights_of(protocol: Mapping[str, Any]) -> dict[str, float]:
    """The weights of criteria that a protocol fixes."""
    return {one["code"]: one["weight"] for one in protocol["criteria"]}


def helices_of(protocol: Mapping[str, Any]) -> list[str]:
    """The groups a respondent can speak for, in the order they are asked."""
    return [option["code"] for one in protocol["questions"] if one["code"] == "helix" for option in one["options"]]


def basis_again(content: Content, place: int, findings: Mapping[str, Any]) -> Basis:
    """What a ranking under any weights rests on, from answers; without what stakeholders said of weights."""
    assert content.answers
    told = content.rounds[place]
    panel = carry_forward(content.answers.upto(told["number"], with_later=told["with_later"]), asked_of(content))
    draws = draw_shown(
        panel,
        findings["helices"],
        hidden_helices(findings),
        shown_means(findings),
        seed=findings["seed"],
        draws=findings["draws"],
    )
    return Basis(make_basis(findings, draws, None))


def figures_again(content: Content, place: int, findings: Mapping[str, Any], basis: Basis | None) -> Any:
    """The figures of a round in the survey's own language, by name and criterion."""
    survey, protocol = content.survey, content.protocol
    language = protocol["default_language"]
    number = content.rounds[place]["number"]
    before = findings_name(number - 1)
    options = {one["code"]: one["options"] for one in protocol["questions"]}
    reading = Reading(
        survey=pick(survey["title"], language, language),
        findings=findings,
        before=content.published(before) if before in content.files else None,
        sha256=content.rounds[place]["sha256"],
        titles=distinct({item["code"]: pick(item["title"], language, language) for item in content.items}),
        criteria={one["code"]: pick(one["label"], language, language) for one in protocol["criteria"]},
        marks=[
            one for one in marks_of(options.get("helix", []), language, language) if one.code in helices_of(protocol)
        ],
        regions={one["code"]: pick(one["label"], language, language) for one in options.get("region", [])},
        chances=rank_under(findings, basis, findings["weights"]).probability if basis else {},
        language=language,
    )
    return {
        f"{figure.name}.{figure.criterion}" if figure.criterion else figure.name: (
            NO_BASIS if figure.name == "rank-chances" and basis is None else as_data(figure)
        )
        for figure in make_figures(reading)
    }


def analysis_again(content: Content) -> dict[str, Any]:
    """What `innaxe analyse` makes of the two tables."""
    assert content.answers
    return analyse(
        tables.only_rated(content.answers.panel),
        weights=weights_of(content.protocol),
        seed=SEED,
        inputs={
            "respondents": sha256(content.files[tables.RESPONDENTS]),
            "ratings": sha256(content.files[tables.RATINGS]),
        },
    )


def priorities_again(content: Content, findings: Mapping[str, Any], basis: Basis | None) -> Any:
    """The prioritised list under the weights fixed with the survey, as its file in JSON."""
    survey, protocol = content.survey, content.protocol
    last = content.rounds[-1]
    used = basis or without_people(findings)
    titled: dict[str, Any] = {
        **{name: survey[name] for name in ("external_id", "title", "is_demo")},
        "minimum_group": protocol["minimum_group"],
    }
    frozen: dict[str, Any] = {"findings": dict(findings), "sha256": last["sha256"], "round_number": last["number"]}
    asked: list[dict[str, Any]] = [
        {name: item[name] for name in ("code", "title", "facts", "source_id")} for item in content.items
    ]
    criteria: list[dict[str, Any]] = [{name: one[name] for name in ("code", "label")} for one in protocol["criteria"]]
    listed = Listed(
        Survey(**titled),
        Snapshot(**frozen),
        used,
        Weighing(Way.FIXED, dict(findings["weights"])),
        rank_under(findings, used, findings["weights"]),
        [SurveyItem(**one) for one in asked],
        [Criterion(**one) for one in criteria],
    )
    found = from_json(to_json(priority_document(listed, protocol["default_language"], "")))
    if basis is None:
        for row in found["tables"][0]["rows"]:
            if row["score"] is not None:
                row |= dict.fromkeys(("likely_rank_from", "likely_rank_to"), NO_BASIS)
        found["tables"][1] = NO_BASIS
    return found

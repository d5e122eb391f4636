"""Making a bundle, and noting it in the history like every file that leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.auth.permissions import require
from app.consensus.models import Snapshot
from app.consensus.queries import list_snapshots
from app.core.errors import Conflict, NotFound
from app.history.service import record
from app.people.rules import Actor
from app.reports.bundle.answers import Answers, to_files
from app.reports.bundle.archive import from_json, pack, sha256, to_json
from app.reports.bundle.counting import counts_of
from app.reports.bundle.manifest import NAME, make_manifest, places_of
from app.reports.bundle.plans import published_of
from app.reports.bundle.publishing import figures_published, priorities_published
from app.reports.bundle.reading import read_answers, read_editions, read_items, read_plans, read_rounds, read_survey
from app.reports.bundle.recomputing import (
    ANALYSIS,
    COUNTS,
    PRIORITIES,
    Content,
    analysis_again,
    figures_name,
    findings_again,
    findings_name,
)
from app.surveys.authoring.models import Survey

NOTHING = "There are no results yet. They appear when a round has closed."
GONE = "The answers are no longer there. Make a bundle of counts."
WITHDRAWN = (
    "Answers were withdrawn since the results were frozen. Beside the published counts, those that are left would tell "
    "what was withdrawn. Make a bundle of counts."
)
ANSWERS_DROPPED = (
    "Names, addresses, texts, days and codes of respondents: no figure rests on them.",
    "In which order each person was asked: it is drawn with their code and would tell whose answers they are.",
)
COUNTS_DROPPED = (
    "Answers: what leaves are counts that have passed disclosure control.",
    "Counts of groups under the minimum, and of those that could be found by subtraction.",
    "Of regions all but the share of high ratings.",
    "The list of invitations; how many were invited, began and sent is told as far as it may be shown.",
)


def create_bundle(session: Session, actor: Actor, survey: Survey, *, with_answers: bool) -> bytes:
    """Everything needed to recompute what was published of a survey, as a zip file.

    With answers it is the operator's; of counts that may be shown, for whoever may export results. Raises NotFound
    before a round has closed, Conflict where answers are gone, in whole or in part.
    """
    require(actor, "results.unsuppressed" if with_answers else "results.export", survey)
    snapshots = list_snapshots(session, survey.id)
    if not snapshots:
        raise NotFound(NOTHING)
    return pack(_files(session, actor, survey, snapshots, with_answers=with_answers))


def note_bundle(session: Session, actor: Actor, survey: Survey, data: bytes, *, with_answers: bool) -> None:
    """Note a bundle in the history, before it is handed out."""
    record(session, actor, "bundle.made", survey, after={"answers": with_answers, "sha256": sha256(data)})


def _files(
    session: Session, actor: Actor, survey: Survey, snapshots: Sequence[Snapshot], *, with_answers: bool
) -> dict[str, bytes]:
    named, rounds = read_survey(session, survey), read_rounds(session, survey, snapshots)
    plans, dropped = read_plans(session, actor, survey)
    files = {
        "protocol.json": to_json(survey.protocol),
        "survey.json": to_json(named),
        "items.json": to_json(read_items(session, survey)),
        **{f"plans/{name}.json": to_json(given) for name, given in plans.items()},
        **{findings_name(one.round_number): to_json(one.findings) for one in snapshots},
    }
    if with_answers:
        answers = read_answers(session, survey, snapshots)
        if answers is None:
            raise Conflict(GONE)
        files |= to_files(answers)
        files["rounds.json"] = to_json(_settled(files, rounds, answers, snapshots))
        dropped += ANSWERS_DROPPED
    else:
        files["rounds.json"] = to_json([one | {"course": None, "with_later": None} for one in rounds])
        files[COUNTS] = to_json({str(one.round_number): counts_of(one.findings) for one in snapshots})
        dropped += COUNTS_DROPPED
    published = _published(session, survey, snapshots, plans)
    published |= {f"published/{name}.json": told for name, told in read_editions(session, actor, survey).items()}
    if with_answers:
        published[ANALYSIS] = analysis_again(Content(files))
    files |= {name: to_json(content) for name, content in published.items()}
    files["README.txt"] = README.encode()
    manifest = make_manifest(
        files,
        {name: from_json(files[name]) for name in files if name.startswith("published/")},
        places_of([name for name in files if name.startswith("published/")], named),
        survey=named,
        holds="answers" if with_answers else "counts",
        dropped=dropped,
    )
    return files | {NAME: to_json(manifest)}


def _published(
    session: Session, survey: Survey, snapshots: Sequence[Snapshot], plans: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What pages and files show, made as they make it; findings are there as they were frozen."""
    found: dict[str, Any] = {
        figures_name(one.round_number): figures_published(session, survey, one) for one in snapshots
    }
    found[PRIORITIES] = priorities_published(session, survey)
    for name, given in plans.items():
        found[f"published/{name}.json"] = {
            **published_of(given),
            "evidence": {item["code"]: item["evidence"] for item in given["items"]},
            "found": given["found"],
            "robust": given["robust"],
        }
    return found


def _settled(
    files: Mapping[str, bytes], rounds: Sequence[dict[str, Any]], answers: Answers, snapshots: Sequence[Snapshot]
) -> list[dict[str, Any]]:
    """The rounds as findings can be recomputed with: who was there already, and whether the list is as it was.

    Raises Conflict where the answers left are not those that were counted.
    """
    found = [dict(one) for one in rounds]
    for place, snapshot in enumerate(snapshots):
        for is_later in (False, True):
            found[place]["with_later"] = is_later
            again = findings_again(Content({**files, "rounds.json": to_json(found), PRIORITIES: b"{}"}), place)
            if counts_of(again) == counts_of(snapshot.findings):
                break
        else:
            raise Conflict(WITHDRAWN)
        found[place]["is_list_as_it_was"] = all(
            again[name] == snapshot.findings.get(name) for name in ("invited", "flow")
        )
    return found


README = """INNAXE bundle

Everything needed to recompute the published figures of a survey: what was fixed beforehand (protocol.json), the items
in the words in which they were rated (items.json), answers under fresh numbers or counts that may be shown, what each
plan rests on (plans/), and every published figure (published/), with the places where it stands (manifest.json).

    innaxe bundle verify FILE.zip

recomputes them all, without a server or a network, and names each that differs (exit code 8) and each that counts do
not suffice for. Answers are of people who were promised that results are shown for groups only: a bundle with answers
is for whoever checks the figures, not for publication.
"""

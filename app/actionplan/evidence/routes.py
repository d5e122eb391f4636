"""Evidence in the browser: all of it, of one initiative, and as a file."""

from collections import Counter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actionplan.evidence.exporting import export_evidence
from app.actionplan.evidence.pages import (
    FATE_WORDS,
    FOLDER,
    STANCE_WORDS,
    dots_in_all,
    dots_of_helix,
    helix_marks,
    organisation_names,
    stance_bar,
    summaries,
    words_of,
)
from app.actionplan.evidence.queries import (
    answered_of,
    count_interviews,
    evidence_of,
    find_rated,
    list_interviews,
    list_stances,
    list_votes,
    list_workshops,
    shown_by_initiative,
)
from app.actionplan.evidence.rules import HELICES, mostly
from app.actionplan.initiatives.queries import get_own_initiative, list_initiatives
from app.actionplan.priorities.routes import download
from app.auth.guard import permitted
from app.auth.permissions import may
from app.consensus.pages import criterion_label
from app.core.clock import today
from app.people.rules import Actor
from app.surveys.authoring.queries import list_criteria
from app.web.deps import SessionDep, WritingSessionDep
from app.web.helices import Mark
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(tags=["evidence"])

ReaderDep = Annotated[Actor, permitted("evidence.read")]


@router.get("/evidence")
def evidence_list(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """The workshops and interviews, who spoke in them, and what they gave which initiative."""
    language = language_of(request)
    workshops = list_workshops(session, actor)
    votes = list_votes(session, actor)
    keys = [initiative.id for initiative, _ in list_initiatives(session, actor)]
    interviews, by_helix = count_interviews(session, actor)
    came: Counter[str] = Counter()
    for workshop in workshops:
        came.update(workshop.participants)
    marks = helix_marks(language)
    heard = {helix: came[helix] + (by_helix[helix] or 0) for helix in HELICES}
    return render(
        request,
        f"{FOLDER}/list.html",
        workshops=workshops,
        organisations=organisation_names(session, actor),
        given={workshop.id: _given(votes, workshop.id) for workshop in workshops},
        interviews=list_interviews(session, actor),
        interview_count=interviews,
        groups=_groups(marks, came, by_helix, answered_of(session, actor) if may(actor, "results.read") else None),
        mostly=[mark.label for helix in mostly(heard) for mark in marks if mark.code == helix],
        marks={mark.code: mark for mark in marks},
        summaries=summaries(session, actor, votes, shown_by_initiative(session, keys)),
        stances=words_of(STANCE_WORDS, language),
        may_change=may(actor, "evidence.change"),
        may_export=may(actor, "evidence.export"),
        today=today(),
    )


@router.get("/evidence/export.{kind}")
def export_evidence_page(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("evidence.export")],
    kind: str,
) -> Response:
    """What may be shown of all evidence as a file; noted in the history."""
    return download(export_evidence(session, actor, kind, language_of(request)))


@router.get("/initiatives/{initiative_id}/evidence")
def initiative_evidence(request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> Response:
    """What workshops and interviews said of one initiative, beside what the survey said."""
    language = language_of(request)
    initiative, version = get_own_initiative(session, actor, initiative_id)
    found = evidence_of(session, actor, initiative_id)
    shown = [line.shown for line in found.workshops]
    rated = find_rated(session, actor, initiative_id) if may(actor, "results.read") else None
    cells: dict[str, Any] = rated.line["by_helix"] if rated else {}
    marks = helix_marks(language)
    return render(
        request,
        f"{FOLDER}/initiative.html",
        initiative=initiative,
        version=version,
        tab="evidence",
        workshops=found.workshops,
        changes=[line for line in found.workshops if line.vote.change],
        found=found,
        bar=stance_bar(found.stances.stances),
        quotes=found.quotes,
        rated=rated,
        criterion=criterion_label(list_criteria(session, rated.survey.id), rated.criterion, rated.survey, language)
        if rated
        else "",
        dots=dots_in_all(shown),
        groups=[
            {
                "mark": mark,
                "survey": cells.get(mark.code, {}),
                "dots": dots_of_helix(shown, mark.code),
                "stances": found.stances.by_helix[mark.code],
                "bar": stance_bar(found.stances.by_helix[mark.code]),
            }
            for mark in marks
        ],
        marks={mark.code: mark for mark in marks},
        held=[
            line
            for line in list_stances(session, actor, initiative_id=initiative_id)
            if may(actor, "evidence.words", line.interview)
        ],
        stances=words_of(STANCE_WORDS, language),
        fates=words_of(FATE_WORDS, language),
        today=today(),
    )


def _given(votes: list[Any], workshop_id: UUID) -> int | None:
    return dots_in_all([line.shown for line in votes if line.workshop.id == workshop_id])


def _groups(
    marks: list[Mark], came: Counter[str], interviews: dict[str, int | None], answered: Any
) -> list[dict[str, Any]]:
    total = came.total() or 1
    return [
        {
            "mark": mark,
            "came": came[mark.code],
            "share": round(100 * came[mark.code] / total, 2),
            "interviews": interviews[mark.code],
            "answered": (answered or {}).get(mark.code, {}).get("n"),
        }
        for mark in marks
    ]

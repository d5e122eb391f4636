"""Running a survey in the browser: publishing it, and whom it asks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.mail.reasons import in_words
from app.people.rules import Actor
from app.surveys.answering.addresses import list_addresses
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.idea_round import next_checks
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_items, option_names
from app.surveys.rounds.inviting import send_invitations
from app.surveys.rounds.live_pages import STANDING_NAMES
from app.surveys.rounds.people import PastedLine, add_people, bounces_of, coverage_of, read_list, standings_of
from app.surveys.rounds.queries import (
    asks_ideas_next,
    count_invitations,
    find_open_round,
    find_unclosed_round,
    list_invitations,
)
from app.surveys.rounds.rules import Standing
from app.surveys.rounds.service import open_round
from app.surveys.rounds.suggesting import accept_suggestion, list_suggestions, reject_suggestion
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["rounds"])

OpenerDep = Annotated[Actor, permitted("round.open")]
ReaderDep = Annotated[Actor, permitted("survey.read")]
FOLDER = "surveys/rounds"
LONGEST_LIST = 500_000


@router.get("/surveys/{slug}/publish")
def publish_page(request: Request, session: SessionDep, actor: OpenerDep, slug: str) -> Response:
    """What was checked, what publishing or the round of ideas fixes, and the button."""
    survey = get_changeable_survey(session, actor, slug)
    if survey.published_at or find_unclosed_round(session, survey.id):
        return redirect(request, "survey_page", slug=slug)
    return _publish_page(request, session, survey)


@router.post("/surveys/{slug}/publish", dependencies=[OwnForm])
def publish_survey(
    request: Request, session: SessionDep, settings: SettingsDep, actor: OpenerDep, slug: str
) -> Response:
    """Fix what the next round asks, open it and promise the mails; a second press finds it done."""
    survey = get_changeable_survey(session, actor, slug)
    if survey.published_at or find_unclosed_round(session, survey.id):
        return redirect(request, "survey_page", slug=slug)
    if any(check.is_blocking for check in next_checks(session, survey)):
        return _publish_page(request, session, survey, status=422)
    open_round(session, actor, survey)
    send_invitations(session, actor, survey, settings)
    return redirect(request, "survey_page", slug=slug)


@router.get("/surveys/{slug}/people")
def people_page(request: Request, session: SessionDep, actor: OpenerDep, slug: str) -> Response:
    """Who is invited, what they cover, and a box to paste more."""
    survey = get_changeable_survey(session, actor, slug)
    added = request.query_params.get("added")
    return _people_page(request, session, survey, added=None if added is None else whole_number(added, 0))


@router.post("/surveys/{slug}/people", dependencies=[OwnForm])
def add_people_page(request: Request, session: SessionDep, actor: OpenerDep, slug: str, typed: FormDep) -> Response:
    """Add the lines without a fault; the others come back in the box, each with its reason."""
    survey = get_changeable_survey(session, actor, slug)
    text = typed.get("people", "")
    try:
        if len(text) > LONGEST_LIST:
            raise Invalid("A list has at most 5,000 lines.", {"people": "A list has at most 5,000 lines."})
        lines = read_list(session, survey, text)
        if not lines:
            raise Invalid("Paste at least one address.", {"people": "Paste at least one address."})
    except Invalid as refusal:
        errors = {name: translate(language_of(request), sentence) for name, sentence in refusal.errors.items()}
        return _people_page(request, session, survey, text=text[:LONGEST_LIST], errors=errors)
    added = add_people(session, actor, survey, lines)
    if all(not line.faults and not line.advice for line in lines):
        return redirect(request, "people_page", slug=slug, query=f"added={added}")
    return _people_page(request, session, survey, lines=lines, added=added)


@router.post("/surveys/{slug}/suggestions/{suggestion_id}/acceptance", dependencies=[OwnForm])
def accept_named(request: Request, session: SessionDep, actor: OpenerDep, slug: str, suggestion_id: UUID) -> Response:
    """Put somebody on the list whom a person invited has named; they are mailed with the next invitations."""
    survey = get_changeable_survey(session, actor, slug)
    accept_suggestion(session, actor, survey, suggestion_id)
    return redirect(request, "people_page", slug=slug, query="added=1")


@router.post("/surveys/{slug}/suggestions/{suggestion_id}/rejection", dependencies=[OwnForm])
def reject_named(request: Request, session: SessionDep, actor: OpenerDep, slug: str, suggestion_id: UUID) -> Response:
    """Do not ask somebody whom a person invited has named; the address is deleted."""
    survey = get_changeable_survey(session, actor, slug)
    reject_suggestion(session, actor, survey, suggestion_id)
    return redirect(request, "people_page", slug=slug)


@router.post("/surveys/{slug}/invitations", dependencies=[OwnForm])
def send_invitations_page(
    request: Request, session: SessionDep, settings: SettingsDep, actor: OpenerDep, slug: str
) -> Response:
    """Mail those on the list who have no invitation yet; pressing twice mails nobody twice."""
    survey = get_changeable_survey(session, actor, slug)
    count = send_invitations(session, actor, survey, settings)
    return redirect(request, "live_page", slug=slug, query=f"sent={count}")


def _publish_page(request: Request, session: Session, survey: Survey, *, status: int = 200) -> Response:
    language = language_of(request)
    checks = [
        {
            "sentence": translate(language, check.sentence, **dict(check.values)),
            "step": check.step,
            "target": check.target,
            "is_blocking": check.is_blocking,
        }
        for check in next_checks(session, survey)
    ]
    return render(
        request,
        f"{FOLDER}/publish.html",
        status=status,
        survey=survey,
        blocking=[check for check in checks if check["is_blocking"]],
        advice=[check for check in checks if not check["is_blocking"]],
        items=len(list_items(session, survey.id)),
        invited=sum(count_invitations(session, survey.id).values()),
        first=next((tag for tag in survey.languages if tag != survey.default_language), None),
        asks_ideas=asks_ideas_next(session, survey),
        question=pick(survey.idea_question, language, survey.default_language),
    )


def _people_page(
    request: Request,
    session: Session,
    survey: Survey,
    *,
    text: str = "",
    errors: dict[str, str] | None = None,
    lines: list[PastedLine] | None = None,
    added: int | None = None,
) -> Response:
    language = language_of(request)
    for line in lines or []:
        line.faults = [translate(language, sentence) for sentence in line.faults]
        line.advice = [translate(language, sentence) for sentence in line.advice]
    wrong = [line for line in lines or [] if line.faults]
    invitations = list_invitations(session, survey.id)
    helices, regions = (option_names(session, survey, code, language) for code in ("helix", "region"))
    table = coverage_of(invitations, list(helices), list(regions))
    unknown = translate(language, "not known")
    current = find_open_round(session, survey.id)
    standings = standings_of(session, survey, current)
    bounces = bounces_of(session, survey)
    shown = [code for code in (*regions, "") if any(row[code] for row in table.values())]
    return render(
        request,
        f"{FOLDER}/people.html",
        status=422 if errors or wrong else 200,
        survey=survey,
        text="\n".join(line.text for line in wrong) if lines else text,
        errors=errors or {},
        wrong=wrong,
        advice=[line for line in lines or [] if line.advice and not line.faults],
        added=added,
        # while answers come in, the moment an address appears would tell whose answers are new
        addresses=[] if current else list_addresses(session, survey.id),
        region_names=[regions.get(code, unknown) for code in shown],
        coverage=[
            {
                "name": helices.get(code, unknown),
                "cells": [row[region] for region in shown],
                "total": sum(row.values()),
            }
            for code, row in table.items()
            if code or sum(row.values())
        ],
        people=[
            {
                "email": invitation.email,
                "name": invitation.name,
                "helix": helices.get(invitation.helix, ""),
                "region": regions.get(invitation.region, ""),
                "state": translate(language, STANDING_NAMES[_public(standings[invitation.id])]),
                "reason": in_words(bounces[invitation.id], language)
                if standings[invitation.id] is Standing.BOUNCED
                else "",
            }
            for invitation in invitations
        ],
        suggestions=[
            {"id": suggestion.id, "email": suggestion.email, "by": by.email, "on": suggestion.suggested_on}
            for suggestion, by in list_suggestions(session, survey.id)
        ],
        waiting=sum(standing is Standing.WAITING for standing in standings.values()),
        is_open=current is not None,
    )


def _public(standing: Standing) -> Standing:
    """What the list of people says; who has answered is counted on the live page and listed nowhere."""
    return Standing.SENT if standing in (Standing.STARTED, Standing.DONE) else standing

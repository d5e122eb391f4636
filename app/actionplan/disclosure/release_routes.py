"""The disclosure list in the browser: what is public, a look at it before it is, taking it back, and mailing it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.disclosure.mailing import mail_results, waiting_for
from app.actionplan.disclosure.queries import disclosed_of
from app.actionplan.disclosure.routes import page_values
from app.auth.guard import permitted
from app.auth.permissions import require
from app.consensus.queries import list_numbers
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Conflict, Invalid
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug
from app.surveys.release.models import ResultsRelease
from app.surveys.release.queries import find_release, standing_now
from app.surveys.release.rules import PARTS, Standing, faults_in, in_order
from app.surveys.release.service import release_results, withdraw_results
from app.surveys.rounds.queries import find_open_round
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, Typed, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/results/{slug}/release", tags=["results"])

ReleaserDep = Annotated[Actor, permitted("results.release")]
ListOf = Annotated[list[str] | None, Query(max_length=20)]
FOLDER = "actionplan/disclosure"
USUAL_PARTS = ("verdicts", "shares", "ranks", "response", "next")
PART_HINTS = {
    "verdicts": "How many initiatives have consensus, and the verdict on each.",
    "shares": "Low, middle and high ratings, with the number of answers.",
    "helices": "High ratings in each group that is large enough.",
    "regions": "High ratings in each region that is large enough.",
    "change": "High ratings before and now, of the same people.",
    "ranks": "The range of ranks each initiative could plausibly hold, in nine of ten re-samples.",
    "response": "How many answered in each group, beside how many were invited.",
    "next": "Who decides, and a link to “You said, we did” when that page is open.",
}


@router.get("")
def release_page(request: Request, session: SessionDep, actor: ReleaserDep, slug: str) -> Response:
    """What is public, and the form that changes it."""
    survey = _get_survey(session, actor, slug)
    return _form(request, session, survey)


@router.get("/check")
def check_release(
    request: Request,
    session: SessionDep,
    actor: ReleaserDep,
    slug: str,
    parts: ListOf = None,
    rounds: ListOf = None,
    public_from: str = "",
) -> Response:
    """Exactly what would be public, and the button; looking changes nothing."""
    survey = _get_survey(session, actor, slug)
    chosen = _chosen(parts or [], rounds or [], public_from)
    errors = _faults(session, survey, chosen)
    if errors:
        return _form(request, session, survey, chosen=chosen, errors=errors)
    disclosed = disclosed_of(session, survey, chosen["parts"], chosen["rounds"])
    release = find_release(session, survey.id)
    return render(
        request,
        f"{FOLDER}/check.html",
        chosen=chosen,
        part_words=PARTS,
        revision=release.revision if release else 0,
        is_now=chosen["public_from"] <= today(),
        is_preview=True,
        **page_values(request, session, survey, disclosed, ""),
    )


@router.post("", dependencies=[OwnForm])
def save_release(request: Request, session: SessionDep, actor: ReleaserDep, slug: str, typed: FormDep) -> Response:
    """Release what was looked at."""
    survey = _get_survey(session, actor, slug)
    chosen = _chosen(
        typed.get("parts", "").split(","), typed.get("rounds", "").split(","), typed.get("public_from", "")
    )
    try:
        release_results(
            session,
            actor,
            survey,
            **chosen,
            closed=_closed(session, survey),
            revision=revision_in(typed),
        )
    except (Invalid, Conflict) as refusal:
        return _refused(request, session, survey, refusal, chosen=chosen)
    return redirect(request, "release_page", slug=slug, query="done=released")


@router.post("/withdrawal", dependencies=[OwnForm])
def withdraw_release(request: Request, session: SessionDep, actor: ReleaserDep, slug: str, typed: FormDep) -> Response:
    """Take everything back, with a reason."""
    survey = _get_survey(session, actor, slug)
    try:
        withdraw_results(session, actor, survey, typed.get("because", "")[:600], revision=revision_in(typed))
    except (Invalid, Conflict) as refusal:
        return _refused(request, session, survey, refusal, because=typed.get("because", "")[:600])
    return redirect(request, "release_page", slug=slug, query="done=withdrawn")


@router.post("/mails", dependencies=[OwnForm])
def send_results(
    request: Request, session: SessionDep, settings: SettingsDep, actor: ReleaserDep, slug: str, typed: FormDep
) -> Response:
    """Mail the results to those who asked."""
    survey = _get_survey(session, actor, slug)
    count = mail_results(session, actor, survey, _ticked(typed), settings)
    return redirect(request, "release_page", slug=slug, query=f"mails={count}")


def _ticked(typed: Typed) -> list[str]:
    return [name.removeprefix("question-") for name in typed if name.startswith("question-")]


def _get_survey(session: Session, actor: Actor, slug: str) -> Survey:
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "results.release", survey)
    return survey


def _closed(session: Session, survey: Survey) -> list[int]:
    return list_numbers(session, survey.id)


def _chosen(parts: Sequence[str], rounds: Sequence[str], day: str) -> dict[str, Any]:
    try:
        public_from = date.fromisoformat(day.strip())
    except ValueError:
        public_from = None
    numbers = [whole_number(one, 0) for one in rounds]
    return {"parts": in_order(parts), "rounds": [one for one in numbers if one], "public_from": public_from}


def _faults(session: Session, survey: Survey, chosen: Mapping[str, Any]) -> dict[str, str]:
    release = find_release(session, survey.id)
    is_same = release and release.withdrawn_at is None and release.public_from == chosen["public_from"]
    earliest = release.public_from if release and is_same else today()
    return faults_in(**chosen, closed=_closed(session, survey), on=earliest)


def _refused(
    request: Request, session: Session, survey: Survey, refusal: Invalid | Conflict, **filled: Any
) -> Response:
    errors = refusal.errors if isinstance(refusal, Invalid) else {"changed": refusal.message}
    return _form(request, session, survey, errors=errors, status=refusal.status, **filled)


def _form(
    request: Request,
    session: Session,
    survey: Survey,
    *,
    chosen: Mapping[str, Any] | None = None,
    because: str = "",
    errors: Mapping[str, str] | None = None,
    status: int = 0,
) -> Response:
    language, release, closed = language_of(request), find_release(session, survey.id), _closed(session, survey)
    return render(
        request,
        f"{FOLDER}/release.html",
        status=status or (422 if errors else 200),
        survey=survey,
        release=release,
        standing=standing_now(release).value,
        closed=closed,
        is_running=find_open_round(session, survey.id) is not None,
        chosen=chosen or _first_choice(release, closed),
        parts=[
            (code, translate(language, word), translate(language, PART_HINTS[code])) for code, word in PARTS.items()
        ],
        waiting=waiting_for(session, survey, release, language),
        may_mail=standing_now(release) is Standing.PUBLIC,
        because=because,
        revision=release.revision if release else 0,
        done=request.query_params.get("done", ""),
        mails=whole_number(request.query_params.get("mails", ""), -1),
        errors={name: translate(language, sentence) for name, sentence in (errors or {}).items()},
    )


def _first_choice(release: ResultsRelease | None, closed: Sequence[int]) -> dict[str, Any]:
    """What is public, or what is usually made so: the last round, from today."""
    if release:
        return {"parts": release.parts, "rounds": release.rounds, "public_from": release.public_from}
    return {"parts": list(USUAL_PARTS), "rounds": list(closed[-1:]), "public_from": today()}

"""Amendments in the browser: proposed, compared with what stands there, decided."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.discussion.amending import (
    ACCEPTED,
    DECISION_WORDS,
    IN_PART,
    Judgement,
    Moved,
    Proposed,
    decide_amendment,
    propose_amendment,
    withdraw_amendment,
)
from app.actionplan.discussion.flooding import FloodDep, ask_to_wait
from app.actionplan.discussion.models import Amendment
from app.actionplan.discussion.pages import GONE, label_of, spoken_language
from app.actionplan.discussion.queries import (
    get_amendment,
    list_amendments,
    names_of,
    numbers_of_versions,
)
from app.actionplan.discussion.rules import (
    field_of,
    language_in,
    passage_in,
    places_to_amend,
    replaced,
    text_at,
)
from app.actionplan.initiatives.contradictions import LONGEST_SUMMARY, LONGEST_TITLE
from app.actionplan.initiatives.difference import Piece, words_changed
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import find_version, get_own_initiative
from app.auth.guard import permitted
from app.auth.permissions import may
from app.auth.throttle import WAIT
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.core.tokens import make_token
from app.people.rules import Actor
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, Typed, key_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/initiatives/{initiative_id}/amendments", tags=["discussion"])

ReaderDep = Annotated[Actor, permitted("comment.read")]
ProposerDep = Annotated[Actor, permitted("amendment.propose")]
JudgeDep = Annotated[Actor, permitted("amendment.judge")]
FOLDER = "actionplan/discussion"
LONGEST_TYPED = 20_000
LONGEST = {"title": LONGEST_TITLE, "summary": LONGEST_SUMMARY}
LONGEST_TEXT = 4000


@router.get("")
def amendments_page(request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> Response:
    """The amendments of an initiative: those that wait, and those decided."""
    initiative, version = get_own_initiative(session, actor, initiative_id)
    language = language_of(request)
    found = [
        _row(session, one, version, language)
        for one in list_amendments(session, initiative_id)
        if one.withdrawn_at is None
    ]
    return render(
        request,
        f"{FOLDER}/amendments.html",
        initiative=initiative,
        version=version,
        waiting=[row for row in found if not row["amendment"].decision],
        decided=[row for row in found if row["amendment"].decision],
        decisions=_decision_words(language),
        may_propose=may(actor, "amendment.propose"),
    )


@router.get("/new")
def new_amendment(
    request: Request,
    session: SessionDep,
    actor: ProposerDep,
    initiative_id: UUID,
    place: Annotated[str, Query(max_length=100)] = "",
    passage: Annotated[str, Query(max_length=LONGEST_TYPED)] = "",
) -> Response:
    """The form for other words; without a text chosen, the texts there are."""
    return _form(request, session, actor, initiative_id, {"place": place, "passage": passage}, {})


@router.post("", dependencies=[OwnForm])
def write_amendment(
    request: Request,
    is_flood: FloodDep,
    typed: FormDep,
    session: SessionDep,
    actor: ProposerDep,
    initiative_id: UUID,
) -> Response:
    """Propose other words; a refused form is shown again as it was typed."""
    if is_flood:
        return ask_to_wait(_form(request, session, actor, initiative_id, typed, {"after": WAIT}, status=429))
    try:
        with session.begin_nested():
            amendment = propose_amendment(
                session,
                actor,
                initiative_id,
                Proposed(
                    place=typed.get("place", "")[:100],
                    passage=typed.get("passage", "")[:LONGEST_TYPED],
                    after=typed.get("after", "").replace("\r\n", "\n"),
                    because=typed.get("because", ""),
                    version=whole_number(typed.get("version", ""), 0) or None,
                    may_name=bool(typed.get("may_name")),
                    may_quote=bool(typed.get("may_quote")),
                ),
                form_key=key_in(typed),
            )
    except Invalid as refusal:
        return _form(request, session, actor, initiative_id, typed, refusal.errors, status=422)
    return redirect(request, "amendment_page", initiative_id=initiative_id, amendment_id=amendment.id)


@router.get("/{amendment_id}")
def amendment_page(
    request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID, amendment_id: UUID
) -> Response:
    """One amendment as a difference, with what was decided; or the form to decide it."""
    return _page(request, session, actor, initiative_id, amendment_id, {}, {})


@router.post("/{amendment_id}/decision", dependencies=[OwnForm])
def judge_amendment(
    request: Request,
    session: SessionDep,
    actor: JudgeDep,
    settings: SettingsDep,
    initiative_id: UUID,
    amendment_id: UUID,
    typed: FormDep,
) -> Response:
    """Decide; what was typed stays in the page when somebody else was quicker or the text has changed."""
    whole = typed.get("whole")
    judged = Judgement(
        decision=typed.get("decision", ""),
        words=typed.get("words", "").replace("\r\n", "\n"),
        because=typed.get("because", ""),
        whole=whole.replace("\r\n", "\n") if whole is not None else None,
        digest=typed.get("digest", ""),
    )
    try:
        with session.begin_nested():
            decide_amendment(session, actor, initiative_id, amendment_id, judged, address=settings.address)
    except Invalid as refusal:
        return _page(request, session, actor, initiative_id, amendment_id, typed, refusal.errors, status=422)
    except Moved as refusal:
        errors = {"whole": refusal.message}
        return _page(request, session, actor, initiative_id, amendment_id, typed, errors, status=409)
    except Conflict as refusal:
        errors = {"decided": refusal.message}
        return _page(request, session, actor, initiative_id, amendment_id, typed, errors, status=409)
    return redirect(request, "amendment_page", initiative_id=initiative_id, amendment_id=amendment_id)


@router.post("/{amendment_id}/withdrawal", dependencies=[OwnForm])
def take_amendment_back(
    request: Request, session: SessionDep, actor: ProposerDep, initiative_id: UUID, amendment_id: UUID
) -> Response:
    """Withdraw what one proposed."""
    withdraw_amendment(session, actor, initiative_id, amendment_id)
    return redirect(request, "amendments_page", initiative_id=initiative_id)


def _decision_words(language: str) -> dict[str, str]:
    return {key: translate(language, word) for key, word in DECISION_WORDS.items()}


def _in_context(text: str | None, before: str, after: str) -> list[Piece]:
    """The difference inside the text around it, where that still reads as it did."""
    changed = replaced(text, before, after)
    return words_changed(text, changed) if text is not None and changed is not None else words_changed(before, after)


def _made(session: Session, one: Amendment) -> list[Piece]:
    """What the version that came of an amendment changed at its place."""
    made = session.get(InitiativeVersion, one.made_version_id) if one.made_version_id else None
    earlier = find_version(session, one.initiative_id, made.number - 1) if made else None
    if made is None or earlier is None:
        return []
    return words_changed(text_at(earlier.content, one.place) or "", text_at(made.content, one.place) or "")


def _row(session: Session, one: Amendment, version: InitiativeVersion, language: str) -> dict[str, Any]:
    names = names_of(session, [one.written_by_id, one.decided_by_id])
    gone = translate(language, GONE)
    origin = session.get_one(InitiativeVersion, one.version_id)
    asked = text_at(origin.content, one.place)
    return {
        "amendment": one,
        "label": label_of(one.place, language),
        "tag": language_in(one.place) or "und",
        "pieces": _made(session, one) or _in_context(asked, one.before, one.after),
        "asked": words_changed(one.before, one.after),
        "who": names.get(one.written_by_id, gone),
        "judge": names.get(one.decided_by_id, gone),
        "is_moved": replaced(text_at(version.content, one.place), one.before, one.after) is None,
        "origin": origin.number,
    }


def _form(
    request: Request,
    session: Session,
    actor: Actor,
    initiative_id: UUID,
    typed: Typed,
    errors: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    language = language_of(request)
    initiative, version = get_own_initiative(session, actor, initiative_id)
    spoken = spoken_language(version, request.query_params.get("text", ""), language)
    places = places_to_amend(version.content)
    place = typed.get("place", "") if typed.get("place") in places else ""
    text = text_at(version.content, place) or ""
    passage = passage_in(text, typed.get("passage", "")) or ""
    own = [key for key in places if language_in(key) in ("", spoken)]
    return render(
        request,
        f"{FOLDER}/new_amendment.html",
        status=status,
        initiative=initiative,
        version=version,
        place=place,
        label=label_of(place, language) if place else "",
        tag=language_in(place) or "und",
        most=LONGEST.get(field_of(place), LONGEST_TEXT),
        is_line=field_of(place) in ("title", "expected_outputs"),
        text=text,
        passage=passage or typed.get("passage", ""),
        after=typed.get("after", passage or text),
        choices=[(key, label_of(key, language, spoken), text_at(version.content, key)) for key in own],
        typed=typed,
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
        key=make_token(),
    )


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    initiative_id: UUID,
    amendment_id: UUID,
    typed: Typed,
    errors: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    language = language_of(request)
    initiative, version = get_own_initiative(session, actor, initiative_id)
    amendment = get_amendment(session, actor, initiative_id, amendment_id)
    row = _row(session, amendment, version, language)
    is_open = not amendment.decision and amendment.withdrawn_at is None
    now_there = text_at(version.content, amendment.place)
    return render(
        request,
        f"{FOLDER}/amendment.html",
        status=status,
        initiative=initiative,
        version=version,
        row=row,
        one=amendment,
        made=numbers_of_versions(session, initiative_id).get(amendment.made_version_id),
        may_judge=is_open and _may_judge(actor, initiative),
        may_withdraw=is_open and amendment.written_by_id == actor.id,
        is_moved=is_open and row["is_moved"],
        now_there=now_there or "",
        since=words_changed(amendment.before, now_there or ""),
        is_gone=now_there is None,
        own_words=typed.get("words", "") if typed.get("decision") == IN_PART else "",
        decisions=_decision_words(language),
        accepted=ACCEPTED,
        in_part=IN_PART,
        typed=typed,
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
    )


def _may_judge(actor: Actor, initiative: Initiative) -> bool:
    return may(actor, "amendment.judge", initiative)

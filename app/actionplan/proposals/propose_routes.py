"""Writing a proposal: the form, what is like it, a last look, and sending. Each page carries all before it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.proposals.flooding import TooOften, slow_down, wait_sentence
from app.actionplan.proposals.models import IdeasWall
from app.actionplan.proposals.pages import hidden_fields, similar_rows
from app.actionplan.proposals.queries import get_open_wall
from app.actionplan.proposals.rules import LONGEST, LONGEST_TYPED, Draft, draft_in, faults_in
from app.actionplan.proposals.sending import Sender, send_proposal
from app.actionplan.proposals.similar import find_similar
from app.auth.guard import Anyone, VisitorDep
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.tags import language_name
from app.core.words import LANGUAGES
from app.people.rules import HELIX_WORDS, Actor, Helix
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, Typed, key_in
from app.web.helices import Mark, mark_of
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/ideas/c/{wall}/propose", tags=["proposals"], dependencies=[Anyone])

FOLDER = "actionplan/proposals"
CARRIED = ("belongs_to", "email", "named", "name", "key")
"""What the form does not show but carries along."""


@router.get("")
def propose_page(request: Request, session: SessionDep, wall: str) -> Response:
    """An empty form."""
    return _write_page(request, get_open_wall(session, wall), {}, {})


@router.post("", dependencies=[OwnForm])
def propose(
    request: Request,
    too_often: TooOften,
    session: SessionDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    wall: str,
    typed: FormDep,
) -> Response:
    """One step on, or back; the last sends."""
    found, step = get_open_wall(session, wall), typed.get("step", "write")
    typed = {name: text[:LONGEST_TYPED] for name, text in typed.items()}
    draft = draft_in(typed, language_of(request))
    errors = faults_in(draft)
    if step == "change" or errors:
        return _write_page(request, found, typed, {} if step == "change" else _translated(request, errors))
    if step == "write":
        similar = similar_rows(find_similar(session, found.consortium_id, draft.words), language_of(request))
        if similar:
            return _compare_page(request, found, draft, typed, similar)
    if step != "send":
        return _send_page(request, session, found, draft, typed, visitor, {})
    if too_often:
        errors = {"send": wait_sentence(request)}
        return slow_down(request, _send_page(request, session, found, draft, typed, visitor, errors))
    try:
        proposal = send_proposal(
            session,
            settings,
            found,
            draft,
            _sender_in(request, typed, visitor),
            key=key_in(typed),
            belongs_to=_key(typed.get("belongs_to", "")),
        )
    except Invalid as refusal:
        errors = _translated(request, refusal.errors)
        return _send_page(request, session, found, draft, typed, visitor, errors)
    if proposal is None:
        return redirect(request, "proposal_sent", wall=found.slug)
    return redirect(request, "proposal_arrived", wall=found.slug, query=f"number={proposal.number}")


def _sender_in(request: Request, typed: Typed, visitor: Actor | None) -> Sender:
    name = " ".join(typed.get("name", "").split())
    return Sender(
        language=language_of(request),
        actor=visitor,
        email=typed.get("email", "").strip(),
        wants_name=typed.get("named") == "yes",
        name=name or (visitor.name if visitor else ""),
    )


def _write_page(request: Request, wall: IdeasWall, typed: Typed, errors: dict[str, str]) -> Response:
    language = language_of(request)
    return render(
        request,
        f"{FOLDER}/write.html",
        status=422 if errors else 200,
        wall=wall,
        typed={name: typed.get(name, "") for name in (*LONGEST, "helix")},
        language_chosen=typed.get("language") or language,
        carried=[(name, typed.get(name, "")) for name in CARRIED if name != "key"],
        key=key_in(typed),
        languages_known=list(LANGUAGES.items()),
        helices=[mark_of(one, 0, translate(language, HELIX_WORDS[one])) for one in Helix],
        longest=LONGEST,
        errors=errors,
    )


def _compare_page(
    request: Request, wall: IdeasWall, draft: Draft, typed: Typed, similar: list[dict[str, Any]]
) -> Response:
    return render(
        request,
        f"{FOLDER}/compare.html",
        wall=wall,
        draft=draft,
        similar=similar,
        hidden=hidden_fields(draft, typed, ("email", "named", "name", "key")),
    )


def _send_page(
    request: Request,
    session: Session,
    wall: IdeasWall,
    draft: Draft,
    typed: Typed,
    visitor: Actor | None,
    errors: dict[str, str],
) -> Response:
    language = language_of(request)
    group: Mark | None = mark_of(draft.helix, 0, translate(language, HELIX_WORDS[draft.helix])) if draft.helix else None
    return render(
        request,
        f"{FOLDER}/send.html",
        status=422 if errors else 200,
        wall=wall,
        draft=draft,
        group=group,
        language_name=language_name(draft.language),
        hidden=hidden_fields(draft, typed, ("belongs_to", "key")),
        visitor=visitor,
        typed={name: typed.get(name, "") for name in ("email", "named", "name")},
        errors=errors,
    )


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _translated(request: Request, errors: dict[str, str]) -> dict[str, str]:
    return {name: translate(language_of(request), sentence) for name, sentence in errors.items()}

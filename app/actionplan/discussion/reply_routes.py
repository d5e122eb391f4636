"""You said, we did: what everybody may read of the answers, and where they are written."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.discussion.models import Reply
from app.actionplan.discussion.queries import numbers_of_versions
from app.actionplan.discussion.replying import (
    OUTCOME_WORDS,
    Said,
    delete_reply,
    find_reply,
    find_said,
    is_page_open,
    list_open_consortia,
    list_replies,
    list_unanswered,
    open_page,
    save_reply,
)
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import find_version, list_versions
from app.auth.guard import Anyone, permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid, NotFound
from app.core.words import LANGUAGES, pick
from app.people.models import Consortium
from app.people.rules import Actor
from app.surveys.authoring.queries import list_surveys
from app.surveys.rounds.queries import list_rounds
from app.surveys.rounds.reasons import list_reasons
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["discussion"])

WriterDep = Annotated[Actor, permitted("reply.write")]
OpenerDep = Annotated[Actor, permitted("reply_page.open")]
FOLDER = "actionplan/discussion"
NOTHING_OPEN = "Nothing is published here yet."
KIND_WORDS = {
    "comment": "Comment",
    "amendment": "Amendment",
    "proposal": "Proposal",
    "reason": "Reason from a survey",
}
LONGEST_TYPED = 20_000
MOST_REASONS = 200


@router.get("/you-said", dependencies=[Anyone])
def you_said_index(request: Request, session: SessionDep) -> Response:
    """The answers of the only consortium that shows them, or which ones do. Raises NotFound when none does."""
    consortia = list_open_consortia(session)
    if not consortia:
        raise NotFound(NOTHING_OPEN)
    if len(consortia) == 1:
        return redirect(request, "you_said_page", consortium_id=consortia[0].id)
    return render(request, f"{FOLDER}/you_said_index.html", consortia=consortia)


@router.get("/you-said/{consortium_id}", dependencies=[Anyone])
def you_said_page(
    request: Request,
    session: SessionDep,
    consortium_id: UUID,
    initiative: Annotated[str, Query(max_length=40)] = "",
    outcome: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """What was said, what was decided and why, for everybody. Raises NotFound while the consortium keeps it closed."""
    consortium = session.get(Consortium, consortium_id)
    if consortium is None or not is_page_open(session, consortium_id):
        raise NotFound(NOTHING_OPEN)
    language = language_of(request)
    shown = [_shown(session, reply, about, language) for reply, about in list_replies(session, consortium_id)]
    titles = {row["initiative_id"]: row["title"] for row in shown if row["initiative_id"]}
    return render(
        request,
        f"{FOLDER}/you_said.html",
        consortium=consortium,
        rows=[
            row for row in shown if initiative in ("", row["initiative_id"]) and outcome in ("", row["reply"].outcome)
        ],
        total=len(shown),
        initiatives=[("", translate(language, "All initiatives")), *sorted(titles.items(), key=lambda one: one[1])],
        outcomes=[("", translate(language, "All outcomes")), *_outcomes(language)],
        initiative=initiative,
        outcome=outcome,
    )


@router.get("/replies")
def replies_page(request: Request, session: SessionDep, actor: WriterDep) -> Response:
    """What waits for an answer, what was answered, and whether everybody may read it."""
    language = language_of(request)
    answered = list_replies(session, actor.consortium_id)
    return render(
        request,
        f"{FOLDER}/replies.html",
        unanswered=[
            {"said": said, "kind": translate(language, KIND_WORDS[said.kind]), "code": code}
            for said, code in list_unanswered(session, actor)
        ],
        reasons=list(_reasons(session, actor, {reply.said_id for reply, _ in answered}, language)),
        rows=[
            {
                **_shown(session, reply, about, language),
                "may_change": reply.kind == "reason" or may(actor, "reply.write", about),
            }
            for reply, about in answered
        ],
        is_open=is_page_open(session, actor.consortium_id),
        may_open=may(actor, "reply_page.open"),
        consortium_id=actor.consortium_id,
    )


@router.post("/replies/page", dependencies=[OwnForm])
def open_reply_page(request: Request, session: SessionDep, actor: OpenerDep, typed: FormDep) -> Response:
    """Let everybody read the answers, or nobody any more."""
    open_page(session, actor, is_open=typed.get("open") == "yes")
    return redirect(request, "replies_page")


@router.get("/replies/{kind}/{said_id}")
def reply_page(request: Request, session: SessionDep, actor: WriterDep, kind: str, said_id: UUID) -> Response:
    """The form of one answer."""
    said = find_said(session, actor, kind, said_id)
    return _form(request, session, said, {}, {})


@router.post("/replies/{kind}/{said_id}", dependencies=[OwnForm])
def write_reply(
    request: Request, session: SessionDep, actor: WriterDep, kind: str, said_id: UUID, typed: FormDep
) -> Response:
    """Answer, or change the answer; what was typed stays in the page when it cannot be taken."""
    said = find_said(session, actor, kind, said_id)
    number = whole_number(typed.get("version", ""), 0)
    version = find_version(session, said.initiative_id, number) if number and said.initiative_id else None
    try:
        with session.begin_nested():
            save_reply(
                session,
                actor,
                said,
                retold={tag: typed.get(f"said-{tag}", "")[:LONGEST_TYPED] for tag in LANGUAGES},
                is_quote=bool(typed.get("quote")),
                outcome=typed.get("outcome", ""),
                text={tag: typed.get(f"text-{tag}", "")[:LONGEST_TYPED] for tag in LANGUAGES},
                version_id=version.id if version else None,
                revision=revision_in(typed),
            )
    except Invalid as refusal:
        return _form(request, session, said, typed, refusal.errors, status=422)
    except Conflict as refusal:
        return _form(request, session, said, typed, {"changed": refusal.message}, status=409)
    return redirect(request, "replies_page")


@router.post("/replies/{kind}/{said_id}/deletion", dependencies=[OwnForm])
def remove_reply(
    request: Request, session: SessionDep, actor: WriterDep, kind: str, said_id: UUID, typed: FormDep
) -> Response:
    """Take an answer away."""
    delete_reply(session, actor, kind, said_id, revision=revision_in(typed))
    return redirect(request, "replies_page")


def _outcomes(language: str) -> list[tuple[str, str]]:
    return [(key, translate(language, word)) for key, word in OUTCOME_WORDS.items()]


def _shown(session: Session, reply: Reply, about: Initiative | None, language: str) -> dict[str, Any]:
    newest = next(iter(list_versions(session, about.id)), None) if about else None
    led_to = session.get(InitiativeVersion, reply.version_id) if reply.version_id else None
    return {
        "reply": reply,
        "kind": translate(language, KIND_WORDS[reply.kind]),
        "outcome": translate(language, OUTCOME_WORDS[reply.outcome]),
        "initiative_id": str(about.id) if about else "",
        "title": pick(newest.title, language) if newest else "",
        "version": led_to.number if led_to else None,
        "version_on": led_to.created_at.date() if led_to else None,
    }


def _reasons(session: Session, actor: Actor, answered: set[UUID], language: str) -> Iterator[dict[str, Any]]:
    """The reasons that respondents may read of the last closed round of each survey, without an answer yet."""
    left = MOST_REASONS
    for survey in list_surveys(session, actor):
        closed = [one for one in list_rounds(session, survey.id) if one.closed_at]
        if not closed or not may(actor, "reason.hide", survey):
            continue
        for given in list_reasons(session, survey, closed[-1]):
            if given.is_hidden or given.id in answered or not left:
                continue
            left -= 1
            yield {"id": given.id, "text": given.text, "survey": pick(survey.title, language, survey.default_language)}


def _form(
    request: Request,
    session: Session,
    said: Said,
    typed: Typed,
    errors: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    language = language_of(request)
    known = find_reply(session, said.kind, said.id)
    numbers = numbers_of_versions(session, said.initiative_id) if said.initiative_id else {}
    if not typed and known:
        typed = {f"said-{tag}": text for tag, text in known.said.items() if not known.is_quote}
        typed |= {f"text-{tag}": text for tag, text in known.text.items()} | {"outcome": known.outcome}
        typed |= {"version": str(numbers.get(known.version_id, ""))} | ({"quote": "yes"} if known.is_quote else {})
    own = [language, *(tag for tag in LANGUAGES if tag != language)]
    newest = next(iter(list_versions(session, said.initiative_id)), None) if said.initiative_id else None
    led_to = typed.get("version", str(numbers.get(said.version_id, "")))
    return render(
        request,
        f"{FOLDER}/reply.html",
        status=status,
        said=said,
        kind=translate(language, KIND_WORDS[said.kind]),
        title=pick(newest.title, language) if newest else "",
        known=known,
        revision=typed.get("revision", known.revision if known else 0),
        versions=[
            ("", translate(language, "None")),
            *((str(number), str(number)) for number in sorted(numbers.values())),
        ],
        led_to=led_to,
        outcomes=[("", translate(language, "Choose")), *_outcomes(language)],
        tongues=[(tag, LANGUAGES[tag]) for tag in own],
        filled=[tag for tag in own[1:] if typed.get(f"said-{tag}") or typed.get(f"text-{tag}")],
        typed=typed,
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
    )

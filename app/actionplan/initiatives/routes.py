"""All initiatives in the browser: finding them, beginning one, and putting many into a state."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.initiatives.changing import move_initiative
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.quality import LAMP_WORDS, gaps_of, lamp_of
from app.actionplan.initiatives.queries import get_own_initiative, list_initiatives, list_topics
from app.actionplan.initiatives.schemas import read_content
from app.actionplan.initiatives.states import STATE_WORDS
from app.auth.guard import permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.core.words import LANGUAGES, pick
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/initiatives", tags=["initiatives"])

ReaderDep = Annotated[Actor, permitted("initiative.read")]
MoverDep = Annotated[Actor, permitted("initiative.move")]
LONGEST_SEARCH = 200


@router.get("")
def initiative_list(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """All initiatives in their newest versions, or those that are looked for."""
    return _list_page(request, session, actor, {}, {})


@router.post("/states", dependencies=[OwnForm])
def move_many(request: Request, session: SessionDep, actor: MoverDep, typed: FormDep) -> Response:
    """Put all chosen initiatives into a state, with one reason; none of them when one cannot follow."""
    keys = [name.removeprefix("pick.") for name in typed if name.startswith("pick.")]
    language = language_of(request)
    try:
        if not keys:
            raise Invalid("Choose at least one initiative.", {"picks": "Choose at least one initiative."})
        with session.begin_nested():
            for key in keys:
                initiative, _ = get_own_initiative(session, actor, _key(key))
                _move(session, actor, initiative, typed)
    except Invalid as refusal:
        errors = {name: translate(language, text, **refusal.values) for name, text in refusal.errors.items()}
        return _list_page(request, session, actor, typed, errors)
    return redirect(request, "initiative_list", query=f"moved={len(keys)}")


def _move(session: Session, actor: Actor, initiative: Initiative, typed: Typed) -> None:
    try:
        move_initiative(session, actor, initiative, typed.get("state", ""), typed.get("reason", ""))
    except Conflict as refusal:
        sentence = "%(code)s cannot go from where it is into this state."
        raise Invalid(sentence, {"state": sentence}, code=initiative.external_id) from refusal


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _list_page(request: Request, session: Session, actor: Actor, typed: Typed, errors: Mapping[str, str]) -> Response:
    language = language_of(request)
    topics = {topic.external_id: pick(topic.label, language) for topic in list_topics(session, actor)}
    asked = {
        name: request.query_params.get(name, "")[:LONGEST_SEARCH].strip() for name in ("q", "state", "topic", "lamp")
    }
    everything = [
        _row(initiative, version, topics, language) for initiative, version in list_initiatives(session, actor)
    ]
    rows = [row for row in everything if _is_asked(row, asked)]
    taken_over = [whole_number(request.query_params.get(name, ""), 0) for name in ("added", "changed", "unchanged")]
    return render(
        request,
        "actionplan/initiatives/list.html",
        fragment="actionplan/initiatives/_rows.html",
        status=422 if errors else 200,
        rows=rows,
        total=len(everything),
        asked=asked,
        is_filtered=any(asked.values()),
        states=[(state, translate(language, word)) for state, word in STATE_WORDS.items()],
        topics=sorted(topics.items(), key=lambda pair: pair[1].casefold()),
        lamps=[(lamp, translate(language, word)) for lamp, word in LAMP_WORDS.items()],
        typed=typed,
        errors=errors,
        taken_over=taken_over if any(taken_over) else None,
        moved=whole_number(request.query_params.get("moved", ""), 0),
        may_import=may(actor, "initiative.import"),
        may_draft=may(actor, "initiative.draft"),
        may_move=may(actor, "initiative.move"),
    )


def _row(
    initiative: Initiative, version: InitiativeVersion, topics: Mapping[str, str], language: str
) -> dict[str, Any]:
    content = read_content(version.content)
    gaps = gaps_of(content, LANGUAGES, version.marks, initiative.source_language)
    lamp = lamp_of(gaps).value
    return {
        "id": initiative.id,
        "code": initiative.external_id,
        "title": version.title,
        "version": version,
        "state": initiative.state,
        "state_word": translate(language, STATE_WORDS[initiative.state]),
        "topic": content["topic"],
        "topic_name": topics.get(content["topic"], content["topic"]),
        "start": content["start_year"] or "",
        "lamp": lamp,
        "lamp_word": translate(language, LAMP_WORDS[lamp]),
        "gaps": len(gaps),
        "languages": len(version.title),
        "text": "\n".join([initiative.external_id, *version.title.values(), *version.summary.values()]).casefold(),
    }


def _is_asked(row: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    """Whether a row has every word that is looked for, in whatever language, and is in what is chosen."""
    words = asked["q"].casefold().split()
    return all(word in row["text"] for word in words) and all(
        not asked[name] or row[name] == asked[name] for name in ("state", "topic", "lamp")
    )

"""What the pages of comments show: the texts of an initiative, each with what was said about it beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actionplan.discussion.models import Comment
from app.actionplan.discussion.queries import Thread, list_members, list_threads, names_of, numbers_of_versions
from app.actionplan.discussion.rules import (
    FIELD_WORDS,
    field_of,
    language_in,
    marked,
    places_to_amend,
    shown_places,
    stands_in,
    text_at,
)
from app.actionplan.initiatives.models import InitiativeVersion
from app.core.catalogues import translate
from app.core.tags import language_name
from app.core.words import pick
from app.people.rules import Actor

GONE = "A person whose data were erased"


@dataclass(frozen=True)
class Shown:
    """A comment as a page shows it; `in_version` is set where its passage stands in an earlier version only."""

    id: UUID
    text: str
    who: str
    at: datetime
    is_own: bool
    is_withdrawn: bool
    mentioned: str
    passage: str
    in_version: int | None
    resolved_by: str
    resolved_at: datetime | None
    assigned_id: UUID | None
    assigned_to: str
    due_on: date | None
    is_late: bool
    revision: int
    answers: "Sequence[Shown]" = ()


@dataclass(frozen=True)
class Block:
    """One text with what is said about it."""

    place: str
    anchor: str
    label: str
    language: str
    runs: list[tuple[bool, str]]
    open: list[Shown]
    resolved: list[Shown]
    may_amend: bool


def blocks_of(
    session: Session, actor: Actor, version: InitiativeVersion, *, spoken: str, language: str, today: date
) -> list[Block]:
    """The texts of the newest version, and under each its open and resolved comments.

    `spoken` is the language of the texts, `language` that of the page.
    """
    threads = list_threads(session, version.initiative_id)
    view = _View(session, actor, version, threads, language=language, today=today)
    amendable = places_to_amend(version.content)
    blocks: list[Block] = []
    for place in shown_places(version.content, spoken, [thread.head.place for thread in threads]):
        text = text_at(version.content, place)
        own = [view.thread(thread) for thread in threads if thread.head.place == place]
        waiting = [one for one in own if one.resolved_at is None]
        passages = [one.passage for one in waiting if not one.in_version]
        blocks.append(
            Block(
                place,
                anchor_of(place),
                label_of(place, language, spoken),
                language_in(place),
                marked(text or "", passages),
                waiting,
                [one for one in own if one.resolved_at],
                may_amend=place in amendable,
            )
        )
    return blocks


class _View:
    """What comments of one initiative look like to one person."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        version: InitiativeVersion,
        threads: Sequence[Thread],
        *,
        language: str,
        today: date,
    ) -> None:
        comments = [comment for thread in threads for comment in (thread.head, *thread.answers)]
        keys: set[UUID | None] = {key for thread in threads for own in thread.mentioned.values() for key in own}
        for one in comments:
            keys |= {one.written_by_id, one.resolved_by_id, one.assigned_to_id}
        self.names, self.numbers = names_of(session, keys), numbers_of_versions(session, version.initiative_id)
        self.actor, self.version, self.today = actor, version, today
        self.gone = translate(language, GONE)

    def thread(self, thread: Thread) -> Shown:
        """A thread, its answers inside."""
        return self.comment(
            thread.head, thread.mentioned, [self.comment(one, thread.mentioned) for one in thread.answers]
        )

    def comment(self, one: Comment, mentioned: Mapping[UUID, Sequence[UUID]], answers: Sequence[Shown] = ()) -> Shown:
        """One comment."""
        stands = stands_in(text_at(self.version.content, one.place), one.passage)
        is_open = one.resolved_at is None
        return Shown(
            id=one.id,
            text=one.text,
            who=self._name(one.written_by_id),
            at=one.written_at,
            is_own=one.written_by_id == self.actor.id,
            is_withdrawn=one.withdrawn_at is not None,
            mentioned=", ".join(sorted(self._name(key) for key in mentioned.get(one.id, ()))),
            passage=one.passage,
            in_version=None if stands else self.numbers[one.version_id],
            resolved_by=self._name(one.resolved_by_id) if one.resolved_at else "",
            resolved_at=one.resolved_at,
            assigned_id=one.assigned_to_id,
            assigned_to=self._name(one.assigned_to_id) if one.assigned_to_id else "",
            due_on=one.due_on,
            is_late=is_open and one.due_on is not None and one.due_on < self.today,
            revision=one.revision,
            answers=answers,
        )

    def _name(self, key: UUID | None) -> str:
        return self.names.get(key, self.gone)


def label_of(place: str, language: str, spoken: str = "") -> str:
    """What a place is called on a page; its language is named unless the page shows texts in it anyway."""
    word = translate(language, FIELD_WORDS[field_of(place)])
    tag = language_in(place)
    _, dot, rest = place.partition(".")
    if tag:
        return word if tag == spoken else f"{word} · {language_name(tag)}"
    return f"{word} {rest}" if dot else word


def anchor_of(place: str) -> str:
    """The place as the name of a spot in a page.

    >>> anchor_of("summary.de"), anchor_of("")
    ('at-summary-de', 'at-whole')
    """
    return f"at-{place.replace('.', '-') or 'whole'}"


def spoken_language(version: InitiativeVersion, wanted: str, language: str) -> str:
    """The language in which the texts are shown: the one asked for, else that of the page, where there is a title."""
    if wanted in version.title:
        return wanted
    return language if language in version.title else next(iter(version.title))


def choices_of_people(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """The people who can be turned to, without the actor: key and name."""
    return [(str(one.id), one.name) for one in list_members(session, actor) if one.id != actor.id]


def places_offered(version: InitiativeVersion, language: str, spoken: str) -> list[tuple[str, str]]:
    """What a comment can be about: key and label."""
    keys: list[str] = []
    for field in FIELD_WORDS:
        tags = version.content.get(field) if field in ("title", "summary") else None
        keys += [f"{field}.{tag}" for tag in tags] if tags is not None else [field]
    return [(key, label_of(key, language, spoken)) for key in keys]


def named(version: InitiativeVersion, code: str, language: str) -> dict[str, Any]:
    """An initiative as lists name it."""
    return {"code": code, "title": pick(version.title, language), "id": version.initiative_id}

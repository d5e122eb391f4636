"""What the pages of evidence show: words, choices and the parts of bars."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.actionplan.evidence.models import Interview, Workshop
from app.actionplan.evidence.queries import Voted
from app.actionplan.evidence.rules import HELICES, ShownDots, ShownStances
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.queries import list_initiatives, list_versions
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Conflict
from app.core.words import LANGUAGES, pick
from app.documents.sheets import Fault, FaultyFile
from app.people.queries import list_organisations
from app.people.rules import HELIX_WORDS, Actor
from app.web.forms import Typed
from app.web.helices import Mark, mark_of
from app.web.language import language_of
from app.web.templating import render

FOLDER = "actionplan/evidence"
In = TypeVar("In")
STANCE_WORDS = {
    "for": "For",
    "conditions": "For, with conditions",
    "neutral": "Neutral",
    "against": "Against",
    "no_opinion": "No opinion",
}
FATE_WORDS = {"noted": "Noted", "taken_up": "Taken up", "not_taken_up": "Not taken up"}
TONES = {"for": "l5", "conditions": "l4", "neutral": "l3", "against": "l1", "no_opinion": "l0"}


@dataclass(frozen=True)
class Place:
    """A partner, or the consortium, as the owner of something that is not there yet."""

    consortium_id: UUID
    organisation_id: UUID | None


def errors_of(faults: Sequence[Fault], language: str) -> dict[str, str]:
    """Faults of a form by their fields, the first of each, in the reader's language."""
    found: dict[str, str] = {}
    for fault in faults:
        found.setdefault(fault.column, translate(language, fault.reason, **fault.values))
    return found


def helix_marks(language: str) -> list[Mark]:
    """The four groups as they are drawn and called."""
    return [mark_of(helix, place, translate(language, HELIX_WORDS[helix])) for place, helix in enumerate(HELICES)]


def words_of(table: Mapping[str, str], language: str) -> dict[str, str]:
    """A table of words in the reader's language."""
    return {code: translate(language, word) for code, word in table.items()}


def organisation_choices(session: Session, actor: Actor, language: str) -> list[tuple[str, str]]:
    """For whom the actor may note evidence: the consortium, and partners."""
    names: list[tuple[UUID | None, str]] = [(None, translate(language, "the whole consortium"))]
    names += [(found.id, found.name) for found in list_organisations(session, actor)]
    return [
        (str(key or ""), name) for key, name in names if may(actor, "evidence.change", Place(actor.consortium_id, key))
    ]


def organisation_names(session: Session, actor: Actor) -> dict[UUID, str]:
    """The organisations of the consortium by name."""
    return {found.id: found.name for found in list_organisations(session, actor)}


@dataclass(frozen=True)
class Refusal:
    """Why a form was not taken: what is wrong with it, or that somebody else was first."""

    faults: Sequence[Fault] = ()
    is_stale: bool = False


def attempt(session: Session, act: Callable[[], object]) -> Refusal | None:
    """Do an act; when it is refused nothing of it stays, and the refusal is returned."""
    try:
        with session.begin_nested():
            act()
    except FaultyFile as faulty:
        return Refusal(faulty.faults)
    except Conflict:
        return Refusal(is_stale=True)
    return None


def form_page(
    request: Request,
    session: Session,
    actor: Actor,
    template: str,
    typed: Typed,
    refusal: Refusal | None,
    *,
    thing: Workshop | Interview | None,
    **values: Any,
) -> Response:
    """A form about evidence, with what was typed and why it was not taken; sent again it replaces what is there now."""
    language = language_of(request)
    is_stale = refusal is not None and refusal.is_stale
    return render(
        request,
        f"{FOLDER}/{template}",
        status=409 if is_stale else 422 if refusal else 200,
        typed=typed | {"revision": str(thing.revision)} if thing and is_stale else typed,
        errors=errors_of(refusal.faults if refusal else (), language),
        is_stale=is_stale,
        thing=thing,
        organisations=organisation_choices(session, actor, language),
        languages_known=list(LANGUAGES.items()),
        marks=helix_marks(language),
        initiatives=[
            (initiative.external_id, pick(version.title, language))
            for initiative, version in list_initiatives(session, actor)
        ],
        **values,
    )


def version_choices(session: Session, initiative: Initiative) -> list[tuple[str, str]]:
    """The versions of an initiative as a form offers them, the newest first."""
    return [(str(version.number), str(version.number)) for version in list_versions(session, initiative.id)]


def read_with(read: Callable[..., In], session: Session, actor: Actor, typed: Typed, language: str) -> In:
    """A workshop or an interview read from its form. Raises FaultyFile."""
    return read(
        typed,
        organisations=[value for value, _ in organisation_choices(session, actor, language)],
        codes=[initiative.external_id for initiative, _ in list_initiatives(session, actor)],
        today=today(),
    )


def typed_workshop(workshop: Workshop, chosen: Collection[str]) -> Typed:
    """A workshop as its form has it."""
    return {
        "title": workshop.title,
        "held_on": workshop.held_on.isoformat(),
        "place": workshop.place,
        "organisation": str(workshop.organisation_id or ""),
        "language": workshop.language,
        "dots_each": str(workshop.dots_each),
        "notes": workshop.notes,
        "revision": str(workshop.revision),
        **{f"participants.{helix}": str(count) for helix, count in workshop.participants.items()},
        **{f"pick.{code}": "yes" for code in chosen},
    }


def typed_interview(interview: Interview, chosen: Collection[str]) -> Typed:
    """An interview as its form has it."""
    return {
        "held_on": interview.held_on.isoformat(),
        "organisation": str(interview.organisation_id or ""),
        "helix": interview.helix,
        "role": interview.role,
        "name": interview.name,
        "topic": interview.topic,
        "quotable": "yes" if interview.is_quotable else "",
        "embargo_until": interview.embargo_until.isoformat() if interview.embargo_until else "",
        "revision": str(interview.revision),
        **{f"pick.{code}": "yes" for code in chosen},
    }


@dataclass(frozen=True)
class Piece:
    """One stance's part of a bar, in percent."""

    code: str
    tone: str
    x: float
    width: float
    count: int


def stance_bar(stances: Mapping[str, int] | None) -> list[Piece]:
    """The parts of a bar of stances; none where they may not be shown."""
    total = sum((stances or {}).values())
    pieces: list[Piece] = []
    x = 0.0
    for code, count in (stances or {}).items():
        width = 100 * count / total if total else 0.0
        if count:
            pieces.append(Piece(code, TONES[code], round(x, 2), round(width, 2), count))
        x += width
    return pieces


@dataclass(frozen=True)
class Summary:
    """One initiative in the list of evidence."""

    initiative: Initiative
    title: Mapping[str, str]
    dots: int | None
    share: float
    workshops: int
    changes: int
    stances: ShownStances
    bar: Sequence[Piece]


def summaries(
    session: Session, actor: Actor, votes: Sequence[Voted], stances: Mapping[UUID, ShownStances]
) -> list[Summary]:
    """The initiatives that evidence is about, those with the most dots first."""
    lines: list[Summary] = []
    by_initiative: dict[UUID, list[Voted]] = {}
    for vote in votes:
        by_initiative.setdefault(vote.initiative.id, []).append(vote)
    sums = {key: dots_in_all([vote.shown for vote in own]) for key, own in by_initiative.items()}
    most = max((dots for dots in sums.values() if dots), default=1)
    for initiative, version in list_initiatives(session, actor):
        own = by_initiative.get(initiative.id, [])
        stood = stances[initiative.id]
        if own or stood.n:
            dots = sums.get(initiative.id)
            lines.append(
                Summary(
                    initiative=initiative,
                    title=version.title,
                    dots=dots,
                    share=round(100 * (dots or 0) / most, 2),
                    workshops=len(own),
                    changes=sum(bool(vote.vote.change) for vote in own),
                    stances=stood,
                    bar=stance_bar(stood.stances),
                )
            )
    return sorted(lines, key=lambda line: -(line.dots or 0))


def dots_in_all(shown: Sequence[ShownDots]) -> int | None:
    """All dots that may be shown together; None where there are none."""
    given = [one.dots for one in shown if one.dots is not None]
    return sum(given) if given else None


def dots_of_helix(shown: Sequence[ShownDots], helix: str) -> int | None:
    """The dots of one group in the workshops where they may be shown; None where there are none."""
    given = [dots for one in shown if (dots := one.by_helix.get(helix)) is not None]
    return sum(given) if given else None

"""Acts on the disclosure list: releasing results to everybody, and taking that back."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlmodel import Session

from app.auth.permissions import require
from app.core.clock import now, today
from app.core.errors import Conflict, Invalid, NotFound
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.release.models import ResultsRelease
from app.surveys.release.queries import find_release
from app.surveys.release.rules import LONGEST_REASON, SHORTEST_REASON, faults_in, in_order

CHANGED = "Somebody has changed what is public meanwhile. Go back and reload the page."
NO_REASON = "Give a reason of 10 to 500 characters."


def release_results(
    session: Session,
    actor: Actor,
    survey: Survey,
    *,
    parts: Sequence[str],
    rounds: Sequence[int],
    public_from: date | None,
    closed: Collection[int],
    revision: int,
) -> ResultsRelease:
    """Let everybody read these parts of these rounds from a day on; `closed` are the rounds that have results.

    Raises Invalid naming what cannot be, Conflict when the list changed since the form was made.
    """
    require(actor, "results.release", survey)
    errors = faults_in(parts, rounds, public_from, closed=closed, on=_earliest(session, survey, public_from))
    if errors or public_from is None:
        raise Invalid(next(iter(errors.values())), errors)
    known = _turn(session, survey, revision)
    release = known or ResultsRelease(
        survey_id=survey.id, parts=[], rounds=[], public_from=public_from, released_at=now()
    )
    before = _details(known) if known and known.withdrawn_at is None else None
    release.parts, release.rounds, release.public_from = in_order(parts), sorted(set(rounds)), public_from
    release.released_at, release.released_by_id = now(), actor.id
    release.withdrawn_at, release.withdrawn_by_id, release.withdrawn_because = None, None, ""
    release.revision += 1
    session.add(release)
    session.flush()
    record(session, actor, "results.released", survey, before=before, after=_details(release))
    return release


def withdraw_results(session: Session, actor: Actor, survey: Survey, because: str, *, revision: int) -> ResultsRelease:
    """Let nobody outside the consortium read results any more. Raises Invalid without a reason, NotFound, Conflict."""
    require(actor, "results.release", survey)
    because = " ".join(because.split())
    if not SHORTEST_REASON <= len(because) <= LONGEST_REASON:
        raise Invalid(NO_REASON, {"because": NO_REASON})
    release = _turn(session, survey, revision)
    if release is None or release.withdrawn_at is not None:
        raise NotFound("These results are not public.")
    release.withdrawn_at, release.withdrawn_by_id, release.withdrawn_because = now(), actor.id, because
    release.revision += 1
    session.add(release)
    session.flush()
    record(session, actor, "results.withdrawn", survey, before=_details(release), after={"because": because})
    return release


def _turn(session: Session, survey: Survey, revision: int) -> ResultsRelease | None:
    """The list as it is, if the form was made from it. Raises Conflict otherwise."""
    # of two that change it at once the second waits here
    session.refresh(survey, with_for_update=True)
    known = find_release(session, survey.id)
    if known:
        session.refresh(known)
    if (known.revision if known else 0) != revision:
        raise Conflict(CHANGED)
    return known


def _earliest(session: Session, survey: Survey, wanted: date | None) -> date:
    """The first day that may be chosen: today, or the day on which it has been public already."""
    known = find_release(session, survey.id)
    return known.public_from if known and known.withdrawn_at is None and known.public_from == wanted else today()


def _details(release: ResultsRelease) -> dict[str, object]:
    return {
        "parts": ", ".join(release.parts),
        "rounds": ", ".join(str(number) for number in release.rounds),
        "from": release.public_from.isoformat(),
    }

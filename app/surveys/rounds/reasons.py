"""Reasons for and against, from those who see an item otherwise than most: shared without a name, or hidden."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.auth.permissions import require
from app.core.clock import today
from app.core.errors import Invalid, NotFound
from app.history.service import record
from app.people.rules import Actor
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.rules import is_above
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import is_reason
from app.surveys.authoring.rules import WHY, split_code
from app.surveys.rounds.models import Round, SharedReason
from app.surveys.rounds.queries import find_round_asking, get_round
from app.surveys.rounds.rules import named_helices

MOST_REASONS = 3
NO_REASON = "Give a reason of 10 to 500 characters."
LONGEST_THEME = 40
LONG_THEME = "A theme has at most 40 characters."


@dataclass(frozen=True)
class Given:
    """A reason as it may be shown: about which rating, on which side, from which helix if that may be said."""

    id: UUID
    code: str
    is_for: bool
    helix: str
    text: str
    is_hidden: bool
    hidden_because: str
    theme: str = ""


def share_reasons(session: Session, survey: Survey, closed: Round) -> None:
    """Decide at the closing of a round which reasons the next may show, and for which helices; then it stays so."""
    told = told_beside(survey, closed)
    rows = session.exec(
        select(Answer.code, Answer.response_id, Respondent.helix)
        .join(Response, col(Response.id) == col(Answer.response_id))
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .where(Response.round_id == closed.id, col(Answer.code).like(f"%{WHY}"), col(Answer.text) != "")
        .order_by(col(Answer.code), col(Answer.response_id))
    ).all()
    outcome = closed.outcome or {}
    by_item: dict[str, list[tuple[SharedReason, str]]] = {}
    for code, response_id, helix in rows:
        rating = code.removesuffix(WHY)
        kept = session.get(Answer, (response_id, rating))
        side = is_above(kept.point, told[rating]["middle"]) if kept and rating in told else None
        if side is not None:
            reason = SharedReason(round_id=closed.id, response_id=response_id, code=rating, is_for=side)
            by_item.setdefault(split_code(code)[0], []).append((reason, helix))
    for item, reasons in by_item.items():
        raters = max((said["n"] for code, said in outcome.items() if split_code(code)[0] == item), default=0)
        givers = Counter({reason.response_id: helix for reason, helix in reasons}.values())
        named = named_helices(raters, givers, survey.minimum_group)
        if named is not None:
            for reason, helix in reasons:
                reason.helix = helix if helix in named else ""
                session.add(reason)
    session.flush()


def told_beside(survey: Survey, current: Round) -> Mapping[str, Any]:
    """What ratings of a closed round are compared with: what it showed; in real time, what it said in the end."""
    return (current.outcome or {}) if survey.is_real_time else current.feedback


def list_reasons(session: Session, survey: Survey, shared_in: Round) -> list[Given]:
    """The reasons of a closed round that may be shown, hidden ones too, by rating, in an order drawn from the seed."""
    rows = session.exec(
        select(SharedReason, Answer.text)
        .join(
            Answer,
            (col(Answer.response_id) == col(SharedReason.response_id))
            & (col(Answer.code) == col(SharedReason.code) + WHY),
        )
        .where(SharedReason.round_id == shared_in.id)
    ).all()
    found = [
        Given(
            row.id,
            row.code,
            row.is_for,
            row.helix,
            text or "",
            row.hidden_on is not None,
            row.hidden_because,
            row.theme,
        )
        for row, text in rows
    ]
    return sorted(found, key=lambda given: (given.code, _drawn(survey.seed, given), given.id))


def list_shown_reasons(session: Session, survey: Survey, current: Round, item: str) -> list[Given]:
    """What a round shows under an item: at most three reasons for and three against, from when it was asked last."""
    asking = find_round_asking(session, survey.id, item, current.number)
    if asking is None:
        return []
    # what several wrote in the same words is shown once
    own = {
        (given.is_for, given.text): given
        for given in list_reasons(session, survey, asking)
        if split_code(given.code)[0] == item and not given.is_hidden
    }.values()
    return [given for is_for in (True, False) for given in [one for one in own if one.is_for is is_for][:MOST_REASONS]]


def hide_reason(session: Session, actor: Actor, survey: Survey, reason_id: UUID, because: str) -> None:
    """Keep a reason out of what respondents see. Raises Invalid without a reason for that, NotFound."""
    shared = _get(session, actor, survey, reason_id)
    if not is_reason(because):
        raise Invalid(NO_REASON, {f"because-{reason_id}": NO_REASON})
    shared.hidden_on, shared.hidden_by_id, shared.hidden_because = today(), actor.id, because.strip()
    session.flush()
    record(session, actor, "reason.hidden", survey, after={"about": shared.code, "because": shared.hidden_because})


def show_reason(session: Session, actor: Actor, survey: Survey, reason_id: UUID) -> None:
    """Take the hiding back. Raises NotFound."""
    shared = _get(session, actor, survey, reason_id)
    shared.hidden_on, shared.hidden_by_id, shared.hidden_because = None, None, ""
    session.flush()
    record(session, actor, "reason.shown", survey, after={"about": shared.code})


def name_theme(session: Session, actor: Actor, survey: Survey, reason_id: UUID, theme: str) -> None:
    """Put a reason under a theme, or under none. Raises Invalid for a theme that is too long, NotFound."""
    shared = _get(session, actor, survey, reason_id)
    theme = " ".join("".join(sign if sign.isprintable() else " " for sign in theme).split())
    if len(theme) > LONGEST_THEME:
        raise Invalid(LONG_THEME, {f"theme-{reason_id}": LONG_THEME})
    if theme == shared.theme:
        return
    before, shared.theme = shared.theme, theme
    session.flush()
    record(session, actor, "reason.themed", survey, before={"theme": before}, after={"theme": theme})


def _get(session: Session, actor: Actor, survey: Survey, reason_id: UUID) -> SharedReason:
    require(actor, "reason.hide", survey)
    shared = session.get(SharedReason, reason_id)
    if shared is None or get_round(session, shared.round_id).survey_id != survey.id:
        raise NotFound("There is no such reason.")
    return shared


def _drawn(seed: int, given: Given) -> bytes:
    return hashlib.sha256(f"{seed}:{given.code}:{given.text}".encode()).digest()

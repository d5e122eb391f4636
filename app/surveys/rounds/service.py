"""Acts on rounds: open, close, invite."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select, update

from app.auth.permissions import require
from app.core.clock import now, today
from app.core.errors import Conflict, Invalid
from app.core.tokens import hash_token, make_token
from app.history.service import record
from app.people.rules import Actor, is_address
from app.surveys.authoring.idea_round import fix_idea_round
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import publish
from app.surveys.authoring.queries import find_question
from app.surveys.authoring.rules import protocol_hash, split_code
from app.surveys.ideas.rules import IDEA_ROUND
from app.surveys.rounds.feedback import feedback_from
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.queries import asks_ideas_next, find_last_round, find_unclosed_round
from app.surveys.rounds.reasons import share_reasons
from app.surveys.rounds.rules import end_of


def open_round(session: Session, actor: Actor, survey: Survey, *, item_codes: Sequence[str] | None = None) -> Round:
    """Open the next round about these items, or about all; from the second on it carries what the one before said.

    Which items return is decided in the slice above, by what the last round said. The first opening publishes a draft,
    unless it is that of the round of ideas, which only fixes what that round asks.
    Raises Conflict while a round is open, Invalid with what blocks publishing.
    """
    require(actor, "round.open", survey)
    if find_unclosed_round(session, survey.id):
        raise Conflict("A round of this survey is open already.")
    last = find_last_round(session, survey.id)
    if asks_ideas_next(session, survey):
        opened = _new_round(actor, survey, IDEA_ROUND)
        opened.item_codes, opened.protocol = [], fix_idea_round(session, actor, survey)
        opened.protocol_sha256 = protocol_hash(opened.protocol)
    else:
        if survey.published_at is None:
            publish(session, actor, survey)
        if last and not last.is_for_ideas and survey.is_real_time:
            raise Conflict("A survey in real time has one round.")
        opened = _new_round(actor, survey, last.number + 1 if last else 1)
        opened.feedback = _told_by(session, survey, last) if last else {}
        opened.item_codes = list(item_codes) if item_codes is not None else None
    session.add(opened)
    session.flush()
    record(session, actor, "round.opened", opened, after={"number": opened.number, "items": opened.item_codes})
    return opened


def _new_round(actor: Actor, survey: Survey, number: int) -> Round:
    return Round(
        survey_id=survey.id,
        number=number,
        opened_at=now(),
        opened_by_id=actor.id,
        closes_at=end_of(survey.closes_on) if survey.closes_on and survey.closes_on > today() else None,
    )


def _told_by(session: Session, survey: Survey, closed: Round) -> dict[str, Any]:
    """What a closed round tells the next; rounds that came from a file were never closed here.

    What it did not ask about is told as it was told before.
    """
    told = closed.outcome if closed.outcome is not None else feedback_from(session, survey, closed)
    asked = closed.item_codes
    if asked is None:
        return told
    return {code: said for code, said in closed.feedback.items() if split_code(code)[0] not in asked} | told


def end_round(session: Session, actor: Actor, survey: Survey) -> Round:
    """Take no more answers in the open round. Raises Conflict when none is open.

    The slice above calls this when it closes a round, and freezes what the round said in the same transaction.
    """
    require(actor, "round.close", survey)
    wanted = select(Round).where(Round.survey_id == survey.id, Round.closed_at == None)  # noqa: E711 -- SQL's null
    # waits for saves under way, and saves after it see the round closed
    current = session.exec(wanted.with_for_update()).first()
    if current is None:
        raise Conflict("No round of this survey is open.")
    current.closed_at = now()
    current.closed_by_id = actor.id
    current.outcome = feedback_from(session, survey, current)
    session.flush()
    share_reasons(session, survey, current)
    record(session, actor, "round.closed", current, after={"number": current.number})
    return current


def invite(
    session: Session,
    actor: Actor,
    survey: Survey,
    *,
    email: str,
    helix: str = "",
    region: str = "",
    language: str = "",
) -> tuple[Invitation, str]:
    """Invite an address; returns the invitation and its token, which is kept only as a hash.

    Raises Invalid for an address, group, region or language that cannot be, Conflict for an address invited before.
    """
    require(actor, "round.open", survey)
    email = email.strip().lower()
    if not is_address(email):
        raise Invalid("Enter an e-mail address such as name@example.org.")
    for code, value in (("helix", helix), ("region", region)):
        question = find_question(session, survey.id, code)
        options = [option["code"] for option in question.options] if question else []
        if value and value not in options:
            raise Invalid("The survey has no %(code)s %(value)s.", code=code, value=value)
    if language and language not in survey.languages:
        raise Invalid("This survey is not offered in this language.")
    wanted = select(Invitation).where(Invitation.survey_id == survey.id, Invitation.email == email)
    if session.exec(wanted).first():
        raise Conflict("This address has been invited before.")
    token = make_token()
    invitation = Invitation(
        survey_id=survey.id,
        email=email,
        token_hash=hash_token(token),
        helix=helix,
        region=region,
        language=language,
        # its link is handed over by whoever asked for it, so it is not mailed
        sent_at=now(),
        created_at=now(),
    )
    session.add(invitation)
    session.flush()
    record(session, actor, "invitation.made", invitation)
    return invitation, token


def forget_sealed_links(session: Session, survey: Survey) -> None:
    """Delete the sealed links: after the last planned round nothing leads from an invitation to answers any more."""
    session.exec(update(Invitation).where(col(Invitation.survey_id) == survey.id).values(sealed_token=None))

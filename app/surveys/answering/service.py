"""Acts of those who answer: begin, send. Saving single answers is `autosave.py`."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, select, update

from app.auth.permissions import require
from app.core.clock import today
from app.core.errors import Conflict, Invalid, Locked
from app.core.tokens import hash_token, make_token, sign
from app.history.service import record
from app.people.queries import operator_of
from app.people.rules import Actor
from app.surveys.answering.counting import count_out
from app.surveys.answering.models import Answer, ConsentText, Respondent, Response
from app.surveys.answering.queries import (
    count_assigned,
    find_earlier_response,
    find_respondent,
    find_response,
    form_of,
    get_owned_response,
    has_begun_more,
)
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.tokens import answer_token, hash_receipt, receipt_code
from app.surveys.authoring.answers import Unfit
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import codes_of, helices_of
from app.surveys.authoring.rules import assign_items, in_own_order
from app.surveys.ideas.models import Idea
from app.surveys.rounds.models import Invitation, Round, SharedReason
from app.surveys.rounds.queries import find_open_round, get_round, is_over
from app.surveys.rounds.rules import asked_in

SHORTEST_IDEMPOTENCY_KEY, LONGEST_IDEMPOTENCY_KEY = 16, 200
MOST_BALANCED = 2_000
"""Where more have begun, items are drawn at random, and nobody waits for others or reads what they were given: of 24
items by 8, each has then been given out some 670 times, which chance alone makes differ by 3 %.
"""
CLOSED = "This survey takes no answers now."
CLOSED_ROUND = "This round is closed. Your saved answers were counted."


@dataclass(frozen=True)
class Consent:
    """What somebody was shown before they agreed, and in which language."""

    language: str
    text: str


def start_response(
    session: Session,
    survey: Survey,
    start: StartIn,
    *,
    consent: Consent,
    invitation: Invitation | None = None,
    token: str = "",
) -> tuple[Response, str]:
    """Begin a response in the open round; returns it with the token that opens it.

    Who comes by a personal link brings its invitation and the token made from it, so that it leads to the same answers
    for ever. Somebody who has begun already gets the response they have. Raises Locked while no round is open,
    Invalid for a group, region or option that the survey does not offer.
    """
    current = _open_round(session, survey)
    # who has answered is known only where the survey says so, and only until its round closes
    linked = invitation.id if invitation and not survey.is_anonymous else None
    if token:
        known = find_respondent(session, survey.id, (token,))
        if known:
            known.invitation_id = linked
            return find_response(session, known.id, current.id) or _go_on(session, survey, known, current, start), token
    _check_start(session, survey, start)
    token = token or make_token()
    respondent = Respondent(
        survey_id=survey.id,
        code=f"R{secrets.token_hex(6)}",
        helix=start.helix,
        region=start.region,
        language=start.language,
        invitation_id=linked,
        token_hash=hash_token(token),
        consent_text_id=_consent_text(session, survey, consent).id,
        begun_on=today(),
    )
    session.add(respondent)
    session.flush()
    response = _respond(session, survey, respondent, current)
    _keep_choices(session, survey, response, start)
    return response, token


def start_response_once(
    session: Session, survey: Survey, start: StartIn, *, consent: Consent, key: str, secret: str
) -> tuple[Response, str]:
    """Begin a response for a program that may repeat its request: the same key gives the same response.

    The token follows from the key, so the key is as secret as the token. Raises Invalid for a key that is
    too short to be secret or was used with other contents.
    """
    if not SHORTEST_IDEMPOTENCY_KEY <= len(key) <= LONGEST_IDEMPOTENCY_KEY:
        raise Invalid("An Idempotency-Key needs 16 to 200 characters.")
    digest = hashlib.sha256(start.model_dump_json().encode()).hexdigest()
    key_hash = hash_token(key)
    token = sign(secret, "response-token", f"{survey.id}:{key}")
    known = session.exec(
        select(Respondent).where(Respondent.survey_id == survey.id, Respondent.idempotency_key == key_hash)
    ).first()
    if known and known.idempotency_digest != digest:
        raise Invalid("This Idempotency-Key was used with other contents.")
    if known:
        current = _open_round(session, survey)
        return find_response(session, known.id, current.id) or _go_on(session, survey, known, current, start), token
    response, token = start_response(session, survey, start, consent=consent, token=token)
    respondent = session.get(Respondent, response.respondent_id)
    assert respondent
    respondent.idempotency_key, respondent.idempotency_digest = key_hash, digest
    return response, token


def submit_response(session: Session, response_id: UUID, tokens: Sequence[str], *, secret: str) -> tuple[Response, str]:
    """Send a response; however often, it keeps its receipt, of which only a hash is stored. Returns both.

    Raises NotFound for a response of somebody else, Locked once the round is closed.
    """
    response, respondent = get_owned_response(session, response_id, tokens)
    receipt = receipt_code(secret, response.id, respondent.token_hash or "")
    if response.submitted_on:
        return response, receipt
    if is_over(get_round(session, response.round_id)):
        raise Locked(CLOSED_ROUND)
    response.submitted_on = today()
    response.receipt_hash = hash_receipt(secret, receipt)
    session.flush()
    return response, receipt


def reopen_response(session: Session, response_id: UUID, tokens: Sequence[str]) -> Response:
    """Take a sent response back to change it, while its round is open; its receipt stays.

    Raises NotFound for a response of somebody else, Locked once the round is closed.
    """
    response, _ = get_owned_response(session, response_id, tokens)
    if is_over(get_round(session, response.round_id)):
        raise Locked(CLOSED_ROUND)
    response.submitted_on = None
    return response


def hand_out_token(session: Session, respondent: Respondent) -> str:
    """Another token for somebody who showed their receipt; it opens the same answers beside the first."""
    token = make_token()
    respondent.second_token_hash = hash_token(token)
    session.flush()
    return token


def withdraw(session: Session, survey: Survey, respondent: Respondent) -> None:
    """Delete everything somebody answered in a survey. That it happened is noted, not who it was.

    What was published of closed rounds stays: nobody can be told from it.
    """
    delete_respondents(session, col(Respondent.id) == respondent.id)
    record(session, operator_of(survey.consortium_id), "response.withdrawn", survey)


def delete_respondents(session: Session, which: ColumnElement[bool]) -> int:
    """Delete these respondents with their responses and answers; returns how many answers there were.

    They are not named one by one: a statement takes 65,535 parameters at most.
    """
    keys = select(Respondent.id).where(which)
    own = select(Response.id).where(col(Response.respondent_id).in_(keys))
    session.exec(delete(Idea).where(col(Idea.response_id).in_(own)))
    session.exec(delete(SharedReason).where(col(SharedReason.response_id).in_(own)))
    count_out(session, col(Response.respondent_id).in_(keys))
    answers = session.exec(delete(Answer).where(col(Answer.response_id).in_(own))).rowcount
    session.exec(delete(Response).where(col(Response.respondent_id).in_(keys)))
    session.exec(delete(Respondent).where(which))
    return answers


def sever_links(session: Session, actor: Actor, survey: Survey) -> int:
    """Forget which invitation each respondent came by, for good and on record; returns how many links there were."""
    severed = session.exec(
        update(Respondent)
        .where(col(Respondent.survey_id) == survey.id, col(Respondent.invitation_id).is_not(None))
        .values(invitation_id=None)
    ).rowcount
    session.exec(update(Invitation).where(col(Invitation.survey_id) == survey.id).values(last_day_on=None))
    session.expire_all()
    record(session, actor, "links.severed", survey, after={"links": severed})
    return severed


def renew_link(session: Session, actor: Actor, survey: Survey, invitation: Invitation, *, secret: str) -> str:
    """Make a new personal link in place of the old one; it leads to the same answers. Returns its token.

    Raises Conflict in an anonymous survey: there nobody can tell which answers the new link should lead to.
    """
    require(actor, "round.open", survey)
    if survey.is_anonymous:
        raise Conflict("In an anonymous survey a link cannot be renewed: its answers could not be found again.")
    token = make_token()
    invitation.token_hash = hash_token(token)
    session.add(invitation)
    respondent = session.exec(select(Respondent).where(Respondent.invitation_id == invitation.id)).first()
    if respondent:
        respondent.token_hash = hash_token(answer_token(secret, token))
    session.flush()
    record(session, actor, "invitation.renewed", invitation)
    return token


def _consent_text(session: Session, survey: Survey, consent: Consent) -> ConsentText:
    wanted = select(ConsentText).where(ConsentText.survey_id == survey.id, ConsentText.language == consent.language)
    newest = wanted.order_by(col(ConsentText.version).desc())
    found = session.exec(newest).first()
    if found is None or found.text != consent.text:
        # of several who are the first to be shown it, one writes it and the others find it
        session.exec(select(Survey.id).where(Survey.id == survey.id).with_for_update()).one()
        found = session.exec(newest).first()
    if found and found.text == consent.text:
        return found
    shown = ConsentText(
        survey_id=survey.id,
        language=consent.language,
        version=found.version + 1 if found else 1,
        text=consent.text,
        first_shown_on=today(),
    )
    session.add(shown)
    session.flush()
    return shown


def ask_for_more(session: Session, survey: Survey, response: Response, respondent: Respondent) -> int:
    """Ask somebody who wants it about as many items again, those least asked; returns how many came."""
    own = response.item_codes
    if own is None or survey.items_per_person is None:
        return 0
    asked = asked_in(get_round(session, response.round_id).item_codes, form_of(session, survey.id).items)
    rest = [code for code in asked if code not in own]
    more = _least_asked(session, survey, respondent, response.round_id, rest)
    response.item_codes = [*own, *more]
    session.flush()
    return len(more)


def _go_on(session: Session, survey: Survey, known: Respondent, current: Round, start: StartIn) -> Response:
    """The response in this round of somebody who took part before; the round of ideas did not ask for their choices."""
    is_first_rating = not current.is_for_ideas and find_earlier_response(session, known.id, current.number) is None
    errors = _choice_faults(session, survey, start) if is_first_rating else {}
    if errors:
        raise Invalid(next(iter(errors.values())), errors)
    response = _respond(session, survey, known, current)
    if is_first_rating:
        _keep_choices(session, survey, response, start)
    return response


def _keep_choices(session: Session, survey: Survey, response: Response, start: StartIn) -> None:
    for code, choice in start.choices.items():
        kept = form_of(session, survey.id).keep(code, choice)
        session.add(Answer(response_id=response.id, code=code, **kept._asdict(), rev=1, saved_on=today()))
    session.flush()


def _respond(session: Session, survey: Survey, respondent: Respondent, current: Round) -> Response:
    items = asked_in(current.item_codes, form_of(session, survey.id).items)
    earlier = find_earlier_response(session, respondent.id, current.number)
    if current.is_for_ideas:
        asked = []
    elif survey.items_per_person is None and survey.is_shuffled:
        asked = in_own_order(items, survey.warm_ups, f"{survey.seed}:{respondent.code}")
    elif survey.items_per_person is None:
        asked = None if current.item_codes is None else items
    else:
        # who rated some of what returns is asked about that again; who rated none of it, about what needs it most
        own = [code for code in (earlier.item_codes or ()) if code in items] if earlier else []
        asked = own or _least_asked(session, survey, respondent, current.id, items)
    response = Response(respondent_id=respondent.id, round_id=current.id, begun_on=today(), item_codes=asked)
    session.add(response)
    session.flush()
    return response


def _least_asked(
    session: Session, survey: Survey, respondent: Respondent, round_id: UUID, items: Sequence[str]
) -> list[str]:
    k = survey.items_per_person or len(items)
    seed = f"{survey.seed}:{respondent.code}"
    if has_begun_more(session, round_id, MOST_BALANCED):
        return assign_items(items, k, {}, {}, seed)
    # two who begin at once would count the same and get the same: one waits for the other
    session.exec(select(Round.id).where(Round.id == round_id).with_for_update()).one()
    counts = count_assigned(session, round_id)
    overall = sum(counts.values(), Counter[str]())
    return assign_items(items, k, counts.get(respondent.helix, Counter()), overall, seed)


def _open_round(session: Session, survey: Survey) -> Round:
    current = find_open_round(session, survey.id)
    if current is None:
        raise Locked(CLOSED)
    return current


def _check_start(session: Session, survey: Survey, start: StartIn) -> None:
    errors: dict[str, str] = {}
    if start.helix not in helices_of(session, survey.id):
        errors["helix"] = "Choose the group you speak for."
    regions = codes_of(session, survey.id, "region")
    if (regions and start.region not in regions) or (not regions and start.region):
        errors["region"] = "Choose where you are mainly active."
    if start.language not in survey.languages:
        errors["language"] = "This survey is not offered in this language."
    errors |= _choice_faults(session, survey, start)
    if errors:
        raise Invalid(next(iter(errors.values())), errors)


def _choice_faults(session: Session, survey: Survey, start: StartIn) -> dict[str, str]:
    form = form_of(session, survey.id)
    faults: dict[str, str] = {}
    for code, choice in start.choices.items():
        try:
            form.keep(code, choice)
        except Unfit:
            faults[code] = "Choose one of the options."
    return faults

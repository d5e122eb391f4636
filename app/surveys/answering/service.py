"""Acts of those who answer: begin, send. Saving single answers is `autosave.py`."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, select

from app.auth.permissions import require
from app.core.clock import now
from app.core.errors import Invalid, Locked
from app.core.tokens import hash_token, make_token, sign
from app.history.service import record
from app.people.models import Person
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.queries import find_respondent, find_response, form_of, get_owned_response
from app.surveys.answering.schemas import StartIn
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_question
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.queries import find_open_round, get_round

RECEIPT_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SHORTEST_IDEMPOTENCY_KEY, LONGEST_IDEMPOTENCY_KEY = 16, 200
CLOSED = "This survey takes no answers now."


def start_response(
    session: Session, survey: Survey, start: StartIn, *, invitation: Invitation | None = None, token: str = ""
) -> tuple[Response, str]:
    """Begin a response in the open round; returns it with the token that opens it.

    A personal link brings its invitation and its token, so that it leads to the same answers for ever.
    Somebody who has begun already gets the response they have. Raises Locked while no round is open,
    Invalid for a group, region or option that the survey does not offer.
    """
    current = _open_round(session, survey)
    if token:
        known = find_respondent(session, survey.id, token)
        if known:
            return find_response(session, known.id, current.id) or _respond(session, known, current), token
    _check_start(session, survey, start)
    token = token or make_token()
    respondent = Respondent(
        survey_id=survey.id,
        code=f"R{secrets.token_hex(6)}",
        helix=start.helix,
        region=start.region,
        language=start.language,
        invitation_id=invitation.id if invitation else None,
        token_hash=hash_token(token),
        consented_at=now(),
        created_at=now(),
    )
    session.add(respondent)
    session.flush()
    response = _respond(session, respondent, current)
    for code, choice in start.choices.items():
        session.add(Answer(response_id=response.id, code=code, choice=choice, rev=1, saved_at=now()))
    session.flush()
    return response, token


def start_response_once(
    session: Session, survey: Survey, start: StartIn, *, key: str, secret: str
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
        return find_response(session, known.id, current.id) or _respond(session, known, current), token
    response, token = start_response(session, survey, start, token=token)
    respondent = session.get(Respondent, response.respondent_id)
    assert respondent
    respondent.idempotency_key, respondent.idempotency_digest = key_hash, digest
    return response, token


def submit_response(session: Session, response_id: UUID, tokens: Sequence[str]) -> Response:
    """Send a response; however often, it keeps its first receipt.

    Raises NotFound for a response of somebody else, Locked once the round is closed.
    """
    response, _ = get_owned_response(session, response_id, tokens)
    if response.submitted_at:
        return response
    if get_round(session, response.round_id).closed_at:
        raise Locked("This round is closed. Your saved answers were counted.")
    response.submitted_at = now()
    response.receipt = response.receipt or "-".join(
        "".join(secrets.choice(RECEIPT_SIGNS) for _ in range(4)) for _ in range(3)
    )
    record(session, None, "response.sent", response)
    return response


def reopen_response(session: Session, response_id: UUID, tokens: Sequence[str]) -> Response:
    """Take a sent response back to change it, while its round is open; its receipt stays.

    Raises NotFound for a response of somebody else, Locked once the round is closed.
    """
    response, _ = get_owned_response(session, response_id, tokens)
    if get_round(session, response.round_id).closed_at:
        raise Locked("This round is closed. Your saved answers were counted.")
    response.submitted_at = None
    record(session, None, "response.reopened", response)
    return response


def renew_link(session: Session, actor: Person | None, invitation: Invitation) -> str:
    """Make a new personal link in place of the old one; it leads to the same answers. Returns its token."""
    require(actor, "round.open")
    token = make_token()
    invitation.token_hash = hash_token(token)
    wanted = select(Respondent).where(Respondent.invitation_id == invitation.id)
    respondent = session.exec(wanted).first()
    if respondent:
        respondent.token_hash = invitation.token_hash
    session.add(invitation)
    record(session, actor, "invitation.renewed", invitation)
    return token


def _respond(session: Session, respondent: Respondent, current: Round) -> Response:
    response = Response(respondent_id=respondent.id, round_id=current.id, created_at=now())
    session.add(response)
    session.flush()
    record(session, None, "response.begun", response)
    return response


def _open_round(session: Session, survey: Survey) -> Round:
    current = find_open_round(session, survey.id)
    if current is None:
        raise Locked(CLOSED)
    return current


def _check_start(session: Session, survey: Survey, start: StartIn) -> None:
    errors: dict[str, str] = {}
    if start.helix not in _options(session, survey, "helix"):
        errors["helix"] = "Choose the group you speak for."
    regions = _options(session, survey, "region")
    if (regions and start.region not in regions) or (not regions and start.region):
        errors["region"] = "Choose where you are mainly active."
    if start.language not in survey.languages:
        errors["language"] = "This survey is not offered in this language."
    choices: Mapping[str, str] = start.choices
    form = form_of(session, survey.id)
    errors |= {code: "Choose one of the options." for code in choices if form.fault(code, choices[code])}
    if errors:
        raise Invalid(next(iter(errors.values())), errors)


def _options(session: Session, survey: Survey, code: str) -> frozenset[str]:
    question = find_question(session, survey.id, code)
    return frozenset(option["code"] for option in question.options) if question else frozenset()

"""What stakeholders do: send a proposal, support one or oppose it, and answer a question about theirs.

Who has no account confirms by a link in a mail; before that nothing is read by anybody. None of it is in the history,
which keeps moments.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.initiatives.models import Initiative
from app.actionplan.proposals.mailing import SEAL, mail_confirmation
from app.actionplan.proposals.models import IdeasWall, Proposal, ProposalAuthor, Stance, UnconfirmedSending
from app.actionplan.proposals.queries import find_asked, find_unconfirmed, get_shown
from app.actionplan.proposals.rules import (
    CONFIRMED_WITHIN_DAYS,
    LONGEST_ANSWER,
    LONGEST_BECAUSE,
    Draft,
    State,
    author_of,
    faults_in,
    is_name,
    voter_of,
)
from app.core.clock import today
from app.core.errors import Invalid, NotFound
from app.core.settings import Settings
from app.core.tokens import hash_token, make_token, seal, unseal
from app.people.rules import Actor, is_address
from app.surveys.ideas.rules import plain

USED = "This link has ended. If you have pressed its button before, everything has arrived."
NO_ADDRESS = "Enter an e-mail address such as name@example.org."


@dataclass(frozen=True)
class Sender:
    """Who sends something: somebody signed in, or an address; `name` only if they want to be named."""

    language: str
    actor: Actor | None = None
    email: str = ""
    wants_name: bool = False
    name: str = ""


def send_proposal(
    session: Session,
    settings: Settings,
    wall: IdeasWall,
    draft: Draft,
    sender: Sender,
    *,
    key: str,
    belongs_to: UUID | None = None,
) -> Proposal | None:
    """Take a proposal, once under one key; None when it waits for the click in the mail. Raises Invalid."""
    errors = faults_in(draft) | _faults_of(sender)
    if sender.wants_name and not is_name(sender.name):
        errors["name"] = "Enter your name, in at most 80 characters."
    if errors:
        raise Invalid("Something needs correcting.", errors)
    known = session.exec(select(Proposal).where(Proposal.key == key)).first()
    if known:
        return known
    initiative = session.get(Initiative, belongs_to) if belongs_to else None
    if initiative and initiative.consortium_id != wall.consortium_id:
        initiative = None
    content = asdict(draft) | {
        "author_name": sender.name if sender.wants_name else "",
        "belongs_to": str(initiative.id) if initiative else None,
    }
    if sender.actor:
        return _keep_proposal(session, wall.consortium_id, content, key, sender.language, person_id=sender.actor.id)
    _await_click(session, settings, wall, {"kind": "proposal", **content}, sender, key, draft.title)
    return None


def take_stance(
    session: Session,
    settings: Settings,
    proposal: Proposal,
    wall: IdeasWall,
    sender: Sender,
    *,
    is_for: bool,
    because: str,
    key: str,
) -> bool:
    """Support a proposal or oppose it; who did before changes their mind. Says whether it counts already.

    Raises Invalid.
    """
    because, errors = plain(because), _faults_of(sender)
    if len(because) > LONGEST_BECAUSE:
        errors["because"] = "A reason has at most 300 characters."
    if errors:
        raise Invalid("Something needs correcting.", errors)
    content = {"kind": "stance", "proposal": str(proposal.id), "is_for": is_for, "because": because}
    if sender.actor:
        _keep_stance(session, settings, proposal, content, sender.actor.email)
        return True
    _await_click(session, settings, wall, content, sender, key, proposal.title)
    return False


def confirm(session: Session, settings: Settings, token: str) -> tuple[UUID, Proposal]:
    """Do what was sent, once: a proposal is there, or a voice counts. Gives the consortium and the proposal.

    Raises NotFound for a link that was used or has ended.
    """
    waiting = get_unconfirmed(session, token)
    email = unseal(settings.secret_key, SEAL, waiting.sealed_address)
    if email is None:
        raise NotFound(USED)
    if waiting.content["kind"] == "stance":
        proposal, _ = get_shown(session, UUID(waiting.content["proposal"]))
        _keep_stance(session, settings, proposal, waiting.content, email)
    else:
        proposal = _keep_proposal(
            session,
            waiting.consortium_id,
            waiting.content,
            waiting.key,
            waiting.language,
            sealed_address=waiting.sealed_address,
            address_hash=waiting.address_hash,
        )
    session.delete(waiting)
    session.flush()
    return waiting.consortium_id, proposal


def get_unconfirmed(session: Session, token: str) -> UnconfirmedSending:
    """What waits for the click in the mail. Raises NotFound for a link that was used or has ended."""
    waiting = find_unconfirmed(session, token)
    if waiting is None or waiting.expires_on < today():
        raise NotFound(USED)
    return waiting


def get_asked(session: Session, token: str) -> tuple[Proposal, ProposalAuthor]:
    """The proposal about which its author was asked. Raises NotFound when the question is open no more."""
    found = find_asked(session, token)
    if found is None:
        raise NotFound(USED)
    return found


def answer_question(session: Session, token: str, text: str) -> Proposal:
    """Keep the author's answer beside the proposal, which then waits to be read again. Raises Invalid, NotFound."""
    proposal, author = get_asked(session, token)
    text = plain(text)
    if not text or len(text) > LONGEST_ANSWER:
        sentence = "Write an answer, in at most 1,000 characters."
        raise Invalid(sentence, {"answer": "Write an answer, in at most 1,000 characters."})
    *earlier, last = proposal.exchanges
    proposal.exchanges = [*earlier, {**last, "answer": text}]
    proposal.state, proposal.revision = State.WAITING, proposal.revision + 1
    author.answer_token_hash = None
    session.flush()
    return proposal


def _faults_of(sender: Sender) -> dict[str, str]:
    errors: dict[str, str] = {}
    if sender.actor is None and not is_address(sender.email):
        errors["email"] = NO_ADDRESS
    return errors


def _await_click(
    session: Session,
    settings: Settings,
    wall: IdeasWall,
    content: dict[str, Any],
    sender: Sender,
    key: str,
    title: str,
) -> None:
    """Keep what was sent until its link is used. Sent again it is mailed again only if it has changed."""
    hashed = author_of(settings.secret_key, sender.email)
    wanted = select(UnconfirmedSending).where(UnconfirmedSending.key == key)
    waiting = session.exec(wanted.with_for_update()).first()
    if waiting and waiting.content == content and waiting.address_hash == hashed:
        return
    token = make_token()
    if waiting is None:
        waiting = UnconfirmedSending(
            consortium_id=wall.consortium_id,
            key=key,
            token_hash="",
            content={},
            sealed_address="",
            address_hash="",
            language=sender.language,
            expires_on=today(),
        )
    waiting.token_hash, waiting.content = hash_token(token), content
    waiting.sealed_address, waiting.address_hash = seal(settings.secret_key, SEAL, sender.email), hashed
    waiting.language, waiting.expires_on = sender.language, today() + timedelta(days=CONFIRMED_WITHIN_DAYS)
    session.add(waiting)
    session.flush()
    mail_confirmation(session, settings, wall.consortium_id, sender.email, sender.language, title=title, token=token)


def _keep_proposal(
    session: Session,
    consortium_id: UUID,
    content: dict[str, Any],
    key: str,
    language: str,
    *,
    person_id: UUID | None = None,
    sealed_address: str = "",
    address_hash: str = "",
) -> Proposal:
    # numbers are given one after the other: whoever comes at once waits here
    own = select(IdeasWall).where(IdeasWall.consortium_id == consortium_id)
    session.exec(own.with_for_update()).one()
    known = session.exec(select(Proposal).where(Proposal.key == key)).first()
    if known:
        # the other of two that came at once was first
        return known
    highest = select(func.max(Proposal.number)).where(Proposal.consortium_id == consortium_id)
    proposal = Proposal(
        consortium_id=consortium_id,
        number=(session.exec(highest).one() or 0) + 1,
        key=key,
        language=content["language"],
        title=content["title"],
        summary=content["summary"],
        first_step=content["first_step"],
        helix=content["helix"],
        author_name=content["author_name"],
        belongs_to_id=UUID(content["belongs_to"]) if content["belongs_to"] else None,
        created_on=today(),
    )
    session.add(proposal)
    session.flush()
    session.add(
        ProposalAuthor(
            proposal_id=proposal.id,
            person_id=person_id,
            sealed_address=sealed_address,
            address_hash=address_hash,
            language=language,
        )
    )
    session.flush()
    return proposal


def _keep_stance(session: Session, settings: Settings, proposal: Proposal, content: dict[str, Any], email: str) -> None:
    voter = voter_of(settings.secret_key, proposal.consortium_id, email)
    # voices about one proposal come one after the other, so that two of one person are one
    session.exec(select(Proposal.id).where(Proposal.id == proposal.id).with_for_update()).one()
    wanted = select(Stance).where(col(Stance.proposal_id) == proposal.id, Stance.voter == voter)
    stance = session.exec(wanted).first() or Stance(proposal_id=proposal.id, voter=voter, is_for=True)
    stance.is_for, stance.because = content["is_for"], content["because"]
    session.add(stance)
    session.flush()

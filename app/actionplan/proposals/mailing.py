"""What authors are mailed: the link that confirms, questions, and what became of their proposal."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.actionplan.proposals.models import Proposal, ProposalAuthor
from app.actionplan.proposals.queries import find_author, find_wall, list_merged, titles_of
from app.actionplan.proposals.rules import ADDRESS_KEPT_DAYS, CONFIRMED_WITHIN_DAYS, OPEN
from app.core.clock import today
from app.core.days import spelt
from app.core.settings import Settings
from app.core.tokens import hash_token, make_token, unseal
from app.core.words import pick
from app.mail.rendering import render_mail
from app.mail.service import queue_mail
from app.people.models import Person

SEAL = "proposal author"


def mail_confirmation(
    session: Session, settings: Settings, consortium_id: UUID, email: str, language: str, *, title: str, token: str
) -> None:
    """Promise the link that sends what somebody wrote."""
    last = spelt(today() + timedelta(days=CONFIRMED_WITHIN_DAYS), language)
    values = {"url": f"{settings.address}/ideas/confirm/{token}", "title": title, "last": last}
    texts = render_mail("proposal_confirm", language, values)
    queue_mail(
        session,
        kind="proposal_confirm",
        recipient=email,
        subject=texts.subject,
        body=texts.body,
        consortium_id=consortium_id,
    )


def mail_question(session: Session, settings: Settings, proposal: Proposal, question: str) -> None:
    """Promise a question to the author, with a link to answer it; an earlier link ends."""
    author = find_author(session, proposal.id)
    if author is None:
        return
    token = make_token()
    author.answer_token_hash = hash_token(token)
    values = {"title": proposal.title, "question": question, "url": f"{settings.address}/ideas/answer/{token}"}
    _mail(session, settings, proposal, author, "proposal_question", values)


def mail_outcome(session: Session, settings: Settings, proposal: Proposal) -> None:
    """Tell the authors of a decided proposal, and of those put together with it, what became of it."""
    wall = find_wall(session, proposal.consortium_id)
    for one in (proposal, *list_merged(session, proposal.id)):
        author = find_author(session, one.id)
        target = session.get(Proposal, one.merged_into_id) if one.merged_into_id else None
        if author is None:
            continue
        decided = target or one
        key = decided.initiative_id
        initiative = pick(titles_of(session, [key])[key], author.language) if key else ""
        is_open = wall is not None and wall.opened_at is not None and one.shown_on is not None
        values = {
            "title": one.title,
            "state": decided.state if target is None or target.state not in OPEN else "merged",
            "initiative": initiative,
            "other": target.title if target else "",
            "because": decided.because,
            "url": f"{settings.address}/ideas/{one.id}" if is_open else "",
        }
        _mail(session, settings, one, author, "proposal_outcome", values)
        # while the one it was put with is undecided, its author will hear again
        author.delete_on = None if decided.state in OPEN else today() + timedelta(days=ADDRESS_KEPT_DAYS)


def keep_for_now(session: Session, proposal: Proposal) -> None:
    """Keep the authors' addresses again: what they were told is open once more."""
    keys = [proposal.id, *(one.id for one in list_merged(session, proposal.id))]
    for author in session.exec(select(ProposalAuthor).where(col(ProposalAuthor.proposal_id).in_(keys))).all():
        author.delete_on = None


def _mail(
    session: Session, settings: Settings, proposal: Proposal, author: ProposalAuthor, kind: str, values: dict[str, str]
) -> None:
    person = session.get(Person, author.person_id) if author.person_id else None
    email = person.email if person else unseal(settings.secret_key, SEAL, author.sealed_address)
    if not email or (person and person.disabled_at):
        return
    texts = render_mail(kind, author.language, values)
    queue_mail(
        session,
        kind=kind,
        recipient=email,
        subject=texts.subject,
        body=texts.body,
        consortium_id=proposal.consortium_id,
    )

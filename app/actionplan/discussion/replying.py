"""You said, we did: what is answered, the answers, and whether everybody may read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.actionplan.discussion.models import Amendment, Comment, Reply, ReplyPage
from app.actionplan.discussion.rules import LONGEST_NOTE, language_in
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.proposals.models import Proposal
from app.actionplan.proposals.rules import OPEN
from app.auth.permissions import may, require
from app.core.clock import today
from app.core.errors import Conflict, Invalid, NotFound
from app.core.words import LANGUAGES, Words
from app.history.service import record
from app.people.models import Consortium
from app.people.rules import Actor
from app.surveys.answering.models import Answer
from app.surveys.authoring.models import Survey, SurveyItem
from app.surveys.authoring.rules import WHY, split_code
from app.surveys.ideas.rules import plain
from app.surveys.rounds.models import Round, SharedReason

NOT_THERE = "There is nothing that could be answered at this address."
OUTCOME_WORDS = {
    "taken_up": "Taken up",
    "in_part": "Taken up in part",
    "not_taken_up": "Not taken up",
    "noted": "Noted for later",
}
UNKNOWN_LANGUAGE = "und"


@dataclass(frozen=True)
class Said:
    """Something that can be answered; `version_id` is the version it led to, if it led to one."""

    kind: str
    id: UUID
    initiative_id: UUID | None
    words: str
    language: str
    may_quote: bool
    version_id: UUID | None = None


def find_said(session: Session, actor: Actor, kind: str, said_id: UUID) -> Said:
    """What somebody said, to answer it. A reason is there only while respondents may read it. Raises NotFound."""
    require(actor, "reply.write")
    find = {"comment": _comment, "amendment": _amendment, "proposal": _proposal, "reason": _reason}.get(kind)
    said = find(session, actor, said_id) if find else None
    if said is None:
        raise NotFound(NOT_THERE)
    _check_is_theirs(session, actor, kind, said.initiative_id)
    return said


def _check_is_theirs(session: Session, actor: Actor, kind: str, initiative_id: UUID | None) -> None:
    """Refuse what was said of another partner's initiative; a reason belongs with its survey. Raises NotAllowed."""
    initiative = session.get(Initiative, initiative_id) if initiative_id and kind != "reason" else None
    require(actor, "reply.write", initiative)


def _comment(session: Session, actor: Actor, said_id: UUID) -> Said | None:
    found = session.get(Comment, said_id)
    if found is None or found.consortium_id != actor.consortium_id or found.withdrawn_at:
        return None
    return Said("comment", found.id, found.initiative_id, found.text, UNKNOWN_LANGUAGE, found.may_quote)


def _amendment(session: Session, actor: Actor, said_id: UUID) -> Said | None:
    found = session.get(Amendment, said_id)
    if found is None or found.consortium_id != actor.consortium_id or found.withdrawn_at:
        return None
    words = f"{found.after}\n{found.because}"
    language = language_in(found.place) or UNKNOWN_LANGUAGE
    made = found.made_version_id
    return Said("amendment", found.id, found.initiative_id, words, language, found.may_quote, made)


def _proposal(session: Session, actor: Actor, said_id: UUID) -> Said | None:
    """A proposal, told anew: its author can have it erased, and an answer must not keep its words."""
    found = session.get(Proposal, said_id)
    if found is None or found.consortium_id != actor.consortium_id:
        return None
    words = f"{found.title}\n{found.summary}"
    return Said("proposal", found.id, found.initiative_id, words, found.language, may_quote=False)


def _reason(session: Session, actor: Actor, said_id: UUID) -> Said | None:
    """A reason, which nobody has agreed to have quoted outside the survey."""
    found = session.exec(
        select(SharedReason, Round.survey_id, Answer.text)
        .join(Round, col(Round.id) == col(SharedReason.round_id))
        .join(
            Answer,
            (col(Answer.response_id) == col(SharedReason.response_id))
            & (col(Answer.code) == col(SharedReason.code) + WHY),
        )
        .where(SharedReason.id == said_id, col(SharedReason.hidden_on).is_(None))
    ).first()
    if found is None:
        return None
    shared, survey_id, text = found
    survey = session.get_one(Survey, survey_id)
    require(actor, "reason.hide", survey)
    initiative_id = session.exec(
        select(InitiativeVersion.initiative_id)
        .join(SurveyItem, col(SurveyItem.source_id) == col(InitiativeVersion.id))
        .where(SurveyItem.survey_id == survey_id, SurveyItem.code == split_code(shared.code)[0])
    ).first()
    return Said("reason", shared.id, initiative_id, text or "", UNKNOWN_LANGUAGE, may_quote=False)


def save_reply(
    session: Session,
    actor: Actor,
    said: Said,
    *,
    retold: Mapping[str, str],
    is_quote: bool,
    outcome: str,
    text: Mapping[str, str],
    version_id: UUID | None = None,
    revision: int,
) -> Reply:
    """Answer what somebody said, or change the answer. It is told in the words of whoever answers, or quoted.

    Raises Invalid naming what cannot be, Conflict when the answer changed since the form was made.
    """
    require(actor, "reply.write")
    known = find_reply(session, said.kind, said.id)
    answer, told = _texts(text), _texts(retold)
    errors = _faults(answer, told, is_quote=is_quote, may_quote=said.may_quote, outcome=outcome)
    if errors:
        raise Invalid(next(iter(errors.values())), errors)
    if is_quote:
        # locked, so that nobody withdraws what is being quoted
        table = Comment if said.kind == "comment" else Amendment
        session.exec(
            select(table).where(table.id == said.id).with_for_update().execution_options(populate_existing=True)
        ).one()
        find_said(session, actor, said.kind, said.id)
        told = {said.language: said.words}
    if known and known.revision != revision:
        raise Conflict("Somebody has changed this answer meanwhile. Go back and reload the page.")
    reply = known or Reply(
        consortium_id=actor.consortium_id,
        kind=said.kind,
        said_id=said.id,
        said={},
        outcome=outcome,
        text={},
        written_on=today(),
    )
    reply.initiative_id, reply.version_id = said.initiative_id, version_id or said.version_id
    reply.said, reply.is_quote, reply.outcome, reply.text = told, is_quote, outcome, answer
    reply.written_on, reply.written_by_id = today(), actor.id
    reply.revision += 1
    session.add(reply)
    session.flush()
    record(session, actor, "reply.written", reply, after={"to": said.kind, "outcome": outcome})
    return reply


def delete_reply(session: Session, actor: Actor, kind: str, said_id: UUID, *, revision: int) -> None:
    """Take an answer away, also when what it answered is gone; doing it twice is doing it once.

    Raises NotFound, Conflict when it changed since the form was made.
    """
    require(actor, "reply.write")
    known = find_reply(session, kind, said_id)
    if known is None:
        find_said(session, actor, kind, said_id)
        return
    if known.consortium_id != actor.consortium_id:
        raise NotFound(NOT_THERE)
    _check_is_theirs(session, actor, kind, known.initiative_id)
    if known.revision != revision:
        raise Conflict("Somebody has changed this answer meanwhile. Go back and reload the page.")
    record(session, actor, "reply.deleted", known, before={"to": kind, "outcome": known.outcome})
    session.delete(known)
    session.flush()


def forget_quote(session: Session, kind: str, said_id: UUID) -> None:
    """Take words out of an answer that quotes them: whoever said them has withdrawn them."""
    known = find_reply(session, kind, said_id)
    if known and known.is_quote:
        known.said, known.is_quote = {}, False
        known.revision += 1
        session.flush()


def open_page(session: Session, actor: Actor, *, is_open: bool) -> None:
    """Let everybody read the consortium's answers, or nobody outside it any more."""
    require(actor, "reply_page.open")
    page = session.exec(select(ReplyPage).where(ReplyPage.consortium_id == actor.consortium_id)).first()
    if page is None:
        page = ReplyPage(consortium_id=actor.consortium_id)
        session.add(page)
        session.flush()
    if page.is_open != is_open:
        page.is_open = is_open
        session.flush()
        record(session, actor, "reply_page.opened" if is_open else "reply_page.closed", page)


def is_page_open(session: Session, consortium_id: UUID) -> bool:
    """Whether everybody may read the consortium's answers."""
    page = session.exec(select(ReplyPage).where(ReplyPage.consortium_id == consortium_id)).first()
    return page is not None and page.is_open


def list_open_consortia(session: Session) -> Sequence[Consortium]:
    """The consortia whose answers everybody may read, by name."""
    wanted = select(ReplyPage.consortium_id).where(col(ReplyPage.is_open))
    return session.exec(select(Consortium).where(col(Consortium.id).in_(wanted)).order_by(col(Consortium.name))).all()


def find_reply(session: Session, kind: str, said_id: UUID) -> Reply | None:
    """The answer to what somebody said, if there is one, locked until the end of the transaction."""
    wanted = select(Reply).where(Reply.kind == kind, Reply.said_id == said_id)
    return session.exec(wanted.with_for_update()).first()


def list_replies(session: Session, consortium_id: UUID) -> Sequence[tuple[Reply, Initiative | None]]:
    """The answers of a consortium, the newest first."""
    return session.exec(
        select(Reply, Initiative)
        .join(Initiative, col(Initiative.id) == col(Reply.initiative_id), isouter=True)
        .where(Reply.consortium_id == consortium_id)
        .order_by(col(Reply.written_on).desc(), col(Reply.id))
    ).all()


def list_unanswered(session: Session, actor: Actor) -> list[tuple[Said, str]]:
    """Amendments and proposals that were decided and comments that begin a thread, without an answer, each with the
    code of its initiative or its own number; the oldest first.
    """
    answered = select(Reply.said_id).where(Reply.consortium_id == actor.consortium_id)
    comments = session.exec(
        select(Comment, Initiative)
        .join(Initiative, col(Initiative.id) == col(Comment.initiative_id))
        .where(
            Comment.consortium_id == actor.consortium_id,
            col(Comment.answers_id).is_(None),
            col(Comment.withdrawn_at).is_(None),
            col(Comment.id).not_in(answered),
        )
        .order_by(col(Comment.written_at))
    ).all()
    amendments = session.exec(
        select(Amendment, Initiative)
        .join(Initiative, col(Initiative.id) == col(Amendment.initiative_id))
        .where(
            Amendment.consortium_id == actor.consortium_id,
            Amendment.decision != "",
            col(Amendment.id).not_in(answered),
        )
        .order_by(col(Amendment.written_at))
    ).all()
    proposals = session.exec(
        select(Proposal)
        .where(
            Proposal.consortium_id == actor.consortium_id,
            col(Proposal.state).not_in(OPEN),
            col(Proposal.id).not_in(answered),
        )
        .order_by(col(Proposal.number))
    ).all()
    found = [
        (_amendment(session, actor, row.id), initiative.external_id)
        for row, initiative in amendments
        if may(actor, "reply.write", initiative)
    ]
    if may(actor, "proposal.judge"):
        found += [(_proposal(session, actor, row.id), str(row.number)) for row in proposals]
    found += [
        (_comment(session, actor, row.id), initiative.external_id)
        for row, initiative in comments
        if may(actor, "reply.write", initiative)
    ]
    return [(said, code) for said, code in found if said]


def delete_quotes_of(session: Session, person_id: UUID) -> None:
    """Take the words of a person out of all answers that quote them."""
    for table in (Comment, Amendment):
        own = select(table.id).where(table.written_by_id == person_id)
        for reply in session.exec(select(Reply).where(col(Reply.said_id).in_(own), col(Reply.is_quote))).all():
            forget_quote(session, reply.kind, reply.said_id)


def _texts(typed: Mapping[str, str]) -> Words:
    return {tag: clean for tag in LANGUAGES if (clean := plain(typed.get(tag, "")))}


def _faults(answer: Words, told: Words, *, is_quote: bool, may_quote: bool, outcome: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    if outcome not in OUTCOME_WORDS:
        errors["outcome"] = "Choose what became of it."
    if is_quote and not may_quote:
        errors["quote"] = "Whoever said it has not agreed to be quoted. Tell it in your own words."
    if not is_quote and not told:
        errors["said"] = "Tell in your own words what was said, in at least one language."
    if not answer:
        errors["text"] = "Write an answer in at least one language."
    for name, texts in (("said", told), ("text", answer)):
        for tag, text in texts.items():
            if len(text) > LONGEST_NOTE:
                errors[f"{name}-{tag}"] = "This text has at most 1000 characters."
    return errors

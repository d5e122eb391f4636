"""Reads of respondents, responses and answers."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from app.core.errors import NotFound
from app.core.tokens import hash_token
from app.surveys.answering.models import Answer, MinutesCount, PointCount, Respondent, Response
from app.surveys.answering.rules import LONGEST_WHY, Form
from app.surveys.authoring.answers import Kept
from app.surveys.authoring.queries import (
    get_survey,
    list_criteria,
    list_items,
    list_questions,
    question_type,
    scale_of,
)
from app.surveys.authoring.question_types import TYPES
from app.surveys.authoring.rules import answer_code, why_code
from app.surveys.ideas.rules import IDEA_CODES, IDEA_ROUND
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import find_invitation, find_round_asking

NOT_ANSWERS = ("helix", "region", "consent")
"""Questions whose answers stand with the respondent."""


def find_respondent(session: Session, survey_id: UUID, tokens: Sequence[str]) -> Respondent | None:
    """The respondent of this survey to whom one of the tokens belongs, if they have begun."""
    return session.exec(select(Respondent).where(Respondent.survey_id == survey_id, _holds(tokens))).first()


def find_survey_of_token(session: Session, token: str) -> UUID | None:
    """The survey that a personal link leads to: of an invitation, or of somebody who has begun."""
    invitation = find_invitation(session, token)
    if invitation:
        return invitation.survey_id
    return session.exec(select(Respondent.survey_id).where(_holds((token,)))).first()


def find_by_receipt(session: Session, receipt_hash: str) -> tuple[Response, Respondent] | None:
    """The response with this receipt, if there is one."""
    return session.exec(
        select(Response, Respondent)
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .where(Response.receipt_hash == receipt_hash)
    ).first()


def get_owned_response(session: Session, response_id: UUID, tokens: Sequence[str]) -> tuple[Response, Respondent]:
    """The response with its respondent, or NotFound, which also answers for a token of somebody else."""
    found = session.exec(
        select(Response, Respondent)
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .where(
            Response.id == response_id,
            _holds(tokens),
        )
    ).first()
    if found is None:
        raise NotFound("There is no such response.")
    return found


def _holds(tokens: Sequence[str]) -> ColumnElement[bool]:
    hashes = [hash_token(token) for token in tokens]
    return or_(col(Respondent.token_hash).in_(hashes), col(Respondent.second_token_hash).in_(hashes))


def find_response(session: Session, respondent_id: UUID, round_id: UUID) -> Response | None:
    """What this respondent answered in this round, if they have begun."""
    return session.exec(
        select(Response).where(Response.respondent_id == respondent_id, Response.round_id == round_id)
    ).first()


def list_answers(session: Session, response_id: UUID) -> Sequence[Answer]:
    """The answers of a response, by code."""
    wanted = select(Answer).where(Answer.response_id == response_id)
    return session.exec(wanted.order_by(col(Answer.code))).all()


def find_last_response(session: Session, respondent_id: UUID) -> Response | None:
    """What the respondent answered in the newest round they took part in."""
    wanted = select(Response).join(Round, col(Round.id) == col(Response.round_id))
    return session.exec(
        wanted.where(Response.respondent_id == respondent_id).order_by(col(Round.number).desc())
    ).first()


def find_earlier_response(session: Session, respondent_id: UUID, number: int) -> Response | None:
    """What the respondent answered last before round `number`, if they rated anything before."""
    return session.exec(
        select(Response)
        .join(Round, col(Round.id) == col(Response.round_id))
        .where(Response.respondent_id == respondent_id, Round.number < number, Round.number != IDEA_ROUND)
        .order_by(col(Round.number).desc())
    ).first()


def count_assigned(session: Session, round_id: UUID) -> dict[str, Counter[str]]:
    """How often each item was given out in a round, by helix; empty where everybody is asked about everything."""
    counts: dict[str, Counter[str]] = {}
    rows: Sequence[tuple[str, list[str] | None]] = session.exec(
        select(Respondent.helix, col(Response.item_codes))
        .join(Response, col(Response.respondent_id) == col(Respondent.id))
        .where(Response.round_id == round_id)
    ).all()
    for helix, codes in rows:
        counts.setdefault(helix, Counter()).update(codes or ())
    return counts


def has_begun_more(session: Session, round_id: UUID, many: int) -> bool:
    """Whether more than so many have begun in a round; reads no more of them than that."""
    one_more = select(Response.id).where(Response.round_id == round_id).offset(many).limit(1)
    return session.exec(one_more).first() is not None


def find_earlier_answers(session: Session, respondent: Respondent, item: str, before: int) -> dict[str, Answer] | None:
    """The respondent's answers by code in the last round before `before` that asked about an item.

    None when they took no part in it.
    """
    if before == 1:
        return None
    asking = find_round_asking(session, respondent.survey_id, item, before)
    if asking is None:
        return None
    found = session.exec(
        select(Response.id).where(Response.respondent_id == respondent.id, Response.round_id == asking.id)
    ).first()
    return {answer.code: answer for answer in list_answers(session, found)} if found else None


def find_latest_answers(session: Session, respondent_id: UUID) -> dict[str, Answer]:
    """What a respondent said last under each code, in whatever round."""
    rows = session.exec(
        select(Answer)
        .join(Response, col(Response.id) == col(Answer.response_id))
        .join(Round, col(Round.id) == col(Response.round_id))
        .where(Response.respondent_id == respondent_id)
        .order_by(col(Round.number))
    )
    return {answer.code: answer for answer in rows.all()}


def count_responses(session: Session, round_id: UUID) -> dict[str, int]:
    """How many respondents gave at least one answer in this round, by helix."""
    rows = session.exec(
        select(Respondent.helix, func.count())
        .join(Response, col(Response.respondent_id) == col(Respondent.id))
        .where(
            Response.round_id == round_id,
            select(Answer.response_id).where(Answer.response_id == Response.id).exists(),
        )
        .group_by(col(Respondent.helix))
    )
    return dict(rows.all())


def count_begun(session: Session, round_id: UUID) -> dict[tuple[str, str], tuple[int, int]]:
    """How many began and how many sent their answers in this round, by helix and region."""
    rows = session.exec(
        select(Respondent.helix, Respondent.region, func.count(), func.count(col(Response.submitted_on)))
        .join(Response, col(Response.respondent_id) == col(Respondent.id))
        .where(Response.round_id == round_id)
        .group_by(col(Respondent.helix), col(Respondent.region))
    )
    return {(helix, region): (begun, done) for helix, region, begun, done in rows.all()}


def count_sent_by_day(session: Session, round_id: UUID) -> dict[date, int]:
    """How many sent their answers in this round, by day; days on which nobody did are left out."""
    rows: Sequence[tuple[date, int]] = session.exec(
        select(col(Response.submitted_on), func.count())
        .where(Response.round_id == round_id, col(Response.submitted_on).is_not(None))
        .group_by(col(Response.submitted_on))
    ).all()  # pyright: ignore[reportAssignmentType] -- the filter above leaves no response without a day
    return dict(rows)


def list_unfinished(session: Session, round_id: UUID, most: int) -> list[tuple[list[str] | None, set[str]]]:
    """Of each response not sent, the items it is asked about and the codes it answers; whose it is, is not read.

    Of more than `most`, the first by their keys, which were drawn at random.
    """
    drawn = (
        select(Response.id)
        .where(Response.round_id == round_id, col(Response.submitted_on).is_(None))
        .order_by(col(Response.id))
        .limit(most)
        .subquery()
    )
    rows: Sequence[tuple[UUID, list[str] | None, str | None]] = session.exec(
        select(Response.id, col(Response.item_codes), col(Answer.code))
        .join(drawn, drawn.c.id == Response.id)
        .join(Answer, col(Answer.response_id) == col(Response.id), isouter=True)
        .order_by(col(Response.id))
    ).all()
    found: dict[UUID, tuple[list[str] | None, set[str]]] = {}
    for key, items, code in rows:
        found.setdefault(key, (items, set()))[1].update([code] if code else ())
    return list(found.values())


def count_minutes(session: Session, round_id: UUID) -> dict[int, int]:
    """How many took so many minutes in one sitting, from beginning to sending, by minutes."""
    rows = session.exec(
        select(MinutesCount.minutes, MinutesCount.count)
        .where(MinutesCount.round_id == round_id)
        .order_by(col(MinutesCount.minutes))
    )
    return dict(rows.all())


def count_points(session: Session, round_id: UUID, item: str | None = None) -> Sequence[tuple[str, str, int, int]]:
    """How often each point was chosen in a round, of one item or of all: rows of (answer code, helix, point, count)."""
    code, helix, point = col(PointCount.code), col(PointCount.helix), col(PointCount.point)
    wanted = (
        select(code, helix, point, func.sum(PointCount.count))
        .where(PointCount.round_id == round_id)
        .group_by(code, helix, point)
        .having(func.sum(PointCount.count) != 0)
        .order_by(code, helix, point)
    )
    if item is not None:
        wanted = wanted.where(code.startswith(f"{item}.", autoescape=True))
    return session.exec(wanted).all()


def kept_in(answer: Answer) -> Kept:
    """What an answer's row holds."""
    return Kept(answer.point, answer.choice, answer.text)


def form_of(session: Session, survey_id: UUID) -> Form:
    """What may be answered in this survey. It never changes once published, and is kept in memory from then on."""
    if survey_id in _forms:
        return _forms[survey_id]
    form = _read_form(session, survey_id)
    if get_survey(session, survey_id).published_at:
        _forms[survey_id] = form
    return form


def find_form(survey_id: UUID) -> Form | None:
    """The form of a published survey where it is in memory already."""
    return _forms.get(survey_id)


_forms: dict[UUID, Form] = {}


def _read_form(session: Session, survey_id: UUID) -> Form:
    survey, items = get_survey(session, survey_id), list_items(session, survey_id)
    codes = [item.code for item in items]
    criteria = [criterion.code for criterion in list_criteria(session, survey_id)]
    questions = list_questions(session, survey_id)
    ratings = frozenset(answer_code(item, criterion) for item in codes for criterion in criteria)
    return Form(
        scale=scale_of(survey),
        ratings=ratings,
        questions={
            question.code: question_type(question, items)
            for question in questions
            if question.kind in TYPES and TYPES[question.kind].is_answered and question.code not in NOT_ANSWERS
        },
        comments={
            answer_code(item, question.code): question.max_length
            for question in questions
            if question.kind == "item_comment"
            for item in codes
        }
        | {why_code(rating): LONGEST_WHY for rating in ratings}
        | (IDEA_CODES if survey.has_idea_round else {}),
        items=tuple(codes),
        criteria=tuple(criteria),
    )

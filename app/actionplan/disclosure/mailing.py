"""Results by mail to those who asked: one mail each, once, in the language kept beside their address."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app.actionplan.disclosure.pages import short_lines
from app.actionplan.disclosure.queries import disclosed_of, names_in
from app.auth.permissions import require
from app.consensus.rules import weightiest
from app.core.clock import now
from app.core.errors import Conflict
from app.core.settings import Settings
from app.core.words import pick
from app.history.service import record
from app.mail.service import queue_mail
from app.people.rules import Actor
from app.surveys.answering.addresses import list_addresses
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_questions
from app.surveys.mails.composing import Addressee, compose_mail
from app.surveys.mails.rules import MailKind
from app.surveys.release.models import ResultsRelease
from app.surveys.release.queries import count_requests, find_release, list_requests, standing_now
from app.surveys.release.requesting import forget_requests
from app.surveys.release.rules import Standing
from app.surveys.rounds.refusing import address_stop, find_refusal


@dataclass(frozen=True)
class Left:
    """A question under which people left an address, and how many did; `is_mailed` when they got theirs."""

    code: str
    text: str
    count: int
    is_mailed: bool


@dataclass(frozen=True)
class Waiting:
    """Who could be mailed: how many asked on the page of thanks, and what was left under questions."""

    asked: int
    left: tuple[Left, ...]


def waiting_for(session: Session, survey: Survey, release: ResultsRelease | None, language: str) -> Waiting:
    """Who asked for the results and has not got them."""
    mailed = release.mailed_questions if release else []
    left = [
        Left(one.code, pick(one.text, language, survey.default_language), count, one.code in mailed)
        for one in list_questions(session, survey.id)
        if one.kind == "email" and (count := len(list_addresses(session, survey.id, one.code)))
    ]
    return Waiting(count_requests(session, survey.id), tuple(left))


def mail_results(session: Session, actor: Actor, survey: Survey, questions: Collection[str], settings: Settings) -> int:
    """Promise one mail to everybody who asked, and to those who left an address under the questions; says how many.

    Who asked is forgotten in the same transaction, and a question is mailed once, so nobody gets it twice. Who wants no
    mails of the consortium gets none. Raises Conflict unless the results are public.
    """
    require(actor, "results.release", survey)
    # of two that press at once the second waits here, and finds nobody left
    session.refresh(survey, with_for_update=True)
    release = find_release(session, survey.id)
    if release:
        session.refresh(release)
    if release is None or standing_now(release) is not Standing.PUBLIC:
        raise Conflict("The results are not public yet. Nobody was mailed.")
    chosen = [
        one.code
        for one in list_questions(session, survey.id)
        if one.kind == "email" and one.code in questions and one.code not in release.mailed_questions
    ]
    wanted = {one: survey.default_language for code in chosen for one in list_addresses(session, survey.id, code)}
    wanted |= {one.address: one.language for one in list_requests(session, survey.id)}
    count = _promise_all(session, survey, release, wanted, settings)
    forget_requests(session, survey.id)
    release.mailed_questions = sorted({*release.mailed_questions, *chosen})
    if wanted:
        release.mailed_at = now()
        session.add(release)
        session.flush()
        record(session, actor, "results.mailed", survey, after={"mails": count})
    return count


def _promise_all(
    session: Session, survey: Survey, release: ResultsRelease, wanted: Mapping[str, str], settings: Settings
) -> int:
    disclosed = disclosed_of(session, survey, release.parts, release.rounds)
    criterion, count = weightiest(disclosed.shown), 0
    lines = {
        language: short_lines(
            disclosed.shown, disclosed.parts, names_in(session, survey, language), criterion, language
        )
        for language in set(wanted.values())
    }
    for email, language in sorted(wanted.items()):
        if find_refusal(session, settings.secret_key, survey.consortium_id, email):
            continue
        stop = f"{settings.address}/u/{address_stop(settings.secret_key, survey.consortium_id, email)}"
        addressee = Addressee("", f"{settings.address}/s/{survey.slug}/results?lang={language}", stop)
        texts = compose_mail(session, survey, None, MailKind.RESULTS, language, addressee, lines=lines[language])
        queue_mail(
            session,
            kind=MailKind.RESULTS,
            recipient=email,
            subject=texts.subject,
            body=texts.body,
            html=texts.html,
            stop_url=stop,
            consortium_id=survey.consortium_id,
        )
        count += 1
    return count

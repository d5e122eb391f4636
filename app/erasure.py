"""What is kept about one person, handed out or erased without a trace."""

from typing import Any

from sqlalchemy import ColumnElement, Engine, String, cast
from sqlmodel import Session, col, delete, func, or_, select, update

from app.actionplan.adoption.erasing import erase_plan_interests, export_adoption
from app.actionplan.decisions.models import Decision, DeclaredInterest
from app.actionplan.discussion.models import Amendment, Comment, Mention
from app.actionplan.discussion.replying import delete_quotes_of
from app.actionplan.drafting.models import InitiativeDraft
from app.actionplan.impact.models import ContributionStatement
from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.monitoring.models import GateDecision, Milestone, ProgressReport, QuietPlan, RiskAssessment
from app.actionplan.proposals.erasing import erase_sent, export_sent
from app.auth.models import (
    ApiKey,
    BrowserSession,
    OidcLogin,
    PasswordLogin,
    SecondFactor,
    SignInLink,
    SignInRequest,
)
from app.auth.queries import count_sessions, find_password, find_second_factor, list_keys
from app.core.clock import now
from app.core.db import for_writing
from app.core.errors import Conflict
from app.history.models import HistoryEntry
from app.history.rules import name_of
from app.history.service import erase_details, record
from app.mail.models import OutboxMessage
from app.people.models import Membership, Person
from app.people.queries import count_admins, find_person_by_email, list_memberships, operator
from app.people.service import LAST_ADMIN
from app.reports.methods.models import MethodsAnswer
from app.surveys.answering.models import KeptAddress, Respondent, Response
from app.surveys.answering.queries import form_of, kept_in, list_answers
from app.surveys.answering.service import delete_respondents
from app.surveys.release.models import ResultsRequest
from app.surveys.rounds.models import Invitation, LinkRequest, Suggestion

OWN_TABLES = (InitiativeDraft, ApiKey, BrowserSession, OidcLogin, PasswordLogin, SecondFactor, SignInLink)


def export_person(session: Session, email: str, *, secret: str) -> dict[str, Any]:
    """Everything kept under an address, or under a hash that the secret makes of it.

    Answers are in it only while their link to the invitation exists.
    """
    email = email.strip().lower()
    person = find_person_by_email(session, email)
    invitations = session.exec(select(Invitation).where(Invitation.email == email)).all()
    return {
        "address": email,
        "account": _account(session, person) if person else None,
        "invitations": [
            {
                "survey": str(invitation.survey_id),
                "helix": invitation.helix,
                "region": invitation.region,
                "language": invitation.language,
                "invited_at": invitation.created_at.isoformat(),
                "answers": _answers(session, invitation),
            }
            for invitation in invitations
        ],
        "left_in_surveys": [
            str(key) for key in session.exec(select(KeptAddress.survey_id).where(KeptAddress.address == email)).all()
        ],
        "asked_for_results_of": [
            str(key)
            for key in session.exec(select(ResultsRequest.survey_id).where(ResultsRequest.address == email)).all()
        ],
        "named_by_others": [
            {"survey": str(named.survey_id), "on": named.suggested_on.isoformat()}
            for named in session.exec(select(Suggestion).where(Suggestion.email == email)).all()
        ],
        "sent_to_walls": export_sent(session, email, person.id if person else None, secret=secret),
        "note": "Answers in anonymous surveys, and those of closed rounds, cannot be found by an address. "
        "Their receipt code opens them.",
    }


def erase_person(engine: Engine, email: str, *, secret: str) -> dict[str, Any]:
    """Erase everything kept under an address, and wipe where it stood. What others decided together stays.

    Raises Conflict for the last administrator of a consortium.
    """
    email = email.strip().lower()
    erased: dict[str, int] = {}
    with Session(for_writing(engine)) as session, session.begin():
        names: list[str] = []
        person = find_person_by_email(session, email)
        if person:
            names.append(name_of("person", person.id))
        invitations = session.exec(select(Invitation).where(Invitation.email == email)).all()
        names += [name_of("invitation", invitation.id) for invitation in invitations]
        actor = operator(session)
        keys = [invitation.id for invitation in invitations]
        erased["answers"] = delete_respondents(session, col(Respondent.invitation_id).in_(keys))
        erased["invitations"] = len(keys)
        named = delete(Suggestion).where(or_(col(Suggestion.email) == email, col(Suggestion.invitation_id).in_(keys)))
        erased["suggestions"] = session.exec(named).rowcount
        session.exec(delete(Invitation).where(col(Invitation.id).in_(keys)))
        mails = select(OutboxMessage).where(func.lower(col(OutboxMessage.recipient)) == email)
        erased["mails"] = 0
        for message in session.exec(mails).all():
            session.delete(message)
            erased["mails"] += 1
        left = session.exec(delete(KeptAddress).where(col(KeptAddress.address) == email)).rowcount
        asked = session.exec(delete(ResultsRequest).where(col(ResultsRequest.address) == email)).rowcount
        erased["addresses_left"] = left + asked
        session.exec(delete(LinkRequest).where(col(LinkRequest.email) == email))
        session.exec(delete(SignInRequest).where(col(SignInRequest.email) == email))
        erased |= erase_sent(session, email, person.id if person else None, secret=secret)
        erased["history_details"] = erase_details(session, actor, names, person_id=person.id if person else None)
        if person:
            _erase_from_discussions(session, person)
            _erase_interests(session, person)
            erase_plan_interests(session, person.id)
            _erase_from_plans(session, person)
            _erase_account(session, person)
            record(session, actor, "person.erased", person)
            session.flush()
        erased["accounts"] = int(person is not None)
    _wipe(engine)
    return {"erased": erased, "at": now().isoformat()}


def _erase_from_discussions(session: Session, person: Person) -> None:
    """Take a person out of discussions; what they said there stays in the consortium, under nobody's name."""
    session.exec(delete(Mention).where(col(Mention.person_id) == person.id))
    unassigned = update(Comment).where(col(Comment.assigned_to_id) == person.id)
    session.exec(unassigned.values(assigned_to_id=None, due_on=None))
    delete_quotes_of(session, person.id)


def _erase_interests(session: Session, person: Person) -> None:
    """Take out the words in which a person declared interests; that there were any stays with the decision."""
    own = (col(DeclaredInterest.person_id) == person.id) & (col(DeclaredInterest.interest) != "")
    session.exec(update(DeclaredInterest).where(own).values(interest="–"))


def _erase_from_plans(session: Session, person: Person) -> None:
    """Take a person off the milestones they own; what they reported stays in the plan, under nobody's name."""
    session.exec(delete(QuietPlan).where(col(QuietPlan.person_id) == person.id))
    session.exec(update(Milestone).where(col(Milestone.owner_id) == person.id).values(owner_id=None))
    session.exec(update(RiskAssessment).where(col(RiskAssessment.owner_id) == person.id).values(owner_id=None))


def _erase_account(session: Session, person: Person) -> None:
    consortia = {membership.consortium_id for membership in list_memberships(session, person.id)}
    for table in OWN_TABLES:
        session.exec(delete(table).where(col(table.person_id) == person.id))
    session.exec(delete(Membership).where(col(Membership.person_id) == person.id))
    session.flush()
    for consortium in consortia:
        if not count_admins(session, consortium):
            raise Conflict(LAST_ADMIN)
    for version in session.exec(select(InitiativeVersion).where(_names(person))):
        version.contributors = [one for one in version.contributors if one.get("person_id") != str(person.id)]
    # what this person decided stays decided, under a name that is nobody's
    person.name, person.email = "–", f"erased-{person.id.hex}@invalid.example"
    person.disabled_at = person.disabled_at or now()
    session.add(person)


def _names(person: Person) -> ColumnElement[bool]:
    """Whether a version names this person as a contributor."""
    return cast(col(InitiativeVersion.contributors), String).contains(str(person.id))


def _wipe(engine: Engine) -> None:
    """Overwrite what deleted rows left behind in the files of the database."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            raw: Any = connection.connection.cursor()
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        else:
            connection.exec_driver_sql("VACUUM FULL")


def _account(session: Session, person: Person) -> dict[str, Any]:
    own = session.exec(select(HistoryEntry).where(HistoryEntry.actor_id == person.id).order_by(col(HistoryEntry.seq)))
    return {
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "roles": [
            {"role": line.role, "organisation": line.organisation_id and str(line.organisation_id)}
            for line in list_memberships(session, person.id)
        ],
        "has_password": find_password(session, person.id) is not None,
        "has_second_step": find_second_factor(session, person.id) is not None,
        "keys": [key.name for key in list_keys(session, person.id)],
        "sessions": count_sessions(session, person.id),
        "comments": [
            {"on": comment.written_at.date().isoformat(), "about": comment.place, "text": comment.text}
            for comment in session.exec(select(Comment).where(Comment.written_by_id == person.id)).all()
        ],
        "amendments": [
            {"on": one.written_at.date().isoformat(), "words": one.after, "because": one.because}
            for one in session.exec(select(Amendment).where(Amendment.written_by_id == person.id)).all()
        ],
        "decisions": [
            {"on": one.decided_at.date().isoformat(), "number": one.number, "reason": one.reason}
            for one in session.exec(select(Decision).where(Decision.decided_by_id == person.id)).all()
        ],
        "interests": [
            {"decision": str(one.decision_id), "interest": one.interest, "abstained": one.has_abstained}
            for one in session.exec(select(DeclaredInterest).where(DeclaredInterest.person_id == person.id)).all()
        ],
        **export_adoption(session, person.id),
        "milestones": [
            {"number": one.number, "initiative": one.item_code, "due": one.due.isoformat()}
            for one in session.exec(select(Milestone).where(Milestone.owner_id == person.id)).all()
        ],
        "progress_reports": [
            {"on": one.reported_on.isoformat(), "percent": one.percent, "words": one.words}
            for one in session.exec(select(ProgressReport).where(ProgressReport.reported_by_id == person.id)).all()
        ],
        "contributions": [
            {"on": one.said_at.date().isoformat(), "words": one.words, "source": one.source}
            for one in session.exec(
                select(ContributionStatement).where(ContributionStatement.said_by_id == person.id)
            ).all()
        ],
        "gate_decisions": [
            {"on": one.decided_at.date().isoformat(), "outcome": one.outcome, "because": one.because}
            for one in session.exec(select(GateDecision).where(GateDecision.decided_by_id == person.id)).all()
        ],
        "risk_assessments": [
            {"on": one.assessed_at.date().isoformat(), "words": one.words}
            for one in session.exec(select(RiskAssessment).where(RiskAssessment.assessed_by_id == person.id)).all()
        ],
        "methods_answers": [
            {"on": one.changed_at.date().isoformat(), "point": one.point, "text": one.text}
            for one in session.exec(select(MethodsAnswer).where(MethodsAnswer.changed_by_id == person.id)).all()
        ],
        "drafts": [
            {"initiative": str(draft.initiative_id), "part": draft.part, "typed": draft.typed}
            for draft in session.exec(select(InitiativeDraft).where(InitiativeDraft.person_id == person.id)).all()
        ],
        "acts": [{"at": entry.at.isoformat(), "act": entry.act, "thing": entry.thing} for entry in own],
    }


def _answers(session: Session, invitation: Invitation) -> list[dict[str, Any]]:
    form = form_of(session, invitation.survey_id)
    found = session.exec(
        select(Response)
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .where(Respondent.invitation_id == invitation.id)
    ).all()
    return [
        {
            "begun_on": response.begun_on.isoformat(),
            "sent_on": response.submitted_on and response.submitted_on.isoformat(),
            "answers": {
                answer.code: form.show(answer.code, kept_in(answer)) for answer in list_answers(session, response.id)
            },
        }
        for response in found
    ]

"""Acts on the texts of a survey's mails. They may change at any time: no answer is judged by them."""

from sqlmodel import Session

from app.auth.permissions import require
from app.core.errors import Invalid
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.drafting import take_turn
from app.surveys.authoring.models import Survey
from app.surveys.mails.models import MailText
from app.surveys.mails.queries import find_mail_text
from app.surveys.mails.rules import LONGEST_OPENING, LONGEST_SUBJECT, MailKind, first_unknown, one_line


def replace_mail_text(
    session: Session,
    actor: Actor,
    survey: Survey,
    revision: int,
    *,
    kind: MailKind,
    language: str,
    subject: str,
    opening: str,
) -> None:
    """Say this in one kind of mail and one language instead of the interface's words.

    Raises Invalid for a text that is empty, too long, or names a placeholder there is not; Conflict when somebody else
    changed the survey meanwhile.
    """
    require(actor, "survey.change", survey)
    subject, opening = one_line(subject), opening.replace("\r\n", "\n").strip()
    _check(survey, subject, opening)
    take_turn(session, survey, revision)
    own = find_mail_text(session, survey.id, kind, language)
    before = own and {"subject": own.subject, "opening": own.opening}
    own = own or MailText(survey_id=survey.id, kind=kind, language=language, subject="", opening="")
    own.subject, own.opening = subject, opening
    session.add(own)
    session.flush()
    after = {"kind": kind.value, "language": language, "subject": subject, "opening": opening}
    record(session, actor, "mail_text.changed", survey, before=before, after=after)


def restore_mail_text(
    session: Session, actor: Actor, survey: Survey, revision: int, *, kind: MailKind, language: str
) -> None:
    """Say what the interface says again. Raises Conflict when somebody else changed the survey meanwhile."""
    require(actor, "survey.change", survey)
    own = find_mail_text(session, survey.id, kind, language)
    if own is None:
        return
    take_turn(session, survey, revision)
    session.delete(own)
    session.flush()
    before = {"subject": own.subject, "opening": own.opening}
    record(
        session, actor, "mail_text.restored", survey, before=before, after={"kind": kind.value, "language": language}
    )


def _check(survey: Survey, subject: str, opening: str) -> None:
    errors: dict[str, str] = {}
    if not subject:
        errors["subject"] = "Write a subject, or restore the usual text."
    elif len(subject) > LONGEST_SUBJECT:
        errors["subject"] = "A subject has at most 150 characters."
    if not opening:
        errors["opening"] = "Write a text, or restore the usual one."
    elif len(opening) > LONGEST_OPENING:
        errors["opening"] = "The text has at most 4,000 characters."
    unknown: list[str] = []
    for field, text in (("subject", subject), ("opening", opening)):
        found = first_unknown(text)
        if found and field not in errors:
            unknown.append(found)
            errors[field] = "There is no placeholder %(unknown)s. Use one of those listed, or leave out the braces."
        if "{last_day}" in text and survey.closes_on is None and field not in errors:
            errors[field] = "The text names the last day, and the survey has no closing day."
    if errors:
        raise InvalidText(next(iter(errors.values())), errors, unknown=", ".join(unknown))


class InvalidText(Invalid):
    """A text of one's own that cannot be sent; its values are those of every sentence in `errors`."""

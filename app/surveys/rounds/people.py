"""The people a survey asks: from a pasted list to invitations, what is wrong line by line, and who covers what."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session, col, select

from app.auth.permissions import require
from app.core.errors import Conflict, Invalid
from app.mail.models import OutboxMessage
from app.people.rules import Actor, is_address, is_plain_line
from app.surveys.answering.models import Respondent, Response
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_question
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.queries import list_invitations
from app.surveys.rounds.rules import Standing, is_role_address
from app.surveys.rounds.service import invite

MOST_LINES = 5000
COLUMNS = ("email", "name", "helix", "region", "language")
SYNONYMS = {"society": "civil"}


@dataclass
class PastedLine:
    """One line of a list: what it says, what is wrong with it, and what one should know."""

    number: int
    text: str
    values: dict[str, str]
    faults: list[str] = field(default_factory=list[str])
    advice: list[str] = field(default_factory=list[str])


def read_list(session: Session, survey: Survey, text: str) -> list[PastedLine]:
    """The lines of a pasted list, each judged: e-mail, name, helix, region and language, in this order or as headed.

    Codes or words in any language of the survey name helix and region. Raises Invalid for more than 5,000 lines.
    """
    rows = _rows(text)
    if len(rows) > MOST_LINES:
        raise Invalid("A list has at most 5,000 lines.", {"people": "A list has at most 5,000 lines."})
    options = {code: _names_of(session, survey, code) for code in ("helix", "region")}
    known = {invitation.email for invitation in list_invitations(session, survey.id)}
    columns: Sequence[str] = COLUMNS
    lines: list[PastedLine] = []
    for number, (plain, cells) in enumerate(rows, start=1):
        lowered = [cell.strip().lower() for cell in cells]
        if "email" in lowered and not any("@" in cell for cell in cells):
            columns = lowered
            continue
        values = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name in COLUMNS}
        line = PastedLine(number, plain, {name: values.get(name, "") for name in COLUMNS})
        _judge(line, options, survey, known)
        lines.append(line)
    return lines


def add_people(session: Session, actor: Actor, survey: Survey, lines: Sequence[PastedLine]) -> int:
    """Put those without a fault on the list of the survey; they are mailed when it is published. Returns how many."""
    require(actor, "round.open", survey)
    good = [line for line in lines if not line.faults]
    for line in good:
        values = dict(line.values)
        try:
            invitation, _ = invite(
                session,
                actor,
                survey,
                email=values["email"],
                helix=values["helix"],
                region=values["region"],
                language=values["language"],
            )
        except Conflict:
            continue
        invitation.name = values["name"]
        # it is mailed later, and gets its link then
        invitation.sent_at = None
    session.flush()
    return len(good)


def standings_of(session: Session, survey: Survey, current: Round | None) -> dict[UUID, Standing]:
    """How far everybody invited has come; whether they have answered is known in confidential surveys only."""
    bounced = bounces_of(session, survey)
    answered: dict[UUID | None, bool] = {}
    if current:
        answered = {
            key: submitted is not None
            for key, submitted in session.exec(
                select(col(Respondent.invitation_id), col(Response.submitted_on))
                .join(Response, col(Response.respondent_id) == col(Respondent.id))
                .where(Response.round_id == current.id, col(Respondent.invitation_id).is_not(None))
            ).all()
        }
    return {
        invitation.id: _standing(invitation, answered.get(invitation.id), invitation.id in bounced)
        for invitation in list_invitations(session, survey.id)
    }


def bounces_of(session: Session, survey: Survey) -> dict[UUID, str]:
    """Why the mails of a survey came back, by invitation, as the outbox keeps it."""
    ids = select(Invitation.id).where(Invitation.survey_id == survey.id)
    rows = session.exec(
        select(col(OutboxMessage.about_id), OutboxMessage.problem)
        .where(col(OutboxMessage.failed_at).is_not(None), col(OutboxMessage.about_id).in_(ids))
        .order_by(col(OutboxMessage.failed_at))
    ).all()
    return {key: problem for key, problem in rows if key is not None}


def coverage_of(
    invitations: Sequence[Invitation], helices: Sequence[str], regions: Sequence[str]
) -> dict[str, dict[str, int]]:
    """How many are invited, by helix and region; those without one under the empty code."""
    table = {helix: dict.fromkeys((*regions, ""), 0) for helix in (*helices, "")}
    for invitation in invitations:
        row = table.get(invitation.helix, table[""])
        row[invitation.region if invitation.region in row else ""] += 1
    return table


def _standing(invitation: Invitation, is_done: bool | None, is_bounced: bool) -> Standing:
    if is_done is not None:
        return Standing.DONE if is_done else Standing.STARTED
    if invitation.declined_on:
        return Standing.DECLINED
    if invitation.stopped_on:
        return Standing.STOPPED
    if is_bounced:
        return Standing.BOUNCED
    return Standing.SENT if invitation.sent_at else Standing.WAITING


def _rows(text: str) -> list[tuple[str, list[str]]]:
    plain = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    if not plain:
        return []
    separator = max(("\t", ";", ","), key="\n".join(plain[:20]).count)
    return [(line, _cells(line, separator)) for line in plain]


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(line), delimiter=separator))


def _names_of(session: Session, survey: Survey, code: str) -> Mapping[str, str]:
    question = find_question(session, survey.id, code)
    names: dict[str, str] = {}
    for option in question.options if question else []:
        names[option["code"].lower()] = option["code"]
        names |= {label.strip().lower(): option["code"] for label in option["label"].values()}
    return names


def _judge(line: PastedLine, options: Mapping[str, Mapping[str, str]], survey: Survey, known: set[str]) -> None:
    values = line.values
    values["email"] = values["email"].lower()
    if not is_address(values["email"]):
        line.faults.append("The address is not one such as name@example.org.")
    elif values["email"] in known:
        line.faults.append("This address is on the list already.")
    known.add(values["email"])
    if is_role_address(values["email"]):
        line.advice.append("An office reads this address: one person should answer for themselves.")
    if not is_plain_line(values["name"]) or len(values["name"]) > 200:
        line.faults.append("The name does not fit on one line.")
    for code in ("helix", "region"):
        word = SYNONYMS.get(values[code].lower(), values[code].lower())
        if word in options[code]:
            values[code] = options[code][word]
        elif word:
            line.faults.append("There is no such group." if code == "helix" else "There is no such region.")
        elif code == "helix":
            line.advice.append("The group is missing: they are asked for it themselves.")
    values["language"] = values["language"].lower()
    if values["language"] and values["language"] not in survey.languages:
        line.faults.append("The survey is not offered in this language.")

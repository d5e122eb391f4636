"""What tests of a running survey share: one that asks for regions, people in its places, and who has taken part."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core.clock import now
from app.core.tokens import seal
from app.people.queries import operator
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, submit_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.authoring.schemas import SurveyFile
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.service import invite
from tests.make import SECRET, make_open_survey, small_survey_file
from tests.scenes import lay

REGIONS = ("north", "south", "west")


def file_with_regions(**settings: Any) -> SurveyFile:
    """A small survey that asks for the region as well."""
    plain = small_survey_file(settings=settings).model_dump(mode="json", by_alias=True)
    options = [{"code": code, "label": {"en": code.title()}} for code in REGIONS]
    region = {"id": "region", "type": "single_choice", "required": True, "text": {"en": "Where?"}, "options": options}
    plain["sections"][0]["questions"].append(region)
    return SurveyFile.model_validate(plain)


@pytest.fixture
def survey(session: Session) -> Survey:
    return make_open_survey(session, file_with_regions())


def invite_people(
    session: Session, survey: Survey, helix: str, region: str, count: int
) -> list[tuple[Invitation, str]]:
    """People mailed three days ago, with their links."""
    made: list[tuple[Invitation, str]] = []
    for number in range(count):
        email = f"{helix}.{region}.{number}@innaxe.example"
        invitation, token = invite(session, operator(session), survey, email=email, helix=helix, region=region)
        invitation.sealed_token = None if survey.is_anonymous else seal(SECRET, "invitation", token)
        invitation.sent_at = now() - timedelta(days=3)
        made.append((invitation, token))
    session.commit()
    return made


def take_part(session: Session, survey: Survey, guests: list[tuple[Invitation, str]], *, send: bool = True) -> None:
    """Begin by the personal link, and send."""
    for invitation, token in guests:
        own = answer_token(SECRET, token)
        start = StartIn(consent=True, helix=invitation.helix, region=invitation.region, language="en")
        consent = Consent("en", "Words")
        response, _ = start_response(session, survey, start, consent=consent, invitation=invitation, token=own)
        if send:
            submit_response(session, response.id, (own,), secret=SECRET)
    session.commit()


Filled = dict[tuple[str, str], list[tuple[Invitation, str]]]
INVITED = {
    "industry": (14, 12, 9),
    "academia": (12, 9, 8),
    "government": (9, 9, 8),
    "civil": (6, 4, 3),
}
DONE = {
    "industry": (9, 8, 6),
    "academia": (8, 3, 6),
    "government": (2, 4, 3),
    "civil": (2, 1, 0),
}


@pytest.fixture
def filled(session: Session, survey: Survey) -> Filled:
    """People in every place: in some enough have sent, in others few, and of one helix nearly nobody."""
    tokens: dict[UUID, str] = _TOKENS.setdefault(session.get_bind().dialect.name, {})

    def build() -> None:
        for guests in _fill(session, survey).values():
            tokens.update({invitation.id: token for invitation, token in guests})

    def find() -> Filled:
        found: Filled = defaultdict(list)
        for one in session.exec(select(Invitation).order_by(col(Invitation.created_at))).all():
            found[one.helix, one.region].append((one, tokens[one.id]))
        return dict(found)

    return lay(session, f"filled {survey.id}", build, find)


_TOKENS: dict[str, dict[UUID, str]] = {}
"""Tokens are kept nowhere in the database: by kind of database, those of the rows that are laid down again."""


def _fill(session: Session, survey: Survey) -> Filled:
    found: Filled = {}
    for helix, counts in INVITED.items():
        for region, count, done in zip(REGIONS, counts, DONE[helix], strict=True):
            guests = invite_people(session, survey, helix, region, count)
            take_part(session, survey, guests[:done])
            take_part(session, survey, guests[done : done + 1], send=False)
            found[helix, region] = guests
    return found

"""Somebody in front of an initiative: reads, comments, proposes, decides."""

import re
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.service import import_initiatives
from app.mail.models import OutboxMessage
from app.people.models import Person
from app.people.queries import operator
from tests.make import csrf_in, sign_in

COLUMNS = "id,title_en,title_de,summary_en,rationale,expected_outputs"
LINE = "I1,{title},Wärme aus Abwasser,{summary},Gas is dear.,One pump; Two pumps"
TITLE, SUMMARY = "Heat from sewage", "Pumps take heat from sewage and warm homes."


def make_initiative(session: Session) -> Initiative:
    change_words(session)
    return session.exec(select(Initiative)).one()


def change_words(session: Session, *, title: str = TITLE, summary: str = SUMMARY) -> None:
    """Make a further version, as an import does."""
    sheet = f"{COLUMNS}\n{LINE.format(title=title, summary=summary)}\n"
    import_initiatives(session, operator(session), parse_catalogue("one.csv", sheet.encode()))
    session.commit()


def mails(session: Session) -> list[OutboxMessage]:
    session.expire_all()
    return list(session.exec(select(OutboxMessage)).all())


ELSEWHERE = ("/you-said", "/replies", "/assignments")


class Talker:
    """A person signed in, at the pages of one initiative."""

    def __init__(self, client: TestClient, session: Session, person: Person, initiative: Initiative) -> None:
        self.client, self.session, self.person = client, session, person
        self.home = f"/initiatives/{initiative.id}"
        self.sign_in()

    def sign_in(self) -> None:
        sign_in(self.client, self.session, self.person)

    def get(self, path: str) -> Any:
        # what the test has read holds the lock of SQLite's only writer
        self.session.commit()
        return self.client.get(path if path.startswith(ELSEWHERE) else self.home + path)

    def post(self, path: str, **fields: str) -> Any:
        self.session.commit()
        csrf = csrf_in(self.client.get("/login").text)
        address = path if path.startswith(ELSEWHERE) else self.home + path
        return self.client.post(address, data={"csrf": csrf} | fields)

    def comment(self, text: str = "Who pays?", **fields: str) -> str:
        """Write a comment; its id."""
        sent = self.post("/comments", text=text, **fields)
        assert sent.status_code == 303, re.findall(r'class="fault[^>]*>([^<]+)', sent.text)
        return sent.headers["location"].split("#comment-")[1]

    def propose(self, **fields: str) -> str:
        """Propose other words; where the amendment is read."""
        given = {"place": "title.en", "after": "Heat from waste water", "because": "Sewage sounds dirty."} | fields
        sent = self.post("/amendments", **given)
        assert sent.status_code == 303, re.findall(r'class="fault[^>]*>([^<]+)', sent.text)
        return sent.headers["location"].removeprefix(self.home)

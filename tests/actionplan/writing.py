"""Carla, who writes initiatives in the browser."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.initiatives.queries import list_initiatives, list_versions
from app.people.queries import operator
from tests.actionplan.test_changing import change
from tests.make import Cast, import_few_initiatives, sign_in


class Writer:
    """Carla, who writes the first of three initiatives."""

    def __init__(self, client: TestClient, session: Session, cast: Cast) -> None:
        import_few_initiatives(session)
        session.commit()
        sign_in(client, session, cast.carla)
        self.client, self.session = client, session
        self.initiative = list_initiatives(session, operator(session))[0][0]
        # an open transaction of the test would keep the application from writing
        session.commit()
        self.address = f"/initiatives/{self.initiative.id}"

    def page(self, path: str = "") -> str:
        answer = self.client.get(self.address + path)
        assert answer.status_code == 200
        return answer.text

    def form(self, part: str) -> dict[str, str]:
        """What a browser would send of a part's form as it stands."""
        return fields_on(self.page(f"/edit/{part}"))

    def send(self, path: str, fields: dict[str, str]) -> Any:
        return self.client.post(self.address + path, data=fields)

    def save(self, part: str, **parts: str) -> Any:
        return self.send(f"/edit/{part}", self.form(part) | parts)

    def newest(self) -> InitiativeVersion:
        self.session.rollback()
        newest = list_versions(self.session, self.initiative.id)[0]
        self.session.commit()
        return newest

    def somebody_else_changes(self, **parts: Any) -> InitiativeVersion:
        self.session.rollback()
        version = change(self.session, self.initiative, **parts)
        self.session.commit()
        return version


def fields_on(page: str) -> dict[str, str]:
    form = page.split('id="form-', 1)[1].split("</form>", 1)[0]
    found = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form))
    found = {name: text for name, text in found.items() if f'name="{name}" id="{name}" value="yes" >' not in form}
    found |= dict(re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*?>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select[^>]*?name="([^"]+)"[^>]*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


@pytest.fixture
def writer(client: TestClient, session: Session, cast: Cast) -> Writer:
    return Writer(client, session, cast)

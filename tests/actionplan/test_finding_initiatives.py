"""Initiatives begun, found in any language, and moved together."""

import re

from sqlmodel import Session, select

from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.queries import list_initiatives
from app.people.queries import operator
from tests.actionplan.test_changing import REASON
from tests.actionplan.writing import Writer, writer
from tests.make import csrf_in

__all__ = ["writer"]


def test_a_new_initiative_needs_a_title_and_a_code_of_its_own(writer: Writer, session: Session) -> None:
    page = writer.client.get("/initiatives/new").text
    fields = {"csrf": csrf_in(page), "language": "ca", "title": "Autobusos de nit", "summary": "", "code": "I4"}
    assert 'value="I4"' in page
    for wrong, sentence in (
        ({"title": ""}, "Give the initiative a title."),
        ({"title": "x" * 71}, "at most 70 characters"),
        ({"code": "I 4"}, "A code has letters, digits"),
        ({"code": "I1"}, "There is an initiative with this code already."),
        ({"language": "xx"}, "Choose a language."),
    ):
        answer = writer.client.post("/initiatives/new", data=fields | wrong)
        assert answer.status_code == 422
        assert sentence in answer.text
    made = [writer.client.post("/initiatives/new", data=fields).headers["location"] for _ in range(2)]
    assert made[0] == made[1], "sent twice, made once"
    session.rollback()
    initiative = session.exec(select(Initiative).where(Initiative.external_id == "I4")).one()
    assert (initiative.source_language, initiative.state) == ("ca", "draft")


def test_initiatives_are_found_in_any_language_and_moved_together(writer: Writer, session: Session) -> None:
    writer.somebody_else_changes(title={"en": "Night buses", "bg": "Нощни автобуси"})
    client = writer.client
    assert "Night buses" in client.get("/initiatives?q=НОЩНИ").text
    assert "No initiative fits." in client.get("/initiatives?q=fermentation").text
    assert "1 of 3 initiatives" in client.get("/initiatives?q=buses", headers={"HX-Request": "true"}).text
    assert "Night buses" not in client.get("/initiatives?state=open").text
    page = client.get("/initiatives").text
    picks = dict.fromkeys(re.findall(r'name="(pick\.[^"]+)"', page), "yes")
    assert len(picks) == 3
    fields = {"csrf": csrf_in(page), "state": "open", "reason": REASON}
    assert "Choose at least one initiative." in client.post("/initiatives/states", data=fields).text
    refused = client.post("/initiatives/states", data=fields | picks | {"state": "done"})
    assert refused.status_code == 422
    assert "I1 cannot go from where it is into this state." in refused.text
    assert client.post("/initiatives/states", data=fields | picks).status_code == 303
    session.expire_all()
    assert {initiative.state for initiative, _ in list_initiatives(session, operator(session))} == {"open"}
    assert "3 of 3 initiatives" in client.get("/initiatives?state=open").text


def test_a_preview_speaks_each_language(writer: Writer) -> None:
    writer.somebody_else_changes(title={"en": "Night buses", "de": "Nachtbusse"}, summary={"en": "At night."})
    page = writer.page("?as=de")
    assert "Nachtbusse" in page
    assert "Not translated yet: people read the original here." in page
    assert "Night buses" in writer.page("?as=xx")

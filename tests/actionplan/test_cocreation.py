"""From ideas to initiatives: read beside those alike, taken over, joined, set aside, and told to whoever wrote them."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.actionplan.cocreation.rules import MOST_GROUPED, MOST_KEPT, by_likeness, free_code, grouped
from app.actionplan.initiatives.exporting import export_initiatives
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.stats.similarity import groups_of, runs_of, similarities
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.ideas.models import Idea
from app.surveys.ideas.queries import list_ideas
from tests.make import (
    answer,
    csrf_in,
    make_cast,
    make_open_survey,
    make_response,
    sign_in,
    small_survey_file,
)
from tests.surveys.ideas import (
    BUSES,
    MORE_BUSES,
    SCHOOL,
    close_ideas,
    give,
    give_others,
    idea_answers,
    make_idea_survey,
)

IN_SEVEN_LANGUAGES = [
    "Abwärme aus Rechenzentren nutzen. Sie geht heute verloren, und Wohnungen daneben heizen mit Gas.",
    "Wärme der Rechenzentren für Wohnungen: die Abwärme von Serverräumen könnte Viertel heizen.",
    "Mehr Nachtbusse in der Region, damit junge Leute sicher nach Hause kommen.",
    "Reparaturcafé in jeder Gemeinde, um Geräte länger zu nutzen und Müll zu vermeiden.",
    "Shared laboratories for small companies that cannot afford their own equipment.",
    "Laboratorios compartidos para pequeñas empresas que no pueden comprar equipos.",
    "Open labs: let small firms use the laboratories of universities.",
    "Споделени лаборатории за малки предприятия",
    "Лаборатории за малките фирми, които да се споделят",
    "Hydrogen buses for regional transport",
    "Autobusos d'hidrogen per al transport regional",
    "Un réseau de chaleur pour le quartier de la gare",
    "Uddannelse i brintteknik for unge",
]
ALIKE = [{0, 1}, {4, 5, 6}, {7, 8}, {9, 10}]


class Reader:
    """Carla, who reads the ideas of a survey."""

    def __init__(self, client: TestClient, session: Session, survey: Survey) -> None:
        sign_in(client, session, make_cast(session).carla)
        self.client, self.address = client, f"/surveys/{survey.slug}/ideas"

    def page(self, query: str = "") -> Any:
        return self.client.get(self.address + query)

    def waiting(self) -> list[str]:
        """The ids of ideas not decided yet, in the order of the page."""
        return re.findall(r'name="idea" id="idea-[^"]+" value="([^"]+)"', self.page().text)

    def decide(self, keys: list[str], **fields: str) -> Any:
        page = self.page("/decision?" + "&".join(f"idea={key}" for key in keys))
        csrf = {"csrf": csrf_in(page.text)}
        return self.client.post(f"{self.address}/decision", data=csrf | {f"idea.{key}": "yes" for key in keys} | fields)


@pytest.fixture
def survey(session: Session, engine: Engine) -> Survey:
    survey = make_idea_survey(session, codes=("I1",))
    give(session, engine, survey, BUSES, SCHOOL)
    give(session, engine, survey, MORE_BUSES)
    give_others(session, engine, survey, 3)
    close_ideas(session, survey)
    return survey


@pytest.fixture
def reader(client: TestClient, session: Session, survey: Survey) -> Reader:
    return Reader(client, session, survey)


def test_ideas_in_similar_words_stand_together_in_any_language() -> None:
    groups = [set(group) for group in groups_of(IN_SEVEN_LANGUAGES)]
    assert [group for group in groups if len(group) > 1] == sorted(ALIKE, key=lambda group: (-len(group), min(group)))
    assert sum(map(len, groups)) == len(IN_SEVEN_LANGUAGES)


def test_grouping_at_its_edges() -> None:
    assert groups_of([]) == []
    assert groups_of(["", "?"]) == [[0], [1]], "what has no word is like nothing"
    assert similarities("", ["One"]) == [0.0]
    assert similarities("One", []) == []
    many = [f"word{number} only{number}" for number in range(600)]
    assert len(groups_of(many, alike=0.99)) == 600
    assert runs_of("") == {}
    assert groups_of(IN_SEVEN_LANGUAGES) == groups_of(IN_SEVEN_LANGUAGES)


def test_codes_and_likeness() -> None:
    assert free_code([]) == "idea-1"
    assert free_code(["idea-1", "idea-2", "idea-4"]) == "idea-3"
    assert by_likeness("Buses", []) == ([], [])
    assert by_likeness("?", [("I1", "One"), ("I2", "Two")]) == ([], ["I1", "I2"])


def test_grouping_has_an_end() -> None:
    many = [(UUID(int=number), f"word{number}") for number in range(MOST_GROUPED)]
    many += [(UUID(int=5000 + number), "Night buses") for number in range(2)]
    assert grouped(many)[-2:] == [[MOST_GROUPED], [MOST_GROUPED + 1]], "what is beyond the most stands alone"
    start = "Night buses " * 40
    assert grouped([(UUID(int=1), start + "x y z " * 40), (UUID(int=2), start)]) == [[0, 1]]


def test_only_the_last_groupings_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[list[str]] = []

    def group(texts: list[str]) -> list[list[int]]:
        compared.append(texts)
        return [[place] for place in range(len(texts))]

    monkeypatch.setattr("app.actionplan.cocreation.rules.groups_of", group)
    first = [(uuid4(), "Night buses")]
    grouped(first)
    grouped(first)
    assert len(compared) == 1
    for _ in range(MOST_KEPT):
        grouped([(uuid4(), "Forest school")])
    grouped(first)
    assert len(compared) == MOST_KEPT + 2, "the oldest was forgotten, and compared again"


def test_the_page_shows_words_and_nobody(reader: Reader, session: Session, survey: Survey) -> None:
    page = reader.page().text
    assert "6 ideas" in page
    assert "2 similar ideas" in page
    assert page.index("2 similar ideas") < page.index("Ideas that stand alone")
    assert "industry" not in page.lower()
    for given in list_ideas(session, survey):
        assert str(given.idea.response_id) not in page


def test_nothing_is_read_before_the_round_closes(client: TestClient, session: Session, engine: Engine) -> None:
    survey = make_idea_survey(session)
    give(session, engine, survey, BUSES)
    reader = Reader(client, session, survey)
    page = reader.page()
    assert page.status_code == 200
    assert "Night buses" not in page.text
    assert "can be read when their round has closed" in page.text
    assert "Read the ideas" not in client.get(f"/surveys/{survey.slug}").text


def test_ideas_of_too_few_are_not_shown(client: TestClient, session: Session, engine: Engine) -> None:
    survey = make_idea_survey(session)
    give(session, engine, survey, BUSES, SCHOOL)
    give_others(session, engine, survey, 3)
    close_ideas(session, survey)
    reader = Reader(client, session, survey)
    page = reader.page().text
    assert "Fewer than 5 people wrote ideas: they are not shown" in page
    assert "Night buses" not in page
    key = session.exec(select(Idea)).all()[0].id
    session.commit()
    assert "Night buses" not in reader.page(f"/decision?idea={key}").text
    assert client.get(f"/api/v1/surveys/{survey.id}/ideas").json() == []


def test_an_empty_round_and_none_at_all(client: TestClient, session: Session) -> None:
    survey = make_idea_survey(session)
    close_ideas(session, survey)
    reader = Reader(client, session, survey)
    assert "Nobody has written an idea." in reader.page().text
    other = make_open_survey(session, small_survey_file(survey_id="other"))
    assert "has had no round of ideas" in client.get(f"/surveys/{other.slug}/ideas").text


def test_several_become_one_initiative(reader: Reader, session: Session, survey: Survey) -> None:
    keys = reader.waiting()[:2]
    page = reader.page(f"/decision?idea={keys[0]}&idea={keys[1]}").text
    assert "What becomes of these ideas" in page
    title = re.search(r'name="title" id="title" value="([^"]+)"', page)
    assert title
    assert title[1] in (BUSES[0], MORE_BUSES[0])
    assert "Ask the bus company" in page
    done = reader.decide(keys, act="new", language="en", title=" Buses  all night ", summary="They run.\r\nAlways.")
    assert done.headers["location"] == f"{reader.address}?done=new"
    told = reader.page("?done=new").text
    assert 'role="status">The initiative is made.' in told
    assert "<h1>4 of 6 ideas are left to decide</h1>" in told
    made = session.exec(select(Initiative).where(Initiative.external_id == "idea-1")).one()
    version = session.exec(select(InitiativeVersion).where(InitiativeVersion.initiative_id == made.id)).one()
    assert (version.title, version.summary) == ({"en": "Buses all night"}, {"en": "They run.\nAlways."})
    assert version.content["status"] == "draft"
    remembered = session.exec(select(Idea).where(col(Idea.initiative_id) == made.id)).all()
    assert {str(idea.id) for idea in remembered} == set(keys)
    acts = {entry.act for entry in session.exec(select(HistoryEntry)).all()}
    assert {"initiative.versioned", "idea.taken_over"} <= acts
    session.commit()
    listed = reader.page().text
    assert "Went into an initiative" in listed
    assert listed.count("Buses all night") == 2
    items = reader.client.get(f"/surveys/{survey.slug}/items").text
    assert "Buses all night" in items
    again = reader.decide(keys, act="aside", because="Because of something else.")
    assert again.status_code == 409, "a colleague was faster"


def test_whoever_wrote_it_reads_what_became_of_it(client: TestClient, session: Session, engine: Engine) -> None:
    survey = make_idea_survey(session, codes=("I1",))
    _, token = give(session, engine, survey, BUSES, SCHOOL, MORE_BUSES)
    give_others(session, engine, survey)
    close_ideas(session, survey)
    reader = Reader(client, session, survey)
    titles = {given.text.title: str(given.idea.id) for given in list_ideas(session, survey)}
    session.commit()
    key = str(session.exec(select(Initiative)).one().id)
    session.commit()
    reader.decide([titles[BUSES[0]]], act="new", language="de", title="Nachtbusse")
    reader.decide([titles[SCHOOL[0]]], act="aside", because="Schools are decided elsewhere.")
    reader.decide([titles[MORE_BUSES[0]]], act="join", initiative=key)
    client.cookies.set(f"innaxe_answers_{survey.slug}", token)
    own = client.get(f"/s/{survey.slug}/my-answers").text
    assert "It went into the initiative “Nachtbusse”." in own
    assert "It was set aside: Schools are decided elsewhere." in own
    assert "It went into the initiative “Initiative I1”." in own
    versions = session.exec(select(InitiativeVersion)).all()
    assert len(versions) == 2, "joining leaves the words of the initiative as they are"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"act": "new", "language": "en", "title": " "}, "Give the initiative a title."),
        ({"act": "new", "language": "en", "title": "x" * 301}, "This text is too long"),
        ({"act": "new", "language": "en", "title": "One", "summary": "\x00"}, "character that cannot be stored"),
        ({"act": "aside", "because": "No."}, "Give a reason of 10 to 500 characters"),
        ({"act": "join", "initiative": ""}, '<p class="fault" id="initiative-fault">Choose an initiative.'),
    ],
)
def test_what_is_wrong_is_said_and_nothing_happens(
    reader: Reader, session: Session, fields: dict[str, str], sentence: str
) -> None:
    key = reader.waiting()[0]
    page = reader.decide([key], **fields)
    assert page.status_code == 422
    assert sentence in page.text
    assert session.exec(select(Idea).where(col(Idea.decided_on).is_not(None))).all() == []
    assert len(session.exec(select(Initiative)).all()) == 1


def test_choosing_nothing_or_something_strange(reader: Reader) -> None:
    for query in ("/decision", "/decision?idea=x", "/decision?idea=00000000-0000-0000-0000-000000000000"):
        page = reader.page(query)
        assert page.status_code == 422
        assert "Choose at least one idea." in page.text
    csrf = csrf_in(reader.page().text)
    nothing = reader.client.post(f"{reader.address}/decision", data={"csrf": csrf, "act": "aside"})
    assert nothing.headers["location"].endswith("/ideas/decision")
    assert reader.decide(reader.waiting()[:1], act="burn").status_code == 409
    strange = reader.client.post(
        f"{reader.address}/decision",
        data={"csrf": csrf, "act": "join", "idea.x": "yes", "initiative": "00000000-0000-0000-0000-000000000000"},
    )
    assert strange.status_code == 303


def test_a_decision_is_taken_back(reader: Reader, session: Session) -> None:
    key = reader.waiting()[0]
    reader.decide([key], act="aside", because="It is done already, we think.")
    assert key not in reader.waiting()
    page = reader.page().text
    assert "It is done already, we think." in page
    reader.client.post(f"{reader.address}/{key}/reconsideration", data={"csrf": csrf_in(page)})
    assert key in reader.waiting()
    missing = "00000000-0000-0000-0000-000000000000"
    page = reader.client.post(f"{reader.address}/{missing}/reconsideration", data={"csrf": csrf_in(page)})
    assert page.status_code == 404


def test_words_in_a_language_the_interface_does_not_speak(client: TestClient, session: Session, engine: Engine) -> None:
    survey = make_idea_survey(session)
    response, token = make_response(session, survey)
    answer(engine, response, token, dict(idea_answers(1, ("حافلات ليلية", "للشباب", ""), "ar")))
    give_others(session, engine, survey)
    close_ideas(session, survey)
    reader = Reader(client, session, survey)
    page = reader.page().text
    assert 'lang="ar" dir="auto">حافلات ليلية' in page
    [key] = [str(given.idea.id) for given in list_ideas(session, survey) if given.text.language == "ar"]
    session.commit()
    form = reader.page(f"/decision?idea={key}").text
    assert 'name="title" id="title" value=""' in form, "its words go into no language they are not in"
    assert '<option value="en" selected>' in form


def test_hostile_words_stay_words(client: TestClient, session: Session, engine: Engine) -> None:
    survey = make_idea_survey(session)
    give(session, engine, survey, ("=HYPERLINK(1)", "<img src=x onerror=alert(1)>", "\x1b[31m"))
    give_others(session, engine, survey)
    close_ideas(session, survey)
    reader = Reader(client, session, survey)
    assert "<img src=x" not in reader.page().text
    key = reader.waiting()[0]
    form = reader.page(f"/decision?idea={key}").text
    assert "<img src=x" not in form
    assert "\x1b" not in form
    assert reader.decide([key], act="new", language="en", title="=HYPERLINK(1)").status_code == 303
    sheet = export_initiatives(session, operator(session), "csv").decode("utf-8-sig")
    assert not re.search(r"(^|,)\"?=HYPERLINK", sheet), "a sheet that is opened runs nothing"


def test_programs_read_the_same(reader: Reader, session: Session, survey: Survey) -> None:
    key = reader.waiting()[0]
    reader.decide([key], act="aside", because="It is done already, we think.")
    found = reader.client.get(f"/api/v1/surveys/{survey.id}/ideas").json()
    assert [one["title"] for one in found] == [given.text.title for given in list_ideas(session, survey)]
    assert {"id", "title", "summary", "first_step", "language", "initiative", "set_aside_because"} == set(found[0])
    assert [one["set_aside_because"] for one in found if one["id"] == key] == ["It is done already, we think."]


def test_the_survey_page_leads_through(reader: Reader, session: Session, survey: Survey) -> None:
    page = reader.client.get(f"/surveys/{survey.slug}").text
    assert "Read the ideas" in page
    assert "0, for ideas" in page
    assert "Open the next round" not in page
    assert "Go on building" in page
    assert get_survey(session, survey.id).published_at is None

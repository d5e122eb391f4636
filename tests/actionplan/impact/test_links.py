"""Links of indicators, programmes and initiatives: every sentence recomputed apart from the program's own way."""

import html
import json
import re
from pathlib import Path
from time import perf_counter
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.impact.links.pages import links_view
from app.actionplan.impact.links.queries import Links, read_links
from app.actionplan.impact.links.rules import join
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.service import import_initiatives
from app.people.queries import operator
from tests.actionplan.adopting import adopt, as_actor, make_stage
from tests.actionplan.impact.test_impact import ground, state
from tests.make import Cast, sign_in

__all__ = ["ground"]

FILE = Path(__file__).parents[3] / "demo" / "initiatives.json"


def load_initiatives(session: Session, built_on: dict[str, list[str]]) -> dict[str, Any]:
    """The initiatives of the demonstration, some built on programmes; returns what the file says."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    for one in content["initiatives"]:
        one["programmes"] = built_on.get(one["id"], [])
    content["initiatives"][0]["linked_indicators"].append("IND99")
    import_initiatives(session, operator(session), parse_catalogue("i.json", json.dumps(content).encode()))
    session.commit()
    return content


def test_each_sentence_is_recomputed(client: TestClient, session: Session, cast: Cast, ground: None) -> None:
    built_on = {"I01": ["S01", "partner search desk"], "I02": ["Annual spin-off conference", "Nobody's programme"]}
    content = load_initiatives(session, built_on)
    state(session, "S01", indicator="IND07")
    state(session, "S04", indicator="IND03")
    session.commit()
    sign_in(client, session, cast.dora)
    page = html.unescape(client.get("/impact/links").text)
    names = {one["code"]: one["name"] for one in client.get("/api/v1/indicators").json()}
    titles = {one["id"]: f"{one['id']} {one['title']['en']}" for one in content["initiatives"]}
    moved = {code for one in content["initiatives"] for code in one["linked_indicators"]}
    expected = {f"No initiative moves {names[code]}." for code in names if code not in moved}
    expected |= {f"No programme is said to move {names[code]}." for code in names if code not in ("IND07", "IND03")}
    expected |= {f"No programme supports {title}." for code, title in titles.items() if code not in built_on}
    expected |= {
        f"{titles[one['id']]} names no indicator of the catalogue."
        for one in content["initiatives"]
        if not set(one["linked_indicators"]) & set(names)
    }
    expected |= {
        f"{titles['I01']} names an indicator that is not in the catalogue: IND99.",
        f"{titles['I02']} names a programme that is not in the catalogue: Nobody's programme.",
    }
    found = set(re.findall(r"<li>((?:No |I\d\d )[^<]+\.)</li>", page))
    assert found == expected
    assert len(expected) > 20
    table = json.loads(client.get("/impact/links/export.json").content)["tables"][2]["rows"]
    assert {row["sentence"] for row in table} == expected
    listed = client.get("/api/v1/impact/links").json()
    assert len(listed["gaps"]) == len(expected)
    by_code = {one["code"]: one for one in listed["initiatives"]}
    assert by_code["I01"]["programmes"] == ["S01"]
    assert by_code["I02"]["programmes"] == ["S04"]
    for one in content["initiatives"]:
        assert set(by_code[one["id"]]["indicators"]) == set(one["linked_indicators"]) & set(names)


def test_the_drawing_has_a_line_for_each_link_and_a_table_says_the_same(
    client: TestClient, session: Session, cast: Cast, ground: None
) -> None:
    content = load_initiatives(session, {"I01": ["S01"]})
    state(session, "S01", indicator="IND07")
    session.commit()
    sign_in(client, session, cast.dora)
    page = client.get("/impact/links").text
    named = sum(len(set(one["linked_indicators"]) - {"IND99"}) for one in content["initiatives"])
    assert page.count("<line ") == named + 2
    assert page.count('<table class="data') == 2
    assert 'role="img"' in page


def test_an_adopted_plan_is_covered_as_its_initiatives_say(
    client: TestClient, session: Session, engine: Engine, cast: Cast
) -> None:
    stage = make_stage(session, engine)
    edition = adopt(session, as_actor(session, cast.biel), stage)
    chosen = {item["code"] for item in edition.content["items"] if item["is_in"]}
    session.commit()
    found = read_links(session, operator(session))
    (adopted,) = found.plans
    assert adopted.edition == 1
    assert set(adopted.coverage.initiatives) == chosen != set()
    session.commit()
    sign_in(client, session, cast.dora)
    assert "What the adopted plan covers" in client.get("/impact/links").text


def test_sentences_of_many_links_are_made_in_a_second_and_name_what_they_mean() -> None:
    many = [f"X{number}" for number in range(300)]
    named: dict[str, tuple[list[str], list[str]]] = {
        code: ([], [f"Nobody's {code} {place}" for place in range(60)]) for code in many
    }
    network = join(many, {}, {}, named)
    titles = {code: {"en": f"Initiative {code}"} for code in many}
    found = Links(network, dict.fromkeys(many, "An indicator"), {}, titles, dict.fromkeys(many, ""), [])
    begun = perf_counter()
    view = links_view("en", found)
    assert perf_counter() - begun < 2
    sentences = {one["gap"]: one["sentences"] for one in view["gaps"]}
    assert len(sentences["unknown_programme"]) == 300 * 60
    # codes of initiatives may be those of indicators
    assert sentences["no_support"][0] == "No programme supports X0 Initiative X0."
    assert sentences["no_initiative"][0] == "No initiative moves An indicator."

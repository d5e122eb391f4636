"""The selection as votes, read by an independent reader."""

import csv
import io
from collections import Counter

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.portfolio.models import Plan, PlanItem
from app.people.queries import find_actor
from tests.actionplan.adopting import adopt, make_stage
from tests.make import Cast
from tests.reports.opendata.test_opendata import files_of


def read_pabulib(data: bytes) -> tuple[dict[str, str], dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """A `.pb` file read as the site's own description says: three blocks, each with a header."""
    blocks: dict[str, list[list[str]]] = {}
    current = ""
    for row in csv.reader(io.StringIO(data.decode(), newline=""), delimiter=";"):
        if row[0] in ("META", "PROJECTS", "VOTES") and len(row) == 1:
            current = row[0]
            blocks[current] = []
        else:
            blocks[current].append(row)
    assert list(blocks) == ["META", "PROJECTS", "VOTES"]
    tables_: list[dict[str, dict[str, str]]] = []
    for name in ("PROJECTS", "VOTES"):
        header, *rows = blocks[name]
        tables_.append({row[0]: dict(zip(header, row, strict=True)) for row in rows})
        assert len(tables_[-1]) == len(rows), "ids are there once"
    assert blocks["META"][0] == ["key", "value"]
    projects, votes = tables_
    return dict(blocks["META"][1:]), projects, votes


def test_the_selection_is_read_by_others(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    drafts = files_of(session, stage.survey)
    assert not [name for name in drafts if name.startswith("selection/")], "a draft is nobody else's"
    biel = find_actor(session, cast.biel)
    assert biel
    edition = adopt(session, biel, stage)
    meta, projects, votes = read_pabulib(files_of(session, stage.survey)["selection/plan-1-edition-1.pb"])
    needed = ("description", "country", "unit", "instance", "num_projects", "num_votes", "budget", "vote_type", "rule")
    assert all(meta[name] for name in (*needed, "date_begin", "date_end"))
    assert meta["vote_type"] == "approval"
    assert (int(meta["num_projects"]), int(meta["num_votes"])) == (len(projects), len(votes))
    assert int(meta["budget"]) == edition.content["budget"]
    chosen = {code: int(one["cost"]) for code, one in projects.items() if one["selected"] == "1"}
    assert chosen == {item["code"]: item["cost"] for item in edition.content["items"] if item["is_in"]}
    assert set(chosen) == {"I1", "I2"}
    assert votes
    assert set(votes) <= {"academia", "civil", "government", "industry"}
    given = Counter(code for one in votes.values() for code in one["vote"].split(","))
    assert set(given) <= set(projects)
    assert {code: int(one["votes"]) for code, one in projects.items()} == {code: given[code] for code in projects}


def test_a_group_that_is_released_nowhere_has_no_vote(session: Session, engine: Engine, cast: Cast) -> None:
    """Where a survey shows groups of three, results say what they approve; open data name groups of five and more."""
    stage = make_stage(session, engine)
    biel = find_actor(session, cast.biel)
    assert biel
    adopt(session, biel, stage)
    plan = session.exec(select(Plan)).one()
    for item in session.exec(select(PlanItem).where(PlanItem.plan_id == plan.id)).all():
        item.evidence = {**item.evidence, "approved_by": ["academia", "nobody"]}
        session.add(item)
    _, _, votes = read_pabulib(files_of(session, stage.survey)["selection/plan-1-edition-1.pb"])
    assert set(votes) == {"academia"}

"""Opinion groups of support and opposition: found once, on a closed wall, across all ideas, without anybody's name."""

from uuid import uuid4

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actionplan.opinions.models import WallOpinions
from app.actionplan.opinions.service import freeze_wall_opinions
from app.actionplan.proposals.judging import save_wall
from app.actionplan.proposals.models import IdeasWall, Proposal, Stance
from app.core.clock import today
from app.core.errors import Conflict, NotAllowed, NotFound
from app.people.queries import find_actor, operator
from tests.actionplan.proposals import open_wall
from tests.actionplan.test_opinions import planted
from tests.make import Cast, csrf_in, sign_in

PAGE = "/opinions/ideas-wall"


def voiced(session: Session, sizes: tuple[int, ...] = (14, 10)) -> IdeasWall:
    """An open wall with eight ideas, on which two camps have given their voices; passing is saying nothing."""
    wall = open_wall(session)
    ideas = [
        Proposal(
            consortium_id=wall.consortium_id,
            number=number,
            key=str(number),
            language="en",
            title=f"Idea {number}",
            summary="Words.",
            created_on=today(),
            shown_on=today(),
        )
        for number in range(1, 9)
    ]
    session.add_all(ideas)
    session.flush()
    for row in planted(sizes, noise=0):
        voter = uuid4().hex
        pairs = zip(ideas, row, strict=True)
        session.add_all(Stance(proposal_id=idea.id, voter=voter, is_for=vote > 0) for idea, vote in pairs if vote)
    session.commit()
    return wall


def close(session: Session, wall: IdeasWall) -> None:
    save_wall(
        session,
        operator(session),
        wall.revision,
        is_open=False,
        introduction=wall.introduction,
        reader=wall.reader,
        answer_days=wall.answer_days,
    )
    session.commit()


def test_groups_are_found_once_and_only_on_a_closed_wall(session: Session) -> None:
    actor = operator(session)
    with pytest.raises(NotFound):
        freeze_wall_opinions(session, actor)
    wall = voiced(session)
    with pytest.raises(Conflict):
        freeze_wall_opinions(session, actor)
    close(session, wall)
    found = freeze_wall_opinions(session, actor)
    assert (found.findings["groups"], sorted(found.findings["sizes"])) == (2, [10, 14])
    assert found.findings["bridges"] == ["7"]
    first = session.exec(select(Proposal).where(Proposal.number == 1)).one()
    session.add_all(Stance(proposal_id=first.id, voter=uuid4().hex, is_for=True) for _ in range(9))
    session.commit()
    assert freeze_wall_opinions(session, actor).sha256 == found.sha256, "what was found stays"
    assert len(session.exec(select(WallOpinions)).all()) == 1


def test_too_few_are_told_in_words(session: Session) -> None:
    close(session, voiced(session, (4, 3)))
    found = freeze_wall_opinions(session, operator(session)).findings
    assert (found["groups"], found["reason"], found["items"]) == (None, "too_few_people", [])


def test_a_small_camp_is_not_shown(session: Session) -> None:
    close(session, voiced(session, (20, 3)))
    found = freeze_wall_opinions(session, operator(session)).findings
    assert found["groups"] is None
    assert found["items"] == []


def test_the_page_finds_and_shows_them(client: TestClient, session: Session, cast: Cast) -> None:
    wall = voiced(session)
    sign_in(client, session, cast.carla)
    page = client.get(PAGE).text
    assert "while voices come in, each new one would show" in page
    assert "Look for opinion groups" not in page
    assert client.post(PAGE, data={"csrf": csrf_in(page)}).status_code == 409
    assert client.get("/api/v1/proposals/opinions").status_code == 404
    close(session, wall)
    page = client.get(PAGE).text
    assert client.post(PAGE, data={"csrf": csrf_in(page)}).status_code == 303
    shown = client.get(PAGE).text
    assert "What bridges the groups" in shown
    assert "Idea 7" in shown
    assert "14 people" in shown
    found = client.get("/api/v1/proposals/opinions").json()
    assert found["groups"] == 2
    assert np.isclose(sum(found["sizes"]), 24)
    sign_in(client, session, cast.dora)
    assert "Idea 7" in client.get(PAGE).text
    reviewer = find_actor(session, cast.dora)
    assert reviewer
    with pytest.raises(NotAllowed):
        freeze_wall_opinions(session, reviewer)

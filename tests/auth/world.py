"""Two consortia, the first with one of everything in it."""

import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app import __version__
from app.actionplan.adoption.freezing import freeze
from app.actionplan.adoption.models import PlanBallot, PlanComment, PlanEdition, PlanShare
from app.actionplan.adoption.voting import votes_at
from app.actionplan.discussion.models import Amendment, Comment
from app.actionplan.evidence.models import Interview, Workshop
from app.actionplan.impact.models import ContributionStatement, ResultChain, ResultChainVersion
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import list_versions
from app.actionplan.initiatives.schemas import read_content
from app.actionplan.opinions.models import WallOpinions
from app.actionplan.opinions.rules import find_groups
from app.actionplan.opinions.service import freeze_opinions
from app.actionplan.portfolio.making import facts_of
from app.actionplan.portfolio.models import Plan, PlanItem, PlanJob, Scenario, ScenarioDraft
from app.actionplan.portfolio.rulebook import Rulebook, as_data
from app.actionplan.proposals.models import IdeasWall, Proposal
from app.consensus.figures.models import FigureDrawing, FigureFile
from app.consensus.models import Snapshot
from app.consensus.service import close_round
from app.core.clock import now, today
from app.indicators.models import Indicator, IndicatorVersion, RegionReading
from app.people.models import Membership, Organisation, Person
from app.people.queries import find_person_by_email, operator
from app.people.service import create_consortium, create_organisation, create_person
from app.programmes.models import Programme, ProgrammeVersion
from app.reports.models import Report, ReportFile
from app.reports.rules import FILES_LAST
from app.surveys.answering.models import Response
from app.surveys.authoring.models import Survey
from app.surveys.ideas.models import Idea
from app.surveys.rounds.models import SharedReason
from app.surveys.rounds.queries import find_open_round
from app.surveys.rounds.service import open_round
from tests.actionplan.monitoring import follow, plan_item
from tests.auth.matrix import OTHER, OWN
from tests.consensus.test_closing import fill
from tests.make import beside, csrf_in, make_cast, make_open_survey, sign_in

NO_GROUPS = find_groups(np.zeros((0, 0)), [], minimum=5, seed=1)


@dataclass(frozen=True)
class World:
    """Two consortia; the first has things in it, all marked with words that may not be seen from the second."""

    app: FastAPI
    clients: dict[str, TestClient]
    things: dict[str, str]
    marks: tuple[str, ...]
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    def csrf(self, who: str) -> str:
        """What somebody's forms carry, as a page said it: it stays the same until they sign out."""
        if who not in self.tokens:
            self.tokens[who] = csrf_in(self.clients[who].get("/login").text)
        return self.tokens[who]


@pytest.fixture
def world(client: TestClient, session: Session, engine: Engine) -> World:
    app: Any = client.app
    cast = make_cast(session)
    home = operator(session)
    partners = [
        create_organisation(session, home, name=f"Markedpartner {name}", helix="industry", region="ES51")
        for name in ("One", "Two")
    ]
    people = {
        "admin": cast.alba,
        "coordinator": cast.biel,
        "manager": cast.carla,
        "reviewer": cast.dora,
        "editor": create_person(session, home, email="emil@innaxe.example", role="editor", name="Emil"),
    }
    for name, partner in ((OWN, partners[0]), (OTHER, partners[1])):
        email = f"{partner.name[-3:].lower()}@innaxe.example"
        people[name] = create_person(session, home, email=email, role="manager", organisation=str(partner.id))
    spare = create_person(session, home, email="eve@innaxe.example", role="reviewer", name="Markedeve")
    survey = make_open_survey(session)
    survey.organisation_id = partners[0].id
    partners[0].code, partners[0].is_partner = "ONE", True
    follow(session, survey, plan_item("I1", lead="ONE"))
    session.add(survey)
    session.commit()
    fill(session, engine, survey)
    close_round(session, home, survey)
    freeze_opinions(session, home, survey)
    open_round(session, home, survey)
    create_consortium(session, home, name="Other")
    foreign = operator(session, "Other")
    people["foreign"] = create_person(session, foreign, email="fred@other.example", role="admin", name="Fred")
    session.commit()
    clients = {"nobody": beside(client)}
    for name, person in people.items():
        clients[name] = beside(client)
        sign_in(clients[name], session, person)
    marks = (
        "Markedpartner",
        "Markedeve",
        "A small survey",
        "Initiative I1",
        "alba@innaxe.example",
        "Markedworkshop",
        "Markedrole",
    )
    marks = ("Markedproposal", "Markedpartner", "Markedeve", "A small survey", "Initiative I1", "alba@innaxe.example")
    return World(app, clients, _things(session, survey, spare), marks)


def _things(session: Session, survey: Survey, spare: Person) -> dict[str, str]:
    current = find_open_round(session, survey.id)
    given = session.exec(select(Response)).first()
    assert given
    reason = SharedReason(round_id=given.round_id, response_id=given.id, code="I1.impact", is_for=True)
    idea = Idea(round_id=given.round_id, response_id=given.id, number=1)
    owner: dict[str, Any] = {"consortium_id": survey.consortium_id, "organisation_id": survey.organisation_id}
    workshop = Workshop(
        **owner, title="Markedworkshop", held_on=date(2026, 1, 2), language="en", dots_each=3, participants={"civil": 7}
    )
    interview = Interview(**owner, held_on=date(2026, 1, 2), helix="civil", role="Markedrole")
    session.add_all([reason, idea, workshop, interview])
    proposal = Proposal(
        consortium_id=survey.consortium_id,
        number=1,
        key="key",
        language="en",
        title="Markedproposal",
        summary="Markedproposal",
        created_on=survey.created_at.date(),
    )
    session.add_all([reason, idea, proposal])
    wall = IdeasWall(consortium_id=survey.consortium_id, slug="home")
    seen = WallOpinions(consortium_id=survey.consortium_id, found_on=today(), findings=NO_GROUPS, sha256="")
    session.add_all([wall, seen])
    _draw_a_figure(session)
    initiative = session.exec(select(Initiative)).first()
    membership = session.exec(select(Membership)).first()
    assert current
    assert initiative
    assert membership
    version = list_versions(session, initiative.id)[0]
    author = find_person_by_email(session, "alba@innaxe.example")
    assert author
    version = session.exec(select(InitiativeVersion).where(InitiativeVersion.initiative_id == initiative.id)).one()
    said: dict[str, Any] = {
        "consortium_id": membership.consortium_id,
        "initiative_id": initiative.id,
        "version_id": version.id,
        "written_at": version.created_at,
        "written_by_id": author.id,
    }
    withdrawn, kept = (Comment(**said, place="", text="Words", form_key=key) for key in ("one", "two"))
    amendment = Amendment(**said, number=1, place="title.en", before="", after="A", because="B", form_key="three")
    session.add_all([withdrawn, kept, amendment])
    _read_a_region(session, survey)
    _offer_a_programme(session, survey)
    chain, statement = _say_what_it_leads_to(session, author.id)
    found = {
        "slug": survey.slug,
        "indicator": "R1",
        "region": "ES51",
        "programme": "P1",
        "chain_id": str(chain.id),
        "statement_id": str(statement.id),
        "code": "helix",
        "item_code": "I1",
        "position": "1",
        "survey_id": str(survey.id),
        "round_id": str(current.id),
        "initiative_id": str(initiative.id),
        "person_id": str(spare.id),
        "suggestion_id": "00000000-0000-0000-0000-000000000000",
        "key_id": "00000000-0000-0000-0000-000000000000",
        "reason_id": str(reason.id),
        "idea_id": str(idea.id),
        "version_id": str(version.id),
        "workshop_id": str(workshop.id),
        "interview_id": str(interview.id),
        "proposal_id": str(proposal.id),
        "comment_id": str(withdrawn.id),
        "said_id": str(kept.id),
        "amendment_id": str(amendment.id),
        "kind": "csv",
        "figure_kind": "opinion",
        "part": "why",
        "point": "M7",
        "number": "1",
        "item": "I1",
        "milestone": "2",
        "risk": "1",
        "year": "2027",
        "target": "ca",
        "key": str(survey.id),
        "consortium": str(membership.consortium_id),
        "report_id": str(_write_a_report(session, survey).id),
        **_fill_the_plan(session, version),
    }
    session.commit()
    return found


def _write_a_report(session: Session, survey: Survey) -> Report:
    """The worker would write it; what is in it does not matter here."""
    report = Report(
        consortium_id=survey.consortium_id,
        organisation_id=survey.organisation_id,
        survey_id=survey.id,
        kind="consensus",
        format="pdf",
        language="en",
        about={"round": 1},
        form_key="report",
        state="done",
        name="report.pdf",
        ordered_at=now(),
        ended_at=now(),
        expires_at=now() + FILES_LAST,
    )
    session.add(report)
    session.flush()
    session.add(ReportFile(report_id=report.id, content=b"pdf"))
    return report


def _fill_the_plan(session: Session, version: InitiativeVersion) -> dict[str, str]:
    """A scenario with a draft, an initiative to choose, and somebody's comment by a link."""
    scenario = session.exec(select(Scenario)).one()
    made = version.created_at
    rules = as_data(Rulebook((1,) * 5))
    facts = facts_of(read_content(version.content), set(), 2027, 5)
    evidence: dict[str, Any] = {
        "value": 3.0,
        "helix_value": {},
        "own_helices": [],
        "approved_by": [],
        "share_high": None,
    }
    more = {"rank": None, "rank_set": None, "n": None, "verdict": "too_few", "gap": None}
    share = PlanShare(
        plan_id=scenario.plan_id,
        scenario_id=scenario.id,
        draft_number=1,
        content={},
        token_hash="hash",
        expires_on=today(),
        form_key="share",
        shared_at=made,
    )
    session.add_all(
        [
            ScenarioDraft(scenario_id=scenario.id, number=1, act="begun", rules=rules, made_at=made),
            PlanItem(
                plan_id=scenario.plan_id,
                position=0,
                code="helix",
                source_id=version.id,
                title={"en": "Initiative I1"},
                evidence=evidence | more,
                facts=facts,
            ),
            share,
        ]
    )
    session.flush()
    _as_adopted(session)
    comment = PlanComment(share_id=share.id, text="Words", form_key="comment", written_on=today())
    job = PlanJob(scenario_id=scenario.id, draft_number=1, kind="weigh", asked_at=made)
    session.add_all([comment, job])
    partner = session.exec(select(Organisation).where(Organisation.code == "ONE")).one()
    return {
        "plan_id": str(scenario.plan_id),
        "scenario_number": "1",
        "draft_number": "1",
        "share_id": str(share.id),
        "plan_comment_id": str(comment.id),
        "ballot": "1",
        "edition": "1",
        "partner": str(partner.id),
        "job": str(job.id),
    }


def _as_adopted(session: Session) -> None:
    """Let the ballot and the edition say all that those of a real plan say."""
    actor, plan = operator(session), session.exec(select(Plan)).one()
    ballot, edition = session.exec(select(PlanBallot)).one(), session.exec(select(PlanEdition)).one()
    _, content = freeze(session, plan, None)
    content["items"] = [{**content["items"][0], **item} for item in edition.content["items"]]
    ballot.content = edition.content = content
    session.exec(select(PlanShare)).one().content = content
    edition.decision = {"outcome": "adopted", "reason": "It serves all.", **votes_at(session, actor, ballot)}


def _read_a_region(session: Session, survey: Survey) -> None:
    indicator = Indicator(consortium_id=survey.consortium_id, organisation_id=survey.organisation_id, code="R1")
    session.add(indicator)
    session.flush()
    means: dict[str, Any] = {"name": "Markedindicator", "unit": "%", "direction": "higher_better"}
    session.add(IndicatorVersion(indicator_id=indicator.id, number=1, **means, made_at=survey.created_at))
    where: dict[str, Any] = {"region": "ES51", "territory": "own", "nuts_code": "ES51", "nuts_edition": "2021"}
    what: dict[str, Any] = {"year": 2020, "number": 1, "value": 1.0, "status": "published"}
    session.add(RegionReading(indicator_id=indicator.id, version=1, **where, **what, added_at=survey.created_at))


def _offer_a_programme(session: Session, survey: Survey) -> None:
    assert survey.organisation_id
    owner: dict[str, Any] = {"consortium_id": survey.consortium_id, "organisation_id": survey.organisation_id}
    programme = Programme(code="P1", **owner)
    session.add(programme)
    session.flush()
    said: dict[str, Any] = {"name": "Markedprogramme", "category": "talent", "made_at": survey.created_at}
    session.add(ProgrammeVersion(programme_id=programme.id, number=1, **said))


def _say_what_it_leads_to(session: Session, person_id: UUID) -> tuple[ResultChain, ContributionStatement]:
    programme = session.exec(select(Programme)).one()
    owner: dict[str, Any] = {"consortium_id": programme.consortium_id, "organisation_id": programme.organisation_id}
    chain = ResultChain(programme_id=programme.id, number=1, **owner)
    session.add(chain)
    session.flush()
    links = {f"{name}_evidence": "none" for name in ("output", "outcome", "dimension")}
    said: dict[str, Any] = {
        "output": "Markedoutput",
        "outcome": "Markedoutcome",
        "dimension": "talent",
        "made_at": now(),
    }
    session.add(ResultChainVersion(chain_id=chain.id, number=1, **links, **said))
    statement = ContributionStatement(
        chain_id=chain.id, number=1, words="Markedwords", evidence="none", said_at=now(), said_by_id=person_id, **owner
    )
    session.add(statement)
    session.flush()
    return chain, statement


def _draw_a_figure(session: Session) -> None:
    """The worker would draw it; what is drawn does not matter here."""
    svg = b'<svg class="marks" width="1" height="1" viewBox="0 0 1 1"></svg>'
    session.add_all(
        [
            FigureFile(sha256="svg", media_type="image/svg+xml", content=zlib.compress(svg)),
            FigureFile(sha256="png", media_type="image/png", content=b"png"),
        ]
    )
    session.flush()
    drawing: dict[str, Any] = {"language": "en", "program": __version__, "svg_sha256": "svg", "png_sha256": "png"}
    snapshot = session.exec(select(Snapshot)).one()
    session.add(FigureDrawing(snapshot_id=snapshot.id, name="opinion", criterion="impact", **drawing))

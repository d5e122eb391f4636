"""A plan to share, vote on and adopt: three initiatives with costs, two of them in it, and two partners."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.adoption.models import PlanBallot, PlanEdition
from app.actionplan.adoption.voting import Closing, cast_vote, close_ballot, open_ballot
from app.actionplan.decisions.rules import Part
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.portfolio.models import Plan, Scenario
from app.actionplan.portfolio.queries import get_scenario
from app.actionplan.portfolio.rulebook import Rulebook
from app.actionplan.portfolio.service import PlanIn, apply_fix, create_plan, leave_out, place
from app.actionplan.validation.service import make_survey
from app.consensus.service import close_round
from app.people.models import Organisation, Person
from app.people.queries import find_actor, find_person_by_email, operator
from app.people.rules import Actor
from app.people.service import create_organisation, create_person
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import open_round
from tests.make import HELICES, answer, make_response, small_survey_file
from tests.scenes import lay

PARTNERS = ("NORD", "SUD")
SHEET = """id,title,budget_min_eur,budget_max_eur,start_year,start_quarter,duration_months,lead_partner,status
I1,Initiative I1,100000,100000,2027,1,24,NORD,draft
I2,Initiative I2,200000,200000,2027,3,24,SUD,draft
I3,Initiative I3,300000,300000,2028,1,36,NORD,draft
"""
BECAUSE = "It carries the rest of the plan."


@dataclass(frozen=True)
class Stage:
    """A plan with two partners: Nora is of the one, Sol of the other, and neither has a role in the whole."""

    survey: Survey
    plan: Plan
    nord: Organisation
    sud: Organisation
    nora: Person
    sol: Person

    def scenario(self, session: Session) -> Scenario:
        return get_scenario(session, self.plan.id)


def make_stage(session: Session, engine: Engine) -> Stage:
    """A plan over the years from 2027 to 2031 with 250,000 euros a year, I1 and I2 in it: draft 2."""

    def find() -> Stage:
        nord, sud = (session.exec(select(Organisation).where(Organisation.code == code)).one() for code in PARTNERS)
        nora, sol = (find_person_by_email(session, f"{name}@innaxe.example") for name in ("nora", "sol"))
        assert nora
        assert sol
        return Stage(session.exec(select(Survey)).one(), session.exec(select(Plan)).one(), nord, sud, nora, sol)

    return lay(session, "stage", lambda: _build_stage(session, engine), find)


def _build_stage(session: Session, engine: Engine) -> None:
    home = operator(session)
    for partner, name, role in (("Nord", "Nora", "manager"), ("Sud", "Sol", "editor")):
        made = create_organisation(
            session,
            home,
            name=f"Partner {partner}",
            helix="industry",
            region="ES51",
            is_partner=True,
            code=partner.upper(),
        )
        email = f"{name.lower()}@innaxe.example"
        create_person(session, home, email=email, role=role, name=name, organisation=str(made.id))
    import_initiatives(session, home, parse_catalogue("few.csv", SHEET.encode()))
    survey = make_survey(session, home, small_survey_file()).survey
    open_round(session, home, survey)
    session.commit()
    for helix in HELICES:
        for number in range(6):
            response, token = make_response(session, survey, helix=helix)
            values: dict[str, Any] = {
                f"{code}.{criterion}": 5 - (number + place) % 3
                for place, code in enumerate(("I1", "I2", "I3"))
                for criterion in ("impact", "urgency")
            }
            answer(engine, response, token, values)
    close_round(session, home, survey)
    given = PlanIn("Five years together", 2027, Rulebook(ceilings=(250_000,) * 5), "Balanced")
    plan = create_plan(session, home, survey, given, form_key="plan")
    apply_fix(session, home, plan, get_scenario(session, plan.id), [("I1", 2027), ("I2", 2027)], 1)


def put_in(session: Session, plan: Plan, code: str, year: int) -> None:
    """Put an initiative into the plan by hand: a new draft."""
    scenario = get_scenario(session, plan.id)
    place(session, operator(session), plan, scenario, code, year, BECAUSE, scenario.revision)


def take_out(session: Session, plan: Plan, code: str) -> None:
    """Take an initiative out of the plan by hand: a new draft."""
    scenario = get_scenario(session, plan.id)
    leave_out(session, operator(session), plan, scenario, code, BECAUSE, scenario.revision)


def as_actor(session: Session, person: Person) -> Actor:
    found = find_actor(session, person)
    assert found
    return found


def put_to_vote(session: Session, actor: Actor, stage: Stage, key: str = "ballot") -> PlanBallot:
    """A ballot on the newest draft, opened by somebody who leads."""
    revision = stage.scenario(session).revision
    return open_ballot(session, actor, stage.plan, None, revision, form_key=key)


def closing(actor: Actor, **changes: Any) -> Closing:
    """To adopt, as decided by the actor alone."""
    values: dict[str, Any] = {"outcome": "adopted", "reason": BECAUSE, "parts": [Part(str(actor.id))]}
    return Closing(**(values | changes))


def adopt(session: Session, actor: Actor, stage: Stage, key: str = "ballot") -> PlanEdition:
    """An edition of the newest draft, to which both partners said yes."""
    ballot = put_to_vote(session, actor, stage, key)
    for person, partner in ((stage.nora, stage.nord), (stage.sol, stage.sud)):
        cast_vote(session, as_actor(session, person), ballot, partner, "yes", "", 0)
    edition = close_ballot(session, actor, stage.plan, ballot, closing(actor), ballot.revision)
    assert edition
    session.commit()
    return edition


def states_of(session: Session) -> dict[str, str]:
    """The states of all initiatives by code."""
    session.expire_all()
    found: list[tuple[Initiative, Any]] = list(list_initiatives(session, operator(session)))
    return {one.external_id: one.state for one, _ in found}

"""A small invented consortium with simulated answers, to try everything on and to photograph.

The simulated respondents answer through the same acts as people do: they begin, save each rating through the
answer writer, and send. Their opinions have structure: helices that agree here and split there, a second round
that moves towards the middle, some who cannot judge, some who stop half way, some who do not come back.
"""

import csv
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlmodel import Session, func, select

from app.actionplan.initiatives.changing import move_initiative
from app.actionplan.initiatives.importing import parse_catalogue
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.service import import_initiatives
from app.actionplan.opinions.service import freeze_opinions
from app.actionplan.portfolio.jobs import work_all
from app.actionplan.validation.service import make_survey, parse_survey_file
from app.auth.service import make_sign_in_link
from app.consensus.service import close_round
from app.core.clock import today
from app.core.db import for_writing
from app.core.errors import Conflict
from app.core.settings import Settings
from app.core.tokens import hash_token, sign
from app.demo_discussion import load_discussion
from app.demo_evidence import load_evidence
from app.demo_impact import load_impact
from app.demo_plan import load_plan
from app.demo_proposals import load_proposals
from app.demo_running import load_running_survey
from app.indicators.checking import Choices
from app.indicators.service import import_readings
from app.people.queries import find_organisation_by_name, find_person_by_email, operator
from app.people.rules import Actor, Role
from app.people.service import create_organisation, create_person
from app.programmes.importing.checking import guess, read_sheet
from app.programmes.importing.service import import_programmes
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.notice import shown_text
from app.surveys.answering.queries import form_of
from app.surveys.answering.rules import Form
from app.surveys.answering.saves import Save
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, submit_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_survey_by_external_id, get_survey, list_questions
from app.surveys.authoring.rules import answer_code
from app.surveys.release.rules import PARTS
from app.surveys.release.service import release_results
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.queries import find_invitation, find_open_round
from app.surveys.rounds.service import invite, open_round

FILES = Path(__file__).resolve().parents[1] / "demo"
SURVEY = "demo-validation-survey"
LINK_LASTS = timedelta(hours=12)

PEOPLE = (
    ("Alba Ferrer", "admin@innaxe.example", Role.ADMIN),
    ("Biel Okafor", "coordinator@innaxe.example", Role.COORDINATOR),
    ("Carla Novak", "manager@innaxe.example", Role.MANAGER),
)
HELICES = {"industry": 0.32, "academia": 0.28, "government": 0.2, "civil": 0.2}
REGIONS = {"CAT": 0.24, "IDF": 0.22, "RN": 0.2, "BG": 0.15, "DK": 0.15, "EU_OTHER": 0.04}
LANGUAGES = {"CAT": "ca", "IDF": "fr", "RN": "de", "BG": "bg", "DK": "da", "EU_OTHER": "en"}
OPENED_BECAUSE = "Comments and amendments are welcome until the next survey."
FROZEN_BECAUSE = "Asked about in the survey: the wording stays until it closes."
FROZEN = ("I17", "I18", "I19", "I20")
UNANSWERED_INVITATIONS = 0.4
SHARE_THAT_MOVES, STEP_TO_THE_MIDDLE = 0.75, 0.45


@dataclass
class Respondent:
    """A simulated respondent: who they are, their link, and what they think of each rating."""

    helix: str
    region: str
    token: str
    leaning: NDArray[np.float64]
    knows: NDArray[np.bool_]
    stops_after: int
    comes_back: bool


def show_demo(engine: Engine, settings: Settings, *, answers: int, seed: int, force: bool, if_empty: bool) -> None:
    """Load the demonstration and print how to get in. Raises Conflict for a database that is not empty."""
    with Session(engine) as session:
        is_empty = not session.exec(select(func.count()).select_from(Initiative)).one()
        is_loaded = find_survey_by_external_id(session, operator(session), SURVEY) is not None
    if not is_empty and not force and not if_empty:
        raise Conflict("The database is not empty. Add --force to load the demonstration all the same.")
    if is_empty or (force and not is_loaded):
        load_demo(engine, settings, answers=answers, seed=seed)
    for line in how_to_get_in(engine, settings):
        sys.stdout.write(f"{line}\n")


def how_to_get_in(engine: Engine, settings: Settings) -> list[str]:
    """Fresh links: one for each role, one invitation, and the open address."""
    lines = ["", "INNAXE demonstration (invented content)", f"  Address                 {settings.address}/"]
    with Session(for_writing(engine)) as session, session.begin():
        for name, email, role in PEOPLE:
            person = find_person_by_email(session, email)
            assert person, "the demonstration makes these people"
            token = make_sign_in_link(session, person, lasts=LINK_LASTS)
            lines.append(f"  Sign in as {role:<12} {settings.address}/login/{token}   ({name})")
        survey = find_survey_by_external_id(session, operator(session), SURVEY)
        assert survey, "the demonstration makes this survey"
        lines.append(f"  Invitation (new)        {settings.address}/i/{_fresh_invitation(session, survey)}")
        token = _returning(settings.secret_key)
        lines.append(f"  Invitation (returning)  {settings.address}/i/{token}   (sees what round 2 said)")
        lines.append(f"  Open link of the survey {settings.address}/s/{survey.slug}")
        lines.append(f"  Ideas wall              {settings.address}/ideas")
    return [*lines, ""]


def load_demo(engine: Engine, settings: Settings, *, answers: int, seed: int) -> None:
    """Load people, initiatives, a survey with two simulated rounds and a third open, another running, a plan, words.

    What people say: workshops and interviews, the ideas wall, comments and amendments.
    """
    secret = settings.secret_key
    rng = np.random.default_rng(seed)
    with Session(for_writing(engine)) as session, session.begin():
        actor = operator(session)
        _load_consortium(session, actor)
        _load_indicators(session, actor)
        _load_programmes(session, actor)
        load_impact(session, actor, FILES / "impact.json", PEOPLE[0][1])
        import_initiatives(session, actor, parse_catalogue("initiatives.json", _read("initiatives.json")))
        _set_states(session, actor)
        survey_id = make_survey(session, actor, parse_survey_file(_read("survey.json"))).survey.id
        survey = get_survey(session, survey_id)
        open_round(session, actor, survey)
        form = form_of(session, survey.id)
        panel = _make_panel(session, survey, form, answers, rng, secret)
    writer = AnswerWriter(engine)
    try:
        for number in (1, 2):
            taking_part = panel if number == 1 else [person for person in panel if person.comes_back]
            for person in taking_part:
                _answer(engine, writer, secret, survey_id, form, person, rng)
            with Session(for_writing(engine)) as session, session.begin():
                close_round(session, operator(session), get_survey(session, survey_id))
                freeze_opinions(session, operator(session), get_survey(session, survey_id))
                open_round(session, operator(session), get_survey(session, survey_id))
            _move_towards_the_middle(panel, rng)
    finally:
        writer.close()
    load_running_survey(engine, secret, answers=answers, rng=rng)
    load_evidence(engine)
    load_proposals(engine, secret, rng=rng)
    with Session(for_writing(engine)) as session, session.begin():
        load_discussion(session, settings.address)
        _release(session, get_survey(session, survey_id))
        load_plan(session, get_survey(session, survey_id))
    work_all(engine)


def _release(session: Session, survey: Survey) -> None:
    """Let everybody read the second round, so that the public page can be seen."""
    release_results(
        session,
        operator(session),
        survey,
        parts=[part for part in PARTS if part != "regions"],
        rounds=[2],
        public_from=today(),
        closed=[1, 2],
        revision=0,
    )


def _set_states(session: Session, actor: Actor) -> None:
    """Open most initiatives for co-creation, freeze a few; the last two stay drafts."""
    for initiative, _ in list_initiatives(session, actor)[:-2]:
        move_initiative(session, actor, initiative, "open", OPENED_BECAUSE)
        if initiative.external_id in FROZEN:
            move_initiative(session, actor, initiative, "frozen", FROZEN_BECAUSE)


def _load_indicators(session: Session, actor: Actor) -> None:
    choices = Choices(edition="2021", defines=True)
    taken = import_readings(session, actor, "indicators.csv", _read("indicators.csv"), choices)
    assert not taken.is_refused, "the demonstration's readings have no fault"


def _load_programmes(session: Session, actor: Actor) -> None:
    sheet = read_sheet("services.csv", _read("services.csv"))
    taken = import_programmes(session, actor, sheet, guess(sheet, {}), None)
    assert not taken.is_refused, "the demonstration's programmes have no fault"


def _load_consortium(session: Session, actor: Actor) -> None:
    for line in csv.DictReader(_read("regions.csv").decode().splitlines()):
        if find_organisation_by_name(session, actor, line["display_name"]) is None:
            create_organisation(
                session,
                actor,
                name=line["display_name"],
                helix="industry",
                region=line["nuts_code"],
                is_partner=True,
                code=line["region_id"],
            )
    for name, email, role in PEOPLE:
        if find_person_by_email(session, email) is None:
            create_person(session, actor, email=email, role=role, name=name)


def _make_panel(
    session: Session, survey: Survey, form: Form, answers: int, rng: np.random.Generator, secret: str
) -> list[Respondent]:
    items, criteria = len(form.items), len(form.criteria)
    liking = rng.normal(3.75, 0.35, (items, criteria)) + rng.normal(0, 0.55, (items, 1))
    # every fourth initiative splits the helices: what one side wants, another does not
    split = {helix: np.zeros((items, criteria)) for helix in HELICES}
    for item in range(1, items, 4):
        winner, loser = rng.choice(list(HELICES), 2, replace=False)
        split[winner][item] += 0.9
        split[loser][item] -= 1.1
    panel: list[Respondent] = []
    helices = _proportional(HELICES, answers, rng)
    for index, helix in enumerate(helices):
        region = str(rng.choice(list(REGIONS), p=list(REGIONS.values())))
        invitation, token = _invite(session, survey, index, helix, region)
        if index == 0:
            # no link can be found again, so that of the first respondent is one this installation can make again
            token = _returning(secret)
            invitation.token_hash = hash_token(token)
        panel.append(
            Respondent(
                helix=helix,
                region=region,
                token=token,
                leaning=liking + split[helix] + rng.normal(0, 0.35) + rng.normal(0, 0.7, (items, criteria)),
                knows=rng.random((items, criteria)) > 0.05,
                stops_after=items if rng.random() > 0.08 else int(rng.integers(3, items)),
                comes_back=bool(rng.random() > 0.12),
            )
        )
    for index in range(answers, answers + int(answers * UNANSWERED_INVITATIONS)):
        helix = str(rng.choice(list(HELICES), p=list(HELICES.values())))
        _invite(session, survey, index, helix, str(rng.choice(list(REGIONS), p=list(REGIONS.values()))))
    return panel


def _proportional(shares: dict[str, float], total: int, rng: np.random.Generator) -> list[str]:
    counts = {name: int(share * total) for name, share in shares.items()}
    short = total - sum(counts.values())
    for name in list(shares)[:short]:
        counts[name] += 1
    names = [name for name, count in counts.items() for _ in range(count)]
    return [str(name) for name in rng.permutation(names)]


def _invite(session: Session, survey: Survey, index: int, helix: str, region: str) -> tuple[Invitation, str]:
    return invite(
        session,
        operator(session),
        survey,
        email=f"respondent{index:04}@innaxe.example",
        helix=helix,
        region=region,
        language=LANGUAGES[region],
    )


def _answer(
    engine: Engine,
    writer: AnswerWriter,
    secret: str,
    survey_id: UUID,
    form: Form,
    person: Respondent,
    rng: np.random.Generator,
) -> None:
    start = StartIn(consent=True, helix=person.helix, region=person.region, language=LANGUAGES[person.region])
    with Session(for_writing(engine)) as session, session.begin():
        survey = get_survey(session, survey_id)
        response, token = start_response(
            session,
            survey,
            start,
            consent=Consent(start.language, shown_text(survey, list_questions(session, survey_id), start.language)),
            invitation=find_invitation(session, person.token),
            token=answer_token(secret, person.token),
        )
        response_id = response.id
    points = np.clip(np.rint(person.leaning + rng.normal(0, 0.2, person.leaning.shape)), *_ends(form))
    saves = [
        Save(
            response_id,
            (token,),
            answer_code(item, criterion),
            int(points[row, column]) if person.knows[row, column] else None,
            0,
        )
        for row, item in enumerate(form.items[: person.stops_after])
        for column, criterion in enumerate(form.criteria)
    ]
    for outcome in writer.save(saves).result(timeout=60):
        if isinstance(outcome, Exception):
            raise outcome
    if person.stops_after == len(form.items):
        with Session(for_writing(engine)) as session, session.begin():
            submit_response(session, response_id, (token,), secret=secret)


def _move_towards_the_middle(panel: list[Respondent], rng: np.random.Generator) -> None:
    middle = np.median([person.leaning for person in panel], axis=0)
    for person in panel:
        moves = rng.random(person.leaning.shape) < SHARE_THAT_MOVES
        person.leaning += STEP_TO_THE_MIDDLE * moves * (middle - person.leaning)


def _ends(form: Form) -> tuple[int, int]:
    return form.scale.low, form.scale.high


def _returning(secret: str) -> str:
    return sign(secret, "demo", "returning")


def _fresh_invitation(session: Session, survey: Survey) -> str:
    number = session.exec(select(func.count()).select_from(Invitation)).one()
    assert find_open_round(session, survey.id), "the demonstration leaves a round open"
    _, token = invite(
        session,
        operator(session),
        survey,
        email=f"visitor{number}@innaxe.example",
        helix="academia",
        region="CAT",
        language="en",
    )
    return token


def _read(name: str) -> bytes:
    return (FILES / name).read_bytes()

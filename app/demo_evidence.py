"""The demonstration's workshops and interviews: invented, and the same from run to run.

As in many projects, authorities and citizens speak mostly here, and industry in the survey.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.evidence.interviewing import add_interview, give_stances
from app.actionplan.evidence.reading import InterviewIn, StanceIn, WorkshopIn
from app.actionplan.evidence.rules import HELICES, Fate, Stance, VoteIn
from app.actionplan.evidence.service import add_workshop, give_votes
from app.core.db import for_writing
from app.people.queries import find_organisation_by_name, operator
from app.people.rules import Actor

SEED, DOTS_EACH = 20260925, 5
USED_DOTS = 0.93


class Meeting(NamedTuple):
    """One workshop: what it was called, when, where, in which language, who came, and what it was about."""

    title: str
    day: date
    place: str
    partner: str
    language: str
    came: tuple[int, int, int, int]
    codes: str


MEETINGS = (
    Meeting(
        "Patients and hospitals on priorities",
        date(2026, 9, 17),
        "Barcelona",
        "Catalonia cluster (demo)",
        "ca",
        (6, 5, 12, 14),
        "I03 I05 I06 I08 I12 I15 I18 I23",
    ),
    Meeting(
        "Regional authorities' round table",
        date(2026, 9, 29),
        "Paris",
        "Île-de-France cluster (demo)",
        "fr",
        (5, 3, 19, 6),
        "I01 I02 I05 I07 I12 I13 I21 I23",
    ),
    Meeting(
        "What citizens expect of health data",
        date(2026, 10, 8),
        "Copenhagen",
        "Denmark cluster (demo)",
        "da",
        (7, 6, 9, 17),
        "I03 I05 I06 I08 I12 I15 I18 I23",
    ),
    Meeting(
        "Emerging regions workshop",
        date(2026, 10, 22),
        "Sofia",
        "Bulgaria cluster (demo)",
        "bg",
        (8, 6, 13, 9),
        "I04 I06 I07 I10 I12 I16 I18 I19",
    ),
)
CHANGES = {
    (0, "I03"): ("Pay the travel of patients who take part, and say so in the summary.", Fate.TAKEN_UP, ""),
    (0, "I12"): ("Start with two hospitals instead of ten.", Fate.NOTED, ""),
    (1, "I05"): ("Let cities take part, not only regions.", Fate.TAKEN_UP, ""),
    (1, "I13"): ("Leave out the hub outside Europe.", Fate.NOT_TAKEN_UP, "Two partners have already rented it."),
    (2, "I06"): ("Name who decides about access, and how a citizen can object.", Fate.TAKEN_UP, ""),
    (2, "I23"): ("Publish the list of critical products every year.", Fate.NOTED, ""),
    (3, "I04"): ("Twin small clusters with each other as well.", Fate.NOTED, ""),
}
INTERVIEWS = (
    ("government", "Head of innovation at a regional ministry", "Public procurement", True, None),
    ("government", "Director of a regional development agency", "Funding between regions", True, None),
    ("government", "Adviser on digital health in a national administration", "Health data", False, None),
    ("government", "Head of a hospital trust's purchasing department", "First buyers", True, date(2027, 6, 1)),
    ("government", "Member of a city council, health committee", "Citizens' trust", True, None),
    ("civil", "Chair of a patients' federation", "Patients as partners", True, None),
    ("civil", "Coordinator of a rare disease association", "Access to therapies", True, None),
    ("civil", "Spokesperson of a consumer organisation", "Health data", False, None),
    ("civil", "Founder of a citizen science lab", "Participation", True, None),
    ("academia", "Vice-rector for research", "From laboratory to market", True, None),
    ("academia", "Professor of health economics", "Evidence of impact", False, None),
    ("industry", "Founder of a diagnostics start-up", "Rules and first customers", True, None),
)
LEANINGS = {
    "I03": (0.9, 0.95, 0.8, 0.5),
    "I05": (0.9, 0.6, 0.6, 0.5),
    "I06": (0.6, 0.35, 0.9, 0.9),
    "I08": (0.8, 0.7, 0.7, 0.9),
    "I12": (0.7, 0.8, 0.6, 0.9),
    "I15": (0.7, 0.8, 0.6, 0.4),
    "I18": (0.8, 0.8, 0.9, 0.6),
    "I20": (0.4, 0.2, 0.3, 0.6),
    "I23": (0.9, 0.9, 0.6, 0.5),
}
ORDER = ("government", "civil", "academia", "industry")
STATEMENTS = {
    (0, "I12"): "A first buyer needs cover for the risk of failure. Give it to the purchaser, not to the supplier.",
    (1, "I05"): "We meet already. What is missing is somebody who follows up between two meetings.",
    (2, "I06"): "Without a legal opinion from each country this will stop in its first month.",
    (3, "I12"): "My board would sign tomorrow if two neighbours sign with us.",
    (4, "I03"): "People come when they see that something changed after the last time.",
    (5, "I03"): "Do not invite us to approve. Invite us before the question is written.",
    (6, "I23"): "For our members a shortage is not a figure, it is a week without treatment.",
    (7, "I06"): "We would support it only with a right to object that works with one click.",
    (8, "I18"): "Train the nurses first: they are asked by everybody.",
    (9, "I08"): "One desk for all regions saves each researcher half a year.",
    (10, "I15"): "Nobody has measured what such challenges bring. Begin with that.",
    (11, "I12"): "A reference customer is worth more to us than any grant.",
}


def load_evidence(engine: Engine) -> None:
    """Load the four workshops and twelve interviews."""
    rng = np.random.default_rng(SEED)
    with Session(for_writing(engine)) as session, session.begin():
        actor = operator(session)
        for number, meeting in enumerate(MEETINGS):
            _hold(session, actor, number, meeting, rng)
        for number in range(len(INTERVIEWS)):
            _ask(session, actor, number, rng)


def _hold(session: Session, actor: Actor, number: int, meeting: Meeting, rng: np.random.Generator) -> None:
    partner = find_organisation_by_name(session, actor, meeting.partner)
    codes = meeting.codes.split()
    came = dict(zip(HELICES, meeting.came, strict=True))
    given = WorkshopIn(
        title=meeting.title,
        held_on=meeting.day,
        place=meeting.place,
        organisation=str(partner.id) if partner else "",
        language=meeting.language,
        dots_each=DOTS_EACH,
        participants=came,
        notes="",
        chosen=codes,
    )
    workshop = add_workshop(session, actor, given)
    give_votes(session, actor, workshop, workshop.revision, _votes(number, codes, came, rng))


def _votes(number: int, codes: Sequence[str], came: dict[str, int], rng: np.random.Generator) -> list[VoteIn]:
    liking = rng.dirichlet(np.full(len(codes), 2.0))
    drawn = {
        helix: rng.multinomial(
            int(people * DOTS_EACH * USED_DOTS), 0.7 * liking + 0.3 * rng.dirichlet(np.ones(len(codes)))
        )
        for helix, people in came.items()
    }
    votes: list[VoteIn] = []
    for place, code in enumerate(codes):
        by_helix = {helix: int(dots[place]) for helix, dots in drawn.items()}
        change, fate, because = CHANGES.get((number, code), ("", Fate.NOTED, ""))
        votes.append(VoteIn(code, sum(by_helix.values()), by_helix, change=change, fate=fate, because=because))
    return votes


def _ask(session: Session, actor: Actor, number: int, rng: np.random.Generator) -> None:
    helix, role, topic, is_quotable, embargo_until = INTERVIEWS[number]
    codes = [code for code in LEANINGS if rng.random() < 0.85 or (number, code) in STATEMENTS]
    given = InterviewIn(
        held_on=date(2026, 9 + number // 6, 3 + 2 * number),
        organisation="",
        helix=helix,
        role=role,
        name="",
        topic=topic,
        is_quotable=is_quotable,
        embargo_until=embargo_until,
        chosen=codes,
    )
    interview = add_interview(session, actor, given)
    stances = [
        StanceIn(code, _stance(LEANINGS[code][ORDER.index(helix)], rng), None, STATEMENTS.get((number, code), ""))
        for code in codes
    ]
    give_stances(session, actor, interview, interview.revision, stances)


def _stance(leaning: float, rng: np.random.Generator) -> Stance:
    drawn = rng.random()
    if drawn < 0.75 * leaning:
        return Stance.FOR
    if drawn < leaning:
        return Stance.CONDITIONS
    return (Stance.NEUTRAL, Stance.AGAINST, Stance.NO_OPINION)[int(rng.integers(3))]

"""The fixed words about programmes, and what follows from their figures: use, cost and satisfaction. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.stats.intervals import wilson

CATEGORY_WORDS = {
    "connect": "Connect",
    "accelerate": "Accelerate",
    "scale_up": "Scale up",
    "talent": "Talent",
    "competitiveness": "Competitiveness",
}
TARGET_WORDS = {
    "sme": "small and medium companies",
    "startup": "start-ups",
    "large": "large companies",
    "research": "research",
    "hospital": "hospitals",
    "investor": "investors",
    "authority": "public authorities",
    "cluster": "clusters",
    "citizen": "citizens",
    "other": "others",
}
DELIVERY_WORDS = {"in_person": "in person", "online": "online", "hybrid": "hybrid"}
FREQUENCY_WORDS = {
    "continuous": "continuous",
    "on_request": "on request",
    "weekly": "weekly",
    "monthly": "monthly",
    "bimonthly": "every two months",
    "quarterly": "quarterly",
    "twice_a_year": "twice a year",
    "yearly": "yearly",
    "once": "once",
    "other": "otherwise",
}
REACH_WORDS = {
    "local": "local",
    "regional": "regional",
    "national": "national",
    "european": "European",
    "international": "international",
}
FEE_WORDS = {
    "free": "free",
    "free_for_members": "free for members",
    "members_only": "members only",
    "free_for_selected": "free for those selected",
    "competitive_grant": "competitive grant",
    "subsidised": "subsidised",
    "sponsored": "sponsored",
    "fee": "fee",
    "annual_fee": "annual fee",
    "ticket": "ticket",
    "success_fee": "success fee",
    "other": "otherwise",
}
FUNDING_WORDS = {
    "membership_fees": "membership fees",
    "fees": "fees",
    "regional_grant": "regional grant",
    "national_programme": "national programme",
    "state_contract": "state contract",
    "eu_project": "EU project",
    "sponsors": "sponsors",
    "own_funds": "own funds",
    "other": "otherwise",
}
EVIDENCE_WORDS = {
    "none": "no evidence",
    "self_reported": "self-reported",
    "external_evaluation": "external evaluation",
}
OPEN_WORDS = {"yes": "yes", "no": "no"}

CHOICES = {
    "category": CATEGORY_WORDS,
    "target_groups": TARGET_WORDS,
    "delivery_mode": DELIVERY_WORDS,
    "frequency": FREQUENCY_WORDS,
    "geographic_reach": REACH_WORDS,
    "fee_model": FEE_WORDS,
    "main_funding": FUNDING_WORDS,
    "evidence_level": EVIDENCE_WORDS,
    "open_to_other_regions": OPEN_WORDS,
}
"""The fields that are one of a few words, target groups several."""

LEAST_TRANSFERABLE, MOST_TRANSFERABLE = 1, 5
HIGHEST_SATISFACTION = 10.0


class Unknown(StrEnum):
    """Why a figure of a programme is not known: what would be needed for it and is not stated."""

    PARTICIPANTS = "participants"
    NOBODY = "nobody"
    CAPACITY = "capacity"
    NO_CAPACITY = "no_capacity"
    COST = "cost"
    SATISFACTION = "satisfaction"
    ASKED = "asked"
    EVIDENCE = "evidence"
    YEARS = "years"
    STAFF = "staff"
    NO_PROGRAMME = "no_programme"


UNKNOWN_WORDS = {
    "participants": "not known: no number of participants",
    "nobody": "not known: nobody took part",
    "capacity": "not known: no capacity",
    "no_capacity": "not known: the capacity is zero",
    "cost": "not known: no cost",
    "satisfaction": "not known: no satisfaction",
    "asked": "no interval: how many were asked is not known",
    "evidence": "not known: nothing on evidence",
    "years": "not known: no number of years",
    "staff": "not known: no staff",
    "no_programme": "no programme with this figure",
}


@dataclass(frozen=True)
class Span:
    """From a low to a high figure; the same where there is only one."""

    low: float
    high: float


@dataclass(frozen=True)
class Facts:
    """A programme as it is compared: its code, its partner's code, and what is stated of it."""

    code: str
    partner: str
    name: str
    category: str
    target_groups: Sequence[str] = ()
    delivery_mode: str = ""
    participants: int | None = None
    capacity: int | None = None
    years: int | None = None
    staff: float | None = None
    cost: int | None = None
    cost_high: int | None = None
    satisfaction: float | None = None
    asked: int | None = None
    evidence: str = ""
    is_open: bool | None = None
    transferability: int | None = None


def use_of(one: Facts) -> float | Unknown:
    """Participants of last year per place there was; above 1 where more came than there were places for.

    >>> use_of(Facts("P1", "CAT", "Fair", "talent", participants=30, capacity=40))
    0.75
    >>> use_of(Facts("P1", "CAT", "Fair", "talent", participants=30))
    <Unknown.CAPACITY: 'capacity'>
    """
    if one.participants is None:
        return Unknown.PARTICIPANTS
    if one.capacity is None:
        return Unknown.CAPACITY
    return one.participants / one.capacity if one.capacity else Unknown.NO_CAPACITY


def cost_per_participant(one: Facts) -> Span | Unknown:
    """The year's cost over last year's participants, from the low to the high end of the cost.

    >>> cost_per_participant(Facts("P1", "CAT", "Fair", "talent", participants=40, cost=1000, cost_high=1200))
    Span(low=25.0, high=30.0)
    >>> cost_per_participant(Facts("P1", "CAT", "Fair", "talent", participants=0, cost=1000))
    <Unknown.NOBODY: 'nobody'>
    """
    if one.cost is None:
        return Unknown.COST
    if one.participants is None:
        return Unknown.PARTICIPANTS
    if not one.participants:
        return Unknown.NOBODY
    high = one.cost if one.cost_high is None else one.cost_high
    return Span(one.cost / one.participants, high / one.participants)


def satisfaction_interval(one: Facts) -> Span | Unknown:
    """The 95 % interval of the mean satisfaction, whatever the spread of what was said.

    No mean between 0 and 10 varies more than that of answers which are all 0 or 10, so the Wilson interval of
    such a share holds for it too; it is wide rather than wrong.

    >>> found = satisfaction_interval(Facts("P1", "CAT", "Fair", "talent", satisfaction=8.0, asked=25))
    >>> [round(end, 2) for end in (found.low, found.high)]
    [6.09, 9.11]
    >>> satisfaction_interval(Facts("P1", "CAT", "Fair", "talent", satisfaction=8.0))
    <Unknown.ASKED: 'asked'>
    """
    if one.satisfaction is None:
        return Unknown.SATISFACTION
    if not one.asked:
        return Unknown.ASKED
    share = one.satisfaction / HIGHEST_SATISFACTION
    low, high = wilson(np.array(share * one.asked), np.array(float(one.asked)))
    return Span(float(low) * HIGHEST_SATISFACTION, float(high) * HIGHEST_SATISFACTION)

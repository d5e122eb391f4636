"""The shapes of programmes on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.programmes.rated.schemas import RatingOut
from app.programmes.rules import HIGHEST_SATISFACTION, LEAST_TRANSFERABLE, MOST_TRANSFERABLE, TARGET_WORDS

LARGEST = 2_000_000_000

KEPT = r"^[^\x00]*$"
"""No text with NUL: PostgreSQL keeps none."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=KEPT)]
NeededLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=KEPT)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=KEPT)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[\w.\-]+$")]
Count = Annotated[int, Field(ge=0, le=LARGEST)]

Category = Literal["connect", "accelerate", "scale_up", "talent", "competitiveness"]
Target = Literal[
    "sme", "startup", "large", "research", "hospital", "investor", "authority", "cluster", "citizen", "other"
]
Delivery = Literal["in_person", "online", "hybrid", ""]
Frequency = Literal[
    "continuous",
    "on_request",
    "weekly",
    "monthly",
    "bimonthly",
    "quarterly",
    "twice_a_year",
    "yearly",
    "once",
    "other",
    "",
]
Reach = Literal["local", "regional", "national", "european", "international", ""]
Fee = Literal[
    "free",
    "free_for_members",
    "members_only",
    "free_for_selected",
    "competitive_grant",
    "subsidised",
    "sponsored",
    "fee",
    "annual_fee",
    "ticket",
    "success_fee",
    "other",
    "",
]
Funding = Literal[
    "membership_fees",
    "fees",
    "regional_grant",
    "national_programme",
    "state_contract",
    "eu_project",
    "sponsors",
    "own_funds",
    "other",
    "",
]
Evidence = Literal["none", "self_reported", "external_evaluation", ""]


class ContentIn(BaseModel):
    """What a programme is, from the form, a file or a program; what is not known is null or empty."""

    model_config = ConfigDict(extra="forbid")

    name: NeededLine
    category: Category
    description: Text = ""
    target_groups: list[Target] = Field(default_factory=list[Target], max_length=10)
    delivery_mode: Delivery = ""
    frequency: Frequency = ""
    geographic_reach: Reach = ""
    fee_model: Fee = ""
    participants_last_year: Count | None = None
    capacity_per_year: Count | None = None
    years_running: Annotated[int, Field(ge=0, le=200)] | None = None
    staff_fte: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] | None = None
    annual_cost_eur: Count | None = None
    annual_cost_eur_high: Count | None = None
    main_funding: Funding = ""
    satisfaction_0_10: Annotated[float, Field(ge=0, le=HIGHEST_SATISFACTION, allow_inf_nan=False)] | None = None
    satisfaction_asked: Count | None = None
    main_result_metric: Line = ""
    main_result_value: Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)] | None = None
    evidence_level: Evidence = ""
    open_to_other_regions: bool | None = None
    transferability_1_5: Annotated[int, Field(ge=LEAST_TRANSFERABLE, le=MOST_TRANSFERABLE)] | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> "ContentIn":
        """Each target group once, in a fixed order; a high end of the cost needs a low one that is no higher."""
        order = {name: place for place, name in enumerate(TARGET_WORDS)}
        self.target_groups = sorted(set(self.target_groups), key=lambda one: order[one])
        low, high = self.annual_cost_eur, self.annual_cost_eur_high
        if high is not None and (low is None or high < low):
            raise ValueError("annual_cost_eur_high needs an annual_cost_eur that is no higher")
        if high is not None and high == low:
            self.annual_cost_eur_high = None
        return self


class ProgrammeIn(ContentIn):
    """A new programme of a partner, named by its code."""

    code: Code
    partner: Line


class VersionIn(ContentIn):
    """A new version of a programme, with the reason for it where there is one to give."""

    because: Text = ""


class ProgrammeOut(ContentIn):
    """A programme with the version that counts, and what follows from it; each null comes with its reason."""

    id: UUID
    code: str
    partner: str
    version: int
    use: float | None
    use_unknown: str | None
    cost_per_participant: tuple[float, float] | None
    cost_per_participant_unknown: str | None
    satisfaction_interval: tuple[float, float] | None
    satisfaction_interval_unknown: str | None
    expectations: RatingOut

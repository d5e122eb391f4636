"""A plan as a file: the same items, order, years and sums in every format."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.actionplan.portfolio.content import plan_content
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import find_robustness, find_told, load, shares_of
from app.actionplan.portfolio.state import State
from app.actionplan.portfolio.words import Teller
from app.actionplan.priorities.pages import span
from app.actionplan.priorities.service import MEDIA_TYPES, WRITERS, File
from app.auth.permissions import require
from app.consensus.pages import VERDICT_WORDS
from app.core.errors import Invalid
from app.core.words import LANGUAGES, pick
from app.documents.document import Cell, Column, Document, Note, Table
from app.history.service import record
from app.people.queries import list_organisations
from app.people.rules import Actor
from app.surveys.authoring.queries import get_survey

KINDS = tuple(WRITERS)


def plan_file(
    session: Session, actor: Actor, plan: Plan, number: int | None, kind: str, language: str, *, address: str
) -> File:
    """A scenario as a file; noted in the history. Raises Invalid for another format or language, NotFound."""
    require(actor, "plan.export", plan)
    if kind not in WRITERS:
        raise Invalid("A plan is written as csv, xlsx or json.")
    if language not in LANGUAGES:
        raise Invalid("This language is not one of the interface.")
    content, teller = content_of(session, actor, plan, number, language)
    scenario, draft = content["scenario"], content["draft"]
    document = plan_document(content, teller, address=address)
    after = {"format": kind, "language": language, "scenario": scenario["number"], "draft": draft}
    record(session, actor, "plan.exported", plan, after=after)
    name = f"plan-{plan.number}-scenario-{scenario['number']}-draft-{draft}.{kind}"
    return File(name, MEDIA_TYPES[kind], WRITERS[kind](document))


def content_of(
    session: Session, actor: Actor, plan: Plan, number: int | None, language: str
) -> tuple[dict[str, Any], Teller]:
    """A scenario as data, and somebody who says in a language what it means."""
    loaded = load(session, plan, number)
    state, survey = State(loaded), get_survey(session, plan.survey_id)
    job, robust = find_told(session, loaded.draft), find_robustness(session, loaded.scenario.id)
    names = {one.code: one.name for one in list_organisations(session, actor) if one.code}
    content = plan_content(state, job.told if job else {}, shares_of(robust, loaded.draft), survey.slug)
    return content, Teller(state, language, names, survey.default_language)


def plan_document(content: Mapping[str, Any], teller: Teller, *, address: str) -> Document:
    """A plan as data, as a document: what is in, what is not, spending and coverage, and the rules it keeps."""
    say = teller.say
    years = [content["first_year"] + place for place in range(content["years"])]
    chosen = [item for item in content["items"] if item["is_in"]]
    left = [item for item in content["items"] if not item["is_in"]]
    return Document(
        title=content["title"],
        language=teller.language,
        blocks=[
            Table(say("Plan"), _columns(teller, years), [_row(item, teller, years, address) for item in chosen]),
            Table(
                say("Not in the plan"), _columns(teller, years), [_row(item, teller, years, address) for item in left]
            ),
            spending_table(content, teller, years),
            coverage_table(content, teller),
        ],
        notes=_notes(content, teller),
    )


def _columns(teller: Teller, years: Sequence[int]) -> list[Column]:
    say = teller.say
    return [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("pillar", say("Pillar")),
        Column("lead", say("Lead")),
        Column("partners", say("Partners")),
        Column("start", say("Start")),
        Column("gate", say("Go or stop")),
        Column("end", say("End")),
        Column("cost_eur", say("Cost in euros"), 0),
        *(Column(f"cost_{year}_eur", say("Cost in %(year)s in euros", year=year), 0) for year in years),
        Column("cost_min_eur", say("Lowest cost in euros"), 0),
        Column("cost_max_eur", say("Highest cost in euros"), 0),
        Column("score", say("Score"), 2),
        Column("share_high", say("Rated high"), 0, is_share=True),
        Column("likely_rank", say("Likely rank")),
        Column("opinion", say("Opinion")),
        Column("waits_for", say("Waits for")),
        Column("by_hand", say("Settled by hand")),
        Column("why_out", say("Why it is out")),
        Column("loss", say("Costs in value"), 3),
        Column("adds", say("Adds in value"), 3),
        Column("robust", say("In how many plans"), 0, is_share=True),
        Column("record", say("Everything behind it")),
    ]


def _row(item: Mapping[str, Any], teller: Teller, years: Sequence[int], address: str) -> list[Cell]:
    hand, why = item["by_hand"], item["why"]
    return [
        item["code"],
        pick(item["title"], teller.language),
        teller.pillar(item["pillar"]),
        teller.region(item["lead"]),
        "; ".join(teller.region(one) for one in item["regions"] if one != item["lead"]),
        _quarter(item["start"], teller),
        _quarter(item["gate"] if item["is_in"] else None, teller),
        _quarter(item["end"], teller),
        item["cost"],
        *(item["cost_by_year"].get(str(year)) if item["is_in"] else None for year in years),
        item["cost_low"],
        item["cost_high"],
        item["value"],
        item["share_high"],
        span(item["rank_set"]),
        teller.say(VERDICT_WORDS[item["verdict"]]),
        "; ".join(item["depends_on"]),
        hand["reason"] if hand else None,
        teller.why_of(item["code"]) if why or not item["is_in"] else None,
        item["loss"],
        item["adds"],
        item["robust"],
        f"{address}/record/{item['source_id']}" if item["version"] else None,
    ]


def _quarter(place: Sequence[int] | None, teller: Teller) -> str | None:
    return None if place is None else teller.say("%(year)s Q%(quarter)s", year=place[0], quarter=place[1])


def spending_table(content: Mapping[str, Any], teller: Teller, years: Sequence[int]) -> Table:
    """What a plan as data spends in each of its years, against the ceilings."""
    say = teller.say
    columns = [
        Column("year", say("Year"), 0),
        Column("spent_eur", say("Planned in euros"), 0),
        Column("ceiling_eur", say("Ceiling in euros"), 0),
        Column("left_eur", say("Left in euros"), 0),
    ]
    rows: list[Sequence[Cell]] = [
        [year, spent, ceiling, ceiling - spent]
        for year, spent, ceiling in zip(years, content["spend_by_year"], content["ceilings"], strict=True)
    ]
    return Table(say("Spend per year"), columns, rows)


def coverage_table(content: Mapping[str, Any], teller: Teller, group: Callable[[str], str] | None = None) -> Table:
    """How much of a plan as data reaches each group, called as `group` says, and each partner."""
    say, named = teller.say, group or teller.helix
    columns = [
        Column("kind", say("Kind")),
        Column("group", say("Group or partner")),
        Column("count", say("Initiatives in the plan"), 0),
        Column("of", say("Of how many"), 0),
        Column("share", say("Share"), 1, is_share=True),
    ]
    reach = content["coverage"]
    rows: list[Sequence[Cell]] = [
        [say("Group"), named(one["group"]), one["count"], one["best"], one["share"]] for one in reach["helices"]
    ]
    rows += [
        [say("Partner"), teller.region(one["region"]), one["count"], None, one["share"]] for one in reach["regions"]
    ]
    return Table(say("Coverage"), columns, rows)


def _notes(content: Mapping[str, Any], teller: Teller) -> list[Note]:
    say, found = teller.say, content["solution"]
    notes = [
        Note(
            say("Scenario"),
            say("%(name)s, draft %(number)s", name=content["scenario"]["name"], number=content["draft"]),
        ),
        Note(
            say("Results"), say("round %(number)s, results %(hash)s", number=content["round"], hash=content["snapshot"])
        ),
        Note(say("Weights"), " · ".join(f"{name} {100 * share:.0f} %" for name, share in content["weights"].items())),
        Note(say("Planned in euros"), str(content["planned"])),
        Note(say("Budget in euros"), str(content["budget"])),
        Note(say("Value of the plan"), teller.decimal(content["value"], 4)),
    ]
    if found and found["objective"] is not None:
        notes.append(
            Note(
                say("Value of the best plan under these rules"),
                teller.decimal(found["objective"], 4)
                if found["gap"] is None
                else say(
                    "%(value)s, at most %(gap)s %% from proven",
                    value=teller.decimal(found["objective"], 4),
                    gap=teller.decimal(100 * found["gap"], 2),
                ),
            )
        )
    rules = {**content["rules"], "ceilings": tuple(content["rules"]["ceilings"])}
    notes += [Note(teller.rule_field(name), teller.rule_value(name, value)) for name, value in rules.items()]
    notes += [Note(say("Broken"), teller.breach_of(place)) for place in range(len(content["breaches"]))]
    method = say(
        "Initiatives and their years are chosen so that the sum of scores, each less for every year it waits, is the "
        "highest that the rules permit: a mixed integer program, solved by HiGHS."
    )
    return [*notes, Note(say("Method"), method)]

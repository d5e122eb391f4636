"""The front of a plan's report: what was asked of whom, what is agreed, what the plan does, and what is open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.documents.document import Column, Note, Paragraph, Section, Table
from app.reports.building import listed
from app.reports.plan_report_reading import PlanReading
from app.reports.results_method import answered_text


def summary_section(reading: PlanReading) -> Section:
    """The executive summary: everything a reader has to know who reads no further."""
    pen = reading.pen
    return Section(
        pen.say("Executive summary"),
        [
            Paragraph(headline(reading), "finding"),
            Note(pen.say("What was asked of whom"), asked_text(reading)),
            Note(pen.say("What is agreed, and how surely"), agreed_text(reading)),
            Note(pen.say("What the plan does"), does_text(reading)),
            *_pillars(reading),
            *_reach(reading),
            Note(pen.say("What is open"), open_text(reading)),
            _figures(reading),
        ],
    )


def headline(reading: PlanReading) -> str:
    """What the plan is, in a sentence."""
    pen, content = reading.pen, reading.content
    if not reading.chosen:
        return pen.say("Nothing is in this plan yet")
    return pen.say_count(
        "%(num)s of %(total)s initiatives is taken up from %(first)s to %(last)s, for %(planned)s of %(budget)s.",
        "%(num)s of %(total)s initiatives are taken up from %(first)s to %(last)s, for %(planned)s of %(budget)s.",
        len(reading.chosen),
        total=pen.number(len(reading.items)),
        first=reading.years[0],
        last=reading.years[-1],
        planned=reading.teller.exact(content["planned"]),
        budget=reading.teller.exact(content["budget"]),
    )


def asked_text(reading: PlanReading) -> str:
    """Who was asked, and how many answered."""
    pen, told = reading.pen, reading.told
    findings = told.findings
    closed = datetime.fromisoformat(findings["closed_at"]).date()
    first = pen.say_count(
        "In %(num)s round, closed on %(day)s, stakeholders rated %(items)s initiatives by %(criteria)s.",
        "In %(num)s rounds, the last closed on %(day)s, stakeholders rated %(items)s initiatives by %(criteria)s.",
        len(reading.snapshots),
        day=pen.day(closed),
        items=pen.number(len(told.items)),
        criteria=listed(pen, [label for _, label in told.frame()["criteria"]]),
    )
    return f"{first} {answered_text(pen, findings)}"


def agreed_text(reading: PlanReading) -> str:
    """What is agreed by the criterion that weighs most, and how sure the order is."""
    pen, pictures = reading.pen, reading.pictures
    agreed = pictures.finding("opinion", reading.told.view.criterion)
    texts = [pen.say("By %(criterion)s: %(finding)s", criterion=reading.criterion, finding=agreed)]
    order = pictures.finding("ranks", "")
    if order:
        texts.append(order if order.endswith(".") else f"{order}.")
    return " ".join(texts)


def does_text(reading: PlanReading) -> str:
    """What the plan takes up and what it costs a year."""
    pen, content, teller = reading.pen, reading.content, reading.teller
    if not reading.chosen:
        return pen.say("Nothing is in this plan yet")
    most = max(range(len(reading.years)), key=lambda place: content["spend_by_year"][place])
    if any(one["rule"] == "budget" for one in content["breaches"]):
        kept = pen.say("The ceilings of the years are not kept.")
    elif content["rules"]["carry_over"]:
        kept = pen.say("No year spends more than there is, money left from years before included.")
    else:
        kept = pen.say("Every year stays within its ceiling.")
    spending = pen.say(
        "Most is spent in %(year)s: %(money)s.",
        year=reading.years[most],
        money=teller.exact(content["spend_by_year"][most]),
    )
    left = pen.say("%(money)s stay free.", money=teller.exact(content["budget"] - content["planned"]))
    return " ".join([spending, kept, left] if content["planned"] <= content["budget"] else [spending, kept])


def open_text(reading: PlanReading) -> str:
    """What a reader should not take for settled."""
    pen = reading.pen
    found = list(reading.breaches)
    gates = [item for item in reading.chosen if item["gate"]]
    if gates:
        found.append(
            pen.say_count(
                "%(num)s initiative has a point at which partners decide to go on or to stop.",
                "%(num)s initiatives have a point at which partners decide to go on or to stop.",
                len(gates),
            )
        )
    apart = [reading.title(item) for item in reading.chosen if item["verdict"] == "divided"]
    if apart:
        found.append(pen.say("Groups are divided about: %(titles)s.", titles="; ".join(apart)))
    low = [item for item in reading.chosen if item["verdict"] == "low_support"]
    for needed, message in (
        (True, pen.say("In the plan with low support, because others wait for it:")),
        (False, pen.say("In the plan with low support:")),
    ):
        titles = [reading.title(item) for item in low if bool(reading.waiting_for(item["code"])) is needed]
        if titles:
            found.append(f"{message} {'; '.join(titles)}.")
    by_hand = [item for item in reading.items if item["by_hand"]]
    if by_hand:
        found.append(
            pen.say_count(
                "%(num)s initiative was placed or left out by hand, with a reason on its sheet.",
                "%(num)s initiatives were placed or left out by hand, each with a reason on its sheet.",
                len(by_hand),
            )
        )
    if reading.left:
        found.append(
            pen.say_count(
                "%(num)s initiative is not in the plan; the reason is listed.",
                "%(num)s initiatives are not in the plan; the reason of each is listed.",
                len(reading.left),
            )
        )
    return " ".join(found) or pen.say("Nothing is open.")


def by_pillar(reading: PlanReading) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The chosen initiatives by pillar in the order of the survey; within one by their start, as on the page."""
    order = list(dict.fromkeys(item["pillar"] for item in reading.items))
    found: list[tuple[str, list[Mapping[str, Any]]]] = []
    for pillar in order:
        own = sorted(
            (item for item in reading.chosen if item["pillar"] == pillar), key=lambda item: tuple(item["start"])
        )
        if own:
            found.append((reading.teller.pillar(pillar), own))
    return found


def _pillars(reading: PlanReading) -> list[Table]:
    say = reading.pen.say
    columns = [
        Column("pillar", say("Pillar")),
        Column("initiatives", say("Initiatives")),
        Column("cost", say("Cost in euros"), 0),
    ]
    rows = [
        [pillar, "; ".join(reading.title(item) for item in own), sum(item["cost"] for item in own)]
        for pillar, own in by_pillar(reading)
    ]
    return [Table(say("What is in the plan"), columns, rows)] if rows else []


def _reach(reading: PlanReading) -> list[Note]:
    """How many of its own best-rated initiatives each group finds in the plan, where that may be said of all."""
    pen, groups = reading.pen, reading.content["coverage"]["helices"]
    counts = [one["count"] for one in groups]
    if not reading.chosen or not counts or None in counts:
        return []
    text = pen.say(
        "Of the %(best)s initiatives that each group rates best, the plan has %(counts)s.",
        best=max(one["best"] for one in groups),
        counts=listed(pen, [f"{one['count']} ({reading.group(one['group'])})" for one in groups]),
    )
    return [Note(pen.say("Whom the plan reaches"), text)]


def _figures(reading: PlanReading) -> Table:
    """The plan in figures: a line a figure."""
    pen, content, teller = reading.pen, reading.content, reading.teller
    say = pen.say
    solution = content["solution"]
    facts = [
        Note(say("Initiatives in the plan"), f"{len(reading.chosen)} / {len(reading.items)}"),
        Note(say("Years"), f"{reading.years[0]}–{reading.years[-1]}"),
        Note(say("Planned"), teller.exact(content["planned"])),
        Note(say("Budget"), teller.exact(content["budget"])),
        Note(say("Value of the plan"), pen.decimal(content["value"], 4)),
        Note(say("Status"), status_word(reading)),
    ]
    if solution and solution["objective"]:
        share = content["value"] / solution["objective"]
        facts.insert(5, Note(say("Share of the best value that the rules permit"), pen.share(share)))
    return Table(
        say("The plan in figures"),
        [Column("figure", say("Key figure")), Column("value", say("Value"))],
        [[one.label, one.text] for one in facts],
    )


def status_word(reading: PlanReading) -> str:
    """Whether the plan is adopted or a draft, in a few words."""
    edition = reading.adoption.edition
    if edition:
        return reading.pen.say(
            "Adopted on %(day)s, edition %(number)s",
            day=reading.pen.day(edition.adopted_at.date()),
            number=edition.number,
        )
    return reading.pen.say("DRAFT")

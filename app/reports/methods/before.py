"""What records say of how an exercise was set up: title, aims, who was to take part, what was gathered first."""

from collections.abc import Sequence
from datetime import datetime

from app.consensus.pages import answered_view
from app.documents.document import Cell, Column, Paragraph, Table
from app.people.rules import Helix
from app.reports.building import listed
from app.reports.methods.reading import MethodsReading
from app.reports.methods.said import Said, draft, elsewhere, few, groups_text, languages_text, plain
from app.reports.results_method import hidden_note

ROLE_NAMES = {"admin": "Administrator", "coordinator": "Coordinator", "manager": "Cluster manager"}


def kind(reading: MethodsReading) -> Said:
    """T1: the title, and which method it was."""
    pen, survey = reading.pen, reading.survey
    title = pen.told(survey.title)
    if reading.is_imported:
        return Said([title, *elsewhere(reading)])
    if not reading.protocol:
        return Said([title, *draft(reading)])
    if survey.is_real_time:
        method = pen.say("Delphi in real time: one round in which people see what all say so far.")
    elif survey.planned_rounds == 1:
        method = pen.say("One round of ratings.")
    else:
        method = pen.say("Delphi, planned in %(num)s rounds of ratings.", num=pen.number(survey.planned_rounds))
    return Said([title, *plain(method)], is_whole=True)


def aim(reading: MethodsReading) -> Said:
    """I2: what people were told it is for, and where they were asked."""
    pen = reading.pen
    introduction = [pen.told(reading.survey.introduction)] if any(reading.survey.introduction.values()) else []
    regions = [*reading.regions.values()]
    where = pen.say("Regions: %(regions)s.", regions=listed(pen, regions)) if regions else ""
    return Said([*introduction, *plain(groups_text(reading), where, languages_text(reading))])


def earlier(reading: MethodsReading) -> Said:
    """I3: which survey it asks again."""
    if reading.follows is None:
        return Said()
    title = reading.pen.pick(reading.follows.title)
    return Said(plain(reading.pen.say("It asks “%(title)s” again.", title=title)))


def registration(reading: MethodsReading) -> Said:
    """M1: when the protocol was fixed, and its hash."""
    pen, survey = reading.pen, reading.survey
    if survey.published_at is None:
        return Said(draft(reading))
    day = pen.day(survey.published_at.date())
    fixed = (
        pen.say("The protocol was fixed on %(day)s, when the ratings were taken over.", day=day)
        if reading.is_imported
        else pen.say("The protocol was fixed on %(day)s, before the first rating.", day=day)
    )
    digest = pen.say("Hash of the protocol (SHA-256): %(hash)s", hash=survey.protocol_sha256)
    return Said(plain(fixed, digest))


def directing(reading: MethodsReading) -> Said:
    """M2: who runs it, by role."""
    pen, survey = reading.pen, reading.survey
    roles = [f"{pen.say(ROLE_NAMES[role])}: {pen.number(count)}" for role, count in reading.running.items()]
    return Said(
        plain(
            pen.say("Responsible: %(name)s.", name=survey.controller) if survey.controller else "",
            pen.say("Run by: %(name)s.", name=reading.owner) if reading.owner else "",
            pen.say("Who may run it, by role: %(roles)s.", roles="; ".join(roles)) if roles else "",
        )
    )


def taking_part(reading: MethodsReading) -> Said:
    """M3: which groups were asked."""
    return Said(plain(groups_text(reading)))


def inviting(reading: MethodsReading) -> Said:
    """M4: how many were written to, when, and how often."""
    pen, written, minimum = reading.pen, reading.written, reading.survey.minimum_group
    if not written.listed:
        return Said(plain(*_without_list(reading)))
    days = (
        pen.say(
            "%(num)s of them were given a link of their own, from %(first)s to %(last)s.",
            num=pen.number(written.sent),
            first=pen.day(written.first_on),
            last=pen.day(written.last_on),
        )
        if written.first_on and written.last_on
        else pen.say("Nobody has been written to yet.")
    )
    reminded = (
        pen.say(
            "Reminded: %(people)s, with %(mails)s mails in all.",
            people=few(pen, written.reminded, minimum),
            mails=few(pen, written.reminders, minimum),
        )
        if written.reminded
        else pen.say("Nobody was reminded.")
    )
    return Said(
        plain(
            pen.say_count(
                "%(num)s person is on the list of invitations.",
                "%(num)s people are on the list of invitations.",
                written.listed,
            ),
            pen.say("That is the list as it is now; each round counts who was on it when it closed."),
            days,
            reminded,
            pen.say("Declined: %(people)s.", people=few(pen, written.declined, minimum)),
            pen.say("Wanted no more mails: %(people)s.", people=few(pen, written.stopped, minimum)),
        )
    )


def _without_list(reading: MethodsReading) -> Sequence[str]:
    pen = reading.pen
    invited = reading.result.told.findings["invited"]["all"] if reading.result else None
    if invited:
        return [
            pen.say_count(
                "%(num)s person was invited; the list has been deleted in time.",
                "%(num)s people were invited; the list has been deleted in time.",
                invited,
            )
        ]
    if reading.is_imported or not reading.rating_rounds:
        return []
    return [pen.say("There is no list of invitations: anybody could answer at the open address.")]


def public_part(reading: MethodsReading) -> Said:
    """M5: how many of civil society were invited and are counted in each round, where that may be shown."""
    if Helix.CIVIL not in reading.groups or not reading.told:
        return Said()
    pen = reading.pen
    columns = [
        Column("round", pen.say("Round"), 0),
        Column("invited", pen.say("Invited"), 0),
        Column("counted", pen.say("Counted"), 0),
    ]
    rows: list[list[Cell]] = []
    for told in reading.told:
        shown = next((one for one in answered_view(told.findings, told.marks) if one["mark"].code == Helix.CIVIL), None)
        invited = told.findings["invited"]["by_helix"].get(Helix.CIVIL)
        rows.append([told.snapshot.round_number, invited, shown["n"] if shown else None])
    note = hidden_note(pen, reading.findings)
    return Said([], [Table(reading.groups[Helix.CIVIL], columns, rows, note=note)])


def gathered(reading: MethodsReading) -> Said:
    """M6: workshops and interviews that are kept as evidence, and the round of ideas."""
    pen = reading.pen
    ideas = next((one for one in reading.rounds if one.is_for_ideas), None)
    asked: list[Paragraph] = []
    if ideas:
        asked = [
            Paragraph(
                pen.say(
                    "A round of ideas came first, from %(first)s to %(last)s. It asked:",
                    **_span(reading, ideas.opened_at, ideas.closed_at),
                )
                if ideas.closed_at
                else pen.say("A round of ideas has begun. It asks:")
            ),
            pen.told(reading.survey.idea_question),
        ]
    return Said(
        [
            *asked,
            *plain(
                pen.say(
                    "Workshops of the consortium before the wording was fixed: %(workshops)s. Interviews it keeps: "
                    "%(interviews)s.",
                    workshops=pen.number(len(reading.workshops)),
                    interviews=pen.number(reading.interviews),
                )
                if reading.workshops or reading.interviews
                else ""
            ),
        ]
    )


def _span(reading: MethodsReading, first: datetime, last: datetime) -> dict[str, str]:
    return {"first": reading.pen.day(first.date()), "last": reading.pen.day(last.date())}


def evidence_shown(reading: MethodsReading) -> Said:
    """M8: what stood beside each item."""
    if reading.is_imported or not reading.protocol:
        return Said()
    return Said(plain(reading.pen.say("With each item people saw its title and summary, as in the annex on wording.")))

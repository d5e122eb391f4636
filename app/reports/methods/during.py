"""What records say of how views were asked for and brought together, round by round."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.tags import language_name
from app.core.words import missing_languages
from app.documents.document import Block, Cell, Column, Listing, Paragraph, Table
from app.reports.building import listed
from app.reports.methods.reading import MethodsReading
from app.reports.methods.said import Said, draft, elsewhere, languages_text, plain, returning_text, without_results
from app.reports.results_method import asked_about, disclosure_text, rule_text
from app.surveys.answering.notice import settings_notice
from app.surveys.rounds.models import Round


def steps(reading: MethodsReading) -> Said:
    """M9: how items were rated, in how many rounds, and when it ends."""
    pen, survey = reading.pen, reading.survey
    if not reading.protocol:
        return Said(draft(reading))
    labels = listed(pen, [pen.pick(one.label) for one in reading.criteria])
    rated = pen.say(
        "Each was rated by %(criteria)s, on a scale from %(low)s to %(high)s; “can't judge” was an answer, too.",
        criteria=labels,
        low=survey.scale_low,
        high=survey.scale_high,
    )
    held = pen.number(len(reading.rating_rounds))
    if reading.is_imported:
        return Said([*plain(rated, pen.say("Rounds held: %(held)s.", held=held)), *elsewhere(reading)])
    planned = pen.number(1 if survey.is_real_time else survey.planned_rounds)
    return Said(
        plain(
            rated,
            pen.say("Rounds planned: %(planned)s. Rounds begun: %(held)s.", planned=planned, held=held),
            _order(reading),
            pen.say("Each person was asked about %(count)s of the items.", count=survey.items_per_person)
            if survey.items_per_person
            else "",
            ""
            if survey.is_real_time
            else pen.say(
                "It ends at the latest after the planned rounds, and may once 80 %% of the items are decided."
            ),
        ),
        is_whole=True,
    )


def _order(reading: MethodsReading) -> str:
    pen, survey = reading.pen, reading.survey
    if not survey.is_shuffled:
        return pen.say("Items came in the same order for everybody.")
    return pen.say("Each person had items in an order of their own, drawn with the seed %(seed)s.", seed=survey.seed)


def wording(reading: MethodsReading) -> Said:
    """M10: which items in which version, how people could answer, and whether they could say why."""
    pen, survey = reading.pen, reading.survey
    if not reading.protocol:
        return Said(draft(reading))
    texts = [pen.say("The annex on wording holds every item and criterion in every language, as fixed.")]
    if not reading.is_imported:
        if survey.is_real_time or survey.planned_rounds > 1:
            texts.append(
                pen.say(
                    "Whoever rated outside the middle half of what all had said was asked why, where that half could "
                    "be shown, and could leave it."
                )
            )
        if any(question.kind == "item_comment" for question in reading.questions):
            texts.append(pen.say("People could comment on each item."))
        texts.append(
            pen.say("New items could be proposed in the round of ideas.")
            if survey.has_idea_round
            else pen.say("The survey asked for no new items.")
        )
    return Said(plain(*texts), [versions_table(reading)], is_whole=not reading.is_imported)


def versions_table(reading: MethodsReading) -> Table:
    """The version of each item that people saw, and in which languages it has no text."""
    pen, say = reading.pen, reading.pen.say
    columns = [
        Column("code", say("Code")),
        Column("title", say("Title")),
        Column("version", say("Version"), 0),
        Column("key", say("Key of the version")),
        Column("gaps", say("Not in")),
    ]
    versions = {item.code: item.facts.get("version") for item in reading.items}
    items: Sequence[Mapping[str, Any]] = reading.protocol["items"]
    rows: list[list[Cell]] = [
        [
            item["code"],
            pen.pick(item["title"]),
            versions.get(item["code"]),
            item["version"],
            ", ".join(language_name(tag) for tag in missing_languages(item["title"], reading.survey.languages)) or None,
        ]
        for item in items
    ]
    return Table(say("Versions that people rated"), columns, rows)


def objectives(reading: MethodsReading) -> Said:
    """M11: what each round was for."""
    if reading.is_imported:
        return Said(elsewhere(reading))
    if not reading.rounds:
        return Said(plain(reading.pen.say("No round has been opened yet.")))
    return Said([], [Listing(plain(*(_objective(reading, one) for one in reading.rounds)))], is_whole=True)


def _objective(reading: MethodsReading, held: Round) -> str:
    say = reading.pen.say
    if held.is_for_ideas:
        return say("Round of ideas: to find out what should be rated.")
    if reading.survey.is_real_time:
        return say("Round 1, in real time: to rate and to think again while seeing what all say so far.")
    if held.number == 1:
        return say("Round 1: to learn what each group thinks before anybody sees what others say.")
    return say(
        "Round %(number)s: to learn whether opinions settle once people have seen what all said.", number=held.number
    )


def consensus(reading: MethodsReading) -> Said:
    """M12: the rule, and that other rules stand in the annex; why it was chosen is for people to say."""
    pen = reading.pen
    fixed = pen.say(
        "It was fixed before the first rating. What other rules would say stands in the annex on sensitivity."
    )
    known = plain(rule_text(pen, reading.findings), "" if reading.is_imported or not reading.protocol else fixed)
    return Said(known)


def staying(reading: MethodsReading) -> Said:
    """M13: whether items that were agreed were asked about again, by rule and in fact."""
    if not reading.told:
        return without_results(reading)
    say = reading.pen.say
    columns = [
        Column("round", say("Round"), 0),
        Column("asked", say("Initiatives asked about"), 0),
        Column("agreed", say("Of these, with consensus before"), 0),
    ]
    rows: list[list[Cell]] = []
    agreed: set[str] | None = None
    for told in reading.told:
        number = told.snapshot.round_number
        asked = {line["initiative"] for line in told.lines if line.get("round", number) == number}
        rows.append([number, asked_about(told.findings), None if agreed is None else len(asked & agreed)])
        agreed = {line["initiative"] for line in told.lines if line["verdict"] == "consensus"}
    criterion = reading.told[-1].frame()["criterion_label"]
    table = Table(say("What was asked again"), columns, rows, note=say("By %(criterion)s.", criterion=criterion))
    words = elsewhere(reading) if reading.is_imported else plain(returning_text(reading))
    return Said(words, [table], is_whole=True)


def collecting(reading: MethodsReading) -> Said:
    """M14: on pages of one's own; whether people spoke with each other no record says."""
    if reading.is_imported:
        return Said(elsewhere(reading))
    if not reading.rounds:
        return Said(plain(reading.pen.say("No round has been opened yet.")))
    text = reading.pen.say(
        "In every round people answered on web pages of their own, and each answer was saved at once. Whether they "
        "spoke with each other meanwhile no record says."
    )
    return Said(plain(text), is_whole=True)


def processing(reading: MethodsReading) -> Said:
    """M15: which program computed what, by which formulae."""
    pen = reading.pen
    if not reading.told:
        return without_results(reading)
    engines = sorted({told.findings["engine"] for told in reading.told})
    return Said(
        plain(
            pen.say(
                "INNAXE %(versions)s computed all figures when a round closed; since then they are frozen.",
                versions=listed(pen, engines),
            ),
            pen.say("The formulae stand in the annex, and at length in docs/statistics.md of its source."),
            pen.say("Each group counts equally, whatever its size."),
        ),
        is_whole=True,
    )


def telling(reading: MethodsReading) -> Said:
    """M17: what people saw of others' answers, in which round, and of which groups."""
    pen, survey = reading.pen, reading.survey
    if reading.is_imported:
        return Said(elsewhere(reading))
    if not reading.rating_rounds:
        return Said(plain(pen.say("No round has been opened yet.")))
    later = [one for one in reading.rating_rounds if one.number > 1]
    if survey.is_real_time:
        text = pen.say("In one round, people saw in steps what each group and all together said so far.")
    elif later:
        text = pen.say(
            "From the second round on, people saw beside their own earlier answer what each group and all together had "
            "said in the round before, after answering themselves."
        )
    else:
        text = pen.say("There was one round so far, so nothing was told between rounds.")
    return Said(plain(text), _told_table(reading, later), is_whole=True)


def _told_table(reading: MethodsReading, later: Sequence[Round]) -> Sequence[Block]:
    """Of how many ratings each round showed what all, and what each group, had said."""
    if not later:
        return []
    say = reading.pen.say
    columns = [
        Column("round", say("Round"), 0),
        Column("all", say("All together"), 0),
        *(Column(code, label, 0) for code, label in reading.groups.items()),
    ]
    rows: list[list[Cell]] = [
        [
            one.number,
            len(one.feedback),
            *(sum(code in said["helices"] for said in one.feedback.values()) for code in reading.groups),
        ]
        for one in later
    ]
    note = say("One initiative by one criterion is one rating.")
    return [Table(say("Of how many ratings people saw what was said"), columns, rows, note=note)]


def anonymity(reading: MethodsReading) -> Said:
    """M18: what people were told of it, and the rule of small groups."""
    pen = reading.pen
    if reading.is_imported:
        return Said([*elsewhere(reading), *plain(disclosure_text(pen, reading.findings))])
    told = [Paragraph(text) for text in settings_notice(reading.survey, pen.language)]
    words = [Paragraph(pen.say("People were told this before they answered:"))]
    return Said(words, [Listing(told), *plain(disclosure_text(pen, reading.findings))], is_whole=bool(reading.protocol))


def overlap(reading: MethodsReading) -> Said:
    """M19: how many of those who may run it stand on its list; whether they answered only they can say."""
    if not reading.written.listed:
        return Said()
    return Said(
        plain(
            reading.pen.say(
                "Of those who may run it, %(num)s are on its list of invitations. The records do not say whether they "
                "answered.",
                num=reading.pen.number(reading.running_invited),
            )
        )
    )


def accessibility(reading: MethodsReading) -> Said:
    """M21: languages, and how the pages can be used."""
    pages = reading.pen.say("Its pages work without a script, by keyboard and on small screens.")
    return Said(plain(languages_text(reading), "" if reading.is_imported else pages))

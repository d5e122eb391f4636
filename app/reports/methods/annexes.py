"""The annexes of a methods report: wording, formulae, sensitivity, another guideline, data and privacy, software."""

from collections.abc import Mapping, Sequence
from typing import Any

from app import __version__
from app.actionplan.priorities.pages import turning_sentence, turning_title
from app.consensus.fates import count_sure, fates, rule_lines
from app.core.tags import language_name
from app.documents.document import Block, Cell, Column, Listing, Note, Paragraph, Run, Section, Table
from app.reports.methods.after import told_title
from app.reports.methods.reading import MethodsReading, Weighed
from app.reports.methods.rules import DELPHISTAR, PARTS, POINTS
from app.reports.methods.said import plain
from app.reports.plan_report_annexes import measures_table
from app.reports.results_method import certainty_text, disclosure_text, rule_text, weights_table
from app.reports.results_sections import priorities_section

ACCORD = "ACCORD, PLOS Medicine 2024, doi 10.1371/journal.pmed.1004326"
OTHER = "DELPHISTAR, PLOS ONE 2024, doi 10.1371/journal.pone.0304651"


def annexes(reading: MethodsReading, weighed: Weighed | None) -> list[Section]:
    """The annexes in their order, each with its letter."""
    say = reading.pen.say
    parts: Sequence[tuple[str, Sequence[Block]]] = (
        (say("Wording in all languages"), wording_blocks(reading)),
        (say("What the figures mean"), [measures_table(reading.pen)]),
        (say("Sensitivity and uncertainty"), sensitivity_blocks(reading, weighed)),
        (say("Another guideline: DELPHISTAR"), cross_blocks(reading)),
        (say("Data and privacy"), data_blocks(reading)),
        (say("Software and hashes"), software_notes(reading)),
    )
    return [
        Section(say("Annex %(letter)s: %(title)s", letter="ABCDEF"[place], title=title), blocks)
        for place, (title, blocks) in enumerate(parts)
    ]


def wording_blocks(reading: MethodsReading) -> Sequence[Block]:
    """Every item and criterion as the protocol fixed it, language by language, each text marked with its own."""
    if not reading.protocol:
        return plain(reading.pen.say("The survey is a draft: nothing is fixed yet."))
    return [_worded(reading, language) for language in reading.protocol["languages"]]


def _worded(reading: MethodsReading, language: str) -> Section:
    say, protocol = reading.pen.say, reading.protocol
    blocks: list[Block] = []
    for heading, texts in (
        (say("Items"), [_text(one, "title", "summary", language) for one in protocol["items"]]),
        (say("Criteria"), [_text(one, "label", "text", language) for one in protocol["criteria"]]),
        (say("Further questions"), [_text(one, "text", "hint", language) for one in protocol["questions"]]),
    ):
        found = [text for text in texts if text]
        if found:
            blocks += [Paragraph([Run(heading, is_strong=True)]), Listing(found)]
    return Section(language_name(language), blocks or plain(say("missing")))


def _text(one: Mapping[str, Any], lead: str, more: str, language: str) -> Paragraph | None:
    """One text with its code, in a language; None where it has none in it."""
    further: Mapping[str, str] = one[more] or {}
    words, rest = one[lead].get(language, ""), further.get(language, "")
    if not words:
        return None
    return Paragraph(
        [Run(f"{one['code']}: {words}", is_strong=bool(rest)), *([Run(f" {rest}")] if rest else [])], language=language
    )


def sensitivity_blocks(reading: MethodsReading, weighed: Weighed | None) -> Sequence[Block]:
    """How far verdicts hang on the rule, the order on the weights, and all of it on who answered."""
    say = reading.pen.say
    if reading.result is None:
        return plain(say("No round has closed yet."))
    return [
        Section(say("The rule"), [*plain(rule_text(reading.pen, reading.findings)), *_rules(reading)]),
        Section(say("The weights"), _weights(reading, weighed)),
        Section(say("How sure figures are"), _certainty(reading)),
    ]


def _rules(reading: MethodsReading) -> Sequence[Block]:
    """How many items are agreed under each published rule, and each item under how many of them."""
    assert reading.result
    pen, told = reading.pen, reading.result.told
    say, rules = pen.say, rule_lines(told.findings, pen.language)
    lines = fates(told.findings, told.view.criterion, told.items, pen.language)
    if not rules or not lines:
        return plain(say("Too few answers to say."))
    criterion = say("By %(criterion)s.", criterion=told.frame()["criterion_label"])
    by_rule = Table(
        say("What other rules would say"),
        [
            Column("rule", say("Rule")),
            Column("agreed", say("Items agreed"), 0),
            Column("of", say("Of how many"), 0),
            Column("source", say("Source")),
        ],
        [
            [rule.name, sum(line.agreed[place] for line in lines), len(lines), rule.source]
            for place, rule in enumerate(rules)
        ],
        note=criterion,
    )
    by_item = Table(
        say("Each item under these rules"),
        [
            Column("title", say("Initiative")),
            Column("agreed", say("Agreed under"), 0),
            Column("of", say("Of how many"), 0),
            Column("same", say("The same under all")),
        ],
        [[line.title, line.count, len(rules), pen.yes(line.is_robust)] for line in lines],
        note=criterion,
    )
    return [by_rule, by_item]


def _weights(reading: MethodsReading, weighed: Weighed | None) -> Sequence[Block]:
    assert reading.result
    pen, told = reading.pen, reading.result.told
    blocks: list[Block] = [weights_table(pen, told, told.findings["weights"])]
    if weighed is None:
        return [*blocks, *plain(pen.say("What would change the order was not kept with these results."))]
    return [*blocks, *_turning(reading, weighed)]


def _turning(reading: MethodsReading, weighed: Weighed) -> Sequence[Block]:
    """What would change the first k, in the sentences of the page of priorities."""
    assert reading.result
    language = reading.pen.language
    labels = dict(reading.result.told.frame()["criteria"])
    titles = {item.code: told_title(reading, item.code) for item in reading.items}
    found, ranked = weighed.sensitivity, weighed.ranked
    sentences = [
        turning_sentence(criterion, change, ranked, labels, titles, language)
        for criterion, both in found.changes.items()
        for change in both
        if change
    ]
    points: list[Block] = [Listing(plain(*sentences))] if sentences else []
    return [*plain(turning_title(found, ranked, labels, titles, language)), *points]


def _certainty(reading: MethodsReading) -> Sequence[Block]:
    assert reading.result
    pen, result = reading.pen, reading.result
    shortlist = result.told.findings["shortlist"]
    same = (
        pen.say(
            "In %(share)s of the re-samples the first %(k)s are the same.",
            share=pen.share(shortlist["same_share"]),
            k=shortlist["k"],
        )
        if shortlist["same_share"] is not None
        else ""
    )
    rows: list[list[Cell]] = []
    for told in result.by_criterion:
        agreed = sum(line["verdict"] == "consensus" for line in told.lines)
        rows.append([told.frame()["criterion_label"], agreed, count_sure(told.lines)])
    columns = [
        Column("criterion", pen.say("Criterion")),
        Column("agreed", pen.say("Consensus"), 0),
        Column("sure", pen.say("Consensus, surely"), 0),
    ]
    return [
        *plain(certainty_text(pen), same),
        Table(pen.say("How sure verdicts are"), columns, rows),
        *[one for one in priorities_section(pen, result.told, result.pictures).blocks if isinstance(one, Table)],
    ]


def cross_blocks(reading: MethodsReading) -> Sequence[Block]:
    """Which of our points speak of what each part of DELPHISTAR is about; single items were not checked."""
    say = reading.pen.say
    columns = [
        Column("part", say("Part of DELPHISTAR")),
        Column("items", say("Its items"), 0),
        Column("points", say("Points of this report on the same matters")),
        Column("single", say("Item by item")),
    ]
    rows: list[list[Cell]] = [
        [say(one.name), one.items, ", ".join(_codes(one.parts)), say("not verified")] for one in DELPHISTAR
    ]
    paired = {part for one in DELPHISTAR for part in one.parts}
    others = [part for part in PARTS if part not in paired]
    rows.append([say("No part of that name"), None, ", ".join(_codes(others)), say("not verified")])
    note = say("Source: %(source)s (its abstract).", source=OTHER)
    text = say(
        "The abstract of DELPHISTAR names five parts with 38 items. What each item asks was not checked against the "
        "published list, so none is claimed to be covered."
    )
    return [Paragraph(text), Table(say("Cross table"), columns, rows, note=note)]


def _codes(parts: Sequence[str] | Any) -> Sequence[str]:
    return [point.code for point in POINTS if point.part in parts]


def data_blocks(reading: MethodsReading) -> Sequence[Block]:
    """What of the data can be had, what not and why, and for how long answers are kept."""
    pen, survey = reading.pen, reading.survey
    contact = (
        pen.say("Questions about the data: %(name)s, %(contact)s.", name=survey.controller, contact=survey.contact)
        if survey.controller and survey.contact
        else ""
    )
    return plain(
        pen.say(
            "Whoever runs the survey can hand out the results that may be shown as CSV, XLSX and JSON, and what is "
            "public as open data with a codebook. Whether and where that was done these records do not say."
        ),
        pen.say("None of these joins two answers of one person: that could tell who gave them."),
        disclosure_text(pen, reading.findings),
        pen.say(
            "Answers are kept with their day, never with a time, an address or a device, and are to be deleted "
            "%(months)s months after the last round.",
            months=survey.retention_months,
        ),
        contact,
    )


def software_notes(reading: MethodsReading) -> Sequence[Block]:
    """The program, and the hashes of what the report rests on; a bundle that is not made yet says so."""
    say = reading.pen.say
    hashes = [
        Note(say("Results of round %(number)s (SHA-256)", number=told.snapshot.round_number), told.snapshot.sha256)
        for told in reading.told
    ]
    return [
        Note(say("Program"), f"INNAXE {__version__}"),
        Note(say("Protocol (SHA-256)"), reading.survey.protocol_sha256 or say("missing")),
        *hashes,
        Note(say("Bundle of counts that recomputes figures (SHA-256)"), reading.bundles.get(False, say("not stated"))),
        *(
            [Note(say("Bundle with answers, for whoever checks (SHA-256)"), reading.bundles[True])]
            if True in reading.bundles
            else []
        ),
    ]

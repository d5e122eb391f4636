"""The programmes of the partners beside each other: what is stated of them, and no ranking."""

from collections.abc import Mapping

from sqlmodel import Session

from app.core.errors import NotFound
from app.documents.document import Block, Document, Listing, Note, Paragraph, Section, Table
from app.people.rules import Actor
from app.programmes.comparing.pages import (
    compared_document,
    compared_view,
    coverage_document,
    coverage_view,
    lessons_document,
)
from app.programmes.comparing.queries import names_of_partners, read_facts
from app.programmes.comparing.rules import Axis
from app.programmes.exporting import programmes_document
from app.programmes.queries import list_programmes
from app.programmes.rated.queries import Rating, ratings
from app.programmes.rules import CATEGORY_WORDS, Facts
from app.reports.building import NOTHING_STATED, CoverFacts, Pen, cover_of, titled
from app.reports.programme_figure import satisfaction_figure


def programme_report(session: Session, actor: Actor, language: str, *, cover: CoverFacts = NOTHING_STATED) -> Document:
    """All programmes by category, what they cover, and who could learn from whom, as pages say it.

    Raises NotFound without programmes.
    """
    pen, programmes = Pen(language), read_facts(session, actor)
    if not programmes:
        raise NotFound("There are no programmes yet.")
    partners, found = names_of_partners(session, actor, programmes), ratings(session, actor)
    catalogue = programmes_document(list_programmes(session, actor), language)
    return Document(
        title=pen.say("Programmes of the partners"),
        language=language,
        blocks=[
            _summary(pen, programmes, partners),
            *(
                _category(pen, programmes, name, found)
                for name in CATEGORY_WORDS
                if any(one.category == name for one in programmes)
            ),
            _coverage(pen, programmes, partners),
            _lessons(pen, programmes, partners),
            Section(pen.say("All that is stated"), catalogue.tables, is_wide=True),
        ],
        notes=[
            Note(pen.say("Source"), pen.say("What partners state of their programmes, as it stands in the catalogue."))
        ],
        direction=pen.direction,
        cover=cover_of(pen, cover, [Note(pen.say("Status"), pen.say("A comparison, not a ranking."))], []),
    )


def _summary(pen: Pen, programmes: list[Facts], partners: list[str]) -> Section:
    counts = [
        titled(pen, pen.say(word), pen.number(sum(one.category == name for one in programmes)))
        for name, word in CATEGORY_WORDS.items()
    ]
    text = pen.say(
        "%(programmes)s programmes of %(partners)s partners. Programmes go by partner and code: their order says "
        "nothing. What is not stated is not known, and never zero.",
        programmes=len(programmes),
        partners=sum(any(one.partner == name for one in programmes) for name in partners),
    )
    blocks: list[Block] = [
        Paragraph(pen.say("A comparison, not a ranking."), "finding"),
        Paragraph(text),
        Listing([Paragraph(one) for one in counts]),
    ]
    return Section(pen.say("In short"), blocks)


def _category(pen: Pen, programmes: list[Facts], category: str, found: Mapping[str, Rating]) -> Section:
    """The programmes of a category, the medians over partners, and what is not known of each."""
    document = compared_document(pen.language, programmes, category, found)
    view = compared_view(pen.language, programmes, category, found)
    unknown = [
        Paragraph(titled(pen, row["facts"].code, "; ".join(dict.fromkeys(row["reasons"].values()))))
        for row in view["rows"]
        if row["reasons"]
    ]
    figure = satisfaction_figure(pen, pen.say(CATEGORY_WORDS[category]), view["rows"])
    blocks: list[Block] = [
        *document.tables,
        *document.notes,
        *([figure] if figure else []),
        *([Note(pen.say("What is missing"), pen.say("Nothing is filled in.")), Listing(unknown)] if unknown else []),
    ]
    return Section(pen.say(CATEGORY_WORDS[category]), blocks, is_wide=True)


def _coverage(pen: Pen, programmes: list[Facts], partners: list[str]) -> Section:
    """How many programmes there are of each kind and for each group, what nobody offers, and what several do."""
    found = [coverage_document(pen.language, programmes, partners, axis).tables for axis in Axis]
    gaps = coverage_view(pen.language, programmes, partners, Axis.CATEGORY)["gaps"]
    words = [Paragraph(titled(pen, one["category"], ", ".join(one["targets"]))) for one in gaps]
    matrices = [
        Table(titled(pen, tables[0].title, tables[0].columns[0].heading), tables[0].columns, tables[0].rows)
        for tables in found
    ]
    blocks: list[Block] = [*matrices, found[0][1]]
    if words:
        blocks += [Note(pen.say("Nobody states a programme for"), ""), Listing(words)]
    return Section(pen.say("Coverage and overlap"), blocks)


def _lessons(pen: Pen, programmes: list[Facts], partners: list[str]) -> Section:
    document = lessons_document(pen.language, programmes, partners)
    return Section(pen.say("Who could learn from whom"), [*document.notes, *document.tables], is_wide=True)

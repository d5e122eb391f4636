"""What a round came to, in plain words for everybody: nothing but what the disclosure list permits."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.actionplan.disclosure.pages import Line, lines_of, verdict_rows
from app.actionplan.disclosure.queries import Disclosed, Named, get_disclosed, names_in
from app.actionplan.disclosure.rules import best_liked
from app.consensus.rules import weightiest
from app.documents.document import Block, Cell, Column, Document, Listing, Note, Paragraph, Section, Table
from app.reports.building import Pen, listed, share_column
from app.reports.results_method import rounding_text
from app.surveys.authoring.models import Survey

MOST_NAMED = 3
VERDICT_MEANINGS = {
    "consensus": "Most people of every group rate it high.",
    "leaning": "Too few rate it high to speak of agreement, too many to speak of low support.",
    "divided": "The groups lie far apart.",
    "low_support": "Few rate it high.",
    "too_few": "Too few people answered to say.",
}


def public_summary(session: Session, survey: Survey, language: str, *, number: int | None = None) -> Document:
    """A round as everybody may read it, by default the last released. Raises NotFound while nothing is public."""
    disclosed = get_disclosed(session, survey, number)
    return summary_of(session, survey, disclosed, language)


def summary_of(session: Session, survey: Survey, disclosed: Disclosed, language: str) -> Document:
    """What a disclosure list leaves of a round, in plain words; also to see before it is public."""
    pen = Pen(language, survey.default_language)
    named, shown = names_in(session, survey, language), disclosed.shown
    criterion = weightiest(shown)
    lines = lines_of(shown, criterion, named, disclosed.number, language)
    blocks: list[Block] = [
        Section(pen.say("What this was about"), _about(pen, survey, disclosed, named)),
        *_verdicts(pen, disclosed, named, criterion, lines),
        *_shares(pen, disclosed, named, criterion, lines),
        *_groups(pen, disclosed, named, lines),
        *_change(pen, disclosed, lines),
        Section(pen.say("How to read this"), _reading(pen, shown)),
    ]
    return Document(
        title=pen.say("%(title)s: what came out", title=pen.pick(survey.title)),
        language=language,
        blocks=blocks,
        notes=[
            Note(pen.say("Asked by"), survey.controller),
            Note(pen.say("Round"), str(disclosed.number)),
            Note(pen.say("Closed"), pen.day(disclosed.frozen_at.date())),
            Note(pen.say("Hash of the results"), disclosed.snapshot),
        ],
        direction=pen.direction,
    )


def _about(pen: Pen, survey: Survey, disclosed: Disclosed, named: Named) -> list[Block]:
    shown = disclosed.shown
    blocks: list[Block] = [Paragraph(pen.say("Invented demonstration content"), "small")] if survey.is_demo else []
    if shown["answered"] is None:
        blocks.append(Paragraph(pen.say("Too few answers to show without revealing people."), "finding"))
    else:
        blocks.append(Paragraph(pen.say("%(count)s people answered.", count=pen.number(shown["answered"])), "finding"))
    criteria = listed(pen, [named.criteria[code] for code in shown["criteria"]])
    blocks.append(
        Paragraph(
            pen.say_count(
                "%(asker)s asked people to rate %(num)s initiative by %(criteria)s.",
                "%(asker)s asked people to rate %(num)s initiatives by %(criteria)s.",
                len(shown["items"][shown["criteria"][0]]),
                asker=survey.controller,
                criteria=criteria,
            )
        )
    )
    if "response" in disclosed.parts:
        blocks.append(_response(pen, shown, named))
    return blocks


def _response(pen: Pen, shown: Mapping[str, Any], named: Named) -> Table:
    columns = [
        Column("group", pen.say("Group")),
        Column("answered", pen.say("Answered"), 0),
        Column("invited", pen.say("Invited"), 0),
    ]
    rows = [[named.helices.get(code, code), cell["n"], cell["invited"]] for code, cell in shown["response"].items()]
    return Table(pen.say("Who answered"), columns, rows, note=_hidden(pen, shown))


def _verdicts(pen: Pen, disclosed: Disclosed, named: Named, criterion: str, lines: Sequence[Line]) -> list[Block]:
    if "verdicts" not in disclosed.parts:
        return []
    blocks: list[Block] = []
    for one in verdict_rows(disclosed.shown, criterion, pen.language):
        titles = [line.title for line in lines if line.figures["verdict"] == one["name"]]
        blocks += [
            Paragraph(
                pen.say(
                    "%(verdict)s: %(count)s. %(meaning)s",
                    verdict=one["word"],
                    count=one["count"],
                    meaning=pen.say(VERDICT_MEANINGS[one["name"]]),
                ),
                "finding",
            ),
            Listing([Paragraph(title) for title in titles]),
        ]
    return [Section(pen.say("What people think of %(criterion)s", criterion=named.criteria[criterion]), blocks)]


def _shares(pen: Pen, disclosed: Disclosed, named: Named, criterion: str, lines: Sequence[Line]) -> list[Block]:
    if "shares" not in disclosed.parts:
        return []
    say = pen.say
    columns = [
        Column("title", say("Initiative")),
        share_column("low", say("Low")),
        share_column("middle", say("Middle")),
        share_column("high", say("High")),
        Column("answers", say("Answers"), 0),
        *([Column("rank", say("Likely rank"))] if "ranks" in disclosed.parts else []),
    ]
    rows: list[list[Cell]] = [
        [
            line.title,
            *(line.figures.get(name) for name in ("share_low", "share_middle", "share_high", "n")),
            *([line.rank.text if line.rank else None] if "ranks" in disclosed.parts else []),
        ]
        for line in lines
    ]
    titles = {line.figures["initiative"]: line.title for line in lines}
    best = [titles[one["initiative"]] for one in best_liked(disclosed.shown, criterion, MOST_NAMED)]
    text = [Paragraph(say("Most often rated high: %(titles)s.", titles=listed(pen, best)), "finding")] if best else []
    note = say("Of a hundred people, so many rated it low, in the middle, or high. Each group counts equally.")
    title = say("How people rated %(criterion)s", criterion=named.criteria[criterion])
    return [Section(say("The figures"), [*text, Table(title, columns, rows, note=note)])]


def _groups(pen: Pen, disclosed: Disclosed, named: Named, lines: Sequence[Line]) -> list[Block]:
    found: list[Block] = []
    for part, name, names, title in (
        ("helices", "by_helix", named.helices, pen.say("What each group said")),
        ("regions", "by_region", named.regions, pen.say("What each region said")),
    ):
        codes = [code for code in disclosed.shown.get(part, []) if code]
        if part in disclosed.parts and codes:
            columns = [
                Column("title", pen.say("Initiative")),
                *(share_column(code, names.get(code, code)) for code in codes),
            ]
            rows = [[line.title, *(_cell(pen, line.figures[name].get(code)) for code in codes)] for line in lines]
            table = Table(pen.say("Rated high"), columns, rows, note=_hidden(pen, disclosed.shown))
            found.append(Section(title, [table]))
    return found


def _cell(pen: Pen, cell: Mapping[str, Any] | None) -> Cell:
    return None if cell is None or cell["suppressed"] else pen.rough(cell["share_high"], cell["n"])


def _change(pen: Pen, disclosed: Disclosed, lines: Sequence[Line]) -> list[Block]:
    if "change" not in disclosed.parts:
        return []
    say = pen.say
    moved = [line for line in lines if line.figures["change"]]
    if not moved:
        return [Section(say("What changed"), [Paragraph(say("Nothing can be compared with a round before."))])]
    columns = [
        Column("title", say("Initiative")),
        share_column("before", say("Before")),
        share_column("after", say("Now")),
        Column("points", say("Change in points"), 0),
    ]
    rows = [[line.title, *(line.figures["change"][name] for name in ("before", "after", "points"))] for line in moved]
    note = f"{say('Share of high ratings of those who answered both times.')} {rounding_text(pen)}"
    return [Section(say("What changed"), [Table(say("Before and now"), columns, rows, note=note)])]


def _hidden(pen: Pen, shown: Mapping[str, Any]) -> str:
    return pen.say("–: fewer than %(minimum)s, or it would tell of so few.", minimum=shown["minimum_group"])


def _reading(pen: Pen, shown: Mapping[str, Any]) -> list[Block]:
    texts = [
        pen.say("Each group counts equally, whatever its size."),
        pen.say("Answers of fewer than %(minimum)s people are not shown.", minimum=shown["minimum_group"]),
        pen.say("These figures describe those who answered. Others might have answered otherwise."),
    ]
    return [Listing([Paragraph(text) for text in texts])]

"""A released part of results as a document."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.actionplan.disclosure.queries import Disclosed, Named
from app.core.words import pick
from app.documents.document import Cell, Column, Document, Note, Table
from app.surveys.authoring.models import Survey

LINE_COLUMNS: dict[str, Sequence[Column]] = {
    "verdicts": (Column("verdict", "verdict"), Column("standing", "standing")),
    "shares": (
        Column("n", "n", 0),
        Column("cannot_judge", "cannot_judge", 0),
        *(Column(name, name, 2, is_share=True) for name in ("share_low", "share_middle", "share_high")),
        Column("wilson_low", "wilson_low", 2, is_share=True),
        Column("wilson_high", "wilson_high", 2, is_share=True),
    ),
    "change": (
        Column("from_round", "from_round", 0),
        Column("n_pairs", "n_pairs", 0),
        *(Column(name, name, 2, is_share=True) for name in ("before", "after")),
        Column("points", "points", 0),
    ),
    "ranks": (Column("likely_rank_from", "likely_rank_from", 0), Column("likely_rank_to", "likely_rank_to", 0)),
}
WITH_FILE = (*LINE_COLUMNS, "helices", "regions", "response")
KEYS = (Column("criterion", "criterion"), Column("initiative", "initiative"), Column("title", "title"))


def part_document(survey: Survey, disclosed: Disclosed, named: Named, part: str, language: str) -> Document:
    """The figures of one part, of all criteria; what may not be shown is empty. `part` is one of WITH_FILE."""
    title = pick(survey.title, language, survey.default_language)
    notes = [Note("snapshot", disclosed.snapshot), Note("round", str(disclosed.number))]
    return Document(title=title, language=language, blocks=[_table(disclosed.shown, named, part)], notes=notes)


def _table(shown: Mapping[str, Any], named: Named, part: str) -> Table:
    if part == "response":
        columns = [
            Column("group", "group"),
            Column("name", "name"),
            Column("n", "n", 0),
            Column("invited", "invited", 0),
        ]
        rows: list[list[Cell]] = [
            [code, named.helices.get(code, code), cell["n"], cell["invited"]]
            for code, cell in shown["response"].items()
        ]
        return Table(part, columns, rows)
    if part in ("helices", "regions"):
        groups, name = shown[part], {"helices": "by_helix", "regions": "by_region"}[part]
        columns = [
            *KEYS,
            *(
                Column(f"{group}_{figure}", f"{group}_{figure}", 2, is_share=figure == "share_high")
                for group in groups
                for figure in ("n", "share_high")
            ),
        ]
        return Table(
            part,
            columns,
            [
                [*keys, *(line[name].get(group, {}).get(figure) for group in groups for figure in ("n", "share_high"))]
                for keys, line in _lines(shown, named)
            ],
        )
    columns = [*KEYS, *LINE_COLUMNS[part]]
    return Table(part, columns, [[*keys, *_cells(line, part)] for keys, line in _lines(shown, named)])


def _lines(shown: Mapping[str, Any], named: Named) -> list[tuple[list[Cell], Mapping[str, Any]]]:
    return [
        ([criterion, line["initiative"], named.items[line["initiative"]]], line)
        for criterion in shown["criteria"]
        for line in shown["items"][criterion]
    ]


def _cells(line: Mapping[str, Any], part: str) -> list[Cell]:
    if part == "verdicts":
        return [line["verdict"], line["standing"]]
    if part == "change":
        change: Mapping[str, Any] = line["change"] or {}
        return [change.get(name) for name in ("from_round", "n_pairs", "before", "after", "points")]
    if part == "ranks":
        return list(line["rank90"] or (None, None))
    names = ("n", "cannot_judge", "share_low", "share_middle", "share_high")
    return [*(line[name] for name in names), *(line["wilson"] or (None, None))]

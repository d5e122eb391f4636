"""Documents that look like reports, and some that try their writers."""

from collections.abc import Sequence

from app.documents.document import (
    Block,
    Cell,
    Column,
    Cover,
    Document,
    Figure,
    Listing,
    Note,
    Paragraph,
    Run,
    Section,
    Table,
)

BULGARIAN = "Зелената химия е приоритет за региона."
GREEK = "Η βιοοικονομία χρειάζεται ανοιχτά εργαστήρια."
LONG_TITLE = "A title that goes on and says it again ".ljust(39) * 13
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
EMOJI = "Done 👍🏽, by a 👩\u200d🔬 of 東京"
HEBREW, ARABIC = "שלום כהן", "محمد علي"
RISKY = (
    "=1+1",
    '#import "@preview/x:0.1.0"',
    '#read("/etc/passwd")',
    "$ a $ *b* _c_ `d` @e <f> \\ [g]",
    "<script>&amp;",
)
FACTS = [Note("Deliverable", "D3.2"), Note("Type", "Report"), Note("Dissemination level", "Public")]
STATEMENT = "Funded by the European Union. Views and opinions expressed are those of the authors only."


def make_svg(bars: int = 4, label: str = "Зелена") -> str:
    rows = "".join(
        f'<text x="0" y="{30 + 40 * at}" font-family="Liberation Sans, Arial, sans-serif" font-size="13px" '
        f'fill="#14232B">{label} {at + 1}</text><rect x="220" y="{16 + 40 * at}" width="{300 - 40 * at}" height="20" '
        'fill="#0B5563"/>'
        for at in range(bars)
    )
    height = 40 * bars + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="620" height="{height}" viewBox="0 0 620 {height}">'
        f'<rect width="620" height="{height}" fill="#FFFFFF"/>{rows}</svg>'
    )


def make_figure(number: int = 1, table: Table | None = None) -> Figure:
    return Figure(
        f"Finding number {number}: four initiatives split the groups",
        f"Bars of four initiatives, the first the longest, seen {number} times.",
        make_svg(),
        table=table or make_table(4, 1, title="Shares"),
        note="Round 2, 124 answers, weighted by group.",
    )


def make_table(rows: int = 6, years: int = 3, title: str = "What each initiative costs") -> Table:
    columns = [
        Column("title", "Initiative"),
        Column("lead", "Lead partner"),
        *(Column(f"cost_{2027 + at}", f"Cost in {2027 + at} in euros", 0) for at in range(years)),
        Column("share", "Rated high", 0, is_share=True),
    ]
    cells: list[Sequence[Cell]] = [
        [
            f"Shared demonstration line number {row + 1}",
            "Nordhavn BioCluster",
            *(None if (row + at) % 5 == 4 else 1_234_567.4 * (row + at + 1) for at in range(years)),
            0.305 + row / 50,
        ]
        for row in range(rows)
    ]
    return Table(title, columns, cells, note="Source: results of round 2.")


def make_sheet(number: int) -> Section:
    text = "The consortium asked stakeholders of six regions what should be done first, and by whom. " * 9
    return Section(
        f"I{number:02} Green chemistry hub with open access",
        [
            Paragraph(text),
            Note("Lead", "Nordhavn BioCluster"),
            Note("Years", "2027 to 2030"),
            Section(
                "Why it is in", [Paragraph("All groups rate it high.", "finding"), Paragraph(text), Paragraph(text)]
            ),
            Section("What it needs", [Listing([Paragraph("Two pilot lines"), Paragraph("Skilled operators")])]),
            Section("In the words of those who answered", [Paragraph(BULGARIAN * 4, language="bg")]),
            make_table(5, 3, "Cost by year"),
        ],
    )


def make_report(
    language: str = "en", *, sheets: int = 2, figures: int = 2, tables: int = 1, direction: str = "ltr"
) -> Document:
    blocks: list[Block] = [
        Section(
            "Executive summary",
            [
                Paragraph("Seven of twenty-four initiatives are agreed on by all four groups.", "finding"),
                Paragraph(
                    [Run("Skills", is_strong=True), Run(" follow, see "), Run("method", "https://example.org/m")]
                ),
                Listing([Paragraph("First step"), Paragraph("Second step")], is_numbered=True),
                Paragraph(BULGARIAN, language="bg"),
                Paragraph(GREEK, language="el"),
                Paragraph(f"Written by {HEBREW} and {ARABIC}, 3 of 4."),
                Paragraph("Numbers of fewer than five people are not shown.", "small"),
                make_table(),
                make_figure(),
            ],
        ),
        Section("Initiative sheets", [make_sheet(number) for number in range(1, sheets + 1)]),
        Section("Roadmap and budget", [make_table(30, 5, "Budget by year")], is_wide=True),
        Section(
            "Annex",
            [
                *(make_table(12, 4, f"Annex table {number}") for number in range(1, tables + 1)),
                *(make_figure(number) for number in range(2, figures + 1)),
            ],
        ),
    ]
    versions = Table(
        "Versions", [Column("v", "Version"), Column("w", "What changed")], [["0.1", "Draft"], ["1.0", "Adopted"]]
    )
    cover = Cover("BioNorth", FACTS, versions, STATEMENT)
    notes = [Note("Rule of consensus", "At least 70% rate high in all groups."), Note("Seed", "7")]
    return Document("Five-year joint action plan", language, blocks, notes, direction, cover)


def make_plan_sized() -> Document:
    """What a plan of 24 initiatives comes to: over forty pages."""
    return make_report(sheets=24, figures=12, tables=10)


def make_hostile() -> Document:
    """Titles, words, signs, names and tables that do not fit."""
    many = [Column("title", "Initiative"), *(Column(f"c{at}", f"Criterion number {at}", 2) for at in range(24))]
    cells: list[Sequence[Cell]] = [[f"Initiative {row}", *(row * at * 1.37 for at in range(24))] for row in range(300)]
    odd: list[Sequence[Cell]] = [[HEBREW, LONG_WORD], [ARABIC, EMOJI], *([one, one] for one in RISKY)]
    odd += [["Controls", "a\x00b\x0bc\ud800\ufffe\nnext line\ttab"], ["", None]]
    blocks: list[Block] = [
        Section(
            LONG_TITLE,
            [
                Table(LONG_TITLE, [Column("a", LONG_WORD), Column("b", EMOJI)], odd, note=EMOJI),
                Figure(LONG_TITLE, EMOJI, make_svg(60, EMOJI), note=LONG_WORD),
                *(Paragraph(one) for one in (*RISKY, LONG_WORD, EMOJI)),
                Note(LONG_WORD, EMOJI),
                Listing([Paragraph(LONG_WORD)]),
            ],
        ),
        Section("Many columns", [Table("All criteria", many, cells)]),
        Section("Many columns across", [Table("All criteria", many, cells[:20])], is_wide=True),
    ]
    return Document(
        LONG_TITLE, "en", blocks, [Note(EMOJI, LONG_WORD)], cover=Cover(LONG_WORD, [Note(EMOJI, LONG_TITLE)])
    )


def make_empty() -> Document:
    return Document("Nothing yet", "en", [Section("Results", [Paragraph("Nobody has answered yet.")])])


def make_right_to_left() -> Document:
    inner = Section("תוצאות", [Paragraph("כל הקבוצות מסכימות, אומרת Alba Serra."), make_table(), make_figure()])
    return Document("תוכנית משותפת", "he", [inner], [Note("כלל", "70%")], "rtl", Cover("BioNorth", FACTS))


SAMPLES = {
    "report": make_report,
    "empty": make_empty,
    "hostile": make_hostile,
    "right to left": make_right_to_left,
}

"""Which reports there are, what each is about, and what may stand on its cover. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""What reports are written as, and the media type of each."""
PACKED = "zip"
WRITTEN = tuple(form for form in FORMATS if form != PACKED)
FILES_LAST = timedelta(days=7)
LOST_AFTER = timedelta(seconds=90)
"""A report whose worker has not been heard of for so long is made anew."""
HEARD_EVERY = timedelta(seconds=15)
MOST_TRIES = 3
MOST_AT_ONCE = 10
"""Reports of one consortium that wait or are being made at the same time."""
MOST_KEPT = 60
"""Files of one consortium that are kept; the oldest goes when another one comes."""
LONGEST_FACT, LONGEST_STATEMENT = 200, 2000
TOO_LONG = "This is too long."
NO_DAY = "Enter a day as year, month and day, such as 2026-11-30."

About = Literal["survey", "round", "item", "plan", "regions", "programmes"]
OF_ALL = ("regions", "programmes")
"""What is no survey's and no plan's but the whole consortium's."""


@dataclass(frozen=True)
class Whole:
    """The consortium as the thing that a report is about; it is no partner's."""

    consortium_id: UUID
    organisation_id: None = None


@dataclass(frozen=True)
class Kind:
    """A kind of report: its name, what it is about, whether it is a deliverable with a cover, and its formats."""

    title: str
    hint: str
    about: About
    has_cover: bool = False
    formats: tuple[str, ...] = WRITTEN

    @property
    def is_packed(self) -> bool:
        """Whether it is files for programs, in no language, rather than a document.

        >>> KINDS["bundle"].is_packed, KINDS["brief"].is_packed
        (True, False)
        """
        return self.formats == (PACKED,)

    @property
    def is_of_all(self) -> bool:
        """Whether it is about the consortium, and needs neither survey nor plan.

        >>> KINDS["regions"].is_of_all, KINDS["plan"].is_of_all
        (True, False)
        """
        return self.about in OF_ALL


KINDS: dict[str, Kind] = {
    "plan": Kind(
        "Five-year joint action plan",
        "The deliverable: summary, method, results, a sheet for each initiative, roadmap, budget, monitoring, annexes.",
        "plan",
        has_cover=True,
    ),
    "consensus": Kind(
        "Consensus report",
        "All rounds: who answered, what is agreed and how surely, who does not agree, what changed, what comes first.",
        "survey",
        has_cover=True,
    ),
    "round": Kind("Round report", "One round, with every result that may be shown.", "round", has_cover=True),
    "methods": Kind(
        "Methods report",
        "How it was held, point by point: what records say, what people add, and what is missing.",
        "survey",
        has_cover=True,
    ),
    "dissent": Kind("Dissent", "A page for each initiative on which groups stand apart.", "round", has_cover=True),
    "brief": Kind("Brief on an initiative", "One initiative on one page.", "item"),
    "regions": Kind(
        "Profiles of regions",
        "Each region beside its peers: strengths, weaknesses, trends, gaps, and what is missing. No ranking.",
        "regions",
        has_cover=True,
    ),
    "programmes": Kind(
        "Programmes of the partners",
        "All programmes by category, what they cover, where they overlap, and who could learn from whom. No ranking.",
        "programmes",
        has_cover=True,
    ),
    "public": Kind("Public summary", "In plain language, and only what may be public.", "survey"),
    "opendata": Kind(
        "Open data",
        "What is public, as data for everybody: two tables, a codebook and the adopted plan.",
        "survey",
        formats=(PACKED,),
    ),
    "bundle": Kind(
        "Bundle that proves the figures",
        "From it anybody recomputes published figures offline, of counts that may be shown; it names what these do not "
        "suffice for.",
        "survey",
        formats=(PACKED,),
    ),
}

WITH_QUOTES = ("dissent", "brief")
"""Reports that hold reasons in people's own words."""

FACTS: dict[str, int] = {
    "project": LONGEST_FACT,
    "project_title": LONGEST_FACT,
    "grant": LONGEST_FACT,
    "call": LONGEST_FACT,
    "action": LONGEST_FACT,
    "statement": LONGEST_STATEMENT,
}
"""What all covers of a consortium say, and how long each may be."""
COVER: dict[str, int] = {
    "number": LONGEST_FACT,
    "kind": LONGEST_FACT,
    "level": LONGEST_FACT,
    "due": LONGEST_FACT,
    "delivered": LONGEST_FACT,
    "lead": LONGEST_FACT,
    "authors": LONGEST_STATEMENT,
    "reviewers": LONGEST_STATEMENT,
}
"""What the cover of one report says besides."""
DAYS = ("due", "delivered")


def read_facts(typed: Mapping[str, str], known: Mapping[str, int]) -> tuple[dict[str, str], dict[str, str]]:
    """The facts that a form gives, without those left empty, and what is wrong with them by name.

    >>> read_facts({"number": " D3.2 ", "due": "2026-13-01", "lead": ""}, COVER)
    ({'number': 'D3.2', 'due': '2026-13-01'}, {'due': 'Enter a day as year, month and day, such as 2026-11-30.'})
    """
    facts = {name: text for name in known if (text := " ".join(typed.get(name, "").replace("\0", "").split()))}
    faults = {name: TOO_LONG for name, text in facts.items() if len(text) > known[name]}
    faults |= {name: NO_DAY for name in DAYS if name in facts and day_in(facts[name]) is None}
    return facts, faults


def day_in(text: str) -> date | None:
    """The day that a text names, None where it names none.

    >>> day_in("2026-11-30"), day_in("30 November"), day_in("")
    (datetime.date(2026, 11, 30), None, None)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

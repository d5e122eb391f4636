"""What every report needs: words, numbers and days in one language, and the cover of a deliverable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.numbers import format_decimal

from app.consensus.figures.model import Unit, shown
from app.consensus.filtering import ROUGH_BELOW
from app.core.amounts import whole_money
from app.core.catalogues import translate, translations_for
from app.core.days import spelt
from app.core.tags import catalogue_language, direction_of
from app.core.words import pick, picked_language
from app.documents.document import Cell, Column, Cover, Note, Paragraph, Table

TYPE_WORDS = {
    "R": "Document, report",
    "DEM": "Demonstrator, pilot, prototype",
    "DEC": "Website, media, events",
    "DATA": "Data set",
    "DMP": "Data management plan",
    "ETHICS": "Ethics",
    "SECURITY": "Security",
    "OTHER": "Other",
}
LEVEL_WORDS = {"PU": "Public", "SEN": "Sensitive", "EU": "EU classified"}


@dataclass(frozen=True)
class CoverVersion:
    """One version of a deliverable, as its table of versions has it."""

    number: str
    day: date | None = None
    author: str = ""
    change: str = ""


@dataclass(frozen=True)
class CoverFacts:
    """What a cover says that no data tells; empty for what nobody stated.

    `kind` is one of `TYPE_WORDS` and `level` one of `LEVEL_WORDS`, `action` the type of the action, `statement` the
    acknowledgement and disclaimer of who paid for it.
    """

    project: str = ""
    project_title: str = ""
    grant: str = ""
    call: str = ""
    action: str = ""
    number: str = ""
    kind: str = ""
    level: str = ""
    due: date | None = None
    delivered: date | None = None
    lead: str = ""
    authors: str = ""
    reviewers: str = ""
    statement: str = ""


NOTHING_STATED = CoverFacts()


class Pen:
    """Writes words, numbers and days in one language; `fallback` is that of texts which are not in it."""

    def __init__(self, language: str, fallback: str = "en") -> None:
        self.language, self.fallback = language, fallback

    @property
    def _locale(self) -> str:
        return catalogue_language(self.language)

    @property
    def direction(self) -> str:
        """In which direction the language is written."""
        return direction_of(self.language)

    def say(self, message: str, **values: object) -> str:
        """A message, its placeholders filled, as in templates: a percent sign is written twice."""
        return translate(self.language, message) % values

    def say_count(self, one: str, many: str, num: int, **values: object) -> str:
        """A message about a number of things."""
        text = translations_for(self.language).ngettext(one, many, num)
        return text % {"num": self.number(num), **values}

    def show(self, cell: Cell, unit: Unit) -> str:
        """A cell as figures write it: an en dash where there is none."""
        return shown(cell, unit, self.language)

    def number(self, value: float) -> str:
        """A whole number."""
        return shown(value, "count", self.language)

    def decimal(self, value: float | None, digits: int) -> str:
        """A number with so many decimals; an en dash for none."""
        return "–" if value is None else format_decimal(round(value, digits), f"#,##0.{'0' * digits}", self._locale)

    def signed(self, value: float | None, digits: int = 2) -> str:
        """A number with its sign in front, as a difference is written."""
        if value is None:
            return "–"
        rounded = round(value, digits)
        sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
        return f"{sign}{self.decimal(abs(rounded), digits)}"

    def share(self, share: float | None) -> str:
        """A share between 0 and 1 in percent."""
        return shown(share, "share", self.language)

    def rough(self, share: float | None, n: int | None) -> Cell:
        """The share of a group as tables show it: of few answers as about, with their number."""
        if share is None or n is None or n >= ROUGH_BELOW:
            return share
        count = self.say("n %(count)s", count=n).replace(" ", "\N{NO-BREAK SPACE}")
        return f"≈\N{NO-BREAK SPACE}{self.share(share)} ({count})"

    def euros(self, amount: float) -> str:
        """An amount in whole euros, as plans write it."""
        return whole_money(amount, self._locale)

    def day(self, day: date) -> str:
        """A day in words."""
        return spelt(day, self._locale)

    def pick(self, words: Mapping[str, str]) -> str:
        """A text of people in this language, or in one it has."""
        return pick(words, self.language, self.fallback)

    def told(self, words: Mapping[str, str]) -> Paragraph:
        """A text of people as a paragraph, marked with its language where that is another one."""
        found = picked_language(words, self.language, self.fallback)
        return Paragraph(self.pick(words), language="" if found == self.language else found)

    def quoted(self, text: str, language: str) -> Paragraph:
        """What people wrote in a language, as a paragraph."""
        return Paragraph(text, language="" if language == self.language else language)

    def stated(self, text: str) -> str:
        """A fact somebody gave, or that nobody did."""
        return text or self.say("not stated")

    def yes(self, is_so: bool) -> str:
        """Yes or no."""
        return self.say("yes") if is_so else self.say("no")


def listed(pen: Pen, names: Sequence[str]) -> str:
    """Several names one after the other.

    >>> listed(Pen("en"), ["Impact", "Urgency"]), listed(Pen("en"), ["Impact"])
    ('Impact and Urgency', 'Impact')
    """
    if len(names) < 2:
        return "".join(names)
    return pen.say("%(names)s and %(last)s", names=", ".join(names[:-1]), last=names[-1])


def titled(pen: Pen, what: str, whose: str) -> str:
    """What something is, and of which thing.

    >>> titled(Pen("en"), "Gap", "Catalonia")
    'Gap: Catalonia'
    """
    return pen.say("%(what)s: %(name)s", what=what, name=whose)


def share_column(key: str, heading: str) -> Column:
    """A column of shares in whole percent."""
    return Column(key, heading, 0, is_share=True)


def cover_of(pen: Pen, facts: CoverFacts, status: Sequence[Note], versions: Sequence[CoverVersion]) -> Cover:
    """The cover: whose it is, its facts with its `status` first, its versions, who paid."""
    say, stated = pen.say, pen.stated
    rows = [
        Note(say("Project"), " – ".join(one for one in (facts.project, facts.project_title) if one) or stated("")),
        Note(say("Grant agreement"), stated(facts.grant)),
        Note(say("Call"), stated(facts.call)),
        Note(say("Type of action"), stated(facts.action)),
        Note(say("Deliverable"), stated(facts.number)),
        Note(say("Type"), _coded(pen, facts.kind, TYPE_WORDS)),
        Note(say("Dissemination level"), _coded(pen, facts.level, LEVEL_WORDS)),
        Note(say("Due on"), stated(pen.day(facts.due) if facts.due else "")),
        Note(say("Delivered on"), stated(pen.day(facts.delivered) if facts.delivered else "")),
        Note(say("Lead"), stated(facts.lead)),
        Note(say("Authors"), stated(facts.authors)),
        Note(say("Reviewers"), stated(facts.reviewers)),
    ]
    return Cover(
        heading=facts.project or facts.project_title,
        facts=[*status, *rows],
        versions=_versions(pen, versions),
        statement=facts.statement or say("Funding: not stated."),
    )


def inside_marks(pen: Pen, *, is_demo: bool) -> list[Paragraph]:
    """What stands first in a document without a cover that is not for everybody."""
    demo = [Paragraph(pen.say("Invented demonstration content"), "small")] if is_demo else []
    return [
        *demo,
        Paragraph(pen.say("For the consortium, not for the public."), "small"),
    ]


def _coded(pen: Pen, code: str, words: Mapping[str, str]) -> str:
    return f"{code} – {pen.say(words[code])}" if code in words else pen.stated(code)


def _versions(pen: Pen, versions: Sequence[CoverVersion]) -> Table | None:
    say = pen.say
    columns = [
        Column("version", say("Version")),
        Column("day", say("Day")),
        Column("author", say("Author")),
        Column("change", say("What changed")),
    ]
    rows = [[one.number, pen.day(one.day) if one.day else None, one.author or None, one.change] for one in versions]
    return Table(say("Versions"), columns, rows) if rows else None

"""Evidence as people typed it, checked field by field. A fault names its field; what was typed stays with the form."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.actionplan.evidence.rules import HELICES, Fate, Stance, VoteIn
from app.core.words import LANGUAGES
from app.documents.sheets import Fault, FaultyFile

LONGEST_LINE, LONGEST_TEXT = 200, 4000
MOST_PEOPLE, MOST_DOTS_EACH = 10_000, 100
MOST_CHOSEN = 50
"""So many initiatives fit into one form."""
SHORTEST_REASON = 10
FIRST_DAY = date(2000, 1, 1)
TOO_MANY = "Choose %(most)s initiatives at most."
NEEDED = {
    "title": "Give the workshop a title.",
    "role": "Say in words what this person is, without a name.",
}
CHOICES = {
    "organisation": "Choose who held it.",
    "language": "Choose a language.",
    "helix": "Choose a group.",
    "fate": "Choose what became of it.",
    "stance": "Choose a stance.",
}
"""What stands at a field, or at one that begins so, when nothing it offers was chosen."""


@dataclass
class Reader:
    """The fields of a form, read one by one; `faults` gathers what is wrong."""

    typed: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list[Fault])

    def text(self, name: str, most: int) -> str:
        """A text without the space around it."""
        found = self.typed.get(name, "").replace("\r\n", "\n").strip()
        if name in NEEDED and not found:
            self.faults.append(Fault(0, name, NEEDED[name]))
        if len(found) > most:
            self.faults.append(Fault(0, name, "This text is too long: %(most)s characters at most.", {"most": most}))
        if "\x00" in found or any("\ud800" <= sign <= "\udfff" for sign in found):
            self.faults.append(Fault(0, name, "This text has a character that cannot be stored."))
        return found[:most]

    def count(self, name: str, most: int) -> int | None:
        """A whole number from 0; None when nothing is typed."""
        found = self.typed.get(name, "").strip()
        if not found:
            return None
        if not (found.isascii() and found.isdecimal() and len(found) <= len(str(most)) and int(found) <= most):
            self.faults.append(Fault(0, name, "Enter a whole number from 0 to %(most)s.", {"most": most}))
            return None
        return int(found)

    def day(self, name: str, *, needed: bool, last: date | None = None) -> date | None:
        """A day from the year 2000, not after the last one possible; None when nothing is typed."""
        found = self.typed.get(name, "").strip()
        if not found and not needed:
            return None
        try:
            day = date.fromisoformat(found)
        except ValueError:
            self.faults.append(Fault(0, name, "Enter a day, such as 2026-11-25."))
            return None
        if day < FIRST_DAY or (last and day > last):
            self.faults.append(Fault(0, name, "This day cannot be: it lies before 2000, or in the future."))
        return day

    def one_of(self, name: str, known: Collection[str], *, otherwise: str = "") -> str:
        """One of the values a form offers; anything else is a fault, for which the other value stands."""
        found = self.typed.get(name, "")
        if found in known:
            return found
        self.faults.append(Fault(0, name, CHOICES[name.partition(".")[0]]))
        return otherwise

    def chosen(self, codes: Sequence[str]) -> list[str]:
        """The codes of the initiatives ticked, in their own order."""
        found = [code for code in codes if self.typed.get(f"pick.{code}") == "yes"]
        if len(found) > MOST_CHOSEN:
            self.faults.append(Fault(0, "initiatives", TOO_MANY, {"most": MOST_CHOSEN}))
        return found


@dataclass(frozen=True)
class WorkshopIn:
    """A workshop as its form gives it."""

    title: str
    held_on: date
    place: str
    organisation: str
    language: str
    dots_each: int
    participants: Mapping[str, int]
    notes: str
    chosen: Sequence[str]


@dataclass(frozen=True)
class InterviewIn:
    """An interview as its form gives it."""

    held_on: date
    organisation: str
    helix: str
    role: str
    name: str
    topic: str
    is_quotable: bool
    embargo_until: date | None
    chosen: Sequence[str]


@dataclass(frozen=True)
class StanceIn:
    """What somebody interviewed said of one initiative."""

    code: str
    stance: Stance
    version: int | None
    statement: str


def read_workshop(
    typed: Mapping[str, str], *, organisations: Collection[str], codes: Sequence[str], today: date
) -> WorkshopIn:
    """A workshop, held by one of the organisations and about some of the codes. Raises FaultyFile."""
    reader = Reader(typed)
    title = reader.text("title", LONGEST_LINE)
    held_on = reader.day("held_on", needed=True, last=today)
    place = reader.text("place", LONGEST_LINE)
    organisation = reader.one_of("organisation", organisations)
    language = reader.one_of("language", LANGUAGES)
    participants = {helix: reader.count(f"participants.{helix}", MOST_PEOPLE) or 0 for helix in HELICES}
    if not reader.faults and not sum(participants.values()):
        reader.faults.append(Fault(0, f"participants.{HELICES[0]}", "Say how many people came."))
    dots_each = reader.count("dots_each", MOST_DOTS_EACH) or 0
    notes = reader.text("notes", LONGEST_TEXT)
    chosen = reader.chosen(codes)
    if reader.faults or held_on is None:
        raise FaultyFile(reader.faults)
    return WorkshopIn(title, held_on, place, organisation, language, dots_each, participants, notes, chosen)


def read_interview(
    typed: Mapping[str, str], *, organisations: Collection[str], codes: Sequence[str], today: date
) -> InterviewIn:
    """An interview, held by one of the organisations and about some of the codes. Raises FaultyFile."""
    reader = Reader(typed)
    held_on = reader.day("held_on", needed=True, last=today)
    organisation = reader.one_of("organisation", organisations)
    helix = reader.one_of("helix", HELICES)
    role = reader.text("role", LONGEST_LINE)
    name, topic = reader.text("name", LONGEST_LINE), reader.text("topic", LONGEST_LINE)
    embargo_until = reader.day("embargo_until", needed=False)
    chosen = reader.chosen(codes)
    if reader.faults or held_on is None:
        raise FaultyFile(reader.faults)
    is_quotable = typed.get("quotable") == "yes"
    return InterviewIn(held_on, organisation, helix, role, name, topic, is_quotable, embargo_until, chosen)


def read_votes(typed: Mapping[str, str], codes: Sequence[str]) -> list[VoteIn]:
    """What a workshop gave the initiatives it was about. Raises FaultyFile."""
    reader = Reader(typed)
    votes = [_vote(reader, code) for code in codes]
    if reader.faults:
        raise FaultyFile(reader.faults)
    return votes


def _vote(reader: Reader, code: str) -> VoteIn:
    most = MOST_PEOPLE * MOST_DOTS_EACH
    cells = {helix: reader.count(f"dots.{code}.{helix}", most) for helix in HELICES}
    by_helix = {helix: dots or 0 for helix, dots in cells.items()} if any(cells.values()) else None
    dots = reader.count(f"dots.{code}", most)
    fate = reader.one_of(f"fate.{code}", set(Fate), otherwise=Fate.NOTED)
    because = reader.text(f"because.{code}", LONGEST_TEXT)
    if fate == Fate.NOT_TAKEN_UP and not because:
        reader.faults.append(Fault(0, f"because.{code}", "Say why it was not taken up."))
    return VoteIn(
        code=code,
        dots=sum(by_helix.values()) if by_helix and dots is None else dots,
        by_helix=by_helix,
        version=reader.count(f"version.{code}", MOST_PEOPLE),
        change=reader.text(f"change.{code}", LONGEST_TEXT),
        fate=Fate(fate),
        because=because,
    )


def read_stances(typed: Mapping[str, str], codes: Sequence[str]) -> list[StanceIn]:
    """What somebody interviewed said of the initiatives it was about. Raises FaultyFile."""
    reader = Reader(typed)
    stances = [
        StanceIn(
            code=code,
            stance=Stance(reader.one_of(f"stance.{code}", set(Stance), otherwise=Stance.NO_OPINION)),
            version=reader.count(f"version.{code}", MOST_PEOPLE),
            statement=reader.text(f"statement.{code}", LONGEST_TEXT),
        )
        for code in codes
    ]
    if reader.faults:
        raise FaultyFile(reader.faults)
    return stances


def read_because(typed: Mapping[str, str]) -> str:
    """The reason for deleting something. Raises FaultyFile."""
    reader = Reader(typed)
    because = reader.text("because", LONGEST_LINE)
    if len(because) < SHORTEST_REASON:
        reader.faults.append(Fault(0, "because", "Give a reason of 10 to 200 characters."))
    if reader.faults:
        raise FaultyFile(reader.faults)
    return because

"""Evidence as people typed it, checked field by field. A fault names its field; what was typed stays with the form."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.actionplan.evidence.rules import HELICES, Fate, Stance, VoteIn
from app.core.words import LANGUAGES
from app.documents.sheets import Fault

LONGEST_LINE, LONGEST_TEXT = 200, 4000
MOST_PEOPLE, MOST_DOTS_EACH = 10_000, 100
MOST_CHOSEN = 50
"""So many initiatives fit into one form."""
FIRST_DAY = date(2000, 1, 1)


@dataclass
class Reader:
    """The fields of a form, read one by one; `faults` gathers what is wrong."""

    typed: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list[Fault])

    def text(self, name: str, most: int, *, needed: str = "") -> str:
        """A text without the space around it; with `needed`, that sentence when it is empty."""
        found = self.typed.get(name, "").replace("\r\n", "\n").strip()
        if needed and not found:
            self.faults.append(Fault(0, name, needed))
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

    def one_of(self, name: str, known: Collection[str], sentence: str) -> str:
        """One of the values a form offers."""
        found = self.typed.get(name, "")
        if found not in known:
            self.faults.append(Fault(0, name, sentence))
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


@dataclass(frozen=True)
class StanceIn:
    """What somebody interviewed said of one initiative."""

    code: str
    stance: Stance
    version: int | None
    statement: str


def read_workshop(typed: Mapping[str, str], organisations: Collection[str], today: date) -> WorkshopIn | list[Fault]:
    """A workshop, or what is wrong with it."""
    reader = Reader(typed)
    title = reader.text("title", LONGEST_LINE, needed="Give the workshop a title.")
    held_on = reader.day("held_on", needed=True, last=today)
    participants = {helix: reader.count(f"participants.{helix}", MOST_PEOPLE) or 0 for helix in HELICES}
    made = WorkshopIn(
        title=title,
        held_on=held_on or today,
        place=reader.text("place", LONGEST_LINE),
        organisation=reader.one_of("organisation", organisations, CHOOSE_ORGANISATION),
        language=reader.one_of("language", LANGUAGES, "Choose a language."),
        dots_each=reader.count("dots_each", MOST_DOTS_EACH) or 0,
        participants=participants,
        notes=reader.text("notes", LONGEST_TEXT),
    )
    if not reader.faults and not sum(participants.values()):
        reader.faults.append(Fault(0, f"participants.{HELICES[0]}", "Say how many people came."))
    return reader.faults or made


CHOOSE_ORGANISATION = "Choose who held it."


def read_interview(typed: Mapping[str, str], organisations: Collection[str], today: date) -> InterviewIn | list[Fault]:
    """An interview, or what is wrong with it."""
    reader = Reader(typed)
    held_on = reader.day("held_on", needed=True, last=today)
    made = InterviewIn(
        held_on=held_on or today,
        organisation=reader.one_of("organisation", organisations, CHOOSE_ORGANISATION),
        helix=reader.one_of("helix", HELICES, "Choose a group."),
        role=reader.text("role", LONGEST_LINE, needed="Say in words what this person is, without a name."),
        name=reader.text("name", LONGEST_LINE),
        topic=reader.text("topic", LONGEST_LINE),
        is_quotable=typed.get("quotable") == "yes",
        embargo_until=reader.day("embargo_until", needed=False),
    )
    return reader.faults or made


def read_votes(typed: Mapping[str, str], codes: Sequence[str]) -> list[VoteIn] | list[Fault]:
    """What a workshop gave the initiatives chosen, or what is wrong with it."""
    reader = Reader(typed)
    votes = [_vote(reader, code) for code in codes]
    return reader.faults or votes


def _vote(reader: Reader, code: str) -> VoteIn:
    most = MOST_PEOPLE * MOST_DOTS_EACH
    cells = {helix: reader.count(f"dots.{code}.{helix}", most) for helix in HELICES}
    by_helix = (
        {helix: dots or 0 for helix, dots in cells.items()} if any(d is not None for d in cells.values()) else None
    )
    dots = reader.count(f"dots.{code}", most)
    fate = Fate(reader.typed[f"fate.{code}"]) if reader.typed.get(f"fate.{code}") in set(Fate) else Fate.NOTED
    because = reader.text(f"because.{code}", LONGEST_TEXT)
    if fate is Fate.NOT_TAKEN_UP and not because:
        reader.faults.append(Fault(0, f"because.{code}", "Say why it was not taken up."))
    return VoteIn(
        code=code,
        dots=sum(by_helix.values()) if by_helix is not None and dots is None else dots,
        by_helix=by_helix,
        version=reader.count(f"version.{code}", MOST_PEOPLE),
        change=reader.text(f"change.{code}", LONGEST_TEXT),
        fate=fate,
        because=because,
    )


def read_stances(typed: Mapping[str, str], codes: Sequence[str]) -> list[StanceIn] | list[Fault]:
    """What somebody interviewed said of the initiatives chosen, or what is wrong with it."""
    reader = Reader(typed)
    made = [
        StanceIn(
            code=code,
            stance=Stance(reader.typed[f"stance.{code}"])
            if reader.one_of(f"stance.{code}", set(Stance), "Choose a stance.") in set(Stance)
            else Stance.NO_OPINION,
            version=reader.count(f"version.{code}", MOST_PEOPLE),
            statement=reader.text(f"statement.{code}", LONGEST_TEXT),
        )
        for code in codes
    ]
    return reader.faults or made


def read_chosen(typed: Mapping[str, str], known: Sequence[str]) -> list[str] | list[Fault]:
    """The codes of the initiatives ticked, in their own order, or what is wrong with the choice."""
    chosen = [code for code in known if typed.get(f"pick.{code}") == "yes"]
    if len(chosen) > MOST_CHOSEN:
        return [Fault(0, "initiatives", "Choose %(most)s initiatives at most.", {"most": MOST_CHOSEN})]
    return chosen


def read_because(typed: Mapping[str, str]) -> str | list[Fault]:
    """The reason for deleting something, or what is wrong with it."""
    reader = Reader(typed)
    because = reader.text("because", LONGEST_LINE)
    if len(because) < SHORTEST_REASON:
        reader.faults.append(Fault(0, "because", "Give a reason of 10 to 200 characters."))
    return reader.faults or because


SHORTEST_REASON = 10

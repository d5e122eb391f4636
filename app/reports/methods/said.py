"""What records say of one point, and the pieces such sayings are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.tags import language_name
from app.documents.document import Block, Paragraph
from app.reports.building import Pen, listed
from app.reports.methods.reading import MethodsReading


@dataclass(frozen=True)
class Said:
    """What records say of a point, in sentences and in tables; it is whole where people need to add nothing."""

    words: Sequence[Paragraph] = ()
    tables: Sequence[Block] = ()
    is_whole: bool = False


NOTHING = Said()


def plain(*texts: str) -> list[Paragraph]:
    """Sentences as paragraphs, without empty ones."""
    return [Paragraph(text) for text in texts if text]


def few(pen: Pen, count: int, minimum: int) -> str:
    """How many people there are; of fewer than the smallest group only that."""
    return pen.number(count) if count >= minimum else pen.say("fewer than %(minimum)s", minimum=minimum)


def elsewhere(reading: MethodsReading) -> list[Paragraph]:
    """Of ratings collected elsewhere, that nobody here knows how."""
    return plain(
        reading.pen.say("The ratings were taken over from files. How they were collected is not in the records.")
    )


def draft(reading: MethodsReading) -> list[Paragraph]:
    """Of a survey that is not published, that nothing is fixed."""
    return plain(reading.pen.say("The survey is a draft: nothing is fixed yet."))


def without_results(reading: MethodsReading) -> Said:
    """Of a survey without results, that there are none."""
    return Said(plain(reading.pen.say("No round has closed yet.")))


def languages_text(reading: MethodsReading) -> str:
    """The languages a survey is offered in, each by its own name."""
    names = [language_name(tag) for tag in reading.survey.languages]
    return reading.pen.say("Languages: %(languages)s.", languages=listed(reading.pen, names))


def groups_text(reading: MethodsReading) -> str:
    """The groups a survey asks, nothing where it does not ask for a group."""
    names = [*reading.groups.values()]
    return reading.pen.say("Groups: %(groups)s.", groups=listed(reading.pen, names)) if names else ""


def returning_text(reading: MethodsReading) -> str:
    """Which items are asked about again."""
    say = reading.pen.say
    if reading.survey.items_returning == "all":
        return say("Every round asks about every item.")
    return say(
        "An item is asked about again while groups are divided, answers are too few, opinions still move, or nobody "
        "can tell whether it meets the rule. What is decided stays out."
    )

"""The strongest reasons are those that several give, found quickly however many there are."""

from uuid import UUID

from app.consensus.voices import MOST_COMPARED, Voice, strongest
from app.surveys.rounds.reasons import Given


def reason(number: int, text: str) -> Given:
    return Given(UUID(int=number), "I1.impact", True, "", text, False, "", "")


def test_what_several_say_comes_first() -> None:
    texts = ["Forest school", "Night buses", "Buses at night", "Costly", "Too far"]
    found = strongest([reason(place, text) for place, text in enumerate(texts)])
    assert found[0] == Voice("Night buses", "", 2)
    assert len(found) == 3


def test_of_very_many_only_some_are_compared() -> None:
    many = [reason(place, "Night buses") for place in range(MOST_COMPARED + 5)]
    assert strongest(many) == [Voice("Night buses", "", MOST_COMPARED)]

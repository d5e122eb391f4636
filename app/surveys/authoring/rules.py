"""What a survey may look like. Pure."""

from dataclasses import dataclass

SMALLEST_SCALE, LARGEST_SCALE = 2, 11
LONGEST_COMMENT = 4000


@dataclass(frozen=True)
class Scale:
    """The points of a rating, lowest to highest, one apart."""

    low: int
    high: int

    @property
    def points(self) -> range:
        """Every point from low to high."""
        return range(self.low, self.high + 1)

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high


def is_scale(low: int, high: int) -> bool:
    """Whether a scale from low to high has between 2 and 11 points.

    >>> is_scale(1, 5), is_scale(0, 10), is_scale(1, 1), is_scale(1, 12)
    (True, True, False, False)
    """
    return SMALLEST_SCALE <= high - low + 1 <= LARGEST_SCALE


def answer_code(item: str, criterion: str) -> str:
    """The code under which an answer about an item is kept.

    >>> answer_code("I01", "impact")
    'I01.impact'
    """
    return f"{item}.{criterion}"


def split_code(code: str) -> tuple[str, str]:
    """The item and criterion of a code; the criterion is empty for a question that is about no item.

    >>> split_code("I01.impact"), split_code("org_size")
    (('I01', 'impact'), ('org_size', ''))
    """
    item, _, criterion = code.partition(".")
    return item, criterion

"""Which figures there are, and on which criteria each is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.consensus.figures.change import change, settled
from app.consensus.figures.groups import differences, gaps, response
from app.consensus.figures.model import Figure
from app.consensus.figures.opinion import opinion, unsure
from app.consensus.figures.order import chances, ranks, two_criteria
from app.consensus.figures.reading import EVERY_CRITERION, Reading
from app.core.errors import NotFound

Criteria = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True)
class Kind:
    """One kind of figure: its name in addresses, the question it answers, and how it is made."""

    name: str
    question: str
    criteria: Criteria
    make: Callable[[Reading, str], Figure]


def _each(criteria: Sequence[str]) -> Sequence[str]:
    return criteria


def _all_and_each(criteria: Sequence[str]) -> Sequence[str]:
    return [EVERY_CRITERION, *criteria]


def _all_only(criteria: Sequence[str]) -> Sequence[str]:
    return [EVERY_CRITERION]


def _all_but_the_first(criteria: Sequence[str]) -> Sequence[str]:
    return criteria[1:]


KINDS = (
    Kind("opinion", "Where does opinion lean?", _each, opinion),
    Kind("ranks", "How sure is the order?", _all_and_each, ranks),
    Kind("rank-chances", "Which rank is how likely?", _all_only, chances),
    Kind("gaps", "Where do the groups disagree?", _each, gaps),
    Kind("differences", "Who differs from all?", _each, differences),
    Kind("change", "What changed since the last round?", _each, change),
    Kind("settled", "Has opinion settled?", _each, settled),
    Kind("unsure", "What do people not know?", _each, unsure),
    Kind("response", "Who has answered?", _all_only, response),
    Kind("two-criteria", "Important but hard?", _all_but_the_first, two_criteria),
)


QUESTIONS = {kind.name: kind.question for kind in KINDS}


def make_figures(reading: Reading) -> list[Figure]:
    """Every figure of a round, each on every criterion it is for."""
    return [kind.make(reading, one) for kind in KINDS for one in kind.criteria(reading.findings["criteria"])]


def get_kind(name: str) -> Kind:
    """The kind of figure of that name. Raises NotFound."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise NotFound("There is no such figure.")


def make_figure(reading: Reading, name: str, criterion: str | None = None) -> Figure:
    """One figure, by default on the first criterion it is for. Raises NotFound."""
    kind = get_kind(name)
    criteria = kind.criteria(reading.findings["criteria"])
    chosen = criterion if criterion is not None else next(iter(criteria), None)
    if chosen is None or chosen not in criteria:
        raise NotFound("There is no such figure.")
    return kind.make(reading, chosen)

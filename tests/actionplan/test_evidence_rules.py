"""What evidence may hold and show: dots that add up, and stances nobody can take apart."""

import random
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pytest

from app.actionplan.evidence import rules
from app.actionplan.evidence.importing import parse_dots
from app.actionplan.evidence.rules import (
    HELICES,
    StanceStep,
    VoteIn,
    dot_faults,
    mostly,
    shown_dots,
    shown_stances,
    take_step,
)
from app.core.errors import Invalid
from app.documents.sheets import FaultyFile

PEOPLE = {"academia": 2, "industry": 0, "government": 3, "civil": 1}


@pytest.mark.parametrize(
    ("votes", "fields"),
    [
        pytest.param([VoteIn("I1", dots=12), VoteIn("I2", dots=6)], [], id="all dots there are"),
        pytest.param([VoteIn("I1", dots=12), VoteIn("I2", dots=7)], ["dots.I2"], id="one dot more than there are"),
        pytest.param([VoteIn("I1", dots=5, by_helix={"civil": 2})], ["dots.I1"], id="groups that do not add up"),
        pytest.param([VoteIn("I1", dots=4, by_helix={"civil": 4})], ["dots.I1.civil"], id="more than a group has"),
        pytest.param(
            [VoteIn("I1", dots=1, by_helix={"industry": 1})], ["dots.I1.industry"], id="of a group nobody came from"
        ),
        pytest.param(
            [VoteIn("I1", dots=2, by_helix={"civil": 2}), VoteIn("I2", dots=2, by_helix={"civil": 2})],
            ["dots.I2.civil"],
            id="more than a group has over all initiatives",
        ),
        pytest.param([VoteIn("I1"), VoteIn("I2", dots=0)], [], id="no dots"),
    ],
)
def test_dots_add_up(votes: list[VoteIn], fields: list[str]) -> None:
    assert [fault.column for fault in dot_faults(votes, PEOPLE, 3)] == fields


def test_dots_of_few_people_are_not_shown() -> None:
    by_helix = {"academia": 2, "industry": 0, "government": 9, "civil": 4}
    shown = shown_dots({"academia": 2, "industry": 0, "government": 12, "civil": 6}, 15, by_helix)
    assert shown.dots == 15
    assert shown.by_helix == {"academia": None, "government": 9, "civil": None}, (
        "two are hidden: one would be a subtraction"
    )
    assert shown_dots({"government": 4}, 9, {"government": 9}).dots is None
    assert shown_dots({"government": 9}, None, None) == rules.ShownDots(None, {})


def test_one_group_alone_spoke_mostly() -> None:
    assert mostly({"government": 61, "civil": 10, "industry": 15, "academia": 14}) == ["government"]


Atom = tuple[str, str, str]


def atoms_of(said: Mapping[str, tuple[str, str]], helix: str = "") -> set[Atom]:
    return {(key, own, stance) for key, (own, stance) in said.items() if helix in ("", own)}


def published_over_time(seed: int, steps: int = 26) -> list[set[Atom]]:
    """What is shown, as the interviews behind each figure, while somebody adds, changes and deletes interviews."""
    rng = random.Random(seed)
    said: dict[str, tuple[str, str]] = {}
    step = StanceStep({})
    cells: list[set[Atom]] = []
    for number in range(steps):
        for _ in range(rng.randint(1, 3)):
            act = rng.random()
            if act < 0.7 or not said:
                said[f"{number}.{len(said)}"] = (rng.choices(HELICES, (1, 1, 6, 4))[0], rng.choice(["for", "against"]))
            elif act < 0.9:
                key = rng.choice(sorted(said))
                said[key] = (said[key][0], rng.choice(["neutral", "conditions"]))
            else:
                del said[rng.choice(sorted(said))]
        before, step = step, take_step(step, dict(said))
        if step is before:
            continue
        shown = shown_stances(step)
        if shown.n is not None:
            cells.append(atoms_of(step.counted))
        cells += [atoms_of(step.counted, helix) for helix, counts in shown.by_helix.items() if counts is not None]
    return cells


def people_given_away(cells: Sequence[set[Atom]], *, most: int) -> tuple[str, ...] | None:
    """Some people, `most` or fewer, about whom alone a sum or difference of the figures tells something."""
    atoms = sorted(set[Atom]().union(*cells))
    table = np.array([[float(atom in cell) for atom in atoms] for cell in cells])
    rank = np.linalg.matrix_rank(table)
    touched = sorted({key for key, _, _ in atoms})
    for count in range(1, most + 1):
        for few in combinations(touched, count):
            own = [place for place, atom in enumerate(atoms) if atom[0] in few]
            rest = np.delete(table, own, axis=1)
            # a combination that is zero for all others, and not for these
            if np.linalg.matrix_rank(rest) < rank:
                return few
    return None


@pytest.mark.parametrize("seed", range(12))
def test_no_combination_of_stance_tables_tells_of_one_person_or_two(seed: int) -> None:
    cells = published_over_time(seed)
    assert len(cells) >= 4, "something was shown, more than once"
    assert people_given_away(cells, most=2) is None


def test_nor_of_four() -> None:
    assert people_given_away(published_over_time(3, steps=9), most=4) is None


def test_counting_each_interview_at_once_would_have_told() -> None:
    said = {str(number): ("civil", "for") for number in range(6)}
    cells = [atoms_of(dict(list(said.items())[:5])), atoms_of(said)]
    assert people_given_away(cells, most=1) == ("5",)


def test_a_group_that_was_lost_never_comes_back() -> None:
    said = {f"g{number}": ("government", "for") for number in range(6)}
    said |= {f"c{number}": ("civil", "for") for number in range(3)} | {
        f"a{number}": ("academia", "for") for number in range(3)
    }
    step = take_step(StanceStep({}), said)
    assert step.shown == {"government"}
    said |= {"g6": ("government", "against")} | {f"i{number}": ("industry", "for") for number in range(4)}
    step = take_step(step, said)
    assert len(step.counted) == 17
    assert (step.shown, step.lost) == (frozenset(), {"government"}), "its seventh interview would show"
    said |= {f"g{number}": ("government", "for") for number in range(7, 20)}
    assert take_step(step, said).shown == frozenset()


def test_the_others_together_are_a_group_too() -> None:
    said = {f"g{number}": ("government", "for") for number in range(6)}
    said |= {f"c{number}": ("civil", "for") for number in range(3)} | {
        f"a{number}": ("academia", "for") for number in range(3)
    }
    step = take_step(StanceStep({}), said)
    said |= {f"g{number}": ("government", "for") for number in range(6, 12)} | {"c3": ("civil", "against")}
    after = take_step(step, said)
    assert len(after.counted) == 19
    assert after.shown == frozenset(), "one more of the others would show by subtraction"


def test_one_lost_group_keeps_another_hidden_with_it() -> None:
    said = {f"g{number}": ("government", "for") for number in range(6)}
    said |= {f"{helix}{number}": (helix, "for") for helix in HELICES[:2] for number in range(3)}
    said |= {f"c{number}": ("civil", "for") for number in range(1)}
    step = take_step(StanceStep({}), said)
    assert step.shown == {"government"}
    said |= {"g6": ("government", "for")} | {f"c{number}": ("civil", "for") for number in range(1, 7)}
    step = take_step(step, said)
    assert step.lost == {"government"}
    said |= {f"{helix}{number}": (helix, "for") for helix in HELICES for number in range(10, 16)}
    after = take_step(step, said)
    assert "government" not in after.shown
    assert len(after.shown) == 2, "with three shown, the lost one would show by subtraction"


def test_when_few_are_left_nothing_is_shown() -> None:
    said = {str(number): ("civil", "for") for number in range(9)}
    step = take_step(take_step(StanceStep({}), said), {"0": ("civil", "for")})
    assert shown_stances(step).n is None


def rows(text: str) -> tuple[dict[str, VoteIn], dict[str, int]]:
    return parse_dots("dots.csv", text.encode(), ["I1", "I2"])


def test_dots_from_a_sheet() -> None:
    dots, places = rows("initiative,dots,helix\nI1,3,civil\nI1,2,government\nI2,4,\n")
    assert dots["I1"] == VoteIn("I1", dots=5, by_helix={"academia": 0, "industry": 0, "government": 2, "civil": 3})
    assert dots["I2"] == VoteIn("I2", dots=4)
    assert places == {"I1": 3, "I2": 4}
    assert rows("Dots;Initiative\n3;I1\n;\n")[0] == {"I1": VoteIn("I1", dots=3)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("initiative\nI1\n", "Row 1, dots: is missing."),
        ("initiative,dots,colour\nI1,1,red\n", "Row 1, colour: is not a column of this format."),
        ("initiative,dots,dots\nI1,1,2\n", "Row 1, dots: stands twice."),
        ("initiative,dots\nI9,1\n", "Row 2, initiative: is not the code of an initiative."),
        ("initiative,dots\nI1,many\n", "Row 2, dots: is not a whole number."),
        ("initiative,dots\nI1,-1\n", "Row 2, dots: is not a whole number."),
        ("initiative,dots,helix\nI1,1,all\n", "Row 2, helix: is none of academia, industry, government, civil."),
        ("initiative,dots\nI1,1\nI1,2\n", "Row 3, initiative: I1 stands in row 2 already."),
        ("initiative,dots,helix\nI1,1,\nI1,2,civil\n", "Row 3, helix: is given for some rows of this initiative only."),
    ],
)
def test_faults_of_a_sheet_are_named(text: str, fault: str) -> None:
    with pytest.raises(FaultyFile) as refusal:
        rows(text)
    assert fault in map(str, refusal.value.faults)


def test_a_sheet_without_dots() -> None:
    with pytest.raises(Invalid, match="no dots"):
        rows("initiative,dots\n")

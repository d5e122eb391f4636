"""Two wordings of a text compared word by word, and how the comparison is shown."""

from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.actionplan.initiatives.difference import Piece, is_changed, words_changed
from app.web.templating import environment_for

WORDING = st.lists(st.sampled_from(["heat", "the", "l'aigua", "вода", " ", "\n", ".", "’", "·", "a-b", "٣"])).map(
    "".join
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("", "", [], id="nothing and nothing"),
        pytest.param("Heat", "Heat", [("same", "Heat")], id="the same"),
        pytest.param("", "Heat", [("added", "Heat")], id="from nothing"),
        pytest.param("Heat", "", [("removed", "Heat")], id="to nothing"),
        pytest.param(
            "Heat homes", "Heat all homes",
            [("same", "Heat "), ("added", "all "), ("same", "homes")],
            id="one more word",
        ),
        pytest.param(
            "by two buses now", "by ten trains now",
            [("same", "by "), ("removed", "two buses"), ("added", "ten trains"), ("same", " now")],
            id="a gap between changed words is no common ground",
        ),
        pytest.param(
            "Estalviar l'aigua", "Estalviar l'energia",
            [("same", "Estalviar "), ("removed", "l'aigua"), ("added", "l'energia")],
            id="an elision is one word",
        ),
        pytest.param(
            "one\ntwo", "one two",
            [("same", "one"), ("removed", "\n"), ("added", " "), ("same", "two")],
            id="a new line",
        ),
    ],
)  # fmt: skip
def test_words_changed(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert words_changed(before, after) == expected
    assert is_changed(words_changed(before, after)) is (before != after)


@given(WORDING | st.text(), WORDING | st.text())
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = words_changed(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a b " * 1000, "a c " * 1000, id="one word everywhere"),
        pytest.param(
            " ".join(str(i % 90) for i in range(1300)),
            " ".join(str(-i * 7 % 91) for i in range(1300)),
            id="few words often",
        ),
    ],
)
def test_a_wording_made_to_be_slow_is_compared_soon(before: str, after: str) -> None:
    began = perf_counter()
    words_changed(before, after)
    assert perf_counter() - began < 3


def test_a_difference_is_said_and_not_only_coloured() -> None:
    template = '{% from "macros/difference.html" import difference %}{{ difference(pieces, "ca") }}'
    pieces = [Piece("removed", "<b>"), Piece("added", "aigua"), Piece("same", " i\nsol")]
    shown = environment_for("en").from_string(template).render(pieces=pieces)
    assert '<span class="difference" lang="ca"><del><span class="vh" lang="en">removed: </span>&lt;b&gt;<' in shown
    assert '<ins><span class="vh" lang="en">added: </span>aigua<span class="vh" lang="en"> end of' in shown
    assert shown.strip().endswith("</ins> i\nsol</span>")

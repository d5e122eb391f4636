"""What a pasted list of things to rate may hold."""

import pytest

from app.core.errors import Invalid
from app.surveys.authoring.rules import ListedItem, parse_listed


def test_lines_with_tabs_semicolons_and_gaps() -> None:
    assert parse_listed("K1\tPatents\n\nK2; Start-ups; Founded; in a year\n") == [
        ListedItem("K1", "Patents", ""),
        ListedItem("K2", "Start-ups", "Founded; in a year"),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("K 1;Patents", "Line 1: the code", id="a gap in the code"),
        pytest.param("K1;Pat\x00ents", "Line 1: the code", id="a sign that cannot be stored"),
        pytest.param("K1;A\nK2", "Line 2: the title is missing", id="no title"),
        pytest.param(f"K1;{'x' * 201}", "Line 1: the title", id="a title too long"),
        pytest.param(f"K1;A;{'x' * 1001}", "Line 1: the title", id="a summary too long"),
        pytest.param("K1;A\nK1;B", "Line 2: this code", id="a code twice"),
        pytest.param(" \n ", "Give 1 to 300 lines", id="nothing"),
        pytest.param("\n".join(f"K{number};A" for number in range(301)), "Give 1 to 300 lines", id="too much"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(text: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        parse_listed(text)

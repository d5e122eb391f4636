"""Reading the two tables: what is tolerated, and that every fault is named and none crashes."""

import pytest

from app.consensus.panel_files import PanelFileError, read_panel_files
from app.stats.histogram import MISSING

PEOPLE = "respondent,helix,region\nR1,academia,North\nR2,society,South\n"
RATINGS = "round,respondent,initiative,impact,urgency\n1,R1,I1,4,5\n1,R2,I1,NA,\n"


def faults(
    respondents: str | bytes = PEOPLE, ratings: str | bytes = RATINGS, scale: tuple[int, int] | None = None
) -> list[str]:
    data = [text.encode() if isinstance(text, str) else text for text in (respondents, ratings)]
    with pytest.raises(PanelFileError) as caught:
        read_panel_files(data[0], data[1], scale=scale)
    assert str(caught.value)
    return [f"{problem.row} {problem.column}: {problem.reason}" for problem in caught.value.problems]


def test_society_is_read_as_civil_and_gaps_as_cannot_judge() -> None:
    panel, is_inferred = read_panel_files(PEOPLE.encode(), RATINGS.encode())
    assert panel.helices == ("academia", "civil")
    assert panel.ratings[0, 1, 0].tolist() == [MISSING, MISSING]
    assert panel.took_part.tolist() == [[True, True]]
    assert (panel.low, panel.high, is_inferred) == (1, 5, True)


def test_semicolons_byte_order_mark_and_decimal_commas() -> None:
    people = "\ufeff" + PEOPLE.replace(",", ";")
    ratings = "\ufeffround;respondent;initiative;impact\n1;R1;I1;4,0\n1,0;R2;I1;3.0\n"
    panel, _ = read_panel_files(people.encode(), ratings.encode(), scale=(1, 9))
    assert panel.ratings.ravel().tolist() == [4, 3]


def test_initiatives_come_as_people_count() -> None:
    lines = "".join(f"1,R1,I{number},3\n" for number in (10, 2, 1))
    panel, _ = read_panel_files(PEOPLE.encode(), f"round,respondent,initiative,impact\n{lines}".encode())
    assert panel.initiatives == ("I1", "I2", "I10")


def test_five_faults_are_all_named() -> None:
    ratings = (
        "round,respondent,initiative,impact\n1,R1,I1,4\n1,R9,I1,4\n1,R1,I2,77\n1,R1,I1,5\nx,R1,I3,2\n1,R1,I4,4.5\n"
    )
    assert faults(ratings=ratings, scale=(1, 5)) == [
        "3 respondent: R9 is not a respondent",
        "5 row: this rating stands in the table twice",
        "6 round: is not the number of a round",
        "7 impact: 4.5 is not a whole number",
        "4 impact: 77 is outside the scale 1 to 5",
    ]


@pytest.mark.parametrize("value", ["NaN", "inf", "1e400", str(2**70), "٣", "0", "-1", "12", "4;", "=1+1"])
def test_absurd_ratings_are_refused(value: str) -> None:
    assert len(faults(ratings=f'round,respondent,initiative,impact\n1,R1,I1,"{value}"\n')) == 1


@pytest.mark.parametrize(
    ("respondents", "ratings", "named"),
    [
        pytest.param(b"\xff\xfe", RATINGS, "file", id="not in UTF-8"),
        pytest.param(PEOPLE + "R3\x00,civil,x\n", RATINGS, "file", id="NUL"),
        pytest.param("respondent,region\nR1,North\n", RATINGS, "helix", id="a column is missing"),
        pytest.param(PEOPLE + "R1,civil,North\n", RATINGS, "respondent", id="somebody twice"),
        pytest.param(PEOPLE + ",civil,North\n", RATINGS, "respondent", id="somebody without a code"),
        pytest.param(PEOPLE + "R3,,North\n", RATINGS, "helix", id="somebody without a group"),
        pytest.param(PEOPLE + "R3,civil\n", RATINGS, "row", id="a row too short"),
        pytest.param(PEOPLE + f"R3,civil,{'x' * 300}\n", RATINGS, "row", id="a cell too long"),
        pytest.param(PEOPLE, "", "round", id="an empty file"),
        pytest.param(PEOPLE, "round,respondent,initiative\n1,R1,I1\n", "criterion", id="no criterion"),
        pytest.param(PEOPLE, "round,respondent,initiative,a,a\n1,R1,I1,1,1\n", "a", id="a column twice"),
        pytest.param(PEOPLE, "round,respondent,initiative,impact\n", "row", id="no ratings"),
        pytest.param(PEOPLE, "round,respondent,initiative,impact\n1,R1,,3\n", "initiative", id="no initiative"),
        pytest.param(PEOPLE, 'round,respondent,initiative,impact\n1,R1,"I1,3\n', "file", id="a quote left open"),
    ],
)
def test_broken_tables_are_refused_by_place(respondents: str | bytes, ratings: str, named: str) -> None:
    assert any(line.split(":")[0].endswith(named) for line in faults(respondents, ratings))

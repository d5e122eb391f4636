"""Figures say in their titles what the findings hold, show nothing of hidden groups, and are never empty drawings."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import vl_convert

from app.consensus.figures import service
from app.consensus.figures.catalogue import KINDS, make_figure, make_figures
from app.consensus.figures.model import as_data, as_document, from_data
from app.consensus.figures.queries import distinct
from app.consensus.figures.reading import Reading
from app.consensus.figures.rendering import specification_of
from app.core.errors import NotFound
from app.core.words import LANGUAGES
from app.documents.to_csv import to_csv
from tests.consensus.figures.readings import CRITERIA, ITEMS, LABELS, Rate, make_reading

READING = make_reading()
LINES = {criterion: READING.findings["items"][criterion] for criterion in CRITERIA}


def title_of(name: str, criterion: str | None = None, reading: Reading = READING) -> str:
    return make_figure(reading, name, criterion).title


def percent(share: float) -> str:
    return f"{round(100 * share)}%"


def named(line: dict[str, Any]) -> str:
    return READING.titles[line["initiative"]]


@pytest.mark.parametrize("criterion", CRITERIA)
def test_titles_state_what_the_findings_hold(criterion: str) -> None:
    lines = LINES[criterion]
    counts = [sum(line["verdict"] == verdict for line in lines) for verdict in ("consensus", "divided")]
    assert title_of("opinion", criterion) == (
        f"{counts[0]} of {ITEMS} initiatives {'has' if counts[0] == 1 else 'have'} consensus. "
        f"{counts[1]} {'splits' if counts[1] == 1 else 'split'} the groups."
    )
    share = READING.findings["by_criterion_shortlist"][criterion]["same_share"]
    leads = "clearly lead" if share > 0.9 else "lead, in no certain order"
    assert title_of("ranks", criterion) == (f"3 initiatives {leads}" if share > 0.6 else "No firm group leads")
    widest = max((line for line in lines if line["gap"] is not None), key=lambda line: line["gap"])
    low, high = (LABELS[widest[end]] for end in ("gap_low", "gap_high"))
    least, most = (widest["by_helix"][widest[end]]["share_high"] for end in ("gap_low", "gap_high"))
    assert title_of("gaps", criterion) == (
        f"{round(100 * widest['gap'])} points apart on “{named(widest)}”: "
        f"{low} {percent(least)}, {high} {percent(most)}"
    )
    asked = {named(line): line["cannot_judge"] / (line["n"] + line["cannot_judge"]) for line in lines if line["n"]}
    hardest = max(asked, key=lambda title: asked[title])
    assert title_of("unsure", criterion) == (
        f"“{hardest}” is the hardest to judge: {percent(asked[hardest])} could not say"
    )


def ends_of(then: dict[str, Any], now: dict[str, Any]) -> tuple[float | None, float | None]:
    """Shares before and after, of the same people where the findings know them."""
    same = now.get("change")
    return (same["before"], same["after"]) if same else (then["share_high"], now["share_high"])


@pytest.mark.parametrize("criterion", CRITERIA)
def test_titles_state_what_changed(criterion: str) -> None:
    assert READING.before
    earlier = {line["initiative"]: line for line in READING.before["items"][criterion]}
    pairs = [(earlier[line["initiative"]], line) for line in LINES[criterion] if line["n"]]
    ends = [(named(now), *ends_of(then, now)) for then, now in pairs]
    moved = [(title, before, after) for title, before, after in ends if before is not None and after is not None]
    expected = "Nothing was asked in both rounds of enough people to compare."
    if moved:
        title, before, after = max(moved, key=lambda one: abs(one[2] - one[1]))
        expected = f"“{title}” moved most: from {percent(before)} to {percent(after)}"
    assert title_of("change", criterion) == expected
    closer = sum(now["iqr"] < then["iqr"] for then, now in pairs)
    assert title_of("settled", criterion) == f"Opinion moved closer together on {closer} of {len(pairs)} initiatives"


def test_titles_over_all() -> None:
    answered = READING.findings["answered"]["all"]
    assert title_of("response") == f"{answered} of 80 people invited answered"
    first = max(READING.chances, key=lambda code: READING.chances[code][0])
    share = percent(READING.chances[first][0])
    assert title_of("rank-chances") == f"“{READING.titles[first]}” comes first in {share} of the re-samples"
    means = [[line["balanced_mean"] for line in LINES[criterion]] for criterion in CRITERIA]
    above = [np.array(column) > np.mean(column) for column in means]
    assert title_of("two-criteria") == (
        f"{int((above[0] & above[1]).sum())} of {ITEMS} initiatives are above average on both Impact and Feasibility"
    )


def test_a_change_is_that_of_the_same_people_where_it_is_known() -> None:
    lines = [dict(line) for line in LINES["impact"]]
    lines[0]["change"] = {"before": 0.1, "after": 0.9}
    lines[1]["change"] = {"before": None, "after": None, "reason": "too few took part in both"}
    reading = make_reading()
    findings = {**reading.findings, "items": {**reading.findings["items"], "impact": lines}}
    figure = make_figure(replace(reading, findings=findings), "change", "impact")
    found = {one["initiative"]: (one["before"], one["after"]) for one in figure.records()}
    assert found["I1"] == (0.1, 0.9)
    assert "I2" not in found


def test_a_hidden_group_is_in_no_figure() -> None:
    hidden = [
        (figure, one)
        for figure in make_figures(READING)
        for one in figure.records()
        if "by_civil" in one or one.get("group") == "Citizens"
    ]
    assert hidden
    for _, one in hidden:
        assert one.get("by_civil") is None
        assert one.get("answered") is None
        assert one.get("invited") is None
    assert not any("Citizens" in figure.title for figure in make_figures(READING))


def test_no_picture_has_a_mark_of_a_hidden_group() -> None:
    for name in ("gaps", "differences"):
        figure = make_figure(READING, name, "impact")
        groups = [column.key for column in figure.columns if column.key.startswith("by_")]
        shown = sum(one[key] is not None for one in figure.records() for key in groups)
        written = specification_of(figure)
        assert shown
        assert '"group":"Citizens"' not in written
        if name == "differences":
            assert written.count('"text":"<5"') == len(figure.rows) * len(groups) - shown


def rated_by_few(rng: np.random.Generator, number: int, helix: str, item: int, criterion: int) -> int | None:
    """Nobody but three people judges the first initiative."""
    if item == 0:
        return 5 if helix == "civil" else None
    return int(rng.integers(1, 6))


def test_a_hidden_initiative_has_no_number_anywhere() -> None:
    reading = make_reading(rated_by_few)
    assert reading.findings["items"]["impact"][0]["suppressed"]
    found = 0
    for figure in make_figures(reading):
        for one in figure.records():
            if one.get("initiative") == "I1":
                found += 1
                assert [cell for key, cell in one.items() if not key.endswith("_text") and cell is not None] == [
                    "I1",
                    reading.titles["I1"],
                ]
    assert found, "the table of opinion says that there are too few"


def same(rng: np.random.Generator, number: int, helix: str, item: int, criterion: int) -> int | None:
    return 4


def nobody_can_judge(rng: np.random.Generator, number: int, helix: str, item: int, criterion: int) -> int | None:
    return 3 if helix == "academia" and item == 1 else None


@pytest.mark.parametrize(
    ("rate", "options"),
    [
        pytest.param(same, {}, id="all equal"),
        pytest.param(nobody_can_judge, {}, id="nearly all cannot judge"),
        pytest.param(same, {"sizes": {"academia": 1}, "rounds": 1}, id="one answer"),
        pytest.param(same, {"sizes": {"academia": 12}}, id="one helix"),
        pytest.param(rated_by_few, {"rounds": 1}, id="one round"),
        pytest.param(same, {"items": 1}, id="one initiative"),
        pytest.param(same, {"criteria": ("impact",)}, id="one criterion"),
    ],
)
def test_odd_rounds_give_a_sentence_or_a_whole_picture(rate: Rate, options: dict[str, Any]) -> None:
    figures = make_figures(make_reading(rate, **options))
    assert {figure.name for figure in figures} >= {kind.name for kind in KINDS} - {"two-criteria"}
    for figure in figures:
        assert figure.title
        assert "nan" not in json.dumps(as_data(figure)).lower().replace("finance", "")
        assert all(not isinstance(cell, float) or math.isfinite(cell) for row in figure.rows for cell in row)
        # each criterion is drawn by the same steps
        if figure.rows and figure.criterion in ("", CRITERIA[0]):
            svg = vl_convert.vegalite_to_svg(specification_of(figure))
            assert "NaN" not in svg
            assert "Infinity" not in svg
            assert svg.count("<text") >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_it_with_the_same_numbers(language: str) -> None:
    reading = make_reading(language=language)
    for there, here in zip(make_figures(READING), make_figures(reading), strict=True):
        assert (there.name, there.criterion, len(there.rows)) == (here.name, here.criterion, len(here.rows))
        numbers = [[cell for cell in row if not isinstance(cell, str)] for row in there.rows]
        assert numbers == [[cell for cell in row if not isinstance(cell, str)] for row in here.rows]
        assert language == "en" or here.definition != there.definition
        assert "%(" not in here.title + here.definition + here.source


def test_a_file_has_every_number_unrounded() -> None:
    figure = make_figure(READING, "gaps", "impact")
    lines = to_csv(as_document(figure)).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("initiative,title,by_academia")
    assert len(lines) == 1 + len(figure.rows)
    shares = [float(cell) for cell in lines[1].split(",")[-5:] if cell]
    assert shares == [cell for cell in figure.rows[0] if isinstance(cell, float)]


def test_a_figure_survives_the_way_to_the_process_that_draws() -> None:
    for figure in make_figures(READING):
        there = from_data(json.loads(json.dumps(as_data(figure))))
        assert as_data(there) == json.loads(json.dumps(as_data(figure)))
        assert not figure.rows or specification_of(there) == specification_of(figure)


def test_much_arrives_whole_where_the_process_that_draws_begins_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LOOKS_EVERY", 0.001)
    monkeypatch.setattr(service, "LONGEST_SECONDS", 20)
    known = [f"{number:064x}" for number in range(20_000)]
    [drawn] = service.render_apart([make_figure(READING, "gaps", "impact")], known)
    assert set(drawn["files"]) == {drawn["svg"], drawn["png"]}


def test_there_are_no_figures_of_other_names_or_criteria() -> None:
    for name, criterion in (("nothing", None), ("opinion", "price"), ("two-criteria", "impact"), ("opinion", "")):
        with pytest.raises(NotFound):
            make_figure(READING, name, criterion)


def test_two_initiatives_of_one_title_are_told_apart() -> None:
    assert distinct({"A": "Same", "B": "Same", "C": "Other"}) == {"A": "Same (A)", "B": "Same (B)", "C": "Other"}


def test_signs_that_no_drawing_holds_do_not_end_what_draws() -> None:
    """One title with a control sign would otherwise end the process each time, and no other figure were drawn."""
    titles = {code: f"{title}\x01\uffff" for code, title in READING.titles.items()}
    figure = make_figure(replace(READING, titles=titles), "opinion", CRITERIA[0])
    asked = json.dumps({"figures": [as_data(figure)], "known": []})
    command = [sys.executable, "-m", "app.consensus.figures.rendering"]
    done = subprocess.run(command, input=asked.encode(), capture_output=True, check=False)
    assert done.returncode == 0
    assert set(json.loads(done.stdout)) == {"svg", "png", "files"}

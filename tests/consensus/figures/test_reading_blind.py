"""Whoever reads a figure's table misses nothing that its picture shows, and a picture shows nothing its table lacks."""

import re
from collections.abc import Mapping
from itertools import pairwise

import altair as alt
import pytest
import vl_convert

from app.consensus.figures.catalogue import make_figures
from app.consensus.figures.drawing.catalogue import DRAWINGS
from app.consensus.figures.framing import bare, framed, inline
from app.consensus.figures.model import Figure
from app.consensus.figures.rendering import draw, specification_of
from app.documents.tokens import STYLES, USE, tokens_of
from tests.consensus.figures.drawn import Drawing
from tests.consensus.figures.readings import make_reading

FIGURES = [figure for figure in make_figures(make_reading()) if figure.rows]
NUMBERS = re.compile(r"[−+]?\d+(?:\.\d+)?%?")
PIXEL = 0.75


def names(figures: list[Figure]) -> list[str]:
    return [f"{figure.name}-{figure.criterion}" for figure in figures]


@pytest.fixture(scope="module")
def drawings() -> Mapping[str, Drawing]:
    return {
        name: Drawing(vl_convert.vegalite_to_svg(specification_of(figure)))
        for name, figure in zip(names(FIGURES), FIGURES, strict=True)
    }


def test_every_kind_is_drawn() -> None:
    assert {figure.name for figure in FIGURES} == set(DRAWINGS)


@pytest.mark.parametrize("figure", FIGURES, ids=names(FIGURES))
def test_every_number_written_in_a_picture_is_in_its_table(figure: Figure, drawings: Mapping[str, Drawing]) -> None:
    in_table = {cell for row in figure.rows for cell in figure.shown(row)}
    in_table |= {cell.removesuffix("%") for cell in in_table}
    words = {*figure.words.values(), *(column.heading for column in figure.columns), *in_table}
    written = drawings[f"{figure.name}-{figure.criterion}"].texts()
    assert written
    titles = " ".join(str(cell) for row in figure.rows for cell in row if isinstance(cell, str))
    read = 0
    for text in written:
        if text not in words and text.rstrip("…") not in titles:
            numbers = NUMBERS.findall(text)
            read += len(numbers)
            assert set(numbers) - in_table == set(), text
        read += text in in_table
    assert read or figure.name in ("two-criteria",), "there were numbers to read"


def cells(figure: Figure, *keys: str) -> list[float]:
    return [one[key] for one in figure.records() for key in keys if one[key] is not None]


def groups_in(figure: Figure) -> list[str]:
    return [column.key for column in figure.columns if column.key.startswith("by_")]


def by_name(name: str) -> list[Figure]:
    return [figure for figure in FIGURES if figure.name == name]


def assert_same(drawn: list[float], said: list[float], step: float) -> None:
    assert said
    assert len(drawn) == len(said)
    for one, other in zip(sorted(drawn), sorted(said), strict=True):
        assert abs(one - other) <= step


def pixel_of(drawing: Drawing, name: str = "ticks", axis: int = 0) -> float:
    scale = drawing.scale(name, axis=axis)
    return abs(scale(PIXEL) - scale(0))


@pytest.mark.parametrize("figure", by_name("opinion"), ids=lambda figure: figure.criterion)
def test_bars_of_opinion_end_where_the_table_says(figure: Figure, drawings: Mapping[str, Drawing]) -> None:
    drawing = drawings[f"opinion-{figure.criterion}"]
    scale = drawing.scale()
    rows: dict[int, list[tuple[float, float]]] = {}
    for shape in drawing.marks("bars"):
        rows.setdefault(round(shape.y), []).append((scale(shape.x), scale(shape.x2)))
    assert len(rows) == len(figure.rows)
    for (_, bars), one in zip(sorted(rows.items()), figure.records(), strict=True):
        ends = [end for bar in bars if bar[1] <= 1.01 for end in bar]
        assert max(ends) == pytest.approx(one["high"], abs=pixel_of(drawing))
        assert -min(ends) == pytest.approx(one["low"], abs=pixel_of(drawing))
        borders = {0.0, -one["low"], -one["lower"], one["higher"], one["high"]}
        assert all(min(abs(end - border) for border in borders) <= pixel_of(drawing) for end in ends)


@pytest.mark.parametrize("name", ["gaps", "settled", "ranks", "unsure", "response"])
def test_marks_lie_where_the_table_says(name: str, drawings: Mapping[str, Drawing]) -> None:
    figures = by_name(name)
    assert figures
    for figure in figures:
        drawing = drawings[f"{name}-{figure.criterion}"]
        scale, step = drawing.scale(), pixel_of(drawing)
        points = [scale(shape.x) for shape in drawing.marks("points")]
        bars = [scale(shape.x2) for shape in drawing.marks("bars")]
        keys = {
            "gaps": groups_in(figure),
            "settled": ["before", "after"],
            "ranks": ["rank"],
            "unsure": ["share"],
            "response": ["invited", "answered"],
        }[name]
        assert_same(points if name in ("gaps", "settled", "ranks") else bars, cells(figure, *keys), step)


def test_ranges_of_ranks_end_where_the_table_says(drawings: Mapping[str, Drawing]) -> None:
    for figure in by_name("ranks"):
        drawing = drawings[f"ranks-{figure.criterion}"]
        scale = drawing.scale()
        drawn = [(scale(shape.x), scale(shape.x2)) for shape in drawing.marks("ranges")]
        said = [
            (one[a] - half, one[b] + half)
            for a, b, half in (("from", "to", 0.3), ("half_from", "half_to", 0.18))
            for one in figure.records()
        ]
        for side in (0, 1):
            assert_same([one[side] for one in drawn], [one[side] for one in said], pixel_of(drawing))


def test_slopes_run_where_the_table_says(drawings: Mapping[str, Drawing]) -> None:
    for figure in by_name("change"):
        drawing = drawings[f"change-{figure.criterion}"]
        scale, step = drawing.scale("ticks_y", axis=1), pixel_of(drawing, "ticks_y", 1)
        lines = [
            (scale(shape.y), scale(shape.y2))
            for kind in ("quiet", "rise", "fall")
            for shape in drawing.marks(f"slopes_{kind}")
        ]
        assert_same([line[0] for line in lines], cells(figure, "before"), step)
        assert_same([line[1] for line in lines], cells(figure, "after"), step)


def test_dots_of_two_criteria_lie_where_the_table_says(drawings: Mapping[str, Drawing]) -> None:
    [figure] = by_name("two-criteria")
    drawing = drawings["two-criteria-feasibility"]
    points = drawing.marks("points")
    for key, name, axis in (("x", "ticks", 0), ("y", "ticks_y", 1)):
        scale = drawing.scale(name, axis=axis)
        drawn = [scale(shape.x if axis == 0 else shape.y) for shape in points]
        assert_same(drawn, cells(figure, key), pixel_of(drawing, name, axis))


def test_the_same_figure_gives_the_same_bytes(drawings: Mapping[str, Drawing]) -> None:
    for name, figure in zip(names(FIGURES), FIGURES, strict=True):
        assert vl_convert.vegalite_to_svg(specification_of(figure)) == drawings[name].svg
    [figure, *_] = FIGURES
    assert draw(figure, set()) == draw(figure, set())


@pytest.mark.parametrize("figure", FIGURES, ids=names(FIGURES))
def test_a_specification_is_vega_lite_and_names_only_the_colours_of_the_site(figure: Figure) -> None:
    # without the short cut of `specify`, Altair checks each part and the whole
    alt.Chart.from_dict(DRAWINGS[figure.name](figure), validate=True)
    specification = specification_of(figure)
    used = set(USE.findall(specification))
    assert used
    assert used <= set(tokens_of("light"))
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", specification) == []
    assert "http" not in re.sub(r"https://vega\.github\.io/schema/vega-lite/v\d\.[\d.]+json", "", specification)


@pytest.mark.parametrize("figure", FIGURES, ids=names(FIGURES))
def test_files_bring_their_colours_and_say_what_they_show(figure: Figure, drawings: Mapping[str, Drawing]) -> None:
    svg = drawings[f"{figure.name}-{figure.criterion}"].svg
    for theme in ("light", "dark", "print"):
        for text in (framed(svg, figure, theme), bare(svg, figure, theme)):
            root = Drawing(text).root
            assert root.get("role") == "img"
            assert figure.title.rstrip(".") in root.get("aria-label", "")
            assert "var(" not in text
            assert " style=" not in text, "the policy of pages forbids it"
    whole = " ".join(part for part in Drawing(framed(svg, figure, "light")).texts_at_the_edge())
    assert whole == " ".join((figure.title, figure.definition, figure.source))
    assert " style=" not in inline(svg, figure)


def test_low_answers_are_hatched_on_paper_only(drawings: Mapping[str, Drawing]) -> None:
    [figure, *_] = by_name("opinion")
    svg = drawings[f"opinion-{figure.criterion}"].svg
    assert 'fill="url(#low-2)"' in framed(svg, figure, "print")
    assert 'fill="url(#low-2)"' not in framed(svg, figure, "light")


def test_right_to_left_is_mirrored() -> None:
    there, back = (
        {(figure.name, figure.criterion): figure for figure in make_figures(make_reading(language=language))}
        for language in ("en", "ar")
    )
    assert back[("ranks", "")].direction == "rtl"
    for key in (("ranks", ""), ("gaps", "impact"), ("two-criteria", "feasibility")):
        ltr, rtl = (Drawing(vl_convert.vegalite_to_svg(specification_of(one[key]))) for one in (there, back))
        left, right = ([shape.x for shape in one.marks("points")] for one in (ltr, rtl))
        for (a, b), (c, d) in zip(pairwise(left), pairwise(right), strict=True):
            assert b - a == pytest.approx(c - d, abs=0.01)
        for text in (ltr, rtl):
            assert text.marks("points")


def test_frames_are_written_from_the_right_too() -> None:
    [figure] = [one for one in make_figures(make_reading(language="ar")) if one.name == "response"]
    drawing = Drawing(framed(vl_convert.vegalite_to_svg(specification_of(figure)), figure, "light"))
    lines = drawing.root.findall("{http://www.w3.org/2000/svg}text")
    width = float(drawing.root.get("width", 0))
    assert lines
    assert all(line.get("text-anchor") == "end" and float(line.get("x", 0)) > width / 2 for line in lines)


def test_the_style_sheet_is_the_only_list_of_colours() -> None:
    text = STYLES.read_text()
    for theme, colours in (("light", tokens_of("light")), ("dark", tokens_of("dark"))):
        assert len(colours) > 30
        assert all(f"--{name}: {colour};" in text for name, colour in colours.items()), theme

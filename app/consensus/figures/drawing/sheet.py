"""The sheet that most figures are drawn on: one row an initiative, its title at the start, a scale along the row."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt

Align = Literal["left", "right", "center"]
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
INK, INK_2, INK_3 = "var(--ink)", "var(--ink-2)", "var(--ink-3)"
LINE, CTRL, SURFACE, BRAND = "var(--line)", "var(--ctrl)", "var(--surface)", "var(--brand)"
TITLE_SIGNS, TITLE_LINES = 45, 2
TITLE_WIDTH = 276
LONG_LEGEND = 70
SHAPES = {
    "circle": "circle",
    "square": "square",
    "triangle": "triangle-up",
    "diamond": "diamond",
    "hexagon": "M-1,0L-0.5,-0.87L0.5,-0.87L1,0L0.5,0.87L-0.5,0.87Z",
}


def legend_of(words: Sequence[str], *, under_heads: bool = False, shape: str = "square") -> alt.Legend:
    """The words of a scale in the order given, above the ticks; `under_heads` leaves room for headings too."""
    columns = 2 if len("".join(words)) > LONG_LEGEND else len(words)
    offset = 46 if under_heads else 28
    kinds: dict[str, Any] = {} if shape == "own" else {"symbolType": shape}
    return alt.Legend(direction="horizontal", values=list(words), columns=columns, offset=offset, **kinds)


def data(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Rows as data that stand in the specification itself."""
    return alt.InlineData(values=list(rows))


def configured(chart: Any) -> dict[str, Any]:
    """The specification, with the type and colours that all figures share."""
    return (
        chart.configure(font=FONT, background="transparent", padding=4, aria=False)
        .configure_view(stroke=None)
        .configure_legend(
            orient="top",
            title=None,
            labelFontSize=12,
            labelColor=INK_2,
            labelLimit=260,
            symbolSize=130,
            symbolStrokeWidth=1,
            columnPadding=18,
            padding=0,
        )
        .configure_text(fontSize=12, color=INK, baseline="middle")
        .to_dict(validate=False)
    )


@dataclass
class Sheet:
    """Rows from the top down beside their titles; a language written from the right has all of it mirrored."""

    records: Sequence[dict[str, Any]]
    width: int
    direction: str
    row: int = 30
    layers: list[Any] = field(default_factory=list[Any])

    @property
    def is_mirrored(self) -> bool:
        """Whether the sheet runs from the right."""
        return self.direction == "rtl"

    @property
    def start(self) -> Align:
        """The side where reading starts."""
        return "right" if self.is_mirrored else "left"

    @property
    def end(self) -> Align:
        """The other side."""
        return "left" if self.is_mirrored else "right"

    @property
    def height(self) -> int:
        """How high all rows are."""
        return self.row * len(self.records)

    def away(self, pixels: float) -> float:
        """An offset along the line of reading."""
        return -pixels if self.is_mirrored else pixels

    def at(self, pixels: float) -> Any:
        """A place so many pixels from where the scale starts."""
        return alt.value(self.width - pixels if self.is_mirrored else pixels)

    def scale(self, low: float, high: float) -> alt.Scale:
        """The scale along the rows."""
        return alt.Scale(domain=[low, high], nice=False, zero=False, reverse=self.is_mirrored)

    def y(self, name: str = "place") -> alt.Y:
        """The scale down the rows."""
        domain = [len(self.records) - 0.5, -0.5]
        return alt.Y(name, type="quantitative", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=None)

    def placed(self, records: Sequence[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """The records with their places from the top."""
        return [{"place": place, **one} for place, one in enumerate(self.records if records is None else records)]

    def add(self, *layers: Any) -> None:
        """Draw layers over what is there."""
        self.layers += layers

    def draw_rows(self, after: float = 0) -> None:
        """Draw the lines between rows and the titles; `after` is how far the lines run past the scale."""
        edges = [{"edge": place - 0.5} for place in range(len(self.records) + 1)]
        self.add(
            alt.Chart(data(edges))
            .mark_rule(color=LINE, strokeWidth=1)
            .encode(y=self.y("edge"), x=self.at(-TITLE_WIDTH - 8), x2=self.at(self.width + after))
        )
        self.draw_titles([one["title"] for one in self.records])

    def draw_titles(self, titles: Sequence[str]) -> None:
        """Write a title at the start of each row, on two lines at most."""
        lines: list[dict[str, Any]] = []
        for place, title in enumerate(titles):
            parts = textwrap.wrap(title, TITLE_SIGNS, max_lines=TITLE_LINES, placeholder="…") or [""]
            step = 13.5 / self.row
            lines += [
                {"at": place + step * (number - (len(parts) - 1) / 2), "line": part}
                for number, part in enumerate(parts)
            ]
        self.add(
            alt.Chart(data(lines))
            .mark_text(align=self.start, baseline="middle", limit=TITLE_WIDTH + 4)
            .encode(y=self.y("at"), x=self.at(-TITLE_WIDTH - 8), text="line:N")
        )

    def draw_grid(
        self, ticks: Sequence[tuple[float, str]], low: float, high: float, *, strong: float | None = None
    ) -> None:
        """Draw a line for each tick of the scale and its label above."""
        marks = [
            {"tick": tick, "label": label, "tone": "strong" if tick == strong else "weak"} for tick, label in ticks
        ]
        x = alt.X("tick:Q", scale=self.scale(low, high), axis=None)
        self.add(
            alt.Chart(data(marks))
            .mark_rule()
            .encode(
                x=x,
                y=alt.value(0),
                y2=alt.value(self.height),
                color=alt.condition("datum.tone == 'strong'", alt.value(INK_3), alt.value(LINE)),
            ),
            alt.Chart(data(marks), name="ticks")
            .mark_text(baseline="bottom", dy=-6, fontSize=12, color=INK_2)
            .encode(x=x, y=alt.value(0), text="label:N"),
        )

    def draw_heads(self, heads: Sequence[tuple[float, Align, str]], *, up: float = 24) -> None:
        """Write a heading above the sheet at each place, `(pixels, side, text)`."""
        for pixels, side, text in heads:
            self.add(
                alt.Chart(data([{"text": text}]))
                .mark_text(align=side, baseline="bottom", dy=-up, fontSize=12, fontWeight=600, color=INK_2)
                .encode(x=self.at(pixels), y=alt.value(0), text="text:N")
            )

    def chart(self) -> Any:
        """All layers on top of each other."""
        return alt.layer(*self.layers, width=self.width, height=self.height)


def tokens(field_name: str, domain: Sequence[str], names: Sequence[str], *, legend: Any = None) -> dict[str, Any]:
    """A scale from words to the site's colours."""
    return {
        "field": field_name,
        "type": "nominal",
        "scale": alt.Scale(domain=list(domain), range=[f"var(--{name})" for name in names]),
        "legend": legend,
    }

"""The colours of figures, read from the style sheet itself: whoever looks can read them and tell them apart."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from app.documents.tokens import Theme, tokens_of

Colour = NDArray[np.float64]
THEMES: tuple[Theme, ...] = ("light", "dark", "print")
GROUPS = ("industry", "academia", "government", "civil", "other")
LEVELS = ("l1", "l2", "l3", "l4", "l5")
CHANCES = ("q1", "q2", "q3", "q4")
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear light
SEEN_BY = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> Colour:
    values = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(light: Colour) -> Colour:
    """CIELAB of linear light, for the white of daylight (D65)."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = to_xyz @ np.clip(light, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: Colour, other: Colour) -> float:
    """How different two colours look (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if not c1 * c2 else (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    mh = h1 + h2 if not c1 * c2 else (h1 + turn / 2) % 360
    t = (
        1
        - 0.17 * np.cos(np.radians(mh - 30))
        + 0.24 * np.cos(np.radians(2 * mh))
        + 0.32 * np.cos(np.radians(3 * mh + 6))
        - 0.20 * np.cos(np.radians(4 * mh - 63))
    )
    sl = 1 + 0.015 * (ml - 50) ** 2 / np.sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    rt = -2 * np.sqrt(mc**7 / (mc**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((mh - 275) / 25) ** 2))))
    parts = dl / sl, dc / sc, dh / sh
    return float(np.sqrt(sum(part**2 for part in parts) + rt * parts[1] * parts[2]))


def nearest(colours: list[str], eye: str) -> float:
    """The smallest distance within a set, as an eye sees it."""
    seen = [lab(SEEN_BY[eye] @ linear(colour)) for colour in colours]
    return min(ciede2000(one, other) for one, other in combinations(seen, 2))


def of(theme: Theme, names: tuple[str, ...]) -> list[str]:
    return [tokens_of(theme)[name] for name in names]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # pairs 1, 7, 17 and 25 of the data published with the formula
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_distances_are_those_published(one: tuple[float, ...], other: tuple[float, ...], expected: float) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_written_can_be_read(theme: Theme) -> None:
    colours = tokens_of(theme)
    for ink in ("ink", "ink-2", "ink-3"):
        for ground in ("paper", "surface", "sunken"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    on = {"on-brand": ("l1", "l5", "q4"), "ink": ("l2", "l4", "q1", "q2", "surface")}
    for ink, grounds in on.items():
        for ground in grounds:
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert contrast(colours["q3-ink"], colours["q3"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_marks_stand_out_from_the_ground(theme: Theme) -> None:
    colours = tokens_of(theme)
    edges = {"l2": "l2-edge", "l3": "ctrl", "l4": "l4-edge", **dict.fromkeys(CHANCES, "q-edge"), "tint": "q3"}
    for name in (*GROUPS, *LEVELS, *CHANCES, "tint", "brand", "ctrl"):
        drawn = max(contrast(colours[one], colours["surface"]) for one in (name, edges.get(name, name)))
        assert drawn >= 3, name


@pytest.mark.parametrize("eye", SEEN_BY)
@pytest.mark.parametrize("theme", THEMES)
def test_colours_of_one_set_can_be_told_apart(theme: Theme, eye: str) -> None:
    assert nearest(of(theme, GROUPS), eye) >= 15.5
    assert nearest(of(theme, LEVELS), eye) >= 12.5
    assert nearest(of(theme, CHANCES), eye) >= 10


def test_red_beside_green_would_be_found_out() -> None:
    assert nearest(["#C0392B", "#5E8C31"], "normal") > 40
    assert nearest(["#8C5A2B", "#5E8C31"], "deutan") < 15.5

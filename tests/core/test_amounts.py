"""Amounts are written as each language writes them, and parts add up to what they are parts of."""

import pytest

from app.core.amounts import short_money, whole_money

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "small", "large", "whole"),
    [
        ("en", "€600K", "€7.35M", "€7,350,000"),
        ("ca", "600 k€", "7,35 M€", "7.350.000 €"),
        ("es", "600 mil €", "7,35 M€", "7.350.000 €"),
        ("de", "600.000 €", "7,35 Mio. €", "7.350.000 €"),
        ("bg", "600 хил. €", "7,35 млн. €", "7 350 000 €"),
        ("da", "600 t €", "7,35 mio. €", "7.350.000 €"),
    ],
)
def test_amounts_are_grouped_and_short(language: str, small: str, large: str, whole: str) -> None:
    found = [short_money(600_000, language), short_money(7_350_000, language), whole_money(7_350_000, language)]
    assert [text.replace(SPACE, " ") for text in found] == [small, large, whole]


def test_thousands_are_not_lost_above_a_million() -> None:
    parts = (600_000, 2_950_000, 1_025_000, 1_150_000, 1_625_000)
    assert [short_money(one, "en") for one in parts] == ["€600K", "€2.95M", "€1.025M", "€1.15M", "€1.625M"]
    assert short_money(sum(parts), "en") == "€7.35M"


def test_halves_go_up_and_what_is_small_stays() -> None:
    assert [short_money(one, "en") for one in (162_500, 999_600, 950, 0, -162_500)] == [
        "€163K",
        "€1M",
        "€950",
        "€0",
        "-€163K",
    ]

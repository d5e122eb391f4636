"""Amounts of money in the words of a language."""

from babel import Locale
from babel.numbers import format_compact_currency, format_currency

THOUSAND, MILLION = 1_000, 1_000_000


def whole_money(euros: float, language: str) -> str:
    """An amount in whole euros.

    >>> whole_money(7_350_000, "en")
    '€7,350,000'
    """
    pattern = Locale.parse(language).currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(round(euros), "EUR", pattern, locale=language, currency_digits=False)


def short_money(euros: float, language: str) -> str:
    """An amount to the thousand, and short; in whole euros where the language does not shorten thousands.

    >>> short_money(7_350_000, "en"), short_money(1_024_999, "en"), short_money(162_500, "en"), short_money(950, "en")
    ('€7.35M', '€1.025M', '€163K', '€950')
    """
    if abs(euros) < THOUSAND:
        return whole_money(euros, language)
    # halves go up, as readers expect
    size = int(abs(euros) / THOUSAND + 0.5) * THOUSAND
    digits = 3 if size >= MILLION else 0
    short = format_compact_currency(size if euros > 0 else -size, "EUR", locale=language, fraction_digits=digits)
    return whole_money(euros, language) if str(size) in short else short

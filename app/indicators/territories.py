"""Territories by their NUTS codes, as `nuts.csv` lists them: the codes of 2021, and those of 2016 they came from.

The list is Eurostat's reference data (reuse policy, CC BY 4.0), via github.com/rOpenGov/regions. Of 2016 it holds the
codes that 2021 names as predecessors; a code of another edition is not known here, and is said so.
"""

import csv
from functools import cache
from pathlib import Path

from app.indicators.rules import AGGREGATES

LIST = Path(__file__).with_name("nuts.csv")
EDITIONS = ("2021", "2016")


@cache
def codes_of(edition: str) -> frozenset[str]:
    """All codes of an edition; none of an edition there is no list of."""
    return frozenset(row["code"] for row in _rows() if row.get(f"in_{edition}"))


def is_known(code: str, edition: str) -> bool:
    """Whether a code is one of an edition's, or one of Eurostat's for a larger territory.

    >>> is_known("ES51", "2021"), is_known("HR02", "2016"), is_known("EU27_2020", "2016"), is_known("GR11", "2021")
    (True, False, True, False)
    """
    return code in codes_of(edition) or code in AGGREGATES


def other_edition(code: str, edition: str) -> str:
    """The edition that a code is of, when it is not of the one asked for; empty when none knows it.

    >>> other_edition("HR02", "2016"), other_edition("NO05", "2021"), other_edition("XX", "2021")
    ('2021', '2016', '')
    """
    return next((one for one in EDITIONS if one != edition and code in codes_of(one)), "")


def name_of_territory(code: str) -> str:
    """What a territory is called in its own language; the code itself when it is not in the list.

    >>> name_of_territory("DK01"), name_of_territory("EU27_2020")
    ('Hovedstaden', 'EU27_2020')
    """
    return _names().get(code, code)


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _names() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _rows()}

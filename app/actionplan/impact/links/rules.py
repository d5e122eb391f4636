"""Which initiative and which programme moves which indicator, and what nothing moves or supports. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Gap(StrEnum):
    """A link that is not there, or that leads to nothing."""

    NO_INITIATIVE = "no_initiative"
    NO_PROGRAMME = "no_programme"
    NO_SUPPORT = "no_support"
    NO_INDICATOR = "no_indicator"
    UNKNOWN_INDICATOR = "unknown_indicator"
    UNKNOWN_PROGRAMME = "unknown_programme"


GAP_WORDS = {
    "no_initiative": "No initiative moves %(name)s.",
    "no_programme": "No programme is said to move %(name)s.",
    "no_support": "No programme supports %(name)s.",
    "no_indicator": "%(name)s names no indicator of the catalogue.",
    "unknown_indicator": "%(name)s names an indicator that is not in the catalogue: %(other)s.",
    "unknown_programme": "%(name)s names a programme that is not in the catalogue: %(other)s.",
}


@dataclass(frozen=True)
class Missing:
    """A gap: of an indicator or an initiative, and what it names that is not known."""

    gap: Gap
    code: str
    other: str = ""


@dataclass(frozen=True)
class Network:
    """What moves and supports what, by codes: `moved` and `supported` of initiatives, `aims` of programmes.

    `unknown` are names in initiatives that no catalogue has: of an initiative, whether of indicators, and the name.
    """

    indicators: Sequence[str]
    programmes: Sequence[str]
    initiatives: Sequence[str]
    moved: Mapping[str, frozenset[str]]
    supported: Mapping[str, frozenset[str]]
    aims: Mapping[str, frozenset[str]]
    unknown: Sequence[tuple[str, bool, str]]

    def initiatives_moving(self, indicator: str) -> list[str]:
        """The initiatives that name an indicator."""
        return [one for one in self.initiatives if indicator in self.moved[one]]

    def programmes_moving(self, indicator: str) -> list[str]:
        """The programmes with a chain to an indicator."""
        return [one for one in self.programmes if indicator in self.aims.get(one, frozenset())]

    def initiatives_on(self, programme: str) -> list[str]:
        """The initiatives that are built on a programme."""
        return [one for one in self.initiatives if programme in self.supported[one]]


def join(
    indicators: Sequence[str],
    programmes: Mapping[str, str],
    aims: Mapping[str, Collection[str]],
    initiatives: Mapping[str, tuple[Sequence[str], Sequence[str]]],
) -> Network:
    """The network of what initiatives name, programmes by code or name, and of what chains of programmes lead to.

    `programmes` are names by code, `initiatives` what each names: indicators, and programmes.

    >>> found = join(["I1", "I2"], {"P1": "Fair"}, {"P1": ["I2"]}, {"A": (["I1", "I9"], ["fair", "Other"])})
    >>> found.moved, found.supported, found.unknown
    ({'A': frozenset({'I1'})}, {'A': frozenset({'P1'})}, [('A', True, 'I9'), ('A', False, 'Other')])
    >>> found.initiatives_on("P1")
    ['A']
    """
    by_name = {name.casefold(): code for code, name in programmes.items()}
    by_name |= {code.casefold(): code for code in programmes}
    moved: dict[str, frozenset[str]] = {}
    supported: dict[str, frozenset[str]] = {}
    unknown: list[tuple[str, bool, str]] = []
    for code, (named, built_on) in initiatives.items():
        moved[code] = frozenset(one for one in named if one in indicators)
        known = {one: by_name.get(one.casefold()) for one in built_on}
        supported[code] = frozenset(found for found in known.values() if found)
        unknown += [(code, True, one) for one in dict.fromkeys(named) if one not in indicators]
        unknown += [(code, False, one) for one, found in known.items() if not found]
    reached = {code: frozenset(one for one in aims.get(code, ()) if one in indicators) for code in programmes}
    return Network(indicators, list(programmes), list(initiatives), moved, supported, reached, unknown)


def gaps(network: Network) -> list[Missing]:
    """Everything that nothing moves or supports, and every name that leads to nothing, each a sentence.

    >>> found = join(["I1"], {"P1": "Fair"}, {}, {"A": ([], [])})
    >>> [(one.gap.value, one.code) for one in gaps(found)]
    [('no_initiative', 'I1'), ('no_programme', 'I1'), ('no_support', 'A'), ('no_indicator', 'A')]
    """
    found = [Missing(Gap.NO_INITIATIVE, one) for one in network.indicators if not network.initiatives_moving(one)]
    found += [Missing(Gap.NO_PROGRAMME, one) for one in network.indicators if not network.programmes_moving(one)]
    found += [Missing(Gap.NO_SUPPORT, one) for one in network.initiatives if not network.supported[one]]
    found += [Missing(Gap.NO_INDICATOR, one) for one in network.initiatives if not network.moved[one]]
    return found + [
        Missing(Gap.UNKNOWN_INDICATOR if is_indicator else Gap.UNKNOWN_PROGRAMME, code, name)
        for code, is_indicator, name in network.unknown
    ]


@dataclass(frozen=True)
class Coverage:
    """What the initiatives of an adopted plan reach: indicators of the catalogue, and programmes built on."""

    initiatives: Sequence[str]
    indicators: Sequence[str]
    supported: Sequence[str]
    left_out: Sequence[str]


def coverage(network: Network, chosen: Collection[str]) -> Coverage:
    """What a plan with these initiatives covers; `left_out` are indicators that none of them moves.

    >>> found = join(["I1", "I2"], {"P1": "Fair"}, {}, {"A": (["I1"], ["P1"]), "B": (["I2"], [])})
    >>> coverage(found, ["A"])
    Coverage(initiatives=['A'], indicators=['I1'], supported=['A'], left_out=['I2'])
    """
    inside = [one for one in network.initiatives if one in chosen]
    moved = {one for code in inside for one in network.moved[code]}
    return Coverage(
        initiatives=inside,
        indicators=[one for one in network.indicators if one in moved],
        supported=[one for one in inside if network.supported[one]],
        left_out=[one for one in network.indicators if one not in moved],
    )

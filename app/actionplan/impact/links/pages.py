"""What pages and files show of links: tables, sentences, and where the ends of a drawing stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.actionplan.impact.links.queries import Adopted, Links
from app.actionplan.impact.links.rules import GAP_WORDS, Gap, Missing, gaps
from app.core.catalogues import translate
from app.core.words import pick
from app.documents.document import Column, Document, Table

ROW, BOX, HEAD = 26, 20, 30
COLUMNS = (("programmes", 0, 300), ("indicators", 370, 260), ("initiatives", 700, 300))
LONGEST_NAME = 40


def names_in(language: str, found: Links) -> dict[str, str]:
    """What each initiative is called, by code."""
    return {code: f"{code} {pick(title, language)}" for code, title in found.initiatives.items()}


def links_view(language: str, found: Links) -> dict[str, Any]:
    """Everything the page of links shows."""
    network, names = found.network, names_in(language, found)
    missing = gaps(network)
    return {
        "indicators": [
            {
                "code": code,
                "name": name,
                "initiatives": [(one, names[one]) for one in network.initiatives_moving(code)],
                "programmes": [(one, found.programmes[one]) for one in network.programmes_moving(code)],
            }
            for code, name in found.indicators.items()
        ],
        "initiatives": [
            {
                "code": code,
                "name": name,
                "key": found.keys[code],
                "indicators": [(one, found.indicators[one]) for one in found.indicators if one in network.moved[code]],
                "programmes": [
                    (one, found.programmes[one]) for one in found.programmes if one in network.supported[code]
                ],
            }
            for code, name in names.items()
        ],
        "gaps": [
            {
                "gap": kind.value,
                "sentences": [sentence(language, found, names, one) for one in missing if one.gap is kind],
            }
            for kind in Gap
        ],
        "plans": [plan_sentences(language, found, one) for one in found.plans],
        "drawing": _drawing(found, names),
    }


def sentence(language: str, found: Links, names: Mapping[str, str], one: Missing) -> str:
    """A gap in words; `names` are those of initiatives. An initiative may have the code of an indicator."""
    is_of_indicator = one.gap in (Gap.NO_INITIATIVE, Gap.NO_PROGRAMME)
    name = found.indicators[one.code] if is_of_indicator else names[one.code]
    return translate(language, GAP_WORDS[one.gap.value], name=name, other=one.other)


def plan_sentences(language: str, found: Links, one: Adopted) -> dict[str, Any]:
    """What an adopted plan covers, in words."""
    cover, total = one.coverage, len(found.indicators)
    reached = translate(
        language,
        "Its %(count)s initiatives move %(reached)s of %(total)s indicators of the catalogue.",
        count=len(cover.initiatives),
        reached=len(cover.indicators),
        total=total,
    )
    supported = translate(
        language,
        "%(supported)s of them are built on a programme of the catalogue.",
        supported=len(cover.supported),
    )
    return {
        "title": one.plan.title,
        "number": one.plan.number,
        "edition": one.edition,
        "sentences": [reached, supported],
        "left_out": [found.indicators[code] for code in cover.left_out],
    }


def _drawing(found: Links, names: Mapping[str, str]) -> dict[str, Any]:
    """Boxes in three columns, and a line for each link; what has none is drawn as alone."""
    network = found.network
    columns: dict[str, Mapping[str, str]] = {
        "programmes": {code: f"{code} {name}" for code, name in found.programmes.items()},
        "indicators": found.indicators,
        "initiatives": names,
    }
    pairs = [
        *(("programmes", one, "indicators", code) for one in network.programmes for code in sorted(network.aims[one])),
        *(
            ("initiatives", one, "indicators", code)
            for one in network.initiatives
            for code in sorted(network.moved[one])
        ),
        *(
            ("programmes", code, "initiatives", one)
            for one in network.initiatives
            for code in sorted(network.supported[one])
        ),
    ]
    linked = {(kind, code) for pair in pairs for kind, code in (pair[:2], pair[2:])}
    boxes: list[dict[str, Any]] = []
    places: dict[tuple[str, str], tuple[float, float, float]] = {}
    for kind, left, width in COLUMNS:
        for row, (code, name) in enumerate(columns[kind].items()):
            top = HEAD + row * ROW
            places[kind, code] = (left, left + width, top + BOX / 2)
            text = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
            boxes.append({"x": left, "y": top, "width": width, "text": text, "is_alone": (kind, code) not in linked})
    lines: list[dict[str, float]] = []
    for kind, code, other_kind, other in pairs:
        one, two = sorted((places[kind, code], places[other_kind, other]))
        lines.append({"x1": one[1], "y1": one[2], "x2": two[0], "y2": two[2]})
    tallest = max((len(one) for one in columns.values()), default=0)
    return {
        "boxes": boxes,
        "lines": lines,
        "height": HEAD + tallest * ROW,
        "heads": [(left, kind) for kind, left, _ in COLUMNS],
    }


def links_document(language: str, found: Links) -> Document:
    """The links as tables, and every gap as a sentence."""
    view = links_view(language, found)

    def word(text: str) -> str:
        return translate(language, text)

    def codes(pairs: Sequence[tuple[str, str]]) -> str | None:
        return ", ".join(code for code, _ in pairs) or None

    indicators = Table(
        word("What moves each indicator"),
        [
            Column("indicator", word("Code")),
            Column("name", word("Indicator")),
            Column("initiatives", word("Initiatives")),
            Column("programmes", word("Programmes")),
        ],
        [[one["code"], one["name"], codes(one["initiatives"]), codes(one["programmes"])] for one in view["indicators"]],
    )
    initiatives = Table(
        word("What supports each initiative"),
        [
            Column("initiative", word("Initiative")),
            Column("indicators", word("Indicators")),
            Column("programmes", word("Programmes")),
        ],
        [[one["name"], codes(one["indicators"]), codes(one["programmes"])] for one in view["initiatives"]],
    )
    missing = Table(
        word("What is missing"),
        [Column("sentence", word("Sentence"))],
        [[text] for group in view["gaps"] for text in group["sentences"]],
    )
    covered = Table(
        word("What adopted plans cover"),
        [Column("plan", word("Plan")), Column("sentence", word("Sentence"))],
        [[one["title"], text] for one in view["plans"] for text in one["sentences"]],
    )
    return Document(word("Links"), language, [indicators, initiatives, missing, covered])

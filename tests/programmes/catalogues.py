"""Six catalogues of thirty programmes, as six partners would write them: other columns, words, signs, orders."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

SERVICES = Path(__file__).resolve().parents[2] / "demo" / "services.csv"
CATEGORIES = ("connect", "accelerate", "scale_up", "talent", "competitiveness")
TARGETS = ("sme", "startup", "large", "research", "hospital", "investor", "authority", "cluster", "citizen")
DELIVERIES = ("in_person", "online", "hybrid")
EVIDENCE = ("none", "self_reported", "external_evaluation")


@dataclass(frozen=True)
class Written:
    """A programme as a generator makes it up; None is what its file leaves empty."""

    code: str
    name: str
    category: str
    targets: tuple[str, ...]
    delivery: str
    participants: int | None
    capacity: int | None
    cost: tuple[int, int]
    satisfaction: float
    asked: int | None
    evidence: str
    is_open: bool
    transferability: int


@dataclass(frozen=True)
class Catalogue:
    """A partner's file: the partner's code, the file's name and bytes, and what stands in it."""

    partner: str
    file: str
    data: bytes
    programmes: Sequence[Written]
    chosen: tuple[tuple[str, str], ...] = ()


WORDS: dict[str, dict[str, Sequence[str]]] = {
    "CAT": {
        "header": (
            "Codi",
            "Nom",
            "Categoria",
            "Grups destinataris",
            "Modalitat",
            "Participants",
            "Capacitat",
            "Cost anual",
            "Satisfacció",
            "Enquestats",
            "Avaluació",
            "Obert a altres regions",
            "Transferibilitat",
        ),
        "category": ("Connexió", "Acceleració", "Creixement", "Talent", "Competitivitat"),
        "target": (
            "pimes",
            "empreses emergents",
            "grans empreses",
            "recerca",
            "hospitals",
            "inversors",
            "administracions",
            "clústers",
            "ciutadania",
        ),
        "delivery": ("presencial", "en línia", "híbrid"),
        "evidence": ("cap", "autodeclarat", "avaluació externa"),
        "open": ("no", "sí"),
    },
    "IDF": {
        "header": (
            "Référence",
            "Intitulé",
            "Axe",
            "Publics",
            "Modalité",
            "Nombre de participants",
            "Places par an",
            "Coût annuel",
            "Note de satisfaction",
            "Répondants",
            "Évaluation",
            "Ouvert",
            "Transférabilité",
        ),
        "category": ("Mise en réseau", "Accélération", "Passage à l’échelle", "Compétences", "Rayonnement"),
        "target": (
            "PME",
            "jeunes pousses",
            "grands groupes",
            "recherche",
            "hôpitaux",
            "investisseurs",
            "collectivités",
            "pôles",
            "citoyens",
        ),
        "delivery": ("présentiel", "en ligne", "mixte"),
        "evidence": ("aucune", "autodéclaré", "évaluation externe"),
        "open": ("non", "oui"),
    },
    "RN": {
        "header": (
            "Kürzel",
            "Bezeichnung",
            "Handlungsfeld",
            "Zielgruppen",
            "Durchführung",
            "Teilnehmende",
            "Plätze",
            "Jahreskosten",
            "Zufriedenheit",
            "Befragte",
            "Evaluierung",
            "Offen",
            "Übertragbarkeit",
        ),
        "category": ("Vernetzung", "Beschleunigung", "Wachstum", "Fachkräfte", "Wettbewerbsfähigkeit"),
        "target": (
            "KMU",
            "Gründungen",
            "Großunternehmen",
            "Forschung",
            "Kliniken",
            "Investoren",
            "Behörden",
            "Cluster",
            "Bürger",
        ),
        "delivery": ("Präsenz", "online", "hybrid"),
        "evidence": ("keine", "Selbstauskunft", "externe Evaluierung"),
        "open": ("nein", "ja"),
    },
    "BG": {
        "header": (
            "Код",
            "Наименование",
            "Категория",
            "Целеви групи",
            "Провеждане",
            "Участници",
            "Капацитет",
            "Годишен разход",
            "Удовлетвореност",
            "Анкетирани",
            "Оценяване",
            "Отворено",
            "Преносимост",
        ),
        "category": ("свързване", "ускоряване", "растеж", "умения", "конкурентоспособност"),
        "target": (
            "МСП",
            "стартъпи",
            "големи предприятия",
            "университети",
            "болници",
            "инвеститори",
            "власти",
            "клъстери",
            "граждани",
        ),
        "delivery": ("присъствено", "онлайн", "смесено"),
        "evidence": ("няма", "самооценка", "външна оценка"),
        "open": ("не", "да"),
    },
    "DK": {
        "header": (
            "Nummer",
            "Navn",
            "Område",
            "Målgrupper",
            "Afholdelse",
            "Antal deltagere",
            "Pladser",
            "Årlige omkostninger",
            "Tilfredshed",
            "Adspurgte",
            "Evaluering",
            "Åben for andre regioner",
            "Overførbarhed",
        ),
        "category": ("netværk", "accelerere", "vækst", "kompetencer", "konkurrenceevne"),
        "target": (
            "SMV",
            "iværksættere",
            "store virksomheder",
            "forskning",
            "sygehuse",
            "investorer",
            "kommuner",
            "klynger",
            "borgere",
        ),
        "delivery": ("fremmøde", "online", "hybrid"),
        "evidence": ("ingen", "egen opgørelse", "ekstern evaluering"),
        "open": ("nej", "ja"),
    },
    "EU": {
        "header": (
            "id",
            "Title",
            "Pillar",
            "Audience",
            "Format",
            "Attendees",
            "Seats",
            "Budget (EUR)",
            "Satisfaction (1-5)",
            "Number of respondents",
            "Proof",
            "Open to others",
            "Replicability",
        ),
        "category": ("Networking", "Accelerator", "Growth", "Skills", "Advocacy"),
        "target": (
            "SMEs",
            "start-ups",
            "corporates",
            "academia",
            "hospitals",
            "investors",
            "government",
            "clusters",
            "citizens",
        ),
        "delivery": ("on site", "virtual", "blended"),
        "evidence": ("none", "own survey", "independent evaluation"),
        "open": ("no", "yes"),
    },
}
BETWEEN = {"CAT": ", ", "IDF": " / ", "RN": "; ", "BG": "|", "DK": ", ", "EU": "/"}
UNKNOWN = {
    "IDF": (("Rayonnement", "competitiveness"),),
    "EU": (("Advocacy", "competitiveness"),),
}


def make_programmes(partner: str, count: int = 30) -> list[Written]:
    """Thirty programmes of a partner, the same each time, with gaps in what is known."""
    shift = sum(map(ord, partner))
    found: list[Written] = []
    for place in range(count):
        step = place * 7 + shift
        # a scale from 1 to 5 has exact twins on that from 0 to 10
        satisfaction = 5 + (step % 9) * 0.5
        found.append(
            Written(
                code=f"{place + 1}",
                name=f"{partner} programme {place + 1}",
                category=CATEGORIES[(place + shift) % 5 if place % 11 else 0],
                targets=tuple(dict.fromkeys((TARGETS[step % 9], TARGETS[(step // 3) % 9]))),
                delivery=DELIVERIES[step % 3],
                participants=None if place % 13 == 5 else 20 + step % 180,
                capacity=None if place % 9 == 4 else 30 + step % 200,
                cost=(10_000 + step * 850, 10_000 + step * 850 + (5_000 if place % 4 == 1 else 0)),
                satisfaction=satisfaction,
                asked=None if place % 3 == 2 else 10 + step % 60,
                evidence=EVIDENCE[step % 3],
                is_open=place % 3 != 0,
                transferability=1 + step % 5,
            )
        )
    return found


def make_catalogue(partner: str) -> Catalogue:
    """The file of a partner, in its own shape."""
    programmes = make_programmes(partner)
    words = WORDS[partner]
    rows = [_row(partner, words, one) for one in programmes]
    header = list(words["header"])
    order = {"IDF": [5, 1, 2, 3, 4, 0, 6, 7, 8, 9, 10, 11, 12], "BG": list(range(12, -1, -1))}.get(
        partner, list(range(13))
    )
    sheet = [[line[place] for place in order] for line in (header, *rows)]
    if partner == "DK":
        sheet = [[*line, "Bemærkning" if not place else "–"] for place, line in enumerate(sheet)]
    chosen = UNKNOWN.get(partner, ())
    if partner == "BG":
        return Catalogue(partner, "katalog.xlsx", _xlsx(sheet), programmes, chosen)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter={"CAT": ";", "IDF": ";", "RN": ";", "DK": "\t"}.get(partner, ",")).writerows(sheet)
    return Catalogue(
        partner, f"catalogue-{partner.lower()}.csv", text.getvalue().encode("utf-8-sig"), programmes, chosen
    )


def _row(partner: str, words: dict[str, Sequence[str]], one: Written) -> list[str]:
    has_comma = partner in ("CAT", "IDF", "RN", "DK")

    def number(value: float | None) -> str:
        if value is None:
            return "n/a" if partner == "EU" else ""
        text = f"{value:,.1f}" if value != int(value) else f"{int(value):,}"
        return text.translate(str.maketrans(",.", ".,")) if has_comma else text

    low, high = one.cost
    cost = number(low) if low == high else f"{number(low)} – {number(high)}"
    satisfaction = 1 + one.satisfaction * 0.4 if partner == "EU" else one.satisfaction
    return [
        one.code,
        one.name,
        words["category"][CATEGORIES.index(one.category)],
        BETWEEN[partner].join(words["target"][TARGETS.index(target)] for target in one.targets),
        words["delivery"][DELIVERIES.index(one.delivery)],
        number(one.participants),
        number(one.capacity),
        f"{cost} €" if partner == "RN" else cost,
        number(round(satisfaction, 1)) if partner != "EU" else f"{satisfaction:.1f}",
        number(one.asked),
        words["evidence"][EVIDENCE.index(one.evidence)],
        words["open"][one.is_open],
        number(one.transferability),
    ]


def _xlsx(sheet: Sequence[Sequence[str]]) -> bytes:
    book = Workbook()
    for line in sheet:
        book.worksheets[0].append(list(line))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()

"""The figures of a round that may be shown, as a document."""

from collections.abc import Mapping
from typing import Any

from app.consensus.models import Snapshot
from app.core.words import pick
from app.documents.document import Cell, Column, Document, Note, Table
from app.surveys.authoring.models import Survey

PLAIN = ("n", "cannot_judge", "mean", "sd", "median", "q1", "q3", "iqr", "balanced_mean", "balanced_se")
SHARES = ("share_low", "share_middle", "share_high", "box_share")
PER_HELIX = ("n", "share_high", "mean", "median")
PER_REGION = ("n", "share_high")
CHANGE = (("n_pairs", 0), ("before", 2), ("after", 2), ("points", 0))


def results_document(
    survey: Survey,
    snapshot: Snapshot,
    titles: Mapping[str, str],
    versions: Mapping[str, int | None],
    language: str,
) -> Document:
    """One line for each initiative and criterion, with the version people rated; what may not be shown is empty."""
    findings = snapshot.findings
    columns = [
        Column("criterion", "criterion"),
        Column("initiative", "initiative"),
        Column("title", "title"),
        Column("version", "version", 0),
        Column("round", "round", 0),
        *(Column(name, name, 2) for name in PLAIN),
        *(Column(name, name, 2, is_share=True) for name in (*SHARES, "wilson_low", "wilson_high")),
        *(Column(name, name, 0) for name in ("likely_rank_from", "likely_rank_to")),
        Column("verdict", "verdict"),
        Column("standing", "standing"),
        Column("agreed_under", "agreed_under", 0),
        Column("published_rules", "published_rules", 0),
        *(
            Column(f"{helix}_{name}", f"{helix}_{name}", 2, is_share=name == "share_high")
            for helix in findings["helices"]
            for name in PER_HELIX
        ),
        *(
            Column(f"region_{region or 'not_said'}_{name}", f"region_{region or 'not_said'}_{name}", 2, name != "n")
            for region in findings.get("regions", [])
            for name in PER_REGION
        ),
        *(
            Column(f"same_people_{name}", f"same_people_{name}", digits, name in ("before", "after"))
            for name, digits in CHANGE
        ),
        Column("stable", "stable"),
        Column("gap", "gap", 2, is_share=True),
        Column("dissent", "dissent"),
        Column("apart", "apart"),
        *(Column(name, name, 2) for name in ("apart_delta", "apart_delta_low", "apart_delta_high")),
    ]
    rows = [
        _row(
            criterion,
            {"round": findings["round"], **line},
            (titles[line["initiative"]], versions[line["initiative"]]),
            findings["helices"],
            findings.get("regions", []),
            len(findings.get("rules", [])),
        )
        for criterion in findings["criteria"]
        for line in findings["items"][criterion]
    ]
    return Document(
        title=pick(survey.title, language, survey.default_language),
        language=language,
        blocks=[Table("Results", columns, rows)],
        notes=[
            Note("snapshot", snapshot.sha256),
            Note("closed_at", findings["closed_at"]),
            *(Note(name, str(findings[name])) for name in ("engine", "seed", "draws")),
            Note("weights", ", ".join(f"{name} {weight:.4g}" for name, weight in findings["weights"].items())),
            Note("rule", ", ".join(f"{name} {value}" for name, value in findings["rule"].items())),
            Note("answered", str(findings["answered"]["all"])),
        ],
    )


def _row(
    criterion: str,
    line: Mapping[str, Any],
    named: tuple[str, int | None],
    helices: list[str],
    regions: list[str],
    rules: int,
) -> list[Cell]:
    empty = (None, None)
    agreed_under = line.get("agreed_under")
    change: Mapping[str, Any] = line.get("change") or {}
    dissent: Mapping[str, Any] = line.get("dissent") or {}
    by_region: Mapping[str, Mapping[str, Any]] = line.get("by_region") or {}
    return [
        criterion,
        line["initiative"],
        *named,
        line["round"],
        *(line[name] for name in (*PLAIN, *SHARES)),
        *(line["wilson"] or empty),
        *(line["rank90"] or empty),
        line["verdict"],
        line.get("standing"),
        None if agreed_under is None else len(agreed_under),
        rules,
        *(line["by_helix"][helix].get(name) for helix in helices for name in PER_HELIX),
        *(by_region.get(region, {}).get(name) for region in regions for name in PER_REGION),
        *(change.get(name) for name, _ in CHANGE),
        None if change.get("stable") is None else str(change["stable"]).lower(),
        line["gap"],
        dissent.get("pattern"),
        " ".join(dissent["apart"]) if dissent else None,
        dissent.get("delta"),
        *(dissent.get("interval") or empty),
    ]

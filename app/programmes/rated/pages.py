"""What pages and files show of whether programmes meet what stakeholders expect of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.consensus.fates import STANDING_WORDS
from app.consensus.pages import VERDICT_WORDS
from app.core.catalogues import translate
from app.core.words import pick
from app.documents.document import Column, Table
from app.programmes.rated.queries import Rating
from app.programmes.rated.rules import UNRATED_WORDS, Said, Unrated
from app.programmes.rated.schemas import HelixOut, RatingOut

RATED_COLUMNS = {
    "expected": ("Meets expectations", 4),
    "expected_low": ("Meets expectations, lower end", 4),
    "expected_high": ("Meets expectations, upper end", 4),
    "expected_n": ("How many rated it", 0),
    "expected_cannot_judge": ("How many can't judge", 0),
    "expected_verdict": ("Verdict", None),
    "expected_by_group": ("Meets expectations, by group", None),
    "expected_unknown": ("Why it is not known", None),
    "expected_survey": ("Survey", None),
    "expected_round": ("Round", 0),
    "expected_version": ("Version asked about", 0),
}
HELIX_COLUMNS = {
    "code": ("Code", None),
    "helix": ("Group", None),
    "share": ("Meets expectations", 4),
    "low": ("Meets expectations, lower end", 4),
    "high": ("Meets expectations, upper end", 4),
    "n": ("How many rated it", 0),
    "unknown": ("Why it is not known", None),
}
HIDDEN_HELIX = "not shown: too few, or another group could be found by it"


def rating_view(language: str, rating: Rating) -> dict[str, Any]:
    """What stakeholders said of a programme, in words; the figures are None with their reason."""
    survey, said = rating.survey, rating.said
    view: dict[str, Any] = {
        "share": None,
        "reason": "",
        "survey": pick(survey.title, language, survey.default_language) if survey else "",
        "slug": survey.slug if survey else "",
        "version": rating.version,
        "closed_at": rating.closed_at,
        "planned": survey.planned_rounds if survey else None,
        "round": None,
    }
    if not isinstance(said, Said):
        return view | {"reason": translate(language, UNRATED_WORDS[said])}
    return view | {
        "share": said.share,
        "cannot_judge": said.cannot_judge,
        "verdict": translate(language, VERDICT_WORDS[said.verdict]),
        "standing": translate(language, STANDING_WORDS[said.standing]) if said.standing else "",
        "round": said.round,
        "helices": [
            (pick(rating.helices.get(helix, {}), language) or helix, share) for helix, share in said.by_helix.items()
        ],
        "hidden": translate(language, HIDDEN_HELIX),
    }


def rating_out(rating: Rating) -> RatingOut:
    """What stakeholders said of a programme, for programs."""
    said, survey = rating.said, rating.survey
    asked = RatingOut(survey=survey.slug if survey else None, version=rating.version, closed_at=rating.closed_at)
    if not isinstance(said, Said):
        return asked.model_copy(update={"unknown": said.value})
    return RatingOut(
        survey=asked.survey,
        version=asked.version,
        closed_at=asked.closed_at,
        share=said.share.share,
        interval=(said.share.low, said.share.high),
        n=said.share.n,
        cannot_judge=said.cannot_judge,
        verdict=said.verdict.value,
        standing=said.standing or None,
        round=said.round,
        by_helix={
            helix: HelixOut(share=one.share, interval=(one.low, one.high), n=one.n)
            if one
            else HelixOut(unknown=Unrated.TOO_FEW.value)
            for helix, one in said.by_helix.items()
        },
    )


def rated_cells(view: Mapping[str, Any]) -> tuple[Any, ...]:
    """The cells of a programme under the columns of what stakeholders said."""
    share, rest = view["share"], (view["survey"] or None, view["round"], view["version"])
    if share is None:
        return (*[None] * 7, view["reason"], *rest)
    groups = "; ".join(
        f"{name}: {one.share:.4f} ({one.low:.4f}–{one.high:.4f}), {one.n}" if one else f"{name}: {view['hidden']}"
        for name, one in view["helices"]
    )
    return (share.share, share.low, share.high, share.n, view["cannot_judge"], view["verdict"], groups, None, *rest)


def helix_table(language: str, views: Sequence[tuple[str, Mapping[str, Any]]]) -> Table:
    """By programme and helix the share who say it meets what they expect; what is hidden says so."""
    rows: list[tuple[Any, ...]] = []
    for code, view in views:
        for name, share in view["helices"] if view["share"] else ():
            known = (share.share, share.low, share.high, share.n, None) if share else (*[None] * 4, view["hidden"])
            rows.append((code, name, *known))
    columns = [Column(key, translate(language, word), digits) for key, (word, digits) in HELIX_COLUMNS.items()]
    return Table(translate(language, "Meets expectations, by group"), columns, rows)

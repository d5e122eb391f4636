"""What tests of results for everybody share: a closed survey, and releasing it as the pages do."""

from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.models import Snapshot
from app.consensus.service import close_round, hash_of
from app.core.clock import today
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.surveys.release.models import ResultsRelease
from app.surveys.release.queries import find_release
from app.surveys.release.rules import PARTS
from app.surveys.release.service import release_results
from tests.consensus.test_closing import fill
from tests.make import make_open_survey
from tests.scenes import lay

MARKED = {
    "shares": 0.4107,
    "helices": 0.5207,
    "regions": 0.6307,
    "change": 0.7407,
    "ranks": 771234567,
    "response": 880712345,
}
"""A figure of each part that stands nowhere else."""


def close_small_survey(session: Session, engine: Engine) -> tuple[Survey, Snapshot]:
    def build() -> None:
        survey = make_open_survey(session)
        fill(session, engine, survey)
        close_round(session, operator(session), survey)

    def find() -> tuple[Survey, Snapshot]:
        return session.exec(select(Survey)).one(), session.exec(select(Snapshot)).one()

    return lay(session, "small survey, closed", build, find)


def mark_findings(session: Session, snapshot: Snapshot) -> None:
    """Put a figure of its own into every part, as later formats of findings have them."""
    findings: dict[str, Any] = {**snapshot.findings, "regions": ["ES51"]}
    for lines in findings["items"].values():
        for line in lines:
            line["by_region"] = {
                "ES51": {"n": 9, "suppressed": False, "share_high": MARKED["regions"]},
                "PL91": {"n": None, "suppressed": True},
            }
            line["change"] = {
                "from_round": 1,
                "n_pairs": 9,
                "before": 0.5,
                "after": MARKED["change"],
                "points": 100 * (MARKED["change"] - 0.5),
                "stable": True,
                "reason": None,
            }
            if not line["suppressed"]:
                line["share_high"], line["rank"], line["rank90"] = MARKED["shares"], 2.0, [1, MARKED["ranks"]]
            for cell in line["by_helix"].values():
                if not cell["suppressed"]:
                    cell["share_high"] = MARKED["helices"]
    findings["answered"]["by_helix"]["industry"] = {"n": MARKED["response"], "suppressed": False}
    snapshot.findings, snapshot.sha256 = findings, hash_of(findings)
    session.add(snapshot)
    session.commit()


def release(session: Session, survey: Survey, *parts: str, public_from: date | None = None) -> ResultsRelease:
    known = find_release(session, survey.id)
    made = release_results(
        session,
        operator(session),
        survey,
        parts=parts or list(PARTS),
        rounds=[1],
        public_from=public_from or today(),
        closed=[1],
        revision=known.revision if known else 0,
    )
    session.commit()
    return made

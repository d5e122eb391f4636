"""Making open data, and noting them in the history like every file that leaves."""

from sqlmodel import Session

from app.auth.permissions import require
from app.consensus.queries import list_snapshots
from app.core.errors import Invalid, NotFound
from app.history.service import record
from app.people.rules import Actor
from app.reports.bundle.archive import pack, sha256, to_json
from app.reports.bundle.plans import published_of
from app.reports.bundle.reading import read_items, read_plans, read_survey
from app.reports.bundle.service import NOTHING
from app.reports.opendata import tables
from app.reports.opendata.pabulib import approvals_of, to_pabulib
from app.reports.opendata.package import LICENCES, describe, read_me
from app.reports.opendata.rules import release
from app.surveys.authoring.models import Survey


def create_open_data(session: Session, actor: Actor, survey: Survey, *, licence: str = "") -> bytes:
    """The answers of all closed rounds as data for everybody, as a zip file.

    It is made of results as they may be shown. Raises NotFound before a round has closed, Invalid for a licence
    that is none of those it can name.
    """
    require(actor, "results.export", survey)
    if licence and licence not in LICENCES:
        raise Invalid("This licence is not one of those that open data can name.")
    snapshots = list_snapshots(session, survey.id)
    if not snapshots:
        raise NotFound(NOTHING)
    named, protocol = read_survey(session, survey), survey.protocol or {}
    low, criteria = protocol["scale"]["low"], [one["code"] for one in protocol["criteria"]]
    released = release([one.findings for one in snapshots], survey.minimum_group)
    book = tables.codebook(protocol, read_items(session, survey))
    day = snapshots[-1].findings["closed_at"][:10]
    plans, _ = read_plans(session, actor, survey)
    title = survey.title.get(survey.default_language, survey.slug)
    files = {
        tables.LONG: tables.long_table(released, low),
        tables.WIDE: tables.wide_table(released, criteria, low),
        tables.HIDDEN: tables.hidden_table(released),
        tables.CODEBOOK: tables.codebook_table(book),
        tables.CODEBOOK_JSON: to_json(book),
        **{
            f"selection/{name}.pb": to_pabulib(
                published_of(given)["content"], approvals_of(given["items"]), title=title, day=day
            )
            for name, given in plans.items()
        },
    }
    files["datapackage.json"] = to_json(describe(named, protocol, files, day=day, licence=licence))
    files["README.txt"] = read_me(named, protocol, released, licence)
    return pack(files)


def note_open_data(session: Session, actor: Actor, survey: Survey, data: bytes, *, licence: str = "") -> None:
    """Note open data in the history, before they are handed out."""
    record(session, actor, "opendata.made", survey, after={"licence": licence, "sha256": sha256(data)})

"""Making open data of what is public, and noting them in the history like every file that leaves."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.actionplan.disclosure.queries import Disclosed, get_disclosed
from app.actionplan.portfolio.queries import get_own_plan, list_plan_items
from app.auth.permissions import require
from app.consensus.queries import list_snapshots
from app.core.errors import Conflict, Invalid
from app.history.service import record
from app.people.rules import Actor
from app.reports.bundle.archive import pack, sha256, to_json
from app.reports.bundle.reading import read_editions, read_items, read_survey
from app.reports.opendata import tables
from app.reports.opendata.pabulib import approvals_of, to_pabulib
from app.reports.opendata.package import LICENCES, describe, read_me
from app.reports.opendata.rules import release
from app.surveys.authoring.models import Survey

NO_SHARES = "Shares are not in the list of what is public, so answers stay inside."


def create_open_data(session: Session, actor: Actor, survey: Survey, *, licence: str = "") -> bytes:
    """The answers of the rounds that are public as data for everybody, as a zip file.

    It is made of results as they may be shown, and holds what the disclosure list holds: answers where shares are
    public, groups where shares by group are; of plans those that were adopted. Raises NotFound before anything is
    public, Conflict where shares are not, Invalid for a licence that is none of those it can name.
    """
    require(actor, "results.export", survey)
    disclosed = parts_to_release(session, survey, licence)
    snapshots = [one for one in list_snapshots(session, survey.id) if one.round_number in disclosed.rounds]
    named, protocol = read_survey(session, survey), survey.protocol or {}
    low, criteria = protocol["scale"]["low"], [one["code"] for one in protocol["criteria"]]
    has_groups = "helices" in disclosed.parts
    released = release([one.findings for one in snapshots], survey.minimum_group, has_groups=has_groups)
    book = tables.codebook(protocol, read_items(session, survey))
    # each voter is a group, so without groups there is no selection to hand out, and a small one has no vote
    named_groups = {(one.initiative, one.group) for one in released.answers}
    day = snapshots[-1].findings["closed_at"][:10]
    title = survey.title.get(survey.default_language, survey.slug)
    files = {
        tables.LONG: tables.long_table(released, low),
        tables.WIDE: tables.wide_table(released, criteria, low),
        tables.HIDDEN: tables.hidden_table(released),
        tables.CODEBOOK: tables.codebook_table(book),
        tables.CODEBOOK_JSON: to_json(book),
        **{
            f"selection/{name}.pb": to_pabulib(content, approvals_of(items, named_groups), title=title, day=day)
            for name, content, items in _selections(session, actor, survey, disclosed.rounds if has_groups else ())
        },
    }
    files["datapackage.json"] = to_json(describe(named, protocol, files, day=day, licence=licence))
    files["README.txt"] = read_me(
        named, protocol, released, licence, has_plans=any(name.startswith("selection/") for name in files)
    )
    return pack(files)


def parts_to_release(session: Session, survey: Survey, licence: str) -> Disclosed:
    """What of a survey may become open data. Raises as `create_open_data` does."""
    if licence and licence not in LICENCES:
        raise Invalid("This licence is not one of those that open data can name.")
    disclosed = get_disclosed(session, survey)
    if "shares" not in disclosed.parts:
        raise Conflict(NO_SHARES)
    return disclosed


def _selections(
    session: Session, actor: Actor, survey: Survey, rounds: Collection[int]
) -> Iterator[tuple[str, Mapping[str, Any], Sequence[Mapping[str, Any]]]]:
    """The adopted editions of plans that rest on public rounds, each with what results say of its plan's items."""
    for name, edition in read_editions(session, actor, survey).items():
        content: Mapping[str, Any] = edition["content"]
        if content["round"] in rounds:
            items = list_plan_items(session, get_own_plan(session, actor, content["number"]).id)
            yield name, content, [{"code": one.code, "evidence": one.evidence} for one in items]


def note_open_data(session: Session, actor: Actor, survey: Survey, data: bytes, *, licence: str = "") -> None:
    """Note open data in the history, before they are handed out."""
    record(session, actor, "opendata.made", survey, after={"licence": licence, "sha256": sha256(data)})

"""Acts on what somebody is writing: kept for them while they type, saved as a version when they say so."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, delete

from app.actionplan.drafting.models import InitiativeDraft
from app.actionplan.drafting.queries import find_draft, find_version_by_digest
from app.actionplan.drafting.rules import LONGEST_TYPED, MOST_FIELDS, PARTS, Typed, content_of
from app.actionplan.initiatives.changing import STALE, change_initiative, lock_newest
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.rules import etag_of
from app.actionplan.initiatives.schemas import read_content
from app.auth.permissions import require
from app.core.clock import now
from app.core.errors import Invalid, Stale
from app.people.rules import Actor

TOO_LONG = "This is more than fits here. Shorten it; what you wrote is still in the field."


class Overtaken(Exception):
    """Somebody changed the same part meanwhile; `theirs` is the version that says what."""

    def __init__(self, theirs: InitiativeVersion) -> None:
        super().__init__()
        self.theirs = theirs


def keep_draft(
    session: Session, actor: Actor, initiative: Initiative, part: str, base: str, typed: Typed
) -> InitiativeDraft | None:
    """Keep what somebody has typed so far, for them alone; None for a program, which types nothing.

    Raises Invalid for more than fits.
    """
    require(actor, "initiative.change", initiative)
    check_size(typed)
    if actor.id is None:
        return None
    # held by the row of the initiative, so that two windows of one person make one draft
    lock_newest(session, actor, initiative.id)
    draft = find_draft(session, actor, initiative.id, part)
    if draft is None:
        draft = InitiativeDraft(
            initiative_id=initiative.id, person_id=actor.id, part=part, base_digest=base, typed={}, kept_at=now()
        )
    draft.typed, draft.base_digest, draft.kept_at = dict(typed), base, now()
    session.add(draft)
    session.flush()
    return draft


def discard_draft(session: Session, actor: Actor, initiative: Initiative, part: str) -> None:
    """Throw away what somebody typed and did not save."""
    session.exec(
        delete(InitiativeDraft).where(
            col(InitiativeDraft.initiative_id) == initiative.id,
            col(InitiativeDraft.person_id) == actor.id,
            col(InitiativeDraft.part) == part,
        )
    )


def save_part(
    session: Session, actor: Actor, initiative: Initiative, part: str, base: str, typed: Typed
) -> InitiativeVersion:
    """Make a version with a part as it was typed.

    What others changed in other parts since `base` stays. Raises Overtaken when they changed the same part, Stale
    for a base that is no version, and as `change_initiative`.
    """
    require(actor, "initiative.change", initiative)
    check_size(typed)
    newest = lock_newest(session, actor, initiative.id)
    before = read_content(newest.content)
    source = initiative.source_language
    if not base or not newest.digest.startswith(base):
        old = find_version_by_digest(session, initiative.id, base)
        if old is None:
            raise Stale(STALE, etag_of(newest.digest))
        if shown(part, read_content(old.content), source) != shown(part, before, source):
            raise Overtaken(newest)
    made, faults = content_of(part, typed, before, source)
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    version = change_initiative(session, actor, initiative, made, base_digest=newest.digest)
    discard_draft(session, actor, initiative, part)
    return version


def shown(part: str, content: Mapping[str, Any], source: str) -> dict[str, Any]:
    """What a part's form is about: its fields, of texts in several languages only the original."""
    return {
        name: content[name].get(source, "") if name in ("title", "summary") else content[name] for name in PARTS[part]
    }


def check_size(typed: Typed) -> None:
    """Raises Invalid, naming the field, for more than a form of ours can hold."""
    long = {name: TOO_LONG for name, text in typed.items() if len(text) > LONGEST_TYPED}
    if long or len(typed) > MOST_FIELDS:
        raise Invalid(TOO_LONG, long)

"""Acts on shared plans: making a link and ending it, commenting by it, and answering and hiding comments."""

from datetime import date
from uuid import UUID

from sqlmodel import Session, func, select

from app.actionplan.adoption.freezing import freeze
from app.actionplan.adoption.models import PlanComment, PlanShare
from app.actionplan.adoption.queries import Shared, get_plan_comment, get_share
from app.actionplan.adoption.rules import (
    LONGEST_COMMENT,
    MOST_COMMENTS,
    NO_ANSWER,
    NO_ITEM,
    faults_in_comment,
    faults_in_share,
    is_readable,
)
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_own_plan_by_id
from app.actionplan.portfolio.service import lock_plan
from app.auth.permissions import require
from app.core.clock import now, today
from app.core.errors import Conflict, Invalid, Locked, NotFound
from app.core.tokens import hash_token, key_for, sign
from app.history.service import record
from app.people.rules import Actor

CHANGED = "Somebody changed this comment or its answer meanwhile. Look at it first."


def share_plan(
    session: Session,
    actor: Actor,
    plan: Plan,
    scenario: int | None,
    revision: int,
    *,
    label: str,
    until: date | None,
    form_key: str,
    secret: str,
) -> tuple[PlanShare, str]:
    """Make a link by which others read the newest draft of a scenario; returns it with its token.

    The same form twice is one link with the same token, which only a holder of the form and of the installation's
    secret can make. A plan that breaks rules may be shared: the page says which. Raises NotFound, Conflict for another
    draft than the newest, Invalid naming the fields.
    """
    require(actor, "plan.share", get_own_plan_by_id(session, actor, plan.id))
    lock_plan(session, plan.id)
    label = label.replace("\0", "").strip()
    # whoever sends a key that somebody else has sent makes another link
    said = key_for(form_key, actor.id, plan.id, scenario, revision, label, until)
    token, kept_key = sign(secret, "plan share", said)[:48], hash_token(said)
    known = session.exec(
        select(PlanShare).where(PlanShare.shared_by_id == actor.id, PlanShare.form_key == kept_key)
    ).first()
    if known:
        return known, token
    faults = faults_in_share(label, until, today())
    if until is None or faults:
        raise Invalid(next(iter(faults.values())), faults)
    loaded, content = freeze(session, plan, scenario, revision)
    share = PlanShare(
        plan_id=plan.id,
        scenario_id=loaded.scenario.id,
        draft_number=loaded.draft.number,
        label=label,
        content=content,
        token_hash=hash_token(token),
        expires_on=until,
        form_key=kept_key,
        shared_at=now(),
        shared_by_id=actor.id,
    )
    session.add(share)
    session.flush()
    after = {"plan": plan.number, "draft": share.draft_number, "until": until.isoformat()}
    record(session, actor, "plan.shared", share, after=after)
    return share, token


def end_share(session: Session, actor: Actor, plan: Plan, share_id: UUID) -> PlanShare:
    """End a link before its day; nothing happens once it has ended. What was said by it stays. Raises NotFound."""
    require(actor, "plan.share", plan)
    lock_plan(session, plan.id)
    share = get_share(session, plan.id, share_id)
    session.refresh(share)
    if share.ended_on is None:
        share.ended_on = today()
        session.add(share)
        record(session, actor, "plan.share_ended", share, after={"plan": plan.number})
    return share


def comment_on(session: Session, shared: Shared, item: str, text: str, name: str, *, form_key: str) -> PlanComment:
    """Say something about a shared plan, or about one of its initiatives. The same form twice is one comment.

    Other words under its key are another: somebody went back to the page, and wrote on.

    Raises Locked once the link has ended, Invalid naming the fields, Conflict when too much was said by it already.
    """
    share = shared.share
    # so that a form sent twice at once is one comment
    session.exec(select(PlanShare.id).where(PlanShare.id == share.id).with_for_update()).one()
    if not is_readable(share.expires_on, is_ended=share.ended_on is not None, today=today()):
        raise Locked("This link has ended: nothing more can be said by it.")
    text, name = _clean(text), " ".join(name.replace("\0", "").split())
    kept_key = key_for(form_key, item, text, name)
    known = session.exec(
        select(PlanComment).where(PlanComment.share_id == share.id, PlanComment.form_key == kept_key)
    ).first()
    if known:
        return known
    faults = faults_in_comment(text, name)
    if item and item not in [line["code"] for line in share.content["items"]]:
        faults["item"] = NO_ITEM
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    count = session.exec(select(func.count()).select_from(PlanComment).where(PlanComment.share_id == share.id)).one()
    if count >= MOST_COMMENTS:
        raise Conflict("So much was said by this link that it takes no more comments.")
    comment = PlanComment(
        share_id=share.id, item_code=item, name=name, text=text, form_key=kept_key, written_on=today()
    )
    session.add(comment)
    session.flush()
    return comment


def answer_comment(
    session: Session, actor: Actor, plan: Plan, comment_id: UUID, text: str, revision: int
) -> PlanComment:
    """Say to everybody with the link what became of a comment; a later answer takes the place of the first.

    Raises NotFound, Invalid, Conflict when somebody changed it meanwhile.
    """
    comment = _changing(session, actor, plan, comment_id, revision)
    text = _clean(text)
    if not 0 < len(text) <= LONGEST_COMMENT:
        raise Invalid(NO_ANSWER, {"answer": NO_ANSWER})
    comment.answer, comment.answered_on, comment.answered_by_id = text, today(), actor.id
    return _changed(session, actor, comment, "plan_comment.answered")


def hide_comment(
    session: Session, actor: Actor, plan: Plan, comment_id: UUID, *, is_hidden: bool, revision: int
) -> PlanComment:
    """Hide a comment from those who have the link, or show it to them again. Raises as answering does."""
    comment = _changing(session, actor, plan, comment_id, revision)
    if comment.is_hidden == is_hidden:
        return comment
    comment.is_hidden = is_hidden
    return _changed(session, actor, comment, "plan_comment.hidden" if is_hidden else "plan_comment.shown")


def delete_comment(session: Session, actor: Actor, plan: Plan, comment_id: UUID, revision: int) -> None:
    """Delete a comment with its answer, as whoever wrote it may ask. Raises as answering does."""
    comment = _changing(session, actor, plan, comment_id, revision)
    session.delete(comment)
    record(session, actor, "plan_comment.deleted", comment, after={"plan": plan.number})


def _changing(session: Session, actor: Actor, plan: Plan, comment_id: UUID, revision: int) -> PlanComment:
    require(actor, "plan.share", get_own_plan_by_id(session, actor, plan.id))
    get_plan_comment(session, plan.id, comment_id)
    wanted = select(PlanComment).where(PlanComment.id == comment_id).with_for_update()
    comment = session.exec(wanted.execution_options(populate_existing=True)).first()
    if comment is None:
        raise NotFound("There is no such comment.")
    if comment.revision != revision:
        raise Conflict(CHANGED)
    return comment


def _changed(session: Session, actor: Actor, comment: PlanComment, act: str) -> PlanComment:
    comment.revision += 1
    session.add(comment)
    # of what was said nothing goes into the history: it could not be taken back there
    record(session, actor, act, comment, after={"revision": comment.revision})
    return comment


def _clean(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").strip()

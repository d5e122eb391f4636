"""Acts on amendments: other words proposed for a text, and what was decided about them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.discussion.mailing import tell
from app.actionplan.discussion.models import Amendment
from app.actionplan.discussion.queries import find_amendment_of_form, get_amendment
from app.actionplan.discussion.replying import forget_quote
from app.actionplan.discussion.rules import field_of, passage_in, places_to_amend, replaced, text_at, with_text
from app.actionplan.initiatives.changing import change_initiative, lock_newest
from app.actionplan.initiatives.contradictions import problems_of_words
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import find_version, get_own_initiative
from app.actionplan.initiatives.schemas import check_content, read_content
from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotAllowed
from app.history.service import record
from app.people.models import Person
from app.people.rules import Actor
from app.surveys.authoring.publishing import is_reason
from app.surveys.ideas.rules import plain

ACCEPTED, IN_PART, REJECTED = "accepted", "in_part", "rejected"
DECISION_WORDS = {
    ACCEPTED: "Accepted",
    IN_PART: "Accepted in part",
    REJECTED: "Rejected",
}
NO_REASON = "Give a reason of 10 to 500 characters; whoever proposed it reads it."
DECIDED_ALREADY = "Somebody has decided about this amendment meanwhile. What you wrote is still here."
STANDS_ALREADY = "These are the words that stand there already."
TEXT_CHANGED = "The text has changed since. Compare both, and write how it shall read now."

LOST_MARKS = "The original has words in bold, links or lists here. Keep their marks."
TOO_LONG = "With these words the text is too long: a title has at most 70 characters, a summary 220."


class Moved(Conflict):
    """The words an amendment is about do not stand in the text any more, or the text changed under the judge."""


@dataclass(frozen=True)
class Proposed:
    """What somebody proposes; without a passage it is about the whole text of the place."""

    place: str
    passage: str
    after: str
    because: str
    version: int | None
    may_name: bool
    may_quote: bool


@dataclass(frozen=True)
class Judgement:
    """What is decided. `words` come into the text when it is accepted in part.

    `whole` is how the entire text shall read, where the words proposed for cannot be found in it any more; then
    `digest` names the version whose text the judge compared with.
    """

    decision: str
    words: str
    because: str
    whole: str | None
    digest: str


def propose_amendment(
    session: Session, actor: Actor, initiative_id: UUID, proposed: Proposed, *, form_key: str
) -> Amendment:
    """Propose other words. The same form a second time is the same amendment. Raises NotFound, Invalid."""
    require(actor, "amendment.propose")
    initiative, _ = get_own_initiative(session, actor, initiative_id)
    # so that no two get the same number
    newest = lock_newest(session, actor, initiative_id)
    known = find_amendment_of_form(session, actor, form_key)
    if known:
        return known
    version = (find_version(session, initiative_id, proposed.version) if proposed.version else None) or newest
    before, after = _checked(proposed, version, initiative.source_language)
    wanted = select(func.max(col(Amendment.number))).where(Amendment.initiative_id == initiative_id)
    amendment = Amendment(
        consortium_id=initiative.consortium_id,
        initiative_id=initiative_id,
        version_id=version.id,
        number=(session.exec(wanted).one() or 0) + 1,
        place=proposed.place,
        before=before,
        after=after,
        because=plain(proposed.because),
        may_name=proposed.may_name,
        may_quote=proposed.may_quote,
        form_key=form_key,
        written_at=now(),
        written_by_id=actor.id,
    )
    session.add(amendment)
    session.flush()
    after_it = {"about": amendment.place, "in": initiative.external_id, "number": amendment.number}
    record(session, actor, "amendment.proposed", amendment, after=after_it)
    return amendment


def withdraw_amendment(session: Session, actor: Actor, initiative_id: UUID, amendment_id: UUID) -> Amendment:
    """Take back what one proposed, before it is decided: its words are deleted.

    Raises NotFound, NotAllowed for another's, Conflict once it is decided.
    """
    require(actor, "amendment.propose")
    amendment = get_amendment(session, actor, initiative_id, amendment_id)
    if amendment.written_by_id != actor.id:
        raise NotAllowed("Only whoever proposed an amendment can withdraw it.")
    if amendment.decision:
        raise Conflict("This amendment is decided and cannot be withdrawn any more.")
    if amendment.withdrawn_at is None:
        amendment.after = amendment.because = ""
        amendment.may_name = amendment.may_quote = False
        amendment.withdrawn_at = now()
        forget_quote(session, "amendment", amendment.id)
        session.flush()
        record(session, actor, "amendment.withdrawn", amendment)
    return amendment


def decide_amendment(
    session: Session, actor: Actor, initiative_id: UUID, amendment_id: UUID, judged: Judgement, *, address: str
) -> Amendment:
    """Accept an amendment, in part or not at all. What is accepted becomes a new version that names who proposed it,
    if they agreed to be named; they are told by mail.

    Raises NotFound, Invalid naming what cannot be, Conflict for one decided meanwhile, Moved when its words cannot be
    put into the text as it reads now.
    """
    initiative, _ = get_own_initiative(session, actor, initiative_id)
    require(actor, "amendment.judge", initiative)
    newest = lock_newest(session, actor, initiative_id)
    amendment = get_amendment(session, actor, initiative_id, amendment_id)
    if amendment.decision or amendment.withdrawn_at:
        raise Conflict(DECIDED_ALREADY)
    because = plain(judged.because)
    words = amendment.after if judged.decision == ACCEPTED else _one_line(amendment.place, judged.words)
    errors: dict[str, str] = {}
    if judged.decision not in DECISION_WORDS:
        errors["decision"] = "Choose what you decide."
    elif (judged.decision != ACCEPTED or because) and not is_reason(because):
        errors["because"] = NO_REASON
    if judged.decision == IN_PART and not words and judged.whole is None:
        errors["words"] = "Write the words that come into the text."
    if errors:
        raise Invalid(next(iter(errors.values())), errors)
    author = session.get(Person, amendment.written_by_id) if amendment.written_by_id else None
    if judged.decision != REJECTED:
        made = _take_over(session, actor, amendment, (initiative, newest), words, judged, author)
        amendment.made_version_id = made.id
        amendment.words_taken = words if judged.whole is None else text_at(made.content, amendment.place) or ""
    amendment.decision, amendment.decided_because = judged.decision, because
    amendment.decided_at, amendment.decided_by_id = now(), actor.id
    session.flush()
    record(session, actor, "amendment.decided", amendment, after={"decision": judged.decision, "because": because})
    if author and author.id != actor.id:
        language = author.language
        values = {
            "number": amendment.number,
            "outcome": translate(language, DECISION_WORDS[judged.decision]),
            "because": because,
            "words": amendment.words_taken if judged.decision == IN_PART else "",
        }
        url = f"{address}/initiatives/{initiative_id}/amendments/{amendment.id}"
        about = (initiative, newest)
        tell(session, "amendment_decided", author, about, url=url, about_id=amendment.id, values=values)
    return amendment


def _take_over(
    session: Session,
    actor: Actor,
    amendment: Amendment,
    about: tuple[Initiative, InitiativeVersion],
    words: str,
    judged: Judgement,
    author: Person | None,
) -> InitiativeVersion:
    """Make the version that has the words. Raises Moved, Invalid."""
    initiative, newest = about
    if judged.whole is not None:
        text, name = _one_line(amendment.place, judged.whole), "whole"
        if judged.digest != newest.digest or text_at(newest.content, amendment.place) is None:
            raise Moved(TEXT_CHANGED)
    else:
        text, name = replaced(text_at(newest.content, amendment.place), amendment.before, words), "words"
        if text is None:
            raise Moved(TEXT_CHANGED)
    content = with_text(read_content(newest.content), amendment.place, text)
    # nothing comes of an amendment that leaves the text as it is, unless somebody wrote its words there meanwhile
    is_there = amendment.after in text if amendment.after else amendment.before not in text
    if text == text_at(newest.content, amendment.place) and not (judged.decision == ACCEPTED and is_there):
        raise Invalid(STANDS_ALREADY, {name: STANDS_ALREADY})
    fault = _fault_of(newest, content, amendment.place, initiative.source_language)
    if fault:
        raise Invalid(fault, {name: fault})
    is_named = author is not None and amendment.may_name and author.disabled_at is None
    contributors = [{"name": author.name, "person_id": str(author.id)}] if author and is_named else []
    try:
        return change_initiative(
            session,
            actor,
            initiative,
            content,
            base_digest=newest.digest,
            note=f"amendment:{amendment.number}",
            contributors=contributors,
        )
    except Invalid as refusal:
        raise Invalid(refusal.message, {name: refusal.message}, **refusal.values) from refusal


def _checked(proposed: Proposed, version: InitiativeVersion, source: str) -> tuple[str, str]:
    """The words before and after as they are kept. Raises Invalid."""
    errors: dict[str, str] = {}
    text = text_at(version.content, proposed.place)
    if text is None or proposed.place not in places_to_amend(version.content):
        raise Invalid(
            "Choose the text that should read otherwise.", {"place": "Choose the text that should read otherwise."}
        )
    before, after = text, _one_line(proposed.place, proposed.after)
    if proposed.passage.strip():
        before = passage_in(text, proposed.passage) or ""
        if not before:
            errors["passage"] = "These words do not stand in this text."
        elif text.count(before) > 1:
            errors["passage"] = "These words stand there more than once. Take a few more of those around them."
    if not errors and after == before:
        errors["after"] = STANDS_ALREADY
    elif not errors:
        changed = replaced(text, before, after)
        content = with_text(read_content(version.content), proposed.place, changed or "")
        fault = _fault_of(version, content, proposed.place, source)
        if fault:
            errors["after"] = fault
    if not is_reason(plain(proposed.because)):
        errors["because"] = "Give a reason of 10 to 500 characters."
    if errors:
        raise Invalid(next(iter(errors.values())), errors)
    return before, after


def _fault_of(version: InitiativeVersion, content: dict[str, Any], place: str, source: str) -> str:
    """Why words cannot stand at a place of a version, in a sentence; nothing when they can."""
    field = field_of(place)
    try:
        checked = check_content(content)
    except Invalid as refusal:
        found = [sentence for name, sentence in refusal.errors.items() if field_of(name) == field]
        return found[0] if found else ""
    problem = problems_of_words(read_content(version.content), checked, source).get(place)
    if problem is None:
        return ""
    return LOST_MARKS if problem.key == "markup" else TOO_LONG


def _one_line(place: str, text: str) -> str:
    """The words as they are kept: a title and a line of a list have no line breaks."""
    clean = plain(text)
    return " ".join(clean.split()) if field_of(place) in ("title", "expected_outputs") else clean

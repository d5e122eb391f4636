"""Acts on initiatives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session, select

from app.actionplan.initiatives.changing import add_version, enter_state
from app.actionplan.initiatives.contradictions import WORDS, marks_after, problems_beside, problems_within
from app.actionplan.initiatives.importing import Catalogue, fault_of
from app.actionplan.initiatives.models import Initiative, InitiativeVersion, Topic
from app.actionplan.initiatives.queries import list_initiatives, list_sheets, partner_names
from app.actionplan.initiatives.rules import is_same, merge_columns
from app.actionplan.initiatives.schemas import InitiativeIn, Language, check_content, read_content
from app.actionplan.initiatives.states import State, is_fixed, state_of
from app.auth.permissions import may, require
from app.core.clock import now
from app.core.errors import Invalid
from app.core.words import Words
from app.documents.sheets import Fault, FaultyFile
from app.people.rules import Actor


@dataclass
class ImportCount:
    """What an import did, and what is wrong with initiatives that it left as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])


def import_initiatives(session: Session, actor: Actor, catalogue: Catalogue) -> ImportCount:
    """Take over a catalogue as `import_right_ones` does, or nothing of it.

    Raises FaultyFile when something is wrong with one of them; the transaction is then to be rolled back.
    """
    count = import_right_ones(session, actor, catalogue)
    if count.faults:
        raise FaultyFile(count.faults)
    return count


def import_right_ones(session: Session, actor: Actor, catalogue: Catalogue) -> ImportCount:
    """Take over what is right: a new initiative gets a first version, a changed one a further version.

    Importing the same file again changes nothing.
    """
    require(actor, "initiative.import")
    count = ImportCount(faults=list(catalogue.faults))
    for topic in catalogue.topics:
        known = session.exec(
            select(Topic).where(Topic.consortium_id == actor.consortium_id, Topic.external_id == topic.id)
        ).first()
        if known is None:
            session.add(Topic(consortium_id=actor.consortium_id, external_id=topic.id, label=_words(topic.label)))
        else:
            known.label = _words(topic.label)
    newest = {initiative.external_id: (initiative, version) for initiative, version in list_initiatives(session, actor)}
    sheets = _merged(catalogue, newest, count)
    partners, beside = partner_names(session, actor), {**list_sheets(session, actor), **sheets}
    for code, content in sheets.items():
        row, pair = catalogue.rows[code], newest.get(code)
        before = read_content(pair[1].content) if pair else None
        if before and is_same(before, content):
            count.unchanged += 1
            continue
        problems = problems_beside(code, content, partners, beside) | problems_within(content)
        known = (problems_beside(code, before, partners, beside) | problems_within(before)) if before else {}
        faults = [
            Fault(row, name, WORDS[one.key], one.values) for name, one in problems.items() if known.get(name) != one
        ]
        if pair and is_fixed(pair[0].state):
            faults.append(Fault(row, "id", "is frozen or over, so nothing in it changes"))
        if not pair and state_of(content["status"]) is not State.DRAFT and not may(actor, "initiative.move"):
            faults.append(Fault(row, "status", "Your role does not permit this."))
        if faults:
            count.faults += faults
        elif pair:
            count.changed += 1
            marks = marks_after(before or {}, content, pair[0].source_language, pair[1].marks)
            add_version(session, actor, pair[0], content, before=pair[1], note="imported", marks=marks)
        else:
            count.added += 1
            _add_initiative(session, actor, code, content, note="imported", state=state_of(content["status"]))
    return count


def draft_initiative(
    session: Session, actor: Actor, *, code: str, title: Words, summary: Words, organisation_id: UUID | None
) -> Initiative:
    """A new initiative of which only the words are known. Raises Invalid for words that cannot be."""
    require(actor, "initiative.draft")
    try:
        content = check_content({"id": code, "title": title, "summary": summary, "status": "draft"})
    except Invalid as error:
        sentence = "This text is too long, or has a character that cannot be stored."
        raise Invalid(sentence, {name.partition(".")[0]: sentence for name in error.errors}) from error
    return _add_initiative(session, actor, code, content, organisation_id=organisation_id)


def _merged(
    catalogue: Catalogue, newest: Mapping[str, tuple[Initiative, InitiativeVersion]], count: ImportCount
) -> dict[str, dict[str, Any]]:
    """The sheets as they would be after the import, by code; what cannot be is counted as a fault."""
    found: dict[str, dict[str, Any]] = {}
    for initiative in catalogue.initiatives:
        content, pair = initiative.model_dump(mode="json"), newest.get(initiative.id)
        if pair and catalogue.columns is not None:
            try:
                merged = merge_columns(read_content(pair[1].content), content, catalogue.columns)
                content = InitiativeIn.model_validate(merged).model_dump(mode="json")
            except ValidationError as error:
                count.faults += [fault_of(catalogue.rows[initiative.id], part) for part in error.errors()]
                continue
        found[initiative.id] = content
    return found


def _add_initiative(
    session: Session,
    actor: Actor,
    code: str,
    content: dict[str, Any],
    *,
    organisation_id: UUID | None = None,
    note: str = "",
    state: State = State.DRAFT,
) -> Initiative:
    row = Initiative(
        consortium_id=actor.consortium_id,
        organisation_id=organisation_id,
        external_id=code,
        created_at=now(),
        source_language="en" if "en" in content["title"] else next(iter(content["title"])),
    )
    session.add(row)
    session.flush()
    add_version(session, actor, row, content, before=None, note=note)
    if state is not State.DRAFT:
        enter_state(session, actor, row, state, "imported")
    return row


def _words(texts: Mapping[Language, str]) -> Words:
    return {str(language): text for language, text in texts.items()}

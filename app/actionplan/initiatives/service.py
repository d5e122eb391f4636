"""Acts on initiatives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session, select

from app.actionplan.initiatives.importing import Catalogue, fault_of
from app.actionplan.initiatives.models import Initiative, InitiativeVersion, Topic
from app.actionplan.initiatives.queries import find_newest_version
from app.actionplan.initiatives.rules import digest_of, merge_columns
from app.actionplan.initiatives.schemas import InitiativeIn, Language
from app.auth.permissions import require
from app.core.clock import now
from app.core.errors import Invalid
from app.core.words import Words
from app.documents.sheets import Fault, FaultyFile
from app.history.service import record
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
    for initiative in catalogue.initiatives:
        newest = find_newest_version(session, actor, initiative.id)
        content = initiative.model_dump(mode="json")
        if newest and catalogue.columns is not None:
            try:
                merged = InitiativeIn.model_validate(merge_columns(newest.content, content, catalogue.columns))
            except ValidationError as error:
                count.faults += [fault_of(catalogue.rows[initiative.id], part) for part in error.errors()]
                continue
            content = merged.model_dump(mode="json")
        if newest and newest.digest == digest_of(content):
            count.unchanged += 1
            continue
        if newest:
            count.changed += 1
            _add_version(session, actor, content, newest.initiative_id, newest.number + 1, newest.digest)
        else:
            count.added += 1
            row = Initiative(consortium_id=actor.consortium_id, external_id=initiative.id, created_at=now())
            session.add(row)
            session.flush()
            _add_version(session, actor, content, row.id, 1, "")
    return count


def draft_initiative(
    session: Session, actor: Actor, *, code: str, title: Words, summary: Words, organisation_id: UUID | None
) -> Initiative:
    """A new initiative of which only the words are known. Raises Invalid for words that cannot be."""
    require(actor, "initiative.draft")
    try:
        content = InitiativeIn.model_validate({"id": code, "title": title, "summary": summary, "status": "draft"})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        sentence = "This text is too long, or has a character that cannot be stored."
        raise Invalid(sentence, {name: sentence}) from error
    row = Initiative(
        consortium_id=actor.consortium_id, organisation_id=organisation_id, external_id=code, created_at=now()
    )
    session.add(row)
    session.flush()
    _add_version(session, actor, content.model_dump(mode="json"), row.id, 1, "")
    return row


def _add_version(session: Session, actor: Actor, content: dict[str, Any], key: UUID, number: int, before: str) -> None:
    version = InitiativeVersion(
        initiative_id=key,
        number=number,
        title=content["title"],
        summary=content["summary"],
        content=content,
        digest=digest_of(content),
        created_at=now(),
        created_by_id=actor.id,
    )
    session.add(version)
    session.flush()
    record(
        session,
        actor,
        "initiative.versioned",
        version,
        before={"digest": before},
        after={"digest": version.digest, "number": number},
    )


def _words(texts: Mapping[Language, str]) -> Words:
    return {str(language): text for language, text in texts.items()}

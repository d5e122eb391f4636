"""Taking programmes over from partners' files, and keeping how those files name things."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.auth.permissions import require
from app.core.clock import now
from app.history.rules import name_of
from app.history.service import record_under
from app.people.models import Organisation
from app.people.queries import hold_consortium
from app.people.rules import Actor
from app.programmes.importing.checking import Choices, Line, Report, Sheet, check
from app.programmes.importing.rules import plain
from app.programmes.models import ProgrammeMapping
from app.programmes.queries import Entry, find_mapping, label_of, list_partners, list_programmes
from app.programmes.service import Part, change_programme, content_of, create_programme


@dataclass(frozen=True)
class Taken:
    """What an import did: its report, and how many programmes it added, changed or left as they were.

    `recoded` are the codes a file gives that are another partner's already, with what they became.
    """

    report: Report
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    recoded: Mapping[str, str] | None = None

    @property
    def is_refused(self) -> bool:
        """Whether nothing was taken over."""
        return bool(self.report.faults)


def import_programmes(
    session: Session, actor: Actor, sheet: Sheet, choices: Choices, partner: Organisation | None
) -> Taken:
    """Take a file over when nothing is wrong with it; with a fault nothing of it is, and the report names each.

    Without a partner the file says whose each programme is. Programmes that a file does not name stay. Raises
    NotAllowed for a partner the actor may not act for.
    """
    if partner:
        require(actor, "programme.change", Part(partner.consortium_id, partner.id))
    # so that two imports at once do not give two programmes one code
    hold_consortium(session, actor)
    partners = {str(one.id): one for one in list_partners(session, actor)}
    names = {plain(said): key for key, one in partners.items() for said in (one.name, one.code) if said}
    report = check(sheet, choices, names, str(partner.id) if partner else "")
    if report.faults:
        return Taken(report)
    taken = _keep(session, actor, report, partners)
    if partner:
        _keep_mapping(session, partner.id, sheet, choices)
    counts = {"added": taken.added, "changed": taken.changed}
    if any(counts.values()):
        thing = name_of("consortium", actor.consortium_id)
        record_under(session, actor, "programmes.imported", thing, after={"file": sheet.name[:200], **counts})
    return taken


def _keep(session: Session, actor: Actor, report: Report, partners: Mapping[str, Organisation]) -> Taken:
    known = list_programmes(session, actor)
    codes = {one.programme.code: one for one in known}
    names = {(one.partner.id, plain(one.version.name)): one for one in known}
    owners = {code: one.partner.id for code, one in codes.items()}
    taken = set(codes) | {line.code for line in report.lines}
    recoded: dict[str, str] = {}
    added = changed = unchanged = 0
    for line in report.lines:
        partner = partners[line.partner]
        code, entry = _find(line, partner, codes, names, owners)
        if entry is None:
            if not line.code:
                code = _free_code(partner, taken)
            elif code != line.code:
                recoded[line.code] = code
            taken.add(code)
            owners[code] = partner.id
            create_programme(session, actor, partner, code, line.content, file=report.name, row=line.row)
            added += 1
        elif content_of(entry.version) == line.content:
            unchanged += 1
        else:
            where: dict[str, Any] = {"file": report.name, "row": line.row}
            revision = entry.programme.revision
            change_programme(session, actor, code, line.content, revision=revision, because=report.name, **where)
            changed += 1
    return Taken(report, added, changed, unchanged, recoded)


def _find(
    line: Line,
    partner: Organisation,
    codes: Mapping[str, Entry],
    names: Mapping[tuple[UUID, str], Entry],
    owners: Mapping[str, UUID],
) -> tuple[str, Entry | None]:
    """The code under which a line is kept, and the programme of it there is: by its code, else by its name.

    A code that is another partner's gets the partner's own in front.
    """
    if not line.code:
        entry = names.get((partner.id, plain(line.content.name)))
        return (entry.programme.code if entry else ""), entry
    own = f"{_prefix(partner)}-{line.code}"[:40]
    for code in (line.code, own):
        entry = codes.get(code)
        if entry and entry.partner.id == partner.id:
            return code, entry
    return (line.code if owners.get(line.code, partner.id) == partner.id else own), None


def _prefix(partner: Organisation) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in label_of(partner))[:20]


def _free_code(partner: Organisation, taken: set[str]) -> str:
    number = 1
    while f"{_prefix(partner)}-{number:02}" in taken:
        number += 1
    return f"{_prefix(partner)}-{number:02}"


def _keep_mapping(session: Session, partner_id: UUID, sheet: Sheet, choices: Choices) -> None:
    """Keep how this file names things on top of how earlier ones did."""
    kept = find_mapping(session, partner_id) or ProgrammeMapping(organisation_id=partner_id, kept_at=now())
    before: dict[str, Any] = kept.content
    words: dict[str, dict[str, str]] = dict(before.get("words", {}))
    for name, said in choices.words.items():
        words[name] = words.get(name, {}) | dict(said)
    fields = {plain(one): choices.fields[place] for place, one in enumerate(sheet.header)}
    earlier: dict[str, str] = before.get("fields", {})
    # a field has one column: one that another column had before is that of this file
    fields = {key: name for key, name in earlier.items() if not name or name not in fields.values()} | fields
    content: dict[str, object] = {
        "fields": fields,
        "words": words,
        "decimal": choices.decimal,
        "scale": choices.scale,
    }
    if content != kept.content:
        kept.content, kept.kept_at = content, now()
        session.add(kept)
        session.flush()

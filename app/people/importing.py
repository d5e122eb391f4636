"""People and their organisations from a sheet. Every fault is named by row and column; one fault stops all."""

from dataclasses import dataclass, field

from sqlmodel import Session

from app.auth.permissions import require
from app.core.errors import AppError, Invalid
from app.core.words import LANGUAGES
from app.documents.sheets import Fault, FaultyFile, read_rows
from app.history.service import record_under
from app.people.queries import find_actor, find_organisation_by_name, find_person_by_email
from app.people.rules import (
    LATEST_NUTS_EDITION,
    NUTS_EDITIONS,
    Actor,
    Helix,
    Role,
    is_address,
    is_nuts_code,
    is_plain_line,
)
from app.people.service import LONGEST_NAME, create_organisation, create_person

NEEDED = ("email", "role")
COLUMNS = (*NEEDED, "name", "language", "organisation", "helix", "regions", "nuts_edition", "partner", "scope")
SCOPES = ("", "consortium", "partner")
YES = frozenset({"yes", "1", "true", "x"})


@dataclass(frozen=True)
class Line:
    """One person of the sheet, with the organisation they belong to and whether their role is held in it only."""

    row: int
    email: str
    name: str
    role: str
    language: str
    organisation: str
    helix: str
    regions: tuple[str, ...]
    nuts_edition: str
    is_partner: bool
    is_partner_role: bool


@dataclass
class Report:
    """What became of the sheet."""

    people: int = 0
    organisations: int = 0
    already_there: list[str] = field(default_factory=list[str])


def parse_people(name: str, data: bytes) -> list[Line]:
    """The people of a CSV or XLSX sheet. Raises FaultyFile naming every fault, Invalid for what is no sheet.

    Columns: email and role; of choice name, language, organisation, helix, regions (NUTS codes, the main one first),
    nuts_edition, partner (yes), scope (partner: the role is held in the organisation only).
    """
    rows = read_rows(name, data)
    header = [cell.strip().lower() for cell in next(rows, list[str]())]
    faults = [Fault(1, column, "is missing") for column in NEEDED if column not in header]
    faults += [Fault(1, cell, "is not a column of this sheet") for cell in header if cell and cell not in COLUMNS]
    faults += [Fault(1, cell, "stands twice") for cell in sorted({c for c in header if c and header.count(c) > 1})]
    if faults:
        raise FaultyFile(faults)
    lines: list[Line] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        values = {column: cell.strip() for column, cell in zip(header, cells, strict=False)}
        line = _line(number, values)
        faults += _faults(line, values)
        if line.email in seen:
            faults.append(Fault(number, "email", f"stands in row {seen[line.email]} already"))
        seen.setdefault(line.email, number)
        lines.append(line)
    if faults:
        raise FaultyFile(faults)
    if not lines:
        raise Invalid("This sheet has no people.")
    return lines


def import_people(session: Session, actor: Actor, lines: list[Line]) -> Report:
    """Add the people and organisations that are not there yet; those who are stay as they are and are named.

    Raises FaultyFile when one of them cannot be added: then nobody is.
    """
    require(actor, "person.create")
    report, faults = Report(), list[Fault]()
    for line in lines:
        try:
            if line.organisation and find_organisation_by_name(session, actor, line.organisation) is None:
                create_organisation(
                    session,
                    actor,
                    name=line.organisation,
                    helix=line.helix,
                    region=line.regions[0] if line.regions else "",
                    further_regions=line.regions[1:],
                    nuts_edition=line.nuts_edition,
                    is_partner=line.is_partner,
                )
                report.organisations += 1
            known = find_person_by_email(session, line.email)
            if known and find_actor(session, known, actor.consortium_id):
                report.already_there.append(line.email)
                continue
            create_person(
                session,
                actor,
                email=line.email,
                role=line.role,
                name=line.name,
                language=line.language,
                organisation=line.organisation if line.is_partner_role else "",
            )
            report.people += 1
        except AppError as refusal:
            faults.append(Fault(line.row, "row", str(refusal).rstrip(".")))
    if faults:
        raise FaultyFile(faults)
    after = {"people": report.people, "organisations": report.organisations}
    record_under(session, actor, "people.imported", "people", after=after)
    return report


def _line(number: int, values: dict[str, str]) -> Line:
    regions = values.get("regions", "").replace(",", ";").split(";")
    return Line(
        row=number,
        email=values.get("email", "").lower(),
        name=values.get("name", ""),
        role=values.get("role", "").lower(),
        language=values.get("language", "").lower() or "en",
        organisation=values.get("organisation", ""),
        helix=values.get("helix", "").lower(),
        regions=tuple(code.strip() for code in regions if code.strip()),
        nuts_edition=values.get("nuts_edition", "") or LATEST_NUTS_EDITION,
        is_partner=values.get("partner", "").lower() in YES,
        is_partner_role=values.get("scope", "").lower() == "partner",
    )


def _faults(line: Line, values: dict[str, str]) -> list[Fault]:
    checks = (
        ("email", is_address(line.email), "is not an e-mail address"),
        ("role", line.role in set(Role), "is none of admin, coordinator, manager, editor, reviewer"),
        ("name", is_plain_line(line.name) and len(line.name) <= LONGEST_NAME, "is too long or has control signs"),
        ("language", line.language in LANGUAGES, "is not a language of the interface"),
        (
            "organisation",
            is_plain_line(line.organisation) and len(line.organisation) <= LONGEST_NAME,
            "is too long or has control signs",
        ),
        (
            "helix",
            not line.organisation or line.helix in set(Helix),
            "is none of academia, industry, government, civil",
        ),
        ("regions", all(map(is_nuts_code, line.regions)), "has a code that is not a NUTS code"),
        ("nuts_edition", line.nuts_edition in NUTS_EDITIONS, "is none of 2016, 2021, 2024"),
        (
            "scope",
            values.get("scope", "").lower() in ("", "partner", "consortium"),
            "is neither partner nor consortium",
        ),
        ("organisation", bool(line.organisation) or not line.is_partner_role, "is missing for a role in a partner"),
    )
    return [Fault(line.row, column, reason) for column, is_right, reason in checks if not is_right]

"""Programmes out of a partner's own file, in the browser: choose it, see how it is read, take it over."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.documents.sheets import Fault, FaultyFile
from app.people.models import Organisation
from app.people.rules import Actor
from app.programmes.importing.checking import Choices, Sheet, fits, guess, read_sheet, with_fields, words_in
from app.programmes.importing.rules import NOT_KNOWN, SCALES, guess_fields, guess_value, plain
from app.programmes.importing.service import Taken, import_programmes
from app.programmes.importing.words import FIELD_WORDS
from app.programmes.pages import FIELD_LABELS, options_of
from app.programmes.queries import find_mapping, list_partners
from app.programmes.rules import CHOICES
from app.programmes.service import Part
from app.web.deps import SessionDep
from app.web.forms import Typed, UploadDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import render

router = APIRouter(prefix="/programmes", tags=["programmes"])

ImporterDep = Annotated[Actor, permitted("programme.change")]
MOST_SHOWN, EXAMPLES = 100, 3
CHOOSE_FILE = "Choose a file."
CHOOSE_PARTNER = "Choose the partner whose file it is."
FILE_LOST = "The file did not arrive whole. Choose it again."
ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """A file somebody chose, and whose it is: a partner's, or that of the partners it names itself."""

    sheet: Sheet
    data: bytes
    partner: Organisation | None
    kept: Mapping[str, Any]


@router.get("/import")
def programmes_import_page(request: Request, session: SessionDep, actor: ImporterDep) -> Response:
    """Ask for a file and whose it is."""
    return _page(request, session, actor, {})


@router.post("/import", dependencies=[OwnForm])
def read_programmes_page(request: Request, session: SessionDep, actor: ImporterDep, sheet: UploadDep) -> Response:
    """Show how a file would be read; one that the partner's kept mapping reads whole is taken over at once."""
    language = language_of(request)
    if not sheet.name:
        return _page(request, session, actor, sheet.typed, {"sheet": translate(language, CHOOSE_FILE)})
    try:
        chosen = _chosen(session, actor, sheet.name, sheet.data, sheet.typed)
    except FaultyFile as faulty:
        return _page(request, session, actor, sheet.typed, faults=faulty.faults, name=sheet.name)
    except Invalid as refused:
        message = translate(language, refused.message, **refused.values)
        return _page(request, session, actor, sheet.typed, {"partner" if refused.errors else "sheet": message})
    choices = guess(chosen.sheet, chosen.kept)
    if chosen.kept and fits(chosen.sheet, choices, chosen.kept):
        taken = import_programmes(session, actor, chosen.sheet, choices, chosen.partner)
        if not taken.is_refused:
            return _page(request, session, actor, {}, taken=taken, name=sheet.name, by_kept=True)
        return _mapping(request, chosen, choices, taken)
    return _mapping(request, chosen, choices)


@router.post("/import/mapping", dependencies=[OwnForm])
def import_programmes_page(request: Request, session: SessionDep, actor: ImporterDep, sheet: UploadDep) -> Response:
    """Take a file over whole under the mapping chosen; with one fault nothing of it is, and each is named."""
    typed, language = sheet.typed, language_of(request)
    name = typed.get("name", "").replace("\0", "")[:200]
    try:
        chosen = _chosen(session, actor, name, b64decode(typed.get("data", ""), validate=True), typed)
    except (Invalid, NotBase64, ValueError):
        return _page(request, session, actor, typed, {"sheet": translate(language, FILE_LOST)})
    choices = with_fields(chosen.sheet, _choices(chosen, typed))
    if typed.get("act") == "look":
        return _mapping(request, chosen, choices)
    taken = import_programmes(session, actor, chosen.sheet, choices, chosen.partner)
    if taken.is_refused:
        return _mapping(request, chosen, choices, taken)
    return _page(request, session, actor, {}, taken=taken, name=name)


def _chosen(session: Session, actor: Actor, name: str, data: bytes, typed: Typed) -> Chosen:
    partner, key = None, typed.get("partner", "")
    if key != ALL or not _may_all(session, actor):
        partner = next((one for one in _own(session, actor) if str(one.id) == key), None)
        if partner is None:
            raise Invalid(CHOOSE_PARTNER, {"partner": CHOOSE_PARTNER})
    found = find_mapping(session, partner.id) if partner else None
    return Chosen(read_sheet(name, data), data, partner, found.content if found else {})


def _choices(chosen: Chosen, typed: Typed) -> Choices:
    """What a form chooses; what it does not hold stays a guess."""
    fields = [
        field if (field := typed.get(f"field-{place}", "")) in FIELD_WORDS else ""
        for place in range(len(chosen.sheet.header))
    ]
    words: dict[str, dict[str, str]] = {}
    for name in fields:
        if name in CHOICES:
            said = {
                plain(word): typed[f"value-{name}-{plain(word)}"]
                for word in words_in(chosen.sheet, fields)[name]
                if f"value-{name}-{plain(word)}" in typed
            }
            words[name] = {word: value if value in (*CHOICES[name], NOT_KNOWN) else "" for word, value in said.items()}
    decimal, scale = typed.get("decimal", ""), typed.get("scale", "")
    return Choices(fields, words, decimal if decimal in (".", ",") else "", scale if scale in SCALES else "")


def _own(session: Session, actor: Actor) -> list[Organisation]:
    partners = list_partners(session, actor)
    return [one for one in partners if may(actor, "programme.change", Part(one.consortium_id, one.id))]


def _may_all(session: Session, actor: Actor) -> bool:
    return bool(partners := list_partners(session, actor)) and len(_own(session, actor)) == len(partners)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    typed: Typed,
    errors: dict[str, str] | None = None,
    *,
    faults: list[Fault] | None = None,
    name: str = "",
    taken: Taken | None = None,
    by_kept: bool = False,
) -> Response:
    language = language_of(request)
    return render(
        request,
        "programmes/import.html",
        status=422 if errors or faults else 200,
        errors=errors or {},
        faults=[_fault(one, language) for one in (faults or [])[:MOST_SHOWN]],
        count=len(faults or []),
        name=name,
        taken=taken,
        by_kept=by_kept,
        partner=typed.get("partner", ""),
        partners=[(str(one.id), one.name) for one in _own(session, actor)],
        may_all=_may_all(session, actor),
        fields=[translate(language, word) for word in FIELD_LABELS.values()],
    )


def _mapping(request: Request, chosen: Chosen, choices: Choices, taken: Taken | None = None) -> Response:
    language = language_of(request)
    sheet, faults = chosen.sheet, taken.report.faults if taken else []
    labels = {name: translate(language, word) for name, word in FIELD_LABELS.items()}
    return render(
        request,
        "programmes/mapping.html",
        status=422 if faults else 200,
        sheet=sheet,
        data=b64encode(chosen.data).decode(),
        partner=str(chosen.partner.id) if chosen.partner else ALL,
        partner_name=chosen.partner.name if chosen.partner else "",
        columns=[_column(chosen, choices, place) for place in range(len(sheet.header))],
        labels=list(labels.items()),
        missing=[labels[name] for name in ("name", "category") if name not in choices.fields],
        groups=[
            {"label": labels[name], "field": name, "words": _words(chosen, choices, name, found)}
            for name, found in words_in(sheet, choices.fields).items()
            if found
        ],
        options=options_of(language),
        not_known=NOT_KNOWN,
        decimal=choices.decimal,
        scale=choices.scale,
        scales=[(scale, scale.replace("-", "–")) for scale in SCALES],
        has_satisfaction="satisfaction_0_10" in choices.fields,
        faults=[_fault(one, language) for one in faults[:MOST_SHOWN]],
        count=len(faults),
    )


def _column(chosen: Chosen, choices: Choices, place: int) -> dict[str, Any]:
    """A column as the page shows it, with where its field comes from."""
    header, sheet = chosen.sheet.header[place], chosen.sheet
    field, kept = choices.fields[place], chosen.kept.get("fields", {})
    guessed = guess_fields(sheet.header, kept)[place]
    is_kept = plain(header) in kept and kept[plain(header)] == field
    origin = "kept" if is_kept else "unknown" if not field else "guessed" if field == guessed else "chosen"
    examples = list(dict.fromkeys(cell for cell in sheet.cells(place) if cell))[:EXAMPLES]
    return {"place": place, "header": header, "field": field, "origin": origin, "examples": examples}


def _words(chosen: Chosen, choices: Choices, field: str, found: list[str]) -> list[dict[str, str]]:
    """The words of a field, those without a value first, with where each value comes from."""
    kept = chosen.kept.get("words", {}).get(field, {})
    lines: list[dict[str, str]] = []
    for word in found:
        value = choices.words.get(field, {}).get(plain(word), "")
        is_kept = plain(word) in kept and kept[plain(word)] == value
        guessed = guess_value(field, word)
        origin = "kept" if is_kept else "unknown" if not value else "guessed" if value == guessed else "chosen"
        lines.append({"word": word, "name": f"value-{field}-{plain(word)}", "value": value, "origin": origin})
    return sorted(lines, key=lambda one: one["origin"] != "unknown")


def _fault(fault: Fault, language: str) -> dict[str, Any]:
    return {"row": fault.row, "column": fault.column, "reason": translate(language, fault.reason, **fault.values)}

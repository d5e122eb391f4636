"""The texts of a survey as a table for translators who do not sign in, and what comes back from them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from app.core.errors import Invalid
from app.core.tags import direction_of, normal_tag
from app.core.words import Words, pick
from app.documents.document import Column, Document, Table
from app.documents.sheets import read_rows
from app.documents.to_csv import to_csv
from app.documents.to_xlsx import to_xlsx
from app.surveys.authoring.models import Survey
from app.surveys.authoring.questionnaire import UNSTORABLE
from app.surveys.authoring.texts import LONGEST_TEXT, put_translations, texts_of

LONGEST_LABEL = 500
LABELS = ("title", "label", "low", "high", "cannot_judge")
PLACEHOLDER = re.compile(r"\$?\{[^{}\s]+\}|%\(\w+\)[sd]")
LINK = re.compile(r"\]\(([^()\s]+)\)")
FAULT_WORDS = {
    "unknown_path": "There is no such text in this survey.",
    "unknown_language": "The survey is not offered in this language.",
    "twice": "This text stands in the file twice.",
    "placeholder": "A placeholder is lost or new:",
    "markup": "Emphasis or a link is lost:",
    "too_long": "The text is too long. The most is:",
    "unstorable": "It has a character that cannot be stored.",
}


@dataclass(frozen=True)
class TextFault:
    """Why one text of a file is not taken over, by its key in FAULT_WORDS: the row, and the column or language."""

    row: int
    column: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Entry:
    """One translation as a file has it; `is_checked` when it says that somebody has looked at it."""

    row: int
    language: str
    path: str
    original: str
    text: str
    is_checked: bool = False


@dataclass
class Taken:
    """What came of a file: how many texts were taken over, how many of them are outdated, and what is wrong."""

    texts: int = 0
    outdated: int = 0
    faults: list[TextFault] = field(default_factory=list[TextFault])


@dataclass(frozen=True)
class Completeness:
    """How far one language is: texts that have a translation, all texts, outdated ones, and the first gap's path."""

    done: int
    total: int
    outdated: int
    first_gap: str

    @property
    def share(self) -> float:
        """The share of texts that have a translation."""
        return self.done / self.total if self.total else 1.0


def completeness_of(texts: Mapping[str, Words], survey: Survey, language: str) -> Completeness:
    """How far the texts are translated into a language."""
    said = {path: words for path, words in texts.items() if any(text.strip() for text in words.values())}
    gaps = [path for path, words in said.items() if not words.get(language, "").strip()]
    outdated = [path for path in said if language in survey.outdated.get(path, [])]
    return Completeness(len(said) - len(gaps), len(said), len(outdated), next(iter([*gaps, *outdated]), ""))


def write_table(session: Session, survey: Survey, kind: str) -> bytes:
    """Every text in every language as `csv` or `xlsx`, in a form that `read_table` reads."""
    own = survey.default_language
    targets = [tag for tag in survey.languages if tag != own]
    rows: list[list[str]] = []
    for path, words in texts_of(session, survey).items():
        original = pick(words, own)
        if original:
            state = [f"{tag} missing" for tag in targets if not words.get(tag, "").strip()]
            state += [f"{tag} outdated" for tag in survey.outdated.get(path, []) if tag in targets]
            rows.append([path, words.get(own, ""), *(words.get(tag, "") for tag in targets), ", ".join(state)])
    columns = [Column(name, name) for name in ("path", "original", *targets, "state")]
    title = pick(survey.title, own)
    document = Document(title, own, [Table("Texts", columns, rows)], direction=direction_of(own))
    return to_csv(document) if kind == "csv" else to_xlsx(document)


def read_table(name: str, data: bytes, survey: Survey) -> tuple[list[Entry], list[TextFault]]:
    """The translations in a CSV or XLSX table, and columns nobody asked for. Raises Invalid for other files."""
    rows = read_rows(name, data)
    header = [cell.strip() for cell in next(rows, list[str]())]
    if "path" not in header or "original" not in header:
        raise Invalid("A translation table needs the columns path and original.")
    faults: list[TextFault] = []
    languages: dict[int, str] = {}
    for place, heading in enumerate(header):
        tag = normal_tag(heading)
        if tag in survey.languages and tag != survey.default_language and tag not in languages.values():
            languages[place] = tag
        elif heading not in ("", "path", "original", "state"):
            faults.append(TextFault(1, heading, "unknown_language"))
    return [*_entries(rows, header, languages)], faults


def _entries(rows: Iterator[list[str]], header: list[str], languages: Mapping[int, str]) -> Iterator[Entry]:
    path_at, original_at = header.index("path"), header.index("original")
    for number, row in enumerate(rows, start=2):
        cells = [*row, *([""] * (len(header) - len(row)))]
        for place, tag in languages.items():
            if cells[path_at].strip() and cells[place].strip():
                yield Entry(number, tag, cells[path_at].strip(), cells[original_at], cells[place])


def take_entries(session: Session, survey: Survey, entries: Iterable[Entry]) -> Taken:
    """Write every translation that is right, and say what is wrong with the others.

    One whose original has changed since the file was made is taken over and marked as outdated.
    """
    texts, taken = texts_of(session, survey), Taken()
    found: dict[str, Words] = {}
    older: dict[str, set[str]] = {}
    seen: dict[tuple[str, str], int] = {}
    unknown: set[int] = set()
    for entry in entries:
        words, text = texts.get(entry.path), _plain(entry.text)
        if words is None:
            if entry.row not in unknown:
                unknown.add(entry.row)
                taken.faults.append(TextFault(entry.row, "path", "unknown_path", entry.path[:100]))
            continue
        original = words.get(survey.default_language, "")
        if (entry.path, entry.language) in seen:
            taken.faults.append(TextFault(entry.row, entry.language, "twice", entry.path))
            continue
        seen[entry.path, entry.language] = entry.row
        is_older = _plain(entry.original) != _plain(original)
        if text == _plain(words.get(entry.language, "")) and (is_older or not entry.is_checked):
            continue
        # held against the original it was made from: the newer one may ask for other placeholders
        fault = _fault(entry, text)
        if fault:
            taken.faults.append(fault)
            continue
        found.setdefault(entry.path, {})[entry.language] = text
        taken.texts += 1
        if is_older:
            older.setdefault(entry.path, set()).add(entry.language)
            taken.outdated += 1
    put_translations(session, survey, found, older)
    return taken


def _fault(entry: Entry, text: str) -> TextFault | None:
    most = (
        LONGEST_LABEL if entry.path.startswith("option.") or entry.path.rpartition(".")[2] in LABELS else LONGEST_TEXT
    )
    if UNSTORABLE.search(text):
        return TextFault(entry.row, entry.language, "unstorable", entry.path)
    if len(text) > most:
        return TextFault(entry.row, entry.language, "too_long", str(most))
    original = entry.original
    odd = sorted(_difference(Counter(PLACEHOLDER.findall(original)), Counter(PLACEHOLDER.findall(text))))
    if odd:
        return TextFault(entry.row, entry.language, "placeholder", " ".join(odd))
    lost = sorted({*LINK.findall(original)} - {*LINK.findall(text)})
    lost += ["**"] if original.count("**") != text.count("**") else []
    return TextFault(entry.row, entry.language, "markup", " ".join(lost)) if lost else None


def _difference(one: Counter[str], other: Counter[str]) -> set[str]:
    return {*(one - other), *(other - one)}


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()

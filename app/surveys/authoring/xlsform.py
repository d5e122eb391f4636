"""A questionnaire out of an XLSForm workbook. Pure: bytes to a survey file and a report."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import Invalid
from app.core.words import Words
from app.documents.sheets import read_sheets
from app.surveys.authoring.questionnaire import (
    OTHER,
    Line,
    Questionnaire,
    Remark,
    Report,
    plain_text,
    scale_hint,
)
from app.surveys.authoring.xlsform_expressions import read_bounds, read_counts, read_relevant
from app.surveys.authoring.xlsform_sheets import Row, Sheet, languages_of

SHEETS = ("survey", "choices", "settings")
YES = ("yes", "true", "true()", "1")
METADATA = {
    *("start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit"),
    *("start-geopoint", "background-audio", "uri:deviceid", "uri:phonenumber", "uri:username", "uri:email"),
}
SAME_TYPES = {"string": "text", "int": "integer", "datetime": "datetime", "trigger": "acknowledge", "rank": "rank"}
SELECTS = {
    **dict.fromkeys(("select_one", "select one", "select1", "select one from"), "select_one"),
    **dict.fromkeys(
        ("select_multiple", "select all that apply", "select all that apply from", "select"), "select_multiple"
    ),
    "rank": "rank",
}
SELECT = re.compile(rf"({'|'.join(sorted(SELECTS, key=len, reverse=True))})\s+(\S+)(\s+or[_ ]other)?", re.IGNORECASE)
GROUP = re.compile(r"(begin|end)[ _](group|repeat)", re.IGNORECASE)
REFERENCE = re.compile(r"\$\{[^}]*\}")
PARAMETER = re.compile(r"(start|end|step)\s*=\s*(-?\d{1,6}(?:\.\d{1,4})?)")
POINT = re.compile(r"(-?\d{1,2})(?:\s*[–=:]\s*(.+))?", re.DOTALL)
NO_OPINION = "none"
MOST_POINTS, DEEPEST = 11, 30

Choices = Sequence[tuple[str, Words]]


@dataclass
class Group:
    """A group that has begun and not ended: where, its title, and what it asks of those who see it."""

    row: Row
    title: Words
    is_repeat: bool
    is_table: bool


@dataclass
class Matrix:
    """Questions side by side that share one list of answers, while they are read."""

    list_name: str
    name: str
    texts: Words
    hint: Words
    header: Line | None = None
    rows: list[tuple[Row, Line]] = field(default_factory=list[tuple[Row, Line]])


def read_xlsform(data: bytes, title: str, language: str) -> tuple[dict[str, Any], Report]:
    """The survey file that the workbook describes, and what became of each of its rows.

    `title` and `language` count where the workbook names none. Raises Invalid for a workbook that is no form.
    """
    sheets = read_sheets(data, SHEETS)
    if not sheets.get("survey"):
        raise Invalid("This workbook has no sheet named survey, so it is no XLSForm.")
    survey, choices = Sheet(sheets["survey"]), Sheet(sheets.get("choices", []))
    settings = next(iter(Sheet(sheets.get("settings", [])).rows), Row(2, {}))
    if "type" not in survey.columns:
        raise Invalid("The sheet survey has no column named type, so this is no XLSForm.")
    languages, default, unknown = languages_of((survey, choices), settings.get("default_language"), language)
    reader = Reader(Questionnaire(languages, default), choices)
    for name in unknown:
        reader.made.report.remarks.append(Remark(reason="unknown_language", detail=plain_text(name)[:100]))
    reader.made.title = reader.made.words(settings.words("form_title", default))
    reader.read(survey.rows)
    return reader.made.document(title), reader.made.report


class Reader:
    """Walks through the rows of a form once."""

    def __init__(self, made: Questionnaire, choices: Sheet) -> None:
        self.made = made
        self.lists: dict[str, list[tuple[str, Words]]] = {}
        for row in choices.rows:
            name = row.get("list_name") or row.get("list name")
            value = row.get("name") or row.get("value")
            if name and value:
                self.lists.setdefault(name, []).append((value, row.words("label", made.default_language)))
        self.groups: list[Group] = []
        self.matrix: Matrix | None = None
        # of a question by its name in the form: its code here, its type, and its options' codes by their names
        self.known: dict[str, tuple[str, str, dict[str, str]] | None] = {}

    def read(self, rows: Sequence[Row]) -> None:
        """Take over every row. Raises Invalid for groups that do not close."""
        for row in rows:
            kind = " ".join(row.get("type").split())
            if not kind or row.get("disabled").lower() in YES:
                continue
            group = GROUP.fullmatch(kind)
            if group:
                self.end_matrix()
                self.turn(row, is_begin=group[1].lower() == "begin", is_repeat=group[2].lower() == "repeat")
            else:
                self.take(row, kind)
        self.end_matrix()
        if self.groups:
            raise Invalid(
                "The group that begins in row %(row)s of the sheet survey never ends.", row=self.groups[-1].row.number
            )

    def turn(self, row: Row, *, is_begin: bool, is_repeat: bool) -> None:
        """Enter or leave a group; either way a new section begins."""
        if not is_begin:
            if not self.groups:
                raise Invalid("A group ends in row %(row)s of the sheet survey and never began.", row=row.number)
            self.groups.pop()
            self.made.begin_section(self.groups[-1].row.get("name") if self.groups else "", self.headline())
            return
        if len(self.groups) >= DEEPEST:
            raise Invalid("Groups lie in one another more than %(most)s deep.", most=DEEPEST)
        title = self.made.words(row.words("label", self.made.default_language))
        self.groups.append(Group(row, title, is_repeat, is_table="table-list" in row.get("appearance")))
        self.made.begin_section(row.get("name"), self.headline())

    def headline(self) -> Words:
        """The titles of the groups around here, the outermost first."""
        said = {tag: [group.title[tag] for group in self.groups if tag in group.title] for tag in self.made.languages}
        return {tag: " – ".join(titles) for tag, titles in said.items()}

    def take(self, row: Row, kind: str) -> None:
        """Take over one question, or say why not."""
        line = self.made.line(str(row.number), row.get("name"), kind)
        select = SELECT.fullmatch(kind)
        if select:
            self.take_select(row, line, SELECTS[select[1].lower()], select[2], has_other=bool(select[3]))
            return
        self.end_matrix()
        plain = SAME_TYPES.get(kind.lower(), kind.lower())
        shape = self.shape_of(row, line, plain)
        if shape:
            self.ask(row, line, shape)
        elif plain == "calculate":
            line.remark("calculation")
        elif plain == "hidden":
            line.remark("hidden")
        elif plain in METADATA:
            line.remark("metadata")
        else:
            line.remark("unsupported", kind)

    def shape_of(self, row: Row, line: Line, kind: str) -> dict[str, Any] | None:
        """The type, and what belongs to it, of a question without options."""
        low, high = read_bounds(row.get("constraint")) or (None, None)
        if kind == "text":
            if "@" in row.get("constraint") and "regex" in row.get("constraint"):
                return {"type": "email"}
            is_long = "multiline" in row.get("appearance")
            return {"type": "long_text", "max_length": 4000} if is_long else {"type": "short_text"}
        if kind in ("integer", "decimal"):
            is_whole = kind == "integer"
            return {
                "type": "number",
                "integer": is_whole,
                "min": _number(low, is_whole),
                "max": _number(high, is_whole),
            }
        if kind in ("date", "datetime"):
            if kind == "datetime":
                line.remark("time")
            return {"type": "date", "min": _day(low), "max": _day(high)}
        if kind == "range":
            return _range(row.get("parameters"))
        return {"note": {"type": "note"}, "acknowledge": {"type": "consent"}}.get(kind)

    def take_select(self, row: Row, line: Line, kind: str, list_name: str, *, has_other: bool) -> None:
        """Take over a question with options: alone, or as a row of a table of such questions."""
        choices = self.lists.get(list_name, [])
        appearance = row.get("appearance").split()
        is_in_table = bool(self.groups and self.groups[-1].is_table)
        if kind == "select_one" and choices and "label" in appearance:
            self.end_matrix()
            texts, group = (
                row.words("label", self.made.default_language),
                self.groups[-1].row.get("name") if self.groups else "",
            )
            name = group if row.get("name") == f"{group}_header" else row.get("name")
            self.matrix = Matrix(list_name, name, texts, self.hint(row), line)
            return
        if kind == "select_one" and choices and (is_in_table or {"list-nolabel", "list_nolabel"} & {*appearance}):
            if self.matrix is None or self.matrix.list_name != list_name:
                self.end_matrix()
                group = self.groups[-1] if self.groups else None
                name = group.row.get("name") if group else row.get("name")
                self.matrix = Matrix(list_name, name, group.title if group else {}, {})
            self.matrix.rows.append((row, line))
            return
        self.end_matrix()
        if not choices:
            line.remark("no_options", list_name)
            return
        if row.get("choice_filter"):
            line.remark("filter", row.get("choice_filter"))
        rating = rating_of(choices) if kind == "select_one" and not has_other else None
        if rating:
            self.ask(row, line, {"type": "rating", **rating})
            return
        counts = read_counts(row.get("constraint")) or (None, None)
        least, most = (int(count) if count else None for count in counts)
        types = {"select_one": "single_choice", "select_multiple": "multiple_choice", "rank": "ranking"}
        own = [*choices, (OTHER, self.made.built_in(OTHER))] if has_other else choices
        limits = {"least": least, "most": most} if kind != "select_one" else {}
        options = self.made.options(own, line)
        code = self.ask(row, line, {"type": types[kind], **limits, "options": options})
        names = dict(zip((name for name, _ in own), (option["code"] for option in options), strict=False))
        if self.known.get(row.get("name")):
            self.known[row.get("name")] = (code, types[kind], names)
        if has_other and kind != "rank":
            shown = [{"question": code, "is": [options[-1]["code"]]}]
            further = {"type": "short_text", "required": False, "text": self.made.built_in(OTHER), "show_if": shown}
            line.remark("other", self.made.add(line, f"{code}_{OTHER}", further))

    def ask(self, row: Row, line: Line, shape: dict[str, Any]) -> str:
        """One more question, with all that every question has; returns its code."""
        name, texts = row.get("name"), row.words("label", self.made.default_language)
        if REFERENCE.search(" ".join(texts.values())):
            line.remark("reference", ", ".join(sorted({*REFERENCE.findall(" ".join(texts.values()))})))
        if row.get("constraint") and not _is_used(shape):
            line.remark("check", row.get("constraint"))
        if row.get("default"):
            line.remark("default", row.get("default"))
        if row.has_media:
            line.remark("media")
        if any(group.is_repeat for group in self.groups):
            line.remark("repeat")
        question = {
            "type": shape["type"],
            "required": row.get("required").lower() in YES and shape["type"] != "note",
            "text": self.made.text(texts, name, line),
            "hint": self.hint(row),
            **shape,
            "show_if": self.show_if([row], line) or None,
        }
        code = self.made.add(line, name or shape["type"], question)
        self.remember(name, code, shape["type"])
        return code

    def remember(self, name: str, code: str, kind: str) -> None:
        """Conditions may name this question from now on, unless two bear its name."""
        self.known[name] = None if name in self.known else (code, kind, {})

    def show_if(self, rows: Sequence[Row], line: Line) -> list[dict[str, Any]]:
        """The conditions of rows and of the groups around them; those that cannot act are noted as text."""
        found: list[dict[str, Any]] = []
        for row in [*(group.row for group in self.groups), *rows]:
            text = row.get("relevant") or row.get("relevance")
            conditions = self.conditions(text) if text else []
            if conditions is None:
                line.remark("condition", text)
            else:
                found += [one for one in conditions if one not in found]
        return found

    def conditions(self, text: str) -> list[dict[str, Any]] | None:
        """What `relevant` asks for in terms of questions already here, None where that is not possible."""
        found: list[dict[str, Any]] = []
        for name, values in read_relevant(text) or [("", [""])]:
            known = self.known.get(name)
            if known is None or any(value not in known[2] for value in values):
                return None
            found.append({"question": known[0], "is": [known[2][value] for value in values]})
        return found

    def hint(self, row: Row) -> Words:
        """The hint below a question."""
        return self.made.words(row.words("hint", self.made.default_language))

    def end_matrix(self) -> None:
        """Make one set of ratings of the rows just read; of a short or long list, a choice for each row."""
        matrix, self.matrix = self.matrix, None
        if matrix is None:
            return
        if not matrix.rows:
            assert matrix.header
            matrix.header.remark("no_options")
            return
        rows, choices = matrix.rows, self.lists[matrix.list_name]
        if not 3 <= len(choices) <= MOST_POINTS:
            stem = self.made.words(matrix.texts)
            for row, line in rows:
                shape = {"type": "single_choice", "options": self.made.options(choices, line)}
                self.ask(row, line, shape | ({"hint": stem} if stem else {}))
            if matrix.header:
                matrix.header.target = "single_choice"
            return
        line = matrix.header or rows[0][1]
        rating = rating_of(choices)
        labels = [self.made.words(words) for _, words in choices]
        if rating is None:
            line.remark("scale")
        prefix = f"{matrix.name}_"
        options = [
            (row.get("name").removeprefix(prefix), row.words("label", self.made.default_language)) for row, _ in rows
        ]
        shared = {row.get("relevant") for row, _ in rows}
        is_shared = len(shared) == 1
        required = all(row.get("required").lower() in YES for row, _ in rows)
        question = {
            "type": "rating_set",
            "required": required,
            "text": self.made.text(matrix.texts, matrix.name, line),
            "hint": matrix.hint if rating else scale_hint(labels, matrix.hint, self.made.languages),
            "scale": {"min": 1, "max": len(choices)},
            "low": labels[0],
            "high": labels[-1],
            "no_opinion": not required,
            **(rating or {}),
            "options": self.made.options(options, line),
            "show_if": self.show_if([rows[0][0]] if is_shared else [], line) or None,
        }
        self.made.add(line, matrix.name, question)
        for row, own in rows:
            own.target = "rating_set"
            if not is_shared and row.get("relevant"):
                own.remark("condition", row.get("relevant"))


def rating_of(choices: Choices) -> dict[str, Any] | None:
    """The rating that a list of choices is: whole numbers in a row, of which only the ends have words.

    A list whose numbers merely stand for words, such as 1 for women and 2 for men, is none.
    """
    has_none = len(choices) > 2 and choices[-1][0] == NO_OPINION
    points = choices[:-1] if has_none else choices
    names = [name for name, _ in points]
    if not 2 <= len(points) <= MOST_POINTS or not all(re.fullmatch(r"-?\d{1,2}", name) for name in names):
        return None
    numbers = [int(name) for name in names]
    if numbers != [*range(numbers[0], numbers[0] + len(numbers))] or numbers[0] < -10:
        return None
    ends: list[Words] = [{}, {}]
    for place, (name, words) in enumerate(points):
        for tag, text in words.items():
            match = POINT.fullmatch(text.strip())
            is_end = place in (0, len(points) - 1)
            if match is None or match[1] != name or (match[2] and not is_end):
                return None
            if match[2]:
                ends[min(place, 1)][tag] = match[2].strip()
    return {"scale": {"min": numbers[0], "max": numbers[-1]}, "low": ends[0], "high": ends[1], "no_opinion": has_none}


def _range(parameters: str) -> dict[str, Any]:
    """A rating where the range has few whole steps, else a number within its ends."""
    said = {name: float(value) for name, value in PARAMETER.findall(parameters)}
    low, high, step = said.get("start", 1), said.get("end", 10), said.get("step", 1)
    if step == 1 and low.is_integer() and low >= -10 and 1 <= high - low <= MOST_POINTS - 1 and high.is_integer():
        return {"type": "rating", "scale": {"min": int(low), "max": int(high)}, "no_opinion": False}
    is_whole = all(number.is_integer() for number in (low, high, step))
    whole = (int(low), int(high)) if is_whole else (low, high)
    return {"type": "number", "min": min(whole), "max": max(whole), "integer": is_whole}


def _is_used(shape: Mapping[str, Any]) -> bool:
    """Whether the constraint became part of the question."""
    limits = () if shape["type"] == "rating" else ("min", "max", "least", "most")
    return shape["type"] == "email" or any(shape.get(limit) is not None for limit in limits)


def _number(text: str | None, is_whole: bool) -> int | float | None:
    if text is None or "-" in text[1:]:
        return None
    return int(float(text)) if is_whole else float(text)


def _day(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None

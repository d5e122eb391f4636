"""A survey as an XLSForm workbook, for any program that reads such forms. `xlsform.py` reads it back."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from sqlmodel import Session

from app.core.catalogues import translate
from app.core.tags import language_name
from app.core.words import Words
from app.documents.to_xlsx import CREATED
from app.surveys.authoring.choice_types import Allocation, Rating, RatingSet
from app.surveys.authoring.models import Question, Survey
from app.surveys.authoring.queries import list_criteria, list_items, list_questions, list_sections, options_of
from app.surveys.authoring.xlsform import NO_OPINION
from app.surveys.authoring.xlsform_expressions import write_relevant

Cells = dict[str, str | Words]
PLAIN_COLUMNS = ("required", "relevant", "constraint", "appearance", "parameters")
EMAIL_CHECK = r"regex(., '^[^@ ]+@[^@ ]+\.[^@ ]+$')"


def document_of(session: Session, survey: Survey) -> dict[str, Any]:
    """A survey as a survey file: its questions, and the rating of every initiative."""
    questions = list_questions(session, survey.id)
    rating: list[dict[str, Any]] = [
        {
            "id": "criteria",
            "type": "rating_matrix",
            "required": False,
            "scale": {"min": survey.scale_low, "max": survey.scale_high},
            "criteria": [
                {
                    "id": c.code,
                    "label": c.label,
                    "text": c.text,
                    "low": c.low,
                    "high": c.high,
                    "weight_default": c.weight,
                }
                for c in list_criteria(session, survey.id)
            ],
        }
    ]
    rating += [
        {"id": q.code, "type": "long_text", "required": q.required, "text": q.text, "max_length": q.max_length}
        for q in questions
        if q.kind == "item_comment"
    ]
    items = list_items(session, survey.id)
    asked = [(q.section, _asked(q, options_of(q, items))) for q in questions if q.kind != "item_comment"]
    parts = [
        (
            part.is_before,
            {"id": part.code, "title": part.title, "questions": [q for code, q in asked if code == part.code]},
        )
        for part in list_sections(session, survey.id)
    ]
    return {
        "format": "stakeholder-survey/1",
        "id": survey.external_id,
        "languages": survey.languages,
        "default_language": survey.default_language,
        "title": survey.title,
        "introduction": survey.introduction,
        "thank_you": survey.thank_you,
        "no_opinion": survey.cannot_judge,
        "sections": [
            {"id": "questions", "questions": [q for code, q in asked if not code]},
            *(part for is_before, part in parts if is_before),
            {"id": "rating", "repeat_over": "initiatives", "questions": rating},
            *(part for is_before, part in parts if not is_before),
        ],
    }


def _asked(question: Question, options: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A question as a survey file says it, with everything its type needs."""
    settings = question.settings
    shape: dict[str, Any] = {
        "id": question.code,
        "type": question.kind,
        "required": question.required,
        "text": question.text,
        "hint": question.hint,
        "options": [*options],
        "show_if": question.show_if,
        **{name: value for name, value in settings.items() if name not in ("options_from", "no_opinion")},
    }
    if question.kind in (Rating.name, RatingSet.name):
        shape |= {"scale": {"min": settings.get("min", 1), "max": settings.get("max", 5)}}
        shape |= {"no_opinion": settings.get("no_opinion", True)}
    if question.kind == Allocation.name:
        shape |= {"total": settings.get("total", 100)}
    return shape


def export_xlsform(session: Session, survey: Survey) -> bytes:
    """The workbook of a survey, its initiatives written out one group each."""
    items = [{"code": i.code, "title": i.title, "summary": i.summary} for i in list_items(session, survey.id)]
    return to_xlsform(document_of(session, survey), items)


def to_xlsform(document: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> bytes:
    """The bytes of the workbook of a survey file over these items; the same survey gives the same bytes."""
    form = Form(document)
    for section in document["sections"]:
        if section.get("repeat_over"):
            for item in items:
                form.add_item(item, section["questions"])
        else:
            form.add_section(section)
    return form.workbook()


class Form:
    """The rows of a form while they are written."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.languages: list[str] = document["languages"]
        self.survey: list[Cells] = []
        self.choices: list[Cells] = []
        codes = [question["id"] for section in document["sections"] for question in section["questions"]]
        self.names = {code: _name(code) for code in codes}

    def add_section(self, section: Mapping[str, Any]) -> None:
        """A group of questions, unless it asks nothing."""
        if not section["questions"]:
            return
        self.survey.append({"type": "begin_group", "name": _name(section["id"]), "label": section.get("title") or {}})
        for question in section["questions"]:
            self.add(question)
        self.survey.append({"type": "end_group"})

    def add_item(self, item: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> None:
        """A group for one initiative: what it is, its ratings, the comment on it."""
        code = _name(item["code"])
        self.survey.append({"type": "begin_group", "name": code, "label": item["title"]})
        if any(item["summary"].values()):
            self.survey.append({"type": "note", "name": f"{code}_about", "label": item["summary"]})
        for question in questions:
            if question["type"] != "rating_matrix":
                self.add({**question, "id": f"{item['code']}_{question['id']}"})
                continue
            for criterion in question["criteria"]:
                shape = {"scale": question["scale"], "low": criterion.get("low"), "high": criterion.get("high")}
                list_name = self.scale_list(f"scale_{criterion['id']}", {**shape, "no_opinion": True})
                name = f"{code}_{criterion['id']}"
                label: Words = criterion["label"]
                hint: Words = criterion.get("text") or {}
                self.survey.append({"type": f"select_one {list_name}", "name": name, "label": label, "hint": hint})
        self.survey.append({"type": "end_group"})

    def add(self, question: Mapping[str, Any]) -> None:
        """One question in the way its type is asked in a form."""
        kind, name = question["type"], _name(question["id"])
        cells: Cells = {
            "name": name,
            "label": question.get("text") or {},
            "hint": question.get("hint") or {},
            "required": "yes" if question.get("required") else "",
            "relevant": write_relevant(question.get("show_if") or [], self.names),
        }
        if kind == "rating":
            self.survey.append({**cells, **self.rating_cells(name, question)})
        elif kind == "rating_set":
            self.add_rating_set(question, cells)
        elif kind in ("allocation", "best_worst"):
            self.add_parts(question, cells)
        elif kind in ("single_choice", "multiple_choice", "ranking"):
            word = {"single_choice": "select_one", "multiple_choice": "select_multiple", "ranking": "rank"}[kind]
            self.list_of(name, [(option["code"], option["label"]) for option in question["options"]])
            limits = _limits("count-selected(.)", question.get("least"), question.get("most"))
            self.survey.append({**cells, "type": f"{word} {name}", "constraint": limits})
        else:
            self.survey.append({**cells, **_plain_cells(question)})

    def rating_cells(self, name: str, question: Mapping[str, Any]) -> Cells:
        """A range where the points need no words, else a list of them."""
        if question.get("no_opinion") or question.get("low") or question.get("high"):
            return {"type": f"select_one {self.scale_list(name, question)}"}
        scale = question["scale"]
        return {"type": "range", "parameters": f"start={scale['min']} end={scale['max']} step=1"}

    def add_rating_set(self, question: Mapping[str, Any], cells: Cells) -> None:
        """A table: a row with the words of the scale, then one for each thing rated."""
        name = str(cells["name"])
        list_name = f"select_one {self.scale_list(name, question)}"
        self.survey.append(
            {"type": "begin_group", "name": name, "relevant": cells["relevant"], "appearance": "field-list"}
        )
        header = {"type": list_name, "name": f"{name}_header", "label": cells["label"], "hint": cells["hint"]}
        self.survey.append({**header, "appearance": "label"})
        for option in question["options"]:
            row: Cells = {"type": list_name, "name": f"{name}_{option['code']}", "label": option["label"]}
            self.survey.append({**row, "required": cells["required"], "appearance": "list-nolabel"})
        self.survey.append({"type": "end_group"})

    def add_parts(self, question: Mapping[str, Any], cells: Cells) -> None:
        """What forms cannot ask at once: points by option, whose sum no form checks; the best, then the worst."""
        name = str(cells["name"])
        self.survey.append(
            {"type": "begin_group", "name": name, "label": cells["label"], "relevant": cells["relevant"]}
        )
        if question["type"] == "allocation":
            for option in question["options"]:
                part: Cells = {"type": "integer", "name": f"{name}_{option['code']}", "label": option["label"]}
                self.survey.append({**part, "constraint": f". >= 0 and . <= {question['total']}"})
        else:
            self.list_of(name, [(option["code"], option["label"]) for option in question["options"]])
            for end, word in (("best", "Best"), ("worst", "Worst")):
                label = {tag: f"{question['text'].get(tag, '')} – {word}" for tag in self.languages}
                self.survey.append({"type": f"select_one {name}", "name": f"{name}_{end}", "label": label})
        self.survey.append({"type": "end_group"})

    def scale_list(self, name: str, question: Mapping[str, Any]) -> str:
        """The list of the points of a scale, with words at its ends; made once."""
        low, high = question["scale"]["min"], question["scale"]["max"]
        ends: dict[int, Words] = {low: question.get("low") or {}, high: question.get("high") or {}}
        points: list[tuple[str, Words]] = []
        for point in range(low, high + 1):
            said = ends.get(point, {})
            points.append(
                (str(point), {tag: f"{point} – {said[tag]}" if said.get(tag) else str(point) for tag in self.languages})
            )
        if question.get("no_opinion"):
            words: Words = self.document.get("no_opinion") or {}
            points.append((NO_OPINION, words or {tag: translate(tag, "I can't judge this") for tag in self.languages}))
        return self.list_of(name, points)

    def list_of(self, name: str, choices: Sequence[tuple[str, Words]]) -> str:
        """A list of choices under a name; made once."""
        if not any(row["list_name"] == name for row in self.choices):
            self.choices += [{"list_name": name, "name": code, "label": words} for code, words in choices]
        return name

    def workbook(self) -> bytes:
        """The bytes of the three sheets."""
        data = io.BytesIO()
        book = xlsxwriter.Workbook(
            data,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        default = self.document["default_language"]
        title = self.document["title"]
        book.set_properties({"created": CREATED})
        self.write(book, "survey", ["type", "name"], ["label", "hint"], PLAIN_COLUMNS, self.survey)
        self.write(book, "choices", ["list_name", "name"], ["label"], (), self.choices)
        settings: Cells = {
            "form_title": title.get(default) or next(iter(title.values()), ""),
            "form_id": self.document["id"],
            "default_language": _language(default),
        }
        self.write(book, "settings", list(settings), [], (), [settings])
        book.close()
        return data.getvalue()

    def write(
        self,
        book: xlsxwriter.Workbook,
        name: str,
        first: Sequence[str],
        translated: Sequence[str],
        last: Sequence[str],
        rows: Sequence[Cells],
    ) -> None:
        """One sheet under its header; nothing in it is a formula."""
        sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
        texts = [(column, tag) for column in translated for tag in self.languages]
        header = [*first, *(f"{column}::{_language(tag)}" for column, tag in texts), *last]
        for place, heading in enumerate(header):
            sheet.write_string(0, place, heading, bold)
        for number, row in enumerate(rows, start=1):
            cells = [str(row.get(column, "")) for column in first]
            for column, tag in texts:
                words = row.get(column)
                cells.append(words.get(tag, "") if isinstance(words, dict) else "")
            cells += [str(row.get(column, "")) for column in last]
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, place, cell)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 24)


def _plain_cells(question: Mapping[str, Any]) -> Cells:
    """The type of a question without options, and the check of its answer."""
    kind = question["type"]
    if kind == "number":
        limits = _limits(".", question.get("min"), question.get("max"))
        return {"type": "integer" if question.get("integer") else "decimal", "constraint": limits}
    if kind == "date":
        days = [f"date('{day}')" if day else None for day in (question.get("min"), question.get("max"))]
        return {"type": "date", "constraint": _limits(".", *days)}
    if kind == "email":
        return {"type": "text", "constraint": EMAIL_CHECK}
    if kind == "long_text":
        return {"type": "text", "appearance": "multiline"}
    return {"type": {"note": "note", "consent": "acknowledge"}.get(kind, "text")}


def _limits(what: str, low: object, high: object) -> str:
    parts = [f"{what} >= {low}"] if low is not None else []
    return " and ".join([*parts, *([f"{what} <= {high}"] if high is not None else [])])


def _language(tag: str) -> str:
    return f"{language_name(tag)} ({tag})"


def _name(code: str) -> str:
    """A code as a form may name a question: it begins with a letter or an underscore."""
    return code if re.match(r"[A-Za-z_]", code) else f"_{code}"

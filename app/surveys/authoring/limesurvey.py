"""A questionnaire out of LimeSurvey's .lss, .lsg and .lsq files. Pure: bytes to a survey file and a report."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from app.core.words import Words
from app.surveys.authoring.limesurvey_tables import Answer, Asked, Source, read_tables
from app.surveys.authoring.questionnaire import OTHER, Line, Questionnaire, Remark, Report, scale_hint

MOST_CELLS = 60
MOST_POINTS = 11

CHANGES = {"I": "more", "S": "same", "D": "less"}

Choices = list[tuple[str, Words]]


def read_limesurvey(data: bytes, title: str, language: str) -> tuple[dict[str, Any], Report]:
    """The survey file that a LimeSurvey file describes, and what became of each of its questions.

    `title` and `language` count where the file names none. Raises Invalid for a file that is no questionnaire.
    """
    source = read_tables(data, language)
    reader = Reader(source)
    reader.read()
    made = reader.made
    made.title, made.introduction = made.words(source.title), made.words(source.introduction)
    made.thank_you = made.words(source.thank_you)
    if source.has_people:
        made.report.remarks.append(Remark(reason="people"))
    return made.document(title), made.report


class Reader:
    """Takes over one question after another; the type of a question says how."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.made = Questionnaire(source.languages, source.languages[0])
        self.place = ""
        choose, rows = self.take_choice, self.take_rows
        self.takers: dict[str, Callable[[Asked, Line], None]] = {
            **dict.fromkeys(("L", "!", "O", "G", "Y"), choose),
            **dict.fromkeys(("M", "P"), self.take_multiple),
            **dict.fromkeys(("A", "B", "F", "H", "1"), rows),
            **dict.fromkeys(("C", "E"), self.take_choice_rows),
            **dict.fromkeys((":", ";"), self.take_grid),
            **dict.fromkeys(("Q", "K"), self.take_several),
            **dict.fromkeys(("S", "T", "U", "N", "D", "X", "5"), self.take_plain),
            "R": self.take_ranking,
        }

    def read(self) -> None:
        """Take over everything, group by group."""
        for section in self.source.sections:
            titles = self.made.words(section.titles)
            self.place = titles.get(self.made.default_language) or next(iter(titles.values()), "")
            self.made.begin_section(f"g{section.id}" if section.id else "", titles)
            for question in section.questions:
                self.take(question, section.relevance)
        for part in self.source.orphans:
            self.made.line("", part.code, part.kind).remark("orphan")

    def take(self, question: Asked, of_group: str) -> None:
        """Take over one question, or say why not."""
        line = self.made.line(self.place, question.code, question.kind)
        taker = self.takers.get(question.kind)
        if question.kind == "*":
            line.remark("calculation")
        elif question.attributes.get("hidden") == "1":
            line.remark("hidden")
        elif taker is None:
            line.remark("unsupported", question.kind)
        else:
            for condition in (of_group, question.relevance):
                if condition:
                    line.remark("condition", condition)
            if "{" in "".join(question.texts.values()):
                found = re.findall(r"\{[^{}]{1,100}\}", " ".join(question.texts.values()))
                if found:
                    line.remark("reference", ", ".join(sorted({*found})))
            taker(question, line)

    def take_plain(self, question: Asked, line: Line) -> None:
        """Text, number, day, note, and the rating from 1 to 5."""
        attributes, pattern = question.attributes, question.pattern
        checks = [attributes.get("em_validation_q", "")]
        shape: dict[str, Any] = {"type": "short_text"}
        if question.kind in ("T", "U"):
            most = _whole(attributes.get("maximum_chars", ""))
            shape = {"type": "long_text", "max_length": min(max(most or 4000, 1), 4000)}
        elif question.kind == "N":
            limits = {name: _number(attributes.get(f"{name}_num_value_n", "")) for name in ("min", "max")}
            shape = {"type": "number", "integer": attributes.get("num_value_int_only") == "1", **limits}
        elif question.kind == "D":
            shape = {"type": "date", **{name: _day(attributes.get(f"date_{name}", "")) for name in ("min", "max")}}
        elif question.kind == "X":
            shape = {"type": "note"}
        elif question.kind == "5":
            shape = {"type": "rating", "scale": {"min": 1, "max": 5}, "no_opinion": not question.is_mandatory}
        elif "@" in pattern:
            shape, pattern = {"type": "email"}, ""
        for check in (pattern, *checks):
            if check:
                line.remark("check", check)
        self.ask(question, line, shape)

    def take_choice(self, question: Asked, line: Line) -> None:
        """One option out of a list of one's own or one that LimeSurvey has built in."""
        built_in = {"Y": self.offered(Y="yes", N="no"), "G": self.offered(F="female", M="male")}
        choices = built_in.get(question.kind) or _choices(question.answers)
        if question.kind == "O":
            line.remark("comment")
        self.ask_choice(question, line, "single_choice", choices)

    def take_multiple(self, question: Asked, line: Line) -> None:
        """Any number of options, which LimeSurvey keeps as parts of the question."""
        if question.kind == "P":
            line.remark("comment")
        least, most = (_whole(question.attributes.get(name, "")) for name in ("min_answers", "max_answers"))
        self.ask_choice(question, line, "multiple_choice", _parts(question.parts), least=least, most=most)

    def take_ranking(self, question: Asked, line: Line) -> None:
        """Options in an order; since LimeSurvey 6 they are parts of the question, before they were answers."""
        choices = _choices(question.answers) or _parts(question.parts)
        least, most = (_whole(question.attributes.get(name, "")) for name in ("min_answers", "max_answers"))
        self.ask_choice(question, line, "ranking", choices, least=least, most=most)

    def ask_choice(self, question: Asked, line: Line, kind: str, choices: Choices, **limits: int | None) -> None:
        """A question with options; the text of another answer becomes a question behind it."""
        if not choices:
            line.remark("no_options")
            return
        others = self.made.built_in(OTHER)
        options = self.made.options([*choices, (OTHER, others)] if question.has_other else choices, line)
        code = self.ask(question, line, {"type": kind, **limits, "options": options})
        if question.has_other:
            shown = [{"question": code, "is": [options[-1]["code"]]}]
            further = {"type": "short_text", "required": False, "text": others, "show_if": shown}
            line.remark("other", self.made.add(line, f"{code}_{OTHER}", further))

    def take_rows(self, question: Asked, line: Line) -> None:
        """Rows rated on one scale: 5 or 10 points, or a scale of the question's own; a dual one becomes two."""
        if not question.parts:
            line.remark("no_options")
            return
        if question.kind in ("A", "B"):
            self.ask_rows(question, line, 5 if question.kind == "A" else 10, [])
            return
        scales = {"0": [one for one in question.answers if one.scale == "0"]}
        if question.kind == "1":
            scales["1"] = [one for one in question.answers if one.scale == "1"]
        codes: list[str] = []
        for scale, answers in scales.items():
            if not answers:
                line.remark("no_options")
                continue
            title = question.attributes.get("dualscale_headerA" if scale == "0" else "dualscale_headerB", "")
            if 3 <= len(answers) <= MOST_POINTS:
                codes.append(self.ask_rows(question, line, len(answers), answers, title if len(scales) > 1 else ""))
            else:
                codes += self.ask_each(question, line, _choices(answers))
        if len(codes) > 1:
            line.remark("split", ", ".join(codes))

    def ask_rows(self, question: Asked, line: Line, points: int, answers: Sequence[Answer], title: str = "") -> str:
        """One set of ratings, its rows the parts of the question."""
        labels = [self.made.words(answer.texts) for answer in answers]
        if labels:
            line.remark("scale")
        helped = self.made.words(question.help, line)
        hint = scale_hint(labels, helped | ({self.made.default_language: title} if title else {}), self.made.languages)
        shape = {
            "type": "rating_set",
            "scale": {"min": 1, "max": points},
            "low": labels[0] if labels else None,
            "high": labels[-1] if labels else None,
            "no_opinion": not question.is_mandatory,
            "options": self.made.options(_parts(question.parts), line),
            "hint": hint,
        }
        return self.ask(question, line, shape)

    def take_choice_rows(self, question: Asked, line: Line) -> None:
        """Rows answered by words that form no scale: yes, uncertain, no; or more, the same, less."""
        is_opinion = question.kind == "C"
        choices = self.offered(**({"Y": "yes", "U": "uncertain", "N": "no"} if is_opinion else CHANGES))
        codes = self.ask_each(question, line, choices)
        line.remark("split" if codes else "no_options", ", ".join(codes))

    def ask_each(self, question: Asked, line: Line, choices: Choices) -> list[str]:
        """One choice for every row, under the text of the question as its hint."""
        return [
            self.ask_part(question, part, line, {"type": "single_choice", "options": self.made.options(choices, line)})
            for part in question.parts
        ]

    def take_several(self, question: Asked, line: Line) -> None:
        """Several short texts or numbers; numbers with a fixed sum are an allocation."""
        total = _whole(question.attributes.get("equals_num_value", ""))
        if not question.parts:
            line.remark("no_options")
        elif question.kind == "K" and total and len(question.parts) > 1:
            options = self.made.options(_parts(question.parts), line)
            self.ask(question, line, {"type": "allocation", "total": total, "step": 1, "options": options})
        else:
            shape = {"type": "number", "integer": False} if question.kind == "K" else {"type": "short_text"}
            codes = [self.ask_part(question, part, line, shape) for part in question.parts]
            line.remark("split", ", ".join(codes))

    def take_grid(self, question: Asked, line: Line) -> None:
        """A table of numbers or texts: each cell a question, as long as there are few."""
        rows = [part for part in question.parts if part.scale == "0"]
        columns = [part for part in question.parts if part.scale == "1"]
        if not rows or not columns:
            line.remark("no_options")
            return
        if len(rows) * len(columns) > MOST_CELLS:
            line.remark("grid")
            return
        shape = {"type": "number", "integer": False} if question.kind == ":" else {"type": "short_text"}
        codes: list[str] = []
        for row in rows:
            for column in columns:
                texts = {
                    tag: " – ".join(text for text in (row.texts.get(tag, ""), column.texts.get(tag, "")) if text)
                    for tag in self.made.languages
                }
                cell = replace(row, code=f"{row.code}_{column.code}", texts=texts)
                codes.append(self.ask_part(question, cell, line, shape))
        line.remark("split", ", ".join(codes))

    def ask(self, question: Asked, line: Line, shape: dict[str, Any]) -> str:
        """One more question, with all that every question has; returns its code."""
        made = {
            "type": shape["type"],
            "required": question.is_mandatory and shape["type"] != "note",
            "text": self.made.text(question.texts, question.code, line),
            "hint": self.made.words(question.help, line),
            **shape,
        }
        return self.made.add(line, question.code or "q", made)

    def ask_part(self, question: Asked, part: Asked, line: Line, shape: dict[str, Any]) -> str:
        """A part of a question as a question of its own; what was asked of all parts becomes its hint."""
        made = {
            "type": shape["type"],
            "required": question.is_mandatory,
            "text": self.made.text(part.texts, part.code, line),
            "hint": self.made.words(question.texts, line),
            **shape,
        }
        return self.made.add(line, f"{question.code}_{part.code}", made)

    def offered(self, **words: str) -> Choices:
        """Options that LimeSurvey has built in, by their codes there."""
        return [(code, self.made.built_in(word)) for code, word in words.items()]


def _choices(answers: Sequence[Answer]) -> Choices:
    return [(answer.code, answer.texts) for answer in answers]


def _parts(parts: Sequence[Asked]) -> Choices:
    return [(part.code, part.texts) for part in parts if part.scale == "0"]


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _number(text: str) -> int | float | None:
    match = re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text.strip())
    return None if match is None else float(text) if match[1] else int(text)


def _day(text: str) -> str | None:
    return text.strip() if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()) else None

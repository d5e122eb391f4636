"""The tables inside LimeSurvey's .lss, .lsg and .lsq files, in both dialects, as groups and questions. Pure.

Up to LimeSurvey 3 a row is repeated for every language; since LimeSurvey 4 the texts stand in tables of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from app.core.errors import Invalid
from app.core.tags import normal_tag
from app.core.words import Words
from app.documents.xml_files import read_xml

READ = {
    *("groups", "group_l10ns", "questions", "subquestions", "question_l10ns", "answers", "answer_l10ns"),
    *("question_attributes", "surveys", "surveys_languagesettings"),
}
"""Only these tables are looked at; whatever else a file holds, such as participants and answers, stays unread."""
PEOPLE = ("responses", "tokens", "participants", "timings", "survey_participants")
KINDS = ("survey", "group", "question")

Cells = dict[str, str]


@dataclass
class Answer:
    """One option of a question; `scale` tells the two scales of a dual question apart."""

    code: str
    order: int
    scale: str
    texts: Words = field(default_factory=dict[str, str])


@dataclass
class Asked:
    """One question, or one row or column of a question, with its texts in every language."""

    id: str
    parent: str
    group: str
    kind: str
    code: str
    order: int
    scale: str
    is_mandatory: bool
    has_other: bool
    relevance: str
    pattern: str
    texts: Words = field(default_factory=dict[str, str])
    help: Words = field(default_factory=dict[str, str])
    parts: list["Asked"] = field(default_factory=list["Asked"])
    answers: list[Answer] = field(default_factory=list[Answer])
    attributes: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class Section:
    """One group of questions."""

    id: str
    order: int
    relevance: str
    titles: Words = field(default_factory=dict[str, str])
    questions: list[Asked] = field(default_factory=list[Asked])


@dataclass
class Source:
    """A whole file: languages (the first is its own), texts around the questions, and the questions."""

    languages: list[str]
    title: Words
    introduction: Words
    thank_you: Words
    sections: list[Section]
    orphans: list[Asked]
    has_people: bool


def read_tables(data: bytes, otherwise: str) -> Source:
    """What a file says about questions. Raises Invalid for a file that is damaged, a bomb, or something else."""
    root = _root(data)
    tables = {element.tag: _rows(element) for element in root if element.tag in READ}
    languages = _languages(root, tables, otherwise)
    settings = tables.get("surveys_languagesettings", [])
    questions, parts = _questions(tables, languages)
    sections = _sections(tables, languages)
    known = {question.id: question for question in questions}
    orphans: list[Asked] = []
    for part in parts:
        parent = known.get(part.parent)
        if parent:
            parent.parts.append(part)
        else:
            orphans.append(part)
    _add_answers(tables, known, languages)
    homes = {section.id: section for section in sections}
    homeless = Section("", 10**6, "")
    for question in questions:
        question.parts.sort(key=lambda part: part.order)
        question.answers.sort(key=lambda answer: answer.order)
        homes.get(question.group, homeless).questions.append(question)
    sections = sorted([*sections, homeless], key=lambda section: section.order)
    for section in sections:
        section.questions.sort(key=lambda question: question.order)
    return Source(
        languages,
        _by_language(settings, "surveyls_language", "surveyls_title", languages),
        _by_language(settings, "surveyls_language", "surveyls_welcometext", languages),
        _by_language(settings, "surveyls_language", "surveyls_endtext", languages),
        sections,
        orphans,
        has_people=any(
            element.tag in PEOPLE or element.tag.startswith(("survey_", "tokens_", "old_")) for element in root
        ),
    )


def _root(data: bytes) -> Element:
    root = read_xml(data)
    if root.tag != "document" or (root.findtext("LimeSurveyDocType") or "").strip().lower() not in KINDS:
        raise Invalid("This is no questionnaire of LimeSurvey (.lss, .lsg or .lsq).")
    return root


def _rows(table: Element) -> list[Cells]:
    rows = table.find("rows")
    return [{cell.tag: (cell.text or "").strip() for cell in row} for row in (rows if rows is not None else ())]


def _languages(root: Element, tables: Mapping[str, list[Cells]], otherwise: str) -> list[str]:
    named = [normal_tag(element.text or "") for element in root.findall("languages/language")]
    own = [normal_tag(row.get("language", "")) for row in tables.get("surveys", [])]
    found = list(dict.fromkeys(tag for tag in (*own, *named) if tag))
    return found or [otherwise]


def _by_language(rows: list[Cells], language: str, column: str, languages: list[str]) -> Words:
    found = {normal_tag(row.get(language, "")) or languages[0]: row.get(column, "") for row in rows}
    return {tag: text for tag, text in found.items() if text and tag in languages}


def _sections(tables: Mapping[str, list[Cells]], languages: list[str]) -> list[Section]:
    sections: dict[str, Section] = {}
    for row in tables.get("groups", []):
        section = sections.setdefault(
            row.get("gid", ""),
            Section(row.get("gid", ""), _order(row.get("group_order")), _relevance(row.get("grelevance", ""))),
        )
        _put(section.titles, row, "group_name", languages)
    for row in tables.get("group_l10ns", []):
        if row.get("gid", "") in sections:
            _put(sections[row.get("gid", "")].titles, row, "group_name", languages)
    return list(sections.values())


def _questions(tables: Mapping[str, list[Cells]], languages: list[str]) -> tuple[list[Asked], list[Asked]]:
    """Questions, and the rows and columns of questions, each once and with the texts of every language."""
    found: dict[str, Asked] = {}
    for row in (*tables.get("questions", []), *tables.get("subquestions", [])):
        one = found.setdefault(row.get("qid", ""), _asked(row))
        _put(one.texts, row, "question", languages)
        _put(one.help, row, "help", languages)
    for row in tables.get("question_l10ns", []):
        one = found.get(row.get("qid", ""))
        if one:
            _put(one.texts, row, "question", languages)
            _put(one.help, row, "help", languages)
    for row in tables.get("question_attributes", []):
        one = found.get(row.get("qid", ""))
        if one and row.get("value"):
            one.attributes.setdefault(row.get("attribute", ""), row["value"])
    whole = [one for one in found.values() if one.parent in ("", "0")]
    return whole, [one for one in found.values() if one.parent not in ("", "0")]


def _asked(row: Cells) -> Asked:
    return Asked(
        id=row.get("qid", ""),
        parent=row.get("parent_qid", ""),
        group=row.get("gid", ""),
        kind=row.get("type", ""),
        code=row.get("title", ""),
        order=_order(row.get("question_order")),
        scale=row.get("scale_id") or "0",
        is_mandatory=row.get("mandatory") == "Y",
        has_other=row.get("other") == "Y",
        relevance=_relevance(row.get("relevance", "")),
        pattern=row.get("preg", ""),
    )


def _add_answers(tables: Mapping[str, list[Cells]], questions: Mapping[str, Asked], languages: list[str]) -> None:
    by_id: dict[str, Answer] = {}
    for row in tables.get("answers", []):
        question = questions.get(row.get("qid", ""))
        if question is None:
            continue
        scale = row.get("scale_id") or "0"
        answer = next((one for one in question.answers if (one.code, one.scale) == (row.get("code", ""), scale)), None)
        if answer is None:
            answer = Answer(row.get("code", ""), _order(row.get("sortorder")), scale)
            question.answers.append(answer)
        if row.get("aid"):
            by_id[row["aid"]] = answer
        _put(answer.texts, row, "answer", languages)
    for row in tables.get("answer_l10ns", []):
        if row.get("aid", "") in by_id:
            _put(by_id[row["aid"]].texts, row, "answer", languages)


def _put(words: Words, row: Cells, column: str, languages: list[str]) -> None:
    tag = normal_tag(row.get("language", "")) or languages[0]
    if row.get(column) and tag in languages:
        words[tag] = row[column]


def _relevance(text: str) -> str:
    """A condition, empty for the "1" by which LimeSurvey says: always."""
    return "" if text.strip() in ("", "1") else text.strip()


def _order(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0

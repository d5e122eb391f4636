"""A questionnaire made elsewhere on its way into a survey file: its sections, and what became of each part."""

import html
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import nh3
from pydantic import BaseModel, Field

from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.tags import catalogue_language
from app.core.words import Words

LONGEST = 20_000
MOST_QUESTIONS, MOST_OPTIONS = 500, 300
RESERVED = (
    *("consent", "notice", "about", "rating", "helix", "region", "org_type", "org_size", "familiarity"),
    *("criteria", "comment"),
)
"""Codes of the recommended questions, which stand in front of every imported one."""
OTHER = "other"

BREAKS = re.compile(r"<\s*(?:br\s*/?|/\s*(?:p|div|li|tr|h[1-6]))\s*>", re.IGNORECASE)
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
KEPT_AS_TEXT = {"condition", "check", "filter", "default"}

REMARK_WORDS = {
    "condition": "Its condition is only kept here, as text; it does not act:",
    "check": "Its check of the answer is only kept here, as text; it does not act:",
    "filter": "Its list is filtered in the original; here every option is offered:",
    "default": "An answer filled in beforehand is only kept here, as text:",
    "renamed": "Its name was changed; it was:",
    "renamed_options": "Names of options were changed:",
    "no_label": "It has no text; its name is shown.",
    "shortened": "A text was too long and was shortened.",
    "unsupported": "There is no question of this type here:",
    "metadata": "It records device, person or time without asking. That is not collected here.",
    "calculation": "It calculates and asks nothing.",
    "hidden": "The original never shows it.",
    "time": "Only the day is asked, not the time.",
    "repeat": "It is asked once; the original repeats it.",
    "comment": "The comment on each option is not asked.",
    "other": "The text of another answer is a question of its own:",
    "scale": "The words of its scale are in the hint.",
    "split": "It became several questions:",
    "reference": "Its text shows an earlier answer in the original; here the placeholder stays:",
    "no_options": "It has no options.",
    "orphan": "It belongs to no question.",
    "grid": "It is a table with too many cells.",
    "media": "Pictures, sound and video are not taken over.",
    "unknown_language": "Nobody here knows the language of a column; write its tag behind it, as in Deutsch (de):",
    "people": "Answers, participants and links of people in the file are never taken over.",
    "not_used": "It is in the file, and this version does not ask it.",
    "untranslated": "The recommended questions still lack texts in these languages:",
    "borrowed": "The recommended questions were taken over from a related language and marked as outdated:",
}


BUILT_IN_WORDS = {
    "yes": "Yes",
    "no": "No",
    "uncertain": "Uncertain",
    "more": "Increase",
    "same": "Same",
    "less": "Decrease",
    "female": "Female",
    "male": "Male",
    "other": "Other",
}
"""Options that other programs have built in, so that their files do not spell them out."""


class Remark(BaseModel):
    """One thing to know about a part, by its key in REMARK_WORDS, with what it is about."""

    reason: str
    detail: str = ""


class Line(BaseModel):
    """What became of one question of the source: where it stood, its name and type, and the type it has now."""

    place: str
    name: str
    source: str
    target: str = ""
    remarks: list[Remark] = Field(default_factory=list[Remark])

    @property
    def fate(self) -> Literal["mapped", "kept", "left_out"]:
        """Mapped; or mapped with a part that is only kept as text; or left out."""
        if not self.target:
            return "left_out"
        return "kept" if any(remark.reason in KEPT_AS_TEXT for remark in self.remarks) else "mapped"

    def remark(self, reason: str, detail: str = "") -> None:
        """Note one thing, once; a detail is cut where nobody would read on."""
        made = Remark(reason=reason, detail=plain_text(detail)[:500])
        if made not in self.remarks:
            self.remarks.append(made)


class Report(BaseModel):
    """What became of a file, question by question, and what to know about the whole."""

    file: str = ""
    lines: list[Line] = Field(default_factory=list[Line])
    remarks: list[Remark] = Field(default_factory=list[Remark])


def plain_text(text: str) -> str:
    r"""A text without markup, scripts and signs that cannot be stored.

    >>> plain_text("<p>One &amp; <b>two</b></p><script>zqx(1)</script>a < b")
    'One & two\na < b'
    """
    text = UNSTORABLE.sub("", text)
    if "<" in text or "&" in text:
        text = html.unescape(nh3.clean(BREAKS.sub("\n", text), tags=set()))
        text = UNSTORABLE.sub("", text)
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def free_code(wanted: str, taken: Collection[str]) -> str:
    """A code as survey files allow it, near to what is wanted, and not yet taken.

    >>> free_code("Größe der Firma", []), free_code("a", ["a"]), free_code("*", [])
    ('Gr_e_der_Firma', 'a_2', 'q')
    """
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", wanted)[:56].strip("_") or "q"
    stem = wanted if wanted == f"_{stem}" else stem
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}_{number}", number + 1
    return code


class Questionnaire:
    """Sections as they are built, question by question; codes are unique, texts are plain."""

    def __init__(self, languages: Sequence[str], default_language: str) -> None:
        self.languages, self.default_language = list(languages), default_language
        self.title: Words = {}
        self.introduction: Words = {}
        self.thank_you: Words = {}
        self.sections: list[dict[str, Any]] = []
        self.report = Report()
        self.codes: set[str] = set(RESERVED)
        self.section_codes: set[str] = set(RESERVED)

    def line(self, place: str, name: str, source: str) -> Line:
        """A new line of the report."""
        line = Line(place=place, name=plain_text(name)[:100], source=plain_text(source)[:60])
        self.report.lines.append(line)
        return line

    def begin_section(self, name: str, title: Mapping[str, str]) -> None:
        """What is added from now on stands in a new section; one that stays empty disappears."""
        if self.sections and not self.sections[-1]["questions"]:
            self.section_codes.discard(self.sections.pop()["id"])
        code = free_code(name or "section", self.section_codes)
        self.section_codes.add(code)
        self.sections.append({"id": code, "title": self.words(title), "questions": []})

    def words(self, texts: Mapping[str, str], line: Line | None = None) -> Words:
        """The texts that say something, plain and of bearable length."""
        plain = {tag: plain_text(text[: 10 * LONGEST]) for tag, text in texts.items()}
        if line and any(len(text) > LONGEST for text in plain.values()):
            line.remark("shortened")
        return {tag: text[:LONGEST] for tag, text in plain.items() if text and tag in self.languages}

    def text(self, texts: Mapping[str, str], name: str, line: Line) -> Words:
        """The words of a question or option; without any, its name."""
        words = self.words(texts, line)
        if not words:
            line.remark("no_label")
        return words or {self.default_language: plain_text(name)[:200] or "?"}

    def built_in(self, word: str) -> Words:
        """A built-in option in those of the languages that the interface speaks, at least in English."""
        spoken = [tag for tag in self.languages if catalogue_language(tag) == tag.partition("-")[0]]
        return {tag: translate(tag, BUILT_IN_WORDS[word]) for tag in spoken or [self.default_language]}

    def add(self, line: Line, wanted: str, question: Mapping[str, Any]) -> str:
        """One more question; returns its code. Raises Invalid when there are too many."""
        if not self.sections:
            self.begin_section("questions", {})
        if len(self.codes) > MOST_QUESTIONS + len(RESERVED):
            raise Invalid("This questionnaire has more than %(most)s questions.", most=MOST_QUESTIONS)
        code = free_code(wanted, self.codes)
        if code != wanted:
            line.remark("renamed", wanted)
        self.codes.add(code)
        self.sections[-1]["questions"].append(
            {"id": code, **{key: value for key, value in question.items() if value not in (None, {})}}
        )
        line.target = line.target or question["type"]
        return code

    def options(self, choices: Sequence[tuple[str, Mapping[str, str]]], line: Line) -> list[dict[str, Any]]:
        """Options with codes of their own, in the order of the choices. Raises Invalid when there are too many."""
        if len(choices) > MOST_OPTIONS:
            raise Invalid("A question has more than %(most)s options.", most=MOST_OPTIONS)
        made: dict[str, dict[str, Any]] = {}
        renamed: list[str] = []
        for name, texts in choices:
            code = free_code(name, made)
            renamed += [f"{name} → {code}"] if code != name else []
            made[code] = {"code": code, "label": self.text(texts, name, line)}
        if renamed:
            line.remark("renamed_options", ", ".join(renamed))
        return list(made.values())

    def document(self, title: str) -> dict[str, Any]:
        """The survey file, as far as the source says it. Raises Invalid when it asks nothing."""
        sections = [section for section in self.sections if section["questions"]]
        if not sections:
            raise Invalid("Nothing in this file is a question that can be asked here.")
        return {
            "format": "stakeholder-survey/1",
            "id": free_code(title, [])[:60].lower(),
            "languages": self.languages,
            "default_language": self.default_language,
            "title": {self.default_language: plain_text(title)[:200] or "?"} | self.title,
            "introduction": self.introduction,
            "thank_you": self.thank_you,
            "sections": sections,
        }


def scale_hint(labels: Sequence[Words], hint: Words, languages: Sequence[str]) -> Words:
    """A hint that names every point of a scale, after what the hint said before.

    >>> scale_hint([{"en": "Bad"}, {"en": "Fair"}, {"en": "Good"}], {}, ["en"])
    {'en': '1 = Bad, 2 = Fair, 3 = Good'}
    """
    said: Words = {}
    for tag in languages:
        points = [f"{number} = {label[tag]}" for number, label in enumerate(labels, start=1) if label.get(tag)]
        whole = "\n".join(part for part in (hint.get(tag, ""), ", ".join(points)) if part)
        said |= {tag: whole} if whole else {}
    return said

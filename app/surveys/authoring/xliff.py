"""The texts of a survey as XLIFF 2.0, the format of translators' programs: one file for each language."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from app.core.errors import Invalid
from app.core.tags import normal_tag
from app.core.words import Words
from app.documents.xml_files import read_xml
from app.surveys.authoring.models import Survey
from app.surveys.authoring.questionnaire import UNSTORABLE
from app.surveys.authoring.translation_table import Entry

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
MOST_UNITS = 5000
CHECKED = ("reviewed", "final")
XLIFF = f"{{{NAMESPACE}}}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def write_xliff(texts: Mapping[str, Words], survey: Survey, target: str) -> bytes:
    """Every text that has an original, with its translation; one that is missing or outdated is `initial`."""
    register_namespace("", NAMESPACE)
    own = survey.default_language
    root = Element(f"{XLIFF}xliff", {"version": "2.0", "srcLang": own, "trgLang": target})
    file = SubElement(root, f"{XLIFF}file", {"id": survey.slug})
    for path, words in texts.items():
        if not words.get(own):
            continue
        unit = SubElement(file, f"{XLIFF}unit", {"id": path, SPACE: "preserve"})
        text, is_outdated = words.get(target, ""), target in survey.outdated.get(path, [])
        state = {"state": "initial" if is_outdated or not text else "translated"}
        if is_outdated and text:
            state["subState"] = "innaxe:outdated"
        segment = SubElement(unit, f"{XLIFF}segment", state)
        SubElement(segment, f"{XLIFF}source").text = UNSTORABLE.sub("", words[own])
        if text:
            SubElement(segment, f"{XLIFF}target").text = UNSTORABLE.sub("", text)
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def read_xliff(data: bytes, survey: Survey) -> list[Entry]:
    """The translations in a file; a reviewed or final one counts as checked.

    Raises Invalid for a file that is damaged, a bomb, no XLIFF 2, or of a language the survey is not offered in.
    """
    root = _root(data)
    target, source = normal_tag(root.get("trgLang", "")), normal_tag(root.get("srcLang", ""))
    if source != survey.default_language:
        raise Invalid("This file translates from another language than the survey's own.")
    if target not in survey.languages or target == survey.default_language:
        raise Invalid("This file translates into a language that the survey is not offered in.")
    entries: list[Entry] = []
    for number, unit in enumerate(root.iter(f"{XLIFF}unit"), start=1):
        if number > MOST_UNITS:
            raise Invalid("This file has too many texts.")
        segments = [*unit.iter(f"{XLIFF}segment")]
        original, text = (_text(segments, part) for part in ("source", "target"))
        if text.strip():
            is_checked = all(segment.get("state") in CHECKED for segment in segments)
            entries.append(Entry(number, target, unit.get("id", ""), original, text, is_checked))
    return entries


def _root(data: bytes) -> Element:
    root = read_xml(data)
    if root.tag != f"{XLIFF}xliff" or not root.get("version", "").startswith("2"):
        raise Invalid("This is no XLIFF file of version 2.")
    return root


def _text(segments: list[Element], part: str) -> str:
    found = [segment.find(f"{XLIFF}{part}") for segment in segments]
    return "".join("".join(one.itertext()) for one in found if one is not None)

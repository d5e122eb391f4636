"""A consortium's own DOCX as a template: its styles, headers, footers and logo stay, its body and its macros do not."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

import docx
from docx.document import Document as Docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from app.core.errors import Invalid
from app.documents.xml_files import read_xml

LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 10_000_000
MOST_PARTS = 2000
TYPES = "[Content_Types].xml"
TEMPLATE_TYPE = b"wordprocessingml.template.main+xml"
DOCUMENT_TYPE = b"wordprocessingml.document.main+xml"
KEPT = (
    *("styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "theme", "numbering"),
    *("header", "footer", "footnotes", "endnotes", "customXml"),
)
"""What of a template stays; all else only its body used, or is no look."""
BESIDE = (
    "image",
    "hyperlink",
    "font",
    "customXmlProps",
    "attachedTemplate",
    "mailMergeSource",
    "mailMergeHeaderSource",
)
"""What the kept parts may lead to."""
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others take as much memory as they say."""
DEFINITIONS = tuple("<!DOCTYPE".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))
"""No program for documents writes them, and entities grow."""
NO_DOCX = "This template cannot be read as a DOCX file."
TAKES_IN = "This template takes in what is elsewhere. Save it with its pictures inside, and without fields that fetch."
FETCHES = re.compile(
    r"\b(INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DDE|DDEAUTO|DATABASE|RD|MERGEFIELD)\b", re.IGNORECASE
)
"""Fields whose result comes from another file or program."""
LINKS = ("hyperlink", "hlinkClick", "hlinkHover")
"""The elements that lead somewhere once somebody clicks; all others fetch by themselves."""
INSIDE = ("#", "data:image/")
MACROS = "This template holds macros or controls. Save it as a DOCX file without them."


def read_template(data: bytes) -> Docx:
    """A template with an empty body. Raises Invalid for a file that is no DOCX, a bomb, damaged, or holds macros."""
    if len(data) > LARGEST_FILE:
        raise Invalid("This file is too large.")
    try:
        parts = _parts(data)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, RuntimeError, ValueError, EOFError) as error:
        raise Invalid(NO_DOCX) from error
    if any(
        b"macroEnabled" in parts[TYPES] or "vbaproject" in name.lower() or "activex" in name.lower() for name in parts
    ):
        raise Invalid(MACROS)
    parts[TYPES] = parts[TYPES].replace(TEMPLATE_TYPE, DOCUMENT_TYPE)
    try:
        document = docx.Document(_zipped(parts))
        _empty(document)
    except Invalid:
        raise
    except Exception as error:  # what a damaged file makes of the reader cannot be listed
        raise Invalid(NO_DOCX) from error
    return document


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts of the archive, read no further than a document can be."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > LARGEST_UNPACKED:
            raise ValueError("this archive unpacks to more than a document can be")
        if any(info.compress_type not in PACKINGS for info in infos):
            raise ValueError("this archive is packed in a way that no document is")
        parts = {info.filename: archive.read(info) for info in infos if not info.is_dir()}
    if TYPES not in parts or any(mark in content for content in parts.values() for mark in DEFINITIONS):
        raise ValueError("no document")
    return parts


def _zipped(parts: dict[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def _empty(document: Any) -> None:
    """Take away the body but its last section, what only the body used, and the way to another template."""
    body = document.element.body
    last = body.sectPr
    if last is None:
        raise Invalid(NO_DOCX)
    for element in list(body):
        if element is not last:
            body.remove(element)
    _keep(document.part)
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.SETTINGS:
            settings = relation.target_part
            for name in ("w:attachedTemplate", "w:mailMerge"):
                for named in settings.element.findall(qn(name)):
                    settings.element.remove(named)
            _drop(settings, ("attachedTemplate", "mailMergeSource", "mailMergeHeaderSource"))
    for part in document.part.package.iter_parts():
        if part is not document.part:
            _check_inside(part)


def _check_inside(part: Any) -> None:
    """Raises Invalid for a part that takes in a file from elsewhere, or holds a program; a link is a link."""
    elements: list[Element] = []
    if str(part.content_type).endswith("xml"):
        try:
            elements = list(read_xml(part.blob).iter())
        except Invalid as error:
            raise Invalid(NO_DOCX) from error
    fetched = {value for one in elements if _local(one.tag) not in LINKS for value in one.attrib.values()}
    for key, relation in part.rels.items():
        if _kind(relation) not in BESIDE:
            raise Invalid(MACROS)
        # programs look at what uses a relation, not at what it says it is
        if relation.is_external and (relation.reltype != RELATIONSHIP_TYPE.HYPERLINK or key in fetched):
            raise Invalid(TAKES_IN)
    if FETCHES.search("\n".join(_fields(elements))) or any(map(_is_drawn_from_elsewhere, elements)):
        raise Invalid(TAKES_IN)


def _fields(elements: Iterable[Element]) -> Iterator[str]:
    """What each field says, however many runs it is divided into."""
    said: list[str] = []
    for one in elements:
        name = _local(one.tag)
        if name == "instrText":
            said += one.itertext()
        elif name in ("fldChar", "fldSimple"):
            yield "".join(said)
            said = [value for key, value in one.attrib.items() if _local(key) == "instr"]
    yield "".join(said)


def _is_drawn_from_elsewhere(element: Element) -> bool:
    """Whether a drawing names a file that is not in it: VML by `src`, SVG by `href` of all but links."""
    namespace, _, name = element.tag.rpartition("}")
    wanted = {"{urn:schemas-microsoft-com:vml": "src", "{http://www.w3.org/2000/svg": "href"}.get(namespace)
    named = [value.strip() for key, value in element.attrib.items() if _local(key) == wanted]
    return name != "a" and any(value and not value.startswith(INSIDE) for value in named)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _kind(relation: Any) -> str:
    return relation.reltype.rpartition("/")[2]


def _keep(part: Any) -> None:
    for key, relation in list(part.rels.items()):
        if _kind(relation) not in KEPT:
            del part.rels[key]


def _drop(part: Any, kinds: tuple[str, ...]) -> None:
    for key, relation in list(part.rels.items()):
        if _kind(relation) in kinds:
            del part.rels[key]

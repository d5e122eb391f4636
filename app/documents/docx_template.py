"""A consortium's own DOCX as a template: its styles, headers, footers and logo stay, its body and its macros do not."""

import io
import re
import zipfile
import zlib
from typing import Any

import docx
from docx.document import Document as Docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from app.core.errors import Invalid

LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 20_000_000
MOST_PARTS = 2000
TYPES = "[Content_Types].xml"
TEMPLATE_TYPE = b"wordprocessingml.template.main+xml"
DOCUMENT_TYPE = b"wordprocessingml.document.main+xml"
OF_THE_BODY = ("image", "hyperlink", "oleObject", "package", "chart", "comments", "aFChunk", "subDocument", "control")
DEFINITIONS = tuple("<!DOCTYPE".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))
"""No program for documents writes them, and entities grow."""
NO_DOCX = "This template cannot be read as a DOCX file."
TAKES_IN = "This template takes in what is elsewhere. Save it with its pictures inside, and without fields that fetch."
SPLIT_FIELD, WHOLE_FIELD = re.compile(rb"instrText[^>]*>([^<]*)<"), re.compile(rb"instr=[\"']([^\"']*)")
FETCHES = re.compile(
    rb"\b(INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DDE|DDEAUTO|DATABASE|RD|MERGEFIELD)\b", re.IGNORECASE
)
"""Fields whose result comes from another file or program."""
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
    _drop(document.part, OF_THE_BODY)
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.SETTINGS:
            settings = relation.target_part
            for name in ("w:attachedTemplate", "w:mailMerge"):
                for named in settings.element.findall(qn(name)):
                    settings.element.remove(named)
            _drop(settings, ("attachedTemplate", "mailMergeSource", "mailMergeHeaderSource"))
    for part in document.part.package.iter_parts():
        _check_inside(part)


def _check_inside(part: Any) -> None:
    """Raises Invalid for a part that takes in a file from elsewhere, by itself or by a field; a link is a link."""
    for relation in part.rels.values():
        if relation.is_external and relation.reltype != RELATIONSHIP_TYPE.HYPERLINK:
            raise Invalid(TAKES_IN)
    blob: bytes = part.blob
    if FETCHES.search(b"".join(SPLIT_FIELD.findall(blob)) + b" " + b" ".join(WHOLE_FIELD.findall(blob))):
        raise Invalid(TAKES_IN)


def _drop(part: Any, kinds: tuple[str, ...]) -> None:
    for key, relation in list(part.rels.items()):
        if relation.reltype.rpartition("/")[2] in kinds:
            del part.rels[key]

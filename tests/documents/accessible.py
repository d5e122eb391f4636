"""What is wrong with a file for those who cannot see it, or move through it by its headings: lists of faults.

Read from the files themselves, by readers of their own: XML, the structure tree of a PDF, HTML.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pikepdf
from openpyxl import load_workbook

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
VOID = {"meta", "img", "br", "link", "input", "hr"}


def out_of_order(levels: Sequence[int], first: int = 1) -> list[str]:
    """Headings that skip a level."""
    found: list[str] = []
    for before, level in zip([first - 1, *levels], levels, strict=False):
        if level > before + 1:
            found.append(f"a heading of level {level} follows one of level {before}")
    return found


def check_docx(data: bytes) -> list[str]:
    """The faults of a DOCX file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body, styles = fromstring(parts["word/document.xml"]), fromstring(parts["word/styles.xml"])
    core = fromstring(parts["docProps/core.xml"])
    names = {one.get(f"{W}styleId"): _value(one.find(f"{W}name")) for one in styles.iter(f"{W}style")}
    used = [names.get(_value(one)) or "" for one in body.iter(f"{W}pStyle")]
    found: list[str] = []
    if not _text_of(core, "title"):
        found.append("no title")
    if not _text_of(core, "language"):
        found.append("no language")
    defaults = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    if defaults is None or not (defaults.get(f"{W}val") or defaults.get(f"{W}bidi")):
        found.append("no language of its text")
    if "Title" not in used:
        found.append("no paragraph is the title")
    levels = [int(name[-1]) for name in used if re.fullmatch(r"[Hh]eading [1-9]", name)]
    found += out_of_order(levels)
    found += _unspoken(body)
    found += [
        "a picture without alternative text"
        for one in body.iter(f"{DRAWING}docPr")
        if not (one.get("descr") or "").strip()
    ]
    tables = list(body.iter(f"{W}tbl"))
    found += ["a table without a marked head" for one in tables if one.find(f"{W}tr/{W}trPr/{W}tblHeader") is None]
    instructions = "".join(one.text or "" for one in body.iter(f"{W}instrText"))
    # what has no cover is short
    if levels and "Cover Fact" in used and "TOC " not in instructions:
        found.append("no table of contents")
    if len(list(body.iter(f"{DRAWING}docPr"))) > instructions.count("SEQ Figure"):
        found.append("a picture without a caption")
    idents = [one.get("id") for one in body.iter(f"{DRAWING}docPr")]
    return found + ["two pictures have one id"] * (len(idents) != len(set(idents)))


def _unspoken(body: Element) -> list[str]:
    for run in body.iter(f"{W}r"):
        lang = run.find(f"{W}rPr/{W}lang")
        if run.find(f"{W}t") is not None and lang is None and run.find(f"{W}rPr/{W}rtl") is None:
            return ["a run without a language"]
    return []


def _value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val") or ""


def _text_of(root: Element, name: str) -> str:
    return next((one.text or "" for one in root.iter() if one.tag.endswith("}" + name)), "")


def check_pdf(data: bytes) -> list[str]:
    """The faults of a PDF file: PDF/UA as far as its structure tells."""
    found: list[str] = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root: Any = pdf.Root
        if not bool(root.get("/MarkInfo", {}).get("/Marked", False)) or "/StructTreeRoot" not in root:
            return ["it is not tagged"]
        if not str(root.get("/Lang", "")):
            found.append("no language")
        if not bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)):
            found.append("it does not show its title")
        with pdf.open_metadata() as metadata:
            found += [] if metadata.get("dc:title") else ["no title"]
            found += [] if metadata.get("pdfuaid:part") == "1" else ["it does not say that it is PDF/UA-1"]
        named: Any = root.StructTreeRoot.get("/RoleMap") or {}
        roles = {str(key): str(named[key]) for key in named.keys()}  # noqa: SIM118 -- a dictionary of pikepdf
        nodes = list(nodes_of(root.StructTreeRoot))
        tags = [roles.get(str(node.S), str(node.S)) for node in nodes]
        levels = [int(tag[2]) for tag in tags if re.fullmatch(r"/H[1-6]", tag)]
        found += out_of_order(levels)
        if len(levels) > 1 and "/Outlines" not in root:
            found.append("no outline")
        for node, tag in zip(nodes, tags, strict=True):
            if tag == "/Figure" and not str(node.get("/Alt", "")).strip():
                found.append("a figure without alternative text")
            if tag == "/Table" and not any(str(one.S) == "/TH" for one in nodes_of(node)):
                found.append("a table without heads")
        for page in pdf.pages:
            if str(page.get("/Tabs", "/S")) != "/S":
                found.append("a page is not walked through in its order")
    return found


def nodes_of(element: Any) -> Iterator[Any]:
    """The elements of a structure tree, in the order of reading."""
    kids = element.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from nodes_of(kid)


class _Reader(HTMLParser):
    """Collects what a page says of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.levels: list[int] = []
        self.idents: list[str] = []
        self.open: list[str] = []
        self.title = ""
        self.language = ""
        self.tables: list[dict[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.idents.append(given["id"])
        match tag:
            case "html":
                self.language = given.get("lang", "")
                self.faults += [] if given.get("dir") in ("ltr", "rtl") else ["no direction"]
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self.levels.append(int(tag[1]))
            case "img":
                self.faults += [] if given.get("alt", "").strip() else ["a picture without alternative text"]
                self.faults += [] if given.get("src", "").startswith("data:") else ["a picture from elsewhere"]
            case "table":
                self.tables.append({"caption": 0, "th": 0, "unscoped": 0})
            case "caption" if self.tables:
                self.tables[-1]["caption"] += 1
            case "th" if self.tables:
                self.tables[-1]["th"] += 1
                self.tables[-1]["unscoped"] += "scope" not in given
            case "script" | "link" | "iframe":
                self.faults.append(f"it holds a <{tag}>")
            case "a":
                self.faults += [] if given.get("href") else ["a link that leads nowhere"]
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += data


def check_html(data: bytes) -> list[str]:
    """The faults of a page."""
    reader = _Reader()
    reader.feed(data.decode())
    found = [*reader.faults, *out_of_order(reader.levels)]
    found += [] if reader.language else ["no language"]
    found += [] if reader.title.strip() else ["no title"]
    found += [] if reader.levels.count(1) == 1 else [f"{reader.levels.count(1)} first headings"]
    found += ["a table without a caption" for one in reader.tables if not one["caption"]]
    found += ["a table without heads" for one in reader.tables if not one["th"]]
    found += ["a head without a scope" for one in reader.tables if one["unscoped"]]
    found += ["two elements have one id"] * (len(reader.idents) != len(set(reader.idents)))
    return found + [f"<{tag}> is not closed" for tag in reader.open]


def check_xlsx(data: bytes) -> list[str]:
    """The faults of a workbook."""
    found: list[str] = []
    book: Any = load_workbook(io.BytesIO(data))
    if not book.properties.title:
        found.append("no title")
    if "Language" not in book.custom_doc_props.names:
        found.append("no language")
    for sheet in book.worksheets:
        if sheet.merged_cells.ranges:
            found.append(f"{sheet.title} has merged cells")
        cells = [cell for row in sheet.iter_rows() for cell in row]
        if any(cell.data_type == "f" for cell in cells):
            found.append(f"{sheet.title} has formulas")
        for table in sheet.tables.values():
            if not table.headerRowCount:
                found.append(f"{sheet.title} has a table without a head")
            if not sheet.freeze_panes:
                found.append(f"{sheet.title} does not keep its head in sight")
    return found

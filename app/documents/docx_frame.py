"""What a DOCX file has around its text: pages, footers, lists, properties, and an archive without a clock."""

import io
import re
import zipfile
from copy import deepcopy
from typing import Any

from docx.document import Document as Docx
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml.ns import qn
from docx.parts.numbering import NumberingPart

from app.core.catalogues import translate
from app.core.tags import direction_of
from app.documents.document import Document
from app.documents.docx_xml import field, paragraph, parsed, placed, words
from app.documents.showing import cleaned
from app.documents.to_xlsx import CREATED

A4 = (11906, 16838)
MARGINS = {"top": 1250, "right": 1250, "bottom": 1250, "left": 1250, "header": 600, "footer": 600, "gutter": 0}
EARLIEST = (1980, 1, 1, 0, 0, 0)
FIELDS = {"\0": "PAGE", "\1": "NUMPAGES"}
LONGEST_TITLE = 90
CAPTION_ROOM = 2200
"""Twips that the caption of a picture and the lines around it take."""


class Pages:
    """The sections of a file, in twips: upright pages and those that lie across."""

    def __init__(self, last: Any, direction: str, *, keeps_own: bool) -> None:
        self.last = last
        self.is_wide = False
        self.is_first = True
        if not keeps_own or last.find(qn("w:pgSz")) is None or last.find(qn("w:pgMar")) is None:
            for tag in ("w:pgSz", "w:pgMar"):
                for old in last.findall(qn(tag)):
                    last.remove(old)
            margins = " ".join(f'w:{side}="{size}"' for side, size in MARGINS.items())
            size = parsed(f'<w:pgSz w:w="{A4[0]}" w:h="{A4[1]}"/>')
            self._insert(size)
            size.addnext(parsed(f"<w:pgMar {margins}/>"))
        if direction == "rtl" and last.find(qn("w:bidi")) is None:
            grid = last.find(qn("w:docGrid"))
            turned = parsed("<w:bidi/>")
            last.append(turned) if grid is None else grid.addprevious(turned)
        self._turn(last, is_wide=False)

    def _insert(self, size: Any) -> None:
        """Paper comes after the references to headers and footers and the kind of section."""
        early = ("headerReference", "footerReference", "footnotePr", "endnotePr", "type")
        at = sum(child.tag in {qn(f"w:{name}") for name in early} for child in self.last)
        self.last.insert(at, size)

    def _side(self, element: Any, name: str, default: int = 0) -> int:
        return int(float(element.get(qn(f"w:{name}")) or default))

    @property
    def width(self) -> int:
        """How wide the text is."""
        size, margins = self.last.find(qn("w:pgSz")), self.last.find(qn("w:pgMar"))
        return self._side(size, "w", A4[0]) - self._side(margins, "left") - self._side(margins, "right")

    @property
    def highest_picture(self) -> int:
        """How high a picture may be so that its caption stands on its page."""
        size, margins = self.last.find(qn("w:pgSz")), self.last.find(qn("w:pgMar"))
        edges = abs(self._side(margins, "top")) + abs(self._side(margins, "bottom"))
        return self._side(size, "h", A4[1]) - edges - CAPTION_ROOM

    def turn(self, *, is_wide: bool) -> None:
        """End a section where the pages after it lie otherwise."""
        if is_wide == self.is_wide:
            return
        before = self.last.getprevious()
        ended = deepcopy(self.last)
        if before is None or before.tag != qn("w:p"):
            thin = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
            before = parsed(f"<w:p><w:pPr>{thin}</w:pPr></w:p>")
            self.last.addprevious(before)
        before.get_or_add_pPr().append(ended)
        if self.is_first:
            self.is_first = False
            for once in self.last.findall(qn("w:titlePg")):
                self.last.remove(once)
        self._turn(self.last, is_wide=is_wide)
        self.is_wide = is_wide

    def _turn(self, section: Any, *, is_wide: bool) -> None:
        size = section.find(qn("w:pgSz"))
        sides = sorted((self._side(size, "w", A4[0]), self._side(size, "h", A4[1])))
        width, height = reversed(sides) if is_wide else sides
        size.set(qn("w:w"), str(width))
        size.set(qn("w:h"), str(height))
        if is_wide:
            size.set(qn("w:orient"), "landscape")
        else:
            size.attrib.pop(qn("w:orient"), None)


def footers(file: Docx, document: Document, style: str, *, keeps_own: bool) -> None:
    """The title and the number of the page at the foot, but not on a cover; a template's own footer stays."""
    section = file.sections[-1]
    if keeps_own and not section.footer.is_linked_to_previous:
        return
    language = document.language
    title = cleaned(document.title).replace("\n", " ")
    short = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 2]}…"
    line = translate(language, "Page %(page)s of %(pages)s", page="\0", pages="\1")
    runs = words(f"{short}  ·  ", language)
    for part in re.split("([\0\1])", line):
        name = FIELDS.get(part)
        runs += field(name, "1", language) if name else words(part, language)
    footer: Any = section.footer
    footer.is_linked_to_previous = False
    element = footer.paragraphs[0]._p.getparent()
    for old in list(element):
        element.remove(old)
    own, side = placed(short, document.direction, is_end=True)
    text = paragraph(runs, style, direction=own, more=side)
    element.append(parsed(text))
    if document.cover and not keeps_own:
        section.different_first_page_header_footer = True
        first: Any = section.first_page_footer
        first.is_linked_to_previous = False
        first.paragraphs[0].style = file.styles["Normal"]


class Lists:
    """The marks of lists: one for points, and a new one for each list of steps, so that each begins with one."""

    def __init__(self, file: Docx) -> None:
        self.root: Any = _numbering(file)
        used = [int(one.get(qn("w:abstractNumId"))) for one in self.root.findall(qn("w:abstractNum"))]
        taken = [int(one.get(qn("w:numId"))) for one in self.root.findall(qn("w:num"))]
        self.abstract, self.next = max(used, default=0) + 1, max(taken, default=0) + 1
        self._define(self.abstract, "bullet", "•")
        self._define(self.abstract + 1, "decimal", "%1.")
        self.points = self._use(self.abstract, "")

    def numbered(self) -> int:
        """The marks of a new list of steps."""
        restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
        return self._use(self.abstract + 1, restart)

    def _define(self, number: int, kind: str, mark: str) -> None:
        level = (
            f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{mark}"/>'
            '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="360" w:hanging="260"/></w:pPr></w:lvl>'
        )
        kept = f'<w:multiLevelType w:val="singleLevel"/>{level}'
        made = parsed(f'<w:abstractNum w:abstractNumId="{number}">{kept}</w:abstractNum>')
        first = self.root.find(qn("w:num"))
        self.root.append(made) if first is None else first.addprevious(made)

    def _use(self, abstract: int, override: str) -> int:
        number = self.next
        self.next += 1
        made = parsed(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>')
        nums = self.root.findall(qn("w:num"))
        nums[-1].addnext(made) if nums else self.root.append(made)
        return number


def _numbering(file: Docx) -> Any:
    part: Any = file.part
    if any(relation.reltype == RELATIONSHIP_TYPE.NUMBERING for relation in part.rels.values()):
        return part.numbering_part.element
    made: Any = NumberingPart.load(
        PackURI("/word/numbering.xml"), CONTENT_TYPE.WML_NUMBERING, b"<w:numbering/>", part.package
    )
    part.relate_to(made, RELATIONSHIP_TYPE.NUMBERING)
    return made.element


def properties(file: Docx, document: Document) -> None:
    """Title, language and a fixed day; who or what wrote the file before is forgotten."""
    core = file.core_properties
    core.title, core.language = cleaned(document.title)[:255], document.language
    core.author = core.last_modified_by = core.comments = core.keywords = core.subject = ""
    core.created = core.modified = CREATED
    core.revision = 1
    styles: Any = file.styles.element
    language = document.language
    spoken = f'w:val="{language}"' if direction_of(language) == "ltr" else f'w:bidi="{language}"'
    defaults: Any = styles.find(qn("w:docDefaults"))
    if defaults is None:
        defaults = parsed("<w:docDefaults><w:rPrDefault><w:rPr/></w:rPrDefault></w:docDefaults>")
        styles.insert(0, defaults)
    whole: Any = defaults.find(f"{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if whole is not None:
        for old in whole.findall(qn("w:lang")):
            whole.remove(old)
        whole.append(parsed(f"<w:lang {spoken}/>"))


def modern(file: Docx) -> None:
    """Have Word set the file as it does today, not as in 2010."""
    settings: Any = file.settings
    for setting in settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def finish(file: Docx) -> bytes:
    """The bytes of the archive: its parts carry no moment."""
    saved, made = io.BytesIO(), io.BytesIO()
    file.save(saved)
    with zipfile.ZipFile(saved) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as fixed:
        for info in archive.infolist():
            entry = zipfile.ZipInfo(info.filename, EARLIEST)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            fixed.writestr(entry, archive.read(info))
    return made.getvalue()

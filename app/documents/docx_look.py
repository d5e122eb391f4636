"""The styles of our DOCX files: all of them in a file of ours, those that are missing in a consortium's template."""

from dataclasses import dataclass
from typing import Any

from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn

from app.documents.docx_xml import parsed
from app.documents.tokens import tokens_of

FONT = "Arial"
"""Every machine has it or a font of the same widths."""


@dataclass(frozen=True)
class Look:
    """How a style looks: points, colour by its token, space before and after in points, further properties."""

    size: float = 10
    colour: str = "ink"
    bold: bool = False
    before: float = 0
    after: float = 0
    paragraph: str = ""
    spacing: int = 252
    indent: str = ""
    outline: int | None = None
    based: str = "Normal"


RULE = '<w:pBdr><w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="0B5563"/></w:pBdr>'
NEXT = "<w:keepNext/><w:keepLines/>"
FACT_RULE = (
    '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="4" w:color="DAD6CC"/>'
    '<w:between w:val="single" w:sz="4" w:space="4" w:color="DAD6CC"/></w:pBdr>'
    '<w:tabs><w:tab w:val="left" w:pos="3400"/></w:tabs>'
)
LOOKS = {
    "Normal": Look(after=6),
    "Title": Look(26, bold=True, before=72, after=30, spacing=240),
    "Subtitle": Look(12, "brand", bold=True, after=0, paragraph=RULE.format(side="top", size=18, space=12)),
    "Heading 1": Look(18, "brand", bold=True, before=24, after=8, paragraph=NEXT, spacing=240, outline=0),
    "Heading 2": Look(13.5, bold=True, before=18, after=6, paragraph=NEXT, spacing=240, outline=1),
    "Heading 3": Look(11.5, bold=True, before=14, after=4, paragraph=NEXT, spacing=240, outline=2),
    "Heading 4": Look(10.5, bold=True, before=12, after=4, paragraph=NEXT, spacing=240, outline=3),
    "Heading 5": Look(10, "ink-2", bold=True, before=12, after=4, paragraph=NEXT, spacing=240, outline=4),
    "Heading 6": Look(10, "ink-2", before=12, after=4, paragraph=NEXT, spacing=240, outline=5),
    "TOC Heading": Look(18, "brand", bold=True, before=0, after=10, paragraph=NEXT, spacing=240),
    "TOC 1": Look(10, bold=True, before=6, after=2),
    "TOC 2": Look(10, after=2, indent='w:left="284"'),
    "TOC 3": Look(9.5, "ink-2", after=1, indent='w:left="568"'),
    "Caption": Look(9.5, bold=True, before=12, after=4, paragraph=NEXT),
    "List Bullet": Look(after=3),
    "List Number": Look(after=3),
    "Footer": Look(8.5, "ink-3", paragraph=RULE.format(side="top", size=4, space=6).replace("0B5563", "DAD6CC")),
    "Finding": Look(
        11.5, before=6, after=8, paragraph=RULE.format(side="left", size=24, space=10), indent='w:left="240"'
    ),
    "Small": Look(8.5, "ink-2", before=3, after=8),
    "Fact": Look(after=4),
    "Table Text": Look(8.5, spacing=228),
    "Table Text Small": Look(7, spacing=228),
    "Cover Fact": Look(10.5, paragraph=FACT_RULE, indent='w:left="3400" w:hanging="3400"', spacing=288),
    "Statement": Look(8.5, "ink-2", paragraph=RULE.format(side="top", size=12, space=8)),
}
OURS = ("Finding", "Small", "Fact", "Cover Fact", "Table Text", "Table Text Small", "Statement")
TABLE_STYLE = (
    '<w:style w:type="table" w:customStyle="1" w:styleId="{ident}"><w:name w:val="Quiet Table"/>'
    '<w:uiPriority w:val="99"/><w:tblPr><w:tblBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="{line}"/>'
    '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{line}"/></w:tblBorders><w:tblCellMar>'
    '<w:top w:w="50" w:type="dxa"/><w:left w:w="70" w:type="dxa"/><w:bottom w:w="50" w:type="dxa"/>'
    '<w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/>'
    '<w:color w:val="{ink}"/></w:rPr><w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" '
    'w:color="{brand}"/></w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
)
LINK_STYLE = (
    '<w:style w:type="character" w:styleId="{ident}"><w:name w:val="Hyperlink"/><w:uiPriority w:val="99"/>'
    '<w:rPr><w:color w:val="{brand}"/><w:u w:val="single"/></w:rPr></w:style>'
)


def dress(document: Docx, *, keeps_own: bool) -> dict[str, str]:
    """Give a file its styles and return their ids by name; one that brings its own keeps those it has."""
    ids = {name: _paragraph_style(document, name, look, keeps_own=keeps_own) for name, look in LOOKS.items()}
    ids["Quiet Table"] = _raw_style(document, "Quiet Table", WD_STYLE_TYPE.TABLE, TABLE_STYLE)
    ids["Hyperlink"] = _raw_style(document, "Hyperlink", WD_STYLE_TYPE.CHARACTER, LINK_STYLE)
    return ids


def _paragraph_style(document: Docx, name: str, look: Look, *, keeps_own: bool) -> str:
    found = _find(document, name, WD_STYLE_TYPE.PARAGRAPH)
    if found is not None and keeps_own:
        return str(found)
    if found is None:
        is_builtin = name not in OURS
        taken = any(style.name == name for style in document.styles)
        style = document.styles.add_style(f"{name} 2" if taken else name, WD_STYLE_TYPE.PARAGRAPH, builtin=is_builtin)
    else:
        style = next(one for one in document.styles if one.style_id == found)
    element: Any = style.element
    for tag in ("w:pPr", "w:rPr", "w:basedOn"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    if name != "Normal":
        named = element.find(qn("w:name"))
        base = _find(document, look.based, WD_STYLE_TYPE.PARAGRAPH) or "Normal"
        named.addnext(parsed(f'<w:basedOn w:val="{base}"/>'))
    element.append(parsed(_paragraph_look(look)))
    element.append(parsed(_run_look(look, has_font=not keeps_own)))
    return str(style.style_id)


def _find(document: Docx, name: str, kind: WD_STYLE_TYPE) -> str | None:
    return next((one.style_id for one in document.styles if one.name == name and one.type == kind), None)


def _raw_style(document: Docx, name: str, kind: WD_STYLE_TYPE, text: str) -> str:
    found = _find(document, name, kind)
    if found:
        return str(found)
    taken = {one.style_id for one in document.styles}
    ident = name.replace(" ", "")
    while ident in taken:
        ident += "2"
    tokens = tokens_of("print")
    colours = {"line": tokens["line"][1:], "ink": tokens["ink-2"][1:], "brand": tokens["brand"][1:]}
    document.styles.element.append(parsed(text.format(ident=ident, **colours)))
    return ident


def _paragraph_look(look: Look) -> str:
    spacing = (
        f'<w:spacing w:before="{round(look.before * 20)}" w:after="{round(look.after * 20)}" '
        f'w:line="{look.spacing}" w:lineRule="auto"/>'
    )
    indent = f"<w:ind {look.indent}/>" if look.indent else ""
    outline = "" if look.outline is None else f'<w:outlineLvl w:val="{look.outline}"/>'
    return f"<w:pPr>{look.paragraph}{spacing}{indent}{outline}</w:pPr>"


def _run_look(look: Look, *, has_font: bool) -> str:
    font = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>' if has_font else ""
    weight = "<w:b/><w:bCs/>" if look.bold else ""
    half = round(look.size * 2)
    colour = tokens_of("print")[look.colour][1:]
    sized = f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'
    return f'<w:rPr>{font}{weight}<w:color w:val="{colour}"/>{sized}</w:rPr>'

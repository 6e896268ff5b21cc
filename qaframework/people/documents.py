"""Documents that look alike whatever they are about: tagged PDF, and Word."""

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

TYPEFACE = "Arial"


def tagged_pdf(template: str, content: Mapping[str, Any]) -> bytes:
    """A tagged PDF (PDF/UA-1) of a typst template in the folder of templates; it gets ``content`` as JSON."""
    pdf: bytes = typst.compile(
        str(Path(settings.BASE_DIR) / "templates" / template),
        sys_inputs={"content": json.dumps(content)},
        pdf_standards="ua-1",
        format="pdf",
    )
    return pdf


def new_word(title: str) -> Any:
    """An empty Word document with its title as heading: A4, one plain typeface, headings in black, pages
    numbered."""
    word = Document()
    _set_page(word)
    _set_styles(word)
    _number_pages(word)
    word.core_properties.title = title
    word.core_properties.author = ""
    word.core_properties.language = "en-GB"
    word.add_heading(title, level=1)
    return word


def word_bytes(word: Any) -> bytes:
    file = BytesIO()
    word.save(file)
    return file.getvalue()


def _set_page(word: Any) -> None:
    """A4 with margins of 2 cm."""
    page = word.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2)


def _number_pages(word: Any) -> None:
    """The number of each page in the middle of its foot."""
    paragraph = word.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _set_styles(word: Any) -> None:
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = TYPEFACE, Pt(11)
    normal.element.rPr.append(_language())
    for level, size in ((1, 20), (2, 15), (3, 11)):
        style = word.styles[f"Heading {level}"]
        style.font.name, style.font.size = TYPEFACE, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(name), None)


def _language() -> Any:
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    return language

"""The journal as XLSX, DOCX and PDF. The libraries are loaded where a file is asked for, and nowhere else. Pure."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from intake.enquiries.queries.journal import COLUMNS, Sheet

WIDTHS = (6, 13, 30, 30, 10, 50, 40)
"""Relative widths of the seven columns."""


class Format(StrEnum):
    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"


MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
}


def printed(sheet: Sheet, format: Format) -> bytes:
    """The bytes of the file. Takes seconds for thousands of lines: call it in a thread."""
    return WRITERS[format](sheet)


def xlsx(sheet: Sheet) -> bytes:
    """A spreadsheet; every cell is text, so that nothing a person said is taken for a formula."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("Журнал")
        title = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
        cell = book.add_format({"text_wrap": True, "border": 1, "valign": "top"})
        page.write_string(0, 0, sheet.title, title)
        page.write_string(1, 0, _subtitle(sheet))
        for number, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            page.write_string(3, number, name, head)
            page.set_column(number, number, width)
        for line, row in enumerate(sheet.rows, 4):
            page.write_number(line, 0, row.number, cell)
            for number, text in enumerate(row.cells[1:], 1):
                page.write_string(line, number, text, cell)
        page.repeat_rows(3)
        page.freeze_panes(4, 0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
    return buffer.getvalue()


def docx(sheet: Sheet) -> bytes:
    """A document with the table on landscape pages, its head repeated."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    document.styles["Normal"].font.size = Pt(9)
    document.add_heading(sheet.title, level=1)
    document.add_paragraph(_subtitle(sheet))
    table = document.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    lines = [COLUMNS, *(row.cells for row in sheet.rows)]
    for cells in lines:
        target = table.rows[0] if cells is COLUMNS else table.add_row()
        for cell, text, width in zip(target.cells, cells, WIDTHS, strict=True):
            cell.width = Mm(267 * width / sum(WIDTHS))
            cell.text = _printable(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pdf(sheet: Sheet) -> bytes:
    """A PDF. The texts go in as data, so that nothing a person said is taken for markup."""
    import typst

    data = {
        "title": sheet.title,
        "subtitle": _subtitle(sheet),
        "head": COLUMNS,
        "rows": [row.cells for row in sheet.rows],
        "widths": WIDTHS,
    }
    made = typst.compile(PAGE.encode(), sys_inputs={"journal": json.dumps(data)})
    assert isinstance(made, bytes)
    return made


PAGE = """
#let journal = json(bytes(sys.inputs.journal))
#set document(title: journal.title)
#set page(paper: "a4", flipped: true, margin: 12mm, numbering: "1 / 1")
#set text(lang: "ru", size: 8.5pt, hyphenate: true)
#heading(level: 1, journal.title)
#journal.subtitle
#table(
  columns: journal.widths.map(width => width * 1fr),
  table.header(..journal.head.map(name => strong(name))),
  ..journal.rows.flatten(),
)
"""


def _subtitle(sheet: Sheet) -> str:
    return f"{sheet.organisation}. {sheet.year} год. Выгружено {sheet.printed_at}."


def _printable(text: str) -> str:
    """Without control characters, which XML does not take."""
    return "".join(letter for letter in text if letter == "\n" or letter.isprintable())


WRITERS: Mapping[Format, Callable[[Sheet], bytes]] = {Format.XLSX: xlsx, Format.DOCX: docx, Format.PDF: pdf}

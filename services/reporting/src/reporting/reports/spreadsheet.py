"""Pure. A report as an XLSX file: title, period, headings, numbers as numbers, shares as per cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from pydantic.fields import FieldInfo

from reporting.reports.report import PartOfOne, Period, Report, Row, Titles

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADER_ROW = 3
_WIDEST = 44


def spreadsheet(report: Report[Any], period: Period, rows: Sequence[Row], counted_at: str, titles: Titles) -> bytes:
    """The file's bytes. The heading row is repeated on every printed page, can be filtered and stays in view."""
    buffer = BytesIO()
    shown = [_in_words(row, titles) for row in rows]
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"title": report.title, "comments": f"{period.region}, {period.since} — {period.until}"})
        sheet = book.add_worksheet("Отчёт")
        bold = book.add_format({"bold": True, "font_size": 14})
        heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        percent = book.add_format({"num_format": "0.0 %"})
        sheet.write(0, 0, report.title, bold)
        sheet.write(1, 0, f"Регион: {period.region}. Период: {period.since:%d.%m.%Y} — {period.until:%d.%m.%Y}.")
        sheet.write(2, 0, f"Посчитано по событиям, полученным к {counted_at}.")
        for number, (name, field) in enumerate(report.row.model_fields.items()):
            sheet.write(_HEADER_ROW, number, field.title, heading)
            sheet.set_column(number, number, _width(field, shown, name), percent if _is_share(field) else None)
        for line, cells in enumerate(shown, _HEADER_ROW + 1):
            for number, value in enumerate(cells.values()):
                sheet.write(line, number, value)
        sheet.freeze_panes(_HEADER_ROW + 1, 0)
        sheet.repeat_rows(_HEADER_ROW)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if rows:
            sheet.autofilter(_HEADER_ROW, 0, _HEADER_ROW + len(rows), len(report.row.model_fields) - 1)
    return buffer.getvalue()


def _in_words(row: Row, titles: Titles) -> dict[str, Any]:
    cells = row.model_dump(mode="json")
    return {name: titles.get(name, {}).get(value, value) for name, value in cells.items()}


def _is_share(field: FieldInfo) -> bool:
    return any(isinstance(mark, PartOfOne) for mark in field.metadata)


def _width(field: FieldInfo, rows: Sequence[Mapping[str, Any]], name: str) -> int:
    longest = max((len(str(row[name] or "")) for row in rows), default=0)
    return min(_WIDEST, max(longest + 2, len(str(field.title)) // 2 + 4, 10))

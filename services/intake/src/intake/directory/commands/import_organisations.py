"""Organisations from a spreadsheet, CSV or XLSX: first a dry run that shows the difference, then all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from chassis.errors import DomainError, Kind, invalid
from chassis.http.validation import broken_rules
from chassis.privacy.files import MediaType, check
from chassis.regions import Region
from chassis.work import Unit
from contracts.identifiers import named_id
from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from intake.directory.commands.keep_staff import columns
from intake.directory.model.directory import Organisation
from intake.directory.pack import DirectoryPack, OrganisationEntry

MOST_ROWS = 5_000
LARGEST_BYTES = 5 * 1024 * 1024
LISTS = frozenset({"roles", "serves", "age_bands", "themes", "gives"})
HEADINGS = {
    "код": "code",
    "название": "title",
    "роли": "roles",
    "территория": "territory",
    "адрес": "address",
    "широта": "latitude",
    "долгота": "longitude",
    "телефон": "phone",
    "почта": "email",
    "сайт": "site",
    "руководитель": "director",
    "обслуживает": "serves",
    "возраст": "age_bands",
    "темы": "themes",
    "даёт": "gives",
}
"""Headings people write; the names of the fields themselves are understood too."""
FIELDS = frozenset(HEADINGS.values())


class RowError(BaseModel):
    """What is wrong with a row; the rows are numbered as the spreadsheet shows them."""

    row: int
    column: str | None
    rule: str
    ru: str
    en: str


CellValue = str | float | bool | list[str] | None


class Change(BaseModel):
    """``fields`` of a changed organisation: what stood there and what would stand."""

    row: int
    code: str
    title: str
    fields: dict[str, tuple[CellValue, CellValue]] = {}


class ImportReport(BaseModel):
    """The difference between the file and the directory. ``applied`` is False in a dry run and where a row is wrong."""

    applied: bool
    rows: int
    added: list[Change]
    changed: list[Change]
    unchanged: int
    errors: list[RowError]


class _Row(BaseModel):
    """``told``: the columns the file has; what it says nothing of stays as it is."""

    number: int
    entry: OrganisationEntry
    told: frozenset[str]

    def wanted(self, region: str, known: Organisation | None) -> dict[str, Any]:
        """What shall stand in the directory."""
        whole = columns(region, self.entry)
        return whole if known is None else {k: v for k, v in whole.items() if k not in FIELDS - self.told}


async def import_organisations(content: bytes, name: str | None, into: str, apply: bool, unit: Unit) -> ImportReport:
    """Compare the file with the directory and, where ``apply`` is set and no row is wrong, bring it in.

    Nobody is removed: an organisation the file does not name stays as it is.
    """
    unit.policy.require(unit.actor, "organisation:register")
    pack, region = unit.packs.of(DirectoryPack, into), unit.regions[into]
    rows, errors = _entries(table(content, name), region, pack)
    known = await _known(rows, region, unit)
    report = ImportReport(applied=False, rows=len(rows) + len(errors), added=[], changed=[], unchanged=0, errors=errors)
    for row in rows:
        _compare(row, known.get(f"{region.code}/{row.entry.code}"), region.code, report)
    if apply and not errors:
        for row in rows:
            _bring_in(row, known, region.code, unit)
        report.applied = True
    return report


def table(content: bytes, name: str | None) -> Sequence[Sequence[str]]:
    """The rows of a CSV or XLSX file as text. Raises `DomainError`: too large, not a table, too many rows."""
    if len(content) > LARGEST_BYTES:
        raise DomainError("file_too_large", Kind.TOO_LARGE, ru="Файл больше 5 МБ.", en="The file is larger than 5 MB.")
    if content.startswith(b"PK"):
        if check(content, name).media_type is not MediaType.XLSX:
            raise _not_a_table()
        rows = list(_sheet(content))
    else:
        rows = list(_csv(content))
    if len(rows) > MOST_ROWS + 1:
        raise invalid("too_many_rows", None, f"Строк больше {MOST_ROWS}.", f"More than {MOST_ROWS} rows.")
    return rows


def _sheet(content: bytes) -> Iterator[list[str]]:
    from openpyxl.reader.excel import load_workbook  # heavy, and needed here only

    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).active
        most = {"max_row": MOST_ROWS + 2, "max_col": len(FIELDS) * 2}
        rows = [] if sheet is None else sheet.iter_rows(values_only=True, **most)
        yield from (["" if cell is None else str(cell).strip() for cell in row] for row in rows)
    except (ValueError, KeyError, OSError, SyntaxError) as error:
        raise _not_a_table() from error


def _csv(content: bytes) -> Iterator[list[str]]:
    if b"\x00" in content:
        raise _not_a_table()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Spreadsheets of Russian Windows save so.
        text = content.decode("cp1251", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _not_a_table() from error
    yield from ([cell.strip() for cell in row] for row in rows)


def _entries(rows: Sequence[Sequence[str]], region: Region, pack: DirectoryPack) -> tuple[list[_Row], list[RowError]]:
    head = [HEADINGS.get(cell.casefold(), cell.casefold()) for cell in rows[0]] if rows else []
    if missing := {"code", "title", "roles", "territory", "address"} - set(head):
        raise invalid(
            "columns_missing",
            None,
            f"В таблице нет столбцов: {', '.join(sorted(missing))}.",
            f"The table lacks the columns {', '.join(sorted(missing))}.",
            known=sorted(FIELDS),
        )
    found: list[_Row] = []
    errors: list[RowError] = []
    for number, cells in enumerate(rows[1:], 2):
        if any(cells):
            _read(number, dict(zip(head, cells, strict=False)), region, pack, found, errors)
    return found, errors


def _read(
    number: int, cells: dict[str, str], region: Region, pack: DirectoryPack, found: list[_Row], errors: list[RowError]
) -> None:
    told = {name: _value(name, cell) for name, cell in cells.items() if name in FIELDS and cell}
    told["whole_region"] = region.code in told.get("serves", [])
    told["serves"] = [code for code in told.get("serves", []) if code != region.code]
    try:
        entry = OrganisationEntry.model_validate(told)
    except ValidationError as error:
        problem = broken_rules(error.errors(include_url=False))
        errors += [
            RowError(row=number, column=e.field, rule=e.rule, ru=e.detail_ru, en=e.detail_en) for e in problem.errors
        ]
        return
    wrong = _unknown_codes(entry, region, pack)
    if any(row.entry.code == entry.code for row in found):
        wrong.append(("code", "code_twice", "такой код уже есть в файле", "the code stands twice"))
    errors += [RowError(row=number, column=c, rule=rule, ru=ru, en=en) for c, rule, ru, en in wrong]
    if not wrong:
        found.append(_Row(number=number, entry=entry, told=FIELDS & cells.keys()))


def _value(name: str, cell: str) -> Any:
    if name in LISTS:
        return [part.strip() for part in cell.replace("|", ",").replace(";", ",").split(",") if part.strip()]
    return cell.replace(",", ".") if name in ("latitude", "longitude") else cell


def _unknown_codes(entry: OrganisationEntry, region: Region, pack: DirectoryPack) -> list[tuple[str, str, str, str]]:
    places = {territory.code for territory in region.territories}
    themes, gifts = ({word.code for word in words} for words in (pack.themes, pack.gifts))
    asked = (
        ("territory", {entry.territory}, places),
        ("serves", set(entry.serves), places),
        ("themes", set(entry.themes), themes),
        ("gives", set(entry.gives), gifts),
    )
    return [
        (column, "code_unknown", f"нет в справочнике: {', '.join(sorted(used - known))}", "not in the dictionary")
        for column, used, known in asked
        if used - known
    ]


async def _known(rows: Sequence[_Row], region: Region, unit: Unit) -> dict[str, Organisation]:
    codes = [f"{region.code}/{row.entry.code}" for row in rows]
    found = select(Organisation).where(Organisation.code.in_(codes))
    return {one.code: one for one in await unit.session.scalars(found.with_for_update())}


def _compare(row: _Row, known: Organisation | None, region: str, report: ImportReport) -> None:
    change = Change(row=row.number, code=row.entry.code, title=row.entry.title)
    if known is None:
        report.added.append(change)
        return
    wanted = row.wanted(region, known)
    change.fields = {k: (getattr(known, k), v) for k, v in wanted.items() if getattr(known, k) != v}
    if change.fields:
        report.changed.append(change)
    else:
        report.unchanged += 1


def _bring_in(row: _Row, known: dict[str, Organisation], region: str, unit: Unit) -> None:
    code = f"{region}/{row.entry.code}"
    organisation = known.get(code)
    wanted = row.wanted(region, organisation)
    if organisation is None:
        organisation = Organisation(id=named_id("organisation", code))
        unit.session.add(organisation)
    organisation.register(wanted)


def _not_a_table() -> DomainError:
    return DomainError(
        "not_a_table", Kind.UNSUPPORTED, ru="Это не таблица CSV или XLSX.", en="This is no CSV or XLSX table."
    )

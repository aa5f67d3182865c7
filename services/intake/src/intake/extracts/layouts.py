"""Files of IPRA extracts, read piece by piece: XML and CSV in versioned layouts (README, «IPRA extract layouts»). Pure.

A reader is fed bytes and gives whole records as they end, so that memory does not grow with the file. DTD, entities,
depth, length and count are limited before anything is believed.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from chassis.errors import DomainError, Kind
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError  # type: ignore[import-untyped]
from defusedxml.ElementTree import XMLParser as DefusedParser

XML_1, CSV_1, JSON_1 = "ipra-extracts-xml-1", "ipra-extracts-csv-1", "ipra-extract-json-1"
LONGEST_FIELD = 4_000
LONGEST_RECORD = 64 * 1024
DEEPEST = 6
MOST_MEASURES = 100

TAGS = {
    "number": "number",
    "issuedOn": "issued_on",
    "validUntil": "valid_until",
    "bureau": "bureau",
    "child/name": "child_name",
    "child/birthDate": "birth_date",
    "child/snils": "snils",
    "representative/name": "representative_name",
    "representative/phone": "phone",
    "representative/email": "email",
    "address": "address",
    "territory": "territory",
    "disabilityUntil": "disability_until",
}
"""Elements of ``<extract>`` in XML, version 1, and the field each one is."""
MEASURE_TAGS = ("group", "title", "executor", "until")
COLUMNS = (*TAGS.values(), "measures")
"""Columns of CSV, version 1, in their order; ``measures`` holds ``group:title`` separated by ``|``."""


@dataclass(slots=True)
class RawRecord:
    """A record as it stood in the file. ``fault``: why its shape is no extract (a code and texts)."""

    ordinal: int
    line: int
    fields: dict[str, Any] = field(default_factory=dict)
    fault: DomainError | None = None


class Reader(Protocol):
    """Gives records as they end; raises `DomainError` where the file as a whole cannot be read on."""

    def feed(self, data: bytes) -> list[RawRecord]: ...

    def close(self) -> list[RawRecord]: ...


def reader(layout: str) -> Reader:
    """The reader of a layout; ``layout_unknown`` for another one."""
    if layout == XML_1:
        return XmlReader()
    if layout == CSV_1:
        return CsvReader()
    raise broken("layout_unknown", f"Форматы: {XML_1}, {CSV_1}.", f"Layouts: {XML_1}, {CSV_1}.")


class XmlReader:
    """``<ipraExtracts version="1">`` with an ``<extract>`` per record."""

    def __init__(self) -> None:
        self._target = _Extracts()
        self._parser = DefusedParser(target=self._target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        self._target.position = self._line

    def feed(self, data: bytes) -> list[RawRecord]:
        try:
            self._parser.feed(data)
        except ParseError as error:
            raise _not_xml(error) from None
        except DefusedXmlException:
            raise broken(
                "xml_forbidden", "DTD и сущности в файле запрещены.", "DTD and entities are refused."
            ) from None
        return self._target.taken()

    def close(self) -> list[RawRecord]:
        try:
            self._parser.close()
        except ParseError as error:
            raise _not_xml(error) from None
        return self._target.taken()

    def _line(self) -> int:
        return int(self._parser.parser.CurrentLineNumber)


class _Extracts:
    """What the parser calls; keeps one record at a time."""

    def __init__(self) -> None:
        self.position: Any = lambda: 0
        self._done: list[RawRecord] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._count = 0
        self._record: RawRecord | None = None
        self._measure: dict[str, str | None] | None = None

    def taken(self) -> list[RawRecord]:
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        if len(self._path) > DEEPEST:
            raise broken("too_deep", f"Вложенность больше {DEEPEST}.", f"Nested deeper than {DEEPEST}.")
        if len(self._path) == 1 and (tag, attributes.get("version")) != ("ipraExtracts", "1"):
            raise broken("layout_unknown", 'Нужен <ipraExtracts version="1">.', 'Needs <ipraExtracts version="1">.')
        if len(self._path) == 2:
            self._begin(tag)
        elif tag == "measure" and len(self._path) == 4:
            self._measure = {}
        self._text.clear()

    def data(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_RECORD:
            raise broken("record_too_long", "Запись длиннее 64 КБ.", "A record is longer than 64 KB.")
        self._text.append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002
        depth, record = len(self._path), self._record
        if record is not None and depth > 2:
            self._value("/".join(self._path[2:]), record)
        if record is not None and depth == 2:
            self._done.append(record)
            self._record = None
        self._path.pop()
        self._text.clear()
        if depth <= 2:
            self._length = 0

    def close(self) -> None:
        return None

    def _begin(self, tag: str) -> None:
        self._count += 1
        self._record = RawRecord(self._count, self.position())
        if tag != "extract":
            self._fault(
                "element_unknown", f"элемент {tag[:40]} не описан", f"the element {tag[:40]} is not of the layout"
            )

    def _value(self, path: str, record: RawRecord) -> None:
        text = "".join(self._text).strip()
        if len(text) > LONGEST_FIELD:
            self._fault("field_too_long", f"поле длиннее {LONGEST_FIELD} знаков", "a field is too long")
        elif path in TAGS:
            if TAGS[path] in record.fields:
                self._fault("field_twice", f"поле {path} стоит дважды", f"the field {path} stands twice")
            elif text:
                record.fields[TAGS[path]] = text
        elif path.startswith("measures/measure"):
            self._measured(path, text, record)
        elif path not in {"child", "representative", "measures"}:
            self._fault("element_unknown", f"элемент {path[:40]} не описан", "an element is not of the layout")

    def _measured(self, path: str, text: str, record: RawRecord) -> None:
        if path == "measures/measure":
            record.fields.setdefault("measures", []).append(self._measure)
            self._measure = None
            return
        name = path.rpartition("/")[2]
        if self._measure is None or name not in MEASURE_TAGS or path.count("/") != 2:
            self._fault("element_unknown", f"элемент {path[:40]} не описан", "an element is not of the layout")
        else:
            self._measure[name] = text or None

    def _fault(self, slug: str, ru: str, en: str) -> None:
        if self._record is not None and self._record.fault is None:
            self._record.fault = broken(slug, ru, en)


class CsvReader:
    """UTF-8, semicolons, the first line holds the columns of version 1 in their order."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._rest = ""
        self._pending: list[str] = []
        self._length = 0
        self._line = self._started = 0
        self._count = -1

    def feed(self, data: bytes) -> list[RawRecord]:
        try:
            self._rest += self._decoder.decode(data)
        except UnicodeDecodeError:
            raise broken("not_utf8", "Файл не в кодировке UTF-8.", "The file is not UTF-8.") from None
        *lines, self._rest = self._rest.split("\n")
        if len(self._rest) > LONGEST_RECORD:
            raise broken("record_too_long", "Запись длиннее 64 КБ.", "A record is longer than 64 KB.")
        return [record for line in lines for record in self._take(line + "\n")]

    def close(self) -> list[RawRecord]:
        records = list(self._take(self._rest)) if self._rest else []
        if self._pending:
            raise broken("quote_open", "В файле не закрыты кавычки.", "A quote is not closed.")
        if self._count < 0:
            raise _wrong_header()
        return records

    def _take(self, line: str) -> Iterator[RawRecord]:
        self._line += 1
        if not self._pending:
            self._started = self._line
        self._pending.append(line)
        self._length += len(line)
        if self._length > LONGEST_RECORD:
            raise broken("record_too_long", "Запись длиннее 64 КБ.", "A record is longer than 64 KB.")
        if sum(part.count('"') for part in self._pending) % 2:
            return
        row = next(csv.reader(self._pending, delimiter=";"), [])
        self._pending, self._length = [], 0
        if self._count < 0:
            if tuple(cell.strip() for cell in row) != COLUMNS:
                raise _wrong_header()
            self._count = 0
        elif any(cell.strip() for cell in row):
            self._count += 1
            yield self._record(row)

    def _record(self, row: list[str]) -> RawRecord:
        record = RawRecord(self._count, self._started)
        if len(row) != len(COLUMNS):
            record.fault = broken(
                "columns_wrong", f"столбцов {len(row)}, нужно {len(COLUMNS)}", f"{len(row)} columns, not {len(COLUMNS)}"
            )
            return record
        if any(len(cell) > LONGEST_FIELD for cell in row):
            record.fault = broken("field_too_long", f"поле длиннее {LONGEST_FIELD} знаков", "a field is too long")
            return record
        named = zip(COLUMNS, (cell.strip() for cell in row), strict=True)
        record.fields = {name: cell for name, cell in named if cell}
        if "measures" in record.fields:
            record.fields["measures"] = [
                _measure(part) for part in record.fields["measures"].split("|") if part.strip()
            ]
        return record


def _measure(written: str) -> dict[str, str]:
    group, colon, title = written.partition(":")
    return {"group": group.strip(), "title": title.strip()} if colon else {"group": "other", "title": written.strip()}


def broken(slug: str, ru: str, en: str) -> DomainError:
    """Why a file or record cannot be read; values are never repeated."""
    return DomainError(slug, Kind.INVALID, ru=ru, en=en, field="content")


def _wrong_header() -> DomainError:
    return broken(
        "header_wrong",
        f"Первая строка должна называть столбцы: {';'.join(COLUMNS)}",
        f"The first line must name the columns: {';'.join(COLUMNS)}",
    )


def _not_xml(error: Any) -> DomainError:
    line, column = getattr(error, "position", (0, 0))
    return broken("not_xml", f"Файл не XML: строка {line}, знак {column}.", f"Not XML: line {line}, column {column}.")
